"""The SPARQL endpoint serves the clients that people use, changes nothing, and ends what asks for too much."""

import base64
import csv
import json
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import quote, urlencode

import pyoxigraph as ox
import pytest
import rdflib
from rdflib.plugins.stores.sparqlstore import SPARQLStore
from servers import ROOT, Reply, Server, send, serving
from SPARQLWrapper import CSV, JSON, TURTLE, XML, SPARQLWrapper
from SPARQLWrapper.SPARQLExceptions import QueryBadFormed

from kg.graph import Graph
from kg.ontology import load_ontology
from kg.query import ask, questions

LABELS = "SELECT ?name { ?x a tn:Company ; rdfs:label ?name } ORDER BY ?name"
PREFIX = "PREFIX tn: <https://w3id.org/technews-kg/ontology#> PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#> "
TRIPLES = "CONSTRUCT { ?x rdfs:label ?name } WHERE { ?x a tn:Company ; rdfs:label ?name }"
QUESTIONS = questions(load_ontology().folder)
RUNAWAY = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
DESCRIBED = "http://www.w3.org/ns/sparql-service-description#"


def get(server: Server, sparql: str, *graphs: tuple[str, str], **headers: str) -> Reply:
    return send(f"{server.url}?{urlencode([('query', sparql), *graphs])}", **headers)


def names(reply: Reply) -> list[str]:
    assert reply.status == 200, reply.body
    return [row["name"]["value"] for row in json.loads(reply.body)["results"]["bindings"]]


@pytest.fixture(scope="module")
def companies(small_graph: Path) -> list[str]:
    with Graph.open(small_graph, read_only=True) as graph:
        found = [str(name) for (name,) in ask(graph, LABELS).rows]
    assert {"Meta", "Apple"} <= set(found)
    return found


@pytest.fixture(scope="module")
def server(small_graph: Path) -> Iterator[Server]:
    with serving(small_graph, "--seconds", 2, "--memory", 200, "--answer", 1) as running:
        yield running


# The clients


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("way", ["urlencoded", "postdirectly"])
def test_sparqlwrapper_understands_it(server, companies, method, way):
    client = SPARQLWrapper(server.url)
    client.setMethod(method)
    client.setRequestMethod(way)
    client.setQuery(PREFIX + LABELS)
    client.setReturnFormat(JSON)
    assert [row["name"]["value"] for row in client.queryAndConvert()["results"]["bindings"]] == companies
    client.setReturnFormat(CSV)
    assert client.queryAndConvert().decode().split("\r\n")[1:-1] == companies
    client.setReturnFormat(XML)
    assert "Meta" in client.queryAndConvert().toxml()
    client.setQuery(PREFIX + TRIPLES)
    client.setReturnFormat(TURTLE)
    assert {str(o) for o in rdflib.Graph().parse(data=client.queryAndConvert()).objects()} == set(companies)
    client.setQuery("ASK { ?s ?p ?o }")
    client.setReturnFormat(JSON)
    assert client.queryAndConvert()["boolean"] is True
    client.setQuery("SELECT nothing")
    with pytest.raises(QueryBadFormed, match="line 1, column 15"):
        client.query()


@pytest.mark.parametrize("method", ["GET", "POST", "POST_FORM"])
@pytest.mark.parametrize("form", ["json", "xml", "csv", "tsv"])
def test_rdflib_s_store_understands_it(server, companies, method, form):
    graph = rdflib.Graph(store=SPARQLStore(server.url, method=method, returnFormat=form))
    assert [str(row.name) for row in graph.query(PREFIX + LABELS)] == companies
    assert len(graph.query(PREFIX + TRIPLES).graph) == len(companies)
    assert (None, rdflib.RDFS.label, rdflib.Literal("Meta")) in graph


@pytest.mark.skipif(not shutil.which("curl"), reason="curl is not here")
def test_curl_understands_it(server, companies):
    command = ["curl", "-sS", "-H", "Accept: text/csv", "--data-urlencode", f"query={LABELS}", server.url]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[1:] == companies


# The protocol


