"""The quality floor: on the annotated articles of data/gold no figure falls below data/gold/floors.json.

The floors stand a little below what was measured when they were set, and only rise. To see where the figures are:
`kg evaluate data/gold`, and `--by property` to see which property moved.
"""

import json
from collections import Counter
from collections.abc import Mapping
from typing import Any

import pytest
from conftest import ROOT

from kg.evaluate import MEASURES, Scores, evaluate
from kg.extract import Extractor
from kg.gold import Gold, read_gold
from kg.model import Status, local_name
from kg.trained import load_parts

FOLDER = ROOT / "data/gold"
Floors = Mapping[str, Mapping[str, Mapping[str, float]]]  # by way of reading, measure and figure
FLOORS: Floors = json.loads((FOLDER / "floors.json").read_text(encoding="utf-8"))
SLACK = 0.06  # a floor further below its figure than this guards nothing, and should rise


@pytest.fixture(scope="module")
def gold() -> list[Gold]:
    return list(read_gold([FOLDER]))


@pytest.fixture(scope="module", params=["phrases", "trained"])
def measured(request: pytest.FixtureRequest, gold: list[Gold], extractor: Extractor) -> tuple[str, Scores]:
    if request.param == "trained" and load_parts() is None:
        pytest.skip("no trained parts in kg/models")
    chosen = extractor if request.param == "trained" else Extractor(trained=None)
    found = list(chosen.extract_all(each.article for each in gold))
    return request.param, evaluate(gold, found, chosen.ontology)


def test_there_are_floors_for_every_measure():
    assert FLOORS.keys() == {"phrases", "trained"}
    for floors in FLOORS.values():
        assert list(floors) == list(MEASURES)
        assert all(floor.keys() == {"precision", "recall", "f1"} for floor in floors.values())
        assert all(0 < value < 1 for floor in floors.values() for value in floor.values())


def test_no_figure_falls_below_its_floor(measured):
    way, scores = measured
    for measure, floor in FLOORS[way].items():
        for figure, least in floor.items():
            reached = getattr(scores.totals[measure], figure)
            assert reached >= least, f"{way}: {figure} of {measure} is {reached:.3f}, below its floor of {least}"


def test_the_floors_are_near_the_figures(measured):
    way, scores = measured
    for measure, floor in FLOORS[way].items():
        reached = scores.totals[measure].f1
        least = floor["f1"]
        assert reached <= least + SLACK, f"{way}: F1 of {measure} is {reached:.3f}; raise its floor of {least}"


def test_the_annotated_articles_are_enough_and_sound(gold, extractor):
    ontology = extractor.ontology
    classes = {local_name(iri) for iri in ontology.classes}
    properties = {local_name(iri) for iri in ontology.properties}
    claims = 0
    assert len(gold) >= 12
    for each in gold:
        names = {entity["name"] for entity in each.entities}
        for entity in each.entities:
            assert entity["type"] in classes, (each.article.id, entity)
            assert all(name in each.article.content for name in [entity["name"], *entity.get("aliases", [])]), entity
        for claim in each.claims:
            _check_claim(claim, each, names, properties)
            claims += 1
    assert claims >= 200
    assert len({claim["p"] for each in gold for claim in each.claims}) >= 25


def test_the_texts_composed_to_learn_from_are_many_and_sound(extractor):
    composed = list(read_gold([ROOT / "data/training"]))
    classes = {local_name(iri) for iri in extractor.ontology.classes}
    properties = {local_name(iri) for iri in extractor.ontology.properties}
    said = Counter()
    for each in composed:
        names = {name for entity in each.entities for name in [entity["name"], *entity.get("aliases", [])]}
        assert each.composed, each.article.id
        assert {entity["type"] for entity in each.entities} <= classes, each.article.id
        assert all(name in each.article.content for name in names), each.article.id
        for claim in each.claims:
            assert claim["s"] in names, (each.article.id, claim)
            assert claim["status"] in set(Status), (each.article.id, claim)
            said[claim["p"]] += 1
    assert len(composed) >= 1800
    assert len({each.article.id for each in composed}) == len(composed)
    assert said.keys() == properties
    assert min(said.values()) >= 50


def _check_claim(claim: Mapping[str, Any], gold: Gold, names: set[str], properties: set[str]) -> None:
    place = (gold.article.id, claim)
    assert claim["s"] in names, place
    assert claim["p"] in properties, place
    assert claim["status"] in set(Status), place
    assert claim["quote"] in gold.article.content, place
