"""What the graph knows of one thing, and an article to read: each fact once, each claim with its sentence, and fast."""

from decimal import Decimal
from itertools import groupby
from pathlib import Path
from time import process_time

import pytest
from zoo import HOSTILE, NS, make_zoo

from kg.about import About, Fact, about
from kg.errors import QueryError
from kg.evidence import Thing
from kg.graph import Graph
from kg.model import Status
from kg.reading import find_names, read
from kg.vocab import ENTITY


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory) -> Graph:
    return make_zoo(tmp_path_factory.mktemp("zoo"))


@pytest.fixture(scope="module")
def leo(graph: Graph) -> About:
    return about(graph, "Leo")


def facts(thing: About) -> dict[tuple[str, bool], list[str]]:
    return {(group.label, group.inverse): [fact.other.name for fact in group.facts] for group in thing.groups}


def fact(thing: About, label: str, other: str) -> Fact:
    found = [f for group in thing.groups if group.label == label for f in group.facts if f.other.name == other]
    (one,) = found
    return one


def test_a_thing_has_its_name_class_and_facts_in_groups(leo: About) -> None:
    assert (leo.name, leo.iri, leo.type, leo.thing.kind) == ("Leo", ENTITY.leo, f"{NS}Animal", "animal")
    assert facts(leo) == {
        ("bit", False): ["Ivy"],
        ("born", False): ["2020-05-02"],
        ("cost", False): ["900 USD"],
        ("fed by", False): ["Ada"],
        ("likes", False): ["Mia"],
        ("lives in", False): ["the den", "the old house"],
        ("weight", False): ["190"],
    }


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Ada", {("feeds", False): ["Leo"]}),  # and not "fed by" once more, from the other side
        ("Mia", {("likes", False): ["Leo"]}),  # symmetric
        ("Ivy", {("fed by", False): [HOSTILE], ("bit", True): ["Leo"]}),  # biting has no inverse
        ("Bob", {}),  # what is denied is no fact
    ],
)
def test_a_fact_is_told_once_from_its_own_side_or_the_other(graph: Graph, name: str, expected: object) -> None:
    assert facts(about(graph, name)) == expected


def test_a_fact_rests_on_its_claims_whichever_way_they_state_it(leo: About) -> None:
    fed, liked = fact(leo, "fed by", "Ada"), fact(leo, "likes", "Mia")
    assert fed.support and liked.support
    assert (fed.inferred, fed.support.articles, fed.support.sources) == (True, 2, 2)
    assert (fed.support.first, fed.support.last) == ("2026-04-08", "2026-04-09")
    assert fed.support.confidence == Decimal("0.99")
    assert [claim.quote.words for claim in fed.claims] == ["Ada feeds Leo", "Ada has long fed Leo"]
    assert {claim.quote.words for claim in liked.claims} == {"Leo likes Mia", "Mia likes Leo"}
    assert liked.inferred is False


def test_what_axioms_add_says_from_what_it_follows(leo: About) -> None:
    inferred = fact(leo, "lives in", "the old house")
    assert (inferred.inferred, inferred.support, inferred.claims) == (True, None, ())
    words = [(s.name, label, o.name) for s, label, o in inferred.because]
    assert words == [("Leo", "lives in", "the den"), ("the den", "lives in", "the old house")]
    assert fact(leo, "lives in", "the den").because == ()


def test_values_have_no_iri_and_things_have_their_class(leo: About) -> None:
    assert fact(leo, "weight", "190").other == Thing("190")
    assert fact(leo, "cost", "900 USD").other == Thing("900 USD")
    assert fact(leo, "fed by", "Ada").other == Thing("Ada", ENTITY.ada, "keeper")


def test_claims_come_by_status_each_with_its_sentence(leo: About) -> None:
    assert list(leo.by_status) == [Status.ASSERTED, Status.PLANNED, Status.REPORTED]
    (planned,) = leo.by_status[Status.PLANNED]
    assert (planned.label, leo.other(planned).name, leo.is_inverse(planned)) == ("feeds", "Ada", True)
    assert planned.qualifiers == (("date", "2026-04"), ("role", "head keeper"))
    assert planned.confidence == Decimal("0.9")
    quote = next(c for c in leo.claims if c.quote.words == "Ada feeds Leo").quote
    assert (quote.before, quote.after, quote.rule) == ("", " at noon, and likes it.", "a phrase")
    source = quote.source
    assert (source.id, source.title, source.published) == ("monday", "About monday", "2026-04-08")
    assert source.link == "https://example.org/monday"


