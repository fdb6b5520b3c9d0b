"""What is wrong with a graph: shapes that it breaks, quotations that no article has, facts from nowhere."""

from dataclasses import dataclass
from typing import Any

import pyoxigraph as ox
import pyshacl
import rdflib
from oxrdflib import OxigraphStore
from rdflib.graph import DATASET_DEFAULT_GRAPH_ID
from rdflib.query import Result

from .errors import GraphError
from .graph import IDENTITY, KNOWN, SUPPORT, Graph, read_query
from .quads import text_of
from .query import ask, shorten
from .registry import CORRECTIONS
from .vocab import XSD, Namespace

_ASIDE = (CORRECTIONS, IDENTITY, KNOWN, SUPPORT)  # they tell where facts come from, and are none
SH = Namespace("http://www.w3.org/ns/shacl#")


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """What is wrong: the node it is wrong with, and what a right one would be like, with a claim and its sentence."""

    node: str
    message: str


def check(graph: Graph) -> list[Problem]:
    """All that is wrong with a graph, sorted; an empty list if it is sound."""
    return sorted({*_unquoted(graph), *_unsupported(graph), *_misshapen(graph)})


def _unquoted(graph: Graph) -> list[Problem]:
    """Evidence whose words are not those that stand in the article, from start to end."""
    problems = []
    for target, words, start, end, content in ask(graph, read_query("check/quotes.rq")).rows:
        if not (isinstance(start, int) and isinstance(end, int)):
            continue  # which breaks a shape
        stretch = str(content)[start:end]
        if stretch != words:
            message = f"The article has {stretch!r} there, not {words!r}."
            problems.append(Problem(str(target), message + _claim_of(graph, ox.NamedNode(str(target)))))
    return problems


def _unsupported(graph: Graph) -> list[Problem]:
    """Facts that follow from nothing: what is not asserted is no fact."""
    problems = []
    for subject, predicate, object in ask(graph, read_query("check/unsupported.rq")).rows:
        said = f"{shorten(graph, str(predicate))} {shorten(graph, str(object))}"
        problems.append(Problem(str(subject), f"No asserted claim says {said}, and no axiom gives it."))
    return problems


def _misshapen(graph: Graph) -> list[Problem]:
    """What SHACL finds in the union of facts, claims and axioms."""
    path = graph.ontology.folder / "shapes.ttl"
    try:
        shapes = rdflib.Graph().parse(path, format="turtle")
    except (OSError, SyntaxError) as error:
        raise GraphError(f"{path}: {error}") from error
    _, report, _ = pyshacl.validate(_Union(graph), shacl_graph=shapes)
    if not isinstance(report, rdflib.Graph):
        raise GraphError(f"{path}: {report}")
    return [_problem(graph, report, result) for result in report.objects(None, rdflib.URIRef(SH.result))]


class _Union(rdflib.Graph):
    """Facts, claims and axioms, for pySHACL.

    Measured on the demo articles, rdflib's memory answers its many small questions in 1.1 s, Oxigraph in 3.5 s; the
    queries of the shapes take Oxigraph 0.1 s, and rdflib more than two minutes. pyrudof 0.3 finds the same, but
    does not hand on what a shape says in sh:message; it takes 0.8 s for 44 articles and 10 s for 440, pySHACL with the
    messages 1.8 s and 18 s.
    """

    def __init__(self, graph: Graph) -> None:
        super().__init__()
        union = ox.Store()
        union.extend(ox.Quad(*quad.triple) for quad in graph.store if quad.graph_name not in _ASIDE)
        self._engine = rdflib.Graph(OxigraphStore(store=union), DATASET_DEFAULT_GRAPH_ID)
        for triple in self._engine:
            self.add(triple)

    def query(self, *args: Any, **kwargs: Any) -> Result:
        """What Oxigraph answers."""
        return self._engine.query(*args, **kwargs)


def _problem(graph: Graph, report: rdflib.Graph, result: rdflib.term.Node) -> Problem:
    """A result of SHACL's; a query is asked once for all, and its value is the node that is wrong."""
    by_query = report.value(result, rdflib.URIRef(SH.sourceConstraint)) is not None
    node = report.value(result, rdflib.URIRef(SH.value if by_query else SH.focusNode))
    message = str(report.value(result, rdflib.URIRef(SH.resultMessage)))
    return Problem(str(node), message + _claim_of(graph, _term(node)))


def _term(node: rdflib.term.Node | None) -> ox.NamedNode | ox.Literal:
    if isinstance(node, rdflib.Literal):
        return ox.Literal(str(node), datatype=ox.NamedNode(node.datatype or XSD.string))
    return ox.NamedNode(str(node))


def _claim_of(graph: Graph, node: ox.NamedNode | ox.Literal) -> str:
    """A claim that a node stands in, the first by article, with the sentence that makes it; or nothing."""
    found = graph.store.query(read_query("check/claims.rq"), substitutions={ox.Variable("node"): node})
    assert isinstance(found, ox.QuerySolutions)
    for each in found:
        claim, words, article = each["claim"], each["words"], each["article"]
        said = f" in {text_of(article)}: {text_of(words)!r}" if words and article else ""
        return f" Claim {text_of(claim)}{said}"
    return ""
