"""How fast it is, beside what it is made of: the table of the README comes from here.

    python tests/bench.py --articles 2000 --graph 1000

Each figure is a ratio, measured in turns in one run (A, B, A, B, ...), so that what else a machine does weighs on both
sides; beside it stands what the first side does a second, or takes. Texts are those of the demo articles, with names
and figures varied. The table is printed; `build/bench.json` has the figures of all turns.
"""

import argparse
import io
import json
import os
import platform
import random
import re
import resource
import shutil
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as the command does, before NumPy is there

from growth import day_of, demo, grow, new_words, processor_time, rename, show, vary

from kg.export import export
from kg.extract import Extractor
from kg.graph import Graph
from kg.model import Article, Extraction
from kg.ontology import load_ontology
from kg.parallel import load_extractor, loaded
from kg.pipeline import PIPELINES
from kg.process import tune
from kg.query import ask, questions

ROOT = Path(__file__).parent.parent
OUT = ROOT / "build/bench.json"
TURNS = 5
LONG_TURNS = 3  # of what takes minutes
PATIENCE = 5  # seconds that rdflib gets for a question
KG = ("-c", "from kg.cli import main; main()")
QUESTION = "query {graph} acquisitions"


@dataclass(frozen=True)
class Figure:
    """One line of the table: a ratio of each turn, above 1 where the first side is faster, and what that side does."""

    what: str
    beside: str
    ratios: tuple[float, ...]
    does: tuple[float, ...]
    unit: str

    @property
    def row(self) -> tuple[str, ...]:
        """The cells of the line."""
        ratios = sorted(self.ratios)
        three = [f"{r:.2f}" for r in (ratios[0], statistics.median(ratios), ratios[-1])] if ratios else ["", "—", ""]
        return self.what, self.beside, *three, f"{statistics.median(self.does):,.3g} {self.unit}"


# ── What is measured on ───────────────────────────────────────────────────────────────────────────


def texts(extractions: Sequence[Extraction], count: int) -> Iterator[Article]:
    """So many articles, the same ones each time: the text of a demo article with other names and figures."""
    for number in range(count):
        chance = random.Random(number)
        source = chance.choice(extractions)
        words = new_words(source, number, chance)
        title, text = (_other_figures(rename(t, words), chance) for t in (source.article.title, source.article.text))
        yield Article(f"t{number}", title, text, day_of(number), f"https://example.org/t{number}", "Daily")


def _other_figures(text: str, chance: random.Random) -> str:
    """The text with other numbers; years and days stay."""
    return re.sub(r"(?<![\d.,-])\d{3}(?![\d.,-])", lambda _: str(chance.randint(100, 999)), text)


