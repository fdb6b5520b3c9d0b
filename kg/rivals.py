"""A candidate claim beside its rivals: what else the article could say of the same two things, or of one of them.

The ranker scores each pair of things for each property by itself. But a product has one maker more often than two, and
who makes it hardly uses it; numbers that tell how a score stands to the others let a second model see that.
"""

from collections.abc import Hashable, Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from .model import local_name
from .pairs import Pair

Scores = NDArray[np.float32]
LEAST = -3.5  # log-odds (a probability of 3 %) from which a pair is a candidate for a property
NONE = -13.0  # the score where there is nothing to score


def candidates(scores: Scores) -> NDArray[np.intp]:
    """The places (pair, property) of scores (pairs x properties) that are worth a second look."""
    return np.argwhere(scores > LEAST)


def beside_rivals(pairs: Sequence[Pair], scores: Scores, outcomes: Sequence[str], shares: Scores) -> Scores:
    """Numbers for each candidate of an article (candidates x numbers).

    `scores` are the first model's (pairs x properties, named by `outcomes`); `shares` tell how often each property
    holds where it could (log).
    """
    i, j = candidates(scores).T
    if not len(i):
        return np.zeros((0, 0), dtype=np.float32)
    rivals = (*_rivals([p.subject for p in pairs], scores), *_rivals([p.object for p in pairs], scores))
    highest = -np.sort(-scores, axis=1)[:, :3]
    back = _back(pairs, scores)
    fired = [{local_name(iri) for iri in p.fired} for p in pairs]
    counts = np.array([p.counts for p in pairs])
    here = scores[i, j]
    return np.column_stack(
        [
            counts[i],
            highest[i],
            here,
            back[i, j],
            back[i].max(axis=1),
            *(side[i, j] for side in rivals),
            (scores[i] > here[:, None]).sum(axis=1),
            [outcomes[b] in fired[a] for a, b in zip(i, j, strict=True)],
            shares[j],
        ]
    ).astype(np.float32)


def _rivals(keys: Iterable[Hashable], scores: Scores) -> tuple[Scores, Scores]:
    """For each score the best of the same property among the other pairs of its key, and how many are better."""
    groups: dict[Hashable, list[int]] = {}
    for n, key in enumerate(keys):
        groups.setdefault(key, []).append(n)
    best = np.full_like(scores, NONE)
    better = np.zeros_like(scores)
    for members in groups.values():
        own = scores[members]
        ordered = -np.sort(-own, axis=0)
        second = ordered[1] if len(members) > 1 else np.full_like(ordered[0], NONE)
        best[members] = np.where(own >= ordered[0], second, ordered[0])
        better[members] = (own[None, :, :] > own[:, None, :]).sum(axis=1)
    return best, better


def _back(pairs: Sequence[Pair], scores: Scores) -> Scores:
    """For each pair the scores of the one that has subject and object the other way round."""
    place: dict[tuple[object, object], int] = {(p.subject, p.object): n for n, p in enumerate(pairs)}
    back = [place.get((p.object, p.subject)) for p in pairs]
    found = scores[[n or 0 for n in back]]
    found[[n is None for n in back]] = NONE
    return found
