"""Reports: what is new in some days, each thing once, with status, sentence and article; hostile text stays text."""

import re
from pathlib import Path
from typing import Any

import pytest
from zoo import HOSTILE, MONDAY, TUESDAY, extraction, make_ontology, make_zoo

from kg.errors import QueryError
from kg.graph import Graph
from kg.model import Status
from kg.report import Report, plain_markdown, report, to_html, to_markdown, write_report

FED = ("Ada", "feeds", "Leo", Status.ASSERTED, "Ada feeds Leo")


@pytest.fixture(scope="module")
def zoo(tmp_path_factory: pytest.TempPathFactory) -> Graph:
    return make_zoo(tmp_path_factory.mktemp("ontology"))


def told(given: Report) -> dict[str, set[str]]:
    """The things that a report tells, by section."""
    return {
        section.title: {
            f"{item.status}: {name} {item.label} {object}"
            for name, items in section.groups
            for item in items
            for object in item.objects
        }
        for section in given.sections
    }


def test_all_that_is_said_is_told_by_what_it_is(zoo: Graph) -> None:
    sections = told(report(zoo, "2026"))
    assert list(sections) == ["Who did what", "Plans", "Rumours", "Denials"]
    facts = {"asserted: Ada feeds Leo", "asserted: Leo likes Mia", "asserted: Leo cost 900 USD"}
    assert facts <= sections["Who did what"]
    assert sections["Plans"] == {"planned: Ada feeds Leo"}
    assert sections["Rumours"] == {"reported: Ada likes Leo", "possible: Ada feeds Mia"}
    assert sections["Denials"] == {"denied: Bob feeds Mia"}
    for status in ("planned", "reported", "possible", "denied"):
        assert f"*{status}:*" in to_markdown(report(zoo, "2026"))


def test_what_was_said_before_is_not_new(zoo: Graph) -> None:
    """On Tuesday Mia likes Leo, as Leo did her on Monday, and Ada feeds him; that he is to be fed is news."""
    sections = told(report(zoo, "2026-04-09"))
    assert sections == {
        "Who did what": {f"asserted: {HOSTILE} feeds Ivy"},
        "Plans": {"planned: Ada feeds Leo"},
        "Denials": {"denied: Bob feeds Mia"},
    }
    assert [article.id for article in report(zoo, "2026-04-09").articles] == ["tuesday"]


def test_until_a_day_nothing_later_is_known(zoo: Graph) -> None:
    until = report(zoo, "2026", "2026-04-08")
    assert until.title == "News from 2026 to 2026-04-08"
    assert [article.id for article in until.articles] == ["monday"]
    assert "Plans" not in told(until)
    [(_, items)] = [group for group in until.sections[0].groups if group[0] == "Ada"]
    assert [item.sources for item in items] == [1], "the second source is of the day after"
    [(_, items)] = [group for group in report(zoo, "2026").sections[0].groups if group[0] == "Ada"]
    assert [item.sources for item in items] == [2]
    assert "2 independent sources" in to_markdown(report(zoo, "2026"))


def test_each_line_has_its_sentence_and_its_article(zoo: Graph) -> None:
    text = to_markdown(report(zoo, "2026"))
    assert "“It rained." not in text
    line = "  - “Ada feeds Leo at noon, and likes it.” — [About monday](<https://example.org/monday>), 2026-04-08"
    assert line in text.split("\n")
    items = re.findall(r"(?m)^- (?!\d).*\n(  - “.*, \d{4}-\d\d-\d\d.*)?", text)
    assert len(items) > 8 and all(items), "each with a quotation"


def test_what_a_sentence_says_of_several_is_one_line(tmp_path: Path) -> None:
    graph = Graph.open(ontology=make_ontology(tmp_path))
    words = "Ada feeds Leo and Mia"
    claims = [("Ada", "feeds", each, Status.ASSERTED, words) for each in ("Leo", "Mia")]
    graph.add([extraction("a", f"{words}.", *claims)])
    assert "- feeds **Leo**, **Mia**, date 2026-04, role head keeper\n" in to_markdown(report(graph, "2026"))
    assert report(graph, "2026").count == 2


def test_articles_without_a_day_are_counted(tmp_path: Path) -> None:
    graph = Graph.open(ontology=make_ontology(tmp_path))
    graph.add([extraction("a", "Ada feeds Leo.", FED, published="")])
    text = to_markdown(report(graph, "2026"))
    assert "No article is of these days." in text and "1 article without a day is left out." in text
    assert "No article is of these days." in to_html(report(graph, "2026"))


