"""The grammar of an article: each sentence parsed as its shadow, every token with its place in the real text.

Small parsers stumble over names they never saw, so a name is replaced by one ordinary name of its kind before parsing:
"Meta integrated Muse Spark into Meta AI" is read as "Google integrated Linux into Linux".
"""

from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from spacy.tokens import Doc

from .model import Article, Kind, Mention, Span
from .syntax import Token, read_off
from .tokens import Tokens
from .vocab import XSD

Shadow = Callable[[Mention], str]

SENTENCE_ENDS = frozenset({".", "!", "?", "…"})
CLOSERS = frozenset({'"', "”", "’", "'", ")", "]"})
NOT_ENDS = frozenset({"vs", "No", "no", "v", "al", "St", "Mr", "Ms", "Dr"})


@dataclass(frozen=True)
class Document:
    """An article with its mentions, its shadow for spaCy to parse, and for each shadow token its span and mention."""

    article: Article
    mentions: tuple[Mention, ...]
    doc: Doc
    spans: tuple[Span, ...]
    mention_of: Mapping[int, int]

    @cached_property
    def shadow(self) -> tuple[Token, ...]:
        """The tokens of the shadow, once it is parsed."""
        return read_off(self.doc)

    @cached_property
    def token_of(self) -> Mapping[int, int]:
        """The shadow token of each mention, by the mention's place in `mentions`."""
        return {mention: token for token, mention in self.mention_of.items()}

    @cached_property
    def sentence_of(self) -> tuple[int, ...]:
        """For each shadow token the number of its sentence."""
        return tuple(n for n, sentence in enumerate(self.doc.sents) for _ in sentence)

    def sentence_span(self, token: Token) -> Span:
        """The stretch of the real text that the token's sentence covers."""
        return Span(self.spans[token.sentence[0].i].start, self.spans[token.sentence[-1].i].end)


def make_shadow(article: Article, tokens: Tokens, mentions: Sequence[Mention], shadow: Shadow) -> Document:
    """The article's tokens with one ordinary word for each mention, sentence ends set, not yet parsed."""
    words: list[str] = []
    spans: list[Span] = []
    mention_of: dict[int, int] = {}
    breaks: set[int] = {0}
    i = 0
    first = {bisect_left(tokens.starts, m.span.start): n for n, m in enumerate(mentions)}
    while i < len(tokens):
        word = tokens.words[i]
        if word.isspace():
            if "\n" in word:
                breaks.add(len(words))
            i += 1
        elif i in first:
            mention = mentions[first[i]]
            mention_of[len(words)] = first[i]
            words.append(shadow(mention))
            spans.append(mention.span)
            i = bisect_left(tokens.starts, mention.span.end)
        else:
            words.append(word)
            spans.append(tokens.span(i, i + 1))
            i += 1
    starts = _sentence_starts(words, breaks, article.content, spans)
    doc = Doc(tokens.vocab, words=words, spaces=[True] * len(words), sent_starts=starts)
    return Document(article, tuple(mentions), doc, tuple(spans), mention_of)


def default_shadow(mention: Mention, names: Mapping[str, str]) -> str:
    """An ordinary word for a mention: by its likeliest class for names, by its exactness for dates, 500 for numbers."""
    if mention.kind is not Kind.VALUE or mention.value is None:
        best = max(sorted(mention.classes), key=lambda c: mention.classes[c], default="")
        return names.get(best, "Google")
    if mention.value.datatype not in (XSD.date, XSD.gYearMonth, XSD.gYear):
        if mention.text.islower() and mention.classes:
            return "free"  # a term such as "open source" is said of a thing
        return mention.text if mention.classes and mention.text.isalpha() else "500"
    if mention.text[:1].islower() or (" " in mention.text and not any(c.isdigit() for c in mention.text)):
        return "yesterday"
    return {XSD.date: "Tuesday", XSD.gYearMonth: "June"}.get(mention.value.datatype, "2020")


def _sentence_starts(
    words: Sequence[str], breaks: set[int], content: str, spans: Sequence[Span]
) -> list[bool | int | None]:
    """Where a sentence starts: after a line break, and after an end mark before a capital or a quote."""
    starts: list[bool | int | None] = [i in breaks for i in range(len(words))]
    ended = False
    for i, word in enumerate(words):
        if ended and word in CLOSERS and spans[i].start == spans[i - 1].end:
            continue
        starts[i] = starts[i] or (ended and not content[spans[i].start].islower())
        ended = word in SENTENCE_ENDS and (i == 0 or words[i - 1] not in NOT_ENDS)
    return starts
