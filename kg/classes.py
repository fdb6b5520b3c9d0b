"""The class of a name, decided by all that an article says of it together."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Protocol

from .documents import Document
from .grammar import appositions, clause_head
from .lexicon import Lexicon
from .linear import LinearModel
from .model import Iri, local_name
from .recogniser import shape
from .syntax import Token

# What each sign of a class weighs where nothing is trained.
WEIGHT_KNOWN, WEIGHT_LABEL, WEIGHT_HEAD, WEIGHT_AFFIX = 2.0, 3.0, 2.0, 2.0
NOT_A_NAME = "none"  # the outcome of a trained typing for what is no entity at all
MOST_MENTIONS = 6  # mentions of a name that are looked at, the first ones


class Typing(Protocol):
    """Decides the class of a name."""

    def decide(self, document: Document, cluster: Sequence[int]) -> Iri | None:
        """The class of the thing that some mentions (places in `document.mentions`) name; none if it is no entity."""


class WeighedTyping:
    """Decides by a few signs with fixed weights; needs nothing trained."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon

    def decide(self, document: Document, cluster: Sequence[int]) -> Iri | None:
        """The class that the signs of all mentions together speak for."""
        scores: defaultdict[Iri, float] = defaultdict(float)
        for sign, weight in signs(document, cluster, self._lexicon).items():
            scores[sign[1]] += weight
        classes = self._lexicon.ontology.classes
        total = {c: sum(s for o, s in scores.items() if c in classes.get(o, ())) for c in scores}
        best = max(sorted(scores), key=lambda c: (scores[c] + 0.1 * total[c], len(classes.get(c, ()))), default=None)
        return best or next((i for i, up in classes.items() if len(up) == 1), None)


class TrainedTyping:
    """Decides by a linear model over the features of all mentions of a name."""

    def __init__(self, model: LinearModel, lexicon: Lexicon) -> None:
        self._model, self._lexicon = model, lexicon
        by_name = {local_name(iri): iri for iri in lexicon.ontology.classes}
        self._classes = [by_name.get(name) for name in model.outcomes]

    def decide(self, document: Document, cluster: Sequence[int]) -> Iri | None:
        """The likeliest class of a name, or none where it is likelier no name."""
        scores = self._model.scores(name_features(document, cluster, self._lexicon))
        best = self._classes[int(scores.argmax())]
        return best or self._known(document, cluster)

    def _known(self, document: Document, cluster: Sequence[int]) -> Iri | None:
        """The class that a well-known name is known for; an everyday word is none for that."""
        known, certain = self._lexicon.known, self._lexicon.certain
        names = (document.mentions[n].text for n in cluster)
        return next((known[name] for name in names if name in known and certain(name)), None)


def signs(document: Document, cluster: Sequence[int], lexicon: Lexicon) -> Mapping[tuple[str, Iri], float]:
    """What speaks for each class of a name: (sign, class) with its weight, over all mentions."""
    found: dict[tuple[str, Iri], float] = {}

    def add(sign: str, iri: Iri, weight: float) -> None:
        found[sign, iri] = max(weight, found.get((sign, iri), 0.0))

    token_of = document.token_of
    for n in cluster:
        mention = document.mentions[n]
        known = lexicon.known.get(mention.text)
        if known:
            add("known", known, WEIGHT_KNOWN)
        for iri, weight in mention.classes.items():
            found["label", iri] = found.get(("label", iri), 0.0) + WEIGHT_LABEL * weight / len(cluster)
        words = mention.text.split()
        for word in dict.fromkeys((words[0], words[-1])) if len(words) > 1 else ():
            if word in lexicon.affixes:
                add("affix", lexicon.affixes[word], WEIGHT_AFFIX)
        if n in token_of:
            for iri in heads_of(document.shadow[token_of[n]], lexicon):
                add("head", iri, WEIGHT_HEAD)
    return found


def heads_of(token: Token, lexicon: Lexicon) -> Iterator[Iri]:
    """The classes of the nouns that describe a name: "the chatbot X", "X, a start-up"."""
    for noun in describing_nouns(token):
        iri = lexicon.heads.get(noun.lemma)
        if iri:
            yield iri


