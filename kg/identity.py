"""Who is who across articles: one thing for all names that mean it, and the reasons.

Identity is a pure function of how articles use names (`names.Usage`), of the known entities and of people's
corrections, so it cannot depend on the order in which articles came; it may merge and split as they come and go.

    links     pairs of names that may mean one thing, each with a reason and a score; a link depends on its two names
              and on who else uses an alias, and is found from either end without looking at other names
    atoms     the names of one text and branch, parted by makers that have nothing to do with each other
    things    atoms joined along the links, the surest first, where nothing speaks against it
    IRI       that of the known entity, else that of the name which an article used first; see `name_iris`
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from itertools import product
from typing import Protocol

from rapidfuzz.distance import OSA

from .model import Iri
from .names import (
    SHORTEST_NEAR,
    Key,
    Known,
    Name,
    Usage,
    full_slug,
    is_part,
    known_things,
    legal_forms,
    near_spellings,
    normalise,
    squeeze,
)
from .names import slug as slug_of
from .ontology import Ontology
from .vocab import ENTITY

# How sure a reason is, between 0 and 1; where two links contradict each other, the surer one is followed.
SCORES = {"correction": 1.0, "known": 0.99, "alias": 0.9, "owner": 0.85}
SHORTEST_SQUEEZED = 4  # letters of a name that may be written with a blank and without: GPT4, but not A I


@dataclass(frozen=True, slots=True)
class Group:
    """All names of one text and branch, with their usage; none where only the ontology has the name."""

    key: Key
    names: Mapping[Name, Usage]

    def aliases(self, ontology: Ontology) -> Mapping[str, str]:
        """The other normalised names of what is meant, each with the reason to think so."""
        forms = legal_forms(self.key[1], ontology)
        found = {text: "owner" for usage in self.names.values() for text in usage.owned}
        for usage in self.names.values():
            for alias in usage.also:
                text = normalise(alias, forms)
                if not is_part(text, self.key[0]):
                    found[text] = "alias"
        return {text: reason for text, reason in found.items() if text != self.key[0]}

    def usual_type(self, ontology: Ontology) -> Iri:
        """The class given most often; of several, the last by label; empty if no article uses the name."""
        types: Counter[Iri] = Counter()
        for usage in self.names.values():
            types.update(usage.types)
        return max(types, key=lambda iri: (types[iri], ontology.label(iri)), default="")


@dataclass(frozen=True, slots=True)
class Link:
    """Two names that may mean one thing."""

    one: Key
    other: Key
    reason: str
    score: float


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether two names were taken for one thing, why, and how surely."""

    one: Name
    other: Name
    reason: str
    score: float
    joined: bool


@dataclass(frozen=True)
class Corrections:
    """What a person says of who is who, by IRI: pairs that are the same, pairs that are different."""

    same: frozenset[tuple[Iri, Iri]] = frozenset()
    different: frozenset[tuple[Iri, Iri]] = frozenset()

    def partners(self, iri: Iri) -> Iterator[Iri]:
        """The IRIs that are said to be the same as one."""
        for one, other in self.same:
            if iri in (one, other):
                yield other if iri == one else one

    def part(self, some: Set[Iri], others: Set[Iri]) -> bool:
        """Whether one of some IRIs is said to be different from one of others."""
        return any((a in some and b in others) or (b in some and a in others) for a, b in self.different)


class Index(Protocol):
    """Where names are looked up; each look-up costs what it finds."""

    ontology: Ontology
    corrections: Corrections

    def group(self, key: Key) -> Group:
        """The names of a text and branch."""

    def users(self, alias: str, branch: Iri) -> Collection[Key]:
        """The keys of names that have an alias: all if there are few, some if there are many."""

    def near(self, spelling: str, branch: Iri) -> Iterable[Key]:
        """The keys of names that have a key of their spelling (`names.spellings`)."""

    def holder(self, slug: str) -> Name | None:
        """Of the names with a slug, the one that an article used first."""

    def keys_of(self, iri: Iri) -> Iterable[Key]:
        """The keys of the names that an IRI is one of."""

    def links(self, key: Key) -> list[Link]:
        """The links of a name (`find_links`)."""

    def stand_beside(self, name: Name, makers: Iterable[str]) -> bool:
        """Whether an article that uses a name also names one of some who could have made the thing."""


