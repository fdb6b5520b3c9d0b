"""When it happened and when it was said are two things: facts as of a day, news, plans and their outcome, conflicts."""

import shutil
from dataclasses import replace

import pytest
from extractions import TN, Said, entity, extraction

from kg.graph import Graph
from kg.model import Article, Extraction, Qualifier, Span, Value, local_name
from kg.ontology import default_folder, load_ontology
from kg.query import ask
from kg.values import date_value
from kg.vocab import CLAIM, SCHEMA, XSD

KG = load_ontology()
QIX = ("Zorgon", "acquired", "Qix")
KINDS = {"Ann": "Person", "Bob": "Person", "Cy": "Person", "Zork": "AIModel", "Paris": "Place", "Rome": "Place"}


def day(text: str) -> Value:
    """A date as exact as it is written."""
    return date_value(*map(int, text.split("-")))


def news(published: str, *said: Said, when: str = "", role: str = "") -> Extraction:
    """An article of a day, whose claims have a date and a role, if given."""
    names = sorted({name for each in said for name in (each[0], each[2]) if isinstance(name, str)})
    qualifiers = [Qualifier(CLAIM("date"), day(when))] if when else []
    qualifiers += [Qualifier(CLAIM("role"), Value(role, XSD.string))] if role else []
    entities = [entity(name, KINDS.get(name, "Company")) for name in names]
    made = extraction(f"{published} {said} {when} {role}", entities, list(said), tuple(qualifiers))
    return replace(made, article=replace(made.article, published=published))


def graph_of(*articles: Extraction) -> Graph:
    graph = Graph.open(ontology=KG)
    graph.add(articles)
    return graph


LEADERS = (
    news("2025-01-10", ("Ann", "leads", "Zorgon"), when="2023", role="CEO"),
    news("2025-01-10", ("Cy", "leads", "Zorgon"), role="chairwoman"),
    news("2025-03-05", ("Bob", "leads", "Zorgon"), when="2025-03-02", role="chief executive"),
    news("2025-06-03", ("Cy", "formerlyWorkedFor", "Zorgon"), when="2025-05"),
    news("2025-08-01", ("Bob", "leads", "Zorgon", "denied")),
)


@pytest.mark.parametrize(
    ("asked", "leaders"),
    [
        ({"on": "2022-12"}, set()),
        ({"on": "2023"}, {"Ann"}),
        ({"on": "2024-07-01"}, {"Ann"}),
        ({"on": "2025-02"}, {"Ann", "Cy"}),
        ({"on": "2025-03"}, {"Ann", "Bob", "Cy"}),
        ({"on": "2025-03-15"}, {"Bob", "Cy"}),
        ({"on": "2025-03-15", "known": "2025-03-04"}, {"Ann", "Cy"}),
        ({"on": "2025-05-20"}, {"Bob", "Cy"}),
        ({"on": "2025-06-01"}, {"Bob"}),
        ({"on": "2025-06-01", "known": "2025-06-02"}, {"Bob", "Cy"}),
        ({"on": "2025-08"}, {"Bob"}),
        ({}, set()),
        ({"known": "2025-07"}, {"Bob"}),
    ],
    ids=lambda value: str(value if isinstance(value, dict) else sorted(value)),
)
def test_who_led_is_answered_for_a_day_a_month_or_a_year(asked, leaders):
    graph = graph_of(*LEADERS)
    assert {row[1] for row in ask(graph, "who-leads", organization="Zorgon", **asked).rows} == leaders
    held = {row[0] for row in ask(graph, "as-of", thing="Zorgon", **asked).rows if row[1] == "leads"}
    assert held == leaders


@pytest.mark.parametrize(("on", "led"), [("2025-02", {"Zorgon"}), ("2025-04", set())])
def test_who_has_given_way_holds_no_more_asked_of_them_alone_too(on, led):
    graph = graph_of(*LEADERS)
    assert {row[0] for row in ask(graph, "who-leads", person="Ann", on=on).rows} == led
    assert {row[2] for row in ask(graph, "as-of", thing="Ann", on=on).rows} == led


