"""Frames that hold: each phrase of the lexicon matched on the grammar of a document gives claims."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from .documents import Document
from .entities import Entities
from .grammar import NOUNS, VERBS, appositions, clause_head, members, role
from .lexicon import Cue, Frame, Lexicon, Path
from .model import Claim, Evidence, Iri, Mention, Span, Status, Value
from .ontology import Ontology, Property
from .qualifiers import find_qualifiers
from .status import find_cues, status_of
from .syntax import Token
from .values import datatype_kind, is_to_come, year_before

Ends = tuple[int, Iri, int | Value]
PRESENT = frozenset({"VB", "VBP", "VBZ", "VBG", "MD"})  # tags of verbs that do not tell of the past
PHRASE_CONFIDENCE = 0.8  # what a phrase alone is worth: about its precision on annotated news


@dataclass(frozen=True, slots=True)
class Match:
    """A frame that holds: its head token, and the tokens that fill its slots with what these speak of."""

    frame: Frame
    head: Token
    subject: Token
    object: Token
    subject_entity: int
    object_filler: int | Value

    @property
    def ends(self) -> Ends:
        """What the frame ties: subject, property, and object or value."""
        return self.subject_entity, self.frame.property, self.object_filler


@dataclass(frozen=True)
class Reading:
    """A document with who is who in it, and what follows from that: its cues and the frames that hold."""

    document: Document
    entities: Entities
    lexicon: Lexicon

    @cached_property
    def cues(self) -> Mapping[int, Cue]:
        """The cues of the document (`find_cues`)."""
        return find_cues(self.document.shadow, self.lexicon)

    @cached_property
    def matches(self) -> tuple[Match, ...]:
        """Every frame that holds (`find_matches`)."""
        return tuple(find_matches(self.document, self.entities, self.lexicon))

    def status(self, match: Match) -> Status:
        """The status of what a frame that holds says."""
        return status_of(match.head, self.cues, match.frame.presupposed)

    def claim(self, ends: Ends, head: Token, rule: str, status: Status, confidence: float) -> Claim:
        """The claim that a rule reads between two ends, with the sentence and the qualifiers of its head."""
        subject, iri, filler = ends
        span = self.document.sentence_span(head)
        article = self.document.article
        evidence = Evidence(article.id, span, span.of(article.content), rule)
        obj = filler if isinstance(filler, Value) else self.entities.all[filler].name
        qualifiers = find_qualifiers(self.document, self.entities, head, (iri, filler), self.lexicon)
        claim = Claim(self.entities.all[subject].name, iri, obj, status, confidence, evidence, qualifiers)
        return self._in_time(claim, head) if status is Status.ASSERTED else claim

    def _in_time(self, claim: Claim, head: Token) -> Claim:
        """An asserted claim none of whose dates is yet to come: what is said of a day to come is a plan.

        "It raised $2 billion in July", of January, means the July before, though the next one is nearer.
        """
        values = [claim.object, *(qualifier.value for qualifier in claim.qualifiers)]
        published = self.document.article.published
        late = [value for value in values if isinstance(value, Value) and is_to_come(value, published)]
        if not late:
            return claim
        words = {mention.value: mention.text for mention in self.document.mentions if mention.value}
        meant = {value: year_before(value, words.get(value, "")) for value in late}
        if clause_head(head).tag_ in PRESENT or not all(meant.values()):
            return replace(claim, status=Status.PLANNED)
        qualifiers = tuple(replace(each, value=meant.get(each.value) or each.value) for each in claim.qualifiers)
        obj = meant.get(claim.object) if isinstance(claim.object, Value) else None
        return replace(claim, object=obj or claim.object, qualifiers=qualifiers)

    def stated(self, match: Match) -> Claim:
        """What a frame that holds says."""
        return self.claim(match.ends, match.head, match.frame.rule, self.status(match), PHRASE_CONFIDENCE)


def find_claims(document: Document, entities: Entities, lexicon: Lexicon) -> tuple[Claim, ...]:
    """The claims that the phrases of the lexicon find, one for each thing said, sorted."""
    reading = Reading(document, entities, lexicon)
    return tuple(merge([reading.stated(match) for match in reading.matches], lexicon.ontology))


def find_matches(document: Document, entities: Entities, lexicon: Lexicon) -> Iterator[Match]:
    """Every frame that holds somewhere in the document, with fillers of the classes that its property wants."""
    frames = lexicon.frames
    for token in document.shadow:
        if token.i in document.mention_of or token.i in entities.of_token:
            yield from _fill(document, entities, lexicon.ontology, token, frames.get("", ()))
        if token.i not in document.mention_of:
            lemma = token.lemma
            yield from _fill(document, entities, lexicon.ontology, token, frames.get(lemma, ()))


def _fill(
    document: Document, entities: Entities, ontology: Ontology, head: Token, frames: Sequence[Frame]
) -> Iterator[Match]:
    for frame in frames:
        prop = ontology.properties.get(frame.property)
        if prop is None or not _fits_head(frame, head):
            continue
        ends = follow(head, frame.subject)
        subjects = [(t, n) for t in ends for n in _entities_at(t, entities)] if ends else ()
        if not subjects or not all(follow(head, need) for need in frame.needs):
            continue
        for target in follow(head, frame.object):
            for filler in _fillers(document, entities, target, prop):
                for source, subject in subjects:
                    if (
                        source.i != target.i
                        and subject != filler
                        and _allowed(entities, ontology, prop, subject, filler)
                    ):
                        yield Match(frame, head, source, target, subject, filler)


def follow(head: Token, path: Path) -> list[Token]:
    """The tokens at the end of a path of roles."""
    found = [head]
    for step in path:
        ends = [token for each in found for token in role(each, step.role)]
        found = [t for t in ends if step.lemma in (t.lemma, t.lower_)] if step.lemma else ends
        if not found:
            break
    return found


def _fits_head(frame: Frame, head: Token) -> bool:
    if not frame.head:
        return True
    if frame.rule.startswith("lex:noun"):
        return head.pos_ in NOUNS
    return frame.adjective or head.pos_ in VERBS


def _entities_at(token: Token, entities: Entities) -> Iterator[int]:
    """The entities that a token speaks of: its own, those in apposition to it, or those that it lists."""
    own = entities.at(token)
    if own is not None:
        yield own
        return
    listed = [n for m in members(token) if (n := entities.at(m)) is not None]
    if listed:
        yield from listed
    else:
        yield from (n for a in appositions(token) if (n := entities.at(a)) is not None)


def _fillers(document: Document, entities: Entities, token: Token, prop: Property) -> Iterator[int | Value]:
    if not prop.value:
        yield from _entities_at(token, entities)
        return
    mention = mention_at(document, token)
    if mention and mention.value and fits_value(mention, prop):
        yield mention.value


def mention_at(document: Document, token: Token) -> Mention | None:
    """The name or value that a token of the shadow stands for."""
    place = document.mention_of.get(token.i)
    return None if place is None else document.mentions[place]


def fits_value(mention: Mention, prop: Property) -> bool:
    """Whether a value is of the kind that a property takes; a term must be one of its terms."""
    if mention.value is None or datatype_kind(mention.value.datatype) != prop.value:
        return False
    return prop.value != "term" or prop.iri in mention.classes


def _allowed(entities: Entities, ontology: Ontology, prop: Property, subject: int, filler: int | Value) -> bool:
    if not ontology.compatible(entities.all[subject].type, prop.subjects):
        return False
    return isinstance(filler, Value) or ontology.compatible(entities.all[filler].type, prop.objects)


STRENGTH = (Status.ASSERTED, Status.DENIED, Status.PLANNED, Status.REPORTED, Status.POSSIBLE)


def merge(claims: Sequence[Claim], ontology: Ontology) -> list[Claim]:
    """One claim for each thing said: the asserted before the hedged, the surer before the less sure, the earlier
    before the later.
    """
    best: dict[tuple[str, str, str], Claim] = {}
    for claim in sorted(claims, key=_preference):
        ends = (claim.subject, str(claim.object))
        symmetric = ontology.properties[claim.property].symmetric
        subject, obj = sorted(ends) if symmetric else ends
        best.setdefault((claim.property, subject, obj), claim)
    implied = {(s, c.subject, str(c.object)) for c in best.values() for s in ontology.properties[c.property].supers}
    kept = [c for c in best.values() if (c.property, c.subject, str(c.object)) not in implied]
    return sorted(kept, key=lambda c: (c.evidence.span, c.property, c.subject, str(c.object)))


def _preference(claim: Claim) -> tuple[int, float, Span, str]:
    return STRENGTH.index(claim.status), -claim.confidence, claim.evidence.span, claim.evidence.rule
