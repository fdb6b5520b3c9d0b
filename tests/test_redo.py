"""A change of a folder stands whole or not at all, wherever who makes it ends, and whoever reads meanwhile."""

import itertools

import pytest
from test_graph import everything, graph_of
from test_killed import ARTICLES, KG, start

import kg.redo
from kg.errors import GraphError
from kg.graph import Graph
from kg.redo import CHANGE, is_moving

BEFORE, LATER = ARTICLES[:9], ARTICLES[9:20]
SHARES = [(0, 0), (0.5, 0), (1, 0), (1, 0.5), (1, 1)]


def stopped_after(going: float, coming: float):
    """What makes a change as far as these shares of it, and ends as one does on a disk that is full."""

    def apply(store, folder, old, new):
        assert old, "nothing goes, so nothing is tested of it"
        for quad in itertools.islice(sorted(old, key=str), round(len(old) * going)):
            store.remove(quad)
        store.extend(itertools.islice(sorted(new, key=str), round(len(new) * coming)))
        raise OSError("no space left")

    return apply


@pytest.fixture(params=SHARES, ids=str)
def half(request, tmp_path, monkeypatch):
    """A graph in a folder in which a change was begun: the writer still has it open."""
    with Graph.open(tmp_path / "graph", create=True, ontology=KG) as graph:
        graph.add(BEFORE)
        with monkeypatch.context() as patch:
            patch.setattr(kg.redo, "_apply", stopped_after(*request.param))
            with pytest.raises(GraphError, match="no space left"):
                graph.add(LATER)
        assert (tmp_path / "graph" / CHANGE).exists()
        yield graph


@pytest.mark.parametrize("read_only", [False, True])
def test_who_opens_the_folder_next_makes_the_change_again(half, read_only):
    half.close()
    with Graph.open(half.place, read_only=read_only, ontology=KG) as graph:
        assert everything(graph) == everything(graph_of(*BEFORE, *LATER))
        assert not (half.place / CHANGE).exists()


def test_who_goes_on_makes_it_first(half):
    half.remove([ARTICLES[0].article.id])
    assert everything(half) == everything(graph_of(*BEFORE[1:], *LATER))


def test_what_was_written_of_a_log_is_no_change(tmp_path):
    """A process that ends while it writes the log leaves a file of another name, which goes with the next change."""
    with Graph.open(tmp_path / "graph", create=True, ontology=KG) as graph:
        graph.add(BEFORE)
    del graph
    (tmp_path / "graph" / f".{CHANGE}.abc").write_text("<a:a> <a:b>", encoding="utf-8")
    with Graph.open(tmp_path / "graph", ontology=KG) as graph:
        assert everything(graph) == everything(graph_of(*BEFORE))
    assert not [*(tmp_path / "graph").glob(f"*{CHANGE}*")]


def test_readers_see_whole_lots_while_another_process_builds(tmp_path):
    path, seen = tmp_path / "graph", []
    process = start(path)
    while process.poll() is None:
        try:
            with Graph.open(path, read_only=True, ontology=KG) as graph:
                held = {*graph.articles}
                found = everything(graph)
        except (GraphError, OSError, RuntimeError) as error:
            assert is_moving(error) or "is gone" in str(error), error
            continue
        assert found == everything(graph_of(*(each for each in ARTICLES if each.article.id in held)))
        seen.append(len(held))
    process.communicate()
    assert seen == sorted(seen)
    assert len({*seen}) > 2, "it was built faster than it could be read"
