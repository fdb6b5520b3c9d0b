"""What becomes of a graph when articles come, change and go: all that follows from them follows.

    articles ─► names ─► who is who ─► claims ─► facts ─► support
                                        └► copies ─────────┘

Each stage looks at what the one before has changed, and at nothing else, so the cost goes with what is new and what it
touches; each leaves in the draft what would stand there had all articles come at once.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Set
from typing import Any

import pyoxigraph as ox

from .draft import Draft
from .facts import update_facts
from .files import in_graph
from .identity import Group
from .model import Iri
from .names import Key, Local, Name, Usage
from .ontology import Ontology
from .registry import CORRECTIONS, Moved, Registry
from .said import ALONE, BESIDE, NAME, SKETCH, STATES, Said, own_quads
from .stories import seen_in, sketch_quads, update_stories
from .support import update_support

Node = ox.NamedNode
Articles = Mapping[Node, frozenset[ox.Quad]]  # what articles say, by their graphs; one that says nothing goes


def change_articles(draft: Draft, articles: Articles, ontology: Ontology) -> None:
    """Puts articles in a draft, in place of what they said before, and brings all that follows from them up to date."""
    registry = Registry(draft, ontology)
    stood = {graph: [*draft.quads(None, None, None, graph)] for graph in articles}
    old = {graph: Said(graph, own_quads(quads, ontology)) for graph, quads in stood.items()}
    new = {graph: Said(graph, quads) for graph, quads in articles.items() if quads}
    came = {graph: said.locals(ontology) for graph, said in new.items()}
    went = {graph: said.locals(ontology) for graph, said in old.items() if any(draft.quads(graph, SKETCH, None, graph))}
    draft.remove(quad for quads in stood.values() for quad in quads)
    _put(draft, registry, new, came)
    retold = update_stories(draft, {*went}, {*new})
    usages = _count(registry, [(old[g], went[g]) for g in went], [(new[g], came[g]) for g in came])
    things = {registry.meaning(name) for name in usages}
    moved = keep_names(registry, usages)
    things |= {registry.meaning(name) for name in usages} | {iri for pair in moved.values() for iri in pair}
    _update_what_holds(draft, registry, things - {""}, {*articles, *retold, *_resolve(draft, registry, new, moved)})


def change_corrections(draft: Draft, corrections: Set[ox.Triple], ontology: Ontology) -> None:
    """Puts people's corrections in place of those that were there, and brings all that follows up to date."""
    before = Registry(draft, ontology)
    touched = before.around(_corrected(before))
    wanted = [in_graph(t, CORRECTIONS) for t in corrections]
    draft.replace([*draft.quads(None, None, None, CORRECTIONS)], wanted)
    registry = Registry(draft, ontology)
    moved = registry.settle(touched | registry.around(_corrected(registry)))
    things = {iri for pair in moved.values() for iri in pair}
    _update_what_holds(draft, registry, things - {""}, _resolve(draft, registry, {}, moved))


def _update_what_holds(draft: Draft, registry: Registry, things: Set[Iri], articles: Set[Node]) -> None:
    """Brings facts and what they rest on up to date, where names of things, or what articles state, have changed."""
    views = (draft.before, draft)
    stated = (q.object for view in views for graph in articles for q in view.quads(None, STATES, None, graph))
    statements = {node for node in stated if isinstance(node, Node)}
    update_support(draft, update_facts(draft, registry, things, statements), articles)


def keep_names(registry: Registry, usages: Mapping[Name, Usage]) -> Moved:
    """Keeps how articles use names now, and finds what is meant wherever that may change it."""
    changed, aliases = [], set[Key]()
    used: dict[Key, dict[Name, Usage]] = defaultdict(dict)
    for name, usage in usages.items():
        used[name.key][name] = usage
    for key, mine in used.items():
        before = registry.group(key)
        names = {**before.names, **mine}
        after = Group(key, {name: usage for name, usage in names.items() if usage.called})
        # Names of one text are told apart by how often articles use them and by who stands beside them, too.
        if max(len(before.names), len(after.names)) > 1 or _traits(before, registry) != _traits(after, registry):
            changed.append(key)
            aliases |= {(alias, key[1]) for alias in _aliases(before, registry) ^ _aliases(after, registry)}
    around = registry.around(changed, aliases)
    for name, usage in usages.items():
        registry.put(name, usage)
        if not usage.called:
            registry.forget(name)
    return registry.settle(around | registry.around(changed, aliases))


def _aliases(group: Group, registry: Registry) -> Set[str]:
    return group.aliases(registry.ontology).keys()


def _traits(group: Group, registry: Registry) -> object:
    """All of a name, alone of its text, that identity depends on."""
    counts = bool(registry.corrections.different)
    return group.usual_type(registry.ontology), {
        name: (usage.first, {*usage.also}, {*usage.owned}, usage.articles if counts else 0)
        for name, usage in group.names.items()
    }


def _corrected(registry: Registry) -> set[Key]:
    pairs = registry.corrections.same | registry.corrections.different
    return {key for pair in pairs for iri in pair for key in registry.keys_of(iri)}


def _put(
    draft: Draft,
    registry: Registry,
    new: Mapping[Node, Said],
    locals: Mapping[Node, Mapping[Node, Local]],
) -> None:
    """Adds the graphs of articles, with all that can be said of each alone."""
    for graph, said in new.items():
        draft.add(said.quads)
        draft.add(sketch_quads(graph, said.content))
        for node, local in locals[graph].items():
            name = registry.node(local.name)
            beside = (ox.Quad(name, BESIDE, ox.Literal(maker), graph) for maker in local.beside)
            draft.add([ox.Quad(node, NAME, name, graph), *beside])


Spoken = Iterable[tuple[Said, Mapping[Node, Local]]]


def _count(registry: Registry, went: Spoken, came: Spoken) -> Mapping[Name, Usage]:
    """How articles use names now, for the names of those that went or came."""
    usages: dict[Name, Usage] = {}
    unsure: set[Name] = set()
    for times, articles in ((-1, went), (1, came)):
        for said, locals in articles:
            for local in locals.values():
                name = local.name
                if name not in usages:
                    usages[name] = registry.usage(name).copy()
                usages[name].count(local, times)
                if times > 0:
                    usages[name].first = min(usages[name].first, said.seen)
                elif usages[name].first == said.seen:
                    unsure.add(name)
    for name in unsure:
        users = registry.draft.quads(None, NAME, registry.node(name), None)
        usages[name].first = min((seen_in(registry.draft, quad.graph_name) for quad in users), default=Usage().first)
    return usages


def _resolve(draft: Draft, registry: Registry, new: Mapping[Node, Said], moved: Moved) -> set[Node]:
    """Ties entities and claims of new articles, and of those that use moved names, to things; gives these articles."""
    users: Any = {q.graph_name for name in moved for q in draft.quads(None, NAME, registry.node(name), None)}
    resolved: set[Node] = {*users, *new}
    for graph in resolved:
        quads = set(draft.quads(None, None, None, graph))
        said = new.get(graph) or Said(graph, own_quads(quads, registry.ontology))
        names: Any = {q.subject: q.object for q in quads if q.predicate == NAME}
        added = {q for q in quads - said.quads if q.predicate not in ALONE}
        draft.replace(added, said.resolved(names, registry.meant, registry.ontology))
    return resolved
