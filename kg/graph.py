"""The graph: a named graph of claims an article, and the facts that follow from them in the default graph.

    <article>        what one article says, see `quads`; who its entities are is added here
    claim:ontology   the axioms            claim:known      what the ontology says of the entities
    claim:inferred   the facts of the default graph that no article states but axioms give
    claim:store      the version of this layout, and a mark while facts are out of date

The graph is a function of its articles, as a set, and the ontology: `refresh` computes all that no article says itself.
"""

import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Set
from contextlib import contextmanager
from functools import cache, cached_property, lru_cache
from pathlib import Path
from types import TracebackType
from typing import Self, cast

import pyoxigraph as ox
import rdflib
from oxrdflib import OxigraphStore

from .endpoint import Location, is_address, shown
from .errors import GraphError
from .identity import identify
from .model import Article, Entity, Extraction
from .ontology import Ontology, load_ontology
from .quads import article_iri, article_quads, text_of
from .remote import Copy, open_store
from .vocab import CLAIM, DCTERMS, ENTITY, LEX, RDFS, SKOS

Node = ox.NamedNode
FACTS = ox.DefaultGraph()
ONTOLOGY, KNOWN, INFERRED, STORE = (Node(CLAIM(name)) for name in ("ontology", "known", "inferred", "store"))
FORMAT = 1  # the layout that this code reads and writes; a store of a later one is refused
FILES = {".trig": ox.RdfFormat.TRIG, ".nq": ox.RdfFormat.N_QUADS}
_QUERIES = Path(__file__).parent / "queries"
_DIGEST, _ENTITY, _ID = Node(CLAIM.digest), Node(CLAIM.entity), Node(DCTERMS.identifier)


class Graph:
    """A graph in memory, in a file that is read and written whole (.trig, .nq), in a folder, or at an address."""

    def __init__(self, store: ox.Store, path: Location | None, ontology: Ontology, read_only: bool = False) -> None:
        """A graph over an opened store; `Graph.open` checks what it opens."""
        self.store = store
        self.path = path
        self.ontology = ontology
        self.read_only = read_only

    @classmethod
    def open(
        cls,
        path: str | Path | None = None,
        *,
        create: bool = False,
        read_only: bool = False,
        ontology: Ontology | None = None,
    ) -> Self:
        """The graph at a path, or a new one in memory; GraphError if it is missing, locked or no graph."""
        place = path if is_address(path) or path is None else Path(path)
        with _clearly(shown(place)):
            store = _open_store(place, create, read_only)
            place = shown(place)
            graph = cls(store, place, ontology or load_ontology(), read_only)
            _check_format(store, place, create or place is None)
            if not read_only and (not _format(store) or _is_stale(store)):
                graph.refresh()
        return graph

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Lets go of the store, so that another process can open it; a folder unlocks when nothing else holds it."""
        if isinstance(self.path, Path) and self.path.is_dir() and not self.read_only:
            self.store.flush()
        vars(self).pop("rdflib", None)
        self.store = ox.Store()

    @cached_property
    def rdflib(self) -> rdflib.Dataset:
        """The same store as an rdflib Dataset; the facts are its default graph."""
        dataset = rdflib.Dataset(store=OxigraphStore(store=self.store))
        for prefix, namespace in self.ontology.prefixes.items():
            dataset.bind(prefix, namespace)
        return dataset

    @property
    def articles(self) -> tuple[str, ...]:
        """The ids of all articles, sorted."""
        return tuple(sorted(text_of(q.object) for q in self.store.quads_for_pattern(None, _ID, None)))

    def holds(self, article: Article) -> bool:
        """Whether the graph has this article, word for word, so that a build can pass over it."""
        graph = Node(article_iri(article.id))
        said = {text_of(q.object) for q in self.store.quads_for_pattern(graph, Node(CLAIM.content), None, graph)}
        return said == {article.content}

    def add(self, extractions: Iterable[Extraction]) -> int:
        """Adds articles, in place of what they said before, and tells how many were new or changed."""
        changed = 0
        with self._changing():
            for extraction in extractions:
                changed += self._put(article_quads(extraction))
        return changed

    def merge(self, other: "Graph") -> int:
        """Adds all articles of another graph, such as a shard, and tells how many were new or changed."""
        changed = 0
        with self._changing():
            for digest in other.store.quads_for_pattern(None, _DIGEST, None):
                changed += self._put(frozenset(other.store.quads_for_pattern(None, None, None, digest.graph_name)))
        return changed

    def remove(self, article_ids: Iterable[str]) -> None:
        """Takes articles away, and the facts that they alone support; GraphError if one is not there."""
        ids = sorted(set(article_ids))
        missing = sorted(set(ids) - set(self.articles))
        if missing:
            raise GraphError(f"{self._name}: no article {missing[0]!r} to remove")
        with self._changing():
            for article_id in ids:
                self._mark_stale()
                self.store.remove_graph(Node(article_iri(article_id)))

    def refresh(self) -> None:
        """Computes anew what follows from the articles and the ontology: who is who, and the facts."""
        self._check_writable()
        with _clearly(self.path):
            _replace(self.store, ONTOLOGY, _axioms(self.ontology))
            _replace(self.store, KNOWN, self._identify())
            stated, inferred = _facts(self.store)
            _replace(self.store, FACTS, stated | inferred)
            _replace(self.store, INFERRED, inferred)
            _replace(self.store, STORE, {_format_mark(FORMAT)})
            self._save()

    @property
    def _name(self) -> str:
        return str(self.path or "graph in memory")

    def _check_writable(self) -> None:
        if self.read_only:
            raise GraphError(f"{self._name} was opened to be read only")

    @contextmanager
    def _changing(self) -> Iterator[None]:
        """Brings the facts up to date after a change, also after one that failed half-way."""
        self._check_writable()
        try:
            with _clearly(self.path):
                yield
        finally:
            if _is_stale(self.store):
                self.refresh()

    def _put(self, quads: frozenset[ox.Quad]) -> int:
        digest = next(quad for quad in quads if quad.predicate == _DIGEST)
        if digest in self.store:
            return 0
        self._mark_stale()
        self.store.remove_graph(digest.graph_name)
        self.store.extend(quads)
        return 1

    def _mark_stale(self) -> None:
        self.store.add(_quad(_stale_mark(), STORE))

    def _identify(self) -> set[ox.Triple]:
        """Ties each article's entities, and its claims, to the things that they are; gives what is known of these."""
        entities = _local_entities(self.store)
        iris = identify(((article, entity) for article, entity, _ in entities), self.ontology)
        wanted = {
            ox.Quad(quad.subject, _ENTITY, Node(iris[article, entity.name]), quad.graph_name)
            for article, entity, quad in entities
        }
        current = set(self.store.quads_for_pattern(None, _ENTITY, None))
        for quad in current - wanted:
            self.store.remove(quad)
        self.store.extend(wanted - current)
        for update in _queries("identity"):
            self.store.update(update)
        return {triple for iri in set(iris.values()) for triple in _known(self.ontology).get(iri, ())}

    def _save(self) -> None:
        if isinstance(self.store, Copy):
            self.store.flush()
        if isinstance(self.path, Path) and self.path.suffix in FILES:
            write_atomically(self.path, serialise(self.store, FILES[self.path.suffix], self.ontology.prefixes))


