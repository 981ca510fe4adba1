"""CSV that people have exported, or saved from a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ..errors import AutograderError

Row = dict[str, str]


class BadTable(AutograderError):
    """A file cannot be used as the table that is asked for; ``reason`` says why."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path}: {reason} Nothing was changed.")
        self.path = path
        self.reason = reason


@dataclass(frozen=True)
class Table:
    """Columns in the file's order, and rows; ``lines`` are where the rows end in the file."""

    path: Path
    columns: Sequence[str]
    rows: Sequence[Row]
    lines: Sequence[int]


def read_table(path: Path) -> Table:
    """Read a table, comma, semicolon or tab between its columns. Raises BadTable."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise BadTable(path, f"it cannot be read ({error.strerror}).") from None
    except UnicodeDecodeError:
        raise BadTable(path, "it is not UTF-8. Save it again, as CSV in UTF-8.") from None
    separator = max(",;\t", key=text.partition("\n")[0].count)
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=separator, restval="")
    try:
        found = [({str(k): v for k, v in row.items() if k}, reader.line_num) for row in reader]
    except csv.Error as error:
        said = f"line {reader.line_num} is no CSV ({error}). Is a quotation mark missing?"
        raise BadTable(path, said) from None
    columns = [column for column in reader.fieldnames or () if column]
    if not columns:
        raise BadTable(path, "it is empty.")
    return Table(path, columns, [row for row, _ in found], [line for _, line in found])
