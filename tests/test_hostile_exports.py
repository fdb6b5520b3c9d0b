"""Names and texts of strangers come out of every export, and of the terminal, as the text that they are."""

import csv
import io
import json
import re
from dataclasses import replace

import networkx as nx
import owlready2
import pyoxigraph as ox
import pytest
import rdflib
from click.testing import CliRunner
from extractions import entity, extraction

from kg.cli import cli
from kg.export import export
from kg.graph import FACTS, Graph
from kg.model import Extraction
from kg.network import to_neo4j
from kg.ontology import load_ontology
from kg.query import ask, explain
from kg.table import Table, defused
from kg.terminal import in_a_line, plain
from kg.vocab import ENTITY

KG = load_ontology()
NAMES = [
    'Quote " Mark',
    "It's",
    "Back\\slash",
    "End\\",
    '"""Triple"""',
    "<b>Bold</b>",
    "<script>alert(1)</script>",
    "]]>",
    "<![CDATA[x",
    "&amp; & &#x0;",
    "<!-- x",
    "--> x",
    "Ünï ☃ 𝟗",
    "Fa\ufffe",
    "Fa\uffff",
    "Ctl\x01\x1f",
    "Esc\x1b[31mRed\x1b[0m",
    "Bi\u202edi",
    "Zero\u200bWidth",
    "e\u0301" * 9,
    "Nul\0l",
    "Tab\tTab",
    "Line\nFeed",
    "Car\rRet",
    "Sep\u2028Line",
    "Nel\x85x",
    "[red]Rich[/red]",
    "[link=http://x]y[/link]",
    "${jndi:x}",
    "{{7*7}}",
    "../../etc",
    "%00 %2e",
    "a:b",
    "http://x/ y",
    "javascript:alert(1)",
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "=cmd|' /C x'!A0",
    "\t=1",
    "\r=1",
    "\n=1",
    " =1",
    "'=1",
    "\uff1d1",
    ";drop",
    "} DROP ALL #",
    "?x . } #",
    "^^xsd:int",
    "@en",
    "_:b",
    "x" * 900,
    "☃",
    "★★★",
]
FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")  # what XML 1.0 cannot hold


def hostile() -> Extraction:
    things = [entity("Acme"), *(entity(name, "Application", f"{name} ") for name in NAMES)]
    made = extraction("a/../<b>", things, [(name, "developedBy", "Acme") for name in NAMES])
    return replace(
        made,
        article=replace(
            made.article, title='T <b> " \\ \x1b[31m \ufffe =1', url='https://e.org/"<>{}|\\^`', source="=1\n<x>"
        ),
    )


@pytest.fixture(scope="module")
def graph() -> Graph:
    graph = Graph.open(ontology=KG)
    graph.add([hostile()])
    return graph


def labels(graph: Graph) -> set[str]:
    """All names: some of the things here are one (1, =1, +1)."""
    return {str(row[0]) for row in ask(graph, "SELECT ?l { ?x rdfs:label|skos:altLabel ?l }").rows}


def exported(graph: Graph, form: str) -> bytes:
    stream = io.BytesIO()
    export(graph, stream, form)
    return stream.getvalue()


def in_xml(text: str) -> str:
    """A text as XML can have it."""
    return FORBIDDEN.sub("\ufffd", text)


def test_every_name_is_in_the_graph_by_an_iri_that_is_one(graph):
    assert {name.strip() for name in NAMES} <= {label.strip() for label in labels(graph)}
    for quad in graph.store:
        for term in (quad.subject, quad.predicate, quad.object):
            if isinstance(term, ox.NamedNode):
                assert not re.search(r'[\x00-\x20<>"{}|\\^`\u007f-\u009f\u200b\u202e\ufffe\uffff]', term.value), term
                ox.parse(f"<{term.value}> <a:b> <a:c> .", format=ox.RdfFormat.N_TRIPLES).__next__()
    assert (
        len(
            {
                q.subject.value
                for q in graph.store.quads_for_pattern(None, None, None, FACTS)
                if q.subject.value.startswith(ENTITY)
            }
        )
        >= 20
    )


@pytest.mark.parametrize(
    ("form", "kind"),
    [
        ("ttl", ox.RdfFormat.TURTLE),
        ("nt", ox.RdfFormat.N_TRIPLES),
        ("trig", ox.RdfFormat.TRIG),
        ("nq", ox.RdfFormat.N_QUADS),
        ("jsonld", ox.RdfFormat.JSON_LD),
    ],
)
def test_rdf_comes_back_to_the_letter(graph, form, kind):
    read = {(q.subject, q.predicate, q.object) for q in ox.parse(exported(graph, form), format=kind)}
    everything = None if form in ("trig", "nq") else FACTS
    assert read == {
        (q.subject, q.predicate, q.object) for q in graph.store.quads_for_pattern(None, None, None, everything)
    }