def test_a_leader_has_a_first_day_that_is_not_the_day_when_it_was_said():
    table = ask(graph_of(*LEADERS), "who-leads", on="2025-03-15")
    assert table.rows == (
        ("Zorgon", "Bob", "chief executive", "2025-03-02", "2025-03-05"),
        ("Zorgon", "Cy", "chairwoman", None, "2025-01-10"),
    )


@pytest.mark.parametrize(
    ("on", "seats"), [("2024", set()), ("2025-02", {"Paris"}), ("2025-05", {"Paris", "Rome"}), ("2026", {"Rome"})]
)
def test_a_seat_is_the_last_one_that_was_told(on, seats):
    moved = (
        news("2025-01-10", ("Zorgon", "headquarteredIn", "Paris")),
        news("2025-05-10", ("Zorgon", "headquarteredIn", "Rome")),
    )
    assert {row[2] for row in ask(graph_of(*moved), "as-of", thing="Zorgon", on=on).rows} == seats


def test_who_is_asserted_again_after_the_end_is_back():
    back = news("2025-10-01", ("Bob", "leads", "Zorgon"), role="CEO")
    assert [row[1] for row in ask(graph_of(*LEADERS, back), "who-leads").rows] == ["Bob"]


@pytest.mark.parametrize(
    ("since", "new"),
    [
        ("2025-04", {("2025-06-01", "Zorgon", "acquired", "Qix", "asserted")}),
        (
            "2025-02",
            {
                ("2025-06-01", "Zorgon", "acquired", "Qix", "asserted"),
                ("2025-03-01", "Zorgon", "acquired", "Qix", "planned"),
            },
        ),
        ("2025-06-02", set()),
    ],
)
def test_new_is_what_no_earlier_article_said_in_that_way(since, new):
    graph = graph_of(
        news("2025-01-01", ("Zork", "developedBy", "Zorgon")),
        news("2025-03-01", (*QIX, "planned")),
        news("2025-05-01", ("Zork", "developedBy", "Zorgon"), (*QIX, "planned")),
        news("2025-06-01", QIX),
    )
    assert {row[:5] for row in ask(graph, "new-since", since=since).rows} == new


def test_a_timeline_has_the_date_as_exact_as_it_is_known_and_the_day_when_it_was_said():
    graph = graph_of(
        news("2025-06-01", QIX, when="2025-05"),
        news("2025-07-01", QIX, when="2025-05"),
        news("2025-02-01", ("Zork", "releaseDate", day("2025-01-30")), ("Zorgon", "foundingDate", day("2019"))),
        news("2025-06-02", ("Bob", "leads", "Zorgon"), when="2025-06-01"),
        news("2025-06-02", ("Zorgon", "sued", "Qix", "reported"), when="2025-06-01"),
    )
    rows = [
        ("2019", "year", "Zorgon", "founding date", None, "2025-02-01"),
        ("2025-05", "month", "Zorgon", "acquired", "Qix", "2025-06-01"),
        ("2025-06-01", "day", "Bob", "leads", "Zorgon", "2025-06-02"),
    ]
    assert list(ask(graph, "timeline", thing="Zorgon").rows) == rows
    assert list(ask(graph, "timeline", thing="Zorgon", since="2025-05-15", until="2025-05").rows) == rows[1:2]
    assert ("2025-01-30", "day", "Zork", "release date", None, "2025-02-01") in ask(graph, "timeline").rows


PLAN = news("2025-03-01", (*QIX, "planned"), when="2025-06")
DEAL, LAED = ("Qix", "partneredWith", "Zorgon"), ("Zorgon", "partneredWith", "Qix")  # the same, as it is symmetric
RELEASE = news("2025-03-01", ("Zork", "releaseDate", day("2025-06"), "planned"))


def released(date: str) -> Extraction:
    return news(date, ("Zork", "releaseDate", day(date)))


