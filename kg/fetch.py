"""Pages and feeds by their address, as a guest who behaves, and who is not sent where he should not be.

What a site's robots.txt forbids is not fetched, there is a pause between requests to one host, a server that is busy is
given time, and what has not changed is not sent again. An address may come from a stranger's feed, or lead anywhere: so
only http and https are spoken, hosts within private networks are refused, also after a redirect, and there are limits
of size, time, redirects and tries.
"""

import http.client
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from email.message import Message
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote, urljoin

import urllib3
from protego import Protego
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.util import Url
from urllib3.util.ssl_match_hostname import CertificateError

from . import __version__
from .addresses import is_address, resolve
from .cache import Cache, Reply
from .records import MOST_BYTES, brief, reason

NAME = "technews-kg"
_PORTS = {"http": 80, "https": 443}
_REDIRECTS = 5
_BUSY = (429, 500, 502, 503, 504)
_MOVED = (301, 302, 303, 307, 308)
_LONGEST_WAIT = 60.0  # seconds that a server may ask for; who wants more is left out
_MOST_ROBOTS = 500 * 2**10  # bytes; RFC 9309 asks for as many
_PLACES = 4  # IP addresses of a host that are tried
_CHUNK = 2**16
_ACCEPT = "text/html,application/xhtml+xml,application/rss+xml,application/atom+xml,application/xml;q=0.9,*/*;q=0.5"


@dataclass(frozen=True, slots=True)
class Manners:
    """How to fetch: seconds between requests to a host, for one step, for all of one reply; how often to try."""

    pause: float = 1.0
    step: float = 10.0
    seconds: float = 30.0
    tries: int = 4
    allow_private: bool = False
    cache: Path | None = None


class _Raw(NamedTuple):
    status: int
    headers: Mapping[str, str]
    body: bytes


class _AgainError(Exception):
    """A fault of a connection, which another try may not have."""


class _StatusError(ValueError):
    """An answer that is no page."""

    def __init__(self, status: int) -> None:
        hint = {401: "it wants a password", 403: "it lets no programme in", 404: "is the address right?"}
        super().__init__(f"answers with status {status}; {hint.get(status, 'try again later')}")
        self.status = status


class _TooLargeError(ValueError):
    """An answer that is larger than a page may be."""

    def __init__(self, body: bytes) -> None:
        super().__init__(f"larger than {MOST_BYTES // 2**20} MB; save it, and give the file")
        self.body = body


