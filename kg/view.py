"""The picture: one HTML file of things and what articles say between them, that works without a network.

    claims ─► statements ─► the strongest neighbourhood ─► places ─► JSON ─► the page

What articles say goes into the page as JSON alone and is shown as text alone; the page's own policy (CSP) lets no
script run but the one it comes with, and no request out. All is laid out beforehand, so the page opens at once, and it
draws itself on a canvas: measured with 5,000 things and 9,000 ties in Chromium without a GPU, vis-network takes 300 ms
a frame, and this 17 while it moves. It opens in one second.
"""

import json
import re
from base64 import b64encode
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from heapq import heappop, heappush
from math import sqrt
from pathlib import Path
from typing import Any

import networkx as nx
import pyoxigraph as ox

from .errors import GraphError
from .evidence import one_line, sentence_around
from .graph import Graph, read_query
from .layout import name_lines, place_nodes
from .model import Iri, Status
from .query import ask, find_entity
from .vocab import CLAIM, DCTERMS, ENTITY, OWL, RDF
from .whole import write_atomically

PARTS = ("picture.html", "picture.css", "camera.js", "shapes.js", "names.js", "switches.js", "picture.js")
LIMIT = 300  # things: more of them, with their names, do not fit on a screen


@dataclass(frozen=True, slots=True)
class _Thing:
    """An entity, as it is drawn."""

    iri: Iri
    name: str
    type: Iri
    others: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Statement:
    """What one or more claims say: a subject, a property, and an object that is an entity's IRI or else a text."""

    subject: Iri
    property: Iri
    object: str
    said: list[dict[str, Any]] = field(default_factory=list)


def draw(graph: Graph, path: Path | None = None, about: str | None = None, hops: int = 2, limit: int = LIMIT) -> str:
    """The picture as HTML, written to a path if one is given: of all things, or of those near the one with a name.

    At most `limit` things are shown, the nearest and most spoken of, and the page says so; QueryError if nothing has
    the name, GraphError if the file cannot be written.
    """
    centre = find_entity(graph, about) if about else None
    things, statements = _things(graph), _statements(graph)
    ties = [s for s in statements if {s.subject, s.object} <= things.keys() and s.subject != s.object]
    shown, reachable = _strongest(ties, centre, hops, limit)
    data = _picture(graph, [things[iri] for iri in shown], things, statements)
    title, about_node = (things[centre].name, shown.index(centre)) if centre else ("Knowledge graph", None)
    html = _page(data | {"title": title, "about": about_node, "reachable": reachable, "all": len(things)})
    if path is not None:
        try:
            write_atomically(Path(path), html.encode())
        except OSError as error:
            raise GraphError(f"{path}: cannot be written: {error.strerror or error}") from error
    return html


def _things(graph: Graph) -> dict[Iri, _Thing]:
    found = {}
    for iri, name, kind, others in ask(graph, read_query("view/things.rq")).rows:
        if str(iri).startswith(ENTITY):
            other = tuple(sorted({one_line(text) for text in str(others or "").split("\n")} - {""}))
            found[str(iri)] = _Thing(str(iri), one_line(str(name)), str(kind), other)
    return found


def _statements(graph: Graph) -> list[_Statement]:
    """All that is said, each statement once, with each time that it is said; a symmetric one in one direction."""
    qualifiers: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for claim, qualifier, value in ask(graph, read_query("view/qualifiers.rq")).rows:
        qualifiers[str(claim)].append((str(qualifier), str(value)))
    found: dict[tuple[Iri, Iri, str], _Statement] = {}
    for claim, article, s, p, o, text, status, confidence, rule, words, start, end in ask(
        graph, read_query("view/claims.rq")
    ).rows:
        subject, prop, obj = str(s), str(p), str(o) if str(o).startswith(ENTITY) else str(text)
        if obj < subject and obj.startswith(ENTITY) and _is_symmetric(graph, prop):
            subject, obj = obj, subject
        statement = found.setdefault((subject, prop, obj), _Statement(subject, prop, obj))
        statement.said.append(
            {
                "status": str(status).removeprefix(CLAIM),
                "confidence": round(float(str(confidence)), 2),
                "rule": str(rule),
                "article": str(article),
                "place": (int(str(start)), int(str(end)), str(words)),
                "qualifiers": qualifiers[str(claim)],
            }
        )
    return list(found.values())


def _status(statement: _Statement) -> str:
    """Asserted if one article asserts it, else the status most articles give it, else the first of these."""
    counts = Counter(str(said["status"]) for said in statement.said)
    return Status.ASSERTED if Status.ASSERTED in counts else max(sorted(counts), key=lambda status: counts[status])


def _is_symmetric(graph: Graph, prop: Iri) -> bool:
    return any(kind == OWL.SymmetricProperty for _, kind in graph.ontology.values(prop, RDF.type))


def _strongest(ties: Sequence[_Statement], centre: Iri | None, hops: int, limit: int) -> tuple[list[Iri], int]:
    """The things to show, and how many there would be without a limit.

    From the centre, or else the thing most spoken of, the nearest and most spoken of its neighbourhood come in first.
    """
    network: nx.Graph[Iri] = nx.Graph((tie.subject, tie.object) for tie in ties)
    strength = Counter(iri for tie in ties for iri in (tie.subject, tie.object) for _ in tie.said)
    distance = dict.fromkeys(network, 0)
    if centre is not None:
        network.add_node(centre)
        distance = nx.single_source_shortest_path_length(network, centre, cutoff=hops)
    rank = {iri: (distance[iri], -strength[iri], iri) for iri in distance}
    chosen: dict[Iri, None] = {}
    for seed in sorted(rank, key=rank.__getitem__):
        edge = [rank[seed]]
        while edge and len(chosen) < limit:
            iri = heappop(edge)[-1]
            if iri not in chosen:
                chosen[iri] = None
                for other in rank.keys() & network[iri] - chosen.keys():
                    heappush(edge, rank[other])
    return [iri for iri in chosen if iri == centre or chosen.keys() & network[iri]], len(rank)


