"""The graph: a named graph of claims an article, and the facts that follow from them in the default graph.

    <article>        what one article says, see `quads`; who its entities are is added here
    claim:ontology   the axioms            claim:known        what the ontology says of the entities
    claim:identity   the names that articles use, what they mean and why, see `registry`
    claim:corrections                      what people say of who is who
    claim:inferred   the facts of the default graph that no article states but axioms give
    claim:support    what each fact rests on, see `support`, and which articles are copies, see `stories`
    claim:store      the version of this layout, the ontology's digest, and a mark while all is computed anew

The graph is a function of its articles, as a set, of the corrections and of the ontology: `update` lets all that no
article says itself follow each change, and `refresh` computes it anew, to the same bytes.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from contextlib import contextmanager
from functools import cached_property, lru_cache
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self, TypeVar, cast

import pyoxigraph as ox

from .draft import Draft, as_stored
from .endpoint import Location, is_address, shown
from .errors import GraphError
from .facts import FACTS, INFERRED, KNOWN, ONTOLOGY, SUPPORT, axioms, known, read_query
from .files import FILES, STORE, in_graph, is_whole, read_quads, serialise
from .model import Article, Extraction
from .ontology import Ontology, load_ontology
from .quads import article_iri, article_quads, text_of
from .redo import finish, is_moving, open_folder
from .registry import CORRECTIONS, IDENTITY, consistent, parse_corrections
from .remote import Copy, open_store
from .said import own_quads
from .update import Articles, change_articles, change_corrections
from .vocab import CLAIM, DCTERMS, ENTITY, LEX, RDFS
from .whole import write_atomically

if TYPE_CHECKING:
    import rdflib

__all__ = ["FACTS", "IDENTITY", "INFERRED", "KNOWN", "ONTOLOGY", "SUPPORT", "Graph", "read_query"]
Node = ox.NamedNode
LOT = 128  # articles that are written together: a build that is stopped loses as many at most
FORMAT = 3  # the layout that this code reads and writes; a store of a later one is refused
Thing = TypeVar("Thing")
_HALF = (LookupError, ValueError, ArithmeticError, TypeError, AttributeError, AssertionError, StopIteration)
_LONGEST = 300  # characters of what an engine complains of
_DIGEST, _ID, _STATUS, _LABEL = (Node(n) for n in (CLAIM.digest, DCTERMS.identifier, CLAIM.status, RDFS.label))
_SIZES = ("article", "entity", "claim", "fact")


class Graph:
    """A graph in memory, in a file that is read and written whole (.trig, .nq), in a folder, or at an address."""

    def __init__(self, store: ox.Store, place: Location | None, ontology: Ontology, read_only: bool = False) -> None:
        """A graph over an opened store, and where that is; `Graph.open` checks what it opens."""
        self.store = store
        self.place = place
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
            if not read_only and not graph._is_current:
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
        if self._folder and not self.read_only:
            with _clearly(self.place):
                self.store.flush()
        vars(self).pop("rdflib", None)
        self.store = ox.Store()

    @cached_property
    def rdflib(self) -> "rdflib.Dataset":
        """The same store as an rdflib Dataset; the facts are its default graph."""
        import rdflib  # here, as most commands do without, and it takes as long to import as all that they need
        from oxrdflib import OxigraphStore

        dataset = rdflib.Dataset(store=OxigraphStore(store=self.store))
        for prefix, namespace in self.ontology.prefixes.items():
            dataset.bind(prefix, namespace)
        return dataset

    @property
    def articles(self) -> tuple[str, ...]:
        """The ids of all articles, sorted."""
        return tuple(sorted(text_of(q.object) for q in self.store.quads_for_pattern(None, _ID, None)))

    @property
    def sizes(self) -> Mapping[str, int]:
        """How many articles, entities, claims and facts there are; kept, for counting takes what the graph does."""
        said = {quad.predicate.value: quad.object for quad in self.store.quads_for_pattern(STORE, None, None, STORE)}
        return {name: int(text_of(said.get(CLAIM(f"{name}Count"), ox.Literal(0)))) for name in _SIZES}

    def holds(self, article: Article) -> bool:
        """Whether the graph has this article, word for word, so that a build can pass over it."""
        graph = Node(article_iri(article.id))
        said = {text_of(q.object) for q in self.store.quads_for_pattern(graph, Node(CLAIM.content), None, graph)}
        return said == {article.content}

    def add(self, extractions: Iterable[Extraction]) -> int:
        """Adds articles, in place of what they said before, and tells how many were new or changed.

        They are written in lots: who is stopped half-way has all that was written, and goes on with the rest.
        """
        return self._put(article_quads(extraction) for extraction in extractions)

    def merge(self, other: "Graph") -> int:
        """Adds all articles of another graph, such as a shard, and tells how many were new or changed.

        What people say of who is who comes along, too; GraphError if it contradicts what they say here.
        """
        told = (graph.store.quads_for_pattern(None, None, None, CORRECTIONS) for graph in (self, other))
        here, there = ({quad.triple for quad in quads} for quads in told)
        if not there <= here:
            self._correct(consistent(here | there, self._name))
        digests = other.store.quads_for_pattern(None, _DIGEST, None)
        return self._put(_own_quads(other, _graph(digest)) for digest in digests)

    def restore(self, path: Path) -> bool:
        """Takes all of an export as it is, and tells whether it did: else its articles can be merged.

        It does into a graph in which nothing stands, if nobody changed the file since, and the ontology is the same:
        then all that follows from the articles is there and right.
        """
        self._check_writable()
        with _clearly(self.place):
            told = any(self.sizes.values()) or any(self.store.quads_for_pattern(None, None, None, CORRECTIONS))
            if told or isinstance(self.store, Copy) or not path.is_file() or not is_whole(path):
                return False
            if not {layout_mark(), in_graph(_ontology_mark(self.ontology), STORE)} <= {*_marks(read_quads(path))}:
                return False
            self._mark_stale()  # who is killed meanwhile leaves a graph that is worked out from what has arrived
            self.store.bulk_extend(read_quads(path))
            self.store.remove(in_graph(_stale_mark(), STORE))
            self._save()
        return True

    def remove(self, article_ids: Iterable[str]) -> None:
        """Takes articles away, and the facts that they alone support; GraphError if one is not there."""
        ids = sorted(set(article_ids))
        graphs = [Node(article_iri(article_id)) for article_id in ids]
        for article_id, graph in zip(ids, graphs, strict=True):
            if not any(self.store.quads_for_pattern(graph, _DIGEST, None, graph)):
                raise GraphError(f"{self._name}: no article {article_id!r} to remove")
        for lot in _lots(graphs):
            self._change(dict.fromkeys(lot, frozenset()))
        self._save()

    def correct(self, turtle: str, place: str = "corrections") -> None:
        """Makes a Turtle text of owl:sameAs and owl:differentFrom between entities all that people say of who is who.

        It takes the place of what was said before, so that an empty text takes everything back.
        """
        self._correct(parse_corrections(turtle, place))

    def _correct(self, corrections: Set[ox.Triple]) -> None:
        self._check_writable()
        with _clearly(self.place):
            draft = Draft(self.store)
            with _as_written(self._name):
                change_corrections(draft, corrections, self.ontology)
            self._write(draft)
            self._save()

    def refresh(self) -> None:
        """Computes anew, from the articles and the ontology, all that follows from them."""
        self._check_writable()
        with _clearly(self.place):
            self._mark_stale()
            graphs = [*map(_graph, self.store.quads_for_pattern(None, _DIGEST, None))]
            with _as_written(self._name):
                articles = [(graph, _own_quads(self, graph)) for graph in graphs]
            for derived in (FACTS, KNOWN, INFERRED, IDENTITY, SUPPORT):
                self.store.remove_graph(derived)
            sizes = size_marks(quad for _, quads in articles for quad in quads)
            kept = {_format_mark(FORMAT), *(quad.triple for quad in sizes)}
            _replace(self.store, STORE, {_stale_mark(), *kept})
            for graph, quads in articles:
                _replace(self.store, graph, {quad.triple for quad in quads})
            _replace(self.store, ONTOLOGY, axioms(self.ontology))
            for lot in _lots(articles):
                self._change(dict(lot))
            marks = {_format_mark(FORMAT), _ontology_mark(self.ontology)}
            _replace(self.store, STORE, marks | {quad.triple for quad in _sized(self.sizes)})
            self._save()

    @property
    def _is_current(self) -> bool:
        """Whether what follows from the articles is there, as this code and the ontology have it."""
        marks = (layout_mark(), in_graph(_ontology_mark(self.ontology), STORE))
        return not _is_stale(self.store) and all(mark in self.store for mark in marks)

    @property
    def _folder(self) -> Path | None:
        return self.place if isinstance(self.place, Path) and self.place.is_dir() else None

    @property
    def _name(self) -> str:
        return str(self.place or "graph in memory")

    def _check_writable(self) -> None:
        if self.read_only:
            raise GraphError(f"{self._name} was opened to be read only")
        if self._folder:
            with _clearly(self.place):
                finish(self.store, self._folder)

    def _put(self, articles: Iterable[frozenset[ox.Quad]]) -> int:
        """Puts articles where what they say is new, a lot at a time; what was read before an error is put too."""
        self._check_writable()
        changed = 0
        waiting: dict[Node, frozenset[ox.Quad]] = {}
        try:
            with _clearly(self.place):
                for quads in articles:
                    digest = next(quad for quad in quads if quad.predicate == _DIGEST)
                    held = waiting.get(_graph(digest))
                    if digest in (held or self.store):
                        continue
                    waiting[_graph(digest)] = as_stored(quads)
                    changed += 1
                    if len(waiting) == LOT:
                        self._change(waiting)
                        waiting = {}
        finally:
            self._change(waiting)
            self._save()
        return changed

    def _change(self, articles: Articles) -> None:
        """Changes some articles, with all that follows, or none."""
        self._check_writable()
        with _clearly(self.place):
            draft = Draft(self.store)
            with _as_written(self._name):
                change_articles(draft, articles, self.ontology)
            self._write(draft)

    def _write(self, draft: Draft) -> None:
        sizes = Counter(self.sizes)
        for quad, more in draft.changes():
            for name in _counted_as(quad):
                sizes[name] += more
        draft.replace(_sized(self.sizes), _sized(sizes))
        draft.write(self._folder)

    def _mark_stale(self) -> None:
        self.store.add(in_graph(_stale_mark(), STORE))

    def _save(self) -> None:
        if isinstance(self.store, Copy):
            self.store.flush()
        if isinstance(self.place, Path) and self.place.suffix in FILES:
            content = serialise(self.store, FILES[self.place.suffix], self.ontology.prefixes)
            with _clearly(self.place):
                write_atomically(self.place, content)


def _open_store(path: Location | None, create: bool, read_only: bool) -> ox.Store:
    if path is None:
        return ox.Store()
    if isinstance(path, str):  # what it gives does what a store does, as far as it is needed here
        return cast(ox.Store, open_store(path, read_only, in_graph(_stale_mark(), STORE)))
    if not path.exists():
        if not create or read_only:
            raise GraphError(f"{path}: there is no graph here; create one first")
        path.parent.mkdir(parents=True, exist_ok=True)
        return ox.Store() if path.suffix in FILES else open_folder(path, read_only)
    if path.is_file():
        if path.suffix not in FILES and not read_only:
            raise GraphError(f"{path}: a graph that is built into is a folder, or a file that ends in .trig or .nq")
        store = ox.Store()
        store.extend(read_quads(path))
        return store
    if any(path.iterdir()) and not (path / "CURRENT").exists():
        raise GraphError(f"{path}: a folder, but not of a graph; choose an empty or a new one")
    if not any(path.iterdir()) and not create:
        raise GraphError(f"{path}: an empty folder; create a graph in it first")
    return open_folder(path, read_only)


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


def layout_mark() -> ox.Quad:
    """What tells that quads in a file are a graph of kg; what follows from its articles may be missing."""
    return in_graph(_format_mark(FORMAT), STORE)


def _marks(quads: Iterable[ox.Quad]) -> Iterator[ox.Quad]:
    return (quad for quad in quads if quad.graph_name == STORE)


def _format_mark(version: int) -> ox.Triple:
    return ox.Triple(STORE, Node(CLAIM.layout), ox.Literal(version))


@lru_cache(maxsize=4)
def _ontology_mark(ontology: Ontology) -> ox.Triple:
    """A hash of all of the ontology that a graph depends on: axioms, known entities, legal forms, ambiguous names."""
    words = (Node(word) for word in (LEX.legalForm, LEX.ambiguous))
    triples = {quad.triple for word in words for quad in ontology.store.quads_for_pattern(None, word, None)}
    triples |= {*axioms(ontology), *(triple for told in known(ontology).values() for triple in told)}
    digest = sha256("\n".join(sorted(map(str, triples))).encode()).hexdigest()
    return ox.Triple(STORE, Node(CLAIM.ontologyDigest), ox.Literal(digest))


def _own_quads(graph: Graph, article: Node) -> frozenset[ox.Quad]:
    return own_quads(graph.store.quads_for_pattern(None, None, None, article), graph.ontology)


def _graph(digest: ox.Quad) -> Node:
    """The graph of the article that a digest is of."""
    assert isinstance(digest.graph_name, Node)
    return digest.graph_name


def _counted_as(quad: ox.Quad) -> Iterator[str]:
    """The sizes that a quad adds to: an article has one digest, a claim one status, an entity one label."""
    if quad.graph_name == FACTS:
        yield "fact"
        if quad.predicate == _LABEL and text_of(quad.subject).startswith(ENTITY):
            yield "entity"
    elif quad.predicate == _DIGEST:
        yield "article"
    elif quad.predicate == _STATUS:
        yield "claim"


def size_marks(quads: Iterable[ox.Quad]) -> list[ox.Quad]:
    """What a graph keeps of its sizes, for a graph of some quads."""
    return _sized(Counter(name for quad in quads for name in _counted_as(quad)))


def _sized(sizes: Mapping[str, int]) -> list[ox.Quad]:
    counts = [(Node(CLAIM(f"{name}Count")), sizes[name]) for name in _SIZES if sizes[name]]
    return [ox.Quad(STORE, predicate, ox.Literal(count), STORE) for predicate, count in counts]


def _lots(things: Sequence[Thing]) -> Iterator[Sequence[Thing]]:
    return (things[i : i + LOT] for i in range(0, len(things), LOT))


def _stale_mark() -> ox.Triple:
    return ox.Triple(STORE, Node(CLAIM.stale), ox.Literal(True))


def _is_stale(store: ox.Store) -> bool:
    return in_graph(_stale_mark(), STORE) in store


def _replace(store: ox.Store, graph: Node | ox.DefaultGraph, triples: Set[ox.Triple]) -> None:
    """Makes the triples the content of a graph, touching only what differs."""
    wanted = {in_graph(triple, graph) for triple in triples}
    current = set(store.quads_for_pattern(None, None, None, graph))
    for quad in current - wanted:
        store.remove(quad)
    store.extend(wanted - current)


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
        if re.search(r"(?i)\block\b", reason):
            reason = "in use by another process; close it there, or open it to read only"
        elif is_moving(error):
            reason = "a file is gone: changed right now, or damaged; open it anew, or restore it from an export"
        elif "read-only" in reason.lower() or isinstance(error, PermissionError):
            reason = "no permission to write here"
        elif "Corruption" in reason:
            reason = f"damaged ({reason[:_LONGEST]}); restore it from an export, or build it anew elsewhere"
        raise GraphError(f"{place}: {reason}") from error


@contextmanager
def _as_written(place: str) -> Iterator[None]:
    """Turns what comes of quads that say half of something, or two things where kg writes one, into a GraphError."""
    try:
        yield
    except _HALF as error:
        reason = f"{type(error).__name__}: {_one_line(error)[:_LONGEST]}"
        raise GraphError(f"{place}: not as kg writes a graph ({reason}); restore it from an export") from error


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())
