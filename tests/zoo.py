"""A small graph of another domain than news, with hostile names and texts: for tests of what shows a graph."""

import shutil
from pathlib import Path

from kg.graph import Graph
from kg.model import Article, Claim, Entity, Evidence, Extraction, Qualifier, Span, Status, Value
from kg.ontology import Ontology, default_folder, load_ontology
from kg.vocab import CLAIM, OWL, RDFS, SCHEMA, XSD

NS = "https://example.org/zoo#"
TURTLE = f"""
@prefix z: <{NS}> . @prefix owl: <{OWL}> . @prefix rdfs: <{RDFS}> . @prefix xsd: <{XSD}> .
z:Thing a owl:Class . z:Keeper a owl:Class ; rdfs:label "keeper"@en ; rdfs:subClassOf z:Thing .
z:Animal a owl:Class ; rdfs:label "animal"@en ; rdfs:subClassOf z:Thing .
z:House a owl:Class ; rdfs:label "house"@en ; rdfs:subClassOf z:Thing .
z:feeds a owl:ObjectProperty ; rdfs:label "feeds"@en ; rdfs:domain z:Keeper ; rdfs:range z:Animal .
z:feeds owl:inverseOf z:fedBy .
z:fedBy a owl:ObjectProperty ; rdfs:label "fed by"@en .
z:likes a owl:ObjectProperty, owl:SymmetricProperty ; rdfs:label "likes"@en .
z:bit a owl:ObjectProperty ; rdfs:label "bit"@en .
z:livesIn a owl:ObjectProperty, owl:TransitiveProperty ; rdfs:label "lives in"@en .
z:weight a owl:DatatypeProperty ; rdfs:label "weight"@en .
z:born a owl:DatatypeProperty ; rdfs:label "born"@en .
z:cost a owl:ObjectProperty ; rdfs:label "cost"@en .
"""
HOSTILE = "</script><img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>"
Said = tuple[str, str, str | Value, Status, str]


def make_ontology(folder: Path) -> Ontology:
    """The ontology of the zoo, in a folder of its own."""
    (folder / "technews.ttl").write_text(TURTLE, encoding="utf-8")
    for name in ("lexicon.ttl", "known.ttl"):
        (folder / name).write_text("", encoding="utf-8")
    shutil.copy(default_folder() / "claims.ttl", folder)
    (folder / "questions").mkdir(exist_ok=True)
    feeders = "# title: Who feeds whom\n# param: keeper — who feeds\nPREFIX z: <%s>\nPREFIX rdfs: <%s>\n"
    feeders += "SELECT ?who ?whom WHERE { VALUES ?keeper { UNDEF } ?keeper z:feeds ?animal ; rdfs:label ?who .\n"
    feeders += "?animal rdfs:label ?whom } ORDER BY ?who ?whom"
    (folder / "questions/who-feeds-whom.rq").write_text(feeders % (NS, RDFS), encoding="utf-8")
    return load_ontology(folder)


def extraction(article_id: str, text: str, *claims: Said, url: str = "", published: str = "2026-04-08") -> Extraction:
    """An article and its claims; keepers are the subjects that feed, houses what is lived in, all others animals."""
    article = Article(article_id, f"About {article_id}", text, published, url)
    kinds = {s: "Keeper" for s, p, *_ in claims if p == "feeds"}
    kinds |= {o: "House" for _, p, o, *_ in claims if p == "livesIn" and isinstance(o, str)}
    names = sorted({end for s, _, o, *_ in claims for end in (s, o) if isinstance(end, str)})
    found = []
    for s, p, o, status, words in claims:
        start = article.content.index(words)
        evidence = Evidence(article_id, Span(start, start + len(words)), words, "a phrase")
        role = Qualifier(CLAIM.role, Value("head keeper", XSD.string))
        when = Qualifier(CLAIM.date, Value("2026-04", XSD.gYearMonth))
        qualifiers = (role, when) if p == "feeds" else ()
        found.append(Claim(s, NS + p, o, status, 0.9, evidence, qualifiers))
    entities = tuple(Entity(name, NS + kinds.get(name, "Animal")) for name in names)
    return Extraction(article, entities, tuple(found))


MONDAY = extraction(
    "monday",
    "It rained. Ada feeds Leo at noon, and likes it. Ada may feed Mia.\nLeo likes Mia. Leo weighs 190. Leo bit Ivy. "
    "Leo was born on 2 May 2020. Leo cost 900 dollars. Leo lives in the den, and the den is in the old house.",
    ("Ada", "feeds", "Leo", Status.ASSERTED, "Ada feeds Leo"),
    ("Ada", "likes", "Leo", Status.REPORTED, "likes it"),
    ("Ada", "feeds", "Mia", Status.POSSIBLE, "Ada may feed Mia"),
    ("Leo", "likes", "Mia", Status.ASSERTED, "Leo likes Mia"),
    ("Leo", "weight", Value("190", XSD.integer), Status.ASSERTED, "Leo weighs 190"),
    ("Leo", "bit", "Ivy", Status.ASSERTED, "Leo bit Ivy"),
    ("Leo", "born", Value("2020-05-02", XSD.date), Status.ASSERTED, "Leo was born on 2 May 2020"),
    ("Leo", "cost", Value("900", SCHEMA.MonetaryAmount, "USD"), Status.ASSERTED, "Leo cost 900 dollars"),
    ("Leo", "livesIn", "the den", Status.ASSERTED, "Leo lives in the den"),
    ("the den", "livesIn", "the old house", Status.ASSERTED, "the den is in the old house"),
    url="https://example.org/monday",
)
TUESDAY = extraction(
    "tuesday",
    f"Mia likes Leo. Ada will feed Leo. Bob does not feed Mia. {HOSTILE} feeds Ivy. Ada has long fed Leo.",
    ("Mia", "likes", "Leo", Status.ASSERTED, "Mia likes Leo"),
    ("Ada", "feeds", "Leo", Status.PLANNED, "Ada will feed Leo"),
    ("Bob", "feeds", "Mia", Status.DENIED, "Bob does not feed Mia"),
    (HOSTILE, "feeds", "Ivy", Status.ASSERTED, f"{HOSTILE} feeds Ivy"),
    ("Ada", "feeds", "Leo", Status.ASSERTED, "Ada has long fed Leo"),
    url="javascript:document.title='owned'",
    published="2026-04-09",
)


def make_zoo(folder: Path) -> Graph:
    """The graph of both articles, in memory."""
    graph = Graph.open(ontology=make_ontology(folder))
    graph.add([MONDAY, TUESDAY])
    return graph