@dataclass(slots=True)
class _Atom:
    """Names of one key that certainly mean one thing."""

    key: Key
    names: list[Name]
    iris: set[Iri] = field(default_factory=set)
    known: Iri = ""
    articles: int = 0
    makers: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Thing:
    """What names mean: its IRI, all its names, and the IRIs that lead to it."""

    iri: Iri
    names: list[Name]
    redirects: set[Iri]


def name_iris(name: Name, index: Index) -> list[Iri]:
    """The IRIs that a name has: one for good, and the short one if it was the first of those that could have it."""
    full = ENTITY(full_slug(name, index.ontology))
    bare = ENTITY(slug_of(name.text))
    mine = index.holder(slug_of(name.text)) == name and bare not in known_things(index.ontology).names
    return [bare, full] if mine else [full]


def find_links(key: Key, index: Index) -> list[Link]:
    """All links of a name, whichever end finds them."""
    known, group = known_things(index.ontology), index.group(key)
    links = [*_alias_links(group, index), *_known_links(key, index, known), *_corrected_links(group, index)]
    if group.names:
        links += _spelling_links(key, index, known)
    return links


def reach(key: Key, index: Index) -> tuple[set[Key], set[Link]]:
    """All keys that links lead to from one, and these links."""
    keys, links, edge = {key}, set(), [key]
    while edge:
        for link in index.links(edge.pop()):
            links.add(_undirected(link))
            new = {link.one, link.other} - keys
            keys |= new
            edge += new
    return keys, links


def find_things(keys: Set[Key], links: Set[Link], index: Index) -> tuple[list[Thing], list[Decision]]:
    """The things that the names of a set of keys mean, with all links of these, and what was decided on the way."""
    atoms = {key: _atoms(index.group(key), index) for key in sorted(keys)}
    clusters: dict[int, list[_Atom]] = {id(atom): [atom] for of in atoms.values() for atom in of}
    decisions = []
    for one, other, link in [*_corrected(atoms, index), *_linked(atoms, links, index)]:
        mine, theirs = clusters[id(one)], clusters[id(other)]
        certain = link.reason == "correction" or mine is theirs
        likely = link.reason != "known" or one.known == other.known
        joined = certain or (likely and _may_join(mine, theirs, index.corrections))
        if joined and mine is not theirs:
            mine += theirs
            clusters |= {id(atom): mine for atom in theirs}
        if one.names and other.names:
            decisions.append(Decision(one.names[0], other.names[0], link.reason, link.score, joined))
    distinct = {id(cluster): cluster for cluster in clusters.values()}
    return _name_things([c for c in distinct.values() if any(a.names for a in c)], index), decisions


Pairs = Iterator[tuple[_Atom, _Atom, Link]]


def _corrected(atoms: Mapping[Key, Sequence[_Atom]], index: Index) -> Pairs:
    """The atoms that a person says are the same."""
    for pair in sorted(index.corrections.same):
        some, others = ([atom for of in atoms.values() for atom in of if iri in atom.iris] for iri in pair)
        for one, other in product(some, others):
            if one is not other:
                yield one, other, Link(one.key, other.key, "correction", SCORES["correction"])


def _linked(atoms: Mapping[Key, Sequence[_Atom]], links: Iterable[Link], index: Index) -> Pairs:
    """The atoms that links tie, the surest first."""

    def order(link: Link) -> tuple[float, str, tuple[str, str], tuple[str, str]]:
        return -link.score, link.reason, _by_label(link.one, index), _by_label(link.other, index)

    for link in sorted((link for link in links if link.reason != "correction"), key=order):
        for one, other in _pairs(atoms[link.one], atoms[link.other], index):
            yield one, other, link


def _undirected(link: Link) -> Link:
    return link if link.one <= link.other else Link(link.other, link.one, link.reason, link.score)


def _by_label(key: Key, index: Index) -> tuple[str, str]:
    return key[0], index.ontology.label(key[1])


def _alias_links(group: Group, index: Index) -> Iterator[Link]:
    """An alias leads to the name that it is, where no other name has it and the classes agree."""
    key, known = group.key, known_things(index.ontology)
    for alias, reason in group.aliases(index.ontology).items():
        meant = alias, key[1]
        other = index.group(meant)
        if (other.names or meant in known.iris) and _means(group, other, index):
            yield Link(key, meant, reason, SCORES[reason])
    if group.names or key in known.iris:
        for user in index.users(*key):
            by = index.group(user)
            if user != key and _means(by, group, index):
                reason = by.aliases(index.ontology)[key[0]]
                yield Link(user, key, reason, SCORES[reason])


