"""The graph over HTTP, to be read and never written: pages for people, and a SPARQL 1.1 Protocol endpoint.

    /sparql      queries, see `protocol`; and a page to write them on, for who would have HTML
    /static/…    the pages' style and scripts
    /…           all else, see `pages`

Both are answered by processes that are ended where a request asks for too much, see `workers`. Whoever is let in may
read the whole graph, so a guard stands before all of it.
"""

import base64
import ipaddress
import secrets
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from json import dumps
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request as HttpRequest
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .errors import GraphError
from .graph import Graph
from .media import TRIPLES, preferred
from .pages import STATIC, Visit, readable
from .protocol import answer_sparql
from .workers import Answer, Job, Limits, Workers

_LOOPBACK = ("127.0.0.1", "localhost", "::1", "[::1]")
_HEADERS = {
    # What an article says is text. If some of it ever became markup, this lets no script of it run, and no request out.
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-cache",  # a graph changes, and so does what is said of it
}


@dataclass(frozen=True, slots=True)
class Settings:
    """Where and how to serve: an empty token asks for none, port 0 is any free one.

    `origins` are those whose pages may ask, and `hosts` names that the server goes by, beside those of this machine.
    """

    host: str = "127.0.0.1"
    port: int = 8080
    token: str = field(default="", repr=False)
    origins: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
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


def serve(path: Path, settings: Settings, ready: Callable[[str], None] = lambda url: None) -> None:
    """Serves the graph at a path until it is interrupted; `ready` hears its address. GraphError if it cannot."""
    app = application(path, settings)
    with _listening(settings) as listener:
        host, port = listener.getsockname()[:2]
        config = uvicorn.Config(
            app, log_level="warning", access_log=False, server_header=False, timeout_graceful_shutdown=1
        )
        ready(f"http://{f'[{host}]' if ':' in host else host}:{port}/")
        with suppress(KeyboardInterrupt):  # which is how it ends
            uvicorn.Server(config).run(sockets=[listener])


def application(path: Path, settings: Settings) -> Starlette:
    """The application that answers; GraphError if there is no graph at the path."""
    with Graph.open(path, read_only=True) as graph:
        prefixes = dict(graph.ontology.prefixes)
    limits, number = settings.limits, settings.workers
    queries = Workers(path.resolve(), Job("answers", (dumps(prefixes),)), limits, number)
    pages = Workers(path.resolve(), Job("pages", request="page"), limits, number)

    @asynccontextmanager
    async def working(app: Starlette) -> AsyncIterator[None]:
        await queries.start()  # and a page's worker when one is asked for
        yield
        await queries.stop()
        await pages.stop()

    async def sparql(http: HttpRequest) -> Response:
        is_page = http.method != "POST" and not http.url.query and preferred(_accept(http), [*TRIPLES, "text/html"])
        return await page(http) if is_page == "text/html" else _response(await answer_sparql(http, queries))

    async def page(http: HttpRequest) -> Response:
        visit = Visit(http.scope["path"], tuple(http.query_params.multi_items()), _accept(http))
        return _response(readable(await pages.answer(visit), visit.accept))

    return Starlette(
        routes=[
            Route("/sparql", sparql, methods=["GET", "POST"]),
            Mount("/static", StaticFiles(directory=STATIC)),
            Route("/{path:path}", page, methods=["GET"]),
        ],
        middleware=[*_guards(settings)],
        lifespan=working,
    )


def _guards(settings: Settings) -> list[Middleware]:
    """What stands before all that is served, the outermost first."""
    guards = [Middleware(_Headed)]
    if not settings.is_open and not settings.token:
        # A page of evil.example whose name comes to lead to this machine would else be one of our own to the browser.
        hosts = [*_LOOPBACK, settings.host, *settings.hosts]
        guards.append(Middleware(TrustedHostMiddleware, allowed_hosts=hosts, www_redirect=False))
    if settings.origins:
        methods, headers = ("GET", "POST"), ("Authorization",)
        guards.append(Middleware(CORSMiddleware, settings.origins, methods, headers))
    return [*guards, Middleware(_Guard, token=settings.token)]


class _Headed:
    """Adds the headers that each answer has, where it has none of its own."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def headed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, headed)


class _Guard:
    """Lets in who knows the token: as a Bearer token, or as a password with whatever name."""

    def __init__(self, app: ASGIApp, token: str) -> None:
        self.app = app
        self.token = token.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and self.token and not self._knows(Headers(scope=scope).get("authorization", "")):
            refusal = _response(Answer.refusal(401, "this graph asks for its token, as a Bearer token or a password"))
            refusal.headers["WWW-Authenticate"] = 'Basic realm="kg", Bearer'
            await refusal(scope, receive, send)
            return
        await self.app(scope, receive, send)

    def _knows(self, header: str) -> bool:
        scheme, _, given = header.encode("latin-1").strip().partition(b" ")
        if scheme.lower() == b"basic":
            with suppress(ValueError):
                given = base64.b64decode(given.strip(), validate=True).partition(b":")[2]
        return scheme.lower() in (b"basic", b"bearer") and secrets.compare_digest(given.strip(), self.token)


def _accept(http: HttpRequest) -> str:
    return ", ".join(http.headers.getlist("accept")) or "*/*"


def _response(answer: Answer) -> Response:
    headers = {"Content-Type": answer.media_type, "Vary": "Accept", **answer.headers}
    if answer.status == 503:
        headers["Retry-After"] = "1"
    return Response(answer.body, answer.status, headers)


def _listening(settings: Settings) -> socket.socket:
    try:
        family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
        return socket.create_server((settings.host, settings.port), family=family, backlog=2048)
    except OSError as error:
        where = f"{settings.host}, port {settings.port}"
        raise GraphError(f"{where}: cannot be served at: {error.strerror or error}; choose another --port") from error
