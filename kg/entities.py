"""Who is who in an article: names of one thing together, its class by all that is said of it, and what "it" points
to.
"""

import itertools
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from .classes import Typing
from .documents import Document
from .grammar import clause_head, members, role
from .lexicon import Lexicon
from .model import Article, Entity, Iri, Kind, Mention
from .syntax import Token

SMALL_WORDS = frozenset({"of", "and", "the", "for", "&", "de", "in", "on"})
RELATION_WORDS = frozenset({"for", "in", "on", "of", "and", "with", "by"})
FIRST_PERSON = frozenset({"we", "us", "our", "ours"})
REACH = 3  # sentences back that "the company" or "it" may look for its antecedent


@dataclass(frozen=True)
class Entities:
    """The entities of a document, and which of them each token speaks of (by place in `all`)."""

    all: tuple[Entity, ...]
    of_token: Mapping[int, int]
    pointing: Mapping[int, Kind]

    def at(self, token: Token) -> int | None:
        """The entity that a token names, describes or points to."""
        return self.of_token.get(token.i)


def resolve_entities(document: Document, lexicon: Lexicon, typing: Typing) -> Entities:
    """The entities of a document: names clustered, typed together, and descriptions and pronouns resolved."""
    typed = [(c, iri) for c in cluster_names(document, lexicon) if (iri := typing.decide(document, c))]
    entities = [_entity(document, cluster, iri) for cluster, iri in typed]
    return refer(document, [cluster for cluster, _ in typed], entities, lexicon)


def refer(
    document: Document, clusters: Sequence[Sequence[int]], entities: Sequence[Entity], lexicon: Lexicon
) -> Entities:
    """The entities with all that describes them or points to them."""
    token_of = document.token_of
    named = {token_of[m]: n for n, cluster in enumerate(clusters) for m in cluster if m in token_of}
    reader = _Reader(document, entities, lexicon)
    described = dict(_descriptions(reader, named))
    pointed = dict(_pronouns(reader, named | described))
    pointing = dict.fromkeys(described, Kind.DESCRIPTION) | dict.fromkeys(pointed, Kind.PRONOUN)
    mentions = [list(e.mentions) for e in entities]
    for i, n in (described | pointed).items():
        span = document.spans[i]
        mentions[n].append(Mention(span, span.of(document.article.content), pointing[i]))
    whole = tuple(
        replace(e, mentions=tuple(sorted(m, key=lambda x: x.span))) for e, m in zip(entities, mentions, strict=True)
    )
    return Entities(whole, named | described | pointed, pointing)


# ── Names of one thing ────────────────────────────────────────────────────────────────────────────


def cluster_names(document: Document, lexicon: Lexicon) -> list[list[int]]:
    """Places in `document.mentions` of the names of each thing, things in the order of their first mention."""
    by_form: dict[str, list[int]] = {}
    for n, mention in enumerate(document.mentions):
        if mention.kind is Kind.NAME:
            by_form.setdefault(normal_form(mention.text), []).append(n)
    texts = {form: document.mentions[places[0]].text for form, places in by_form.items()}
    fullest: dict[str, str] = {}
    for form, text in texts.items():
        longer = [other for other, name in texts.items() if other != form and is_short_for(text, name, lexicon)]
        if longer and (len(longer) == 1 or _nested(longer, texts)):
            fullest[form] = max(longer, key=lambda o: (len(texts[o]), o))
    clusters: dict[str, list[int]] = {}
    for form, places in by_form.items():
        top = form
        while top in fullest and fullest[top] != form:
            top = fullest[top]
        clusters.setdefault(top, []).extend(places)
    return [sorted(places) for places in sorted(clusters.values(), key=min)]


def normal_form(name: str) -> str:
    """A name without case, article, possessive ending and the marks that outlets leave out.

    >>> normal_form("The Verge’s")
    'verge'
    """
    low = name.replace("’", "'").casefold()
    low = re.sub(r"'s?$", "", low)
    low = re.sub(r"^(the|a|an) ", "", low)
    return re.sub(r"[\s\u200b\u200c-]+", " ", low).strip(" .,") or low


def is_short_for(short: str, long: str, lexicon: Lexicon) -> bool:
    """Whether one name is a short form of another: its end, its initials, or its beginning before words that add
    no name.

    "Opus 4.7" of "Claude Opus 4.7", "FCC" of "Federal Communications Commission", "Frore" of "Frore Systems";
    not "iPhone" of "iPhone 17", "Chrome" of "Claude for Chrome".
    """
    a, b = short.split(), long.split()
    if len(a) == 1 and len(b) > 1 and short.isupper() and len(short) > 1:
        return initials(long) == short
    if not 0 < len(a) < len(b):
        return False
    if b[-len(a) :] == a:
        return b[-len(a) - 1].lower() not in RELATION_WORDS and not short[0].isdigit()
    rest = b[len(a) :]
    plain = [w in lexicon.company_words or (w.islower() and w not in RELATION_WORDS) for w in rest]
    return b[: len(a)] == a and all(plain)


