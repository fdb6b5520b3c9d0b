"""Words of the real text, with glued ones taken apart; no offset into the text ever changes.

News as scraped glues words where a link stood: "toldMIT Technology Reviewthat", "Anthropicsaid", "by7 years".
"""

import itertools
import math
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from spacy.language import Language
from spacy.tokenizer import Tokenizer as SpacyTokenizer
from spacy.util import compile_infix_regex
from spacy.vocab import Vocab

from .model import Span

PLAIN_COST = 14.0  # the same for a token in small letters: two common words, for most such are words of their own
TITLE_COST = 18.0  # and for one with a capital at its start alone
AFFIXES = 100  # characters at the end of what stands without a blank, in which its punctuation is looked for
LONGEST = 48  # a longer token is a URL or a hash: it stays whole
NAME_COST = 8.0  # nats: a known name, about as rare as a word seen once in 3,000
STRANGER_COST, STRANGER_LETTER = 7.0, 1.0  # an unknown name inside a token, dearer the longer it is
WHOLE_COST = 24.0  # what leaving a strange token whole costs: two rare words, or a word and a stranger
LONG, LONG_LETTER = 10, 1.5  # and each letter beyond so many: "labsAnthropicandOpenAIare" is no word or name
SEEN = 4  # a word seen less often is no evidence of a seam
COMMON = 300  # as often as this: a word of one or two letters, or a capitalised one, may be a piece
PIECE_COST = 1.5  # each further piece of a token
GLUE_INFIXES = (
    r"[’']s(?=[A-Z])",  # Google’sDeepMind
    r"(?<=[a-z0-9”\")])[.!?](?=[A-Z“])",  # valuations.Actually
    r",(?=[A-Za-z])",
    r"(?<=[a-z])(?=[$€£¥]\d)",  # raised a$20 billion
    r"(?<=\d)/(?=[$€£¥])",  # $3/$15
    r"\)(?=[A-Za-z])",
    r"(?<=[a-z])\(",
    r"[“”—–…]",
)


@dataclass(frozen=True)
class Tokens:
    """A text and its tokens, white space of more than a blank among them: their words, and where each stands."""

    text: str
    words: tuple[str, ...]
    starts: tuple[int, ...]
    vocab: Vocab = field(repr=False)

    def __len__(self) -> int:
        return len(self.words)

    @cached_property
    def ends(self) -> tuple[int, ...]:
        """Where each token ends."""
        return tuple(start + len(word) for start, word in zip(self.starts, self.words, strict=True))

    def span(self, start: int, end: int) -> Span:
        """The characters of the tokens from one up to, not including, another."""
        return Span(self.starts[start], self.ends[end - 1])

    def of(self, start: int, end: int) -> str:
        """The text of the tokens from one up to, not including, another."""
        return self.text[self.starts[start] : self.ends[end - 1]]

    def is_space(self, i: int) -> bool:
        """Whether a token is white space."""
        return self.words[i].isspace()


@dataclass(frozen=True)
class Words:
    """How often each lower-case word occurs, and which tokens are names: what a glued token is split by."""

    counts: Mapping[str, int]
    names: Collection[str] = field(default_factory=frozenset)
    complete: bool = True  # else a word in small letters that is not among them is taken for a word all the same

    @property
    def total(self) -> int:
        """The sum of all counts."""
        return sum(self.counts.values())


Search = Callable[[str], re.Match[str] | None]


def _at_end(search: Search) -> Search:
    """A search for what a text ends with that looks at no more than its end: 5,000 signs took seconds, each all others.

    >>> _at_end(re.compile(r"\\)+$").search)("(" * 500 + ")))")[0]
    ')))'
    """
    return lambda text: search(text[-AFFIXES:])


