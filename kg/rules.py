"""Where an ontology breaks its own rules: examples that do not hold, phrases that none fires, properties without."""

from collections.abc import Iterator
from dataclasses import dataclass

from .examples import claims_of, fired_by
from .extract import Extractor
from .lexicon import Example
from .model import Claim, Iri, local_name
from .ontology import Ontology
from .vocab import CLAIM, LEX, OWL, RDF, SCHEMA


@dataclass(frozen=True, slots=True, order=True)
class Breach:
    """A rule that is broken: by what, and how."""

    subject: Iri
    message: str


def broken_rules(extractor: Extractor) -> list[Breach]:
    """All that is wrong with an extractor's ontology, sorted; an empty list if it is sound."""
    breaches = set(_unsaid(extractor.ontology))
    fired: set[tuple[Iri, str]] = set()
    for example in extractor.lexicon.examples:
        found = claims_of(example, extractor)
        fired |= fired_by(extractor, example) if example.holds else frozenset()
        breaches.update(_broken(example, found))
    for frames in extractor.lexicon.frames.values():
        for frame in frames:
            if frame.property in extractor.ontology.properties and (frame.property, frame.rule) not in fired:
                breaches.add(Breach(frame.property, f"no example fires {frame.rule}"))
    return sorted(breaches)


def _broken(example: Example, found: tuple[Claim, ...]) -> Iterator[Breach]:
    says = f"{example.subject} {local_name(example.property)} {example.object}"
    statuses = sorted({str(claim.status) for claim in found})
    if found and not example.holds:
        yield Breach(example.property, f"{example.text!r} should not say {says!r}")
    elif example.holds and not found:
        yield Breach(example.property, f"{example.text!r} should say {says!r}")
    elif example.holds and example.status not in statuses:
        yield Breach(example.property, f"{example.text!r} should be {example.status}, not {', '.join(statuses)}")


def _unsaid(ontology: Ontology) -> Iterator[Breach]:
    """The properties of the domain that no phrase states, or no example shows; inverses follow from the others."""
    inverses = {end for pair in ontology.values(None, OWL.inverseOf) for end in pair if end not in ontology.properties}
    kinds = (OWL.ObjectProperty, OWL.DatatypeProperty)
    declared = {iri for iri, kind in ontology.values(None, RDF.type) if kind in kinds}
    shown = {iri for iri, _ in ontology.values(None, LEX.example)}
    for iri in sorted(declared - inverses):
        if iri.startswith((CLAIM, SCHEMA)):
            continue
        if iri not in ontology.properties:
            yield Breach(iri, "no phrase states it")
        elif iri not in shown:
            yield Breach(iri, "no example shows how it is said")
