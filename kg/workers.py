"""Processes that answer queries over one stored graph, and are ended where a query asks for too much.

The engine cannot be told to stop a query. So each runs in a process that the system ends: by its clock, whoever else is
still there, and by a bound on its memory; what is too deep for its stack takes down nothing else. A worker starts in
about 50 ms, most of it Python, and answers one query after the other for as long as it obeys.
"""

import asyncio
import json
import os
import resource
import signal
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, astuple, dataclass
from pathlib import Path
from typing import Self

import pyoxigraph as ox

from .errors import QueryError
from .sparql import refuse_services, refuse_updates, where

RESULTS = {form.media_type.partition(";")[0]: form for form in (
    ox.QueryResultsFormat.JSON, ox.QueryResultsFormat.XML, ox.QueryResultsFormat.CSV, ox.QueryResultsFormat.TSV
)}  # fmt: skip
TRIPLES = {form.media_type: form for form in (
    ox.RdfFormat.TURTLE, ox.RdfFormat.N_TRIPLES, ox.RdfFormat.RDF_XML, ox.RdfFormat.JSON_LD
)}  # fmt: skip
_FILES = {".trig": ox.RdfFormat.TRIG, ".nq": ox.RdfFormat.N_QUADS}
_GRACE = 5.0  # seconds in which a worker starts, or is gone after its time
_LINE = 1 << 24  # bytes of a request, at most: what HTTP lets in, escaped


@dataclass(frozen=True, slots=True)
class Limits:
    """What one query may take: seconds, megabytes of memory, megabytes of answer; and whether it may use SERVICE."""

    seconds: float = 10.0
    memory: int = 1024
    answer: int = 32
    service: bool = False


@dataclass(frozen=True, slots=True)
class Request:
    """A query, the graphs it is about (None: as the query says), and the media types its answer may have."""

    sparql: str
    graphs: tuple[tuple[str, ...], tuple[str, ...]] | None = None
    results: str = "application/sparql-results+json"
    triples: str = "text/turtle"


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP status, the media type of the body, and the body."""

    status: int
    media_type: str
    body: bytes

    @classmethod
    def refusal(cls, status: int, words: str) -> Self:
        """An answer of one line that says what is wrong."""
        return cls(status, "text/plain; charset=utf-8", f"{words}\n".encode(errors="backslashreplace"))


class Workers:
    """A number of workers over the graph at a path; a graph that changes is opened anew."""

    def __init__(self, path: Path, prefixes: Mapping[str, str], limits: Limits, number: int) -> None:
        """Workers that `start` starts, over the graph at a path, with the prefixes that queries need not declare."""
        self.path = path
        self.limits = limits
        words = [json.dumps(each) for each in astuple(limits)]
        self._command = [sys.executable, "-P", "-m", __name__, str(path), json.dumps(dict(prefixes)), *words]
        self._number = number
        self._idle: asyncio.LifoQueue[_Worker] = asyncio.LifoQueue()
        self._all: set[_Worker] = set()
        self._starting: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Starts all workers, and comes back when they can answer."""
        await asyncio.gather(*(self._hire() for _ in range(self._number)))

    async def stop(self) -> None:
        """Ends all workers, whatever they do."""
        for task in self._starting:
            task.cancel()
        await asyncio.gather(*(worker.end() for worker in self._all))

    async def answer(self, request: Request) -> Answer:
        """What a worker answers, or in its place that the query asked for too much, or that all are busy."""
        try:
            worker = await asyncio.wait_for(self._idle.get(), self.limits.seconds)
        except TimeoutError:
            return Answer.refusal(503, f"all {self._number} workers are busy; ask again later")
        try:
            if worker.version != _version(self.path):
                worker = await self._replace(worker)
            answer = await worker.answer(request, self.limits.seconds + _GRACE)
        except _EndedError as ended:
            return self._why(ended.code)
        finally:
            self._release(worker)
        return answer

    def _release(self, worker: "_Worker") -> None:
        """Takes a worker back, or starts one in place of one that is gone, or that was left in the middle."""
        if worker.obeys:
            self._idle.put_nowait(worker)
            return
        task = asyncio.create_task(self._succeed(worker))
        self._starting.add(task)
        task.add_done_callback(self._starting.discard)

    async def _succeed(self, worker: "_Worker") -> None:
        self._idle.put_nowait(await self._replace(worker))

    async def _replace(self, worker: "_Worker") -> "_Worker":
        await worker.end()
        self._all.discard(worker)
        worker = await _Worker.start(self._command, _version(self.path))
        self._all.add(worker)
        return worker

    async def _hire(self) -> None:
        worker = await _Worker.start(self._command, _version(self.path))
        self._all.add(worker)
        self._idle.put_nowait(worker)

    def _why(self, code: int | None) -> Answer:
        if code in (None, -signal.SIGALRM, -signal.SIGKILL):
            return Answer.refusal(422, f"this query takes longer than {self.limits.seconds:g} s; ask for less at once")
        if code == -signal.SIGABRT:
            return Answer.refusal(422, f"this query needs more than {self.limits.memory} MB; ask for less at once")
        if code == -signal.SIGSEGV:
            return Answer.refusal(422, "this query is nested too deeply")
        return Answer.refusal(500, f"the graph {self.path.name} cannot be read; is it there?")


class _EndedError(Exception):
    """A worker that is gone, with what the system says of its end."""

    def __init__(self, code: int | None) -> None:
        super().__init__(code)
        self.code = code


