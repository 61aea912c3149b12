"""Who came: noted from a list on paper, by a code shown in the room, by an agent, or counted without names. Then the meeting is held.

Nothing is told before the meeting is held; afterwards people forgotten may be added, nobody is taken away. Facts tell counts alone.
"""

from __future__ import annotations

import datetime as dt
import hmac
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, Sum
from django.utils import timezone

from mandat import journal
from mandat.apps.accounts.models import User
from mandat.apps.accounts.permissions import require
from mandat.apps.custody.sealing import blind_index
from mandat.apps.meetings import certificates, notices
from mandat.apps.meetings.definitions import published_series
from mandat.apps.meetings.models import Booking, Count, Meeting, State, Trainee
from mandat.apps.meetings.models.places import AGES
from mandat.apps.meetings.schema import Training
from mandat.apps.meetings.services.holding import fact, locked, moved, planned, series
from mandat.apps.meetings.services.places import known_name, named
from mandat.engines.disclosure import withhold_line
from mandat.facts import Fact
from mandat.facts.base import CATEGORIES
from mandat.kernel.errors import InputError
from mandat.kernel.periods import paris_date
from mandat.kernel.text import Text

#: The code shown in the room is taken from so long before the meeting begins to so long after its end.
EARLY, LATE = dt.timedelta(minutes=30), dt.timedelta(minutes=60)
#: Wrong codes one person may type for a meeting.
TRIES = 10
_YOUNG = {17: ("0-13", "14-17"), 24: ("0-13", "14-17", "18-24"), 39: ("0-13", "14-17", "18-24", "25-39")}


def _begun(meeting: Meeting) -> None:
    if meeting.state == State.CANCELLED:
        raise InputError(Text("cette rencontre est annulée", "this meeting is cancelled"))
    if timezone.now() < meeting.starts_at - EARLY:
        raise InputError(Text("cette rencontre est à venir", "this meeting is to come"))


@transaction.atomic
def attended(*, actor: User, booking: Booking, came: bool = True, source: str = Booking.Source.AGENT) -> Booking:
    """An agent notes that someone came, or did not. Once the meeting is held, only that they came.

    Raises PermissionDenied; InputError for a meeting to come, or a booking without place.
    """
    require(actor, "meetings.manage")
    found = locked(booking.meeting_id)
    _begun(found)
    row = Booking.objects.select_for_update().get(pk=booking.pk)
    if not came and found.state == State.HELD and row.state == Booking.State.ATTENDED:
        raise InputError(
            Text(
                "la rencontre est close : ses chiffres sont publiés, une présence ne se retire plus",
                "the meeting is closed: its figures are published, an attendance is not taken back",
            )
        )
    return _came(found, row, came=came, source=source)


@transaction.atomic
def attended_unbooked(
    *, actor: User, meeting: Meeting, name: str, age: str = "", source: str = Booking.Source.PAPER
) -> Booking:
    """Someone came without booking and gave a name. A name already there is that booking. Raises PermissionDenied, InputError."""
    require(actor, "meetings.manage")
    found = locked(meeting)
    _begun(found)
    said = named(name)
    row = known_name(found, said)
    if row is None:
        if age and age not in AGES:
            raise InputError(Text("tranche d'âge inconnue", "unknown age band"))
        row = Booking(
            meeting=found, name=said, age=age, state=Booking.State.CANCELLED, source=source, queued_at=timezone.now()
        )
        row.save(force_insert=True)
    return _came(found, row, came=True, source=source)


@transaction.atomic
def sign_in(*, actor: User, meeting: Meeting, code: str) -> Booking:
    """Someone in the room types the code shown there. Raises PermissionDenied; InputError for a wrong code, or outside the hours."""
    require(actor, "meetings.attend")
    found = planned(locked(meeting))
    now = timezone.now()
    if not found.starts_at - EARLY <= now < found.ends_at + LATE:
        raise InputError(Text("le code se saisit pendant la rencontre", "the code is typed during the meeting"))
    row = found.bookings.filter(user=actor, state__in=Booking.LIVE).first()
    if row is None:
        row = Booking(
            meeting=found, user=actor, state=Booking.State.CANCELLED, source=Booking.Source.CODE, queued_at=now
        )
    if row.tries >= TRIES:
        raise InputError(Text("trop d'essais : demandez à l'agent", "too many attempts: ask the agent"))
    typed = "".join(code.split()).upper()
    if not found.room_code or not hmac.compare_digest(typed.encode(), found.room_code.encode()):
        raise WrongCodeError(Text("ce n'est pas le code de cette rencontre", "this is not the code of this meeting"))
    if row._state.adding:
        row.save(force_insert=True)
    return _came(found, row, came=True, source=Booking.Source.CODE)


