"""The SPARQL 1.1 Protocol, as far as it reads: what an HTTP request asks of the workers, and the service described.

    GET  /sparql?query=…                                     POST /sparql   application/x-www-form-urlencoded: query=…
    GET  /sparql   what the service can, as RDF              POST /sparql   application/sparql-query

What goes wrong gets a status and one line: 400 for what is no query, 401 without the token, 403 for SERVICE, 406 for a
form that cannot be had, 413 and 415 for bodies that are too long or of another type, 422 for what asks for too much
time, memory or answer, 503 while all workers are busy.
"""

from collections.abc import Iterable
from urllib.parse import parse_qsl

import pyoxigraph as ox
from starlette.requests import Request as HttpRequest

from .answers import Request
from .media import RESULTS, TRIPLES, preferred
from .vocab import RDF, SD
from .workers import Answer, Workers

_QUERY, _UPDATE, _FORM = "application/sparql-query", "application/sparql-update", "application/x-www-form-urlencoded"
_LONGEST = 1 << 20  # bytes of a query
_MOST_FIELDS = 1000  # of a form
_Node = ox.NamedNode


class _RefusedError(Exception):
    """A request that gets a status and a line instead of an answer."""

    def __init__(self, status: int, words: str) -> None:
        super().__init__(words)
        self.answer = Answer.refusal(status, words)


async def answer_sparql(http: HttpRequest, workers: Workers) -> Answer:
    """What the workers answer to a request of the protocol, or why they cannot."""
    try:
        asked = await _asked(http)
        accept = ", ".join(http.headers.getlist("accept")) or "*/*"
        if not asked and http.method != "POST":
            return _description(http, preferred(accept, TRIPLES))
        return await workers.answer(_request(asked, *_forms(accept)))
    except _RefusedError as refused:
        return refused.answer


async def _asked(http: HttpRequest) -> list[tuple[str, str]]:
    """The names and values that a request gives, by any of the protocol's ways."""
    given = _fields(http.scope["query_string"])
    if http.method != "POST":
        return given
    media_type = http.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type == _UPDATE:
        raise _RefusedError(403, "this graph is read only here: no updates")
    if media_type not in (_QUERY, _FORM):
        raise _RefusedError(415, f"a query comes as {_QUERY} or {_FORM}, not {media_type or 'without a type'}")
    body = bytearray()
    async for part in http.stream():
        body += part
        if len(body) > _LONGEST:
            raise _RefusedError(413, f"a query has {_LONGEST:,} bytes at most")
    if media_type == _FORM:
        return given + _fields(bytes(body))
    return [*given, ("query", _decoded(bytes(body)))]


def _fields(encoded: bytes) -> list[tuple[str, str]]:
    try:
        return parse_qsl(encoded.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=_MOST_FIELDS)
    except ValueError as error:
        raise _RefusedError(400, f"the parameters are not UTF-8, percent-encoded, or too many: {error}") from error


def _decoded(body: bytes) -> str:
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _RefusedError(400, f"the query is not UTF-8 (byte {error.start})") from error


def _request(asked: Iterable[tuple[str, str]], results: str, triples: str) -> Request:
    given: dict[str, list[str]] = {}
    for name, value in asked:
        given.setdefault(name, []).append(value)
    if "update" in given:
        raise _RefusedError(403, "this graph is read only here: no updates")
    if len(given.get("query", [])) != 1 or not given["query"][0].strip():
        raise _RefusedError(400, "ask with one parameter named query")
    default, named = (tuple(given.get(f"{kind}-graph-uri", ())) for kind in ("default", "named"))
    return Request(given["query"][0], (default, named) if default or named else None, results, triples)


def _forms(accept: str) -> tuple[str, str]:
    """The forms of a table and of triples that are wished for, whichever the query gives.

    A client that knows one kind of query, such as rdflib's, names forms of one kind only: the other comes as usual.
    """
    table, triples = preferred(accept, RESULTS), preferred(accept, TRIPLES)
    if not table and not triples:
        raise _RefusedError(406, f"an answer can be had as {', '.join([*RESULTS, *TRIPLES])}")
    return table or next(iter(RESULTS)), triples or next(iter(TRIPLES))


def _description(http: HttpRequest, media_type: str) -> Answer:
    """What the service can, in the words of SPARQL 1.1 Service Description."""
    if not media_type:
        return Answer.refusal(406, f"the description can be had as {', '.join(TRIPLES)}; a query comes as ?query=…")
    service, dataset, default = ox.BlankNode("service"), ox.BlankNode("dataset"), ox.BlankNode("facts")
    said: list[tuple[ox.BlankNode, str, ox.NamedNode | ox.BlankNode]] = [
        (service, RDF.type, _Node(SD.Service)),
        (service, SD.endpoint, _Node(str(http.url.replace(query="")))),
        (service, SD.supportedLanguage, _Node(SD.SPARQL11Query)),
        (service, SD.defaultDataset, dataset),
        (dataset, SD.defaultGraph, default),
        (default, RDF.type, _Node(SD.Graph)),
        *((service, SD.resultFormat, _Node(form.iri)) for form in RESULTS.values()),
        *((service, SD.resultFormat, _Node(form.iri)) for form in TRIPLES.values()),
    ]
    triples = [ox.Triple(s, _Node(p), o) for s, p, o in said]
    prefixes = {"sd": str(SD)} if TRIPLES[media_type] != ox.RdfFormat.N_TRIPLES else None
    return Answer(200, media_type, ox.serialize(triples, format=TRIPLES[media_type], prefixes=prefixes) or b"")