def test_a_query_may_come_in_each_of_the_protocol_s_ways(server, companies):
    form = urlencode({"query": LABELS}).encode()
    assert names(get(server, LABELS)) == companies
    assert names(send(server.url, form, Content_Type="application/x-www-form-urlencoded; charset=utf-8")) == companies
    assert names(send(server.url, LABELS.encode(), Content_Type="application/sparql-query")) == companies
    marked = b"\xef\xbb\xbf" + LABELS.encode()
    assert names(send(server.url, marked, Content_Type="application/sparql-query")) == companies
    assert send(f"{server.url}?query={quote(LABELS)}", method="HEAD").status == 200


@pytest.mark.parametrize(
    ("accept", "given"),
    [
        (None, "application/sparql-results+json"),
        ("*/*", "application/sparql-results+json"),
        ("application/json", "application/sparql-results+json"),
        ("application/sparql-results+xml, application/sparql-results+json;q=0.9", "application/sparql-results+xml"),
        ("application/xml", "application/sparql-results+xml"),
        ("text/*;q=0.3, application/*;q=0.2", "text/csv; charset=utf-8"),
        ("text/tab-separated-values", "text/tab-separated-values; charset=utf-8"),
        ("text/html, */*;q=0.1", "application/sparql-results+json"),
    ],
)
def test_a_table_comes_in_the_form_that_is_wished_for(server, companies, accept, given):
    reply = get(server, LABELS, **({"Accept": accept} if accept else {}))
    assert (reply.status, reply.headers["Content-Type"]) == (200, given)
    assert reply.headers["Vary"].startswith("Accept")
    media_type = given.partition(";")[0]
    form = next(f for f in vars(ox.QueryResultsFormat).values() if getattr(f, "media_type", "").startswith(media_type))
    if form != ox.QueryResultsFormat.CSV:
        assert [row["name"].value for row in ox.parse_query_results(reply.body, format=form)] == companies
    else:
        assert reply.body.decode().split("\r\n")[1:-1] == companies


@pytest.mark.parametrize(
    ("accept", "given", "form"),
    [
        ("*/*", "text/turtle", "turtle"),
        ("application/n-triples", "application/n-triples", "nt"),
        ("text/plain", "application/n-triples", "nt"),
        ("application/rdf+xml", "application/rdf+xml", "xml"),
        ("application/ld+json, text/turtle;q=0.5", "application/ld+json", "json-ld"),
    ],
)
@pytest.mark.parametrize("what", ["triples", "description"])
def test_triples_come_in_the_form_that_is_wished_for(server, companies, accept, given, form, what):
    reply = get(server, TRIPLES, Accept=accept) if what == "triples" else send(server.url, Accept=accept)
    assert (reply.status, reply.headers["Content-Type"]) == (200, given)
    read = rdflib.Graph().parse(data=reply.body, format=form)
    if what == "triples":
        assert {str(o) for o in read.objects()} == set(companies)
    else:
        (service,) = read.subjects(rdflib.RDF.type, rdflib.URIRef(DESCRIBED + "Service"))
        assert read.value(service, rdflib.URIRef(DESCRIBED + "endpoint")) == rdflib.URIRef(server.url)
        assert len(list(read.objects(service, rdflib.URIRef(DESCRIBED + "resultFormat")))) == 8


@pytest.mark.parametrize("name", sorted(QUESTIONS))
def test_a_named_question_may_be_sent_as_it_stands_in_its_file(server, small_graph, name):
    sparql = QUESTIONS[name].sparql
    reply = send(server.url, sparql.encode(), Content_Type="application/sparql-query", Accept="text/csv")
    assert reply.status == 200, reply.body
    with Graph.open(small_graph, read_only=True) as graph:
        table = ask(graph, name)
    assert len(list(csv.reader(reply.body.decode().splitlines()))) == len(table.rows) + 1
    assert tuple(reply.body.decode().split("\r\n")[0].split(",")) == table.columns


def test_a_request_may_say_which_graphs_it_is_about(server, companies):
    article = "https://w3id.org/technews-kg/article/iphone-16"
    facts, quads = "SELECT ?name { ?x rdfs:label ?name }", "SELECT DISTINCT ?name { GRAPH ?name { ?s ?p ?o } }"
    told = names(get(server, facts, ("default-graph-uri", article)))
    assert told
    assert told != names(get(server, facts))
    assert names(get(server, quads, ("default-graph-uri", article))) == []
    assert names(get(server, quads, ("named-graph-uri", article))) == [article]
    assert names(get(server, facts, ("named-graph-uri", article))) == []
    assert names(get(server, f"SELECT ?name FROM <{article}> {{ ?x rdfs:label ?name }} ORDER BY ?name")) == sorted(told)
    assert names(get(server, facts, ("default-graph-uri", "file:///etc/passwd"))) == []
    assert get(server, facts, ("default-graph-uri", "no IRI")).status == 400