class WrongCodeError(InputError):
    """A wrong code: counted by ``missed_code`` outside the transaction that it undoes."""


@transaction.atomic
def missed_code(*, actor: User, meeting: Meeting) -> None:
    """Count a wrong code against a booking that stands."""
    meeting.bookings.filter(user=actor, state__in=Booking.LIVE).update(tries=F("tries") + 1)


def _came(meeting: Meeting, row: Booking, *, came: bool, source: str) -> Booking:
    wanted = Booking.State.ATTENDED if came else Booking.State.MISSED
    if row.state == wanted:
        return row
    if not came and not row.holds:
        raise InputError(Text("cette personne n'avait pas de place", "this person had no place"))
    held = row.holds
    row.state, row.attended_by, row.confirm_by = wanted, source if came else "", None
    values: dict[str, Any] = {}
    # Whoever came without a booking sits on a place where one is left; a room fuller than its places is the agent's to see.
    if not held and (meeting.places is None or meeting.taken < meeting.places):
        values["taken"] = F("taken") + 1
    training = _training(meeting)
    if came and training is not None and training.certificate and row.certificate is None:
        row.certificate = certificates.new_code()
    row.save()
    moved(meeting, **values)
    if came and meeting.state == State.HELD:
        moved(meeting, attended=F("attended") + 1)
        _trained(meeting, row)
        _after(meeting, row)
        tell(meeting)
    return row


@transaction.atomic
def count_record(
    *, actor: User, meeting: Meeting, people: Mapping[str, int], source: str = Booking.Source.PAPER
) -> None:
    """How many more came without a name, by age band: said again, it is corrected until the meeting is held.

    Raises PermissionDenied, InputError.
    """
    require(actor, "meetings.manage")
    found = planned(locked(meeting))
    _begun(found)
    if set(people) - set(AGES):
        raise InputError(Text("tranche d'âge inconnue", "unknown age band"))
    if any(not 0 <= n <= 20_000 for n in people.values()):
        raise InputError(Text("un effectif va de 0 à 20 000", "a head count goes from 0 to 20,000"))
    found.counts.filter(source=source).delete()
    Count.objects.bulk_create(
        [Count(meeting=found, age=age, people=n, source=source) for age, n in sorted(people.items()) if n]
    )


@transaction.atomic
def meeting_hold(*, actor: User, meeting: Meeting) -> Meeting:
    """Close a meeting that took place: who booked and was not seen is noted absent, figures are told. Once.

    Raises PermissionDenied; InputError before it begins.
    """
    require(actor, "meetings.manage")
    found = planned(locked(meeting))
    if timezone.now() < found.starts_at:
        raise InputError(Text("cette rencontre est à venir", "this meeting is to come"))
    found.bookings.filter(state__in=("booked", "offered")).update(
        state=Booking.State.MISSED, confirm_by=None, updated_at=timezone.now()
    )
    for row in found.bookings.filter(state=Booking.State.WAITING).order_by("pk"):
        row.state, row.name, row.needs = Booking.State.LAPSED, None, None
        row.save(update_fields=["state", "name", "name_index", "needs", "updated_at"])
    present = list(found.bookings.filter(state=Booking.State.ATTENDED).select_related("user").order_by("pk"))
    counted = found.counts.aggregate(n=Sum("people"))["n"] or 0
    moved(found, state=State.HELD, held_at=timezone.now(), attended=len(present) + counted, room_code="")
    rules = series(found)
    unit = rules.series.unit if rules else "event"
    journal.append([fact("meetings.held.v1", found, quantity=1, unit=unit)])
    for row in present:
        _trained(found, row)
        _after(found, row)
    tell(found)
    return found


def _after(meeting: Meeting, row: Booking) -> None:
    if row.certificate:
        row.meeting = meeting
        notices.tell(row, "meetings.certificate", "certificate")


def _training(meeting: Meeting) -> Training | None:
    found = series(meeting)
    return found.training if found else None


def _trained(meeting: Meeting, row: Booking) -> None:
    """Count a session for a person, once each meeting: called when the meeting is held, or for who is added later."""
    training = _training(meeting)
    if training is None or (row.user_id is None and not row.name):
        return
    who = f"account:{row.user_id}" if row.user_id else f"name:{row.name}"
    person = blind_index(f"{meeting.series}:{who}", purpose="meetings.trainee")
    age = "all"
    if training.young_until is not None:
        age = "young" if row.age in _YOUNG[training.young_until] else "other"
    found, _ = Trainee.objects.select_for_update().get_or_create(
        programme=meeting.programme,
        series=meeting.series,
        person=person,
        defaults={"age": age, "department": meeting.department, "keep_until": meeting.keep_until},
    )
    found.sessions += 1
    found.keep_until = max(found.keep_until, meeting.keep_until)
    if found.trained_on is None and found.sessions >= training.sessions_to_complete:
        found.trained_on = paris_date(meeting.starts_at)
        # What may be told of an age is that of the day one completed it.
        found.age = age
    found.save()


