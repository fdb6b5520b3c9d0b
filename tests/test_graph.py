"""The graph is a function of the set of its articles, and its facts follow from asserted claims and axioms."""

import io
import os
import subprocess
import sys
from dataclasses import replace
from itertools import permutations, product

import pyoxigraph as ox
import pytest
import rdflib
from extractions import ENT, MUSE, RIVAL, TN, dollars, entity, extraction
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.check import check
from kg.errors import GraphError
from kg.export import export
from kg.graph import FACTS, FORMAT, INFERRED, ONTOLOGY, Graph
from kg.model import Extraction, Qualifier, Value
from kg.ontology import load_ontology
from kg.vocab import CLAIM, OWL, RDF, RDFS, XSD

KG = load_ontology()
N = ox.NamedNode


def graph_of(*extractions: Extraction) -> Graph:
    graph = Graph.open(ontology=KG)
    graph.add(extractions)
    return graph


def everything(graph: Graph) -> bytes:
    stream = io.BytesIO()
    export(graph, stream, "nq")
    return stream.getvalue()


def facts(graph: Graph, name: ox.NamedNode | ox.DefaultGraph = FACTS) -> set[tuple[str, str, str]]:
    quads = graph.store.quads_for_pattern(None, None, None, name)
    return {(q.subject.value, q.predicate.value, q.object.value) for q in quads}


@pytest.fixture(scope="module")
def graph() -> Graph:
    return graph_of(MUSE, RIVAL)


@pytest.mark.parametrize(
    ("subject", "prop", "obj"),
    [
        ("muse-spark", TN.developedBy, ENT.meta),
        ("muse-spark", RDFS.label, "Muse Spark"),
        ("muse-spark", RDF.type, TN.AIModel),
        ("meta", TN.fundingRaised, "https://w3id.org/technews-kg/amount/5000000000-USD"),
        ("openai", TN.competesWith, ENT.meta),
    ],
)
def test_what_is_asserted_is_a_fact(graph, subject, prop, obj):
    assert (ENT(subject), prop, obj) in facts(graph)
    assert (ENT(subject), prop, obj) not in facts(graph, INFERRED)


@pytest.mark.parametrize(
    ("subject", "prop", "obj"),
    [
        ("meta", TN.developed, ENT("muse-spark")),
        ("meta", TN.competesWith, ENT.openai),
        ("muse-spark", TN.deployedOn, ENT.whatsapp),
        ("sam-altman", TN.worksFor, ENT.openai),
        ("muse-spark", RDF.type, TN.Technology),
    ],
    ids=["inverse", "symmetric", "chain", "sub-property", "sub-class"],
)
def test_what_axioms_give_is_a_fact_and_told_apart(graph, subject, prop, obj):
    assert (ENT(subject), prop, obj) in facts(graph)
    assert (ENT(subject), prop, obj) in facts(graph, INFERRED)


@pytest.mark.parametrize(
    ("subject", "prop", "obj"),
    [
        ("muse-spark", TN.availableThrough, ENT.whatsapp),
        ("openai", TN.acquired, ENT.meta),
        ("openai", TN.sued, ENT.meta),
    ],
    ids=["planned", "denied", "reported"],
)
def test_what_is_not_asserted_is_a_claim_and_no_fact(graph, subject, prop, obj):
    assert (ENT(subject), prop, obj) not in facts(graph)
    says = f"?claim rdf:subject <{ENT(subject)}> ; rdf:predicate <{prop}> ; rdf:object <{obj}>"
    sparql = f"ASK {{ GRAPH ?article {{ {says} }} }}"
    assert bool(graph.store.query(sparql, prefixes=dict(KG.prefixes)))


