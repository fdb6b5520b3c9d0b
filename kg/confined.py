"""A process in which pages, feeds and tables are read, with limits of time and memory.

They come from strangers, and the libraries that read them are large: some take hours, or more memory than there
is, or end the process. Here one that does gives an error in its place, and the next one is read by another process.
"""

import json
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, cast

_SECONDS = 20.0  # of the processor: a page of a megabyte takes one, and seven if it is all tags
_MEMORY = 1024  # megabytes, beyond what the libraries take


class Confined:
    """A process that is started when it is first needed, and ends with the block."""

    def __init__(self, seconds: float = _SECONDS, memory: int = _MEMORY) -> None:
        """A process that may take so many seconds for one page or feed or some rows, and so many megabytes."""
        self._limits = (seconds, memory)
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "Confined":
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    def page(self, raw: bytes, charset: str = "") -> Mapping[str, Any]:
        """The fields of the article in a web page; ValueError if it gives none."""
        return cast("Mapping[str, Any]", self._ask("page", raw, {"charset": charset}))

    def feed(self, raw: bytes, address: str = "", charset: str = "") -> Sequence[Mapping[str, Any]]:
        """The fields of the entries of a feed, in its order; ValueError if it gives none."""
        return cast("Sequence[Mapping[str, Any]]", self._ask("feed", raw, {"address": address, "charset": charset}))

    def table(self, path: str) -> Iterator[Mapping[str, Any]]:
        """The fields of the rows of a Parquet file; ValueError where it gives no more."""
        first = True
        while rows := cast("Sequence[Mapping[str, Any]]", self._ask("table", b"", {"path": path, "first": first})):
            yield from rows
            first = False

    def _ask(self, what: str, raw: bytes, hints: Mapping[str, object]) -> object:
        process = self._process = self._process or self._start()
        assert process.stdin and process.stdout
        try:
            process.stdin.write(json.dumps([what, len(raw), hints]).encode() + b"\n" + raw)
            process.stdin.flush()
            line = process.stdout.readline()
        except BrokenPipeError:
            line = b""
        except BaseException:  # Ctrl-C: what it is at is not wanted any more
            self._end()
            raise
        if not line.endswith(b"\n"):
            raise ValueError(self._why(self._end()))
        fields, wrong = json.loads(line)
        if wrong:
            raise ValueError(wrong)
        return fields

    def _start(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-P", "-m", __name__, *map(str, self._limits)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # what libraries say as they fall over
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)},  # this package, from any folder
            start_new_session=True,  # Ctrl-C is for the one that asks
        )

    def _end(self) -> int:
        """Ends the process; gives what the system says of its end."""
        process, self._process = self._process, None
        if process is None:
            return 0
        assert process.stdin and process.stdout
        process.stdout.close()
        with suppress(BrokenPipeError):  # it has ended
            process.stdin.close()
        try:
            return process.wait(0.5)
        except subprocess.TimeoutExpired:
            process.kill()
            return process.wait()

    def _why(self, code: int) -> str:
        seconds, memory = self._limits
        if code == -signal.SIGPROF:
            return f"takes longer than {seconds:g} s to read; leave it out"
        return f"its reader needs more than {memory} MB, or failed ({code}); leave it out"


# The process


def work(seconds: str, memory: str) -> None:
    """Reads what comes in on standard input, each behind a line of JSON, until nothing comes any more."""
    from .feeds import entries
    from .markup import page
    from .parquet import rows

    readers: Mapping[str, Callable[..., object]] = {"page": page, "feed": entries, "table": rows}
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[5])  # what Python and libraries hold
    most = pages * resource.getpagesize() + int(memory) * 2**20
    resource.setrlimit(resource.RLIMIT_DATA, (most, most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    for line in sys.stdin.buffer:
        what, size, hints = json.loads(line)
        raw = sys.stdin.buffer.read(size)
        signal.setitimer(signal.ITIMER_PROF, float(seconds))  # nobody handles it: the system ends this process
        answer: tuple[object, str]
        try:
            answer = (readers[what](raw, **hints), "")
        except ValueError as error:
            answer = (None, str(error))
        except MemoryError:
            answer = (None, f"needs more than {memory} MB to read; leave it out")
        except Exception as error:  # noqa: BLE001 - a fault of a library ends no build; what it was is told
            answer = (None, f"cannot be read ({type(error).__name__}: {error}); leave it out")
        signal.setitimer(signal.ITIMER_PROF, 0)
        sys.stdout.buffer.write(json.dumps(answer).encode() + b"\n")
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    work(*sys.argv[1:])
