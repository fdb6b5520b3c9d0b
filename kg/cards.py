"""Cards: what a notebook shows of a value, as HTML that stands alone, needs no script, and suits light and dark.

Templates escape whatever they are given, so that what articles say is text on every card. Colours are mixed with those
around the card, so that it looks at home in any theme.
"""

import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jinja2 import Environment

_FOLDER = Path(__file__).parent / "templates" / "cards"
COLOURS = 8  # of classes, in cards.css
_NUMBER = re.compile(r"^-?\d{5,}(?=$|\.\d+|[ ][A-Z]{3}$)")


def card(template: str, **told: object) -> str:
    """A card made from a template and what it is to tell.

    >>> "&lt;script&gt;" in card("table", table={"columns": ["<script>"], "rows": []}, most=1)
    True
    """
    return _templates().get_template(f"{template}.html").render(**told)


def readable(value: object) -> str:
    """A value as people read it: many digits in groups, nothing for None.

    >>> readable("14300000000 USD"), readable(2026), readable("GPT-4o"), readable(1234567), readable(None)
    ('14,300,000,000 USD', '2026', 'GPT-4o', '1,234,567', '')
    """
    text = "" if value is None else str(value)
    return _NUMBER.sub(lambda match: f"{int(match[0]):,}", text)


class Html(str):
    """HTML that a notebook shows as it is."""

    def _repr_html_(self) -> str:
        return self


def highlight(text: str, spans: Iterable[tuple[int, int, str]]) -> Html:
    """A text with labels on some stretches of it, each from its start up to, not including, its end.

    Where two overlap, the one that begins first is shown, and the longer one of two that begin together.

    >>> "<script>" in highlight("Meta <script>", [(0, 4, "company")])
    False
    """
    pieces: list[tuple[str, str]] = []
    labels: dict[str, int] = {}
    at = 0
    for start, end, label in sorted(spans, key=lambda span: (span[0], -span[1], span[2])):
        if start >= at and start < end:
            pieces += [(text[at:start], ""), (text[start:end], label)]
            labels.setdefault(label, len(labels) % COLOURS)
            at = end
    pieces.append((text[at:], ""))
    return Html(card("highlight", pieces=pieces, colours=labels))


@cache
def _templates() -> "Environment":
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from markupsafe import Markup

    loader = FileSystemLoader(_FOLDER)
    templates = Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    templates.filters["readable"] = readable
    templates.globals["style"] = Markup(" ".join((_FOLDER / "cards.css").read_text(encoding="utf-8").split()))
    return templates
