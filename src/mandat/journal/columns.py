"""Verify the recorded log in its database: the files it would publish, and the copies pages filter by."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from itertools import pairwise
from typing import Any

from django.db.models import Count, Sum

from mandat.journal import files, storing
from mandat.journal.models import CommitmentLine, Line, MeasureLine
from mandat.journal.record import Entry, parse
from mandat.journal.state import Head
from mandat.journal.verify import MissingError, Report
from mandat.kernel.errors import InputError

_CHUNK = 2000

#: By measure and by commitment: for each code of a programme, the sum of its facts' indexes, each plus one.
Expected = dict[str, Counter[tuple[str, Any]]]


class Database:
    """The files the log publishes, read from the database: a source for ``verify``."""

    def __init__(self, now: Head) -> None:
        self.now = now

    def read(self, path: str) -> bytes:
        raw = files.read(path, now=self.now)
        if raw is None:
            raise MissingError(path)
        return raw


def check_copies(now: Head, report: Report, *, progress: Callable[[int, int], None] | None = None) -> None:
    """Report the facts whose columns, measures or commitments are not what their text says, and gaps."""
    expected: Expected = {"measure": Counter(), "commitment": Counter()}
    above = -1
    while True:
        lines = list(Line.objects.filter(index__gt=above, index__lt=now.size).order_by("index")[:_CHUNK])
        for line in lines:
            _check(line, report, expected)
        for before, after in pairwise([above, *(line.index for line in lines)]):
            for index in range(before + 1, after):
                if not report.full:
                    report.add("removed", index, f"fait {index} : supprimé", f"fact {index}: removed")
        if report.full or len(lines) < _CHUNK:
            break
        above = lines[-1].index
        if progress is not None:
            progress(above + 1, now.size)
    if not report.full:
        _check_links(now, report, expected)


def _check(line: Line, report: Report, expected: Expected) -> None:
    try:
        fact = parse(line.text)
    except (InputError, ValueError, KeyError, TypeError):
        report.add("unreadable", line.index, f"fait {line.index} : illisible", f"fact {line.index}: unreadable")
        return
    stored = Entry(line.index, line.recorded_at, line.text, bytes(line.leaf), fact=fact)
    if not stored.intact and not any(f.index == line.index for f in report.findings):
        report.add("changed", line.index, f"fait {line.index} : modifié", f"fact {line.index}: changed")
    for name, value in storing.copies(stored).items():
        if getattr(line, name) != value:
            report.add(
                "changed",
                line.index,
                f"fait {line.index} : la colonne {name} ne dit pas ce que dit le texte",
                f"fact {line.index}: column {name} does not say what the text says",
            )
    old = None
    if fact.corrects is not None:
        target = Line.objects.filter(index=fact.corrects).values_list("text", flat=True).first()
        old = parse(target) if target else None
    for measure in storing.served(fact.measures, old.measures if old else ()):
        expected["measure"][fact.programme, measure] += line.index + 1
    for commitment in storing.served(fact.commitments, old.commitments if old else ()):
        expected["commitment"][fact.programme, commitment] += line.index + 1


def _check_links(now: Head, report: Report, expected: Expected) -> None:
    for name, links in (("measure", MeasureLine.objects.all()), ("commitment", CommitmentLine.objects.all())):
        rows = links.filter(line_id__lt=now.size).values_list("programme", name)
        found = Counter(
            {
                (programme, code): total + count
                for programme, code, total, count in rows.annotate(total=Sum("line_id"), count=Count("line_id"))
            }
        )
        for programme, code in (found - expected[name]) + (expected[name] - found):
            report.add(
                "changed",
                None,
                f"{programme} {code} : la liste de ses faits n'est pas celle que disent les textes",
                f"{programme} {code}: the list of its facts is not the one the texts say",
            )
