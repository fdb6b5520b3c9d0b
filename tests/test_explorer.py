"""A graph as it feels right in a notebook: cards that are safe, tables, chains with evidence, Tab and magics."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT
from zoo import HOSTILE, MONDAY, TUESDAY, extraction, make_ontology

import kg
from kg.cards import card
from kg.errors import GraphError, QueryError
from kg.explorer import Explorer
from kg.magics import completions, load
from kg.model import Status
from kg.table import Table

CHAIN = extraction(
    "wednesday",
    "Zoe likes Mia. Zoe may like Ivy. Ivy likes Max. Mia likes Max. Max does not like Tim. Tom likes Tim.",
    ("Zoe", "likes", "Mia", Status.ASSERTED, "Zoe likes Mia"),
    ("Zoe", "likes", "Ivy", Status.POSSIBLE, "Zoe may like Ivy"),
    ("Ivy", "likes", "Max", Status.ASSERTED, "Ivy likes Max"),
    ("Mia", "likes", "Max", Status.ASSERTED, "Mia likes Max"),
    ("Max", "likes", "Tim", Status.DENIED, "Max does not like Tim"),
    ("Tom", "likes", "Tim", Status.ASSERTED, "Tom likes Tim"),
)


@pytest.fixture(scope="module")
def g(tmp_path_factory: pytest.TempPathFactory) -> Explorer:
    graph = kg.open(ontology=make_ontology(tmp_path_factory.mktemp("zoo")))
    graph.add([MONDAY, TUESDAY, CHAIN])
    return graph


class Page(HTMLParser):
    """The elements of a page with their attributes, and its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def test_kg_open_gives_a_graph_with_all_that_can_be_asked_of_it(g: Explorer) -> None:
    assert isinstance(g, kg.Graph)
    assert g.about("Leo") == g["Leo"]
    assert repr(g) == "<graph in memory: 3 articles, 12 entities, 21 claims, 61 facts>"
    assert "3 articles · 12 entities" in Page(g._repr_html_()).text
    assert len(g.rdflib.default_graph) == 61
    assert "Leo" in g.names and list(g.names) == sorted(g.names, key=lambda name: (name.casefold(), name))


@pytest.mark.parametrize(
    "shown",
    [
        lambda g: g.about(HOSTILE),
        lambda g: g.about("Ivy"),
        lambda g: g.read("tuesday"),
        lambda g: g.path(HOSTILE, "Leo"),
        lambda g: g.ask("who-feeds-whom"),
        lambda g: g.sparql('SELECT ("<b>" AS ?a) { }'),
    ],
    ids=["about", "about another", "read", "path", "ask", "sparql"],
)
def test_hostile_names_and_sentences_come_out_as_text(g: Explorer, shown: Any) -> None:
    page = Page(shown(g)._repr_html_())
    assert HOSTILE in page.text or "<b>" in page.text
    assert not {tag for tag, _ in page.elements} & {"script", "img", "iframe", "link", "b>"}
    for tag, attributes in page.elements:
        assert not [name for name in attributes if name.startswith("on")], tag
        assert not (attributes.get("href") or "").lower().startswith("javascript"), tag


def test_a_hostile_column_or_cell_of_a_table_is_text() -> None:
    page = Page(Table((HOSTILE,), ((HOSTILE,), ('" onload="x',)))._repr_html_())
    assert {tag for tag, _ in page.elements} == {"style", "div", "table", "thead", "tbody", "tr", "th", "td"}
    assert all(attributes.keys() <= {"class"} for _, attributes in page.elements)


def test_a_card_needs_nothing_from_elsewhere(g: Explorer) -> None:
    for shown in (g, g["Leo"], g.read("monday"), g.path("Ada", "Mia"), g.ask("who-feeds-whom")):
        html = shown._repr_html_()
        assert "<script" not in html and "url(" not in html and "@import" not in html
        links = [a["href"] for tag, a in Page(html).elements if "href" in a]
        assert set(links) <= {"https://example.org/monday"}
        assert "&#34;" not in html.split("</style>")[0]  # a style sheet is not escaped, or it does not work


