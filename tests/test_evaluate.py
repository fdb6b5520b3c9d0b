"""The measure counts what the guidelines of the annotated data say, on small cases worked out by hand."""

import pytest
from extractions import TN, entity, extraction
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.evaluate import MEASURES, Score, evaluate, normal_name
from kg.gold import Gold, normal_value, read_gold
from kg.model import Article, Entity, Extraction, Value
from kg.ontology import load_ontology
from kg.vocab import SCHEMA, XSD

KG = load_ontology()
ENTITIES = (
    {"name": "Muse Spark", "type": "AIModel", "aliases": ["Spark"]},
    {"name": "Meta Platforms", "type": "Company", "aliases": ["Meta"], "type_alternative": "Platform"},
    {"name": "OpenAI", "type": "Company"},
    {"name": "CES", "type": "Event", "optional": True},
)
CLAIMS = (
    {"s": "Muse Spark", "p": "developedBy", "o": "Meta Platforms", "status": "asserted"},
    {"s": "OpenAI", "p": "competesWith", "o": "Meta Platforms", "status": "asserted"},
    {"s": "Muse Spark", "p": "price", "o": "20 USD", "status": "planned"},
    {"s": "Muse Spark", "p": "releaseDate", "o": "2026-04-08", "status": "asserted"},
    {"s": "Muse Spark", "p": "presentedAt", "o": "CES", "status": "asserted", "optional": True},
)
GOLD = Gold(Article("a", "News a", "…"), ENTITIES, CLAIMS)
TWENTY = Value("20.0", SCHEMA.MonetaryAmount, "USD")
SPARK, META = entity("Spark", "AIModel", "Muse Spark"), entity("Meta", "Company")


def scores(entities, said, gold=GOLD):
    return evaluate([gold], [extraction("a", entities, said)], KG)


def counts(entities, said):
    return {name: (s.right, s.found, s.wanted) for name, s in scores(entities, said).totals.items()}


@pytest.mark.parametrize(
    ("entities", "said", "measure", "expected"),
    [
        ([SPARK, META], [], "entities", (2, 2, 3)),
        ([SPARK, META], [], "typed", (2, 2, 3)),
        ([entity("the Meta, Inc.", "Platform")], [], "typed", (1, 1, 3)),
        ([entity("Meta", "Event")], [], "typed", (0, 1, 3)),
        ([entity("CES", "Company")], [], "entities", (0, 0, 3)),
        ([entity("Llama")], [], "entities", (0, 1, 3)),
        ([entity("Meta"), entity("Meta Platforms")], [], "entities", (1, 2, 3)),
        ([SPARK, META], [("Spark", "developedBy", "Meta")], "claims", (1, 1, 4)),
        ([SPARK, META], [("Spark", "developedBy", "Meta", "denied")], "claims", (0, 1, 4)),
        ([SPARK, META], [("Spark", "developedBy", "Meta", "denied")], "relations", (1, 1, 4)),
        ([SPARK, META], [("Spark", "developedBy", "Meta", "denied")], "facts", (0, 0, 3)),
        ([SPARK, META], [("Meta", "developedBy", "Spark")], "relations", (0, 1, 4)),
        ([META, entity("OpenAI")], [("Meta", "competesWith", "OpenAI")], "claims", (1, 1, 4)),
        (
            [META, entity("OpenAI")],
            [("Meta", "competesWith", "OpenAI"), ("OpenAI", "competesWith", "Meta")],
            "claims",
            (1, 1, 4),
        ),
        ([SPARK], [("Spark", "price", TWENTY, "planned")], "claims", (1, 1, 4)),
        ([SPARK], [("Spark", "releaseDate", Value("2026-04", XSD.gYearMonth))], "claims", (0, 1, 4)),
        ([SPARK, entity("CES", "Event")], [("Spark", "presentedAt", "CES")], "claims", (0, 0, 4)),
        ([SPARK, entity("CES", "Event")], [("Spark", "releasedBy", "CES")], "claims", (0, 1, 4)),
        ([], [], "facts", (0, 0, 3)),
    ],
)
def test_what_counts_as_right_found_and_wanted(entities, said, measure, expected):
    assert counts(entities, said)[measure] == expected


