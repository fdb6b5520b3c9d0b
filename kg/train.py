"""Learns the trained parts from annotated articles: words, recogniser, typing and ranker; the same data gives the
same parts.

The later stages learn from what the earlier ones find in articles that they never saw (cross-fitting), so that they
expect the errors that they will meet.
"""

import gzip
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pycrfsuite

from .classes import NOT_A_NAME, TrainedTyping, name_features
from .documents import Document, make_shadow
from .entities import Entities, cluster_names, normal_form, resolve_entities
from .errors import ModelError
from .extract import Extractor
from .gold import Gold, name_stretches
from .linear import LinearModel, frequent, matrix_of
from .mentions import Stretch, find_mentions, lines
from .model import local_name
from .recogniser import CrfRecogniser, encode, label_of, labels_of, token_features
from .tokens import Tokenizer, Tokens, Words, name_words
from .train_ranker import FOLDS, Report, example_rows, forms_of, make_rows, rank
from .trained import RECOGNISER, TYPING, WORDS, write_manifest

# An averaged perceptron finds names on held-out texts as well as L-BFGS does (F1 0.885 both), in half the time.
RECOGNISER_SETTINGS = {"max_iterations": 20, "feature.minfreq": 2}
TYPING_STRENGTH, TYPING_LEAST = 0.4, 2  # inverse regularisation, and how often a feature must occur
SEEN_TWICE = 2


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
    settings = rank(rows, list(example_rows(extractor)), folder, report)
    write_manifest(folder, {**settings, "articles": len(gold), "composed": sum(each.composed for each in gold)})
    figures: Mapping[str, float] = settings["figures"]
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
            documents += extractor.parse([make_shadow(article, tokens[n], mentions, extractor.shadow)])
    _write_gzip(folder / RECOGNISER, fit_recogniser(features, tags, tokens))
    order = [n for fold in range(FOLDS) for n in range(fold, len(gold), FOLDS)]
    return [document for _, document in sorted(zip(order, documents, strict=True), key=lambda p: p[0])]


def _tags(gold: Gold, tokens: Tokens, extractor: Extractor) -> list[str]:
    by_name = {local_name(iri): iri for iri in extractor.ontology.classes}
    spans: dict[Stretch, str] = {}
    for stretch, n in name_stretches(gold, tokens).items():
        label = label_of(by_name.get(gold.entities[n]["type"], ""), extractor.lexicon)
        if label:
            spans[stretch] = label
    return encode(len(tokens), spans)


def fit_recogniser(features: Sequence[list[list[str]]], tags: Sequence[list[str]], tokens: Sequence[Tokens]) -> bytes:
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
    forms = forms_of(gold)
    for text in sorted({document.mentions[m].text for m in cluster}, key=lambda t: (-len(t), t)):
        if normal_form(text) in forms:
            return str(gold.entities[forms[normal_form(text)]]["type"])
    return NOT_A_NAME


def fit_typing(rows: Sequence[tuple[Sequence[str], str]]) -> LinearModel:
    """A multinomial logistic regression from the features of names to their classes."""
    from sklearn.linear_model import LogisticRegression

    features = frequent((f for f, _ in rows), TYPING_LEAST)
    model = LogisticRegression(C=TYPING_STRENGTH, max_iter=300, tol=1e-3)
    model.fit(matrix_of([f for f, _ in rows], features), [c for _, c in rows])
    outcomes = tuple(map(str, model.classes_))
    weights, biases = model.coef_.T.astype(np.float32), model.intercept_.astype(np.float32)
    return LinearModel(features, outcomes, weights, biases)


# ── Files ─────────────────────────────────────────────────────────────────────────────────────────────


def _write_gzip(path: Path, data: bytes) -> None:
    path.write_bytes(gzip.compress(data, mtime=0))
