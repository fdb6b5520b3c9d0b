"""Same articles, same bytes: whatever process, order, partition or repetition they come in."""

import os
import random
import subprocess
import sys
from collections.abc import Iterable
from io import BytesIO
from pathlib import Path

import pytest
from conftest import ROOT

from kg.articles import read_articles
from kg.export import export
from kg.extract import Extractor
from kg.graph import Graph
from kg.model import Article, Extraction
from kg.ontology import Ontology

HASH_SEEDS = ("1", "4242")
FORMS = ("ttl", "trig", "nq", "jsonld", "graphml", "csv")
BUILD = """
import sys
from kg.cli import cli

articles, gold, out = sys.argv[1:]
for command in (
    ["extract", "-q", gold, "-o", f"{out}/extractions.jsonl"],
    ["build", "-q", articles, "-o", f"{out}/graph"],
    ["export", "-q", f"{out}/graph", "-o", f"{out}/graph.ttl"],
    ["export", "-q", f"{out}/graph", "-o", f"{out}/graph.trig"],
    ["export", "-q", f"{out}/graph", "-o", f"{out}/graph.csv"],
    ["view", "-q", f"{out}/graph", "-o", f"{out}/graph.html"],
):
    cli(command, standalone_mode=False)
"""


@pytest.fixture(scope="module")
def extractions(extractor: Extractor) -> tuple[Extraction, ...]:
    articles = [a for a in read_articles([ROOT / "data/articles"]) if isinstance(a, Article)]
    assert len(articles) >= 40
    return tuple(extractor.extract_all(articles))


@pytest.fixture(scope="module")
def wanted(extractions: tuple[Extraction, ...], extractor: Extractor) -> dict[str, bytes]:
    """The exports of a graph of all articles, added at once."""
    return exports(built([extractions], extractor.ontology))


def built(batches: Iterable[Iterable[Extraction]], ontology: Ontology) -> Graph:
    graph = Graph.open(ontology=ontology)
    for batch in batches:
        graph.add(batch)
    return graph


def exports(graph: Graph) -> dict[str, bytes]:
    written = {}
    for form in FORMS:
        stream = BytesIO()
        export(graph, stream, form)
        written[form] = stream.getvalue()
    return written


def test_two_fresh_processes_write_the_same_bytes(tmp_path):
    running = []
    for seed in HASH_SEEDS:
        out = tmp_path / seed
        out.mkdir()
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)}
        command = [sys.executable, "-c", BUILD, str(ROOT / "data/articles"), str(ROOT / "data/gold"), str(out)]
        running.append(subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True))
    for process in running:
        _, errors = process.communicate()
        assert process.returncode == 0, errors
    one, other = (tmp_path / seed for seed in HASH_SEEDS)
    names = sorted(path.name for path in one.iterdir() if path.is_file())
    assert names == ["extractions.jsonl", "graph.csv", "graph.html", "graph.trig", "graph.ttl"]
    for name in names:
        assert (one / name).read_bytes() == (other / name).read_bytes(), name
        assert (one / name).stat().st_size > 10_000, name


def test_an_extractor_made_anew_says_the_same(extractions, extractor):
    again = Extractor(extractor.ontology)
    articles = [e.article for e in extractions]
    assert tuple(again.extract_all(reversed(articles))) == tuple(reversed(extractions))


def test_adding_twice_changes_nothing(extractions, extractor, wanted):
    graph = built([extractions], extractor.ontology)
    assert graph.add(extractions) == 0
    assert graph.add(extractions[3:9]) == 0
    graph.refresh()
    assert exports(graph) == wanted
    assert min(map(len, wanted.values())) > 10_000


@pytest.mark.parametrize("seed", [1, 2])
def test_the_order_of_articles_changes_nothing(extractions, extractor, wanted, seed):
    shuffled = random.Random(seed).sample(extractions, len(extractions))
    assert shuffled != list(extractions)
    assert exports(built([shuffled], extractor.ontology)) == wanted


def test_one_by_one_is_the_same_as_at_once(extractions, extractor):
    few = extractions[:8]
    at_once = exports(built([few], extractor.ontology))
    assert exports(built([[each] for each in reversed(few)], extractor.ontology)) == at_once


def test_shards_make_the_same_graph(extractions, extractor, wanted):
    graph = Graph.open(ontology=extractor.ontology)
    for n in (2, 0, 1):
        graph.merge(built([extractions[n::3]], extractor.ontology))
    assert exports(graph) == wanted


def test_what_is_added_and_removed_leaves_no_trace(extractions, extractor):
    kept, gone = extractions[::2], extractions[1::2]
    graph = built([extractions], extractor.ontology)
    graph.remove(e.article.id for e in gone)
    assert exports(graph) == exports(built([kept], extractor.ontology))


@pytest.mark.parametrize("name", ["graph", "graph.nq", "graph.trig"])
def test_every_kind_of_store_holds_the_same(extractions, extractor, wanted, tmp_path: Path, name):
    with Graph.open(tmp_path / name, create=True, ontology=extractor.ontology) as graph:
        graph.add(extractions)
    with Graph.open(tmp_path / name, read_only=True, ontology=extractor.ontology) as graph:
        assert exports(graph) == wanted
