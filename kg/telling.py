"""The pages that tell: all about a thing, an article as people read it, and the picture of what is near a thing.

A thing's page is one address for people and programmes: by Accept it is HTML, or the thing's facts as RDF.
"""

import re
from collections import defaultdict
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from html import unescape
from itertools import groupby

import pyoxigraph as ox

from .about import About, about
from .desk import Desk, NotHereError, Visit
from .errors import QueryError
from .evidence import StoredClaim
from .export import FORMS
from .graph import FACTS, IDENTITY, INFERRED, Graph
from .media import preferred
from .model import Iri, Status
from .near import sketch, ties
from .part import part
from .quads import text_of
from .reading import Piece, Reading, read
from .vocab import ENTITY, OWL, RDF, RDFS
from .webpage import HTML, page, thing_url
from .workers import Answer

_Node = ox.NamedNode
_MOST_STATEMENTS = 150  # of a status on a page: all of them are a question away
_MOST_FACTS = 12  # of a group before the rest is folded
_MOST_DRAWN = 60  # things in the picture of what is near one
_DATA = {
    "text/turtle": "ttl",
    "application/ld+json": "jsonld",
    "application/n-triples": "nt",
    "application/rdf+xml": "rdf",
}
_ENDINGS = {ending: media_type for media_type, ending in _DATA.items()}


