"""A store with changes that are not written yet: readers of the draft see them, and one write makes them all real.

Whoever is killed while a folder is written leaves it as it was before or as it is after, never between: see `redo`.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from .redo import exchange
from .remote import Copy

Term = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple | ox.DefaultGraph


class Draft:
    """What a store would be with some quads more and some less."""

    def __init__(self, store: ox.Store) -> None:
        """A draft that is the same as its store."""
        self.store = store
        self._added = ox.Store()
        self._removed: set[ox.Quad] = set()
        self._lacking: dict[Term, bool] = {}  # graphs, as far as it was asked whether the store has anything of them

    @property
    def before(self) -> "Draft":
        """The store as it is without the changes."""
        return Draft(self.store)

    def quads(
        self,
        subject: Term | None = None,
        predicate: Term | None = None,
        object: Term | None = None,
        graph: Term | None = None,
    ) -> Iterator[ox.Quad]:
        """The quads with these terms; None stands for any."""
        asked: Any = (subject, predicate, object, graph)  # no quad has a literal for its subject
        yield from self._added.quads_for_pattern(*asked)  # first, as who takes one does not look in the store then
        if graph and self._lacking.get(graph):
            return
        for quad in self.store.quads_for_pattern(*asked):
            if quad not in self._removed:
                yield quad

    def __contains__(self, quad: ox.Quad) -> bool:
        return quad in self._added or (quad in self.store and quad not in self._removed)

    def add(self, quads: Iterable[ox.Quad]) -> None:
        """Adds quads."""
        new = []
        for quad in quads:
            if quad in self._removed:
                self._removed.remove(quad)
            elif self._lacks(quad.graph_name) or quad not in self.store:
                new.append(quad)
        self._added.extend(new)

    def _lacks(self, graph: ox.NamedNode | ox.BlankNode | ox.DefaultGraph) -> bool:
        """Whether the store has nothing of a graph, so that none of its quads need be looked up: most are such."""
        if graph not in self._lacking:
            self._lacking[graph] = not any(self.store.quads_for_pattern(None, None, None, graph))
        return self._lacking[graph]

    def remove(self, quads: Iterable[ox.Quad]) -> None:
        """Takes quads away."""
        for quad in quads:
            if quad in self._added:
                self._added.remove(quad)
            elif quad in self.store:
                self._removed.add(quad)

    def replace(self, old: Iterable[ox.Quad], new: Iterable[ox.Quad]) -> None:
        """Puts quads in the place of others, touching only what differs."""
        before, after = set(old), set(new)
        self.remove(before - after)
        self.add(after - before)

    def changes(self) -> Iterator[tuple[ox.Quad, int]]:
        """Every quad that a write would add, with 1, and take away, with -1."""
        yield from ((quad, 1) for quad in self._added)
        yield from ((quad, -1) for quad in self._removed)

    def write(self, folder: Path | None = None) -> None:
        """Makes the changes in the store, which may stand in a folder, and forgets them."""
        if isinstance(self.store, Copy):
            self.store.exchange(self._removed, self._added)
        elif folder:
            exchange(self.store, folder, self._removed, self._added)
        else:
            for quad in self._removed:
                self.store.remove(quad)
            self.store.extend(self._added)
        self._added, self._removed, self._lacking = ox.Store(), set(), {}


def as_stored(quads: Iterable[ox.Quad]) -> frozenset[ox.Quad]:
    """Quads as a store gives them back, which writes the decimal 1.0 as 1; a draft takes no others.

    >>> one = ox.Literal("1.0", datatype=ox.NamedNode("http://www.w3.org/2001/XMLSchema#decimal"))
    >>> [quad.object.value for quad in as_stored([ox.Quad(ox.NamedNode("a:a"), ox.NamedNode("a:b"), one)])]
    ['1']
    """
    store = ox.Store()
    store.extend(quads)
    return frozenset(store)