def test_a_missing_extraction_found_nothing_and_a_stray_one_does_not_count():
    stray = extraction("other", [SPARK, META], [("Spark", "developedBy", "Meta")])
    totals = evaluate([GOLD], [stray], KG).totals
    assert {name: (s.right, s.found) for name, s in totals.items()} == dict.fromkeys(MEASURES, (0, 0))


def test_groups_add_up_to_the_totals():
    said = [("Spark", "developedBy", "Meta"), ("Spark", "price", TWENTY), ("Meta", "competesWith", "OpenAI")]
    found = scores([SPARK, META, entity("OpenAI", "University")], said)
    for grouping, measure in (("property", "claims"), ("status", "claims"), ("class", "typed")):
        assert sum(found.groups[grouping].values(), Score()) == found.totals[measure]
    by_rule = sum(found.groups["rule"].values(), Score())
    assert (by_rule.right, by_rule.found) == (2, 3)


def test_groups_are_named_by_what_they_hold():
    groups = scores([SPARK, META], [("Spark", "developedBy", "Meta")]).groups
    assert groups["property"]["developedBy"] == Score(1, 1, 1)
    assert groups["property"]["price"] == Score(0, 0, 1)
    assert groups["status"] == {"asserted": Score(1, 1, 3), "planned": Score(0, 0, 1)}
    assert groups["rule"] == {"{subject} do {object}": Score(1, 1, 0)}
    assert groups["class"] == {"AIModel": Score(1, 1, 1), "Company": Score(1, 1, 2)}


def test_precision_recall_and_f1():
    score = Score(right=2, found=4, wanted=8)
    assert (score.precision, score.recall, score.f1) == (0.5, 0.25, pytest.approx(1 / 3))
    assert (Score().precision, Score().recall, Score().f1) == (0, 0, 0)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("The Verge", "verge"),
        ("Meta’s", "meta"),
        ("Meta Platforms", "Meta"),
        ("Apple Inc.", "apple"),
        ("Ray-Ban Meta", "ray ban meta"),
        ("Inc.", "inc"),
    ],
)
def test_names_that_are_one(one, other):
    assert normal_name(one) == normal_name(other)


@pytest.mark.parametrize(("one", "other"), [("C++", "C"), ("Node.js", "Node"), ("GPT-4", "GPT-4o"), ("Theo", "o")])
def test_names_that_are_two(one, other):
    assert normal_name(one) != normal_name(other)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("20 USD", "20.0 usd", True),
        ("20 USD", "20 EUR", False),
        ("70000", "70000.0", True),
        ("2026", "2026.0", False),
        ("2026-04", "2026-04-01", False),
        ("open-source", "Open Source", True),
    ],
)
def test_values_are_compared_by_what_they_are(one, other, same):
    assert (normal_value(one) == normal_value(other)) is same


def test_what_is_annotated_scores_one_against_itself(root):
    wanted = list(read_gold([root / "data/gold"]))
    assert len(wanted) >= 12
    for measure, score in evaluate(wanted, map(as_extraction, wanted), KG).totals.items():
        assert (score.precision, score.recall) == (1, 1), measure


def as_extraction(gold: Gold) -> Extraction:
    """An extraction that says what a careful reader found."""
    kept = [each for each in gold.entities if not each.get("optional")]
    entities = tuple(Entity(e["name"], TN(e["type"]), tuple(e["aliases"])) for e in kept)
    said = [(c["s"], c["p"], c["o"], c["status"]) for c in gold.claims if not c.get("optional")]
    claims = extraction(gold.article.id, list(entities), said).claims
    return Extraction(gold.article, entities, claims)


@given(
    said=st.lists(
        st.tuples(
            st.sampled_from(["Spark", "Meta", "OpenAI", "Llama"]),
            st.sampled_from(["developedBy", "competesWith", "releasedBy"]),
            st.sampled_from(["Muse Spark", "Meta Platforms", "OpenAI", "CES"]),
            st.sampled_from(["asserted", "planned", "denied"]),
        ),
        max_size=6,
    )
)
@settings(max_examples=60, deadline=None)
def test_no_more_is_right_than_is_found_or_wanted(said):
    totals = scores([SPARK, META, entity("OpenAI"), entity("Llama")], said).totals
    assert all(s.right <= min(s.found, s.wanted) for s in totals.values())
    assert totals["claims"].right <= totals["relations"].right
    assert totals["facts"].right <= totals["relations"].right
