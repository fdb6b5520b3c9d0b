"""A graph in a store elsewhere is the graph that would be here, whatever befalls the connection."""

import io
import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest
from click.testing import CliRunner
from extractions import MUSE, RIVAL, TN, entity, extraction
from servers import Proxy, listens_at, oxigraph, send, serving

from kg import endpoint, remote
from kg.about import about
from kg.chains import find_chain
from kg.check import check
from kg.cli import cli
from kg.errors import GraphError
from kg.export import export
from kg.graph import Graph
from kg.graph_cli import EXPORTS
from kg.ontology import load_ontology
from kg.part import corroborated
from kg.query import ask, explain, explain_identity, questions, reasons
from kg.vocab import ENTITY

KG = load_ontology()
HOSTILE = 'Zorg\\u0022 } ; DROP ALL ; # \\" \n\t<b>"""'


def graph_of(*extractions) -> Graph:
    graph = Graph.open(ontology=KG)
    graph.add(extractions)
    return graph


def everything(graph: Graph) -> bytes:
    stream = io.BytesIO()
    export(graph, stream, "nq")
    return stream.getvalue()


def stored(url: str) -> bytes:
    with Graph.open(url, read_only=True, ontology=KG) as graph:
        return everything(graph)


def build(url: str, *extractions) -> int:
    with Graph.open(url, create=True, ontology=KG) as graph:
        return graph.add(extractions)


def some(number: int) -> list:
    """Articles that speak of the same things and of others."""
    things = [extraction(f"a{n}", [entity(f"Zorg {n % 7}"), entity(f"Qix {n}", "Product")], []) for n in range(number)]
    said = [(f"Qix {n}", "developedBy", f"Zorg {n % 7}") for n in range(number)]
    return [extraction(f"a{n}", each.entities, [said[n]]) for n, each in enumerate(things)]


@pytest.fixture
def store(tmp_path) -> Iterator[str]:
    with oxigraph(tmp_path / "elsewhere") as server:
        yield server.url


@pytest.fixture
def proxy(store) -> Iterator[Proxy]:
    between = Proxy(store)
    yield between
    with suppress(OSError):
        between.close()


def test_the_graph_there_is_the_one_that_would_be_here(store):
    assert build(store, MUSE, RIVAL) == 2
    assert stored(store) == everything(graph_of(MUSE, RIVAL))
    assert build(store, RIVAL) == 0
    changed = replace(MUSE, claims=MUSE.claims[:2])
    assert build(store, changed) == 1
    assert stored(store) == everything(graph_of(changed, RIVAL))
    with Graph.open(store, ontology=KG) as graph:
        assert graph.articles == ("muse", "rival")
        assert graph.holds(changed.article)
        graph.remove(["muse"])
    assert stored(store) == everything(graph_of(RIVAL))


def test_corrections_sources_and_names_are_there_as_here(store):
    same = f"@prefix owl: <http://www.w3.org/2002/07/owl#> . <{ENTITY}qix-1> owl:sameAs <{ENTITY}qix-2> ."
    build(store, *some(5))
    with Graph.open(store, ontology=KG) as there:
        there.correct(same)
    here = graph_of(*some(5))
    here.correct(same)
    assert stored(store) == everything(here)
    with Graph.open(store, read_only=True, ontology=KG) as there:
        assert there.sizes == here.sizes
        assert explain_identity(there, "Qix 1") == explain_identity(here, "Qix 1")
        assert reasons(there, "Qix 1", "developed") == reasons(here, "Qix 1", "developed") != []
        for least in (1, 2):
            assert everything(corroborated(there, least)) == everything(corroborated(here, least))
    with Graph.open(store, ontology=KG) as there:
        there.correct("")
        there.remove(["a1", "a3"])
    assert stored(store) == everything(graph_of(*(each for each in some(5) if each.article.id not in ("a1", "a3"))))


