"""What is wrong with a graph is told with the claim and its sentence; each rule of the shapes is broken here."""

import re
from collections.abc import Callable

import pyoxigraph as ox
import pytest
from extractions import ENT, MUSE, RIVAL, TN, entity, extraction

from kg.check import Problem, check
from kg.graph import Graph
from kg.model import Qualifier, Value
from kg.ontology import load_ontology
from kg.vocab import CLAIM, DCTERMS, OA, PROV, RDF, RDFS, SCHEMA, XSD

KG = load_ontology()
N = ox.NamedNode


@pytest.fixture(scope="module")
def graph() -> Graph:
    graph = Graph.open(ontology=KG)
    graph.add([MUSE, RIVAL])
    return graph


def test_a_sound_graph_has_no_problems(graph, small_graph):
    assert check(graph) == []
    with Graph.open(small_graph, read_only=True) as read:
        assert check(read) == []


def test_words_that_are_not_in_the_article_are_a_problem():
    broken = Graph.open(ontology=KG)
    broken.add([MUSE])
    (quad, *_) = broken.store.quads_for_pattern(None, N(OA.exact), None)
    broken.store.remove(quad)
    broken.store.add(ox.Quad(quad.subject, quad.predicate, ox.Literal("Not so."), quad.graph_name))
    (problem,) = check(broken)
    assert problem.node == quad.subject.value
    assert "not 'Not so.'" in problem.message


def test_what_breaks_a_shape_is_a_problem_that_names_the_claim_and_the_sentence():
    broken = Graph.open(ontology=KG)
    broken.add([MUSE])
    quads = broken.store.quads_for_pattern(None, N(CLAIM.status), None)
    quad = next(q for q in sorted(quads, key=str) if q.object.value == CLAIM.planned)
    broken.store.remove(quad)
    message = "A claim has one of the five statuses."
    words = "Muse Spark availableThrough WhatsApp (planned)."
    assert check(broken) == [Problem(quad.subject.value, f"{message} Claim {quad.subject.value} in muse: {words!r}")]


@pytest.mark.parametrize(
    ("facts", "messages"),
    [
        ([("muse-spark", RDF.type, TN.Company)], [f"two classes that share nothing: {TN.Agent} and {TN.Technology}"]),
        ([("whatsapp", RDF.type, TN.Law)], [f"two classes that share nothing: {TN.Law} and {TN.Technology}"]),
        (
            [("sam-altman", RDF.type, TN.University)],
            [f"two classes that share nothing: {TN.Organization} and {TN.Person}"],
        ),
        (
            [("meta", RDF.type, TN.Technology)],
            [f"a {TN.Technology} where its property {TN.developedBy} can", f": {TN.Agent} and {TN.Technology}"],
        ),
    ],
)
def test_what_contradicts_the_axioms_is_a_problem(facts, messages):
    broken = Graph.open(ontology=KG)
    broken.add([MUSE, RIVAL])
    broken.store.extend(ox.Quad(N(ENT(s)), N(p), N(o)) for s, p, o in facts)
    problems = check(broken)
    assert all(any(message in problem.message for problem in problems) for message in messages), problems
    assert all(" Claim https://" in problem.message and "'" in problem.message for problem in problems)


@pytest.mark.parametrize(
    ("predicate", "value", "message"),
    [
        (CLAIM.date, ox.Literal("soon"), "A date is an xsd:date, xsd:gYearMonth or xsd:gYear."),
        (CLAIM.confidence, ox.Literal("2.0", datatype=N(XSD.decimal)), "A claim has one confidence"),
        (TN.userCount, ox.Literal("many"), "A count is an integer from 0."),
    ],
)
def test_a_value_that_breaks_a_shape_is_a_problem(predicate, value, message):
    broken = Graph.open(ontology=KG)
    broken.add([MUSE])
    (quad, *_) = broken.store.quads_for_pattern(None, N(RDF.type), N(CLAIM.Claim))
    broken.store.add(ox.Quad(quad.subject, N(predicate), value, quad.graph_name))
    problems = check(broken)
    assert problems
    assert all(problem.message.startswith(message) and quad.subject.value in problem.message for problem in problems)


Break = Callable[[Graph], None]


def first(graph: Graph, predicate: str, object: str = "") -> ox.Quad:
    """A quad of an article's graph with a predicate, and an object, always the same one."""
    quads = graph.store.quads_for_pattern(None, N(predicate), N(object) if object else None)
    return min((quad for quad in quads if "/article/" in str(quad.graph_name)), key=str)


def gone(predicate: str, like: str = "") -> Break:
    """Takes what is said with a predicate, of a node of a class if given, out of all graphs."""

    def change(graph: Graph) -> None:
        subject = first(graph, RDF.type, like).subject if like else first(graph, predicate).subject
        for quad in list(graph.store.quads_for_pattern(subject, N(predicate), None)):
            graph.store.remove(quad)

    return change


def put(predicate: str, value: ox.NamedNode | ox.Literal, like: str = CLAIM.Claim) -> Break:
    """Says one thing more of a node of a class."""

    def change(graph: Graph) -> None:
        quad = first(graph, RDF.type, like)
        graph.store.add(ox.Quad(quad.subject, N(predicate), value, quad.graph_name))

    return change


def swapped(predicate: str, value: ox.NamedNode | ox.Literal) -> Break:
    def change(graph: Graph) -> None:
        quad = first(graph, predicate)
        graph.store.remove(quad)
        graph.store.add(ox.Quad(quad.subject, quad.predicate, value, quad.graph_name))

    return change


