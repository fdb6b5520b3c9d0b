"""How the text stands to what it says: cues from the lexicon over the grammar of the sentence.

A cue works on a word that it modifies, or that it governs: "*plans to* launch", "has *not* launched",
"*reportedly* launched".
"""

from collections.abc import Iterator, Mapping, Sequence

from .grammar import VERBS, is_asked, is_headline_future, is_infinitive
from .lexicon import Cue, Lexicon
from .model import Status
from .syntax import Token

# Where several cues apply the first of these wins: what is denied is not planned, what is only rumoured to be
# planned is reported.
PRECEDENCE = (Status.DENIED, Status.REPORTED, Status.POSSIBLE, Status.PLANNED)
MODIFIERS = frozenset("neg aux auxpass advmod amod mark det npadvmod prt nmod compound".split())
# From these a word takes part in what its governor says; a subject, a possessor, an apposition or a title does not:
# "Acme may close *its lab Zorg*" leaves it open whether Zorg is closed, not whose it is.
CARRIED = frozenset("ROOT attr acomp oprd dobj xcomp ccomp conj pcomp prep csubj dep parataxis".split())
SUBJECTS = frozenset({"nsubj", "nsubjpass"})
DETERMINERS = frozenset({"det", "preconj"})


def status_of(token: Token, cues: Mapping[int, Cue], presupposed: bool = False) -> Status:
    """The status of what a verb or noun says, by the cues over it (`find_cues` of its document).

    What is presupposed ("Acme's upcoming Zorg may fail") has the status of its own modifiers alone.
    """
    scope = _modifiers(token, cues) if presupposed else _scope(token, cues)
    found = {cues[i].status for i in scope if i in cues}
    if is_headline_future(token):
        found.add(Status.PLANNED)
    if is_asked(token) and not presupposed:
        found.add(Status.POSSIBLE)
    return next((s for s in PRECEDENCE if s in found), Status.ASSERTED)


def find_cues(doc: Sequence[Token], lexicon: Lexicon) -> Mapping[int, Cue]:
    """The cues of a parsed text, by the place of the word that carries each: its last content word."""
    lemmas = [t.lemma for t in doc]
    lower = [t.lower_ for t in doc]
    starts = lexicon.cues
    found: dict[int, Cue] = {}
    for i in range(len(doc)):
        for cue in sorted(
            {*starts.get(lemmas[i], ()), *starts.get(lower[i], ())}, key=lambda c: (-len(c.words), c.words)
        ):
            if all(_matches(i + k, word, lemmas, lower) for k, word in enumerate(cue.words)):
                found.setdefault(_carrier(doc, i, cue), cue)
                break
    return found


def _matches(i: int, word: str, lemmas: list[str], lower: list[str]) -> bool:
    return i < len(lemmas) and word in (lemmas[i], lower[i])


def _carrier(doc: Sequence[Token], i: int, cue: Cue) -> int:
    """The token of a cue that its sentence hangs on: "plan" of "plan to", "accord" of "according to people
    familiar".
    """
    inside = range(i, i + len(cue.words))
    return next((j for j in inside if doc[j].head.i not in inside or doc[j].head is doc[j]), i)


def _scope(token: Token, cues: Mapping[int, Cue]) -> Iterator[int]:
    """Places whose cues bear on a token: itself, its governors in the same statement, and what modifies these."""
    yield token.i
    yield from _modifiers(token, cues)
    if token.head is not token and _carries(token):
        yield from _scope(token.head, cues)


def _modifiers(token: Token, cues: Mapping[int, Cue]) -> Iterator[int]:
    for child in token.children:
        phrasal = child.dep_ == "prep" and child.i in cues and len(cues[child.i].words) > 1
        if child.dep_ in MODIFIERS or phrasal:
            yield child.i
        elif child.dep_ in SUBJECTS:  # "Neither Acme nor Bolt has launched Zorg"
            yield from (c.i for c in child.children if c.dep_ in DETERMINERS)
    yield from _conjunction(token)


def _conjunction(token: Token) -> Iterator[int]:
    """The conjunction before a clause: "Nor has Acme launched Zorg", "…, nor did it launch Zorg"."""
    joined = token.head if token.dep_ == "conj" else token
    before = [c.i for c in joined.children if c.dep_ == "cc" and c.i < token.i]
    if before and (joined is token or before[-1] > joined.i):
        yield before[-1]


def _carries(token: Token) -> bool:
    """Whether a governor's status reaches a token: "plans to *launch*" yes, "plans, which *launched*" no."""
    if token.dep_ == "conj" and token.pos_ in VERBS:
        return not any(c.dep_ in SUBJECTS for c in token.children)
    if token.dep_ == "acl":
        return is_infinitive(token)
    if token.dep_ == "pobj":  # "is in talks to buy"
        return token.head.dep_ == "prep" and token.head.head.lemma == "be"
    return token.dep_ in CARRIED
