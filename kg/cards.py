"""Cards: what a notebook shows of a value, as HTML that stands alone, needs no script, and suits light and dark.

Templates escape whatever they are given, so that what articles say is text on every card. Colours are mixed with those
around the card, so that it looks at home in any theme.
"""

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jinja2 import Environment

_FOLDER = Path(__file__).parent / "templates" / "cards"
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
