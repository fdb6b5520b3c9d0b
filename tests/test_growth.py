"""Ten more articles, and a question about one thing, look at what they touch, however large the graph has grown."""

import time
from collections.abc import Iterator, Sequence

import pytest
from growth import about_a_thing, demo, made_up, vary

from kg.extract import Extractor
from kg.graph import Graph
from kg.identity import SHORTEST_SQUEEZED, spelled_alike
from kg.model import Extraction
from kg.names import near_spellings, spellings
from kg.ontology import load_ontology
from kg.query import ask

FEW, MANY = 50, 500  # articles
ABOUT_A_THING = about_a_thing(load_ontology())


@pytest.fixture(scope="module")
def graphs(extractor: Extractor) -> Iterator[tuple[Graph, Graph]]:
    """A small graph, and one of ten times as many articles, the same ones among them."""
    extractions = demo(extractor)
    with Graph.open(ontology=load_ontology()) as small, Graph.open(ontology=load_ontology()) as large:
        small.add(vary(extractions, FEW))
        large.add(vary(extractions, MANY))
        yield small, large


@pytest.fixture(scope="module")
def thing(graphs: tuple[Graph, Graph]) -> str:
    """A thing of which both graphs know the same."""
    small, large = graphs
    said = ask(small, "claims-about").rows
    about = dict.fromkeys(str(row[0]) for row in said)
    return next(name for name in about if len(_claims(small, name)) == len(_claims(large, name)) > 1)


def test_no_two_made_up_names_could_be_one_spelled_in_two_ways():
    words = [made_up(n).lower() for n in range(3000)]
    keys: dict[str, set[str]] = {}
    for word in words:
        for spelling in spellings(word):
            keys.setdefault(spelling, set()).add(word)
    alike = {(a, b) for a in words for key in near_spellings(a) for b in keys.get(key, ()) if spelled_alike(a, b)}
    assert alike == {(word, word) for word in words if len(word) >= SHORTEST_SQUEEZED}


def _ten_more(graph: Graph, articles: Sequence[Extraction]) -> float:
    began = time.thread_time()
    graph.add(articles)
    graph.remove([each.article.id for each in articles])
    return time.thread_time() - began


def test_ten_more_articles_do_not_look_at_all_of_the_graph(graphs, extractor):
    ten = [*vary(demo(extractor), 10, MANY)]
    turns = [[_ten_more(graph, ten) for graph in graphs] for _ in range(3)]
    few, many = map(min, zip(*turns, strict=True))
    assert many < 3 * few, "who looks at all takes ten times as long"


def _claims(graph: Graph, name: str) -> tuple[object, ...]:
    return ask(graph, "claims-about", entity=name).rows


def _seconds(graph: Graph, question: str, thing: str) -> float:
    began = time.thread_time()
    ask(graph, question, **{ABOUT_A_THING[question]: thing})
    return time.thread_time() - began


@pytest.mark.parametrize("question", ABOUT_A_THING)
def test_a_question_about_a_thing_does_not_read_all_of_the_graph(graphs, thing, question):
    turns = [[_seconds(graph, question, thing) for graph in graphs] for _ in range(9)]
    few, many = map(min, zip(*turns, strict=True))
    assert many < 4 * few, "who reads all takes ten times as long"
