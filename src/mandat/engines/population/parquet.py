"""The tables as Parquet: exact decimals in whole numbers, groups of rows small enough to be read a few at a time."""

from __future__ import annotations

from typing import BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from mandat.engines.population.generate import MARK, Part

ROW_GROUP = 122_880


def write_part(part: Part, *, persons: BinaryIO, households: BinaryIO) -> None:
    """Write one département to two open binary streams, rows in order of household; the mark is in the file's metadata."""
    for table, stream in ((part.persons, persons), (part.households, households)):
        pq.write_table(
            table,
            stream,
            row_group_size=ROW_GROUP,
            compression="zstd",
            store_decimal_as_integer=True,
            sorting_columns=[pq.SortingColumn(0)],
            # Arrow's own copy of the schema would say the same again.
            use_dictionary=[field.name for field in table.schema if pa.types.is_dictionary(field.type)],
        )


def is_synthetic(stream: BinaryIO) -> bool:
    """Whether a Parquet file carries the mark of a synthetic population."""
    return MARK in (pq.read_schema(stream).metadata or {})
