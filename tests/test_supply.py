"""What is shipped is what should be, and what is installed is what was locked."""

import json
import pickletools
import re
import shutil
import tarfile
import zipfile
from pathlib import Path

import numpy as np
import pytest
from test_cli import python

from kg.errors import ModelError
from kg.trained import FOLDER, load_parts

PARTS = ("words.json.gz", "recogniser.crfsuite.gz", "typing.npz", "ranker.npz", "trees.npz")
OUTSIDE = {
    "README.md",
    "CHANGELOG.md",
    "LICENSE",
    "Makefile",
    "requirements.lock",
    "pyproject.toml",
    "PKG-INFO",
    ".gitignore",
}
FOLDERS = {"kg", "ontology", "tests", "notebooks", "data"}


@pytest.fixture(scope="module")
def packed(root: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[str]]:
    """The files of the wheel and of the sdist."""
    folder = tmp_path_factory.mktemp("dist")
    done = python("-m", "hatchling", "build", "-d", str(folder), cwd=root)
    assert done.returncode == 0, done.stderr
    (wheel,), (sdist,) = folder.glob("*.whl"), folder.glob("*.tar.gz")
    with tarfile.open(sdist) as tar:
        assert all(member.isfile() or member.isdir() for member in tar), "no link leads out of it"
        names = {member.name.partition("/")[2] for member in tar if member.isfile()}
    return {"wheel": set(zipfile.ZipFile(wheel).namelist()), "sdist": names}


def sources(root: Path, folder: str) -> set[str]:
    found = (path for path in (root / folder).rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return {path.relative_to(root).as_posix() for path in found if ".ipynb_checkpoints" not in path.parts}


def test_the_wheel_has_the_package_the_ontology_and_nothing_else(root, packed):
    own = {name for name in packed["wheel"] if ".dist-info/" not in name}
    assert own == sources(root, "kg") | {f"kg/{name}" for name in sources(root, "ontology")}
    told = {Path(name).name for name in packed["wheel"] - own}
    assert told == {"METADATA", "WHEEL", "RECORD", "entry_points.txt", "LICENSE"}


def test_the_sdist_has_what_builds_and_tests_it_and_nothing_else(root, packed):
    outside = {name for name in packed["sdist"] if "/" not in name}
    assert outside <= OUTSIDE
    assert {"README.md", "LICENSE", "Makefile", "requirements.lock", "pyproject.toml"} <= outside
    assert packed["sdist"] - outside == {name for folder in FOLDERS for name in sources(root, folder)}


@pytest.mark.parametrize("kind", ["wheel", "sdist"])
def test_nothing_that_hides_code_or_secrets_is_shipped(packed, kind):
    for name in packed[kind]:
        assert not re.search(
            r"(?i)\.(pkl|pickle|joblib|pt|so|pyc|pyd|dll|exe|sh|env|pem|key|nq|sst)$|/\.(?!gitignore)", name
        ), name


def test_trained_parts_are_plain_data():
    assert {path.name for path in FOLDER.iterdir()} == {*PARTS, "parts.json", "README.md"}
    for name in PARTS:
        if name.endswith(".npz"):
            with np.load(FOLDER / name, allow_pickle=False) as arrays:
                assert all(arrays[key].dtype.kind in "uif" for key in arrays)
    parts = load_parts()
    json.dumps(parts.words)
    with pytest.raises((ValueError, IndexError)):
        list(pickletools.genops(parts.recogniser))


@pytest.mark.parametrize("name", PARTS)
@pytest.mark.parametrize("change", ["one bit", "another's", "nothing"])
def test_a_part_that_was_changed_is_not_loaded(tmp_path, name, change):
    folder = Path(shutil.copytree(FOLDER, tmp_path / "models"))
    content = bytearray((folder / name).read_bytes())
    content[len(content) // 2] ^= 1
    other = (folder / PARTS[PARTS.index(name) - 1]).read_bytes()
    (folder / name).write_bytes({"one bit": bytes(content), "another's": other, "nothing": b""}[change])
    with pytest.raises(ModelError, match=r"not the part that parts\.json describes"):
        load_parts(folder).bytes(name)


def test_a_part_with_a_pickle_is_not_loaded_though_its_hash_is_right(tmp_path):
    from kg.linear import LinearModel

    np.savez(tmp_path / "a.npz", features=np.array([{"a": 1}], dtype=object))
    with pytest.raises(ModelError, match="no trained part that can be read"):
        LinearModel.load((tmp_path / "a.npz").read_bytes(), "a.npz")


def test_the_lock_pins_and_hashes_every_package_and_names_no_index(root):
    text = (root / "requirements.lock").read_text(encoding="utf-8")
    entries = re.sub(r"\\\n", " ", "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#")))
    lines = [line for line in entries.splitlines() if line.strip()]
    assert len(lines) > 100
    for line in lines:
        assert re.fullmatch(
            r"[A-Za-z0-9._-]+==[A-Za-z0-9.!+_-]+( ; [^#]+?)?(\s+--hash=sha256:[0-9a-f]{64})+\s*", line
        ), line[:80]


def test_every_dependency_has_its_reason_in_the_readme(root):
    import tomllib

    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    readme = (root / "README.md").read_text(encoding="utf-8")
    told = readme[readme.index("## Dependencies") : readme.index("## Layout")].lower()
    extras = [each for name, group in project["optional-dependencies"].items() if name != "test" for each in group]
    for each in [*project["dependencies"], *extras]:
        name = re.match(r"[\w-]+", each)[0].lower()
        assert name in told, f"{name} has no reason in the README"
