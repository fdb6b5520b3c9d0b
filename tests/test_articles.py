"""Whatever a file holds, it gives articles or one clear error for each that it does not give."""

import io
import json
import os
import sys
from pathlib import Path

import pytest

from kg.articles import normal_date, read_articles
from kg.errors import ArticleError
from kg.model import Article

TEXT = "Meta launched Muse Spark."
PAGE = f"""<html><head><title>Muse</title><meta property="article:published_time" content="2026-04-08T10:00:00Z">
<meta property="og:site_name" content="Daily"><link rel="canonical" href="https://example.org/muse">{{charset}}</head>
<body><nav>Home</nav><article><h1>Muse</h1><p>{TEXT} It is the first model of a new lab, café and all, the company said
on Wednesday, and it will come to phones and glasses later in the year, in several languages.</p>
<p>{TEXT}</p></article><footer>Copyright 2031</footer></body></html>"""


def write(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def read(*paths: str | Path) -> list[Article]:
    found = list(read_articles(paths))
    assert not [each for each in found if isinstance(each, ArticleError)]
    return [each for each in found if isinstance(each, Article)]


def error_of(*paths: str | Path) -> str:
    (error,) = [each for each in read_articles(paths) if isinstance(each, ArticleError)]
    assert "\n" not in str(error)
    return str(error)


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("a.txt", f"Title\n\n{TEXT}\n", Article("a", "Title", TEXT)),
        ("a.txt", f"Title\r\n\r\n{TEXT}\r\n", Article("a", "Title", TEXT)),
        ("a.txt", f"\ufeffTitle\n\n{TEXT}", Article("a", "Title", TEXT)),
        ("a.txt", TEXT, Article("a", "", TEXT)),
        ("a.txt", f"{TEXT}\n{TEXT}\n\n{TEXT}", Article("a", "", f"{TEXT}\n{TEXT}\n\n{TEXT}")),
        ("a.txt", f"{TEXT * 100}\n\n{TEXT}", Article("a", "", f"{TEXT * 100}\n\n{TEXT}")),
        ("a.md", f"---\ntitle: T\npublished: 2026-04-08\n---\n\n{TEXT}", Article("a", "T", TEXT, "2026-04-08")),
        (
            "a.md",
            f"---\nid: x y\ntitle: 'It: 1'\nurl: u\nsource: s\n---\n{TEXT}",
            Article("x y", "It: 1", TEXT, "", "u", "s"),
        ),
        ("a.md", f"---\nid: 007\ntitle: yes\n---\n{TEXT}", Article("007", "yes", TEXT)),
        ("a.md", f"# Title\n\n{TEXT}", Article("a", "Title", TEXT)),
        (
            "a.md",
            "# T\n\n**Meta** [launched](https://x.org/a) `Muse` *Spark*.",
            Article("a", "T", "Meta launched Muse Spark."),
        ),
        (
            "a.md",
            "# T\n\nf(a*b) and 2 * 3 * 4 in my_own_name.",
            Article("a", "T", "f(a*b) and 2 * 3 * 4 in my_own_name."),
        ),
        ("a.md", f"---\n---\n{TEXT}", Article("a", "", TEXT)),
        ("a.json", json.dumps({"id": "x", "title": " T", "text": f"{TEXT} "}), Article("x", " T", f"{TEXT} ")),
        ("a.json", json.dumps({"id": 7, "title": None, "text": TEXT, "more": [1]}), Article("7", "", TEXT)),
        (
            "a.json",
            json.dumps({"text": "\ud83d Meta\0 \x1b[31m\u0085 x"}),
            Article("a", "", "\ufffd Meta\ufffd \ufffd[31m\ufffd x"),
        ),
        ("a.jsonl", json.dumps({"id": "x", "text": TEXT}) + "\n\n", Article("x", "", TEXT)),
        ("a.jsonl", json.dumps({"text": "a\u2028b"}, ensure_ascii=False), Article("a-1", "", "a\u2028b")),
    ],
)
def test_an_article_is_read(tmp_path, name, content, expected):
    assert read(write(tmp_path, name, content)) == [expected]


@pytest.mark.parametrize("charset", ["utf-8", "iso-8859-1"])
def test_a_page_gives_its_text_title_date_address_and_site(tmp_path, charset):
    page = PAGE.format(charset=f'<meta charset="{charset}">').encode(charset)
    (article,) = read(write(tmp_path, "page.html", page))
    assert (article.id, article.title, article.published) == ("page", "Muse", "2026-04-08")
    assert (article.url, article.source) == ("https://example.org/muse", "Daily")
    assert article.text.startswith(TEXT)
    assert "café" in article.text
    assert "Copyright" not in article.text


