"""Boosted trees over a few numbers, kept as plain arrays: the score of a row is the sum of the leaves that it reaches.

Friedman (2001), *Greedy function approximation: a gradient boosting machine*; fitted by LightGBM in `kg train`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from .errors import ModelError

Rows = NDArray[np.float32]


@dataclass(frozen=True)
class Trees:
    """Trees as arrays (trees x nodes): a node goes left where its number is at most its limit, a leaf to itself."""

    numbers: NDArray[np.int16]
    limits: NDArray[np.float32]
    left: NDArray[np.int16]
    right: NDArray[np.int16]
    values: NDArray[np.float32]
    depth: int

    def scores(self, rows: Rows) -> Rows:
        """The score of each row (rows x numbers), in log-odds."""
        # Nodes and numbers are counted as in one long row each, from which NumPy takes them in half the time.
        roots = np.arange(len(self.values)) * self.values.shape[1]
        mine = np.arange(len(rows))[:, None] * rows.shape[1]
        node = np.broadcast_to(roots, (len(rows), len(roots)))
        for _ in range(self.depth):
            goes_left = rows.take(mine + self.numbers.take(node)) <= self.limits.take(node)
            node = np.where(goes_left, self.left.take(node), self.right.take(node)) + roots
        total: Rows = self.values.take(node).sum(axis=1, dtype=np.float32)
        return total

    def save(self, path: Path) -> None:
        """Writes the trees as a NumPy archive without objects, the same bytes for the same trees."""
        np.savez_compressed(
            path, numbers=self.numbers, limits=self.limits, left=self.left, right=self.right, values=self.values,
            depth=np.array(self.depth),
        )  # fmt: skip

    @classmethod
    def load(cls, content: bytes, name: str) -> "Trees":
        """The trees in a file's bytes; pickled objects are refused, in an error that bears the name."""
        try:
            with np.load(BytesIO(content), allow_pickle=False) as data:
                arrays = {key: data[key] for key in ("numbers", "limits", "left", "right", "values")}
                return cls(**arrays, depth=int(data["depth"]))
        except (OSError, EOFError, BadZipFile, KeyError, ValueError) as error:
            raise ModelError(f"{name}: no trained part that can be read ({error})") from error

    @classmethod
    def of(cls, nested: Sequence[dict[str, Any]]) -> "Trees":
        """Trees as arrays, from LightGBM's nested form of each."""
        flat = [_flatten(tree) for tree in nested]
        size = max(len(tree) for tree in flat)
        padded = [tree + [(0, 0.0, 0, 0, 0.0)] * (size - len(tree)) for tree in flat]
        columns = [np.array([[node[k] for node in tree] for tree in padded]) for k in range(5)]
        numbers, limits, left, right, values = columns
        return cls(
            numbers.astype(np.int16), limits.astype(np.float32), left.astype(np.int16), right.astype(np.int16),
            values.astype(np.float32), max(map(_depth, nested)),
        )  # fmt: skip


def _flatten(tree: dict[str, Any]) -> list[tuple[int, float, int, int, float]]:
    """The nodes of a tree, its root first: number, limit, left, right, value."""
    nodes: list[tuple[int, float, int, int, float]] = []

    def add(node: dict[str, Any]) -> int:
        place = len(nodes)
        nodes.append((0, 0.0, place, place, float(node.get("leaf_value", 0.0))))
        if "split_feature" in node:
            left, right = add(node["left_child"]), add(node["right_child"])
            nodes[place] = (int(node["split_feature"]), float(node["threshold"]), left, right, 0.0)
        return place

    add(tree)
    return nodes


def _depth(node: dict[str, Any]) -> int:
    return 1 + max(_depth(node["left_child"]), _depth(node["right_child"])) if "split_feature" in node else 0