def test_a_claim_has_status_confidence_rule_evidence_and_qualifiers():
    by = Qualifier(CLAIM.attributedTo, Value("Zora Quill", XSD.string))
    when = Qualifier(CLAIM.date, Value("2026-04", XSD.gYearMonth))
    people = [entity("Zorgon"), entity("Zora Quill", "Person")]
    graph = graph_of(extraction("a", people, [("Zorgon", "fundingRaised", dollars(7))], (by, when)))
    sparql = """SELECT * { GRAPH ?article {
        ?claim a claim:Claim, rdf:Statement ; rdf:subject ent:zorgon ; claim:status claim:asserted ;
            claim:confidence ?confidence ; claim:rule ?rule ; claim:date ?date ; claim:attributedTo ent:zora-quill ;
            rdf:object [ schema:value 7.0 ; schema:currency "USD" ] ; prov:wasDerivedFrom ?article ; oa:hasTarget ?t .
        ?t oa:hasSource ?article ; oa:exact ?words ; oa:start ?start ; oa:end ?end .
        ?article claim:content ?content ; dcterms:title "News a" ; dcterms:identifier "a" } }"""
    (row,) = graph.store.query(sparql, prefixes=dict(KG.prefixes))
    assert row["confidence"].value == "0.93"
    assert row["date"].datatype.value == XSD.gYearMonth
    assert row["content"].value[int(row["start"].value) : int(row["end"].value)] == row["words"].value


def test_a_thing_is_of_the_class_that_most_articles_give_it():
    one = [
        extraction(str(n), [entity("Zorgon", kind)], []) for n, kind in enumerate(["Company", "University", "Company"])
    ]
    assert (ENT.zorgon, RDF.type, TN.Company) in facts(graph_of(*one)) - facts(graph_of(*one), INFERRED)
    tie = [extraction(str(n), [entity("Zorgon", kind)], []) for n, kind in enumerate(["Organization", "Company"])]
    assert (ENT.zorgon, RDF.type, TN.Company) in facts(graph_of(*tie)) - facts(graph_of(*tie), INFERRED)


def test_claims_follow_an_identity_that_changes():
    short = extraction("short", [entity("ZTC", "GovernmentBody"), entity("Zorgon")], [("ZTC", "sued", "Zorgon")])
    full = extraction("full", [entity("Zorgon Trade Commission", "GovernmentBody", "ZTC")], [])
    graph = graph_of(short)
    assert (ENT.ztc, TN.sued, ENT.zorgon) in facts(graph)
    graph.add([full])
    assert (ENT("zorgon-trade-commission"), TN.sued, ENT.zorgon) in facts(graph)
    assert not any(ENT.ztc in fact for fact in facts(graph))
    graph.remove(["full"])
    assert everything(graph) == everything(graph_of(short))


def test_the_rdflib_view_is_the_same_graph(graph):
    assert isinstance(graph.rdflib, rdflib.Dataset)
    found = list(graph.rdflib.query("SELECT ?who { ent:muse-spark tn:developedBy ?who }"))
    assert [str(row[0]) for row in found] == [ENT.meta]


@pytest.mark.parametrize("name", ["store", "graph.trig", "graph.nq"])
def test_a_graph_outlives_its_process(tmp_path, name):
    path = tmp_path / "deep" / name
    with Graph.open(path, create=True, ontology=KG) as graph:
        assert graph.add([MUSE, RIVAL]) == 2
        assert graph.add([MUSE]) == 0
        content = everything(graph)
    del graph
    with Graph.open(path, ontology=KG) as again:
        assert again.articles == ("muse", "rival")
        assert again.holds(MUSE.article)
        assert not again.holds(replace(MUSE.article, text="Other."))
        again.refresh()
        assert everything(again) == content == everything(graph_of(MUSE, RIVAL))


def test_an_article_that_changed_takes_the_place_of_the_old_one():
    graph = graph_of(MUSE)
    other = extraction("muse", [entity("Zorgon")], [])
    assert graph.add([other]) == 1
    assert everything(graph) == everything(graph_of(other))


def test_shards_merge_into_the_graph_of_all_articles():
    one, other = graph_of(MUSE), graph_of(RIVAL)
    assert one.merge(other) == 1
    assert one.merge(other) == 0
    assert everything(one) == everything(graph_of(RIVAL, MUSE))


