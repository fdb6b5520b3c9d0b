# A claim speaks of the thing that its article's entity is.
PREFIX claim: <https://w3id.org/technews-kg/claim#>
PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>

DELETE { GRAPH ?article { ?claim rdf:subject ?old } }
INSERT { GRAPH ?article { ?claim rdf:subject ?entity } }
WHERE {
  GRAPH ?article {
    ?claim claim:subjectAsSaid ?local .
    ?local claim:entity ?entity .
    OPTIONAL { ?claim rdf:subject ?old }
  }
  FILTER (!BOUND(?old) || ?old != ?entity)
}
