"""Fetching over HTTP, against a real server on this machine: manners are kept, and strangers are not believed."""

import gzip
import shutil
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kg import __version__
from kg.addresses import article_id, is_public, resolve
from kg.articles import read_articles
from kg.cache import Reply
from kg.errors import ArticleError
from kg.fetch import Manners, Web
from kg.model import Article

TEXT = "Meta launched Muse Spark, the first model of a new lab, the company said on Wednesday. It will come to phones."
PAGE = f"<html><head><title>Muse</title></head><body><article><h1>Muse</h1><p>{TEXT}</p></article></body></html>"
FEED = """<?xml version="1.0"?><rss version="2.0"><channel><title>Daily</title><item><title>Muse</title>
<link>{url}/news/muse?utm_source=rss</link><pubDate>Wed, 08 Apr 2026 10:00:00 GMT</pubDate>
<description>&lt;p&gt;Meta &lt;b&gt;launched&lt;/b&gt; it.&lt;/p&gt;</description></item></channel></rss>"""
HTML = "text/html; charset=utf-8"
HERE = Manners(pause=0, allow_private=True)

Handler = Callable[[BaseHTTPRequestHandler], None]


class Site:
    """A site on this machine: what it answers at which path, and what it was asked."""

    def __init__(self, context: ssl.SSLContext | None = None) -> None:
        self.answers: dict[str, Handler] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []
        site = self

        class Server(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                path = self.path.partition("?")[0]
                site.asked.append((path, {name.lower(): value for name, value in self.headers.items()}))
                answer = site.answers.get(path)
                if answer:
                    answer(self)
                else:
                    self.send_error(404)

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Server)
        if context:
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.url = f"http{'s' if context else ''}://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    @property
    def paths(self) -> list[str]:
        return [path for path, _ in self.asked]

    def put(self, path: str, body: str | bytes = TEXT, kind: str = "text/plain; charset=utf-8", **headers: str) -> None:
        named = {"Content-Type": kind} | {name.replace("_", "-"): value for name, value in headers.items()}
        self.answers[path] = lambda asked: answer(asked, 200, body, named)

    def lead(self, path: str, to: str, status: int = 302) -> None:
        self.answers[path] = lambda asked: answer(asked, status, "", {"Location": to})


def answer(asked: BaseHTTPRequestHandler, status: int, body: str | bytes = "", headers: dict[str, str] | None = None):
    raw = body.encode() if isinstance(body, str) else body
    asked.send_response(status)
    for name, value in ({"Content-Length": str(len(raw))} | (headers or {})).items():
        if value:
            asked.send_header(name, value)
    asked.end_headers()
    asked.wfile.write(raw)


@pytest.fixture
def site() -> Iterator[Site]:
    site = Site()
    yield site
    site.server.shutdown()
    site.server.server_close()


def read(*places: str, web: Web | None = None, follow: bool = False) -> list[Article | ArticleError]:
    return list(read_articles(places, web or Web(HERE), follow))


def error_of(place: str, manners: Manners = HERE) -> str:
    (error,) = read(place, web=Web(manners, sleep=lambda _: None))
    assert isinstance(error, ArticleError), error
    assert not {"\n", "\x1b", "\x9b"} & set(str(error))
    return str(error)


def test_a_page_is_an_article(site):
    site.put("/news/muse", PAGE, HTML)
    (article,) = read(f"{site.url}/news/muse#top")
    assert article.title == "Muse"
    assert article.text == TEXT
    assert article.url == f"{site.url}/news/muse"
    assert article.id == article_id(article.url)
    assert article.id.startswith("muse-")
    assert site.paths == ["/robots.txt", "/news/muse"]
    assert site.asked[1][1]["user-agent"] == f"technews-kg/{__version__}"
    assert site.asked[1][1]["host"] == site.url.removeprefix("http://")


