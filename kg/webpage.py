"""Pages as HTML: the templates that they are made from, and the addresses that lead from one to another.

Templates escape whatever they are given, so what articles say is text on every page.
"""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from .cards import readable
from .evidence import one_line
from .model import Iri
from .quads import article_iri
from .vocab import ARTICLES, ENTITY
from .workers import Answer

if TYPE_CHECKING:
    from jinja2 import Environment

HTML = "text/html; charset=utf-8"
STATIC = Path(__file__).parent / "static"


def page(template: str, told: Mapping[str, object], status: int = 200) -> Answer:
    """A page made from a template and what it is to tell."""
    html = _templates().get_template(f"{template}.html").render(told)
    return Answer(status, HTML, html.encode("utf-8", "replace"))


def thing_url(iri: Iri) -> str:
    """Where the page of a thing is.

    >>> thing_url("https://w3id.org/technews-kg/entity/muse-spark")
    '/entity/muse-spark'
    """
    return f"/entity/{quote(iri.removeprefix(ENTITY), safe='')}"


def article_url(iri: Iri) -> str:
    """Where the page of an article is; its IRI has its id, escaped as an address needs it.

    >>> article_url("https://w3id.org/technews-kg/article/2026%2F04%20Muse")
    '/article/2026%2F04%20Muse'
    """
    return f"/article/{iri.removeprefix(ARTICLES)}"


def source_url(article_id: str) -> str:
    """Where the page of an article with an id is.

    >>> source_url("2026/04 Muse")
    '/article/2026%2F04%20Muse'
    """
    return article_url(article_iri(article_id))


def in_words(name: str) -> str:
    """A name as programmes write it, as people do.

    >>> in_words("contextWindow"), in_words("as-of"), in_words("isHTML")
    ('context window', 'as of', 'is HTML')
    """
    parts = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name).replace("-", " ").replace("_", " ").split()
    return " ".join(part if part.isupper() and len(part) > 1 else part.lower() for part in parts)


def begun(text: str) -> str:
    """A text as the beginning of a sentence.

    >>> begun("as of a day")
    'As of a day'
    """
    return text[:1].upper() + text[1:]


def load_templates() -> None:
    """Makes all templates ready, which takes 0.2 s in all, before the first page needs one."""
    for name in _templates().list_templates():
        _templates().get_template(name)


@cache
def _templates() -> "Environment":
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    folder = Path(__file__).parent / "templates" / "pages"
    templates = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    leading = {"thing_url": thing_url, "article_url": article_url, "source_url": source_url}
    shown = {"in_words": in_words, "line": one_line, "readable": readable, "begun": begun}
    templates.filters.update(leading | shown)
    return templates