def test_a_card_of_a_thing_tells_facts_claims_and_sentences(g: Explorer) -> None:
    text = Page(g["Leo"]._repr_html_()).text
    for words in ("animal", "fed by", "×2", "900 USD", "Ada feeds Leo", "at noon", "planned", "2020-05-02"):
        assert words in text, words
    assert "bit Ivy" in Page(g["Ivy"]._repr_html_()).text


def test_a_thing_is_told_in_plain_words_where_there_is_no_html(g: Explorer) -> None:
    plain = repr(g["Leo"])
    assert plain.startswith("Leo (animal)\n")
    assert "fed by\n    Ada  (2 sources, 2026-04-08 to 2026-04-09, confidence 0.99)" in plain
    assert "planned: 1 claim\n    Ada — feeds — Leo  [planned 0.90]\n        “Ada will feed Leo” About tuesday" in plain
    assert "the old house  (inferred from: Leo lives in the den; the den lives in the old house)" in plain
    assert "bit Ivy\n    Leo" in repr(g["Ivy"])


def test_a_table_is_gone_through_counted_and_handed_to_pandas(g: Explorer) -> None:
    table = g.ask("who-feeds-whom", keeper="Ada")
    assert (len(table), list(table), table.columns) == (1, [("Ada", "Leo")], ("who", "whom"))
    frame = table.to_pandas()
    assert (list(frame.columns), frame.values.tolist()) == (["who", "whom"], [["Ada", "Leo"]])
    assert len(g.sparql("SELECT ?x { ?x a z:Nothing }")) == 0
    assert "Nothing in the graph answers this" in g.sparql("SELECT ?x { ?x a z:Nothing }")._repr_html_()


def test_a_long_table_shows_its_first_rows_and_says_so() -> None:
    shown = Page(Table(("n",), tuple((i,) for i in range(100)))._repr_html_())
    assert len([tag for tag, _ in shown.elements if tag == "tr"]) == 61
    assert "the first 60 of 100 rows" in shown.text


def test_questions_are_listed_with_what_they_ask(g: Explorer) -> None:
    assert g.questions().rows == (("who-feeds-whom", "Who feeds whom", "keeper"),)


def test_a_chain_is_the_shortest_and_of_equals_the_one_that_is_asserted(g: Explorer) -> None:
    chain = g.path("Zoe", "Max")
    assert [step.end.name for step in chain.steps] == ["Mia", "Max"]  # by Ivy it is as short, but only possible
    assert [step.claims[0].quote.words for step in chain.steps] == ["Zoe likes Mia", "Mia likes Max"]
    assert (bool(chain), len(chain), chain.start.name, chain.end.name) == (True, 2, "Zoe", "Max")
    back = g.path("Max", "Zoe")
    assert [step.end.name for step in back.steps] == ["Mia", "Zoe"]
    assert len(g.path("Zoe", "Ivy")) == 1


def test_a_chain_takes_no_denial_for_a_tie(g: Explorer) -> None:
    chain = g.path("Zoe", "Tim")
    assert (bool(chain), chain.steps) == (False, ())
    assert "nothing that articles say leads" in chain._repr_html_() and "nothing" in repr(chain)


def test_a_thing_hangs_together_with_itself(g: Explorer) -> None:
    chain = g.path("Zoe", "zoe")
    assert (bool(chain), len(chain)) == (True, 0)


def test_each_step_of_a_chain_has_its_evidence(g: Explorer) -> None:
    chain = g.path("Ada", "the old house")
    assert [step.end.name for step in chain.steps] == ["Leo", "the den", "the old house"]
    assert all(step.claims for step in chain.steps)
    text = Page(chain._repr_html_()).text
    assert "the den is in the old house" in text and "About monday" in text


def test_a_picture_is_a_frame_with_the_page_in_itself(g: Explorer, tmp_path: Path) -> None:
    picture = g.draw("Leo", hops=1, height=300)
    ((tag, attributes),) = Page(picture._repr_html_()).elements
    assert tag == "iframe" and "src" not in attributes and "height: 300px" in (attributes["style"] or "")
    assert attributes["srcdoc"] == picture.html and picture.html.startswith("<!doctype html>")
    picture.save(tmp_path / "leo.html")
    assert (tmp_path / "leo.html").read_text(encoding="utf-8") == picture.html
    assert "kB" in repr(picture)
    with pytest.raises(GraphError, match="cannot be written"):
        picture.save(tmp_path / "missing" / "leo.html")


