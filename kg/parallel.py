"""Articles read by many processes, what they say in the order that they came in.

Each process has an extractor of its own, and is given some articles at a time. Where one dies or takes too long, its
articles are read again one by one, and the one that is to blame is reported in its place. No more articles are taken
in than the processes can soon be given, so that memory does not grow with their number.
"""

import gc
import os
import signal
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import chain, islice
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from .errors import ArticleError, KgError, ModelError
from .model import Article, Extraction

if TYPE_CHECKING:
    from .ontology import Ontology

SOME = 16  # articles that a process is given at a time
AHEAD = 4  # times as many as the processes hold are taken in at most
FEW = 96  # articles that are read here: about as many as are read while processes start
ORDINARY = 20_000  # characters; a longer one, if it is made to take hours, must be read by a process that can be ended
LONGEST = 200_000  # characters of an article: ten times a long feature, and read within a minute
SECONDS = 120.0  # that a process may take for what it was given
THREADS = "OPENBLAS_NUM_THREADS"  # of one product of matrices: these are too small for more than one to pay

Result = Extraction | KgError
Task = Sequence[tuple[int, Article]]  # articles with their places in the input


class Extracts(Protocol):
    """Reads articles."""

    def extract_all(self, articles: Iterable[Article], /) -> Iterator[Extraction]:
        """What articles say, in their order."""


Load = Callable[[], Extracts]


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def read_all(
    articles: Iterable[Article], ontology: "Ontology | None" = None, model: str | None = None, jobs: int | None = None
) -> Iterator[Result]:
    """What articles say, or why that is not known, in their order; read by so many processes, else by one a core."""
    jobs = jobs or cores()
    coming = iter(articles)
    first = list(islice(coming, FEW))
    if (len(first) < FEW or jobs == 1) and all(len(article.content) <= ORDINARY for article in first):
        return read_here(chain(first, coming), partial(load_extractor, ontology, model))
    return read_apart(chain(first, coming), partial(load_extractor, ontology and ontology.folder, model), jobs)


def load_extractor(ontology: "Ontology | Path | None", model: str | None) -> Extracts:
    """An extractor under an ontology, or the one in a folder."""
    from .extract import Extractor
    from .ontology import load_ontology

    return Extractor(load_ontology(ontology) if isinstance(ontology, Path) else ontology, model)


def read_here(articles: Iterable[Article], load: Load) -> Iterator[Result]:
    """What articles say, read by this process."""
    coming = iter(articles)
    extractor: Extracts | None = None
    while some := list(islice(coming, SOME)):
        extractor = extractor or _loaded(load)
        yield from read_some(extractor, some)


def read_apart(articles: Iterable[Article], load: Load, jobs: int, seconds: float = SECONDS) -> Iterator[Result]:
    """What articles say, read by other processes, each with what `load` gives there; it must be picklable."""
    coming = enumerate(articles)
    tasks: deque[Task] = deque()
    found: dict[int, Result] = {}
    taken = done = 0
    with _team(load, jobs) as team:
        while True:
            while taken - done < jobs * SOME * AHEAD and (some := list(islice(coming, SOME))):
                tasks.append(some)
                taken += len(some)
            if done == taken:
                return
            for process in team:
                if process.is_free and tasks:
                    process.give(tasks.popleft(), seconds)
            for process in _heard(team):
                task, results = process.take()
                if results is None and len(task) > 1:
                    tasks.extendleft([each] for each in reversed(task))
                elif task:
                    found |= zip((n for n, _ in task), results or [_given_up(task[0][1], seconds)], strict=True)
            while done in found:
                yield found.pop(done)
                done += 1


def _loaded(load: Load) -> Extracts:
    """What a function loads; it stays, so the garbage collector need not look at it again and again."""
    extractor = load()
    gc.collect()
    gc.freeze()
    return extractor


def read_some(extractor: Extracts, articles: Sequence[Article]) -> list[Result]:
    """What some articles say, each with its error where it has one."""
    long = next((article for article in articles if len(article.content) > LONGEST), None)
    try:
        if not long:
            return list(extractor.extract_all(articles))
    except Exception as error:  # noqa: BLE001 - whatever one article does must not cost the others; it is told below
        if len(articles) == 1:
            return [error if isinstance(error, KgError) else ArticleError(f"{articles[0].id}: {error!r}")]
    if len(articles) > 1:
        return [result for article in articles for result in read_some(extractor, [article])]
    return [ArticleError(f"{articles[0].id}: longer than {LONGEST} characters; split it into articles")]


def _given_up(article: Article, seconds: float) -> ArticleError:
    return ArticleError(f"{article.id}: left out, for reading it took more than {seconds:g} s or ended the process")


# ── Processes ─────────────────────────────────────────────────────────────────────────────────────


class _Process:
    """Another process that reads articles: what it was given, and until when it may take."""

    def __init__(self, load: Load) -> None:
        self._load = load
        self.task: Task = ()
        self._start()

    def _start(self) -> None:
        self.is_ready, self.until = False, float("inf")
        self.connection, there = get_context("spawn").Pipe()
        self._process = get_context("spawn").Process(target=_serve, args=(self._load, there), daemon=True)
        with _uninterrupted():
            self._process.start()
        there.close()

    @property
    def is_free(self) -> bool:
        """Whether it waits for articles."""
        return self.is_ready and not self.task

    def give(self, task: Task, seconds: float) -> None:
        """Gives it articles to read."""
        self.task, self.until = task, time.monotonic() + seconds
        try:
            self.connection.send([article for _, article in task])
        except OSError:
            self.until = 0.0  # it has died, which is seen when it is listened to

    def take(self) -> tuple[Task, list[Result] | None]:
        """What it was given and has read; None where it died or took too long, and another takes its place."""
        task, self.task, self.until = self.task, (), float("inf")
        try:
            heard = self.connection.recv() if self.connection.poll() else None
        except (EOFError, OSError):
            heard = None
        if isinstance(heard, KgError):
            raise heard
        if heard is None:
            self.stop()
            if not self.is_ready:
                raise ModelError("a process that should read articles ended before it could; try with -j 1")
            self._start()
        else:
            self.is_ready = True
        return task, heard

    def stop(self) -> None:
        """Ends it, whatever it does."""
        self._process.kill()
        self._process.join()
        self.connection.close()


@contextmanager
def _team(load: Load, jobs: int) -> Iterator[list[_Process]]:
    team: list[_Process] = []
    try:
        team.extend(_Process(load) for _ in range(jobs))
        yield team
    finally:
        for process in team:
            process.stop()


def _heard(team: Sequence[_Process]) -> list[_Process]:
    """The processes that have something to say, or whose time is over; waits for one."""
    left = min(process.until for process in team) - time.monotonic()
    speaking = wait([each.connection for each in team], None if left == float("inf") else max(0.0, left))
    return [each for each in team if each.connection in speaking or each.until <= time.monotonic()]


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Lets a process start that leaves Ctrl-C to this one."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    handler = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, handler)


def _serve(load: Load, connection: Connection) -> None:
    """Reads the articles that come in, until nobody sends more."""
    os.environ.setdefault(THREADS, "1")
    try:
        extractor = _loaded(load)
    except KgError as error:
        connection.send(error)
        return
    connection.send([])
    while True:
        try:
            articles = connection.recv()
        except EOFError:
            return
        connection.send(read_some(extractor, articles))
