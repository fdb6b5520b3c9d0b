"""An article as people read it: its text, where in it things are named, and where what is claimed.

    text ─► names and claims by their places ─► pieces, each with the thing that it names and the claims around it
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise

import pyoxigraph as ox

from .errors import QueryError
from .evidence import Source, StoredClaim, Thing, claims_in, find_article, rows, thing_of
from .graph import Graph
from .model import Span
from .quads import article_iri
from .query import did_you_mean


@dataclass(frozen=True, slots=True)
class Naming:
    """A place where a text names a thing."""

    span: Span
    thing: Thing


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a text that is all alike: the words, the thing that they name, if any, and the claims around them.

    A claim is told by its place among the claims of its reading.
    """

    words: str
    thing: Thing | None = None
    claims: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, repr=False)
class Reading:
    """An article with its whole content, the claims that it makes and the names in it, in the order of the text."""

    source: Source
    content: str
    claims: tuple[StoredClaim, ...]
    names: tuple[Naming, ...]

    @property
    def title(self) -> tuple[Piece, ...]:
        """The pieces of its title."""
        return self.pieces(0, self._head)

    @property
    def paragraphs(self) -> tuple[tuple[Piece, ...], ...]:
        """The pieces of its text, a paragraph at a time."""
        lines = re.finditer(r"[^\n]+", self.content)
        return tuple(self.pieces(line.start(), line.end()) for line in lines if line.start() >= self._head)

    @property
    def _head(self) -> int:
        """Where the title ends, after which there is a blank line."""
        end = self.content.find("\n\n")
        return end if end >= 0 else len(self.content)

    def claims_at(self, piece: Piece) -> tuple[StoredClaim, ...]:
        """The claims around a piece."""
        return tuple(self.claims[i] for i in piece.claims)

    def __repr__(self) -> str:
        return f"{self.source}\n\n{self.content}\n\n" + "\n".join(map(str, self.claims))

    def _repr_html_(self) -> str:
        from .cards import COLOURS, card

        kinds = sorted({each.thing.kind for each in self.names})
        return card("reading", reading=self, colours={kind: i % COLOURS for i, kind in enumerate(kinds)})

    def pieces(self, start: int, end: int) -> tuple[Piece, ...]:
        """A stretch of the content, cut where a name or a claim begins or ends."""
        spans = [each.span for each in self.names] + [claim.quote.span for claim in self.claims]
        cuts = {start, end, *(cut for span in spans for cut in (span.start, span.end) if start < cut < end)}
        places = sorted(cuts)
        return tuple(self._piece(Span(a, b)) for a, b in pairwise(places))

    def _piece(self, span: Span) -> Piece:
        def holds(other: Span) -> bool:
            return other.start <= span.start and span.end <= other.end

        thing = next((each.thing for each in self.names if holds(each.span)), None)
        claims = tuple(i for i, claim in enumerate(self.claims) if holds(claim.quote.span))
        return Piece(span.of(self.content), thing, claims)


def read(graph: Graph, article_id: str) -> Reading:
    """The article with an id; QueryError, with near ids, if the graph has none."""
    article = ox.NamedNode(article_iri(article_id))
    found = find_article(graph, article.value)
    if found is None:
        raise QueryError(f"no article {article_id!r} in the graph{did_you_mean(article_id, graph.articles)}")
    source, content = found
    things: dict[str, Thing] = {}
    for row in rows(graph, "about/named.rq", within=article):
        kind = graph.ontology.label(row["class"]) if "class" in row else ""
        things.setdefault(row["words"], thing_of(row["thing"], row["name"], kind))
    return Reading(source, content, claims_in(graph, article.value), find_names(content, things))


def find_names(content: str, things: Mapping[str, Thing]) -> tuple[Naming, ...]:
    """Where a text has some names, as whole words; where two overlap, the longer one.

    >>> found = find_names("Meta AI is Meta's.", {"Meta": Thing("Meta"), "Meta AI": Thing("Meta AI")})
    >>> [(name.thing.name, name.span.start) for name in found]
    [('Meta AI', 0), ('Meta', 11)]
    """
    longest = sorted((name for name in things if name), key=lambda name: (-len(name), name))
    if not longest:
        return ()
    pattern = re.compile("|".join(rf"(?<!\w){re.escape(name)}(?!\w)" for name in longest))
    found: Iterable[re.Match[str]] = pattern.finditer(content)
    return tuple(Naming(Span(match.start(), match.end()), things[match[0]]) for match in found)
