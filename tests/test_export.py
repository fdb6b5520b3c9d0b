"""Exports hold what the graph holds, the same bytes for the same content; check finds what is wrong."""

import csv
import io
import xml.etree.ElementTree as ElementTree

import networkx as nx
import pyoxigraph as ox
import pytest
import rdflib
from extractions import ENT, MUSE, RIVAL, TN

from kg.check import Problem, check
from kg.errors import GraphError
from kg.export import FORMS, export, to_networkx
from kg.graph import FACTS, Graph
from kg.ontology import load_ontology
from kg.vocab import CLAIM, RDF, XSD

KG = load_ontology()


@pytest.fixture(scope="module")
def graph() -> Graph:
    graph = Graph.open(ontology=KG)
    graph.add([MUSE, RIVAL])
    return graph


def exported(graph: Graph, form: str) -> bytes:
    stream = io.BytesIO()
    export(graph, stream, form)
    return stream.getvalue()


@pytest.mark.parametrize("form", sorted(FORMS))
def test_one_content_has_one_form_whatever_way_it_came(graph, form):
    other = Graph.open(ontology=load_ontology())
    other.add([RIVAL])
    other.add([MUSE])
    other.remove(["rival"])
    other.add([RIVAL])
    assert exported(graph, form) == exported(other, form) != b""


@pytest.mark.parametrize(("form", "name"), [("ttl", "turtle"), ("nt", "nt"), ("rdf", "xml"), ("jsonld", "json-ld")])
def test_the_facts_can_be_read_by_others(graph, form, name):
    read = rdflib.Graph().parse(data=exported(graph, form), format=name)
    assert len(read) == len(list(graph.store.quads_for_pattern(None, None, None, FACTS)))
    assert (rdflib.URIRef(ENT("muse-spark")), rdflib.URIRef(TN.developedBy), rdflib.URIRef(ENT.meta)) in read


@pytest.mark.parametrize(("form", "kind"), [("trig", ox.RdfFormat.TRIG), ("nq", ox.RdfFormat.N_QUADS)])
def test_everything_can_be_read_back_as_a_graph(graph, form, kind, tmp_path):
    content = exported(graph, form)
    assert len(list(ox.parse(content, format=kind))) == len(graph.store)
    path = tmp_path / f"copy.{form}"
    path.write_bytes(content)
    with Graph.open(path, ontology=KG) as copy:
        assert exported(copy, form) == content


def test_the_claims_are_a_table(graph):
    rows = list(csv.DictReader(io.StringIO(exported(graph, "csv").decode())))
    assert len(rows) == len(MUSE.claims) + len(RIVAL.claims)
    (plan,) = [row for row in rows if row["status"] == "planned"]
    assert (plan["subject"], plan["property"], plan["object"]) == ("Muse Spark", "available through", "WhatsApp")
    assert any(row["object"] == "5000000000 USD" for row in rows)


def test_the_facts_are_a_property_graph(graph):
    network = to_networkx(graph)
    assert network.nodes[ENT("muse-spark")] == {"label": "Muse Spark", "class": "AI model"}
    assert network.edges[ENT("muse-spark"), ENT.meta, TN.developedBy] == {"label": "developed by", "inferred": False}
    assert network.edges[ENT("muse-spark"), ENT.whatsapp, TN.deployedOn]["inferred"]
    assert not network.has_edge(ENT("muse-spark"), ENT.whatsapp, TN.availableThrough)


def test_graphml_is_read_back_the_same(graph):
    content = exported(graph, "graphml")
    ElementTree.fromstring(content)
    read = nx.parse_graphml(content.decode(), force_multigraph=True)
    assert set(read.nodes) == set(to_networkx(graph).nodes)
    assert read.number_of_edges() == to_networkx(graph).number_of_edges()


