"""Processes that answer requests over one stored graph, and are ended where a request asks for too much.

The engine cannot be told to stop a query. So each request is answered in a process that the system ends: by its clock,
whoever else is still there, and by a bound on its memory; what is too deep for its stack takes down nothing else. A
worker for queries starts in about 50 ms, one for pages in 0.8 s, most of it Python, and answers one request after the
other for as long as it obeys. `answers` and `pages` are what such processes do.
"""

import asyncio
import json
import os
import resource
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, astuple, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

_GRACE = 5.0  # seconds in which a worker is gone after its time
_OPENING = 120.0  # seconds in which one has opened its graph, which is read whole where it is a file
_LINE = 1 << 24  # bytes of a request, at most: what HTTP lets in, escaped


@dataclass(frozen=True, slots=True)
class Limits:
    """What one request may take: seconds, megabytes of memory, of answer; and whether it may use SERVICE."""

    seconds: float = 10.0
    memory: int = 1024
    answer: int = 32
    service: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP status, the media type of the body, the body, and headers beside those that each answer has."""

    status: int
    media_type: str
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def refusal(cls, status: int, words: str) -> Self:
        """An answer of one line that says what is wrong."""
        return cls(status, "text/plain; charset=utf-8", f"{words}\n".encode(errors="backslashreplace"))


@dataclass(frozen=True, slots=True)
class Job:
    """What workers do: a module of this package, its arguments, and what its refusals call a request."""

    module: str
    arguments: tuple[str, ...] = ()
    request: str = "query"


class Workers:
    """A number of workers over the graph at a path; a graph that changes is opened anew."""

    def __init__(self, path: Path, job: Job, limits: Limits, number: int) -> None:
        """Workers over the graph at a path, each started when it is needed, or all at once by `start`."""
        self.path = path
        self.limits = limits
        words = [*job.arguments, *(json.dumps(each) for each in astuple(limits))]
        self._command = [sys.executable, "-P", "-m", f"{__package__}.{job.module}", str(path), *words]
        self._request = job.request
        self._number = number
        self._hired = 0
        self._idle: asyncio.LifoQueue[_Worker] = asyncio.LifoQueue()
        self._all: set[_Worker] = set()
        self._starting: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Starts all workers, and comes back when they can answer."""
        for worker in await asyncio.gather(*(self._hire() for _ in range(self._number - self._hired))):
            self._idle.put_nowait(worker)

    async def stop(self) -> None:
        """Ends all workers, whatever they do."""
        for task in self._starting:
            task.cancel()
        await asyncio.gather(*(worker.end() for worker in self._all))

    async def answer(self, request: "DataclassInstance") -> Answer:
        """What a worker answers, or in its place that the request asked for too much, or that all are busy."""
        try:
            worker = await self._free()
        except TimeoutError:
            return Answer.refusal(503, f"all {self._number} workers are busy; ask again later")
        try:
            if worker.version != _version(self.path):
                worker = await self._replace(worker)
            answer = await worker.answer(asdict(request), self.limits.seconds + _GRACE)
            if answer.status == 500:  # it may have read files while another process merged them
                worker = await self._replace(worker)
                answer = await worker.answer(asdict(request), self.limits.seconds + _GRACE)
        except _EndedError as ended:
            return self._why(ended.code)
        finally:
            self._release(worker)
        return answer

    async def _free(self) -> "_Worker":
        """A worker that does nothing; TimeoutError if there is none for as long as a request may take."""
        if self._idle.empty() and self._hired < self._number:
            return await self._hire()
        return await asyncio.wait_for(self._idle.get(), self.limits.seconds)

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

    async def _hire(self) -> "_Worker":
        self._hired += 1
        try:
            worker = await _Worker.start(self._command, _version(self.path))
        except BaseException:
            self._hired -= 1
            raise
        self._all.add(worker)
        return worker

    def _why(self, code: int | None) -> Answer:
        what, limits = f"this {self._request}", self.limits
        if code in (None, -signal.SIGALRM, -signal.SIGKILL):
            return Answer.refusal(422, f"{what} takes longer than {limits.seconds:g} s; ask for less at once")
        if code == -signal.SIGABRT:
            return Answer.refusal(422, f"{what} needs more than {limits.memory} MB; ask for less at once")
        if code == -signal.SIGSEGV:
            return Answer.refusal(422, f"{what} is nested too deeply")
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
        self.is_open = False

    @classmethod
    async def start(cls, command: Sequence[str], version: object) -> "_Worker":
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

    async def answer(self, request: Mapping[str, Any], seconds: float) -> Answer:
        """What the process answers; _EndedError if it ends instead."""
        assert self.process.stdin and self.process.stdout
        self.obeys = False  # until it has answered: who stops waiting leaves it in the middle
        try:
            async with asyncio.timeout(_OPENING):
                if not self.is_open:
                    await self.process.stdout.readuntil()
                self.is_open = True
            async with asyncio.timeout(seconds):
                self.process.stdin.write(json.dumps(request).encode() + b"\n")
                await self.process.stdin.drain()
                status, media_type, size, headers = json.loads(await self.process.stdout.readuntil())
                body = await self.process.stdout.readexactly(size)
        except (TimeoutError, asyncio.IncompleteReadError, OSError) as error:
            raise _EndedError(await self.end(wait=not isinstance(error, TimeoutError))) from error
        self.obeys = status != 500
        return Answer(status, media_type, body, headers)

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


def obey(answer: Callable[[Mapping[str, Any]], Answer], limits: Limits) -> None:
    """Says with an empty line that it can answer, and answers requests, a line of JSON each, until none comes."""
    sys.stdout.buffer.write(b"\n")
    sys.stdout.buffer.flush()
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[5])  # what Python and the store hold
    data = pages * resource.getpagesize() + limits.memory * 2**20
    resource.setrlimit(resource.RLIMIT_DATA, (data, data))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    for line in sys.stdin.buffer:
        signal.setitimer(signal.ITIMER_REAL, limits.seconds)  # nobody handles it: the system ends this process
        given = answer(json.loads(line))
        signal.setitimer(signal.ITIMER_REAL, 0)
        head = [given.status, given.media_type, len(given.body), dict(given.headers)]
        sys.stdout.buffer.write(json.dumps(head).encode() + b"\n" + given.body)
        sys.stdout.buffer.flush()