def initials(name: str) -> str:
    """The capital initials of a name's words.

    >>> initials("Federal Communications Commission")
    'FCC'
    """
    return "".join(w[0] for w in re.split(r"[\s-]+", name) if w and w[0].isupper() and w.lower() not in SMALL_WORDS)


def _nested(forms: Sequence[str], texts: Mapping[str, str]) -> bool:
    """Whether all names contain one another, so that they may be one thing."""
    ordered = sorted((texts[f] for f in forms), key=len)
    return all(short in long for short, long in itertools.pairwise(ordered))


def _entity(document: Document, cluster: Sequence[int], iri: Iri) -> Entity:
    mentions = tuple(document.mentions[n] for n in cluster)
    names = Counter(_clean(m.text) for m in mentions)
    name = max(names, key=lambda t: (len(t.split()), len(t), names[t], t)) if len(names) > 1 else next(iter(names))
    aliases = tuple(sorted(names.keys() - {name}))
    return Entity(name, iri, aliases, mentions)


def _clean(text: str) -> str:
    return re.sub(r"[’']s?$", "", re.sub(r"\s+", " ", text)).strip()


# ── What descriptions and pronouns point to ───────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class _Reader:
    """What is known where descriptions and pronouns are resolved."""

    document: Document
    entities: Sequence[Entity]
    lexicon: Lexicon


def _descriptions(reader: _Reader, named: Mapping[int, int]) -> Iterator[tuple[int, int]]:
    """Tokens such as "company" in "the company", each with the entity it describes."""
    known = dict(named)
    for token in reader.document.shadow:
        if token.i in named or token.pos_ not in ("NOUN", "PROPN"):
            continue
        iri = reader.lexicon.heads.get(token.lemma)
        if iri is None:
            continue
        beside = _beside(token, named)
        if beside is None and _is_definite(token) and token.tag_ not in ("NNS", "NNPS"):
            beside = _antecedent(reader, token, known, (iri,))
        if beside is not None:
            known[token.i] = beside
            yield token.i, beside


def _beside(token: Token, named: Mapping[int, int]) -> int | None:
    """The entity that stands in apposition to a noun, or that it is said to be."""
    if any(True for _ in members(token)):
        return None
    for other in role(token, "is"):
        if other.i in named and other.i != token.i:
            return named[other.i]
    return None


def _is_definite(token: Token) -> bool:
    return any(
        c.lower_ in ("the", "this", "that", "its", "their", "our") for c in token.children if c.dep_ in ("det", "poss")
    )


def _pronouns(reader: _Reader, known: Mapping[int, int]) -> Iterator[tuple[int, int]]:
    """Pronouns, each with the entity it points to."""
    resolved = dict(known)
    publisher = next((n for n, e in enumerate(reader.entities) if publishes(reader.document.article, e)), None)
    for token in reader.document.shadow:
        classes = reader.lexicon.pronouns.get(token.lower_)
        if classes and token.i not in resolved and token.pos_ in ("PRON", "DET"):
            if token.lower_ in FIRST_PERSON:
                antecedent = publisher
            else:
                said = _said_class(token, reader.lexicon)
                antecedent = _antecedent(reader, token, resolved, said or classes)
            if antecedent is not None:
                resolved[token.i] = antecedent
                yield token.i, antecedent


def _said_class(pronoun: Token, lexicon: Lexicon) -> tuple[Iri, ...]:
    """The class that a sentence gives a pronoun: "It is a fast model"."""
    said = [c for c in pronoun.head.children if c.dep_ == "attr"] if pronoun.dep_ == "nsubj" else []
    return tuple(lexicon.heads[n.lemma] for n in said if n.lemma in lexicon.heads)


def publishes(article: Article, entity: Entity) -> bool:
    """Whether an article stands on the entity's own site, so that it speaks of itself as "we"."""
    place = article.url or article.source
    host = place.split("//")[-1].split("/")[0].casefold()
    name = re.sub(r"\W", "", normal_form(entity.name))
    return len(name) > 2 and "." in host and name in re.sub(r"[^\w.]", "", host).split(".")


def _antecedent(reader: "_Reader", token: Token, known: Mapping[int, int], classes: Sequence[Iri]) -> int | None:
    """The most salient fitting entity before a token: near, a subject, and spoken of often."""
    sentence = reader.document.sentence_of
    scores: defaultdict[int, float] = defaultdict(float)
    for i, n in known.items():
        if i >= token.i or not reader.lexicon.ontology.compatible(reader.entities[n].type, classes):
            continue
        distance = sentence[token.i] - sentence[i]
        if distance <= REACH:
            scores[n] += _salience(reader.document.shadow[i], token, distance)
    return max(sorted(scores), key=lambda n: scores[n]) if scores else None


def _salience(candidate: Token, token: Token, distance: int) -> float:
    grammatical = (
        2.0 if candidate.dep_ in ("nsubj", "nsubjpass") else 1.2 if candidate.dep_ in ("dobj", "pobj", "appos") else 0.7
    )
    if candidate.dep_ == "poss":
        grammatical = 1.0
    same_clause = 1.3 if distance == 0 and clause_head(candidate).i == clause_head(token).i else 1.0
    return grammatical * same_clause * 0.5**distance
