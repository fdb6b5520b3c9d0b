"""Names, values and terms of an article, found before any parse.

Names come from the trained recogniser where there is one, from `known.ttl`, and else from capitals; a name found
once is found wherever the article repeats it.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Protocol, TypeVar

from .lexicon import Lexicon
from .model import Article, Iri, Kind, Mention
from .tokens import Tokens
from .values import COUNT, datatype_kind, find_values, text_value

T = TypeVar("T")
Stretch = tuple[int, int]
NamedStretches = dict[Stretch, dict[Iri, float]]

BEGINNINGS = range(1, 5)  # characters by which the forms are found that may stand somewhere
HEADLINE_CAPITALS = 0.7  # the share of a line's longer words that begin with a capital where it is a headline
_EDGES = frozenset(
    {"'s", "’s", "'", "’", "-", "–", "—", "the", "The", "a", "A", "an", "An", ",", ".", "“", "”", '"', "(", ")"}
)


class Recogniser(Protocol):
    """Finds names in a tokenised text."""

    def names(self, tokens: Tokens) -> Iterable[tuple[Stretch, Mapping[Iri, float]]]:
        """Token stretches that are names, each with the weights of the classes it may have."""


class Gazetteer:
    """The names of `known.ttl` and the terms of the lexicon, found to the letter (terms in either case)."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.lexicon = lexicon
        self._longest_names = _longest_by_beginning(lexicon.known)
        self._longest_terms = _longest_by_beginning(lexicon.terms)

    def names(self, tokens: Tokens) -> NamedStretches:
        """Stretches that are well-known names, each with its class."""
        return {stretch: {iri: 1.0} for stretch, iri in _stretches(self.lexicon.known, self._longest_names, tokens)}

    def describes(self, words: str) -> bool:
        """Whether a word is one of the lexicon's own, however it is written: "CEO", "App"."""
        return words.lower() in self.lexicon.words

    def terms(self, tokens: Tokens) -> Iterator[tuple[Stretch, tuple[tuple[Iri, str], ...]]]:
        """Stretches that are terms, each with the literal properties it fills and its normal form."""
        yield from _stretches(self.lexicon.terms, self._longest_terms, tokens, str.lower)


def find_mentions(
    article: Article, tokens: Tokens, gazetteer: Gazetteer, recogniser: Recogniser | None
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
    tokens: Tokens, gazetteer: Gazetteer, recogniser: Recogniser | None, values: Mapping[Stretch, Mention]
) -> NamedStretches:
    """Names from the recogniser and from what is known; what only has capitals gives way to both, and to values."""
    known = gazetteer.names(tokens)
    if recogniser:
        found = {_trim(tokens, stretch): dict(classes) for stretch, classes in recogniser.names(tokens)}
        certain = gazetteer.lexicon.certain
        found |= {s: c for s, c in known.items() if s not in found and certain(tokens.of(*s))}
    else:
        found = dict(known)
    firm = [s for s, m in values.items() if m.value and datatype_kind(m.value.datatype) != COUNT]
    guesses = [s for s in _capitalised(tokens) if _free(s, firm) and not _inside(s, values)]
    words = {s: tokens.of(*s) for s in guesses if s not in found}
    unseen = [s for s, text in words.items() if len(text) > 2 and not gazetteer.describes(text)]
    return found | {s: {} for s in unseen if recogniser is None or _free(s, found)}


def _stretches(
    forms: Mapping[str, T], longest: Mapping[str, int], tokens: Tokens, fold: Callable[[str], str] = str
) -> Iterator[tuple[Stretch, T]]:
    """The stretches of tokens whose text, folded, is one of the forms, each with what the form stands for.

    Looking stretches up needs no matcher made of all forms: with 30,000 of them that took three seconds at start.
    Where no form begins as the text does, none is looked up.
    """
    text, ends = tokens.text, tokens.ends
    for a, start in enumerate(tokens.starts):
        most = max(longest.get(fold(text[start : start + n]), 0) for n in BEGINNINGS)
        for b in range(a, len(ends)):
            if ends[b] - start > most:
                break
            found = forms.get(fold(text[start : ends[b]]))
            if found is not None:
                yield (a, b + 1), found


def _longest_by_beginning(forms: Iterable[str]) -> Mapping[str, int]:
    """The length of the longest form of those that begin, or are, alike."""
    longest: dict[str, int] = {}
    for form in forms:
        beginning = form[: BEGINNINGS[-1]]
        longest[beginning] = max(len(form), longest.get(beginning, 0))
    return longest


