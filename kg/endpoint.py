"""An endpoint of SPARQL 1.1 over HTTP: where it takes queries, updates and graphs, and patience with its connection."""

from collections.abc import Iterable, Sequence
from functools import cached_property
from pathlib import Path
from typing import NamedTuple, TypeGuard
from urllib.parse import quote

import pyoxigraph as ox
import urllib3

from .errors import GraphError
from .files import STORE, GraphName

Location = Path | str
TABLE, TRIPLES = "application/sparql-results+json", "application/n-triples"
_QUERY, _UPDATE = "application/sparql-query", "application/sparql-update"
# Where stores have query, update and graph store below the address that people know: Oxigraph, Fuseki, RDF4J and
# GraphDB, and an endpoint whose address is given itself.
_QUERY_AT = ("/query", "", "/sparql")
_UPDATE_AT = ("/update", "/statements", "")
_GRAPHS_AT = ("/store", "/data", "/rdf-graphs/service", "")
_TRIES = 6  # more, after 0.2, 0.4, 0.8 ... seconds, 6 in all: a server that starts anew is there again


def is_address(place: object) -> TypeGuard[str]:
    """Whether a graph's place is the address of an endpoint.

    >>> is_address("https://a.example/sparql"), is_address("build/technews")
    (True, False)
    """
    return isinstance(place, str) and place.startswith(("http://", "https://"))


def shown(place: Location | None) -> Location | None:
    """A graph's place, without the password that an address may have in it.

    >>> shown("http://me:secret@a.example/store")
    'http://a.example/store'
    """
    return urllib3.util.parse_url(str(place))._replace(auth=None).url if is_address(place) else place


class Endpoint:
    """The addresses of a store, and what is sent there until it is answered; GraphError if it is not, or refused."""

    def __init__(self, address: str) -> None:
        """An endpoint at an address, which may have a name and a password in it; asks it nothing yet."""
        url = urllib3.util.parse_url(address)
        self.base = url._replace(auth=None).url.rstrip("/")
        self._pool = urllib3.PoolManager(
            headers=urllib3.make_headers(basic_auth=url.auth) if url.auth else {},
            timeout=urllib3.Timeout(connect=10, read=300),
            retries=urllib3.Retry(
                _TRIES, backoff_factor=0.1, allowed_methods=None, status_forcelist=(502, 503, 504), redirect=0,
                raise_on_status=False, raise_on_redirect=False,
            ),
        )  # fmt: skip

    def query(self, sparql: str, accept: str = TABLE) -> bytes:
        """The answer to a query, in the form that is asked for."""
        return self._send(_Message("POST", self._query_at, sparql, _QUERY, accept))

    def table(self, sparql: str) -> ox.QuerySolutions | ox.QueryBoolean:
        """The answer to SELECT or ASK."""
        try:
            return ox.parse_query_results(self.query(sparql), format=ox.QueryResultsFormat.JSON)
        except (SyntaxError, ValueError) as error:
            raise GraphError(f"{self.base}: what it answers is no SPARQL result; is it an endpoint?") from error

    def rows(self, sparql: str) -> ox.QuerySolutions:
        """The answer to SELECT."""
        found = self.table(sparql)
        if not isinstance(found, ox.QuerySolutions):
            raise GraphError(f"{self.base}: answers yes or no where a table was asked for; is it an endpoint?")
        return found

    def update(self, sparql: str) -> None:
        """Changes the store, all of it or nothing."""
        self._send(_Message("POST", self._update_at, sparql, _UPDATE))

    def put(self, graph: GraphName, triples: Iterable[ox.Triple]) -> None:
        """Makes the triples the content of a graph, which goes if there are none."""
        body = (ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES) or b"").decode()
        address = self._graphs_at + _parameter(graph)
        if body:  # N-Triples are Turtle, which every store reads
            self._send(_Message("PUT", address, body, "text/turtle"))
        else:
            self._send(_Message("DELETE", address), missing_is_fine=True)

    @cached_property
    def _query_at(self) -> str:
        return self._first(_QUERY_AT, _Message("POST", "", "ASK {}", _QUERY, TABLE), "queries")

    @cached_property
    def _update_at(self) -> str:
        return self._first(_UPDATE_AT, _Message("POST", "", "INSERT DATA {}", _UPDATE), "updates")

    @cached_property
    def _graphs_at(self) -> str:
        """Where the graphs are: where the one can be read that says what the store is, which updates put there."""
        wanted = _Message("GET", _parameter(STORE), accept=TRIPLES)
        return self._first(_GRAPHS_AT, wanted, "the Graph Store Protocol")

    def _first(self, paths: Sequence[str], message: "_Message", what: str) -> str:
        """The first address that answers a message as it should; GraphError, with what was said last, if none does."""
        for path in paths:
            reply = self._try(message._replace(address=self.base + path + message.address))
            kind = reply.headers.get("Content-Type", "").partition(";")[0]
            if reply.status in (200, 204) and message.accept in ("*/*", kind):
                return self.base + path
            if reply.status in (401, 403):
                break
        raise GraphError(f"{self.base}: does not answer {what}{_reason(reply)}")

    def _send(self, message: "_Message", missing_is_fine: bool = False) -> bytes:
        reply = self._try(message)
        if reply.status < 300 or (missing_is_fine and reply.status == 404):
            return reply.data
        raise GraphError(f"{self.base}: refused{_reason(reply)}")

    def _try(self, message: "_Message") -> urllib3.BaseHTTPResponse:
        method, address, body, kind, accept = message
        headers = {**self._pool.headers, "Accept": accept, **({"Content-Type": kind} if kind else {})}
        try:
            for _ in range(_TRIES + 1):
                reply = self._pool.request(method, address, body=body.encode() or None, headers=headers)
                if accept == "*/*" or reply.status >= 300 or _is_whole(reply):
                    return reply
            why = "its answers are cut off"
        except urllib3.exceptions.HTTPError as error:
            why = str(getattr(error, "reason", None) or error).rpartition(": ")[2]
        raise GraphError(f"{self.base}: no connection, though tried {_TRIES + 1} times: {why}; try again")


def _is_whole(reply: urllib3.BaseHTTPResponse) -> bool:
    """Whether an answer says how long it is, so that it was read to its end.

    A connection that is cut within the headers looks like an answer that goes on until the connection ends: at once.
    """
    return "Content-Length" in reply.headers or "chunked" in reply.headers.get("Transfer-Encoding", "")


class _Message(NamedTuple):
    """What is sent to an endpoint."""

    method: str
    address: str
    body: str = ""
    kind: str = ""
    accept: str = "*/*"


def _parameter(graph: GraphName) -> str:
    return "?default" if isinstance(graph, ox.DefaultGraph) else f"?graph={quote(graph.value, safe='')}"


def _reason(reply: urllib3.BaseHTTPResponse) -> str:
    """What an endpoint complains of, in a line."""
    words = reply.data.decode("utf-8", "replace").split()
    said = " ".join(words)[:200] if words and not words[0].startswith("<") else reply.reason or ""
    hint = "; give its address as http://NAME:PASSWORD@…" if reply.status == 401 else ""
    return f": {reply.status} {said}{hint}"
