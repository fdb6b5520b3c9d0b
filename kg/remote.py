"""A graph in a store elsewhere: any endpoint of SPARQL 1.1, to be built into with Update and the Graph Store Protocol.

`Distant` asks the endpoint. `Copy` holds the graph here, so that who is who and the facts follow by the same code as in
any other graph, and brings to the endpoint what changes. All that it sends may arrive twice: a graph is put whole, or
quads are named that go and that come, never a pattern. So what gets no answer is sent again, and a build that was cut
off goes on with the articles that are there. While changes are under way, a mark at the endpoint says so. Who finds
there a mark or sizes that are not those that it left has not been alone, and stops.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

import pyoxigraph as ox

from .endpoint import TRIPLES, Endpoint
from .errors import GraphError
from .files import STORE, GraphName, in_graph
from .sparql import as_data, substituted
from .vocab import ARTICLES, CLAIM

Term = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple
FACTS = ox.DefaultGraph()
_BATCH = 2_000  # quads in a request: a few hundred kilobytes, far below what servers take; and about ten articles
_GRAPHS = 50  # graphs read in a request


class Distant:
    """A store that is asked where it is, and read as a `pyoxigraph.Store` is."""

    def __init__(self, endpoint: Endpoint) -> None:
        """The store at an endpoint."""
        self.endpoint = endpoint

    def query(
        self,
        query: str,
        *,
        prefixes: Mapping[str, str] | None = None,
        substitutions: Mapping[ox.Variable, Term] | None = None,
    ) -> ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples:
        """The answer of the endpoint; SyntaxError if it is no query, and GraphError if there is no answer."""
        for variable, term in (substitutions or {}).items():
            query = substituted(query, variable.value, term)
        kind = ox.Store().query(query, prefixes=dict(prefixes or {}))  # says where a mistake is, in the query as asked
        query = " ".join(f"PREFIX {name}: <{iri}>" for name, iri in (prefixes or {}).items()) + f"\n{query}"
        if not isinstance(kind, ox.QueryTriples):
            return self.endpoint.table(query)
        found = ox.Store()
        found.load(self.endpoint.query(query, TRIPLES), format=ox.RdfFormat.N_TRIPLES)
        return found.query("CONSTRUCT WHERE { ?s ?p ?o }")

    def quads_for_pattern(
        self, subject: Term | None, predicate: Term | None, object: Term | None, graph_name: GraphName | None = None
    ) -> Iterator[ox.Quad]:
        """The quads that have these in common, None for anything; blank nodes have names that depend on them alone."""
        spo = " ".join(_term(term, name) for term, name in zip((subject, predicate, object), "spo", strict=True))
        inside = f"GRAPH {_term(graph_name, 'g')} {{ {spo} }}"
        patterns = [spo] if graph_name == FACTS else [inside] if graph_name else [spo, inside]
        table = self.endpoint.rows(f"SELECT * {{ {' UNION '.join(f'{{ {pattern} }}' for pattern in patterns)} }}")
        yield from _quads(table, (subject, predicate, object, graph_name))

    def __iter__(self) -> Iterator[ox.Quad]:
        return self.quads_for_pattern(None, None, None)

    def __contains__(self, quad: ox.Quad) -> bool:
        return any(self.quads_for_pattern(*quad))

    def __len__(self) -> int:
        rows = self.endpoint.rows("SELECT (COUNT(*) AS ?n) { { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } } }")
        return sum(int(row["n"].value) for row in rows)

    def flush(self) -> None:
        """Nothing: it is read only."""


class Copy:
    """A store that is held here, and whose changes are brought to an endpoint: all of them when it is flushed.

    What can be done with it is what `pyoxigraph.Store` can do, as far as a graph does it.
    """

    def __init__(self, endpoint: Endpoint, unfinished: ox.Quad) -> None:
        """A copy of what the endpoint has, and the quad that it has while changes are under way."""
        self.endpoint = endpoint
        self.unfinished = unfinished
        self._here, self._there = ox.Store(), ox.Store()
        self._touched: set[GraphName] = set()
        self._count = 0
        self._is_sure = True  # what the endpoint has; not so while no answer has come
        for quads in _all_quads(Distant(endpoint)):
            self._there.extend(quads)
        self._here.extend(self._there)

    def __getattr__(self, name: str) -> object:
        if name in ("query", "quads_for_pattern", "named_graphs", "contains_named_graph"):
            return getattr(self._here, name)
        raise AttributeError(f"a copy of a store elsewhere has no {name!r}")

    def __iter__(self) -> Iterator[ox.Quad]:
        return iter(self._here)

    def __contains__(self, quad: ox.Quad) -> bool:
        return quad in self._here

    def __len__(self) -> int:
        return len(self._here)

    def add(self, quad: ox.Quad) -> None:
        """Puts in a quad."""
        self._touched.add(quad.graph_name)
        self._here.add(quad)

    def remove(self, quad: ox.Quad) -> None:
        """Takes out a quad."""
        self._touched.add(quad.graph_name)
        self._here.remove(quad)

    def extend(self, quads: Iterable[ox.Quad]) -> None:
        """Puts in quads, and brings to the endpoint what has gathered, if it is much."""
        quads = list(quads)
        self._touched |= {quad.graph_name for quad in quads}
        self._here.extend(quads)
        self._count += len(quads)
        if self._count >= _BATCH:
            self._bring()

    def remove_graph(self, graph_name: GraphName) -> None:
        """Takes out a graph."""
        self._touched.add(graph_name)
        self._here.remove_graph(graph_name)

    def exchange(self, going: Iterable[ox.Quad], coming: Iterable[ox.Quad]) -> None:
        """Takes out quads and puts in others, and brings to the endpoint what has gathered, if it is much."""
        for quad in going:
            self.remove(quad)
        self.extend(coming)

    def flush(self) -> None:
        """Brings all changes to the endpoint."""
        self._bring()
        self._exchange({*_of(self._there, STORE)} - {*_of(self._here, STORE)}, {*_of(self._here, STORE)})

    def _bring(self) -> None:
        """Brings to the endpoint what was touched, behind the mark that says so; the mark stays."""
        changes = {graph: (set(_of(self._there, graph)), set(_of(self._here, graph))) for graph in self._touched}
        changes = {graph: (old, new) for graph, (old, new) in changes.items() if old != new and graph != STORE}
        if changes:
            self._check_alone()
            self._exchange(set(), {self.unfinished, *_of(self._here, STORE)})
        going: set[ox.Quad] = set()
        coming: set[ox.Quad] = set()
        for graph in sorted(changes, key=str):
            old, new = changes[graph]
            if graph != FACTS and (2 * len(old & new) < len(new) or not new or _has_blank(old ^ new)):
                self._put(graph, new)
            else:
                going |= old - new
                coming |= new - old
        self._exchange(going, coming)
        self._touched.clear()
        self._count = 0

    def _check_alone(self) -> None:
        """GraphError if the mark or the sizes at the endpoint are not those that were left there."""
        found = {*_of(Distant(self.endpoint), STORE)}
        if not self._is_sure:
            self._there.remove_graph(STORE)
            self._there.extend(found)
            self._is_sure = True
        if found != {*_of(self._there, STORE)}:
            raise GraphError(
                f"{self.endpoint.base}: another process has changed this graph meanwhile; run the command again, alone"
            )

    def _put(self, graph: GraphName, quads: set[ox.Quad]) -> None:
        self.endpoint.put(graph, sorted((quad.triple for quad in quads), key=str))
        self._there.remove_graph(graph)
        self._there.extend(quads)

    def _exchange(self, going: set[ox.Quad], coming: set[ox.Quad]) -> None:
        """Takes quads out at the endpoint, and puts others in, a batch at a time."""
        coming = {quad for quad in coming if quad not in self._there}
        changes = [(quad, False) for quad in sorted(going, key=str)] + [
            (quad, True) for quad in sorted(coming, key=str)
        ]
        for start in range(0, len(changes), _BATCH):
            part = changes[start : start + _BATCH]
            old, new = ([quad for quad, comes in part if comes is wanted] for wanted in (False, True))
            self._is_sure = False
            self.endpoint.update(f"DELETE DATA {{\n{as_data(old)}}} ;\nINSERT DATA {{\n{as_data(new)}}}")
            for quad in old:
                self._there.remove(quad)
            self._there.extend(new)
            self._is_sure = True


def _all_quads(store: Distant) -> Iterator[Iterable[ox.Quad]]:
    """The quads of a store that are a graph's of kg, some graphs at a time: others may share the store."""
    yield store.quads_for_pattern(None, None, None, FACTS)
    names = [row["g"].value for row in store.endpoint.rows("SELECT DISTINCT ?g { GRAPH ?g {} }")]
    ours = sorted(name for name in names if name.startswith((ARTICLES, CLAIM)))
    for start in range(0, len(ours), _GRAPHS):
        values = " ".join(f"<{name}>" for name in ours[start : start + _GRAPHS])
        table = store.endpoint.rows(f"SELECT * {{ VALUES ?g {{ {values} }} GRAPH ?g {{ ?s ?p ?o }} }}")
        yield _quads(table, (None, None, None, None))


