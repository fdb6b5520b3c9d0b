"""Who is who across articles: one IRI for one thing, whatever article names it.

Identity is a pure function of all names, aliases and classes seen and of the known entities, so it cannot depend on the
order in which articles came; it may merge and split as articles come and go.

    names     what articles call a thing, normalised, within one branch of the classes: same name, same group
    known     a name of a known entity gives its IRI
    aliases   join two groups where only one group can be meant, and their classes agree
"""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256

from .model import Entity, Iri
from .ontology import Ontology
from .vocab import ENTITY, LEX, RDF, RDFS, SKOS

Named = tuple[str, str]  # an article's id and the name of one of its entities
Key = tuple[str, Iri]  # a normalised name and the branch of the classes that it is used in

# "3.5" and "C++" and "C#" keep what tells them from "35" and "C"; a hyphen, a space and a comma are one.
_WORD = re.compile(r"[^\W_]+(?:(?<=\d)\.\d+)*[+#]*")


@dataclass
class _Group:
    """All that articles say under one key: who says it, the other names, the classes with how often they are given."""

    members: set[Named] = field(default_factory=set)
    aliases: set[str] = field(default_factory=set)
    classes: Counter[Iri] = field(default_factory=Counter)

    def usual_class(self, ontology: Ontology) -> Iri:
        """The class given most often; of several, the last by label."""
        return max(self.classes, key=lambda iri: (self.classes[iri], ontology.label(iri)), default="")


def normalise(name: str, endings: Set[str] = frozenset()) -> str:
    """A name without case, accents, punctuation, a leading article and the words that may be left off its end.

    >>> normalise("The Walt Disney Co.", {"co"}), normalise("GPT-5.5"), normalise("C++"), normalise("Nestlé S.A.")
    ('walt disney', 'gpt 5.5', 'c++', 'nestle sa')
    """
    plain = unicodedata.normalize("NFKD", name).casefold()
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    plain = re.sub(r"\b([a-z])\.(?=[a-z]\b)", r"\1", plain)  # "S.A." and "U.S." are words
    words = _WORD.findall(plain)
    while len(words) > 1 and words[-1] in endings:
        words.pop()
    if len(words) > 1 and words[0] == "the":
        del words[0]
    return " ".join(words) or plain.strip()


@lru_cache(maxsize=1024)
def legal_forms(kind: Iri, ontology: Ontology) -> frozenset[str]:
    """The legal forms that names end in where a class is used: a firm's Inc. says nothing, that of iPhone SE does.

    They go by the branch, as names do, so that a firm of one article and an organization of another join.
    """
    forms = ontology.values(None, LEX.legalForm)
    return frozenset(normalise(form) for iri, form in forms if branch(iri, ontology) == branch(kind, ontology))


def slug(name: str) -> str:
    """The end of an IRI for a name.

    >>> slug("Muse Spark"), slug("GPT-5.5"), slug("C++"), slug("C#")
    ('muse-spark', 'gpt-5.5', 'c-plus-plus', 'c-sharp')
    """
    if not _WORD.search(name):
        return f"name-{sha256(name.encode()).hexdigest()[:8]}"
    return "-".join(normalise(name).replace("+", " plus").replace("#", " sharp").split())


def identify(entities: Iterable[tuple[str, Entity]], ontology: Ontology) -> Mapping[Named, Iri]:
    """The IRI of each entity, by article id and name, from pairs of article id and entity in any order."""
    groups: dict[Key, _Group] = defaultdict(_Group)
    for article, entity in entities:
        forms = legal_forms(entity.type, ontology)
        name = normalise(entity.name, forms)
        group = groups[name, branch(entity.type, ontology)]
        group.members.add((article, entity.name))
        group.classes[entity.type] += 1
        aliases = {normalise(alias, forms) for alias in entity.aliases}
        group.aliases |= {alias for alias in aliases if not _too_short(alias, name)}
    known = known_names(ontology)
    for name, kind in [(alias, key[1]) for key, group in groups.items() for alias in group.aliases]:
        if (name, kind) in known:
            groups[name, kind]  # a known thing can be meant though no article names it in full
    iris = _name_things(list(_components(groups, known, ontology)), groups, known, ontology)
    return {named: iri for key, iri in iris.items() for named in groups[key].members}


