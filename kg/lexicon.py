"""The words of the ontology, read from Turtle: phrases compiled into frames, heads, affixes, pronouns, cues, terms.

A phrase is text with two slots, `{subject}` and `{object}`; its form says what its head is:

    lex:verb        "{object} roll out {subject}"       a verb in its active form, or "be" and an adjective
    lex:noun        "{subject} CEO of {object}"         a noun that names or describes the slot beside it
    lex:possessive  "{object}'s {subject}"              the slot that another possesses
    lex:name        "{object}-based {subject}"          a slot that stands beside the other

Compiling needs no parser, so the same phrase always gives the same frame.
"""

import builtins
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from .errors import OntologyError
from .model import Iri, Status
from .ontology import Ontology
from .vocab import CLAIM, LEX, RDF, RDFS, SKOS

FORMS = ("verb", "noun", "possessive", "name")
PREPOSITIONS = frozenset(
    "about across after against alongside among around as at away before behind beneath between by down for from in "
    "inside into like of off on onto out outside over than through throughout to toward towards under up upon via "
    "with within".split()
)
_TOKEN = re.compile(r"\{(?:subject|object)\}|'s|-|[^\s{}'-]+(?:[-'][^\s{}'-]+)*")
_EXAMPLE_SLOT = re.compile(r"\{(subject|object):([^{}]+)\}")


@dataclass(frozen=True, slots=True)
class Step:
    """From a token to those in a role of it, of a certain lemma where one is given."""

    role: str
    lemma: str = ""


Path = tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Frame:
    """A compiled phrase: the head's lemma (none where a slot is the head) and the ways from it to the slots."""

    property: Iri
    rule: str
    head: str
    subject: Path
    object: Path
    adjective: bool = False
    needs: tuple[Path, ...] = ()

    @builtins.property
    def presupposed(self) -> bool:
        """Whether the phrase holds whatever is said in its sentence: "Acme's Zorg", unlike "Acme builds Zorg"."""
        return not self.head and all(step.role in ("poss", "mod") for step in (*self.subject, *self.object))


@dataclass(frozen=True, slots=True)
class Example:
    """A sentence with its slots filled: it must yield its claim, or must not where it is a counter-example."""

    property: Iri
    text: str
    subject: str
    object: str
    holds: bool
    status: Status


@dataclass(frozen=True, slots=True, order=True)
class Cue:
    """A word or words that give what they stand over a status."""

    words: tuple[str, ...]
    status: Status


