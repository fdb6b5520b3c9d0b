"""The graph in other forms, the same bytes for the same content.

ttl, nt, rdf, jsonld   the facts                 graphml   the facts, as a property graph
trig, nq               everything                csv       the claims, as a table
"""

from collections.abc import Callable, Mapping
from dataclasses import astuple, fields
from functools import partial
from pathlib import Path
from typing import BinaryIO

import networkx as nx
import pyoxigraph as ox

from .errors import GraphError
from .graph import FACTS, INFERRED, Graph, serialise, write_atomically
from .quads import text_of
from .query import Explanation, Table, explain
from .vocab import RDF, RDFS, SKOS


def export(graph: Graph, target: str | Path | BinaryIO, form: str | None = None) -> None:
    """Writes the graph to a file or a binary stream, in a form named as above, else by the file's ending."""
    path = Path(target) if isinstance(target, str | Path) else None
    form = (form or (path.suffix if path else "")).lstrip(".").lower()
    if form not in FORMS:
        raise GraphError(f"{path or 'stream'}: no export to {form!r}; choose one of {', '.join(FORMS)}")
    content = FORMS[form](graph)
    if not isinstance(target, str | Path):
        target.write(content)
        return
    try:
        write_atomically(Path(target), content)
    except OSError as error:
        raise GraphError(f"{path}: cannot be written: {error.strerror or error}") from error


def to_networkx(graph: Graph) -> "nx.MultiDiGraph[str]":
    """The facts as a property graph: nodes with label, class and values, edges with label and whether inferred."""
    network: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    inferred = {quad.triple for quad in graph.store.quads_for_pattern(None, None, None, INFERRED)}
    facts = _sorted_facts(graph)
    for fact in facts:
        if fact.predicate.value == RDFS.label:
            network.add_node(text_of(fact.subject), label=text_of(fact.object))
    for fact in facts:
        subject, property, object = text_of(fact.subject), fact.predicate.value, text_of(fact.object)
        name = graph.ontology.label(property)
        if property == RDF.type:
            if fact not in inferred:
                network.nodes[subject]["class"] = graph.ontology.label(object)
        elif not isinstance(fact.object, ox.Literal):
            network.add_edge(subject, object, key=property, label=name, inferred=fact in inferred)
        elif property not in (RDFS.label, SKOS.altLabel):
            values = network.nodes[subject].get(name)
            network.nodes[subject][name] = f"{values}; {object}" if values else object
    return network


def _sorted_facts(graph: Graph) -> list[ox.Triple]:
    return sorted((quad.triple for quad in graph.store.quads_for_pattern(None, None, None, FACTS)), key=str)


def _facts(graph: Graph, form: ox.RdfFormat) -> bytes:
    prefixes = dict(graph.ontology.prefixes) if form != ox.RdfFormat.N_TRIPLES else {}
    return ox.serialize(_sorted_facts(graph), format=form, prefixes=prefixes) or b""


def _everything(graph: Graph, form: ox.RdfFormat) -> bytes:
    return serialise(graph.store, form, graph.ontology.prefixes)


def _graphml(graph: Graph) -> bytes:
    return "\n".join(nx.generate_graphml(to_networkx(graph))).encode() + b"\n"


def _csv(graph: Graph) -> bytes:
    claims = [astuple(claim) for claim in explain(graph)]
    return Table(tuple(field.name for field in fields(Explanation)), tuple(claims)).to_csv().encode()


FORMS: Mapping[str, Callable[[Graph], bytes]] = {
    "ttl": partial(_facts, form=ox.RdfFormat.TURTLE),
    "nt": partial(_facts, form=ox.RdfFormat.N_TRIPLES),
    "rdf": partial(_facts, form=ox.RdfFormat.RDF_XML),
    "jsonld": partial(_facts, form=ox.RdfFormat.JSON_LD),
    "trig": partial(_everything, form=ox.RdfFormat.TRIG),
    "nq": partial(_everything, form=ox.RdfFormat.N_QUADS),
    "graphml": _graphml,
    "csv": _csv,
}
