"""The command line: data on standard output, words on standard error, errors in one line, help whose example runs."""

import csv
import io
import json
import os
import shlex
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from servers import send, serving
from test_fetch import FEED, Site

from kg import __version__
from kg.cli import cli
from kg.graph import Graph
from kg.model import local_name
from kg.ontology import load_ontology

COMMANDS = sorted(cli.commands)
SEED = "Meta launched Muse Spark.\n"


def run(*args: object, stdin: str | bytes | None = None) -> Result:
    result = CliRunner().invoke(cli, [str(arg) for arg in args], input=stdin)
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def fine(*args: object, stdin: str | None = None) -> str:
    result = run(*args, stdin=stdin)
    assert result.exit_code == 0, result.stderr
    return result.stdout


def error_of(*args: object, stdin: str | bytes | None = None) -> str:
    result = run(*args, stdin=stdin)
    errors = [line for line in result.stderr.splitlines() if line.startswith("Error: ")]
    assert result.exit_code in (1, 2)
    assert len(errors) == 1, result.stderr
    assert "Traceback" not in result.stderr
    assert not result.stdout
    return errors[0]


def python(*args: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    root = Path(__file__).parent.parent
    environment = {**os.environ, "PYTHONPATH": str(root)}
    return subprocess.run(
        [sys.executable, *args], capture_output=True, text=True, cwd=cwd, env=environment, check=False
    )


@pytest.fixture
def workplace(root, graph_copy, tmp_path, monkeypatch) -> Path:
    """A folder as the README has it: data/articles, data/gold and build/technews."""
    (tmp_path / "data").symlink_to(root / "data")
    (tmp_path / "build").mkdir()
    graph_copy.rename(tmp_path / "build/technews")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_every_help_ends_with_a_line_that_runs(command, workplace):
    shown = fine(*command.split(), "--help")
    last = shown.rstrip().splitlines()[-1].strip()
    assert last.startswith("Example: kg ")
    program, *arguments = shlex.split(last.removeprefix("Example: "))
    assert program == "kg"
    if command == "serve":  # which goes on until it is interrupted
        with serving(*arguments[1:-2]) as server:
            assert arguments[-2:] == ["--port", "8080"]
            assert send(server.url).status == 200
        return
    result = run(*arguments)
    problems_of_the_ontology = command == "check" and result.exit_code == 1 and "problems" in result.stderr
    assert result.exit_code == 0 or problems_of_the_ontology, result.stderr


def test_the_commands_are_those_of_the_contract():
    contract = {"extract", "build", "import", "remove", "query", "explain", "view", "export", "check", "evaluate"}
    assert contract <= set(COMMANDS)


def test_help_comes_at_once():
    code = """if True:
        import sys
        from kg.cli import cli
        cli(["--help"], standalone_mode=False)
        print({"spacy", "rdflib", "pyoxigraph", "rich"} & set(sys.modules))
    """
    assert python("-c", code).stdout.splitlines()[-1] == "set()"


@pytest.mark.parametrize("command", ["query {graph} acquisitions", "query {graph}", "export {graph} -o {out}.ttl"])
def test_what_reads_a_graph_loads_no_parser_and_no_network_of_things(small_graph, tmp_path, command):
    code = """if True:
        import sys
        from kg.cli import cli
        cli(sys.argv[1:], standalone_mode=False)
        print({"spacy", "rdflib", "thinc", "pycrfsuite", "networkx", "trafilatura", "pandas"} & set(sys.modules))
    """
    words = command.format(graph=small_graph, out=tmp_path / "out").split()
    assert python("-c", code, *words).stdout.splitlines()[-1] == "set()"


def test_the_version_is_that_of_the_package():
    assert fine("--version") == f"kg, version {__version__}\n"


def test_extract_writes_one_object_an_article_and_line(root, tmp_path):
    out = tmp_path / "out.jsonl"
    assert fine("extract", root / "data/gold", "-o", out) == ""
    records = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    gold = [json.loads(path.read_text(encoding="utf-8")) for path in sorted((root / "data/gold").glob("*.json"))]
    gold = [g for g in gold if "text" in g]
    assert [r["id"] for r in records] == [g["id"] for g in gold]
    for record, article in zip(records, gold, strict=True):
        content = f"{article['title']}\n\n{article['text']}"
        assert record.keys() == {"id", "entities", "claims"}
        for claim in record["claims"]:
            assert {
                "s",
                "p",
                "o",
                "status",
                "confidence",
                "qualifiers",
                "quote",
                "start",
                "end",
                "rule",
            } == claim.keys()
            assert content[claim["start"] : claim["end"]] == claim["quote"]
    assert sum(len(record["claims"]) for record in records) > 20


def test_extract_reads_standard_input():
    (record,) = map(json.loads, fine("extract", "-", stdin=SEED).splitlines())
    assert {"Meta", "Muse Spark"} <= {entity["name"] for entity in record["entities"]}


def test_confidence_is_a_floor():
    assert json.loads(fine("extract", "-", "--min-confidence", "1", stdin=SEED))["claims"] == []


@pytest.mark.parametrize("name", ["graph", "graph.nq", "new/folder/graph.trig"])
def test_build_makes_a_graph_and_the_second_time_nothing_changes(root, tmp_path, name):
    path, article = tmp_path / name, root / "data/articles/iphone-16.md"
    assert "1 of 1 articles were new" in run("build", article, "-o", path).stderr
    again = run("build", article, "-o", path)
    assert (again.exit_code, again.stdout) == (0, "")
    assert "0 of 1 articles were new" in again.stderr
    assert run("build", "-q", "--again", article, "-o", path).stderr == ""
    with Graph.open(path, read_only=True) as graph:
        assert graph.articles == ("iphone-16",)


@pytest.mark.parametrize("form", ["trig", "nq"])
def test_import_restores_an_export_byte_for_byte(small_graph, tmp_path, form):
    fine("export", small_graph, "-o", tmp_path / f"first.{form}")
    assert "4 of 4 articles were new" in run("import", tmp_path / f"first.{form}", "-o", tmp_path / "copy").stderr
    fine("export", tmp_path / "copy", "-o", tmp_path / f"second.{form}")
    content = (tmp_path / f"first.{form}").read_bytes()
    assert (tmp_path / f"second.{form}").read_bytes() == content
    assert "0 of 4 articles were new" in run("import", tmp_path / f"first.{form}", "-o", tmp_path / "copy").stderr
    fine("export", tmp_path / "copy", "-o", tmp_path / f"third.{form}")
    assert (tmp_path / f"third.{form}").read_bytes() == content


@pytest.mark.parametrize("form", ["trig", "nq"])
def test_an_export_that_was_changed_by_hand_is_not_taken_as_it_is(small_graph, tmp_path, form):
    rumour = "<https://w3id.org/technews-kg/entity/meta> <http://www.w3.org/2000/01/rdf-schema#label> \"Rumour\" .\n"
    path = tmp_path / f"graph.{form}"
    fine("export", small_graph, "-o", path)
    content = path.read_bytes()
    path.write_bytes(rumour.encode() + content)
    fine("import", path, "-o", tmp_path / "copy")
    fine("export", tmp_path / "copy", "-o", path)
    assert path.read_bytes() == content


def test_import_takes_along_what_people_say_of_who_is_who(small_graph, tmp_path):
    owl = "@prefix owl: <http://www.w3.org/2002/07/owl#> . @prefix ent: <https://w3id.org/technews-kg/entity/> ."
    (tmp_path / "same.ttl").write_text(f"{owl} ent:meta owl:sameAs ent:whatsapp .", encoding="utf-8")
    (tmp_path / "other.ttl").write_text(f"{owl} ent:meta owl:differentFrom ent:whatsapp .", encoding="utf-8")
    for name in ("one", "two", "three"):
        fine("import", small_graph, "-o", tmp_path / name)
    fine("build", "-o", tmp_path / "one", "--same", tmp_path / "same.ttl")
    fine("build", "-o", tmp_path / "three", "--same", tmp_path / "other.ttl")
    fine("import", tmp_path / "one", "-o", tmp_path / "two")
    for name in ("one", "two"):
        fine("export", tmp_path / name, "-o", tmp_path / f"{name}.nq")
    assert (tmp_path / "two.nq").read_bytes() == (tmp_path / "one.nq").read_bytes()
    assert "both one and different" in error_of("import", tmp_path / "three", "-o", tmp_path / "two")


def test_import_makes_one_graph_of_what_several_machines_built(root, small_graph, tmp_path):
    fine("export", small_graph, "-o", tmp_path / "all.nq")
    with Graph.open(small_graph, read_only=True) as graph:
        ids = graph.articles
    shards = [tmp_path / "one", tmp_path / "two.trig"]
    for shard, gone in zip(shards, (ids[:2], ids[2:]), strict=True):
        fine("import", small_graph, "-o", shard)
        fine("remove", shard, *gone)
    fine("import", *shards, "-o", tmp_path / "both")
    fine("export", tmp_path / "both", "-o", tmp_path / "both.nq")
    assert (tmp_path / "both.nq").read_bytes() == (tmp_path / "all.nq").read_bytes()


def test_import_takes_all_graphs_or_none(small_graph, tmp_path):
    (tmp_path / "bad.trig").write_text("no RDF {", encoding="utf-8")
    fine("export", small_graph, "-o", tmp_path / "facts.nt")
    (tmp_path / "facts.nt").rename(tmp_path / "facts.nq")
    fine("export", small_graph, "-o", tmp_path / "part.trig", "--about", "Muse Spark", "--hops", "1")
    for name, message in [("bad.trig", "not well-formed"), ("facts.nq", "not a graph"), ("part.trig", "not a graph")]:
        assert message in error_of("import", small_graph, tmp_path / name, "-o", tmp_path / "new")
        assert not (tmp_path / "new").exists()


def test_bad_articles_get_a_line_each_and_the_others_are_built(root, tmp_path):
    (tmp_path / "bad.txt").write_bytes(b"\xff")
    (tmp_path / "bad.jsonl").write_text('{"text": "Meta launched Muse Spark."}\n{', encoding="utf-8")
    files = [tmp_path / "bad.txt", tmp_path / "bad.jsonl", tmp_path / "nope", root / "data/articles/iphone-16.md"]
    result = run("build", *files, "-o", tmp_path / "graph")
    assert result.exit_code == 1
    assert [line.startswith("Error: ") for line in result.stderr.splitlines()] == [True, True, True, False]
    with Graph.open(tmp_path / "graph", read_only=True) as graph:
        assert graph.articles == ("bad-1", "iphone-16")


def test_extract_and_build_read_pages_and_feeds_by_their_address(tmp_path):
    site = Site()
    site.put("/feed", FEED.format(url=site.url))
    site.put("/news/muse", "Meta launched Muse Spark. Apple acquired Zorgon.", ETag='"1"')
    assert "within a private network; --allow-private" in error_of("extract", f"{site.url}/feed")
    short, long = (
        json.loads(fine("extract", f"{site.url}/feed", "--allow-private", *more)) for more in ([], ["--follow"])
    )
    assert short["id"] == long["id"]
    assert {claim["s"] for claim in long["claims"]} > {claim["s"] for claim in short["claims"]}
    again = (f"{site.url}/news/muse", "--allow-private", "--cache", tmp_path / "cache", "-o", tmp_path / "graph")
    assert "1 of 1 articles were new" in run("build", *again).stderr
    assert "0 of 1 articles were new" in run("build", *again).stderr
    assert site.asked[-1][1]["if-none-match"] == '"1"'
    assert "answers with status 404" in error_of("build", f"{site.url}/gone", *again[1:])
    site.server.shutdown()


def test_nothing_is_made_where_nothing_could_be_read(tmp_path):
    assert "no such file or folder" in error_of("build", tmp_path / "nope", "-o", tmp_path / "graph")
    assert not (tmp_path / "graph").exists()


def test_what_is_stored_survives_a_build_that_fails(graph_copy, tmp_path):
    with Graph.open(graph_copy, read_only=True) as graph:
        before = graph.articles
    error_of("build", tmp_path / "nope", "-o", graph_copy)
    assert "pipeline 'no-such'" in error_of("build", "-", "-o", graph_copy, "--model", "no-such", stdin=SEED)
    with Graph.open(graph_copy, read_only=True) as graph:
        assert graph.articles == before


def test_query_lists_the_questions_that_have_a_name(small_graph):
    listed = {row["question"] for row in json.loads(fine("query", small_graph, "-f", "json"))}
    assert listed == {path.stem for path in (load_ontology().folder / "questions").glob("*.rq")}
    assert len(listed) >= 12


@pytest.mark.parametrize("way", ["argument", "file", "stdin"])
def test_query_takes_sparql(small_graph, tmp_path, way):
    sparql = "SELECT ?name WHERE { ?x rdfs:label ?name FILTER (?name = 'Muse Spark') }"
    (tmp_path / "q.rq").write_text(sparql, encoding="utf-8")
    question = {"argument": sparql, "file": tmp_path / "q.rq", "stdin": "-"}[way]
    assert fine("query", small_graph, question, "-f", "csv", stdin=sparql) == "name\nMuse Spark\n"


def test_query_prints_one_answer_in_each_form(small_graph, tmp_path):
    question = ("query", small_graph, "products-of", "-p", "company=Meta")
    rows = list(csv.DictReader(io.StringIO(fine(*question, "-f", "csv"))))
    assert rows
    assert [{k: str(v) for k, v in row.items()} for row in json.loads(fine(*question, "-f", "json"))] == rows
    head, rule, *lines = fine(*question).splitlines()
    assert head.split() == list(rows[0])
    assert set(rule.strip()) == {"─"}
    assert len(lines) == len(rows)
    fine(*question, "-f", "csv", "-o", tmp_path / "out.csv")
    assert (tmp_path / "out.csv").read_text(encoding="utf-8") == fine(*question, "-f", "csv")


def test_a_question_without_an_answer_says_so_apart_from_the_data(small_graph):
    result = run("query", small_graph, "SELECT ?x WHERE { ?x a claim:Nothing }", "-f", "json")
    assert (result.exit_code, result.stdout) == (0, "[]\n")
    assert result.stderr == "Nothing in the graph answers this.\n"


def test_explain_shows_the_words_and_the_article(small_graph):
    said = json.loads(fine("explain", small_graph, "Muse Spark", "-f", "json"))
    assert said
    shown = fine("explain", small_graph, "Muse Spark")
    for claim in said:
        assert " ".join(claim["words"].split()) in shown
        assert f"{claim['subject']} — {claim['property']} — {claim['object']}" in shown
        assert claim["article"] in shown
    name = said[0]["property"]
    narrowed = json.loads(fine("explain", small_graph, "Muse Spark", name, "-f", "json"))
    assert name in {claim["property"] for claim in narrowed}
    assert len(narrowed) <= len(said)


def test_view_writes_a_page(small_graph, tmp_path):
    assert fine("view", small_graph, "-o", tmp_path / "a.html", "--about", "Muse Spark", "--hops", 1) == ""
    assert "Muse Spark" in (tmp_path / "a.html").read_text(encoding="utf-8")


def test_export_writes_a_part(small_graph, tmp_path):
    fine("export", small_graph, "-o", tmp_path / "all.ttl")
    fine("export", small_graph, "-o", tmp_path / "part.ttl", "--about", "Muse Spark", "--hops", "0")
    assert b'"Muse Spark"' in (tmp_path / "part.ttl").read_bytes()
    assert (tmp_path / "part.ttl").stat().st_size < (tmp_path / "all.ttl").stat().st_size / 10
    assert run("export", small_graph, "-o", tmp_path / "x.ttl", "--about", "Nobody at all").exit_code == 1


@pytest.mark.parametrize("form", ["ttl", "trig", "nq", "nt", "jsonld", "rdf", "owl", "graphml", "csv"])
def test_export_writes_the_same_to_a_file_and_to_standard_output(small_graph, tmp_path, form):
    fine("export", small_graph, "-o", tmp_path / f"graph.{form}")
    written = (tmp_path / f"graph.{form}").read_bytes()
    assert b"Muse Spark" in written
    assert run("export", small_graph, "-o", "-", "-f", form).stdout_bytes == written


def test_evaluate_prints_the_five_measures_and_groups(root, tmp_path):
    shutil.copy(root / "data/gold/muse-spark-launch.json", tmp_path)
    rows = json.loads(fine("evaluate", tmp_path, "-f", "json"))
    assert [row["measure"] for row in rows] == ["entities", "typed", "relations", "claims", "facts"]
    assert all(0 <= row["F1"] <= 1 for row in rows)
    for group in ("rule", "class"):
        grouped = json.loads(fine("evaluate", tmp_path, "-f", "json", "--by", group))
        total = next(row for row in rows if row["measure"] == ("typed" if group == "class" else "claims"))
        assert sum(row["right"] for row in grouped) == total["right"]


def test_remove_takes_an_article_away(graph_copy):
    result = run("remove", graph_copy, "iphone-16")
    assert result.exit_code == 0
    assert "3 articles" in result.stderr
    assert "no article 'iphone-16'" in error_of("remove", graph_copy, "iphone-16")


def other_store(folder: Path) -> Path:
    (folder / "other").mkdir()
    (folder / "other/data.db").write_bytes(b"\0")
    return folder / "other"


@pytest.mark.parametrize("command", ["query", "explain", "view", "export", "check", "remove", "build", "import"])
@pytest.mark.parametrize("what", ["nothing", "other", "broken.trig", "text.txt"])
def test_what_is_no_graph_gets_one_line(tmp_path, command, what):
    path = tmp_path / what
    if what == "other":
        other_store(tmp_path)
    elif what != "nothing":
        path.write_text("no RDF {", encoding="utf-8")
    rest = {
        "query": ["who-leads"],
        "explain": ["Meta"],
        "view": ["-o", tmp_path / "a.html"],
        "export": ["-o", tmp_path / "a.ttl"],
        "check": ["-q"],
        "remove": ["a"],
        "import": ["-o", tmp_path / "copy"],
    }
    if command == "build" and what == "nothing":
        pytest.skip("build makes it")
    arguments = ["build", "-", "-o", path] if command == "build" else [command, path, *rest[command]]
    assert str(path) in error_of(*arguments, stdin=SEED)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["query", "GRAPH", "who-develop-what"], "did you mean 'who-develops-what'?"),
        (["query", "GRAPH", "SELECT ?x WHERE { ?x"], "not a SPARQL query: line 1"),
        (["query", "GRAPH", "DROP ALL"], "only queries can be asked"),
        (["query", "GRAPH", "SELECT * { SERVICE <http://localhost/> { ?s ?p ?o } }"], "SERVICE is not allowed"),
        (["query", "GRAPH", "nope.rq"], "nope.rq: No such file or directory"),
        (["query", "GRAPH", "who-leads", "-p", "organization"], "-p takes NAME=VALUE, not 'organization'"),
        (["query", "GRAPH", "who-leads", "-p", "organisation=Meta"], "did you mean 'organization'?"),
        (["query", "GRAPH", "who-leads", "-p", "organization=Mata"], "did you mean 'Meta'"),
        (["query", "GRAPH", "who-leads", "-o", "/nope/a.csv"], "/nope/a.csv: cannot be written"),
        (["query", "GRAPH", "who-leads", "-f", "xml"], "'xml' is not one of"),
        (["explain", "GRAPH", "Nobody at all"], "nothing in the graph is named 'Nobody at all'"),
        (["explain", "GRAPH", "Meta", "eats"], "no property 'eats'"),
        (["export", "GRAPH", "-o", "a.doc"], "no export to 'doc'"),
        (["export", "GRAPH", "-o", "-"], "standard output needs a form"),
        (["export", "GRAPH", "-o", "/nope/a.ttl"], "/nope/a.ttl: cannot be written"),
        (["view", "GRAPH", "-o", "/nope/a.html"], "/nope/a.html: cannot be written"),
        (["view", "GRAPH", "-o", "a.html", "--about", "Nobody at all"], "nothing in the graph is named"),
        (["extract", "nope.txt"], "nope.txt: no such file or folder"),
        (["extract", "-", "--model", "no-such"], "pipeline 'no-such'"),
        (["extract", "-", "-o", "/nope/a.jsonl"], "/nope/a.jsonl: cannot be written"),
        (["extract", "-", "--min-confidence", "2"], "2.0 is not in the range"),
        (["extract"], "Missing argument"),
        (["evaluate", "nope"], "nope: no annotated article"),
        (["evaluate", "EMPTY"], "no annotated articles here"),
    ],
)
def test_a_mistake_gets_one_line_that_says_what_to_do(small_graph, tmp_path, monkeypatch, arguments, said):
    monkeypatch.chdir(tmp_path)
    places = {"GRAPH": str(small_graph), "EMPTY": str(tmp_path)}
    assert said in error_of(*[places.get(a, a) for a in arguments], stdin=SEED)


