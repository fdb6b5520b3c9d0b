"""The ontology as the programme reads it: its Turtle files, classes and properties."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from pathlib import Path

import pyoxigraph as ox

from .errors import OntologyError
from .model import Iri, local_name
from .vocab import CLAIM, LEX, OWL, PREFIXES, RDF, RDFS, SCHEMA

SCHEMA_FILES = ("technews.ttl", "claims.ttl", "lexicon.ttl")
KNOWN = "known.ttl"

_NO_CLASSES: frozenset[Iri] = frozenset()

Term = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple


@dataclass(frozen=True, slots=True)
class Property:
    """A property with the classes its subject and object may have.

    `value` is the kind of value that fills it ("date", "amount", "count", "term"), empty where entities do.
    A standing property is mostly said in passing, so that it holds whatever else its sentence hedges.
    """

    iri: Iri
    label: str
    subjects: tuple[Iri, ...]
    objects: tuple[Iri, ...]
    value: str = ""
    symmetric: bool = False
    supers: tuple[Iri, ...] = ()
    standing: bool = False


@dataclass(frozen=True, eq=False)
class Ontology:
    """The triples of the ontology's files, the classes and properties they declare, and the prefixes they use.

    `schema` is all but the well-known entities, which are read when they are first asked for: to put a question to a
    graph needs none of them.
    """

    schema: ox.Store = field(repr=False)
    prefixes: Mapping[str, str] = field(default_factory=lambda: dict(PREFIXES), repr=False)
    folder: Path = field(default_factory=lambda: default_folder())
    _labels: dict[Iri, str] = field(default_factory=dict, repr=False)
    _between: dict[tuple[Iri, Iri], tuple[Property, ...]] = field(default_factory=dict, repr=False)

    @cached_property
    def store(self) -> ox.Store:
        """All triples, those of well-known entities too."""
        store = ox.Store()
        store.extend(self.schema)
        _read(self.folder / KNOWN, store)
        return store

    def forget_known(self) -> None:
        """Lets go of the well-known entities, which take 30 MB; they are read again if somebody asks for them."""
        vars(self).pop("store", None)

    def schema_values(self, subject: Iri | None, predicate: Iri) -> Iterator[tuple[str, str]]:
        """The same as `values`, well-known entities left out."""
        return _values(self.schema, subject, predicate)

    def values(self, subject: Iri | None, predicate: Iri) -> Iterator[tuple[str, str]]:
        """Pairs of subject and object, as plain strings, sorted, that a predicate ties."""
        return _values(self.store, subject, predicate)

    @cached_property
    def classes(self) -> Mapping[Iri, tuple[Iri, ...]]:
        """Each class below the root that properties speak of, with itself and all its superclasses, nearest first."""
        direct: dict[Iri, list[Iri]] = {}
        for iri, kind in self.schema_values(None, RDF.type):
            if kind == OWL.Class and iri.startswith("http") and not iri.startswith((CLAIM, SCHEMA)):
                direct.setdefault(iri, [])
        for sub, sup in self.schema_values(None, RDFS.subClassOf):
            if sub in direct and sup in direct:
                direct[sub].append(sup)
        return {iri: _closure(iri, direct) for iri in sorted(direct)}

    @cached_property
    def properties(self) -> Mapping[Iri, Property]:
        """The properties that an article may state: those that the lexicon has phrases or examples for."""
        forms = ("verb", "noun", "possessive", "name", "value")
        stated = {s for form in forms for s, _ in self.schema_values(None, LEX(form))}
        return {iri: self._property(iri) for iri in sorted(stated) if not self._is_qualifier(iri)}

    def is_a(self, iri: Iri, superclass: Iri) -> bool:
        """Whether a class is the other or below it."""
        return superclass in self.classes.get(iri, ())

    def compatible(self, iri: Iri, classes: Iterable[Iri]) -> bool:
        """Whether something of a class may be of one of the others: the class is below one of them, or above it."""
        return not self._related.get(iri, _NO_CLASSES).isdisjoint(classes)

    @cached_property
    def _related(self) -> Mapping[Iri, frozenset[Iri]]:
        """Each class with all that are above or below it."""
        below: dict[Iri, set[Iri]] = {iri: set(up) for iri, up in self.classes.items()}
        for iri, up in self.classes.items():
            for each in up:
                below[each].add(iri)
        return {iri: frozenset(each) for iri, each in below.items()}

    def between(self, subject: Iri, object: Iri) -> tuple[Property, ...]:
        """The properties that may hold between things of two classes, or of a thing and a value of a kind ("date")."""
        if (subject, object) not in self._between:
            self._between[subject, object] = tuple(
                prop
                for prop in self.properties.values()
                if self.compatible(subject, prop.subjects)
                and (prop.value == object if prop.value else self.compatible(object, prop.objects))
            )
        return self._between[subject, object]

    def label(self, iri: Iri) -> str:
        """The English label of a class or property, else the end of its IRI."""
        if iri not in self._labels:
            self._labels[iri] = next((o for _, o in self.schema_values(iri, RDFS.label)), local_name(iri))
        return self._labels[iri]

    def _is_qualifier(self, iri: Iri) -> bool:
        return iri.startswith(CLAIM)

    def _property(self, iri: Iri) -> Property:
        def of(predicate: Iri) -> tuple[Iri, ...]:
            return tuple(o for _, o in self.schema_values(iri, predicate))

        return Property(
            iri=iri,
            label=self.label(iri),
            subjects=of(LEX.subjectClass) or of(RDFS.domain),
            objects=of(LEX.objectClass) or of(RDFS.range),
            value=next(iter(of(LEX.value)), ""),
            symmetric=OWL.SymmetricProperty in of(RDF.type),
            supers=of(RDFS.subPropertyOf),
            standing="true" in of(LEX.standing),
        )


def load_ontology(folder: Path | None = None) -> Ontology:
    """The ontology from a folder of Turtle files, by default the one that ships with the package."""
    folder = folder or default_folder()
    schema = ox.Store()
    prefixes: dict[str, str] = dict(PREFIXES)
    for name in SCHEMA_FILES:
        prefixes |= _read(folder / name, schema)
    return Ontology(schema, {**prefixes, **_read(folder / KNOWN, ox.Store(), most=1)}, folder)


def _read(path: Path, into: ox.Store, most: int | None = None) -> Mapping[str, str]:
    """Adds the triples of a Turtle file, or so many of them, to a store; gives the prefixes that stand before them."""
    try:
        parser = ox.parse(path=str(path), format=ox.RdfFormat.TURTLE, rename_blank_nodes=True)
        into.extend(islice(parser, most))
    except (OSError, SyntaxError) as error:
        raise OntologyError(f"{path}: {' '.join(str(error).split())}") from error
    return parser.prefixes


def _values(store: ox.Store, subject: Iri | None, predicate: Iri) -> Iterator[tuple[str, str]]:
    node = ox.NamedNode(subject) if subject else None
    quads = store.quads_for_pattern(node, ox.NamedNode(predicate), None)
    yield from sorted((_text(q.subject), _text(q.object)) for q in quads)


def default_folder() -> Path:
    """Where the ontology stands: inside an installed package, or beside it in a checkout."""
    inside = Path(__file__).parent / "ontology"
    return inside if inside.is_dir() else Path(__file__).parent.parent / "ontology"


def _closure(iri: Iri, direct: Mapping[Iri, list[Iri]]) -> tuple[Iri, ...]:
    found = [iri]
    for each in found:
        found.extend(sup for sup in direct[each] if sup not in found)
    return tuple(found)


def _text(term: Term) -> str:
    return term.value if isinstance(term, (ox.NamedNode, ox.Literal, ox.BlankNode)) else str(term)