@pytest.mark.parametrize("kind", ["application/rss+xml", "text/xml", "text/html", "text/plain", "image/png", ""])
def test_a_feed_is_known_whatever_its_server_calls_it(site, kind):
    site.put("/feed", FEED.format(url=site.url), kind)
    (article,) = read(f"{site.url}/feed")
    assert (article.title, article.text, article.published) == ("Muse", "Meta launched it.", "2026-04-08")
    assert (article.url, article.source) == (f"{site.url}/news/muse", "Daily")


def test_a_feed_is_followed_to_its_pages_if_that_is_wanted(site):
    site.put("/feed", FEED.format(url=site.url), HTML)
    site.put("/news/muse", PAGE, HTML)
    short, long = read(f"{site.url}/feed")[0], read(f"{site.url}/feed", follow=True)[0]
    assert long.text == TEXT
    assert replace(long, text=short.text) == short


def test_an_entry_whose_page_is_gone_is_an_error_and_the_others_are_read(site):
    site.put("/feed", FEED.format(url=site.url), HTML)
    site.put("/page")
    gone, there = read(f"{site.url}/feed", f"{site.url}/page", follow=True)
    assert str(gone) == f"{site.url}/news/muse: answers with status 404; is the address right?"
    assert isinstance(there, Article)


@pytest.mark.parametrize(
    ("body", "kind", "said"),
    [
        (b"%PDF-1.7", "application/pdf", "is 'application/pdf', neither a page nor a feed; save it"),
        ("<html></html>", "text/html", "no text of an article is found"),
        (b"<html><p>caf\xe9", "text/html; charset=utf-8", "not UTF-8 (byte 12)"),
        (b"<html><p>caf\xe9", "text/html; charset=idna", "not IDNA"),
        ("<rss version='2.0'></rss>", "text/xml", "this feed has no entries"),
        ("<x/>", "text/xml", "no RSS or Atom feed"),
    ],
)
def test_what_is_neither_page_nor_feed_is_one_clear_error(site, body, kind, said):
    site.put("/x", body, kind)
    assert said in error_of(f"{site.url}/x")


def test_a_page_in_another_charset_is_read_as_its_server_says(site):
    site.put("/x", PAGE.replace("Muse", "Café").encode("iso-8859-1"), "text/html; charset=iso-8859-1")
    assert read(f"{site.url}/x")[0].title == "Café"


def test_a_text_is_an_article_too(site):
    site.put("/x.txt", "Title\n\nMeta launched it.", "text/plain")
    assert read(f"{site.url}/x.txt")[0].title == "Title"


def test_what_robots_txt_forbids_is_not_fetched(site):
    site.put("/robots.txt", "User-agent: *\nDisallow: /private\n\nUser-agent: other\nDisallow: /", "text/plain")
    site.put("/private/x")
    site.put("/x")
    web = Web(HERE)
    closed, free = read(f"{site.url}/private/x", f"{site.url}/x", web=web)
    assert str(closed).endswith("its site's robots.txt forbids to fetch this; ask its owner")
    assert isinstance(free, Article)
    assert site.paths == ["/robots.txt", "/x"], "asked once a run, and what is closed not at all"


def test_a_redirect_to_what_robots_txt_forbids_is_not_followed(site):
    site.put("/robots.txt", "User-agent: technews-kg\nDisallow: /private", "text/plain")
    site.lead("/x", "/private/x")
    assert "robots.txt forbids" in error_of(f"{site.url}/x")
    assert "/private/x" not in site.paths


@pytest.mark.parametrize("status", [429, 500, 503])
def test_where_robots_txt_cannot_be_had_nothing_is_fetched(site, status):
    site.answers["/robots.txt"] = lambda asked: answer(asked, status)
    assert f"robots.txt cannot be had (status {status})" in error_of(f"{site.url}/x")
    assert set(site.paths) == {"/robots.txt"}


@pytest.mark.parametrize(
    "robots", [b"\xff\xfe\0", b"Disallow" * 100_000, b"User-agent: *\nDisallow: /" + b"*a" * 50_000]
)
def test_a_strange_robots_txt_does_no_harm(site, robots):
    site.put("/robots.txt", robots, "text/plain")
    site.put("/x")
    assert isinstance(read(f"{site.url}/x")[0], Article)