def test_a_change_that_fails_half_way_leaves_a_graph_that_is_in_order():
    def broken():
        yield MUSE
        raise RuntimeError("the extractor fell over")

    graph = Graph.open(ontology=KG)
    with pytest.raises(GraphError, match="fell over"):
        graph.add(broken())
    assert everything(graph) == everything(graph_of(MUSE))


def test_a_store_left_out_of_date_is_brought_up_to_date_when_it_is_opened(tmp_path):
    with Graph.open(tmp_path / "s", create=True, ontology=KG) as graph:
        graph.add([MUSE])
        content = everything(graph)
        graph._mark_stale()
        graph.store.remove(ox.Quad(N(ENT("muse-spark")), N(TN.developedBy), N(ENT.meta)))
    del graph
    with Graph.open(tmp_path / "s", ontology=KG) as graph:
        assert everything(graph) == content


def _missing(path):
    pass


def _not_a_store(path):
    path.mkdir()
    (path / "letter.txt").write_text("Dear all")


def _other_store(path):
    ox.Store(str(path)).add(ox.Quad(N("http://a/b"), N("http://a/c"), N("http://a/d")))


def _newer(path):
    with Graph.open(path, create=True, ontology=KG) as graph:
        graph.store.add(ox.Quad(N(CLAIM.store), N(CLAIM.layout), ox.Literal(99), N(CLAIM.store)))


@pytest.mark.parametrize(
    ("name", "make", "message"),
    [
        ("none", _missing, "no graph here"),
        ("folder", _not_a_store, "not of a graph"),
        ("other", _other_store, "not a graph of kg"),
        ("newer", _newer, "format 99"),
        ("empty", lambda path: path.mkdir(), "empty folder"),
        ("bad.trig", lambda path: path.write_text("<a> <b"), "not well-formed"),
        ("plain.txt", lambda path: path.write_text("text"), r"ends in \.trig"),
        ("alien.nq", lambda path: path.write_text("<http://a/b> <http://a/c> <http://a/d> .\n"), "not a graph of kg"),
    ],
)
def test_what_is_no_graph_is_refused_in_one_line(tmp_path, name, make, message):
    path = tmp_path / name
    make(path)
    with pytest.raises(GraphError, match=message) as caught:
        Graph.open(path, ontology=KG)
    assert "\n" not in str(caught.value)
    assert str(path) in str(caught.value)


def test_a_store_that_another_process_holds_is_refused_but_can_be_read(tmp_path):
    with Graph.open(tmp_path / "s", create=True, ontology=KG) as graph:
        graph.add([MUSE])
    del graph
    code = (
        f"import pyoxigraph, sys; s = pyoxigraph.Store({str(tmp_path / 's')!r}); print(1, flush=True); sys.stdin.read()"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        holder.stdout.readline()
        with pytest.raises(GraphError, match="in use by another process"):
            Graph.open(tmp_path / "s", ontology=KG)
        with Graph.open(tmp_path / "s", read_only=True, ontology=KG) as graph:
            assert graph.articles == ("muse",)
            with pytest.raises(GraphError, match="read only"):
                graph.add([RIVAL])
        holder.stdin.close()


def test_who_asks_a_graph_does_not_wait_for_the_ontology(tmp_path):
    with Graph.open(tmp_path / "s", create=True, ontology=KG) as graph:
        graph.add([MUSE])
    del graph
    ontology = load_ontology(KG.folder)
    with Graph.open(tmp_path / "s", read_only=True, ontology=ontology) as graph:
        assert graph.sizes["article"] == 1
    assert "store" not in vars(ontology)


def test_a_graph_of_an_earlier_layout_is_worked_out_anew_when_it_is_opened_to_be_written_to(tmp_path):
    place = tmp_path / "g.nq"
    with Graph.open(place, create=True, ontology=KG) as graph:
        graph.add([MUSE, RIVAL])
    whole = place.read_text()
    mark = f'<{CLAIM.layout}> "{{}}"'.format
    older = whole.replace(mark(FORMAT), mark(FORMAT - 1))
    assert older != whole
    lines = (line for line in older.splitlines(keepends=True) if f"> <{CLAIM.calledBeside}> " not in line)
    place.write_text("".join(lines))
    with Graph.open(place, ontology=KG):
        assert place.read_text() == whole


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (extraction("x", [entity("Zorgon")], [("Zorgon", "acquired", "Nobody")]), "'Nobody', which is none"),
        (extraction("x", [entity("Zorgon"), entity("Zorgon", "Person")], []), "two entities are named 'Zorgon'"),
        (extraction("x", [entity("Zor\ud800gon")], []), "cannot be written as RDF"),
    ],
)
def test_an_extraction_that_makes_no_sense_is_refused(wrong, message):
    with pytest.raises(GraphError, match=message):
        graph_of(wrong)


