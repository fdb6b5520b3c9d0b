"""An extraction as the named graph of its article: metadata, entities as the article names them, claims, evidence.

Entities have no global name here: a claim points to the article's own entities (`claim:subjectAsSaid`), and the graph
adds `claim:entity`, `rdf:subject` and `rdf:object` once it knows who is who; these quads depend on one article alone.
"""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from hashlib import sha256
from urllib.parse import quote

import pyoxigraph as ox

from .errors import GraphError
from .model import Article, Claim, Entity, Extraction, Iri, Value
from .vocab import AMOUNTS, ARTICLES, CLAIM, CLAIMS, DCTERMS, OA, PROV, RDF, RDFS, SCHEMA, SKOS, XSD

Node = ox.NamedNode
Term = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|&#6553[45];")  # raw, or as some write them


def article_iri(article_id: str) -> Iri:
    """The IRI of an article, and of its named graph.

    >>> article_iri("2026/04 Muse")
    'https://w3id.org/technews-kg/article/2026%2F04%20Muse'
    """
    return ARTICLES(quote(article_id, safe=""))


def text_of(term: Term) -> str:
    """The IRI, words or name of a term, without the marks that RDF puts around it."""
    return str(term) if isinstance(term, ox.Triple) else term.value


def in_xml(document: str) -> str:
    r"""An XML document that any parser reads to the letter: what XML cannot hold becomes U+FFFD.

    >>> in_xml("<a>b\x01\r</a>")
    '<a>b\ufffd&#13;</a>'
    """
    return _NOT_IN_XML.sub("\ufffd", document).replace("\r", "&#13;")


def article_quads(extraction: Extraction) -> frozenset[ox.Quad]:
    """The quads of an article's graph, with a digest of them all; GraphError if a claim speaks of no entity of it."""
    article = extraction.article
    try:
        graph = Node(article_iri(article.id))
        triples = {*_metadata(graph, article), *_entities(graph, extraction.entities), *_claims(graph, extraction)}
        digest = sha256("\n".join(sorted(map(str, triples))).encode()).hexdigest()
    except (ValueError, TypeError) as error:  # a lone surrogate in a text, an IRI that is none
        raise GraphError(f"article {article.id!r} cannot be written as RDF: {error}") from error
    triples.add(ox.Triple(graph, Node(CLAIM.digest), ox.Literal(digest)))
    return frozenset(ox.Quad(t.subject, t.predicate, t.object, graph) for t in triples)


def claim_iri(claim: Claim) -> Iri:
    """The IRI of a claim, a hash of what it says and where."""
    says: list[object] = [claim.subject, claim.property, _plain(claim.object), str(claim.status)]
    says += [[q.property, _plain(q.value)] for q in sorted(claim.qualifiers, key=repr)]
    where = [claim.evidence.article, claim.evidence.span.start, claim.evidence.span.end]
    return CLAIMS(sha256(json.dumps([says, where]).encode()).hexdigest()[:20])


def _plain(thing: str | Value) -> str | list[str]:
    return thing if isinstance(thing, str) else [thing.lexical, thing.datatype, thing.unit]


def _metadata(graph: Node, article: Article) -> Iterator[ox.Triple]:
    said = {DCTERMS.identifier: article.id, DCTERMS("title"): article.title, CLAIM.content: article.content}
    yield ox.Triple(graph, Node(RDF.type), Node(CLAIM.Article))
    for predicate, text in said.items():
        yield ox.Triple(graph, Node(predicate), ox.Literal(text))
    if article.published:
        yield ox.Triple(graph, Node(DCTERMS.issued), day_literal(date.fromisoformat(article.published)))
    for source in (article.url, article.source):
        if source:
            yield ox.Triple(graph, Node(DCTERMS.source), _link(source))


def day_literal(day: date) -> ox.Literal:
    """A day as the graph has it."""
    return ox.Literal(day.isoformat(), datatype=Node(XSD.date))


def _link(source: str) -> Node | ox.Literal:
    if source.startswith(("http://", "https://")):
        try:
            return Node(source)
        except ValueError:
            pass  # an address with blanks in it is kept as a text
    return ox.Literal(source)


