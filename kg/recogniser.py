"""The trained recogniser of names: a linear-chain conditional random field over readable features of tokens.

Lafferty, McCallum and Pereira (2001), as implemented by CRFsuite. Its labels are the classes that have a shadow of
their own; the finer class is left to all that the article says of the name.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

import pycrfsuite

from .lexicon import Lexicon
from .mentions import Gazetteer, NamedStretches, Stretch, lines
from .model import Iri, local_name
from .tokens import Tokens, Words

NEAR = (-2, -1, 1, 2)  # tokens beside a token whose words and shapes count
RARE, UNUSUAL, USUAL = 5, 30, 200  # counts that part the words of the list by how common they are
SENTENCE_OPENERS = frozenset('.!?:•“”"')


class CrfRecogniser:
    """Finds names with a trained model; the model is a plain CRFsuite file."""

    def __init__(self, model: bytes, gazetteer: Gazetteer, words: Words, labels: Mapping[str, Iri]) -> None:
        self._model = model  # CRFsuite reads from these bytes and does not keep them alive
        self._tagger = pycrfsuite.Tagger()
        self._tagger.open_inmemory(self._model)
        self._gazetteer, self._words, self._labels = gazetteer, words, labels

    def names(self, tokens: Tokens) -> Iterator[tuple[Stretch, Mapping[Iri, float]]]:
        """Token stretches that are names, each with the class of its label."""
        features = token_features(tokens, self._gazetteer, self._words)
        for line in lines(tokens):
            tags = self._tagger.tag(pycrfsuite.ItemSequence([features[i] for i in line]))
            for (start, end), label in decode(tags).items():
                if label in self._labels:
                    yield (line[start], line[end - 1] + 1), {self._labels[label]: 1.0}


def labels_of(lexicon: Lexicon) -> Mapping[str, Iri]:
    """The recogniser's labels: the local names of the classes that have a shadow of their own."""
    return {local_name(iri): iri for iri in lexicon.shadow_classes}


def label_of(iri: Iri, lexicon: Lexicon) -> str | None:
    """The label of a class: the nearest of itself and its superclasses that has a shadow of its own."""
    tops = lexicon.shadow_classes
    return next((local_name(up) for up in lexicon.ontology.classes.get(iri, ()) if up in tops), None)


def encode(length: int, spans: Mapping[Stretch, str]) -> list[str]:
    """Labelled stretches as one tag a token: B-LABEL, I-LABEL or O.

    >>> encode(3, {(0, 2): "Person"})
    ['B-Person', 'I-Person', 'O']
    """
    tags = ["O"] * length
    for (start, end), label in spans.items():
        tags[start] = f"B-{label}"
        tags[start + 1 : end] = [f"I-{label}"] * (end - start - 1)
    return tags


def decode(tags: Sequence[str]) -> dict[Stretch, str]:
    """Labelled stretches from one tag a token.

    >>> decode(["B-Person", "I-Person", "O"])
    {(0, 2): 'Person'}
    """
    found: dict[Stretch, str] = {}
    i = 0
    while i < len(tags):
        end = i + 1
        if tags[i] != "O":
            while end < len(tags) and tags[end] == f"I-{tags[i][2:]}":
                end += 1
            found[i, end] = tags[i][2:]
        i = end
    return found


def token_features(tokens: Tokens, gazetteer: Gazetteer, words: Words) -> list[list[str]]:
    """What the recogniser sees of each token: its form and frequency, known names, and its neighbours."""
    texts = tokens.words
    known = _known_tags(gazetteer.names(tokens), gazetteer, tokens)
    opens = [i == 0 or texts[i - 1] in SENTENCE_OPENERS or tokens.is_space(i - 1) for i in range(len(texts))]
    capital = Counter(w for i, w in enumerate(texts) if w[:1].isupper() and not opens[i])
    lower = {w for w in texts if w.islower()}
    own = [_own_features(w, words.counts.get(w.lower(), 0)) for w in texts]
    features = []
    for i, text in enumerate(texts):
        each = [*own[i], f"known={known[i]}"]
        if i:
            each.append(f"known-1={known[i - 1]}")
        if i + 1 < len(texts):
            each.append(f"known+1={known[i + 1]}")
        if text[:1].isupper():
            frequency = _frequency(words.counts.get(text.lower(), 0))
            place = "opens" if opens[i] else "inside"
            each.append(f"{place}|lower={text.lower() in lower}|freq={frequency}|capital={capital[text] > 0}")
        for offset in NEAR:
            beside = texts[i + offset] if 0 <= i + offset < len(texts) else ""
            each.extend(_neighbour(offset, beside, text if abs(offset) == 1 else ""))
        if 0 < i < len(texts) - 1:
            each.append(f"shapes={shape(texts[i - 1])}|{shape(text)}|{shape(texts[i + 1])}")
        features.append(each)
    return features


def _known_tags(names: NamedStretches, gazetteer: Gazetteer, tokens: Tokens) -> list[str]:
    tags = ["O"] * len(tokens)
    for start, end in sorted(names, key=lambda s: s[1] - s[0]):
        label = local_name(next(iter(names[start, end])))
        mark = "" if gazetteer.lexicon.certain(tokens.of(start, end)) else "?"
        for i in range(start, end):
            tags[i] = f"{'B' if i == start else 'I'}-{label}{mark}"
    return tags


@lru_cache(maxsize=8192)
def _own_features(word: str, count: int) -> tuple[str, ...]:
    low = word.lower()
    features = [f"word={low}", f"form={word}", f"shape={shape(word)}", f"freq={_frequency(count)}{shape(word)[:2]}"]
    for k in range(1, 5):
        if len(word) >= k + 1:
            features += [f"prefix={word[:k]}", f"suffix={word[-k:]}"]
    if any(c.isdigit() for c in word):
        features.append("digit")
    return tuple(features)


@lru_cache(maxsize=16_384)
def shape(word: str) -> str:
    """A word's pattern of capitals, small letters and digits, runs cut to two.

    >>> shape("GPT-5.4")
    'XX-d.d'
    """
    pattern = "".join("X" if c.isupper() else "x" if c.islower() else "d" if c.isdigit() else c for c in word)
    return "".join(c for i, c in enumerate(pattern) if i < 2 or not c == pattern[i - 1] == pattern[i - 2])


def _frequency(count: int) -> str:
    return "0" if not count else "1" if count < RARE else "2" if count < UNUSUAL else "3" if count < USUAL else "4"


@lru_cache(maxsize=32_768)
def _neighbour(offset: int, beside: str, text: str) -> tuple[str, ...]:
    """What the word at an offset (empty: there is none) tells of a word, which counts where the two touch."""
    if not beside:
        return (f"{offset}=none",)
    word = beside.lower()
    features = [f"{offset}={word}", f"{offset}shape={shape(beside)}"]
    if text:
        here, low = shape(text), text.lower()
        features += [
            f"{offset}={word}|shape={here}",
            f"{offset}={word}|word={low}",
            f"{offset}shape={shape(beside)}|{here}",
            f"{offset}suffix={word[-3:]}",
        ]
    return tuple(features)