def test_the_facts_are_a_network(g: Explorer) -> None:
    network = g.to_networkx()
    keepers = {data["label"] for _, data in network.nodes(data=True) if data.get("class") == "keeper"}
    assert keepers == {"Ada", "Bob", HOSTILE}


@pytest.mark.parametrize(
    ("text", "begun", "found"),
    [
        ('g.about("Le', "Le", ["Leo"]),
        ("x = g.about('le", "le", ["Leo"]),
        ('g.path("Ada", "M', "M", ["Max", "Mia"]),
        ('g.draw(about="Zo', "Zo", ["Zoe"]),
        ('g.read("mon', "mon", ["monday"]),
        ('g.ask("who', "who", ["who-feeds-whom"]),
        ('g.ask("who-feeds-whom", keeper="Ad', "Ad", ["Ada"]),
        ('g.about("the o', "the o", ["the old house"]),
        ('g.about("Leo")', "", []),
        ('h.about("Le', "", []),
        ('len("Le', "", []),
        ("g.about(Le", "", []),
    ],
)
def test_names_complete_with_tab(g: Explorer, text: str, begun: str, found: list[str]) -> None:
    assert completions(text, {"g": g, "h": 1}) == (begun, found)


def test_what_completes_is_a_text_in_its_quotes(tmp_path: Path) -> None:
    g = kg.open(ontology=make_ontology(tmp_path))
    name = 'Tim "the \\ cat'
    g.add([extraction("a", f"{name} likes Leo.", (name, "likes", "Leo", Status.ASSERTED, f"{name} likes Leo"))])
    assert completions('g.about("Ti', {"g": g}) == ("Ti", ['Tim \\"the \\\\ cat'])
    assert completions("g.about('Ti", {"g": g}) == ("Ti", ['Tim "the \\\\ cat'])


@pytest.fixture(scope="module")
def shell(g: Explorer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    folder = tmp_path_factory.mktemp("ipython")
    before = os.environ.get("IPYTHONDIR")
    os.environ["IPYTHONDIR"] = str(folder)
    from IPython.core.interactiveshell import InteractiveShell

    shell = InteractiveShell()
    shell.history_manager.enabled = False
    shell.user_ns["g"] = g
    shell.run_line_magic("load_ext", "kg")
    load(shell)  # a second time changes nothing
    yield shell
    shell.history_manager.end_session()
    os.environ.pop("IPYTHONDIR")
    if before is not None:
        os.environ["IPYTHONDIR"] = before


def test_a_shell_completes_names(shell: Any) -> None:
    from IPython.core.completer import provisionalcompleter

    with provisionalcompleter():
        for text, whole in (
            ('g.about("Le', 'g.about("Leo'),
            ('g.about("the ol', 'g.about("the old house'),
            ('g["Le', 'g["Leo'),
        ):
            first = next(iter(shell.Completer.completions(text, len(text))))
            assert text[: first.start] + first.text == whole
    matchers = [getattr(each, "matcher_identifier", "") for each in shell.Completer.custom_matchers]
    assert matchers.count("kg.names") == 1


def test_the_cell_magic_asks_the_graph_of_a_variable(shell: Any) -> None:
    done = shell.run_cell("%%sparql g\nSELECT ?who { ?x rdfs:label ?who ; a z:Keeper }\nORDER BY ?who")
    assert [row[0] for row in done.result] == [HOSTILE, "Ada", "Bob"]
    done = shell.run_cell("%%sparql g kept\nASK { }")
    assert done.result is None and shell.user_ns["kept"].rows == ((True,),)
    assert shell.run_cell("%%sparql\nASK { }").result.rows == ((True,),)  # the only graph that there is


@pytest.mark.parametrize(
    ("cell", "line"),
    [
        ("%%sparql g\nSELECT ?x {\n ?x z:likes }", "QueryError: not a SPARQL query: line 2, column 13, near '}'"),
        ("%%sparql nothing\nASK { }", "UsageError: nothing is no graph; say which one"),
        ("%%sparql g a b\nASK { }", "UsageError: after %%sparql stands the variable of a graph"),
        ('g.about("Leon")', "QueryError: nothing in the graph is named 'Leon'; did you mean 'Leo'?"),
        ('g.ask("who-feeds-who")', "QueryError: no question 'who-feeds-who'; did you mean 'who-feeds-whom'?"),
        ('g.ask("who-feeds-whom", keepr="Ada")', "QueryError: who-feeds-whom has no parameter 'keepr'; did you mean"),
        ('g.read("munday")', "QueryError: no article 'munday' in the graph; did you mean 'monday'"),
        ('g.sparql("DELETE WHERE { ?s ?p ?o }")', "QueryError: only queries can be asked, and this is an update"),
    ],
)
def test_what_cannot_be_asked_is_said_in_one_line(shell: Any, capsys: Any, cell: str, line: str) -> None:
    shell.run_cell(cell)
    told = capsys.readouterr()
    words = (told.out + told.err).strip()
    assert words.startswith(line)
    assert len(words.splitlines()) == 1


def test_kg_and_the_explorer_load_little() -> None:
    heavy = ["networkx", "pandas", "matplotlib", "jinja2", "spacy", "IPython", "starlette"]
    code = "import sys, kg; before = {*sys.modules}; kg.open(); "
    code += f"print('rdflib' in before, {{*{heavy}}} & {{*sys.modules}})"
    env = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True)
    assert done.stdout == "False set()\n"


