"""Questions are answered from the facts, safely, and what cannot be asked is refused in one line."""

import csv
import io
import json
from datetime import date
from decimal import Decimal

import pytest
from extractions import ENT, MUSE, RIVAL, TN, entity, extraction

from kg.errors import QueryError
from kg.graph import Graph
from kg.model import Value
from kg.ontology import load_ontology
from kg.query import Table, ask, explain, find_entities, find_entity, find_property, questions, shorten
from kg.vocab import XSD

KG = load_ontology()
QUESTIONS = questions(KG.folder)
MORE = extraction(
    "more",
    [
        entity("Zora Quill", "Person"),
        entity("Zorgon"),
        entity("Qix", "Company"),
        entity("Paris", "Place"),
        entity("MMLU", "Benchmark"),
        entity("GPT-5", "AIModel"),
    ],
    [
        ("Zora Quill", "formerlyWorkedFor", "Zorgon"),
        ("Zorgon", "partneredWith", "Qix"),
        ("Zorgon", "acquired", "Qix"),
        ("Zorgon", "investedIn", "Qix"),
        ("Zorgon", "supplies", "Qix"),
        ("Qix", "sued", "Zorgon"),
        ("Qix", "foundingDate", Value("2024", XSD.gYear)),
        ("Qix", "foundingDate", Value("2023", XSD.gYear), "denied"),
        ("Zorgon", "supplies", "Qix", "denied"),
        ("GPT-5", "evaluatedOn", "MMLU"),
    ],
)


@pytest.fixture(scope="module")
def graph() -> Graph:
    graph = Graph.open(ontology=KG)
    graph.add([MUSE, RIVAL, MORE])
    return graph


def test_there_are_questions_enough_and_each_says_what_it_asks():
    assert len(QUESTIONS) >= 14
    for question in QUESTIONS.values():
        assert question.title != question.name
        assert all(parameter.about for parameter in question.parameters), question.name


@pytest.mark.parametrize("name", sorted(QUESTIONS))
def test_each_question_has_an_answer_here(graph, name):
    table = ask(graph, name)
    assert table.rows
    assert all(len(row) == len(table.columns) for row in table.rows)


@pytest.mark.parametrize("name", sorted(name for name, q in QUESTIONS.items() if q.parameters))
def test_each_question_can_be_narrowed_by_each_parameter(graph, name):
    for parameter in QUESTIONS[name].parameters:
        value = "Meta" if parameter.is_entity else "9999"
        assert set(ask(graph, name, **{parameter.name: value}).rows) <= set(ask(graph, name).rows)


@pytest.mark.parametrize("company", ["Meta", "meta", "META PLATFORMS, INC.", "ent:meta", ENT.meta])
def test_a_thing_can_be_named_in_any_way(graph, company):
    assert find_entity(graph, company) == ENT.meta
    assert ask(graph, "products-of", company=company).rows == (("Meta", "Muse Spark", "AI model", "developed by"),)


@pytest.mark.parametrize(
    ("name", "parameter", "value", "rows"),
    [
        ("who-leads", "organization", "OpenAI", (("OpenAI", "Sam Altman", "", None, "2026-04-08"),)),
        ("deployed-where", "technology", "Muse Spark", (("Muse Spark", "WhatsApp", True),)),
        ("competitors", "thing", "Meta", (("Meta", "OpenAI", 1),)),
        ("new-models", "developer", "Meta", (("Muse Spark", None, "2026-04-08", "Meta", None, None, None),)),
        ("people-moves", "organization", "Zorgon", (("Zora Quill", "Zorgon", None),)),
        ("lawsuits", "agent", "Zorgon", (("Qix", "sued", "Zorgon", "2026-04-08", 1),)),
        ("most-mentioned", "atLeast", "2", (("GPT-5", "AI model", 2), ("Meta", "company", 2))),
        ("timeline", "since", "2024", (("2024", "year", "Qix", "founding date", None, "2026-04-08"),)),
        ("timeline", "since", "2025", ()),
        ("funding-rounds", "atLeast", "5000000001", ()),
    ],
)
def test_questions_answer_what_is_asked(graph, name, parameter, value, rows):
    assert ask(graph, name, **{parameter: value}).rows == rows


def test_rumours_are_answered_with_the_words_they_rest_on(graph):
    (row,) = ask(graph, "rumours", entity="Meta").rows
    assert row[:4] == ("OpenAI", "sued", "Meta", "reported")
    assert row[4] == "OpenAI sued Meta (reported)."
    assert row[5] == date(2026, 4, 8)


