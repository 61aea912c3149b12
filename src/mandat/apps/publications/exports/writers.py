"""Write tables piece by piece: the whole is never in memory, whatever its length."""

from __future__ import annotations

import csv
import io
import json
import tempfile
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import xlsxwriter

from mandat.apps.publications.exports.tables import Column, Table, plain
from mandat.kernel.text import Text

#: Rows written at a time: of text, and of a Parquet row group.
BATCH, GROUP = 500, 20_000
#: A spreadsheet program reads a text that begins so as a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r")
SYNTHETIC = Text(
    "Données de démonstration : tous les faits sont synthétiques.", "Demonstration data: every fact is synthetic."
)

CONTENT_TYPES = {
    "csv": "text/csv; charset=utf-8; header=present",
    "jsonl": "application/jsonl; charset=utf-8",
    "parquet": "application/vnd.apache.parquet",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def safe(text: str) -> str:
    """A text no spreadsheet takes for a formula: an apostrophe goes before the sign."""
    return "'" + text if text.startswith(FORMULA) else text


def _cell(column: Column, value: Any) -> str:
    return safe(plain(value)) if column.type in ("string", "object") else plain(value)


def csv_chunks(table: Table, *, separator: str = ",", bom: bool = False) -> Iterator[bytes]:
    """RFC 4180 in UTF-8. ``separator``: comma or semicolon; ``bom``: for programs that guess the encoding."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=separator, lineterminator="\r\n")
    writer.writerow([column.name for column in table.columns])
    start = "\ufeff" if bom else ""
    rows = iter(table.rows())
    while True:
        batch = list(islice(rows, BATCH))
        writer.writerows(
            [_cell(column, value) for column, value in zip(table.columns, row, strict=True)] for row in batch
        )
        if text := start + buffer.getvalue():
            yield text.encode()
        start = ""
        buffer.seek(0)
        buffer.truncate()
        if len(batch) < BATCH:
            return


def _json_value(value: Any) -> Any:
    return value if value is None or isinstance(value, bool | int | str | list | dict) else plain(value)


def jsonl_chunks(table: Table) -> Iterator[bytes]:
    """One JSON object a line; numbers with decimals are texts, so that they stay exact."""
    names = [column.name for column in table.columns]
    rows = iter(table.rows())
    while batch := list(islice(rows, BATCH)):
        yield "".join(
            json.dumps(
                {name: _json_value(value) for name, value in zip(names, row, strict=True)},
                ensure_ascii=False,
                default=plain,
            )
            + "\n"
            for row in batch
        ).encode()


_ARROW = {
    "string": pa.string(),
    "integer": pa.int64(),
    "number": pa.decimal128(24, 6),
    "date": pa.date32(),
    "datetime": pa.timestamp("us", tz="UTC"),
    "boolean": pa.bool_(),
    "object": pa.string(),
}


class _Pipe(io.RawIOBase):
    """Collects what is written until it is taken; knows how much passed."""

    def __init__(self) -> None:
        self.parts: list[bytes] = []
        self.passed = 0

    def writable(self) -> bool:
        return True

    def tell(self) -> int:
        return self.passed

    def write(self, data: Any) -> int:
        raw = bytes(data)
        self.parts.append(raw)
        self.passed += len(raw)
        return len(raw)

    def take(self) -> bytes:
        raw = b"".join(self.parts)
        self.parts.clear()
        return raw


def parquet_chunks(table: Table, *, synthetic: bool) -> Iterator[bytes]:
    """Parquet with one row group each ``GROUP`` rows; the file's metadata says whether it is synthetic."""
    notes = {"title": table.title.en, "synthetic": "true" if synthetic else "false"}
    if synthetic:
        notes["notice"] = f"{SYNTHETIC.fr} / {SYNTHETIC.en}"
    schema = pa.schema(
        [
            pa.field(
                column.name, _ARROW[column.type], metadata={"title_fr": column.title.fr, "title_en": column.title.en}
            )
            for column in table.columns
        ],
        metadata=notes,
    )
    pipe = _Pipe()
    rows = iter(table.rows())
    with pq.ParquetWriter(pipe, schema, compression="zstd") as writer:
        while batch := list(islice(rows, GROUP)):
            arrays = [
                pa.array([_arrow_value(column, row[place]) for row in batch], type=_ARROW[column.type])
                for place, column in enumerate(table.columns)
            ]
            writer.write_table(pa.Table.from_arrays(arrays, schema=schema))
            yield pipe.take()
    yield pipe.take()


def _arrow_value(column: Column, value: Any) -> Any:
    if value is None or (value == "" and column.type == "string"):
        return None
    return plain(value) if column.type in ("string", "object") else value


def xlsx_file(table: Table, *, synthetic: bool) -> Any:
    """A spreadsheet, open at its beginning: one sheet of data, one that explains the columns."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 - read and closed by who streams it
    book = xlsxwriter.Workbook(
        file,
        {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False},
    )
    if synthetic:
        book.set_properties({"title": str(table.title), "comments": str(SYNTHETIC)})
    bold = book.add_format({"bold": True})
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    sheet = book.add_worksheet(table.name[:31])
    sheet.freeze_panes(1, 1)
    for place, column in enumerate(table.columns):
        sheet.write_string(0, place, column.name, bold)
    for line, row in enumerate(table.rows(), start=1):
        for place, (column, value) in enumerate(zip(table.columns, row, strict=True)):
            if value is None or value == "":
                continue
            if column.type in ("integer", "number"):
                sheet.write_number(line, place, value)
            elif column.type == "date":
                sheet.write_datetime(line, place, value, day)
            elif column.type == "boolean":
                sheet.write_boolean(line, place, value)
            else:
                sheet.write_string(line, place, plain(value)[:32_767])
    words = book.add_worksheet("colonnes")
    if synthetic:
        words.write_string(0, 0, f"{SYNTHETIC.fr} / {SYNTHETIC.en}", bold)
    for line, column in enumerate(table.columns, start=2):
        for place, text in enumerate((column.name, column.type, column.title.fr, column.title.en)):
            words.write_string(line, place, text)
    book.close()
    file.seek(0)
    return file


def chunks(table: Table, form: str, *, synthetic: bool, separator: str = ",", bom: bool = False) -> Iterable[bytes]:
    """The pieces of ``table`` written as ``form``: csv, jsonl, parquet or xlsx."""
    if form == "csv":
        return csv_chunks(table, separator=separator, bom=bom)
    if form == "jsonl":
        return jsonl_chunks(table)
    if form == "parquet":
        return parquet_chunks(table, synthetic=synthetic)
    return _xlsx_chunks(table, synthetic=synthetic)


def _xlsx_chunks(table: Table, *, synthetic: bool) -> Iterator[bytes]:
    # Made when the first piece is asked for: a response that is never sent leaves no file open.
    with xlsx_file(table, synthetic=synthetic) as file:
        while piece := file.read(1 << 16):
            yield piece