def test_a_file_s_ending_says_its_form_and_the_file_is_whole_or_not_there(graph, tmp_path):
    export(graph, tmp_path / "out.ttl")
    assert (tmp_path / "out.ttl").read_bytes() == exported(graph, "ttl")
    assert [path.name for path in tmp_path.iterdir()] == ["out.ttl"]
    for target, message in [("out.docx", "no export to 'docx'"), ("none/out.ttl", "cannot be written")]:
        with pytest.raises(GraphError, match=message):
            export(graph, tmp_path / target)


def test_a_sound_graph_has_no_problems(graph):
    assert check(graph) == []


def test_words_that_are_not_in_the_article_are_a_problem():
    broken = Graph.open(ontology=KG)
    broken.add([MUSE])
    (quad, *_) = broken.store.quads_for_pattern(None, ox.NamedNode("http://www.w3.org/ns/oa#exact"), None)
    broken.store.remove(quad)
    broken.store.add(ox.Quad(quad.subject, quad.predicate, ox.Literal("Not so."), quad.graph_name))
    (problem,) = check(broken)
    assert problem.node == quad.subject.value
    assert "not 'Not so.'" in problem.message


def test_what_breaks_a_shape_is_a_problem_that_names_the_claim_and_the_sentence():
    broken = Graph.open(ontology=KG)
    broken.add([MUSE])
    quads = broken.store.quads_for_pattern(None, ox.NamedNode(CLAIM.status), None)
    quad = next(q for q in sorted(quads, key=str) if q.object.value == CLAIM.planned)
    broken.store.remove(quad)
    message = "A claim has one of the five statuses."
    words = "Muse Spark availableThrough WhatsApp (planned)."
    assert check(broken) == [Problem(quad.subject.value, f"{message} Claim {quad.subject.value} in muse: {words!r}")]


@pytest.mark.parametrize(
    ("facts", "messages"),
    [
        ([("muse-spark", RDF.type, TN.Company)], [f"two classes that share nothing: {TN.Agent} and {TN.Technology}"]),
        ([("whatsapp", RDF.type, TN.Law)], [f"two classes that share nothing: {TN.Law} and {TN.Technology}"]),
        (
            [("sam-altman", RDF.type, TN.University)],
            [f"two classes that share nothing: {TN.Organization} and {TN.Person}"],
        ),
        (
            [("meta", RDF.type, TN.Technology)],
            [f"a {TN.Technology} where its property {TN.developedBy} can", f": {TN.Agent} and {TN.Technology}"],
        ),
    ],
)
def test_what_contradicts_the_axioms_is_a_problem(facts, messages):
    broken = Graph.open(ontology=KG)
    broken.add([MUSE, RIVAL])
    broken.store.extend(ox.Quad(ox.NamedNode(ENT(s)), ox.NamedNode(p), ox.NamedNode(o)) for s, p, o in facts)
    problems = check(broken)
    assert all(any(message in problem.message for problem in problems) for message in messages), problems
    assert all(" Claim https://" in problem.message and "'" in problem.message for problem in problems)


@pytest.mark.parametrize(
    ("predicate", "value", "message"),
    [
        (CLAIM.date, ox.Literal("soon"), "A date is an xsd:date, xsd:gYearMonth or xsd:gYear."),
        (CLAIM.confidence, ox.Literal("2.0", datatype=ox.NamedNode(XSD.decimal)), "A claim has one confidence"),
        (TN.userCount, ox.Literal("many"), "A count is an integer from 0."),
    ],
)
def test_a_value_that_breaks_a_shape_is_a_problem(predicate, value, message):
    broken = Graph.open(ontology=KG)
    broken.add([MUSE])
    (quad, *_) = broken.store.quads_for_pattern(None, ox.NamedNode(RDF.type), ox.NamedNode(CLAIM.Claim))
    broken.store.add(ox.Quad(quad.subject, ox.NamedNode(predicate), value, quad.graph_name))
    problems = check(broken)
    assert problems
    assert all(problem.message.startswith(message) and quad.subject.value in problem.message for problem in problems)