def _entities(graph: Node, entities: tuple[Entity, ...]) -> Iterator[ox.Triple]:
    names = [entity.name for entity in entities]
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise ValueError(f"two entities are named {twice!r}")
    for entity in entities:
        node = _entity_node(graph, entity.name)
        yield ox.Triple(node, Node(RDF.type), Node(CLAIM.LocalEntity))
        yield ox.Triple(node, Node(CLAIM.mentionedClass), Node(entity.type))
        yield ox.Triple(node, Node(RDFS.label), ox.Literal(entity.name))
        for alias in entity.aliases:
            yield ox.Triple(node, Node(SKOS.altLabel), ox.Literal(alias))


def _entity_node(graph: Node, name: str) -> Node:
    return Node(f"{graph.value}#{quote(name, safe='')}")


def _claims(graph: Node, extraction: Extraction) -> Iterator[ox.Triple]:
    names = {entity.name for entity in extraction.entities}
    strongest: dict[Iri, Claim] = {}
    for claim in sorted(extraction.claims, key=lambda c: (c.confidence, c.evidence.rule)):
        strongest[claim_iri(claim)] = claim
    for iri, claim in strongest.items():
        for name in (claim.subject, claim.object):
            if isinstance(name, str) and name not in names:
                raise ValueError(f"a claim speaks of {name!r}, which is none of the article's entities")
        yield from _claim(graph, Node(iri), claim)
        yield from _evidence(graph, Node(iri), claim)


def _claim(graph: Node, node: Node, claim: Claim) -> Iterator[ox.Triple]:
    confidence = format(Decimal(str(round(claim.confidence, 4))), "f")
    yield ox.Triple(node, Node(RDF.type), Node(CLAIM.Claim))
    yield ox.Triple(node, Node(RDF.type), Node(RDF.Statement))
    yield ox.Triple(node, Node(CLAIM.subjectAsSaid), _entity_node(graph, claim.subject))
    yield ox.Triple(node, Node(RDF.predicate), Node(claim.property))
    yield ox.Triple(node, Node(CLAIM.status), Node(CLAIM(claim.status)))
    yield ox.Triple(node, Node(CLAIM.confidence), ox.Literal(confidence, datatype=Node(XSD.decimal)))
    yield ox.Triple(node, Node(CLAIM.rule), ox.Literal(claim.evidence.rule))
    if isinstance(claim.object, str):
        yield ox.Triple(node, Node(CLAIM.objectAsSaid), _entity_node(graph, claim.object))
    else:
        yield from _value(node, RDF.object, claim.object)
    for qualifier in claim.qualifiers:
        yield from _value(node, qualifier.property, qualifier.value)


def _value(node: Node, predicate: Iri, value: Value) -> Iterator[ox.Triple]:
    if value.datatype != SCHEMA.MonetaryAmount:
        literal = ox.Literal(value.lexical, datatype=Node(value.datatype or XSD.string))
        yield ox.Triple(node, Node(predicate), literal)
        return
    amount = Node(AMOUNTS(quote(f"{value.lexical}-{value.unit}", safe="")))
    yield ox.Triple(node, Node(predicate), amount)
    yield ox.Triple(amount, Node(RDF.type), Node(SCHEMA.MonetaryAmount))
    yield ox.Triple(amount, Node(RDFS.label), ox.Literal(str(value)))
    yield ox.Triple(amount, Node(SCHEMA.value), ox.Literal(value.lexical, datatype=Node(XSD.decimal)))
    yield ox.Triple(amount, Node(SCHEMA.currency), ox.Literal(value.unit))


def _evidence(graph: Node, node: Node, claim: Claim) -> Iterator[ox.Triple]:
    target = Node(f"{node.value}#evidence")
    facts: Mapping[Iri, Node | ox.Literal] = {
        OA.hasSource: graph,
        OA.exact: ox.Literal(claim.evidence.words),
        OA.start: ox.Literal(claim.evidence.span.start),
        OA.end: ox.Literal(claim.evidence.span.end),
    }
    yield ox.Triple(node, Node(PROV.wasDerivedFrom), graph)
    yield ox.Triple(node, Node(OA.hasTarget), target)
    for predicate, fact in facts.items():
        yield ox.Triple(target, Node(predicate), fact)
