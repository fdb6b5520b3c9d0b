"""A small drawing of what a thing hangs together with, as places and lines for a page to draw as SVG."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from textwrap import wrap

from .about import About
from .evidence import Thing
from .model import Iri, Status

MOST, ROW = 9, 40  # neighbours, and the height that each has; the drawing is 350 wide


@dataclass(frozen=True, slots=True)
class Tie:
    """Another thing, in how many articles the two are tied, by what, and whether any of it is asserted."""

    other: Thing
    weight: int
    words: str
    asserted: bool


@dataclass(frozen=True, slots=True)
class Dot:
    """Another thing as it is drawn: at which height, how large, in which colour, with what is written beside it."""

    tie: Tie
    y: int
    size: int
    colour: int
    name: str
    words: str


@dataclass(frozen=True, slots=True)
class Sketch:
    """A drawing: its height, the colour and the name of its centre, and the dots that fan out from there."""

    height: int
    colour: int
    lines: tuple[str, ...]
    dots: tuple[Dot, ...]


def ties(about: About) -> list[Tie]:
    """What claims and facts tie a thing to, what most articles tie it to first."""
    articles: dict[Thing, set[str]] = {}
    words: dict[Thing, dict[str, None]] = {}
    sure: set[str] = set()
    for claim in about.claims:
        other = about.other(claim)
        if other.iri and other.iri != about.iri:
            named = Thing(other.name, other.iri)
            articles.setdefault(named, set()).add(claim.quote.source.id)
            said = claim.label if claim.status == Status.ASSERTED else f"{claim.label} ({claim.status})"
            words.setdefault(named, {})[said] = None
            sure |= {other.iri} if claim.status == Status.ASSERTED else set()
    found = [Tie(o, len(articles[o]), ", ".join(words[o]), o.iri in sure) for o in articles]
    return sorted(found, key=lambda tie: (-tie.weight, not tie.asserted, tie.other.name, tie.other.iri))


def sketch(centre: Thing, near: Sequence[Tie], colours: Mapping[Iri, int]) -> Sketch | None:
    """The drawing of a thing and the strongest of its ties, one below the other; None if it has none."""
    dots = []
    for i, tie in enumerate(near[:MOST]):
        words = _cut(tie.other.name, 24), _cut(tie.words, 32)
        dots.append(Dot(tie, ROW // 2 + i * ROW, min(5 + tie.weight, 9), colours[tie.other.iri], *words))
    if not dots:
        return None
    lines = [_cut(line, 18) for line in wrap(centre.name, 18, max_lines=3, placeholder=" …", break_long_words=False)]
    return Sketch(max(ROW * len(dots), 120), colours[centre.iri], tuple(lines), tuple(dots))


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"