def _picture(
    graph: Graph, shown: Sequence[_Thing], things: Mapping[Iri, _Thing], statements: Iterable[_Statement]
) -> dict[str, Any]:
    """What the page is made of: nodes, edges, statements, classes, articles, tied by their places in these lists."""
    label, place = cache(graph.ontology.label), {thing.iri: i for i, thing in enumerate(shown)}
    told = [s for s in statements if s.subject in place or s.object in place]
    edges = _edges(graph, told, place)
    degrees = Counter(end for edge in edges for end in (edge["from"], edge["to"]))
    articles = sorted({said["article"] for s in told for said in s.said})
    contents = [_article(graph, iri) for iri in articles]
    counts = Counter(thing.type for thing in things.values())  # of all, so that a class keeps its colour
    ranked = sorted(counts, key=lambda iri: (-counts[iri], label(iri), iri))
    here = Counter(thing.type for thing in shown)
    classes = sorted(here, key=lambda iri: (-here[iri], label(iri), iri))
    sizes = [round(min(5 + 3.2 * sqrt(degrees[i]), 30), 1) for i in range(len(shown))]
    lines = [name_lines(thing.name) for thing in shown]
    places = place_nodes(sizes, lines, [(edge["from"], edge["to"]) for edge in edges])
    nodes = [
        {"name": t.name, "others": [o for o in t.others if o != t.name], "class": classes.index(t.type)}
        | {"lines": lines[i], "degree": degrees[i], "size": sizes[i], "x": places[i][0], "y": places[i][1]}
        for i, t in enumerate(shown)
    ]
    names: dict[str, str | int] = {thing.iri: thing.name for thing in things.values()}
    names.update(place)
    return {
        "classes": [{"label": label(iri), "rank": ranked.index(iri)} for iri in classes],
        "nodes": nodes,
        "edges": edges,
        "statuses": [str(status) for status in Status],
        "statements": [
            {"subject": names.get(s.subject, s.subject), "object": names.get(s.object, s.object)}
            | {"property": label(s.property)}
            | {"said": [_said(said, articles, contents) for said in s.said]}
            for s in told
        ],
        "articles": [{key: text for key, text in content.items() if key != "content"} for content in contents],
    }


def _edges(graph: Graph, told: Sequence[_Statement], place: Mapping[Iri, int]) -> list[dict[str, Any]]:
    """The lines to draw: one for all asserted statements of a pair in one direction, one for the others, bent apart."""
    lines: dict[tuple[int, int, bool, bool], list[int]] = defaultdict(list)
    for i, s in enumerate(told):
        if s.subject in place and s.object in place and s.subject != s.object:
            ends = place[s.subject], place[s.object]
            lines[*ends, _is_symmetric(graph, s.property), _status(s) == Status.ASSERTED].append(i)
    pairs: dict[tuple[int, ...], list[dict[str, Any]]] = defaultdict(list)
    for (start, end, symmetric, _), which in sorted(lines.items()):
        edge: dict[str, Any] = {"from": start, "to": end, "arrow": not symmetric, "statements": which}
        pairs[tuple(sorted((start, end)))].append(edge)
    for lot in pairs.values():
        for i, edge in enumerate(lot):
            bend = 0.22 * (i - (len(lot) - 1) / 2)
            edge["bend"] = round(bend if edge["from"] < edge["to"] else -bend, 2)
    return [edge for lot in pairs.values() for edge in lot]


def _article(graph: Graph, iri: Iri) -> dict[str, str]:
    node = ox.NamedNode(iri)
    quads = graph.store.quads_for_pattern(node, None, None, node)
    said = sorted((q.predicate.value, q.object.value) for q in quads if not isinstance(q.object, ox.Triple))
    found = dict(reversed(said))
    links = [text for predicate, text in said if predicate == DCTERMS.source and re.match("https?://", text)]
    return {
        "title": one_line(found.get(DCTERMS("title"), "")) or found.get(DCTERMS.identifier, iri),
        "published": found.get(DCTERMS.issued, ""),
        "link": links[0] if links else "",
        "content": found.get(CLAIM.content, ""),
    }


def _said(said: Mapping[str, Any], articles: Sequence[Iri], contents: Sequence[Mapping[str, str]]) -> dict[str, Any]:
    """One time that something is said, with the words and what stands before and after them in their sentence."""
    article = articles.index(said["article"])
    before, words, after = sentence_around(contents[article]["content"], *said["place"])
    quoted = {"article": article, "before": before, "words": words, "after": after}
    return {key: said[key] for key in ("status", "confidence", "rule", "qualifiers")} | quoted


def _page(data: Mapping[str, Any]) -> str:
    """The page around its data; the policy in its head names the script that may run, by its hash."""
    folder = Path(__file__).parent / "templates"
    page, style, *scripts = ((folder / name).read_text(encoding="utf-8") for name in PARTS)
    parts = {
        "style": style,
        "script": "".join(scripts),
        "data": json.dumps(data, ensure_ascii=False, separators=(",", ":"), sort_keys=True).replace("<", "\\u003c"),
    }
    parts["scripts"] = f"'sha256-{b64encode(sha256(parts['script'].encode()).digest()).decode()}'"
    return re.sub(r"\{\{(\w+)\}\}", lambda match: parts[match[1]], page)
