"""A candidate's numbers tell how its score stands to those of other makers, other products and other properties."""

import numpy as np
import pytest

from kg.pairs import Pair
from kg.rivals import LEAST, NONE, beside_rivals, candidates

OUTCOMES = ("makes", "uses", "sues")
SHARES = np.array([-1.0, -2.0, -3.0], dtype=np.float32)
COUNTS = 11
HIGHEST, SECOND, _, OWN, BACK, BACK_MOST, BY_SUBJECT, SUBJECT_RANK, BY_OBJECT, OBJECT_RANK, RANK, FIRED, SHARE = range(
    COUNTS, COUNTS + 13
)


def pair(subject: int, object: int, fired: tuple[str, ...] = ()) -> Pair:
    return Pair(subject, object, ((0, 1),), (), (), frozenset(f"https://example.org/{p}" for p in fired), (1,) * COUNTS)


# 0 and 2 may make 1; 1 may, hardly, make 0.
PAIRS = [pair(0, 1, ("makes",)), pair(2, 1), pair(1, 0)]
SCORES = np.array([[2.0, -1.0, NONE], [0.5, NONE, NONE], [-3.0, -6.0, NONE]], dtype=np.float32)


@pytest.fixture(scope="module")
def numbers() -> np.ndarray:
    return beside_rivals(PAIRS, SCORES, OUTCOMES, SHARES)


def test_only_what_is_likely_enough_is_looked_at_again(numbers):
    assert candidates(SCORES).tolist() == [[0, 0], [0, 1], [1, 0], [2, 0]]
    assert SCORES[2, 1] < LEAST
    assert len(numbers) == 4


def test_each_is_set_beside_the_best_of_the_others(numbers):
    first, uses, second, reverse = numbers
    assert (first[OWN], first[BY_OBJECT], first[OBJECT_RANK]) == (2.0, 0.5, 0)
    assert (second[OWN], second[BY_OBJECT], second[OBJECT_RANK]) == (0.5, 2.0, 1)
    assert first[BY_SUBJECT] == NONE
    assert (first[RANK], uses[RANK]) == (0, 1)
    assert (first[HIGHEST], first[SECOND]) == (2.0, -1.0)
    assert (first[BACK], first[BACK_MOST]) == (-3.0, -3.0)
    assert second[BACK] == NONE
    assert reverse[BACK] == 2.0


def test_phrases_and_shares_are_told(numbers):
    assert numbers[:, FIRED].tolist() == [1, 0, 0, 0]
    assert numbers[:, SHARE].tolist() == [-1, -2, -1, -1]


def test_nothing_likely_is_nothing_to_look_at():
    assert len(beside_rivals(PAIRS, np.full((3, 3), NONE, dtype=np.float32), OUTCOMES, SHARES)) == 0
