"""Articles read on a Ray cluster, one of whose machines is lost meanwhile, are the graph that one machine builds."""

import os
import signal
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import pytest
from click.testing import CliRunner
from conftest import ROOT
from test_graph import everything

import kg.ray
from kg.articles import read_articles
from kg.cli import cli
from kg.extract import Extractor
from kg.graph import Graph
from kg.ontology import load_ontology

ray = pytest.importorskip("ray")
FILES = sorted((ROOT / "data" / "articles").glob("*.md"))[:24]


@pytest.fixture(scope="module")
def cluster():
    kg.ray.connect("local")
    ray.data.DataContext.get_current().enable_progress_bars = False
    yield
    ray.shutdown()


@pytest.fixture(scope="module")
def built_here():
    graph = Graph.open(ontology=load_ontology())
    graph.add(Extractor(graph.ontology).extract_all([*read_articles(FILES)]))
    return everything(graph)


def readers() -> list[int]:
    """The processes of the actors that read articles."""
    titles = {int(path.parent.name): path.read_bytes() for path in Path("/proc").glob("[0-9]*/cmdline")}
    return [number for number, title in titles.items() if b"_Reader" in title]


def test_a_cluster_of_which_a_worker_is_killed_builds_the_graph_that_is_built_here(cluster, built_here):
    graph, killed = Graph.open(ontology=load_ontology()), []
    for shard in kg.ray.shards(kg.ray.extract(kg.ray.articles(FILES), batch=2), graph.ontology, count=2):
        graph.merge(shard)
        if not killed:
            killed = readers()
            os.kill(killed[0], signal.SIGKILL)
    assert killed
    assert everything(graph) == built_here


def test_the_union_of_shards_is_the_graph_that_is_built_here(cluster, built_here, tmp_path):
    table = [asdict(each) for each in read_articles(FILES)]
    dataset = kg.ray.extract(ray.data.from_items([*table, {"id": "long", "text": "x" * 10**6}]))
    errors = kg.ray.write_shards(dataset, tmp_path / "shards")
    assert [str(error).partition(":")[0] for error in errors] == ["long"]
    shards = sorted((tmp_path / "shards").iterdir())
    assert len(shards) > 1
    result = CliRunner().invoke(cli, ["import", *map(str, shards), "-o", str(tmp_path / "graph")])
    assert result.exit_code == 0, result.output
    with Graph.open(tmp_path / "graph", read_only=True) as graph:
        assert everything(graph) == built_here


def test_a_build_on_a_cluster_tells_what_could_not_be_read(cluster, tmp_path):
    (tmp_path / "bad.json").write_text("{", encoding="utf-8")
    words = ["build", str(FILES[0]), str(tmp_path / "bad.json"), "--ray", "local", "-o", str(tmp_path / "graph")]
    result = CliRunner().invoke(cli, words)
    assert result.exit_code == 1
    assert "bad.json" in result.stderr
    assert "1 articles were new or changed" in result.stderr


def test_a_quiet_build_on_a_cluster_says_nothing_of_what_ray_does(tmp_path):
    words = ["build", str(FILES[0]), "--ray", "local", "-o", str(tmp_path / "graph"), "-q"]
    command = [sys.executable, "-c", "from kg.cli import main; main()", *words]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert "Dataset" not in said.stdout + said.stderr and "Warning" not in said.stderr
