"""Learns the trained parts from annotated articles: words, recogniser, typing and ranker; the same data gives the
same parts.

The later stages learn from what the earlier ones find in articles that they never saw (cross-fitting), so that they
expect the errors that they will meet.
"""

import gzip
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pycrfsuite
from spacy.tokens import Doc

from .claims import Reading
from .classes import NOT_A_NAME, TrainedTyping, name_features
from .documents import Document, make_shadow
from .entities import Entities, cluster_names, normal_form, resolve_entities
from .errors import ModelError
from .examples import read_example
from .extract import Extractor
from .gold import Gold, name_stretches, normal_value
from .linear import LinearModel, logistic
from .mentions import Stretch, find_mentions, lines
from .model import Value, local_name
from .pairs import Pair, find_pairs
from .ranker import fitting, pooled
from .recogniser import CrfRecogniser, encode, label_of, labels_of, token_features
from .tokens import Tokenizer, Words, name_words
from .trained import RANKER, RECOGNISER, TYPING, WORDS, write_manifest

FOLDS = 5  # parts of the data that the later stages see as the earlier ones find them unseen
# An averaged perceptron finds names on held-out texts as well as L-BFGS does (F1 0.885 both), in half the time.
RECOGNISER_SETTINGS = {"max_iterations": 20, "feature.minfreq": 2}
TYPING_STRENGTH, TYPING_LEAST = 0.4, 2  # inverse regularisation, and how often a feature must occur
RANKER_STRENGTH, RANKER_LEAST = 0.3, 3
FEWEST = 20  # positive examples from which a property is learned at all
SEEN_TWICE = 2
THRESHOLDS = tuple(n / 100 for n in range(15, 61, 5))
PRECISION_WEIGHT = 0.7  # beta of the F-measure: an analyst minds a wrong claim more than a lacking one
SMALLEST = 0.01  # weights below are left out

Report = Callable[[str], None]


@dataclass(frozen=True)
class Row:
    """A candidate pair of an article with the properties that it fits, and those that the gold has for it."""

    article: int
    features: tuple[str, ...]
    fitting: tuple[str, ...]
    true: frozenset[str]


def train(gold: Sequence[Gold], folder: Path, report: Report) -> Mapping[str, float]:
    """Writes trained parts to a folder; gives the figures of cross-fitting (precision and recall of the pairs
    claimed).
    """
    if len(gold) < FOLDS:
        raise ModelError(f"{len(gold)} annotated articles are too few to learn from; give {FOLDS} or more")
    folder.mkdir(parents=True, exist_ok=True)
    extractor = Extractor(trained=None)
    words = learn_words(gold, extractor)
    extractor.tokenize = Tokenizer(extractor.nlp, words)
    _write_gzip(folder / WORDS, json.dumps({"counts": words.counts, "names": sorted(words.names)}).encode())
    report(f"words: {len(words.counts)}")
    documents = _recognise(gold, extractor, words, folder, report)
    everyone = _type(gold, documents, extractor, folder, report)
    rows = [
        row
        for n, (each, document, entities) in enumerate(zip(gold, documents, everyone, strict=True))
        for row in make_rows(n, each, document, entities, extractor)
    ]
    threshold, figures = _rank(rows, list(example_rows(extractor)), folder, report)
    settings = {"threshold": threshold, "articles": len(gold), "figures": figures}
    write_manifest(folder, settings)
    return figures


def learn_words(gold: Sequence[Gold], extractor: Extractor) -> Words:
    """How often each lower-case word occurs, of those that occur twice, and the words of names."""
    split = extractor.nlp.make_doc
    counts = Counter(t.text for g in gold for t in split(g.article.content) if t.text.isalpha() and t.text.islower())
    names = name_words([*extractor.lexicon.known, *(name for g in gold for name in g.names)])
    return Words({word: n for word, n in sorted(counts.items()) if n >= SEEN_TWICE}, names)


# ── Names ─────────────────────────────────────────────────────────────────────────────────────────


def _recognise(
    gold: Sequence[Gold], extractor: Extractor, words: Words, folder: Path, report: Report
) -> list[Document]:
    """Writes the recogniser; gives all articles parsed with the names that one finds which did not see them."""
    tokens = [extractor.tokenize(g.article.content) for g in gold]
    features = [token_features(t, extractor.gazetteer, words) for t in tokens]
    tags = [_tags(g, t, extractor) for g, t in zip(gold, tokens, strict=True)]
    documents: list[Document] = []
    labels = labels_of(extractor.lexicon)
    for fold in range(FOLDS):
        seen = [n for n in range(len(gold)) if n % FOLDS != fold]
        model = fit_recogniser([features[n] for n in seen], [tags[n] for n in seen], [tokens[n] for n in seen])
        recogniser = CrfRecogniser(model, extractor.gazetteer, words, labels)
        report(f"recogniser: part {fold + 1} of {FOLDS}")
        for n in range(fold, len(gold), FOLDS):
            article = gold[n].article
            mentions = find_mentions(article, tokens[n], extractor.gazetteer, recogniser)
            documents.append(extractor.parse(make_shadow(article, tokens[n], mentions, extractor.shadow)))
    _write_gzip(folder / RECOGNISER, fit_recogniser(features, tags, tokens))
    order = [n for fold in range(FOLDS) for n in range(fold, len(gold), FOLDS)]
    return [document for _, document in sorted(zip(order, documents, strict=True), key=lambda p: p[0])]


