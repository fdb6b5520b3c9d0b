"""The facts as a property graph: things with values, and ties between them; for networkx, GraphML and Neo4j.

Classes and properties are those that the ontology declares: what also holds in the vocabularies above it says the same
once more.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

import pyoxigraph as ox

from .graph import FACTS, INFERRED, Graph
from .model import Iri, local_name
from .quads import in_xml, text_of
from .table import csv_text, defused
from .vocab import OWL, RDF, RDFS, SKOS, XSD

if TYPE_CHECKING:
    import networkx as nx

Row = list[str]
_COLUMN_TYPES: Mapping[Iri, str] = {XSD.integer: "long", XSD.decimal: "double", XSD.boolean: "boolean"}
_SEPARATOR = ";"  # what `neo4j-admin database import` splits lists at, unless told otherwise


def to_networkx(graph: Graph) -> "nx.MultiDiGraph[str]":
    """The facts as a property graph: nodes with label, class and values, edges with label and whether inferred."""
    import networkx as nx  # takes longer to load than most exports take

    network: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    inferred, facts = _inferred(graph), _facts(graph)
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


def to_graphml(graph: Graph) -> bytes:
    """The property graph as GraphML; each edge has an id of its own, without which Gephi takes many for one."""
    from networkx.readwrite.graphml import GraphMLWriter

    network = to_networkx(graph)
    for number, (_, _, edge) in enumerate(network.edges(data=True)):
        edge["id"] = f"e{number}"
    writer = GraphMLWriter(prettyprint=True, edge_id_from_attribute="id")
    writer.add_graph_element(network)  # its generator of lines parts names at their carriage returns, too
    return in_xml(f"{writer}\n").encode()


def to_neo4j(graph: Graph) -> Mapping[str, bytes]:
    """Two files, by name, in the layout of `neo4j-admin database import`: the things, and the ties between them."""
    return {"nodes.csv": _csv(_nodes(graph)), "relationships.csv": _csv(_relationships(graph))}


def _nodes(graph: Graph) -> Iterator[Row]:
    values: dict[str, dict[Iri, list[str]]] = defaultdict(lambda: defaultdict(list))
    inferred = _inferred(graph)
    for fact in _facts(graph):
        values[text_of(fact.subject)][fact.predicate.value].append(text_of(fact.object))
        if fact.predicate.value == RDF.type and fact not in inferred:
            values[text_of(fact.subject)][""].append(text_of(fact.object))
    columns = _columns(graph)
    yield ["iri:ID", ":LABEL", "name", "aliases:string[]", *columns.values()]
    for iri in sorted(values):
        own = values[iri]
        kinds = [*own[""], *(kind for kind in own[RDF.type] if kind in graph.ontology.classes)]
        labels = dict.fromkeys(local_name(kind) for kind in kinds)
        cells = [_list(own[property]) for property in columns]
        yield [iri, _SEPARATOR.join(labels), "".join(own[RDFS.label][:1]), _list(own[SKOS.altLabel]), *cells]


def _relationships(graph: Graph) -> Iterator[Row]:
    inferred = _inferred(graph)
    yield [":START_ID", ":END_ID", ":TYPE", "inferred:boolean"]
    for fact in _facts(graph):
        if fact.predicate.value != RDF.type and not isinstance(fact.object, ox.Literal):
            ends = [text_of(fact.subject), text_of(fact.object)]
            yield [*ends, local_name(fact.predicate.value), "true" if fact in inferred else "false"]


def _columns(graph: Graph) -> Mapping[Iri, str]:
    """The columns of values, by property: a list unless the property is functional, as articles may differ."""
    ontology = graph.ontology
    kinds: dict[Iri, set[Iri]] = defaultdict(set)
    for iri, kind in ontology.values(None, RDF.type):
        kinds[iri].add(kind)
    columns = {}
    for property in sorted({fact.predicate.value for fact in _facts(graph)}):
        if OWL.DatatypeProperty in kinds[property]:
            ranges = [_COLUMN_TYPES.get(range, "string") for _, range in ontology.values(property, RDFS.range)]
            form = "" if OWL.FunctionalProperty in kinds[property] else "[]"
            columns[property] = f"{local_name(property)}:{(ranges or ['string'])[0]}{form}"
    return columns


def _list(values: Iterable[str]) -> str:
    """Values in one cell; a text that has the separator in it would come apart."""
    return _SEPARATOR.join(value.replace(_SEPARATOR, ",") for value in sorted(values))


def _csv(rows: Iterable[Row]) -> bytes:
    lines = (
        [defused(" ".join(cell.splitlines())) for cell in row] for row in rows
    )  # a cell is one line, or import fails
    return csv_text(lines).encode()


def _facts(graph: Graph) -> list[ox.Triple]:
    """The facts by properties that the ontology declares, and by those that name and class things, sorted."""
    declared = {iri for iri, _ in graph.ontology.values(None, RDF.type)} | {RDF.type, RDFS.label, SKOS.altLabel}
    facts = (quad.triple for quad in graph.store.quads_for_pattern(None, None, None, FACTS))
    return sorted((fact for fact in facts if fact.predicate.value in declared), key=str)


def _inferred(graph: Graph) -> set[ox.Triple]:
    return {quad.triple for quad in graph.store.quads_for_pattern(None, None, None, INFERRED)}
