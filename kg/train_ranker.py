"""Learns the ranker from annotated articles and the lexicon's examples: a linear model, then trees over its scores.

Both are cross-fitted: what the trees, the threshold and the figures are made of are scores of unseen articles.
"""

import itertools
import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .claims import Reading
from .documents import Document
from .entities import Entities, normal_form
from .examples import read_example
from .extract import Extractor
from .gold import Gold, normal_value
from .linear import LinearModel, frequent, logistic, matrix_of
from .model import Value, local_name
from .pairs import Pair, find_pairs
from .ranker import fitting, pooled
from .rivals import NONE, Scores, beside_rivals, candidates
from .trained import RANKER, TREES
from .trees import Trees

FOLDS = 5  # parts of the data that the later stages see as the earlier ones find them unseen
RANKER_STRENGTH, RANKER_LEAST = 0.3, 3
FEWEST = 20  # positive examples from which a property is learned at all
THRESHOLDS = tuple(n / 100 for n in range(15, 91))
PRECISION = 0.75  # three claims in four must hold: an analyst minds a wrong claim more than a lacking one
SMALLEST = 0.01  # weights below are left out
TREES_COUNT = 150
TREES_SETTINGS = {
    "objective": "binary", "learning_rate": 0.06, "num_leaves": 15, "min_data_in_leaf": 40, "lambda_l2": 5.0,
    "feature_fraction": 0.5, "bagging_fraction": 0.8, "bagging_freq": 1,
    "seed": 1, "deterministic": True, "force_row_wise": True, "num_threads": 1, "verbose": -1,
}  # fmt: skip
COMPOSED_WEIGHT = 0.3  # of a candidate from a text composed to teach, which holds more often than one of the news


Report = Callable[[str], None]


@dataclass(frozen=True)
class Row:
    """A candidate pair of an article with the properties that it fits, and those that the gold has for it.

    Its features stand here, pooled, and no more in the pair.
    """

    article: int
    pair: Pair
    features: tuple[str, ...]
    fitting: tuple[str, ...]
    true: frozenset[str]
    composed: bool = False


def forms_of(gold: Gold) -> Mapping[str, int]:
    """The normal forms of an annotated article's names, each with the place of its entity."""
    return {normal_form(name): n for name, n in gold.names.items()}


def make_rows(n: int, gold: Gold, document: Document, entities: Entities, extractor: Extractor) -> Iterable[Row]:
    """The candidate pairs of an article, each with the properties that the gold has for it."""
    forms, by_name = forms_of(gold), gold.names
    place = [
        next((forms[f] for name in [e.name, *e.aliases] if (f := normal_form(name)) in forms), None)
        for e in entities.all
    ]
    claims: dict[tuple[object, object], set[str]] = {}
    symmetric = {local_name(p.iri) for p in extractor.ontology.properties.values() if p.symmetric}
    literal = {local_name(p.iri) for p in extractor.ontology.properties.values() if p.value}
    for claim in gold.claims:
        ends = by_name.get(claim["s"]), (normal_value if claim["p"] in literal else by_name.get)(claim["o"])
        for s, o in (ends, ends[::-1]) if claim["p"] in symmetric else (ends,):
            claims.setdefault((s, o), set()).add(claim["p"])
    for pair, fits in _fitting_pairs(Reading(document, entities, extractor.lexicon)):
        if fits:
            o = normal_value(str(pair.object)) if isinstance(pair.object, Value) else place[pair.object]
            s = place[pair.subject]
            true = claims.get((s, o), set()) if s is not None and o is not None else set()
            yield Row(n, _bare(pair), tuple(pooled(pair)), fits, frozenset(true), gold.composed)


def _fitting_pairs(reading: Reading) -> Iterator[tuple[Pair, tuple[str, ...]]]:
    """The candidate pairs of a document, each with the names of the properties that it fits."""
    for pair in find_pairs(reading):
        yield pair, tuple(local_name(prop.iri) for prop in fitting(reading, pair.subject, pair.object, pair.places))