class _Worker:
    """One process, with the version of the graph that it opened."""

    def __init__(self, process: asyncio.subprocess.Process, version: object) -> None:
        self.process = process
        self.version = version
        self.obeys = True

    @classmethod
    async def start(cls, command: list[str], version: object) -> "_Worker":
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,  # what the engine says as it falls over
            limit=_LINE,
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)},  # this package, from any folder
            start_new_session=True,  # Ctrl-C is for the server, which then ends its workers
        )
        return cls(process, version)

    async def answer(self, request: Request, seconds: float) -> Answer:
        """What the process answers; _EndedError if it ends instead."""
        assert self.process.stdin and self.process.stdout
        self.obeys = False  # until it has answered: who stops waiting leaves it in the middle
        try:
            async with asyncio.timeout(seconds):
                self.process.stdin.write(json.dumps(asdict(request)).encode() + b"\n")
                await self.process.stdin.drain()
                status, media_type, size = json.loads(await self.process.stdout.readuntil())
                body = await self.process.stdout.readexactly(size)
        except (TimeoutError, asyncio.IncompleteReadError, OSError) as error:
            raise _EndedError(await self.end(wait=not isinstance(error, TimeoutError))) from error
        self.obeys = status != 500  # one that reads badly may have opened a store in the middle of a change
        return Answer(status, media_type, body)

    async def end(self, wait: bool = False) -> int | None:
        """Ends the process, or waits for its own end, which is near; gives what the system says of it."""
        self.obeys = False
        with suppress(TimeoutError):
            if wait:
                await asyncio.wait_for(self.process.wait(), _GRACE)
        if self.process.returncode is None:
            with suppress(ProcessLookupError):
                self.process.kill()
        return await self.process.wait()


def _version(path: Path) -> object:
    """What changes when a stored graph does."""
    files = [path] if path.is_file() else [p for p in path.glob("*") if p.name == "CURRENT" or p.suffix == ".log"]
    files += path.glob("MANIFEST*") if path.is_dir() else []
    found = []
    for file in files:
        with suppress(OSError):  # gone meanwhile
            stat = file.stat()
            found.append((file.name, stat.st_size, stat.st_mtime_ns))
    return sorted(found)


# The process


class _TooLargeError(Exception):
    """An answer that is larger than it may be."""


class _Bounded:
    """A file in memory that takes so many bytes and no more."""

    def __init__(self, most: int) -> None:
        self.parts: list[bytes] = []
        self.left = most

    def write(self, part: bytes) -> int:
        self.left -= len(part)
        if self.left < 0:
            raise _TooLargeError
        self.parts.append(bytes(part))
        return len(part)

    def flush(self) -> None:
        """Nothing: all is written."""


def answer(store: ox.Store, request: Request, prefixes: Mapping[str, str], limits: Limits) -> Answer:
    """The answer to a query, of one line if it cannot be given; nothing here bounds its time and memory."""
    sparql = request.sparql
    try:
        refuse_updates(sparql)
        if not limits.service:
            refuse_services(sparql, prefixes)
        return _answer(store, request, prefixes, limits.answer)
    except QueryError as error:
        return Answer.refusal(403 if "SERVICE" in str(error) else 400, str(error))
    except SyntaxError as error:
        return Answer.refusal(400, f"not a SPARQL query: {where(sparql, str(error))}")
    except _TooLargeError:
        return Answer.refusal(422, f"the answer is larger than {limits.answer} MB; add LIMIT, or ask for less at once")
    except MemoryError:
        return Answer.refusal(422, f"this query needs more than {limits.memory} MB; ask for less at once")
    except ValueError as error:
        return Answer.refusal(400, f"the query cannot be answered: {' '.join(str(error).split())}")
    except (RuntimeError, OSError) as error:
        return Answer.refusal(500, f"the query cannot be answered: {' '.join(str(error).split())}")


def _answer(store: ox.Store, request: Request, prefixes: Mapping[str, str], most: int) -> Answer:
    default, named = request.graphs or (None, None)
    result = store.query(
        request.sparql,
        prefixes=dict(prefixes),
        default_graph=None if default is None else [ox.NamedNode(iri) for iri in default],
        named_graphs=None if named is None else [ox.NamedNode(iri) for iri in named],
    )
    out = _Bounded(most * 2**20)
    if isinstance(result, ox.QueryTriples):
        form = TRIPLES[request.triples]
        shown = dict(prefixes) if form != ox.RdfFormat.N_TRIPLES else None
        ox.serialize(result, out, format=form, prefixes=shown)  # type: ignore[arg-type]
        return Answer(200, request.triples, b"".join(out.parts))
    table = RESULTS[request.results]
    result.serialize(out, format=table)  # type: ignore[arg-type]
    return Answer(200, table.media_type, b"".join(out.parts))


def _open(path: Path) -> ox.Store:
    if path.is_dir():
        return ox.Store.read_only(str(path))
    store = ox.Store()
    store.extend(ox.parse(path=str(path), format=_FILES[path.suffix]))
    return store


def work(path: str, prefixes: str, *words: str) -> None:
    """Answers requests, a line of JSON each, that come in on standard input, until none comes any more."""
    limits, known = Limits(*map(json.loads, words)), json.loads(prefixes)
    store = _open(Path(path))
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[5])  # what Python and the store hold
    data = pages * resource.getpagesize() + limits.memory * 2**20
    resource.setrlimit(resource.RLIMIT_DATA, (data, data))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    for line in sys.stdin.buffer:
        request = Request(**json.loads(line))
        signal.setitimer(signal.ITIMER_REAL, limits.seconds)  # nobody handles it: the system ends this process
        given = answer(store, request, known, limits)
        signal.setitimer(signal.ITIMER_REAL, 0)
        head = json.dumps([given.status, given.media_type, len(given.body)]).encode() + b"\n"
        sys.stdout.buffer.write(head + given.body)
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    work(*sys.argv[1:])