def serialise(store: ox.Store, form: ox.RdfFormat, prefixes: Mapping[str, str]) -> bytes:
    """All quads of a store, sorted, so that one content has one form."""
    quads = sorted(store, key=str)
    quads.sort(key=lambda quad: str(quad.graph_name))
    return ox.serialize(quads, format=form, prefixes=dict(prefixes)) or b""


def write_atomically(path: Path, content: bytes) -> None:
    """Writes a file so that a reader sees the old or the new content, never a part; OSError if it cannot."""
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
        written = Path(file.name)
        try:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
            written.chmod(path.stat().st_mode & 0o777 if path.exists() else 0o644)
            written.replace(path)
        except BaseException:
            written.unlink()
            raise


def _open_store(path: Location | None, create: bool, read_only: bool) -> ox.Store:
    if path is None:
        return ox.Store()
    if isinstance(path, str):  # what it gives does what a store does, as far as it is needed here
        return cast(ox.Store, open_store(path, read_only, _quad(_stale_mark(), STORE)))
    if not path.exists():
        if not create or read_only:
            raise GraphError(f"{path}: there is no graph here; create one first")
        path.parent.mkdir(parents=True, exist_ok=True)
        return ox.Store() if path.suffix in FILES else ox.Store(str(path))
    if path.is_file():
        return _read_file(path)
    if any(path.iterdir()) and not (path / "CURRENT").exists():
        raise GraphError(f"{path}: a folder, but not of a graph; choose an empty or a new one")
    if not any(path.iterdir()) and not create:
        raise GraphError(f"{path}: an empty folder; create a graph in it first")
    return ox.Store.read_only(str(path)) if read_only else ox.Store(str(path))


def _read_file(path: Path) -> ox.Store:
    if path.suffix not in FILES:
        raise GraphError(f"{path}: a graph is a folder, or a file that ends in {' or '.join(FILES)}")
    store = ox.Store()
    store.extend(ox.parse(path=str(path), format=FILES[path.suffix]))  # keeps the names of blank nodes
    return store


def _check_format(store: ox.Store, path: Location | None, fresh: bool) -> None:
    version = _format(store)
    if version > FORMAT:
        raise GraphError(f"{path}: written in format {version}, this version of kg reads up to {FORMAT}; update kg")
    if not version and not fresh and not len(store):
        raise GraphError(f"{path}: there is no graph here; create one first")
    if not version and not _is_stale(store) and (len(store) or not fresh):  # its first build may have been cut off
        raise GraphError(f"{path}: RDF, but not a graph of kg; add articles to a new graph instead")


def _format(store: ox.Store) -> int:
    marks = [text_of(q.object) for q in store.quads_for_pattern(STORE, Node(CLAIM.layout), None, STORE)]
    return max((int(mark) for mark in marks if mark.isdigit()), default=0)


