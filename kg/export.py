"""The graph in other forms, the same bytes for the same content.

ttl, nt, rdf, jsonld   the facts                 graphml   the facts, as a property graph
trig, nq               everything                neo4j     the same, a folder of two files for its import
owl                    the facts with axioms     csv       the claims, as a table
"""

from collections.abc import Callable, Mapping
from dataclasses import astuple, fields
from functools import partial
from pathlib import Path
from typing import BinaryIO

import pyoxigraph as ox

from .errors import GraphError
from .files import serialise, sorted_lines, sorted_triples
from .graph import FACTS, ONTOLOGY, Graph
from .jsonld import to_jsonld
from .network import to_graphml, to_neo4j
from .part import part
from .quads import in_xml
from .query import Explanation, Table, explain
from .vocab import CLAIM, ENTITY, OWL, RDF
from .whole import write_atomically


def export(
    graph: Graph, target: str | Path | BinaryIO, form: str | None = None, about: str | None = None, hops: int = 2
) -> None:
    """Writes the graph, or the part within some steps of a thing, to a file, a folder or a binary stream.

    The form is named as above, else by the file's ending; GraphError if there is none such, or nothing can be written.
    """
    path = Path(target) if isinstance(target, str | Path) else None
    form = (form or (path.suffix if path else "")).lstrip(".").lower()
    if form not in FORMS and form not in FOLDERS:
        raise GraphError(f"{path or 'stream'}: no export to {form!r}; choose one of {', '.join([*FORMS, *FOLDERS])}")
    if form in FOLDERS and not path:
        raise GraphError(f"{form} is a folder of files, not a stream; name the folder to write")
    told = part(graph, about, hops) if about else graph
    if not isinstance(target, str | Path):
        target.write(FORMS[form](told))
        return
    files = {Path(target): FORMS[form](told)} if form in FORMS else _in_folder(Path(target), FOLDERS[form](told))
    try:
        for place, content in files.items():
            if form in FOLDERS:
                place.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(place, content)
    except OSError as error:
        raise GraphError(f"{path}: cannot be written: {error.strerror or error}") from error


def _in_folder(folder: Path, files: Mapping[str, bytes]) -> dict[Path, bytes]:
    return {folder / name: content for name, content in files.items()}


def _sorted_facts(graph: Graph) -> list[ox.Triple]:
    return [quad.triple for quad in sorted_triples(graph.store, FACTS)]


def _facts(graph: Graph, form: ox.RdfFormat) -> bytes:
    if form == ox.RdfFormat.N_TRIPLES:
        return b"".join(sorted_lines(graph.store, FACTS))
    content = ox.serialize(_sorted_facts(graph), format=form, prefixes=dict(graph.ontology.prefixes)) or b""
    return in_xml(content.decode()).encode() if form == ox.RdfFormat.RDF_XML else content


def _with_axioms(graph: Graph) -> bytes:
    """The facts, and what the ontology says of their classes and properties: all that a reasoner or an editor needs.

    Things are declared to be individuals, without which owlready2 lists none. What is said of claims is left out: its
    properties are individuals too, which OWL allows and owlready2 does not.
    """
    axioms = [quad.triple for quad in graph.store.quads_for_pattern(None, None, None, ONTOLOGY)]
    spoken = [axiom for axiom in axioms if not any(str(term).startswith(f"<{CLAIM[:-1]}") for term in axiom)]
    facts = _sorted_facts(graph)
    things = {fact.subject for fact in facts if str(fact.subject).startswith(f"<{ENTITY}")}
    individual = ox.NamedNode(OWL.NamedIndividual)
    declared = [ox.Triple(thing, ox.NamedNode(RDF.type), individual) for thing in things]
    triples = sorted({*spoken, *facts, *declared}, key=str)
    content = ox.serialize(triples, format=ox.RdfFormat.RDF_XML, prefixes=dict(graph.ontology.prefixes)) or b""
    return in_xml(content.decode()).encode()


def _everything(graph: Graph, form: ox.RdfFormat) -> bytes:
    return serialise(graph.store, form, graph.ontology.prefixes)


def _csv(graph: Graph) -> bytes:
    claims = [astuple(claim) for claim in explain(graph)]
    return Table(tuple(field.name for field in fields(Explanation)), tuple(claims)).to_csv().encode()


FORMS: Mapping[str, Callable[[Graph], bytes]] = {
    "ttl": partial(_facts, form=ox.RdfFormat.TURTLE),
    "nt": partial(_facts, form=ox.RdfFormat.N_TRIPLES),
    "rdf": partial(_facts, form=ox.RdfFormat.RDF_XML),
    "jsonld": to_jsonld,
    "owl": _with_axioms,
    "trig": partial(_everything, form=ox.RdfFormat.TRIG),
    "nq": partial(_everything, form=ox.RdfFormat.N_QUADS),
    "graphml": to_graphml,
    "csv": _csv,
}
FOLDERS: Mapping[str, Callable[[Graph], Mapping[str, bytes]]] = {"neo4j": to_neo4j}
