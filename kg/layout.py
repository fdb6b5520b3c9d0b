"""Where the nodes of a picture stand: neighbours near each other, no name on another, the same for the same network.

network ─► connected parts ─► each arranged by distances, then pushed apart ─► packed in rows

Many things are arranged by how far they are from some of them, and what hangs on one thing alone stands around it.
Measured on one core: 300 things take half a second, 600 take 2 seconds, 5,000 take 3.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import cos, hypot, pi, sin, sqrt
from textwrap import wrap
from typing import Any

import networkx as nx
import numpy as np
from numpy.typing import NDArray

MANY = 600  # things in one part, above which distances to some of them do: of all pairs, time goes with the cube
PIVOTS = 120  # things that the distances of many are taken to


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
    row = {i: n for n, i in enumerate(part)}
    pairs = sorted((row[a], row[b]) if row[a] < row[b] else (row[b], row[a]) for a, b in network.edges(part))
    lengths = [len(set(network[part[a]]) ^ set(network[part[b]])) ** 0.4 for a, b in pairs]
    ties = _Ties(len(part), np.array(pairs), np.array(lengths))
    points = _by_distance(ties.ways(range(len(part)))) if len(part) <= MANY else _by_pivots(ties)
    axes = np.linalg.svd(points, full_matrices=False)[2]
    points = points @ (axes * np.sign(axes[:, :1] + 1e-12)).T  # the longest way from left to right
    spread = points.std(axis=0) + 1e-9
    points *= [max(1.0, 1.4 * spread[1] / spread[0]), 1.0]
    length = min(190.0, max(100.0, 1000 / sqrt(len(part))))  # where there is room, room for what the lines say
    points *= length / max(float(np.median([hypot(*(points[a] - points[b])) for a, b in pairs])), 1e-9)
    points += _fans(ties, room)
    # Nodes that start far too close end up in columns. Those in a row have no height but that of their names.
    area = float((np.ptp(points, axis=0) + 2 * room.max(axis=0)).prod())
    points *= max(1.0, sqrt(8 * float((room[:, 0] * room[:, 1]).sum()) / area))
    # The middle is fullest, and names would find no room there; of many, pushing alone would not get through.
    evenly = 0.4 if len(part) <= MANY else 0.75
    points = (1 - evenly) * points + evenly * _even(points)
    return _apart(np.round(points, 3), room)  # no last bit decides who gives way


@dataclass(frozen=True, slots=True)
class _Ties:
    """The ties of a connected part: so many nodes, pairs of them (n × 2), and how long each tie should be."""

    count: int
    pairs: NDArray[Any]
    lengths: NDArray[Any]

    def ways(self, sources: Sequence[int]) -> NDArray[Any]:
        """The shortest ways from all nodes to some, count × sources."""
        start, end = np.concatenate([self.pairs, self.pairs[:, ::-1]]).T
        order = np.argsort(end, kind="stable")
        start, firsts = start[order], np.searchsorted(end[order], np.arange(self.count))
        length = np.concatenate([self.lengths, self.lengths])[order, None]
        ways = np.full((self.count, len(sources)), np.inf)
        ways[sources, np.arange(len(sources))] = 0
        while True:
            nearer = np.minimum(ways, np.minimum.reduceat(ways[start] + length, firsts, axis=0))
            if np.array_equal(nearer, ways):
                return ways
            ways = nearer


def _by_pivots(ties: _Ties) -> NDArray[Any]:
    """Points whose distances to some of them, and to their neighbours, are near the given ones (sparse stress).

    U. Brandes and C. Pich, “Eigensolver methods for progressive multidimensional scaling of large data”, for where to
    begin; M. Ortmann, M. Klimenta and U. Brandes, “A sparse stress model”, for the rest.
    """
    order = np.argsort(-np.bincount(ties.pairs.ravel()), kind="stable")
    pivots = order[np.linspace(0, ties.count - 1, PIVOTS).astype(int)]
    ways = ties.ways(pivots)
    square = ways**2
    centred = square - square.mean(axis=0) - square.mean(axis=1, keepdims=True) + square.mean()
    points: NDArray[Any] = -centred @ np.linalg.eigh(centred.T @ centred)[1][:, -2:]
    points *= ways.mean() / np.hypot(*(points[:, None] - points[pivots]).T).mean()
    points += 1e-3 * np.stack([np.cos(np.arange(ties.count)), np.sin(np.arange(ties.count))], axis=1)
    weight = np.where(ways > 0, ties.count / PIVOTS / np.maximum(ways, 1e-9) ** 2, 0)
    start, end = np.concatenate([ties.pairs, ties.pairs[:, ::-1]]).T
    length = np.concatenate([ties.lengths, ties.lengths])
    near = 1 / length**2
    total = weight.sum(axis=1) + np.bincount(end, near, ties.count)
    for _ in range(60):
        between = points[:, None] - points[pivots]
        pull = weight * ways / np.maximum(np.hypot(between[..., 0], between[..., 1]), 1e-6)
        moved = weight @ points[pivots] + (pull[..., None] * between).sum(axis=1)
        along = points[end] - points[start]
        kept = points[start] + along * (length / np.maximum(np.hypot(*along.T), 1e-6))[:, None]
        moved += np.stack([np.bincount(end, near * kept[:, axis], ties.count) for axis in (0, 1)], axis=1)
        points = moved / total[:, None]
    return points


def _fans(ties: _Ties, room: NDArray[Any]) -> NDArray[Any]:
    """What hangs on one node alone with others, moved apart as the seeds of a sunflower are: it starts on one spot."""
    degrees = np.bincount(ties.pairs.ravel(), minlength=ties.count)
    moved, seen = np.zeros((ties.count, 2)), Counter[int]()
    for pair in ties.pairs.tolist():
        for leaf, hub in (pair, pair[::-1]):
            if degrees[leaf] == 1:
                way, angle = sqrt(seen[hub] * 4 * float(room[leaf].prod()) / pi), seen[hub] * pi * (3 - sqrt(5))
                moved[leaf] = way * cos(angle), way * sin(angle)
                seen[hub] += 1
    return moved


def _even(points: NDArray[Any]) -> NDArray[Any]:
    """The points spread evenly over the box that they fill: halved again and again, each half has half of the room."""
    spread = points.copy()
    lots = [(np.arange(len(points)), points.min(axis=0), points.max(axis=0))]
    while lots:
        lot, low, high = lots.pop()
        spread[lot] = (low + high) / 2
        if len(lot) > 1:
            axis = int(np.argmax(high - low))
            lot, half = lot[np.argsort(points[lot, axis], kind="stable")], len(lot) // 2
            middle = low[axis] + (high[axis] - low[axis]) * half / len(lot)
            below, above = high.copy(), low.copy()
            below[axis] = above[axis] = middle
            lots += [(lot[:half], low, below), (lot[half:], above, high)]
    return spread


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
    """The points, pushed apart until no two have less than their room between them, or for some hundred rounds."""
    points = points.copy()
    for _ in range(400 if len(points) <= MANY else 100):
        push = _push(points, room)
        if not push.any():
            break
        points += push
    return points


def _push(points: NDArray[Any], room: NDArray[Any]) -> NDArray[Any]:
    """How far each point gives way to the others."""
    one, two = _near(points, 2 * room.max(axis=0))
    between = points[two] - points[one]
    missing = room[two] + room[one] - np.abs(between)
    hit = (missing > 0.5).all(axis=1)
    one, two, between, missing = one[hit], two[hit], between[hit], missing[hit]
    later = np.sign(two - one)[:, None]  # where two stand on one spot
    sign = np.where(np.abs(between) > 1e-9, np.sign(between), later)
    sideways = missing[:, 0] < 1.7 * missing[:, 1]  # names are wide: without it, all moves up and down
    move = 0.45 * np.stack([sideways, ~sideways], axis=1) * sign * missing
    count = len(points)
    return np.stack([np.bincount(two, m, count) - np.bincount(one, m, count) for m in move.T], axis=1)


def _near(points: NDArray[Any], reach: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Pairs of points, each once, with all that are within reach: those in one cell of a grid, or in adjacent ones."""
    column, row = (np.floor((points - points.min(axis=0)) / reach).astype(int) + 1).T
    rows = int(row.max()) + 2
    cell = column * rows + row
    order = np.argsort(cell, kind="stable")
    sorted_cells = cell[order]
    ones, twos = [], []
    for step in (0, 1, rows - 1, rows, rows + 1):
        first = np.searchsorted(sorted_cells, sorted_cells + step)
        if step == 0:
            first = np.arange(1, len(points) + 1)
        last = np.searchsorted(sorted_cells, sorted_cells + step, side="right")
        counts = np.maximum(last - first, 0)
        ones.append(np.repeat(np.arange(len(points)), counts))
        twos.append(np.arange(counts.sum()) + np.repeat(first - np.cumsum(counts) + counts, counts))
    return order[np.concatenate(ones)], order[np.concatenate(twos)]


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