def test_a_question_in_another_charset_gets_one_line(small_graph, tmp_path):
    (tmp_path / "q.rq").write_bytes(b"\xff")
    assert "not UTF-8" in error_of("query", small_graph, tmp_path / "q.rq")
    assert "not UTF-8" in error_of("query", small_graph, "-", stdin=b"\xff")


def test_the_programme_itself_ends_with_an_error_and_no_traceback(tmp_path):
    done = python("-c", "from kg.cli import main; main()", "query", str(tmp_path / "nope"), "who-leads")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("Error: ")
    assert done.stderr.count("\n") == 1


def test_the_wheel_has_the_ontology_and_all_that_the_code_reads(root, tmp_path):
    if not (root / "README.md").exists():
        pytest.fail("README.md is missing; the wheel shows it")
    done = python("-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path), cwd=root)
    assert done.returncode == 0, done.stderr
    (wheel,) = tmp_path.glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    for folder in ("kg/queries", "kg/templates", "kg/models", "ontology"):
        files = {
            p.relative_to(root) for p in (root / folder).rglob("*") if p.is_file() and "__pycache__" not in p.parts
        }
        assert files or folder == "kg/models"  # phrases alone work; trained parts need not be there
        inside = {str(Path("kg") / path if folder == "ontology" else path) for path in files}
        assert inside <= names
    assert local_name("kg/cli.py") in {Path(name).name for name in names}