@lru_cache(maxsize=4)
def known_names(ontology: Ontology) -> Mapping[Key, Iri]:
    """The IRI of each known entity under its names; a name of two of them gives neither, unless it is one's label."""
    names: dict[Key, Iri] = {}
    for predicate in (RDFS.label, SKOS.altLabel):
        found: dict[Key, set[Iri]] = defaultdict(set)
        for iri, name in ontology.values(None, predicate):
            if iri.startswith(ENTITY):
                for _, kind in ontology.values(iri, RDF.type):
                    found[normalise(name, legal_forms(kind, ontology)), branch(kind, ontology)].add(iri)
        names = {key: min(iris) for key, iris in found.items() if len(iris) == 1} | names
    return names


@lru_cache(maxsize=1024)
def branch(iri: Iri, ontology: Ontology) -> Iri:
    """The class right below the root that a class is in; the root and unknown classes are their own."""
    above = ontology.classes.get(iri, (iri,))
    return min((c for c in above if len(ontology.classes.get(c, ())) == 2), default=iri)


def _too_short(alias: str, name: str) -> bool:
    """One word of a longer name ("Spark" of "Muse Spark", a surname) says who is meant within its article alone."""
    words = name.split()
    return len(words) > 1 and alias in words


def _components(groups: Mapping[Key, _Group], known: Mapping[Key, Iri], ontology: Ontology) -> Iterator[list[Key]]:
    """The groups, joined by the aliases; groups that would tie two known entities together stay apart."""
    joined: dict[Key, set[Key]] = {key: {key} for key in groups}
    for one, other in [*_known_pairs(groups, known), *_alias_pairs(groups, ontology)]:
        if joined[one] is not joined[other]:
            joined[one] |= joined[other]
            for key in joined[other]:
                joined[key] = joined[one]
    for keys in {id(keys): keys for keys in joined.values()}.values():
        if len({known[key] for key in keys if key in known}) > 1:
            yield from ([key] for key in keys)
        else:
            yield list(keys)


def _known_pairs(groups: Mapping[Key, _Group], known: Mapping[Key, Iri]) -> Iterator[tuple[Key, Key]]:
    """Pairs of groups that are names of one known entity."""
    first: dict[Iri, Key] = {}
    for key in groups:
        if key in known:
            yield first.setdefault(known[key], key), key


def _alias_pairs(groups: Mapping[Key, _Group], ontology: Ontology) -> Iterator[tuple[Key, Key]]:
    """Pairs of a group and the one that an alias of it names, where no other group has that alias."""
    users: dict[Key, set[Key]] = defaultdict(set)
    for (name, kind), group in groups.items():
        for alias in group.aliases - {name}:
            users[alias, kind].add((name, kind))
    for meant, by in users.items():
        if len(by) == 1 and meant in groups:
            (user,) = by
            if _agree(groups[user].usual_class(ontology), groups[meant].usual_class(ontology), ontology):
                yield user, meant


def _agree(one: Iri, other: Iri, ontology: Ontology) -> bool:
    """Whether one class is the other or above it; a group that no article names has none, and agrees."""
    return not (one and other) or ontology.is_a(one, other) or ontology.is_a(other, one) or one == other


def _name_things(
    things: list[list[Key]], groups: Mapping[Key, _Group], known: Mapping[Key, Iri], ontology: Ontology
) -> Mapping[Key, Iri]:
    """An IRI for each key: the known one, else from the name said most; the thing most spoken of has it bare."""

    def order(key: Key) -> tuple[int, int, str, str]:
        return -len(groups[key].members), -len(key[0]), key[0], ontology.label(key[1])

    iris: dict[Key, Iri] = {}
    unknown: list[list[Key]] = []
    for keys in things:
        told = {known[key] for key in keys if key in known}
        iris |= dict.fromkeys(keys, min(told)) if told else {}
        unknown += [] if told else [sorted(keys, key=order)]
    taken = set(known.values())
    for keys in sorted(unknown, key=lambda keys: (-sum(len(groups[key].members) for key in keys), order(keys[0]))):
        name, kind = keys[0]
        bare, label = ENTITY(slug(name)), ontology.label(kind)
        choices = (bare, f"{bare}-{slug(label)}", f"{bare}-{sha256((name + label).encode()).hexdigest()[:8]}")
        chosen = next(choice for choice in choices if choice not in taken)
        taken.add(chosen)
        iris |= dict.fromkeys(keys, chosen)
    return iris