def _tags(gold: Gold, tokens: Doc, extractor: Extractor) -> list[str]:
    by_name = {local_name(iri): iri for iri in extractor.ontology.classes}
    spans: dict[Stretch, str] = {}
    for stretch, n in name_stretches(gold, tokens).items():
        label = label_of(by_name.get(gold.entities[n]["type"], ""), extractor.lexicon)
        if label:
            spans[stretch] = label
    return encode(len(tokens), spans)


def fit_recogniser(features: Sequence[list[list[str]]], tags: Sequence[list[str]], tokens: Sequence[Doc]) -> bytes:
    """A CRFsuite model of tagged texts."""
    trainer = pycrfsuite.Trainer(algorithm="ap", params=RECOGNISER_SETTINGS, verbose=False)
    for seen, wanted, text in zip(features, tags, tokens, strict=True):
        for line in lines(text):
            trainer.append(pycrfsuite.ItemSequence([seen[i] for i in line]), [wanted[i] for i in line])
    with TemporaryDirectory() as folder:
        path = Path(folder) / "model"
        trainer.train(str(path))
        return path.read_bytes()


# ── Classes ───────────────────────────────────────────────────────────────────────────────────────


def _type(
    gold: Sequence[Gold], documents: Sequence[Document], extractor: Extractor, folder: Path, report: Report
) -> list[Entities]:
    """Writes the typing; gives the entities of all articles as one finds them which did not see them."""
    rows = [
        (n, name_features(document, cluster, extractor.lexicon), class_of(each, document, cluster))
        for n, (each, document) in enumerate(zip(gold, documents, strict=True))
        for cluster in cluster_names(document, extractor.lexicon)
    ]
    found: dict[int, Entities] = {}
    for fold in range(FOLDS):
        model = fit_typing([(f, c) for n, f, c in rows if n % FOLDS != fold])
        typing = TrainedTyping(model, extractor.lexicon)
        for n in range(fold, len(gold), FOLDS):
            found[n] = resolve_entities(documents[n], extractor.lexicon, typing)
    fit_typing([(f, c) for _, f, c in rows]).save(folder / TYPING)
    report(f"typing: {len(rows)} names")
    return [found[n] for n in range(len(gold))]


def class_of(gold: Gold, document: Document, cluster: Sequence[int]) -> str:
    """The class that the gold gives to the names of a cluster, or that they are none."""
    forms = _forms(gold)
    for text in sorted({document.mentions[m].text for m in cluster}, key=lambda t: (-len(t), t)):
        if normal_form(text) in forms:
            return str(gold.entities[forms[normal_form(text)]]["type"])
    return NOT_A_NAME


def _forms(gold: Gold) -> Mapping[str, int]:
    """The normal forms of an annotated article's names, each with the place of its entity."""
    return {normal_form(name): n for name, n in gold.names.items()}


def fit_typing(rows: Sequence[tuple[Sequence[str], str]]) -> LinearModel:
    """A multinomial logistic regression from the features of names to their classes."""
    from sklearn.linear_model import LogisticRegression

    features = _frequent((f for f, _ in rows), TYPING_LEAST)
    model = LogisticRegression(C=TYPING_STRENGTH, max_iter=300, tol=1e-3)
    model.fit(_matrix([f for f, _ in rows], features), [c for _, c in rows])
    outcomes = tuple(map(str, model.classes_))
    weights, biases = model.coef_.T.astype(np.float32), model.intercept_.astype(np.float32)
    return LinearModel(features, outcomes, weights, biases)


# ── Claims ────────────────────────────────────────────────────────────────────────────────────────


def make_rows(n: int, gold: Gold, document: Document, entities: Entities, extractor: Extractor) -> Iterable[Row]:
    """The candidate pairs of an article, each with the properties that the gold has for it."""
    forms, by_name = _forms(gold), gold.names
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
            yield Row(n, tuple(pooled(pair)), fits, frozenset(true))


def _fitting_pairs(reading: Reading) -> Iterator[tuple[Pair, tuple[str, ...]]]:
    """The candidate pairs of a document, each with the names of the properties that it fits."""
    for pair in find_pairs(reading):
        yield pair, tuple(local_name(prop.iri) for prop in fitting(reading, pair))


def example_rows(extractor: Extractor) -> Iterator[Row]:
    """The candidate pairs of the lexicon's examples: what a phrase says, for properties that the gold hardly has."""
    for example in extractor.lexicon.examples:
        if example.holds:
            for pair, fits in _fitting_pairs(Reading(*read_example(extractor, example), extractor.lexicon)):
                yield Row(-1, tuple(pooled(pair)), fits, frozenset(map(local_name, pair.fired)))


