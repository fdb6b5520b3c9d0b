"""Names, values and terms of an article, found before any parse.

Names come from the trained recogniser where there is one, from `known.ttl`, and else from capitals; a name found
once is found wherever the article repeats it.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Protocol, TypeVar

from spacy.tokens import Doc

from .lexicon import Lexicon
from .model import Article, Iri, Kind, Mention, Span
from .values import COUNT, datatype_kind, find_values, text_value

T = TypeVar("T")
Stretch = tuple[int, int]
NamedStretches = dict[Stretch, dict[Iri, float]]

HEADLINE_CAPITALS = 0.7  # the share of a line's longer words that begin with a capital where it is a headline
_EDGES = frozenset(
    {"'s", "’s", "'", "’", "-", "–", "—", "the", "The", "a", "A", "an", "An", ",", ".", "“", "”", '"', "(", ")"}
)


class Recogniser(Protocol):
    """Finds names in a tokenised text."""

    def names(self, tokens: Doc) -> Iterable[tuple[Stretch, Mapping[Iri, float]]]:
        """Token stretches that are names, each with the weights of the classes it may have."""


class Gazetteer:
    """The names of `known.ttl` and the terms of the lexicon, found to the letter (terms in either case)."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.lexicon = lexicon
        self._longest_name = max(map(len, lexicon.known), default=0)
        self._longest_term = max(map(len, lexicon.terms), default=0)

    def names(self, tokens: Doc) -> NamedStretches:
        """Stretches that are well-known names, each with its class."""
        return {stretch: {iri: 1.0} for stretch, iri in _stretches(self.lexicon.known, self._longest_name, tokens)}

    def describes(self, words: str) -> bool:
        """Whether a word is one of the lexicon's own, however it is written: "CEO", "App"."""
        return words.lower() in self.lexicon.words

    def terms(self, tokens: Doc) -> Iterator[tuple[Stretch, tuple[tuple[Iri, str], ...]]]:
        """Stretches that are terms, each with the literal properties it fills and its normal form."""
        yield from _stretches(self.lexicon.terms, self._longest_term, tokens, str.lower)


def find_mentions(
    article: Article, tokens: Doc, gazetteer: Gazetteer, recogniser: Recogniser | None
) -> tuple[Mention, ...]:
    """All names, values and terms, in the order of the text, none inside another."""
    values = _values(article, tokens, gazetteer)
    found = _names(tokens, gazetteer, recogniser, values)
    found = _without_headline_runs(tokens, found)
    found |= {s: c for s, c in _repeated(tokens, found).items() if s not in found}
    terms = {s for s, m in values.items() if m.classes}
    chosen = longest(s for s in found if s[0] < s[1] and not _inside(s, terms))
    names = [_mention(article, tokens, stretch, found[stretch]) for stretch in chosen]
    return tuple(sorted([*names, *(m for s, m in values.items() if _free(s, chosen))], key=lambda m: m.span))


def _names(
    tokens: Doc, gazetteer: Gazetteer, recogniser: Recogniser | None, values: Mapping[Stretch, Mention]
) -> NamedStretches:
    """Names from the recogniser and from what is known; what only has capitals gives way to both, and to values."""
    known = gazetteer.names(tokens)
    if recogniser:
        found = {_trim(tokens, stretch): dict(classes) for stretch, classes in recogniser.names(tokens)}
        certain = gazetteer.lexicon.certain
        found |= {s: c for s, c in known.items() if s not in found and certain(tokens[s[0] : s[1]].text)}
    else:
        found = dict(known)
    firm = [s for s, m in values.items() if m.value and datatype_kind(m.value.datatype) != COUNT]
    guesses = [s for s in _capitalised(tokens) if _free(s, firm) and not _inside(s, values)]
    words = {s: tokens[s[0] : s[1]].text for s in guesses if s not in found}
    unseen = [s for s, text in words.items() if len(text) > 2 and not gazetteer.describes(text)]
    return found | {s: {} for s in unseen if recogniser is None or _free(s, found)}


def _stretches(
    forms: Mapping[str, T], longest: int, tokens: Doc, fold: Callable[[str], str] = str
) -> Iterator[tuple[Stretch, T]]:
    """The stretches of tokens whose text, folded, is one of the forms, each with what the form stands for.

    Looking every stretch up needs no matcher made of all forms: with 30,000 of them that took three seconds at start.
    """
    text = tokens.text
    starts = [t.idx for t in tokens]
    ends = [t.idx + len(t) for t in tokens]
    for a, start in enumerate(starts):
        for b in range(a, len(tokens)):
            if ends[b] - start > longest:
                break
            found = forms.get(fold(text[start : ends[b]]))
            if found is not None:
                yield (a, b + 1), found


def _capitalised(tokens: Doc) -> Iterator[Stretch]:
    """Runs of capitalised tokens; one alone at the start of a sentence counts only if it is capitalised elsewhere
    too.
    """
    inside = {t.text for t in tokens if _is_capital(t.text) and t.i and not _starts_sentence(tokens, t.i)}
    lower = {t.text for t in tokens if t.text.islower()}
    i = 0
    while i < len(tokens):
        if not _is_capital(tokens[i].text):
            i += 1
            continue
        end = i + 1
        while end < len(tokens) and (_is_capital(tokens[end].text) or re.fullmatch(r"\d[\w.]*", tokens[end].text)):
            end += 1
        text = tokens[i].text
        if not (end == i + 1 and _starts_sentence(tokens, i) and (text not in inside or text.lower() in lower)):
            yield (i, end)
        i = end


