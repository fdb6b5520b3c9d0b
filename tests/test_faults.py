"""Faults of the machine: a clear line, a code that is not 0, nothing stored lost, and the next run goes on."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest
from click.testing import CliRunner
from conftest import ROOT
from extractions import MUSE, RIVAL
from servers import KG
from test_graph import everything, graph_of
from test_killed import ARTICLES, start

from kg.cli import cli
from kg.errors import GraphError
from kg.graph import Graph
from kg.ontology import load_ontology
from kg.vocab import CLAIM

ONTOLOGY = load_ontology()
SOON = 10  # seconds, where two are what is promised: machines are busy
RUNAWAY = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . ?m ?n ?o . ?p ?q ?r . ?s ?t ?u }"


def kg(*args: object, **more: object) -> "subprocess.CompletedProcess[str]":
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, "check": False, "env": env} | more
    return subprocess.run([*KG, *map(str, args)], **pipes)


def failed(done: "subprocess.CompletedProcess[str]", *words: str) -> None:
    assert done.returncode == 1, done.stderr
    (line,) = [line for line in done.stderr.splitlines() if line.startswith("Error: ")]
    assert all(word in line for word in words), line
    assert "Traceback" not in done.stderr


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("small") / "graph"
    with Graph.open(path, create=True, ontology=ONTOLOGY) as graph:
        graph.add([MUSE])
    return path


def copied(small: Path, folder: Path) -> Path:
    return Path(shutil.copytree(small, folder / "graph"))


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of its own, of 24 MB; where none can be mounted, nothing is shown here."""
    place = tmp_path / "disk"
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(place)]
    if not shutil.which("mount") or subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("no disk can be mounted here")
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)


def filled(disk: Path) -> Path:
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as file:
        try:
            while file.write(b"\0" * 4096):
                pass
        except OSError:
            return ballast


def test_a_full_disk_loses_nothing_and_the_next_build_goes_on(disk, small):
    path = copied(small, disk)
    with Graph.open(disk / "graph.nq", create=True, ontology=ONTOLOGY) as graph:
        graph.add([MUSE])
    ballast = filled(disk)
    for place in (path, disk / "graph.nq"):
        with pytest.raises(GraphError, match="No space left on device"), Graph.open(place, ontology=ONTOLOGY) as graph:
            graph.add([RIVAL])
        with Graph.open(place, read_only=True, ontology=ONTOLOGY) as graph:
            assert everything(graph) == everything(graph_of(MUSE))
        del graph
    ballast.unlink()
    for place in (path, disk / "graph.nq"):
        with Graph.open(place, ontology=ONTOLOGY) as graph:
            graph.add([RIVAL])
            assert everything(graph) == everything(graph_of(MUSE, RIVAL))
    assert {each.name for each in disk.iterdir()} == {"graph", "graph.nq"}


def test_a_disk_that_fills_in_the_middle_of_a_build_keeps_what_was_written(disk, small):
    path = copied(small, disk)
    ballast = filled(disk)
    os.truncate(ballast, ballast.stat().st_size - 1_500_000)
    with pytest.raises(GraphError, match="No space left"), Graph.open(path, ontology=ONTOLOGY) as graph:
        for each in ARTICLES:
            graph.add([each])
    del graph
    ballast.unlink()
    with Graph.open(path, ontology=ONTOLOGY) as graph:
        held = {*graph.articles}
        assert "muse" in held
        assert everything(graph) == everything(graph_of(MUSE, *(each for each in ARTICLES if each.article.id in held)))
        graph.add(ARTICLES)
        assert everything(graph) == everything(graph_of(MUSE, *ARTICLES))


def test_what_is_written_to_a_full_disk_leaves_what_stood_there(disk, small):
    outputs = {name: disk / name for name in ("a.ttl", "a.html", "a.csv")}
    for path in outputs.values():
        path.write_text("old", encoding="utf-8")
    ballast = filled(disk)
    for name, command in {"a.ttl": ["export"], "a.html": ["view"], "a.csv": ["query"]}.items():
        rest = ["SELECT * { ?s ?p ?o }", "-f", "csv"] if name == "a.csv" else []
        result = CliRunner().invoke(cli, [*command, str(small), *rest, "-o", str(outputs[name])])
        assert result.exit_code == 1
        assert f"{outputs[name]}: cannot be written: No space left on device" in result.stderr
    assert {path.read_text(encoding="utf-8") for path in outputs.values()} == {"old"}
    assert {*disk.iterdir()} == {ballast, *outputs.values()}, "no temporary file is left"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