def test_what_is_asked_there_is_answered_as_here(store):
    build(store, MUSE, RIVAL)
    here = graph_of(MUSE, RIVAL)
    with Graph.open(store, read_only=True, ontology=KG) as there:
        for sparql in (
            "SELECT ?who ?n { ?x tn:developedBy ?y . ?y rdfs:label ?who BIND (0.930 AS ?n) } ORDER BY ?who",
            "ASK { ?x tn:developedBy ?y }",
            "CONSTRUCT { ?x a ?kind } WHERE { ?x a ?kind }",
            "PREFIX tn: <http://other.example/> SELECT ?x { ?x tn:developedBy ?y }",
        ):
            assert ask(there, sparql) == ask(here, sparql)
        assert len(ask(there, "SELECT ?x { ?x a tn:AIModel }").rows) == 2
        assert explain(there, "Muse Spark") == explain(here, "Muse Spark") != []
        assert explain(there, "WhatsApp", "deployed on") == explain(here, "WhatsApp", "deployed on") != []
        assert there.articles == here.articles
        assert len(there.store) == len(here.store)
        assert check(there) == check(here) == []
        with pytest.raises(GraphError, match="read only"):
            there.add([RIVAL])


@pytest.mark.parametrize("served", [False, True], ids=["a store", "kg serve"])
def test_named_questions_of_time_too_are_answered_there_as_here(served, small_graph, tmp_path):
    elsewhere = serving(small_graph) if served else oxigraph(tmp_path / "elsewhere")
    with elsewhere as server, Graph.open(small_graph, read_only=True) as here:
        if not served:
            with Graph.open(server.url, create=True) as there:
                assert there.merge(here) == len(here.articles)
        with Graph.open(server.url, read_only=True) as there:
            answers = {name: ask(there, name) for name in questions(KG.folder)}
            assert answers == {name: ask(here, name) for name in answers}
            assert {name for name in ("as-of", "timeline", "new-since", "plans") if answers[name].rows} == {
                "as-of", "timeline", "new-since", "plans"
            }  # fmt: skip
            for name, asked in (
                ("as-of", {"thing": "Muse Spark", "on": "2026-04", "known": "2026-05"}),
                ("timeline", {"thing": "Apple", "since": "2024"}),
                ("who-leads", {"on": "2020-03"}),
            ):
                assert ask(there, name, **asked) == ask(here, name, **asked)


def test_what_is_wrong_there_is_told_as_it_is_here(store, tmp_path):
    build(store, MUSE, RIVAL)
    words = "GRAPH ?g { ?t <http://www.w3.org/ns/oa#exact> ?words }"
    for update in (
        f"DELETE {{ {words} }} INSERT {{ {words.replace('?words', repr('Not so.'))} }} WHERE {{ {words} }}",
        f"INSERT DATA {{ <{ENTITY}meta> <{TN.acquired}> <{ENTITY}whatsapp> }}",
        f"INSERT DATA {{ <{ENTITY}whatsapp> a <{TN.Law}> }}",
    ):
        send(f"{store}/update", update.encode(), Content_Type="application/sparql-update")
    (tmp_path / "here.nq").write_bytes(stored(store))
    with (
        Graph.open(store, read_only=True, ontology=KG) as there,
        Graph.open(tmp_path / "here.nq", read_only=True, ontology=KG) as here,
    ):
        problems = check(there)
        assert problems == check(here)
    for message in ("not 'Not so.'", "No asserted claim says tn:acquired ent:whatsapp", "two classes that share"):
        assert any(message in problem.message for problem in problems)
    assert any(f" in muse: {'Not so.'!r}" in problem.message for problem in problems)


def test_names_and_texts_come_there_to_the_letter(store):
    said = extraction("a", [entity(HOSTILE), entity("Qix", "Product")], [("Qix", "developedBy", HOSTILE)])
    said = replace(said, article=replace(said.article, text=HOSTILE))
    build(store, said)
    build(store, replace(said, entities=said.entities[::-1]), MUSE)
    assert stored(store) == everything(graph_of(said, MUSE))
    with Graph.open(store, read_only=True, ontology=KG) as graph:
        assert graph.articles == ("a", "muse")


