"""Whatever strangers put into a file, it gives articles or clear errors, within limits of time and memory."""

import gzip
import json
import os
import signal
import subprocess
import time
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from servers import KG, ROOT
from test_sources import ATOM, PAGE, RDF, RSS, archive

from kg.articles import READERS, read_articles
from kg.confined import Confined
from kg.errors import ArticleError
from kg.fetch import Manners, Web
from kg.model import Article

MEGABYTE = 2**20
TEXT = "Meta launched it. "
LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
BOMB = f'<!DOCTYPE rss [<!ENTITY l0 "lol">{LAUGHS}]>'
ALIASES = "a0: &a0 [x, x]\n" + "".join(f"a{n}: &a{n} [{f'*a{n - 1}, ' * 9}]\n" for n in range(1, 12))


def short(each: str | bytes) -> str:
    """What a case is called: packed bytes differ from run to run."""
    return each[:20] if isinstance(each, str) else "bytes"


def written(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


WARC_HEAD = archive([("https://a.example/one", "200 OK", "text/html", b"")]).partition(b"\r\n\r\n")[0] + b"\r\n"


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.txt", "a " * 600_000, "'text' has 1,199,999 characters, of at most 1,000,000; split it"),
        ("a.txt", TEXT * 600_000, "larger than 10 MB"),
        ("a.txt", TEXT.encode("utf-16-le"), "as it seems, UTF-16; save it as UTF-8"),
        ("a.txt", TEXT.encode("utf-16"), "UTF-16; save it as UTF-8"),
        ("a.txt", "café".encode("latin-1"), "not UTF-8 (byte 3)"),
        ("a.md", f"---\n{ALIASES}title: *a11\n---\n{TEXT}", "'title' should be a text, not [["),
        ("a.md", f"---\ntitle: &a [*a]\n---\n{TEXT}", "broken front matter in line 2: found unconstructable"),
        ("a.md", f"---\n{'k: v' * 20_000}\n---\n{TEXT}", "the front matter is larger than 64 kB"),
        ("a.md", f"---\n{'[' * 30_000}\n---\n{TEXT}", "broken front matter"),
        ("a.md", f"---\ntitle: !!python/object/apply:os.system [x]\n---\n{TEXT}", "'title' should be a text"),
        ("a.md", f"---\npublished: 99999-01-01\n---\n{TEXT}", "'99999-01-01' is no date"),
        ("a.md", f"---\npublished: {'1' * 1_900}\n---\n{TEXT}", "is no date"),
        ("a.md", f"---\nid: {'x' * 5_000}\n---\n{TEXT}", "'id' has 5,000 characters"),
        ("a.json", '{"text":' * 100_000, "nested too deep"),
        ("a.json", '{"text": "a", "title": ' + "[" * 900 + "]" * 900 + "}", "'title' should be a text, not [[["),
        ("a.json", "[" * 900 + "]" * 900, "an article is an object"),
        ("a.json", " " * 33 * MEGABYTE, "larger than 32 MB, which is too much for one article; split it; as JSON"),
        ("a.jsonl", '{"text": "' + "a" * 11 * MEGABYTE + '"}', "line 1: longer than 10 MB"),
        ("a.html", "<html><p>" + TEXT * 700_000, "larger than 10 MB"),
        ("a.html", PAGE.encode("utf-16-le"), "as it seems, UTF-16"),
        ("a.html", b"<meta charset=punycode><p>caf\xe9" + b"a" * 100, "not PUNYCODE"),
        ("a.html", b"<meta charset=utf-7><p>caf\xe9", "not UTF-7"),
        ("a.xml", f"{BOMB}<rss version='2.0'><channel><item><title>&l9;</title></item></channel></rss>", ""),
        ("a.txt.gz", gzip.compress(b"a" * 200 * MEGABYTE), "larger than 10 MB"),
        ("a.txt.zst", zstandard.compress(b"a" * 200 * MEGABYTE), "larger than 10 MB"),
        ("a.jsonl.gz", gzip.compress(b" " * 200 * MEGABYTE), "unpacks to more than 250 times its size"),
        ("a.warc.zst", zstandard.compress(b"\r\n" * 100 * MEGABYTE), ""),
        ("a.warc", WARC_HEAD + b"X-A: " + b"a" * 30 * MEGABYTE, "broken WARC: Maximum header length exceeded"),
        ("a.warc", WARC_HEAD + b"X-A: b\r\n" * 3 * MEGABYTE, "broken WARC: Maximum header length exceeded"),
        ("a.warc", WARC_HEAD + b"\r\nHTTP/1.1 200 OK\r\nX-A: " + b"a" * 30 * MEGABYTE, "broken WARC: "),
        ("a.gz", gzip.compress(gzip.compress(b"a")), "articles are .txt"),
    ],
    ids=short,
)  # fmt: skip
def test_what_is_too_much_is_one_clear_error_soon(tmp_path, name, content, said):
    start = time.monotonic()
    found = list(read_articles([written(tmp_path, name, content)]))
    assert time.monotonic() - start < 30
    errors = [each for each in found if isinstance(each, ArticleError)]
    assert len(errors) == len(found) == 1
    assert said in str(errors[0])
    assert "\n" not in str(errors[0])
    assert len(str(errors[0])) < 500


