"""Text, Markdown and JSON, as records.

.txt           the first line is the title if a blank line follows it; the rest is the text
.md            YAML front matter: id, title, published, url, source; Markdown's marks are taken off the text
.json .jsonl   an object, a list of them, or one a line, with the keys above and "text"; annotated articles too
"""

import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from hashlib import sha256
from itertools import chain
from typing import Any, BinaryIO

import yaml

from .records import MOST_BYTES, MOST_OF_A_FIELD, Record, Source, brief, decode, failed, whole

_MOST_JSON = 32 * 2**20  # of a list of articles: Python holds up to 24 bytes for one of JSON
_MOST_FRONT_MATTER = 64 * 2**10
_FRONT_MATTER = re.compile(r"---[ \t]*\n(.*?\n)??---[ \t]*(?:\n|\Z)(.*)", re.DOTALL)
_ADDRESS = r"\((?:[^()\n]|\([^()\n]*+\))*+\)"
_MARKDOWN = (
    (re.compile(r"!\[[^\[\]\n]*+\]" + _ADDRESS), ""),  # pictures
    (re.compile(r"\[([^\[\]\n]++)\]" + _ADDRESS), r"\1"),  # links
    (re.compile(r"^(?:#{1,6}|>) +", re.MULTILINE), ""),  # headings and quotations
    (re.compile(r"(?<![\w*])(\*{1,3})(?=\S)([^*\n]+?)(?<=\S)\1(?![\w*])"), r"\2"),  # emphasis
    (re.compile(r"`([^`\n]+)`"), r"\1"),  # code
)


def plain(source: Source) -> Iterator[Record]:
    """The one article of a text."""
    yield Record(source.where, source.name, title_and_text(decode(whole(source.file))))


def markdown(source: Source) -> Iterator[Record]:
    """The one article of a text in Markdown."""
    text = decode(whole(source.file))
    fields: Any = {}
    if front := _FRONT_MATTER.match(text):
        fields = _front_matter(front[1] or "")
        text = front[2]
    for mark, words in _MARKDOWN:
        text = mark.sub(words, text)
    body = {"text": text.strip()} if fields.get("title") else title_and_text(text)
    yield Record(source.where, source.name, {**body, **{k: v for k, v in fields.items() if k != "text"}})


def json_document(source: Source) -> Iterator[Record]:
    """The article of an object, or those of a list of objects."""
    try:
        data = _parse(decode(whole(source.file, _MOST_JSON)))
    except ValueError as error:
        hint = "; as JSON lines (.jsonl) there may be any number of articles"
        raise ValueError(f"{error}{hint if 'larger than' in str(error) else ''}") from error
    if not isinstance(data, list):
        yield _record(data, source.where, source.name)
        return
    for n, item in enumerate(data, 1):
        yield _record(item, f"{source.where}, item {n}", f"{source.name}-{n}")


def json_lines(source: Source) -> Iterator[Record]:
    """The articles of objects that stand one a line; never more than one of them is held."""
    yield from _json_lines(_lines(source.file), source.where, lambda n, line: f"{source.name}-{n}")


def standard_input() -> Iterator[Record]:
    """The articles of standard input: JSON lines, one JSON object over many lines, or else a text."""
    where = "standard input"
    file = sys.stdin.buffer
    try:
        head = b""
        while (line := file.readline(MOST_BYTES + 1)) and len(head) <= MOST_BYTES:
            head += line
            if line.strip():
                break
        if head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
            yield from _objects(head, file, where)
            return
        raw = head + whole(file)
        yield Record(where, _name_by_content(0, raw), title_and_text(decode(raw)))
    except (OSError, ValueError) as error:
        yield failed(where, where, error)


def _objects(head: bytes, file: BinaryIO, where: str) -> Iterator[Record]:
    """The objects of JSON of which so much was read: one a line, or one over many lines."""
    try:
        _parse(decode(head))
    except ValueError:
        raw = head + whole(file, _MOST_JSON)
        try:
            yield _record(_parse(decode(raw)), where, _name_by_content(0, raw))
        except ValueError:
            yield from _json_lines(raw.split(b"\n"), where, _name_by_content)
    else:
        yield from _json_lines(chain([head], _lines(file)), where, _name_by_content)


def _name_by_content(_: int, raw: bytes) -> str:
    return f"text-{sha256(raw).hexdigest()[:12]}"


def title_and_text(text: str) -> dict[str, str]:
    """The fields of a text, whose first line is the title if a blank line follows it.

    >>> title_and_text("A launch\\n\\nMeta launched it.")
    {'title': 'A launch', 'text': 'Meta launched it.'}
    """
    head, blank, rest = text.strip().partition("\n\n")
    if not blank or "\n" in head or len(head) > MOST_OF_A_FIELD:
        head, rest = "", text
    return {"title": head.strip(), "text": rest.strip()}


def _front_matter(words: str) -> dict[str, Any]:
    if len(words) > _MOST_FRONT_MATTER:
        raise ValueError("the front matter is larger than 64 kB; put the text below it")
    try:
        fields = yaml.load(words, Loader=yaml.BaseLoader) or {}  # all scalars are texts
    except (yaml.YAMLError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        line = f" in line {mark.line + 2}" if mark else ""
        raise ValueError(f"broken front matter{line}: {getattr(error, 'problem', None) or 'not YAML'}") from error
    if not isinstance(fields, dict):
        raise ValueError("the front matter should be lines of KEY: VALUE")
    return fields


def _lines(file: BinaryIO) -> Iterator[bytes]:
    """The lines of a file; of one that is too long only so much as shows it."""
    while line := file.readline(MOST_BYTES + 1):
        yield line
        while len(line) > MOST_BYTES and not line.endswith(b"\n"):
            line = file.readline(MOST_BYTES + 1)


def _json_lines(lines: Iterable[bytes], where: str, name: Callable[[int, bytes], str]) -> Iterator[Record]:
    for n, line in enumerate(lines, 1):
        if not line.strip():
            continue
        place = f"{where}, line {n}"
        try:
            if len(line) > MOST_BYTES:
                raise ValueError(f"longer than {MOST_BYTES // 2**20} MB, which is too much for one article; split it")
            yield _record(_parse(decode(line)), place, name(n, line))
        except ValueError as error:
            yield failed(place, place, error)


def _parse(text: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        line = f" in line {error.lineno}" if "\n" in text.strip() else ""
        raise ValueError(f"broken JSON{line}, column {error.colno}: {error.msg}") from error
    except RecursionError as error:
        raise ValueError("broken JSON: nested too deep") from error


def _record(data: object, where: str, name: str) -> Record:
    if not isinstance(data, dict):
        return failed(where, name, ValueError(f"an article is an object, not {brief(data)}"))
    return Record(where, name, data)