def test_pages_of_other_sites_may_ask_if_they_are_named(server, small_graph):
    assert get(server, LABELS, Origin="http://a.example").headers["Access-Control-Allow-Origin"] is None
    asks = {"Origin": "http://a.example", "Access_Control_Request_Method": "POST"}
    with serving(small_graph, "--cors", "http://a.example") as running:
        allowed = [get(running, LABELS, Origin=f"http://{name}.example").headers for name in "ab"]
        reply = send(running.url, method="OPTIONS", Access_Control_Request_Headers="authorization", **asks)
    assert [each["Access-Control-Allow-Origin"] for each in allowed] == ["http://a.example", None]
    assert (reply.status, "POST" in reply.headers["Access-Control-Allow-Methods"]) == (200, True)
    with serving(small_graph, "--cors", "*") as running:
        assert get(running, LABELS, Origin="http://b.example").headers["Access-Control-Allow-Origin"] == "*"


def test_a_name_that_is_none_of_this_machine_s_gets_nothing(server, small_graph):
    """A page of evil.example may have its name lead here, and the browser then takes the graph for that page's own."""
    for name in ("evil.example", "evil.example:8080", "127.0.0.1.evil.example", "localhost.evil.example", ""):
        reply = get(server, LABELS, Host=name)
        assert (reply.status, b"Meta" in reply.body) == (400, False)
        assert send(server.url.replace("/sparql", "/entity/meta"), Host=name).status == 400
    for name in ("localhost", "127.0.0.1:1", "[::1]:8080"):
        assert get(server, LABELS, Host=name).status == 200
    with serving(small_graph, "--allow-host", "kg.example") as running:
        assert [get(running, LABELS, Host=f"{name}.example").status for name in ("kg", "evil")] == [200, 400]


# What is refused


FORM, DIRECT = "application/x-www-form-urlencoded", "application/sparql-query"


@pytest.mark.parametrize(
    ("arguments", "body", "media_type", "status", "words"),
    [
        ("query=SELECT", None, "", 400, "not a SPARQL query: line 1, column 7, at its end"),
        ("query=", None, "", 400, "one parameter named query"),
        ("quarry=ASK%7B%7D", None, "", 400, "one parameter named query"),
        ("query=ASK%7B%7D&query=ASK%7B%7D", None, "", 400, "one parameter named query"),
        ("query=%FF", None, "", 400, "not UTF-8"),
        ("&".join(f"a{n}=1" for n in range(1001)), None, "", 400, "too many"),
        ("", b"", FORM, 400, "one parameter named query"),
        ("", b"query=%FF", FORM, 400, "not UTF-8"),
        ("", b"query=\xff", FORM, 400, "not UTF-8"),
        ("", b"\xff", DIRECT, 400, "not UTF-8 (byte 0)"),
        ("", b"ASK { ?s ?p \x00 }", DIRECT, 400, "not a SPARQL query"),
        ("", b"ASK { ?s <a b> ?o }", DIRECT, 400, "not a SPARQL query"),
        ("", b"ASK {}", "text/plain", 415, "not text/plain"),
        ("", b"{}", "application/json", 415, "not application/json"),
        ("", b"ASK {}" + b" " * 2**20, DIRECT, 413, "1,048,576 bytes at most"),
        ("", b"DROP ALL", "application/sparql-update", 403, "read only"),
        ("", b"update=DROP+ALL", FORM, 403, "read only"),
        ("update=DROP+ALL", None, "", 403, "read only"),
        ("query=DROP+ALL", None, "", 400, "this is an update"),
        ("", b"LOAD <file:///etc/passwd>", DIRECT, 400, "this is an update"),
        ("", b"# hello\nprefix a: <http://a/> insert data { a:b a:c a:d }", DIRECT, 400, "this is an update"),
        ("", b"SELECT * { SERVICE <http://a.example/> { ?s ?p ?o } }", DIRECT, 403, "SERVICE is not allowed"),
        ("", b"SELECT * { ?a ?b 1SERVICE?x#>\n{ ?s ?p ?o } }", DIRECT, 403, "SERVICE is not allowed"),
    ],
)
def test_a_bad_request_gets_a_status_and_a_line(server, arguments, body, media_type, status, words):
    headers = {"Content_Type": media_type} if media_type else {}
    reply = send(f"{server.url}?{arguments}" if arguments else server.url, body, **headers)
    assert reply.status == status
    assert reply.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert words in reply.body.decode()
    assert reply.body.count(b"\n") == 1


