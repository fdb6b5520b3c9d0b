"""All that the graph knows of one thing: its facts in groups, what is claimed of it, and what happened when.

    thing ─► facts, each with what it rests on and the claims that state it ─► groups
          ─► claims of every status, each with its sentence                 ─► a timeline
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

import pyoxigraph as ox

from .evidence import StoredClaim, Thing, answers, claims_of, one_line, rows, thing_of
from .graph import Graph
from .model import Iri, Status
from .quads import text_of
from .query import find_entity, label_of
from .said import statement_iri
from .sparql import Term
from .vocab import CLAIM

Node = ox.NamedNode
Step = tuple[Thing, str, Thing]  # a fact in words: its subject, the label of its property, and its object
Found = tuple[tuple[Iri, str, bool], "Fact"]  # a fact beside its property, the label of that, and whether it is inverse


@dataclass(frozen=True, slots=True)
class Support:
    """What a fact rests on: how many articles assert it, how many independent ones, how surely, first, last."""

    articles: int
    sources: int
    confidence: Decimal
    first: str = ""
    last: str = ""

    def __str__(self) -> str:
        """In words, such as “2 sources, 2026-04-08 to 2026-04-09, confidence 0.99”."""
        sources = f"{self.sources} source{'s' if self.sources != 1 else ''}"
        days = " to ".join(dict.fromkeys(filter(None, (self.first, self.last))))
        return ", ".join(filter(None, (sources, days, f"confidence {self.confidence:.2f}")))


@dataclass(frozen=True, slots=True)
class Fact:
    """The other end of a fact about a thing, what it rests on, and the claims that state it, this way or the other.

    An inferred fact is one that axioms give; if no claim states it the other way round, it says from what it follows.
    """

    other: Thing
    inferred: bool
    support: Support | None
    claims: tuple[StoredClaim, ...]
    because: tuple[Step, ...] = ()

    @property
    def grounds(self) -> str:
        """In words, what the fact rests on or from what it follows."""
        steps = "; ".join(" ".join(map(str, step)) for step in self.because)
        return str(self.support) if self.support else f"inferred from: {steps}" if steps else "inferred"


@dataclass(frozen=True, slots=True)
class Group:
    """The facts about a thing by one property; the thing is their object if it is inverse, else their subject."""

    property: Iri
    label: str
    inverse: bool
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class Moment:
    """What happened or is to happen, when, and the claims that say so; a date is as exact as the text has it."""

    date: str
    subject: Thing
    label: str
    object: Thing
    status: Status
    claims: tuple[StoredClaim, ...]


@dataclass(frozen=True, slots=True, repr=False)
class About:
    """A thing, its other names, the class it is of, its facts in groups, all claims about it, and its timeline."""

    thing: Thing
    type: Iri
    others: tuple[str, ...]
    groups: tuple[Group, ...]
    claims: tuple[StoredClaim, ...]
    timeline: tuple[Moment, ...]

    @property
    def name(self) -> str:
        """What the thing is called."""
        return self.thing.name

    @property
    def iri(self) -> Iri:
        """The IRI of the thing."""
        return self.thing.iri

    @property
    def by_status(self) -> Mapping[Status, tuple[StoredClaim, ...]]:
        """The claims by status, in the order of the statuses; those that no claim has are left out."""
        found = {status: tuple(claim for claim in self.claims if claim.status == status) for status in Status}
        return {status: claims for status, claims in found.items() if claims}

    def other(self, claim: StoredClaim) -> Thing:
        """The end of a claim that is not this thing."""
        return claim.object if claim.subject.iri == self.iri else claim.subject

    def is_inverse(self, claim: StoredClaim) -> bool:
        """Whether this thing is the object of a claim, and not its subject."""
        return claim.subject.iri != self.iri

    def __repr__(self) -> str:
        lines = [f"{self.name} ({self.thing.kind or 'of no class'})"]
        lines += [f"also called {', '.join(self.others)}"] if self.others else []
        for group in self.groups:
            lines += ["", f"{group.label} {self.name}" if group.inverse else group.label]
            lines += [f"    {fact.other}  ({fact.grounds})" for fact in group.facts]
        for status, claims in self.by_status.items():
            lines += ["", f"{status}: {len(claims)} claim{'s' if len(claims) != 1 else ''}"]
            if status != Status.ASSERTED:
                lines += [f"    {claim}\n        “{claim.quote.words}” {claim.quote.source}" for claim in claims]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        from .cards import card

        return card("about", about=self)


def about(graph: Graph, name: str) -> About:
    """The thing with a name or an IRI; QueryError, with near names, if there is none, or if several are called so."""
    iri = find_entity(graph, name)
    found = rows(graph, "about/thing.rq", thing=Node(iri))
    kinds = {row["class"]: graph.ontology.label(row["class"]) for row in found if "class" in row}
    kind = min(kinds, default="")
    thing = thing_of(iri, min((row["name"] for row in found), default=iri), kinds.get(kind, ""))
    others = sorted({one_line(row["other"]) for row in found if "other" in row} - {thing.name})
    claims = claims_of(graph, iri)
    groups = _groups(_facts(graph, thing, claims))
    return About(thing, kind, tuple(others), groups, claims, _timeline(claims))


def _groups(facts: Iterable[Found]) -> tuple[Group, ...]:
    """The facts by property, the thing's own before those that others have with it."""
    found: dict[tuple[Iri, str, bool], list[Fact]] = defaultdict(list)
    for key, fact in facts:
        found[key].append(fact)
    order = sorted(found, key=lambda key: (key[2], key[1], key[0]))
    return tuple(Group(*key, tuple(sorted(found[key], key=_strength))) for key in order)