def _means(user: Group, meant: Group, index: Index) -> bool:
    if {*index.users(*meant.key)} - {meant.key} != {user.key}:
        return False
    one, other = user.usual_type(index.ontology), meant.usual_type(index.ontology)
    return not (one and other) or index.ontology.is_a(one, other) or index.ontology.is_a(other, one) or one == other


def _known_links(key: Key, index: Index, known: Known) -> Iterator[Link]:
    """Names of one known entity mean it."""
    for iri in known.all.get(key, ()):
        for other in known.names[iri]:
            if other != key and (index.group(other).names or index.group(key).names):
                yield Link(key, other, "known", SCORES["known"])


def _corrected_links(group: Group, index: Index) -> Iterator[Link]:
    known = known_things(index.ontology)
    if not index.corrections.same:
        return
    for iri in {iri for name in group.names for iri in name_iris(name, index)} | {*known.all.get(group.key, ())}:
        for partner in index.corrections.partners(iri):
            for key in index.keys_of(partner):
                if key != group.key:
                    yield Link(group.key, key, "correction", SCORES["correction"])


def _spelling_links(key: Key, index: Index, known: Known) -> Iterator[Link]:
    """Names that differ by a blank, or by a slip within a word, mean one thing."""
    for spelling in near_spellings(key[0]):
        for other in {*index.near(spelling, key[1]), *known.near.get((spelling, key[1]), ())}:
            score = spelled_alike(key[0], other[0])
            if other != key and score:
                yield Link(key, other, "spelling", score)


def spelled_alike(one: str, other: str) -> float:
    """How surely two normalised names are one, spelled in two ways; 0 if they may well be two.

    Figures tell models apart, and first and last letters words: Mario and Maria, Rune and Prune, plurals.

    >>> spelled_alike("open ai", "openai"), spelled_alike("sam altmann", "sam altman"), spelled_alike("gpt 4", "gpt 5")
    (0.8, 0.72, 0.0)
    """
    tight, other_tight = squeeze(one), squeeze(other)
    if tight == other_tight:
        return 0.8 if len(tight) >= SHORTEST_SQUEEZED else 0.0
    if min(len(tight), len(other_tight)) < SHORTEST_NEAR or OSA.distance(tight, other_tight, score_cutoff=1) > 1:
        return 0.0
    if [c for c in one if c.isdigit()] != [c for c in other if c.isdigit()]:
        return 0.0
    words, others = one.split(), other.split()
    pairs = [pair for pair in zip(words, others, strict=False) if pair[0] != pair[1]]
    if len(words) != len(others) or not all(_slip(*pair) for pair in pairs):
        return 0.0
    return round(0.8 * OSA.normalized_similarity(tight, other_tight), 2)


def _slip(one: str, other: str) -> bool:
    """Whether two words differ inside, or by a letter that is doubled at the end."""
    short, full = sorted((one, other), key=len)
    if len(short) < 5:  # John and Jon are two, as are most short words
        return False
    doubled = len(full) > len(short) and full[-1] == full[-2] and full[:-1] == short and full[-1] != "s"
    return doubled or (one[0] == other[0] and one[-1] == other[-1])


def _atoms(group: Group, index: Index) -> list[_Atom]:
    """The names of a group, parted by makers that have nothing to do with each other, the most used first."""
    known = known_things(index.ontology)
    default = known.iris.get(group.key, "")
    made = sorted((name for name in group.names if name.makers), key=lambda name: name.makers)
    parts: list[list[Name]] = []
    for name in made:
        mine = [part for part in parts if any(_kindred(name, each, index) for each in part)]
        parts = [part for part in parts if part not in mine]
        parts.append([name, *(each for part in mine for each in part)])
    atoms = [_atom(group.key, sorted(part, key=lambda name: name.makers), group, index) for part in parts]
    atoms.sort(key=lambda atom: (-atom.articles, min(group.names[name].first for name in atom.names)))
    for atom in atoms:
        fitting = [iri for iri in (default, *known.all.get(group.key, ())) if _fits(atom.makers, known.makers.get(iri))]
        atom.known = next(iter(fitting), "")
    if atoms and default in known.ambiguous - known.makers.keys() and all(atom.known != default for atom in atoms):
        atoms[0].known = default
    if unmade := [name for name in group.names if not name.makers]:
        home = next((atom for atom in atoms if atom.known == default), None)
        if home and not _parted(unmade[0], home, index):
            home.names[:0] = unmade
        else:
            atoms.insert(0, _atom(group.key, unmade, group, index))
            atoms[0].known = default
    elif default and not any(atom.known == default for atom in atoms):
        atoms.append(_Atom(group.key, [], {default}, default))
    for atom in atoms:
        _take_iris(atom, group, index)
    return atoms


