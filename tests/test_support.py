"""Each fact knows what it rests on: its claims, how many independent articles, since when, how surely."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pyoxigraph as ox
import pytest
from extractions import ENT, TN, entity, extraction

from kg.draft import Draft
from kg.graph import Graph
from kg.model import Extraction
from kg.ontology import load_ontology
from kg.part import corroborated
from kg.query import ask
from kg.said import STATES

KG = load_ontology()
SUPPORT = """
SELECT ?s ?o ?articles ?sources ?first ?last ?confidence WHERE { GRAPH claim:support {
  ?fact a claim:Fact ; claim:ofSubject ?s ; claim:ofProperty ?p ; claim:ofObject ?o ; claim:articles ?articles ;
        claim:sources ?sources ; claim:combinedConfidence ?confidence .
  OPTIONAL { ?fact claim:firstSeen ?first ; claim:lastSeen ?last } } } ORDER BY ?s ?p"""
AGENCY = " ".join(f"word{n}" for n in range(120))
OTHERS = [" ".join(f"own{k}x{n}" for n in range(120)) for k in range(3)]


def story(name: str, text: str, day: str = "2026-04-08", status: str = "asserted") -> Extraction:
    """An article that says one thing in some words."""
    made = extraction(name, [entity("Zorgon"), entity("Qix")], [("Zorgon", "acquired", "Qix", status)])
    return replace(made, article=replace(made.article, text=f"{made.article.text}\n{text}", published=day))


def support(*articles: Extraction) -> tuple[object, ...]:
    graph = Graph.open(ontology=KG)
    graph.add(articles)
    (row,) = ask(graph, SUPPORT).rows
    return tuple(str(cell) for cell in row[2:])


def test_a_fact_of_one_article_has_its_confidence_and_day():
    assert support(story("a", OTHERS[0])) == ("1", "1", "2026-04-08", "2026-04-08", "0.93")


def test_independent_articles_add_up():
    told = [story("a", OTHERS[0], "2026-04-09"), story("b", OTHERS[1], "2026-04-07"), story("c", OTHERS[2], "")]
    assert support(*told) == ("3", "3", "2026-04-07", "2026-04-09", "0.9997")


@pytest.mark.parametrize("change", ["", "By our staff. ", "BREAKING: ", "(Agency) "])
def test_copies_of_one_text_count_once(change):
    told = [story("a", AGENCY), story("b", change + AGENCY, "2026-04-10"), story("c", AGENCY.upper(), "2026-04-11")]
    assert support(*told) == ("3", "1", "2026-04-08", "2026-04-11", "0.93")
    assert support(*told, story("d", OTHERS[0]))[:2] == ("4", "2")


def test_one_more_copy_reads_the_others_once_and_not_all_for_each(monkeypatch):
    quads = Draft.quads
    read: list[ox.Quad] = []

    def reading(draft: Draft, *terms: Any) -> Iterator[ox.Quad]:
        for quad in quads(draft, *terms):
            read.append(quad)
            yield quad

    def rows(copies: int) -> tuple[int, int]:
        graph = Graph.open(ontology=KG)
        graph.add(story(f"a{n}", AGENCY) for n in range(copies))
        read.clear()
        with monkeypatch.context() as patch:
            patch.setattr(Draft, "quads", reading)
            graph.add([story("new", AGENCY)])
        return len(read), sum(quad.predicate == STATES for quad in read)

    (few, few_stating), (many, many_stating) = rows(40), rows(160)
    assert many < 6 * few, "who reads all for each reads sixteen times as much"
    assert 0 < many_stating == few_stating, "what the other copies state is the same as before"


def test_what_a_fact_rests_on_follows_the_articles_that_come_and_go():
    told = [story(f"a{n}", f"{AGENCY if n % 3 else OTHERS[0]} {n}", f"2026-04-{n % 9 + 1:02}") for n in range(24)]
    told = [replace(each, claims=(replace(each.claims[0], confidence=n / 97),)) for n, each in enumerate(told)]
    told += [story("b", OTHERS[1], "2026-03-31"), story("c", OTHERS[2], "2026-05-01")]
    graph = Graph.open(ontology=KG)
    graph.add(told)
    for gone in (["b"], ["a0", "a9", "a18"], ["c", "a8"], [f"a{n}" for n in range(10, 24) if n != 18]):
        graph.remove(gone)
        told = [each for each in told if each.article.id not in gone]
        (row,) = ask(graph, SUPPORT).rows
        assert tuple(str(cell) for cell in row[2:]) == support(*told)


def test_a_copy_that_is_surer_counts_in_place_of_the_others():
    told = [story(f"a{n}", f"{AGENCY} {n}") for n in range(3)] + [story("b", OTHERS[0])]
    told = [replace(each, claims=(replace(each.claims[0], confidence=n / 10),)) for n, each in enumerate(told, 5)]
    graph = Graph.open(ontology=KG)
    for n, each in enumerate(told, 1):
        graph.add([each])
        (row,) = ask(graph, SUPPORT).rows
        assert tuple(str(cell) for cell in row[2:]) == support(*told[:n])
    assert [str(cell) for cell in row[3:]] == ["2", "2026-04-08", "2026-04-08", "0.94"]


@pytest.mark.parametrize("gone", [["first"], ["last"], ["first", "last"], ["first", "second", "last"]], ids=" ".join)
def test_a_first_or_last_day_that_goes_is_found_anew_however_far_the_next(gone):
    days = {"first": "0001-01-01", "second": "1999-12-31", "third": "2026-01-01", "last": "9999-12-31", "undated": ""}
    texts = [AGENCY, *OTHERS, "Zorgon eats Qix."]
    told = [story(id, text, day) for (id, day), text in zip(days.items(), texts, strict=True)]
    others = [story(f"other {n}", f"{OTHERS[0]} {n}", f"2020-01-{n + 1:02}") for n in range(9)]
    others = [replace(each, claims=()) for each in others]
    graph = Graph.open(ontology=KG)
    graph.add([*told, *others])
    graph.remove(gone)
    (row,) = ask(graph, SUPPORT).rows
    assert tuple(str(cell) for cell in row[2:]) == support(*(each for each in told if each.article.id not in gone))


def test_what_is_not_asserted_supports_nothing():
    assert support(story("a", OTHERS[0]), story("b", OTHERS[1], status="denied"))[:2] == ("1", "1")


def test_the_claims_of_a_fact_lead_to_it():
    graph = Graph.open(ontology=KG)
    graph.add([story("a", OTHERS[0]), story("b", OTHERS[1]), story("c", OTHERS[2], status="planned")])
    sparql = "SELECT ?claim { GRAPH claim:support { ?fact a claim:Fact } GRAPH ?article { ?claim claim:states ?fact } }"
    assert len(ask(graph, sparql).rows) == 2


def test_a_copy_that_goes_leaves_the_others_apart():
    graph = Graph.open(ontology=KG)
    words = AGENCY.split()
    # The first and the last have less in common than each has with the second.
    near = [" ".join([*words[n:], *(f"more{i}" for i in range(n))]) for n in (0, 14, 28)]
    graph.add([story(f"a{n}", text) for n, text in enumerate(near)])
    assert ask(graph, SUPPORT).rows[0][3] == 1
    graph.remove(["a1"])
    assert ask(graph, SUPPORT).rows[0][3] == 2


def test_facts_with_enough_sources_are_a_graph_of_their_own():
    graph = Graph.open(ontology=KG)
    zork = extraction("z", [entity("Zora Quill", "Person"), entity("Zorgon")], [("Zora Quill", "leads", "Zorgon")])
    graph.add([story("a", OTHERS[0]), story("b", OTHERS[1]), zork])
    assert len(ask(graph, "who-leads").rows) == 1
    part = corroborated(graph, 2)
    assert ask(part, "who-leads").rows == ()
    assert {row[:2] for row in ask(part, "acquisitions").rows} == {("Zorgon", "Qix")}
    assert {(row[0], row[2]) for row in ask(part, "sources").rows} == {("Zorgon", "Qix")}, "and what it rests on"
    assert ask(part, f"ASK {{ <{ENT.zorgon}> a <{TN.Agent}> }}").rows == ((True,),)
    assert len(corroborated(graph, 3).store) < len(part.store)
    assert ask(corroborated(graph, 1), "who-leads").rows == ask(graph, "who-leads").rows


def test_a_question_tells_what_facts_rest_on():
    graph = Graph.open(ontology=KG)
    graph.add([story("a", OTHERS[0]), story("b", OTHERS[1], "2026-05-01")])
    (row,) = ask(graph, "sources", entity="Qix", atLeast=2).rows
    assert [str(cell) for cell in row] == ["Zorgon", "acquired", "Qix", "2", "2", "2026-04-08", "2026-05-01", "0.9951"]
    assert ask(graph, "sources", atLeast=3).rows == ()