class Tokenizer:
    """Splits a text into tokens: the English rules of spaCy, then glued tokens into their words."""

    def __init__(self, nlp: Language, words: Words) -> None:
        self._vocab = nlp.vocab
        rules = nlp.tokenizer
        assert isinstance(rules, SpacyTokenizer)
        self._split = SpacyTokenizer(
            nlp.vocab,
            rules=rules.rules,
            prefix_search=rules.prefix_search,
            suffix_search=_at_end(rules.suffix_search),
            infix_finditer=compile_infix_regex([*(nlp.Defaults.infixes or ()), *GLUE_INFIXES]).finditer,
            token_match=rules.token_match,
            url_match=rules.url_match,
        )
        self._words = words
        self._log_total = math.log(max(words.total, 1))
        self._pieces = lru_cache(maxsize=16_384)(self._take_apart)

    def __call__(self, content: str) -> Tokens:
        """The tokens of a text, whose offsets are those of the text."""
        rough = [(token.text, token.idx) for token in self._split(content)]
        seen = Counter(word for word, _ in rough)
        words: list[str] = []
        starts: list[int] = []
        for word, start in rough:
            whole = seen[word] > 1 or not 2 < len(word) <= LONGEST
            for piece in [word] if whole else self._apart(word, seen):
                words.append(piece)
                starts.append(start)
                start += len(piece)
        return Tokens(content, tuple(words), tuple(starts), self._vocab)

    def _apart(self, token: str, seen: Mapping[str, int]) -> Iterator[str]:
        if not re.search(r"[A-Za-z]", token) or self._known(token):
            yield token
            return
        here = frozenset(m for m in _inner_names(token) if m in seen)
        yield from self._pieces(token, here)

    def _known(self, token: str) -> bool:
        low = token.lower()
        if not self._words.complete and (token.islower() or token.istitle()):
            return True
        return token in self._words.names or (
            low in self._words.counts and token in (low, low.capitalize(), low.upper())
        )

    def _take_apart(self, token: str, here: frozenset[str]) -> tuple[str, ...]:
        """The cheapest way to read a token as words and names, in nats (Viterbi over its characters)."""
        best: list[tuple[float, int]] = [(0.0, 0)] + [(math.inf, 0)] * len(token)
        for end in range(1, len(token) + 1):
            for start in range(end):
                if best[start][0] < math.inf:
                    before = token[best[start][1] : start]
                    word = before if start and self._is_word(before, best[start][1]) else ""
                    cost = best[start][0] + PIECE_COST + self._cost(token[start:end], here, word, token[end:])
                    if cost < best[end][0]:
                        best[end] = (cost, start)
        if best[-1][0] >= self._whole_cost(token):
            return (token,)
        cuts = [len(token)]
        while cuts[-1]:
            cuts.append(best[cuts[-1]][1])
        cuts.reverse()
        return tuple(token[a:b] for a, b in itertools.pairwise(cuts))

    def _whole_cost(self, token: str) -> float:
        if token.islower() and token.isalpha():
            return PLAIN_COST
        if token.istitle() and token.isalpha():
            return TITLE_COST
        return WHOLE_COST + 0.3 * len(token) + _length_cost(token)

    def _cost(self, piece: str, here: frozenset[str], word: str, rest: str) -> float:
        """What a piece costs in nats: infinite where it is neither a word nor, beside one, a name.

        `word` is the word before it, empty where there is none; `rest` is what follows.
        """
        if piece.islower():
            return self._word_cost(piece)
        first, after_word = not word, bool(word)
        if first and self._opens_sentence(piece) and rest[:1].isupper():
            return self._word_cost(piece.lower()) + 1
        if piece in here or piece in self._words.names:
            return NAME_COST if after_word or not rest or rest[0].islower() else math.inf
        if first and self._opens_sentence(piece):
            return self._word_cost(piece.lower()) + 1
        strange = (piece[0].isupper() and len(piece) > 1) or (piece.isdigit() and self._counts(word.lower()) >= COMMON)
        if after_word and strange and (not rest or rest[0].islower()):
            return STRANGER_COST + STRANGER_LETTER * len(piece) + _length_cost(piece)
        if first and len(piece) > 1 and (piece.isupper() or piece.isdigit()) and rest[:1].islower():
            return STRANGER_COST + STRANGER_LETTER * len(piece)
        return math.inf

    def _is_word(self, piece: str, start: int) -> bool:
        return piece.islower() or (start == 0 and self._opens_sentence(piece))

    def _opens_sentence(self, piece: str) -> bool:
        return len(piece) > 1 and piece.istitle() and self._counts(piece.lower()) >= COMMON

    def _counts(self, word: str) -> int:
        return self._words.counts.get(word, 0)

    def _word_cost(self, word: str) -> float:
        count = self._counts(word)
        if count < SEEN or (len(word) < 3 and count < COMMON):
            return math.inf
        return self._log_total - math.log(count)


def _length_cost(piece: str) -> float:
    return LONG_LETTER * max(0, len(piece) - LONG)


def _inner_names(token: str) -> Iterator[str]:
    starts = [i for i, c in enumerate(token) if c.isupper() and (i == 0 or not token[i - 1].isupper())]
    for start in starts:
        for end in range(start + 2, len(token) + 1):
            if token[start:end] != token:
                yield token[start:end]


def name_words(names: Iterable[str]) -> frozenset[str]:
    """The words of names that tell a name where they stand glued to others: longer than two letters, with a capital.

    >>> sorted(name_words(["Bank of America", "xAI", "X"]))
    ['America', 'Bank', 'xAI']
    """
    words = (word for name in names for word in re.split(r"[\s-]+", name))
    return frozenset(w for w in words if len(w) > 2 and any(c.isupper() for c in w))