def example_rows(extractor: Extractor) -> Iterator[Row]:
    """The candidate pairs of the lexicon's examples: what a phrase says, for properties that the gold hardly has."""
    for example in extractor.lexicon.examples:
        if example.holds:
            for pair, fits in _fitting_pairs(Reading(*read_example(extractor, example), extractor.lexicon)):
                yield Row(-1, _bare(pair), tuple(pooled(pair)), fits, frozenset(map(local_name, pair.fired)))


def _bare(pair: Pair) -> Pair:
    return replace(pair, features=(), shared=())


def rank(rows: Sequence[Row], examples: Sequence[Row], folder: Path, report: Report) -> Mapping[str, Any]:
    """Writes the ranker and its trees; gives its threshold, the shares of properties, and the figures of cross-fitting.

    The figures are those of articles that were not composed to teach, unless all were.
    """
    positives = Counter(p for row in rows for p in row.true)
    fits = Counter(p for row in rows for p in row.fitting)
    outcomes = tuple(sorted(p for p, n in positives.items() if n >= FEWEST))
    shares = {p: round(math.log(positives[p] / fits[p]), 3) for p in outcomes}
    table = Table.of([*rows, *examples], outcomes)
    scores = _unseen_scores(table, report)[: len(rows)]
    table.model(*fit_ranker(table, np.ones(len(table.article), dtype=bool))).save(folder / RANKER)
    looks = _second_looks(rows, scores, outcomes, np.array(list(shares.values()), dtype=np.float32))
    probabilities = np.zeros(len(looks.true))
    for fold in range(FOLDS):
        unseen = looks.article % FOLDS == fold
        probabilities[unseen] = [logistic(float(s)) for s in fit_trees(looks, ~unseen).scores(looks.numbers[unseen])]
    fit_trees(looks, np.ones(len(looks.true), dtype=bool)).save(folder / TREES)
    report(f"trees: {len(looks.true)} candidates")
    measured = ~looks.composed if not looks.composed.all() else looks.composed
    unseen_pairs = list(zip(probabilities[measured].tolist(), looks.true[measured].tolist(), strict=True))
    wanted = sum(len(row.true) for row in rows if not row.composed) or sum(positives.values())
    threshold = lowest_threshold(unseen_pairs)
    claimed = [true for probability, true in unseen_pairs if probability >= threshold]
    figures = {"precision": sum(claimed) / max(len(claimed), 1), "recall": sum(claimed) / max(wanted, 1)}
    figures["calibration error"] = calibration_error(unseen_pairs, threshold)
    return {"threshold": threshold, "shares": shares, "figures": {k: round(v, 3) for k, v in figures.items()}}


def _unseen_scores(table: "Table", report: Report) -> Scores:
    """The scores (rows x outcomes) that rankers give which did not see the row's article."""
    scores = np.full(table.fits.shape, NONE, dtype=np.float32)
    for fold in range(FOLDS):
        unseen = (table.article >= 0) & (table.article % FOLDS == fold)
        weights, biases = fit_ranker(table, ~unseen)
        scores[unseen] = np.where(table.fits[unseen], table.matrix[unseen] @ weights + biases, NONE)
        report(f"ranker: part {fold + 1} of {FOLDS}")
    return scores


@dataclass(frozen=True)
class Looks:
    """Candidates beside their rivals (candidates x numbers), whether they hold, and of which article each is."""

    numbers: Scores
    true: NDArray[np.bool_]
    article: NDArray[np.intp]
    composed: NDArray[np.bool_]


def _second_looks(rows: Sequence[Row], scores: Scores, outcomes: Sequence[str], shares: Scores) -> Looks:
    numbers, facts = [], []
    for _, places in itertools.groupby(range(len(rows)), key=lambda n: rows[n].article):
        here = list(places)
        found = beside_rivals([rows[n].pair for n in here], scores[here], outcomes, shares)
        numbers += [found] if len(found) else []
        for i, k in candidates(scores[here]):
            row = rows[here[i]]
            facts.append((outcomes[k] in row.true, row.article, row.composed))
    true, article, composed = map(np.array, zip(*facts, strict=True))
    return Looks(np.concatenate(numbers), true, article, composed)


