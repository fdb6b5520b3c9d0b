"""How two things hang together: the shortest chain of claims from one to the other, with the evidence for each step.

The search goes out from both ends, a step at a time from the end that has reached less, and asks for the ties of the
things that it comes to alone. Of chains of one length it takes the one with most that is asserted, and most surely.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

import pyoxigraph as ox

from .evidence import StoredClaim, Thing, claims_of, rows, thing_of
from .graph import Graph
from .model import Iri, Status
from .query import find_entity, label_of
from .vocab import ENTITY

Cost = tuple[int, Decimal, tuple[Iri, ...]]  # steps that nothing asserts, doubt, and the way here, to tell equals apart
_NO_COST: Cost = (0, Decimal(0), ())


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a chain: its two ends, and the claims that tie them, the surest of what is asserted first."""

    start: Thing
    end: Thing
    claims: tuple[StoredClaim, ...]


@dataclass(frozen=True, slots=True, repr=False)
class Chain:
    """Two things, whether anything leads from one to the other, and the steps that do."""

    start: Thing
    end: Thing
    found: bool
    steps: tuple[Step, ...] = ()

    def __len__(self) -> int:
        return len(self.steps)

    def __bool__(self) -> bool:
        return self.found

    def __repr__(self) -> str:
        if not self.found:
            return f"{self.start}\n    nothing that articles say leads to {self.end}"
        lines = [str(self.start)]
        for step in self.steps:
            claim = step.claims[0]
            lines += [f"    {claim}", f"    “{claim.quote.words}” {claim.quote.source}", str(step.end)]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        from .cards import card

        return card("chain", chain=self)


def find_chain(graph: Graph, one: str, other: str) -> Chain:
    """The shortest chain between the things with two names; QueryError if a name is none, or that of several things."""
    start, end = find_entity(graph, one), find_entity(graph, other)
    way = _way(graph, start, end)
    steps = tuple(_step(graph, a, b) for a, b in pairwise(way))
    return Chain(_thing(graph, start), _thing(graph, end), bool(way), steps)


def _way(graph: Graph, start: Iri, end: Iri) -> tuple[Iri, ...]:
    """The things of the best of the shortest chains, both ends among them; none if nothing ties the ends."""
    ways = {start: {start: _NO_COST}, end: {end: _NO_COST}}
    edges = {start: ways[start], end: ways[end]}
    while all(edges.values()):
        if meeting := ways[start].keys() & ways[end].keys():
            return min(_joined(ways[start][thing], thing, ways[end][thing]) for thing in meeting)[-1]
        origin = min((start, end), key=lambda each: (len(ways[each]), each))
        edges[origin] = _further(graph, edges[origin], ways[origin])
        ways[origin] |= edges[origin]
    return ()


def _further(graph: Graph, edge: Mapping[Iri, Cost], known: Mapping[Iri, Cost]) -> dict[Iri, Cost]:
    """The things one step beyond the edge, each with the least cost of coming to it."""
    found: dict[Iri, Cost] = {}
    for thing in sorted(edge):
        unasserted, doubt, way = edge[thing]
        for other, (more, less_sure) in _ties(graph, thing).items():
            cost = (unasserted + more, doubt + less_sure, (*way, thing))
            if other not in known and (other not in found or cost < found[other]):
                found[other] = cost
    return found


def _joined(here: Cost, thing: Iri, there: Cost) -> Cost:
    """The cost of a whole chain through a thing that both ends have come to, and the chain."""
    return here[0] + there[0], here[1] + there[1], (*here[2], thing, *reversed(there[2]))


def _ties(graph: Graph, thing: Iri) -> Mapping[Iri, tuple[int, Decimal]]:
    """What claims tie a thing to: whether that is unasserted, and the doubt of the surest claim."""
    found: dict[Iri, tuple[int, Decimal]] = {}
    for row in rows(graph, "chains/ties.rq", thing=ox.NamedNode(thing)):
        if row["other"].startswith(ENTITY) and row["other"] != thing:
            tie = int(row["asserted"] == "false"), 1 - Decimal(row["confidence"])
            found[row["other"]] = min(found.get(row["other"], tie), tie)
    return found


def _step(graph: Graph, start: Iri, end: Iri) -> Step:
    tying = [claim for claim in claims_of(graph, start) if end in (claim.subject.iri, claim.object.iri)]
    said = [claim for claim in tying if claim.status != Status.DENIED]
    claims = sorted(said, key=lambda claim: (claim.status != Status.ASSERTED, -claim.confidence))
    return Step(_thing(graph, start), _thing(graph, end), tuple(claims))


def _thing(graph: Graph, iri: Iri) -> Thing:
    told = rows(graph, "about/thing.rq", thing=ox.NamedNode(iri))
    kinds = [graph.ontology.label(row["class"]) for row in told if "class" in row]
    return thing_of(iri, label_of(graph, iri), min(kinds, default=""))