def test_what_cannot_be_had_and_what_is_not_there_get_a_line(server):
    for reply in (get(server, LABELS, Accept="image/png"), send(server.url, Accept="text/csv;q=1, text/turtle;q=0")):
        assert (reply.status, reply.body.count(b"\n")) == (406, 1)
        assert b"text/turtle" in reply.body
    assert [send(server.url, method=method).status for method in ("PUT", "DELETE", "PATCH")] == [405, 405, 405]
    reply = send(server.url.replace("/sparql", "/store?default"))
    assert (reply.status, reply.body.count(b"\n")) == (404, 1)


def test_service_reaches_no_host_unless_it_is_allowed(server, small_graph):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        sparql = f"SELECT * {{ SERVICE <http://127.0.0.1:{port}/> {{ ?s ?p ?o }} }}"
        assert get(server, sparql).status == 403
        listener.settimeout(0.2)
        with pytest.raises(TimeoutError):
            listener.accept()
    sparql = f"SELECT ?name {{ SERVICE <{server.url}> {{ ?x a tn:Company ; rdfs:label ?name }} }}"
    with serving(small_graph, "--allow-service") as running:
        assert "Meta" in names(get(running, sparql))


# What asks for too much


@pytest.mark.parametrize(
    ("sparql", "words"),
    [
        (RUNAWAY, "longer than 2 s"),
        (
            "SELECT (COUNT(*) AS ?n) { ?a (tn:x|!tn:x)* ?b . ?c (tn:x|!tn:x)* ?d . ?e (tn:x|!tn:x)* ?f }",
            "longer than 2 s",
        ),
        ("SELECT DISTINCT ?a ?d ?g { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } ORDER BY ?c ?f", "more than 200 MB"),
        ("SELECT * { ?a ?b ?c . ?d ?e ?f }", "larger than 1 MB"),
        ("SELECT (REPLACE('aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', '(a*)*b', 'c') AS ?x) {}", None),
        (f"ASK {{ {'{' * 200_000} ?s ?p ?o {'}' * 200_000} }}", "nested too deeply"),
    ],
    ids=["cross product", "paths over everything", "memory", "answer", "pattern", "nesting"],
)
def test_what_asks_for_too_much_is_ended_and_the_next_is_answered(server, companies, sparql, words):
    before, began = server.memory, time.monotonic()
    reply = send(server.url, sparql.encode(), Content_Type=DIRECT)
    took = time.monotonic() - began
    if words is not None:
        assert reply.status == 422, reply.body
        assert words in reply.body.decode()
    assert took < 9, "the limit is 2 s, and the machine may be busy"
    assert names(get(server, LABELS)) == companies
    assert names(get(server, LABELS)) == companies
    assert server.memory < before + 60 * 2**20


def test_a_runaway_query_holds_up_no_other_and_leaves_no_process(server, companies):
    old = server.workers
    assert len(old) >= 2
    with ThreadPoolExecutor(1) as pool:
        runaway = pool.submit(get, server, RUNAWAY)
        time.sleep(0.3)
        assert names(get(server, LABELS)) == companies
        assert not runaway.done()
        assert runaway.result().status == 422
    assert names(get(server, LABELS)) == companies
    assert len(old & server.workers) == len(old) - 1


def test_who_finds_all_workers_busy_is_asked_to_come_again(small_graph):
    with serving(small_graph, "--seconds", 1.5, "--workers", 1) as running, ThreadPoolExecutor(4) as pool:
        replies = [reply.result() for reply in [pool.submit(get, running, RUNAWAY) for _ in range(4)]]
        busy = [reply for reply in replies if reply.status == 503]
        assert {reply.status for reply in replies} == {422, 503}
        assert all(reply.headers["Retry-After"] for reply in busy)
        assert b"busy" in busy[0].body


