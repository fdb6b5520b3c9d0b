"""Files that are written whole, or stay as they were."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import BinaryIO, cast


@contextmanager
def new_file(path: Path, rights: int = 0o644) -> Iterator[BinaryIO]:
    """A file that takes the place of another, with its rights if there is one, once all is in it; OSError if it cannot.

    A link stays one: what it leads to is written.
    """
    path = Path(os.path.realpath(path))  # and not `resolve`, which gives up where links lead in a circle
    with NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
        written = Path(file.name)
        try:
            yield cast(BinaryIO, file)
            file.flush()
            os.fsync(file.fileno())
            written.chmod(path.stat().st_mode & 0o777 if path.exists() else rights)
            written.replace(path)
        except BaseException:
            written.unlink()
            raise


def write_atomically(path: Path, *parts: bytes) -> None:
    """Writes a file so that a reader sees the old or the new content, never a part; OSError if it cannot."""
    with new_file(path) as file:
        file.writelines(parts)
