"""The names that articles use, as the graph keeps them, and what they were found to mean.

    <name/flow_technology>    claim:text, claim:branch, claim:maker ; claim:first, the article that used it first ;
        claim:called "12 Flow" ; claim:alsoCalled "2 Flow AI" ; claim:calledA "12 <class>" ;     how often, and what
        claim:slug, claim:alias, claim:spelled ;                                                 to find it by
        claim:means <entity/flow>                                                                the thing
    <decision/HASH>           claim:between two names ; claim:reason ; claim:certainty ; claim:joined true or false
    <entity/flow_technology>  owl:sameAs <entity/flow>                                           each other IRI it has

All of it stands in claim:identity, is a function of the set of articles, and follows them one by one.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from decimal import Decimal
from hashlib import sha256

import pyoxigraph as ox

from .draft import Draft
from .errors import GraphError
from .identity import Corrections, Decision, Group, Link, Thing, find_links, find_things, name_iris, reach
from .model import Iri
from .names import Key, Name, Usage, full_slug, known_things, slug, slug_text, spellings
from .ontology import Ontology
from .quads import text_of
from .said import BESIDE
from .vocab import CLAIM, ENTITY, NAMES, OWL, RDF, XSD, Namespace

Node = ox.NamedNode
IDENTITY, CORRECTIONS = Node(CLAIM.identity), Node(CLAIM.corrections)
DECISIONS = Namespace("https://w3id.org/technews-kg/decision/")
MEANS = Node(CLAIM.means)
_TEXT, _BRANCH, _MAKER, _FIRST = (Node(CLAIM(name)) for name in ("text", "branch", "maker", "first"))
_SLUG, _ALIAS, _SPELLED, _BETWEEN = (Node(CLAIM(name)) for name in ("slug", "alias", "spelled", "between"))
_SAME, _DIFFERENT = Node(OWL.sameAs), Node(OWL.differentFrom)
_TALLIES = {CLAIM(kind): kind for kind in Usage().tallies()}
_MANY = 3  # names that have one alias: more need not be looked at, for the alias means none of them

Moved = Mapping[Name, tuple[Iri, Iri]]  # what names meant before and mean now; empty where there was or is nothing


class Registry:
    """The names in a draft of the graph; `identity` looks them up here."""

    def __init__(self, draft: Draft, ontology: Ontology) -> None:
        """The names as the draft has them now."""
        self.draft = draft
        self.ontology = ontology
        self.corrections = read_corrections(draft)
        self._usages: dict[str, tuple[Name, Usage]] = {}
        self._groups: dict[Key, Group] = {}
        self._links: dict[Key, list[Link]] = {}
        self._near: dict[tuple[str, Iri], list[Key]] = {}
        self._holders: dict[str, Name | None] = {}
        self._meant: dict[str, Iri] = {}

    def node(self, name: Name) -> Node:
        """The node of a name."""
        return Node(NAMES(full_slug(name, self.ontology)))

    def usage(self, name: Name) -> Usage:
        """How articles use a name; all sums are empty if none does."""
        return self.group(name.key).names.get(name) or Usage()

    def group(self, key: Key) -> Group:
        """The names of a text and branch."""
        if key not in self._groups:
            read = (self._read(node) for node in self._find(_SLUG, slug(key[0])))
            self._groups[key] = Group(key, {name: usage for name, usage in read if name.key == key})
        return self._groups[key]

    def users(self, alias: str, branch: Iri) -> Set[Key]:
        """The keys of names that have an alias: all if there are few, some if there are many."""
        found: set[Key] = set()
        for node in self._find(_ALIAS, f"{alias} ({self.ontology.label(branch)})"):
            found.add((self._text(node), branch))
            if len(found) == _MANY:
                break
        return found

    def near(self, spelling: str, branch: Iri) -> Sequence[Key]:
        """The keys of names that have a key of their spelling (`names.spellings`)."""
        if (spelling, branch) not in self._near:
            found = self._find(_SPELLED, f"{spelling} ({self.ontology.label(branch)})")
            self._near[spelling, branch] = [(self._text(node), branch) for node in found]
        return self._near[spelling, branch]

    def sharing(self, text: str) -> dict[Name, Usage]:
        """The names with the slug of a text."""
        return dict(self._read(node) for node in self._find(_SLUG, text))

    def holder(self, text: str) -> Name | None:
        """Of the names with a slug, the one that an article used first."""

        def age(item: tuple[Name, Usage]) -> tuple[tuple[str, str], str, str, tuple[str, ...]]:
            name, usage = item
            return usage.first, name.text, self.ontology.label(name.branch), name.makers

        if text not in self._holders:
            found = self.sharing(text)
            self._holders[text] = min(found.items(), key=age)[0] if found else None
        return self._holders[text]

    def links(self, key: Key) -> list[Link]:
        """The links of a name, found once."""
        if key not in self._links:
            self._links[key] = find_links(key, self)
        return self._links[key]

    def stand_beside(self, name: Name, makers: Iterable[str]) -> bool:
        """Whether an article that uses a name also names one of some who could have made the thing."""
        node = self.node(name)
        return any(any(self.draft.quads(node, BESIDE, ox.Literal(maker), None)) for maker in makers)

    def keys_of(self, iri: Iri) -> Iterator[Key]:
        """The keys of the names that an IRI is one of."""
        yield from known_things(self.ontology).names.get(iri, ())
        end = iri.removeprefix(ENTITY)
        if _has(self.draft, Node(NAMES(end))):
            yield self._read(Node(NAMES(end)))[0].key
        elif holder := self.holder(end):
            yield holder.key

    def put(self, name: Name, usage: Usage) -> None:
        """Keeps how articles use a name, in place of what was kept; a name that none uses is forgotten."""
        node = self.node(name)
        before, after = self.usage(name), usage
        self.draft.replace(*(self._quads(node, name, each) if each.called else () for each in (before, after)))
        if not (before.called and after.called):
            for spelling in spellings(name.text):
                self._near.pop((spelling, name.branch), None)
        self._usages.pop(node.value, None)
        self._groups.pop(name.key, None)
        self._holders.pop(slug(name.text), None)
        self._links.clear()

    def meaning(self, name: Name) -> Iri:
        """The thing that a name means, or nothing yet."""
        return self.meant(self.node(name))

    def meant(self, node: Node) -> Iri:
        """The thing that the name of a node means, or nothing yet."""
        if node.value not in self._meant:
            found = self.draft.quads(node, MEANS, None, IDENTITY)
            self._meant[node.value] = next((text_of(quad.object) for quad in found), "")
        return self._meant[node.value]

    def names_of(self, iri: Iri) -> Iterator[Node]:
        """The nodes of the names that mean a thing."""
        for quad in self.draft.quads(None, MEANS, Node(iri), IDENTITY):
            assert isinstance(quad.subject, Node)
            yield quad.subject

    def around(self, keys: Iterable[Key], aliases: Iterable[Key] = ()) -> set[Key]:
        """The keys whose meaning may change with the usage of some, among them aliases that came or went.

        It is asked before and after. Of aliases that stay, as many names have them as before, and links lead there.
        """
        found: set[Key] = set()
        for key in keys:
            alike = {name.key for name in self.sharing(slug(key[0]))} | {key}
            found |= alike | {end for each in alike for link in self.links(each) for end in (link.one, link.other)}
        for alias in aliases:
            users = self.users(*alias)
            found |= {alias, *users} if len(users) < _MANY else set()
        return found

    def settle(self, keys: Set[Key]) -> Moved:
        """Finds anew what names mean, and all that they are linked with, and keeps what was found."""
        things: list[Thing] = []
        decisions: list[Decision] = []
        seen: set[Key] = set()
        for key in sorted(keys):
            if key not in seen and self.group(key).names:
                linked, links = reach(key, self)
                seen |= linked
                found, decided = find_things(linked, links, self)
                things += found
                decisions += decided
        names = [name for thing in things for name in thing.names]
        self._keep_decisions(names, decisions)
        return self._keep_things(things)

    def forget(self, name: Name) -> None:
        """Takes away what was found about a name that no article uses any more."""
        node = self.node(name)
        for quad in [*self.draft.quads(None, _BETWEEN, node, IDENTITY)]:
            self.draft.remove([*self.draft.quads(quad.subject, None, None, IDENTITY)])
        self.draft.remove([*self.draft.quads(node, MEANS, None, IDENTITY)])
        self._meant[node.value] = ""
        for end in (full_slug(name, self.ontology), slug(name.text)):
            self.draft.remove([*self.draft.quads(Node(ENTITY(end)), _SAME, None, IDENTITY)])

    def _find(self, predicate: Node, text: str) -> Iterator[Node]:
        for quad in self.draft.quads(None, predicate, ox.Literal(text), IDENTITY):
            assert isinstance(quad.subject, Node)
            yield quad.subject

    def _text(self, node: Node) -> str:
        text = slug_text(node.value.removeprefix(NAMES))
        if text is None:
            (quad,) = self.draft.quads(node, _TEXT, None, IDENTITY)
            text = text_of(quad.object)
        return text

    def _read(self, node: Node) -> tuple[Name, Usage]:
        if node.value not in self._usages:
            usage, said = Usage(), {"": ""}
            tallies, makers = usage.tallies(), []
            for quad in self.draft.quads(node, None, None, IDENTITY):
                value = text_of(quad.object)
                if kind := _TALLIES.get(quad.predicate.value):
                    count, _, what = value.partition(" ")
                    tallies[kind][what] = int(count)
                elif quad.predicate == _MAKER:
                    makers.append(value)
                else:
                    said[quad.predicate.value] = value
            day, _, article = said[_FIRST.value].partition(" ")
            usage.first = day, article
            name = Name(said[_TEXT.value], said[_BRANCH.value], tuple(sorted(makers)))
            self._usages[node.value] = name, usage
        return self._usages[node.value]

    def _quads(self, node: Node, name: Name, usage: Usage) -> Iterator[ox.Quad]:
        place = f"({self.ontology.label(name.branch)})"
        aliases = Group(name.key, {name: usage}).aliases(self.ontology)
        values: list[tuple[Node, str]] = [(_TEXT, name.text), (_SLUG, slug(name.text)), (_FIRST, " ".join(usage.first))]
        values += [(_MAKER, maker) for maker in name.makers]
        values += [(_ALIAS, f"{alias} {place}") for alias in aliases]
        values += [(_SPELLED, f"{spelling} {place}") for spelling in spellings(name.text)]
        for kind, tally in usage.tallies().items():
            values += [(Node(CLAIM(kind)), f"{count} {what}") for what, count in tally.items()]
        yield ox.Quad(node, Node(RDF.type), Node(CLAIM.Name), IDENTITY)
        yield ox.Quad(node, _BRANCH, Node(name.branch), IDENTITY)
        yield from (ox.Quad(node, predicate, ox.Literal(text), IDENTITY) for predicate, text in values)

    def _keep_things(self, things: Sequence[Thing]) -> Moved:
        moved: dict[Name, tuple[Iri, Iri]] = {}
        redirects: set[tuple[Iri, Iri]] = set()
        for thing in things:
            redirects |= {(iri, thing.iri) for iri in thing.redirects}
            for name in thing.names:
                before = self.meaning(name)
                if before != thing.iri:
                    moved[name] = before, thing.iri
        ends = {iri for thing in things for name in thing.names for iri in name_iris(name, self)}
        old = [quad for end in ends for quad in self.draft.quads(Node(end), _SAME, None, IDENTITY)]
        self.draft.replace(old, [ox.Quad(Node(a), _SAME, Node(b), IDENTITY) for a, b in redirects])
        for name, (_, after) in moved.items():
            node = self.node(name)
            new = ox.Quad(node, MEANS, Node(after), IDENTITY)
            self.draft.replace([*self.draft.quads(node, MEANS, None, IDENTITY)], [new])
            self._meant[node.value] = after
        return moved

    def _keep_decisions(self, names: Iterable[Name], decisions: Iterable[Decision]) -> None:
        old = {quad.subject for name in names for quad in self.draft.quads(None, _BETWEEN, self.node(name), IDENTITY)}
        before = [quad for node in old for quad in self.draft.quads(node, None, None, IDENTITY)]
        self.draft.replace(before, [quad for each in decisions for quad in self._decision(each)])

    def _decision(self, decision: Decision) -> Iterator[ox.Quad]:
        ends = sorted((self.node(decision.one), self.node(decision.other)), key=str)
        text = json.dumps([*map(str, ends), decision.reason])
        node = Node(DECISIONS(sha256(text.encode()).hexdigest()[:20]))
        score = ox.Literal(format(Decimal(str(decision.score)).normalize(), "f"), datatype=Node(XSD.decimal))
        values: list[tuple[str, Node | ox.Literal]] = [(CLAIM.between, end) for end in ends]
        values += [(RDF.type, Node(CLAIM.Decision)), (CLAIM.reason, ox.Literal(decision.reason))]
        values += [(CLAIM.certainty, score), (CLAIM.joined, ox.Literal(decision.joined))]
        yield from (ox.Quad(node, Node(predicate), value, IDENTITY) for predicate, value in values)


def _has(draft: Draft, node: Node) -> bool:
    return next(draft.quads(node, _TEXT, None, IDENTITY), None) is not None


def read_corrections(draft: Draft) -> Corrections:
    """What the graph keeps of people's corrections."""

    def pairs(predicate: Node) -> frozenset[tuple[Iri, Iri]]:
        quads = draft.quads(None, predicate, None, CORRECTIONS)
        return frozenset((text_of(quad.subject), text_of(quad.object)) for quad in quads)

    return Corrections(pairs(_SAME), pairs(_DIFFERENT))


