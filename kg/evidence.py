"""What is claimed, in words: each claim with the names of its ends, its status, and the sentence that makes it.

Values for those who show them, read from the graph by queries about one thing or one article, so that it takes what
there is to show, and not what the graph does.
"""

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, lru_cache, partial

import pyoxigraph as ox

from .graph import Graph, read_query
from .model import Iri, Span, Status
from .quads import text_of
from .sparql import Term, substituted
from .vocab import CLAIM, ENTITY, OA, RDF, XSD

# A line's end; or a full stop after two letters, so that "U.S. chips" is no end, with a quotation mark, and a blank.
_SENTENCE_END = re.compile(r"\n|(?<=[\w%)”\"’]{2}[.!?])[\"”’)]?\s")
_AROUND = 400  # characters of a sentence that are shown before and after the words
_DATES = (XSD.date, XSD.gYearMonth, XSD.gYear)
Row = Mapping[str, str]
Told = Mapping[Iri, list[Term]]  # the values of each property of a node


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
    table = (zip(names, solution, strict=True) for solution in solutions)
    return [{name: term for name, term in row if term is not None} for row in table]


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
    ends = _sentence_ends(content)
    begin = ends[bisect_right(ends, start) - 1]
    last = _SENTENCE_END.search(content, end)
    stop = last.end() if last else len(content)
    before, after = re.sub(r"\s+", " ", content[begin:start]), re.sub(r"\s+", " ", content[end:stop])
    return before.lstrip()[-_AROUND:], one_line(words), after.rstrip()[:_AROUND]


@lru_cache(maxsize=64)
def _sentence_ends(content: str) -> list[int]:
    return [0, *(match.end() for match in _SENTENCE_END.finditer(content))]


def one_line(text: str) -> str:
    """A text with single blanks for all that parts its words.

    >>> one_line("a\\n  title")
    'a title'
    """
    return " ".join(text.split())


def _claims(graph: Graph, **terms: Term) -> list[StoredClaim]:
    told, evidence = (_told(graph, f"about/{query}.rq", **terms) for query in ("claims", "evidence"))
    names = {row["end"]: row["name"] for row in sorted(rows(graph, "about/ends.rq", **terms), key=_name, reverse=True)}
    article = cache(partial(find_article, graph))
    quotes = {iri: _quote(evidence[iri], _one(said, CLAIM.rule), article) for iri, said in told.items()}
    return [_claim(graph, iri, said, names, quotes[iri]) for iri, said in told.items()]


def _name(row: Row) -> str:
    return row["name"]


def _told(graph: Graph, query: str, **terms: Term) -> Mapping[Iri, Told]:
    """All that is said of each claim: its properties, and their values."""
    found: dict[Iri, dict[Iri, list[Term]]] = defaultdict(lambda: defaultdict(list))
    for row in answers(graph, query, **terms):
        values = found[text_of(row["claim"])][text_of(row["property"])]
        if row["value"] not in values:
            values.append(row["value"])
    return found


def _qualifiers(graph: Graph, said: Told, names: Mapping[Iri, str]) -> tuple[tuple[str, str], ...]:
    """The qualifiers of a claim in words; an entity stands beside its name, which is what the article has."""
    declared = graph.ontology.store.quads_for_pattern(None, ox.NamedNode(RDF.type), ox.NamedNode(CLAIM.Qualifier))
    found = {
        (graph.ontology.label(property), one_line(names.get(text_of(value), text_of(value))))
        for property in {text_of(quad.subject) for quad in declared} & said.keys()
        for value in said[property]
        if not text_of(value).startswith(ENTITY)
    }
    return tuple(sorted(found))


def _one(told: Told, property: Iri) -> str:
    """The value of a property, as a text; the first one if there are several, "" if there is none."""
    return min(map(text_of, told.get(property, ())), default="")


def _claim(graph: Graph, iri: Iri, said: Told, names: Mapping[Iri, str], quote: Quote) -> StoredClaim:
    subject, property, object = (_one(said, RDF(place)) for place in ("subject", "predicate", "object"))
    return StoredClaim(
        iri=iri,
        subject=thing_of(subject, names.get(subject)),
        property=property,
        label=graph.ontology.label(property),
        object=thing_of(object, names.get(object)),
        status=Status(_one(said, CLAIM.status).removeprefix(CLAIM)),
        confidence=Decimal(_one(said, CLAIM.confidence)),
        qualifiers=_qualifiers(graph, said, names),
        date=_one(said, CLAIM.date) or _date(said.get(RDF.object, ())),
        quote=quote,
        states=_one(said, CLAIM.states),
    )


def _date(values: Iterable[Term]) -> str:
    """The first of some values that is a day, a month or a year."""
    dates = (value for value in values if isinstance(value, ox.Literal) and value.datatype.value in _DATES)
    return min(map(text_of, dates), default="")


def _quote(told: Told, rule: str, article: Callable[[Iri], tuple[Source, str] | None]) -> Quote:
    iri = _one(told, OA.hasSource)
    source, content = article(iri) or (Source(iri, iri), "")
    span = Span(int(_one(told, OA.start)), int(_one(told, OA.end)))
    before, words, after = sentence_around(content, span.start, span.end, _one(told, OA.exact))
    return Quote(source, span, words, before, after, rule)


def _said_at(claim: StoredClaim) -> tuple[object, ...]:
    quote = claim.quote
    return quote.source.published or "9999", quote.source.id, quote.span, claim.iri


def _is_link(text: str) -> bool:
    return re.match("https?://", text) is not None
