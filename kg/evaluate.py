"""How well extractions agree with annotated articles, micro-averaged: precision, recall and F1 of five things.

    entities    a name or alias of the extracted entity is one of the annotated entity
    typed       and its class is the annotated one
    relations   property, subject and object are right, whatever the status
    claims      and the status too: the figure to quote
    facts       asserted claims alone, on both sides

What annotators differed on ("optional") counts neither for nor against.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from .gold import Gold, normal_value
from .model import Extraction, Status, local_name
from .ontology import Ontology
from .vocab import LEX, OWL, RDF

MEASURES = ("entities", "typed", "relations", "claims", "facts")
GROUPINGS = ("property", "status", "rule", "class")

Record = Mapping[str, Any]
Key = tuple[str, object, object]  # what a claim says, of annotated entities by number and of others by name
_LEGAL_FORM = re.compile(r"\b(?:inc|corp|corporation|ltd|llc|plc|co|gmbh|holdings|platforms)\b\.?$")


@dataclass(frozen=True, slots=True)
class Score:
    """How many are right, of those found and of those wanted."""

    right: int = 0
    found: int = 0
    wanted: int = 0

    @property
    def precision(self) -> float:
        """The part of those found that is right."""
        return self.right / self.found if self.found else 0.0

    @property
    def recall(self) -> float:
        """The part of those wanted that is found."""
        return self.right / self.wanted if self.wanted else 0.0

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall.

        >>> Score(right=1, found=2, wanted=1).f1
        0.6666666666666666
        """
        total = self.found + self.wanted
        return 2 * self.right / total if total else 0.0

    def __add__(self, other: "Score") -> "Score":
        return Score(self.right + other.right, self.found + other.found, self.wanted + other.wanted)


@dataclass(frozen=True, slots=True)
class Scores:
    """The five measures by name, and parts of them by grouping ("property", "status", "rule", "class") and group."""

    totals: Mapping[str, Score]
    groups: Mapping[str, Mapping[str, Score]]


def evaluate(gold: Iterable[Gold], extractions: Iterable[Extraction], ontology: Ontology) -> Scores:
    """The scores of extractions against annotated articles, matched by id; a missing extraction found nothing."""
    records: dict[str, Record] = {e.article.id: e.record() for e in extractions}
    forms = Forms.of(ontology)
    totals = dict.fromkeys(MEASURES, Score())
    groups: dict[str, dict[str, Score]] = {name: defaultdict(Score) for name in GROUPINGS}
    for each in gold:
        pair = Comparison(each, records.get(each.article.id, {"entities": [], "claims": []}), forms)
        for measure, score in pair.totals().items():
            totals[measure] += score
        for grouping in GROUPINGS:
            for group, score in pair.groups(grouping).items():
                groups[grouping][group] += score
    return Scores(totals, {name: dict(scores) for name, scores in groups.items()})


@dataclass(frozen=True)
class Forms:
    """The local names of properties that hold in both directions, and of those that values fill."""

    symmetric: frozenset[str]
    literal: frozenset[str]

    @classmethod
    def of(cls, ontology: Ontology) -> "Forms":
        """What an ontology says of its properties."""
        kinds = list(ontology.values(None, RDF.type))
        symmetric = frozenset(local_name(iri) for iri, kind in kinds if kind == OWL.SymmetricProperty)
        literal = {iri for iri, kind in kinds if kind == OWL.DatatypeProperty}
        literal |= {iri for iri, _ in ontology.values(None, LEX.value)}
        return cls(symmetric, frozenset(map(local_name, literal)))


