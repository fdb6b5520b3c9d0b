"""What a page is made from: the request, the graph, and what is kept in memory of the graph for all pages."""

from dataclasses import dataclass
from functools import cached_property

from .graph import Graph
from .model import Iri
from .query import Question, questions
from .searching import Index


@dataclass(frozen=True, slots=True)
class Visit:
    """A request for a page: its path, decoded, the names and values of its query, and its Accept header."""

    path: str
    query: tuple[tuple[str, str], ...] = ()
    accept: str = "*/*"

    def get(self, name: str) -> str:
        """The first value that a name has in the query, without blanks around it; "" if it has none."""
        return next((value.strip() for key, value in self.query if key == name), "")


class NotHereError(Exception):
    """There is no such page; `near` are things that may have been meant, with their addresses."""

    def __init__(self, words: str, near: tuple[tuple[str, str], ...] = ()) -> None:
        super().__init__(words)
        self.near = near


class Desk:
    """A graph with all that is kept in memory of it; a graph that changes gets a new one."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph

    @cached_property
    def index(self) -> Index:
        """The names of all things."""
        return Index(self.graph)

    @cached_property
    def questions(self) -> dict[str, Question]:
        """The ontology's named questions."""
        return dict(questions(self.graph.ontology.folder))

    def label(self, iri: Iri) -> str:
        """What a class or property is called."""
        return self.graph.ontology.label(iri)

    def colour(self, kind: Iri) -> int:
        """The number of a class's colour: its rank by how many things it has, as in the picture."""
        return next((rank for rank, iri in enumerate(self.index.classes) if iri == kind), len(self.index.classes))
