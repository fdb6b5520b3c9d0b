# A claim ties its subject to the thing that its article's entity is.
PREFIX claim: <https://w3id.org/technews-kg/claim#>
PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>

DELETE { GRAPH ?article { ?claim rdf:object ?old } }
INSERT { GRAPH ?article { ?claim rdf:object ?entity } }
WHERE {
  GRAPH ?article {
    ?claim claim:objectAsSaid ?local .
    ?local claim:entity ?entity .
    OPTIONAL { ?claim rdf:object ?old }
  }
  FILTER (!BOUND(?old) || ?old != ?entity)
}