def test_the_same_graph_gives_the_same_bytes(zoo: Graph, tmp_path: Path) -> None:
    other = Graph.open(ontology=zoo.ontology)
    other.add([TUESDAY])
    other.add([MONDAY])
    assert to_html(report(zoo, "2026")) == to_html(report(other, "2026"))
    assert to_markdown(report(zoo, "2026")) == to_markdown(report(other, "2026"))


def test_hostile_text_is_text_in_html(zoo: Graph) -> None:
    html = to_html(report(zoo, "2026"))
    assert "<img" not in html and "<script" not in html
    assert "&lt;script&gt;" in html
    assert set(re.findall(r'href="([^"]*)"', html)) == {
        *(f"#section-{i}" for i in range(1, 5)),
        "#articles",
        "https://example.org/monday",
    }


HOSTILE_TITLES = [
    "[Free](https://evil.example) chips",
    "<img src=x onerror=alert(1)>",
    "<https://evil.example>",
    "See https://evil.example or www.evil.example or me@evil.example",
    "A](https://evil.example) [B",
    "![picture](https://evil.example/a.png)",
    "*Bold* _claims_ `code` ~~gone~~ &lt;b&gt; $x$ | cell",
    "Two\n\n# lines\n- of text",
    "A\\](https://evil.example) \\",
    "]: https://evil.example",
]


@pytest.mark.parametrize("title", HOSTILE_TITLES)
def test_hostile_titles_are_shown_as_they_are_in_markdown(title: str) -> None:
    from markdown_it import MarkdownIt

    shown = f"- “{plain_markdown(title)}” — [{plain_markdown(title)}](<https://example.org/>), 2026"
    tokens = MarkdownIt("gfm-like", {"linkify": False}).parse(shown)
    blocks = [token.type.removesuffix("_open") for token in tokens if token.type.endswith("_open")]
    assert blocks == ["bullet_list", "list_item", "paragraph"]
    [inline] = [token for token in tokens if token.type == "inline"]
    assert inline.children
    kinds = {child.type for child in inline.children}
    assert kinds <= {"text", "text_special", "link_open", "link_close"}
    links = [child.attrs["href"] for child in inline.children if child.type == "link_open"]
    assert links == ["https://example.org/"]
    words = " ".join(title.split())
    assert "".join(child.content for child in inline.children) == f"“{words}” — {words}, 2026"


def test_a_link_cannot_end_before_its_end(tmp_path: Path) -> None:
    graph = Graph.open(ontology=make_ontology(tmp_path))
    url = "https://example.org/a>) [evil](https://evil.example/ \\"
    graph.add([extraction("a", "Ada feeds Leo.", FED, url=url)])
    text = to_markdown(report(graph, "2026"))
    assert "(<https://example.org/a%3E)%20[evil](https://evil.example/%20%5C>)" in text


def test_it_is_written_by_its_ending(zoo: Graph, tmp_path: Path) -> None:
    write_report(zoo, tmp_path / "a.html", "2026")
    write_report(zoo, tmp_path / "a.md", "2026")
    assert (tmp_path / "a.html").read_text(encoding="utf-8") == to_html(report(zoo, "2026"))
    assert (tmp_path / "a.md").read_text(encoding="utf-8").startswith("# News since 2026\n\n2 articles of these days")
    with pytest.raises(QueryError, match=r"a report is .html or .md"):
        write_report(zoo, tmp_path / "a.pdf", "2026")
    with pytest.raises(QueryError, match="cannot be written"):
        write_report(zoo, tmp_path / "nowhere/a.md", "2026")


@pytest.mark.parametrize("day", ["April", "2026-4", "20260408", "", "2026-04-08T10:00"])
def test_what_is_no_day_is_said(zoo: Graph, day: str) -> None:
    with pytest.raises(QueryError, match="is no day"):
        report(zoo, day)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_a_page_has_no_script_no_request_and_no_barrier(
    browser: Any, zoo: Graph, tmp_path: Path, scheme: Any, width: int
) -> None:
    from axe_playwright_python.sync_playwright import Axe

    path = tmp_path / "a.html"
    write_report(zoo, path, "2026")
    page = browser.new_page(color_scheme=scheme, viewport={"width": width, "height": 900}, bypass_csp=True)
    trouble: list[str] = []
    page.on("console", lambda message: trouble.append(message.text))
    page.on("request", lambda request: trouble.extend({request.url} - {path.as_uri()}))
    page.goto(path.as_uri())
    assert HOSTILE in page.inner_text("main")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    found = Axe().run(page).response["violations"]
    assert not [each["id"] for each in found if each["impact"] in ("serious", "critical")]
    assert trouble == []
    page.close()
