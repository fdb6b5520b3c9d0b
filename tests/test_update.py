"""A graph that follows its articles one by one is, byte for byte, the graph of the articles that are left."""

import os
from dataclasses import replace

import pytest
from extractions import MUSE, RIVAL, dollars, entity, extraction
from hypothesis import given, settings
from hypothesis import strategies as st
from test_graph import everything, graph_of

from kg.graph import FACTS, Graph
from kg.model import Extraction
from kg.ontology import load_ontology
from kg.query import ask

KG = load_ontology()
EXAMPLES = int(os.environ.get("KG_EXAMPLES", "40"))
THINGS = {
    "Zorgon": "Company",
    "Zorgon, Inc.": "Company",
    "Zorgon Trade Commission": "GovernmentBody",
    "ZTC": "GovernmentBody",
    "Superb Labs": "ResearchLab",
    "Zorgon Superb Labs": "ResearchLab",
    "Microsoft": "Company",
    "Google LLC": "Company",
    "Alphabet's Google": "Company",
    "Flow": "Application",
    "Flow 2": "Application",
    "Gemini": "AIModel",
    "Hyperdrive Max": "Device",
    "HyperDrive Max": "Device",
    "Hyperdrvie Max": "Device",
    "Zora Quill": "Person",
}
ALIASES = ["Zorgon", "ZTC", "Superb Labs", "Google", "Flow", "Quill", "HDM"]
KINDS = ["Company", "Application", "Product", "Person"]
PROPERTIES = [
    "developedBy",
    "developedBy",
    "partOf",
    "poweredBy",
    "deployedOn",
    "competesWith",
    "leads",
    "partOfFamily",
]
AMOUNTS = [dollars(5), dollars(6)]
STATUSES = ["asserted", "asserted", "asserted", "planned", "denied"]
CONFIDENCES = [0.5, 0.93, 0.93, 0.9999]
DAYS = ["2026-01-02", "2026-03-03", "2025-12-31", ""]
TEXTS = [
    "",
    " An agency wrote these words, and each paper that printed them added none of its own, or hardly any at all.",
]


@st.composite
def articles(draw: st.DrawFn, name: str) -> Extraction:
    """An article of some id that says anything at all."""
    names = draw(st.lists(st.sampled_from(sorted(THINGS)), min_size=1, max_size=5, unique=True))
    entities = [
        entity(
            each,
            draw(st.sampled_from([THINGS[each]] * 4 + KINDS)),
            *draw(st.sets(st.sampled_from(ALIASES), max_size=1)),
        )
        for each in names
    ]
    one = st.sampled_from(names)
    said = draw(
        st.lists(st.tuples(one, st.sampled_from(PROPERTIES), one, st.sampled_from(STATUSES)), max_size=4, unique=True)
    )
    amounts = st.tuples(one, st.just("fundingRaised"), st.sampled_from(AMOUNTS), st.sampled_from(STATUSES))
    said = [each for each in said if each[0] != each[2]] + draw(st.lists(amounts, max_size=2, unique=True))
    made = extraction(name, entities, said)
    claims = tuple(replace(claim, confidence=draw(st.sampled_from(CONFIDENCES))) for claim in made.claims)
    text = made.article.text + draw(st.sampled_from(TEXTS))
    return replace(made, article=replace(made.article, published=draw(st.sampled_from(DAYS)), text=text), claims=claims)


IDS = [f"a{n}" for n in range(5)]
LOTS = st.lists(st.sampled_from(IDS).flatmap(articles), min_size=1, max_size=3)
PLACES = [f"ent:{name}" for name in ("zorgon", "ztc", "flow", "flow_technology_zorgon", "google", "superb-labs")]
SAYINGS = st.sampled_from(["owl:sameAs", "owl:differentFrom"])
SAYS = st.lists(st.tuples(st.sampled_from(PLACES), SAYINGS, st.sampled_from(PLACES)), max_size=2).map(tuple)
GONE = st.sets(st.sampled_from(IDS), min_size=1, max_size=2)
STEPS = st.lists(st.one_of(LOTS, LOTS, GONE, SAYS), min_size=1, max_size=6)
PREFIXES = "@prefix ent: <https://w3id.org/technews-kg/entity/> . @prefix owl: <http://www.w3.org/2002/07/owl#> ."


def correct(graph: Graph, says: tuple[tuple[str, str, str], ...]) -> None:
    graph.correct(PREFIXES + " ".join(f"{a} {b} {c} ." for a, b, c in says))


def makes_sense(says: tuple[tuple[str, str, str], ...]) -> bool:
    pairs = {frozenset((a, c)) for a, _, c in says}
    return all(len(pair) == 2 for pair in pairs) and len(pairs) == len(says)


@settings(max_examples=EXAMPLES, deadline=None)
@given(STEPS)
def test_any_sequence_of_changes_gives_the_graph_of_what_is_left(steps):
    graph = Graph.open(ontology=KG)
    held: dict[str, Extraction] = {}
    says: tuple[tuple[str, str, str], ...] = ()
    for step in steps:
        if isinstance(step, tuple):
            says = step if makes_sense(step) else ()
            correct(graph, says)
        elif isinstance(step, set):
            gone = step & held.keys()
            graph.remove(gone)
            held = {name: each for name, each in held.items() if name not in gone}
        else:
            graph.add(step)
            held |= {each.article.id: each for each in step}
        assert graph.articles == tuple(sorted(held))
        wanted = Graph.open(ontology=KG)
        wanted.add(held.values())
        correct(wanted, says)
        assert everything(graph) == everything(wanted)
    graph.refresh()
    assert everything(graph) == everything(wanted)


APP = extraction("app", [entity("Qix", "Application")], [("Qix", "fundingRaised", dollars(5))])
FIRM = extraction("firm", [entity("Zorgon")], [("Zorgon", "fundingRaised", dollars(5))])


@pytest.mark.parametrize(
    ("come", "goes", "stay"),
    [([APP], "app", []), ([APP, FIRM], "", [FIRM, APP]), ([FIRM, APP], "firm", [APP]), ([APP, FIRM], "app", [FIRM])],
)
def test_an_amount_follows_who_asserts_it_though_its_thing_has_none(come, goes, stay):
    graph = Graph.open(ontology=KG)
    for each in come:
        graph.add([each])
    if goes:
        graph.remove([goes])
    assert everything(graph) == everything(graph_of(*stay))


def test_the_sizes_are_those_of_the_graph():
    graph = graph_of(MUSE, RIVAL)
    for change in (lambda: None, lambda: graph.remove(["rival"]), graph.refresh):
        change()
        count = """SELECT (COUNT(DISTINCT ?article) AS ?a) (COUNT(DISTINCT ?entity) AS ?e)
            (COUNT(DISTINCT ?claim) AS ?c)
            WHERE { GRAPH ?g {
                { ?article a claim:Article } UNION { ?x claim:entity ?entity } UNION { ?claim a claim:Claim } } }"""
        facts = len([*graph.store.quads_for_pattern(None, None, None, FACTS)])
        assert (*graph.sizes.values(),) == (*ask(graph, count).rows[0], facts)