def test_there_is_a_pause_between_requests_to_one_host_as_long_as_it_wants(site):
    manners = Manners(allow_private=True, pause=30)
    for robots, least, count in (("", 29, 2), ("User-agent: *\nCrawl-delay: 50", 49, 2)):
        slept: list[float] = []
        site.put("/robots.txt", robots)
        site.put("/a")
        site.put("/b")
        assert len(read(f"{site.url}/a", f"{site.url}/b", web=Web(manners, sleep=slept.append))) == 2
        assert all(least < each <= least + 1 for each in slept), slept
        assert len(slept) == count, "before each of the pages, not before robots.txt"
    site.put("/robots.txt", "User-agent: *\nCrawl-delay: 3600")
    assert "wants 3600 s between requests" in error_of(f"{site.url}/a")


def test_a_pause_is_really_made(site):
    for path in ("/a", "/b"):
        site.put(path)
    web, start = Web(replace(HERE, pause=0.2)), time.monotonic()
    read(f"{site.url}/a", f"{site.url}/b", web=web)
    assert time.monotonic() - start >= 0.4


@pytest.mark.parametrize(
    ("status", "after", "waits"),
    [
        (503, "", [1, 2]),
        (429, "7", [7, 7]),
        (429, "nonsense", [1, 2]),
        (502, "-5", [1, 2]),
        (429, formatdate(0, usegmt=True), [1, 2]),
    ],
)
def test_a_busy_server_is_asked_again_after_as_long_as_it_wants(site, status, after, waits):
    def busy(asked: BaseHTTPRequestHandler) -> None:
        if site.paths.count("/x") < 3:
            answer(asked, status, "", {"Retry-After": after})
        else:
            answer(asked, 200, TEXT, {"Content-Type": "text/plain"})

    site.answers["/x"] = busy
    slept: list[float] = []
    (article,) = read(f"{site.url}/x", web=Web(HERE, sleep=slept.append))
    assert isinstance(article, Article)
    assert slept == waits


def test_a_server_that_stays_busy_or_wants_too_long_is_given_up(site):
    site.answers["/x"] = lambda asked: answer(asked, 503)
    assert "answers with status 503; try again later" in error_of(f"{site.url}/x")
    assert site.paths.count("/x") == 4
    site.answers["/y"] = lambda asked: answer(asked, 429, "", {"Retry-After": "7200"})
    assert "asks to come back in 7200 s" in error_of(f"{site.url}/y")
    assert site.paths.count("/y") == 1
    site.answers["/z"] = lambda asked: answer(asked, 429, "", {"Retry-After": "9" * 5000})
    assert "/z: answers with status 429" in error_of(f"{site.url}/z")


def test_what_has_not_changed_is_not_sent_again(site, tmp_path):
    def page(asked: BaseHTTPRequestHandler) -> None:
        tag = asked.headers.get("If-None-Match")
        if tag == '"1"':
            answer(asked, 304)
        else:
            answer(asked, 200, TEXT, {"ETag": '"1"', "Content-Type": "text/plain"})

    site.answers["/x"] = page
    manners = replace(HERE, cache=tmp_path / "cache")
    first, second = (read(f"{site.url}/x", web=Web(manners)) for _ in range(2))
    assert first == second
    assert isinstance(first[0], Article)
    assert [headers.get("if-none-match") for path, headers in site.asked if path == "/x"] == [None, '"1"']
    for kept in (tmp_path / "cache").iterdir():
        kept.write_bytes(kept.read_bytes()[:-10])
    assert read(f"{site.url}/x", web=Web(manners)) == first, "what was cut off is fetched anew"


