"""No word of the domain is known to the code: under an ontology whose domain IRIs are random the graph is the same.

Each class and property of technews.ttl gets a meaningless IRI, in every file of the ontology. What phrases alone find,
the graph that follows from it, and the answers to the named questions may differ in these IRIs and in nothing else.
"""

import random
import re
from collections.abc import Mapping
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
from conftest import ROOT

from kg.articles import read_articles
from kg.extract import Extractor
from kg.graph import FACTS, INFERRED, Graph
from kg.model import Article, Extraction
from kg.ontology import load_ontology
from kg.query import ask, explain, questions

DOMAIN = "https://w3id.org/technews-kg/ontology#"
RENAMED = "https://example.org/words#"
SEEDS = (1, 2)
ARTICLES = (
    "muse-spark-launch",
    "meta-superintelligence-labs",
    "google-wiz",
    "intel-nvidia-stake",
    "iphone-16",
    "nvidia-blackwell",
    "openai-40-billion-round",
    "scale-ai-layoffs",
    "windsurf-openai-io",
    "brussels-apple-meta",
)


@dataclass(frozen=True)
class Reading:
    """What an extractor says of some articles, and the graph of it."""

    extractor: Extractor
    extractions: tuple[Extraction, ...]
    graph: Graph


Renamed = tuple[Reading, Mapping[str, str]]  # what is read under new names, and the new name of each


def declared(folder: Path) -> list[str]:
    """The local names of all IRIs in the domain's namespace that the ontology's Turtle speaks of, sorted."""
    names = set()
    for path in sorted(folder.glob("*.ttl")):
        for quad in ox.parse(path=str(path), format=ox.RdfFormat.TURTLE):
            terms = (quad.subject, quad.predicate, quad.object)
            iris = [term.value for term in terms if isinstance(term, ox.NamedNode)]
            names |= {iri.removeprefix(DOMAIN) for iri in iris if iri.startswith(DOMAIN)}
    return sorted(names)


def new_names(names: list[str], seed: int) -> Mapping[str, str]:
    """A random name for each name: letters that begin alike for none, so that they sort in another order."""
    chance = random.Random(seed)
    return {name: "".join(chance.choices("abcdefghijklmnopqrstuvwxyz", k=12)) for name in names}


def rename(folder: Path, target: Path, names: Mapping[str, str]) -> None:
    """A copy of an ontology's folder with another name for each class and property, in its questions too."""

    def renamed(match: re.Match[str]) -> str:
        return f"tn:{names[match[1]]}" if match[1] in names else match[0]

    for path in sorted(p for p in folder.rglob("*") if p.suffix in (".ttl", ".rq")):
        text = re.sub(r"\btn:(\w+)", renamed, path.read_text(encoding="utf-8")).replace(DOMAIN, RENAMED)
        place = target / path.relative_to(folder)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")


def read(extractor: Extractor) -> Reading:
    articles = [a for a in read_articles([ROOT / "data/articles"]) if isinstance(a, Article) and a.id in ARTICLES]
    extractions = tuple(extractor.extract_all(articles))
    graph = Graph.open(ontology=extractor.ontology)
    graph.add(extractions)
    return Reading(extractor, extractions, graph)


def back(value: Any, names: Mapping[str, str]) -> Any:
    """A value with the domain's own IRIs, and without the hashes of claims, which hold the IRIs of properties."""
    text = re.sub(r"claim/[0-9a-f]{20}", "claim/hash", str(value))
    return re.sub(re.escape(RENAMED) + r"(\w+)", lambda m: DOMAIN + {v: k for k, v in names.items()}[m[1]], text)


def rows(table: Any, names: Mapping[str, str]) -> list[str]:
    return sorted(back(row, names) for row in table)


@pytest.fixture(scope="module")
def original() -> Reading:
    return read(Extractor(trained=None))


@pytest.fixture(scope="module", params=SEEDS)
def renamed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Renamed:
    source, folder = load_ontology().folder, tmp_path_factory.mktemp("renamed")
    names = new_names(declared(source), request.param)
    rename(source, folder, names)
    return read(Extractor(load_ontology(folder), trained=None)), names


def test_every_domain_iri_has_another_name(renamed, original):
    reading, names = renamed
    assert len(names) > 70
    assert len(set(names.values())) == len(names)
    assert names.keys() >= {"AIModel", "developedBy", "price", "uses"}
    folder = reading.extractor.ontology.folder
    assert declared(folder) == []
    text = "".join(path.read_text(encoding="utf-8") for path in sorted(folder.rglob("*.*")))
    assert DOMAIN not in text
    ontology = original.extractor.ontology
    assert len(reading.extractor.ontology.classes) == len(ontology.classes)
    assert len(reading.extractor.ontology.properties) == len(ontology.properties)


def test_articles_say_the_same(renamed, original):
    reading, names = renamed
    assert len(original.extractions) == len(ARTICLES)
    assert sum(len(e.claims) for e in original.extractions) > 60
    for one, other in zip(original.extractions, reading.extractions, strict=True):
        assert [back(e, names) for e in other.entities] == [back(e, {}) for e in one.entities], one.article.id
        assert rows(other.claims, names) == rows(one.claims, {}), one.article.id


def test_the_same_facts_follow(renamed, original):
    reading, names = renamed
    for part, least in ((FACTS, 300), (INFERRED, 100)):
        wanted, found = (r.graph.store.quads_for_pattern(None, None, None, part) for r in (original, reading))
        facts = rows((quad.triple for quad in wanted), {})
        assert rows((quad.triple for quad in found), names) == facts
        assert len(facts) > least


def test_claims_are_explained_in_the_same_words(renamed, original):
    reading, names = renamed
    wanted = rows(map(astuple, explain(original.graph)), {})
    assert rows(map(astuple, explain(reading.graph)), names) == wanted
    assert len(wanted) > 60


def test_named_questions_have_the_same_answers(renamed, original):
    reading, names = renamed
    folder = original.extractor.ontology.folder
    answered = 0
    for name in questions(folder):
        wanted = ask(original.graph, name)
        assert rows(ask(reading.graph, name).rows, names) == rows(wanted.rows, {}), name
        answered += bool(wanted.rows)
    assert answered >= 8