@dataclass(frozen=True)
class Lexicon:
    """Everything that `lexicon.ttl` says of words, in the form that the stages use."""

    ontology: Ontology

    @cached_property
    def frames(self) -> Mapping[str, tuple[Frame, ...]]:
        """All frames by the lemma of their head, those headed by a slot under the empty word."""
        frames: dict[str, list[Frame]] = {}
        for form in FORMS:
            for iri, phrase in self.ontology.schema_values(None, LEX(form)):
                frame = compile_phrase(iri, form, phrase)
                frames.setdefault(frame.head, []).append(frame)
        return {head: tuple(sorted(each, key=lambda f: (f.rule, f.property))) for head, each in sorted(frames.items())}

    @cached_property
    def words(self) -> frozenset[str]:
        """The lemmas that phrases are made of, and the nouns that describe."""
        frames = [frame for each in self.frames.values() for frame in each]
        steps = {step.lemma for frame in frames for path in (frame.subject, frame.object) for step in path}
        return frozenset({*steps, *self.frames, *self.heads} - {""})

    @cached_property
    def heads(self) -> Mapping[str, Iri]:
        """The class that each describing noun stands for: "chatbot", "start-up"."""
        return {words: iri for iri, words in self.ontology.schema_values(None, LEX.head)}

    @cached_property
    def affixes(self) -> Mapping[str, Iri]:
        """The class that the first or last word of a name tells: "Inc.", "University"."""
        return {words: iri for iri, words in self.ontology.schema_values(None, LEX.affix)}

    @cached_property
    def company_words(self) -> frozenset[str]:
        """Affixes that a name may leave out: those of the classes whose members have legal forms ("Frore Systems")."""
        legal = {iri for iri, _ in self.ontology.schema_values(None, LEX.legalForm)}
        return frozenset(word for word, iri in self.affixes.items() if iri in legal)

    @cached_property
    def pronouns(self) -> Mapping[str, tuple[Iri, ...]]:
        """The classes that each pronoun can point to."""
        return _grouped((words, iri) for iri, words in self.ontology.schema_values(None, LEX.pronoun))

    @cached_property
    def shadows(self) -> Mapping[Iri, str]:
        """The ordinary name that stands for each class's names while a sentence is parsed; superclasses lend theirs."""
        own = dict(self.ontology.schema_values(None, LEX.shadow))
        found = {iri: next((own[s] for s in up if s in own), "") for iri, up in self.ontology.classes.items()}
        return {iri: word for iri, word in found.items() if word}

    @property
    def shadow_classes(self) -> frozenset[Iri]:
        """The classes that have a shadow of their own: the coarse kinds of names."""
        return frozenset(iri for iri, _ in self.ontology.schema_values(None, LEX.shadow))

    @cached_property
    def terms(self) -> Mapping[str, tuple[tuple[Iri, str], ...]]:
        """The literal properties that a term fills, with its normal form: "open-source" is a licence, "open source"."""
        pairs = []
        for iri, words in self.ontology.schema_values(None, LEX.term):
            form, _, normal = words.partition(" = ")
            pairs.append((form.lower(), (iri, normal or form)))
        return _grouped(pairs)

    @cached_property
    def qualifiers(self) -> Mapping[Iri, tuple[Iri, ...]]:
        """The qualifiers that each property takes."""
        return _grouped(self.ontology.schema_values(None, LEX.qualifier))

    @cached_property
    def cues(self) -> Mapping[str, tuple[Cue, ...]]:
        """The cues by their first word."""
        found = [
            Cue(tuple(words.lower().split()), status)
            for status in Status
            for _, words in self.ontology.schema_values(CLAIM(status.value), LEX.cue)
        ]
        if not all(cue.words for cue in found):
            raise OntologyError("a lex:cue of a status has no word; take it out, or write one")
        return _grouped((cue.words[0], cue) for cue in found)

    @cached_property
    def speech(self) -> frozenset[str]:
        """The verbs with which somebody says something."""
        return frozenset(words for _, words in self.ontology.schema_values(CLAIM.attributedTo, LEX.cue))

    @property
    def known(self) -> Mapping[str, Iri]:
        """Well-known names of `known.ttl`, each with its class."""
        return self._known[0]

    @property
    def cautious(self) -> frozenset[str]:
        """Well-known names that are everyday words too."""
        return self._known[1]

    @cached_property
    def _known(self) -> tuple[Mapping[str, Iri], frozenset[str]]:
        """All that is asked of well-known entities, read at once, so that an extractor can let go of them."""
        classes = {s: o for s, o in self.ontology.values(None, RDF.type) if o in self.ontology.classes}
        marked = {iri for iri, _ in self.ontology.values(None, LEX.ambiguous)}
        named = [*self.ontology.values(None, SKOS.altLabel), *self.ontology.values(None, RDFS.label)]
        known = {words: classes[iri] for iri, words in named if iri in classes}
        return known, frozenset(words for iri, words in named if iri in marked)

    def certain(self, name: str) -> bool:
        """Whether a well-known name is enough evidence alone: long enough and no everyday word."""
        return len(name) > 2 and name not in self.cautious

    @cached_property
    def examples(self) -> tuple[Example, ...]:
        """Every example and counter-example of the lexicon."""
        pairs = [("example", True), ("counterExample", False)]
        return tuple(
            parse_example(iri, text, holds)
            for name, holds in pairs
            for iri, text in self.ontology.schema_values(None, LEX(name))
        )


