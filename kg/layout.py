"""Where the nodes of a picture stand: neighbours near each other, no name on another, the same for the same network.

network ─► connected parts ─► each arranged by distances, then pushed apart ─► packed in rows
"""

from collections.abc import Iterable, Sequence
from math import hypot, sqrt
from textwrap import wrap
from typing import Any

import networkx as nx
import numpy as np
from numpy.typing import NDArray

MANY = 800  # things in one part, above which a coarser layout keeps the time within a minute


def name_lines(name: str) -> list[str]:
    """A name in up to two lines, shortened if it is longer.

    >>> name_lines("Meta"), name_lines("Meta Superintelligence Labs")
    (['Meta'], ['Meta Superintelligence', 'Labs'])
    """
    lines = wrap(name, 22)
    return [*lines[:1], f"{lines[1][:21]}…"] if len(lines) > 2 else lines or [" "]


def place_nodes(
    sizes: Sequence[float], lines: Sequence[Sequence[str]], edges: Iterable[tuple[int, int]]
) -> list[tuple[int, int]]:
    """Where each node stands, in pixels: no node or name on another, what hangs together together, wider than high."""
    network: nx.Graph[int] = nx.Graph()
    network.add_nodes_from(range(len(sizes)))
    network.add_edges_from(sorted(edges))
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
    # Nodes that start far too close end up in columns. Those in a row have no height but that of their names.
    area = float((np.ptp(points, axis=0) + 2 * room.max(axis=0)).prod())
    points *= max(1.0, sqrt(8 * float((room[:, 0] * room[:, 1]).sum()) / area))
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
        apart = np.hypot(*(along[:, None] - along for along in points.T))
        pull = weight * distance / np.maximum(apart, 1e-6)
        points = inverse @ ((np.diag(pull.sum(axis=1)) - pull) @ points)
    return points


def _apart(points: NDArray[Any], room: NDArray[Any]) -> NDArray[Any]:
    """The points, pushed apart until no two have less than their room between them, or for 400 rounds."""
    points = points.copy()
    for _ in range(400):
        push = _push(points, room)
        if not push.any():
            break
        points += push
    return points


def _push(points: NDArray[Any], room: NDArray[Any]) -> NDArray[Any]:
    """How far each point gives way to the others; each is compared with those near below it alone."""
    order = np.argsort(points[:, 1], kind="stable")
    at, half = points[order], room[order]
    push, reach = np.zeros_like(at), 2 * half[:, 1].max()
    for step in range(1, len(at)):
        upper = np.flatnonzero(at[step:, 1] - at[:-step, 1] < reach)
        if not len(upper):
            break
        lower = upper + step
        between = at[lower] - at[upper]
        missing = half[lower] + half[upper] - np.abs(between)
        hit = (missing > 0.5).all(axis=1)
        upper, lower, between, missing = upper[hit], lower[hit], between[hit], missing[hit]
        later = np.sign(order[lower] - order[upper])[:, None]  # where two stand on one spot
        sign = np.where(np.abs(between) > 1e-9, np.sign(between), later)
        sideways = missing[:, 0] < 1.7 * missing[:, 1]  # names are wide: without it, all moves up and down
        move = 0.45 * np.stack([sideways, ~sideways], axis=1) * sign * missing
        push[lower] += move
        push[upper] -= move
    moved = np.empty_like(push)
    moved[order] = push
    return moved


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
