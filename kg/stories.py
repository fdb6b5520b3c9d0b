"""Which articles are copies of which, so that an agency's story counts once however many print it.

    <article>    claim:copyOf    in claim:support: the earliest article that a chain of near copies leads to

Copies are articles whose texts are nearly the same. Texts are compared by the share of their word sequences that they
have in common, as MinHash estimates it (datasketch), and only if they share a band of their sketches
(locality-sensitive hashing), so that one more costs what its copies do.
"""

import re
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from functools import cache, partial
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from .draft import Draft, Term
from .facts import SUPPORT
from .names import seen
from .quads import text_of
from .said import BAND, SKETCH
from .vocab import CLAIM, DCTERMS

if TYPE_CHECKING:
    import numpy as np

    Sketch = np.ndarray[Any, np.dtype[np.uint32]]

Node = ox.NamedNode
COPY_OF, ID, ISSUED = Node(CLAIM.copyOf), Node(DCTERMS.identifier), Node(DCTERMS.issued)
# Of 128 hashes, so many must agree. An agency's text with another headline, first line or byline has 0.8 and more, two
# outlets' own reports of one event have less than 0.1.
HASHES, ALIKE, WORDS = 128, 0.6, 4


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
    sketch_of = cache(partial(_sketch, draft))
    tied = {article: {article, *_copies(draft, article, sketch_of)} for article in loose | new}
    outside = {each for group in tied.values() for each in group} - tied.keys()
    while outside:
        root = story(draft, outside.pop())
        tied[root] = {*members(draft, root)}
        before |= dict.fromkeys(tied[root], root)
        outside -= tied[root]
    changed = {*(old - new)}
    draft.remove([quad for article in old for quad in draft.quads(article, COPY_OF, None, SUPPORT)])
    for group in _joined(tied):
        # The earliest of a story that stays is the one that it has its name from.
        root = min(group & tied.keys(), key=lambda article: (seen_in(draft, article), article.value))
        moved = {article for article in group if before.get(article) != root}
        for article in moved | (group & old):
            wanted = [ox.Quad(article, COPY_OF, root, SUPPORT)] if article != root else []
            draft.replace([*draft.quads(article, COPY_OF, None, SUPPORT)], wanted)
        changed |= moved
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


def _copies(draft: Draft, article: Node, sketch_of: Callable[[Node], "Sketch"]) -> Iterator[Node]:
    """The articles that are nearly the same as one."""
    bands = [quad.object for quad in draft.quads(article, BAND, None, article)]
    near = {quad.graph_name for band in bands for quad in draft.quads(None, BAND, band, None)} - {article}
    for other in near:
        if isinstance(other, Node) and (sketch_of(other) == sketch_of(article)).sum() >= ALIKE * HASHES:
            yield other


def _sketch(draft: Draft, article: Node) -> "Sketch":
    import numpy as np

    (quad,) = draft.quads(article, SKETCH, None, article)
    return np.frombuffer(b64decode(text_of(quad.object)), dtype="<u4")


def seen_in(draft: Draft, article: Term) -> tuple[str, str]:
    """The place of an article of the draft in time: its day and its id."""
    day, name = (
        min((text_of(quad.object) for quad in draft.quads(article, predicate, None, article)), default="")
        for predicate in (ISSUED, ID)
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
