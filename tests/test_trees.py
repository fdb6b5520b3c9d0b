"""Trees as plain arrays give what the library gives that fitted them, and the same after they were stored."""

import lightgbm
import numpy as np
import pytest

from kg.errors import ModelError
from kg.train_ranker import TREES_SETTINGS
from kg.trees import Trees


@pytest.fixture(scope="module")
def fitted() -> tuple[lightgbm.Booster, np.ndarray]:
    chance = np.random.RandomState(0)
    rows = chance.randn(3000, 6).astype(np.float32)
    true = rows[:, 0] * rows[:, 1] + 0.3 * chance.randn(3000) > 0.2
    return lightgbm.train(TREES_SETTINGS, lightgbm.Dataset(rows, true.astype(int)), num_boost_round=40), rows


@pytest.fixture(scope="module")
def trees(fitted) -> Trees:
    return Trees.of([each["tree_structure"] for each in fitted[0].dump_model()["tree_info"]])


def test_they_score_as_the_library_does(fitted, trees):
    booster, rows = fitted
    wanted = booster.predict(rows, raw_score=True)
    assert wanted.std() > 0.3
    assert np.allclose(trees.scores(rows), wanted, atol=1e-4)


def test_stored_and_loaded_they_are_the_same_to_the_byte(trees, fitted, tmp_path):
    first, second = tmp_path / "a.npz", tmp_path / "b.npz"
    trees.save(first)
    loaded = Trees.load(first.read_bytes(), "a.npz")
    loaded.save(second)
    assert first.read_bytes() == second.read_bytes()
    assert (loaded.scores(fitted[1]) == trees.scores(fitted[1])).all()


def test_no_rows_have_no_scores(trees):
    assert trees.scores(np.zeros((0, 6), dtype=np.float32)).shape == (0,)


@pytest.mark.parametrize("content", [b"", b"no archive", b"PK\x03\x04"])
def test_what_is_no_part_is_refused_by_name(content):
    with pytest.raises(ModelError, match=r"trees\.npz"):
        Trees.load(content, "trees.npz")