class Web:
    """The web, as it is fetched from in one run: what was asked last where, and what each site allows."""

    def __init__(self, manners: Manners | None = None, sleep: Callable[[float], None] = time.sleep) -> None:
        """The web, fetched from with some manners; `sleep` waits for so many seconds."""
        self.manners = manners or Manners()
        self._sleep = sleep
        self._cache = Cache(self.manners.cache) if self.manners.cache else None
        self._asked: dict[str, float] = {}  # when each host was asked last
        self._pauses: dict[str, float] = {}  # between requests to each host
        self._robots: dict[str, Protego | str] = {}  # what each site allows, or why nothing

    def get(self, address: str) -> Reply:
        """What an address answers; ValueError if that cannot be had, or is not to be."""
        return self._follow(_parsed(address), MOST_BYTES, self._allowed)

    def _follow(self, url: Url, most: int, allowed: Callable[[Url], None] | None) -> Reply:
        for _ in range(_REDIRECTS + 1):
            if allowed:
                allowed(url)
            kept = self._cache.get(_shown(url)) if self._cache and allowed and not url.auth else None
            raw = self._patiently(url, most, kept[1] if kept else {})
            if raw.status in _MOVED and raw.headers.get("Location"):
                url = _redirected(url, raw.headers["Location"])
                continue
            if raw.status == 304 and kept:
                return kept[0]
            if raw.status != 200:
                raise _StatusError(raw.status)
            reply = Reply(_shown(url), *_media_type(raw.headers), raw.body)
            if self._cache and allowed and not url.auth:
                self._keep(self._cache, reply, raw.headers)
            return reply
        raise ValueError(f"redirects more than {_REDIRECTS} times; give the address where that ends")

    def _keep(self, cache: Cache, reply: Reply, headers: Mapping[str, str]) -> None:
        try:
            cache.put(reply, headers)
        except OSError as error:
            raise ValueError(f"{cache.folder} cannot be written ({reason(error)}); give another --cache") from error

    def _allowed(self, url: Url) -> None:
        """ValueError if a site's robots.txt forbids an address, or cannot be had."""
        site = url._replace(path="/robots.txt", query=None)
        if site.url not in self._robots:
            self._robots[site.url] = self._read_robots(site)
        robots = self._robots[site.url]
        if isinstance(robots, str):
            raise ValueError(robots)
        if not robots.can_fetch(_shown(url), NAME):
            raise ValueError("its site's robots.txt forbids to fetch this; ask its owner")
        delay = float(robots.crawl_delay(NAME) or 0)
        if delay > _LONGEST_WAIT:
            raise ValueError(f"its site's robots.txt wants {delay:g} s between requests; fetch it by hand")
        self._pauses[url.host or ""] = max(self.manners.pause, delay)

    def _read_robots(self, url: Url) -> "Protego | str":
        try:
            body = self._follow(url, _MOST_ROBOTS, None).body
        except _StatusError as error:
            if error.status >= 500 or error.status == 429:  # as RFC 9309 has it: the site may well forbid all
                return f"its site's robots.txt cannot be had (status {error.status}); try again later"
            body = b""
        except _TooLargeError as error:
            body = error.body
        except ValueError as error:
            return str(error)
        return Protego.parse(body.decode("utf-8", "replace"))

    def _patiently(self, url: Url, most: int, asked: Mapping[str, str]) -> _Raw:
        """What an address answers in the end: again after a while, if it is busy or the connection fails."""
        for tried in range(1, self.manners.tries + 1):
            self._wait(url.host or "")
            wait = 2.0 ** (tried - 1)
            try:
                raw = self._once(url, most, asked)
            except _AgainError as error:
                if tried == self.manners.tries:
                    raise ValueError(f"no connection, though tried {tried} times: {error}; try again later") from error
            else:
                if raw.status not in _BUSY or tried == self.manners.tries:
                    return raw
                wait = max(wait, _retry_after(raw.headers))
            if wait > _LONGEST_WAIT:
                raise ValueError(f"its server asks to come back in {wait:g} s; try again then")
            self._sleep(wait)
        raise AssertionError("the last try returns or raises")

    def _wait(self, host: str) -> None:
        """Waits until a host may be asked again."""
        missing = self._asked.get(host, 0.0) + self._pauses.get(host, self.manners.pause) - time.monotonic()
        if host in self._asked and missing > 0:
            self._sleep(missing)

    def _once(self, url: Url, most: int, asked: Mapping[str, str]) -> _Raw:
        """What an address answers now, from the first of its hosts that can be reached."""
        host = (url.host or "").strip("[]")
        problem = _AgainError("no address")
        try:
            places = resolve(host, url.port or _PORTS[url.scheme or ""], self.manners.allow_private)
        except OSError as error:
            raise ValueError(f"there is no host {host} ({reason(error)}); is the address right?") from error
        for place in places[:_PLACES]:
            connection = self._connection(url, host, place)
            try:
                with _in_time(connection, self.manners.seconds) as sockets:
                    connection.connect()
                    sockets.append(connection.sock)
                    return _exchange(connection, url, most, asked)
            except _AgainError as error:
                problem = error
            finally:
                self._asked[url.host or ""] = time.monotonic()
        raise problem

    def _connection(self, url: Url, host: str, place: str) -> HTTPConnection:
        port, step = url.port or _PORTS[url.scheme or ""], self.manners.step
        if url.scheme == "https":
            return HTTPSConnection(place, port, timeout=step, server_hostname=host, assert_hostname=host)
        return HTTPConnection(place, port, timeout=step)


