"""A bounded share of `fuzz.py`, what it once found, and any bytes over HTTP."""

import socket
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from fuzz import Target, run, targets
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from servers import send, serving

from kg.errors import GraphError, OntologyError, QueryError
from kg.graph import Graph
from kg.lexicon import Lexicon, compile_phrase, parse_example
from kg.model import Article
from kg.ontology import KNOWN, SCHEMA_FILES, load_ontology
from kg.query import ask
from kg.registry import parse_corrections
from kg.values import find_values

TARGETS = ("phrase", "ontology", "values", "ask", "parameter", "quads", "same", "text")
COUNT = {"text": 80, "quads": 100}


@pytest.fixture(scope="module")
def known() -> dict[str, Target]:
    return targets()


def test_every_target_is_tried(known):
    assert {*known} == {*TARGETS}


@pytest.mark.parametrize("name", TARGETS)
def test_any_input_gives_a_result_or_an_error_of_the_kind(known, name):
    run(known[name], COUNT.get(name, 300))


@pytest.mark.parametrize(
    ("form", "phrase"),
    [
        ("verb", "'s{subject}{object}x"),
        ("possessive", "x {subject}{object}"),
        ("name", "x {object}'s {subject} y"),
        ("noun", ""),
    ],
)
def test_a_phrase_that_cannot_be_compiled_says_so(form, phrase):
    with pytest.raises(OntologyError, match="p: "):
        compile_phrase("p", form, phrase)


def test_an_example_of_no_status_says_which_there_are():
    with pytest.raises(OntologyError, match="asserted, planned, reported, possible, denied"):
        parse_example("p", "[x] {subject:A} {object:B}", True)


def test_a_cue_without_a_word_is_an_error_of_the_ontology(tmp_path):
    for name in (*SCHEMA_FILES, KNOWN):
        (tmp_path / name).write_text("")
    cue = '<https://w3id.org/technews-kg/claim#planned> <https://w3id.org/technews-kg/lexicon#cue> " " .'
    (tmp_path / SCHEMA_FILES[0]).write_text(cue)
    with pytest.raises(OntologyError, match="has no word"):
        Lexicon(load_ontology(tmp_path)).cues  # noqa: B018
    (tmp_path / SCHEMA_FILES[0]).write_text('"""\n""" .')
    with pytest.raises(OntologyError, match=r"^[^\n]*technews.ttl[^\n]*$"):
        load_ontology(tmp_path)


@pytest.mark.parametrize(
    ("text", "day", "found"),
    [
        ("It came in April.", "0001-01-01", ["0001-04"]),
        ("It came yesterday and last year.", "0001-01-01", []),
        ("It comes tomorrow.", "9999-12-31", []),
        ("It comes on January 3.", "9999-12-31", ["9999-01-03"]),
        ("It comes in 99999.", "2026-04-08", ["99999"]),
        (f"It raised ${'9' * 400} billion.", "2026-04-08", ["9" * 400 + "0" * 9 + " USD"]),
        (f"It raised ${'9' * 400}.5 billion.", "2026-04-08", ["9" * 400 + "5" + "0" * 8 + " USD"]),
        ("It has ٣٤ users.", "2026-04-08", ["34"]),
    ],
)
def test_values_at_the_edge_of_the_calendar_and_of_numbers(text, day, found):
    assert [str(each.value) for each in find_values(text, day)] == found


def test_half_a_character_is_in_no_question_and_no_correction():
    with Graph.open() as graph:
        for question, values in (("who-leads", {"on": "\ud800"}), ("SELECT * { ?s ?p '\ud800' }", {})):
            with pytest.raises(QueryError, match="no Unicode text"):
                ask(graph, question, **values)
    with pytest.raises(GraphError, match="not well-formed"):
        parse_corrections("# \ud800", "here")


# Texts that could take for ever