def test_many_clients_get_their_answers_and_nothing_grows(server, companies):
    def client(_: int) -> bool:
        return all(names(get(server, LABELS)) == companies for _ in range(20))

    with ThreadPoolExecutor(20) as pool:
        assert all(pool.map(client, range(20)))
        before = server.memory
        assert all(pool.map(client, range(40)))
    assert server.memory < before + 30 * 2**20


# Who may ask, and for how long


def test_this_machine_alone_is_served_unless_told_otherwise(server):
    assert server.url.startswith("http://127.0.0.1:")
    assert "token" not in server.said


def test_where_others_reach_it_it_asks_for_a_token(small_graph, companies):
    with serving(small_graph, "--host", "0.0.0.0") as running:
        token = running.said.split("token: ")[1].split()[0]
        local = Server(running.url.replace("0.0.0.0", "127.0.0.1"), running.said, running.process)
        for header in ("", f"Bearer {token}x", "Bearer ", f"Digest {token}", "Basic !", "Basic eDp5"):
            reply = get(local, LABELS, **({"Authorization": header} if header else {}))
            assert (reply.status, reply.headers["WWW-Authenticate"]) == (401, 'Basic realm="kg", Bearer')
            assert b"Meta" not in reply.body
        assert send(local.url).status == 401
        password = base64.b64encode(f"anyone:{token}".encode()).decode()
        for header in (f"Bearer {token}", f"bearer {token}", f"Basic {password}"):
            assert names(get(local, LABELS, Authorization=header)) == companies
        client = SPARQLWrapper(local.url)
        client.setCredentials("anyone", token)
        client.setQuery("ASK { ?s ?p ?o }")
        client.setReturnFormat(JSON)
        assert client.queryAndConvert()["boolean"] is True


def test_a_token_may_be_given_and_is_asked_for_on_this_machine_too(small_graph, companies):
    with serving(small_graph, KG_TOKEN="open sesame") as running:
        assert "sesame" not in running.said
        assert get(running, LABELS).status == 401
        assert names(get(running, LABELS, Authorization="Bearer open sesame")) == companies


def test_a_graph_that_changes_is_served_as_it_is_now(graph_copy):
    with serving(graph_copy) as running:
        assert "Apple" in names(get(running, LABELS))
        with Graph.open(graph_copy) as graph:
            graph.remove(["iphone-16"])
        assert "Apple" not in names(get(running, LABELS))


def test_a_graph_in_a_file_is_served_and_nothing_is_written(small_graph, companies, tmp_path):
    from kg.export import export

    with Graph.open(small_graph, read_only=True) as graph:
        export(graph, tmp_path / "graph.trig")
    before = (tmp_path / "graph.trig").read_bytes()
    with serving(tmp_path / "graph.trig") as running:
        assert names(get(running, LABELS)) == companies
    assert (tmp_path / "graph.trig").read_bytes() == before


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_it_ends_at_once_and_leaves_no_process_behind(small_graph, how):
    with serving(small_graph, "--seconds", 3) as running, ThreadPoolExecutor(1) as pool:
        workers = running.workers
        pool.submit(get, running, RUNAWAY)  # which gets no answer
        time.sleep(0.3)
        began = time.monotonic()
        running.process.send_signal(how)
        code = running.process.wait(10)
        assert code == (0 if how == signal.SIGINT else -how)
        assert time.monotonic() - began < 4
        while any(Path(f"/proc/{pid}").exists() for pid in workers):
            assert time.monotonic() - began < 10, "a worker outlives its server"
            time.sleep(0.05)
    assert "Traceback" not in running.said


def test_what_cannot_be_served_gets_a_line(tmp_path, small_graph, server):
    port = server.url.split(":")[2].split("/")[0]
    for arguments, words in (([tmp_path / "nope"], "no graph here"), ([small_graph, "--port", port], "--port")):
        command = [*server.process.args[:3], "serve", *map(str, arguments)]
        done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(ROOT)})
        assert done.returncode == 1
        assert done.stderr.startswith("Error: ")
        assert words in done.stderr
        assert done.stderr.count("\n") == 1
