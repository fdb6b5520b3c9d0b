"""Candidate claims: the pairs of entities, or of an entity and a value, that an article brings together, and their
features.

What a feature says can be read off its name; `path=` follows Zhou et al. (2005) and Mintz et al. (2009): words and
grammar on the way between the two.
"""

import itertools
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from .claims import Match, Reading, follow
from .documents import Document
from .entities import Entities, publishes
from .lexicon import Lexicon
from .model import Iri, Kind, Value, local_name
from .syntax import Token
from .values import datatype_kind

MOST_PLACES = 4  # places of a pair that are looked at, the closest first
FARTHEST = 40  # tokens between the two ends of a pair in one sentence
LONGEST_SEQUENCE = 5  # words between that are kept as one feature
KINDS = (Kind.NAME, Kind.DESCRIPTION, Kind.PRONOUN)

Filler = int | Value
Spot = tuple[int, int]
Slots = tuple[set[str], set[str]]  # of a token: the properties whose subject it may be, and those whose object
Wanted = Callable[[int, Filler, Sequence[Spot]], bool]
_NO_SLOTS: Slots = (set(), set())


@dataclass(frozen=True)
class Pair:
    """Two things that an article brings together: a subject, an object or value, the tokens where, and their
    features.

    `counts` tells how they stand where they are nearest: tokens and sentences between them, whether the subject comes
    first, at how many places they meet, how many phrases hold of them, how often each is spoken of, by which kind of
    mention (0 name, 1 description, 2 pronoun), and in which sentence of how many.
    """

    subject: int
    object: Filler
    places: tuple[Spot, ...]
    features: tuple[tuple[str, ...], ...]
    shared: tuple[str, ...]
    fired: frozenset[Iri]
    counts: tuple[int, ...]


def find_pairs(reading: Reading, wanted: Wanted | None = None) -> Iterator[Pair]:
    """All pairs that stand in one sentence or in two that follow each other, nearest places first, if `wanted`."""
    fired: dict[tuple[int, Filler], list[Match]] = defaultdict(list)
    for match in reading.matches:
        fired[match.subject_entity, match.object_filler].append(match)
    context = _Context(reading.document, reading.entities, filled_slots(reading.document, reading.lexicon))
    for (subject, filler), places in context.places().items():
        nearest = tuple(sorted(places, key=lambda p: (context.apart(p), abs(p[0] - p[1]), p))[:MOST_PLACES])
        if wanted and not wanted(subject, filler, nearest):
            continue
        rules = fired.get((subject, filler), [])
        yield Pair(
            subject,
            filler,
            nearest,
            tuple(tuple(dict.fromkeys(context.place_features(p))) for p in nearest),
            tuple(dict.fromkeys(context.pair_features(subject, filler, places, rules))),
            frozenset(m.frame.property for m in rules),
            context.counts(nearest, rules),
        )


