"""How the text stands to what it says: cues from the lexicon over the grammar of the sentence.

A cue works on a word that it modifies, or that it governs: "*plans to* launch", "has *not* launched",
"*reportedly* launched".
"""

from collections.abc import Iterator, Mapping

from spacy.tokens import Doc, Token

from .grammar import VERBS
from .lexicon import Cue, Lexicon
from .model import Status

# Where several cues apply the first of these wins: what is denied is not planned, what is only rumoured to be
# planned is reported.
PRECEDENCE = (Status.DENIED, Status.REPORTED, Status.POSSIBLE, Status.PLANNED)
CLAUSAL = frozenset({"xcomp", "ccomp", "advcl", "conj", "acl", "relcl", "pcomp", "csubj", "parataxis"})
BELOW = frozenset(
    "neg aux auxpass advmod amod mark det prep npadvmod "
    "prt acomp attr dobj oprd xcomp nmod compound".split()
)
CROSSING = frozenset({"relcl", "acl", "advcl"})  # a clause that a governor's own status does not reach into


def status_of(token: Token, cues: Mapping[int, Cue]) -> Status:
    """The status of what a verb or noun says, by the cues over it (`find_cues` of its document)."""
    found = {cues[i].status for i in _scope(token) if i in cues}
    return next((s for s in PRECEDENCE if s in found), Status.ASSERTED)


def find_cues(doc: Doc, lexicon: Lexicon) -> Mapping[int, Cue]:
    """The cues of a parsed text, by the place of the word that carries each: its last content word."""
    lemmas = [t.lemma_.lower() for t in doc]
    lower = [t.lower_ for t in doc]
    starts: dict[str, list[Cue]] = {}
    for cue in lexicon.cues:
        starts.setdefault(cue.words[0], []).append(cue)
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


def _carrier(doc: Doc, i: int, cue: Cue) -> int:
    """The token of a cue that its sentence hangs on: "plan" of "plan to", "accord" of "according to people
    familiar".
    """
    inside = range(i, i + len(cue.words))
    return next((j for j in inside if doc[j].head.i not in inside or doc[j].head == doc[j]), i)


def _scope(token: Token) -> Iterator[int]:
    """Places whose cues bear on a token: what modifies it and its governors, and the governors themselves."""
    seen: set[int] = set()
    node, own = token, True
    while node.i not in seen:
        seen.add(node.i)
        yield node.i
        for child in node.children:
            if child.dep_ in BELOW and (
                own or child.pos_ in VERBS or node.pos_ in VERBS or child.dep_ in ("amod", "neg", "det")
            ):
                yield child.i
                if child.dep_ in ("prep", "advmod", "acomp", "dobj", "attr", "npadvmod"):
                    yield from (g.i for g in child.children if g.dep_ in ("prep", "pobj", "neg", "pcomp"))
        if node.dep_ in CROSSING or node.head == node:
            return
        if (
            node.dep_ in CLAUSAL
            and node.dep_ == "conj"
            and node.pos_ in VERBS
            and any(c.dep_ in ("nsubj", "nsubjpass") for c in node.children)
        ):
            return
        node, own = node.head, False
