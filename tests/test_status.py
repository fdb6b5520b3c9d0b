"""How a text stands to what it says: one line a behaviour, with phrases alone."""

import pytest

from kg.examples import Given
from kg.model import Article, Status, local_name

A, P, R, S, D = Status.ASSERTED, Status.PLANNED, Status.REPORTED, Status.POSSIBLE, Status.DENIED
LAUNCHES = [
    ("Acme launched Zorg.", A),
    ("Zorg was launched by Acme.", A),
    ("Acme has launched Zorg.", A),
    ("Acme said it has launched Zorg.", A),
    ("Acme, which may close, launched Zorg.", A),
    ("Acme launched Zorg, although rivals may follow.", A),
    ("Acme launched Zorg and will sell it abroad.", A),
    ("Acme will launch Zorg.", P),
    ("Acme plans to launch Zorg.", P),
    ("Acme is set to launch Zorg.", P),
    ("Acme is preparing to launch Zorg.", P),
    ("Acme announced plans to launch Zorg.", P),
    ("Zorg will be launched by Acme.", P),
    ("Acme expects to launch Zorg in May.", P),
    ("Acme to launch Zorg", P),
    ("Acme reportedly launched Zorg.", R),
    ("Acme has allegedly launched Zorg.", R),
    ("Acme is rumored to launch Zorg.", R),
    ("Acme launched Zorg, according to people familiar with the matter.", R),
    ("Acme may launch Zorg.", S),
    ("Acme might launch Zorg.", S),
    ("Acme could launch Zorg.", S),
    ("Acme is considering launching Zorg.", S),
    ("Acme would launch Zorg.", S),
    ("If Acme launches Zorg, prices fall.", S),
    ("Has Acme launched Zorg?", S),
    ("Acme launched Zorg. Why?", A),
    ("Acme has not launched Zorg.", D),
    ("Acme never launched Zorg.", D),
    ("Acme did not launch Zorg.", D),
    ("Acme refused to launch Zorg.", D),
    ("Acme has no plans to launch Zorg.", D),
    ("Nor has Acme launched Zorg.", D),
    ("Bolt did not grow, nor has Acme launched Zorg.", D),
    ("Neither Acme nor its rivals launched Zorg.", D),
    ("Bolt did not grow, but Acme launched Zorg.", A),
]
OWNERS = [
    ("Acme's Zorg may fail.", A),
    ("Critics may not like Acme's Zorg.", A),
    ("Rivals plan to copy Acme's Zorg.", A),
    ("Acme's upcoming Zorg is cheap.", P),
    ("Acme's rumored Zorg is cheap.", R),
]


def statuses(extractor, text, name):
    kinds = {local_name(iri): iri for iri in extractor.ontology.classes}
    names = Given({"Acme": (kinds["Company"],), "Zorg": (kinds["Product"],)})
    found = next(extractor.extract_with(names, [Article("a", "", text, "2026-04-09")]))
    return [c.status for c in found.claims if local_name(c.property) == name and c.subject == "Zorg"]


@pytest.mark.parametrize(("text", "status"), LAUNCHES)
def test_what_is_said_of_an_event_has_the_status_of_its_sentence(phrases_only, text, status):
    assert statuses(phrases_only, text, "releasedBy") == [status]


@pytest.mark.parametrize(("text", "status"), OWNERS)
def test_what_is_presupposed_has_the_status_of_its_own_modifiers(phrases_only, text, status):
    assert statuses(phrases_only, text, "developedBy") == [status]