@pytest.mark.parametrize(
    "args", [["query", "GRAPH"], ["explain", "GRAPH", "Meta"], ["export", "GRAPH", "-o", "-", "-f", "nt"]]
)
def test_a_full_standard_output_gets_a_line(small, args):
    with Path("/dev/full").open("w") as full:
        done = kg(*[str(small) if arg == "GRAPH" else arg for arg in args], "-q", stdout=full)
    failed(done, "standard output: cannot be written: No space left on device")


def test_who_has_read_enough_gets_no_error(small):
    command = (
        f"{sys.executable} -c 'from kg.cli import main; main()' query {small} 'SELECT * {{ ?s ?p ?o }}' -q | head -1"
    )
    done = subprocess.run(
        command, shell=True, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(ROOT)}, check=False
    )
    assert done.stderr == ""


def test_a_disk_that_can_only_be_read_is_read_and_not_written(disk, small, tmp_path):
    path = copied(small, disk)
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    for args in (["query", path, "who-develops-what"], ["export", path, "-o", tmp_path / "a.ttl"]):
        assert CliRunner().invoke(cli, [*map(str, args)]).exit_code == 0
    news = tmp_path / "news.txt"
    news.write_text("Meta launched Muse Spark.", encoding="utf-8")
    for args in (
        ["remove", path, "muse"],
        ["build", news, "-o", path],
        ["build", news, "-o", disk / "b.nq"],
        ["import", path, "-o", disk / "new/graph"],
        ["export", path, "-o", disk / "a.ttl"],
    ):
        result = CliRunner().invoke(cli, [*map(str, args)])
        assert result.exit_code == 1, args
        assert "no permission to write here" in result.stderr or "Read-only file system" in result.stderr
        assert result.stderr.count("\n") == 1, result.stderr
    with Graph.open(path, read_only=True, ontology=ONTOLOGY) as graph:
        assert everything(graph) == everything(graph_of(MUSE))


def test_a_store_of_a_later_version_is_left_alone(small, tmp_path):
    path = copied(small, tmp_path)
    with Graph.open(path, ontology=ONTOLOGY) as graph:
        graph.store.update(f"INSERT DATA {{ GRAPH <{CLAIM.store}> {{ <{CLAIM.store}> <{CLAIM.layout}> 99 }} }}")
        before = sorted(map(str, graph.store))
    del graph
    for args in (["query", path, "who-leads"], ["remove", path, "muse"], ["build", "-", "-o", path]):
        failed(kg(*args, input="Meta launched Muse Spark."), "written in format 99, this version of kg reads up to")
    stored = ox.Store.read_only(str(path))
    assert sorted(map(str, stored)) == before


def largest(path: Path) -> Path:
    return max(path.glob("*.sst"), key=lambda each: each.stat().st_size)


DAMAGE = {
    "a part that is gone": lambda path: largest(path).unlink(),
    "a part that is cut": lambda path: os.truncate(largest(path), 1_000),
    "a part that is empty": lambda path: os.truncate(largest(path), 0),
    "a part of other bytes": lambda path: largest(path).write_bytes(b"x" * largest(path).stat().st_size),
    "no CURRENT that can be read": lambda path: (path / "CURRENT").write_bytes(b"\xff\0garbage"),
    "an empty CURRENT": lambda path: (path / "CURRENT").write_bytes(b""),
    "no manifest": lambda path: [each.unlink() for each in path.glob("MANIFEST*")],
    "half a manifest": lambda path: [os.truncate(each, 60) for each in path.glob("MANIFEST*")],
}


@pytest.mark.parametrize("what", DAMAGE)
def test_a_damaged_folder_gets_a_line_and_is_left_as_it_is(small, tmp_path, what):
    path = copied(small, tmp_path)
    DAMAGE[what](path)
    parts = {each.name: each.stat().st_size for each in path.glob("*.sst")}
    for args in (["query", path, "who-leads"], ["remove", path, "muse"], ["export", path, "-o", tmp_path / "a.nq"]):
        result = CliRunner().invoke(cli, [*map(str, args)])
        assert result.exit_code == 1
        assert result.stderr.startswith(f"Error: {path}: ")
        assert result.stderr.count("\n") == 1
        assert "damaged" in result.stderr or "No such file" in result.stderr
        assert "another process" not in result.stderr
    assert {each.name: each.stat().st_size for each in path.glob("*.sst")} == parts


def test_blocks_are_no_locks():
    """A block whose checksum is wrong was told as a store that another process has."""
    from kg.graph import _clearly

    with pytest.raises(GraphError, match="damaged"), _clearly(Path("graph")):
        raise OSError("Corruption: block checksum mismatch: stored = 1, computed = 2")


