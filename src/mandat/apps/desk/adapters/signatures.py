"""Signatures of a petition, given on paper or at a stall: they go through the petition's own sheets, each person once whatever the channel.

A signature collected in time is brought back within ``GRACE`` after the petition ends, while its sheets are still entered. One person who
signed otherwise meanwhile is told as such, and counted once.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from mandat.apps.accounts.models import User
from mandat.apps.ballots import identities
from mandat.apps.ballots.services import rolls
from mandat.apps.desk.adapters.registry import Adapter, Context, Data, Field, Refusal, Target, Window
from mandat.apps.petitions import rolls as signers
from mandat.apps.petitions.machine import State
from mandat.apps.petitions.models import Petition, Sheet
from mandat.apps.petitions.services import sheets, signing
from mandat.apps.petitions.terms import terms_of
from mandat.apps.programme.areas import area_of
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

#: How long after the end of a petition a signature collected before may be brought back.
GRACE = dt.timedelta(days=7)
FIELDS = (
    Field("last", Text("Nom de naissance", "Birth name")),
    Field("first", Text("Prénom", "Given name")),
    Field("birth", Text("Date de naissance", "Date of birth"), type="date"),
    Field("commune", Text("Commune où l'on habite", "Commune where one lives")),
    Field(
        "show", Text("Accepte que son nom soit montré", "Agrees that the name is shown"), type="check", required=False
    ),
)


def _targets(process: str, meeting: str) -> Sequence[Target]:
    rows = Petition.objects.filter(programme=settings.MANDAT_PROGRAMME, state=State.OPEN, hidden=False)
    if process:
        rows = rows.filter(process=process)
    return [Target(one.reference, Text(one.title, one.title)) for one in rows.order_by("-opened_at", "-pk")[:20]]


def _petition(target: str) -> Petition:
    found = Petition.objects.filter(reference=target).first()
    if found is None:
        raise InputError(Text("cette pétition n'existe plus", "this petition is gone"))
    return found


def _window(target: str) -> Window:
    found = _petition(target)
    return Window(found.opened_at, found.closes_at, GRACE)


def _line(data: Data) -> sheets.Line:
    area = area_of(str(data.get("commune", "")))
    if not area.startswith("commune:"):
        raise InputError(Text("commune inconnue", "unknown commune"))
    try:
        birth = dt.date.fromisoformat(str(data.get("birth", "")))
    except ValueError:
        raise InputError(Text("date de naissance illisible", "unreadable date of birth")) from None
    return sheets.Line(
        last=str(data["last"]),
        first=str(data["first"]),
        birth=birth,
        commune=area.partition(":")[2],
        show=data.get("show") is True,
    )


def _check(target: str, data: Data, context: Context) -> None:
    petition = _petition(target)
    if petition.state not in (State.OPEN, State.ENDED):
        raise InputError(Text("cette pétition ne se signe plus", "this petition is no longer signed"))
    line = _line(data)
    day = context.at.date()
    age = day.year - line.birth.year - ((day.month, day.day) < (line.birth.month, line.birth.day))
    if not 0 <= age <= sheets.OLDEST:
        raise InputError(Text("vérifiez la date de naissance", "check the date of birth"))
    known_as = identities.civil(family=line.last, given=line.first, born=line.birth)
    terms = terms_of(petition)
    signer = signing.Signer(
        person="", elector="", commune=line.commune, age=age, band=signing.band_of(age), channel=Sheet.Channel.DESK
    )
    signing.check_signer(terms, signer)
    voter = rolls.found(roll=signers.roll_of(terms), known_as=[known_as])
    if voter is not None and signing.signature_of(petition, f"voter:{voter.pk}") is not None:
        raise InputError(Text("cette personne a déjà signé : sa signature compte une fois", "this person has signed already: it counts once"))  # fmt: skip


def _take(target: str, data: Data, context: Context) -> str | Refusal:
    sheet = Sheet.objects.select_related("petition").get(pk=context.memory["sheet"], petition=_petition(target))
    [outcome] = sheets.lines_enter(actor=context.actor, sheet=sheet, lines=[_line(data)])
    if outcome.result == "signed":
        return ""
    # The sheet counts the line as found twice or refused: that is kept.
    return Refusal(Text(outcome.why, outcome.why))


def _begin(
    actor: User, target: str, count: int, day: dt.date, place: str, memory: Mapping[str, Any]
) -> Mapping[str, Any]:
    made = sheets.sheet_open(actor=actor, petition=_petition(target), announced=count, collected_on=day, channel="desk")
    return {"sheet": made.pk, "number": made.number}


def _end(actor: User, memory: Mapping[str, Any]) -> None:
    sheet = Sheet.objects.filter(pk=memory.get("sheet") or 0, closed_at=None).first()
    if sheet is not None and not sheet.missing:
        sheets.sheet_close(actor=actor, sheet=sheet)


SIGNATURES = Adapter(
    kind="signature",
    label=_("signatures of a petition"),
    targets=_targets,
    fields=lambda target: FIELDS,
    window=_window,
    check=_check,
    take=_take,
    begin=_begin,
    end=_end,
    help=Text(
        "Une ligne par personne, qui lit d'abord le texte de la pétition. Son nom n'est montré que si elle le veut.",
        "One line for each person, who first reads the petition. The name is shown only if they want it.",
    ),
)