class _Context:
    """What the features of all pairs of one document share."""

    def __init__(self, document: Document, entities: Entities, filled: Mapping[int, Slots]) -> None:
        self.document, self.entities, self.filled = document, entities, filled
        self.doc = document.shadow
        self.sentence = document.sentence_of
        self.values: dict[int, Value] = {}
        for i, m in document.mention_of.items():
            value = document.mentions[m].value
            if value is not None:
                self.values[i] = value
        self.publisher = {n for n, e in enumerate(entities.all) if publishes(document.article, e)}
        self.words = [self._word(t) for t in self.doc]
        self.names = [e.name for e in entities.all]
        self.types = [local_name(e.type) for e in entities.all]
        ends = {*entities.of_token, *self.values}
        self.kinds = {i: self.kind(self.values.get(i, entities.of_token.get(i, 0))) for i in ends}
        self.mention_kinds = {i: str(entities.pointing.get(i, Kind.NAME)) for i in ends}
        self.first = {
            n: k for k, n in enumerate(dict.fromkeys(entities.of_token[i] for i in sorted(entities.of_token)))
        }

    def places(self) -> Mapping[tuple[int, Filler], list[Spot]]:
        """The tokens of each pair, in one sentence, or in two neighbouring ones where no sentence has both."""
        by_sentence: dict[int, list[tuple[int, Filler]]] = defaultdict(list)
        for i in sorted({*self.entities.of_token, *self.values}):
            filler: Filler = self.entities.of_token[i] if i in self.entities.of_token else self.values[i]
            by_sentence[self.sentence[i]].append((i, filler))
        near: dict[tuple[int, Filler], list[Spot]] = defaultdict(list)
        for here in by_sentence.values():
            self._join(here, here, near)
        beside: dict[tuple[int, Filler], list[Spot]] = defaultdict(list)
        for n, here in by_sentence.items():
            after = by_sentence.get(n + 1, [])
            self._join(here, after, beside)
            self._join(after, here, beside)
        return near | {pair: places for pair, places in beside.items() if pair not in near}

    def _join(
        self,
        left: list[tuple[int, Filler]],
        right: list[tuple[int, Filler]],
        into: dict[tuple[int, Filler], list[Spot]],
    ) -> None:
        for i, subject in left:
            for j, filler in right:
                if isinstance(subject, int) and subject != filler and abs(i - j) <= FARTHEST:
                    into[subject, filler].append((i, j))

    def apart(self, place: Spot) -> int:
        return abs(self.sentence[place[0]] - self.sentence[place[1]])

    def kind(self, filler: Filler) -> str:
        if isinstance(filler, int):
            return self.types[filler]
        return datatype_kind(filler.datatype)

    def counts(self, nearest: Sequence[Spot], rules: Sequence[Match]) -> tuple[int, ...]:
        """How two things stand to each other where they are nearest, see `Pair`."""
        a, b = nearest[0]
        fired = len({m.frame.property for m in rules})
        mentions = (len(self.entities.all[n].mentions) if (n := self.entities.of_token.get(i)) is not None else 1
                    for i in (a, b))  # fmt: skip
        kinds = (KINDS.index(self.entities.pointing.get(i, Kind.NAME)) for i in (a, b))
        return (
            abs(a - b), self.apart((a, b)), a < b, len(nearest), fired, *mentions, *kinds,
            self.sentence[a], self.sentence[-1] + 1,
        )  # fmt: skip

    def _word(self, token: Token) -> str:
        i = token.i
        if i in self.values:
            return f"<{datatype_kind(self.values[i].datatype)}>"
        if i in self.document.mention_of:
            n = self.entities.of_token.get(i)
            return f"<{self.types_at(n)}>"
        return token.lemma

    def types_at(self, n: int | None) -> str:
        return "name" if n is None else local_name(self.entities.all[n].type)

    # ── Features of a place ──

    def place_features(self, place: Spot) -> Iterator[str]:
        """Features of one place where the two stand: words between and around, and the grammar that joins them."""
        a, b = place
        order = "so" if a < b else "os"
        low, high = min(a, b), max(a, b)
        yield f"kinds={self.mention_kinds[a]}>{self.mention_kinds[b]}"
        left, right = self.filled.get(a, _NO_SLOTS)[0], self.filled.get(b, _NO_SLOTS)[1]
        yield from [f"half {name}" for name in sorted(left ^ right)]
        yield from [f"halves {name}" for name in sorted(left & right)]
        gap = high - low - 1
        yield f"gap={order}{gap if gap < 4 else '4-7' if gap < 8 else '8-15' if gap < 16 else '16+'}"
        between = self.words[low + 1 : high]
        if self.apart(place):
            yield f"apart|{order}"
            yield from (f"apart|{w}" for w in self._edges(low, high))
            return
        yield from (f"in={w}|{order}" for w in between[:14])
        yield from (f"in={v} {w}|{order}" for v, w in itertools.pairwise(between))
        if len(between) <= LONGEST_SEQUENCE:
            yield f"all={' '.join(between)}|{order}"
            yield f"all={' '.join(between)}|{order}|{self.kinds[a]}>{self.kinds[b]}"
        names = sum(1 for i in range(low + 1, high) if i in self.document.mention_of)
        yield f"names between={min(names, 4)}"
        yield from self._edges(low, high)
        yield from self._grammar(a, b, order)

    def _edges(self, low: int, high: int) -> Iterator[str]:
        if low:
            yield f"before={self.words[low - 1]}"
            if low > 1:
                yield f"before={self.words[low - 2]} {self.words[low - 1]}"
        if high + 1 < len(self.words):
            yield f"after={self.words[high + 1]}"
            if high + 2 < len(self.words):
                yield f"after={self.words[high + 1]} {self.words[high + 2]}"

    def _grammar(self, a: int, b: int, order: str) -> Iterator[str]:
        up, top, down = dependency_path(self.doc[a], self.doc[b])
        lemma = self.words[top.i]
        left = " ".join(t.dep_ for t in up)
        right = " ".join(t.dep_ for t in reversed(down))
        if len(up) + len(down) <= 7:
            yield f"path={left} ^{lemma} {right}"
            yield f"bare path={left} ^ {right}"
            yield f"bare path={left} ^ {right}|{self.kinds[a]}>{self.kinds[b]}"
            words = [self.words[t.i] for t in [*up[1:], *reversed(down[1:])]]
            yield f"full path={left} ^{lemma} {right}|{' '.join(words)}"
        yield f"path length={min(len(up) + len(down), 8)}"
        yield from (f"on path={self.words[t.i]}|{t.dep_}" for t in [*up[1:], *down[1:]])
        yield f"top={lemma}|{top.pos_}"
        yield f"top={lemma}|{up[-1].dep_ if up else 'self'}>{down[-1].dep_ if down else 'self'}"
        yield from (f"top child={c.lower_}" for c in top.children if c.dep_ in ("prt", "aux", "neg", "prep", "agent"))
        yield f"subject={self.doc[a].dep_}|{self.words[self.doc[a].head.i]}"
        yield f"object={self.doc[b].dep_}|{self.words[self.doc[b].head.i]}"
        yield f"object={self.doc[b].dep_}|{self.words[self.doc[b].head.i]}|{order}"
        yield from (f"object child={self.words[c.i]}" for c in self.doc[b].children if c.dep_ != "punct")
        yield from (f"subject child={self.words[c.i]}" for c in self.doc[a].children if c.dep_ != "punct")

    # ── Features of a pair ──

    def pair_features(
        self, subject: int, filler: Filler, places: Sequence[Spot], rules: Sequence[Match]
    ) -> Iterator[str]:
        """Features of a pair as a whole: classes, phrases that fired, and how the article speaks of the two."""
        s, o = self.types[subject], self.kind(filler)
        yield f"classes={s}>{o}"
        yield f"subject class={s}"
        yield f"object class={o}"
        yield from (f"phrase={m.frame.rule}" for m in rules)
        yield from (f"fires={local_name(m.frame.property)}" for m in rules)
        yield f"places={min(len(places), 4)}"
        yield f"same sentence={any(not self.apart(p) for p in places)}"
        yield f"subject first={min(self.first.get(subject, 9), 3)}"
        if subject in self.publisher:
            yield "subject publishes"
        if isinstance(filler, Value):
            yield f"digits={len(filler.lexical)}"
            yield f"form={filler.lexical if datatype_kind(filler.datatype) == 'term' else len(filler.lexical)}"
            return
        yield f"object first={min(self.first.get(filler, 9), 3)}"
        if filler in self.publisher:
            yield "object publishes"
            yield f"object publishes|{s}"
        yield from self._name_features(self.names[subject], self.names[filler])
        rivals = sum(1 for t in self.types if t == o)
        yield f"objects of class={min(rivals, 4)}"

    def _name_features(self, subject: str, filler: str) -> Iterator[str]:
        a, b = subject.lower(), filler.lower()
        if a.startswith(b):
            yield "subject begins with object"
        elif b.startswith(a):
            yield "object begins with subject"
        elif a.split()[0] == b.split()[0]:
            yield "first word shared"
        elif b in a:
            yield "subject has object"


def filled_slots(document: Document, lexicon: Lexicon) -> Mapping[int, Slots]:
    """For each token the properties whose subject it is, and whose object, by phrases that need not hold as a whole."""
    filled: dict[int, Slots] = defaultdict(lambda: (set(), set()))
    for head in document.shadow:
        if head.i in document.mention_of:
            continue
        for frame in lexicon.frames.get(head.lemma, ()):
            for slot, path in enumerate((frame.subject, frame.object)):
                for token in follow(head, path):
                    filled[token.i][slot].add(local_name(frame.property))
    return filled


def dependency_path(a: Token, b: Token) -> tuple[list[Token], Token, list[Token]]:
    """The tokens from `a` up to, not including, the lowest token above both, that token, and the tokens from `b`
    up to it.
    """
    above = [a, *a.ancestors]
    places = {t.i: n for n, t in enumerate(above)}
    down: list[Token] = []
    node = b
    while node.i not in places:
        down.append(node)
        if node.head is node:
            return above, node, down[:-1]
        node = node.head
    return above[: places[node.i]], node, down
