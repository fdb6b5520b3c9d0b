"""The pages of a graph for people, made by processes of their own so that none holds up another; see `workers`.

    /                   search, what is in the graph, the latest articles     /search?q=      what a search finds
    /entity/NAME        all about a thing, or its facts as RDF, by Accept     /complete?q=    as JSON, at each keystroke
    /picture/NAME       the picture of what is near a thing                   /questions      the named questions
    /article/ID         its text with what it says                            /questions/NAME?PARAMETER=…
    /sparql             where queries are written                             /vocabulary     what they may speak of
"""

import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from .asking import question, question_list, sparql_page, vocabulary
from .desk import Desk, NotHereError, Visit
from .errors import QueryError
from .graph import Graph, read_query
from .media import preferred
from .query import ask
from .telling import article, picture, thing
from .webpage import HTML, STATIC, load_templates, page, thing_url
from .workers import Answer, Limits, obey

__all__ = ["STATIC", "Visit", "answer", "readable", "work"]

_MOST_FOUND = 60  # things on a page of search


def answer(desk: Desk, visit: Visit) -> Answer:
    """The page that is asked for, or one that says why there is none."""
    first, _, rest = visit.path.lstrip("/").partition("/")
    try:
        if rest and first in _ABOUT:
            return _ABOUT[first](desk, visit, rest)
        if not rest and first in _PAGES:
            return _PAGES[first](desk, visit)
        raise NotHereError("there is no such page; /sparql answers SPARQL")
    except NotHereError as error:
        if _is_terse(visit.accept):
            return Answer.refusal(404, " ".join(str(error).split()))
        return page("error", {"words": str(error), "near": error.near}, 404)
    except QueryError as error:
        return readable(Answer.refusal(400, str(error)), visit.accept)


def readable(answer: Answer, accept: str) -> Answer:
    """An answer, or a page in place of a line that says what went wrong, for who would rather have HTML."""
    if answer.status < 400 or answer.media_type == HTML or _is_terse(accept):
        return answer
    return page("error", {"words": answer.body.decode().strip(), "near": ()}, answer.status)


def _is_terse(accept: str) -> bool:
    return preferred(accept, ["text/plain", "text/html"]) != "text/html"


def _home(desk: Desk, visit: Visit) -> Answer:
    index = desk.index
    latest = ask(desk.graph, read_query("pages/latest.rq")).rows
    told = {"sizes": desk.graph.sizes, "latest": latest, "questions": [*desk.questions.values()]}
    return page("home", {"desk": desk, "things": index.ranked[:24], "classes": index.classes, **told})


def _search(desk: Desk, visit: Visit) -> Answer:
    text, kind = visit.get("q"), visit.get("class")
    if kind and kind not in desk.index.classes:
        raise NotHereError(f"nothing in the graph is of the class {kind!r}")
    found = desk.index.find(text, _MOST_FOUND) if text else desk.index.ranked
    if kind:
        found = [thing for thing in found if thing.type == kind]
    titled = ask(desk.graph, read_query("pages/titled.rq"), words=text.lower()).rows if text and not kind else ()
    told = {"text": text, "kind": kind, "things": found[:_MOST_FOUND], "articles": titled}
    return page("search", {"desk": desk, "more": max(0, len(found) - _MOST_FOUND), **told})


def _complete(desk: Desk, visit: Visit) -> Answer:
    found = [
        {"name": thing.name, "kind": desk.label(thing.type), "colour": desk.colour(thing.type)}
        | {"url": thing_url(thing.iri)}
        for thing in desk.index.find(visit.get("q"), 8)
    ]
    return Answer(200, "application/json", json.dumps(found, ensure_ascii=False).encode("utf-8", "replace"))


_PAGES: Mapping[str, Callable[[Desk, Visit], Answer]] = {
    "": _home,
    "search": _search,
    "complete": _complete,
    "questions": question_list,
    "sparql": sparql_page,
    "vocabulary": vocabulary,
}
_ABOUT: Mapping[str, Callable[[Desk, Visit, str], Answer]] = {
    "article": article,
    "entity": thing,
    "picture": picture,
    "questions": question,
}


def work(path: str, *words: str) -> None:
    """Makes pages of the graph at a path, as they are asked for on standard input, until none is any more."""
    limits = Limits(*map(json.loads, words))
    with Graph.open(Path(path), read_only=True) as graph:
        desk = Desk(graph)
        desk.index  # noqa: B018  (made before the first request, whose time it would take, as are the templates)
        load_templates()

        def visited(given: Mapping[str, Any]) -> Answer:
            found = answer(desk, Visit(given["path"], tuple(map(tuple, given["query"])), given["accept"]))
            too_large = f"this page is larger than {limits.answer} MB; ask for less at once"
            return found if len(found.body) <= limits.answer * 2**20 else Answer.refusal(422, too_large)

        obey(visited, limits)


if __name__ == "__main__":
    work(*sys.argv[1:])