def compile_phrase(iri: Iri, form: str, phrase: str) -> Frame:
    """The frame of a phrase.

    >>> frame = compile_phrase("p", "verb", "{object} take stake in {subject}")
    >>> frame.head, frame.object, frame.subject
    ('take', (Step(role='subj', lemma=''),), (Step(role='obj', lemma='stake'), Step(role='prep:in', lemma='')))
    """
    tokens = _TOKEN.findall(phrase)
    slots = [t for t in tokens if t.startswith("{")]
    if sorted(slots) != ["{object}", "{subject}"]:
        raise OntologyError(f"{iri}: the phrase {phrase!r} needs {{subject}} and {{object}}, once each")
    rule = f'lex:{form} "{phrase}"'
    if form in ("possessive", "name"):
        return _beside(iri, rule, tokens)
    at = next((i for i, t in enumerate(tokens) if not t.startswith("{") and t != "'s"), None)
    if at is None:
        raise OntologyError(f"{iri}: the phrase {phrase!r} has no word of its own")
    before, head, after = tokens[:at], tokens[at], tokens[at + 1 :]
    copular = form == "verb" and head == "be" and bool(after) and not after[0].startswith("{")
    if copular:
        head, after = after[0], after[1:]
    paths: dict[str, Path] = {}
    if before:
        nominal = "poss" if before[-1] == "'s" else "is"
        paths[before[0]] = (Step("subj" if form == "verb" and not copular else nominal),)
    first = "is" if form == "noun" else "obj"
    needs = _walk(after, first, paths)
    if paths.keys() != {"{subject}", "{object}"}:
        raise OntologyError(f"{iri}: the phrase {phrase!r} has something else than one slot before its head")
    return Frame(iri, rule, head.lower(), paths["{subject}"], paths["{object}"], copular, needs)


def _walk(tokens: list[str], first: str, paths: dict[str, Path]) -> tuple[Path, ...]:
    """Fills `paths` with the ways to the slots after a head; returns the ways to words that must be there."""
    here: Path = ()
    role = first
    needs: list[Path] = []
    for i, token in enumerate(tokens):
        following = tokens[i + 1] if i + 1 < len(tokens) else ""
        if token in PREPOSITIONS:
            role = f"prep:{token}"
        elif token.startswith("{"):
            counted = following and not following.startswith("{") and following not in PREPOSITIONS
            noun = tokens[i + 2] if following == "-" and i + 2 < len(tokens) else following
            paths[token] = (*here, Step(role, noun.lower()), Step("num")) if counted else (*here, Step(role))
            role = "obj" if not counted else role
        elif token not in ("-", "'s") and not (
            (i and tokens[i - 1].startswith("{")) or (i > 1 and tokens[i - 1] == "-")
        ):
            here = (*here, Step(role, token.lower()))
            needs.append(here)
            role = "is"
    return tuple(n for n in needs if not any(p[: len(n)] == n for p in paths.values()))


def _beside(iri: Iri, rule: str, tokens: list[str]) -> Frame:
    """A frame whose head is a slot: the last one, or the first where a preposition follows it."""
    if len(tokens) > 1 and (tokens[1] in PREPOSITIONS or tokens[1] == "("):
        paths: dict[str, Path] = {tokens[0]: ()}
        if tokens[1] == "(":
            paths[next(t for t in tokens[2:] if t.startswith("{"))] = (Step("num"),)
        else:
            _walk(tokens[1:], "mod", paths)
    else:
        words = [t for t in tokens[1:-1] if t not in ("'s", "-")]
        way: Path = tuple(Step("mod", w.lower()) for w in reversed(words))
        paths = {tokens[-1]: (), tokens[0]: (*way, Step("poss" if "'s" in tokens else "mod"))}
    if not paths.keys() >= {"{subject}", "{object}"}:
        raise OntologyError(f"{iri}: {rule} needs a slot at each end")
    return Frame(iri, rule, "", paths["{subject}"], paths["{object}"])


def parse_example(iri: Iri, text: str, holds: bool) -> Example:
    """An example sentence without its braces, with what fills its slots; `[planned] ` before it gives its status."""
    status = Status.ASSERTED
    marked = re.match(r"\[(\w+)\] ", text)
    if marked:
        try:
            status, text = Status(marked[1]), text[marked.end() :]
        except ValueError:
            raise OntologyError(f"{iri}: the example {text!r} has a status that is none: {', '.join(Status)}") from None
    slots = dict(_EXAMPLE_SLOT.findall(text))
    if set(slots) != {"subject", "object"}:
        raise OntologyError(f"{iri}: the example {text!r} needs {{subject:…}} and {{object:…}}")
    return Example(iri, _EXAMPLE_SLOT.sub(r"\2", text), slots["subject"], slots["object"], holds, status)


def _grouped(pairs: Iterable[tuple[str, Any]]) -> Mapping[str, tuple]:  # type: ignore[type-arg]
    groups: dict[str, list] = {}  # type: ignore[type-arg]
    for key, value in pairs:
        groups.setdefault(key, []).append(value)
    return {key: tuple(sorted(values)) for key, values in sorted(groups.items())}
