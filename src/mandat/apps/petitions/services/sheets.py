"""Signatures on paper and at a desk: a batch at a time, each line entered once, and the count of the sheet reconciled."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from mandat.apps.accounts.models import User
from mandat.apps.accounts.permissions import require
from mandat.apps.ballots.identities import civil
from mandat.apps.petitions import rolls
from mandat.apps.petitions.machine import State
from mandat.apps.petitions.models import Petition, Sheet
from mandat.apps.petitions.services import thresholds
from mandat.apps.petitions.services.moving import check_agent, held, today
from mandat.apps.petitions.services.signing import AlreadySignedError, Signer, band_of, sign
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

#: Lines of a sheet.
MOST = 500
OLDEST = 125


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a sheet: someone, who lives in ``commune`` (its code). ``show``: they ticked that their name may be shown."""

    last: str
    first: str
    birth: dt.date
    commune: str
    show: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a line, by its number from 1: ``signed``, ``twice`` or ``refused``, and why."""

    number: int
    result: str
    why: str = ""


@transaction.atomic
def sheet_open(
    *, actor: User, petition: Petition, announced: int, collected_on: dt.date, channel: str = "paper"
) -> Sheet:
    """Begin to enter a sheet: how many signatures are counted on it by hand, and on which day it was filled."""
    require(actor, "desk.collect")
    petition = held(petition)
    check_agent(actor, petition)
    if petition.state not in (State.OPEN, State.ENDED) or petition.opened_at is None or petition.closes_at is None:
        raise InputError(Text("cette pétition ne se signe pas", "this petition is not signed"))
    if not 1 <= announced <= MOST:
        raise InputError(Text(f"de 1 à {MOST} signatures par feuille", f"1 to {MOST} signatures a sheet"))
    first, last = (
        timezone.localdate(petition.opened_at),
        timezone.localdate(petition.closes_at - dt.timedelta(seconds=1)),
    )
    if not first <= collected_on <= min(last, today()):
        raise InputError(
            Text("ce jour n'est pas du temps des signatures", "this day is not in the time for signatures")
        )
    if channel not in Sheet.Channel.values:
        raise InputError(Text("papier ou guichet", "paper or desk"))
    number = (petition.sheets.aggregate(last=Max("number"))["last"] or 0) + 1
    return Sheet.objects.create(
        petition=petition, number=number, channel=channel, announced=announced, collected_on=collected_on, actor=actor,
        at=timezone.now(),
    )  # fmt: skip


def lines_enter(*, actor: User, sheet: Sheet, lines: Iterable[Line]) -> list[Outcome]:
    """Enter lines of an open sheet, each in a transaction of its own: a wrong one never loses the others. Names are not kept, unless they show."""
    require(actor, "desk.collect")
    found = []
    for number, line in enumerate(lines, 1):
        found.append(_entered(actor, sheet, number, line))
    thresholds.look(petition=sheet.petition)
    return found


def _entered(actor: User, sheet: Sheet, number: int, line: Line) -> Outcome:
    with transaction.atomic():
        sheet = Sheet.objects.select_for_update(of=("self",)).select_related("petition").get(pk=sheet.pk)
        if sheet.closed_at is not None:
            raise InputError(Text("cette feuille est close", "this sheet is closed"))
        if sheet.missing <= 0:
            raise InputError(
                Text("toutes les signatures annoncées sont entrées", "every signature announced is entered")
            )
        result, why = "signed", ""
        try:
            with transaction.atomic():
                sign(
                    petition=sheet.petition, signer=_signer(actor, sheet, line), sheet=sheet, collected=sheet.collected_on,
                    name=f"{line.first} {line.last}" if line.show else "",
                )  # fmt: skip
        except AlreadySignedError as error:
            result, why = "twice", str(error)
        except InputError as error:
            result, why = "refused", str(error)
        field = {"signed": "entered", "twice": "twice", "refused": "refused"}[result]
        setattr(sheet, field, getattr(sheet, field) + 1)
        sheet.save(update_fields=[field])
    return Outcome(number, result, why)


def _signer(actor: User, sheet: Sheet, line: Line) -> Signer:
    day = sheet.collected_on
    age = day.year - line.birth.year - ((day.month, day.day) < (line.birth.month, line.birth.day))
    if not 0 <= age <= OLDEST:
        raise InputError(Text("vérifiez la date de naissance", "check the date of birth"))
    band = band_of(age)
    known_as = civil(family=line.last, given=line.first, born=line.birth)
    if not known_as:
        raise InputError(Text("il manque un nom", "a name is missing"))
    person, elector = rolls.persons_known(
        sheet.petition, channel=sheet.channel, known_as=[known_as], commune=line.commune, band=band, actor=actor,
        reason=f"feuille {sheet.number}",
    )  # fmt: skip
    return Signer(person=person, elector=elector, commune=line.commune, age=age, band=band, channel=sheet.channel)


@transaction.atomic
def sheet_close(*, actor: User, sheet: Sheet, remark: str = "") -> Sheet:
    """Close a sheet once every signature counted on it is entered, found twice or refused; else say what is missing."""
    require(actor, "desk.collect")
    sheet = Sheet.objects.select_for_update(of=("self",)).get(pk=sheet.pk)
    if sheet.closed_at is not None:
        raise InputError(Text("cette feuille est close", "this sheet is closed"))
    if sheet.missing:
        n = sheet.missing
        raise InputError(
            Text(
                f"{n} signature{'s' if n > 1 else ''} de la feuille ne {'sont' if n > 1 else 'est'} pas entrée{'s' if n > 1 else ''}",
                f"{n} signature{'s' if n > 1 else ''} of the sheet {'are' if n > 1 else 'is'} not entered",
            )
        )
    sheet.closed_at = timezone.now()
    sheet.save(update_fields=["closed_at"])
    return sheet
