"""Signatures that are not people's: found by a pattern, proposed by one agent with a reason, confirmed by another, taken out of the count.

Thresholds that are no longer reached are rolled back, in public. A pattern never names a person: a sheet, a time, a place, a network of a day,
a way of signing.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Count, QuerySet
from django.db.models.functions import TruncHour
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from mandat.apps.accounts.models import User
from mandat.apps.community.text import cleaned
from mandat.apps.petitions.machine import State
from mandat.apps.petitions.models import Invalidation, Petition, Quarter, Sheet, Signature
from mandat.apps.petitions.services import thresholds
from mandat.apps.petitions.services.moving import append, check_agent, held, line
from mandat.apps.petitions.services.signing import add
from mandat.apps.petitions.terms import terms_of
from mandat.apps.petitions.words import INVALID
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

LEAST, LONGEST = 20, 2000
BATCH = 2000
#: What a pattern may say. All that it says must hold together.
PATTERN = ("sheet", "origin", "commune", "channel", "since", "until")


def matching(petition: Petition, pattern: dict[str, Any]) -> QuerySet[Signature]:
    """Valid signatures that a pattern finds. Raises InputError for an empty pattern, or one that says something else."""
    known = {name: value for name, value in pattern.items() if value not in (None, "")}
    if not known or set(known) - set(PATTERN):
        raise InputError(
            Text(
                "dites quelles signatures : une feuille, un réseau, un moment…",
                "say which signatures: a sheet, a network, a time…",
            )
        )
    found = Signature.objects.filter(petition=petition, batch=None)
    for name in ("origin", "commune", "channel"):
        if name in known:
            found = found.filter(**{name: known[name]})
    if "sheet" in known:
        found = found.filter(sheet__number=known["sheet"])
    for name, lookup in (("since", "at__gte"), ("until", "at__lt")):
        if name in known:
            moment = parse_datetime(str(known[name]))
            if moment is None or moment.tzinfo is None:
                raise InputError(Text("moment illisible", "not a moment"))
            found = found.filter(**{lookup: moment})
    return found


@transaction.atomic
def invalidation_propose(
    *, actor: User, petition: Petition, pattern: dict[str, Any], reason: str, explanation: str
) -> Invalidation:
    """Propose to invalidate the signatures of a pattern. Nothing changes until a second agent confirms it. Raises InputError."""
    petition = held(petition)
    check_agent(actor, petition)
    if petition.state not in (State.OPEN, State.ENDED):
        raise InputError(Text("cette pétition ne se signe pas", "this petition is not signed"))
    if reason not in Invalidation.Reason.values:
        raise InputError(Text("choisissez un motif", "choose a reason"))
    count = matching(petition, pattern).count()
    if not count:
        raise InputError(Text("aucune signature ne correspond", "no signature fits"))
    return Invalidation.objects.create(
        petition=petition, number=petition.invalidations.count() + 1,
        pattern={name: value for name, value in pattern.items() if value not in (None, "")}, reason=reason,
        explanation=cleaned(explanation, longest=LONGEST, least=LEAST), found=count, actor=actor, at=timezone.now(),
    )  # fmt: skip


def _reviewed(actor: User, invalidation: Invalidation, *states: str) -> tuple[Invalidation, Petition]:
    petition = held(invalidation.petition)
    check_agent(actor, petition)
    invalidation = Invalidation.objects.select_for_update().get(pk=invalidation.pk)
    if invalidation.state not in states:
        raise InputError(Text("cet acte n'est plus à examiner", "this act is no longer to be reviewed"))
    return invalidation, petition


@transaction.atomic
def invalidation_confirm(*, actor: User, invalidation: Invalidation, remark: str = "") -> Invalidation:
    """Confirm, as a second agent: the signatures count no more, and thresholds they held up are rolled back."""
    invalidation, petition = _reviewed(actor, invalidation, Invalidation.State.PROPOSED)
    if invalidation.actor_id == actor.pk:
        raise InputError(Text("une autre personne doit confirmer", "someone else must confirm"))
    # Those that came since are not what was looked at.
    rows = list(
        matching(petition, invalidation.pattern).filter(at__lte=invalidation.at).select_for_update().order_by("pk")
    )
    _count_out(petition, rows, -1)
    Signature.objects.filter(pk__in=[one.pk for one in rows]).update(batch=invalidation)
    # A request borrowed from someone is theirs again.
    for start in range(0, len(rows), BATCH):
        Quarter.objects.filter(signature__in=[one.pk for one in rows[start : start + BATCH]]).delete()
    invalidation.state, invalidation.count = Invalidation.State.CONFIRMED, len(rows)
    invalidation.reviewer, invalidation.reviewed_at = actor, timezone.now()
    invalidation.remark = cleaned(remark, longest=LONGEST)
    invalidation.save()
    append(
        line(
            "petitions.signatures_invalidated.v1", petition, terms_of(petition), quantity=Decimal(len(rows)), unit="signature",
            batch=invalidation.number, reason=invalidation.reason, reason_label=INVALID[invalidation.reason].fr,
        )
    )  # fmt: skip
    thresholds.roll_back(actor=actor, petition=petition)
    return invalidation


def _count_out(petition: Petition, rows: list[Signature], sign: int) -> None:
    cells: dict[tuple[str, str, str], int] = {}
    for one in rows:
        key = (one.departement, one.band, one.channel)
        cells[key] = cells.get(key, 0) + 1
    for (departement, band, channel), n in sorted(cells.items()):
        add(petition.pk, departement, band, channel, sign * n)


@transaction.atomic
def invalidation_dismiss(*, actor: User, invalidation: Invalidation, remark: str) -> Invalidation:
    """Dismiss a proposal: the signatures stand. Whoever proposed it may take it back."""
    invalidation, _petition = _reviewed(actor, invalidation, Invalidation.State.PROPOSED)
    invalidation.state, invalidation.reviewer, invalidation.reviewed_at = (
        Invalidation.State.DISMISSED,
        actor,
        timezone.now(),
    )
    invalidation.remark = cleaned(remark, longest=LONGEST, least=10)
    invalidation.save()
    return invalidation


@transaction.atomic
def invalidation_restore(*, actor: User, invalidation: Invalidation, remark: str) -> Invalidation:
    """Undo an invalidation found mistaken: the signatures count again, and thresholds may be crossed again."""
    invalidation, petition = _reviewed(actor, invalidation, Invalidation.State.CONFIRMED)
    if invalidation.actor_id == actor.pk:
        raise InputError(Text("une autre personne doit rétablir", "someone else must restore"))
    rows = list(invalidation.signatures.select_for_update().order_by("pk"))
    _count_out(petition, rows, 1)
    Signature.objects.filter(batch=invalidation).update(batch=None)
    invalidation.state = Invalidation.State.RESTORED
    invalidation.remark = cleaned(remark, longest=LONGEST, least=10)
    invalidation.save()
    append(
        line(
            "petitions.signatures_restored.v1", petition, terms_of(petition), quantity=Decimal(len(rows)), unit="signature",
            batch=invalidation.number,
        )
    )  # fmt: skip
    thresholds.look(petition=petition)
    return invalidation


def suspicious(petition: Petition, *, most: int = 20) -> dict[str, list[dict[str, Any]]]:
    """What is worth a look: networks that sent many, hours far above the others, sheets with many lines refused. Counts, no names."""
    rows = Signature.objects.filter(petition=petition, batch=None)
    networks: list[Any] = list(
        rows.exclude(origin="")
        .values("origin")
        .annotate(n=Count("pk"))
        .filter(n__gte=10)
        .order_by("-n", "origin")[:most]
    )
    hours = list(
        rows.annotate(hour=TruncHour("at")).values("hour").annotate(n=Count("pk")).order_by("-n", "hour")[:most]
    )
    total = sum(one["n"] for one in hours)
    usual = total / len(hours) if hours else 0
    peaks = [
        {"since": one["hour"], "until": one["hour"] + dt.timedelta(hours=1), "n": one["n"]}
        for one in hours
        if one["n"] >= 20 and one["n"] > 3 * usual
    ]
    sheets = [
        {"number": one.number, "n": one.entered, "refused": one.refused, "missing": one.missing}
        for one in Sheet.objects.filter(petition=petition).order_by("number")
        if one.refused * 5 > one.announced or one.missing
    ]
    return {"networks": networks, "peaks": peaks, "sheets": sheets[:most]}
