"""The grammar of an article: each sentence parsed as its shadow, every token with its place in the real text.

Small parsers stumble over names they never saw, so a name is replaced by one ordinary name of its kind before parsing:
"Meta integrated Muse Spark into Meta AI" is read as "Google integrated Linux into Linux".
"""

from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from spacy.tokens import Doc, Token

from .model import Article, Kind, Mention, Span
from .vocab import XSD

Shadow = Callable[[Mention], str]

SENTENCE_ENDS = frozenset({".", "!", "?", "…"})
CLOSERS = frozenset({'"', "”", "’", "'", ")", "]"})
NOT_ENDS = frozenset({"vs", "No", "no", "v", "al", "St", "Mr", "Ms", "Dr"})


@dataclass(frozen=True)
class Document:
    """A parsed article: its mentions, its shadow as a spaCy Doc, and for each shadow token its span and mention."""

    article: Article
    mentions: tuple[Mention, ...]
    shadow: Doc
    spans: tuple[Span, ...]
    mention_of: Mapping[int, int]

    @cached_property
    def token_of(self) -> Mapping[int, int]:
        """The shadow token of each mention, by the mention's place in `mentions`."""
        return {mention: token for token, mention in self.mention_of.items()}

    @cached_property
    def sentence_of(self) -> tuple[int, ...]:
        """For each shadow token the number of its sentence."""
        return tuple(n for n, sentence in enumerate(self.shadow.sents) for _ in sentence)

    def sentence_span(self, token: Token) -> Span:
        """The stretch of the real text that the token's sentence covers."""
        sentence = token.sent
        return Span(self.spans[sentence.start].start, self.spans[sentence.end - 1].end)


def make_shadow(article: Article, tokens: Doc, mentions: Sequence[Mention], shadow: Shadow) -> Document:
    """The article's tokens with one ordinary word for each mention, sentence ends set, not yet parsed."""
    starts = [t.idx for t in tokens]
    words: list[str] = []
    spans: list[Span] = []
    mention_of: dict[int, int] = {}
    breaks: set[int] = {0}
    i = 0
    first = {bisect_left(starts, m.span.start): n for n, m in enumerate(mentions)}
    while i < len(tokens):
        token = tokens[i]
        if token.is_space:
            if "\n" in token.text:
                breaks.add(len(words))
            i += 1
        elif i in first:
            mention = mentions[first[i]]
            mention_of[len(words)] = first[i]
            words.append(shadow(mention))
            spans.append(mention.span)
            i = bisect_left(starts, mention.span.end)
        else:
            words.append(token.text)
            spans.append(Span(token.idx, token.idx + len(token)))
            i += 1
    doc = Doc(tokens.vocab, words=words, spaces=[True] * len(words))
    _mark_sentences(doc, breaks, article.content, spans)
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


def _mark_sentences(doc: Doc, breaks: set[int], content: str, spans: Sequence[Span]) -> None:
    """Sets every token's sentence start: after a line break, and after an end mark before a capital or a quote."""
    ended = False
    for token in doc:
        if ended and token.text in CLOSERS and spans[token.i].start == spans[token.i - 1].end:
            token.is_sent_start = token.i in breaks
            continue
        starts = token.i in breaks or (ended and not content[spans[token.i].start].islower())
        token.is_sent_start = starts
        ended = token.text in SENTENCE_ENDS and (token.i == 0 or doc[token.i - 1].text not in NOT_ENDS)