# The ratio of contrast of each text on a page with the page's ground, as WCAG has it.
CONTRAST = """() => {
  const canvas = document.createElement("canvas").getContext("2d", {willReadFrequently: true});
  const ground = getComputedStyle(document.body).backgroundColor;
  const part = value => value <= .04045 ? value / 12.92 : ((value + .055) / 1.055) ** 2.4;
  const light = colour => {
    for (canvas.fillStyle of [ground, colour]) canvas.fillRect(0, 0, 1, 1);
    const [r, g, b] = [...canvas.getImageData(0, 0, 1, 1).data].map(value => part(value / 255));
    return .2126 * r + .7152 * g + .0722 * b;
  };
  const texts = [...document.querySelectorAll(".kg *")].filter(
    each => [...each.childNodes].some(node => node.nodeType == Node.TEXT_NODE && node.data.trim()));
  return texts.map(each => [light(getComputedStyle(each).color), light(ground)].sort((a, b) => b - a))
    .map(([more, less]) => (more + .05) / (less + .05));
}"""


def test_cards_can_be_read_on_light_and_dark_ground(g: Explorer) -> None:
    from playwright.sync_api import sync_playwright

    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        pytest.skip("no Chromium is installed; on Debian: apt-get install chromium")
    cards = "".join(shown._repr_html_() for shown in (g["Leo"], g.read("tuesday"), g.path("Ada", "Mia"), g.questions()))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        for ground, ink in (("#fff", "rgba(0, 0, 0, .87)"), ("#111", "rgba(255, 255, 255, .87)")):
            page = browser.new_page()
            trouble: list[str] = []
            page.on("console", lambda message, trouble=trouble: trouble.append(message.text))
            page.on("request", lambda request, trouble=trouble: trouble.append(request.url))
            page.set_content(f'<body style="background: {ground}; color: {ink}">{cards}</body>')
            ratios = page.evaluate(CONTRAST)
            assert len(ratios) > 40
            assert min(ratios) > 4.5
            assert "owned" not in page.title()
            page.click("summary >> nth=0")
            assert page.locator("text=at noon").first.is_visible()
            assert trouble == []
        browser.close()


def test_a_template_that_lacks_a_value_fails() -> None:
    from jinja2 import UndefinedError

    with pytest.raises(UndefinedError):
        card("table", most=1)


def test_asking_is_refused_as_ever(g: Explorer) -> None:
    with pytest.raises(QueryError, match="SERVICE"):
        g.sparql("SELECT * { SERVICE <https://example.org/> { ?s ?p ?o } }")