def test_what_others_keep_in_the_store_stays(store):
    other = "http://a.example/graph"
    send(f"{store}/store?graph={other}", b"<http://a/b> <http://a/c> _:d .", "PUT", Content_Type="text/turtle")
    build(store, MUSE)
    build(store, RIVAL)
    assert b"http://a/c" in send(f"{store}/store?graph={other}").body
    with Graph.open(store, ontology=KG) as graph:
        assert everything(graph) == everything(graph_of(MUSE, RIVAL))


def test_only_what_changes_is_sent(proxy):
    articles = some(60)
    build(proxy.url, *articles)
    assert len([r for r in proxy.requests if r.startswith(b"PUT")]) >= 60
    proxy.requests.clear()
    build(proxy.url, replace(articles[0], claims=()))
    writes = [r for r in proxy.requests if r.startswith(b"PUT") or b"POST /update" in r]
    assert 0 < sum(map(len, writes)) < 20_000
    assert sum(r.startswith(b"PUT") for r in writes) <= 1
    proxy.requests.clear()
    build(proxy.url, *articles[1:])
    assert not [r for r in proxy.requests if r.startswith(b"PUT")]
    assert not [r for r in proxy.requests if b"POST /update" in r and b"INSERT DATA {}" not in r]


@pytest.mark.parametrize("what", ["request", "reply"])
@pytest.mark.parametrize("every", [2, 3, 5])
def test_connections_that_are_cut_lose_nothing(proxy, monkeypatch, what, every):
    monkeypatch.setattr(remote, "_BATCH", 200)
    setattr(proxy, f"cut_{what}", lambda number: number % every == 1)
    articles = some(20)
    assert build(proxy.url, *articles) == 20
    assert build(proxy.url, articles[3], replace(articles[4], claims=())) == 1
    articles[4] = replace(articles[4], claims=())
    assert len(proxy.requests) > 30
    assert stored(proxy.url) == everything(graph_of(*articles))


@pytest.mark.parametrize("after", [3, 6, 15, 20, 30])
def test_a_build_that_is_cut_off_goes_on_where_it_was(proxy, store, monkeypatch, after):
    monkeypatch.setattr(remote, "_BATCH", 100)
    monkeypatch.setattr(endpoint, "_TRIES", 1)
    articles = some(20)
    proxy.cut_request = lambda number: number >= after
    with pytest.raises(GraphError, match="no connection"):
        build(proxy.url, *articles)
    proxy.cut_request = lambda number: False
    with Graph.open(store, create=True, ontology=KG) as graph:
        there = sum(graph.holds(each.article) for each in articles)
        assert graph.add(articles) == 20 - there
    assert (there > 0) == (after > 12)
    assert stored(store) == everything(graph_of(*articles))


def test_a_server_that_starts_anew_in_the_middle_is_waited_for(tmp_path):
    with oxigraph(tmp_path / "elsewhere") as server:
        port = int(server.url.rpartition(":")[2])
        graph = Graph.open(server.url, create=True, ontology=KG)
        graph.add([MUSE])
    with started_after(0.5, tmp_path / "elsewhere", port):
        graph.add([RIVAL])
        assert stored(server.url) == everything(graph_of(MUSE, RIVAL))


@contextmanager
def started_after(seconds: float, folder: Path, port: int) -> Iterator[None]:
    """A server that starts after so many seconds, while the block goes on."""
    done = threading.Event()

    def run() -> None:
        time.sleep(seconds)
        with oxigraph(folder, port):
            done.wait(60)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def test_while_changes_are_under_way_the_store_says_so(proxy, store, monkeypatch):
    monkeypatch.setattr(endpoint, "_TRIES", 0)
    build(proxy.url, MUSE)
    stale = (
        "ASK { GRAPH <https://w3id.org/technews-kg/claim#store> { ?s <https://w3id.org/technews-kg/claim#stale> ?o } }"
    )

    def is_stale() -> bool:
        reply = send(f"{store}/query", stale.encode(), Content_Type="application/sparql-query", Accept="text/csv")
        return reply.body == b"true"

    assert not is_stale()
    proxy.cut_request = lambda number: proxy.requests[number].startswith(b"PUT")
    with pytest.raises(GraphError):
        build(proxy.url, RIVAL)
    assert is_stale()
    with Graph.open(store, ontology=KG) as graph:
        assert graph.articles == ("muse",)
    assert not is_stale()