def _capitalised(tokens: Tokens) -> Iterator[Stretch]:
    """Runs of capitalised tokens; one alone at the start of a sentence counts only if it is capitalised elsewhere
    too.
    """
    texts = tokens.words
    inside = {w for i, w in enumerate(texts) if _is_capital(w) and i and not _starts_sentence(tokens, i)}
    lower = {w for w in texts if w.islower()}
    i = 0
    while i < len(texts):
        if not _is_capital(texts[i]):
            i += 1
            continue
        end = i + 1
        while end < len(texts) and (_is_capital(texts[end]) or re.fullmatch(r"\d[\w.]*", texts[end])):
            end += 1
        text = texts[i]
        if not (end == i + 1 and _starts_sentence(tokens, i) and (text not in inside or text.lower() in lower)):
            yield (i, end)
        i = end


def _free(stretch: Stretch, found: Iterable[Stretch]) -> bool:
    return not any(a < stretch[1] and stretch[0] < b for a, b in found)


def _inside(stretch: Stretch, found: Iterable[Stretch]) -> bool:
    return any(a <= stretch[0] and stretch[1] <= b for a, b in found)


@lru_cache(maxsize=16_384)
def _is_capital(word: str) -> bool:
    return any(c.isupper() for c in word) and word[0].isalpha() and word not in ("I", "A", "The")


def _starts_sentence(tokens: Tokens, i: int) -> bool:
    return i == 0 or tokens.words[i - 1] in '.!?:•“”"' or tokens.is_space(i - 1)


def _trim(tokens: Tokens, stretch: Stretch) -> Stretch:
    start, end = stretch
    while start < end and (tokens.words[start] in _EDGES or tokens.is_space(start)):
        start += 1
    while start < end and (tokens.words[end - 1] in _EDGES or tokens.is_space(end - 1)):
        end -= 1
    return start, end


def _without_headline_runs(tokens: Tokens, found: NamedStretches) -> NamedStretches:
    """Names without those runs of a headline's capitals that hold a name of the text: "Muse Spark Ships"."""
    heading = {i for line in lines(tokens) if _is_headline(tokens, line) for i in line}
    texts = {s: tokens.words[s[0] : s[1]] for s in found}
    plain = {words for s, words in texts.items() if s[0] not in heading}
    return {
        s: classes
        for s, classes in found.items()
        if s[0] not in heading or texts[s] in plain or not any(_holds(texts[s], words) for words in plain)
    }


def _is_headline(tokens: Tokens, line: list[int]) -> bool:
    words = [text for i in line if len(text := tokens.words[i]) > 3 and text.isalpha()]
    return tokens.words[line[-1]] not in ".!:;" and sum(w[0].isupper() for w in words) > HEADLINE_CAPITALS * len(words)


def _holds(words: tuple[str, ...], part: tuple[str, ...]) -> bool:
    return any(words[i : i + len(part)] == part for i in range(len(words) - len(part) + 1))


def lines(tokens: Tokens) -> Iterator[list[int]]:
    """Places of the tokens of each line of a text, spaces left out."""
    line: list[int] = []
    for i, word in enumerate(tokens.words):
        if not word.isspace():
            line.append(i)
        elif "\n" in word and line:
            yield line
            line = []
    if line:
        yield line


def _repeated(tokens: Tokens, found: NamedStretches) -> NamedStretches:
    """The other places where the words of a found name stand."""
    by_first: dict[str, dict[tuple[str, ...], dict[Iri, float]]] = {}
    for (a, b), classes in found.items():
        words = tokens.words[a:b]
        if any(any(c.isupper() for c in w) for w in words):
            merged = by_first.setdefault(words[0], {}).setdefault(words, {})
            for iri, weight in classes.items():
                merged[iri] = max(weight, merged.get(iri, 0.0))
    texts = tokens.words
    repeated: NamedStretches = {}
    for i, text in enumerate(texts):
        for words, classes in by_first.get(text, {}).items():
            if texts[i : i + len(words)] == words:
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


def _mention(article: Article, tokens: Tokens, stretch: Stretch, classes: Mapping[Iri, float]) -> Mention:
    span = tokens.span(*stretch)
    return Mention(span, span.of(article.content), Kind.NAME, classes)


def _values(article: Article, tokens: Tokens, gazetteer: Gazetteer) -> dict[Stretch, Mention]:
    """Terms, dates, amounts and counts by the tokens that they take, none inside another."""
    found: dict[Stretch, Mention] = {}
    terms = dict(gazetteer.terms(tokens))
    for start, end in longest(terms):
        span = tokens.span(start, end)
        classes = {iri: 1.0 for iri, _ in terms[start, end]}
        value = text_value(terms[start, end][0][1])
        found[start, end] = Mention(span, span.of(article.content), Kind.VALUE, classes, value)
    starts = {start: i for i, start in enumerate(tokens.starts)}
    ends = {end: i + 1 for i, end in enumerate(tokens.ends)}
    for each in find_values(article.content, article.published):
        a, b = starts.get(each.span.start), ends.get(each.span.end)
        if a is not None and b is not None and _free((a, b), found):
            found[a, b] = Mention(each.span, each.span.of(article.content), Kind.VALUE, {}, each.value)
    return found