def test_values_come_as_python_has_them(graph):
    table = ask(graph, 'SELECT (1 AS ?i) (0.5 AS ?d) (1e0 AS ?f) (true AS ?b) ("x" AS ?s) ?none {}')
    assert table.rows == ((1, Decimal("0.5"), 1.0, True, "x", None),)
    assert table.columns == ("i", "d", "f", "b", "s", "none")


def test_ask_and_construct_are_tables_too(graph):
    assert ask(graph, "ASK { ent:meta a tn:Company }").rows == ((True,),)
    made = ask(graph, "CONSTRUCT { ?a tn:uses ?b } WHERE { ?b tn:developedBy ?a }")
    assert made.columns == ("subject", "predicate", "object")
    assert (ENT.meta, TN.uses, ENT("muse-spark")) in made.rows


def test_a_query_of_ones_own_takes_parameters_where_it_has_open_values(graph):
    sparql = "SELECT ?what { VALUES ?who { UNDEF } ?what tn:developedBy ?who } ORDER BY ?what"
    assert len(ask(graph, sparql).rows) == 2
    assert ask(graph, sparql, who="openai").rows == ((ENT("gpt-5"),),)


@pytest.mark.parametrize("nasty", ['" } ?s ?p ?o {"', "2024' }", "\\", "\n}", "${x}", r"\1"])
def test_a_parameter_is_never_read_as_query_text(graph, nasty):
    assert isinstance(ask(graph, "timeline", since=nasty), Table)
    with pytest.raises(QueryError, match="nothing in the graph is named"):
        ask(graph, "products-of", company=nasty)


def test_tables_travel_as_csv_and_json():
    table = Table(("name", "n", "day"), (('Say "hi",\nnow', Decimal("2.50"), date(2026, 1, 2)), ("é", None, None)))
    assert list(csv.reader(io.StringIO(table.to_csv()))) == [
        ["name", "n", "day"],
        ['Say "hi",\nnow', "2.50", "2026-01-02"],
        ["é", "", ""],
    ]
    assert json.loads(table.to_json()) == [
        {"name": 'Say "hi",\nnow', "n": 2.5, "day": "2026-01-02"},
        {"name": "é", "n": None, "day": None},
    ]


@pytest.mark.parametrize(
    ("question", "message"),
    [
        ("who-lead", "did you mean 'who-leads'"),
        ("SELECT * {", "line 1, column 11"),
        ("SELECT ?x {\n ?x foo:bar ?y }", "line 2.*prefix"),
        ("INSERT DATA { ent:a ent:b ent:c }", "update"),
        ("PREFIX a: <http://a/>\nDELETE WHERE { ?s ?p ?o }", "update"),
        ("# a comment\nDROP ALL", "update"),
        ("SELECT * { SERVICE <http://a.example/> { ?s ?p ?o } }", "SERVICE"),
        ("SELECT * { service silent ?x { ?s ?p ?o } }", "SERVICE"),
        ("SELECT * { ?s ?p ?o.SERVICE<http://a.example/>{ ?s ?p ?o } }", "SERVICE"),
        ("SELECT * { \\u0053ERVICE <http://a.example/> { ?s ?p ?o } }", "not a SPARQL query"),
        ("SELECT * { ?a ?b ?c FILTER(?a<?b)SERVICE?x#>\n{ ?s ?p ?o } }", "SERVICE"),
        ("SELECT * { ?s ?p ent:a\\# . SERVICE <http://a.example/> { ?s ?p ?o }\n}", "SERVICE"),
        ("SELECT * { ?s ?p ent:it\\'s . SERVICE <http://a.example/> { ?s ?p ent:it\\'s } }", "SERVICE"),
        ("SELECT * { ?s ?p 1SERVICE<http://a.example/>{ ?s ?p ?o } }", "SERVICE"),
        ("SELECT ?service { ?s ?p trueserViCe<http://a.example/>{ ?s ?p ?o } }", "SERVICE"),
        ("SELECT ?service { ?service ?p }", "line 1"),
        ("SELECT * { FILTER(?a<?b) SERVICE <http://a.example/> { ?a ?b '>' } }", "SERVICE"),
        ("SELECT * { #'\n SERVICE <http://a.example/> { ?s ?p ?o } #'\n }", "SERVICE"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_one_line(graph, question, message):
    before = len(graph.store)
    with pytest.raises(QueryError, match=message) as caught:
        ask(graph, question)
    assert "\n" not in str(caught.value)
    assert len(graph.store) == before


@pytest.mark.parametrize(
    "harmless",
    [
        'SELECT ?s { ?s rdfs:label "SERVICE <http://a/> {" }',
        "SELECT ?service { ?service a tn:Company } # SERVICE <http://a/> {}",
        "PREFIX service: <http://a/> SELECT ?s { ?s service:service ?o }",
        "SELECT ?s { ?s <http://a/SERVICE> 'insert' }",
        "SELECT ?Service { ?Service rdfs:label ?service { ?service ?x ?y } # SERVICE ?x {\n }",
    ],
)
def test_a_query_may_speak_of_services_and_updates(graph, harmless):
    assert isinstance(ask(graph, harmless), Table)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda g: ask(g, "who-leads", organisation="Meta"),
            "no parameter 'organisation'; did you mean 'organization'",
        ),
        (lambda g: ask(g, "who-leads", organization="Opn AI"), "did you mean.*'OpenAI'"),
        (lambda g: ask(g, "funding-rounds", atLeast="much"), "is a number"),
        (lambda g: explain(g, "Meta", "developd by"), "did you mean 'developed by'"),
        (lambda g: find_entity(g, "Nonesuch Holdings"), "nothing in the graph is named"),
    ],
)
def test_what_is_not_there_is_said_with_what_is_near(graph, call, message):
    with pytest.raises(QueryError, match=message):
        call(graph)


