"""A build that is killed at any moment goes on where it stopped: nothing twice, nothing lost, nothing half done."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

from click.testing import CliRunner
from conftest import ROOT
from extractions import entity, extraction
from test_graph import everything, graph_of

from kg.cli import cli
from kg.graph import Graph
from kg.model import Extraction
from kg.ontology import load_ontology

KG = load_ontology()
BUILD = """
import sys
sys.path[:0] = sys.argv[2:]
import kg.graph
from test_killed import ARTICLES, KG
kg.graph.LOT = 3
with kg.graph.Graph.open(sys.argv[1], create=True, ontology=KG) as graph:
    print("open", flush=True)
    graph.add((print(each.article.id, flush=True), each)[1] for each in ARTICLES)
"""
KILLS = 6


def article(number: int) -> Extraction:
    """An article about things that other articles speak of too."""
    maker, thing = f"Maker {number % 7}", f"Thing {number % 11}"
    said = [(thing, "developedBy", maker), (maker, "competesWith", "Zorgon"), (thing, "poweredBy", "Zork")]
    entities = [entity(maker), entity(thing, "Application"), entity("Zorgon"), entity("Zork", "AIModel")]
    made = extraction(f"a{number}", entities, said)
    words = " ".join(f"w{number}x{i}" for i in range(30))
    return replace(made, article=replace(made.article, text=f"{made.article.text}\n{words}"))


ARTICLES = [article(number) for number in range(60)]


def start(path: Path) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-c", BUILD, str(path), str(ROOT), str(ROOT / "tests")]
    process = subprocess.Popen(command, stdout=subprocess.PIPE)
    assert process.stdout
    assert process.stdout.readline() == b"open\n"
    return process


def stop(process: "subprocess.Popen[bytes]") -> None:
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()


def test_a_build_that_is_killed_goes_on_where_it_stopped(tmp_path):
    path, counts = tmp_path / "graph", [0]
    for number in range(KILLS):
        process = start(path)
        for _ in range(7 + 8 * number):
            assert process.stdout.readline()  # three articles are a lot: some are being written
        time.sleep(0.004 * number)
        stop(process)
        with Graph.open(path, ontology=KG) as graph:
            held = {*graph.articles}
            wanted = graph_of(*(each for each in ARTICLES if each.article.id in held))
            assert everything(graph) == everything(wanted)
            counts.append(len(held))
        del graph
    assert counts == sorted(counts)
    assert any(0 < count < len(ARTICLES) for count in counts), "no kill fell into a build"
    process = start(path)
    process.communicate()
    assert process.returncode == 0
    with Graph.open(path, read_only=True, ontology=KG) as graph:
        assert everything(graph) == everything(graph_of(*ARTICLES))


def test_a_second_writer_is_told_what_to_do(tmp_path):
    (tmp_path / "news.txt").write_text("Meta launched Muse Spark.", encoding="utf-8")
    process = start(tmp_path / "graph")
    result = CliRunner().invoke(cli, ["build", str(tmp_path / "news.txt"), "-o", str(tmp_path / "graph")])
    stop(process)
    assert result.exit_code == 1
    assert "in use by another process" in result.stderr
    assert result.stderr.count("\n") == 1