@pytest.mark.parametrize(
    ("articles", "asked", "outcome"),
    [
        ([PLAN], {}, ("2025-06", "open", None)),
        ([PLAN], {"on": "2025-06"}, ("2025-06", "open", None)),
        ([PLAN], {"on": "2025-07"}, ("2025-06", "overdue", None)),
        ([PLAN, news("2025-07-01", ("Cy", "leads", "Qix"))], {}, ("2025-06", "overdue", None)),
        ([PLAN, news("2025-05-20", QIX)], {}, ("2025-06", "happened", "2025-05-20")),
        ([PLAN, news("2025-05-20", QIX)], {"on": "2025-04"}, ("2025-06", "open", None)),
        ([PLAN, news("2025-02-20", (*QIX, "denied"))], {}, ("2025-06", "open", None)),
        ([PLAN, news("2025-04-02", (*QIX, "denied"))], {}, ("2025-06", "denied", "2025-04-02")),
        (
            [
                PLAN,
                news("2025-04-02", (*QIX, "denied")),
                news("2025-08-01", QIX),
            ],
            {},
            ("2025-06", "happened", "2025-08-01"),
        ),
        ([RELEASE, released("2025-06-09")], {}, ("2025-06", "happened", "2025-06-09")),
        ([RELEASE, released("2025-07-09")], {}, ("2025-06", "otherwise", "2025-07-09")),
        ([news("2025-03-01", (*DEAL, "planned")), news("2025-03-02", LAED)], {}, ("", "happened", "2025-03-02")),
    ],
)  # fmt: skip
def test_plans_come_with_what_became_of_them(articles, asked, outcome):
    (row,) = ask(graph_of(*articles), "plans", **asked).rows
    assert row[3:6] == outcome
    assert "planned" in row[6]


def billions(count: int) -> Value:
    return Value(f"{count}000000000", SCHEMA.MonetaryAmount, "USD")


@pytest.mark.parametrize(
    ("articles", "objects"),
    [
        (
            [
                news("2025-01-01", ("Ann", "leads", "Zorgon"), role="CEO"),
                news("2025-01-01", ("Bob", "leads", "Zorgon"), role="chief executive"),
            ],
            ["Ann", "Bob"],
        ),
        (
            [
                news("2025-01-01", ("Ann", "leads", "Zorgon"), role="CEO"),
                news("2025-03-01", ("Bob", "leads", "Zorgon"), role="CEO"),
                news("2025-05-01", ("Ann", "leads", "Zorgon"), role="CEO"),
            ],
            ["Ann", "Bob", "Ann"],
        ),
        (
            [
                news("2025-01-01", ("Ann", "leads", "Zorgon"), role="CEO"),
                news("2025-01-01", ("Bob", "leads", "Zorgon"), role="chair"),
                news("2025-03-01", ("Cy", "leads", "Zorgon"), role="CEO"),
            ],
            [],
        ),
        (
            [
                news("2025-01-01", ("Zork", "releaseDate", day("2024-12-01"))),
                news("2025-09-01", ("Zork", "releaseDate", day("2024-11-30"))),
                news("2025-09-02", ("Zork", "releaseDate", day("2024-12"))),
            ],
            ["2024-12-01", "2024-11-30", "2024-12"],
        ),
        (
            [
                news("2025-01-01", ("Zork", "releaseDate", day("2024"))),
                news("2025-09-01", ("Zork", "releaseDate", day("2024-11-30"))),
            ],
            [],
        ),
        (
            [
                news("2025-01-01", ("Zorgon", "valuation", billions(2))),
                news("2025-02-01", ("Zorgon", "valuation", billions(3))),
            ],
            [],
        ),
        (
            [
                news("2025-01-01", ("Zorgon", "valuation", billions(2))),
                news("2025-01-01", ("Zorgon", "valuation", billions(3)), when="2025-01"),
            ],
            ["2000000000 USD", "3000000000 USD"],
        ),
        (
            [
                news("2025-01-01", QIX),
                news("2025-01-02", (*QIX, "denied")),
                news("2025-01-03", (*QIX, "planned")),
            ],
            ["Qix", "Qix"],
        ),
    ],
    ids=["two CEOs", "back and forth", "a new one", "two dates", "one date", "grown", "two values", "denied"],
)
def test_what_contradicts_itself_stands_side_by_side_with_its_words(articles, objects):
    rows = ask(graph_of(*articles), "conflicts").rows
    assert [row[2] for row in rows] == objects
    assert all(row[5] and row[6].endswith(".") for row in rows)
    relations = {row[1] for row in rows}
    assert len(relations) == bool(objects)
    assert relations <= {"led by", "release date", "valuation", "acquired"}