def test_a_name_of_several_things_asks_which():
    graph = Graph.open(ontology=KG)
    graph.add([extraction("a", [entity("Zork", "Company")], []), extraction("b", [entity("Zork", "AIModel")], [])])
    assert len(find_entities(graph, "zork")) == 2
    with pytest.raises(QueryError, match=r"ent:zork.*say which"):
        find_entity(graph, "zork")


def test_a_fact_is_explained_by_the_claims_it_rests_on(graph):
    (found,) = explain(graph, "Meta", "developed")
    assert (found.subject, found.property, found.object) == ("Muse Spark", "developed by", "Meta")
    assert (found.status, found.confidence, found.article) == ("asserted", Decimal("0.93"), "muse")
    assert found.words == MUSE.article.content[found.start : found.end]
    assert {each.status for each in explain(graph, "Meta")} == {"asserted", "denied", "reported"}
    assert len(explain(graph)) == len(MUSE.claims) + len(RIVAL.claims) + len(MORE.claims)


FAMILY = extraction(
    "family",
    [entity(name, "AIModel") for name in ("Zork 5 Mini", "Zork 5", "Zork")] + [entity("Zorgon"), entity("Qix")],
    [
        ("Zork 5 Mini", "partOfFamily", "Zork 5"),
        ("Zork 5", "partOfFamily", "Zork"),
        ("Zork 5 Mini", "partOfFamily", "Zork", "denied"),
        ("Zork", "developedBy", "Zorgon"),
        ("Zorgon", "competesWith", "Qix"),
    ],
)


@pytest.mark.parametrize(
    ("name", "prop", "rests_on"),
    [
        (
            "Muse Spark",
            "deployed on",
            {("Meta AI", "powered by", "Muse Spark"), ("Meta AI", "deployed on", "WhatsApp")},
        ),
        (
            "WhatsApp",
            "deployed on",
            {("Meta AI", "powered by", "Muse Spark"), ("Meta AI", "deployed on", "WhatsApp")},
        ),
        (
            "Zork 5",
            "part of family",
            {("Zork 5 Mini", "part of family", "Zork 5"), ("Zork 5", "part of family", "Zork")},
        ),
        (
            "Zork 5 Mini",
            "part of family",
            {
                ("Zork 5 Mini", "part of family", "Zork 5"),
                ("Zork 5", "part of family", "Zork"),
                ("Zork 5 Mini", "part of family", "Zork"),
            },
        ),
        ("Qix", "competes with", {("Zorgon", "competes with", "Qix")}),
        ("Zorgon", "developed", {("Zork", "developed by", "Zorgon")}),
        ("Sam Altman", "works for", {("Sam Altman", "leads", "OpenAI")}),
        ("Zora Quill", "works for", set()),
    ],
)
def test_an_inferred_fact_is_explained_by_the_claims_that_it_follows_from(name, prop, rests_on):
    graph = Graph.open(ontology=KG)
    graph.add([MUSE, RIVAL, MORE, FAMILY])
    assert {(e.subject, e.property, e.object) for e in explain(graph, name, prop)} == rests_on


@pytest.mark.parametrize("name", ["developed by", "developedBy", "tn:developedBy", TN.developedBy, "Developed By"])
def test_a_property_can_be_named_in_any_way(graph, name):
    assert find_property(graph, name) == TN.developedBy
    assert shorten(graph, TN.developedBy) == "tn:developedBy"
