"""A parsed text as plain values: what the stages ask of spaCy's tokens, read off once.

spaCy makes a token anew each time that one is asked for, and looks its strings up; who is who and the claims of an
article ask some thousand times.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from spacy.attrs import DEP, HEAD, LEMMA, LOWER, ORTH, POS, TAG
from spacy.tokens import Doc

READ = [ORTH, LOWER, LEMMA, POS, TAG, DEP, HEAD]


@dataclass(eq=False, slots=True, repr=False)
class Token:
    """A word of a parsed text, with spaCy's names for what is known of it.

    `lemma` is in small letters; the head of a root is itself; `children` are in the order of the text; `roles` keeps
    what fills its roles once that was asked for (`grammar.role`).
    """

    i: int
    text: str
    lower_: str
    lemma: str
    pos_: str
    tag_: str
    dep_: str
    head: "Token" = field(init=False)
    sentence: "tuple[Token, ...]" = field(init=False)
    children: "list[Token]" = field(default_factory=list)
    roles: "dict[str, list[Token]]" = field(default_factory=dict)

    @property
    def ancestors(self) -> "Iterator[Token]":
        """The token's head, the head of that, and so on up to the root."""
        token = self
        while token.head is not token:
            token = token.head
            yield token


def read_off(doc: Doc) -> tuple[Token, ...]:
    """The tokens of a parsed text."""
    strings = doc.vocab.strings
    read = doc.to_array(READ)
    tokens = tuple(
        Token(i, strings[text], strings[lower], strings[lemma].lower(), strings[pos], strings[tag], strings[dep])
        for i, (text, lower, lemma, pos, tag, dep, _) in enumerate(read.tolist())
    )
    for token, head in zip(tokens, read[:, -1].astype(np.int64).tolist(), strict=True):
        token.head = tokens[token.i + head]
        if head:
            token.head.children.append(token)
    for sentence in doc.sents:
        members = tokens[sentence.start : sentence.end]
        for token in members:
            token.sentence = members
    return tokens
