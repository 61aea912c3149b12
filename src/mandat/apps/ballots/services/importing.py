"""Receive a roll: a list of names and birth dates, read line by line, of which only nullifiers are kept.

A bad line is told with its number and why, and never loses the others. Nothing a line says is ever executed, shown unescaped, or kept: names go
from the file to a keyed hash, and to the letters printed in the same act.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

from django.db import transaction
from django.utils import timezone

from mandat.apps.accounts.permissions import require
from mandat.apps.ballots import identities
from mandat.apps.ballots.models import Channel, Nullifier, Roll, RollImport, Voter
from mandat.apps.ballots.services import rolls
from mandat.engines.opendata import decoding, delimited, values
from mandat.engines.opendata.delimited import Column
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

COLUMNS = (
    Column("nom", ("nom_de_naissance", "nom_de_famille", "family_name"), required=True),
    Column("prenom", ("prenoms", "given_name"), required=True),
    Column("date_naissance", ("date_de_naissance", "ne_le", "birthdate"), required=True),
    Column("courriel", ("email", "mail", "adresse_electronique")),
    Column("commune", ("code_commune", "insee", "code_insee")),
)
CHUNK = 500
#: Lines kept by number where they are refused; the others are counted.
MOST_REFUSED = 1000
_BANDS = ((13, "0-13"), (17, "14-17"), (24, "18-24"), (39, "25-39"), (59, "40-59"), (74, "60-74"))


@dataclass(frozen=True, slots=True)
class Line:
    """A line that can be used: ``name`` serves the letter printed in the same act, and is kept nowhere."""

    line: int
    name: str
    known_as: tuple[str, ...]
    area: str
    age_band: str


@dataclass(slots=True)
class Report:
    """What a list gave. ``refused``: line and reason, the first thousand."""

    lines: int = 0
    new: int = 0
    known: int = 0
    refused_count: int = 0
    refused: list[tuple[int, Text]] = field(default_factory=list)
    voters: list[tuple[Voter, str]] = field(default_factory=list)

    def refuse(self, line: int, why: Text) -> None:
        self.refused_count += 1
        if len(self.refused) < MOST_REFUSED:
            self.refused.append((line, why))


def read(stream: BinaryIO, *, least_age: int | None, on: dt.date) -> Iterator[Line | tuple[int, Text]]:
    """Each line as it can be used, or its number and why it cannot. Raises InputError for what is no list at all."""
    for row in delimited.rows(decoding.lines(stream), COLUMNS):
        if isinstance(row, tuple):
            yield row
            continue
        try:
            yield _line(row, least_age, on)
        except InputError as error:
            yield row.line, error.text


def _line(row: delimited.Row, least_age: int | None, on: dt.date) -> Line:
    family, given = (" ".join(row.cells[name].split()) for name in ("nom", "prenom"))
    if not family or not given:
        raise InputError(Text("nom ou prénom absent", "surname or given name missing"))
    if len(family) > 100 or len(given) > 100:
        raise InputError(Text("nom ou prénom trop long", "surname or given name too long"))
    try:
        born, precision = values.day(row.cells["date_naissance"])
    except InputError:
        raise InputError(Text("date de naissance illisible", "unreadable date of birth")) from None
    if precision != "day" or born.year < 1900 or born > on:
        raise InputError(Text("date de naissance incomplète ou impossible", "incomplete or impossible date of birth"))
    age = on.year - born.year - ((on.month, on.day) < (born.month, born.day))
    if least_age is not None and age < least_age:
        raise InputError(Text(f"moins de {least_age} ans", f"under {least_age}"))
    known_as = identities.civil(family=family, given=given, born=born)
    if not known_as:
        raise InputError(Text("nom ou prénom sans lettre", "surname or given name without a letter"))
    mail = row.cells.get("courriel", "").strip()
    address = identities.email(mail) if mail else ""
    if mail and (not address or not re.fullmatch(r"[^@\s]{1,64}@[^@\s]{1,180}\.[A-Za-z]{2,24}", mail)):
        raise InputError(Text("courriel mal formé", "badly formed e-mail address"))
    commune = row.cells.get("commune", "").strip().upper()
    if commune and not re.fullmatch(r"[0-9][0-9AB][0-9]{3}", commune):
        raise InputError(Text("code de commune mal formé", "badly formed commune code"))
    band = next((name for most, name in _BANDS if age <= most), "75+")
    return Line(
        row.line,
        f"{given} {family.upper()}",
        tuple(one for one in (known_as, address) if one),
        f"commune:{commune}" if commune else "",
        band,
    )


def roll_import(
    *, actor: Any, roll: Roll, stream: BinaryIO, filename: str, dry_run: bool = False, keep_voters: int = 0
) -> Report:
    """Put a list on the roll: all good lines in one transaction. ``dry_run`` reports the same and changes nothing.

    ``keep_voters``: give back so many voters with their names, for letters. Raises PermissionDenied, InputError.
    """
    require(actor, "ballots.manage")
    rolls.salt_of(roll)
    report = Report()
    on = timezone.localdate()
    with transaction.atomic():
        seen: set[str] = set()
        good = _good(read(stream, least_age=roll.least_age, on=on), report, seen)
        while chunk := list(islice(good, CHUNK)):
            _apply(roll, chunk, report, on, keep_voters)
        if dry_run:
            transaction.set_rollback(True)
            return report
        RollImport.objects.create(
            roll=roll,
            actor=actor,
            at=timezone.now(),
            filename=Path(filename.replace("\\", "/")).name[:255],
            lines=report.lines,
            new=report.new,
            known=report.known,
            refused=report.refused_count,
        )
    return report


def _good(found: Iterator[Line | tuple[int, Text]], report: Report, seen: set[str]) -> Iterator[Line]:
    for item in found:
        report.lines += 1
        if isinstance(item, tuple):
            report.refuse(*item)
            continue
        if item.known_as[0] in seen:
            report.refuse(
                item.line,
                Text(
                    "même nom, même prénom et même date de naissance qu'une ligne plus haut",
                    "same surname, given name and birth date as a line above",
                ),
            )
            continue
        seen.add(item.known_as[0])
        yield item


def _apply(roll: Roll, chunk: list[Line], report: Report, on: dt.date, keep: int) -> None:
    salted = [[rolls.nullifier(roll=roll, identity=one) for one in line.known_as] for line in chunk]
    every = [value for values_ in salted for value in values_]
    there = {
        row.value: row.voter
        for row in Nullifier.objects.filter(roll=roll, value__in=every).select_related("voter").order_by("pk")
    }
    voters: list[Voter] = []
    names: list[Nullifier] = []
    taken = set(there)
    for line, (civil, *others) in zip(chunk, salted, strict=True):
        # A person is known by name and birth date; an address two lines share is neither's.
        voter = there.get(civil)
        if voter is None:
            fellow = next((there[one] for one in others if one in there and not there[one].listed), None)
            voter = fellow or Voter(
                roll=roll,
                channel=Channel.ROLL,
                area=line.area,
                age_band=line.age_band,
                listed=True,
                enrolled_on=on,
            )
            if fellow is None:
                voters.append(voter)
            report.new += 1
        else:
            report.known += 1
        for value in (civil, *others):
            if value not in taken:
                taken.add(value)
                names.append(Nullifier(roll=roll, value=value, voter=voter))
        if len(report.voters) < keep:
            report.voters.append((voter, line.name))
    Voter.objects.bulk_create(voters)
    Nullifier.objects.bulk_create(names)
    Voter.objects.filter(pk__in=[voter.pk for voter in there.values() if not voter.listed]).update(listed=True)