def fit_trees(looks: Looks, seen: NDArray[np.bool_]) -> Trees:
    """Boosted trees that tell the candidates that hold, learned from some of them."""
    import lightgbm

    weights = np.where(looks.composed[seen], COMPOSED_WEIGHT, 1.0)
    data = lightgbm.Dataset(looks.numbers[seen], looks.true[seen].astype(int), weight=weights)
    booster = lightgbm.train(TREES_SETTINGS, data, num_boost_round=TREES_COUNT)
    return Trees.of([each["tree_structure"] for each in booster.dump_model()["tree_info"]])


@dataclass(frozen=True)
class Table:
    """Candidate pairs as a matrix (rows x features), and which properties (outcomes) each fits, and which hold."""

    features: tuple[str, ...]
    outcomes: tuple[str, ...]
    matrix: Any  # a sparse matrix of SciPy, which is untyped
    fits: NDArray[np.bool_]
    true: NDArray[np.bool_]
    article: NDArray[np.intp]

    @classmethod
    def of(cls, rows: Sequence[Row], outcomes: Sequence[str]) -> "Table":
        """The table of some rows, with the features that occur often enough."""
        features = frequent((r.features for r in rows), RANKER_LEAST)
        fits = np.array([[p in r.fitting for p in outcomes] for r in rows])
        true = np.array([[p in r.true for p in outcomes] for r in rows])
        matrix = matrix_of([r.features for r in rows], features)
        return cls(features, tuple(outcomes), matrix, fits, true, np.array([r.article for r in rows]))

    def model(self, weights: Scores, biases: Scores) -> LinearModel:
        """Fitted weights as a model, without the features that weigh nothing."""
        kept = np.flatnonzero(np.any(weights != 0, axis=1))
        return LinearModel(tuple(self.features[i] for i in kept), self.outcomes, weights[kept], biases)


def fit_ranker(table: Table, seen: NDArray[np.bool_]) -> tuple[Scores, Scores]:
    """A logistic regression for each property over the pairs that fit it, from some rows: weights, biases."""
    from sklearn.linear_model import LogisticRegression

    weights = np.zeros((len(table.features), len(table.outcomes)), dtype=np.float32)
    biases = np.full(len(table.outcomes), -10.0, dtype=np.float32)
    for n in range(len(table.outcomes)):
        places = np.flatnonzero(seen & table.fits[:, n])
        true = table.true[places, n]
        if true.any() and not true.all():
            model = LogisticRegression(C=RANKER_STRENGTH, solver="liblinear", tol=1e-2, max_iter=100, random_state=0)
            model.fit(table.matrix[places], true)
            weights[:, n], biases[n] = model.coef_[0], model.intercept_[0]
    weights[np.abs(weights) < SMALLEST] = 0.0
    return weights, biases


def lowest_threshold(scored: Sequence[tuple[float, bool]]) -> float:
    """The lowest probability from which enough of what is claimed in unseen articles holds, the highest if none is."""

    def precision(threshold: float) -> float:
        claimed = [true for probability, true in scored if probability >= threshold]
        return sum(claimed) / max(len(claimed), 1)

    return next((t for t in THRESHOLDS if precision(t) >= PRECISION), THRESHOLDS[-1])


def calibration_error(scored: Sequence[tuple[float, bool]], threshold: float) -> float:
    """By how much probabilities from a threshold on miss the share that is true, over ten bins (Naeini et al. 2015)."""
    claimed = [(probability, true) for probability, true in scored if probability >= threshold]
    bins: dict[int, list[tuple[float, bool]]] = {}
    for probability, true in claimed:
        bins.setdefault(min(int(probability * 10), 9), []).append((probability, true))
    missed = sum(abs(sum(p for p, _ in each) - sum(t for _, t in each)) for each in bins.values())
    return missed / max(len(claimed), 1)
