"""How the cost of ten more articles grows with the graph: what README says of it comes from here.

    python tests/growth.py 1000 10000 100000 --folder build/growth

Articles are made from what the demo articles say: names and figures are varied, the sentences are theirs, and words
without meaning fill the text up to a usual length. Some names are in a large share of the articles, most in a few, and
one article in twenty is a copy of another. What lies in what, is a part of what or powers what stays as it is: drawn by
lot, all places would lie in each other, and what follows would be their square. A made-up product has one maker, or in
time each would be made by all. No two made-up names differ in one letter: of so many, each would have some that could
be itself in another spelling. The extractor reads the demo articles alone. `--lot` writes more articles at a time than
a build does, which takes less time and more memory.
"""

import argparse
import json
import random
import re
import shutil
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import TextIO

import kg.graph
from kg.articles import read_articles
from kg.extract import Extractor
from kg.facts import rules
from kg.graph import Graph
from kg.model import Article, Claim, Entity, Evidence, Extraction, Span, Value
from kg.names import owning, telling_apart
from kg.ontology import Ontology, load_ontology
from kg.query import ask, find_entities, questions

ROOT = Path(__file__).parent.parent
FAMOUS = 0.3  # of names begin as in the demo article: Google is in very many articles
COPIES = 0.05  # of articles are copies
PRODUCTS = 30  # that a made-up maker has, at most
WORDS = 250
TURNS = 5
PER_DAY = 50  # articles, which come in the order of their days
SYLLABLES = "ba ce di fo gu ka le mi no pu ra se ti vo zu bel dor fin gal hon jar kel lum mar nor pel quo sol".split()


@cache
def composed() -> set[str]:
    """The properties along whose paths others hold: those that are transitive, or links of a chain."""
    return {link.value for *links, _ in rules(load_ontology()).steps for link in links}


@cache
def making() -> set[str]:
    """The properties by whose objects things of one name are told apart, or named."""
    return {*telling_apart(load_ontology()), *owning(load_ontology())}


def demo(extractor: Extractor) -> list[Extraction]:
    """What the demo articles say."""
    articles = [each for each in read_articles([ROOT / "data/articles"]) if isinstance(each, Article)]
    return list(extractor.extract_all(articles))


def vary(extractions: Sequence[Extraction], count: int, start: int = 0) -> Iterator[Extraction]:
    """So many articles, the same ones each time; `start` is the number of the first."""
    for number in range(start, start + count):
        yield variant(extractions, number)


def variant(extractions: Sequence[Extraction], number: int) -> Extraction:
    """The article of a number: a demo article's claims about other things."""
    chance = random.Random(number)
    if number and chance.random() < COPIES:
        copied = variant(extractions, chance.randrange(number))
        return _named(copied, f"n{number}", chance)
    source = chance.choice(extractions)
    words = new_words(source, number, chance)
    names = {entity.name: rename(entity.name, words) for entity in source.entities}
    day = day_of(number)
    entities = {}
    for entity in source.entities:
        name = names[entity.name]
        entities[name] = Entity(name, entity.type, tuple(rename(alias, words) for alias in entity.aliases))
    text, claims = _tell(source, names, words, chance)
    title = rename(source.article.title, words)
    article = Article(f"n{number}", title, text, day, f"https://example.org/{number}", "Daily")
    return _placed(Extraction(article, tuple(entities.values()), claims))


