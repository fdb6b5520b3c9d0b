"""Reports: what articles of some days are the first to say, by who did what, plans, rumours and denials, with sources.

    articles of these days ─► claims ─► what no article said before ─► sections ─► HTML or Markdown

Titles and sentences are others' words: templates escape them, in Markdown too, so they bring no markup and no link.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from .cards import readable
from .errors import QueryError
from .evidence import Source, StoredClaim, Thing, claims_in, find_article, one_line, rows
from .graph import Graph
from .model import Iri, Status
from .vocab import CLAIM, ENTITY, OWL, RDF
from .whole import write_atomically

if TYPE_CHECKING:
    from jinja2 import Environment

QUOTES = 3  # sentences that are shown of what many say
_FOLDER = Path(__file__).parent / "templates" / "report"
_DAY = re.compile(r"\d{4}(-\d\d(-\d\d)?)?")
_MARKUP = re.compile(r"([\\`*_\[\]<>#|~&!$])")  # what Markdown, or GitHub's, gives a meaning within a line
_ADDRESS = re.compile(r"(?i)(www)\.|(:)(?=//)|@")  # what GitHub's makes a link of by itself
_SAFE = ":/?#[]@!$&'()*+,;=%~"  # characters of an address that stay as they are; all others are written as %XX

Key = tuple[str, Iri, str, Status]  # what is said: its ends by IRI or words, its property, and how


@dataclass(frozen=True, slots=True)
class Item:
    """What some articles are the first to say, of all objects in the same words; if asserted, by so many sources."""

    subject: Thing
    label: str
    objects: tuple[Thing, ...]
    status: Status
    qualifiers: tuple[tuple[str, str], ...]
    sources: int
    claims: tuple[StoredClaim, ...]

    @property
    def shown(self) -> tuple[StoredClaim, ...]:
        """The claims whose sentences are shown, one an article."""
        return tuple({claim.quote.source.id: claim for claim in reversed(self.claims)}.values())[::-1][:QUOTES]

    @property
    def others(self) -> int:
        """How many more articles say it."""
        return len({claim.quote.source.id for claim in self.claims}) - len(self.shown)


@dataclass(frozen=True, slots=True)
class Section:
    """Items of some statuses, by the thing that they are about, those of which most is said first."""

    title: str
    note: str
    groups: tuple[tuple[str, tuple[Item, ...]], ...]


@dataclass(frozen=True, slots=True)
class Report:
    """What is new in some days, the articles of these days, and how many have no day, and so are not in it."""

    since: str
    until: str
    sections: tuple[Section, ...]
    articles: tuple[Source, ...]
    undated: int

    @property
    def title(self) -> str:
        """What the report is about, as a heading."""
        return f"News from {self.since} to {self.until}" if self.until else f"News since {self.since}"

    @property
    def count(self) -> int:
        """How many things are said for the first time."""
        groups = (items for section in self.sections for _, items in section.groups)
        return sum(len(item.objects) for items in groups for item in items)


SECTIONS = (  # title, what it is, and the statuses in it
    ("Who did what", "", (Status.ASSERTED,)),
    ("Plans", "Announced or intended, and not done yet.", (Status.PLANNED,)),
    ("Rumours", "Hearsay and guesses, which nobody has confirmed.", (Status.REPORTED, Status.POSSIBLE)),
    ("Denials", "Denied, ended or ruled out.", (Status.DENIED,)),
)


def report(graph: Graph, since: str, until: str = "") -> Report:
    """What articles published since a day, and until another, say for the first time; days as exact as you like.

    QueryError if these are no days, such as 2026, 2026-04 or 2026-04-08.
    """
    for day in (since, until) if until else (since,):
        if not _DAY.fullmatch(day):
            raise QueryError(f"{day!r} is no day; write it as 2026-04-08, or as 2026-04 or 2026")
    days = {row["article"]: row.get("published", "") for row in rows(graph, "report/articles.rq")}
    chosen = [iri for iri in sorted(days) if days[iri] >= since and _is_by(days[iri], until)]
    found: dict[Key, list[StoredClaim]] = defaultdict(list)
    known, told = _told(graph, since, until)
    for iri in chosen:
        for claim in claims_in(graph, iri):
            key = _key(graph, _end(claim.subject), claim.property, _end(claim.object), claim.status)
            if key not in known:
                found[key].append(claim)
    sources = {row["states"]: int(row["sources"]) for row in rows(graph, "report/sources.rq")}
    items = [_item(claims, min(_sources(claims, sources), len(told[key]))) for key, claims in found.items()]
    articles = [article for iri in chosen if (article := find_article(graph, iri))]
    ordered = sorted((source for source, _ in articles), key=lambda source: (source.published, source.id), reverse=True)
    undated = sum(not day for day in days.values())
    return Report(since, until, tuple(_sections(items)), tuple(ordered), undated)


def write_report(graph: Graph, path: Path, since: str, until: str = "") -> None:
    """Writes a report to a file, as HTML or Markdown, by its ending; QueryError if that is neither."""
    forms = {".html": to_html, ".md": to_markdown}
    if path.suffix not in forms:
        raise QueryError(f"{path}: a report is .html or .md")
    text = forms[path.suffix](report(graph, since, until))
    try:
        write_atomically(path, text.encode())
    except OSError as error:
        raise QueryError(f"{path}: cannot be written: {error.strerror or error}") from error


def to_html(told: Report) -> str:
    """A report as a page that stands alone: no script, no request, for screen and paper, light and dark."""
    return _templates("html").get_template("report.html").render(report=told)


def to_markdown(told: Report) -> str:
    """A report as Markdown."""
    return _templates("md").get_template("report.md").render(report=told)


def plain_markdown(text: object) -> str:
    r"""A text as Markdown that shows it: no markup, no link, one line.

    >>> print(plain_markdown("A [link](x) & <b>more</b>, see http://a.example or www.a.example"))
    A \[link\](x) \& \<b\>more\</b\>, see http&#58;//a.example or www&#46;a.example
    """
    escaped = _MARKUP.sub(r"\\\1", one_line(str(text)))
    return _ADDRESS.sub(lambda match: f"{match[1] or ''}&#{ord(match[0][-1])};", escaped)


def _is_by(day: str, until: str) -> bool:
    return not until or day[: len(until)] <= until


def _told(graph: Graph, since: str, until: str) -> tuple[set[Key], Mapping[Key, set[Iri]]]:
    """What was said before, and the articles that say a thing by the end."""
    known: set[Key] = set()
    articles: dict[Key, set[Iri]] = defaultdict(set)
    for row in rows(graph, "report/said.rq"):
        object = row["object"] if row["object"].startswith(ENTITY) else one_line(row["text"])
        status = Status(row["status"].removeprefix(CLAIM))
        key = _key(graph, row["subject"], row["property"], object, status)
        if row["published"] < since:
            known.add(key)
        if _is_by(row["published"], until):
            articles[key].add(row["article"])
    return known, articles


def _end(thing: Thing) -> str:
    return thing.iri or thing.name


def _key(graph: Graph, subject: str, property: Iri, object: str, status: Status) -> Key:
    """What is said, the same whichever way round a symmetric property says it."""
    if object < subject and any(kind == OWL.SymmetricProperty for _, kind in graph.ontology.values(property, RDF.type)):
        subject, object = object, subject
    return subject, property, object, status


def _sources(claims: Iterable[StoredClaim], sources: Mapping[Iri, int]) -> int:
    return max(sources.get(claim.states, 0) for claim in claims)


def _item(claims: Sequence[StoredClaim], sources: int) -> Item:
    ordered = sorted(claims, key=lambda claim: (claim.quote.source.published, claim.quote.source.id, claim.quote.span))
    qualifiers = sorted({pair for claim in claims for pair in claim.qualifiers})
    first = ordered[0]
    return Item(first.subject, first.label, (first.object,), first.status, tuple(qualifiers), sources, tuple(ordered))


def _sections(items: Iterable[Item]) -> Iterable[Section]:
    for title, note, statuses in SECTIONS:
        groups: dict[Thing, list[Item]] = defaultdict(list)
        for item in items:
            if item.status in statuses:
                groups[item.subject].append(item)
        order = sorted(groups, key=lambda thing: (-len(groups[thing]), thing.name.casefold(), thing.name, thing.iri))
        lots = [(thing.name, tuple(_together(sorted(groups[thing], key=_place)))) for thing in order]
        if lots:
            yield Section(title, note, tuple(lots))


def _together(items: Iterable[Item]) -> Iterable[Item]:
    """The items, those that the same sentences say in one: “works on Facebook, Instagram”."""
    lots: dict[object, list[Item]] = defaultdict(list)
    for item in items:
        quotes = [(q.source.id, q.before + q.words + q.after) for q in (claim.quote for claim in item.claims)]
        lots[item.label, item.status, item.qualifiers, item.sources, tuple(quotes)].append(item)
    for lot in lots.values():
        yield replace(lot[0], objects=tuple(object for item in lot for object in item.objects))


def _place(item: Item) -> tuple[object, ...]:
    object = item.objects[0]
    return -item.sources, item.label, object.name.casefold(), object.name, item.status, object.iri


@cache
def _templates(form: str) -> "Environment":
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from markupsafe import Markup

    templates = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=form == "html",
        finalize=(lambda value: value) if form == "html" else _plain_unless_safe,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.filters["readable"] = readable
    templates.filters["address"] = lambda url: Markup(quote(url, safe=_SAFE))
    templates.globals["style"] = Markup((_FOLDER / "report.css").read_text(encoding="utf-8"))
    return templates


def _plain_unless_safe(value: object) -> object:
    return value if hasattr(value, "__html__") else plain_markdown(value)
