"""What is inferred is what another reasoner infers, owlrl, for the same axioms and the stated facts of the demo graph.

What differs, on purpose:

- A chain holds only where its ends are of the property's domain and range already, see composed/chain.rq. owlrl is
  given no chains; they are followed here in plain Python, with that condition, until nothing new comes.
- Domain and range rule claims out (queries/contradicted) instead of adding classes, so owlrl is given none.
- What a thing would be to itself, part of a circle, is left out, as are owl:Thing, owl:sameAs and owlrl's axiomatic
  triples about classes, properties and datatypes.
"""

from collections.abc import Iterable

import owlrl
import pyoxigraph as ox
import pytest
import rdflib
from conftest import ROOT
from extractions import ENT, TN, entity, extraction

from kg.articles import read_articles
from kg.extract import Extractor
from kg.facts import Rules
from kg.graph import FACTS, INFERRED, ONTOLOGY, Graph
from kg.model import Article
from kg.query import reasons
from kg.vocab import AMOUNTS, ENTITY, OWL, RDF, RDFS

Fact = tuple[str, str, str]
NOT_GIVEN = {OWL.propertyChainAxiom, RDFS.domain, RDFS.range, OWL.disjointWith, OWL.members}


@pytest.fixture(scope="module")
def demo(extractor: Extractor) -> Graph:
    articles = [a for a in read_articles([ROOT / "data/articles"]) if isinstance(a, Article)]
    graph = Graph.open(ontology=extractor.ontology)
    graph.add(extractor.extract_all(articles))
    return graph


def triples(graph: Graph, name: ox.NamedNode | ox.DefaultGraph) -> set[ox.Triple]:
    return {quad.triple for quad in graph.store.quads_for_pattern(None, None, None, name)}


def plain(facts: Iterable[tuple[object, object, object]]) -> set[Fact]:
    """Facts about things and amounts, as strings, circles and what is true of everything left out."""
    found = {(str(s), str(p), str(o)) for s, p, o in facts if str(s).startswith((ENTITY, AMOUNTS))}
    return {(s, p, o) for s, p, o in found if s != o and o != OWL.Thing and p not in (OWL.sameAs, OWL.differentFrom)}


def by_owlrl(facts: Iterable[ox.Triple], axioms: Iterable[ox.Triple]) -> set[Fact]:
    graph = rdflib.Graph()
    given = [*facts, *(axiom for axiom in axioms if axiom.predicate.value not in NOT_GIVEN)]
    graph.parse(data=ox.serialize(given, format=ox.RdfFormat.N_TRIPLES), format="nt")
    owlrl.DeductiveClosure(owlrl.OWLRL_Semantics).expand(graph)
    return plain(graph)


def chained(facts: set[Fact], graph: Graph) -> set[Fact]:
    """What chains add to facts, where the ends fit."""
    found = set()
    for first, second, prop in Rules(graph.ontology).chains:
        name = prop.value

        def fits(end: str, place: str, name: str = name) -> bool:
            return all((end, RDF.type, kind) in facts for _, kind in graph.ontology.values(name, place))

        for s, p, middle in facts:
            for m, q, o in facts:
                if middle == m and (p, q) == (first.value, second.value) and s != o:
                    found |= {(s, name, o)} if fits(s, RDFS.domain) and fits(o, RDFS.range) else set()
    return found


def test_what_is_inferred_equals_what_owlrl_infers(demo):
    facts, axioms = triples(demo, FACTS), triples(demo, ONTOLOGY)
    stated = facts - triples(demo, INFERRED)
    closed = by_owlrl(stated, axioms)
    while new := chained(closed, demo) - closed:
        told = {ox.Triple(*map(ox.NamedNode, fact)) for fact in new}
        stated |= told
        closed = by_owlrl(stated, axioms)
    wanted = plain((t.subject.value, t.predicate.value, t.object.value) for t in facts)
    assert closed - wanted == set()
    assert wanted - closed == set()
    assert len(triples(demo, INFERRED)) > 1000


def test_an_inferred_fact_stays_while_one_way_to_it_is_left():
    one = extraction("one", [entity("Zora Quill", "Person"), entity("Qix")], [("Zora Quill", "leads", "Qix")])
    two = extraction("two", [entity("Zora Quill", "Person"), entity("Qix")], [("Zora Quill", "worksFor", "Qix")])
    graph = Graph.open()
    graph.add([one, two])
    works = ox.Triple(*map(ox.NamedNode, (ENT("zora-quill"), TN.worksFor, ENT.qix)))
    assert works not in triples(graph, INFERRED)
    graph.remove(["two"])
    assert works in triples(graph, INFERRED) & triples(graph, FACTS)
    graph.remove(["one"])
    assert works not in triples(graph, FACTS)


def test_facts_that_follow_from_each_other_go_together():
    ring = [("Aba", "partOf", "Bab"), ("Bab", "partOf", "Cac"), ("Cac", "partOf", "Aba")]
    graph = Graph.open()
    graph.add(extraction(str(n), [entity(s), entity(o)], [(s, p, o)]) for n, (s, p, o) in enumerate(ring))
    assert len([t for t in triples(graph, FACTS) if t.predicate.value == TN.partOf]) == 6
    graph.remove(["0"])
    assert len([t for t in triples(graph, FACTS) if t.predicate.value == TN.partOf]) == 3
    graph.remove(["1", "2"])
    assert triples(graph, FACTS) == set()


def test_what_another_path_leads_to_stays_and_is_not_doubted():
    ends = [(f"Aba {n}", "partOf", f"Aba {(n + step) % 9}") for n in range(9) for step in (1, 2)]
    made = {str(n): extraction(str(n), [entity(s), entity(o)], [(s, p, o)]) for n, (s, p, o) in enumerate(ends)}
    graph = Graph.open()
    graph.add(made.values())
    for gone in ("0", "5", "2", "1", "3"):
        graph.remove([gone])
        del made[gone]
        wanted = Graph.open()
        wanted.add(made.values())
        assert triples(graph, FACTS) == triples(wanted, FACTS)
        assert triples(graph, INFERRED) == triples(wanted, INFERRED)


def test_an_inferred_fact_is_explained_by_what_it_follows_from_step_by_step():
    said = [("Meta AI", "poweredBy", "Muse Zork"), ("Meta AI", "deployedOn", "Qix")]
    kinds = {"Meta AI": "Application", "Muse Zork": "AIModel", "Qix": "Platform"}
    graph = Graph.open()
    graph.add([extraction("a", [entity(name, kind) for name, kind in kinds.items()], said)])
    chain, inverse = reasons(graph, "Muse Zork", "deployed on")
    assert chain.fact == ("Muse Zork", "deployed on", "Qix")
    assert set(chain.premises) == {("Muse Zork", "powers", "Meta AI"), ("Meta AI", "deployed on", "Qix")}
    assert inverse.fact == ("Muse Zork", "powers", "Meta AI")
    assert inverse.premises == (("Meta AI", "powered by", "Muse Zork"),)
