# A qualifier that names an entity of its article points to it too; the name stays beside it.
PREFIX claim: <https://w3id.org/technews-kg/claim#>
PREFIX owl: <http://www.w3.org/2002/07/owl#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>

DELETE { GRAPH ?article { ?claim ?qualifier ?old } }
INSERT { GRAPH ?article { ?claim ?qualifier ?entity } }
WHERE {
  GRAPH claim:ontology { ?qualifier a claim:Qualifier, owl:ObjectProperty }
  GRAPH ?article {
    ?claim ?qualifier ?name .
    ?local rdfs:label|skos:altLabel ?name ; claim:entity ?entity .
    OPTIONAL { ?claim ?qualifier ?old FILTER (isIRI(?old)) }
  }
  FILTER (isLiteral(?name) && (!BOUND(?old) || ?old != ?entity))
}