def fact(subject: str, predicate: str, object: str) -> Break:
    return lambda graph: graph.store.add(ox.Quad(N(ENT(subject)), N(predicate), N(object)))


def integer(value: int) -> ox.Literal:
    return ox.Literal(value)


BREACHES: list[tuple[str, Break]] = [
    ("A claim has one subject, an IRI.", gone(RDF.subject)),
    ("A claim has one predicate, an IRI.", gone(RDF.predicate)),
    ("A claim has a property of the ontology.", swapped(RDF.predicate, N(TN.nonesuch))),
    ("A claim has its subject as the article names it.", gone(CLAIM.subjectAsSaid)),
    ("A claim has its object as the article names it.", put(CLAIM.objectAsSaid, N(ENT.meta))),
    ("A claim has one object.", put(RDF.object, N(ENT.openai))),
    ("A claim has one of the five statuses.", swapped(CLAIM.status, N(CLAIM.certain))),
    ("A claim has one confidence, a decimal from 0 to 1.", swapped(CLAIM.confidence, ox.Literal(2.0))),
    ("A claim names the rule that found it.", gone(CLAIM.rule)),
    ("A claim is derived from an article.", gone(PROV.wasDerivedFrom)),
    ("A claim has evidence: article, words and offsets.", gone(OA.hasTarget)),
    (
        "The evidence is in the article that the claim is derived from.",
        put(PROV.wasDerivedFrom, N("http://a.example/")),
    ),
    ("Evidence is in one article.", gone(OA.hasSource)),
    ("Evidence quotes the words.", gone(OA.exact)),
    ("Evidence has one start, an integer from 0.", swapped(OA.start, integer(-1))),
    ("Evidence starts before it ends.", swapped(OA.end, integer(0))),
    ("Evidence has one end, an integer.", swapped(OA.end, ox.Literal("late"))),
    ("An article has one identifier.", put(DCTERMS.identifier, ox.Literal("other"), CLAIM.Article)),
    ("An article has one title.", gone(DCTERMS("title"))),
    ("An article has one text.", gone(CLAIM.content)),
    ("An article has one date of issue at most, and it is a day.", swapped(DCTERMS.issued, ox.Literal("today"))),
    (
        "An asserted claim speaks of 2026-05, which its article of 2026-04-08 could not know.",
        put(CLAIM.date, ox.Literal("2026-05", datatype=N(XSD.gYearMonth))),
    ),
    ("A claim has https://", swapped(RDF.predicate, N(TN.parameterCount))),
    ("A claim has many where its property", swapped(RDF.object, ox.Literal("many"))),
    ("An entity has a label.", fact("nobody", RDF.type, TN.Entity)),
    ("An article names each thing by one fullest name.", gone(RDFS.label, CLAIM.LocalEntity)),
    ("An article gives each thing one class of the ontology.", swapped(CLAIM.mentionedClass, N(TN.Nonesuch))),
    ("What an article names is one thing.", gone(CLAIM.entity)),
    (
        f"An entity is of two classes that share nothing: {TN.Agent} and {TN.Technology}.",
        fact("meta", RDF.type, TN.Chip),
    ),
    (f"A fact has a {TN.Technology} where its property {TN.developedBy} can", fact("meta", RDF.type, TN.Technology)),
    ("An amount has one value, a decimal.", gone(SCHEMA.value)),
    ("An amount has one currency, a code of three letters.", swapped(SCHEMA.currency, ox.Literal("dollars"))),
    ("A date is an xsd:date, xsd:gYearMonth or xsd:gYear.", put(CLAIM.date, ox.Literal("soon"))),
    ("A count is an integer from 0.", put(TN.userCount, ox.Literal("many"))),
    ("No asserted claim says tn:acquired ent:meta, and no axiom gives it.", fact("openai", TN.acquired, ENT.meta)),
    ("The article has ", swapped(OA.start, integer(3))),
]


@pytest.mark.parametrize(("message", "breach"), BREACHES, ids=[message for message, _ in BREACHES])
def test_a_graph_that_breaks_a_rule_gets_a_report_that_says_so(message, breach):
    broken = Graph.open(ontology=KG)
    broken.add([MUSE, RIVAL])
    breach(broken)
    told = [problem for problem in check(broken) if problem.message.startswith(message)]
    assert told
    text = f"{MUSE.article.content}\n{RIVAL.article.content}"
    for problem in told:
        sentence = re.search(r"Claim https://\S+ in (?:muse|rival): '(.+)'$", problem.message)
        assert sentence is None or sentence[1] in text
        if not message.startswith(
            ("An article", "A claim is derived", "Evidence quotes", "A claim has evidence", "No asserted")
        ):
            assert sentence or "nobody" in problem.node or "#" in problem.node or "amount" in problem.node, problem


def test_every_rule_of_the_shapes_is_broken_above(root):
    text = (root / "ontology/shapes.ttl").read_text(encoding="utf-8")
    rules = re.findall(r'sh:message\s+"([^"]+)"', text)
    assert len(rules) > 30
    broken = [message for message, _ in BREACHES]
    for rule in rules:
        begin = rule.split("{")[0]
        assert any(message.startswith(begin) for message in broken), rule


def test_what_an_article_plans_may_be_yet_to_come():
    when = (Qualifier(CLAIM("date"), Value("2026-05", XSD.gYearMonth)),)
    graph = Graph.open(ontology=KG)
    graph.add([extraction("a", [entity("Zorgon"), entity("Qix")], [("Zorgon", "acquired", "Qix", "planned")], when)])
    assert check(graph) == []