def test_only_an_article_that_is_there_can_be_removed(graph):
    with pytest.raises(GraphError, match="no article 'nonesuch'"):
        graph.remove(["muse", "nonesuch"])
    assert graph.articles == ("muse", "rival")


# Any small set of articles

NAMES = {"Zorgon": "Company", "Muse Zork": "AIModel", "Zap": "Application", "Qix": "Platform", "Zora Quill": "Person"}
PROPS = ["developedBy", "poweredBy", "deployedOn", "competesWith", "partOfFamily", "leads", "partOf", "basedOn"]


@st.composite
def extraction_sets(draw):
    sets = []
    for n in range(draw(st.integers(1, 4))):
        names = draw(st.lists(st.sampled_from(sorted(NAMES)), min_size=2, unique=True))
        pairs = st.tuples(
            st.sampled_from(names),
            st.sampled_from(PROPS),
            st.sampled_from(names),
            st.sampled_from(["asserted", "asserted", "planned", "denied"]),
        )
        entities = [entity(name, draw(st.sampled_from([NAMES[name], "Product", "Company"]))) for name in names]
        sets.append(extraction(f"a{n}", entities, draw(st.lists(pairs, max_size=5, unique=True))))
    return sets


BRANCHES = [TN(name) for name in ("Agent", "Technology", "Event", "Law", "Place")]
DISJOINT = {*permutations(BRANCHES, 2), *permutations((TN.Organization, TN.Person))}


def reference(graph: Graph) -> set[tuple[str, str, str]]:
    """What asserted claims and the axioms give, in plain Python, from the claims and the stated types and names."""
    axioms = facts(graph, ONTOLOGY)
    pairs = {p: {(a, b) for a, q, b in axioms if q == p and b.startswith("http")} for _, p, _ in axioms}
    above = pairs[RDFS.subPropertyOf]
    flip = pairs[OWL.inverseOf] | {(b, a) for a, b in pairs[OWL.inverseOf]}
    symmetric = {a for a, b in pairs[RDF.type] if b == OWL.SymmetricProperty}
    transitive = {a for a, b in pairs[RDF.type] if b == OWL.TransitiveProperty}
    same = pairs[OWL.equivalentClass]
    supers = pairs[RDFS.subClassOf] | same | {(b, a) for a, b in same}

    def closed(classes: set[str]) -> set[str]:
        more = classes | {above for c in classes for below, above in supers if below == c}
        return classes if more == classes else closed(more)

    names = {RDF.type, RDFS.label, "http://www.w3.org/2004/02/skos/core#altLabel"}
    known = {fact for fact in facts(graph) - facts(graph, INFERRED) if fact[1] in names}
    types = {s: closed({kind}) for s, p, kind in known if p == RDF.type}

    def contradicts(end: str, prop: str, place: str) -> bool:
        wanted = closed({kind for q, kind in pairs[place] if q == prop})
        return any(pair in DISJOINT for pair in product(wanted, types[end]))

    sparql = """SELECT ?s ?p ?o {
        GRAPH ?g { ?c claim:status claim:asserted ; rdf:subject ?s ; rdf:predicate ?p ; rdf:object ?o } }"""
    for row in graph.store.query(sparql, prefixes=dict(KG.prefixes)):
        s, p, o = (term.value for term in row)
        if s != o and not contradicts(s, p, RDFS.domain) and not contradicts(o, p, RDFS.range):
            known.add((s, p, o))
    while True:
        new = {(s, q, o) for s, p, o in known for a, q in above if a == p}
        new |= {(o, q, s) for s, p, o in known for a, q in flip if a == p}
        new |= {(o, p, s) for s, p, o in known if p in symmetric}
        new |= {(s, p, c) for s, p, o in known if p == RDF.type for b, c in supers if b == o}
        for (s, p, o), (t, q, u) in product(known, known):
            if o == t and s != u:
                new |= {(s, p, u)} if p == q and p in transitive else set()
                fits = TN.Software in types.get(s, ()) and TN.Product in types.get(u, ())
                new |= {(s, TN.deployedOn, u)} if (p, q) == (TN.powers, TN.deployedOn) and fits else set()
        if new <= known:
            return known
        known |= new