def test_what_is_not_to_be_kept_is_not(site, tmp_path):
    site.put("/a", TEXT, Last_Modified=formatdate(0, usegmt=True), Cache_Control="no-store")
    site.put("/b")
    site.put("/c", TEXT, Last_Modified=formatdate(0, usegmt=True))
    web = Web(replace(HERE, cache=tmp_path / "cache"))
    read(f"{site.url}/a", f"{site.url}/b", f"{site.url}/c", web=web)
    read(f"{site.url}/c", web=web)
    assert site.asked[-1][1]["if-modified-since"] == formatdate(0, usegmt=True)
    (kept,) = (tmp_path / "cache").iterdir()
    assert kept.stat().st_mode & 0o777 == 0o600, "what was fetched is for who fetched it"


def test_a_cache_that_cannot_be_written_is_an_error_that_says_so(site, tmp_path):
    (tmp_path / "file").write_text("")
    site.put("/x", TEXT, ETag="1")
    assert "give another --cache" in error_of(f"{site.url}/x", replace(HERE, cache=tmp_path / "file"))


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_followed(site, status):
    site.lead("/old", "/new?utm_source=x", status)
    site.put("/new")
    assert read(f"{site.url}/old")[0].url == f"{site.url}/new"


def test_redirects_without_end_are_cut(site):
    site.lead("/a", "/b")
    site.lead("/b", "/a")
    assert "redirects more than 5 times" in error_of(f"{site.url}/a")
    assert len(site.paths) == 1 + 6


@pytest.mark.parametrize("to", ["file:///etc/passwd", "data:text/html,x", "ftp://a.example/x", "javascript:x", "http://"])
def test_a_redirect_to_what_is_not_http_is_refused(site, to):
    site.lead("/x", to)
    assert "/x: " in (said := error_of(f"{site.url}/x"))
    assert "http" in said


PRIVATE = (
    "127.0.0.1 127.1 2130706433 0x7f000001 localhost 0.0.0.0 10.1.2.3 172.16.0.1 192.168.1.1 169.254.169.254 "
    "100.64.0.1 224.0.0.1 240.0.0.1 255.255.255.255 [::1] [::] [::ffff:127.0.0.1] [::ffff:10.0.0.1] [::127.0.0.1] "
    "[64:ff9b::7f00:1] [2002:7f00:1::] [2001:0:7f00:1::] [fe80::1] [fc00::1] [ff02::1] [2001:db8::1]"
).split()


@pytest.mark.parametrize("host", PRIVATE)
def test_what_is_not_the_internet_is_refused_before_anything_is_sent(site, host):
    port = site.server.server_port
    said = error_of(f"http://{host}:{port}/x", Manners(pause=0))
    assert "private network" in said or "no host" in said
    assert not site.asked


@pytest.mark.parametrize("host", PRIVATE)
def test_a_redirect_to_what_is_not_the_internet_is_refused(site, host, monkeypatch):
    port = site.server.server_port
    site.lead("/x", f"http://{host}:{port}/secret")
    site.put("/secret")
    monkeypatch.setattr("kg.addresses.is_public", Open(2))  # as if the first host were public: its robots.txt, its page
    said = error_of(f"{site.url}/x", Manners(pause=0))
    assert "private network" in said or "no host" in said
    assert site.paths == ["/robots.txt", "/x"]


class Open:
    """Takes the first addresses for public, as many as it is told, and judges the others."""

    def __init__(self, count: int) -> None:
        self.count = count

    def __call__(self, place: str) -> bool:
        self.count -= 1
        return self.count >= 0 or is_public(place)


