"""Linear models over named features: a weight for each feature and outcome, kept as plain arrays."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from io import BytesIO
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from .errors import ModelError


@dataclass(frozen=True)
class LinearModel:
    """Weights (features x outcomes) and biases; the score of an outcome is the sum of its present features' weights."""

    features: tuple[str, ...]
    outcomes: tuple[str, ...]
    weights: NDArray[np.float32]
    biases: NDArray[np.float32]

    @cached_property
    def row(self) -> Mapping[str, int]:
        """The row of each feature."""
        return {name: i for i, name in enumerate(self.features)}

    def scores(self, features: Iterable[str]) -> NDArray[np.float32]:
        """The score of each outcome, in the order of `outcomes`, in log-odds."""
        rows = [n for n in map(self.row.get, features) if n is not None]
        if not rows:
            return self.biases.copy()
        total: NDArray[np.float32] = np.add.reduce(self.weights.take(rows, 0)) + self.biases
        return total

    def reasons(self, features: Iterable[str], outcome: int, most: int = 3) -> list[tuple[str, float]]:
        """The features that speak most for an outcome, with their weights."""
        weighed = [(f, float(self.weights[self.row[f], outcome])) for f in features if f in self.row]
        return sorted((f for f in weighed if f[1] > 0), key=lambda f: (-f[1], f[0]))[:most]

    def save(self, path: Path) -> None:
        """Writes the model as a NumPy archive without objects, the same bytes for the same model."""
        names = np.frombuffer("\n".join(self.features).encode(), dtype=np.uint8)
        outcomes = np.frombuffer("\n".join(self.outcomes).encode(), dtype=np.uint8)
        np.savez_compressed(
            path,
            features=names,
            outcomes=outcomes,
            weights=self.weights.astype(np.float16),
            biases=self.biases.astype(np.float32),
        )

    @classmethod
    def load(cls, content: bytes, name: str) -> "LinearModel":
        """The model in a file's bytes; pickled objects are refused, in an error that bears the name."""
        try:
            with np.load(BytesIO(content), allow_pickle=False) as data:
                features = tuple(data["features"].tobytes().decode().split("\n"))
                outcomes = tuple(data["outcomes"].tobytes().decode().split("\n"))
                return cls(features, outcomes, data["weights"].astype(np.float32), data["biases"])
        except (OSError, EOFError, BadZipFile, KeyError, ValueError) as error:
            raise ModelError(f"{name}: no trained part that can be read ({error})") from error


def logistic(score: float) -> float:
    """The probability of a log-odds score.

    >>> logistic(0.0)
    0.5
    """
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, score))))


def frequent(rows: Iterable[Sequence[str]], least: int) -> tuple[str, ...]:
    """The features that occur so often in some rows, sorted."""
    counts = Counter(f for row in rows for f in row)
    return tuple(sorted(f for f, n in counts.items() if n >= least))


def matrix_of(rows: Sequence[Sequence[str]], features: Sequence[str]):  # type: ignore[no-untyped-def]  # SciPy is untyped
    """The sparse matrix (rows x features) of the features that each row has."""
    from scipy.sparse import csr_matrix

    place = {f: i for i, f in enumerate(features)}
    indices = [sorted(place[f] for f in row if f in place) for row in rows]  # the order of a sum is part of its result
    pointers = np.cumsum([0, *map(len, indices)])
    flat = np.array([i for row in indices for i in row], dtype=np.int32)
    return csr_matrix((np.ones(len(flat), dtype=np.float32), flat, pointers), shape=(len(rows), len(features)))
