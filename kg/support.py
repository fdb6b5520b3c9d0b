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
from decimal import Decimal
from math import prod
from typing import Any

import pyoxigraph as ox

from .draft import Draft, Term
from .facts import SUPPORT, is_stated
from .quads import text_of
from .said import OBJECT, PREDICATE, STATES, SUBJECT
from .stories import ISSUED, members, story
from .vocab import CLAIM, RDF, XSD

Node = ox.NamedNode
Sums = tuple[int, int, list[Term]]  # articles, stories, and the first and the last day
PLACES = tuple(Node(CLAIM(name)) for name in ("ofSubject", "ofProperty", "ofObject"))
_CONFIDENCE = Node(CLAIM.confidence)
SUREST = Decimal("0.9999")  # nothing that was read is certain


@dataclass(frozen=True, slots=True)
class _Share:
    """What some articles have in what a statement rests on: those that state it, their stories, and their days."""

    articles: set[Term] = field(default_factory=set)
    stories: set[Term] = field(default_factory=set)
    days: set[Term] = field(default_factory=set)


def update_support(draft: Draft, statements: Set[Term], articles: Set[Node]) -> None:
    """Finds what some statements rest on, after some articles or their stories changed; what is no fact has nothing.

    Of other articles as much is read as it takes to be sure, and all days where the first or the last one went.
    """
    before = Draft(draft.store)
    # Stories that are touched are so as a whole, before and after: so what they had can be taken away, and added anew.
    touched = {each for view in (before, draft) for article in articles for each in members(view, story(view, article))}
    gone, come = (_shares(view, touched) for view in (before, draft))
    for statement in statements:
        assert isinstance(statement, Node)
        old = [*draft.quads(statement, None, None, SUPPORT)]
        fact = _fact(draft, statement)
        shares = gone.get(statement, _Share()), come.get(statement, _Share())
        draft.replace(old, _support(draft, statement, fact, _sums(draft, statement, old, *shares)) if fact else ())


def _shares(draft: Draft, articles: Set[Node]) -> Mapping[Term, _Share]:
    """What articles have in each statement that they state."""
    shares: dict[Term, _Share] = defaultdict(_Share)
    for article in articles:
        root, days = story(draft, article), [*_days(draft, article)]
        for quad in draft.quads(None, STATES, None, article):
            shares[quad.object].articles.add(article)
            shares[quad.object].stories.add(root)
            shares[quad.object].days.update(days)
    return shares


def _days(draft: Draft, article: Term) -> Iterator[Term]:
    return (quad.object for quad in draft.quads(article, ISSUED, None, article))


def _fact(draft: Draft, statement: Node) -> ox.Triple | None:
    """What claims state, if it is a fact, and not by axioms alone."""
    states = next(draft.quads(None, STATES, statement, None), None)
    if not states:
        return None
    said = [draft.quads(states.subject, term, None, states.graph_name) for term in (SUBJECT, PREDICATE, OBJECT)]
    terms: Any = [next(quads).object for quads in said]
    fact = ox.Triple(*terms)
    return fact if is_stated(draft, fact) else None


def _sums(draft: Draft, statement: Node, old: Iterable[ox.Quad], gone: _Share, come: _Share) -> Sums:
    """How many articles and stories state something, and the first and the last of their days, if any has one."""
    said: dict[str, Any] = {quad.predicate.value: quad.object for quad in old}
    if not said:  # no fact so far
        return _all_sums(draft, statement)
    articles = int(said[CLAIM.articles].value) + len(come.articles) - len(gone.articles)
    sources = int(said[CLAIM.sources].value) + len(come.stories) - len(gone.stories)
    ends = {said[end] for end in (CLAIM.firstSeen, CLAIM.lastSeen) if end in said}
    lost = (ends & gone.days) - come.days
    days = (ends | come.days) - lost
    for article in _stating(draft, statement) if lost else ():
        days.update(_days(draft, article))
        if lost <= days:  # others say it on that day
            break
    return articles, sources, _first_and_last(days)


def _all_sums(draft: Draft, statement: Node) -> Sums:
    articles = {*_stating(draft, statement)}
    days = {day for article in articles for day in _days(draft, article)}
    return len(articles), len({story(draft, article) for article in articles}), _first_and_last(days)


def _stating(draft: Draft, statement: Node) -> Iterator[Term]:
    return (claim.graph_name for claim in draft.quads(None, STATES, statement, None))


def _first_and_last(days: Iterable[Any]) -> list[Term]:
    in_order = sorted(days, key=lambda day: (text_of(day), str(day)))
    return [in_order[0], in_order[-1]] if in_order else []


def _support(draft: Draft, statement: Node, fact: ox.Triple, sums: Sums) -> Iterator[ox.Quad]:
    articles, sources, days = sums
    sure = ox.Literal(_confidence(draft, statement), datatype=Node(XSD.decimal))
    values: list[tuple[str, Any]] = [(RDF.type, Node(CLAIM.Fact)), *zip(map(text_of, PLACES), fact, strict=True)]
    values += [(CLAIM.articles, ox.Literal(articles)), (CLAIM.sources, ox.Literal(sources))]
    values += [(CLAIM.combinedConfidence, sure), *zip((CLAIM.firstSeen, CLAIM.lastSeen), days, strict=False)]
    yield from (ox.Quad(statement, Node(predicate), value, SUPPORT) for predicate, value in values)


def _confidence(draft: Draft, statement: Node) -> str:
    """How surely something was read, by its surest claim in each story; of many stories, some are enough to know."""
    sure: dict[Term, Decimal] = {}
    for claim in draft.quads(None, STATES, statement, None):
        root = story(draft, claim.graph_name)
        for quad in draft.quads(claim.subject, _CONFIDENCE, None, claim.graph_name):
            sure[root] = max(sure.get(root, Decimal(0)), Decimal(text_of(quad.object)))
        if Decimal(combined(sure.values())) == SUREST:
            break
    return combined(sure.values())


def combined(confidences: Iterable[Decimal]) -> str:
    """How likely one at least of several independent sources is read right, in four digits.

    >>> combined([Decimal("0.5"), Decimal("0.8")]), combined([Decimal("0.7")]), combined([Decimal("0.99")] * 9)
    ('0.9', '0.7', '0.9999')
    """
    doubt = prod((1 - confidence for confidence in sorted(confidences)), start=Decimal(1))
    return format(min(1 - doubt, SUREST).quantize(Decimal("0.0001")).normalize(), "f")
