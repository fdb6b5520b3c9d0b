"""A graph that people ask, look at and walk through, in a notebook or anywhere else in Python.

    >>> import kg
    >>> g = kg.open()                             # in memory; or a path, or the address of a store
    >>> text = "Meta launched Muse Spark. Apple competes with Meta. Apple may acquire Zorg."
    >>> g.add([kg.Extractor().extract(kg.Article("1", "A launch", text, "2026-04-09"))])
    1
    >>> muse = g.about("Muse Spark")              # or g["Muse Spark"]
    >>> [(group.label, [fact.other.name for fact in group.facts]) for group in muse.groups]
    [('released by', ['Meta'])]
    >>> muse.claims[0].quote.words
    'Meta launched Muse Spark.'
    >>> [(str(status), len(claims)) for status, claims in g.about("Apple").by_status.items()]
    [('asserted', 1), ('possible', 1)]
    >>> g.about("Muse Sprak")
    Traceback (most recent call last):
    kg.errors.QueryError: nothing in the graph is named 'Muse Sprak'; did you mean 'Muse Spark'?
    >>> g.sparql("SELECT ?name { ?x tn:releasedBy ?maker ; rdfs:label ?name }")
    name
    Muse Spark
    >>> list(g.ask("competitors", thing="Apple"))[0][:2]
    ('Apple', 'Meta')
    >>> [step.end.name for step in g.path("Muse Spark", "Zorg").steps]
    ['Meta', 'Apple', 'Zorg']
    >>> g.to_networkx().number_of_nodes(), len(g.rdflib.default_graph) == g.sizes["fact"]
    (4, True)

What it answers with are values: they show themselves as cards, tables and pictures in a notebook, as text elsewhere.
"""

import html
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from .about import About, about
from .chains import Chain, find_chain
from .errors import GraphError
from .graph import Graph
from .query import Table, ask, names, questions
from .reading import Reading, read
from .whole import write_atomically

if TYPE_CHECKING:
    import networkx as nx

_HINTS = (
    ('g.about("NAME")', "all that is known of a thing: facts, claims, sentences"),
    ("g.questions()", "the questions that have a name"),
    ('g.ask("QUESTION", parameter="NAME")', "the answer to one, as a table"),
    ('g.sparql("SELECT …")', "the answer to any other"),
    ('g.path("NAME", "NAME")', "how two things hang together"),
    ('g.draw("NAME", hops=2)', "a picture of what is around a thing"),
    ('g.read("ARTICLE")', "an article, with what it names and claims"),
)


@dataclass(frozen=True, slots=True, repr=False)
class Picture:
    """A page that draws a part of a graph; a notebook shows it in a frame that has the page in itself."""

    html: str
    height: int = 640

    def save(self, path: str | Path) -> None:
        """Writes the page to a file that any browser opens; GraphError if it cannot be written."""
        try:
            write_atomically(Path(path), self.html.encode())
        except OSError as error:
            raise GraphError(f"{path}: cannot be written: {error.strerror or error}") from error

    def __repr__(self) -> str:
        return f"a picture of {len(self.html.encode()) // 1000:,} kB; .save(FILE) writes it for a browser"

    def _repr_html_(self) -> str:
        style = f"width: 100%; height: {self.height}px; border: 1px solid #8885; border-radius: 8px"
        return f'<iframe title="A picture of the graph" srcdoc="{html.escape(self.html)}" style="{style}"></iframe>'


class Explorer(Graph):
    """A graph with all that can be asked of it as methods; `g["Muse Spark"]` is `g.about("Muse Spark")`."""

    _known: tuple[tuple[int, ...], Sequence[str]] | None = None

    def about(self, name: str) -> About:
        """All that the graph knows of a thing; QueryError, with near names, if nothing is called so."""
        return about(self, name)

    def __getitem__(self, name: str) -> About:
        return about(self, name)

    def ask(self, question: str, /, **params: object) -> Table:
        """The answer to a named question, or to SPARQL; QueryError if it cannot be asked."""
        return ask(self, question, **params)

    def sparql(self, query: str) -> Table:
        """The answer to a query over the facts; prefixes of the ontology are known. QueryError if it is no query."""
        return ask(self, f"{query}\n")

    def questions(self) -> Table:
        """The questions that have a name, what they ask, and their parameters."""
        named = questions(self.ontology.folder).values()
        rows = tuple((each.name, each.title, ", ".join(p.name for p in each.parameters)) for each in named)
        return Table(("question", "asks", "parameters"), rows)

    def path(self, one: str, other: str) -> Chain:
        """The shortest chain of claims from one thing to another, with the evidence for each step."""
        return find_chain(self, one, other)

    def read(self, article_id: str) -> Reading:
        """An article, with what it names and claims; QueryError, with near ids, if the graph has none."""
        return read(self, article_id)

    def draw(self, about: str | None = None, hops: int = 2, limit: int | None = None, height: int = 640) -> Picture:
        """The picture of all things, the most spoken of first, or of those within some steps of one."""
        from .view import LIMIT, draw

        return Picture(draw(self, about=about, hops=hops, limit=limit or LIMIT), height)

    def to_networkx(self) -> "nx.MultiDiGraph[str]":
        """The facts as a network: nodes with label and class, edges with label."""
        from .network import to_networkx

        return to_networkx(self)

    @property
    def names(self) -> Sequence[str]:
        """All names of all things, sorted; kept until the graph has other sizes."""
        sizes = tuple(self.sizes.values())
        if self._known is None or self._known[0] != sizes:
            self._known = sizes, names(self)
        return self._known[1]

    def __repr__(self) -> str:
        content = ", ".join(f"{count:,} {plural(name, count)}" for name, count in self.sizes.items())
        return f"<{self._name}: {content}>"

    def _repr_html_(self) -> str:
        from .cards import card

        return card("graph", path=self._name, sizes=self.sizes, hints=_HINTS, plural=plural)

    def _ipython_key_completions_(self) -> list[str]:
        return [*self.names]


def plural(noun: str, count: int) -> str:
    """An English noun of so many things.

    >>> plural("entity", 2), plural("fact", 1), plural("fact", 0)
    ('entities', 'fact', 'facts')
    """
    if count == 1:
        return noun
    return f"{noun.removesuffix('y')}ies" if noun.endswith("y") else f"{noun}s"