@pytest.mark.parametrize("form", ["nq", "trig"])
@pytest.mark.parametrize("share", [0.0, 0.3, 0.7, 0.999])
def test_a_file_that_is_cut_short_is_refused_and_left_as_it_is(small, tmp_path, form, share):
    whole = tmp_path / f"whole.{form}"
    assert CliRunner().invoke(cli, ["export", str(small), "-o", str(whole)]).exit_code == 0
    content = whole.read_bytes()
    path = tmp_path / f"cut.{form}"
    cut = content[: int(len(content) * share)]
    cut = cut[: cut.rindex(b'"') + 1] if cut else cut  # in the middle of a statement
    path.write_bytes(cut)
    for args in (["query", path, "who-leads"], ["remove", path, "muse"], ["import", path, "-o", tmp_path / "new"]):
        result = CliRunner().invoke(cli, [*map(str, args)])
        assert result.exit_code == 1
        assert result.stderr.startswith(f"Error: {path}: ")
        assert result.stderr.count("\n") == 1
    assert path.read_bytes() == cut


# Ctrl-C


def interrupted(process: "subprocess.Popen[str]") -> str:
    asked = time.monotonic()
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert time.monotonic() - asked < SOON
    assert "Traceback" not in said, said
    assert process.returncode == 130, (process.returncode, said)
    return said


def started(*args: object) -> "subprocess.Popen[str]":
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen([*KG, *map(str, args)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=env)


def wait_until(holds: "object", seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.1)


def test_ctrl_c_ends_a_build_and_what_was_done_is_kept(tmp_path):
    news = tmp_path / "news"
    news.mkdir()
    for n in range(3_000):
        (news / f"a{n:04}.txt").write_text(f"Meta launched Zorg {n}. It acquired Zork {n % 7}.", encoding="utf-8")
    process = started("build", news, "-o", tmp_path / "graph")
    wait_until(lambda: held(tmp_path / "graph"))
    interrupted(process)
    assert sorted(each.name for each in tmp_path.iterdir()) == ["graph", "news"]
    with Graph.open(tmp_path / "graph") as graph:
        kept = graph.articles
        before = everything(graph)
        graph.refresh()
        assert everything(graph) == before
    assert 0 < len(kept) < 3_000


def held(path: Path) -> int:
    """How many articles a graph has that somebody may be writing to."""
    try:
        with Graph.open(path, read_only=True, ontology=ONTOLOGY) as graph:
            return graph.sizes["article"]
    except GraphError:  # not there yet, or in the middle of a change
        return 0


def cpu(pid: int) -> float:
    """The seconds that a process has worked."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def test_ctrl_c_ends_a_query_that_the_engine_is_at(small, tmp_path):
    out = tmp_path / "out.csv"
    out.write_text("old", encoding="utf-8")
    process = started("query", small, RUNAWAY, "-f", "csv", "-o", out)
    wait_until(lambda: cpu(process.pid) > 2)
    interrupted(process)
    assert out.read_text(encoding="utf-8") == "old"
    assert [*tmp_path.iterdir()] == [out]


def test_ctrl_c_in_the_middle_of_a_lot_leaves_a_graph_that_holds_together(tmp_path):
    process = start(tmp_path / "graph")
    for _ in range(8):
        assert process.stdout.readline()
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    with Graph.open(tmp_path / "graph", ontology=ONTOLOGY) as graph:
        held = {*graph.articles}
        assert everything(graph) == everything(graph_of(*(each for each in ARTICLES if each.article.id in held)))
    assert len(held) >= 6


def test_ctrl_c_while_a_file_is_written_leaves_the_old_one(small, tmp_path):
    code = """if True:
        import os, signal, sys
        from pathlib import Path
        import kg.export
        from kg import graph
        real = Path.replace
        def replace(self, target):
            os.kill(os.getpid(), signal.SIGINT)
            for _ in range(10**8): pass
            return real(self, target)
        Path.replace = replace
        from kg.cli import main
        main()
    """
    for command, more in (("export", []), ("query", ["SELECT * { ?s ?p ?o }", "-f", "csv"])):
        out = tmp_path / ("a.ttl" if command == "export" else "a.csv")
        out.write_text("old", encoding="utf-8")
        done = subprocess.run(
            [sys.executable, "-c", code, command, str(small), *more, "-o", str(out)],
            capture_output=True,
            text=True,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            check=False,
        )
        assert (done.returncode, "Traceback" in done.stderr) == (130, False), done.stderr
        assert out.read_text(encoding="utf-8") == "old"
    assert sorted(each.name for each in tmp_path.iterdir()) == ["a.csv", "a.ttl"]
