"""Arrow tables as the arrays a contiguous program runs on, without a copy where there need be none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mandat.engines.rules.contiguous import Column
from mandat.engines.rules.document import Input
from mandat.engines.rules.tree import Tree
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text


def household_sizes(numbers: Any) -> Any:
    """Members of each household, from a column of household numbers in which equal ones stand side by side.

    Raises InputError where a household comes back after another one.
    """
    parts = [_whole(chunk) for chunk in _chunks(numbers) if len(chunk)]
    if not parts:
        return np.zeros(0, np.int64)
    starts, at, rising = [np.zeros(1, np.int64)], 0, True
    for before, values in zip([None, *parts], parts, strict=False):
        if before is not None and values[0] != before[-1]:
            starts.append(np.array([at]))
            rising = rising and bool(values[0] > before[-1])
        starts.append(np.flatnonzero(values[1:] != values[:-1]) + (at + 1))
        rising = rising and not (values[1:] < values[:-1]).any()
        at += len(values)
    first = np.concatenate(starts)
    if not rising and len(np.unique(np.concatenate(parts)[first])) != len(first):
        raise InputError(
            Text(
                "les lignes d'un même foyer ne se suivent pas : triez-les d'abord",
                "the rows of a household do not follow one another: sort them first",
            )
        )
    return np.diff(first, append=at)


def columns_of(tree: Tree, names: Iterable[str], table: Any, columns: Mapping[str, str]) -> dict[str, Column]:
    """The named inputs, read from a table's columns."""
    return {name: column_of(tree.inputs[name], table[columns[name]]) for name in names}


def column_of(item: Input, values: Any) -> Column:
    """One input from an Arrow column. Raises InputError for another type, and for floats: they are not exact."""
    if item.type in ("number", "integer") and pa.types.is_decimal128(values.type):
        return _amounts(item, values)
    if item.type == "date" and pa.types.is_date32(values.type):
        return Column(_days(values), _valid(values))
    array = _combined(values)
    known = None if array.null_count == 0 else np.asarray(pc.is_valid(array).to_numpy(zero_copy_only=False))
    type_ = array.type
    if item.type in ("number", "integer"):
        return Column(_scaled(item, array), known)
    if item.type == "boolean" and pa.types.is_boolean(type_):
        return Column(np.asarray(pc.fill_null(array, False).to_numpy(zero_copy_only=False)), known)
    if item.type in ("choice", "commune") and (pa.types.is_dictionary(type_) or pa.types.is_string(type_)):
        coded = array if pa.types.is_dictionary(type_) else array.dictionary_encode()
        places = pc.fill_null(coded.indices, 0).cast(pa.int32()).to_numpy(zero_copy_only=False)
        return Column(np.asarray(places), known, tuple(coded.dictionary.to_pylist()))
    raise _wrong(item, type_)


def _combined(values: Any) -> Any:
    if isinstance(values, pa.ChunkedArray):
        if pa.types.is_dictionary(values.type):
            values = values.unify_dictionaries()
        return values.combine_chunks() if values.num_chunks != 1 else values.chunk(0)
    return values


def _wrong(item: Input, type_: Any) -> InputError:
    return InputError(
        Text(
            f"la colonne de {item.name} ne convient pas à un {item.type} : elle est de type {type_}",
            f"the column of {item.name} does not suit a {item.type}: its type is {type_}",
        )
    )


def _whole(array: Any) -> Any:
    return np.asarray(pc.fill_null(array, 0).to_numpy(zero_copy_only=False)).astype(np.int64, copy=False)


def _scaled(item: Input, array: Any) -> Any:
    """Whole numbers of the input's last decimal."""
    type_ = array.type
    if pa.types.is_integer(type_):
        return _whole(array) * 10**item.decimals
    raise _wrong(item, type_)


def _chunks(values: Any) -> list[Any]:
    return values.chunks if isinstance(values, pa.ChunkedArray) else [values]


def _valid(values: Any) -> Any:
    if not values.null_count:
        return None
    valid = pc.is_valid(values)
    return np.asarray(
        (valid.combine_chunks() if isinstance(valid, pa.ChunkedArray) else valid).to_numpy(zero_copy_only=False)
    )


def _amounts(item: Input, values: Any) -> Column:
    """Exact decimals as whole numbers of the input's last decimal, a chunk at a time."""
    type_ = values.type
    if type_.scale > item.decimals:
        raise InputError(
            Text(
                f"la colonne de {item.name} a {type_.scale} décimales, {item.decimals} sont attendues",
                f"the column of {item.name} has {type_.scale} decimals, {item.decimals} are expected",
            )
        )
    if type_.precision > 18:
        raise _wrong(item, type_)
    found = np.empty(len(values), np.int64)
    at = 0
    for chunk in _chunks(values):
        # A decimal of at most 18 digits is all in the low half of its 16 bytes.
        if len(chunk):
            halves = np.frombuffer(chunk.buffers()[1], np.int64)
            found[at : at + len(chunk)] = halves[2 * chunk.offset : 2 * (chunk.offset + len(chunk)) : 2]
        at += len(chunk)
    known = _valid(values)
    if known is not None:
        found[~known] = 0
    if type_.scale < item.decimals:
        found *= 10 ** (item.decimals - type_.scale)
    return Column(found, known)


def _days(values: Any) -> Any:
    """Days as 20250301, through a table of every day between the first and the last; any of them where the day is unknown."""
    ends = pc.min_max(values.cast(pa.int32())).as_py()
    if ends["min"] is None:
        return np.zeros(len(values), np.int64)
    first, last = ends["min"], ends["max"]
    if not -100_000 <= first <= last <= 200_000:
        raise InputError(Text("des dates hors du calendrier", "dates out of the calendar"))
    days_of = np.arange(first, last + 1).astype("datetime64[D]")
    months = days_of.astype("datetime64[M]")
    rank = months.astype(np.int64) + 1970 * 12
    table = rank // 12 * 10_000 + (rank % 12 + 1) * 100 + (days_of - months).astype(np.int64) + 1
    found = np.empty(len(values), np.int64)
    at = 0
    for chunk in _chunks(values):
        if len(chunk):
            days = np.frombuffer(chunk.buffers()[1], np.int32)[chunk.offset : chunk.offset + len(chunk)]
            # What is under an unknown day may be anything: it is brought within the table.
            np.take(
                table,
                np.clip(days, first, last) - first if chunk.null_count else days - first,
                out=found[at : at + len(chunk)],
                mode="clip",
            )
        at += len(chunk)
    return found