def day_of(number: int) -> str:
    """The day of an article, which comes after those before it."""
    return (date(2020, 1, 1) + timedelta(days=number // PER_DAY)).isoformat()


def _named(extraction: Extraction, name: str, chance: random.Random) -> Extraction:
    """A copy under another id, with a line of its own in front."""
    article = replace(extraction.article, id=name, text=f"{_filler(chance, 8)}\n{extraction.article.text}")
    return _placed(replace(extraction, article=article))


def _placed(extraction: Extraction) -> Extraction:
    """Claims with the place that their words have in the article."""
    content, claims = extraction.article.content, []
    for claim in extraction.claims:
        start = content.index(claim.evidence.words)
        span = Span(start, start + len(claim.evidence.words))
        claims.append(replace(claim, evidence=replace(claim.evidence, article=extraction.article.id, span=span)))
    return replace(extraction, claims=tuple(claims))


def made_up(rank: int) -> str:
    """A word for each number, the last syllable a check on the others: no two words differ in one letter."""
    word, check = "", 0
    rank += len(SYLLABLES)
    while rank:
        rank, digit = divmod(rank, len(SYLLABLES))
        word += SYLLABLES[digit]
        check += digit
    return (word + SYLLABLES[check % len(SYLLABLES)]).capitalize()


def new_words(source: Extraction, number: int, chance: random.Random) -> dict[str, str]:
    """What the names of an article's things begin with instead, so that those alike in it stay alike."""
    ends = {end for claim in source.claims if claim.property in composed() for end in (claim.subject, claim.object)}
    makers = first_makers(source)
    kept = {word for end in ends for word in _line(str(end).split()[0], makers)}
    words: dict[str, str] = {}
    firsts = sorted({entity.name.split()[0] for entity in source.entities} - kept)
    for first in sorted(firsts, key=lambda word: len(_line(word, makers))):
        maker = makers.get(first, "")
        if chance.random() < FAMOUS and maker not in words:
            continue
        if maker:
            words[first] = words.get(maker, maker) + made_up(int(PRODUCTS ** chance.random())).lower()
        else:
            # Of all things, an article mostly names those that others name too; the more articles, the more things.
            words[first] = made_up(int((number + 50) ** chance.random() * 3))
    return words


def first_makers(source: Extraction) -> dict[str, str]:
    """What a maker's name begins with, by what the names of things do that are told apart by it."""
    makers: dict[str, str] = {}
    for claim in source.claims:
        made, maker = claim.subject.split()[0], str(claim.object).split()[0]
        if claim.property in making() and made not in makers and made not in _line(maker, makers):
            makers[made] = maker
    return makers


def _line(word: str, makers: Mapping[str, str]) -> list[str]:
    """A word, its maker's, and that one's."""
    line = [word]
    while line[-1] in makers:
        line.append(makers[line[-1]])
    return line


def rename(text: str, words: dict[str, str]) -> str:
    """A text with some of its words replaced."""
    any_word = "|".join(map(re.escape, sorted(words, key=len, reverse=True)))
    return re.sub(rf"(?<!\w)(?:{any_word})(?!\w)", lambda match: words[match[0]], text) if words else text


def _tell(
    source: Extraction, names: dict[str, str], words: dict[str, str], chance: random.Random
) -> tuple[str, tuple[Claim, ...]]:
    lines, claims = [], []
    for claim in source.claims:
        line = rename(" ".join(claim.evidence.words.split()), words)
        lines += [_filler(chance, 12), line]
        value = claim.object
        object = names[value] if isinstance(value, str) else _new_value(value, chance)
        evidence = Evidence("", Span(0, 1), line, claim.evidence.rule)
        claims.append(replace(claim, subject=names[claim.subject], object=object, evidence=evidence))
    while len(" ".join(lines).split()) < WORDS:
        lines.append(_filler(chance, 20))
    return "\n".join(lines), tuple(claims)


def _new_value(value: Value, chance: random.Random) -> Value:
    if re.fullmatch(r"[1-9]\d+", value.lexical) and not value.datatype.endswith("gYear"):
        return replace(value, lexical=str(chance.randint(1, 999)) + "0" * max(0, len(value.lexical) - 3))
    return value


def _filler(chance: random.Random, count: int) -> str:
    return " ".join(made_up(int(4000 ** chance.random())).lower() for _ in range(count)) + "."


def size_of(folder: Path) -> int:
    """The bytes that a folder takes on disk."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


@dataclass(frozen=True)
class Figures:
    """What a graph of so many articles takes: seconds of processor time, but for questions, and bytes."""

    articles: int
    claims: int
    built: float
    ten_added: float
    ten_removed: float
    question: float  # about a thing that some articles speak of: the median question
    slowest: float  # the slowest of them
    famous: float  # the median question about what most articles speak of
    size: int

    @property
    def row(self) -> str:
        """The figures as a line of the table."""
        times = (self.built, self.ten_added, self.ten_removed, self.question, self.slowest, self.famous)
        cells = "".join(f"{seconds:12.3g}" for seconds in times)
        return f"{self.articles:9,}{self.claims:11,}{cells}{self.size / 1e6:10,.0f}"


HEAD = "articles     claims   built (s)   ten added ten removed    question     slowest about famous   MB disk"


def grow(extractions: Sequence[Extraction], counts: Sequence[int], folder: Path) -> Iterator[Figures]:
    """The figures of a graph as it grows to each of some sizes."""
    shutil.rmtree(folder, ignore_errors=True)
    ontology = load_ontology()  # once: reading it takes longer than ten articles do
    done, built = 0, 0.0
    for count in sorted(counts):
        began = time.process_time()
        with Graph.open(folder, create=True, ontology=ontology) as graph:
            graph.add(vary(extractions, count - done, done))
        built += time.process_time() - began
        done = count
        yield measure(extractions, folder, ontology, count, built)


def measure(extractions: Sequence[Extraction], folder: Path, ontology: Ontology, count: int, built: float) -> Figures:
    """The figures of a graph of so many articles in a folder, which is the same afterwards."""
    tens = [list(vary(extractions, 10, count + 10 * turn)) for turn in range(TURNS)]
    with Graph.open(folder, ontology=ontology) as graph:
        _await_merges()
        added = statistics.median([processor_time(lambda ten=ten: graph.add(ten)) for ten in tens])
        newest = [[each.article.id for each in ten] for ten in reversed(tens)]
        removed = statistics.median([processor_time(lambda ids=ids: graph.remove(ids)) for ids in newest])
        famous, usual = known_names(graph, extractions)
        some, most = times(graph, usual), times(graph, famous)
        claims = graph.sizes["claim"]
    asked = (statistics.median(some), max(some), statistics.median(most))
    return Figures(count, claims, built, added, removed, *asked, size_of(folder))


def _await_merges() -> None:
    """Waits until a store that was written to in bulk has merged its files, which takes this process's time."""
    while processor_time(lambda: time.sleep(2)) > 0.1:
        pass


def processor_time(work: Callable[[], object]) -> float:
    """Seconds of processor time that some work takes in this process."""
    began = time.process_time()
    work()
    return time.process_time() - began


def known_names(graph: Graph, extractions: Sequence[Extraction]) -> tuple[str, str]:
    """A name that very many articles use, and one that some do."""
    names = {entity.name for extraction in extractions for entity in extraction.entities}
    made = (entity.name for each in vary(extractions, 100, 50) for entity in each.entities if entity.name not in names)
    return "OpenAI", next(name for name in made if len(find_entities(graph, name)) == 1)


def times(graph: Graph, name: str) -> list[float]:
    """The seconds that each question takes that can be asked about a thing, once it was asked before."""
    found = []
    for question, about in about_a_thing(graph.ontology).items():
        ask(graph, question, **{about: name})
        began = time.perf_counter()
        ask(graph, question, **{about: name})
        found.append(time.perf_counter() - began)
    return found


def about_a_thing(ontology: Ontology) -> dict[str, str]:
    """The questions that can be asked about a thing, each with the parameter that names it."""
    found: dict[str, str] = {}
    for question in questions(ontology.folder).values():
        for parameter in question.parameters:
            if parameter.is_entity:
                found.setdefault(question.name, parameter.name)
    return found


def draw(figures: Sequence[Figures], path: Path) -> None:
    """Draws how the times grow with the graph."""
    import matplotlib as mpl

    mpl.use("svg")
    mpl.rcParams["svg.hashsalt"] = "kg"  # the same bytes each time
    from matplotlib import pyplot as plt

    lines = {
        "ten more articles": [each.ten_added for each in figures],
        "a question about a thing, median": [each.question for each in figures],
        "the slowest of them": [each.slowest for each in figures],
        "a question about the most famous thing, median": [each.famous for each in figures],
    }
    figure, axes = plt.subplots(figsize=(7, 3.6))
    for label, seconds in lines.items():
        axes.plot([each.articles for each in figures], seconds, marker="o", label=label)
    axes.set(xscale="log", yscale="log", xlabel="articles in the graph", ylabel="seconds")
    axes.set_xticks([each.articles for each in figures], [f"{each.articles:,}" for each in figures])
    axes.set_xticks([], minor=True)
    axes.grid(alpha=0.3)
    axes.legend(fontsize=8, loc="center left", bbox_to_anchor=(1, 0.5), frameon=False)
    figure.savefig(path, bbox_inches="tight", metadata={"Date": None})
    plt.close(figure)


def show(coming: Iterator[Figures], out: TextIO, folder: Path) -> None:
    """Prints figures as they come, and writes them and their picture to a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    out.write(f"{HEAD}\n")
    found: list[Figures] = []
    for figures in coming:
        out.write(f"{figures.row}\n")
        out.flush()
        found.append(figures)
        (folder / "growth.json").write_text(json.dumps([asdict(each) for each in found], indent=2), encoding="utf-8")
        draw(found, folder / "growth.svg")


def main() -> None:
    """Prints the table, and writes it with its picture beside the graph."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("counts", nargs="+", type=int)
    parser.add_argument("--folder", type=Path, default=ROOT / "build/growth")
    parser.add_argument("--lot", type=int, default=kg.graph.LOT, help="articles that are written at a time")
    arguments = parser.parse_args()
    kg.graph.LOT = arguments.lot
    show(grow(demo(Extractor()), arguments.counts, arguments.folder), sys.stdout, arguments.folder.parent)


if __name__ == "__main__":
    sys.exit(main())
