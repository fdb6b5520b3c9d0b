"""What stands to what in a sentence: subjects, objects, prepositions, possessives, appositions, lists.

Roles are read off the dependency tree so that one phrase covers its active, passive, relative, reduced,
controlled, coordinated and nominal forms. All functions take tokens of a parsed shadow.
"""

from collections.abc import Iterator

from .syntax import Token

VERBS = frozenset({"VERB", "AUX"})
NOUNS = frozenset({"NOUN", "PROPN", "PRON", "NUM", "X", "SYM"})
RELATIVE = frozenset({"who", "which", "that", "whom"})
PREMODIFIERS = frozenset({"compound", "nmod", "amod", "nummod", "quantmod", "npadvmod", "det"})
MEMBERS = frozenset({"including", "include", "like", "as", "namely", "except"})


def role(token: Token, name: str) -> list[Token]:
    """The tokens that fill a role of a verb, adjective or noun, lists expanded.

    Roles: "subj", "obj", "is" (what a noun or adjective is said of), "poss", "mod", "num", and "prep:WORD".
    """
    fillers = token.roles.get(name)
    if fillers is None:
        found = _prepositional(token, name[5:]) if name.startswith("prep:") else _ROLES[name](token)
        fillers = token.roles[name] = _distinct(each for one in found for each in expand(one))
    return fillers


def expand(token: Token) -> Iterator[Token]:
    """A token and all that is coordinated with it: "Facebook" gives Facebook, Instagram and WhatsApp."""
    yield token
    for child in token.children:
        if child.dep_ == "conj" and child.pos_ in NOUNS:
            yield from expand(child)


def is_passive(verb: Token) -> bool:
    """Whether a verb form is passive: has a passive subject or auxiliary, or is a reduced participle."""
    if any(c.dep_ in ("nsubjpass", "auxpass", "agent") for c in verb.children):
        return True
    return verb.dep_ == "acl" and verb.tag_ == "VBN"


def is_infinitive(verb: Token) -> bool:
    """Whether a verb form is an infinitive with "to"."""
    return verb.tag_ == "VB" and any(c.dep_ == "aux" and c.lower_ == "to" for c in verb.children)


def is_headline_future(verb: Token) -> bool:
    """Whether a headline says with a bare infinitive what is to come: "Acme to buy Zorg"."""
    modifies_name = verb.dep_ in ("acl", "relcl") and verb.head.pos_ == "PROPN"
    return is_infinitive(verb) and (modifies_name or verb.dep_ == "ROOT")


def is_asked(token: Token) -> bool:
    """Whether a token stands in a question for yes or no: "Did Acme buy Zorg?"."""
    sentence = token.sentence
    return sentence[-1].text == "?" and sentence[0].pos_ in VERBS


def clause_head(token: Token) -> Token:
    """The verb whose clause a token stands in, or the root of its sentence."""
    while token.pos_ not in VERBS and token.head is not token:
        token = token.head
    return token


def members(token: Token) -> Iterator[Token]:
    """What a noun lists as its members: "models such as A and B", "platforms including A"."""
    for child in token.children:
        if child.dep_ == "prep" and child.lower_ in MEMBERS:
            for each in child.children:
                if each.dep_ in ("pobj", "obj", "dobj"):
                    yield from expand(each)


def appositions(token: Token) -> Iterator[Token]:
    """Nouns that name the same thing as a noun: appositions either way, and a title before a name."""
    for child in token.children:
        if child.dep_ == "appos":
            yield child
    if token.dep_ == "appos":
        yield token.head
    if token.dep_ in ("compound", "nmod") and token.pos_ in ("NOUN", "PROPN") and token.head.i > token.i:
        yield token.head


def _subjects(token: Token) -> Iterator[Token]:
    if token.pos_ not in VERBS:
        yield from _nominal_subjects(token)
        return
    agents = [a for c in token.children if c.dep_ == "agent" for a in c.children if a.dep_ == "pobj"]
    if is_passive(token):
        yield from agents
        return
    own = [c for c in token.children if c.dep_ in ("nsubj", "csubj")]
    if own:
        yield from (a for c in own for a in _antecedent(c, token))
    else:
        yield from _inherited_subject(token)


def _inherited_subject(verb: Token) -> Iterator[Token]:
    """The subject of a verb that has none of its own: shared, controlled, or the noun it modifies."""
    head = verb.head
    if head is verb:
        return
    if verb.dep_ == "acl" and is_infinitive(verb) and head.pos_ == "NOUN":
        governor = clause_head(head)  # "Acme announced plans to launch Zorg"
        yield from _subjects(governor) if governor.pos_ in VERBS else ()
    elif verb.dep_ in ("acl", "relcl"):
        yield head
    elif verb.dep_ == "conj" and head.pos_ in VERBS:
        yield from (_objects(head) if is_passive(head) else _subjects(head))
    elif verb.dep_ in ("xcomp", "ccomp") and head.pos_ in VERBS:
        controlled = [c for c in head.children if c.dep_ in ("dobj", "nsubjpass")]
        yield from controlled or list(_subjects(head))
    elif verb.dep_ in ("advcl", "pcomp", "xcomp"):
        governor = clause_head(head)
        if governor.pos_ in VERBS and governor is not verb:
            yield from (_objects(governor) if is_passive(governor) else _subjects(governor))


