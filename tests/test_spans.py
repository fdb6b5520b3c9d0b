"""Everything said points back to the text: quotes to the letter, names that stand there, classes of the ontology.

Holds for every demo article, with phrases alone and with the trained parts where they are there.
"""

import re
from collections.abc import Iterator
from itertools import pairwise

import pytest
from conftest import ROOT

from kg.articles import read_articles
from kg.extract import Extractor
from kg.model import Article, Claim, Extraction, Kind, Span, Status, Value
from kg.trained import load_parts
from kg.values import datatype_kind
from kg.vocab import CLAIM, RDF

# How much is found at least, below what was measured (44 articles, 530 claims with phrases alone).
LEAST_ARTICLES, LEAST_ENTITIES, LEAST_CLAIMS, LEAST_VALUES = 40, 700, 300, 20
WAYS = ("phrases", "trained")


@pytest.fixture(scope="module", params=WAYS)
def way(request: pytest.FixtureRequest, extractor: Extractor) -> tuple[Extractor, tuple[Extraction, ...]]:
    if request.param == "trained" and load_parts() is None:
        pytest.skip("no trained parts in kg/models")
    chosen = extractor if request.param == "trained" else Extractor(trained=None)
    articles = [a for a in read_articles([ROOT / "data/articles"]) if isinstance(a, Article)]
    assert len(articles) >= LEAST_ARTICLES
    return chosen, tuple(chosen.extract_all(articles))


@pytest.fixture
def extractions(way: tuple[Extractor, tuple[Extraction, ...]]) -> tuple[Extraction, ...]:
    return way[1]


@pytest.fixture
def ontology(way: tuple[Extractor, tuple[Extraction, ...]]):
    return way[0].ontology


def claims(extractions: tuple[Extraction, ...]) -> Iterator[tuple[Extraction, Claim]]:
    yield from ((extraction, claim) for extraction in extractions for claim in extraction.claims)


def test_every_article_gives_entities_and_nearly_every_one_claims(extractions):
    assert sum(len(e.entities) for e in extractions) >= LEAST_ENTITIES
    assert sum(len(e.claims) for e in extractions) >= LEAST_CLAIMS
    assert all(e.entities for e in extractions)
    assert sum(not e.claims for e in extractions) <= 2


def test_every_quote_is_the_text_to_the_letter(extractions):
    count = 0
    for extraction, claim in claims(extractions):
        evidence, content = claim.evidence, extraction.article.content
        assert evidence.article == extraction.article.id
        assert 0 <= evidence.span.start < evidence.span.end <= len(content)
        assert content[evidence.span.start : evidence.span.end] == evidence.words
        assert evidence.words == evidence.words.strip()
        assert evidence.words
        assert evidence.rule
        count += 1
    assert count >= LEAST_CLAIMS


def test_records_quote_as_their_claims_do(extractions):
    count = 0
    for extraction in extractions:
        for record in extraction.record()["claims"]:
            assert extraction.article.content[record["start"] : record["end"]] == record["quote"]
            count += 1
    assert count >= LEAST_CLAIMS


def test_every_name_and_alias_stands_in_the_text(extractions):
    count = 0
    for extraction in extractions:
        text = re.sub(r"\s+", " ", extraction.article.content)
        for entity in extraction.entities:
            for name in (entity.name, *entity.aliases):
                assert name in text, (extraction.article.id, name)
                assert name == name.strip() != ""
                count += 1
            assert entity.name not in entity.aliases
            assert list(entity.aliases) == sorted(set(entity.aliases))
    assert count >= LEAST_ENTITIES


def test_every_mention_stands_where_it_says(extractions):
    count = 0
    for extraction in extractions:
        for entity in extraction.entities:
            assert [m.span for m in entity.mentions] == sorted({m.span for m in entity.mentions})
            assert any(m.kind is Kind.NAME for m in entity.mentions)
            for mention in entity.mentions:
                assert mention.span.of(extraction.article.content) == mention.text
                count += 1
    assert count >= 2 * LEAST_ENTITIES


def test_no_stretch_names_two_entities(extractions):
    for extraction in extractions:
        spans: list[Span] = [m.span for e in extraction.entities for m in e.mentions if m.kind is Kind.NAME]
        assert len(spans) == len(set(spans))
        ordered = sorted(spans)
        assert all(one.end <= other.start for one, other in pairwise(ordered))


def test_entities_of_an_article_have_names_of_their_own(extractions):
    for extraction in extractions:
        names = [entity.name for entity in extraction.entities]
        assert len(names) == len(set(names)), extraction.article.id


def test_subjects_and_objects_are_entities_or_values(extractions):
    values = 0
    for extraction, claim in claims(extractions):
        names = {entity.name for entity in extraction.entities}
        assert claim.subject in names
        if isinstance(claim.object, Value):
            assert claim.object.lexical
            values += 1
        else:
            assert claim.object in names
            assert claim.object != claim.subject
    assert values >= LEAST_VALUES


def test_classes_and_properties_are_those_of_the_ontology(extractions, ontology):
    root = next(iri for iri, above in ontology.classes.items() if len(above) == 1)
    plain = used = 0
    for extraction in extractions:
        for entity in extraction.entities:
            assert entity.type in ontology.classes
            plain += entity.type == root
            used += 1
    assert plain < used / 3  # names that nothing tells a class of
    properties = {claim.property for _, claim in claims(extractions)}
    assert properties <= ontology.properties.keys()
    assert len(properties) >= 20


def test_claims_fit_domain_and_range(extractions, ontology):
    count = 0
    for extraction, claim in claims(extractions):
        prop = ontology.properties[claim.property]
        kinds = {entity.name: entity.type for entity in extraction.entities}
        assert ontology.compatible(kinds[claim.subject], prop.subjects), claim
        if isinstance(claim.object, Value):
            assert datatype_kind(claim.object.datatype) == prop.value, claim
        else:
            assert not prop.value, claim
            assert ontology.compatible(kinds[claim.object], prop.objects), claim
        count += 1
    assert count >= LEAST_CLAIMS


def test_statuses_and_qualifiers_are_those_of_the_ontology(extractions, ontology):
    declared = {iri for iri, kind in ontology.values(None, RDF.type) if kind == CLAIM.Qualifier}
    allowed = {iri for iri, kind in ontology.values(None, RDF.type) if kind == CLAIM.Status}
    found = {claim.status for _, claim in claims(extractions)}
    assert {CLAIM(str(status)) for status in found} <= allowed
    assert all(isinstance(status, Status) for status in found)
    assert found >= {Status.ASSERTED, Status.PLANNED, Status.REPORTED}
    qualifiers = {q.property for _, claim in claims(extractions) for q in claim.qualifiers}
    assert qualifiers <= declared


def test_confidence_is_a_probability(extractions):
    assert all(0 < claim.confidence <= 1 for _, claim in claims(extractions))


def test_each_thing_is_said_once(extractions):
    for extraction in extractions:
        said = [(c.subject, c.property, str(c.object)) for c in extraction.claims]
        assert len(said) == len(set(said)), extraction.article.id
        assert list(extraction.claims) == sorted(
            extraction.claims, key=lambda c: (c.evidence.span, c.property, c.subject, str(c.object))
        )
