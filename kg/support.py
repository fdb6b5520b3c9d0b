"""What each fact rests on: the claims that state it, how many independent articles, since when, and how surely.

    <said/HASH>  claim:ofSubject, claim:ofProperty, claim:ofObject   the fact
                 claim:articles     how many articles assert it; claim:sources counts copies of one story once
                 claim:firstSeen    the first of their days, and claim:lastSeen the last
                 claim:combinedConfidence   how likely at least one of the independent sources is read right
    <article>    claim:copyOf       the earliest article that a chain of near copies leads to

A claim leads to what it states by `claim:states`. Facts that axioms add have no support of their own: `kg explain`
leads from them to those that do.

Copies are articles whose texts are nearly the same, so that an agency's story counts once however many print it. Texts
are compared by the share of their word sequences that they have in common, as MinHash estimates it (datasketch), and
only if they share a band of their sketches (locality-sensitive hashing), so that one more costs what its copies do.
"""

import re
from base64 import b64decode, b64encode
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from math import prod
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from .draft import Draft, Term
from .facts import PLACES, SUPPORT, is_stated
from .names import seen
from .quads import text_of
from .said import BAND, OBJECT, PREDICATE, SKETCH, STATES, SUBJECT
from .vocab import CLAIM, DCTERMS, RDF, XSD

if TYPE_CHECKING:
    import numpy as np

    Sketch = np.ndarray[Any, np.dtype[np.uint32]]

Node = ox.NamedNode
Sums = tuple[int, int, list[Term]]  # articles, stories, and the first and the last day
COPY_OF = Node(CLAIM.copyOf)
# Of 128 hashes, so many must agree. An agency's text with another headline, first line or byline has 0.8 and more, two
# outlets' own reports of one event have less than 0.1.
HASHES, ALIKE, WORDS = 128, 0.6, 4
_CONFIDENCE, _ID, _ISSUED = Node(CLAIM.confidence), Node(DCTERMS.identifier), Node(DCTERMS.issued)
SUREST = Decimal("0.9999")  # nothing that was read is certain


@dataclass(frozen=True, slots=True)
class _Share:
    """What some articles have in what a statement rests on: those that state it, their stories, and their days."""

    articles: set[Term] = field(default_factory=set)
    stories: set[Term] = field(default_factory=set)
    days: set[Term] = field(default_factory=set)


def update_support(draft: Draft, statements: Set[Term], articles: Set[Node]) -> None:
    """Finds what some statements rest on, after some articles or their stories changed; what is no fact has nothing.

    What other articles say is not looked at again, but where the first or the last day went.
    """
    before = Draft(draft.store)
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
    return (quad.object for quad in draft.quads(article, _ISSUED, None, article))


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
    """How surely something was read, by its surest claim in each story; of many, some few are enough to know."""
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


# Copies


@cache
def _bands() -> tuple[int, int]:
    """How many bands a sketch has, and how many hashes a band, as datasketch finds it best."""
    from datasketch import MinHashLSH  # here and below: it takes 0.5 s to load, and who reads a graph needs it not

    index = MinHashLSH(threshold=ALIKE, num_perm=HASHES, weights=(0.1, 0.9))  # a copy missed is worse than one too many
    return index.b, index.r


def sketch_quads(article: Node, content: str) -> Iterator[ox.Quad]:
    """What finds an article's copies: the sketch of its text, and the bands of that.

    >>> len({quad.predicate for quad in sketch_quads(Node("https://example.org/a"), "One text of a few words more")})
    2
    """
    hashes = sketch(content)
    yield ox.Quad(article, SKETCH, ox.Literal(b64encode(hashes.tobytes()).decode()), article)
    count, rows = _bands()
    for i in range(count):
        band = hashes[i * rows : (i + 1) * rows].tobytes()
        yield ox.Quad(article, BAND, ox.Literal(f"{i} {b64encode(band).decode()}"), article)


