"""The ontology as a page for people: its classes and properties, and the phrases and examples of each.

    Turtle ─► declarations, with phrases and examples as notes ─► pyLODE ─► our style, a policy, and names for the notes

PyLODE shows no annotations but those of well-known vocabularies: a phrase becomes a `skos:scopeNote`, an example a
`skos:example`, a counter-example a `skos:note`, and headings then say again what these are. The page asks no host for
anything; pyLODE's own style has no dark form and does not fit a phone, so ours takes its place.
"""

import logging
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from tempfile import TemporaryDirectory
from types import ModuleType

import lxml.html
import rdflib
from lxml.html import builder as html
from rdflib import OWL, RDF, RDFS, SKOS, Literal, URIRef

from .errors import KgError, OntologyError
from .ontology import SCHEMA_FILES, Ontology
from .vocab import LEX

KINDS = (OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty)
TOLD = (RDFS.label, RDFS.comment, RDFS.subClassOf, RDFS.subPropertyOf, RDFS.domain, RDFS.range, OWL.inverseOf)
FORMS = ("verb", "noun", "possessive", "name", "value")  # of phrases, one a line
WORDS = ("head", "affix")  # that tell a class, all in a line
HEADINGS = {SKOS.scopeNote: "Phrases", SKOS.example: "Examples", SKOS.note: "Counter-examples"}
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"


def reference_page(ontology: Ontology) -> str:
    """The page as HTML, the same for the same ontology; KgError if pyLODE is not installed."""
    declared = _declarations(ontology)
    with _pylode() as make:
        page = make(declared)
    return _finished(page)


def _declarations(ontology: Ontology) -> rdflib.Graph:
    """What the ontology declares, in the order of its files, and its phrases and examples as notes."""
    files, told = rdflib.Graph(), rdflib.Graph()
    for name in SCHEMA_FILES:
        files.parse(ontology.folder / name)
    title = next(files.subjects(RDF.type, OWL.Ontology), None)
    if title is None:
        raise OntologyError(f"{ontology.folder}: no owl:Ontology is declared, with a dcterms:title")
    for triple in files.triples((title, None, None)):
        told.add(triple)
    for kind in KINDS:
        for iri in dict.fromkeys(files.subjects(RDF.type, kind)):
            if isinstance(iri, URIRef):
                told.add((iri, RDF.type, kind))
                _tell(files, iri, told)
    return told


def _tell(files: rdflib.Graph, iri: URIRef, told: rdflib.Graph) -> None:
    for predicate in TOLD:
        for value in files.objects(iri, predicate):
            if not isinstance(value, rdflib.BNode):
                told.add((iri, predicate, value))
    for form in FORMS:
        for phrase in files.objects(iri, URIRef(LEX(form))):
            told.add((iri, SKOS.scopeNote, Literal(f"{form}: {phrase}")))
    for form in WORDS:
        words = list(files.objects(iri, URIRef(LEX(form))))
        if words:
            told.add((iri, SKOS.scopeNote, Literal(f"{form}: {', '.join(map(str, words))}")))
    for form, note in (("example", SKOS.example), ("counterExample", SKOS.note)):
        for text in files.objects(iri, URIRef(LEX(form))):
            told.add((iri, note, Literal(str(text))))


@contextmanager
def _pylode() -> Iterator[Callable[[rdflib.Graph], str]]:
    """What makes a page of a graph; pyLODE is kept from what it would do beside.

    Its release 3.4.1 looks for its version in a file that it does not bring, sets the level of all logging, and writes
    what it has read of other vocabularies into its own folder, where it may not write, or another process reads.
    """
    try:
        number = version("pylode")
    except PackageNotFoundError as error:
        raise KgError("the page of an ontology needs pylode: pip install 'technews-kg[docs]'") from error
    stated = ModuleType("pylode.version")
    stated.__dict__["__version__"] = number
    sys.modules.setdefault("pylode.version", stated)
    root, level, disabled = logging.getLogger(), logging.getLogger().level, logging.root.manager.disable
    handlers = list(root.handlers)
    logging.disable(logging.WARNING)
    with TemporaryDirectory() as folder:
        try:
            import pylode.utils

            before = pylode.utils.RDF_FOLDER
            pylode.utils.RDF_FOLDER = Path(
                shutil.copytree(before, Path(folder) / "rdf", ignore=shutil.ignore_patterns("*.pickle"))
            )
            yield lambda graph: pylode.OntPub(ontology=graph).make_html()
        finally:
            pylode.utils.RDF_FOLDER = before
            root.handlers[:] = handlers
            root.setLevel(level)
            logging.disable(disabled)


def _finished(page: str) -> str:
    """PyLODE's page with our style, a policy, a language, landmarks, and headings that say what the notes are."""
    document = lxml.html.document_fromstring(page)
    head, body = document.head, document.body
    document.set("lang", "en")
    for element in [*head.iter("style", "script", "link", "meta"), *body.xpath("//*[@id='pylode']")]:
        element.drop_tree()
    style = (Path(__file__).parent / "templates" / "reference.css").read_text(encoding="utf-8")
    head.insert(0, html.META({"charset": "utf-8"}))
    head.insert(1, html.META({"http-equiv": "Content-Security-Policy", "content": POLICY}))
    head.insert(2, html.META(name="viewport", content="width=device-width, initial-scale=1"))
    head.insert(3, html.META(name="color-scheme", content="light dark"))
    head.append(html.STYLE(style))
    for element in body:
        element.tag = {"content": "main", "toc": "nav"}.get(element.attrib.pop("id", ""), element.tag)
    for element in body.findall("nav"):
        element.set("aria-label", "Contents")
    for link in body.xpath("//th/a[@href]"):
        if URIRef(link.get("href")) in HEADINGS:
            link.getparent().text = HEADINGS[URIRef(link.get("href"))]
            link.drop_tree()
    return "<!doctype html>\n" + str(lxml.html.tostring(document, encoding="unicode")) + "\n"