def _format_mark(version: int) -> ox.Triple:
    return ox.Triple(STORE, Node(CLAIM.layout), ox.Literal(version))


def _stale_mark() -> ox.Triple:
    return ox.Triple(STORE, Node(CLAIM.stale), ox.Literal(True))


def _is_stale(store: ox.Store) -> bool:
    return _quad(_stale_mark(), STORE) in store


def _quad(triple: ox.Triple, graph: Node | ox.DefaultGraph) -> ox.Quad:
    return ox.Quad(triple.subject, triple.predicate, triple.object, graph)


def _replace(store: ox.Store, graph: Node | ox.DefaultGraph, triples: Set[ox.Triple]) -> None:
    """Makes the triples the content of a graph, touching only what differs."""
    wanted = {_quad(triple, graph) for triple in triples}
    current = set(store.quads_for_pattern(None, None, None, graph))
    for quad in current - wanted:
        store.remove(quad)
    store.extend(wanted - current)


@lru_cache(maxsize=4)
def _axioms(ontology: Ontology) -> frozenset[ox.Triple]:
    """What the ontology says of classes and properties; words and known entities are no axioms."""
    data = ox.Dataset(
        quad for quad in ontology.store if not quad.predicate.value.startswith(LEX) and not _is_entity(quad.subject)
    )
    data.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)  # names of blank nodes that depend on the content alone
    return frozenset(quad.triple for quad in data)


@lru_cache(maxsize=4)
def _known(ontology: Ontology) -> Mapping[str, list[ox.Triple]]:
    """What the ontology says of each known entity, words apart."""
    known: dict[str, list[ox.Triple]] = {}
    for quad in ontology.store:
        if _is_entity(quad.subject) and not quad.predicate.value.startswith(LEX):
            known.setdefault(text_of(quad.subject), []).append(quad.triple)
    return known


def _is_entity(node: object) -> bool:
    return isinstance(node, Node) and node.value.startswith(ENTITY)


def _local_entities(store: ox.Store) -> list[tuple[str, Entity, ox.Quad]]:
    """All entities as their articles name them: the article's id, the entity, the quad that gives its class."""
    ids = {quad.graph_name: text_of(quad.object) for quad in store.quads_for_pattern(None, _ID, None)}
    found = []
    for quad in store.quads_for_pattern(None, Node(CLAIM.mentionedClass), None):

        def names(predicate: str, quad: ox.Quad = quad) -> list[str]:
            quads = store.quads_for_pattern(quad.subject, Node(predicate), None, quad.graph_name)
            return sorted(text_of(q.object) for q in quads)

        (name,) = names(RDFS.label)
        found.append((ids[quad.graph_name], Entity(name, text_of(quad.object), tuple(names(SKOS.altLabel))), quad))
    return found


def _facts(store: ox.Store) -> tuple[set[ox.Triple], set[ox.Triple]]:
    """The facts that articles state, where no axiom speaks against them, and those that axioms add to them."""
    stated = _construct(store, "stated")
    stated -= _construct(_space(store, stated), "contradicted")
    space = _space(store, stated)
    inferred: set[ox.Triple] = set()
    while new := _construct(space, "inferred") - stated - inferred:
        inferred |= new
        space.extend(_quad(triple, FACTS) for triple in new)
    return stated, inferred


def _space(store: ox.Store, triples: Set[ox.Triple]) -> ox.Store:
    """The triples as facts, beside the axioms of a store."""
    space = ox.Store()
    space.extend(store.quads_for_pattern(None, None, None, ONTOLOGY))
    space.extend(_quad(triple, FACTS) for triple in triples)
    return space


def _construct(store: ox.Store, folder: str) -> set[ox.Triple]:
    """All triples that the CONSTRUCT queries of a folder give."""
    found: set[ox.Triple] = set()
    for query in _queries(folder):
        result = store.query(query)
        assert isinstance(result, ox.QueryTriples), f"a query in {folder} is no CONSTRUCT"
        found.update(result)
    return found


def read_query(name: str) -> str:
    """The text of a query in `kg/queries`."""
    return (_QUERIES / name).read_text(encoding="utf-8")


@cache
def _queries(folder: str) -> tuple[str, ...]:
    """The texts of the queries in a folder of `kg/queries`, in the order of their names."""
    return tuple(read_query(f"{folder}/{path.name}") for path in sorted((_QUERIES / folder).iterdir()))


@contextmanager
def _clearly(path: Location | None) -> Iterator[None]:
    """Turns what the store and the disk complain of into a GraphError of one line."""
    place = path or "graph in memory"
    try:
        yield
    except SyntaxError as error:
        raise GraphError(f"{place}: not well-formed RDF: {_one_line(error)}") from error
    except (OSError, RuntimeError) as error:
        reason = _one_line(error)
        if "lock" in reason.lower():
            reason = "in use by another process; close it there, or open it to read only"
        elif "read-only" in reason.lower() or isinstance(error, PermissionError):
            reason = "no permission to write here"
        raise GraphError(f"{place}: {reason}") from error


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())
