"""A part of a graph: what it says of one thing and of those near it, or what rests on several sources."""

from collections.abc import Iterator, Set

import pyoxigraph as ox

from .draft import Draft
from .facts import change_facts, is_stated, rules
from .files import STORE
from .graph import FACTS, KNOWN, ONTOLOGY, SUPPORT, Graph, size_marks
from .quads import text_of
from .query import find_entity
from .remote import Distant
from .said import STATES
from .support import PLACES
from .vocab import AMOUNTS, CLAIM, ENTITY, RDF, RDFS, SKOS

Node = ox.NamedNode
_SUBJECT, _OBJECT, _DIGEST = Node(RDF.subject), Node(RDF.object), Node(CLAIM.digest)
_SOURCES = Node(CLAIM.sources)
_NAMING = (Node(RDF.type), Node(RDFS.label), Node(SKOS.altLabel))


def part(graph: Graph, about: str, hops: int = 2) -> Graph:
    """The graph of the things within some steps of one; articles are cut short in it, so none can be added to it.

    A step is a fact, or a claim of any status, between two things. Only what is near is looked at.
    """
    whole = _at_hand(graph.store)
    near = _near(whole, Node(find_entity(graph, about)), hops)
    store = ox.Store()
    store.extend(whole.quads_for_pattern(None, None, None, ONTOLOGY))
    for node in _kept(whole, near):
        for quad in _told(whole, node):
            if not _is_far(quad.object, near) and quad.predicate != _DIGEST:
                store.add(quad)
    return Graph(store, None, graph.ontology, read_only=True)


def corroborated(graph: Graph, least: int) -> Graph:
    """A graph in memory of the facts that at least so many independent articles assert, of what axioms make of these,
    of what they rest on, and of the articles that assert them.

    It takes what such facts take, not what the graph does: most facts have one source.
    """
    source = Draft(_at_hand(graph.store))
    part = Graph(ox.Store(), graph.place, graph.ontology)
    facts: set[ox.Triple] = set()
    articles: set[Node] = set()
    for statement, fact in _supported(source, least):
        facts |= {fact, *_about(source, fact.subject), *_about(source, fact.object)}
        part.store.extend(source.quads(statement, None, None, SUPPORT))
        claims = source.quads(None, STATES, statement, None)
        articles |= {quad.graph_name for quad in claims if isinstance(quad.graph_name, Node)}
    for name in (ONTOLOGY, KNOWN, *sorted(articles, key=str)):
        part.store.extend(source.quads(None, None, None, name))
    draft = Draft(part.store)
    change_facts(draft, rules(graph.ontology), set(), facts)
    draft.write()
    part.store.extend(size_marks(part.store))
    part.read_only = True
    return part


def _at_hand(store: ox.Store) -> ox.Store:
    """The store, or what it has if it is elsewhere: thousands of small questions would each be a request there."""
    if not isinstance(store, Distant):
        return store
    copy = ox.Store()
    copy.extend(store)
    return copy


def _near(store: ox.Store, centre: Node, hops: int) -> set[Node]:
    """The things that at most so many steps lead to."""
    near, edge = {centre}, {centre}
    for _ in range(hops):
        edge = {other for one in edge for other in _neighbours(store, one) if _is_thing(other)} - near
        near |= edge
    return near


def _neighbours(store: ox.Store, thing: Node) -> Iterator[Node]:
    """What facts or claims tie to a thing; classes and values may be among it."""
    yield from _nodes(quad.object for quad in store.quads_for_pattern(thing, None, None, FACTS))
    yield from _nodes(quad.subject for quad in store.quads_for_pattern(None, None, thing, FACTS))
    for place, other in ((_SUBJECT, _OBJECT), (_OBJECT, _SUBJECT)):
        for claim in _nodes(quad.subject for quad in store.quads_for_pattern(None, place, thing)):
            yield from _nodes(quad.object for quad in store.quads_for_pattern(claim, other, None))


def _kept(store: ox.Store, near: Set[Node]) -> set[Node]:
    """The nodes that the part tells of: the things, the claims between them, and all that these lead to."""
    kept = set(near)
    for thing in near:
        for claim in _nodes(quad.subject for quad in store.quads_for_pattern(None, _SUBJECT, thing)):
            objects = store.quads_for_pattern(claim, _OBJECT, None)
            kept |= {claim} if not any(_is_far(quad.object, near) for quad in objects) else set()
    edge = list(kept)
    while edge:
        nodes = set(_nodes(quad.object for quad in _told(store, edge.pop())))
        new = {node for node in nodes - kept if not _is_thing(node)}
        kept |= new
        edge += new
    return kept


def _told(store: ox.Store, node: Node) -> Iterator[ox.Quad]:
    """What is said of a node, the axioms and the store's own marks apart."""
    for quad in store.quads_for_pattern(node, None, None):
        if quad.graph_name not in (ONTOLOGY, STORE):
            yield quad


def _nodes(terms: Iterator[object]) -> Iterator[Node]:
    return (term for term in terms if isinstance(term, Node))


def _is_thing(node: object) -> bool:
    return isinstance(node, Node) and node.value.startswith(ENTITY)


def _is_far(node: object, near: Set[Node]) -> bool:
    return _is_thing(node) and node not in near


def _supported(draft: Draft, least: int) -> Iterator[tuple[ox.NamedNode, ox.Triple]]:
    for quad in draft.quads(None, _SOURCES, None, SUPPORT):
        if int(text_of(quad.object)) >= least:
            subject, property, object = (next(draft.quads(quad.subject, p, None, SUPPORT)).object for p in PLACES)
            yield quad.subject, ox.Triple(subject, property, object)  # type: ignore[misc,arg-type]


def _about(draft: Draft, end: object) -> Iterator[ox.Triple]:
    """What a thing is called and is, or how much an amount is, axioms apart."""
    if isinstance(end, Node):
        predicates = (None,) if end.value.startswith(AMOUNTS) else _NAMING
        for predicate in predicates:
            yield from (q.triple for q in draft.quads(end, predicate, None, FACTS) if is_stated(draft, q.triple))
