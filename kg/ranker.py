"""The trained ranker: scores every pair that an article brings together for every property, and proposes the
likely ones.

A logistic regression for each property over the features of `pairs`, so that each claim can say what spoke for it;
then boosted trees, which see each candidate beside its `rivals`. Properties with too few examples to learn from are
left to the phrases.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

import numpy as np

from .claims import Ends, Reading, fits_value, mention_at, merge
from .documents import Document
from .entities import Entities
from .grammar import clause_head
from .lexicon import Lexicon
from .linear import LinearModel, logistic
from .model import Claim, Iri, Value, local_name
from .ontology import Ontology, Property
from .pairs import Filler, Pair, Spot, dependency_path, find_pairs
from .rivals import NONE, Scores, beside_rivals, candidates
from .status import status_of
from .syntax import Token
from .trees import Trees
from .values import datatype_kind

STATED = 0.6  # what a phrase states is claimed from this share of the threshold on
DECIMALS = 3  # of a confidence


@dataclass(frozen=True)
class Ranker:
    """A linear model whose outcomes are properties, trees that look at its scores again, how often each property
    holds where it could (log), and the probability from which it is claimed.
    """

    model: LinearModel
    trees: Trees
    shares: Scores
    threshold: float
    ontology: Ontology

    @cached_property
    def outcome(self) -> Mapping[Iri, int]:
        """The outcome of each property that the model knows."""
        by_name = {local_name(iri): iri for iri in self.ontology.properties}
        return {by_name[name]: n for n, name in enumerate(self.model.outcomes) if name in by_name}

    @cached_property
    def _property(self) -> Mapping[int, Iri]:
        return {n: iri for iri, n in self.outcome.items()}

    def find_claims(self, document: Document, entities: Entities, lexicon: Lexicon) -> tuple[Claim, ...]:
        """The claims of a document that are likely enough, one for each thing said, sorted."""
        reading = Reading(document, entities, lexicon)
        stated = [reading.stated(m) for m in reading.matches if m.frame.property not in self.outcome]
        ranked = [self._claim(reading, scored) for scored in self._likely(reading)]
        return tuple(merge([*stated, *ranked], self.ontology))

    def _likely(self, reading: Reading) -> Iterator["_Scored"]:
        """What an article makes likely enough, each candidate weighed beside the others."""
        pairs = list(find_pairs(reading, lambda *pair: any(p.iri in self.outcome for p in fitting(reading, *pair))))
        scores = np.full((len(pairs), len(self.model.outcomes)), NONE, dtype=np.float32)
        for n, pair in enumerate(pairs):
            fits = fitting(reading, pair.subject, pair.object, pair.places)
            known = [k for prop in fits if (k := self.outcome.get(prop.iri)) is not None]
            scores[n, known] = self.model.scores(pooled(pair))[known]
        numbers = beside_rivals(pairs, scores, self.model.outcomes, self.shares)
        weighed = self.trees.scores(numbers) if len(numbers) else ()
        for (n, k), score in zip(candidates(scores), weighed, strict=True):
            prop = self.ontology.properties[self._property[k]]
            probability = logistic(float(score))
            if probability >= (self.threshold * STATED if prop.iri in pairs[n].fired else self.threshold):
                yield _Scored(pairs[n], prop, int(k), probability)

    def _claim(self, reading: Reading, scored: "_Scored") -> Claim:
        confidence = round(scored.probability, DECIMALS)
        match = next((m for m in reading.matches if m.ends == scored.ends), None)
        if match:
            return reading.claim(scored.ends, match.head, match.frame.rule, reading.status(match), confidence)
        head, rule = self._strongest(reading.document, scored)
        standing = scored.prop.standing
        status = status_of(head if standing else clause_head(head), reading.cues, standing)
        return reading.claim(scored.ends, head, rule, status, confidence)

    def _strongest(self, document: Document, scored: "_Scored") -> tuple[Token, str]:
        """The word that joins the two ends where the model sees most for the claim, and what it sees."""
        pair = scored.pair
        best = max(range(len(pair.places)), key=lambda n: (self.model.scores(pair.features[n])[scored.outcome], -n))
        a, b = pair.places[best]
        reasons = self.model.reasons(pooled(pair), scored.outcome)
        rule = "ranker: " + ", ".join(f"{name} {weight:+.1f}" for name, weight in reasons)
        return dependency_path(document.shadow[a], document.shadow[b])[1], rule


@dataclass(frozen=True, slots=True)
class _Scored:
    pair: Pair
    prop: Property
    outcome: int
    probability: float

    @property
    def ends(self) -> Ends:
        """What is claimed: subject, property, and object or value."""
        return self.pair.subject, self.prop.iri, self.pair.object


def pooled(pair: Pair) -> list[str]:
    """All features of a pair: its own, and those of each place where its ends meet."""
    return list(dict.fromkeys(chain(pair.shared, *pair.features)))


def fitting(reading: Reading, subject: int, filler: Filler, places: Sequence[Spot]) -> Iterator[Property]:
    """The properties whose domain and range the two ends of a pair fit."""
    kinds = [entity.type for entity in reading.entities.all]
    value = isinstance(filler, Value)
    kind = datatype_kind(filler.datatype) if isinstance(filler, Value) else kinds[filler]
    for prop in reading.lexicon.ontology.between(kinds[subject], kind):
        if not value or _is_term_of(reading.document, places, prop):
            yield prop


def _is_term_of(document: Document, places: Sequence[Spot], prop: Property) -> bool:
    mentions = (mention_at(document, document.shadow[b]) for _, b in places)
    return any(m is not None and fits_value(m, prop) for m in mentions)
