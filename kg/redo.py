"""A graph's folder, changed in bulk, and yet whole or not at all.

    FOLDER/change.nq    quads that go, a line, quads that come: there from before a change is made until it stands

In bulk the store takes a quad in a third of the time of a transaction, and keeps none of it in memory; but who is
killed meanwhile leaves the half of it. So a change is on the disk first, and whoever opens the folder next, to read or
to write, makes it again: the end is the same. Who reads waits until a change stands, which is a second or two.

The log is a file beside the store, as the engine keeps the text of a literal for good, also when it is gone.
"""

import fcntl
import os
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

import pyoxigraph as ox

from .sparql import as_data
from .whole import write_atomically

CHANGE = "change.nq"
_COMING = b"# coming\n"
_TRIES = 9  # to open a folder whose files move: each takes some milliseconds, and files move once in some seconds


def open_folder(folder: Path, read_only: bool) -> ox.Store:
    """The store in a folder, with the change that a killed process left half done; OSError if it cannot be had."""
    if not folder.exists():
        return ox.Store(str(folder))
    with _held(folder, fcntl.LOCK_SH):
        if read_only and not (folder / CHANGE).exists():
            return _opened_to_read(folder)
    with _held(folder, fcntl.LOCK_EX):
        store = ox.Store(str(folder))
        for path in folder.glob(f".{CHANGE}.*"):
            path.unlink()  # never got as far as to be a change
        finish(store, folder)
    if not read_only:
        return store
    del store  # which lets go of the folder
    return open_folder(folder, read_only)


def _opened_to_read(folder: Path) -> ox.Store:
    """The store in a folder; a process that writes may be merging its files meanwhile, and take some away."""
    tries = _TRIES
    while True:
        try:
            return ox.Store.read_only(str(folder))
        except (OSError, RuntimeError) as error:
            tries -= 1
            if not tries or not is_moving(error):
                raise


def is_moving(error: Exception) -> bool:
    """Whether a store complains of a file that is gone, as one does that is written while it is read."""
    return "No such file" in str(error) and ".sst" in str(error)


def exchange(store: ox.Store, folder: Path, going: Collection[ox.Quad], coming: ox.Store) -> None:
    """Takes quads out of the store in a folder and puts others in, all or none; OSError if the disk is full."""
    less = b"".join(f"{quad} .\n".encode() for quad in going)
    more = coming.dump(format=ox.RdfFormat.N_QUADS) or b""
    with _held(folder, fcntl.LOCK_EX) as handle:
        write_atomically(folder / CHANGE, less, _COMING, more)
        os.fsync(handle)
        _apply(store, folder, going, coming)


def finish(store: ox.Store, folder: Path) -> None:
    """Makes the change that was begun in a folder, if one was, and did not come to its end."""
    if (folder / CHANGE).exists():
        parts = (folder / CHANGE).read_bytes().split(_COMING)
        quads = (ox.parse(part, format=ox.RdfFormat.N_QUADS) for part in parts)
        _apply(store, folder, *map(list, quads))


def _apply(store: ox.Store, folder: Path, going: Collection[ox.Quad], coming: Collection[ox.Quad] | ox.Store) -> None:
    if going:
        store.update(f"DELETE DATA {{\n{as_data(going)}}}")
    store.bulk_extend(coming)
    store.flush()
    (folder / CHANGE).unlink()


@contextmanager
def _held(folder: Path, how: int) -> Iterator[int]:
    """Holds a folder, together with others who do (LOCK_SH) or alone (LOCK_EX), and gives the open folder."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, how)
        yield handle
    finally:
        fcntl.flock(handle, fcntl.LOCK_UN)  # closing is not enough where a process was forked meanwhile
        os.close(handle)