@pytest.mark.parametrize("number", range(3))
@pytest.mark.parametrize("batch", [20, 2_000])
def test_who_got_no_answer_is_alone_all_the_same(proxy, store, monkeypatch, number, batch):
    monkeypatch.setattr(endpoint, "_TRIES", 0)
    monkeypatch.setattr(remote, "_BATCH", batch)
    updates = count()
    with Graph.open(proxy.url, create=True, ontology=KG) as graph:
        proxy.cut_reply = lambda n: b"POST /update" in proxy.requests[n] and next(updates) == number
        with pytest.raises(GraphError, match="no connection"):
            graph.add([MUSE])
        graph.add([MUSE, RIVAL])
    assert stored(store) == everything(graph_of(MUSE, RIVAL))


@pytest.mark.parametrize("others", [[RIVAL], [replace(MUSE, claims=())]])
def test_who_is_not_alone_is_told_and_spoils_nothing(store, others):
    with Graph.open(store, create=True, ontology=KG) as first:
        first.add([MUSE])
        with Graph.open(store, ontology=KG) as second:
            second.add(others)
        with pytest.raises(GraphError, match="another process has changed this graph meanwhile"):
            first.add(some(2))
    wanted = graph_of(MUSE)
    wanted.add(others)
    assert stored(store) == everything(wanted)


# Other servers, and none


@pytest.mark.parametrize(
    ("base", "paths"),
    [
        ("/", ("/query", "/update", "/store")),
        ("/news", ("/news/query", "/news/update", "/news/data")),
        ("/repositories/news", ("", "/statements", "/rdf-graphs/service")),
    ],
    ids=["Oxigraph", "Fuseki", "RDF4J"],
)
def test_the_addresses_of_other_stores_are_found(proxy, base, paths):
    asked, changed, graphs = (path if path.startswith(base) else base + path for path in paths)
    proxy.paths = {graphs: "/store", changed: "/update", asked: "/query"}
    assert build(f"{proxy.url}{base}", MUSE) == 1
    assert build(f"{proxy.url}{base}", RIVAL) == 1
    assert stored(f"{proxy.url}{base}") == everything(graph_of(MUSE, RIVAL))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "there is no graph here"),
        ("<http://a/b> <http://a/c> <http://a/d> .", "not a graph of kg"),
        (f"GRAPH <{ENTITY}g> {{ <http://a/b> <http://a/c> <http://a/d> }}", "not a graph of kg"),
    ],
)
def test_what_is_no_graph_there_is_refused(store, content, message):
    send(f"{store}/update", f"INSERT DATA {{ {content} }}".encode(), Content_Type="application/sparql-update")
    with pytest.raises(GraphError, match=message):
        Graph.open(store, read_only=True, ontology=KG)


def test_a_place_without_an_endpoint_gets_a_line(tmp_path, monkeypatch, proxy):
    monkeypatch.setattr(endpoint, "_TRIES", 1)
    proxy.close()
    with serving_files(tmp_path) as url:
        for place, message in (
            (f"http://me:secret@{proxy.url[7:]}", "no connection, though tried 2 times"),
            (url, "does not answer queries: 501"),
        ):
            with pytest.raises(GraphError, match=message) as caught:
                Graph.open(place, ontology=KG)
            assert "\n" not in str(caught.value)
            assert "secret" not in str(caught.value)


