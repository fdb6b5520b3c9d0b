"""The trained ranker: scores every pair that an article brings together for every property, and proposes the
likely ones.

A logistic regression for each property over the features of `pairs`, so that each claim can say what spoke for it.
Properties with too few examples to learn from are left to the phrases.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from spacy.tokens import Token

from .claims import Match, claim_of, find_matches, fits_value, mention_at, merge
from .documents import Document
from .entities import Entities
from .grammar import clause_head
from .lexicon import Cue, Lexicon
from .linear import LinearModel, logistic
from .model import Claim, Evidence, Iri, Value, local_name
from .ontology import Ontology, Property
from .pairs import Pair, dependency_path, find_pairs
from .qualifiers import find_qualifiers
from .status import find_cues, status_of
from .values import datatype_kind

STATED = 0.6  # what a phrase states is claimed from this share of the threshold on
DECIMALS = 3  # of a confidence


@dataclass(frozen=True)
class Ranker:
    """A linear model whose outcomes are properties, and the probability from which they are claimed."""

    model: LinearModel
    threshold: float
    ontology: Ontology

    @cached_property
    def outcome(self) -> Mapping[Iri, int]:
        """The outcome of each property that the model knows."""
        by_name = {local_name(iri): iri for iri in self.ontology.properties}
        return {by_name[name]: n for n, name in enumerate(self.model.outcomes) if name in by_name}

    def find_claims(self, document: Document, entities: Entities, lexicon: Lexicon) -> tuple[Claim, ...]:
        """The claims of a document that are likely enough, one for each thing said, sorted."""
        matches = list(find_matches(document, entities, lexicon))
        reading = _Reading(document, entities, lexicon, matches, find_cues(document.shadow, lexicon))
        unlearned = [m for m in matches if m.frame.property not in self.outcome]
        stated = [claim_of(document, entities, m, reading.cues, lexicon) for m in unlearned]
        pairs = find_pairs(document, entities, matches, lexicon)
        ranked = [self._claim(reading, scored) for pair in pairs for scored in self._likely(reading, pair)]
        return tuple(merge([*stated, *ranked], self.ontology))

    def _likely(self, reading: "_Reading", pair: Pair) -> Iterator["_Scored"]:
        scores = None
        for prop in fitting(reading.document, reading.entities, pair, self.ontology):
            outcome = self.outcome.get(prop.iri)
            if outcome is None:
                continue
            if scores is None:
                scores = self.model.scores(pooled(pair))
            probability = logistic(float(scores[outcome]))
            if probability >= (self.threshold * STATED if prop.iri in pair.fired else self.threshold):
                yield _Scored(pair, prop, outcome, probability)

    def _claim(self, reading: "_Reading", scored: "_Scored") -> Claim:
        document, entities, pair = reading.document, reading.entities, scored.pair
        match = next((m for m in reading.matches if _states(m, scored)), None)
        head, rule = (match.head, match.frame.rule) if match else self._strongest(document, scored)
        span = document.sentence_span(head)
        evidence = Evidence(document.article.id, span, span.of(document.article.content), rule)
        obj = pair.object if isinstance(pair.object, Value) else entities.all[pair.object].name
        subject = entities.all[pair.subject].name
        iri = scored.property.iri
        qualifiers = find_qualifiers(document, entities, head, (iri, pair.object), reading.lexicon)
        presupposed = match.frame.presupposed if match else scored.property.standing
        sayer = head if match or presupposed else clause_head(head)
        status, confidence = status_of(sayer, reading.cues, presupposed), round(scored.probability, DECIMALS)
        return Claim(subject, iri, obj, status, confidence, evidence, qualifiers)

    def _strongest(self, document: Document, scored: "_Scored") -> tuple[Token, str]:
        """The word that joins the two ends where the model sees most for the claim, and what it sees."""
        pair = scored.pair
        best = max(range(len(pair.places)), key=lambda n: (self.model.scores(pair.features[n])[scored.outcome], -n))
        a, b = pair.places[best]
        reasons = self.model.reasons(pooled(pair), scored.outcome)
        rule = "ranker: " + ", ".join(f"{name} {weight:+.1f}" for name, weight in reasons)
        return dependency_path(document.shadow[a], document.shadow[b])[1], rule


@dataclass(frozen=True, slots=True)
class _Reading:
    """What is known of a document when its claims are weighed."""

    document: Document
    entities: Entities
    lexicon: Lexicon
    matches: Sequence[Match]
    cues: Mapping[int, Cue]


@dataclass(frozen=True, slots=True)
class _Scored:
    pair: Pair
    property: Property
    outcome: int
    probability: float


def _states(match: Match, scored: _Scored) -> bool:
    same = (match.subject_entity, match.object_filler) == (scored.pair.subject, scored.pair.object)
    return same and match.frame.property == scored.property.iri


def pooled(pair: Pair) -> list[str]:
    """All features of a pair: its own, and those of each place where its ends meet."""
    found = dict.fromkeys(pair.shared)
    for features in pair.features:
        found.update(dict.fromkeys(features))
    return list(found)


def fitting(document: Document, entities: Entities, pair: Pair, ontology: Ontology) -> Iterator[Property]:
    """The properties whose domain and range a pair fits."""
    subject = entities.all[pair.subject].type
    for prop in ontology.properties.values():
        if not ontology.compatible(subject, prop.subjects):
            continue
        if isinstance(pair.object, Value):
            if prop.value == datatype_kind(pair.object.datatype) and _is_term_of(document, pair, prop):
                yield prop
        elif not prop.value and ontology.compatible(entities.all[pair.object].type, prop.objects):
            yield prop


def _is_term_of(document: Document, pair: Pair, prop: Property) -> bool:
    mentions = (mention_at(document, document.shadow[b]) for _, b in pair.places)
    return any(m is not None and fits_value(m, prop) for m in mentions)
