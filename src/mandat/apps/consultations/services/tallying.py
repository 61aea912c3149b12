"""The results of a survey: counted in one pass over the box, small counts withheld before anything is kept."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

from django.utils import timezone

from mandat.apps.consultations.held import Held
from mandat.apps.consultations.models import AnswerSet, Consultation
from mandat.apps.consultations.services.surveys import recounted
from mandat.apps.participation.schema.contributions import Survey, SurveyQuestion
from mandat.apps.territory import selectors as territory
from mandat.engines.disclosure import withhold, withhold_line
from mandat.facts.base import CATEGORIES

BATCH = 2000
#: Whole numbers told as figures keep at most this many different values in memory.
MOST_VALUES = 100_000
DIMENSIONS = ("age", "departement")


def sets_of(row: Consultation) -> Iterator[tuple[uuid.UUID, dict[str, Any], str, str]]:
    """Every set in the order of its key: key, answers, age band, département. Memory stays that of one batch."""
    last = uuid.UUID(int=0)
    while True:
        batch = list(
            AnswerSet.objects.filter(consultation=row, key__gt=last)
            .order_by("key")
            .values_list("key", "answers", "age_band", "departement")[:BATCH]
        )
        if not batch:
            return
        yield from batch
        last = batch[-1][0]


class Tally:
    """Counts of one question."""

    def __init__(self, question: SurveyQuestion) -> None:
        self.question = question
        self.answered = 0
        self.counts: Counter[str] = Counter()
        self.rows: dict[str, Counter[str]] = defaultdict(Counter)
        self.numbers: Counter[int] = Counter()

    def add(self, value: Any) -> None:
        """Count one answer."""
        self.answered += 1
        type_ = self.question.type
        if type_ in ("choice", "boolean"):
            self.counts[value] += 1
        elif type_ == "choices":
            self.counts.update(value)
        elif type_ == "ranking":
            for rank, code in enumerate(value, start=1):
                self.rows[code][str(rank)] += 1
        elif type_ == "matrix":
            for row, code in value.items():
                self.rows[row][code] += 1
        elif type_ == "scale":
            self.counts[str(value)] += 1
        elif type_ == "integer" and (value in self.numbers or len(self.numbers) < MOST_VALUES):
            self.numbers[value] += 1
        elif type_ == "commune":
            found = territory.containing(f"commune:{value}")
            self.counts[next((area for area in found if area.startswith("departement:")), "")] += 1
        elif type_ == "date":
            self.counts[value[:4]] += 1

    def told(self, smallest: int) -> dict[str, Any]:
        """What may be published: None stands for a count withheld."""
        question = self.question
        base: dict[str, Any] = {"answered": self.answered if self.answered >= smallest else None}
        if question.type in ("text", "paragraph") or self.answered < smallest:
            return base
        if question.type in ("choice", "boolean"):
            base["counts"] = _line(self.counts, question.deciding_codes, smallest)
        elif question.type == "choices":
            base["counts"] = {code: _small(self.counts[code], smallest) for code in question.deciding_codes}
        elif question.type == "scale":
            base["counts"] = _line(self.counts, [str(n) for n in range(1, (question.most or 2) + 1)], smallest)
            base["mean"] = _mean({int(code): n for code, n in self.counts.items()})
        elif question.type == "ranking":
            ranks = [str(rank) for rank in range(1, len(question.choices) + 1)]
            base["rows"] = {one.code: _line(self.rows[one.code], ranks, smallest) for one in question.choices}
            base["points"] = self._points()
        elif question.type == "matrix":
            codes = [choice.code for choice in question.choices]
            base["rows"] = {row.code: _line(self.rows[row.code], codes, smallest) for row in question.rows}
        elif question.type == "integer":
            base |= _figures(self.numbers)
        else:
            base["counts"] = _line(self.counts, sorted(self.counts), smallest)
        return base

    def _points(self) -> dict[str, int]:
        """Borda points: of n choices the first of a ranking gets n - 1, the last 0; those not ranked share what is left, rounded down."""
        n = len(self.question.choices)
        return {
            one.code: sum((n - int(rank)) * count for rank, count in self.rows[one.code].items())
            for one in self.question.choices
        }


def _small(count: int, smallest: int) -> int | None:
    return None if 0 < count < smallest else count


def _line(counts: Mapping[str, int], order: Sequence[str], smallest: int) -> dict[str, int | None]:
    cells = withhold_line([counts.get(code, 0) for code in order], smallest=smallest, total_known=True).cells
    return dict(zip(order, cells, strict=True))


def _mean(counts: Mapping[int, int]) -> str | None:
    total = sum(counts.values())
    return f"{float(Fraction(sum(value * n for value, n in counts.items()), total)):.2f}" if total else None


def _figures(counts: Mapping[int, int]) -> dict[str, Any]:
    """Mean, median and quartiles; never the least or the greatest, which are someone's."""
    total = sum(counts.values())
    found: dict[str, Any] = {"mean": _mean(counts)}
    for name, part in (("lower", 1), ("median", 2), ("upper", 3)):
        wanted, seen = -(-total * part // 4), 0
        for value in sorted(counts):
            seen += counts[value]
            if seen >= wanted:
                found[name] = value
                break
    return found


def tally(survey: Survey, sets: Iterator[tuple[Any, Mapping[str, Any], str, str]]) -> dict[str, Any]:
    """The results as they are published: questions by code, and crossings by question and dimension."""
    questions = {question.code: Tally(question) for question in survey.questions if not question.personal}
    crossed: dict[tuple[str, str], dict[str, Counter[str]]] = {
        (code, dimension): defaultdict(Counter) for code in survey.cross for dimension in DIMENSIONS
    }
    people = 0
    for _key, answers, age_band, departement in sets:
        people += 1
        for code, value in answers.items():
            if code in questions:
                questions[code].add(value)
        for (code, dimension), table in crossed.items():
            given = answers.get(code)
            category = age_band if dimension == "age" else departement
            for one in given if isinstance(given, list) else [given] if given is not None else []:
                table[category or "unknown"][one] += 1
    smallest = survey.cell_least
    return {
        "people": people,
        "questions": {code: one.told(smallest) for code, one in questions.items()},
        "cross": {
            f"{code}.{dimension}": _crossing(questions[code].question, dimension, table, smallest)
            for (code, dimension), table in crossed.items()
            if set(table) - {"unknown"}
        },
    }


def _crossing(
    question: SurveyQuestion, dimension: str, table: Mapping[str, Counter[str]], smallest: int
) -> dict[str, Any]:
    order = CATEGORIES["age"] if dimension == "age" else (*sorted(set(table) - {"unknown"}), "unknown")
    lines = [category for category in order if category in table]
    codes = list(question.deciding_codes)
    if question.type == "choices":
        # People tick several: columns do not add up to people, so each cell stands alone.
        cells = [[_small(table[line][code], smallest) for code in codes] for line in lines]
    else:
        cells = [
            list(row) for row in withhold([[table[line][c] for c in codes] for line in lines], smallest=smallest).cells
        ]
    return {"lines": lines, "columns": codes, "cells": cells}


def survey_count(*, held: Held[Survey], row: Consultation, at: dt.datetime | None = None) -> bool:
    """Compute the results anew and keep them. While it is open: only where the definition shows them, and enough people more answered,
    so that two results in a row never tell what one person said. Gives whether they changed.
    """
    at = at or timezone.now()
    recounted(row)
    row.refresh_from_db()
    before = row.result.get("people", 0)
    if row.closed_at is None and (not held.document.results_during or row.items - before < held.document.cell_least):
        return False
    row.result = tally(held.document, sets_of(row))
    row.computed_at = row.changed_at = at
    row.save(update_fields=["result", "computed_at", "changed_at"])
    return True