@contextmanager
def serving_files(folder: Path) -> Iterator[str]:
    """A web server that is no endpoint."""
    command = [sys.executable, "-m", "http.server", "0", "--bind", "127.0.0.1", "-d", str(folder)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        while not (port := listens_at(process.pid)):
            assert process.poll() is None
        yield f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait()


def test_a_graph_that_kg_serves_is_read_and_not_written(small_graph):
    with serving(small_graph, KG_TOKEN="sesame") as server, Graph.open(small_graph, read_only=True) as here:
        with pytest.raises(GraphError, match="NAME:PASSWORD"):
            Graph.open(server.url, read_only=True)
        address = server.url.replace("http://", "http://anyone:sesame@")
        with Graph.open(address, read_only=True) as there:
            assert everything(there) == everything(here)
            assert ask(there, "who-leads") == ask(here, "who-leads")
            assert about(there, "Meta") == about(here, "Meta")
            assert find_chain(there, "Meta", "iPhone 16") == find_chain(here, "Meta", "iPhone 16")
            assert "sesame" not in str(there.place)
        with pytest.raises(GraphError, match="does not answer updates: 403"), Graph.open(address) as there:
            there.remove(["iphone-16"])


# The commands

EXPORTED = {form: f"graph.{form}" for form in EXPORTS} | {"neo4j": "graph/nodes.csv"}


def run(*arguments: object) -> tuple[int, str, str]:
    result = CliRunner().invoke(cli, [str(each) for each in arguments])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.stdout, result.stderr


def test_the_commands_take_an_address_for_a_graph(store, root, tmp_path):
    files = [root / f"data/articles/{name}.md" for name in ("iphone-16", "google-wiz")]
    code, _, said = run("build", *files, "-o", store)
    assert (code, said.startswith(f"{store}: 2 articles")) == (0, True)
    assert "0 of 2 articles were new" in run("build", *files, "-o", store)[2]
    here = tmp_path / "here"
    run("build", *files, "-o", here)
    for arguments in (["who-develops-what", "-f", "json"], ["SELECT ?x { ?x a tn:Company } ORDER BY ?x"]):
        answer = run("query", store, *arguments)
        assert answer == run("query", here, *arguments)
        assert len(answer[1]) > 100
    assert run("query", store)[1] == run("query", here)[1]
    assert json.loads(run("explain", store, "Apple", "-f", "json")[1]) == json.loads(
        run("explain", here, "Apple", "-f", "json")[1]
    )
    assert run("check", store, "-q")[0] == run("check", here, "-q")[0]
    assert run("view", store, "-o", tmp_path / "a.html")[0] == 0
    assert "1 articles" in run("remove", store, "iphone-16")[2]
    assert "not a SPARQL query: line 1, column 18" in run("query", store, "SELECT ?x { oh no")[2]
    assert "SERVICE is not allowed" in run("query", store, "SELECT * { SERVICE <http://a/> { ?s ?p ?o } }")[2]


@pytest.fixture(scope="module")
def twin(small_graph, tmp_path_factory) -> Iterator[str]:
    """The address of a store that a graph on disk was imported into."""
    with oxigraph(tmp_path_factory.mktemp("twin")) as server:
        assert "4 of 4 articles were new" in run("import", small_graph, "-o", server.url)[2]
        yield server.url


@pytest.mark.parametrize("form", EXPORTS)
@pytest.mark.parametrize("part", [[], ["--about", "Muse Spark", "--hops", 1]], ids=["all", "a part"])
def test_an_export_from_there_is_the_one_from_here(twin, small_graph, tmp_path, form, part):
    written = []
    for place, graph in (("there", twin), ("here", small_graph)):
        (tmp_path / place).mkdir()
        target = (tmp_path / place / EXPORTED[form]).parent if form == "neo4j" else tmp_path / place / EXPORTED[form]
        assert run("export", graph, "-o", target, "-f", form, *part)[0] == 0
        written.append((tmp_path / place / EXPORTED[form]).read_bytes())
    assert written[0] == written[1] != b""


def test_import_takes_a_graph_from_there_and_puts_one_there(twin, small_graph, store, tmp_path):
    assert "4 of 4 articles were new" in run("import", twin, "-o", tmp_path / "copy")[2]
    assert "4 of 4 articles were new" in run("import", twin, "-o", store)[2]
    assert "0 of 4 articles were new" in run("import", tmp_path / "copy", "-o", store)[2]
    with Graph.open(small_graph, read_only=True) as graph, Graph.open(tmp_path / "copy", read_only=True) as copy:
        assert everything(copy) == everything(graph) == stored(store)


def test_a_part_is_had_from_there_in_a_few_requests(twin, tmp_path):
    between = Proxy(twin)
    assert run("export", between.url, "-o", tmp_path / "part.ttl", "--about", "Meta")[0] == 0
    assert 0 < len(between.requests) < 20
    between.close()
