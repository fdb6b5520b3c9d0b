"""The frozen values that the stages hand on, from an article to its extraction.

Nothing here knows a language, a graph or a domain: a class or property is an IRI, a string.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any

Iri = str


class Status(StrEnum):
    """How a text stands to what it says; the individuals of `claims.ttl` bear these names."""

    ASSERTED = "asserted"
    PLANNED = "planned"
    REPORTED = "reported"
    POSSIBLE = "possible"
    DENIED = "denied"


class Kind(StrEnum):
    """What sort of words a mention is made of."""

    NAME = "name"
    DESCRIPTION = "description"
    PRONOUN = "pronoun"
    VALUE = "value"


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A stretch of `article.content`: characters from `start` up to, not including, `end`."""

    start: int
    end: int

    def of(self, content: str) -> str:
        """The words of the stretch.

        >>> Span(0, 4).of("Meta launched it")
        'Meta'
        """
        return content[self.start : self.end]


@dataclass(frozen=True)
class Article:
    """One piece of news; `published` is an ISO date or empty, `id` names it in the graph."""

    id: str
    title: str
    text: str
    published: str = ""
    url: str = ""
    source: str = ""

    @cached_property
    def content(self) -> str:
        """What is read: title, blank line, text; every span counts its characters.

        >>> Article("a", "Title", "Text.").content
        'Title\\n\\nText.'
        """
        return f"{self.title}\n\n{self.text}"


@dataclass(frozen=True, slots=True)
class Value:
    """A date, an amount, a count or a term: its lexical form, datatype IRI and unit (a currency)."""

    lexical: str
    datatype: Iri
    unit: str = ""

    def __str__(self) -> str:
        """The form of the gold data.

        >>> str(Value("5000000000", "https://schema.org/MonetaryAmount", "USD"))
        '5000000000 USD'
        """
        return f"{self.lexical} {self.unit}".strip()


@dataclass(frozen=True, slots=True)
class Mention:
    """A stretch that names, describes or points to something, and the classes it may have.

    `classes` weighs each class IRI between 0 and 1; `value` is set for values alone.
    """

    span: Span
    text: str
    kind: Kind
    classes: Mapping[Iri, float] = field(default_factory=dict, hash=False)
    value: Value | None = None


@dataclass(frozen=True, slots=True)
class Entity:
    """One thing that the article names: its fullest name, class IRI, other names, and mentions in order."""

    name: str
    type: Iri
    aliases: tuple[str, ...] = ()
    mentions: tuple[Mention, ...] = field(default=(), hash=False)


@dataclass(frozen=True, slots=True)
class Qualifier:
    """Something said about a claim: the qualifier's IRI and its value."""

    property: Iri
    value: Value


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where an article says a claim: the stretch, its words to the letter, and the rule that read it.

    The rule is the phrase that fired, as Turtle writes it, or the ranker with its strongest features.
    """

    article: str
    span: Span
    words: str
    rule: str


@dataclass(frozen=True, slots=True)
class Claim:
    """What an article says: the names of two entities of it, or of an entity and a value, and how it says so."""

    subject: str
    property: Iri
    object: str | Value
    status: Status
    confidence: float
    evidence: Evidence
    qualifiers: tuple[Qualifier, ...] = ()


@dataclass(frozen=True, slots=True)
class Extraction:
    """All that one article says: entities by name and the claims between them, both sorted."""

    article: Article
    entities: tuple[Entity, ...]
    claims: tuple[Claim, ...]

    def record(self) -> dict[str, Any]:
        """The extraction as one JSON object, in the form of the gold data."""
        return {
            "id": self.article.id,
            "entities": [
                {"name": e.name, "type": local_name(e.type), "aliases": list(e.aliases)} for e in self.entities
            ],
            "claims": [_claim_record(c) for c in self.claims],
        }


def _claim_record(claim: Claim) -> dict[str, Any]:
    return {
        "s": claim.subject,
        "p": local_name(claim.property),
        "o": str(claim.object),
        "status": str(claim.status),
        "confidence": claim.confidence,
        "qualifiers": {local_name(q.property): str(q.value) for q in claim.qualifiers},
        "quote": claim.evidence.words,
        "start": claim.evidence.span.start,
        "end": claim.evidence.span.end,
        "rule": claim.evidence.rule,
    }


def local_name(iri: Iri) -> str:
    """The last part of an IRI, after `#` or `/`.

    >>> local_name("https://example.org/ontology#Company")
    'Company'
    """
    return iri.rstrip("/#").replace("#", "/").rsplit("/", 1)[-1]