def _objects(token: Token) -> Iterator[Token]:
    if token.pos_ not in VERBS:
        return
    for child in token.children:
        if child.dep_ in ("dobj", "nsubjpass", "oprd"):
            yield from _antecedent(child, token)
    if token.dep_ == "acl" and is_passive(token):
        yield token.head
    elif token.dep_ == "relcl" and not any(c.dep_ in ("dobj", "nsubjpass") for c in token.children):
        if any(c.dep_ == "nsubj" and c.lower_ not in RELATIVE for c in token.children):
            yield token.head
    elif token.dep_ == "conj" and token.head.pos_ in VERBS and is_passive(token.head) and token.tag_ == "VBN":
        yield from _objects(token.head)
    elif token.dep_ in ("advcl", "xcomp") and token.tag_ == "VBN" and not any(c.dep_ == "dobj" for c in token.children):
        governor = clause_head(token.head)
        if governor is not token and governor.pos_ in VERBS:
            yield from (_objects(governor) if is_passive(governor) else _subjects(governor))


def _antecedent(token: Token, verb: Token) -> Iterator[Token]:
    """The noun behind a relative pronoun, else the token itself."""
    if token.lower_ in RELATIVE and verb.dep_ == "relcl":
        yield verb.head
    else:
        yield token


def _nominal_subjects(noun: Token) -> Iterator[Token]:
    """Whose doing a noun is: its possessor, its "by", or the subject of the verb whose object it is."""
    yield from _possessors(noun)
    yield from _prepositional(noun, "by")
    if noun.dep_ in ("dobj", "pobj", "attr"):
        verb = clause_head(noun)
        if verb.pos_ in VERBS:
            yield from _subjects(verb)


def _denoted(token: Token) -> Iterator[Token]:
    """What a noun or adjective is said of: apposition, copula, title, or the noun it modifies."""
    if token.pos_ == "ADJ" or (token.pos_ == "VERB" and token.tag_ in ("VBN", "VBD", "VBG")):
        if token.dep_ in ("amod", "acl", "relcl", "appos") and token.head is not token:
            yield token.head
        if token.pos_ == "VERB":
            yield from _objects(token)
            yield from _subjects(token)
    yield from appositions(token)
    if token.dep_ in ("attr", "acomp", "oprd", "ROOT", "conj"):
        verb = token.head if token.dep_ in ("attr", "acomp", "oprd") else token
        yield from (a for c in verb.children if c.dep_ in ("nsubj", "nsubjpass") for a in _antecedent(c, verb))
        if verb is not token and not any(c.dep_ in ("nsubj", "nsubjpass") for c in verb.children):
            yield from _inherited_subject(verb)
        if token.dep_ == "conj" and token.head.dep_ in ("attr", "appos", "acomp"):
            yield from _denoted(token.head)
    if token.dep_ in ("nsubj", "nsubjpass") and token.pos_ in NOUNS:
        yield from (c for c in token.head.children if c.dep_ in ("attr", "oprd") and c.pos_ in NOUNS)
    if token.dep_ == "pobj" and token.head.lower_ == "as":
        yield from _objects(clause_head(token.head))
    yield from members(token)


def _possessors(token: Token) -> Iterator[Token]:
    for child in token.children:
        if child.dep_ == "poss":
            yield child
    if token.dep_ in ("compound", "nmod", "amod", "appos", "conj") and token.head is not token:
        yield from (c for c in token.head.children if c.dep_ == "poss" and c.i < token.i)


def _premodifiers(token: Token) -> Iterator[Token]:
    """Nouns before a noun: its own, and those before the name that it is a title of."""
    for child in token.children:
        if child.dep_ in PREMODIFIERS and child.i < token.i:
            yield child
    if token.dep_ in ("compound", "nmod", "amod") and token.head.i > token.i:
        yield from (c for c in token.head.children if c.dep_ in PREMODIFIERS and c.i < token.i)


def _numbers(token: Token) -> Iterator[Token]:
    for child in token.children:
        if child.dep_ in PREMODIFIERS or child.dep_ == "appos":
            yield child
            yield from (c for c in child.children if c.dep_ in PREMODIFIERS)


def _prepositional(token: Token, word: str) -> Iterator[Token]:
    yield from _objects_of_preposition(token, word)
    if token.pos_ in VERBS:
        if any(c.dep_ in ("prt", "prep", "advmod") and c.lower_ == word for c in token.children):
            yield from _objects(token)
        if word == "to":
            yield from (c for c in token.children if c.dep_ == "dative")
        for child in token.children:
            if child.dep_ in ("dobj", "nsubjpass", "attr", "acomp", "advmod", "npadvmod", "prep"):
                yield from _objects_of_preposition(child, word)
                yield from (g for c in child.children if c.dep_ == "pobj" for g in _objects_of_preposition(c, word))
        if token.dep_ == "relcl":
            yield from (token.head for c in token.children if c.dep_ == "prep" and c.lower_ == word
                        and any(g.lower_ in RELATIVE for g in c.children))  # fmt: skip
    else:
        if word == "of":
            yield from _possessors(token)
            yield from _premodifiers(token)
        if token.dep_ in ("dobj", "attr", "acomp", "nsubjpass", "pobj", "nsubj"):
            yield from _objects_of_preposition(clause_head(token), word)


def _objects_of_preposition(token: Token, word: str) -> Iterator[Token]:
    for child in token.children:
        if child.lower_ == word and child.dep_ in ("prep", "agent", "dative", "prt", "advmod", "mark", "pcomp"):
            yield from (g for g in child.children if g.dep_ in ("pobj", "pcomp", "dobj"))
        elif child.dep_ == "prep":
            for inner in child.children:
                if inner.dep_ == "prep" and inner.lower_ == word:
                    yield from (g for g in inner.children if g.dep_ == "pobj")


def _distinct(tokens: Iterator[Token]) -> list[Token]:
    return list({t.i: t for t in tokens}.values())


_ROLES = {"subj": _subjects, "obj": _objects, "is": _denoted, "poss": _possessors, "mod": _premodifiers,
          "num": _numbers}  # fmt: skip