@dataclass(frozen=True)
class Comparison:
    """An annotated article beside what was extracted from it."""

    gold: Gold
    found: Record
    forms: Forms

    def totals(self) -> Mapping[str, Score]:
        """The five measures of this article."""
        matched = {n for n in self._entities if n not in self._optional}
        typed = {n for n in matched if self._entities[n].get("type") in self._classes(n)}
        entities = len(self.found["entities"]) - len(self._optional & set(self._entities))
        wanted = len(self.gold.entities) - len(self._optional)
        said, stated = self._wanted, self._found
        facts, stated_facts = _asserted(said), _asserted(stated)
        right = sum(said[key] == stated.get(key) for key in said)
        return {
            "entities": Score(len(matched), entities, wanted),
            "typed": Score(len(typed), entities, wanted),
            "relations": Score(len(said.keys() & stated.keys()), len(stated), len(said)),
            "claims": Score(right, len(stated), len(said)),
            "facts": Score(len(facts & stated_facts), len(stated_facts), len(facts)),
        }

    def groups(self, grouping: str) -> Mapping[str, Score]:
        """The claims by property, status or the rule that read them; the typed entities by class."""
        if grouping == "class":
            return self._by_class()
        group_of: Mapping[str, Callable[[Key], str]] = {
            "property": lambda key: key[0],
            "status": lambda key: self._found[key],
            "rule": lambda key: self._stated[key]["rule"],
        }
        found = group_of[grouping]
        right = Counter(found(key) for key in self._found if self._wanted.get(key) == self._found[key])
        stated = Counter(map(found, self._found))
        said: Counter[str] = Counter()
        if grouping != "rule":  # what should have been read has no rule
            said.update(self._wanted.values() if grouping == "status" else (key[0] for key in self._wanted))
        return {name: Score(right[name], stated[name], said[name]) for name in stated.keys() | said.keys()}

    def _by_class(self) -> Mapping[str, Score]:
        scores: dict[str, Score] = defaultdict(Score)
        for n, entity in enumerate(self.gold.entities):
            if n not in self._optional:
                match = self._entities.get(n)
                right = match is not None and match.get("type") in self._classes(n)
                scores[match["type"] if match and right else entity["type"]] += Score(right, 0, 1)
        ignored = [id(self._entities[n]) for n in self._optional & self._entities.keys()]
        for entity in self.found["entities"]:
            if id(entity) not in ignored:
                scores[entity["type"]] += Score(0, 1, 0)
        return scores

    @cached_property
    def _optional(self) -> frozenset[int]:
        return frozenset(n for n, entity in enumerate(self.gold.entities) if entity.get("optional"))

    def _classes(self, number: int) -> tuple[str | None, ...]:
        entity = self.gold.entities[number]
        return entity["type"], entity.get("type_alternative", entity["type"])

    @cached_property
    def _numbers(self) -> Mapping[str, int]:
        """The annotated entity that bears each name; the first where several do."""
        numbers: dict[str, int] = {}
        for n, entity in enumerate(self.gold.entities):
            for name in _names(entity):
                numbers.setdefault(name, n)
        return numbers

    @cached_property
    def _matches(self) -> list[int | None]:
        """The annotated entity that each extracted one is: by its name, else by an alias."""
        order = ([normal_name(entity["name"]), *sorted(_names(entity))] for entity in self.found["entities"])
        return [next((self._numbers[name] for name in names if name in self._numbers), None) for names in order]

    @cached_property
    def _entities(self) -> Mapping[int, Record]:
        """The first extracted entity that is each annotated one."""
        first: dict[int, Record] = {}
        for entity, number in zip(self.found["entities"], self._matches, strict=True):
            if number is not None:
                first.setdefault(number, entity)
        return first

    @cached_property
    def _wanted(self) -> Mapping[Key, str]:
        claims = [claim for claim in self.gold.claims if not claim.get("optional")]
        return {self._key(claim, self._numbers.get): claim["status"] for claim in claims}

    @cached_property
    def _stated(self) -> Mapping[Key, Record]:
        """The first extracted claim that says each thing, but for what annotators differed on."""
        links: dict[str, int | None] = {}
        for entity, number in zip(self.found["entities"], self._matches, strict=True):
            for name in _names(entity):
                links.setdefault(name, number)
        optional = {self._key(c, self._numbers.get) for c in self.gold.claims if c.get("optional")}
        stated: dict[Key, Record] = {}
        for claim in self.found["claims"]:
            key = self._key(claim, lambda name: links.get(name, self._numbers.get(name)))
            if key not in optional - self._wanted.keys():
                stated.setdefault(key, claim)
        return stated

    @cached_property
    def _found(self) -> Mapping[Key, str]:
        return {key: claim["status"] for key, claim in self._stated.items()}

    def _key(self, claim: Record, number: Callable[[str], int | None]) -> Key:
        def thing(name: str) -> int | str:
            normal = normal_name(name)
            found = number(normal)
            return f"?{normal}" if found is None else found

        prop, subject = claim["p"], thing(claim["s"])
        if prop in self.forms.literal:
            return prop, subject, normal_value(claim["o"])
        ends = (subject, thing(claim["o"]))
        one, other = sorted(ends, key=str) if prop in self.forms.symmetric else ends
        return prop, one, other


def normal_name(name: str) -> str:
    """A name without what does not tell it apart: case, article, possessive, punctuation, legal form.

    >>> normal_name("The Acme Corp.'s"), normal_name("Node.js")
    ('acme', 'node.js')
    """
    words = re.sub(r"'s$|'$", "", name.casefold().replace("’", "'").strip())
    words = re.sub(r"[^\w+#.]+", " ", words).strip(" .")
    words = re.sub(r"^(?:the|a|an) ", "", words)
    return _LEGAL_FORM.sub("", words).strip(" .") or words


def _names(entity: Record) -> set[str]:
    return {normal_name(name) for name in [entity["name"], *entity.get("aliases", [])]}


def _asserted(claims: Mapping[Key, str]) -> set[Key]:
    return {key for key, status in claims.items() if status == Status.ASSERTED}