def describing_nouns(token: Token) -> list[Token]:
    """The nouns in apposition to a name, before it, or said of it."""
    nouns = [
        *appositions(token),
        *(c for c in token.children if c.dep_ in ("compound", "appos", "nmod") and c.i < token.i),
    ]
    if token.dep_ == "nsubj":
        nouns += [c for c in token.head.children if c.dep_ == "attr"]
    if token.dep_ == "conj":
        nouns += list(appositions(token.head))
    return nouns


def name_features(document: Document, cluster: Sequence[int], lexicon: Lexicon) -> list[str]:
    """What a trained typing sees of a name: its words, what is known of it, its labels and its places in sentences."""
    found: dict[str, None] = {}
    names = dict.fromkeys(document.mentions[n].text for n in cluster)
    for name in names:
        found.update(dict.fromkeys(_word_features(name, lexicon)))
    labels = Counter(local_name(iri) for n in cluster for iri in document.mentions[n].classes)
    found.update((f"label={label}", None) for label in labels)
    if labels:
        found[f"label={labels.most_common(1)[0][0]} mostly"] = None
    token_of = document.token_of
    for n in cluster[:MOST_MENTIONS]:
        if n in token_of:
            found.update(dict.fromkeys(_place_features(document, document.shadow[token_of[n]], lexicon)))
    found[f"mentions={min(len(cluster), 4)}"] = None
    if document.mentions[cluster[0]].span.end <= len(document.article.title):
        found["in title"] = None
    return list(found)


def _word_features(name: str, lexicon: Lexicon) -> Iterator[str]:
    words = name.replace("’", "'").split()
    yield f"name={name.lower()}"
    yield f"shape={shape(name)[:14]}"
    yield f"words={min(len(words), 4)}"
    yield f"first={words[0].lower()}"
    yield f"last={words[-1].lower()}"
    yield f"first shape={shape(words[0])}"
    yield f"last shape={shape(words[-1])}"
    yield from (f"word={w.lower()}" for w in words)
    for k in (2, 3, 4):
        yield f"suffix={words[-1][-k:].lower()}"
        yield f"prefix={words[0][:k].lower()}"
    for word in dict.fromkeys(w for w in words if w in lexicon.affixes):
        yield f"affix={local_name(lexicon.affixes[word])}"
    if name in lexicon.known:
        yield f"known={local_name(lexicon.known[name])}"
    else:
        for k in range(len(words) - 1, 0, -1):
            head = " ".join(words[:k])
            if head in lexicon.known:
                yield f"begins with known={local_name(lexicon.known[head])}"
                break


def _place_features(document: Document, token: Token, lexicon: Lexicon) -> Iterator[str]:
    """Features of one mention: who stands beside it, and what it does."""
    doc = document.shadow
    yield from (f"head={local_name(iri)}" for iri in heads_of(token, lexicon))
    yield from (f"noun={n.lemma}" for n in describing_nouns(token) if n.i not in document.mention_of)
    for offset in (-2, -1, 1, 2):
        j = token.i + offset
        if 0 <= j < len(doc):
            yield f"{offset}={_plain(document, doc[j])}"
    if 0 < token.i < len(doc) - 1:
        yield f"between={_plain(document, doc[token.i - 1])}|{_plain(document, doc[token.i + 1])}"
    yield f"role={token.dep_}"
    yield f"role={token.dep_}|{_plain(document, token.head)}"
    if token.dep_ == "pobj":
        verb = clause_head(token)
        yield f"prep={token.head.lower_}|{verb.lemma}"
    if token.dep_ == "conj":
        other = document.mention_of.get(token.head.i)
        if other is not None:
            yield f"beside={_label(document.mentions[other].classes)}"
    for child in token.children:
        if child.dep_ in ("poss", "amod", "compound", "nmod"):
            yield f"{child.dep_}={_plain(document, child)}"


def _plain(document: Document, token: Token) -> str:
    """A token's lemma, or the label of the name that it stands for."""
    place = document.mention_of.get(token.i)
    return token.lemma if place is None else f"<{_label(document.mentions[place].classes)}>"


def _label(classes: Iterable[Iri]) -> str:
    return min((local_name(c) for c in classes), default="value")
