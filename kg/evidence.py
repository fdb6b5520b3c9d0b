"""What is claimed, in words: each claim with the names of its ends, its status, and the sentence that makes it.

Values for those who show them, read from the graph by queries about one thing or one article, so that it takes what
there is to show, and not what the graph does.
"""

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, partial

import pyoxigraph as ox

from .graph import Graph, read_query
from .model import Iri, Span, Status
from .quads import text_of
from .sparql import Term, substituted
from .vocab import CLAIM, ENTITY

# A line's end; or a full stop after two letters, so that "U.S. chips" is no end, with a quotation mark, and a blank.
_SENTENCE_END = re.compile(r"\n|(?<=[\w%)”\"’]{2}[.!?])[\"”’)]?\s")
_AROUND = 400  # characters of a sentence that are shown before and after the words
Row = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Thing:
    """An end of a fact or claim: a thing with its IRI and the label of its class, or a value, which has neither."""

    name: str
    iri: Iri = ""
    kind: str = ""

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class Source:
    """An article that is quoted; the link is empty unless a browser can follow it safely."""

    id: str
    title: str
    published: str = ""
    outlet: str = ""
    link: str = ""

    def __str__(self) -> str:
        return f"{self.title} ({', '.join(filter(None, (self.id, self.published)))})"


@dataclass(frozen=True, slots=True)
class Quote:
    """The words that make a claim, with what stands before and after them in their sentence, and the rule."""

    source: Source
    span: Span
    words: str
    before: str
    after: str
    rule: str


@dataclass(frozen=True, slots=True)
class StoredClaim:
    """A claim as the graph has it; its date is the time that it speaks of, as exact as the text, or empty."""

    iri: Iri
    subject: Thing
    property: Iri
    label: str
    object: Thing
    status: Status
    confidence: Decimal
    qualifiers: tuple[tuple[str, str], ...]
    date: str
    quote: Quote
    states: Iri

    def __str__(self) -> str:
        return f"{self.subject} — {self.label} — {self.object}  [{self.status} {self.confidence:.2f}]"


def claims_of(graph: Graph, thing: Iri) -> tuple[StoredClaim, ...]:
    """All that is claimed of a thing, asserted first, then by property and by what it ties the thing to."""
    found = _claims(graph, thing=ox.NamedNode(thing))
    order = [*Status]

    def place(claim: StoredClaim) -> tuple[object, ...]:
        other = claim.object if claim.subject.iri == thing else claim.subject
        return (order.index(claim.status), claim.label, other.name, other.iri, *_said_at(claim))

    return tuple(sorted(found, key=place))


def claims_in(graph: Graph, article: Iri) -> tuple[StoredClaim, ...]:
    """All that an article claims, in the order of its text."""
    return tuple(sorted(_claims(graph, within=ox.NamedNode(article)), key=_said_at))


def find_article(graph: Graph, article: Iri) -> tuple[Source, str] | None:
    """An article and its whole text, by its IRI; None if the graph has none."""
    found = rows(graph, "about/article.rq", within=ox.NamedNode(article))
    if not found:
        return None
    sources = sorted({row["source"] for row in found if "source" in row})
    link = next((text for text in sources if _is_link(text)), "")
    outlet = next((text for text in sources if not _is_link(text)), "")
    first = min(found, key=lambda row: sorted(row.items()))
    title = one_line(first["title"]) or first["id"]
    return Source(first["id"], title, first.get("published", ""), one_line(outlet), link), first["content"]


def answers(graph: Graph, query: str, **terms: Term) -> list[Mapping[str, Term]]:
    """The answers to a query of `kg/queries` with terms in place of some variables, as terms by name."""
    text = read_query(query)
    for name, term in terms.items():
        text = substituted(text, name, term)
    solutions = graph.store.query(text)
    assert isinstance(solutions, ox.QuerySolutions)
    names = [variable.value for variable in solutions.variables]
    return [{name: solution[name] for name in names if solution[name] is not None} for solution in solutions]


def rows(graph: Graph, query: str, **terms: Term) -> list[Row]:
    """The same, as texts by name."""
    return [{name: text_of(term) for name, term in row.items()} for row in answers(graph, query, **terms)]


def thing_of(iri: Iri, name: str | None, kind: str = "") -> Thing:
    """The thing with an IRI, or the value with a name: an amount has an IRI, but is none to look up."""
    shown = one_line(name if name is not None else iri)
    return Thing(shown, iri, kind) if iri.startswith(ENTITY) else Thing(shown)


def sentence_around(content: str, start: int, end: int, words: str) -> tuple[str, str, str]:
    """The words with what stands before and after them in their sentence; nothing if they do not stand there.

    >>> sentence_around("It is out. Meta made it, and sells it. Buy!", 11, 23, "Meta made it")
    ('', 'Meta made it', ', and sells it.')
    """
    if content[start:end] != words:
        return "", one_line(words), ""
    begin = max((match.end() for match in _SENTENCE_END.finditer(content, 0, start)), default=0)
    last = _SENTENCE_END.search(content, end)
    stop = last.end() if last else len(content)
    before, after = re.sub(r"\s+", " ", content[begin:start]), re.sub(r"\s+", " ", content[end:stop])
    return before.lstrip()[-_AROUND:], one_line(words), after.rstrip()[:_AROUND]


def one_line(text: str) -> str:
    """A text with single blanks for all that parts its words.

    >>> one_line("a\\n  title")
    'a title'
    """
    return " ".join(text.split())


def _claims(graph: Graph, **terms: Term) -> list[StoredClaim]:
    qualifiers: dict[Iri, set[tuple[str, str]]] = defaultdict(set)
    for row in rows(graph, "about/qualifiers.rq", **terms):
        qualifiers[row["claim"]].add((graph.ontology.label(row["qualifier"]), one_line(row["value"])))
    found = {row["claim"]: row for row in rows(graph, "about/claims.rq", **terms)}
    article = cache(partial(find_article, graph))
    return [_claim(graph, row, qualifiers[iri], article(row["article"])) for iri, row in found.items()]


def _claim(
    graph: Graph, row: Row, qualifiers: set[tuple[str, str]], article: tuple[Source, str] | None
) -> StoredClaim:
    source, content = article or (Source(row["article"], row["article"]), "")
    span = Span(int(row["start"]), int(row["end"]))
    before, words, after = sentence_around(content, span.start, span.end, row["words"])
    return StoredClaim(
        iri=row["claim"],
        subject=thing_of(row["subject"], row.get("subjectName")),
        property=row["property"],
        label=graph.ontology.label(row["property"]),
        object=thing_of(row["object"], row["objectName"]),
        status=Status(row["status"].removeprefix(CLAIM)),
        confidence=Decimal(row["confidence"]),
        qualifiers=tuple(sorted(qualifiers)),
        date=row.get("date", ""),
        quote=Quote(source, span, words, before, after, row["rule"]),
        states=row.get("states", ""),
    )


def _said_at(claim: StoredClaim) -> tuple[object, ...]:
    quote = claim.quote
    return quote.source.published or "9999", quote.source.id, quote.span, claim.iri


def _is_link(text: str) -> bool:
    return re.match("https?://", text) is not None
