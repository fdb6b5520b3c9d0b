"""The facts, kept up to date where something changed: CONSTRUCT queries run over the part that it can touch.

    named        what things are called and are, from the names that mean them
    stated       what asserted claims state, less what is contradicted by the classes of its ends
    inferred     what axioms make of one fact        composed     what they make of two that meet

A fact that goes takes along all that could follow from it, and what follows from others is put back (delete and
rederive); this is right as no axiom here needs the absence of a fact. What stated facts lead to by another path of a
transitive property stays where it is: where many things lead to each other, each of them follows from nearly all.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Set
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from .draft import Draft, Term
from .files import in_graph
from .model import Iri
from .ontology import Ontology
from .quads import text_of
from .registry import IDENTITY, MEANS, Registry
from .said import OBJECT, PREDICATE, STATES, SUBJECT
from .vocab import AMOUNTS, CLAIM, ENTITY, LEX, OWL, RDF, RDFS, SKOS

Node = ox.NamedNode
FACTS = ox.DefaultGraph()
ONTOLOGY, KNOWN, INFERRED, SUPPORT = (Node(CLAIM(name)) for name in ("ontology", "known", "inferred", "support"))
_TYPE, _STATUS, _ASSERTED = Node(RDF.type), Node(CLAIM.status), Node(CLAIM.asserted)
_NAMING = (_TYPE, Node(RDFS.label), Node(SKOS.altLabel))
_TOLD = {Node(CLAIM(name)) for name in ("called", "alsoCalled", "calledA")}  # of a name, for a thing's own
_QUERIES = Path(__file__).parent / "queries"

Facts = set[ox.Triple]
Step = tuple[Term, Term, Term]  # a fact with the first property and one with the second give one with the third


class Rules:
    """The axioms of an ontology, and what they ask of the facts around one."""

    def __init__(self, ontology: Ontology) -> None:
        """The rules that the axioms give."""
        self.axioms = axioms(ontology)
        self._quads = [in_graph(t, ONTOLOGY) for t in self.axioms]
        ties: dict[Term, dict[Term, Term]] = defaultdict(dict)
        for triple in self.axioms:
            ties[triple.predicate][triple.subject] = triple.object
        first, rest = ties[Node(RDF.first)], ties[Node(RDF.rest)]
        lists = [(t.subject, t.object) for t in self.axioms if t.predicate == Node(OWL.propertyChainAxiom)]
        pairs = [(prop, chain) for prop, chain in lists if rest[rest[chain]] == Node(RDF.nil)]
        self.chains: set[Step] = {(first[chain], first[rest[chain]], prop) for prop, chain in pairs}
        kinds = [(t.subject, t.object) for t in self.axioms if t.predicate == _TYPE]
        self.transitive = {p for p, kind in kinds if kind == Node(OWL.TransitiveProperty)}
        self.steps = self.chains | {(p, p, p) for p in self.transitive}
        chained = {step[2] for step in self.chains}
        limits = (Node(RDFS.domain), Node(RDFS.range))
        self.ends = {t.object for t in self.axioms if t.subject in chained and t.predicate in limits}

    def space(self, triples: Iterable[ox.Triple] = ()) -> ox.Store:
        """A store of the axioms and of some facts, to run queries in."""
        store = ox.Store()
        store.extend(self._quads)
        store.extend(in_graph(t, FACTS) for t in triples)
        return store


@lru_cache(maxsize=4)
def rules(ontology: Ontology) -> Rules:
    """The rules of an ontology, made once."""
    return Rules(ontology)


@lru_cache(maxsize=4)
def axioms(ontology: Ontology) -> frozenset[ox.Triple]:
    """What the ontology says of classes and properties; words and known entities are no axioms."""
    data = ox.Dataset(
        quad for quad in ontology.store if not quad.predicate.value.startswith(LEX) and not _is_entity(quad.subject)
    )
    data.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)  # names of blank nodes that depend on the content alone
    return frozenset(quad.triple for quad in data)


@lru_cache(maxsize=4)
def known(ontology: Ontology) -> Mapping[Iri, list[ox.Triple]]:
    """What the ontology says of each known entity, words apart."""
    found: dict[Iri, list[ox.Triple]] = {}
    for quad in ontology.store:
        if _is_entity(quad.subject) and not quad.predicate.value.startswith(LEX):
            found.setdefault(text_of(quad.subject), []).append(quad.triple)
    return found


def _is_entity(node: Term) -> bool:
    return isinstance(node, Node) and node.value.startswith(ENTITY)


def construct(store: ox.Store, folder: str) -> Facts:
    """All triples that the CONSTRUCT queries of a folder give."""
    found: Facts = set()
    for query in _queries(folder):
        result = store.query(query)
        assert isinstance(result, ox.QueryTriples), f"a query in {folder} is no CONSTRUCT"
        found.update(result)
    return found


@cache
def read_query(name: str) -> str:
    """The text of a query in `kg/queries`."""
    return (_QUERIES / name).read_text(encoding="utf-8")


@cache
def _queries(folder: str) -> tuple[str, ...]:
    """The texts of the queries in a folder of `kg/queries`, in the order of their names."""
    return tuple(read_query(f"{folder}/{path.name}") for path in sorted((_QUERIES / folder).iterdir()))


def update_facts(
    draft: Draft, registry: Registry, things: Set[Iri], statements: Set[Node]
) -> Mapping[Node, ox.Triple | None]:
    """Brings the facts up to date where the names of things, or the claims that state something, have changed.

    Gives all statements that were looked at, those of a thing whose class is another now among them, each with the fact
    that it is, if it is one.
    """
    before, after = _naming(draft, things), _named(draft, registry, things)
    retyped = {t.subject for t in before ^ after if t.predicate == _TYPE}
    statements = statements | {s for thing in retyped for s in _statements_of(draft, thing)}
    axioms = rules(registry.ontology)
    space = axioms.space()
    said = {statement: _say(draft, statement, space) for statement in statements}
    before |= {triple for statement, triple in said.items() if any(draft.quads(statement, _TYPE, None, SUPPORT))}
    amounts = {t.object for t in said.values() if text_of(t.object).startswith(AMOUNTS)}
    before |= {q.triple for a in amounts for q in draft.quads(a, None, None, FACTS) if is_stated(draft, q.triple)}
    ends = {end for t in said.values() for end in (t.subject, t.object) if _is_entity(end)}
    types = {t for t in after if t.predicate == _TYPE and t.subject in ends}
    types |= {t for end in ends - {Node(thing) for thing in things} for t in _types(draft, end)}
    stated = _stated(draft, space, {*said.values()}, amounts)
    space.extend(in_graph(t, FACTS) for t in stated | types)
    after |= stated - construct(space, "contradicted")
    change_facts(draft, axioms, before - after, after - before)
    return {statement: triple if triple in after else None for statement, triple in said.items()}


def _naming(draft: Draft, things: Iterable[Iri]) -> Facts:
    """What things are called and are, as the facts have it, axioms apart."""
    return {
        quad.triple
        for thing in things
        for predicate in _NAMING
        for quad in draft.quads(Node(thing), predicate, None, FACTS)
        if not _is_inferred(draft, quad.triple)
    }


def _named(draft: Draft, registry: Registry, things: Iterable[Iri]) -> Facts:
    """What things are called and are, by the names that mean them now."""
    space = rules(registry.ontology).space()
    for thing in things:
        names = [*registry.names_of(thing)]
        told = known(registry.ontology).get(thing, ()) if names else ()
        wanted = [in_graph(t, KNOWN) for t in told]
        draft.replace([*draft.quads(Node(thing), None, None, KNOWN)], wanted)
        space.extend(wanted)
        space.extend(ox.Quad(node, MEANS, Node(thing), IDENTITY) for node in names)
        space.extend(q for node in names for q in draft.quads(node, None, None, IDENTITY) if q.predicate in _TOLD)
    return construct(space, "named")


def _statements_of(draft: Draft, thing: Term) -> Iterator[Node]:
    for place in (SUBJECT, OBJECT):
        for claim in draft.quads(None, place, thing, None):
            for quad in draft.quads(claim.subject, STATES, None, claim.graph_name):
                assert isinstance(quad.object, Node)
                yield quad.object


def _types(draft: Draft, thing: Term) -> Facts:
    """The classes of a thing, axioms apart."""
    return {q.triple for q in draft.quads(thing, _TYPE, None, FACTS) if not _is_inferred(draft, q.triple)}


def _say(draft: Draft, statement: Node, space: ox.Store) -> ox.Triple:
    """What a statement says, by a claim that is put in a store; by one that was there, if none states it any more."""
    if claim := next(draft.quads(None, STATES, statement, None), None):
        return _put_claim(draft, claim, space)
    before = draft.before
    return _triple(before, next(before.quads(None, STATES, statement, None)))


def _triple(draft: Draft, claim: ox.Quad) -> ox.Triple:
    """What the claim that a quad is of ties; StopIteration where the graph has half of it."""
    places = (SUBJECT, PREDICATE, OBJECT)
    terms: Any = [next(draft.quads(claim.subject, place, None, claim.graph_name)).object for place in places]
    return ox.Triple(*terms)


def _put_claim(draft: Draft, claim: ox.Quad, space: ox.Store) -> ox.Triple:
    """Puts the asserted claim that a quad is of in a store, as far as it matters for what it states, and gives that."""
    ties = _triple(draft, claim)
    said = zip((SUBJECT, PREDICATE, OBJECT, _STATUS), (*ties, _ASSERTED), strict=True)
    space.extend(ox.Quad(claim.subject, place, term, claim.graph_name) for place, term in said)
    return ties


def _stated(draft: Draft, space: ox.Store, candidates: Facts, amounts: Set[Term]) -> Facts:
    """What the claims in a store make facts of, if nothing speaks against it, and the amounts that these speak of."""
    for amount in amounts:
        _put_amount(draft, amount, space)
    # Claims that were put there for their amounts are not asked about: nothing is known of the classes of their ends.
    return {t for t in construct(space, "stated") if t in candidates or t.subject in amounts}


def _put_amount(draft: Draft, amount: Term, space: ox.Store) -> None:
    """Puts an amount in a store with one claim that asserts something of it, if there is any."""
    for claim in draft.quads(None, OBJECT, amount, None):
        if ox.Quad(claim.subject, _STATUS, _ASSERTED, claim.graph_name) in draft:
            _put_claim(draft, claim, space)
            space.extend(draft.quads(amount, None, None, claim.graph_name))
            return


def _is_inferred(draft: Draft, triple: ox.Triple) -> bool:
    return in_graph(triple, INFERRED) in draft


def is_stated(draft: Draft, triple: ox.Triple) -> bool:
    """Whether a triple is a fact that does not follow from axioms alone."""
    return in_graph(triple, FACTS) in draft and not _is_inferred(draft, triple)


def change_facts(draft: Draft, rules: Rules, gone: Facts, new: Facts) -> None:
    """Takes stated facts away and adds others, with all that follows from them."""
    doubtful = _consequences(draft, rules, gone, _kept_types(rules, gone, new))
    draft.remove(in_graph(t, FACTS) for t in gone | doubtful)
    draft.remove(in_graph(t, INFERRED) for t in doubtful | new)
    edge = {t for t in new if in_graph(t, FACTS) not in draft}
    draft.add(in_graph(t, FACTS) for t in new)
    edge |= _infer(draft, _rederived(draft, rules, (gone | doubtful) - new))
    while edge:
        edge = _infer(draft, _follow(draft, rules, edge))


def _infer(draft: Draft, facts: Facts) -> Facts:
    """Adds facts as inferred ones, and gives those that were none yet."""
    fresh = {t for t in facts if in_graph(t, FACTS) not in draft}
    draft.add(in_graph(t, FACTS) for t in fresh)
    draft.add(in_graph(t, INFERRED) for t in fresh)
    return fresh


def _kept_types(rules: Rules, gone: Facts, new: Facts) -> Facts:
    """The classes that things keep whose class is another now: an application that becomes a device stays a product."""
    retyped = {fact.subject for fact in gone if fact.predicate == _TYPE}
    edge = {fact for fact in new if fact.predicate == _TYPE and fact.subject in retyped}
    found: Facts = set()
    while edge:
        found |= edge
        edge = construct(rules.space(edge), "inferred") - found
    return found


def _consequences(draft: Draft, rules: Rules, gone: Facts, kept: Facts) -> Facts:
    """The inferred facts that may rest on some facts, step by step, as far as no path leads to them all the same."""
    found: Facts = set()
    paths = _Paths(draft, rules, gone)
    edge = {fact for fact in gone if not paths.lead(fact)}
    while edge:
        inferred = {fact for fact in _follow(draft, rules, edge) - found - kept if _is_inferred(draft, fact)}
        edge = {fact for fact in inferred if not paths.lead(fact)}
        found |= edge
    return found


class _Paths:
    """What the stated facts with transitive properties lead to, those apart that go."""

    def __init__(self, draft: Draft, rules: Rules, gone: Facts) -> None:
        self.draft = draft
        self.rules = rules
        self.gone = gone
        self._steps: dict[tuple[Term, Term], list[Term]] = {}
        self._reached: dict[tuple[Term, Term], set[Term]] = {}

    def lead(self, fact: ox.Triple) -> bool:
        """Whether a path leads from the subject of a fact to its object."""
        if fact.predicate not in self.rules.transitive:
            return False
        start = fact.predicate, fact.subject
        if start not in self._reached:
            self._reached[start] = self._reach(*start)
        return fact.object in self._reached[start]

    def _reach(self, property: Term, start: Term) -> set[Term]:
        found: set[Term] = set()
        edge = [start]
        while edge:
            new = [node for node in self._next(property, edge.pop()) if node not in found]
            found.update(new)
            edge += new
        return found - {start}

    def _next(self, property: Term, node: Term) -> list[Term]:
        if (property, node) not in self._steps:
            facts = (quad.triple for quad in self.draft.quads(node, property, None, FACTS))
            stated = [fact for fact in facts if fact not in self.gone and not _is_inferred(self.draft, fact)]
            self._steps[property, node] = [fact.object for fact in stated]
        return self._steps[property, node]


def _follow(draft: Draft, rules: Rules, facts: Facts) -> Facts:
    """What follows in one step from some facts, alone or together with others; true facts near by may be among it."""
    found = construct(rules.space(facts), "inferred")
    near = {other for fact in facts for other in _meeting(draft, rules, fact)}
    if near:
        ends = {end for t in facts | near for end in (t.subject, t.object) if isinstance(end, Node)}
        types = {q.triple for end in ends for q in draft.quads(end, _TYPE, None, FACTS)}
        found |= construct(rules.space(facts | near | types), "composed")
    return found


def _meeting(draft: Draft, rules: Rules, fact: ox.Triple) -> Iterator[ox.Triple]:
    """The facts that a fact may be composed with; those that a class lets be composed."""
    for first, second, _ in rules.steps:
        if fact.predicate == first and not isinstance(fact.object, ox.Literal):
            yield from (q.triple for q in draft.quads(fact.object, second, None, FACTS))
        if fact.predicate == second:
            yield from (q.triple for q in draft.quads(None, first, fact.subject, FACTS))
    if fact.predicate == _TYPE and fact.object in rules.ends:
        for first, second, _ in rules.chains:
            for one in draft.quads(fact.subject, first, None, FACTS):
                yield one.triple
                yield from (q.triple for q in draft.quads(one.object, second, None, FACTS))
            for other in draft.quads(None, second, fact.subject, FACTS):
                yield other.triple
                yield from (q.triple for q in draft.quads(None, first, other.subject, FACTS))


def _rederived(draft: Draft, rules: Rules, doubtful: Facts) -> Facts:
    """Of some facts that are none now, those that follow in one step from facts that are."""
    if not doubtful:
        return set()
    alone: Facts = set()
    meeting: Facts = set()
    for fact in doubtful:
        alone |= {q.triple for q in draft.quads(fact.subject, None, fact.object, FACTS)}
        if fact.predicate == _TYPE:
            alone |= {q.triple for q in draft.quads(fact.subject, _TYPE, None, FACTS)}
        if not isinstance(fact.object, ox.Literal):
            alone |= {q.triple for q in draft.quads(fact.object, None, fact.subject, FACTS)}
        meeting |= {t for step in rules.steps if step[2] == fact.predicate for t in _between(draft, step, fact)}
    found = construct(rules.space(alone), "inferred")
    if meeting:
        ends = {end for t in meeting for end in (t.subject, t.object) if isinstance(end, Node)}
        meeting |= {q.triple for end in ends for q in draft.quads(end, _TYPE, None, FACTS)}
        found |= construct(rules.space(meeting), "composed")
    return found & doubtful


def _between(draft: Draft, step: Step, fact: ox.Triple) -> Iterator[ox.Triple]:
    """The pairs of facts that lead from the subject of a fact to its object."""
    for one in draft.quads(fact.subject, step[0], None, FACTS):
        if not isinstance(one.object, ox.Literal):
            assert isinstance(step[1], Node)
            other = ox.Triple(one.object, step[1], fact.object)
            if in_graph(other, FACTS) in draft:
                yield from (one.triple, other)