def test_a_link_that_no_browser_should_follow_is_none(leo: About) -> None:
    assert {c.quote.source.link for c in leo.claims if c.quote.source.id == "tuesday"} == {""}


def test_a_timeline_goes_by_when_it_happened(leo: About) -> None:
    told = [(m.date, m.subject.name, m.label, m.object.name, str(m.status), len(m.claims)) for m in leo.timeline]
    assert told == [
        ("2020-05-02", "Leo", "born", "2020-05-02", "asserted", 1),
        ("2026-04", "Ada", "feeds", "Leo", "asserted", 2),
        ("2026-04", "Ada", "feeds", "Leo", "planned", 1),
    ]


def test_a_thing_is_found_by_its_iri_and_a_misspelt_name_gets_near_ones(graph: Graph) -> None:
    assert about(graph, ENTITY.leo) == about(graph, "ent:leo") == about(graph, "LEO") == about(graph, "Leo")
    with pytest.raises(QueryError, match="nothing in the graph is named 'Leon'; did you mean 'Leo'"):
        about(graph, "Leon")
    for name in (ENTITY("no such thing"), ENTITY("no-such-thing"), ENTITY("\udc80"), "\udc80", ""):
        with pytest.raises(QueryError, match="nothing in the graph is named"):
            about(graph, name)


def test_hostile_text_comes_to_the_letter(graph: Graph) -> None:
    thing = about(graph, HOSTILE)
    assert thing.name == HOSTILE
    assert thing.claims[0].quote.words == f"{HOSTILE} feeds Ivy"


def test_it_takes_little_time_however_much_the_graph_has(small_graph: Path) -> None:
    with Graph.open(small_graph, read_only=True) as graph:
        about(graph, "Meta")
        times = []
        for _ in range(5):
            begin = process_time()
            found = about(graph, "Meta")
            times.append(process_time() - begin)
    assert len(found.claims) > 10
    assert min(times) < 0.05


def test_an_article_is_read_with_its_names_and_claims(graph: Graph) -> None:
    reading = read(graph, "monday")
    assert reading.source.title == "About monday"
    assert [claim.quote.span for claim in reading.claims] == sorted(claim.quote.span for claim in reading.claims)
    named = {name.span.of(reading.content) for name in reading.names}
    assert named == {"Ada", "Leo", "Mia", "Ivy", "the den", "the old house"}
    assert "".join(piece.words for piece in reading.title) == "About monday"
    text = "\n".join("".join(piece.words for piece in paragraph) for paragraph in reading.paragraphs)
    assert f"About monday\n\n{text}" == reading.content
    pieces = [piece for paragraph in reading.paragraphs for piece in paragraph]
    ada = next(piece for piece in pieces if piece.words == "Ada")
    assert ada.thing == Thing("Ada", ENTITY.ada, "keeper")
    assert [reading.claims[i].quote.words for i in ada.claims] == ["Ada feeds Leo"]


def test_pieces_of_one_claim_give_its_words(graph: Graph) -> None:
    reading = read(graph, "tuesday")
    assert len(reading.claims) == 5
    for i, claim in enumerate(reading.claims):
        pieces = [piece for paragraph in reading.paragraphs for piece in paragraph]
        inside = [list(part) for held, part in groupby(pieces, key=lambda piece: i in piece.claims) if held]
        assert ["".join(piece.words for piece in part) for part in inside] == [claim.quote.words]


def test_an_article_that_is_not_there_gets_near_ones(graph: Graph) -> None:
    with pytest.raises(QueryError, match="no article 'munday' in the graph; did you mean 'monday'"):
        read(graph, "munday")


@pytest.mark.parametrize(
    ("content", "names", "places"),
    [
        ("Metal Meta.", ["Meta"], [6]),
        ("C++ and C", ["C", "C++"], [0, 8]),
        ("Nothing", [], []),
        ("A (B) A", ["A", "(B)"], [0, 2, 6]),
    ],
)
def test_names_are_whole_words_and_the_longest(content: str, names: list[str], places: list[int]) -> None:
    found = find_names(content, {name: Thing(name) for name in names})
    assert [each.span.start for each in found] == places
    assert all(each.span.of(content) == each.thing.name for each in found)
