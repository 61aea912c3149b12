"""Run an import: read the file once, keep each batch's facts, refusals and place in one transaction.

A run killed in the middle goes on from its place; read again from the start, the file still gives each line the identity it
had, so nothing is recorded twice. A trial writes refusals and counts, and no fact.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from itertools import islice
from typing import Any, BinaryIO

from django.db import transaction
from django.utils import timezone

from mandat import journal
from mandat.apps.imports.converting import Converter
from mandat.apps.imports.models import RefusedLine, Run, State
from mandat.apps.imports.schema import ImportMapping
from mandat.engines.opendata import Record, Refused, read
from mandat.facts import DefinitionRef, Fact
from mandat.journal import Entry
from mandat.kernel.errors import InputError, MandatError
from mandat.kernel.text import Text

#: Records in one transaction: the log is locked meanwhile.
BATCH = 1000

#: Called with the records done.
Progress = Callable[[int], None]


@dataclass(slots=True)
class _Batch:
    """What a batch of records comes to."""

    facts: list[Fact] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    notes: Counter[str] = field(default_factory=Counter)
    repeated: int = 0


def execute(
    run: Run, stream: BinaryIO, *, mapping: ImportMapping, definition: DefinitionRef, progress: Progress | None = None
) -> Run:
    """Carry ``run`` out to its end. Raises InputError where the file as a whole cannot be read; the run then says why."""
    run.state = State.RUNNING
    run.save(update_fields=["state"])
    converter = Converter(
        mapping,
        definition=definition,
        programme=run.programme,
        as_of=timezone.localdate(),
        synthetic=run.synthetic,
    )
    totals = Totals(run.summary)
    already = run.place
    done = 0
    try:
        records = read(mapping.format, stream)
        while chunk := list(islice(records, BATCH)):
            if done + len(chunk) <= already:
                # Kept by the run that stopped: read again only for the identities of what follows.
                for record in chunk:
                    if not isinstance(record, Refused):
                        converter.skip(record)
            else:
                _batch(run, chunk, converter, totals)
            done += len(chunk)
            if progress is not None:
                progress(done)
    except (InputError, MandatError) as error:
        _fail(run, f"{error}")
        raise
    except OSError as error:
        _fail(run, error.strerror or str(error))
        raise
    run.state = State.DONE
    run.finished_at = timezone.now()
    run.save(update_fields=["state", "finished_at"])
    return run


def _fail(run: Run, message: str) -> None:
    run.state = State.FAILED
    run.error = message[:500]
    run.finished_at = timezone.now()
    run.save(update_fields=["state", "error", "finished_at"])


def _batch(run: Run, chunk: Sequence[Record | Refused], converter: Converter, totals: Totals) -> None:
    batch = _convert(chunk, converter)
    with transaction.atomic():
        if not run.dry_run:
            journal.lock()
        current = journal.current(run.programme, [fact.source for fact in batch.facts])
        fresh: list[tuple[int, Fact]] = []
        corrections: list[tuple[int, Fact]] = []
        known = 0
        for line, fact in zip(batch.lines, batch.facts, strict=True):
            before = current.get(fact.source)
            if before is None:
                fresh.append((line, fact))
            elif before.replaced_by is not None or same(before.fact, fact):
                # Unchanged, or withdrawn since: a withdrawal is not undone by importing the line again.
                known += 1
            else:
                corrections.append((line, replace(fact, corrects=before.index)))
        if not run.dry_run:
            fresh = _append(fresh, batch.refused)
            corrections = _append(corrections, batch.refused)
        kept = run.new, run.known, run.corrected, run.repeated, run.refused, run.records, run.place, run.summary
        run.new += len(fresh)
        run.known += known
        run.corrected += len(corrections)
        run.repeated += batch.repeated
        run.refused += len(batch.refused)
        run.records += len(chunk)
        run.place += len(chunk)
        totals.add([fact for _, fact in fresh], batch.notes)
        run.summary = totals.plain()
        try:
            RefusedLine.objects.bulk_create(
                RefusedLine(run=run, line=refused.line, fr=refused.reason.fr[:300], en=refused.reason.en[:300])
                for refused in sorted(batch.refused, key=lambda refused: refused.line)
            )
            run.save()
        except BaseException:
            run.new, run.known, run.corrected, run.repeated, run.refused, run.records, run.place, run.summary = kept
            raise


def _convert(chunk: Sequence[Record | Refused], converter: Converter) -> _Batch:
    batch = _Batch()
    for record in chunk:
        if isinstance(record, Refused):
            batch.refused.append(record)
            continue
        try:
            fact = converter.fact(record)
        except InputError as error:
            batch.refused.append(Refused(record.line, error.text))
            continue
        if fact is None:
            batch.repeated += 1
            continue
        batch.notes.update(record.notes)
        batch.facts.append(fact)
        batch.lines.append(record.line)
    return batch


def _append(facts: list[tuple[int, Fact]], refused: list[Refused]) -> list[tuple[int, Fact]]:
    """Append, and name the facts that cannot be: one that the journal refuses does not lose the others."""
    if not facts:
        return facts
    try:
        journal.append([fact for _, fact in facts])
    except InputError:
        kept = []
        for line, fact in facts:
            try:
                journal.append([fact])
            except InputError as error:
                refused.append(Refused(line, error.text))
            else:
                kept.append((line, fact))
        return kept
    return facts


def same(recorded: Fact, fact: Fact) -> bool:
    """Whether a line says what is recorded of it. A new version of the mapping that changes nothing is no amendment."""
    return replace(recorded, corrects=None, definition=None) == replace(fact, definition=None)


class Totals:
    """Counts and amounts of new facts by measure, those bound to none, and what was mended."""

    def __init__(self, summary: dict[str, Any]) -> None:
        self._lines = Counter[str](summary.get("lines", {}))
        self._amounts: dict[str, Decimal] = {key: Decimal(value) for key, value in summary.get("amounts", {}).items()}
        self._notes = Counter[str](summary.get("notes", {}))

    def add(self, facts: Sequence[Fact], notes: Counter[str]) -> None:
        for fact in facts:
            for key in map(str, fact.measures or ("",)):
                self._lines[key] += 1
                if fact.amount is not None:
                    self._amounts[key] = self._amounts.get(key, Decimal(0)) + fact.amount
        self._notes += notes

    def plain(self) -> dict[str, Any]:
        return {
            "lines": dict(self._lines),
            "amounts": {key: str(value) for key, value in self._amounts.items()},
            "notes": dict(self._notes),
        }


#: What a note means, in words.
NOTES: dict[str, Text] = {
    "mended": Text("colonnes remises en place", "columns put back in place"),
    "date:year": Text(
        "datées de la seule année : comptées au 1er janvier", "dated by year alone: counted on 1 January"
    ),
    "date:month": Text(
        "datées du seul mois : comptées au premier jour", "dated by month alone: counted on its first day"
    ),
    "purpose": Text("sans objet", "without a purpose"),
    "person": Text(
        "bénéficiaire personne physique : nom non enregistré", "beneficiary a natural person: name not recorded"
    ),
}


def refusals(run: Run) -> Iterator[tuple[int, str, str]]:
    """Every refused line in order, in flat memory: its number, and why in French and English."""
    last = (-1, 0)
    while True:
        found = list(
            run.refusals.filter(line__gte=last[0]).order_by("line", "id").values_list("line", "id", "fr", "en")[:2000]
        )
        found = [row for row in found if (row[0], row[1]) > last]
        if not found:
            return
        for line, _, fr, en in found:
            yield line, fr, en
        last = (found[-1][0], found[-1][1])


__all__ = ["BATCH", "NOTES", "Entry", "Totals", "execute", "refusals", "same"]
