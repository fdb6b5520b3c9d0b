"""The picture: one HTML file of things and what articles say between them, that works without a network.

    claims ─► statements ─► the strongest neighbourhood ─► places ─► JSON ─► the page

What articles say goes into the page as JSON alone and is shown as text alone; the page's own policy (CSP) lets no
script run but the two it comes with, and no request out. All is laid out beforehand, so the page opens at once.
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
from importlib.util import find_spec
from math import hypot, sqrt
from pathlib import Path
from textwrap import wrap
from typing import Any

import networkx as nx
import numpy as np
import pyoxigraph as ox
from numpy.typing import NDArray

from .errors import GraphError
from .graph import Graph, write_atomically
from .model import Iri, Status
from .query import ask, find_entity
from .vocab import CLAIM, DCTERMS, ENTITY, OWL, RDF

LIMIT = 300  # things: more of them, with their names, do not fit on a screen
MANY = 800  # things in one part, above which a coarser layout keeps the time within a minute

# A line's end; or a full stop after two letters, so that "U.S. chips" is no end, with a quotation mark, and a blank.
_SENTENCE_END = re.compile(r"\n|(?<=[\w%)”\"’]{2}[.!?])[\"”’)]?\s")

_CLAIMS = """
SELECT ?claim ?graph ?s ?p ?o (COALESCE(?amount, STR(?o)) AS ?text) ?status ?confidence ?rule ?words ?start ?end WHERE {
  GRAPH ?graph {
    ?claim a claim:Claim ; rdf:subject ?s ; rdf:predicate ?p ; rdf:object ?o ; claim:status ?status ;
           claim:confidence ?confidence ; claim:rule ?rule ; oa:hasTarget ?evidence .
    ?evidence oa:exact ?words ; oa:start ?start ; oa:end ?end .
    OPTIONAL { ?o rdfs:label ?amount }
  }
} ORDER BY ?s ?p ?text ?graph ?start ?claim"""
_QUALIFIERS = """
SELECT DISTINCT ?claim ?qualifier ?value WHERE {
  GRAPH claim:ontology { ?property a claim:Qualifier ; rdfs:label ?qualifier }
  GRAPH ?graph { ?claim a claim:Claim ; ?property ?said . OPTIONAL { ?said rdfs:label ?amount } }
  FILTER (isLiteral(?said) || BOUND(?amount))
  BIND (STR(COALESCE(?amount, ?said)) AS ?value)
} ORDER BY ?claim ?qualifier ?value"""
_THINGS = """
SELECT ?entity ?name ?class (GROUP_CONCAT(?other; separator="\\n") AS ?others) WHERE {
  ?entity rdfs:label ?name ; a ?class .
  FILTER NOT EXISTS { GRAPH claim:inferred { ?entity a ?class } }
  OPTIONAL { ?entity skos:altLabel ?other }
} GROUP BY ?entity ?name ?class ORDER BY ?entity ?name ?class"""


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
    for iri, name, kind, others in ask(graph, _THINGS).rows:
        if str(iri).startswith(ENTITY):
            other = tuple(sorted({_line(text) for text in str(others or "").split("\n")} - {""}))
            found[str(iri)] = _Thing(str(iri), _line(str(name)), str(kind), other)
    return found


def _statements(graph: Graph) -> list[_Statement]:
    """All that is said, each statement once, with each time that it is said; a symmetric one in one direction."""
    qualifiers: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for claim, qualifier, value in ask(graph, _QUALIFIERS).rows:
        qualifiers[str(claim)].append((str(qualifier), str(value)))
    found: dict[tuple[Iri, Iri, str], _Statement] = {}
    for claim, article, s, p, o, text, status, confidence, rule, words, start, end in ask(graph, _CLAIMS).rows:
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
    lines = [_lines(thing.name) for thing in shown]
    places = _places(sizes, lines, edges)
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
        "statements": [
            {"subject": names.get(s.subject, s.subject), "object": names.get(s.object, s.object)}
            | {"property": label(s.property), "status": _status(s)}
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
    for (start, end, symmetric, asserted), which in sorted(lines.items()):
        words = [graph.ontology.label(told[i].property) + ("" if asserted else f" ({_status(told[i])})") for i in which]
        articles = {said["article"] for i in which for said in told[i].said}
        edge: dict[str, Any] = {"from": start, "to": end, "label": ", ".join(words), "asserted": asserted}
        edge |= {"arrow": not symmetric, "statements": which, "width": len(articles)}
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
        "title": _line(found.get(DCTERMS("title"), "")) or found.get(DCTERMS.identifier, iri),
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


def sentence_around(content: str, start: int, end: int, words: str) -> tuple[str, str, str]:
    """The words with what stands before and after them in their sentence; nothing if they do not stand there.

    >>> sentence_around("It is out. Meta made it, and sells it. Buy!", 11, 23, "Meta made it")
    ('', 'Meta made it', ', and sells it.')
    """
    if content[start:end] != words:
        return "", _line(words), ""
    begin = max((match.end() for match in _SENTENCE_END.finditer(content, 0, start)), default=0)
    last = _SENTENCE_END.search(content, end)
    stop = last.end() if last else len(content)
    before, after = re.sub(r"\s+", " ", content[begin:start]), re.sub(r"\s+", " ", content[end:stop])
    return before.lstrip()[-400:], _line(words), after.rstrip()[:400]


def _line(text: str) -> str:
    return " ".join(text.split())


def _lines(name: str) -> list[str]:
    """A name in up to two lines, shortened if it is longer.

    >>> _lines("Meta"), _lines("Meta Superintelligence Labs")
    (['Meta'], ['Meta Superintelligence', 'Labs'])
    """
    lines = wrap(name, 22)
    return [*lines[:1], f"{lines[1][:21]}…"] if len(lines) > 2 else lines or [" "]


def _places(
    sizes: Sequence[float], lines: Sequence[Sequence[str]], edges: Iterable[Mapping[str, Any]]
) -> list[tuple[int, int]]:
    """Where each node stands, in pixels: no node or name on another, what hangs together together, wider than high."""
    network: nx.Graph[int] = nx.Graph()
    network.add_nodes_from(range(len(sizes)))
    network.add_edges_from(sorted((edge["from"], edge["to"]) for edge in edges))
    parts = sorted((sorted(part) for part in nx.connected_components(network)), key=lambda part: (-len(part), part))
    closeness = min(1.0, max(0.55, sqrt(60 / max(len(sizes), 1))))  # names do not shrink as the whole does
    halves = [(max(map(len, names)) * 2.9 / closeness, len(names) * 7 / closeness) for names in lines]
    room = np.array([[max(s, w) + 4, s + h + 3] for s, (w, h) in zip(sizes, halves, strict=True)]).reshape(-1, 2)
    blocks = [_arranged(network, part, room[part]) for part in parts]
    points = np.zeros((len(sizes), 2))
    for part, block in zip(parts, _packed(blocks, [room[part] for part in parts]), strict=True):
        points[part] = block
    return [(int(x), int(y)) for x, y in np.rint(points)]


def _arranged(network: "nx.Graph[int]", part: Sequence[int], room: NDArray[Any]) -> NDArray[Any]:
    """The places of one connected part around its middle: neighbours near each other, those of many farther away."""
    if len(part) <= 2:
        return np.array([[i * 150.0, 0.0] for i in range(len(part))]) - [75.0 * (len(part) - 1), 0]
    graph: nx.Graph[int] = nx.Graph()  # of plain integers in order, so that no hash decides
    graph.add_nodes_from(part)
    for a, b in sorted(network.edges(part)):
        graph.add_edge(a, b, length=len(set(network[a]) ^ set(network[b])) ** 0.4)
    if len(part) <= MANY:
        paths = dict(nx.all_pairs_dijkstra_path_length(graph, weight="length"))
        points = _by_distance(np.array([[paths[a][b] for b in part] for a in part]))
    else:
        near = nx.forceatlas2_layout(graph, max_iter=40, seed=7)  # spring_layout would need SciPy
        points = np.array([near[i] for i in part])
    axes = np.linalg.svd(points, full_matrices=False)[2]
    points = points @ (axes * np.sign(axes[:, :1] + 1e-12)).T  # the longest way from left to right
    spread = points.std(axis=0) + 1e-9
    points *= [max(1.0, 1.4 * spread[1] / spread[0]), 1.0]
    length = min(190.0, max(100.0, 1000 / sqrt(len(part))))  # where there is room, room for what the lines say
    row = {i: n for n, i in enumerate(part)}
    points *= length / max(float(np.median([hypot(*(points[row[a]] - points[row[b]])) for a, b in graph.edges])), 1e-9)
    # Nodes that start far too close end up in columns.
    points *= max(1.0, sqrt(8 * float((room[:, 0] * room[:, 1]).sum()) / float(np.ptp(points, axis=0).prod() + 1)))
    return _apart(np.round(points, 3), room)  # no last bit decides who gives way


def _by_distance(distance: NDArray[Any]) -> NDArray[Any]:
    """Points of the plane whose distances are near the given ones: stress majorization, from classical scaling."""
    count = len(distance)
    centring = np.eye(count) - 1 / count
    values, vectors = np.linalg.eigh(-centring @ distance**2 @ centring / 2)
    points: NDArray[Any] = vectors[:, -2:] * np.sqrt(np.maximum(values[-2:], 1e-6))
    points += 1e-3 * np.stack([np.cos(np.arange(count)), np.sin(np.arange(count))], axis=1)  # twins do not coincide
    weight = 1 / (distance + np.eye(count)) ** 2 - np.eye(count)
    inverse = np.linalg.pinv(np.diag(weight.sum(axis=1)) - weight)
    for _ in range(150):
        apart = np.linalg.norm(points[:, None] - points[None], axis=2)
        pull = weight * distance / np.maximum(apart, 1e-6)
        points = inverse @ ((np.diag(pull.sum(axis=1)) - pull) @ points)
    return points


def _apart(points: NDArray[Any], room: NDArray[Any]) -> NDArray[Any]:
    """The points, pushed apart until no two have less than their room between them."""
    points, needed = points.copy(), room[:, None] + room[None]
    for _ in range(250 if len(points) <= MANY else 20):
        between = points[:, None] - points[None]
        missing = needed - np.abs(between)
        hit = (missing > 0.5).all(axis=2)
        np.fill_diagonal(hit, False)
        if not hit.any():
            break
        order = np.sign(np.arange(len(points))[:, None] - np.arange(len(points)))[..., None]
        sign = np.where(np.abs(between) > 1e-9, np.sign(between), order)
        shorter = missing[..., :1] < 1.7 * missing[..., 1:]  # names are wide: without it, all moves up and down
        way = np.concatenate([shorter, ~shorter], axis=2) & hit[..., None]
        points += 0.45 * (way * sign * missing).sum(axis=1)
    return points


def _packed(blocks: Sequence[NDArray[Any]], rooms: Sequence[NDArray[Any]]) -> list[NDArray[Any]]:
    """The parts moved into rows under each other, largest first; one that is larger than all others stands alone."""
    lows = [(block - room).min(axis=0) for block, room in zip(blocks, rooms, strict=True)]
    sizes = [(b + r).max(axis=0) - low + 40.0 for b, r, low in zip(blocks, rooms, lows, strict=True)]
    areas = [float(size.prod()) for size in sizes]
    width = max([sqrt(1.4 * sum(areas)), *(float(size[0]) for size in sizes)])
    moved, left, top, height = [], 0.0, 0.0, 0.0
    for i, (block, low, size) in enumerate(zip(blocks, lows, sizes, strict=True)):
        if left + size[0] > width or (i == 1 and areas[0] > sum(areas) / 2):
            left, top, height = 0.0, top + height, 0.0
        moved.append(block - low + [left, top])
        left, height = left + float(size[0]), max(height, float(size[1]))
    return moved


def _page(data: Mapping[str, Any]) -> str:
    """The page around its data; the policy in its head names the scripts that may run, by their hashes."""
    folder = Path(__file__).parent / "templates"
    names = ("picture.html", "picture.css", "names.js", "picture.js")
    page, style, *scripts = ((folder / name).read_text(encoding="utf-8") for name in names)
    parts = {
        "style": style,
        "network": _vis_network(),
        "script": "".join(scripts),
        "data": json.dumps(data, ensure_ascii=False, separators=(",", ":"), sort_keys=True).replace("<", "\\u003c"),
    }
    hashes = (b64encode(sha256(parts[name].encode()).digest()).decode() for name in ("network", "script"))
    parts["scripts"] = " ".join(f"'sha256-{digest}'" for digest in hashes)
    return re.sub(r"\{\{(\w+)\}\}", lambda match: parts[match[1]], page)


@cache
def _vis_network() -> str:
    """The code of vis-network that comes with pyvis; its style sheet is for controls that the picture does not have."""
    spec = find_spec("pyvis")
    if spec is None or spec.origin is None:
        raise GraphError("the picture needs pyvis; install it with: pip install pyvis")
    code = (Path(spec.origin).parent / "lib" / "vis-9.1.2" / "vis-network.min.js").read_text(encoding="utf-8")
    return re.sub(r"^//# sourceMappingURL=.*$", "", code, flags=re.MULTILINE)