def test_a_chain_holds_only_between_ends_of_the_classes_that_its_conclusion_needs():
    said = [
        ("Windows", "poweredBy", "Snapdragon"),
        ("Windows", "deployedOn", "Surface"),
        ("Windows", "poweredBy", "Phi"),
    ]
    kinds = {"Windows": "OperatingSystem", "Snapdragon": "Chip", "Surface": "Device", "Phi": "AIModel"}
    graph = graph_of(extraction("a", [entity(name, kind) for name, kind in kinds.items()], said))
    deployed = {s for s, p, o in facts(graph) if (p, o) == (TN.deployedOn, ENT.surface)}
    assert deployed == {ENT.windows, ENT.phi}, "Phi is software, a Snapdragon is none"


@pytest.mark.parametrize(
    ("prop", "kind", "holds"),
    [
        ("developedBy", "Company", True),
        ("developedBy", "Entity", True),
        ("developedBy", "Platform", False),
        ("worksFor", "Person", False),
        ("partOf", "Person", False),
    ],
    ids=["as the range says", "unknown", "of another branch", "disjoint beside it", "disjoint below it"],
)
def test_what_the_classes_of_all_articles_rule_out_is_a_claim_and_no_fact(prop, kind, holds):
    subject = {"developedBy": "AIModel", "worksFor": "Person", "partOf": "Company"}[prop]
    one = extraction("one", [entity("Muse Zork", subject), entity("Qix")], [("Muse Zork", prop, "Qix")])
    others = [extraction(name, [entity("Qix", kind)], []) for name in ("two", "three")]
    if kind not in ("Company", "Person"):  # another branch is another thing, unless the name is known
        one = replace(one, entities=(one.entities[0], entity("Qix", kind)))
    graph = graph_of(one, *others)
    (claim,) = graph.store.quads_for_pattern(None, N(RDF.predicate), N(TN(prop)))
    assert ((ENT("muse-zork"), TN(prop), ENT.qix) in facts(graph)) is holds, claim
    assert check(graph) == []


@settings(max_examples=int(os.environ.get("KG_EXAMPLES", "25")), deadline=None)
@given(extraction_sets(), st.randoms(use_true_random=False))
def test_the_graph_is_a_function_of_the_set_of_articles(extractions, chance):
    whole = graph_of(*extractions)
    content = everything(whole)
    assert facts(whole) == reference(whole)

    assert whole.add(extractions) == 0
    assert everything(whole) == content

    shuffled = chance.sample(extractions, len(extractions))
    one_by_one = Graph.open(ontology=KG)
    for each in shuffled:
        one_by_one.add([each])
    assert everything(one_by_one) == content

    gone = chance.choice(extractions)
    whole.remove([gone.article.id])
    assert everything(whole) == everything(graph_of(*(each for each in extractions if each is not gone)))
