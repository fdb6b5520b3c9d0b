"""What all that reads articles shares: records, their limits, and characters that can be stored.

Whoever wrote a file may want it to break its reader. So nothing is read beyond a limit, and what goes wrong with one
record is a ValueError with its reason in words, which becomes an error in the place of that record.
"""

import os
import re
import reprlib
from collections.abc import Mapping
from importlib import import_module
from typing import Any, BinaryIO, NamedTuple, Protocol

from .errors import ArticleError

MOST_BYTES = 10 * 2**20  # of one article, unpacked: the largest news pages have a few megabytes
MOST_CHARACTERS = 1_000_000  # of one text: as many as spaCy reads at once, and a thousand times a piece of news
MOST_OF_A_FIELD = 2_000  # characters of a title, an address, a name: as many as browsers take for an address
FIELDS = ("id", "title", "published", "url", "source", "text")

# Characters that XML and RDF cannot hold, or that act on a terminal: controls, halves of pairs, and what turns the
# direction of the words beside it. Each gives way to one other, so that spans stay.
_UNFIT = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]"
)
_MEGABYTE = 2**20


class Readable(Protocol):
    """What bytes can be read from."""

    def read(self, size: int, /) -> bytes:
        """At most so many of them."""


class Record(NamedTuple):
    """What one place holds before it is made an article: where it stands, a name for it, and its fields."""

    where: str
    name: str
    fields: Mapping[str, Any] | ArticleError


class Source(NamedTuple):
    """A file that is open to be read: where it stands, a name for what is in it, and its bytes."""

    where: str
    name: str
    file: BinaryIO


def needed(module: str, form: str) -> Any:
    """A module of a library that reads a form of files; ValueError if it is not installed."""
    try:
        return import_module(module)
    except ImportError as error:
        library = module.partition(".")[0]
        raise ValueError(f"reading {form} needs {library}: pip install 'technews-kg[formats]'") from error


def failed(where: str, name: str, error: Exception) -> Record:
    """The record of a place that gives no article."""
    return Record(where, name, ArticleError(f"{where}: {reason(error)}"))


def whole(file: Readable, most: int = MOST_BYTES) -> bytes:
    """All bytes of a file; ValueError if they are too many for one article."""
    raw = file.read(most + 1)
    if len(raw) > most:
        raise ValueError(f"larger than {most // _MEGABYTE} MB, which is too much for one article; split it")
    return raw


def decode(raw: bytes) -> str:
    """The text of a file with one kind of line ends; ValueError if it is not in UTF-8.

    >>> decode(b"Meta\\r\\nlaunched it.")
    'Meta\\nlaunched it.'
    """
    if raw.count(0) * 4 > len(raw):  # every second byte of plain English in UTF-16 is zero, which UTF-8 may hold, too
        raise ValueError("not UTF-8 but, as it seems, UTF-16; save it as UTF-8")
    try:
        return raw.decode("utf-8-sig").replace("\r\n", "\n")  # with or without a mark at its start
    except UnicodeDecodeError as error:
        raise ValueError(f"not UTF-8 (byte {error.start}); save it as UTF-8") from error


def reason(error: Exception) -> str:
    """Why something went wrong, in one line."""
    said = str(error.strerror if isinstance(error, OSError) and error.strerror else error)
    return fit(" ".join(said.split()))


def fit(words: str) -> str:
    """Words in characters that can be printed and stored, as many as there were.

    >>> fit("Meta\\x00 \\ud800")
    'Meta\ufffd \ufffd'
    """
    return _UNFIT.sub("\ufffd", words)


def printable(name: str) -> str:
    """A file's name in one line of characters that can be printed and stored."""
    return in_line(os.fsencode(name).decode("utf-8", "replace"))


def in_line(words: str) -> str:
    """Words in one line of characters that can be printed and stored.

    >>> in_line("https://a.example/\\n\\x1b[31m")
    'https://a.example/ \ufffd[31m'
    """
    return " ".join(fit(words).splitlines())


def brief(value: object) -> str:
    """A value in a few words, however large or deep it is, or if it has itself as a part.

    >>> brief(["a", ["b"]]), brief(list(range(1000)))
    ("['a', ['b']]", '[0, 1, 2, ...]')
    """
    return str(value).lower() if isinstance(value, bool) else _SHORT.repr(value)[:80]


_SHORT = reprlib.Repr()
_SHORT.maxlevel = 3
_SHORT.maxstring = 60
_SHORT.maxlist = _SHORT.maxdict = 3
