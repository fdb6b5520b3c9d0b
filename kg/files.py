"""A graph in a file: written whole, the same bytes for the same graph, and with a digest of all that stands before it.

By the digest it is known whether anybody has changed a file since; it is a comment to whatever else reads the file.
"""

import gzip
from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO, cast

import pyoxigraph as ox

from .errors import GraphError
from .vocab import CLAIM

GraphName = ox.NamedNode | ox.BlankNode | ox.DefaultGraph
STORE = ox.NamedNode(CLAIM.store)
FILES = {".trig": ox.RdfFormat.TRIG, ".nq": ox.RdfFormat.N_QUADS}
_SIGN = "# sha256 {}\n"
_STOP = b" .\n"
_LENGTH = len(_SIGN.format("0" * 64))


def serialise(store: ox.Store, form: ox.RdfFormat, prefixes: Mapping[str, str]) -> bytes:
    """All quads of a store, sorted, so that one content has one form, with its digest if it is a graph, not a part."""
    store = store if isinstance(store, ox.Store) else _here(store)
    graphs = sorted([ox.DefaultGraph(), *store.named_graphs()], key=str)
    if form == ox.RdfFormat.N_QUADS:
        content = b"".join(_line(line, graph) for graph in graphs for line in sorted_lines(store, graph))
    else:
        quads = (in_graph(quad.triple, graph) for graph in graphs for quad in sorted_triples(store, graph))
        content = ox.serialize(quads, format=form, prefixes=dict(prefixes)) or b""
    if not any(store.quads_for_pattern(STORE, ox.NamedNode(CLAIM.layout), None, STORE)):
        return content
    return content + _SIGN.format(sha256(content).hexdigest()).encode()


def sorted_triples(store: ox.Store, graph: GraphName) -> Iterator[ox.Quad]:
    """The triples of one of a store's graphs, in the order of their N-Triples."""
    return iter(ox.parse(b"".join(sorted_lines(store, graph)), format=ox.RdfFormat.N_TRIPLES))


def sorted_lines(store: ox.Store, graph: GraphName) -> list[bytes]:
    """The triples of one of a store's graphs as N-Triples, sorted."""
    if not isinstance(store, ox.Store):
        store = _here(store.quads_for_pattern(None, None, None, graph))
    return sorted((store.dump(format=ox.RdfFormat.N_TRIPLES, from_graph=graph) or b"").splitlines(keepends=True))


def _here(quads: Iterable[ox.Quad]) -> ox.Store:
    """A store of what stands in one elsewhere."""
    here = ox.Store()
    here.extend(quads)
    return here


def _line(triple: bytes, graph: GraphName) -> bytes:
    return triple if isinstance(graph, ox.DefaultGraph) else triple[: -len(_STOP)] + f" {graph}".encode() + _STOP


def in_graph(triple: ox.Triple, graph: GraphName) -> ox.Quad:
    """A triple in one of a store's graphs."""
    return ox.Quad(triple.subject, triple.predicate, triple.object, graph)


def is_whole(path: Path) -> bool:
    """Whether a file is what `serialise` gave, to the byte."""
    size = path.stat().st_size - _LENGTH
    digest = sha256()
    with path.open("rb") as file:
        while size > 0 and (part := file.read(min(size, 2**20))):
            digest.update(part)
            size -= len(part)
        return file.read() == _SIGN.format(digest.hexdigest()).encode()


def read_quads(path: Path) -> Iterator[ox.Quad]:
    """The quads in a file, which may be packed (.gz), blank nodes with their names; GraphError for other files."""
    packed = path.suffix == ".gz"
    form = FILES.get(path.with_suffix("").suffix if packed else path.suffix)
    if not form:
        raise GraphError(f"{path}: a graph is a folder, or a file that ends in {' or '.join(FILES)}")
    with gzip.open(path) if packed else path.open("rb") as file:
        yield from ox.parse(cast(BinaryIO, file), format=form)