def _rank(
    rows: Sequence[Row], examples: Sequence[Row], folder: Path, report: Report
) -> tuple[float, Mapping[str, float]]:
    """Writes the ranker; gives its threshold and the figures of cross-fitting."""
    positives = Counter(p for row in rows for p in row.true)
    outcomes = tuple(sorted(p for p, n in positives.items() if n >= FEWEST))
    column = {p: n for n, p in enumerate(outcomes)}
    unseen: list[tuple[float, bool]] = []
    for fold in range(FOLDS):
        model = fit_ranker([*examples, *(r for r in rows if r.article % FOLDS != fold)], outcomes)
        for row in rows:
            if row.article % FOLDS == fold:
                scores = model.scores(row.features)
                known = [p for p in row.fitting if p in column]
                unseen.extend((logistic(float(scores[column[p]])), p in row.true) for p in known)
        report(f"ranker: part {fold + 1} of {FOLDS}")
    fit_ranker([*examples, *rows], outcomes).save(folder / RANKER)
    threshold = best_threshold(unseen)
    claimed = [true for probability, true in unseen if probability >= threshold]
    right, wanted = sum(claimed), sum(positives.values())
    figures = {"precision": right / max(len(claimed), 1), "recall": right / max(wanted, 1)}
    figures["calibration error"] = calibration_error(unseen, threshold)
    return threshold, {name: round(figure, 3) for name, figure in figures.items()}


def fit_ranker(rows: Sequence[Row], outcomes: Sequence[str]) -> LinearModel:
    """A logistic regression for each property over the pairs that fit it."""
    from sklearn.linear_model import LogisticRegression

    features = _frequent((r.features for r in rows), RANKER_LEAST)
    matrix = _matrix([r.features for r in rows], features)
    weights = np.zeros((len(features), len(outcomes)), dtype=np.float32)
    biases = np.full(len(outcomes), -10.0, dtype=np.float32)
    for n, name in enumerate(outcomes):
        places = np.array([i for i, r in enumerate(rows) if name in r.fitting])
        true = np.array([name in rows[i].true for i in places])
        if true.any():
            model = LogisticRegression(C=RANKER_STRENGTH, solver="liblinear", tol=1e-2, max_iter=100, random_state=0)
            model.fit(matrix[places], true)
            weights[:, n], biases[n] = model.coef_[0], model.intercept_[0]
    weights[np.abs(weights) < SMALLEST] = 0.0
    kept = np.flatnonzero(np.any(weights != 0, axis=1))
    return LinearModel(tuple(features[i] for i in kept), tuple(outcomes), weights[kept], biases)


def best_threshold(scored: Sequence[tuple[float, bool]]) -> float:
    """The probability from which claiming gives the best F-measure on unseen articles, precision counting for more."""
    wanted = sum(true for _, true in scored)

    def f_measure(threshold: float) -> float:
        claimed = [true for probability, true in scored if probability >= threshold]
        weight = PRECISION_WEIGHT**2
        return (1 + weight) * sum(claimed) / max(len(claimed) + weight * wanted, 1)

    return max(THRESHOLDS, key=lambda t: (f_measure(t), t))


def calibration_error(scored: Sequence[tuple[float, bool]], threshold: float) -> float:
    """By how much probabilities from a threshold on miss the share that is true, over ten bins (Naeini et al. 2015)."""
    claimed = [(probability, true) for probability, true in scored if probability >= threshold]
    bins: dict[int, list[tuple[float, bool]]] = {}
    for probability, true in claimed:
        bins.setdefault(min(int(probability * 10), 9), []).append((probability, true))
    missed = sum(abs(sum(p for p, _ in each) - sum(t for _, t in each)) for each in bins.values())
    return missed / max(len(claimed), 1)


# ── Matrices ──────────────────────────────────────────────────────────────────────────────────────


def _frequent(rows: Iterable[Sequence[str]], least: int) -> tuple[str, ...]:
    counts = Counter(f for row in rows for f in row)
    return tuple(sorted(f for f, n in counts.items() if n >= least))


def _matrix(rows: Sequence[Sequence[str]], features: Sequence[str]):  # type: ignore[no-untyped-def]  # SciPy is untyped
    from scipy.sparse import csr_matrix

    place = {f: i for i, f in enumerate(features)}
    indices = [[place[f] for f in row if f in place] for row in rows]
    pointers = np.cumsum([0, *map(len, indices)])
    flat = np.array([i for row in indices for i in row], dtype=np.int32)
    return csr_matrix((np.ones(len(flat), dtype=np.float32), flat, pointers), shape=(len(rows), len(features)))


def _write_gzip(path: Path, data: bytes) -> None:
    path.write_bytes(gzip.compress(data, mtime=0))