def _free(stretch: Stretch, found: Iterable[Stretch]) -> bool:
    return not any(a < stretch[1] and stretch[0] < b for a, b in found)


def _inside(stretch: Stretch, found: Iterable[Stretch]) -> bool:
    return any(a <= stretch[0] and stretch[1] <= b for a, b in found)


def _is_capital(word: str) -> bool:
    return any(c.isupper() for c in word) and word[0].isalpha() and word not in ("I", "A", "The")


def _starts_sentence(tokens: Doc, i: int) -> bool:
    return i == 0 or tokens[i - 1].text in '.!?:•“”"' or tokens[i - 1].is_space


def _trim(tokens: Doc, stretch: Stretch) -> Stretch:
    start, end = stretch
    while start < end and (tokens[start].text in _EDGES or tokens[start].is_space):
        start += 1
    while start < end and (tokens[end - 1].text in _EDGES or tokens[end - 1].is_space):
        end -= 1
    return start, end


def _without_headline_runs(tokens: Doc, found: NamedStretches) -> NamedStretches:
    """Names without those runs of a headline's capitals that hold a name of the text: "Muse Spark Ships"."""
    heading = {i for line in lines(tokens) if _is_headline(tokens, line) for i in line}
    texts = {s: tuple(t.text for t in tokens[s[0] : s[1]]) for s in found}
    plain = {words for s, words in texts.items() if s[0] not in heading}
    return {
        s: classes
        for s, classes in found.items()
        if s[0] not in heading or texts[s] in plain or not any(_holds(texts[s], words) for words in plain)
    }


def _is_headline(tokens: Doc, line: list[int]) -> bool:
    words = [tokens[i].text for i in line if tokens[i].is_alpha and len(tokens[i]) > 3]
    return tokens[line[-1]].text not in ".!:;" and sum(w[0].isupper() for w in words) > HEADLINE_CAPITALS * len(words)


def _holds(words: tuple[str, ...], part: tuple[str, ...]) -> bool:
    return any(words[i : i + len(part)] == part for i in range(len(words) - len(part) + 1))


def lines(tokens: Doc) -> Iterator[list[int]]:
    """Places of the tokens of each line of a text, spaces left out."""
    line: list[int] = []
    for token in tokens:
        if not token.is_space:
            line.append(token.i)
        elif "\n" in token.text and line:
            yield line
            line = []
    if line:
        yield line


def _repeated(tokens: Doc, found: NamedStretches) -> NamedStretches:
    """The other places where the words of a found name stand."""
    by_first: dict[str, dict[tuple[str, ...], dict[Iri, float]]] = {}
    for (a, b), classes in found.items():
        words = tuple(t.text for t in tokens[a:b])
        if any(any(c.isupper() for c in w) for w in words):
            merged = by_first.setdefault(words[0], {}).setdefault(words, {})
            for iri, weight in classes.items():
                merged[iri] = max(weight, merged.get(iri, 0.0))
    texts = [t.text for t in tokens]
    repeated: NamedStretches = {}
    for i, text in enumerate(texts):
        for words, classes in by_first.get(text, {}).items():
            if tuple(texts[i : i + len(words)]) == words:
                repeated[i, i + len(words)] = dict(classes)
    return repeated


def longest(found: Iterable[Stretch]) -> list[Stretch]:
    """Stretches that do not overlap, longer before shorter, earlier before later."""
    taken: set[int] = set()
    chosen: list[Stretch] = []
    for start, end in sorted(found, key=lambda s: (s[0] - s[1], s[0])):
        if not taken.intersection(range(start, end)):
            taken.update(range(start, end))
            chosen.append((start, end))
    return sorted(chosen)


def _mention(article: Article, tokens: Doc, stretch: Stretch, classes: Mapping[Iri, float]) -> Mention:
    first, last = tokens[stretch[0]], tokens[stretch[1] - 1]
    span = Span(first.idx, last.idx + len(last))
    return Mention(span, span.of(article.content), Kind.NAME, classes)


def _values(article: Article, tokens: Doc, gazetteer: Gazetteer) -> dict[Stretch, Mention]:
    """Terms, dates, amounts and counts by the tokens that they take, none inside another."""
    found: dict[Stretch, Mention] = {}
    terms = dict(gazetteer.terms(tokens))
    for start, end in longest(terms):
        span = Span(tokens[start].idx, tokens[end - 1].idx + len(tokens[end - 1]))
        classes = {iri: 1.0 for iri, _ in terms[start, end]}
        value = text_value(terms[start, end][0][1])
        found[start, end] = Mention(span, span.of(article.content), Kind.VALUE, classes, value)
    starts = {t.idx: t.i for t in tokens}
    ends = {t.idx + len(t): t.i + 1 for t in tokens}
    for each in find_values(article.content, article.published):
        a, b = starts.get(each.span.start), ends.get(each.span.end)
        if a is not None and b is not None and _free((a, b), found):
            found[a, b] = Mention(each.span, each.span.of(article.content), Kind.VALUE, {}, each.value)
    return found
