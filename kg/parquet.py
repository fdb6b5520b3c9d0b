"""The rows of Parquet files, by pyarrow. A kilobyte may unpack to any size: `confined` is where it is let run.

One article a row; the columns are those of JSON: id, title, text, published, url, source.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any

from .records import FIELDS, MOST_BYTES, brief, in_line, needed

_ROWS = 16  # at once: they are held until they are told
_reading: dict[str, Iterator[Mapping[str, object]]] = {}


def rows(_: bytes, path: str, first: bool) -> Sequence[Mapping[str, object]]:
    """The fields of the first or the next rows of a file; none at its end. ValueError if it cannot be read."""
    if first:
        _reading[path] = _all_rows(path)
    found = [*islice(_reading[path], _ROWS)]
    if not found:
        del _reading[path]
    return found


def _all_rows(path: str) -> Iterator[Mapping[str, object]]:
    pyarrow, tables = needed("pyarrow", "Parquet"), needed("pyarrow.parquet", "Parquet")
    try:
        with Path(path).open("rb") as raw:
            file = tables.ParquetFile(raw)
            columns = [name for name in FIELDS if name in file.schema_arrow.names]
            if "text" not in columns:
                there = ", ".join(in_line(name) for name in file.schema_arrow.names)[:200]
                raise ValueError(f"there is no column 'text', only: {there}; the columns are {', '.join(FIELDS)}")
            for batch in file.iter_batches(_ROWS, columns=columns, use_threads=False):
                for row in range(batch.num_rows):
                    yield {name: _plain(batch.column(name)[row]) for name in columns}
    except pyarrow.ArrowException as error:
        if isinstance(error, MemoryError):
            raise
        raise ValueError(f"broken Parquet: {error}") from error


def _plain(cell: Any) -> object:
    """A value as JSON has it; of one that cannot stand in a field no more than shows it."""
    try:
        value = cell.as_py()
    except UnicodeDecodeError:
        return ["bytes that are not UTF-8"]
    if isinstance(value, date):
        return value.isoformat()[:10]
    if isinstance(value, str) and len(value) > MOST_BYTES:
        return [f"a text of {len(value):,} characters"]
    return value if isinstance(value, str | int | float | None) else [brief(value)]
