"""Articles from files, folders and standard input; what gives no article is an error in its place.

.txt           the first line is the title if a blank line follows it; the rest is the text
.md            YAML front matter: id, title, published, url, source; Markdown's marks are taken off the text
.html          trafilatura finds text, title, date, address and site
.json .jsonl   an object, a list of them, or one a line, with the keys above and "text"; annotated articles too
"""

import json
import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

import yaml
from dateutil import parser as dates

from .errors import ArticleError
from .model import Article

STDIN = "-"
_PAGES = (".html", ".htm")
_UTF8 = "utf-8-sig"  # with or without a mark at its start
FIELDS = ("id", "title", "published", "url", "source", "text")

# Characters that XML and RDF cannot hold, or that act on a terminal; each gives way to one other, so that spans stay.
_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_FRONT_MATTER = re.compile(r"---[ \t]*\n(.*?\n)??---[ \t]*(?:\n|\Z)(.*)", re.DOTALL)
_CHARSET = re.compile(rb"""<meta[^>]{0,200}charset\s*=\s*["']?([\w.:-]+)""", re.IGNORECASE)
_MARKDOWN = (
    (re.compile(r"!\[[^\]\n]*\]\([^)\n]*\)"), ""),  # pictures
    (re.compile(r"\[([^\]\n]+)\]\([^)\n]*\)"), r"\1"),  # links
    (re.compile(r"^(?:#{1,6}|>) +", re.MULTILINE), ""),  # headings and quotations
    (re.compile(r"(?<![\w*])(\*{1,3})(?=\S)([^*\n]+?)(?<=\S)\1(?![\w*])"), r"\2"),  # emphasis
    (re.compile(r"`([^`\n]+)`"), r"\1"),  # code
)
# No search of the whole page, which takes a copyright's year for a date; and no limit that moves with the clock.
_PAGE_DATES = {"extensive_search": False, "original_date": True, "min_date": "1990-01-01", "max_date": "2200-01-01"}
# Two days that differ in each part: what a date leaves open is filled from them, and shows.
_FILLS = (datetime(2000, 1, 1), datetime(2004, 12, 31))


class Record(NamedTuple):
    """What one place holds before it is made an article: where it stands, a name for it, and its fields."""

    where: str
    name: str
    fields: Mapping[str, Any] | ArticleError


def read_articles(paths: Iterable[str | Path]) -> Iterator[Article | ArticleError]:
    """Every article in files, folders (by name, with all within) and "-", each once, or why there is none.

    Two different articles under one id are an error, since a graph could keep but one of them.
    """
    seen: dict[str, tuple[Article, str]] = {}
    for record in _records(paths):
        try:
            article = _article(record)
            first, place = seen.setdefault(article.id, (article, record.where))
            if first is article:
                yield article
            elif first != article:
                raise ArticleError(f"{record.where}: {place} has the id {article.id!r} too; give it another")
        except ArticleError as error:
            yield error


def normal_date(words: str) -> str:
    """A day as people write it, in ISO form; ValueError if it is no day, or leaves a part open.

    >>> normal_date("Thu, 9 April 2026 10:00:00 GMT")
    '2026-04-09'
    """
    words = words.strip()
    try:
        return date.fromisoformat(words).isoformat()
    except ValueError:
        one, other = (dates.parse(words, default=fill).date() for fill in _FILLS)
    if one != other:
        raise ValueError("day, month and year are needed")
    return str(one)


def _records(paths: Iterable[str | Path]) -> Iterator[Record]:
    for path in paths:
        if str(path) == STDIN:
            yield from _stdin()
        elif Path(path).is_dir():
            yield from _folder(Path(path))
        else:
            yield from _file(Path(path))


def _stdin() -> Iterator[Record]:
    where = "standard input"
    try:
        raw = sys.stdin.buffer.read()
        text = _decode(raw, _UTF8)
        name = f"text-{sha256(raw).hexdigest()[:12]}"
        yield from _json_or_lines(text, where, name) if text.lstrip().startswith("{") else _plain(text, where, name)
    except (OSError, ValueError) as error:
        yield Record(where, where, ArticleError(f"{where}: {_reason(error)}"))


def _folder(folder: Path) -> Iterator[Record]:
    """The records of all files below a folder that articles can be read from.

    Left out are hidden files, texts named in capitals (README, NOTES) and JSON that has neither title nor text.
    """
    errors: list[OSError] = []
    files = []
    for here, folders, names in os.walk(folder, onerror=errors.append):
        folders[:] = [name for name in folders if not name.startswith(".")]
        files += [Path(here, n) for n in names if _may_hold_articles(Path(n))]
    for error in errors:
        where = _printable(str(error.filename))
        yield Record(where, where, ArticleError(f"{where}: {_reason(error)}"))
    for path in sorted(files):
        yield from (record for record in _file(path) if _is_about_an_article(record))
    if not files and not errors:
        where = _printable(str(folder))
        yield Record(where, where, ArticleError(f"{where}: no articles in this folder; they are {_KINDS}"))


def _may_hold_articles(name: Path) -> bool:
    named_in_capitals = name.stem.isupper() and len(name.stem) > 2
    return not name.name.startswith(".") and not named_in_capitals and name.suffix.lower() in READERS


def _is_about_an_article(record: Record) -> bool:
    return isinstance(record.fields, ArticleError) or bool({"title", "text"} & record.fields.keys())


