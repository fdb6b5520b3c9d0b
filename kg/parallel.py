"""Articles read by many processes, what they say in the order that they came in.

Each process has an extractor of its own, and a thread here that gives it some articles at a time and waits for what
they say, so that none is idle while who asked is busy with what came before. Where a process dies or takes too long,
its articles are read again one by one, and the one that is to blame is reported in its place. No more articles are
taken in than are soon read, and who has read many gives way to another, so that memory does not grow with their number.
"""

import gc
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from itertools import chain, islice
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING, Protocol

from .errors import ArticleError, KgError, ModelError
from .model import Article, Extraction
from .process import tune

if TYPE_CHECKING:
    from .ontology import Ontology

SOME = 16  # articles that a process is given at a time
AHEAD = 256  # articles, and what processes hold, are taken in at most: a lot of a graph, which takes long to write
FEW = 96  # articles that are read here: about as many as are read while processes start
ORDINARY = 20_000  # characters; a longer one, if it is made to take hours, must be read by a process that can be ended
LONGEST = 200_000  # characters of an article: ten times a long feature, and read within a minute
SECONDS = 120.0  # that a process may take for what it was given
RENEWED = 4096  # articles after which a process gives way to a fresh one: the pipeline keeps each word it ever saw
YIELDING = 10  # how much those that read give way: one process writes what they all read, and is late if it waits

Result = Extraction | KgError


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
    """An extractor under an ontology, or the one in a folder, which then is its own and kept as small as can be."""
    from .extract import Extractor
    from .ontology import Ontology, load_ontology

    if isinstance(ontology, Ontology):
        return Extractor(ontology, model)
    own = load_ontology(ontology)
    extractor = Extractor(own, model)
    own.forget_known()
    return extractor


def read_here(articles: Iterable[Article], load: Load) -> Iterator[Result]:
    """What articles say, read by this process."""
    coming = iter(articles)
    extractor: Extracts | None = None
    while some := list(islice(coming, SOME)):
        extractor = extractor or loaded(load)
        yield from read_some(extractor, some)


def read_apart(articles: Iterable[Article], load: Load, jobs: int, seconds: float = SECONDS) -> Iterator[Result]:
    """What articles say, read by other processes, each with what `load` gives there; it must be picklable."""
    coming = iter(articles)
    waiting: deque[Future[list[Result]]] = deque()
    with _team(load, jobs, seconds) as read:
        while True:
            while len(waiting) < jobs + AHEAD // SOME and (some := list(islice(coming, SOME))):
                waiting.append(read(some))
            if not waiting:
                return
            yield from waiting.popleft().result()


def loaded(load: Load) -> Extracts:
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
            found: list[Result] = list(extractor.extract_all(articles))
            gc.collect(1)  # words of a text refer to each other, and `tune` has Python look for such seldom
            return found
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
    """Another process that reads articles, and is started anew where it dies, takes too long, or has read many."""

    def __init__(self, load: Load) -> None:
        self._load = load
        self._starting = threading.Lock()  # it is ended by another thread than the one that starts it
        self._is_over = False
        self._start()

    def _start(self) -> None:
        with self._starting:
            if self._is_over:
                raise _Over
            self._is_ready = False
            self._done = 0
            self._connection, there = get_context("spawn").Pipe()
            self._process = get_context("spawn").Process(target=_serve, args=(self._load, there), daemon=True)
            with _uninterrupted():
                self._process.start()
            there.close()

    def read(self, articles: Sequence[Article], seconds: float) -> list[Result]:
        """What articles say, each with its error where it has one; so many seconds for them all."""
        found = self._ask(articles, seconds)
        if found is not None:
            return found
        if len(articles) == 1:
            return [_given_up(articles[0], seconds)]
        return [result for article in articles for result in self.read([article], seconds)]

    def _ask(self, articles: Sequence[Article], seconds: float) -> list[Result] | None:
        """What it says; None where it died or took too long, and another has taken its place."""
        if self._done >= RENEWED:
            self._renew()
        self._await_start()
        try:
            self._connection.send(articles)
            if self._connection.poll(seconds):
                found: list[Result] = self._connection.recv()
                self._done += len(articles)
                return found
        except (EOFError, OSError):
            pass  # it has died
        self._renew()
        return None

    def _renew(self) -> None:
        self._stop()
        self._start()

    def _await_start(self) -> None:
        if self._is_ready:
            return
        try:
            failed = self._connection.recv()
        except (EOFError, OSError):
            failed = ModelError("a process that should read articles ended before it could; try with -j 1")
        if failed:
            raise failed
        self._is_ready = True

    def end(self) -> None:
        """Ends it for good, whatever it does."""
        with self._starting:
            self._is_over = True
            self._stop()

    def _stop(self) -> None:
        self._process.kill()
        self._process.join()


class _Over(Exception):
    """Nobody waits any more for what is read."""


Read = Callable[[Sequence[Article]], "Future[list[Result]]"]


@contextmanager
def _team(load: Load, jobs: int, seconds: float) -> Iterator[Read]:
    """Lets so many processes read articles."""
    team: list[_Process] = []
    free: SimpleQueue[_Process] = SimpleQueue()
    threads = ThreadPoolExecutor(jobs, "reading")

    def read(articles: Sequence[Article]) -> list[Result]:
        process = free.get()
        try:
            return process.read(articles, seconds)
        finally:
            free.put(process)

    try:
        for _ in range(jobs):
            team.append(_Process(load))
            free.put(team[-1])
        yield lambda articles: threads.submit(read, articles)
    finally:
        threads.shutdown(wait=False, cancel_futures=True)
        for process in team:
            process.end()
        threads.shutdown()


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Lets a process start that leaves Ctrl-C to this one."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _serve(load: Load, connection: Connection) -> None:
    """Reads the articles that come in, until nobody sends more."""
    tune()
    if hasattr(os, "nice"):
        os.nice(YIELDING)
    try:
        extractor = loaded(load)
    except KgError as error:
        connection.send(error)
        return
    connection.send(None)  # it is ready
    while True:
        try:
            articles = connection.recv()
        except EOFError:
            return
        connection.send(read_some(extractor, articles))
