"""What is wrong with a graph: where it breaks a shape of the ontology, or quotes words that no article has there."""

from dataclasses import dataclass

import pyshacl
import rdflib

from .errors import GraphError
from .graph import KNOWN, Graph
from .query import ask
from .vocab import Namespace

SH = Namespace("http://www.w3.org/ns/shacl#")
_QUOTES = """
SELECT ?target ?words ?start ?end ?content WHERE {
  GRAPH ?article {
    ?target oa:hasSource ?article ; oa:exact ?words ; oa:start ?start ; oa:end ?end .
    ?article claim:content ?content .
  }
} ORDER BY ?target"""


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """What is wrong: the node it is wrong with, and what a right one would be like."""

    node: str
    message: str


def check(graph: Graph) -> list[Problem]:
    """All that is wrong with a graph, sorted; an empty list if it is sound."""
    return sorted({*_unquoted(graph), *_misshapen(graph)})


def _unquoted(graph: Graph) -> list[Problem]:
    """Evidence whose words are not those that stand in the article, from start to end."""
    problems = []
    for target, words, start, end, content in ask(graph, _QUOTES).rows:
        stretch = str(content)[int(str(start)) : int(str(end))]
        if stretch != words:
            problems.append(Problem(str(target), f"The article has {stretch!r} there, not {words!r}."))
    return problems


def _misshapen(graph: Graph) -> list[Problem]:
    """What SHACL finds in the union of facts, claims and axioms."""
    path = graph.ontology.folder / "shapes.ttl"
    try:
        shapes = rdflib.Graph().parse(path, format="turtle")
    except (OSError, SyntaxError) as error:
        raise GraphError(f"{path}: {error}") from error
    union = sorted({str(quad.triple) for quad in graph.store if quad.graph_name != KNOWN})
    data = rdflib.Graph().parse(data=" .\n".join([*union, ""]), format="nt11")
    _, report, _ = pyshacl.validate(data, shacl_graph=shapes)
    if not isinstance(report, rdflib.Graph):
        raise GraphError(f"{path}: {report}")
    focus, message = rdflib.URIRef(SH.focusNode), rdflib.URIRef(SH.resultMessage)
    results = report.objects(None, rdflib.URIRef(SH.result))
    return [Problem(str(report.value(result, focus)), str(report.value(result, message))) for result in results]
