"""Articles from files, folders, addresses and standard input; what gives no article is an error in its place.

.txt .md               `texts` reads them, and standard input; so it does .json and .jsonl
.html                  trafilatura finds text, title, date, address and site
.rss .atom .xml        feedparser finds the entries, each an article
.warc .parquet         many articles in a file, see `archives`; .gz and .zst are any of the others, packed
https://...            a page or a feed, fetched by `fetch`
"""

import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import blake2b
from pathlib import Path
from typing import Any

from dateutil import parser as dates

from . import archives, texts
from .addresses import article_id, has_other_scheme, is_address, without_tracking
from .cache import Reply
from .confined import Confined
from .errors import ArticleError
from .fetch import Web
from .model import Article
from .records import (
    FIELDS,
    MOST_CHARACTERS,
    MOST_OF_A_FIELD,
    Record,
    Source,
    brief,
    decode,
    failed,
    fit,
    in_line,
    printable,
    whole,
)

STDIN = "-"
_HEAD = 4096  # bytes by which a feed or a page is known
_FEED = re.compile(rb"<(?:\w+:)?(?:rss|feed|RDF)[\s>]", re.IGNORECASE)
_PAGE = re.compile(rb"<!doctype html|<html[\s>]", re.IGNORECASE)
_LONGEST_DATE = 100  # characters; "Thu, 9 April 2026 10:00:00 GMT" has 30
# Two days that differ in each part: what a date leaves open is filled from them, and shows.
_FILLS = (datetime(2000, 1, 1), datetime(2004, 12, 31))


@dataclass(frozen=True)
class _Reading:
    """What reading needs beside the files: the process for pages, the web, and whether feeds are followed to pages."""

    confined: Confined
    web: Web
    follow: bool


def read_articles(
    places: Iterable[str | Path], web: Web | None = None, follow: bool = False
) -> Iterator[Article | ArticleError]:
    """Every article in files, folders (by name, with all within), addresses and "-", each once, or why there is none.

    Two different articles under one id are an error, since a graph could keep but one of them. With `follow`, the
    entries of feeds are read from the pages that they lead to. Articles come one by one: none is kept.
    """
    seen: dict[str, tuple[bytes, str]] = {}
    with Confined() as confined:
        for record in _records(places, _Reading(confined, web or Web(), follow)):
            try:
                article = _article(record)
                digest = blake2b(repr(article).encode(), digest_size=16).digest()
                if article.id not in seen:
                    seen[article.id] = (digest, record.where)
                    yield article
                elif digest != seen[article.id][0]:
                    first = seen[article.id][1]
                    raise ArticleError(f"{record.where}: {first} has the id {article.id!r} too; give it another")
            except ArticleError as error:
                yield error


def normal_date(words: str) -> str:
    """A day as people write it, in ISO form; ValueError if it is no day, or leaves a part open.

    >>> normal_date("Thu, 9 April 2026 10:00:00 GMT")
    '2026-04-09'
    """
    words = words.strip()
    if len(words) > _LONGEST_DATE:
        raise ValueError("too long")
    try:
        return date.fromisoformat(words).isoformat()
    except ValueError:
        one, other = (dates.parse(words, default=fill).date() for fill in _FILLS)
    if one != other:
        raise ValueError("day, month and year are needed")
    return str(one)


def _records(places: Iterable[str | Path], reading: _Reading) -> Iterator[Record]:
    for place in places:
        try:
            if str(place) == STDIN:
                yield from texts.standard_input()
            elif is_address(place):
                yield from _address(place, reading)
            elif Path(place).is_dir():
                yield from _folder(Path(place), reading)
            elif has_other_scheme(place) and not Path(place).exists():
                raise ValueError("only addresses with http:// or https:// are fetched")
            else:
                yield from _file(Path(place), reading)
        except (OSError, ValueError) as error:
            yield failed(printable(str(place))[:200], "", error)


def _folder(folder: Path, reading: _Reading) -> Iterator[Record]:
    """The records of all files below a folder that articles can be read from.

    Left out are hidden files, texts named in capitals (README, NOTES), XML that is no feed, and JSON that has neither
    title nor text.
    """
    errors: list[OSError] = []
    files = []
    for here, folders, names in os.walk(folder, onerror=errors.append):
        folders[:] = [name for name in folders if not name.startswith(".")]
        files += [Path(here, n) for n in names if _may_hold_articles(Path(n))]
    for error in errors:
        yield failed(printable(str(error.filename)), "", error)
    for path in sorted(files):
        if _kind(path)[1] != ".xml" or _is_feed_file(path):
            yield from (record for record in _file(path, reading) if _is_about_an_article(record))
    if not files and not errors:
        yield failed(printable(str(folder)), "", ValueError(f"no articles in this folder; they are {_KINDS}"))


def _may_hold_articles(name: Path) -> bool:
    stem, form, _ = _kind(name)
    named_in_capitals = stem.isupper() and len(stem) > 2
    return not name.name.startswith(".") and not named_in_capitals and form in READERS


def _is_feed_file(path: Path) -> bool:
    try:
        with archives.opened(path, _kind(path)[2]) as file:
            return _is_feed(file.read(_HEAD))
    except (OSError, ValueError):
        return True  # reading it will say why


def _is_about_an_article(record: Record) -> bool:
    return isinstance(record.fields, ArticleError) or bool({"title", "text"} & record.fields.keys())


