"""Exports hold what the graph holds, the same bytes for the same content; check finds what is wrong."""

import csv
import io
import json
import re
import xml.etree.ElementTree as ElementTree

import networkx as nx
import owlready2
import pyoxigraph as ox
import pyshacl
import pytest
import rdflib
from extractions import ENT, MUSE, RIVAL, TN, entity, extraction

from kg.check import check
from kg.errors import GraphError
from kg.export import FOLDERS, FORMS, export
from kg.graph import FACTS, Graph
from kg.model import Value
from kg.network import to_neo4j, to_networkx
from kg.ontology import load_ontology
from kg.part import part
from kg.query import explain
from kg.vocab import XSD

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
    assert to_neo4j(graph) == to_neo4j(other)


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


def test_graphml_is_read_back_the_same_and_each_edge_has_an_id_of_its_own(graph):
    content = exported(graph, "graphml")
    root = ElementTree.fromstring(content)
    edges = root.findall(".//{http://graphml.graphdrawing.org/xmlns}edge")
    read = nx.parse_graphml(content.decode(), force_multigraph=True)
    assert set(read.nodes) == set(to_networkx(graph).nodes)
    assert read.number_of_edges() == to_networkx(graph).number_of_edges() == len({edge.get("id") for edge in edges}) > 5
    assert {data["label"] for _, _, data in read.edges(data=True)} >= {"developed by", "competes with"}


def test_what_holds_in_other_vocabularies_too_is_said_once_in_a_property_graph(graph):
    facts = {quad.predicate.value for quad in graph.store.quads_for_pattern(None, None, None, FACTS)}
    assert "https://schema.org/worksFor" in facts
    keys = {key for *_, key in to_networkx(graph).edges(keys=True)}
    assert {TN.worksFor, TN.employs, TN.developed, TN.fundingRaised} < keys
    assert all(key.startswith(TN) for key in keys)


def test_json_ld_has_short_names_for_things_classes_and_properties(graph):
    document = json.loads(exported(graph, "jsonld"))
    things = {thing["@id"]: thing for thing in document["@graph"]}
    assert things["ent:meta"]["label"] == "Meta"
    assert things["ent:muse-spark"]["developedBy"] == "ent:meta"
    assert things["ent:muse-spark"]["@type"][:2] == ["AIModel", "Entity"]
    assert things["ent:sam-altman"]["schema:worksFor"] == {"@id": "ent:openai"}
    assert document["@context"]["developedBy"] == {"@id": TN.developedBy, "@type": "@id"}
    assert document["@context"]["ent"] == ENT
    assert not [key for thing in things.values() for key in thing if key.startswith("http")]


VALUES = extraction(
    "values",
    [entity("Zork", "AIModel"), entity('=HYPERLINK("x")', "AIModel", "Sum; of all"), entity("Qix")],
    [
        ("Zork", "releaseDate", Value("2026-04", XSD.gYearMonth)),
        ("Zork", "releaseDate", Value("2026-04-08", XSD.date)),
        ("Zork", "contextWindow", Value("200000", XSD.integer)),
        ("Zork", "parameterCount", Value("12345678901234567890", XSD.integer)),
        ("Zork", "license", Value('"open" \\ source\n2', XSD.string)),
        ("Zork", "price", Value("1299.99", "https://schema.org/MonetaryAmount", "USD")),
        ('=HYPERLINK("x")', "developedBy", "Qix"),
    ],
)


@pytest.mark.parametrize("read", ["rdflib", "oxigraph"])
def test_values_come_out_of_json_ld_to_the_letter(read):
    graph = Graph.open(ontology=KG)
    graph.add([VALUES])
    content = exported(graph, "jsonld")
    facts = {quad.triple for quad in graph.store.quads_for_pattern(None, None, None, FACTS)}
    if read == "rdflib":
        rdf = rdflib.Graph().parse(data=content, format="json-ld")
        assert {tuple(term.n3() for term in fact) for fact in rdf} == {
            tuple(rdflib.util.from_n3(str(term)).n3() for term in fact) for fact in facts
        }
    else:
        assert {quad.triple for quad in ox.parse(content, format=ox.RdfFormat.JSON_LD)} == facts
    (zork,) = [thing for thing in json.loads(content)["@graph"] if thing["@id"] == "ent:zork"]
    assert zork["contextWindow"] == 200000
    assert {"@value": "2026-04", "@type": "xsd:gYearMonth"} in zork["releaseDate"]


