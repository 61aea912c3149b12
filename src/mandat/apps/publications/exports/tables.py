"""What a table of open data is: columns with a type and a meaning in both languages, and rows."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from mandat.facts.base import decimal_text
from mandat.kernel.text import Text

Type = Literal["string", "integer", "number", "date", "datetime", "boolean", "object"]
#: A value of a cell: text, int, Decimal, date, aware datetime, bool, a JSON value for ``object``, or None.
Row = Sequence[Any]


@dataclass(frozen=True, slots=True)
class Column:
    """``name`` never changes once published. ``values`` is the closed list of what it may hold, where there is one."""

    name: str
    type: Type
    title: Text
    required: bool = False
    values: tuple[str, ...] = ()
    pattern: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A table: ``rows`` is called for each writing and yields its rows one by one.

    ``small`` tables also exist as spreadsheets; ``key`` names the columns that identify a row.
    """

    name: str
    title: Text
    description: Text
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    rows: Callable[[], Iterable[Row]]
    small: bool = True


def plain(value: Any) -> str:
    """A value as text: decimals without exponent, moments in UTC, objects as JSON, nothing for None."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return value
    if isinstance(value, Decimal):
        return decimal_text(value)
    if isinstance(value, dt.datetime):
        return moment(value)
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, int):
        return str(value)
    return json.dumps(value, ensure_ascii=False, sort_keys=True, default=plain)


def moment(value: dt.datetime) -> str:
    """An aware moment as ``2026-11-23T08:15:00.123456Z``."""
    return value.astimezone(dt.UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def table_schema(table: Table) -> dict[str, Any]:
    """The Table Schema (Frictionless, profile v1) of a table, titles and descriptions in French, English beside."""
    kinds = {"object": "string"}
    fields = []
    for column in table.columns:
        field: dict[str, Any] = {
            "name": column.name,
            "type": kinds.get(column.type, column.type),
            "title": column.title.fr,
            "title_en": column.title.en,
        }
        constraints: dict[str, Any] = {}
        if column.required:
            constraints["required"] = True
        if column.values:
            constraints["enum"] = list(column.values)
        if column.pattern:
            constraints["pattern"] = column.pattern
        if constraints:
            field["constraints"] = constraints
        fields.append(field)
    return {
        "$schema": "https://specs.frictionlessdata.io/schemas/table-schema.json",
        "name": table.name,
        "title": table.title.fr,
        "title_en": table.title.en,
        "description": table.description.fr,
        "description_en": table.description.en,
        "version": "1.0.0",
        "fields": fields,
        "primaryKey": list(table.key),
        "missingValues": [""],
    }
