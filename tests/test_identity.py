"""Who is who across articles: a pure function of names, aliases, classes and known entities."""

import random

import pytest
from extractions import ENT, TN, entity

from kg.identity import identify, known_names, legal_forms, normalise, slug
from kg.model import Entity
from kg.ontology import load_ontology

ONTOLOGY = load_ontology()


def iris(*articles: list[Entity]) -> dict[tuple[str, str], str]:
    return dict(identify([(str(n), e) for n, entities in enumerate(articles) for e in entities], ONTOLOGY))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("The Walt Disney Co.", "Walt Disney"),
        ("Zorgon, Inc.", "ZORGON"),
        ("GPT-5", "gpt 5"),
        ("Nestlé S.A.", "Nestle"),
        ("Zorgon Holdings LLC.", "Zorgon Holdings"),
    ],
)
def test_names_that_are_one_once_normalised_join(one, other):
    found = iris([entity(one)], [entity(other)])
    assert len(set(found.values())) == 1


def test_a_legal_form_is_one_in_the_name_of_an_organization_alone():
    assert len(set(iris([entity("Zork SE")], [entity("Zork", "ResearchLab")]).values())) == 1
    assert len(set(iris([entity("Zork SE", "Device")], [entity("Zork", "Device")]).values())) == 2
    assert "inc" in legal_forms(TN.Company, ONTOLOGY) == legal_forms(TN.Organization, ONTOLOGY)
    assert legal_forms(TN.Device, ONTOLOGY) == frozenset()


@pytest.mark.parametrize(("one", "other"), [("C", "C++"), ("C++", "C#"), ("GPT-3.5", "GPT-35"), ("Zorg", "Zorgon")])
def test_names_that_differ_stay_apart(one, other):
    found = iris([entity(one, "DeveloperTool")], [entity(other, "DeveloperTool")])
    assert len(set(found.values())) == 2
    assert slug(one) != slug(other)


@pytest.mark.parametrize("name", ["???", "The", "Inc.", "字节跳动", "a/b #c", "C++"])
def test_every_name_has_a_slug_that_an_iri_can_bear(name):
    assert normalise(name)
    assert not set(slug(name)) & set(" #?/<>")


def test_a_known_name_gives_the_known_iri():
    found = iris([entity("Meta Platforms, Inc.")], [entity("META")])
    assert set(found.values()) == {ENT("meta")}
    assert known_names(ONTOLOGY)


def test_a_known_alias_gives_the_known_iri_though_no_article_uses_the_known_name_itself():
    found = iris([entity("The Maker of Windows", "Company", "Microsoft")])
    assert set(found.values()) == {ENT("microsoft")}


def test_one_name_of_two_branches_is_two_things_and_the_one_most_spoken_of_has_the_bare_iri():
    found = iris([entity("Zorgon", "AIModel")], [entity("Zorgon", "Application")], [entity("Zorgon", "Company")])
    assert found["0", "Zorgon"] == found["1", "Zorgon"] == ENT("zorgon")
    assert found["2", "Zorgon"] == ENT("zorgon-agent")


def test_an_alias_joins_two_names():
    found = iris([entity("Zorgon Trade Commission", "GovernmentBody", "ZTC")], [entity("ZTC", "GovernmentBody")])
    assert set(found.values()) == {ENT("zorgon-trade-commission")}


def test_an_alias_that_two_things_have_joins_neither():
    found = iris(
        [entity("Zorgon Trade Commission", "GovernmentBody", "ZTC")],
        [entity("Zurich Town Council", "GovernmentBody", "ZTC")],
        [entity("ZTC", "GovernmentBody")],
    )
    assert len(set(found.values())) == 3


@pytest.mark.parametrize(
    ("full", "kind", "short"), [("Zora Quill", "Person", "Quill"), ("Muse Zork", "AIModel", "Zork")]
)
def test_one_word_of_a_longer_name_joins_within_its_article_alone(full, kind, short):
    found = iris([entity(full, kind, short)], [entity(short, kind)])
    assert len(set(found.values())) == 2


def test_an_alias_joins_only_classes_that_agree():
    found = iris([entity("Zorgon 5", "AIModel", "Orrery")], [entity("Orrery", "Device")])
    assert len(set(found.values())) == 2


def test_two_known_things_never_become_one():
    found = iris([entity("Zorgon Labs", "Company", "Microsoft", "Google")], [entity("Microsoft")], [entity("Google")])
    assert found["1", "Microsoft"] == ENT("microsoft")
    assert found["2", "Google"] == ENT("google")


def test_identity_does_not_depend_on_the_order_of_the_entities():
    names = ["Zorgon", "ZTC", "Zorgon Trade Commission", "Meta", "Quill", "Zora Quill", "The Zorgon Inc."]
    kinds = ["Company", "AIModel", "GovernmentBody", "Person"]
    chance = random.Random(7)
    entities = [
        (str(n), Entity(chance.choice(names), TN(chance.choice(kinds)), (chance.choice(names),))) for n in range(60)
    ]
    first = identify(entities, ONTOLOGY)
    for _ in range(20):
        chance.shuffle(entities)
        assert identify(entities, ONTOLOGY) == first