def neo4j_rows(graph: Graph) -> dict[str, list[dict[str, str]]]:
    return {name: list(csv.DictReader(io.StringIO(content.decode()))) for name, content in to_neo4j(graph).items()}


def test_neo4j_gets_typed_columns_labels_and_no_tie_to_nowhere(graph):
    files = neo4j_rows(graph)
    assert list(files) == ["nodes.csv", "relationships.csv"]
    nodes = {row["iri:ID"]: row for row in files["nodes.csv"]}
    assert len(nodes) == len(files["nodes.csv"])
    assert nodes[ENT("muse-spark")][":LABEL"] == "AIModel;Entity;Product;Software;Technology"
    assert nodes["https://w3id.org/technews-kg/amount/5000000000-USD"]["value:double"] == "5000000000"
    ties = [(row[":START_ID"], row[":TYPE"], row[":END_ID"]) for row in files["relationships.csv"]]
    assert (ENT("muse-spark"), "developedBy", ENT.meta) in ties
    assert {end for start, _, end in ties} | {start for start, *_ in ties} <= nodes.keys()
    assert {row["inferred:boolean"] for row in files["relationships.csv"]} == {"true", "false"}
    for column in [*files["nodes.csv"][0], *files["relationships.csv"][0]]:
        assert re.fullmatch(
            r"iri:ID|:LABEL|name|:START_ID|:END_ID|:TYPE|\w+:(string|long|double|boolean)(\[\])?", column
        )


def test_neo4j_gets_lists_where_articles_may_differ():
    graph = Graph.open(ontology=KG)
    graph.add([VALUES])
    nodes = {row["iri:ID"]: row for row in neo4j_rows(graph)["nodes.csv"]}
    assert nodes[ENT.zork]["releaseDate:string[]"] == "2026-04;2026-04-08"
    assert nodes[ENT.zork]["contextWindow:long[]"] == "200000"
    assert nodes[ENT.zork]["license:string[]"] == '"open" \\ source 2', "a line of the file is a row of it"
    assert nodes[ENT("hyperlink-x")]["aliases:string[]"] == "Sum, of all", "a semicolon parts lists"


@pytest.mark.parametrize("form", ["csv", "neo4j"])
def test_what_a_spreadsheet_would_run_is_text_to_it(form):
    graph = Graph.open(ontology=KG)
    graph.add([VALUES])
    contents = [exported(graph, "csv")] if form == "csv" else to_neo4j(graph).values()
    cells = [cell for content in contents for row in csv.reader(io.StringIO(content.decode())) for cell in row]
    assert '\'=HYPERLINK("x")' in cells
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t"))]


def test_neo4j_is_a_folder_and_no_stream(graph, tmp_path):
    export(graph, tmp_path / "new/db", "neo4j")
    assert {path.name: path.read_bytes() for path in (tmp_path / "new/db").iterdir()} == to_neo4j(graph)
    with pytest.raises(GraphError, match="neo4j is a folder"):
        export(graph, io.BytesIO(), "neo4j")
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(GraphError, match="file/db: cannot be written"):
        export(graph, tmp_path / "file/db", "neo4j")
    assert list(FOLDERS) == ["neo4j"]


def test_owlready2_finds_the_individuals_their_classes_and_ties(graph, tmp_path):
    export(graph, tmp_path / "graph.owl")
    world = owlready2.World()
    world.get_ontology(f"file://{tmp_path}/graph.owl").load()
    tn, ent = world.get_namespace(TN), world.get_namespace(ENT)
    assert ent["muse-spark"] in tn.AIModel.instances()
    assert ent["muse-spark"] in tn.Technology.instances()
    assert ent["muse-spark"].developedBy == [ent["meta"]]
    assert {each.label.first() for each in world.individuals()} == {
        str(label)
        for _, label in rdflib.Graph().parse(data=exported(graph, "ttl")).subject_objects(rdflib.RDFS.label)
        if "USD" not in label
    }
    assert tn.leads.range == [tn.Organization]