def _file(path: Path) -> Iterator[Record]:
    where, name = _printable(str(path)), _printable(path.stem)
    suffix = path.suffix.lower()
    try:
        if not path.exists():
            raise ValueError("no such file or folder")
        if suffix not in READERS:
            hint = "; a graph is added by kg import" if suffix in (".trig", ".nq") else ""
            raise ValueError(f"articles are {_KINDS}{hint}")
        raw = path.read_bytes()
        yield from READERS[suffix](_decode(raw, _charset(raw) if suffix in _PAGES else _UTF8), where, name)
    except (OSError, ValueError) as error:
        yield Record(where, name, ArticleError(f"{where}: {_reason(error)}"))


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
            f"{record.where}: {values['published']!r} is no date ({error}); write it as 2026-04-09"
        ) from error
    return Article(**values | {"id": values["id"] or record.name, "published": published})


def _field(record: Record, field: str) -> str:
    """A field as text that can be stored; title and text keep every character's place, so that spans fit the file."""
    assert not isinstance(record.fields, ArticleError)
    value = record.fields.get(field)
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise ArticleError(f"{record.where}: {field!r} should be a text, not {json.dumps(value, default=str)[:40]}")
    words = _UNFIT.sub("\ufffd", str(value))
    return words if field in ("title", "text") else " ".join(words.split())


def _plain(text: str, where: str, name: str) -> Iterator[Record]:
    head, blank, rest = text.strip().partition("\n\n")
    if not blank or "\n" in head:
        head, rest = "", text
    yield Record(where, name, {"title": head.strip(), "text": rest.strip()})


def _markdown(text: str, where: str, name: str) -> Iterator[Record]:
    fields: Any = {}
    if front := _FRONT_MATTER.match(text):
        try:
            fields = yaml.load(front[1] or "", Loader=yaml.BaseLoader) or {}  # all scalars are texts
        except (yaml.YAMLError, RecursionError) as error:
            mark = getattr(error, "problem_mark", None)
            line = f" in line {mark.line + 2}" if mark else ""
            raise ValueError(f"broken front matter{line}: {getattr(error, 'problem', None) or 'not YAML'}") from error
        if not isinstance(fields, dict):
            raise ValueError("the front matter should be lines of KEY: VALUE")
        text = front[2]
    for mark, plain in _MARKDOWN:
        text = mark.sub(plain, text)
    body = next(_plain(text, where, name)).fields
    if fields.get("title"):
        body = {"text": text.strip()}
    yield Record(where, name, {**dict(body), **{k: v for k, v in fields.items() if k != "text"}})  # type: ignore[arg-type]


def _page(html: str, where: str, name: str) -> Iterator[Record]:
    from trafilatura import bare_extraction  # takes longer to load than all else that reads articles

    found = bare_extraction(html, include_comments=False, with_metadata=True, date_extraction_params=_PAGE_DATES)
    if found is None or isinstance(found, dict) or not found.text:
        raise ValueError("no text of an article is found in this page")
    title, text = found.title or "", found.text.removeprefix(found.title or "").strip()
    fields = {"title": title, "text": text, "published": found.date, "url": found.url, "source": found.sitename}
    yield Record(where, name, fields)


def _json(text: str, where: str, name: str) -> Iterator[Record]:
    data = _parse(text)
    if not isinstance(data, list):
        yield _json_record(data, where, name)
        return
    for n, item in enumerate(data, 1):
        yield _json_record(item, f"{where}, item {n}", f"{name}-{n}")


def _json_lines(text: str, where: str, name: str) -> Iterator[Record]:
    for n, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        place = f"{where}, line {n}"
        try:
            yield _json_record(_parse(line), place, f"{name}-{n}")
        except ValueError as error:
            yield Record(place, name, ArticleError(f"{place}: {_reason(error)}"))


def _json_or_lines(text: str, where: str, name: str) -> Iterator[Record]:
    """One object over many lines, or one a line."""
    try:
        data = _parse(text)
    except ValueError:
        yield from _json_lines(text, where, name)
    else:
        yield _json_record(data, where, name)


def _parse(text: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        line = f" in line {error.lineno}" if "\n" in text.strip() else ""
        raise ValueError(f"broken JSON{line}, column {error.colno}: {error.msg}") from error
    except RecursionError as error:
        raise ValueError("broken JSON: nested too deep") from error


def _json_record(data: object, where: str, name: str) -> Record:
    if not isinstance(data, dict):
        return Record(where, name, ArticleError(f"{where}: an article is an object, not {str(data)[:40]!r}"))
    return Record(where, name, data)


def _charset(raw: bytes) -> str:
    """What a page is written in: UTF-8 if that fits, else what it declares."""
    declared = _CHARSET.search(raw[:4096])
    try:
        raw.decode()
    except UnicodeDecodeError:
        return declared[1].decode("ascii") if declared else _UTF8
    return _UTF8


def _decode(raw: bytes, charset: str) -> str:
    """The text of a file with one kind of line ends; ValueError if it is written in another charset."""
    try:
        return raw.decode(charset).replace("\r\n", "\n")
    except (UnicodeDecodeError, LookupError) as error:
        at = f" (byte {error.start})" if isinstance(error, UnicodeDecodeError) else ""
        raise ValueError(f"not {charset.upper().removesuffix('-SIG')}{at}; save it as UTF-8") from error


def _reason(error: Exception) -> str:
    return str(error.strerror if isinstance(error, OSError) and error.strerror else error)


def _printable(name: str) -> str:
    """A file's name in characters that can be printed and stored."""
    return _UNFIT.sub("\ufffd", os.fsencode(name).decode("utf-8", "replace"))


READERS: Mapping[str, Callable[[str, str, str], Iterator[Record]]] = {
    ".txt": _plain,
    ".md": _markdown,
    ".html": _page,
    ".htm": _page,
    ".json": _json,
    ".jsonl": _json_lines,
}
_KINDS = ", ".join(suffix for suffix in READERS if suffix != ".htm")
