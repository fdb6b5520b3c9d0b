"""A part of a graph: what it says of one thing and of those near it, with the claims, their evidence and the axioms."""

from collections import defaultdict

import pyoxigraph as ox

from .graph import FACTS, ONTOLOGY, STORE, Graph
from .query import find_entity
from .vocab import CLAIM, ENTITY, RDF

_SUBJECT, _OBJECT = ox.NamedNode(RDF.subject), ox.NamedNode(RDF.object)
_DIGEST = ox.NamedNode(CLAIM.digest)


def part(graph: Graph, about: str, hops: int = 2) -> Graph:
    """The graph of the things within some steps of one; articles are cut short in it, so none can be added to it.

    A step is a fact, or a claim of any status, between two things.
    """
    near = _near(graph, ox.NamedNode(find_entity(graph, about)), hops)
    kept = _kept(graph, near)
    store = ox.Store()
    for quad in graph.store:
        stays = quad.subject in kept and not _is_far(quad.object, near) and quad.predicate != _DIGEST
        if quad.graph_name == ONTOLOGY or (quad.graph_name != STORE and stays):
            store.add(quad)
    return Graph(store, None, graph.ontology, read_only=True)


def _near(graph: Graph, centre: ox.NamedNode, hops: int) -> set[object]:
    """The things that at most so many steps lead to."""
    ties: dict[object, set[object]] = defaultdict(set)
    for one, other in _pairs(graph.store):
        if _is_thing(one) and _is_thing(other):
            ties[one].add(other)
            ties[other].add(one)
    near: set[object] = {centre}
    edge: set[object] = {centre}
    for _ in range(hops):
        edge = {other for one in edge for other in ties[one]} - near
        near |= edge
    return near


def _pairs(store: ox.Store) -> list[tuple[object, object]]:
    """Subject and object of all facts and claims."""
    pairs: list[tuple[object, object]] = [
        (quad.subject, quad.object) for quad in store.quads_for_pattern(None, None, None, FACTS)
    ]
    return pairs + [(subject, object) for _, subject, object in _claims(store)]


def _claims(store: ox.Store) -> list[tuple[object, object, object]]:
    subjects = {quad.subject: quad.object for quad in store.quads_for_pattern(None, _SUBJECT, None)}
    objects = store.quads_for_pattern(None, _OBJECT, None)
    return [(quad.subject, subjects[quad.subject], quad.object) for quad in objects if quad.subject in subjects]


def _kept(graph: Graph, near: set[object]) -> set[object]:
    """The nodes that the part tells of: the things, claims between them, and all that these claims lead to."""
    store = graph.store
    claims = {claim for claim, subject, object in _claims(store) if subject in near and not _is_far(object, near)}
    kept = near | claims
    edge = list(kept)
    while edge:
        told = store.quads_for_pattern(edge.pop(), None, None)  # type: ignore[arg-type]
        nodes = {quad.object for quad in told if quad.graph_name != ONTOLOGY and isinstance(quad.object, ox.NamedNode)}
        new = {node for node in nodes - kept if not _is_thing(node)}
        kept |= new
        edge += new
    return kept


def _is_thing(node: object) -> bool:
    return isinstance(node, ox.NamedNode) and node.value.startswith(ENTITY)


def _is_far(node: object, near: set[object]) -> bool:
    return _is_thing(node) and node not in near