def test_a_page_without_a_date_gets_none_from_its_copyright_line(tmp_path):
    page = PAGE.format(charset="").replace("2026-04-08T10:00:00Z", "")
    assert read(write(tmp_path, "page.html", page))[0].published == ""


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.txt", "", "a.txt: the text is empty"),
        ("a.txt", " \n\n ", "the text is empty"),
        ("a.txt", b"caf\xe9", "a.txt: not UTF-8 (byte 3); save it as UTF-8"),
        ("a.txt", "\ufeff\n".encode("utf-16"), "not UTF-8"),
        ("a.md", "---\ntitle: [\n---\nText", "a.md: broken front matter in line"),
        ("a.md", "---\n- a\n---\nText", "the front matter should be lines of KEY: VALUE"),
        ("a.md", "---\ntitle: T\n---\n", "the text is empty"),
        ("a.md", "---\npublished: soon\n---\nText", "'soon' is no date"),
        ("a.md", "---\npublished: April 2026\n---\nText", "day, month and year are needed"),
        ("a.md", "---\ntitle: [a, b]\n---\nText", "'title' should be a text, not"),
        ("a.html", "<html></html>", "no text of an article"),
        ("a.html", "", "no text of an article"),
        ("a.html", b"<p>caf\xe9</p>", "not UTF-8"),
        ("a.html", b'<meta charset="nonsense"><p>caf\xe9</p>', "not NONSENSE"),
        ("a.html", b'<meta charset="rot13"><p>caf\xe9</p>', "not ROT13"),
        ("a.json", '{"text": "a",\n "id": }', "a.json: broken JSON in line 2, column 8"),
        ("a.json", "[" * 100_000, "nested too deep"),
        ("a.json", "1" * 5000, "a.json: "),
        ("a.json", '"text"', "an article is an object, not 'text'"),
        ("a.json", '{"title": "T"}', "the text is empty"),
        ("a.json", '{"text": ["a"]}', "'text' should be a text, not"),
        ("a.json", '{"text": true}', "'text' should be a text, not true"),
        ("a.json", '{"text": "a", "published": 5}', "'5' is no date"),
        ("a.json", '[{"text": "a"}, 3]', "a.json, item 2: an article is an object"),
        ("a.jsonl", '{"text": "a"}\n{"text": \n{"text": "b"}', "a.jsonl, line 2: broken JSON, column"),
        ("a.pdf", "Text", "a.pdf: articles are .txt, .md, .html, .json, .jsonl, .rss, .atom, .xml, .warc, .parquet"),
        ("a.trig", "", ".parquet; a graph is added by kg import"),
    ],
)
def test_what_is_no_article_is_one_clear_error(tmp_path, name, content, said):
    assert said in error_of(write(tmp_path, name, content))


def test_a_missing_file_and_an_empty_folder_are_errors(tmp_path):
    assert error_of(tmp_path / "nope.txt") == f"{tmp_path}/nope.txt: no such file or folder"
    assert "no articles in this folder" in error_of(tmp_path)


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads every file")
def test_a_file_that_may_not_be_read_is_an_error(tmp_path):
    path = write(tmp_path, "a.txt", TEXT)
    path.chmod(0)
    assert error_of(path) == f"{path}: Permission denied"


def test_a_folder_named_like_a_file_is_read_as_a_folder(tmp_path):
    write(tmp_path, "news.txt/a.txt", TEXT)
    assert [a.id for a in read(tmp_path / "news.txt")] == ["a"]


def test_a_folder_gives_all_within_it_by_name_and_passes_over_other_files(tmp_path):
    for name in ("b.txt", "a/c.md", "a/b/d.json", ".hidden.txt", ".git/e.txt", "f.png", "Makefile", "G.TXT"):
        write(tmp_path, name, json.dumps({"text": TEXT}) if name.endswith("json") else TEXT)
    assert [a.id for a in read(tmp_path)] == ["G", "d", "c", "b"]


def test_bad_articles_leave_the_others(tmp_path):
    write(tmp_path, "a.jsonl", '{"id": "1", "text": "a"}\n{broken\n{"id": "3", "text": "c"}')
    write(tmp_path, "b.txt", b"\xff")
    write(tmp_path, "c.txt", TEXT)
    found = list(read_articles([tmp_path]))
    assert [each.id if isinstance(each, Article) else "error" for each in found] == ["1", "error", "3", "error", "c"]


def test_an_article_comes_once_and_another_under_its_id_is_an_error(tmp_path):
    one, two = write(tmp_path, "x/a.txt", TEXT), write(tmp_path, "y/a.txt", "Another.")
    assert len(read(one, one, write(tmp_path, "z/a.txt", TEXT))) == 1
    assert error_of(one, two) == f"{two}: {one} has the id 'a' too; give it another"


@pytest.mark.parametrize(
    ("given_", "ids"),
    [
        ("Meta launched it.", ["text-"]),
        ('{"id": "a", "text": "b"}\n{"text": "c"}\n', ["a", "text-"]),
        ('{\n "id": "a",\n "text": "b"\n}\n', ["a"]),
    ],
)
def test_standard_input_is_a_text_or_json_lines(monkeypatch, given_, ids):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(given_.encode())))
    found = read("-")
    assert [a.id[: len(i)] for a, i in zip(found, ids, strict=True)] == ids


def test_the_data_of_the_project_are_articles(root):
    articles = read(root / "data/articles")
    assert len(articles) >= 40
    assert len(read(root / "data/articles", root / "data/gold")) == len(articles), "an annotated article differs"
    assert all(a.text and a.title for a in articles)


def test_a_name_that_is_not_utf8_can_be_printed_and_stored(tmp_path):
    path = os.fsencode(tmp_path) + b"/caf\xe9.txt"
    with open(path, "wb") as file:  # noqa: PTH123 - a Path of bytes there is none
        file.write(TEXT.encode())
    (article,) = read(tmp_path)
    assert article.id == "caf\ufffd"
    assert article.id.encode()


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("2026-04-08", "2026-04-08"),
        ("20260408", "2026-04-08"),
        ("2026-04-08T23:30:00-05:00", "2026-04-08"),
        ("April 8, 2026", "2026-04-08"),
        ("8 Apr 2026 10:00 GMT", "2026-04-08"),
        ("Wed, 08 Apr 2026 10:00:00 +0000", "2026-04-08"),
    ],
)
def test_a_day_is_read_as_people_write_it(words, day):
    assert normal_date(words) == day


@pytest.mark.parametrize(
    "words", ["", "2026", "April 2026", "Tuesday", "10:30", "2026-13-01", "soon", "1" * 50, "31 February 2026"]
)
def test_what_is_no_day_is_refused(words):
    with pytest.raises((ValueError, OverflowError)):
        normal_date(words)
