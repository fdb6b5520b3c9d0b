"""Feeds, archives, tables and packed files give the articles that are in them, one by one."""

import gzip
import io
import json
import tracemalloc
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard

from kg.addresses import article_id
from kg.articles import read_articles
from kg.errors import ArticleError
from kg.model import Article

TEXT = "Meta launched Muse Spark, the first model of a new lab, the company said on Wednesday. It will come to phones."
PAGE = f"<html><head><title>Muse</title></head><body><article><h1>Muse</h1><p>{TEXT}</p></article></body></html>"
DAY = '<meta property="article:published_time" content="2026-04-01T10:00:00Z">'
DATED = PAGE.replace("Muse", "Café").replace("<title>", f"{DAY}<title>")
RSS = """<?xml version="1.0"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>The Daily &amp; Co</title>
<item><title>One &amp;lt;b&amp;gt; two</title><link>https://a.example/muse?utm_source=rss&amp;id=7#top</link><guid>77</guid>
<pubDate>Wed, 08 Apr 2026 23:30:00 -0500</pubDate><description>Short.</description>
<content:encoded><![CDATA[<p>Meta <a href="x">launched</a> <b>Muse</b>.</p><p>It is new.</p><script>x()</script>]]>
</content:encoded></item>
<item><title>Two</title><guid isPermaLink="false">tag:x,2</guid>
<description>&lt;p&gt;Apple sued it.&lt;/p&gt;</description></item>
<item><title>Three</title><description>No id &amp;amp; no link.</description>
<pubDate>Wed, 08 Apr 99999 10:00:00</pubDate></item>
<item><title>Four</title><link>https://a.example/four</link></item></channel></rss>"""
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom"><title>A</title><entry>
<title type="html">T &lt;b&gt;bold&lt;/b&gt;</title>
<id>urn:x</id><link href="https://a.example/y"/><updated>2026-04-08T10:00:00Z</updated>
<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Meta launched it.</p></div></content>
</entry></feed>"""
RDF = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
 xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="x"><title>R</title></channel>
<item rdf:about="y"><title>T</title>
<link>https://a.example/z</link><description>Meta launched it.</description>
<dc:date>2026-04-08</dc:date></item></rdf:RDF>"""


