"""What stands in an article's graph, read back from its quads, and what identity adds to it.

The article's own quads (`quads.article_quads`) depend on it alone. Added are, once it is known who is who,
`claim:name` and `claim:entity` of its entities, `rdf:subject` and `rdf:object` of its claims, the entity that a
qualifier names, `claim:states`, which leads from an asserted claim to what it states, `claim:calledBeside`, which
leads from a name to who could have made the thing, and `claim:band`, which finds its copies.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from hashlib import sha256
from typing import Any

import pyoxigraph as ox

from .draft import Term
from .model import Iri
from .names import Local, Name, branch, known_things, legal_forms, normalise, owning, seen, split_owner, telling_apart
from .ontology import Ontology
from .quads import text_of
from .vocab import CLAIM, DCTERMS, ENTITY, OWL, RDF, RDFS, SAID, SKOS

Node = ox.NamedNode
NAME, ENTITY_OF, STATES, BAND, SKETCH = (Node(CLAIM(name)) for name in ("name", "entity", "states", "band", "sketch"))
BESIDE = Node(CLAIM.calledBeside)
SUBJECT, PREDICATE, OBJECT = (Node(RDF(name)) for name in ("subject", "predicate", "object"))
_SUBJECT_SAID, _OBJECT_SAID = Node(CLAIM.subjectAsSaid), Node(CLAIM.objectAsSaid)
_STATUS, _ASSERTED, _CLASS = Node(CLAIM.status), Node(CLAIM.asserted), Node(CLAIM.mentionedClass)
_LABEL, _ALSO = Node(RDFS.label), Node(SKOS.altLabel)
ALONE = {BAND, BESIDE, SKETCH}  # added from what the article says, whoever is who
_ADDED = {NAME, ENTITY_OF, STATES, SUBJECT, *ALONE}


def own_quads(quads: Iterable[ox.Quad], ontology: Ontology) -> frozenset[ox.Quad]:
    """The quads of an article's graph without those that are added to it."""
    quads = list(quads)
    with_object = {quad.subject for quad in quads if quad.predicate == _OBJECT_SAID}
    linking = _linking(ontology)
    return frozenset(
        quad
        for quad in quads
        if quad.predicate not in _ADDED
        and not (quad.predicate == OBJECT and quad.subject in with_object)
        and not (quad.predicate in linking and isinstance(quad.object, Node) and _is_thing(quad.object))
    )


def _is_thing(node: Node) -> bool:
    return node.value.startswith(ENTITY)


@lru_cache(maxsize=4)
def _linking(ontology: Ontology) -> frozenset[Node]:
    """The qualifiers that can name an entity."""
    kinds: dict[Iri, set[Iri]] = defaultdict(set)
    for iri, kind in ontology.values(None, RDF.type):
        kinds[iri].add(kind)
    return frozenset(Node(iri) for iri, of in kinds.items() if {CLAIM.Qualifier, OWL.ObjectProperty} <= of)


def statement_iri(subject: Node, predicate: Node, object: Term) -> Node:
    """The node of what claims state, a hash of its three terms."""
    text = json.dumps([str(subject), str(predicate), str(object)])
    return Node(SAID(sha256(text.encode()).hexdigest()[:20]))


