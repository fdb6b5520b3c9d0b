"""What commands share: their flags, and how data, words and progress come to a terminal or a file."""

import io
import os
import re
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence, Sized
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO, TypeVar

import click

from .errors import KgError
from .whole import new_file

if TYPE_CHECKING:
    from .query import Table

FORMATS = ("table", "csv", "json")
INTERRUPTED = 130  # what a shell calls the end by Ctrl-C
_GRACE = 1.0  # seconds
_PIPED = 100_000  # columns where no terminal sets a width: every row stays one line

_LONGEST = 2_000  # characters of an error
# C0 and C1 but the tab and the line feed, marks of direction, invisible letters of tags, halves of characters.
_OBEYED = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\U000e0000-\U000e007f]"
)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Options:
    """The flags that mean the same in every command."""

    output: Path | None = None
    form: str = "table"
    model: str | None = None
    min_confidence: float = 0.0
    about: str | None = None
    hops: int = 2
    quiet: bool = False
    follow: bool = False
    cache: Path | None = None
    allow_private: bool = False
    jobs: int | None = None
    ray: str | None = None


_FLAGS = {
    "output": click.option(
        "-o", "--output", type=click.Path(path_type=Path), metavar="FILE", help="Write here, not to standard output."
    ),
    "form": click.option(
        "-f",
        "--format",
        "form",
        type=click.Choice(FORMATS),
        default="table",
        show_default=True,
        help="How to print it.",
    ),
    "model": click.option(
        "--model", metavar="NAME", help="The spaCy pipeline to parse with; by default en_core_web_sm."
    ),
    "min_confidence": click.option(
        "--min-confidence", type=click.FloatRange(0, 1), default=0.0, help="Leave out claims less sure than this."
    ),
    "about": click.option("--about", metavar="ENTITY", help="Only what is near this thing."),
    "hops": click.option(
        "--hops", type=click.IntRange(min=0), default=2, show_default=True, help="How near, in steps."
    ),
    "follow": click.option(
        "--follow", is_flag=True, help="Read the pages that feeds lead to, not what feeds have of them."
    ),
    "cache": click.option(
        "--cache",
        type=click.Path(path_type=Path, file_okay=False),
        metavar="FOLDER",
        help="Keep here what is fetched, and fetch only what has changed since.",
    ),
    "allow_private": click.option(
        "--allow-private", is_flag=True, help="Fetch from this machine and from private networks, too."
    ),
    "jobs": click.option(
        "-j", "--jobs", type=click.IntRange(min=1), metavar="N", help="Read many articles by N processes; one a core."
    ),
    "ray": click.option(
        "--ray", metavar="ADDRESS", help="Read on a Ray cluster whose machines all see FILE; local: on one made here."
    ),
    "quiet": click.option("-q", "--quiet", is_flag=True, help="No words and no progress, only errors."),
}


def flags(*names: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Gives a command the flags with these names (fields of `Options`), as its first argument."""

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        @wraps(command)
        def run(**given: Any) -> None:
            options = Options(**{name: given.pop(name) for name in names})
            command(options, **given)

        for name in reversed(names):
            run = _FLAGS[name](run)
        return run

    return decorate


def say(options: Options, words: str) -> None:
    """Tells the user something, on standard error."""
    if not options.quiet:
        click.echo(plain(words), err=True)


def complain(error: KgError) -> None:
    """Tells an error of one article while the others go on."""
    click.echo(f"Error: {in_a_line(error)}", err=True)


def in_a_line(error: KgError) -> str:
    """What an error says, in one line that is not too long, whatever it quotes."""
    line = plain(" ".join(str(error).split()))
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST // 2]} … {line[-_LONGEST // 2 :]}"


def plain(text: str) -> str:
    r"""A text for a terminal: what a terminal would obey, and what would turn text around, shown as its code.

    >>> print(plain("Zorg\x1b[31m of \u202eemca"))
    Zorg\x1b[31m of \u202eemca
    """
    return _OBEYED.sub(lambda found: ascii(found[0])[1:-1], text)


@contextmanager
def sink(options: Options) -> Iterator[TextIO]:
    """Where data goes: standard output, or a file that has all of it or stays as it was; KgError if it cannot."""
    path = None if options.output is None or str(options.output) == "-" else options.output
    try:
        if not path:
            yield sys.stdout
            sys.stdout.flush()
        elif path.exists() and not path.is_file():
            with path.open("w", encoding="utf-8") as file:  # a device or a pipe
                yield file
        else:
            with new_file(path) as file:
                text = io.TextIOWrapper(file, encoding="utf-8")
                yield text
                text.detach()
    except BrokenPipeError:
        raise  # whoever read has had enough
    except OSError as error:
        raise KgError(f"{path or 'standard output'}: cannot be written: {error.strerror or error}") from error


@cache
def end_at_ctrl_c() -> None:
    """From now on Ctrl-C ends this process within a second or so, even while the engine works, which hears nothing.

    Only for what reads: Python has a second to take away what is half written.
    """
    if threading.current_thread() is not threading.main_thread():
        return
    told, tell = os.pipe()
    os.set_blocking(tell, False)
    signal.set_wakeup_fd(tell, warn_on_full_buffer=False)

    def wait() -> None:
        while os.read(told, 1) != bytes([signal.SIGINT]):
            pass
        time.sleep(_GRACE)
        os.write(2, b"Interrupted.\n")
        os._exit(INTERRUPTED)

    threading.Thread(target=wait, daemon=True).start()


def with_progress(items: Iterable[T], options: Options, words: str) -> Iterator[T]:
    """The same items, with a bar on standard error, if that is a terminal, that moves as they are taken."""
    if options.quiet or not sys.stderr.isatty():
        yield from items
        return
    from rich.console import Console
    from rich.progress import track

    total = len(items) if isinstance(items, Sized) else None
    yield from track(items, words, total=total, console=Console(stderr=True), transient=True)


def print_table(table: "Table", options: Options) -> None:
    """Writes a table where data goes, in the form that is asked for."""
    with sink(options) as out:
        if options.form == "json":
            out.write(table.to_json() + "\n")
        elif options.form == "csv":
            out.write(table.to_csv())
        else:
            out.write(_drawn(table.columns, table.rows, out))


def _drawn(columns: Sequence[str], rows: Iterable[Sequence[object]], out: TextIO) -> str:
    """A table in aligned columns: as wide as the terminal, else as wide as it needs to be."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    rows = list(rows)
    on_terminal = out.isatty()
    drawn = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for n, name in enumerate(columns):
        numbers = all(isinstance(row[n], int | float) for row in rows if row[n] is not None) and rows
        drawn.add_column(Text(plain(name)), justify="right" if numbers else "left", overflow="fold")
    for row in rows:
        drawn.add_row(*(Text("" if cell is None else _flat(cell)) for cell in row))
    text = io.StringIO()
    console = Console(file=text, width=None if on_terminal else _PIPED, force_terminal=on_terminal or None)
    console.print(drawn)
    lines = [line.rstrip() for line in text.getvalue().split("\n")]
    return "".join(f"{line}\n" for line in lines if line)


def _flat(cell: object) -> str:
    """A cell in one line; a float as short as it was written."""
    return plain(" ".join(str(cell).split())) if not isinstance(cell, float) else f"{cell:.3f}"
