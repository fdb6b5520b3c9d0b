"""What can go wrong, as a tree: only these errors reach a user.

KgError
├─ ArticleError     a file that gives no article
├─ OntologyError    Turtle that cannot be read, or a phrase that cannot be compiled
├─ ModelError       a language pipeline or trained part that is missing or does not fit
├─ GraphError       a store that cannot be opened, read or written
└─ QueryError       a question that is unknown, lacks a parameter, or is not SPARQL
"""


class KgError(Exception):
    """Says what went wrong, where, and what to do about it."""

    def _render_traceback_(self) -> list[str]:
        """What a notebook shows: the line that was made to be read, without the way through the code."""
        return [f"{type(self).__name__}: {self}"]


class ArticleError(KgError):
    """A file or record that gives no article."""


class OntologyError(KgError):
    """Turtle that cannot be read, or a phrase that cannot be compiled."""


class ModelError(KgError):
    """A language pipeline or trained part that is missing or does not fit."""


class GraphError(KgError):
    """A store that cannot be opened, read or written."""


class QueryError(KgError):
    """A question that is unknown, lacks a parameter, or is not SPARQL."""