@pytest.mark.parametrize(
    ("form", "kind"), [("ttl", "turtle"), ("nt", "nt"), ("jsonld", "json-ld"), ("rdf", "xml"), ("owl", "xml")]
)
def test_rdflib_reads_the_same_names(graph, form, kind):
    parsed = rdflib.Graph().parse(data=exported(graph, form), format=kind)
    read = {str(o) for named in (rdflib.RDFS.label, rdflib.SKOS.altLabel) for o in parsed.objects(None, named)}
    assert {in_xml(label) if kind == "xml" else label for label in labels(graph)} <= read


def test_owlready2_reads_what_is_for_it(graph, tmp_path):
    for form in ("rdf", "owl"):
        export(graph, tmp_path / f"a.{form}")
        world = owlready2.World()
        world.get_ontology(f"file://{tmp_path}/a.{form}").load()
        assert len(world.graph) > len(NAMES)


def test_graphml_is_read_again(graph):
    network = nx.parse_graphml(exported(graph, "graphml").decode())
    read = {data["label"] for _, data in network.nodes(data=True)}
    assert read == {in_xml(str(row[0])) for row in ask(graph, "SELECT ?l { ?x rdfs:label ?l }").rows}


def test_no_cell_begins_a_formula_and_every_row_is_one(graph):
    said = explain(graph)
    rows = list(csv.reader(io.StringIO(exported(graph, "csv").decode(), newline="")))
    assert len(rows) == len(said) + 1
    tables = [
        rows,
        *(list(csv.reader(io.StringIO(content.decode(), newline=""))) for content in to_neo4j(graph).values()),
    ]
    result = CliRunner().invoke(cli, ["--help"])
    assert result.exit_code == 0
    for table in tables:
        assert len({len(row) for row in table}) == 1
        cells = [cell for row in table for cell in row]
        assert not [
            cell
            for cell in cells
            if re.match(r"[=+\-@\t\r\n＝＋－＠]", cell) and not re.fullmatch(r"[-+]?\d+(\.\d+)?", cell)
        ]
    assert {row[0] for row in rows[1:]} == {defused(each.subject) for each in said}


def test_json_gives_the_text_itself(graph):
    table = ask(graph, "SELECT ?l { ?x rdfs:label ?l }")
    assert {row["l"] for row in json.loads(table.to_json())} == {row[0] for row in table.rows}
    assert json.loads(Table(("a",), (("\x1b\u2028\ufffe",),)).to_json()) == [{"a": "\x1b\u2028\ufffe"}]


def test_a_backup_is_restored_byte_for_byte(graph, tmp_path):
    for form in ("nq", "trig"):
        export(graph, tmp_path / f"a.{form}")
        with (
            Graph.open(tmp_path / "copy.nq", create=True, ontology=KG) as copy,
            Graph.open(tmp_path / f"a.{form}", read_only=True, ontology=KG) as first,
        ):
            copy.merge(first)
            assert exported(copy, form) == (tmp_path / f"a.{form}").read_bytes()


# The terminal

OBEYED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    path = tmp_path_factory.mktemp("hostile") / "graph.nq"
    with Graph.open(path, create=True, ontology=KG) as graph:
        graph.add([hostile()])
    return path


@pytest.mark.parametrize(
    "args",
    [
        ["query", "GRAPH", "SELECT ?l { ?x rdfs:label ?l }"],
        ["query", "GRAPH", "who-develops-what"],
        ["explain", "GRAPH", "Acme"],
        ["explain", "GRAPH", "Acme", "developed"],
        ["explain", "GRAPH", "Acme", "--identity"],
        ["query", "GRAPH", "\x1b[31m\u202e"],
        ["query", "GRAPH", "who-leads", "-p", "organization=\x1b]0;x\x07"],
        ["explain", "GRAPH", "Esc"],
        ["explain", "GRAPH", "[red]x[/red]"],
        ["query", "\x1b[31mnope", "x"],
        ["remove", "GRAPH", "\x1b[2J"],
        ["extract", "\x1b[2J.txt"],
        ["export", "GRAPH", "-o", "a.\x1b[2J"],
        ["query", "GRAPH", "SELECT ('\x1b[31m' AS ?a) { }"],
    ],
    ids=str,
)
def test_no_name_moves_the_terminal(stored, args):
    result = CliRunner().invoke(cli, [str(stored) if arg == "GRAPH" else arg for arg in args], color=False)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert not OBEYED.search(result.output), repr(OBEYED.search(result.output))
    assert result.output


def test_markup_of_rich_is_text(stored):
    shown = CliRunner().invoke(cli, ["query", str(stored), "SELECT ?l { ?x rdfs:label ?l }"]).stdout
    assert "[red]Rich[/red]" in shown
    assert "[link=http://x]y[/link]" in shown
    assert "Esc\\x1b[31mRed" in shown
    assert "Bi\\u202edi" in shown
    column = CliRunner().invoke(cli, ["query", str(stored), "SELECT ('a' AS ?x) { }"]).stdout
    assert column.split() == ["x", "─", "a"] or "a" in column


def test_a_long_error_is_cut_in_its_middle():
    from kg.errors import KgError

    line = in_a_line(KgError("start\n" + "x" * 9_000 + "\x1b end"))
    assert len(line) < 2_100
    assert line.startswith("start xxx")
    assert line.endswith("\\x1b end")
    assert plain("a\tb\nc") == "a\tb\nc"