NUMBERS = {
    "digits": lambda n: "9" * n,
    "groups": lambda n: "1" + ",000" * (n // 4),
    "fractions": lambda n: "1.5" * (n // 3),
    "dollars": lambda n: "$" * n,
    "spaces": lambda n: "$5" + " " * n + "b",
    "days": lambda n: "9 " * (n // 2),
    "mays": lambda n: "May " * (n // 4),
}
LONG = {
    "one word": lambda n: "x" * n,
    "marks": lambda n: "a" + "\u0301" * n,
    "spaces": lambda n: "a" + " " * n + "b",
    "lines": lambda n: "\n" * n,
    "dots": lambda n: "a." * (n // 2),
    "invisible": lambda n: "\u200b" * n,
    "names": lambda n: "Zorg " * (n // 5),
}


def grows(take: Callable[[str], object], make: Callable[[int], str], size: int) -> None:
    """Twice the text takes twice the time, or so: four times would be a square. The better of three tries each."""

    def seconds(text: str) -> float:
        tries = []
        for _ in range(3):
            begun = time.process_time()
            take(text)
            tries.append(time.process_time() - begun)
        return min(tries)

    short, long = seconds(make(size)), seconds(make(2 * size))
    assert long < 0.3 or long / short < 3.2, f"{short:.2f} s, {long:.2f} s"
    assert long < 10


@pytest.mark.parametrize("what", NUMBERS)
def test_values_of_twice_the_text_take_twice_the_time(what):
    grows(lambda text: find_values(text, "2026-04-09"), NUMBERS[what], 20_000)


@pytest.mark.parametrize("what", LONG)
def test_claims_of_twice_the_text_take_twice_the_time(extractor, what):
    grows(lambda text: extractor.extract(Article("a", "", text, "2026-04-09")), LONG[what], 5_000)


def test_a_line_of_a_megabyte_has_its_values_soon():
    text = "It raised $5 billion on April 8, 2026, and 3 million users. " * 17_000
    begun = time.process_time()
    assert len(find_values(text, "2026-04-09")) == 3 * 17_000
    assert time.process_time() - begun < 30


# HTTP


@pytest.fixture(scope="module")
def server(small_graph: Path):
    with serving(small_graph, "--seconds", 1, "--memory", 200, "--answer", 1) as running:
        yield running


TOKENS = st.sampled_from(
    [b"GET", b"POST", b"PUT", b"HEAD", b"OPTIONS", b"TRACE", b"CONNECT", b"PRI", b"g\0t", b"DELETE"]
)
PLACES = st.sampled_from(
    [
        b"/sparql",
        b"/sparql?query=ASK%7B%7D",
        b"/",
        b"/../..",
        b"*",
        b"http://x/sparql",
        b"/sparql?query=%ff",
        b"//",
        b"/sparql?" + b"a=b&" * 2_000,
    ]
)
NAMES = st.sampled_from(
    [
        b"Host",
        b"Accept",
        b"Content-Type",
        b"Content-Length",
        b"Transfer-Encoding",
        b"Expect",
        b"Authorization",
        b"Connection",
        b"Origin",
        b"Upgrade",
        b"X" * 900,
    ]
)
VALUES = st.sampled_from(
    [
        b"",
        b"a",
        b"application/sparql-query",
        b"application/x-www-form-urlencoded",
        b"chunked",
        b"100-continue",
        b"-1",
        b"5",
        b"99999999999999999999",
        b"*/*;q=x",
        b"text/csv;q=nan, */*;q=inf",
        b"\xff\xfe",
        b"close",
        b"Basic !!!",
        b"websocket",
        b"h2c",
        b"x" * 9_000,
    ]
)
REQUESTS = st.one_of(
    st.binary(max_size=200),
    st.builds(
        lambda method, place, headers, body: (
            method
            + b" "
            + place
            + b" HTTP/1.1\r\nHost: localhost\r\n"
            + b"".join(name + b": " + value + b"\r\n" for name, value in headers)
            + b"\r\n"
            + body
        ),
        TOKENS,
        PLACES,
        st.lists(st.tuples(NAMES, VALUES), max_size=4),
        st.one_of(st.binary(max_size=60), st.sampled_from([b"query=ASK%7B%7D", b"ASK {}", b"5\r\nASK {\r\n0\r\n\r\n"])),
    ),
)


def statuses(url: str, request: bytes) -> list[int]:
    """The statuses of what comes back until the server ends it, or is silent for a while as it waits for more."""
    host, port = url.split("/")[2].split(":")
    came = b""
    with socket.create_connection((host, int(port)), 10) as connection:
        connection.settimeout(10)
        try:
            connection.sendall(request)
            connection.shutdown(socket.SHUT_WR)
            while part := connection.recv(65536):
                came += part
        except (ConnectionError, TimeoutError):
            pass
    return [int(line.split()[1]) for line in came.split(b"\r\n") if line.startswith(b"HTTP/1.1 ")]


def test_any_bytes_over_http_get_no_5xx_and_the_server_lives(server):
    seen: dict[int, int] = {}

    @settings(max_examples=300, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(REQUESTS)
    def ask_it(request: bytes) -> None:
        for status in statuses(server.url, request):
            seen[status] = seen.get(status, 0) + 1
            assert status < 500 or status == 503, request

    ask_it()
    assert {200, 400} <= seen.keys(), seen
    assert send(f"{server.url}?query=ASK%7B%7D").status == 200
    assert server.process.poll() is None
