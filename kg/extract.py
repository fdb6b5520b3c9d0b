"""What an article says: the stages in their order, and nothing else."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path

import numpy as np
from spacy.lang.en.stop_words import STOP_WORDS

from .claims import find_claims
from .classes import TrainedTyping, Typing, WeighedTyping
from .documents import Document, default_shadow, make_shadow
from .entities import Entities, resolve_entities
from .lexicon import Lexicon
from .mentions import Gazetteer, Recogniser, find_mentions
from .model import Article, Claim, Extraction, Mention
from .ontology import Ontology, load_ontology
from .pipeline import BATCH, Parser, load_pipeline
from .ranker import Ranker
from .recogniser import CrfRecogniser, labels_of
from .tokens import Tokenizer, Words, name_words
from .trained import FOLDER, TrainedParts, load_parts

FUNCTION_WORD_COUNT = 1000  # as often as a function word stands in a corpus of a few hundred articles


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
        self.parser = Parser(self.nlp)
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
        return next(self.extract_all([article]))

    def extract_all(self, articles: Iterable[Article]) -> Iterator[Extraction]:
        """The extractions of many articles, in their order; some are parsed together, which takes less time."""
        return self.extract_with(self.recogniser, articles)

    def extract_with(self, recogniser: Recogniser | None, articles: Iterable[Article]) -> Iterator[Extraction]:
        """What articles say where another recogniser, or none, finds their names."""
        for document, entities in self.read(recogniser, articles):
            claims = self.find_claims(document, entities, self.lexicon)
            yield Extraction(document.article, entities.all, claims)

    def read(self, recogniser: Recogniser | None, articles: Iterable[Article]) -> Iterator[tuple[Document, Entities]]:
        """Each article parsed, and who is who in it: all that its claims are found by."""
        for some in batches(articles, BATCH):
            for document in self.parse([self.begin(article, recogniser) for article in some]):
                yield document, resolve_entities(document, self.lexicon, self.typing)

    def begin(self, article: Article, recogniser: Recogniser | None) -> Document:
        """The article with its names and values, and its shadow to parse."""
        tokens = self.tokenize(article.content)
        mentions = find_mentions(article, tokens, self.gazetteer, recogniser)
        return make_shadow(article, tokens, mentions, self.shadow)

    def parse(self, documents: Sequence[Document]) -> Sequence[Document]:
        """Documents with the grammar of their shadows filled in."""
        self.parser([document.doc for document in documents])
        return documents

    def shadow(self, mention: Mention) -> str:
        """The ordinary word that stands for a mention while its sentence is parsed."""
        return default_shadow(mention, self.lexicon.shadows)


def load_ranker(parts: TrainedParts, ontology: Ontology) -> Ranker:
    """The ranker of trained parts."""
    model = parts.ranker
    shares = parts.setting("shares")
    share_of = np.array([shares[name] for name in model.outcomes], dtype=np.float32)
    return Ranker(model, parts.trees, share_of, parts.setting("threshold"), ontology)


def default_words(lexicon: Lexicon) -> Words:
    """What glued words are split by where nothing is trained: the pipeline's function words and the known names."""
    counts = {word: FUNCTION_WORD_COUNT for word in STOP_WORDS if word.isalpha()}
    return Words(counts, name_words(lexicon.known), complete=False)


def batches(articles: Iterable[Article], size: int) -> Iterator[list[Article]]:
    """Articles in lists of a size, the last one shorter."""
    left = iter(articles)
    while some := list(islice(left, size)):
        yield some
