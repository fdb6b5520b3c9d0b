"""The namespaces that the code may name: the system's own and those of standards, none of the domain."""


class Namespace(str):
    """An IRI prefix that makes IRIs: `OWL("Class")` or `OWL.Class`.

    >>> Namespace("http://example.org/#").Thing
    'http://example.org/#Thing'
    """

    __slots__ = ()

    def __call__(self, name: str) -> str:
        """The IRI of a name, whatever the name."""
        return f"{self}{name}"

    def __getattr__(self, name: str) -> str:
        if name.startswith("__"):
            raise AttributeError(name)
        return f"{self}{name}"


CLAIM = Namespace("https://w3id.org/technews-kg/claim#")
LEX = Namespace("https://w3id.org/technews-kg/lexicon#")
ENTITY = Namespace("https://w3id.org/technews-kg/entity/")
CLAIMS = Namespace("https://w3id.org/technews-kg/claim/")
ARTICLES = Namespace("https://w3id.org/technews-kg/article/")
NAMES = Namespace("https://w3id.org/technews-kg/name/")
SAID = Namespace("https://w3id.org/technews-kg/said/")

RDF = Namespace("http://www.w3.org/1999/02/22-rdf-syntax-ns#")
RDFS = Namespace("http://www.w3.org/2000/01/rdf-schema#")
OWL = Namespace("http://www.w3.org/2002/07/owl#")
XSD = Namespace("http://www.w3.org/2001/XMLSchema#")
SKOS = Namespace("http://www.w3.org/2004/02/skos/core#")
PROV = Namespace("http://www.w3.org/ns/prov#")
OA = Namespace("http://www.w3.org/ns/oa#")
DCTERMS = Namespace("http://purl.org/dc/terms/")
SD = Namespace("http://www.w3.org/ns/sparql-service-description#")
SCHEMA = Namespace("https://schema.org/")
AMOUNTS = Namespace("https://w3id.org/technews-kg/amount/")

PREFIXES = {
    "claim": CLAIM,
    "ent": ENTITY,
    "rdf": RDF,
    "rdfs": RDFS,
    "owl": OWL,
    "xsd": XSD,
    "skos": SKOS,
    "prov": PROV,
    "oa": OA,
    "dcterms": DCTERMS,
    "schema": SCHEMA,
}
