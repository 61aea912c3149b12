"""Cells that no spreadsheet takes for a formula, and lines of CSV that stream."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

#: What a spreadsheet would take for a formula, also after spaces.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "|", "%", "＝", "＋", "－", "＠")


def cell(value: Any) -> Any:
    """A value as a cell: numbers and days as they are, texts that begin like a formula after an apostrophe."""
    if value is None:
        return ""
    if isinstance(value, dt.datetime | dt.date):
        return value.isoformat()
    if isinstance(value, str) and value.lstrip(" \n\u00a0").startswith(FORMULA):
        return f"'{value}"
    return value


class _Echo:
    def write(self, text: str) -> str:
        return text


def csv_lines(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[bytes]:
    """UTF-8 with mark, commas; a few hundred lines at a time."""
    writer = csv.writer(_Echo())
    kept = ["\ufeff", str(writer.writerow([cell(one) for one in head]))]
    for row in rows:
        kept.append(str(writer.writerow([cell(one) for one in row])))
        if len(kept) >= 300:
            yield "".join(kept).encode()
            kept = []
    yield "".join(kept).encode()
