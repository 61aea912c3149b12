from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from mandat.engines.rules import UNKNOWN, Rule
from mandat.engines.rules.contiguous import Column, compile_arrays
from mandat.engines.rules.contiguous_arrow import column_of, household_sizes
from mandat.kernel.errors import InputError
from tests.engines.rules.random_rules import VOCABULARY, by_arrays, households, one_by_one, rules, tables
from tests.engines.rules.samples import tariff

DAYS = st.dates(dt.date(2025, 1, 1), dt.date(2030, 12, 31))


@given(rule=rules(), people=households(unknown=False), day=DAYS)
@settings(max_examples=150)
def test_arrays_give_what_the_interpreter_gives(rule: Rule | None, people: list[dict[str, Any]], day: dt.date) -> None:
    assume(rule is not None)
    assert rule is not None
    persons, homes = tables(people)
    assert by_arrays([rule.tree], persons, homes, day, complete=True) == [one_by_one(rule, people, day)]


@given(rule=rules(), people=households(unknown=True), day=DAYS)
@settings(max_examples=120)
def test_arrays_never_contradict_the_interpreter_where_answers_are_unknown(
    rule: Rule | None, people: list[dict[str, Any]], day: dt.date
) -> None:
    assume(rule is not None)
    assert rule is not None
    persons, homes = tables(people)
    (found,) = by_arrays([rule.tree], persons, homes, day, complete=False)
    for mine, theirs in zip(found, one_by_one(rule, people, day), strict=True):
        for name, value in mine.items():
            assert value is UNKNOWN or theirs[name] is UNKNOWN or value == theirs[name]
