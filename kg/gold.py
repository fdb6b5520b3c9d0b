"""Annotated articles: what a careful reader found, to learn from and to measure against."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .errors import ArticleError
from .mentions import Stretch, longest
from .model import Article
from .tokens import Tokens

_AMOUNT = re.compile(r"(\d+(?:\.\d+)?) ([a-z]{3})")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")


@dataclass(frozen=True)
class Gold:
    """An annotated article: entities (name, type, aliases) and claims (s, p, o, status) as its file gives them.

    One that was composed to teach is denser in claims than news are: it is learned from, but nothing is measured on it.
    """

    article: Article
    entities: tuple[Mapping[str, Any], ...]
    claims: tuple[Mapping[str, Any], ...]
    composed: bool = False

    @property
    def names(self) -> Mapping[str, int]:
        """Every name and alias, with the place of its entity."""
        return {name: n for n, e in enumerate(self.entities) for name in [e["name"], *e.get("aliases", [])]}


def read_gold(paths: Sequence[Path]) -> Iterator[Gold]:
    """The annotated articles in files and folders of JSON and JSON lines, in the order of their names."""
    for path in paths:
        files = sorted(f for f in path.iterdir() if f.suffix in (".json", ".jsonl")) if path.is_dir() else [path]
        for file in files:
            try:
                text = file.read_text(encoding="utf-8")
                for part in filter(str.strip, text.split("\n")) if file.suffix == ".jsonl" else [text]:
                    data = json.loads(part)
                    if isinstance(data, dict) and "entities" in data:
                        yield _gold(data)
            except (OSError, ValueError, KeyError, TypeError) as error:
                raise ArticleError(f"{file}: no annotated article ({error})") from error


def _gold(data: Mapping[str, Any]) -> Gold:
    article = Article(data["id"], data["title"], data["text"], data.get("published", ""), source=data.get("source", ""))
    return Gold(article, tuple(data["entities"]), tuple(data["claims"]), data.get("composed", False))


def normal_value(words: str) -> object:
    """A value as something to compare: a number, an amount, or words; four digits may be a year, and stay.

    >>> normal_value("5000000000.0 USD"), normal_value("70000"), normal_value("2026-04"), normal_value("Open-Source")
    ((5000000000.0, 'usd'), 70000.0, '2026 04', 'open source')
    """
    words = str(words).strip().casefold()
    if amount := _AMOUNT.fullmatch(words):
        return float(amount[1]), amount[2]
    return float(words) if _NUMBER.fullmatch(words) and len(words) != 4 else words.replace("-", " ")


def name_stretches(gold: Gold, tokens: Tokens) -> dict[Stretch, int]:
    """Where the names of an annotated article stand, as token stretches, each with the place of its entity."""
    starts = {start: i for i, start in enumerate(tokens.starts)}
    ends = {end: i + 1 for i, end in enumerate(tokens.ends)}
    found: dict[Stretch, int] = {}
    for name, entity in gold.names.items():
        for m in re.finditer(re.escape(name), tokens.text):
            if m.start() in starts and m.end() in ends:
                found[starts[m.start()], ends[m.end()]] = entity
    return {stretch: found[stretch] for stretch in longest(found)}
