"""The pages that ask: the named questions as forms with their answers as tables, and what a query may speak of."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from urllib.parse import urlencode

import pyoxigraph as ox
from rapidfuzz import fuzz, process

from .desk import Desk, NotHereError, Visit
from .errors import QueryError
from .graph import FACTS
from .media import preferred
from .model import Status
from .query import Question, ask, shorten
from .table import Cell, Table
from .vocab import ARTICLES, DCTERMS, ENTITY, LEX, RDF, RDFS
from .webpage import article_url, in_words, page, thing_url
from .workers import Answer

_MOST_ROWS = 500  # on a page; a download has all
_FORMS = {"csv": "text/csv", "json": "application/json"}
_KINDS = ("text/html", *_FORMS.values())
_STATUSES = frozenset(map(str, Status))
_Node = ox.NamedNode


@dataclass(frozen=True, slots=True)
class Shown:
    """A cell of an answer, as a page shows it: its text, where it leads, and what kind of thing it is."""

    text: str
    url: str = ""
    kind: str = ""


def question_list(desk: Desk, visit: Visit) -> Answer:
    """The page of all named questions."""
    return page("questions", {"questions": [*desk.questions.values()]})


def question(desk: Desk, visit: Visit, name: str) -> Answer:
    """The page of a named question: its form, and the answer; or the answer alone as CSV or JSON."""
    asked = desk.questions.get(name)
    if asked is None:
        near = process.extract(name, [*desk.questions], scorer=fuzz.ratio, limit=3, score_cutoff=60)
        known = [desk.questions[match[0]] for match in near]
        raise NotHereError(f"there is no question {name!r}", tuple((q.title, f"/questions/{q.name}") for q in known))
    form = _FORMS.get(visit.get("as")) or preferred(visit.accept, _KINDS)
    given = {each.name: visit.get(each.name) for each in asked.parameters}
    told = {"question": asked, "given": given, "downloads": _downloads(asked, given)}
    try:
        table = _answer(desk, asked, given)
    except QueryError as error:
        if form in _FORMS.values():
            return Answer.refusal(400, str(error))
        return page("question", {**told, "error": str(error), "table": None, "rows": [], "more": 0}, 400)
    if form in _FORMS.values():
        return _file(name, table, form)
    rows = [[_shown(desk, cell) for cell in row] for row in table.rows[:_MOST_ROWS]]
    more = len(table.rows) - len(rows)
    return page("question", {**told, "error": "", "table": table, "rows": rows, "more": more})


def _answer(desk: Desk, asked: Question, given: Mapping[str, str]) -> Table:
    """The answer with the values that are given; a name of one thing alone is looked up in memory."""
    values = {}
    for parameter in asked.parameters:
        if text := given[parameter.name]:
            named = desk.index.named(text) if parameter.is_entity else ()
            values[parameter.name] = named[0] if len(named) == 1 else text
    return ask(desk.graph, asked.name, **values)


def _file(name: str, table: Table, form: str) -> Answer:
    body = table.to_csv() if form == _FORMS["csv"] else table.to_json()
    ending = next(ending for ending, media_type in _FORMS.items() if media_type == form)
    headers = {"Content-Disposition": f'attachment; filename="{name}.{ending}"'}
    return Answer(200, f"{form}; charset=utf-8", body.encode("utf-8", "replace"), headers)


def _downloads(asked: Question, given: Mapping[str, str]) -> dict[str, str]:
    filled = {name: value for name, value in given.items() if value}
    return {ending.upper(): f"/questions/{asked.name}?{urlencode({**filled, 'as': ending})}" for ending in _FORMS}


def _shown(desk: Desk, cell: Cell) -> Shown:
    if cell is None:
        return Shown("")
    if isinstance(cell, bool):
        return Shown("yes" if cell else "no")
    if not isinstance(cell, str):
        return Shown(format(cell, ",") if isinstance(cell, int) else str(cell), kind="number")
    if cell in _STATUSES:
        return Shown(cell, kind=f"status {cell}")
    if re.fullmatch(r"\d{4}(-\d\d){0,2}", cell):
        return Shown(cell, kind="number")
    return Shown(cell, _leads_to(desk, cell), "words" if len(cell) > 80 else "")


def _leads_to(desk: Desk, text: str) -> str:
    """The page of the one thing, or the one article, with a name; none if there is none, or several."""
    if text.startswith((ENTITY, ARTICLES)):
        return thing_url(text) if text.startswith(ENTITY) else article_url(text)
    words, store = ox.Literal(text), desk.graph.store
    things = {q.subject.value for q in store.quads_for_pattern(None, _Node(RDFS.label), words, FACTS)}  # type: ignore[union-attr]
    if things := {iri for iri in things if iri.startswith(ENTITY)}:
        return thing_url(min(things)) if len(things) == 1 else ""
    articles = {q.subject.value for q in store.quads_for_pattern(None, _Node(DCTERMS("title")), words, None)}  # type: ignore[union-attr]
    return article_url(min(articles)) if len(articles) == 1 else ""


# What a query may speak of


def sparql_page(desk: Desk, visit: Visit) -> Answer:
    """The page to write queries on, with some to begin with."""
    examples = [{"title": each.title, "sparql": each.sparql} for each in desk.questions.values()]
    return page("sparql", {"examples": [{"title": "Ten facts", "sparql": _TEN}, *examples]})


_TEN = """SELECT ?subject ?property ?object
WHERE {
  ?thing ?relation ?other ; rdfs:label ?subject .
  ?other rdfs:label ?object .
  GRAPH claim:ontology { ?relation rdfs:label ?property }
}
LIMIT 10"""


def vocabulary(desk: Desk, visit: Visit) -> Answer:
    """The prefixes, and the names of classes and properties with their labels, as JSON, for completion."""
    return Answer(200, "application/json", _vocabulary(desk))


@cache
def _vocabulary(desk: Desk) -> bytes:
    graph = desk.graph
    kinds: dict[str, set[str]] = {}
    for iri, kind in graph.ontology.values(None, RDF.type):
        if iri.startswith("http") and not iri.startswith((ENTITY, LEX)):
            kinds.setdefault(shorten(graph, iri), set()).add(in_words(shorten(graph, kind).partition(":")[2]))
    labels = {shorten(graph, iri): label for iri, label in graph.ontology.values(None, RDFS.label)}
    names = [{"name": name, "label": labels.get(name, ""), "kind": min(of)} for name, of in sorted(kinds.items())]
    prefixes = {prefix: iri for prefix, iri in sorted(graph.ontology.prefixes.items()) if prefix}
    told = {"prefixes": prefixes, "names": [n for n in names if re.fullmatch(r"[\w-]+:[\w-]+", n["name"])]}
    return json.dumps(told | {"things": ENTITY, "articles": ARTICLES}, ensure_ascii=False).encode()
