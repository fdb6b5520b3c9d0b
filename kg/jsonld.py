"""The facts as JSON-LD that people can read: short names for things, classes and properties, and one line a thing."""

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

import pyoxigraph as ox

from .graph import FACTS, INFERRED, Graph
from .model import Iri, local_name
from .quads import text_of
from .query import shorten
from .vocab import OWL, RDF, RDFS, SKOS, XSD

Json = dict[str, Any]
_FIRST = (RDF.type, RDFS.label, SKOS.altLabel)  # what a thing is and is called stands before all else
_INTEGER = re.compile(r"0|-?[1-9]\d{0,14}")  # that a JSON number holds to the digit, in any language


def to_jsonld(graph: Graph) -> bytes:
    """The facts as one JSON-LD document: a context, then the things in the order of their IRIs."""
    things: dict[str, dict[Iri, list[ox.Triple]]] = defaultdict(lambda: defaultdict(list))
    for fact in sorted((quad.triple for quad in graph.store.quads_for_pattern(None, None, None, FACTS)), key=str):
        things[text_of(fact.subject)][fact.predicate.value].append(fact)
    context = _Context(graph, things.values())
    lines = ",\n".join(_dumps(context.thing(iri, things[iri])) for iri in sorted(things))
    return f'{{"@context": {_dumps(context.record(), 1)},\n"@graph": [\n{lines}\n]}}\n'.encode()


class _Context:
    """The short names of the classes and properties that some things have."""

    def __init__(self, graph: Graph, things: Iterable[Mapping[Iri, list[ox.Triple]]]) -> None:
        self._graph = graph
        self._prefixes: set[str] = set()
        self._inferred = {quad.triple for quad in graph.store.quads_for_pattern(None, None, None, INFERRED)}
        things = list(things)
        kinds = {text_of(fact.object) for thing in things for fact in thing.get(RDF.type, ())}
        self._properties = sorted({property for thing in things for property in thing} - {RDF.type})
        self._names: dict[Iri, str] = {}
        for iri in [RDFS.label, SKOS.altLabel, *self._properties, *sorted(kinds)]:
            declared = iri in (RDFS.label, SKOS.altLabel) or next(graph.ontology.values(iri, RDF.type), None)
            free = declared and local_name(iri) not in self._names.values()
            self._names.setdefault(iri, local_name(iri) if free else self._short(iri))
        self._coerced = {property: self._coercion(property) for property in self._properties}

    def record(self) -> Json:
        """The context as JSON-LD has it: the prefixes used so far, then the names with what their values are."""
        coerced = {iri: kind if kind == "@id" else self._short(kind) for iri, kind in self._coerced.items() if kind}
        context: Json = {prefix: self._graph.ontology.prefixes[prefix] for prefix in sorted(self._prefixes)}
        for iri, name in sorted(self._names.items(), key=lambda item: item[1]):
            if iri in coerced:
                context[name] = {"@id": iri, "@type": coerced[iri]}
            elif ":" not in name:
                context[name] = iri
        return context

    def thing(self, iri: str, told: Mapping[Iri, list[ox.Triple]]) -> Json:
        """What is told of a thing, under short names; one value stands alone, several in a list."""
        record: Json = {"@id": self._short(iri)}
        names = {self._names.get(property, ""): property for property in told if property not in _FIRST}
        for property in (*(each for each in _FIRST if each in told), *(names[name] for name in sorted(names))):
            facts = told[property] if property != RDF.type else sorted(told[property], key=self._class_order)
            values = [self._value(property, fact.object) for fact in facts]
            key = "@type" if property == RDF.type else self._names[property]
            record[key] = values[0] if len(values) == 1 else values
        return record

    def _class_order(self, fact: ox.Triple) -> tuple[bool, bool, str]:
        """A thing's own class before those above it, and these before those of other vocabularies."""
        name = self._names[text_of(fact.object)]
        return fact in self._inferred, ":" in name, name

    def _value(self, property: Iri, value: ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple) -> Any:
        text, coerced = text_of(value), self._coerced.get(property)
        if not isinstance(value, ox.Literal):
            if property == RDF.type:
                return self._names[text]
            return self._short(text) if coerced == "@id" else {"@id": self._short(text)}
        if value.language:
            return {"@value": text, "@language": value.language}
        if value.datatype.value != (coerced or XSD.string):
            return {"@value": text, "@type": self._short(value.datatype.value)}
        return int(text) if coerced == XSD.integer and _INTEGER.fullmatch(text) else text

    def _coercion(self, property: Iri) -> Iri:
        """What all values of a property are by the ontology: "@id" for things, a datatype, or nothing."""
        ontology = self._graph.ontology
        if OWL.ObjectProperty in {kind for _, kind in ontology.values(property, RDF.type)}:
            return "@id"
        ranges = [range for _, range in ontology.values(property, RDFS.range) if range.startswith(XSD)]
        return ranges[0] if ranges and ranges[0] != XSD.string else ""

    def _short(self, iri: Iri) -> str:
        short = shorten(self._graph, iri)
        if short != iri:
            self._prefixes.add(short.partition(":")[0])
        return short


def _dumps(record: Json, indent: int | None = None) -> str:
    return json.dumps(record, ensure_ascii=False, indent=indent)
