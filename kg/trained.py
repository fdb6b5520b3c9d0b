"""The trained parts that ship with the package, or those that `kg train` wrote elsewhere; plain data, checked on
load.
"""

import gzip
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from .errors import ModelError
from .linear import LinearModel
from .trees import Trees

FOLDER = Path(__file__).parent / "models"
WORDS, RECOGNISER = "words.json.gz", "recogniser.crfsuite.gz"
TYPING, RANKER, TREES, MANIFEST = "typing.npz", "ranker.npz", "trees.npz", "parts.json"


@dataclass(frozen=True)
class TrainedParts:
    """A folder of trained parts with `parts.json`: their hashes, the threshold and settings."""

    folder: Path
    manifest: Mapping[str, Any]

    @cached_property
    def words(self) -> Mapping[str, Any]:
        """Counts of lower-case words, and the tokens of names."""
        data: Mapping[str, Any] = json.loads(gzip.decompress(self.bytes(WORDS)))
        return data

    @property
    def recogniser(self) -> bytes:
        """The CRFsuite model that finds names."""
        return gzip.decompress(self.bytes(RECOGNISER))

    @property
    def typing(self) -> LinearModel:
        """The model that gives a name its class."""
        return LinearModel.load(self.bytes(TYPING), TYPING)

    @property
    def ranker(self) -> LinearModel:
        """The model that weighs candidate claims."""
        return LinearModel.load(self.bytes(RANKER), RANKER)

    @property
    def trees(self) -> Trees:
        """The trees that weigh each candidate beside its rivals."""
        return Trees.load(self.bytes(TREES), TREES)

    def setting(self, name: str) -> Any:
        """A setting of the manifest; ModelError where an older version wrote it."""
        try:
            return self.manifest[name]
        except KeyError as error:
            raise ModelError(
                f"{self.folder / MANIFEST}: nothing about {name}, older than this version; run kg train"
            ) from error

    def bytes(self, name: str) -> bytes:
        """A part's bytes, which must be those that the manifest was written for."""
        try:
            data = (self.folder / name).read_bytes()
        except OSError as error:
            raise ModelError(f"{self.folder / name}: trained part missing ({error.strerror}); run kg train") from error
        if hashlib.sha256(data).hexdigest() != self.manifest["parts"].get(name):
            raise ModelError(f"{self.folder / name}: not the part that {MANIFEST} describes; run kg train")
        return data


def load_parts(folder: Path = FOLDER) -> TrainedParts | None:
    """The trained parts in a folder, none where there is no manifest."""
    path = folder / MANIFEST
    if not path.is_file():
        return None
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
        return TrainedParts(folder, manifest) if manifest["parts"] else None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelError(f"{path}: no manifest of trained parts ({error}); run kg train") from error


def write_manifest(folder: Path, settings: Mapping[str, Any]) -> None:
    """Writes the manifest of the parts that stand in a folder."""
    names = [n for n in (WORDS, RECOGNISER, TYPING, RANKER, TREES) if (folder / n).is_file()]
    parts = {n: hashlib.sha256((folder / n).read_bytes()).hexdigest() for n in names}
    text = json.dumps({"parts": parts, **settings}, indent=2, sort_keys=True)
    (folder / MANIFEST).write_text(text + "\n", encoding="utf-8")
