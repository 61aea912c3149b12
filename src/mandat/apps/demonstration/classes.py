"""Synthetic establishments, their lists, and what becomes of the systematic offers: invited, booked, come, missed, declined."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from django.utils import timezone

from mandat.apps.accounts.models import User
from mandat.apps.demonstration.claims import Act, moment
from mandat.apps.demonstration.course import END, seed_of
from mandat.apps.demonstration.places import Places
from mandat.apps.offers import services
from mandat.apps.offers.definitions import PublishedOffer, published_offers
from mandat.apps.offers.models import Appointment, Batch, Establishment, Invitation, PendingCode, Place, Slot
from mandat.apps.offers.schema import Round
from mandat.kernel.errors import InputError

#: Establishments of each offer, and how many members (pupils or classes) each lists.
SIZES = {"person": (8, 18), "group": (16, 4)}
#: Rounds shown, the latest ones.
ROUNDS = 2
_LABELS = {"lycees": ("LYC", "Lycée synthétique"), "etablissements-scolaires": ("ECO", "École synthétique")}


@dataclass(frozen=True, slots=True)
class Team:
    """Who runs the offers, and who records attendance at every place."""

    manager: User
    administrator: User
    staff: User


def acts(where: Places, team: Team) -> Iterator[Act]:
    """Every act on the offers, in no order; those after the end of the history are never done."""
    for code, published in published_offers().items():
        rounds = [one for one in published.offer.rounds if one.opens < END][-ROUNDS:]
        if not rounds:
            continue
        opened = rounds[0].opens - dt.timedelta(days=30)
        yield Act(moment(opened, 9), f"offers/{code}/0", partial(_schools, where, published, team))
        for one in rounds:
            yield from _round(published, one, team)


def _round(published: PublishedOffer, one: Round, team: Team) -> Iterator[Act]:
    name = f"offers/{published.code}/{one.code}"
    schools, _ = SIZES[published.offer.unit]
    lists = one.opens - dt.timedelta(days=7)
    yield Act(moment(lists, 10), f"{name}/1", partial(_rolls, published, one, team.manager))
    yield Act(moment(lists, 15), f"{name}/2", partial(_slots, published, one, team.manager))
    # Four sendings, a fortnight apart: a round is not invited in a day.
    parts = np.array_split(np.arange(1, schools + 1), 4)
    for rank, part in enumerate(parts):
        day = one.opens + dt.timedelta(days=1 + 18 * rank)
        codes = [code_of(published, int(number)) for number in part]
        yield Act(moment(day, 11), f"{name}/3{rank}", partial(_invite, published, one, codes, team.manager))
        yield Act(moment(day + dt.timedelta(days=2), 16), f"{name}/4{rank}", partial(_book, published, one, codes))
    day = one.opens + dt.timedelta(days=10)
    while day <= one.closes:
        yield Act(moment(day, 15), f"{name}/5", partial(_attend, published, one, team.staff))
        yield Act(
            moment(day, 16),
            f"{name}/6",
            partial(services.coverage_publish, actor=team.manager, offer=published.code, round=one.code),
        )
        day += dt.timedelta(days=28)


def code_of(published: PublishedOffer, number: int) -> str:
    prefix, _ = _LABELS.get(published.offer.target.establishments, ("ETA", ""))
    return f"{prefix}{number:04d}"


def _schools(where: Places, published: PublishedOffer, team: Team) -> None:
    kind = published.offer.target.establishments
    _, label = _LABELS.get(kind, ("", "Établissement synthétique"))
    chance = np.random.default_rng(seed_of(f"mandat/schools/{kind}"))
    count, _ = SIZES[published.offer.unit]
    lines = [
        "code;nom;commune",
        *(
            f"{code_of(published, number)};{label} {number};{where.commune(chance).partition(':')[2]}"
            for number in range(1, count + 1)
        ),
    ]
    stream = io.BytesIO("\n".join(lines).encode())
    services.establishments_import(actor=team.manager, kind=kind, stream=stream)
    for school in Establishment.objects.filter(kind=kind).order_by("code"):
        services.assignment_give(actor=team.administrator, user=team.staff, establishment=school)
    for place in Place.objects.filter(serves__kind=kind).distinct().order_by("code"):
        services.assignment_give(actor=team.administrator, user=team.staff, place=place)


def _rolls(published: PublishedOffer, one: Round, actor: User) -> None:
    count, size = SIZES[published.offer.unit]
    lines = (
        _pupils(published, one, count, size) if published.offer.unit == "person" else _groups(published, count, size)
    )
    stream = io.BytesIO("\n".join(lines).encode())
    services.roll_import(
        actor=actor,
        offer=published.code,
        round=one.code,
        stream=stream,
        filename="liste-synthetique.csv",
        complete=True,
    )
    services.roll_close(actor=actor, offer=published.code, round=one.code)


def _pupils(published: PublishedOffer, one: Round, count: int, size: int) -> list[str]:
    lines = ["etablissement;classe;nom;prenom;date_naissance;sexe;identifiant"]
    for school in range(1, count + 1):
        chance = np.random.default_rng(seed_of(f"mandat/pupils/{one.code}/{school}"))
        for rank in range(size):
            number = school * 1000 + rank
            born = one.opens - dt.timedelta(days=int(chance.uniform(15.0, 18.6) * 365.25))
            group = ("Seconde", "Première", "Terminale")[rank % 3]
            lines.append(
                f"{code_of(published, school)};{group};Élève {number};Synthétique;{born.isoformat()};"
                f"{'F' if chance.random() < 0.51 else 'M'};{one.opens.year}{number:07d}"
            )
    return lines


def _groups(published: PublishedOffer, count: int, size: int) -> list[str]:
    lines = ["etablissement;classe;effectif"]
    chance = np.random.default_rng(seed_of(f"mandat/groups/{published.code}"))
    for school in range(1, count + 1):
        lines += [
            f"{code_of(published, school)};Classe {rank + 1};{int(chance.integers(17, 29))}" for rank in range(size)
        ]
    return lines


def _slots(published: PublishedOffer, one: Round, actor: User) -> None:
    first, last = one.opens + dt.timedelta(days=7), min(one.closes, one.opens + dt.timedelta(days=200))
    for place in Place.objects.filter(serves__kind=published.offer.target.establishments).distinct().order_by("code"):
        services.slots_generate(
            actor=actor, offer=published.code, round=one.code, place=place, first=first, last=last, weekdays=(1,),
            begins=dt.time(9), ends=dt.time(12),
        )  # fmt: skip


def _invite(published: PublishedOffer, one: Round, codes: Sequence[str], actor: User) -> None:
    batch = services.batch_open(actor=actor, offer=published.code, round=one.code, establishments=codes)
    services.batch_carry_out(batch=batch)


def _book(published: PublishedOffer, one: Round, codes: Sequence[str]) -> None:
    """Of those just invited, most book, some decline, the others do not answer."""
    fresh = Invitation.objects.filter(
        batch__offer=published.code, batch__round=one.code, member__establishment__code__in=codes, closed=False
    ).select_related("member__establishment")
    chance = np.random.default_rng(seed_of(f"mandat/answers/{published.code}/{one.code}/{codes[0]}"))
    free = {code: list(_free(published, one, code)) for code in codes}
    group = published.offer.unit == "group"
    for invitation in fresh.order_by("member__establishment__code", "member__group", "pk"):
        luck = float(chance.random())
        slots = free[invitation.member.establishment.code]
        if luck < (0.85 if group else 0.42) and slots:
            services.slot_book(invitation=invitation.pk, slot=slots.pop(0))
        elif luck > 0.96:
            try:
                services.offer_decline(invitation=invitation.pk, by="group" if group else "self")
            except InputError:  # under the age of answering alone
                continue


def _free(published: PublishedOffer, one: Round, school: str) -> Iterator[str]:
    soonest = timezone.now() + dt.timedelta(hours=published.offer.slots.notice_hours + 1)
    rows = Slot.objects.filter(
        offer=published.code,
        round=one.code,
        place__serves__code=school,
        taken=0,
        withdrawn=False,
        starts_at__gte=soonest,
    )
    for reference in rows.order_by("starts_at").values_list("reference", flat=True):
        yield str(reference)


def _attend(published: PublishedOffer, one: Round, staff: User) -> None:
    """Record those whose time is past: nine in ten came."""
    due = Appointment.objects.filter(
        slot__offer=published.code,
        slot__round=one.code,
        slot__starts_at__lt=timezone.now(),
        state="booked",
        attendance=None,
    )
    for appointment in due.order_by("slot__starts_at", "slot__place__code", "pk"):
        came = seed_of(f"mandat/came/{appointment.slot.starts_at}/{appointment.slot.place_id}") % 10
        services.attendance_record(actor=staff, appointment=appointment, outcome="present" if came else "missed")


def pupil_code() -> str:
    """A code of an invitation that still waits for an answer, to be shown with the demonstration's accounts; empty where there is none."""
    waiting = PendingCode.objects.filter(
        invitation__closed=False,
        invitation__member__offer="consultation-lyceens",
        invitation__batch__state=Batch.State.DONE,
    )
    unanswered = waiting.filter(invitation__appointments__isnull=True, invitation__member__standing="invited")
    row = unanswered.order_by("-invitation__pk").first()
    return str(row.code) if row is not None else ""
