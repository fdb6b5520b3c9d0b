"""What makes a claim more exact: when, for how much, in which role or round, with which score, according to whom.

The lexicon says which qualifiers a property takes (`lex:qualifier`); the grammar says which value belongs to the claim.
"""

from collections.abc import Iterable, Iterator

from .documents import Document
from .entities import Entities
from .grammar import VERBS, clause_head, role
from .lexicon import Lexicon
from .model import Iri, Kind, Mention, Qualifier, Value
from .syntax import Token
from .values import AMOUNT, DATE, PERCENT, TERM, datatype_kind, text_value
from .vocab import CLAIM

CLAUSES = frozenset({"relcl", "advcl", "ccomp", "parataxis", "conj"})  # where another statement begins
ROLE_WORDS = frozenset({"compound", "amod", "nmod", "poss"})
KINDS = {
    CLAIM("date"): (DATE,),
    CLAIM("amount"): (AMOUNT,),
    CLAIM("score"): (PERCENT, "count"),
    CLAIM("round"): (TERM,),
}


def find_qualifiers(
    document: Document, entities: Entities, head: Token, claimed: tuple[Iri, int | Value], lexicon: Lexicon
) -> tuple[Qualifier, ...]:
    """The qualifiers of a claim (its property and object) whose head is a word, sorted by what they say."""
    iri, filler = claimed
    nearby = [m for m in _clause_values(document, head) if m.value != filler]
    found: dict[Iri, Value] = {}
    for qualifier in lexicon.qualifiers.get(iri, ()):
        if qualifier == CLAIM.attributedTo:
            values = _speakers(entities, head, lexicon)
        elif qualifier == CLAIM("role"):
            values = _roles(document, head)
        else:
            values = _of_kind(nearby, qualifier)
        value = next(values, None)
        if value is not None:
            found[qualifier] = value
    return tuple(Qualifier(iri, value) for iri, value in sorted(found.items()))


def _of_kind(mentions: Iterable[Mention], qualifier: Iri) -> Iterator[Value]:
    for mention in mentions:
        kind = datatype_kind(mention.value.datatype) if mention.value else ""
        if mention.value and kind in KINDS.get(qualifier, ()) and (kind != TERM or qualifier in mention.classes):
            yield mention.value


def _clause_values(document: Document, head: Token) -> Iterator[Mention]:
    """The values of a word's clause, nearest first."""
    verb = clause_head(head)
    inside = _clause(verb if verb.pos_ in VERBS else head)
    for token in sorted(inside, key=lambda t: (abs(t.i - head.i), t.i)):
        place = document.mention_of.get(token.i)
        if place is not None and document.mentions[place].kind is Kind.VALUE:
            yield document.mentions[place]


def _clause(token: Token) -> Iterator[Token]:
    yield token
    for child in token.children:
        if child.dep_ not in CLAUSES:
            yield from _clause(child)


def _speakers(entities: Entities, head: Token, lexicon: Lexicon) -> Iterator[Value]:
    """Who says it: the subject of a verb of speech over the head, or the one it is "according to"."""
    for verb in head.ancestors:
        if verb.lemma in lexicon.speech:
            for subject in role(verb, "subj"):
                n = entities.at(subject)
                if n is not None:
                    yield text_value(entities.all[n].name)
    for source in role(clause_head(head), "prep:to"):
        n = entities.at(source)
        if n is not None and any(c.lower_ == "according" for c in (source.head, source.head.head)):
            yield text_value(entities.all[n].name)


def _roles(document: Document, head: Token) -> Iterator[Value]:
    """The title that a noun gives: the noun with the words before it that are no names."""
    if head.pos_ not in ("NOUN", "PROPN") or head.i in document.mention_of:
        return
    words = [c for c in head.children if c.dep_ in ROLE_WORDS and c.i < head.i and c.i not in document.mention_of]
    first = min([head.i, *(w.i for w in words if w.pos_ in ("NOUN", "PROPN", "ADJ"))])
    start, end = document.spans[first].start, document.spans[head.i].end
    yield text_value(document.article.content[start:end])