def _quads(table: ox.QuerySolutions, known: Sequence[Term | GraphName | None]) -> Iterator[ox.Quad]:
    """The quads in a table of ?s ?p ?o ?g, with what was known before; no ?g is the default graph."""
    columns = {variable.value for variable in table.variables}
    blank: dict[GraphName, list[ox.Triple]] = {}
    for row in table:
        s, p, o, g = (row[name] if name in columns else term for name, term in zip("spog", known, strict=True))
        triple = ox.Triple(s, p, o)  # type: ignore[arg-type]
        graph: GraphName = g or FACTS  # type: ignore[assignment]
        if isinstance(s, ox.BlankNode) or isinstance(o, ox.BlankNode):
            blank.setdefault(graph, []).append(triple)
        else:
            yield in_graph(triple, graph)
    for graph, triples in blank.items():
        yield from (in_graph(triple, graph) for triple in _renamed(triples))


def _renamed(triples: Iterable[ox.Triple]) -> Iterator[ox.Triple]:
    """The triples with names of blank nodes that depend on the content alone."""
    data = ox.Dataset(in_graph(triple, FACTS) for triple in triples)
    data.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return (quad.triple for quad in data)


def _of(store: ox.Store | Distant, graph: GraphName) -> Iterator[ox.Quad]:
    return store.quads_for_pattern(None, None, None, graph)


def _has_blank(quads: Iterable[ox.Quad]) -> bool:
    return any(isinstance(term, ox.BlankNode) for quad in quads for term in (quad.subject, quad.object))


def _term(term: Term | GraphName | None, name: str) -> str:
    return f"?{name}" if term is None else str(term)


def open_store(address: str, read_only: bool, unfinished: ox.Quad) -> Distant | Copy:
    """The store at an address, to be asked there or changed here; GraphError if it cannot be had."""
    endpoint = Endpoint(address)
    if bool(endpoint.table(f"ASK {{ {STORE} ?p ?o }}")):
        raise GraphError(f"{endpoint.base}: its default graph is the union of all; have it hold the facts alone")
    return Distant(endpoint) if read_only else Copy(endpoint, unfinished)
