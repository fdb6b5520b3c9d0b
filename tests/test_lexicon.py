"""The lexicon: phrases compile to frames, and every example says what it is there to say."""

import pytest

from kg.errors import OntologyError
from kg.examples import claims_of
from kg.lexicon import Step, compile_phrase, parse_example
from kg.model import Status, local_name
from kg.rules import broken_rules

COMPILED = [
    ("verb", "{object} develop {subject}", "develop", "obj", "subj"),
    ("verb", "{subject} be available in {object}", "available", "is", "prep:in"),
    ("verb", "{subject} take stake in {object}", "take", "subj", "obj[stake] prep:in"),
    ("verb", "{subject} have {object} user", "have", "subj", "obj[user] num"),
    ("noun", "{subject} CEO of {object}", "ceo", "is", "prep:of"),
    ("noun", "{subject}'s acquisition of {object}", "acquisition", "poss", "prep:of"),
    ("possessive", "{object}'s {subject}", "", "", "poss"),
    ("name", "{object}-based {subject}", "", "", "mod[based] mod"),
    ("name", "{subject} from {object}", "", "", "prep:from"),
]
REFUSED = ["{subject} runs", "runs", "{subject} {subject} run {object}", "{subject} {object} run"]


def shown(path: tuple[Step, ...]) -> str:
    return " ".join(step.role + (f"[{step.lemma}]" if step.lemma else "") for step in path)


@pytest.mark.parametrize(("form", "phrase", "head", "subject", "object"), COMPILED)
def test_a_phrase_compiles_to_the_ways_from_its_head_to_its_slots(form, phrase, head, subject, object):
    frame = compile_phrase("urn:p", form, phrase)
    assert (frame.head, shown(frame.subject), shown(frame.object)) == (head, subject, object)


@pytest.mark.parametrize("phrase", REFUSED)
def test_a_phrase_without_both_slots_in_place_is_refused(phrase):
    with pytest.raises(OntologyError, match="urn:p"):
        compile_phrase("urn:p", "verb", phrase)


def test_an_example_gives_its_slots_and_its_status():
    example = parse_example("urn:p", "[planned] {object:Acme} will build {subject:Zorg}.", True)
    assert (example.text, example.subject, example.object) == ("Acme will build Zorg.", "Zorg", "Acme")
    assert example.status is Status.PLANNED


def test_an_example_without_a_slot_is_refused():
    with pytest.raises(OntologyError, match="needs"):
        parse_example("urn:p", "{object:Acme} builds.", True)


def test_every_example_holds_every_counter_example_does_not_and_every_phrase_is_fired(phrases_only):
    examples = phrases_only.lexicon.examples
    assert len(examples) > 500
    assert sum(not e.holds for e in examples) >= len(phrases_only.ontology.properties)
    assert [f"{local_name(b.subject)}: {b.message}" for b in broken_rules(phrases_only)] == []


def test_a_wrong_example_is_found_out(phrases_only):
    prop = phrases_only.lexicon.examples[0].property
    wrong = parse_example(prop, "{object:Acme} likes the smell of {subject:Zorg}.", True)
    assert claims_of(wrong, phrases_only) == ()