def _kindred(one: Name, other: Name, index: Index) -> bool:
    """Whether two names that are told apart by their makers may mean one thing all the same.

    They may if a maker of the one is a maker of the other, or part of one by its name, or stands in an article with it.
    """
    if index.corrections.different and index.corrections.part({*name_iris(one, index)}, {*name_iris(other, index)}):
        return False
    if index.stand_beside(other, one.makers) or index.stand_beside(one, other.makers):
        return True
    return _fits({*one.makers}, {*other.makers})


def _fits(makers: Set[str], others: Set[str] | None) -> bool:
    """Whether one of some makers is one of others, or has the other's name with words after it."""
    return any(f"{a} ".startswith(f"{b} ") or f"{b} ".startswith(f"{a} ") for a in makers for b in others or ())


def _atom(key: Key, names: list[Name], group: Group, index: Index) -> _Atom:
    makers = {maker for name in names for maker in name.makers}
    return _Atom(key, names, articles=sum(group.names[name].articles for name in names), makers=makers)


def _parted(name: Name, atom: _Atom, index: Index) -> bool:
    theirs = {iri for each in atom.names for iri in name_iris(each, index)}
    return index.corrections.part({*name_iris(name, index)}, theirs)


def _take_iris(atom: _Atom, group: Group, index: Index) -> None:
    """Gives an atom its IRIs; a known one that a person says it is not is not its own."""
    atom.iris |= {iri for name in atom.names for iri in name_iris(name, index)}
    atom.articles = sum(group.names[name].articles for name in atom.names)
    if atom.known and index.corrections.part({atom.known}, atom.iris - {atom.known}):
        atom.known = ""
    if atom.known:
        atom.iris.add(atom.known)


def _pairs(some: Sequence[_Atom], others: Sequence[_Atom], index: Index) -> Iterator[tuple[_Atom, _Atom]]:
    """Which atoms of two linked names mean each other: by makers, by who has the alias, else the most used one."""
    few, many = (some, others) if len(some) <= len(others) else (others, some)
    for atom in few:
        fitting = [each for each in many if _fits(atom.makers, each.makers)]
        fitting += [each for each in many if _calls(each, atom.key[0], index)]
        fitting += [each for each in many if each.known]
        yield atom, next(iter(fitting), many[0])


def _calls(atom: _Atom, alias: str, index: Index) -> bool:
    names = index.group(atom.key).names
    return alias in Group(atom.key, {name: names[name] for name in atom.names}).aliases(index.ontology)


def _may_join(some: Sequence[_Atom], others: Sequence[_Atom], corrections: Corrections) -> bool:
    """Whether nothing speaks against it: two known entities, two makers of one name, or a person."""
    if len({atom.known for atom in (*some, *others)} - {""}) > 1:
        return False
    if {atom.key for atom in some} & {atom.key for atom in others}:
        return False
    ours, theirs = ({iri for atom in part for iri in atom.iris} for part in (some, others))
    return not corrections.part(ours, theirs)


def _name_things(clusters: Iterable[Sequence[_Atom]], index: Index) -> list[Thing]:
    """The things, each with its IRI and those that lead to it; a known IRI goes to the thing most spoken of."""
    things: list[Thing] = []
    taken: set[Iri] = set()
    firsts = {id(c): min(_first(name, index) for atom in c for name in atom.names) for c in clusters}
    for cluster in sorted(clusters, key=lambda c: (-sum(atom.articles for atom in c), firsts[id(c)][:2])):
        names = sorted({name for atom in cluster for name in atom.names}, key=lambda name: _first(name, index))
        own = [iri for name in names for iri in name_iris(name, index)]
        known = sorted({atom.known for atom in cluster} - {"", *taken})
        iri = known[0] if known else own[0]
        taken.add(iri)
        things.append(Thing(iri, names, {*own} - {iri}))
    return things


def _first(name: Name, index: Index) -> tuple[tuple[str, str], str, str, tuple[str, ...]]:
    usage = index.group(name.key).names[name]
    return usage.first, name.text, index.ontology.label(name.branch), name.makers