def wall_time(work: Callable[[], object]) -> float:
    """Seconds that some work takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def in_turn(
    what: str, beside: str, sides: Sequence[Callable[[], float]], amount: float, unit: str, turns: int = TURNS
) -> Figure:
    """A figure of two sides that are measured in turns; `amount` is what the first side does each time."""
    pairs = [(sides[0](), sides[1]()) for _ in range(turns)]
    does = tuple(amount / one if amount else one for one, _ in pairs)
    return Figure(what, beside, tuple(other / one for one, other in pairs), does, unit)


# ── Extraction ────────────────────────────────────────────────────────────────────────────────────


def extraction(articles: Sequence[Article]) -> Iterator[Figure]:
    """The whole of extraction beside the bare pipeline, with all its parts, in words a second of processor time."""
    import spacy

    stock = spacy.load(next(name for name in PIPELINES if spacy.util.is_package(name)))
    extractor = loaded(partial(load_extractor, None, None))
    size = len(articles) // TURNS
    lots = [articles[i * size : (i + 1) * size] for i in range(TURNS)]
    turns: list[tuple[float, float, int]] = []
    for lot in lots:
        ours = processor_time(lambda lot=lot: list(extractor.extract_all(lot)))
        bare = processor_time(lambda lot=lot: list(stock.pipe([article.content for article in lot])))
        turns.append((ours, bare, sum(len(article.content.split()) for article in lot)))
    yield Figure(
        f"extraction of {len(articles):,} articles", "the stock pipeline of spaCy",
        tuple(bare / ours for ours, bare, _ in turns), tuple(words / ours for ours, _, words in turns), "words/s",
    )  # fmt: skip


def processes(articles: Sequence[Article], folder: Path) -> Iterator[Figure]:
    """A build by two processes beside one by a single process, as whole commands."""
    file = _as_file(articles, folder)
    sides = [partial(_built, file, folder, jobs) for jobs in (2, 1)]
    what = f"`kg build` of {len(articles):,} articles by two processes"
    yield in_turn(what, "by one", sides, len(articles), "articles/s", LONG_TURNS)


def _as_file(articles: Sequence[Article], folder: Path) -> Path:
    """Articles as a file of one folder."""
    file = folder.with_suffix(".jsonl")
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("".join(json.dumps(asdict(article)) + "\n" for article in articles), encoding="utf-8")
    return file


def _building(file: Path, folder: Path, jobs: int) -> list[str]:
    return [sys.executable, *KG, "build", str(file), "-o", str(folder), "-j", str(jobs), "-q"]


def _built(file: Path, folder: Path, jobs: int) -> float:
    shutil.rmtree(folder, ignore_errors=True)
    command = _building(file, folder, jobs)
    return wall_time(lambda: subprocess.run(command, cwd=ROOT, check=True))


# ── Memory ────────────────────────────────────────────────────────────────────────────────────────


def memory(articles: Sequence[Article], few: int, folder: Path) -> Iterator[Figure]:
    """The most memory that a build of all articles by two processes takes, beside one of a few."""
    most, least = (_peak(_as_file(some, folder), folder) for some in (articles, articles[:few]))
    what = f"memory of a build of {len(articles)} articles by two processes"
    yield Figure(what, f"of {few}", (least / most,), (most / 1e9,), "GB")


def _peak(file: Path, folder: Path) -> int:
    """The most bytes that a build and its processes take together, what they share once; looked at twice a second."""
    most = 0
    shutil.rmtree(folder, ignore_errors=True)
    with subprocess.Popen(_building(file, folder, 2), cwd=ROOT) as process:
        while process.poll() is None:
            most = max(most, sum(map(_bytes_of, _family(process.pid))))
            time.sleep(0.5)
    if process.returncode:
        raise SystemExit("the build failed")
    return most


def _family(pid: int) -> Iterator[int]:
    yield pid
    for file in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):
            for child in file.read_text().split():
                yield from _family(int(child))


def _bytes_of(pid: int) -> int:
    """The memory of a process, of what it shares with others its part (proc(5), `smaps_rollup`)."""
    with suppress(OSError):
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        return sum(1024 * int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return 0


# ── Start ─────────────────────────────────────────────────────────────────────────────────────────


def starts(graph: Path) -> Iterator[Figure]:
    """Commands as whole processes, beside Python that does nothing."""
    article = ROOT / "data/articles/muse-spark-launch.md"
    for words in ("--help", QUESTION.format(graph=graph), f"extract {article}"):
        command = [*KG, *words.split()]
        name = f"kg {' '.join(Path(word).name for word in words.split())}"
        sides = [partial(_started, command), partial(_started, ["-c", "pass"])]
        yield in_turn(name, "python -c pass", sides, 0, "s")


def _started(command: Sequence[str]) -> float:
    """Seconds of processor time of a Python process."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, *command], cwd=ROOT, stdout=subprocess.DEVNULL, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


# ── The graph ─────────────────────────────────────────────────────────────────────────────────────


def the_graph(graph: Graph, folder: Path) -> Iterator[Figure]:
    """Loading, writing and asking, beside rdflib's own store in memory, where that can at all."""
    import rdflib

    everything = _written(graph, "nq")
    count = len(graph.store)
    theirs = rdflib.Dataset()
    first = wall_time(lambda: theirs.parse(data=everything, format="nquads"))
    ours = [wall_time(lambda: _imported(everything, folder)) for _ in range(TURNS)]
    ratios, rates = tuple(first / one for one in ours), tuple(count / one for one in ours)
    yield Figure(f"loading {count:,} quads to disk", "rdflib, in memory", ratios, rates, "quads/s")
    facts = rdflib.Graph()
    facts.parse(data=_written(graph, "nt"), format="nt")
    for form, name, size, source in (("ttl", "turtle", len(facts), facts), ("nq", "nquads", count, theirs)):
        sides = [
            lambda form=form: processor_time(lambda: _written(graph, form)),
            lambda name=name, source=source: processor_time(lambda: source.serialize(format=name)),
        ]
        yield in_turn(f"writing {size:,} as {name}", "rdflib", sides, size, "/s")
    prefixes = dict(graph.ontology.prefixes)
    for name, question in questions(graph.ontology.folder).items():
        ask(graph, name)
        ours = [wall_time(lambda name=name: ask(graph, name)) for _ in range(TURNS)]
        other = _patient(lambda text=question.sparql: list(theirs.query(text, initNs=prefixes)))
        ratios = tuple(other / one for one in ours) if other else ()
        yield Figure(f"question {name}", "rdflib", ratios, tuple(ours), "s")