def write(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def read(*paths: Path) -> tuple[list[Article], list[str]]:
    """The articles in files, and the errors without the names of their folders."""
    found = list(read_articles(paths))
    errors = [str(each).replace(f"{paths[0].parent}/", "") for each in found if isinstance(each, ArticleError)]
    return [each for each in found if isinstance(each, Article)], errors


def archive(pages: Sequence[tuple[str, str, str, bytes]], packed: bool = False) -> bytes:
    """A WARC of what servers answered: address, status, media type and body."""
    out = b""
    for address, status, kind, body in pages:
        http = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body
        head = (
            f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:uuid:1>\r\nWARC-Target-URI: {address}\r\n"
            f"WARC-Date: 2026-04-08T10:00:00Z\r\nContent-Type: application/http; msgtype=response\r\n"
            f"Content-Length: {len(http)}\r\n\r\n"
        )
        record = head.encode() + http + b"\r\n\r\n"
        out += gzip.compress(record) if packed else record
    return out


def test_the_entries_of_rss_are_articles(tmp_path):
    (one, two, three), errors = read(write(tmp_path, "feed.xml", RSS))
    assert (one.title, one.text) == ("One <b> two", "Meta launched Muse.\nIt is new.")
    assert (one.url, one.published) == ("https://a.example/muse?id=7", "2026-04-09")
    assert {each.source for each in (one, two, three)} == {"The Daily & Co"}
    assert one.id == article_id(one.url)
    assert (two.text, two.url, two.published) == ("Apple sued it.", "", "")
    assert two.id == article_id("tag:x,2")
    assert (three.text, three.published) == ("No id & no link.", "")
    assert three.id.startswith("entry-")
    assert errors == ["feed.xml, entry 4: the entry has no text; --follow reads the page that it leads to"]


@pytest.mark.parametrize(("name", "feed"), [("a.atom", ATOM), ("a.rss", RDF), ("a.XML", ATOM)])
def test_the_entries_of_other_feeds_are_articles(tmp_path, name, feed):
    (article,), errors = read(write(tmp_path, name, feed))
    assert (article.text, article.published) == ("Meta launched it.", "2026-04-08")
    assert not errors


def test_the_title_of_an_entry_is_plain_text(tmp_path):
    assert read(write(tmp_path, "a.atom", ATOM))[0][0].title == "T bold"


def test_an_entry_is_called_the_same_in_every_copy_of_its_feed(tmp_path):
    first, _ = read(write(tmp_path, "a.xml", RSS))
    longer = RSS.replace("<item><title>Two", "<item><title>New</title></item><item><title>Two")
    second, _ = read(write(tmp_path, "b.xml", longer))
    assert [a.id for a in first] == [a.id for a in second]


def test_in_a_folder_only_xml_that_is_a_feed_is_read(tmp_path):
    write(tmp_path, "sitemap.xml", "<urlset/>")
    write(tmp_path, "feed.xml", ATOM)
    write(tmp_path, "page.xml.gz", gzip.compress(b"<html><p>x"))
    articles, errors = read(tmp_path)
    assert len(articles) == 1
    assert not errors
    assert read(tmp_path / "sitemap.xml")[1] == ["sitemap.xml: no RSS or Atom feed"]


@pytest.mark.parametrize("name", ["a.warc", "a.warc.gz", "a.warc.zst"])
def test_the_pages_of_a_warc_are_articles(tmp_path, name):
    html = "text/html; charset=utf-8"
    raw = archive(
        [
            ("https://a.example/one?utm_source=x", "200 OK", html, PAGE.encode()),
            ("https://a.example/gone", "404 Not Found", html, PAGE.encode()),
            ("https://a.example/pic", "200 OK", "image/png", b"\x89PNG"),
            ("https://a.example/none", "200 OK", html, b"<html></html>"),
            ("https://a.example/huge", "200 OK", html, b"<p>" * 4_000_000),
            ("https://a.example/café", "200 OK", "text/html; charset=latin1", DATED.encode("latin-1")),
        ],
        packed=name.endswith("gz"),
    )  # fmt: skip
    (one, two), errors = read(write(tmp_path, name, zstandard.compress(raw) if name.endswith("zst") else raw))
    assert (one.title, one.url, one.published) == ("Muse", "https://a.example/one", "2026-04-08")
    assert (two.title, two.published) == ("Café", "2026-04-01"), "a page's own date is better than the crawler's"
    assert one.id == article_id("http://a.example/one")
    assert errors == [
        f"{name}, https://a.example/none: no text of an article is found in this page",
        f"{name}, https://a.example/huge: larger than 10 MB, which is too much for one article; split it",
    ]


def test_a_warc_that_is_cut_off_gives_what_is_before(tmp_path):
    raw = archive([(f"https://a.example/{n}", "200 OK", "text/html", PAGE.encode()) for n in (1, 2)])
    articles, _ = read(write(tmp_path, "a.warc", raw[:-300]))
    assert articles[0].url == "https://a.example/1"
    assert read(write(tmp_path, "b.warc", "nonsense\n\n" * 9))[1][0].startswith("b.warc: broken WARC")


def test_the_rows_of_a_table_are_articles(tmp_path):
    columns = {
        "id": [7, 8],
        "title": ["T", None],
        "text": [TEXT, "Ho"],
        "published": [date(2026, 4, 8), None],
        "source": pa.array(["s", "s"]).dictionary_encode(),
        "more": [[1], [2]],
    }
    pq.write_table(pa.table(columns), tmp_path / "a.parquet")
    articles, errors = read(tmp_path / "a.parquet")
    assert articles == [Article("7", "T", TEXT, "2026-04-08", "", "s"), Article("8", "", "Ho", "", "", "s")]
    assert not errors
    times = pa.table({"text": ["a", None], "published": [datetime(2026, 4, 8, 23, 30)] * 2})
    pq.write_table(times, tmp_path / "b.parquet")
    articles, errors = read(tmp_path / "b.parquet")
    assert articles == [Article("b-1", "", "a", "2026-04-08")]
    assert errors == ["b.parquet, row 2: the text is empty"]


def test_a_table_without_texts_says_what_it_has(tmp_path):
    pq.write_table(pa.table({"body": ["a"], "Title": ["b"]}), tmp_path / "a.parquet")
    said = "there is no column 'text', only: body, Title; the columns are id, title, published, url, source, text"
    assert read(tmp_path / "a.parquet")[1] == [f"a.parquet: {said}"]


@pytest.mark.parametrize("packed", ["gz", "zst"])
@pytest.mark.parametrize(
    ("name", "content"),
    [("a.txt", TEXT), ("a.md", f"---\nid: a\n---\n{TEXT}"), ("a.json", json.dumps({"text": TEXT})),
     ("a.jsonl", json.dumps({"id": "a", "text": TEXT})), ("a.html", PAGE), ("a.xml", ATOM)],
)  # fmt: skip
def test_a_packed_file_is_what_it_holds(tmp_path, name, content, packed):
    pack = gzip.compress if packed == "gz" else zstandard.compress
    plain = read(write(tmp_path, name, content))
    assert plain[0]
    assert read(write(tmp_path, f"{name}.{packed}", pack(content.encode()))) == plain
    articles, errors = read(write(tmp_path, f"b.{name}.{packed}", pack(content.encode())[:-9]))
    assert not articles
    assert "cannot be unpacked" in errors[0]


def test_several_packed_parts_are_one_file(tmp_path):
    lines = [json.dumps({"id": str(n), "text": "a"}).encode() + b"\n" for n in range(3)]
    for name, pack in (("a.jsonl.gz", gzip.compress), ("b.jsonl.zst", zstandard.compress)):
        assert len(read(write(tmp_path, name, b"".join(map(pack, lines))))[0]) == 3


def test_articles_come_one_by_one_and_none_is_kept(tmp_path):
    path = tmp_path / "a.jsonl.gz"
    with gzip.open(path, "wt", encoding="utf-8", compresslevel=1) as file:
        for n in range(2_000):
            file.write(json.dumps({"id": str(n), "text": f"{n} {TEXT}" * 100}) + "\n")
    tracemalloc.start()
    try:
        assert sum(isinstance(each, Article) for each in read_articles([path])) == 2_000
        assert tracemalloc.get_traced_memory()[1] < 4_000_000, "all texts have 23 MB"
    finally:
        tracemalloc.stop()


def test_what_is_packed_twice_or_is_no_form_is_refused(tmp_path):
    out = io.BytesIO()
    pq.write_table(pa.table({"text": ["a"]}), out)
    for name in ("a.parquet.gz", "a.gz", "a.pdf.zst"):
        pack = zstandard.compress if name.endswith("zst") else gzip.compress
        assert "articles are .txt, .md" in read(write(tmp_path, name, pack(out.getvalue())))[1][0]