def parse_corrections(text: str, place: str) -> frozenset[ox.Triple]:
    """The corrections in a Turtle text; GraphError if it says anything else, or contradicts itself."""
    try:
        triples = frozenset(quad.triple for quad in ox.parse(text.encode(), format=ox.RdfFormat.TURTLE))
    except (SyntaxError, UnicodeEncodeError) as error:
        raise GraphError(f"{place}: not well-formed Turtle: {' '.join(str(error).split())}") from error
    return consistent(triples, place)


def consistent(triples: Set[ox.Triple], place: str) -> frozenset[ox.Triple]:
    """The corrections, as they are; GraphError if they are none, or contradict each other."""
    parent: dict[object, object] = {}

    def root(term: object) -> object:
        while term in parent:
            term = parent[term]
        return term

    for triple in triples:
        ends = (triple.subject, triple.object)
        fits = all(isinstance(end, Node) and end.value.startswith(ENTITY) for end in ends)
        if triple.predicate not in (_SAME, _DIFFERENT) or not fits:
            raise GraphError(
                f"{place}: only entities owl:sameAs or owl:differentFrom entities can stand here: {triple}"
            )
        if triple.predicate == _SAME and root(triple.subject) != root(triple.object):
            parent[root(triple.subject)] = root(triple.object)
    for triple in sorted(triples, key=str):
        if triple.predicate == _DIFFERENT and root(triple.subject) == root(triple.object):
            raise GraphError(f"{place}: {triple.subject} and {triple.object} are said to be both one and different")
    return frozenset(triples)