def _written(graph: Graph, form: str) -> bytes:
    out = io.BytesIO()
    export(graph, out, form)
    return out.getvalue()


def _imported(everything: bytes, folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.parent.mkdir(parents=True, exist_ok=True)
    file = folder.with_suffix(".nq")
    file.write_bytes(everything)
    command = [sys.executable, *KG, "import", str(file), "-o", str(folder), "-q"]
    subprocess.run(command, cwd=ROOT, check=True)


def _patient(work: Callable[[], object]) -> float | None:
    """The seconds of some work; none where it fails, or takes longer than anybody waits."""

    def stop(*_: object) -> None:
        raise TimeoutError

    signal.signal(signal.SIGALRM, stop)
    signal.alarm(PATIENCE)
    try:
        return wall_time(work)
    except Exception:  # noqa: BLE001 - whatever it is, rdflib has no answer
        return None
    finally:
        signal.alarm(0)


# ── The table ─────────────────────────────────────────────────────────────────────────────────────


def table(figures: Sequence[Figure]) -> str:
    """The figures as Markdown."""
    rows = [("what", "beside", "min", "median", "max", "median of the first"), *(figure.row for figure in figures)]
    lines = [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join([lines[0], "|---" * len(rows[0]) + "|", *lines[1:]])


def machine() -> dict[str, Any]:
    """What it was measured on."""
    return {"python": platform.python_version(), "machine": platform.machine(), "system": platform.system()}


def main() -> None:
    """Measures, prints the table, and writes the figures."""
    parser = argparse.ArgumentParser(description="How fast it is, beside what it is made of.")
    parser.add_argument("--articles", type=int, default=2000, help="texts to read")
    parser.add_argument("--graph", type=int, default=300, help="articles of the graph that is asked")
    parts = ("extraction", "processes", "memory", "starts", "graph", "growth")
    parser.add_argument("--only", choices=parts, help="one part alone")
    parser.add_argument("--growth", type=int, nargs="*", default=[300, 1000, 3000], help="articles of growing graphs")
    chosen = parser.parse_args()
    tune()
    extractions = demo(Extractor())
    articles = list(texts(extractions, chosen.articles))
    folder = ROOT / "build/bench"
    with Graph.open(ontology=load_ontology()) as small, Graph.open(ontology=load_ontology()) as large:
        small.add(extractions)
        file = folder.with_suffix(".nq")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(_written(small, "nq"))
        measures: dict[str, Callable[[], Iterator[Figure]]] = {
            "extraction": lambda: extraction(articles),
            "processes": lambda: processes(articles, folder),
            "memory": lambda: memory(articles, max(1, len(articles) // 10), folder),
            "starts": lambda: starts(file),
            "graph": lambda: (large.add(vary(extractions, chosen.graph)), the_graph(large, folder))[1],
        }
        figures: list[Figure] = []
        for name, part in measures.items():
            if chosen.only in (None, name):
                for figure in part():
                    sys.stderr.write(" | ".join(figure.row) + "\n")
                    figures.append(figure)
    sys.stdout.write(table(figures) + "\n")
    OUT.write_text(json.dumps({"on": machine(), "figures": [asdict(f) for f in figures]}, indent=2), encoding="utf-8")
    if chosen.growth and chosen.only in (None, "growth"):
        show(grow(extractions, chosen.growth, ROOT / "build/growth"), sys.stderr, OUT.parent)


if __name__ == "__main__":
    main()
