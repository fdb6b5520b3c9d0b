"""What articles call things: names made comparable, and what is counted of each.

A name is kept apart by the branch of the classes that it is used in, and, where an article says who made the thing, by
the makers: two products of one name may be two. Everything here depends on one article, or is a sum over articles.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256

from .model import Iri
from .ontology import Ontology
from .vocab import CLAIM, ENTITY, LEX, RDF, RDFS, SKOS

Key = tuple[str, Iri]  # a normalised name and the branch of the classes that it is used in

# "3.5" and "C++" and "C#" keep what tells them from "35" and "C"; a hyphen, a space and a comma are one.
_WORD = re.compile(r"[^\W_]+(?:(?<=\d)\.\d+)*[+#]*")
_OWNER = re.compile(r"(.+?)(?:['’]s|(?<=s)['’]) (.+)")
_DIGEST = re.compile("[0-9a-f]{8}")  # of a name whose slug others may have
SHORTEST_NEAR = 8  # letters: shorter names that differ in one are mostly two, Zorg and Zorn
_UNDATED, _NEVER = "9999", "99999"  # after all days, and after that


@dataclass(frozen=True, slots=True)
class Name:
    """A normalised name, the branch that it is used in, and the normalised names of those said to have made it."""

    text: str
    branch: Iri
    makers: tuple[str, ...] = ()

    @property
    def key(self) -> Key:
        """The name, whoever made what it names."""
        return self.text, self.branch


@dataclass(frozen=True, slots=True)
class Local:
    """An entity as its article names it: its name, how the article calls it, and who else the article speaks of.

    `also` are other names to the letter, `owned` normalised ones that put the owner's name first ("Acme" and its
    "Labs": "acme labs"), `beside` the makers that the thing could have by its article, each as a normalised name.
    """

    name: Name
    called: str
    type: Iri
    also: frozenset[str] = frozenset()
    owned: frozenset[str] = frozenset()
    beside: frozenset[str] = frozenset()


@dataclass(slots=True)
class Usage:
    """How often articles use a name, and how: sums over the articles, and the article that used it first."""

    first: tuple[str, str] = (_NEVER, "")
    called: Counter[str] = field(default_factory=Counter)
    also: Counter[str] = field(default_factory=Counter)
    types: Counter[Iri] = field(default_factory=Counter)
    owned: Counter[str] = field(default_factory=Counter)

    def tallies(self) -> Mapping[str, Counter[str]]:
        """The sums, by what is counted."""
        return {
            "called": self.called,
            "alsoCalled": self.also,
            "calledA": self.types,
            "calledOf": self.owned,
        }

    def copy(self) -> "Usage":
        """The same sums, to be changed."""
        return Usage(self.first, *(Counter(tally) for tally in self.tallies().values()))

    def count(self, local: Local, times: int) -> None:
        """Adds what one article says, or takes it away (-1)."""
        for counter, said in (
            (self.called, {local.called}),
            (self.also, local.also),
            (self.types, {local.type}),
            (self.owned, local.owned),
        ):
            for each in said:
                counter[each] += times
                if not counter[each]:
                    del counter[each]

    @property
    def articles(self) -> int:
        """How many articles use the name as the main one of a thing."""
        return sum(self.called.values())


def seen(published: str, article_id: str) -> tuple[str, str]:
    """The place of an article in time: by the day, then by its id; what has no date comes last."""
    return published or _UNDATED, article_id


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
    forms = ontology.schema_values(None, LEX.legalForm)
    return frozenset(normalise(form) for iri, form in forms if branch(iri, ontology) == branch(kind, ontology))


@lru_cache(maxsize=1024)
def branch(iri: Iri, ontology: Ontology) -> Iri:
    """The class right below the root that a class is in; the root and unknown classes are their own."""
    above = ontology.classes.get(iri, (iri,))
    return min((c for c in above if len(ontology.classes.get(c, ())) == 2), default=iri)


@lru_cache(maxsize=2**14)
def slug(name: str) -> str:
    """The end of an IRI for a name.

    >>> slug("Muse Spark"), slug("GPT-5.5"), slug("C++"), slug("C#")
    ('muse-spark', 'gpt-5.5', 'c-plus-plus', 'c-sharp')
    """
    if not _WORD.search(name):
        return f"name-{sha256(name.encode()).hexdigest()[:8]}"
    return "-".join(normalise(name).replace("+", " plus").replace("#", " sharp").split())


@lru_cache(maxsize=2**14)
def full_slug(name: Name, ontology: Ontology) -> str:
    """The end of the IRI that a name has for good: a slug has no "_", so that no other name has it.

    >>> from kg.ontology import load_ontology
    >>> full_slug(Name("flow", "https://w3id.org/technews-kg/ontology#Technology", ("acme",)), load_ontology())
    'flow_technology_acme'
    """
    parts = [name.text, ontology.label(name.branch), *name.makers]
    end = "_".join(map(slug, parts))
    if any(slug(part).replace("-", " ") != part for part in (name.text, *name.makers)):
        end += f"_{sha256(repr(parts).encode()).hexdigest()[:8]}"  # two names may have one slug
    return end


def slug_text(end: str) -> str | None:
    """The text of the name that has the end of an IRI for good (`full_slug`); None where it does not tell.

    >>> slug_text("muse-spark_technology_meta"), slug_text("c-plus-plus_technology_8ac0a2c1")
    ('muse spark', None)
    """
    text, *_, last = end.split("_")
    return None if _DIGEST.fullmatch(last) else text.replace("-", " ")


def is_part(short: str, full: str) -> bool:
    """One word of a longer name ("Spark" of "Muse Spark", a surname) says who is meant within its article alone."""
    words = full.split()
    return len(words) > 1 and short in words


def squeeze(text: str) -> str:
    """A normalised name without blanks.

    >>> squeeze("open ai")
    'openai'
    """
    return text.replace(" ", "")


def spellings(text: str) -> Iterator[str]:
    """Keys of a normalised name: one that is spelled alike has one of those that `near_spellings` gives for it.

    A slip inside a word leaves one half of the name as it is, and each word its first and last letter. So the keys are
    shared by few names, even where very many end in the same word.

    >>> [*spellings("open ai")], [*spellings("anthropic")]
    (['openai'], ['anthropic', '9<anth ac', '9>ropic ac'])
    """
    tight = squeeze(text)
    yield tight
    if len(tight) >= SHORTEST_NEAR:
        middle = len(tight) // 2
        yield f"{len(tight)}<{tight[:middle]} {_ends(text)}"
        yield f"{len(tight)}>{tight[middle:]} {_ends(text)}"


def near_spellings(text: str) -> Iterator[str]:
    """The keys that names may have which differ from one by a blank or in one place: seven, however many there are.

    >>> {*spellings("antropic")} & {*near_spellings("anthropic")}
    {'8>opic ac'}
    """
    tight = squeeze(text)
    yield tight
    for length in (len(tight) - 1, len(tight), len(tight) + 1):
        if length >= SHORTEST_NEAR:
            middle = length // 2
            yield f"{length}<{tight[:middle]} {_ends(text)}"
            yield f"{length}>{tight[-(length - middle) :]} {_ends(text)}"


def _ends(text: str) -> str:
    return " ".join(word[0] + word[-1] for word in text.split())


@dataclass(frozen=True)
class Known:
    """The known entities by their names, the names of each, and the makers that the ontology gives some of them.

    Others may have a name of one that is `ambiguous`, or that has makers.
    """

    iris: Mapping[Key, Iri]
    all: Mapping[Key, tuple[Iri, ...]]
    names: Mapping[Iri, tuple[Key, ...]]
    makers: Mapping[Iri, frozenset[str]]
    ambiguous: frozenset[Iri]
    texts: frozenset[str]
    near: Mapping[tuple[str, Iri], tuple[Key, ...]]


@lru_cache(maxsize=4)
def known_things(ontology: Ontology) -> Known:
    """What the ontology says of the known entities' names; a name of two gives neither, unless it is one's label."""
    kinds: dict[Iri, list[Iri]] = {}
    for iri, kind in ontology.values(None, RDF.type):
        if iri.startswith(ENTITY):
            kinds.setdefault(iri, []).append(kind)
    chosen: dict[Key, Iri] = {}
    every: dict[Key, set[Iri]] = {}
    for predicate in (RDFS.label, SKOS.altLabel):
        found: dict[Key, set[Iri]] = {}
        for iri, name in ontology.values(None, predicate):
            for kind in kinds.get(iri, ()):
                key = normalise(name, legal_forms(kind, ontology)), branch(kind, ontology)
                found.setdefault(key, set()).add(iri)
                every.setdefault(key, set()).add(iri)
        chosen = {key: min(iris) for key, iris in found.items() if len(iris) == 1} | chosen
    names: dict[Iri, list[Key]] = {}
    near: dict[tuple[str, Iri], list[Key]] = {}
    for key in chosen:
        for spelling in spellings(key[0]):
            near.setdefault((spelling, key[1]), []).append(key)
    for key, iris in every.items():
        for iri in iris:
            names.setdefault(iri, []).append(key)
    return Known(
        chosen,
        {key: tuple(sorted(iris)) for key, iris in every.items()},
        {iri: tuple(keys) for iri, keys in names.items()},
        _known_makers(ontology, names),
        frozenset(iri for iri, marked in ontology.values(None, LEX.ambiguous) if marked == "true"),
        frozenset(text for text, _ in chosen),
        {spelling: tuple(keys) for spelling, keys in near.items()},
    )


def _known_makers(ontology: Ontology, names: Mapping[Iri, list[Key]]) -> Mapping[Iri, frozenset[str]]:
    found: dict[Iri, set[str]] = {}
    for prop in telling_apart(ontology):
        for thing, maker in ontology.values(None, prop):
            if thing.startswith(ENTITY):
                found.setdefault(thing, set()).update(text for text, _ in names.get(maker, ()))
    return {iri: frozenset(texts) for iri, texts in found.items()}


@lru_cache(maxsize=4)
def telling_apart(ontology: Ontology) -> frozenset[Iri]:
    """The properties that tell things of one name apart, as the ontology marks them."""
    return frozenset(iri for iri, marked in ontology.values(None, CLAIM.tellsApart) if marked == "true")


@lru_cache(maxsize=4)
def owning(ontology: Ontology) -> frozenset[Iri]:
    """The properties whose object may stand before the name of the subject, as the ontology marks them."""
    return frozenset(iri for iri, marked in ontology.values(None, CLAIM.namedAfter) if marked == "true")


def split_owner(name: str) -> tuple[str, str] | None:
    """The owner and the thing of a name that is a possessive.

    >>> split_owner("Alphabet's Google"), split_owner("OpenAI")
    (('Alphabet', 'Google'), None)
    """
    match = _OWNER.fullmatch(name)
    return (match[1], match[2]) if match else None