def ages(meeting: Meeting) -> dict[str, int]:
    """How many came of each age band: of the back office alone, small counts and all."""
    found = dict.fromkeys(CATEGORIES["age"], 0)
    for age in meeting.bookings.filter(state=Booking.State.ATTENDED).order_by().values_list("age", flat=True):
        found[age or "unknown"] += 1
    for row in meeting.counts.order_by("pk"):
        found[row.age] += row.people
    return {age: n for age, n in found.items() if n}


def tell(meeting: Meeting) -> bool:
    """Tell how many came to one meeting, where they are enough since it was last told. In the caller's transaction; its row is locked."""
    more = meeting.attended - meeting.told
    if more < settings.MANDAT_SMALLEST_COUNT:
        return False
    breakdowns = {}
    if meeting.told == 0:
        counts = ages(meeting)
        line = withhold_line(tuple(counts.values()), smallest=settings.MANDAT_SMALLEST_COUNT, total_known=True)
        shown = {age: n for age, n in zip(counts, line.cells, strict=True) if n}
        breakdowns = {"age": shown} if shown and set(shown) != {"unknown"} else {}
    journal.append(
        [fact("meetings.attended.v1", meeting, quantity=more, unit="person", meetings=1, breakdowns=breakdowns)]
    )
    moved(meeting, told=meeting.attended)
    return True


@transaction.atomic
def fold() -> int:
    """Tell together what was too few to be told meeting by meeting, and people trained. Returns how many facts."""
    return _fold_attended() + _fold_trained()


def _fold_attended() -> int:
    smallest, told = settings.MANDAT_SMALLEST_COUNT, 0
    rows = (
        Meeting.objects.select_for_update().filter(state=State.HELD, told__lt=F("attended")).order_by("starts_at", "pk")
    )
    groups: dict[tuple[str, ...], list[Meeting]] = {}
    for row in rows:
        key = (
            row.programme,
            row.kind,
            row.series,
            row.process,
            row.component,
            row.body,
            row.department,
            str(row.measures),
        )
        groups.setdefault(key, []).append(row)
    for found in groups.values():
        more = sum(row.attended - row.told for row in found)
        if more < smallest:
            continue
        last = found[-1]
        rules = series(last)
        title = rules.series.title.fr if rules else str(Meeting._meta.verbose_name_plural)
        journal.append([_together(last, title, more, len(found))])
        Meeting.objects.filter(pk__in=[row.pk for row in found]).update(told=F("attended"), moves=F("moves") + 1)
        told += 1
    return told


def _together(last: Meeting, title: str, more: int, meetings: int) -> Fact:
    made = fact("meetings.attended.v1", last, quantity=more, unit="person", meetings=meetings)
    area = f"departement:{last.department}" if last.department else ""
    return Fact(
        kind=made.kind, occurred_on=made.occurred_on, programme=made.programme, data={**made.data, "title": title},
        measures=made.measures, commitments=made.commitments, area=area, quantity=made.quantity, unit=made.unit,
        definition=made.definition, synthetic=made.synthetic,
    )  # fmt: skip


def _fold_trained() -> int:
    smallest, told = settings.MANDAT_SMALLEST_COUNT, 0
    waiting = (
        Trainee.objects.select_for_update().filter(told=False, trained_on__isnull=False).order_by("trained_on", "pk")
    )
    groups: dict[tuple[str, str, str], list[Trainee]] = {}
    for row in waiting:
        groups.setdefault((row.programme, row.series, row.age), []).append(row)
    for (programme, code, age), found in sorted(groups.items()):
        rules = published_series(programme).get(code)
        if rules is None or len(found) < smallest:
            continue
        journal.append(
            [
                Fact(
                    kind="meetings.trained.v1",
                    occurred_on=paris_date(timezone.now()),
                    programme=programme,
                    data={"series": code, "title": rules.series.title.fr, "age": age},
                    measures=tuple(sorted(rules.series.measures)),
                    commitments=rules.series.commitments,
                    quantity=Decimal(len(found)),
                    unit="person",
                    definition=rules.ref,
                    synthetic=settings.MANDAT_DEMO,
                )
            ]
        )
        Trainee.objects.filter(pk__in=[row.pk for row in found]).update(told=True)
        told += 1
    return told