def sketch(content: str) -> "Sketch":
    """128 hashes of a text: the share that two texts agree in is the share of word sequences that they have in common.

    >>> one, other = sketch("Acme bought Zorg for a dollar"), sketch("acme bought zorg, for a dollar.")
    >>> bool((one == other).all())
    True
    """
    import numpy as np
    from datasketch import MinHash

    words = re.findall(r"\w+", content.casefold())
    runs = {" ".join(words[i : i + WORDS]) for i in range(max(1, len(words) - WORDS + 1))}
    hashed = MinHash(num_perm=HASHES, seed=1)
    hashed.update_batch([run.encode() for run in sorted(runs)])
    return np.asarray(hashed.hashvalues, dtype="<u4")


def update_stories(draft: Draft, old: Set[Node], new: Set[Node]) -> set[Node]:
    """Finds out which articles are copies of which, after some went and some came; gives those whose story changed."""
    before = {article: story(draft, article) for article in old}
    loose = {each for root in before.values() for each in members(draft, root)} - old
    before |= {article: story(draft, article) for article in loose}
    tied = {article: {article, *_copies(draft, article)} for article in loose | new}
    outside = {each for group in tied.values() for each in group} - tied.keys()
    for article in outside:
        root = story(draft, article)
        group = {*members(draft, root)} - old
        before |= dict.fromkeys(group, root)
        tied[article] = group
    changed = {article for article in old - new if article in before}
    draft.remove([quad for article in old for quad in draft.quads(article, COPY_OF, None, SUPPORT)])
    for group in _joined(tied):
        root = min(group, key=lambda article: (seen_in(draft, article), article.value))
        for article in group:
            wanted = [ox.Quad(article, COPY_OF, root, SUPPORT)] if article != root else []
            draft.replace([*draft.quads(article, COPY_OF, None, SUPPORT)], wanted)
            if before.get(article) != root:
                changed.add(article)
    return changed


def story(draft: Draft, article: Term) -> Node:
    """The article that one is a copy of; itself if it is none."""
    root = next((quad.object for quad in draft.quads(article, COPY_OF, None, SUPPORT)), article)
    assert isinstance(root, Node)
    return root


def members(draft: Draft, root: Node) -> Iterator[Node]:
    """An article and all its copies."""
    yield root
    copies = (quad.subject for quad in draft.quads(None, COPY_OF, root, SUPPORT))
    yield from (copy for copy in copies if isinstance(copy, Node))


def _copies(draft: Draft, article: Node) -> Iterator[Node]:
    """The articles that are nearly the same as one."""
    import numpy as np

    mine = _sketch(draft, article)
    bands = [quad.object for quad in draft.quads(article, BAND, None, article)]
    near = {quad.graph_name for band in bands for quad in draft.quads(None, BAND, band, None)} - {article}
    for other in near:
        if isinstance(other, Node) and np.count_nonzero(_sketch(draft, other) == mine) >= ALIKE * HASHES:
            yield other


def _sketch(draft: Draft, article: Node) -> "Sketch":
    import numpy as np

    (quad,) = draft.quads(article, SKETCH, None, article)
    return np.frombuffer(b64decode(text_of(quad.object)), dtype="<u4")


def seen_in(draft: Draft, article: Term) -> tuple[str, str]:
    """The place of an article of the draft in time: its day and its id."""
    day, name = (
        min((text_of(quad.object) for quad in draft.quads(article, predicate, None, article)), default="")
        for predicate in (_ISSUED, _ID)
    )
    return seen(day, name)


def _joined(tied: Mapping[Node, Iterable[Node]]) -> list[set[Node]]:
    """The groups that overlapping ones make together."""
    home: dict[Node, set[Node]] = {}
    for group in tied.values():
        mine: set[Node] = set()
        for article in group:
            mine |= home.get(article, {article})
        home |= dict.fromkeys(mine, mine)
    return [*{id(group): group for group in home.values()}.values()]