@pytest.mark.parametrize(
    ("name", "content", "start"),
    [
        ("a.txt", "Meta\0 laun\u202eched \u200bit\u2066.", "Meta\ufffd laun\ufffdched \u200bit\ufffd."),
        ("a.json", json.dumps({"text": "a \ud800\udc00 \udfff \ud800 b"}), "a \U00010000 \ufffd \ufffd b"),
        ("a.txt", "☃ → ★★★ ⟨⟩ it", "☃ → ★★★ ⟨⟩ it"),
        ("a.md", "![" * 300_000 + "a", "![!["),
        ("a.md", "[a](" * 200_000, "[a]([a]("),
        ("a.md", "*a" * 200_000, "*a"),
        ("a.md", f"---\n{ALIASES}title: T\n---\n{TEXT}", "Meta launched it."),
        ("a.md", "---" + "\n--- x" * 100_000, "---"),
        ("a.html", "<div>" * 100_000 + PAGE, ""),
        ("a.html", "<b>" * 30_000 + TEXT * 20, ""),
        ("a.html", PAGE.replace("<p>", f"<p {' '.join(f'a{n}=1' for n in range(3_000))}>"), "Meta launched Muse Spark"),
        ("a.html", b"\xff\xfe" + PAGE.encode("utf-16-le"), "Meta launched Muse Spark"),
        ("a.html", PAGE.replace("Spark", "Spark\u202e\u200b\0"), "Meta launched Muse Spark"),
    ],
    ids=short,
)  # fmt: skip
def test_what_is_strange_is_an_article_all_the_same_or_a_clear_error(tmp_path, name, content, start):
    (found,) = read_articles([written(tmp_path, name, content)])
    if start:
        assert isinstance(found, Article), found
        assert found.text.startswith(start)
    else:
        assert str(found).startswith((f"{tmp_path}/{name}: ", "Article("))


def test_one_line_that_is_too_long_leaves_the_others(tmp_path):
    good = json.dumps({"id": "a", "text": TEXT})
    long = "x" * 25 * MEGABYTE
    path = written(tmp_path, "a.jsonl", f"{good}\n{long}\n{good.replace('a', 'b', 1)}\n".encode() + b"\x80\n{}")
    found = list(read_articles([path]))
    assert [type(each) for each in found] == [Article, ArticleError, Article, ArticleError, ArticleError]
    assert [str(each).partition(", line ")[2][:1] for each in found] == ["", "2", "", "4", "5"]


def test_a_pipe_and_a_device_are_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "a.txt")
    (tmp_path / "b.txt").symlink_to("/dev/zero")
    (tmp_path / "c.txt").symlink_to(tmp_path / "c.txt")
    (tmp_path / "d.txt").symlink_to("/dev/tty")
    (tmp_path / "e.txt").symlink_to("nowhere")
    (tmp_path / "loop").symlink_to(tmp_path)
    written(tmp_path, "f.txt", TEXT)
    found = [str(each).partition(": ")[2] for each in read_articles([tmp_path])]
    assert found[0].startswith("a pipe or a device, not a file; give - ")
    assert found[1] == found[0]
    assert found[2] == "Too many levels of symbolic links"
    assert found[4] == "no such file or folder"
    assert len(found) == 6, "the loop is not followed"