@dataclass(frozen=True, slots=True)
class Statement:
    """What one or more claims of one status say alike, with all of them."""

    claims: tuple[StoredClaim, ...]

    @property
    def first(self) -> StoredClaim:
        """One of the claims, for what they have in common."""
        return self.claims[0]


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of a text, with the status that its claims give it, and those of them that end with it."""

    piece: Piece
    status: str
    ends: tuple[int, ...]


def thing(desk: Desk, visit: Visit, end: str) -> Answer:
    """The page of the thing whose IRI ends so, or its facts as RDF; leads on to what a thing was merged into."""
    form = _ENDINGS.get(visit.get("as")) or preferred(visit.accept, ["text/html", *_DATA])
    if not form:
        return Answer.refusal(406, f"a thing can be had as text/html, {', '.join(_DATA)}")
    told = _found(desk, end)
    if isinstance(told, str):
        return _led_to(thing_url(told))
    if form in _DATA:
        return Answer(200, form, FORMS[_DATA[form]](_facts_of(desk.graph, told.iri)))
    return page("thing", _dossier(desk, told))


def _dossier(desk: Desk, told: About) -> dict[str, object]:
    near = ties(told)
    colours = {iri: _colour(desk, iri) for iri in (told.iri, *(tie.other.iri for tie in near))}
    return {
        "desk": desk,
        "about": told,
        "claimed": {status: _statements(claims) for status, claims in told.by_status.items()},
        "most": _MOST_STATEMENTS,
        "folded": _MOST_FACTS,
        "articles": {claim.quote.source.id for claim in told.claims},
        "backed": [f for group in told.groups for f in group.facts if f.support and f.support.sources > 1],
        "drawn": sketch(told.thing, near, colours),
        "anchors": {claim.iri: f"c{i}" for i, claim in enumerate(told.claims)},
    }


def _led_to(url: str) -> Answer:
    return Answer(303, "text/plain; charset=utf-8", b"", {"Location": url})


def _found(desk: Desk, end: str) -> About | Iri:
    """All about a thing, or the IRI of the one that is meant: what it was merged into, or what has that name."""
    iri = ENTITY + end
    if iri in desk.index.things:
        return about(desk.graph, iri)
    with suppress(ValueError):  # what is no IRI was never one of a thing
        merged = desk.graph.store.quads_for_pattern(_Node(iri), _Node(OWL.sameAs), None, IDENTITY)
        for quad in merged:
            return text_of(quad.object)
    named = desk.index.named(end)
    if len(named) == 1:
        return named[0]
    near = tuple((each.name, thing_url(each.iri)) for each in desk.index.find(end.replace("-", " "), 5))
    raise NotHereError(f"nothing in the graph is named {end!r}", near)


def _colour(desk: Desk, iri: Iri) -> int:
    known = desk.index.things.get(iri)
    return desk.colour(known.type) if known else len(desk.index.classes)


def _statements(claims: Sequence[StoredClaim]) -> list[Statement]:
    """The claims that say the same together, in the order in which they come."""
    alike = groupby(claims, key=lambda claim: (claim.subject, claim.property, claim.object))
    return [Statement(tuple(group)) for _, group in alike]


def _facts_of(graph: Graph, iri: Iri) -> Graph:
    """The facts that have a thing at an end, and what the things at the other ends are and are called."""
    node, found = _Node(iri), Graph(ox.Store(), None, graph.ontology, read_only=True)
    facts = [*graph.store.quads_for_pattern(node, None, None, FACTS)]
    facts += graph.store.quads_for_pattern(None, None, node, FACTS)
    others = {end for fact in facts for end in (fact.subject, fact.object) if isinstance(end, _Node)} - {node}
    for other in others:
        for predicate in (RDF.type, RDFS.label):
            facts += graph.store.quads_for_pattern(other, _Node(predicate), None, FACTS)
    inferred = (ox.Quad(q.subject, q.predicate, q.object, INFERRED) for q in facts)
    found.store.extend(facts)
    found.store.extend(quad for quad in inferred if quad in graph.store)
    return found


def article(desk: Desk, visit: Visit, name: str) -> Answer:
    """The page of an article: its text, with the things that it names and the claims that it makes."""
    try:
        reading = read(desk.graph, name)
    except QueryError as error:
        raise NotHereError(str(error)) from error
    title, *paragraphs = _runs(reading)
    names = {each.thing.iri: each.thing.name for each in reading.names if each.thing.iri}
    named = sorted(names, key=lambda iri: (names[iri].casefold(), iri))
    colours = {iri: _colour(desk, iri) for iri in names}
    told = {"reading": reading, "title": title, "paragraphs": paragraphs}
    return page("article", {**told, "named": named, "names": names, "colours": colours})


def _runs(reading: Reading) -> list[list[Run]]:
    """The title and the paragraphs, piece by piece; a claim ends with the last piece that it is around."""
    parts = [reading.title, *reading.paragraphs]
    last = {i: piece_of for piece_of in _places(parts) for i in parts[piece_of[0]][piece_of[1]].claims}
    ending: dict[tuple[int, int], list[int]] = defaultdict(list)
    for i, place in sorted(last.items()):
        ending[place].append(i)
    return [
        [Run(piece, _status(reading, piece), tuple(ending[p, n])) for n, piece in enumerate(pieces)]
        for p, pieces in enumerate(parts)
    ]


def _places(parts: Sequence[Sequence[Piece]]) -> list[tuple[int, int]]:
    return [(p, n) for p, pieces in enumerate(parts) for n in range(len(pieces))]


def _status(reading: Reading, piece: Piece) -> str:
    """The status to show a piece with: of its claims, the first that is not asserted, for that is to be seen."""
    found = [reading.claims[i].status for i in piece.claims]
    return str(next((each for each in found if each != Status.ASSERTED), found[0])) if found else ""


def picture(desk: Desk, visit: Visit, end: str) -> Answer:
    """The picture of what is near a thing, a page of its own with a policy that names its scripts."""
    from .view import draw  # with networkx, which no other page needs

    told = _found(desk, end)
    if isinstance(told, str):
        return _led_to(thing_url(told).replace("entity", "picture", 1))
    html = draw(part(desk.graph, told.iri, 1), about=told.iri, hops=1, limit=_MOST_DRAWN)
    policy = re.search(r'http-equiv="Content-Security-Policy"\s+content="([^"]+)"', html)
    own = f"{unescape(policy[1])}; frame-ancestors 'none'" if policy else "default-src 'none'"
    return Answer(200, HTML, html.encode("utf-8", "replace"), {"Content-Security-Policy": own})
