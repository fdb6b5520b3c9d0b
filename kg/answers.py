"""The process that answers SPARQL queries over one stored graph, as `workers` start it and end it."""

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox

from .errors import QueryError
from .files import read_quads
from .media import RESULTS, TRIPLES
from .redo import open_folder
from .sparql import refuse_services, refuse_updates, where
from .workers import Answer, Limits, obey


@dataclass(frozen=True, slots=True)
class Request:
    """A query, the graphs it is about (None: as the query says), and the media types its answer may have."""

    sparql: str
    graphs: tuple[tuple[str, ...], tuple[str, ...]] | None = None
    results: str = "application/sparql-results+json"
    triples: str = "text/turtle"


class _TooLargeError(Exception):
    """An answer that is larger than it may be."""


class _Bounded:
    """A file in memory that takes so many bytes and no more."""

    def __init__(self, most: int) -> None:
        self.parts: list[bytes] = []
        self.left = most

    def write(self, part: bytes) -> int:
        self.left -= len(part)
        if self.left < 0:
            raise _TooLargeError
        self.parts.append(bytes(part))
        return len(part)

    def flush(self) -> None:
        """Nothing: all is written."""


def answer(store: ox.Store, request: Request, prefixes: Mapping[str, str], limits: Limits) -> Answer:
    """The answer to a query, of one line if it cannot be given; nothing here bounds its time and memory."""
    sparql = request.sparql
    try:
        refuse_updates(sparql)
        if not limits.service:
            refuse_services(sparql, prefixes)
        return _answer(store, request, prefixes, limits.answer)
    except QueryError as error:
        return Answer.refusal(403 if "SERVICE" in str(error) else 400, str(error))
    except SyntaxError as error:
        return Answer.refusal(400, f"not a SPARQL query: {where(sparql, str(error))}")
    except _TooLargeError:
        return Answer.refusal(422, f"the answer is larger than {limits.answer} MB; add LIMIT, or ask for less at once")
    except MemoryError:
        return Answer.refusal(422, f"this query needs more than {limits.memory} MB; ask for less at once")
    except ValueError as error:
        return Answer.refusal(400, f"the query cannot be answered: {' '.join(str(error).split())}")
    except (RuntimeError, OSError) as error:
        return Answer.refusal(500, f"the query cannot be answered: {' '.join(str(error).split())}")


def _answer(store: ox.Store, request: Request, prefixes: Mapping[str, str], most: int) -> Answer:
    default, named = request.graphs or (None, None)
    result = store.query(
        request.sparql,
        prefixes=dict(prefixes),
        default_graph=None if default is None else [ox.NamedNode(iri) for iri in default],
        named_graphs=None if named is None else [ox.NamedNode(iri) for iri in named],
    )
    out = _Bounded(most * 2**20)
    if isinstance(result, ox.QueryTriples):
        form = TRIPLES[request.triples]
        shown = dict(prefixes) if form != ox.RdfFormat.N_TRIPLES else None
        ox.serialize(result, out, format=form, prefixes=shown)  # type: ignore[arg-type]
        return Answer(200, request.triples, b"".join(out.parts))
    table = RESULTS[request.results]
    result.serialize(out, format=table)  # type: ignore[arg-type]
    return Answer(200, table.media_type, b"".join(out.parts))


def _open(path: Path) -> ox.Store:
    if path.is_dir():
        return open_folder(path, read_only=True)
    store = ox.Store()
    store.extend(read_quads(path))
    return store


def work(path: str, prefixes: str, *words: str) -> None:
    """Answers requests that come in on standard input, over the graph at a path, until none comes any more."""
    limits, known = Limits(*map(json.loads, words)), json.loads(prefixes)
    store = _open(Path(path))
    obey(lambda given: answer(store, Request(**given), known, limits), limits)


if __name__ == "__main__":
    work(*sys.argv[1:])