@pytest.mark.parametrize("name", ["x" * 5_000, "a\0b", "\udc80.txt", "a\nb.txt", "\x1b[31m.txt"])
def test_a_strange_name_is_one_clear_error(name):
    (error,) = read_articles([name])
    assert isinstance(error, ArticleError)
    assert "\n" not in str(error)
    assert "\x1b" not in str(error)
    assert str(error).encode()


def test_a_strange_address_stands_in_one_line_of_its_error(tmp_path):
    strange = "https://127.0.0.1/\n\x1b[31m\u202e"
    raw = archive([(strange.replace("\n", "\r\n "), "200 OK", "text/html", b"<html></html>")])
    feed = RSS.replace("https://a.example/muse?", f"{strange}?".replace("\x1b", "\x7f"))
    errors = 0
    for place in (strange, written(tmp_path, "a.warc", raw), written(tmp_path, "b.rss", feed)):
        for each in read_articles([place], web=Web(Manners(tries=1), sleep=lambda _: None), follow=True):
            assert not {"\n", "\x1b", "\x7f", "\u202e"} & set(str(each))
            errors += isinstance(each, ArticleError)
    assert errors >= 3


def test_a_page_that_takes_too_long_or_too_much_is_ended_and_the_next_is_read():
    many = b"<html><body><p " + b" ".join(b"a%d=1" % n for n in range(40_000)) + b">" + TEXT.encode() * 20
    with Confined(seconds=0.5) as confined:
        with pytest.raises(ValueError, match=r"takes longer than 0.5 s to read"):
            confined.page(many)
        assert confined.page(PAGE.encode())["title"] == "Muse"
    with Confined(memory=20) as confined:
        with pytest.raises(ValueError, match=r"needs more than 20 MB|no text"):
            confined.page(b"<html><body>" + b"<p>a<br>" * 200_000)
        assert confined.page(PAGE.encode())["title"] == "Muse"


def test_a_table_that_unpacks_to_too_much_is_ended_and_the_next_is_read(tmp_path):
    bomb, good = tmp_path / "a.parquet", tmp_path / "b.parquet"
    pq.write_table(pa.table({"text": ["0" * 300 * MEGABYTE]}), bomb, compression="zstd")
    pq.write_table(pa.table({"text": [TEXT]}), good)
    assert bomb.stat().st_size < MEGABYTE
    with Confined(memory=250) as confined:
        with pytest.raises(ValueError, match="needs more than 250 MB"):
            list(confined.table(str(bomb)))
        assert list(confined.table(str(good))) == [{"text": TEXT}]


def test_a_cell_that_is_no_text_is_an_error_and_the_next_row_is_read(tmp_path):
    kinds = pa.binary(), pa.list_(pa.string())
    for kind, cell in zip(kinds, (b"\xff\xfe", ["a"]), strict=True):
        pq.write_table(pa.table({"text": pa.array([cell, None], kind), "id": ["1", "2"]}), tmp_path / "a.parquet")
        errors = [str(each) for each in read_articles([tmp_path / "a.parquet"])]
        assert "a.parquet, row 1: 'text' should be a text, not" in errors[0]
        assert "a.parquet, row 2: the text is empty" in errors[1]
    pq.write_table(pa.table({"text": ["a" * 1_200_000, "a" * 11_000_000]}), tmp_path / "a.parquet")
    errors = [str(each) for each in read_articles([tmp_path / "a.parquet"])]
    assert "row 1: 'text' has 1,200,000 characters, of at most 1,000,000; split it" in errors[0]
    assert "row 2: 'text' should be a text, not ['a text of 11,000,000 characters']" in errors[1]


def test_a_reader_that_is_killed_is_an_error_and_the_next_page_is_read():
    with Confined() as confined:
        confined.page(PAGE.encode())
        process = confined._process
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        with pytest.raises(ValueError, match="failed"):
            confined.page(PAGE.encode())
        assert confined.page(PAGE.encode())["title"] == "Muse"
        last = confined._process
    assert last.returncode == 0, "it ends with the block"