def _kind(path: Path) -> tuple[str, str, str]:
    """A file's name without its endings, the ending of its form, and that of what packs it.

    >>> _kind(Path("news/2026.JSONL.gz"))
    ('2026', '.jsonl', '.gz')
    """
    packed = path.suffix.lower() if path.suffix.lower() in archives.PACKED else ""
    inner = Path(path.stem) if packed else path
    return inner.stem, inner.suffix.lower(), packed


def _file(path: Path, reading: _Reading) -> Iterator[Record]:
    where = printable(str(path))
    stem, form, packed = _kind(path)
    name = printable(stem)
    try:
        with archives.opened(path, packed) as file:
            if form not in READERS or (packed and form == ".parquet"):
                hint = "; a graph is added by kg import" if form in (".trig", ".nq") else ""
                raise ValueError(f"articles are {_KINDS}{hint}")
            yield from READERS[form](Source(where, name, file), reading)
    except FileNotFoundError:
        yield failed(where, name, ValueError("no such file or folder"))
    except (OSError, ValueError) as error:
        yield failed(where, name, error)


def _address(address: str, reading: _Reading) -> Iterator[Record]:
    """The article of a page, or those of a feed, at an address."""
    where = in_line(without_tracking(address))[:200]
    try:
        reply = reading.web.get(address)
        if _is_feed(reply.body[:_HEAD], reply.kind):
            found = reading.confined.feed(reply.body, reply.address, reply.charset)
            yield from _entries(found, where, reading)
        else:
            yield Record(where, article_id(reply.address), _fetched(reply, reading))
    except (OSError, ValueError) as error:
        yield failed(where, "", error)


def _fetched(reply: Reply, reading: _Reading) -> Mapping[str, Any]:
    """The fields of the article in a page that was fetched; ValueError if it is none."""
    fields: Mapping[str, Any]
    if reply.kind == "text/plain" and not _PAGE.search(reply.body[:_HEAD]):
        fields = texts.title_and_text(decode(reply.body))
    elif reply.kind and "html" not in reply.kind and not reply.kind.startswith("text/"):
        raise ValueError(f"is {brief(reply.kind)}, neither a page nor a feed; save it, and give the file")
    else:
        fields = reading.confined.page(reply.body, reply.charset)
    return {**fields, "url": without_tracking(reply.address)}


def _entries(found: Sequence[Mapping[str, Any]], where: str, reading: _Reading) -> Iterator[Record]:
    """The records of a feed's entries: what the feed has of them, or the pages that they lead to."""
    for n, fields in enumerate(found, 1):
        place = f"{where}, entry {n}"
        try:
            if reading.follow and fields["url"]:
                place = in_line(fields["url"])[:200]
                page = _fetched(reading.web.get(fields["url"]), reading)
                known = {field: words for field, words in fields.items() if words and field != "text"}
                yield Record(place, fields["id"], {**page, **known})
            elif not fields["text"]:
                raise ValueError("the entry has no text; --follow reads the page that it leads to")
            else:
                yield Record(place, fields["id"], fields)
        except (OSError, ValueError) as error:
            yield failed(place, "", error)


def _is_feed(head: bytes, kind: str = "") -> bool:
    """Whether bytes begin a feed: by their first element, or by their media type if that cannot be told."""
    feed, page = _FEED.search(head), _PAGE.search(head)
    if feed or page:
        return feed is not None and (page is None or feed.start() < page.start())
    return kind.endswith("xml") and "html" not in kind


def _article(record: Record) -> Article:
    """The article of a record; ArticleError if a field is of a wrong kind, the date is none, or the text is empty."""
    if isinstance(record.fields, ArticleError):
        raise record.fields
    values = {field: _field(record, field) for field in FIELDS}
    if not re.search(r"\w", values["text"]):
        raise ArticleError(f"{record.where}: the text is empty")
    try:
        published = normal_date(values["published"]) if values["published"] else ""
    except (ValueError, OverflowError) as error:
        raise ArticleError(
            f"{record.where}: {brief(values['published'])} is no date ({brief(str(error))}); write it as 2026-04-09"
        ) from error
    return Article(**values | {"id": values["id"] or record.name, "published": published})


def _field(record: Record, field: str) -> str:
    """A field as text that can be stored; title and text keep every character's place, so that spans fit the file."""
    assert not isinstance(record.fields, ArticleError)
    value = record.fields.get(field)
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise ArticleError(f"{record.where}: {field!r} should be a text, not {brief(value)}")
    words = fit(str(value))
    most = MOST_CHARACTERS if field == "text" else MOST_OF_A_FIELD
    if len(words) > most:
        raise ArticleError(f"{record.where}: {field!r} has {len(words):,} characters, of at most {most:,}; split it")
    return words if field in ("title", "text") else " ".join(words.split())


def _page(source: Source, reading: _Reading) -> Iterator[Record]:
    yield Record(source.where, source.name, reading.confined.page(whole(source.file)))


def _feed(source: Source, reading: _Reading) -> Iterator[Record]:
    yield from _entries(reading.confined.feed(whole(source.file)), source.where, reading)


READERS: Mapping[str, Callable[[Source, _Reading], Iterator[Record]]] = {
    ".txt": lambda source, _: texts.plain(source),
    ".md": lambda source, _: texts.markdown(source),
    ".html": _page,
    ".htm": _page,
    ".json": lambda source, _: texts.json_document(source),
    ".jsonl": lambda source, _: texts.json_lines(source),
    ".rss": _feed,
    ".atom": _feed,
    ".xml": _feed,
    ".warc": lambda source, reading: archives.warc(source, reading.confined),
    ".parquet": lambda source, reading: archives.parquet(source, reading.confined),
}
_KINDS = ", ".join(suffix for suffix in READERS if suffix != ".htm")
