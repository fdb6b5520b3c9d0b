"""An answer as a table: to go through, to show, and to hand on as CSV, JSON or a DataFrame."""

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from .errors import QueryError

if TYPE_CHECKING:
    import pandas

Cell = str | int | float | bool | date | Decimal | None
_NUMBER = r"[-+]?\d+(\.\d+)?"
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # what begins a formula in some spreadsheet
_SHOWN, _TOLD = 60, 20  # rows of a table that a notebook shows, and a terminal


@dataclass(frozen=True, slots=True, repr=False)
class Table:
    """An answer: the names of its columns and its rows, of Python values; an IRI is a string, None is unbound.

    It can be gone through row by row, has a length, and is shown as a table in notebooks.

    >>> [name for name, users in Table(("name", "users"), (("Meta", 3), ("Zorg", 1))) if users > 2]
    ['Meta']
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]

    def __iter__(self) -> Iterator[tuple[Cell, ...]]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def __repr__(self) -> str:
        """The first rows in columns.

        >>> Table(("name", "users"), (("Meta", 3), ("OpenAI", None)))
        name   │ users
        Meta   │ 3
        OpenAI │
        """
        rows = [["" if cell is None else " ".join(str(cell).split()) for cell in row] for row in self.rows[:_TOLD]]
        widths = [max(map(len, column)) for column in zip(self.columns, *rows, strict=True)]
        lines = [" │ ".join(f"{c:<{w}}" for c, w in zip(row, widths, strict=True)) for row in (self.columns, *rows)]
        more = [f"… {len(self)} rows"] if len(self) > _TOLD else []
        return "\n".join([*(line.rstrip() for line in lines), *more])

    def _repr_html_(self) -> str:
        from .cards import card

        return card("table", table=self, most=_SHOWN)

    def to_pandas(self) -> "pandas.DataFrame":
        """The table as a DataFrame of pandas, which is loaded only now; QueryError if it is not installed.

        >>> Table(("name", "users"), (("Meta", 3),)).to_pandas()["users"].sum().item()
        3
        """
        try:
            from pandas import DataFrame
        except ImportError as error:
            raise QueryError("a DataFrame needs pandas: pip install 'technews-kg[notebook]'") from error
        return DataFrame(list(self.rows), columns=list(self.columns))

    def to_csv(self) -> str:
        r"""The table as CSV, with a line of column names; texts that a spreadsheet would run are `defused`.

        >>> Table(("name",), (("Meta",),)).to_csv()
        'name\nMeta\n'
        """
        rows = (tuple(defused(cell) if isinstance(cell, str) else cell for cell in row) for row in self.rows)
        return csv_text([self.columns, *rows])

    def to_json(self) -> str:
        """The table as a JSON array of one object a row.

        >>> Table(("name", "users"), (("Meta", 3),)).to_json()
        '[{"name": "Meta", "users": 3}]'
        """
        records = [dict(zip(self.columns, row, strict=True)) for row in self.rows]
        return json.dumps(records, default=_jsonable, ensure_ascii=False)


def csv_text(rows: Iterable[Sequence[Cell]]) -> str:
    r"""Rows as CSV, a line each; a cell with a break in it is quoted, a carriage return too.

    >>> csv_text([("a\rb", 1)])
    '"a\rb",1\n'
    """
    lines = io.StringIO(newline="")
    writer = csv.writer(lines, lineterminator="\r\n")  # what stands here is what makes it quote a cell
    ends = []
    for row in rows:
        writer.writerow(row)
        ends.append(lines.tell())
    text = lines.getvalue()
    return "".join(f"{text[start : end - 2]}\n" for start, end in zip([0, *ends], ends, strict=False))


def defused(cell: str) -> str:
    """A cell that a spreadsheet takes for text: an apostrophe stands before what would begin a formula.

    >>> defused("=HYPERLINK(A1)"), defused("-5"), defused("Meta")
    ("'=HYPERLINK(A1)", '-5', 'Meta')
    """
    return f"'{cell}" if cell.startswith(_FORMULA) and not re.fullmatch(_NUMBER, cell) else cell


def _jsonable(cell: object) -> object:
    if isinstance(cell, Decimal):
        return int(cell) if cell == cell.to_integral_value() else float(cell)
    return str(cell)