def _exchange(connection: HTTPConnection, url: Url, most: int, asked: Mapping[str, str]) -> _Raw:
    """Asks for an address and reads the answer, its body if that is what was asked for."""
    headers = {
        "Host": url.netloc or "", "User-Agent": f"{NAME}/{__version__}", "Accept": _ACCEPT, "Accept-Encoding": "gzip",
        **asked, **(urllib3.make_headers(basic_auth=unquote(url.auth)) if url.auth else {}),
    }  # fmt: skip
    connection.request("GET", url.request_uri, headers=headers, preload_content=False, decode_content=True)
    with closing(connection.getresponse()) as response:
        parts: list[bytes] = []
        for part in response.stream(_CHUNK) if response.status == 200 else ():
            parts.append(part)
            most -= len(part)
            if most < 0:
                raise _TooLargeError(b"".join(parts))
        return _Raw(response.status, response.headers, b"".join(parts))


@contextmanager
def _in_time(connection: HTTPConnection, seconds: float) -> Iterator[list[socket.socket | None]]:
    """Cuts a connection that is not done with in time, whatever it is at; tells faults that may pass from others.

    Its socket is to be put into the list, since a connection lets go of it when the headers say that it will end.
    """
    sockets: list[socket.socket | None] = []
    done, late = threading.Event(), threading.Event()

    def watch() -> None:
        if done.wait(seconds):
            return
        late.set()
        while not done.wait(0.05):  # again, since in the middle of a handshake there is nothing yet to be cut
            for each in filter(None, (connection.sock, *sockets)):
                with suppress(OSError):
                    each.shutdown(socket.SHUT_RDWR)

    threading.Thread(target=watch, daemon=True).start()
    try:
        yield sockets
    except (OSError, CertificateError, http.client.HTTPException, urllib3.exceptions.HTTPError) as error:
        if not late.is_set():
            raise _fault(error) from error
    finally:
        done.set()
        connection.close()
    if late.is_set():
        raise ValueError(f"takes longer than {seconds:g} s; try again later")


def _fault(error: Exception) -> Exception:
    why = " ".join(str(getattr(error, "reason", None) or error).rpartition(": ")[2].split())[:200]
    if isinstance(error, ssl.SSLCertVerificationError | CertificateError):
        why = getattr(error, "verify_message", why)
        return ValueError(f"its certificate is not valid ({why}); it may be another server")
    if isinstance(error, urllib3.exceptions.DecodeError):
        return ValueError("what it answers cannot be unpacked; try again later")
    if isinstance(error, http.client.HTTPException | urllib3.exceptions.ProtocolError):
        return _AgainError("its answer is broken or cut off")
    return _AgainError(why or type(error).__name__)


def _parsed(address: str) -> Url:
    try:
        url = urllib3.util.parse_url(address)
    except urllib3.exceptions.LocationParseError as error:
        raise ValueError("no address that can be read; is it written right?") from error
    if url.scheme not in _PORTS or not url.host:
        raise ValueError("only addresses with http:// or https:// and a host are fetched")
    return url


def _redirected(url: Url, location: str) -> Url:
    """Where a redirect leads, without a password that another site than this one would get."""
    there = urljoin(url.url, location)
    if not is_address(there):
        raise ValueError(f"redirects to {brief(there)}; only http and https are followed")
    new = _parsed(there)
    same = (new.scheme, new.host, new.port) == (url.scheme, url.host, url.port)
    return new._replace(auth=url.auth if same else None)


def _shown(url: Url) -> str:
    return url._replace(auth=None, fragment=None).url


def _media_type(headers: Mapping[str, str]) -> tuple[str, str]:
    message = Message()
    message["Content-Type"] = headers.get("Content-Type", "")
    charset = message.get_content_charset() or ""
    return headers.get("Content-Type", "").partition(";")[0].strip().lower(), charset


def _retry_after(headers: Mapping[str, str]) -> float:
    """The seconds that a server asks to wait, in whatever way it says so; 0 if it does not."""
    try:
        return float(urllib3.Retry().parse_retry_after(headers.get("Retry-After", "0")))
    except (urllib3.exceptions.InvalidHeader, ValueError, OverflowError):
        return 0.0