def _strength(fact: Fact) -> tuple[object, ...]:
    sources = fact.support.sources if fact.support else 0
    return -sources, fact.other.name.casefold(), fact.other.name, fact.other.iri


def _facts(graph: Graph, thing: Thing, claims: Iterable[StoredClaim]) -> Iterator[Found]:
    support = _supports(graph, thing)
    stating: dict[Iri, list[StoredClaim]] = defaultdict(list)
    for claim in claims:
        stating[claim.states].append(claim)
    ways = _ways(graph)
    for (property, inverse, other), row in _told(graph, thing).items():
        subject, object = (other, Node(thing.iri)) if inverse else (Node(thing.iri), other)
        same = [*_statements(subject, property, object, ways[property])]
        rests = max((support[each] for each in same if each in support), key=lambda each: each.sources, default=None)
        said = tuple(claim for each in same for claim in stating.get(each, ()))
        inferred = text_of(row["inferred"]) == "true"
        because = _because(graph, subject, property, object) if inferred and not rests else ()
        fact = Fact(_thing(graph, other, row), inferred, rests, said, because)
        yield (property.value, graph.ontology.label(property.value), inverse), fact


def _statements(subject: Term, property: Node, object: Term, ways: Iterable[Node]) -> Iterator[Iri]:
    """The nodes of what claims state if they state a fact, one way or the other."""
    if isinstance(subject, Node):
        yield statement_iri(subject, property, object).value
    if isinstance(object, Node):
        yield from (statement_iri(object, way, subject).value for way in ways)


def _told(graph: Graph, thing: Thing) -> Mapping[tuple[Node, bool, Term], Mapping[str, Term]]:
    """Each fact once: its property, whether the thing is its object, and its other end."""
    found: dict[tuple[Node, bool, Term], Mapping[str, Term]] = {}
    for row in answers(graph, "about/facts.rq", thing=Node(thing.iri)):
        assert isinstance(row["property"], Node)
        found.setdefault((row["property"], text_of(row["inverse"]) == "true", row["other"]), row)
    return found


def _ways(graph: Graph) -> Mapping[Node, list[Node]]:
    """The properties that say the same of two things the other way round: inverses, and a symmetric one itself."""
    ways: dict[Node, list[Node]] = defaultdict(list)
    for row in rows(graph, "about/ways.rq"):
        ways[Node(row["property"])].append(Node(row["way"]))
    return ways


def _because(graph: Graph, subject: Term, property: Term, object: Term) -> tuple[Step, ...]:
    """The facts that an inferred one follows from in one step."""
    found = answers(graph, "explain/premises.rq", subject=subject, property=property, object=object)
    steps = {(row["s"], row["p"], row["o"]) for row in found}
    told = [(_thing(graph, s), graph.ontology.label(text_of(p)), _thing(graph, o)) for s, p, o in steps]
    return tuple(sorted(told, key=lambda step: (step[0].name, step[1], step[2].name)))


def _thing(graph: Graph, term: Term, row: Mapping[str, Term] | None = None) -> Thing:
    """What stands at an end of a fact, by its name in a row of an answer, or in the graph."""
    iri = text_of(term)
    if row is None:
        return thing_of(iri, label_of(graph, iri) if isinstance(term, Node) else None)
    kind = graph.ontology.label(text_of(row["class"])) if "class" in row else ""
    return thing_of(iri, text_of(row["name"]) if "name" in row else None, kind)


def _supports(graph: Graph, thing: Thing) -> Mapping[Iri, Support]:
    """What the facts with a thing rest on, by the nodes of what claims state."""
    found: dict[Iri, dict[Iri, str]] = defaultdict(dict)
    for row in rows(graph, "about/support.rq", thing=Node(thing.iri)):
        found[row["fact"]][row["property"]] = row["value"]
    return {fact: _support(told) for fact, told in found.items()}


def _support(told: Mapping[Iri, str]) -> Support:
    counts = int(told[CLAIM.articles]), int(told[CLAIM.sources])
    days = told.get(CLAIM.firstSeen, ""), told.get(CLAIM.lastSeen, "")
    return Support(*counts, Decimal(told[CLAIM.combinedConfidence]), *days)


def _timeline(claims: Iterable[StoredClaim]) -> tuple[Moment, ...]:
    """What happened when, once each, with all claims that say so, from the first to the last."""
    found: dict[tuple[str, Thing, str, Thing, Status], list[StoredClaim]] = defaultdict(list)
    for claim in claims:
        if claim.date:
            found[claim.date, claim.subject, claim.label, claim.object, claim.status].append(claim)
    order = sorted(found, key=lambda key: (key[0], key[1].name, key[2], key[3].name, [*Status].index(key[4])))
    return tuple(Moment(*key, tuple(found[key])) for key in order)