def test_one_sentence_does_not_contradict_itself():
    names = [entity("Zorgon"), entity("Paris", "Place"), entity("Rome", "Place")]
    told = extraction("a", names, [("Zorgon", "headquarteredIn", "Paris")])
    (claim,) = told.claims
    beside = replace(claim, object="Rome")
    assert ask(graph_of(replace(told, claims=(claim, beside))), "conflicts").rows == ()
    apart = replace(beside, evidence=replace(claim.evidence, words="News", span=Span(0, 4)))
    assert len(ask(graph_of(replace(told, claims=(claim, apart))), "conflicts").rows) == 2


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("FunctionalProperty", [("Zorgon", "partOf", "Qix"), ("Zorgon", "partOf", "Zyx")]),
        ("InverseFunctionalProperty", [("Qix", "partOf", "Zorgon"), ("Zyx", "partOf", "Zorgon")]),
    ],
)
def test_two_things_of_a_functional_property_contradict_each_other(tmp_path, kind, said):
    shutil.copytree(default_folder(), tmp_path / "ontology")
    with (tmp_path / "ontology" / "technews.ttl").open("a", encoding="utf-8") as file:
        file.write(f"tn:partOf a owl:{kind} .\n")
    articles = [news("2024-01-01", said[0]), news("2025-09-01", said[1])]
    for ontology, many in ((load_ontology(tmp_path / "ontology"), 2), (KG, 0)):
        with Graph.open(ontology=ontology) as graph:
            graph.add(articles)
            assert len(ask(graph, "conflicts").rows) == many


def test_what_is_one_at_a_time_is_said_of_properties_that_there_are():
    places = dict(KG.values(None, CLAIM.oneAtATime))
    assert places.keys() >= {TN.leads, TN.releaseDate}
    assert places.keys() <= KG.properties.keys()
    assert {iri for iri, _ in KG.values(None, CLAIM.lasting)} <= places.keys()
    assert {iri for _, iri in KG.values(None, CLAIM.endedBy)} <= KG.properties.keys()


@pytest.mark.parametrize(
    ("text", "claims"),
    [
        ("Apple released the iPhone 17 in May.", {("releaseDate", "2025-05", "asserted")}),
        ("Apple released the iPhone 17 in December.", {("releaseDate", "2025-12", "asserted")}),
        ("Apple releases the iPhone 17 in May.", {("releaseDate", "2026-05", "planned")}),
        ("Apple will release the iPhone 17 in May.", {("releaseDate", "2026-05", "planned")}),
        ("Apple released the iPhone 17 on May 3.", {("releaseDate", "2025-05-03", "asserted")}),
        ("Apple acquired Perplexity last December.", {("acquired", "Perplexity 2025-12", "asserted")}),
        ("Apple acquired Perplexity in March.", {("acquired", "Perplexity 2025-03", "asserted")}),
        ("Apple acquires Perplexity in March 2027.", {("acquired", "Perplexity 2027-03", "planned")}),
    ],
)
def test_what_is_asserted_is_over_and_what_is_yet_to_come_is_a_plan(phrases_only, text, claims):
    found = phrases_only.extract(Article("a", "News", text, "2026-01-15")).claims
    read = {
        (local_name(c.property), " ".join([str(c.object), *(str(q.value) for q in c.qualifiers)]), str(c.status))
        for c in found
    }
    assert claims <= read, read