@dataclass(frozen=True)
class Said:
    """An article's own quads, to be asked."""

    graph: Node
    quads: frozenset[ox.Quad]

    @cached_property
    def _by_subject(self) -> Mapping[Term, Mapping[Node, list[ox.Quad]]]:
        found: dict[Term, dict[Node, list[ox.Quad]]] = defaultdict(lambda: defaultdict(list))
        for quad in self.quads:
            found[quad.subject][quad.predicate].append(quad)
        return found

    def values(self, subject: Term, predicate: Node) -> list[str]:
        """The texts or IRIs of a subject's predicate, sorted."""
        return sorted(text_of(quad.object) for quad in self._by_subject.get(subject, {}).get(predicate, ()))

    def _one(self, subject: Term, predicate: Node) -> Any:
        """The one value of a subject's predicate, None if it has none."""
        found = self._by_subject.get(subject, {}).get(predicate, ())
        return found[0].object if found else None

    @property
    def content(self) -> str:
        """The whole text of the article."""
        return "".join(self.values(self.graph, Node(CLAIM.content)))

    @cached_property
    def seen(self) -> tuple[str, str]:
        """The place of the article in time: its day and its id."""
        days = self.values(self.graph, Node(DCTERMS.issued))
        return seen(days[0] if days else "", "".join(self.values(self.graph, Node(DCTERMS.identifier))))

    @cached_property
    def _entities(self) -> list[Node]:
        return self._nodes_with(_CLASS)

    @cached_property
    def _claims(self) -> list[Node]:
        return self._nodes_with(_SUBJECT_SAID)

    def _nodes_with(self, predicate: Node) -> list[Node]:
        nodes = (node for node, of in self._by_subject.items() if predicate in of)
        return sorted((node for node in nodes if isinstance(node, Node)), key=str)

    def locals(self, ontology: Ontology) -> Mapping[Node, Local]:
        """The article's entities by their nodes, as names of the whole graph."""
        plain = {node: self._plain(node, ontology) for node in self._entities}
        ties = [(s, p, o) for claim in self._claims for s, p, o in self._tie(claim)]
        kinds = {plain[o][1] for _, p, o in ties if p in telling_apart(ontology)}
        beside = {text for node, (text, kind) in plain.items() if kind in kinds for text in self._texts(node, ontology)}
        return {node: self._local(node, plain, ties, beside, ontology) for node in self._entities}

    def _local(
        self,
        node: Node,
        plain: Mapping[Node, tuple[str, Iri]],
        ties: list[tuple[Node, Iri, Node]],
        beside: set[str],
        ontology: Ontology,
    ) -> Local:
        text, kind = plain[node]
        called = self.values(node, _LABEL)[0]
        makers = {plain[o][0] for s, p, o in ties if s == node and p in telling_apart(ontology) and plain[o][0] != text}
        known = known_things(ontology)
        thing = known.iris.get((text, kind))
        if thing and thing not in known.makers and thing not in known.ambiguous:
            makers = set()  # a well-known name is one thing, whatever an article says of its makers
        owners = {plain[o][0] for s, p, o in ties if s == node and p in owning(ontology)}
        owned = {f"{owner} {text}" for owner in owners if not f"{text} ".startswith(f"{owner} ")}
        owned |= self._possessed(called, plain, ontology, kind)
        return Local(
            Name(text, kind, tuple(sorted(makers))),
            called,
            self.values(node, _CLASS)[0],
            frozenset(self.values(node, _ALSO)),
            frozenset(owned),
            frozenset(beside) if makers else frozenset(),
        )

    def _plain(self, node: Node, ontology: Ontology) -> tuple[str, Iri]:
        kind = self.values(node, _CLASS)[0]
        return normalise(self.values(node, _LABEL)[0], legal_forms(kind, ontology)), branch(kind, ontology)

    def _texts(self, node: Node, ontology: Ontology) -> set[str]:
        forms = legal_forms(self.values(node, _CLASS)[0], ontology)
        return {normalise(name, forms) for name in (*self.values(node, _LABEL), *self.values(node, _ALSO))}

    def _possessed(self, called: str, plain: Mapping[Node, tuple[str, Iri]], ontology: Ontology, kind: Iri) -> set[str]:
        """What a possessive name means without its owner, if the owner is somebody: Alphabet's Google, not Moody's."""
        if not (parts := split_owner(called)):
            return set()
        owner = normalise(parts[0])
        somebody = owner in known_things(ontology).texts or any(text == owner for text, _ in plain.values())
        return {normalise(parts[1], legal_forms(kind, ontology))} if somebody else set()

    def _tie(self, claim: Node) -> Iterator[tuple[Node, Iri, Node]]:
        """What an asserted claim ties to what, as the article names them."""
        said = self._one(claim, _OBJECT_SAID)
        if said and self._one(claim, _STATUS) == _ASSERTED:
            yield self._one(claim, _SUBJECT_SAID), text_of(self._one(claim, PREDICATE)), said

    def resolved(
        self, names: Mapping[Node, Node], means: Callable[[Node], Iri], ontology: Ontology
    ) -> Iterator[ox.Quad]:
        """What identity adds: from the names of the article's entities, and the things that these mean."""
        things = {node: Node(means(name)) for node, name in names.items()}
        for node, thing in things.items():
            yield ox.Quad(node, NAME, names[node], self.graph)
            yield ox.Quad(node, ENTITY_OF, thing, self.graph)
        for claim in self._claims:
            subject, said = things[self._one(claim, _SUBJECT_SAID)], self._one(claim, _OBJECT_SAID)
            object = things[said] if said else self._one(claim, OBJECT)
            yield ox.Quad(claim, SUBJECT, subject, self.graph)
            if said:
                yield ox.Quad(claim, OBJECT, object, self.graph)
            if self._one(claim, _STATUS) == _ASSERTED:
                yield ox.Quad(claim, STATES, statement_iri(subject, self._one(claim, PREDICATE), object), self.graph)
            yield from self._named_qualifiers(claim, things, ontology)

    def _named_qualifiers(self, claim: Node, things: Mapping[Node, Node], ontology: Ontology) -> Iterator[ox.Quad]:
        """A qualifier that names an entity of its article points to it too; the name stays beside it."""
        for qualifier in _linking(ontology) & self._by_subject[claim].keys():
            for name in self.values(claim, qualifier):
                for node, thing in things.items():
                    if name in self.values(node, _LABEL) or name in self.values(node, _ALSO):
                        yield ox.Quad(claim, qualifier, thing, self.graph)
