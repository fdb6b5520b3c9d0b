"""The graph over HTTP: a SPARQL 1.1 Protocol endpoint that reads and never writes.

    GET  /sparql?query=…                                     POST /sparql   application/x-www-form-urlencoded: query=…
    GET  /sparql   what the service can, as RDF              POST /sparql   application/sparql-query

What goes wrong gets a status and one line: 400 for what is no query, 401 without the token, 403 for SERVICE, 406 for a
form that cannot be had, 413 and 415 for bodies that are too long or of another type, 422 for what asks for too much
time, memory or answer, 503 while all workers are busy.
"""

import base64
import ipaddress
import secrets
import socket
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qsl

import pyoxigraph as ox
import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request as HttpRequest
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from .errors import GraphError
from .graph import Graph
from .vocab import RDF, SD
from .workers import RESULTS, TRIPLES, Answer, Limits, Request, Workers

_QUERY, _UPDATE, _FORM = "application/sparql-query", "application/sparql-update", "application/x-www-form-urlencoded"
_LONGEST = 1 << 20  # bytes of a query
_MOST_FIELDS = 1000  # of a form
_Node = ox.NamedNode


@dataclass(frozen=True, slots=True)
class Settings:
    """Where and how to serve: an empty token asks for none, port 0 is any free one."""

    host: str = "127.0.0.1"
    port: int = 8080
    token: str = field(default="", repr=False)
    origins: tuple[str, ...] = ("*",)
    limits: Limits = field(default_factory=Limits)
    workers: int = 2

    @property
    def is_open(self) -> bool:
        """Whether other machines can reach it."""
        if self.host == "localhost":
            return False
        with suppress(ValueError):
            return not ipaddress.ip_address(self.host).is_loopback
        return True


class _RefusedError(Exception):
    """A request that gets a status and a line instead of an answer."""

    def __init__(self, status: int, words: str) -> None:
        super().__init__(words)
        self.answer = Answer.refusal(status, words)


def serve(path: Path, settings: Settings, ready: Callable[[str], None] = lambda url: None) -> None:
    """Serves the graph at a path until it is interrupted; `ready` hears its address. GraphError if it cannot."""
    app = application(path, settings)
    with _listening(settings) as listener:
        host, port = listener.getsockname()[:2]
        config = uvicorn.Config(
            app, log_level="warning", access_log=False, server_header=False, timeout_graceful_shutdown=1
        )
        ready(f"http://{f'[{host}]' if ':' in host else host}:{port}/sparql")
        with suppress(KeyboardInterrupt):  # which is how it ends
            uvicorn.Server(config).run(sockets=[listener])


def application(path: Path, settings: Settings) -> Starlette:
    """The application that answers; GraphError if there is no graph at the path."""
    with Graph.open(path, read_only=True) as graph:
        prefixes = dict(graph.ontology.prefixes)
    workers = Workers(path.resolve(), prefixes, settings.limits, settings.workers)

    @asynccontextmanager
    async def working(app: Starlette) -> AsyncIterator[None]:
        await workers.start()
        yield
        await workers.stop()

    async def sparql(http: HttpRequest) -> Response:
        return _response(await _answer(http, workers))

    async def nothing(http: HttpRequest, error: Exception) -> Response:
        return _response(Answer.refusal(404, "nothing is here; /sparql answers SPARQL"))

    cors = Middleware(
        CORSMiddleware, allow_origins=settings.origins, allow_methods=["GET", "POST"], allow_headers=["Authorization"]
    )
    return Starlette(
        routes=[Route("/sparql", sparql, methods=["GET", "POST"])],
        middleware=[cors, Middleware(_Guard, token=settings.token)],
        exception_handlers={404: nothing},
        lifespan=working,
    )


class _Guard:
    """Lets in who knows the token: as a Bearer token, or as a password with whatever name."""

    def __init__(self, app: ASGIApp, token: str) -> None:
        self.app = app
        self.token = token.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if (
            scope["type"] == "http"
            and self.token
            and not self._knows(dict(scope["headers"]).get(b"authorization", b""))
        ):
            refusal = _response(Answer.refusal(401, "this graph asks for its token, as a Bearer token or a password"))
            refusal.headers["WWW-Authenticate"] = 'Basic realm="kg", Bearer'
            await refusal(scope, receive, send)
            return
        await self.app(scope, receive, send)

    def _knows(self, header: bytes) -> bool:
        scheme, _, given = header.strip().partition(b" ")
        if scheme.lower() == b"basic":
            with suppress(ValueError):
                given = base64.b64decode(given.strip(), validate=True).partition(b":")[2]
        return scheme.lower() in (b"basic", b"bearer") and secrets.compare_digest(given.strip(), self.token)


def _response(answer: Answer) -> Response:
    headers = {"Content-Type": answer.media_type, "Vary": "Accept", "X-Content-Type-Options": "nosniff"}
    if answer.status == 503:
        headers["Retry-After"] = "1"
    return Response(answer.body, answer.status, headers)


async def _answer(http: HttpRequest, workers: Workers) -> Answer:
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


def preferred(accept: str, offers: Iterable[str]) -> str:
    """The media type that an Accept header would have most of those on offer, "" if none.

    >>> preferred("text/csv;q=0.5, application/*;q=0.8, */*;q=0.1", ["text/csv", "application/json"])
    'application/json'
    >>> preferred("text/html", ["text/csv"])
    ''
    """
    wishes: dict[str, float] = {}
    for part in accept.lower().split(","):
        media_range, *parameters = (each.strip() for each in part.split(";"))
        weight = 1.0
        for parameter in parameters:
            if parameter.startswith("q="):
                with suppress(ValueError):
                    weight = float(parameter[2:])
        wishes[_OTHER_NAMES.get(media_range, media_range)] = weight

    def wish(offer: str) -> float:
        ranges = (offer, f"{offer.partition('/')[0]}/*", "*/*")
        return next((wishes[each] for each in ranges if each in wishes), 0.0)

    best = max(offers, key=wish)
    return best if wish(best) > 0 else ""


_OTHER_NAMES = {
    "application/json": "application/sparql-results+json",
    "application/xml": "application/sparql-results+xml",
    "text/xml": "application/sparql-results+xml",
    "text/plain": "application/n-triples",
    "application/x-turtle": "text/turtle",
}


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


def _listening(settings: Settings) -> socket.socket:
    try:
        family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
        return socket.create_server((settings.host, settings.port), family=family, backlog=2048)
    except OSError as error:
        where = f"{settings.host}, port {settings.port}"
        raise GraphError(f"{where}: cannot be served at: {error.strerror or error}; choose another --port") from error