@pytest.mark.parametrize(
    "place", ["93.184.215.14", "8.8.8.8", "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "64:ff9b::808:808"]
)
def test_the_internet_is_not_refused(place):
    assert is_public(place)


@given(place=st.ip_addresses())
@settings(max_examples=200)
def test_no_private_address_is_public_in_any_form(place):
    if not place.is_global or place.is_multicast:
        assert not is_public(str(place))
        if place.version == 4:
            assert not is_public(f"::ffff:{place}")
            assert not is_public(f"64:ff9b::{place}")


def test_a_host_is_resolved_once_and_what_was_checked_is_connected_to(site, monkeypatch):
    asked: list[str] = []

    def first_here_then_elsewhere(host: str, port: int, allow_private: bool) -> list[str]:
        asked.append(host)
        return resolve("127.0.0.1", port, allow_private)

    monkeypatch.setattr("kg.fetch.resolve", first_here_then_elsewhere)
    site.put("/x")
    (article,) = read(f"http://news.example:{site.server.server_port}/x")
    assert isinstance(article, Article), "nothing but the checked address is asked, the name is only told"
    assert asked == ["news.example"] * 2
    assert site.asked[1][1]["host"] == f"news.example:{site.server.server_port}"


def test_a_password_goes_to_its_own_site_alone_and_into_no_graph(site, tmp_path):
    other = Site()
    site.put("/x", TEXT, ETag="1")
    (article,) = read(
        f"{site.url.replace('//', '//me:s%40cret@')}/x", web=Web(replace(HERE, cache=tmp_path / "cache"))
    )
    assert site.asked[-1][1]["authorization"] == "Basic bWU6c0BjcmV0"
    assert "cret" not in repr(article)
    assert not (tmp_path / "cache").exists()
    site.lead("/y", f"{other.url}/y")
    other.put("/y")
    read(f"{site.url.replace('//', '//me:secret@')}/y")
    assert other.paths == ["/robots.txt", "/y"]
    assert not [headers for _, headers in other.asked if "authorization" in headers]
    assert "secret" not in error_of(f"{site.url.replace('//', '//me:secret@')}/z")
    other.server.shutdown()


def endless(asked: BaseHTTPRequestHandler) -> None:
    asked.send_response(200)
    asked.send_header("Content-Type", "text/html")
    asked.end_headers()
    while True:
        asked.wfile.write(b"<p>Meta launched it. " * 5000)


def dripping(asked: BaseHTTPRequestHandler) -> None:
    asked.send_response(200)
    asked.send_header("Content-Type", "text/html")
    asked.end_headers()
    while True:
        asked.wfile.write(b"a")
        time.sleep(0.05)


def dripping_headers(asked: BaseHTTPRequestHandler) -> None:
    asked.wfile.write(b"HTTP/1.0 200 OK\r\nX: ")
    while True:
        asked.wfile.write(b"a")
        time.sleep(0.05)


def continuing(asked: BaseHTTPRequestHandler) -> None:
    while True:
        asked.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        time.sleep(0.01)


def bomb(asked: BaseHTTPRequestHandler) -> None:
    body = gzip.compress(b"<p>a" * 25_000_000)
    answer(asked, 200, body, {"Content-Type": "text/html", "Content-Encoding": "gzip"})


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        (endless, "larger than 10 MB"),
        (bomb, "larger than 10 MB"),
        (dripping, "takes longer than 0.6 s"),
        (dripping_headers, "takes longer than 0.6 s"),
        (continuing, "takes longer than 0.6 s"),
        (lambda asked: time.sleep(1), "no connection, though tried 4 times: timed out"),
        (lambda asked: asked.wfile.write(b"nonsense \x1b[31m\x9b"), "no connection, though tried 4 times"),
        (lambda asked: asked.wfile.write(b"HTTP/1.0 200 OK\r\nContent-Length: 9\r\n\r\nab"), "no connection, though"),
        (lambda asked: answer(asked, 200, b"xx", {"Content-Encoding": "gzip"}), "cannot be unpacked"),
        (lambda asked: answer(asked, 304), "answers with status 304"),
        (lambda asked: answer(asked, 204), "answers with status 204"),
    ],
)
def test_a_body_that_is_endless_slow_packed_or_cut_off_ends_in_one_clear_error(site, answers, said):
    site.answers["/x"] = answers
    start = time.monotonic()
    step = 0.15 if "timed out" in said else 5
    seconds = 0.6 if "0.6" in said else 20
    assert said in error_of(f"{site.url}/x", replace(HERE, seconds=seconds, step=step))
    assert time.monotonic() - start < 8