def test_the_command_reads_what_it_can_and_ends_with_1(tmp_path):
    written(tmp_path, "a.txt.gz", gzip.compress(b"a" * 20 * MEGABYTE))
    written(tmp_path, "b.txt", "Meta launched Muse Spark.")
    os.mkfifo(tmp_path / "c.txt")
    done = subprocess.run(
        [*KG, "extract", str(tmp_path)], capture_output=True, text=True, timeout=60, check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert done.returncode == 1
    assert [json.loads(line)["id"] for line in done.stdout.splitlines()] == ["b"]
    assert [line[:7] for line in done.stderr.splitlines()] == ["Error: "] * 2


# Any bytes, and what is nearly right: seeds that are cut, joined and changed at some place.

_TABLE = pa.BufferOutputStream()
pq.write_table(pa.table({"id": ["1"], "text": [TEXT]}), _TABLE)
SEEDS = {
    ".txt": b"Title\n\nMeta launched it.",
    ".md": b"---\nid: &a x\ntitle: 'It: 1'\npublished: 2026-04-08\nmore: [*a, {b: c}]\n---\n**Meta** [launched](a) it.",
    ".html": PAGE.encode(),
    ".htm": PAGE.encode("utf-16"),
    ".json": b'[{"id": 1, "title": "T", "text": "Meta \\ud800 launched it", "published": "2026-04-08"}, {"text": "x"}]',
    ".jsonl": b'{"id": "1", "text": "a"}\n{"id": "2", "text": "b", "published": "8 April 2026"}\n',
    ".rss": RSS.encode(),
    ".atom": ATOM.encode(),
    ".xml": RDF.encode(),
    ".warc": archive([("https://a.example/one", "200 OK", "text/html", PAGE.encode())] * 2),
    ".parquet": _TABLE.getvalue().to_pybytes(),
}  # fmt: skip
PIECES = [b"<", b'"', b"&", b"&#xD800;", b"\0", b"\xff\xfe", b"\xef\xbb\xbf", b"<div>" * 50, b"<!--", b"<![CDATA[",
          b"{", b"[" * 200, b"\\ud800", b"99999-01-01", b"\n\n", b"---\n", b"&a [*a]", b"\xe2\x80\xae",
          b"Content-Length: 99999999999\r\n", b"Transfer-Encoding: chunked\r\n", b"charset=punycode", b"1" * 400,
          b"![", b"[a](", b"<script>", b"<table><tr>"]  # fmt: skip


@st.composite
def nearly_right(draw: st.DrawFn, suffix: str) -> bytes:
    raw = SEEDS[suffix]
    for _ in range(draw(st.integers(0, 4))):
        at, cut = draw(st.integers(0, len(raw))), draw(st.integers(0, 30))
        raw = raw[:at] + draw(st.sampled_from(PIECES) | st.binary(max_size=8)) + raw[at + cut :]
    return raw


def any_file() -> st.SearchStrategy[tuple[str, bytes]]:
    def packed(file: tuple[str, bytes]) -> st.SearchStrategy[tuple[str, bytes]]:
        suffix, raw = file
        forms = [(suffix, raw), (f"{suffix}.gz", gzip.compress(raw)), (f"{suffix}.zst", zstandard.compress(raw))]
        return st.sampled_from(forms)

    def contents(suffix: str) -> st.SearchStrategy[tuple[str, bytes]]:
        return st.tuples(st.just(suffix), nearly_right(suffix) | st.binary(max_size=200))

    return st.sampled_from(sorted(READERS)).flatmap(contents).flatmap(packed)


def test_every_reader_has_a_seed():
    assert SEEDS.keys() == READERS.keys()


@given(files=st.lists(any_file(), min_size=20, max_size=40))
@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
def test_any_bytes_give_articles_that_can_be_stored_or_errors_in_one_line(tmp_path_factory, files):
    folder = tmp_path_factory.mktemp("any")
    paths = [written(folder, f"{n}{suffix}", raw) for n, (suffix, raw) in enumerate(files)]
    for each in read_articles(paths):
        if isinstance(each, Article):
            assert each.id
            assert each.content.encode()
            assert "\0" not in each.content
        else:
            assert "\n" not in str(each)
            assert len(str(each).encode()) < 1_000