@pytest.mark.parametrize(("form", "kind"), [("nt", "nt"), ("rdf", "xml"), ("ttl", "turtle")])
def test_owlready2_loads_the_facts_too_turtle_by_way_of_rdflib(graph, tmp_path, form, kind):
    path = tmp_path / f"facts.{form}"
    export(graph, path)
    if form == "ttl":  # which owlready2 does not read itself
        path = tmp_path / "facts.nt"
        rdflib.Graph().parse(tmp_path / "facts.ttl").serialize(path, format="nt", encoding="utf-8")
    world = owlready2.World()
    world.get_ontology(f"file://{path}").load()
    assert len(world.graph) >= len(list(graph.store.quads_for_pattern(None, None, None, FACTS)))


def test_pyshacl_validates_the_turtle_with_the_ontology_beside_it(graph, root, tmp_path):
    export(graph, tmp_path / "facts.ttl")
    facts = rdflib.Graph().parse(tmp_path / "facts.ttl")
    words = rdflib.Graph().parse(root / "ontology/technews.ttl")
    shapes = rdflib.Graph().parse(root / "ontology/shapes.ttl")
    assert pyshacl.validate(facts, shacl_graph=shapes, ont_graph=words)[0]
    facts.remove((rdflib.URIRef(ENT.meta), rdflib.RDFS.label, None))
    conforms, _, report = pyshacl.validate(facts, shacl_graph=shapes, ont_graph=words)
    assert not conforms
    assert "An entity has a label." in report


@pytest.mark.parametrize(
    ("about", "hops", "things"),
    [
        ("Muse Spark", 0, {"muse-spark"}),
        ("Muse Spark", 1, {"muse-spark", "meta", "meta-ai", "whatsapp"}),
        ("Sam Altman", 1, {"sam-altman", "openai"}),
        ("Sam Altman", 2, {"sam-altman", "openai", "gpt-5", "meta"}),
    ],
)
@pytest.mark.parametrize("form", ["ttl", "trig", "graphml", "jsonld"])
def test_a_part_speaks_of_the_things_within_some_steps_and_of_no_other(graph, about, hops, things, form):
    stream = io.BytesIO()
    export(graph, stream, form, about, hops)
    names = {"muse-spark", "meta", "meta-ai", "whatsapp", "sam-altman", "openai", "gpt-5"}
    found = {name for name in names if re.search(rf"(ent:|entity/){name}\b(?!-)", stream.getvalue().decode())}
    assert found == things


def test_a_part_has_its_claims_with_their_evidence_and_articles(graph):
    few = part(graph, "Sam Altman", 1)
    (said,) = explain(few)
    assert (said.subject, said.property, said.object, said.article) == ("Sam Altman", "leads", "OpenAI", "rival")
    assert said.words == RIVAL.article.content[said.start : said.end]
    assert check(few) == []
    assert {each.status for each in explain(part(graph, "OpenAI", 1))} == {"asserted", "denied", "reported"}


def test_a_part_is_no_graph_to_add_articles_to(graph, tmp_path):
    export(graph, tmp_path / "part.trig", about="Sam Altman", hops=1)
    with pytest.raises(GraphError, match="not a graph of kg"):
        Graph.open(tmp_path / "part.trig", ontology=KG)
    with pytest.raises(GraphError, match="read only"):
        part(graph, "Sam Altman").add([MUSE])


def test_a_file_s_ending_says_its_form_and_the_file_is_whole_or_not_there(graph, tmp_path):
    export(graph, tmp_path / "out.ttl")
    assert (tmp_path / "out.ttl").read_bytes() == exported(graph, "ttl")
    assert [path.name for path in tmp_path.iterdir()] == ["out.ttl"]
    for target, message in [("out.docx", "no export to 'docx'"), ("none/out.ttl", "cannot be written")]:
        with pytest.raises(GraphError, match=message):
            export(graph, tmp_path / target)


def test_a_link_stays_one_and_links_in_a_circle_are_written_over(graph, tmp_path):
    (tmp_path / "link.nq").symlink_to("there.nq")
    (tmp_path / "there.nq").write_text("old")
    (tmp_path / "circle.nq").symlink_to("circle.nq")
    for name in ("link.nq", "circle.nq"):
        export(graph, tmp_path / name, "nq")
    assert (tmp_path / "link.nq").is_symlink()
    assert (tmp_path / "there.nq").read_bytes() == (tmp_path / "circle.nq").read_bytes() != b"old"