REPLIES = [
    b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 17\r\n\r\nMeta launched it.",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n11\r\nMeta launched it.\r\n0\r\n\r\n",
    b"HTTP/1.0 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + gzip.compress(b"Meta launched it.", mtime=0),
    b"HTTP/1.1 302 Found\r\nLocation: /other?x=1\r\nContent-Length: 0\r\n\r\n",
    b"HTTP/1.1 429 Busy\r\nRetry-After: 3\r\nContent-Length: 0\r\n\r\n",
    b"HTTP/1.1 200 OK\r\n\r\nUser-agent: *\nDisallow: /a*b$\nCrawl-delay: 1\nAllow: /\n",
]
PIECES = [
    b"\r\n", b"\0", b"\xff", b"Content-Length: -1\r\n", b"Transfer-Encoding: chunked\r\n", b"FFFFFFFFFFFFFFFFF\r\n",
    b"Location: http://[::1\r\n", b"Location: file:///etc/passwd\r\n", b"Retry-After: 1e9\r\n", b"X" * 70_000,
    b"HTTP/1.1 100 Continue\r\n\r\n", b"A: b\r\n" * 120, b"Crawl-delay: nan\n", b"gzip, gzip, gzip, gzip, gzip",
]  # fmt: skip


@given(data=st.data())
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_any_reply_is_one_or_a_clear_error(site, data):
    def anything(asked: BaseHTTPRequestHandler) -> None:
        asked.close_connection = True
        asked.wfile.write(next(replies, b""))

    def reply() -> bytes:
        raw = data.draw(st.sampled_from(REPLIES))
        for _ in range(data.draw(st.integers(0, 3))):
            at, cut = data.draw(st.integers(0, len(raw))), data.draw(st.integers(0, 9))
            raw = raw[:at] + data.draw(st.sampled_from(PIECES) | st.binary(max_size=4)) + raw[at + cut :]
        return raw

    replies = iter([reply() for _ in range(4)])
    for path in ("/robots.txt", "/x", "/other"):
        site.answers[path] = anything
    slept: list[float] = []
    web = Web(replace(HERE, step=1, seconds=2, tries=2), sleep=slept.append)
    try:
        assert isinstance(web.get(f"{site.url}/x"), Reply)
    except ValueError as error:
        assert str(error)
    assert all(each <= 60 for each in slept)


def test_a_host_that_is_not_there_is_one_clear_error():
    assert "there is no host nothing.invalid" in error_of("http://nothing.invalid/x")
    assert "no connection, though tried 4 times" in error_of("http://127.0.0.1:1/x")


@pytest.mark.parametrize(
    "place", ["http://", "https://[::1/x", "http://a b/x", "http://a:99999/", f"http://{'a' * 300}/", "http://\ud800/"]
)
def test_what_is_no_address_is_one_clear_error(place):
    assert error_of(place)


@pytest.mark.parametrize(
    "place", ["file:///etc/passwd", "data:text/plain,Meta launched it.", "ftp://a.example/x", "FILE:/etc/passwd"]
)
def test_only_http_is_fetched(place):
    assert "only addresses with http:// or https:// are fetched" in error_of(place)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate of news.example, with its key."""
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30", "-subj", "/CN=news.example",
         "-addext", "subjectAltName=DNS:news.example", "-keyout", f"{path}.key", "-out", f"{path}.crt"],
        check=True, capture_output=True,
    )  # fmt: skip
    path.write_bytes(Path(f"{path}.key").read_bytes() + Path(f"{path}.crt").read_bytes())
    return path


@pytest.mark.skipif(not shutil.which("openssl"), reason="nothing makes a certificate")
def test_a_certificate_must_be_of_the_name_that_was_asked_and_known(certificate, monkeypatch):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    site = Site(context)
    site.put("/x")
    monkeypatch.setattr("kg.fetch.resolve", lambda host, port, allow_private: ["127.0.0.1"])
    place = f"https://news.example:{site.server.server_port}/x"
    assert "its certificate is not valid" in error_of(place)
    assert not site.asked
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    assert isinstance(read(place)[0], Article)
    assert "its certificate is not valid" in error_of(place.replace("news.example", "other.example"))
    site.server.shutdown()
