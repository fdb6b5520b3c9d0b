"""The names of a graph's things, held in memory so that a search is answered at each keystroke."""

import re
import unicodedata
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from heapq import nsmallest

import pyoxigraph as ox
from rapidfuzz import fuzz, process

from .graph import Graph, read_query
from .model import Iri
from .query import ask
from .vocab import ENTITY, RDF

_LAST = "\U0010ffff"  # stands after all that begins alike
_LEAST, _ALIKE = 3, 72  # letters, from which on near spellings are looked for; and how near, of 100, they are
_MOST_WORDS = 8  # of a name, at which a search may begin


@dataclass(frozen=True, slots=True)
class Thing:
    """A thing as a search shows it: its IRI, name and class, and how many claims speak of it."""

    iri: Iri
    name: str
    type: Iri
    said: int


class Index:
    """The things of a graph by the beginnings of their names, and of the words in these."""

    def __init__(self, graph: Graph) -> None:
        """Reads all names; a million take some seconds."""
        said = Counter(
            quad.object.value
            for place in (RDF.subject, RDF.object)
            for quad in graph.store.quads_for_pattern(None, ox.NamedNode(place), None)
            if isinstance(quad.object, ox.NamedNode)
        )
        labels: dict[Iri, tuple[str, Iri]] = {}
        names: set[tuple[str, Iri]] = set()
        for iri, name, kind, main in ask(graph, read_query("names.rq")).rows:
            if str(iri).startswith(ENTITY):
                names.add((fold(str(name)), str(iri)))
                if main:
                    labels[str(iri)] = min((str(name), str(kind)), labels.get(str(iri), (_LAST, "")))
        self.things: Mapping[Iri, Thing] = {
            iri: Thing(iri, name, kind, said[iri]) for iri, (name, kind) in sorted(labels.items())
        }
        self._starts = sorted((start, i, iri) for name, iri in names if iri in labels for start, i in _starts(name))

    @cached_property
    def classes(self) -> Mapping[Iri, int]:
        """How many things each class has, the largest first."""
        counts = Counter(thing.type for thing in self.things.values())
        return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))

    @cached_property
    def ranked(self) -> list[Thing]:
        """All things, the most spoken of first."""
        return sorted(self.things.values(), key=lambda thing: (-thing.said, thing.name, thing.iri))

    def find(self, text: str, limit: int = 10) -> list[Thing]:
        """The things whose names begin with a text or have a word that does, and then those spelt nearly so.

        What is named exactly so comes first, and then what is most spoken of.
        """
        wanted = fold(text)
        if not wanted:
            return []
        ranks: dict[Iri, tuple[bool, float]] = {}
        for i in range(bisect_left(self._starts, (wanted,)), bisect_left(self._starts, (wanted + _LAST,))):
            start, place, iri = self._starts[i]
            weight = self.things[iri].said * (1 if place else 2) + 0.5 * (not place)
            ranks[iri] = max(ranks.get(iri, (False, -1.0)), (start == wanted and not place, weight))
        found = nsmallest(limit, ranks, key=lambda iri: (not ranks[iri][0], -ranks[iri][1], iri))
        if len(found) < limit and len(wanted) >= _LEAST:
            found += [iri for iri in self._near(wanted, limit) if iri not in ranks][: limit - len(found)]
        return [self.things[iri] for iri in found]

    def named(self, text: str) -> list[Iri]:
        """The things with a name, written in any case."""
        wanted = fold(text)
        first, last = bisect_left(self._starts, (wanted, 0)), bisect_left(self._starts, (wanted, 1))
        return sorted({iri for _, _, iri in self._starts[first:last]})

    def near(self, text: str, limit: int = 3) -> list[Thing]:
        """The things whose names are spelt nearly as a text is."""
        return [self.things[iri] for iri in self._near(fold(text), limit)]

    def _near(self, wanted: str, limit: int) -> list[Iri]:
        names = self._labels
        found = process.extract(wanted, names, scorer=fuzz.ratio, limit=limit, score_cutoff=_ALIKE)
        return [iri for _, _, iri in found]

    @cached_property
    def _labels(self) -> Mapping[Iri, str]:
        return {thing.iri: fold(thing.name) for thing in self.ranked}


def fold(text: str) -> str:
    """A text without case, accents and punctuation between words, as names are compared in a search.

    >>> fold(" Pokémon  GO "), fold("Claude-Code")
    ('pokemon go', 'claude code')
    """
    plain = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    return " ".join(re.split(r"[\s_\-–—/]+", plain.strip()))


def _starts(name: str) -> Iterator[tuple[str, int]]:
    """A name from each of its words on, with the number of that word."""
    words = name.split()[:_MOST_WORDS]
    for i in range(len(words)):
        yield " ".join(words[i:]), i
