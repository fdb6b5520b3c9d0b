"""What each fact rests on: the claims that state it, how many independent articles, since when, and how surely.

    <said/HASH>  claim:ofSubject, claim:ofProperty, claim:ofObject   the fact
                 claim:articles     how many articles assert it; claim:sources counts copies of one story once
                 claim:firstSeen    the first of their days, and claim:lastSeen the last
                 claim:combinedConfidence   how likely at least one of the independent sources is read right

A claim leads to what it states by `claim:states`. Facts that axioms add have no support of their own: `kg explain`
leads from them to those that do.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from math import prod
from typing import Any

import pyoxigraph as ox

from .draft import Draft, Term
from .facts import SUPPORT
from .quads import day_literal, text_of
from .said import STATES
from .stories import ISSUED, members, story
from .vocab import CLAIM, RDF, XSD

Node = ox.NamedNode
Sums = tuple[int, int, list[Term]]  # articles, stories, and the first and the last day
PLACES = tuple(Node(CLAIM(name)) for name in ("ofSubject", "ofProperty", "ofObject"))
_TYPE, _CONFIDENCE, _COMBINED = Node(RDF.type), Node(CLAIM.confidence), Node(CLAIM.combinedConfidence)
_ARTICLES, _SOURCES = Node(CLAIM.articles), Node(CLAIM.sources)
_ENDS = Node(CLAIM.firstSeen), Node(CLAIM.lastSeen)
SUREST = Decimal("0.9999")  # nothing that was read is certain


@dataclass(frozen=True, slots=True)
class _Share:
    """What some articles have in what a statement rests on: those that state it, their claims by story, their days."""

    articles: set[Term] = field(default_factory=set)
    claims: dict[Node, list[ox.Quad]] = field(default_factory=lambda: defaultdict(list))
    days: set[Term] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class _Change:
    """What the articles that changed had in what a statement rests on, and have now."""

    gone: _Share
    come: _Share
    articles: Set[Node]


def update_support(draft: Draft, facts: Mapping[Node, ox.Triple | None], articles: Set[Node]) -> None:
    """Finds what statements rest on, after some articles or their stories changed; what is no fact has nothing.

    Of other articles as much is read as it takes to be sure, to know whether a story has something without those that
    changed, and to find the first or the last day anew where it went.
    """
    gone, come = (_shares(view, articles) for view in (draft.before, draft))
    for statement, fact in facts.items():
        old = [*draft.quads(statement, None, None, SUPPORT)]
        said: dict[Node, Any] = {quad.predicate: quad.object for quad in old}
        change = _Change(gone.get(statement, _Share()), come.get(statement, _Share()), articles)
        told: list[tuple[Node, Any]] = []
        if fact:
            told = [(_TYPE, Node(CLAIM.Fact)), *zip(PLACES, fact, strict=True)]
            told += _support(draft, statement, said, change)
        draft.replace(old, [ox.Quad(statement, place, value, SUPPORT) for place, value in told])


def _shares(draft: Draft, articles: Set[Node]) -> Mapping[Term, _Share]:
    """What articles have in each statement that they state."""
    shares: dict[Term, _Share] = defaultdict(_Share)
    for article in articles:
        root, days = story(draft, article), [*_days(draft, article)]
        for quad in draft.quads(None, STATES, None, article):
            shares[quad.object].articles.add(article)
            shares[quad.object].claims[root].append(quad)
            shares[quad.object].days.update(days)
    return shares


def _days(draft: Draft, article: Term) -> Iterator[Term]:
    return (quad.object for quad in draft.quads(article, ISSUED, None, article))


def _support(
    draft: Draft, statement: Node, said: Mapping[Node, Any], change: _Change
) -> Iterator[tuple[Node, Term]]:
    """What a fact rests on now, by what was said of that and what has changed."""
    articles, sources, days = _sums(draft, statement, said, change)
    sure = said.get(_COMBINED)
    is_surest = sure is not None and Decimal(sure.value) == SUREST  # and who comes makes it no less sure
    if change.gone.articles or sure is None or not (is_surest or _is_told_as_surely(draft, statement, change)):
        sure = ox.Literal(_confidence(draft, statement), datatype=Node(XSD.decimal))
    yield from ((_ARTICLES, ox.Literal(articles)), (_SOURCES, ox.Literal(sources)), (_COMBINED, sure))
    yield from zip(_ENDS, days, strict=False)


def _sums(draft: Draft, statement: Node, said: Mapping[Node, Any], change: _Change) -> Sums:
    """How many articles and stories state something, and the first and the last of their days, if any has one."""
    if not said:  # no fact so far
        return _all_sums(draft, statement)
    gone, come = change.gone, change.come
    articles = int(said[_ARTICLES].value) + len(come.articles) - len(gone.articles)
    began, ended = come.claims.keys() - gone.claims.keys(), gone.claims.keys() - come.claims.keys()
    kept = {root for root in began | ended if any(_beside(draft, statement, root, change.articles))}
    sources = int(said[_SOURCES].value) + len(began - kept) - len(ended - kept)
    ends = {said[end]: step for end, step in zip(_ENDS, (1, -1), strict=True) if end in said}
    lost = ends.keys() & gone.days - come.days
    days = {*ends, *come.days} - lost
    for day in lost:
        days |= _next_days(draft, statement, day, ends[day], articles)
    return articles, sources, _first_and_last(days)


def _beside(draft: Draft, statement: Node, root: Node, changed: Set[Node]) -> Iterator[ox.Quad]:
    """The claims of a story that state something, but for those of the articles that changed."""
    for article in members(draft, root):
        if article not in changed:
            yield from draft.quads(None, STATES, statement, article)


def _is_told_as_surely(draft: Draft, statement: Node, change: _Change) -> bool:
    """Whether each story has another claim that is as sure as the surest of those that came."""
    for root, claims in change.come.claims.items():
        surest = max(_confidences(draft, claims), default=Decimal(0))
        others = _beside(draft, statement, root, change.articles)
        if not any(each >= surest for each in _confidences(draft, others)):
            return False
    return True


def _next_days(draft: Draft, statement: Node, day: ox.Literal, step: int, articles: int) -> set[Term]:
    """The first day from one on, or the last until then, on which so many articles state something.

    What many state is found on one of the days near by, and few articles are read soon: all their days are given then.
    """
    start = date.fromisoformat(text_of(day)).toordinal()
    looks = 0
    for number in range(start, date.max.toordinal() + 1 if step > 0 else 0, step):
        day = day_literal(date.fromordinal(number))
        for issued in draft.quads(None, ISSUED, day, None):
            if any(draft.quads(None, STATES, statement, issued.graph_name)):
                return {day}
            looks += 1
        looks += 1
        if looks > articles:
            break
    return {day for article in _stating(draft, statement) for day in _days(draft, article)}


def _all_sums(draft: Draft, statement: Node) -> Sums:
    articles = {*_stating(draft, statement)}
    days = {day for article in articles for day in _days(draft, article)}
    return len(articles), len({story(draft, article) for article in articles}), _first_and_last(days)


def _stating(draft: Draft, statement: Node) -> Iterator[Term]:
    return (claim.graph_name for claim in draft.quads(None, STATES, statement, None))


def _first_and_last(days: Iterable[Any]) -> list[Term]:
    in_order = sorted(days, key=lambda day: (text_of(day), str(day)))
    return [in_order[0], in_order[-1]] if in_order else []


def _confidence(draft: Draft, statement: Node) -> str:
    """How surely something was read, by its surest claim in each story; of many stories, some are enough to know."""
    sure: dict[Term, Decimal] = {}
    for claim in draft.quads(None, STATES, statement, None):
        root = story(draft, claim.graph_name)
        sure[root] = max([sure.get(root, Decimal(0)), *_confidences(draft, [claim])])
        if Decimal(combined(sure.values())) == SUREST:
            break
    return combined(sure.values())


def _confidences(draft: Draft, claims: Iterable[ox.Quad]) -> Iterator[Decimal]:
    for claim in claims:
        for quad in draft.quads(claim.subject, _CONFIDENCE, None, claim.graph_name):
            yield Decimal(text_of(quad.object))


def combined(confidences: Iterable[Decimal]) -> str:
    """How likely one at least of several independent sources is read right, in four digits.

    >>> combined([Decimal("0.5"), Decimal("0.8")]), combined([Decimal("0.7")]), combined([Decimal("0.99")] * 9)
    ('0.9', '0.7', '0.9999')
    """
    doubt = prod((1 - confidence for confidence in sorted(confidences)), start=Decimal(1))
    return format(min(1 - doubt, SUREST).quantize(Decimal("0.0001")).normalize(), "f")
