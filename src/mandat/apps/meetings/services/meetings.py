"""Agents announce a meeting, change it, cancel it, and publish what came of it."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import secrets
from collections.abc import Collection, Iterable
from typing import Any

from django.conf import settings
from django.core.files.base import File
from django.db import transaction
from django.utils import timezone

from mandat import journal
from mandat.apps.accounts.models import User
from mandat.apps.accounts.permissions import require
from mandat.apps.custody import uploads
from mandat.apps.custody.subjects import subject_open
from mandat.apps.meetings import notices
from mandat.apps.meetings.definitions import series_of
from mandat.apps.meetings.models import Access, Booking, Kind, Meeting, Paper, State
from mandat.apps.meetings.services import following
from mandat.apps.meetings.services import places as placing
from mandat.apps.meetings.services.holding import fact, locked, moved, planned
from mandat.apps.territory import selectors as territory
from mandat.kernel.errors import InputError
from mandat.kernel.periods import add_months, paris_date
from mandat.kernel.text import Text

PAPER = "meetings.paper"
#: The longest meeting, in days: beyond, the dates are mistaken.
LONGEST = dt.timedelta(days=31)
#: Months until who came is forgotten, where no series says otherwise.
KEPT_MONTHS = 3
_COMMUNE = re.compile(r"[0-9][0-9AB][0-9]{3}")
#: What changes that people who booked are told of, and calendars with them.
_TOLD = frozenset({"starts_at", "ends_at", "place", "address", "commune", "link"})
_MENDABLE = _TOLD | {
    "title_fr", "title_en", "text_fr", "text_en", "access", "access_note_fr", "access_note_en", "places", "waiting_list", "booking",
}  # fmt: skip


@transaction.atomic
def meeting_create(
    *,
    actor: User,
    title: Text,
    kind: str,
    starts_at: dt.datetime,
    ends_at: dt.datetime,
    place: str,
    commune: str,
    places: int | None,
    process: str = "",
    component: str = "",
    body: str = "",
    measures: Collection[int] = (),
    series: str = "",
    text: Text | None = None,
    address: str = "",
    link: str = "",
    access: Collection[str] = (),
    access_note: Text | None = None,
    booking: str = Meeting.Booking.OPEN,
    waiting_list: bool = True,
) -> Meeting:
    """Announce a meeting. ``starts_at`` and ``ends_at`` are aware; ``commune`` an INSEE code, or empty for a meeting by ``link`` alone.

    What a series says (measures, waiting list, reminders, retention) holds for its meetings. Raises PermissionDenied, InputError.
    """
    require(actor, "meetings.manage")
    found = series_of(series) if series else None
    rules = found.series if found else None
    if found is not None and kind != found.kind:
        raise InputError(Text("ce genre n'est pas celui de la série", "this kind is not the one of the series"))
    waits = rules.waiting if rules else None
    meeting = Meeting(
        programme=settings.MANDAT_PROGRAMME,
        series=series,
        series_version=found.ref.version if found else None,
        process=process,
        component=component,
        body=body,
        measures=sorted({*measures, *(rules.measures if rules else ())}),
        kind=kind,
        title_fr=title.fr.strip(),
        title_en=title.en.strip() or title.fr.strip(),
        text_fr=(text or Text("", "")).fr,
        text_en=(text or Text("", "")).en,
        place=place.strip(),
        address=address.strip(),
        commune=commune,
        link=link,
        access=sorted(set(access)),
        access_note_fr=(access_note or Text("", "")).fr,
        access_note_en=(access_note or Text("", "")).en,
        starts_at=starts_at,
        ends_at=ends_at,
        booking=booking,
        places=places,
        waiting_list=waiting_list and (rules is None or waits is not None),
        confirm_hours=waits.confirm_hours if waits else 48,
        cancel_hours=rules.cancel_hours if rules else 2,
        reminders=list(rules.reminders if rules else (7, 1)),
        keep_until=_kept(ends_at, rules.retention_months if rules else KEPT_MONTHS),
        synthetic=settings.MANDAT_DEMO,
        created_by=actor,
    )
    _checked(meeting)
    meeting.save(force_insert=True)
    journal.append([fact("meetings.announced.v1", meeting, on=_day(meeting), places=places or 0, occurred_on=_today())])
    following.told_announced(meeting)
    return meeting


def _kept(ends_at: dt.datetime, months: int) -> dt.datetime:
    day = add_months(paris_date(ends_at), months)
    return dt.datetime.combine(day, dt.time(), tzinfo=dt.UTC)


def _today() -> dt.date:
    return paris_date(timezone.now())


def _day(meeting: Meeting) -> str:
    return paris_date(meeting.starts_at).isoformat()


def _checked(meeting: Meeting) -> None:
    if meeting.kind not in Kind.values or meeting.booking not in Meeting.Booking.values:
        raise InputError(Text("genre ou réservation inconnus", "unknown kind or booking"))
    if not 3 <= len(meeting.title_fr) <= 200 or not 3 <= len(meeting.title_en) <= 200:
        raise InputError(Text("le titre a de 3 à 200 caractères", "the title has 3 to 200 characters"))
    for moment in (meeting.starts_at, meeting.ends_at):
        if moment.tzinfo is None:
            raise InputError(Text("une heure sans fuseau", "an hour without time zone"))
    if not meeting.starts_at < meeting.ends_at <= meeting.starts_at + LONGEST:
        raise InputError(
            Text(
                "la fin vient après le début, un mois plus tard au plus",
                "the end follows the beginning, within a month",
            )
        )
    if not meeting.place and not meeting.link:
        raise InputError(Text("donnez un lieu, ou un lien", "give a place, or a link"))
    if meeting.place and not _COMMUNE.fullmatch(meeting.commune):
        raise InputError(Text("donnez la commune du lieu", "give the commune of the place"))
    if meeting.commune and territory.reference().places and not territory.exists(f"commune:{meeting.commune}"):
        raise InputError(Text(f"commune inconnue : {meeting.commune}", f"unknown commune: {meeting.commune}"))
    if meeting.link and not meeting.link.startswith("https://"):
        raise InputError(Text("le lien commence par https://", "the link begins with https://"))
    if meeting.places is not None and not 1 <= meeting.places <= 20_000:
        raise InputError(Text("de 1 à 20 000 places, ou aucune limite", "from 1 to 20,000 places, or no limit"))
    unknown = set(meeting.access) - set(Access.values)
    if unknown:
        raise InputError(Text(f"accès inconnu : {min(unknown)}", f"unknown access: {min(unknown)}"))
    found = territory.reference().places.get(meeting.commune)
    code = meeting.commune
    meeting.department = found.departement if found else code[: 3 if code.startswith("97") else 2]


@transaction.atomic
def meeting_change(*, actor: User, meeting: Meeting, **values: Any) -> Meeting:
    """Change what was announced; whoever booked is told where the moment or the place changes. Raises PermissionDenied, InputError."""
    require(actor, "meetings.manage")
    found = planned(locked(meeting))
    unknown = set(values) - _MENDABLE
    if unknown:
        raise InputError(Text(f"champ inconnu : {min(unknown)}", f"unknown field: {min(unknown)}"))
    changed = {name: value for name, value in values.items() if getattr(found, name) != value}
    if not changed:
        return found
    for name, value in changed.items():
        setattr(found, name, value)
    _checked(found)
    if found.places is not None and found.places < found.taken:
        raise InputError(
            Text(
                f"{found.taken} places sont prises : annulez-en d'abord, ou prenez une salle plus grande",
                f"{found.taken} places are taken: cancel some first, or find a larger room",
            )
        )
    told = bool(_TOLD & set(changed))
    if {"starts_at", "ends_at"} & set(changed):
        length = found.keep_until - locked(found).ends_at
        changed["keep_until"] = found.ends_at + length
    moved(found, department=found.department, sequence=found.sequence + 1, updated_at=timezone.now(), **changed)
    journal.append([fact("meetings.changed.v1", found, on=_day(found), places=found.places or 0, occurred_on=_today())])
    if told:
        notices.tell_all(found, "meetings.changed", f"{found.sequence}")
        following.told_moved(found)
    placing.advance(found)
    return found


@transaction.atomic
def meeting_cancel(*, actor: User, meeting: Meeting, reason: str) -> Meeting:
    """Cancel a meeting for a public reason; whoever booked or waits is told. Raises PermissionDenied, InputError."""
    require(actor, "meetings.manage")
    found = planned(locked(meeting))
    said = " ".join(reason.split())
    if not 10 <= len(said) <= 500:
        raise InputError(Text("dites pourquoi, en 10 à 500 caractères", "say why, in 10 to 500 characters"))
    notices.tell_all(found, "meetings.cancelled", "cancelled")
    found.bookings.filter(state__in=("waiting", "offered", "booked")).update(
        state=Booking.State.CANCELLED, updated_at=timezone.now()
    )
    moved(found, state=State.CANCELLED, reason=said, taken=0, sequence=found.sequence + 1, updated_at=timezone.now())
    journal.append([fact("meetings.cancelled.v1", found, reason=said, occurred_on=_today())])
    following.told_cancelled(found)
    return found


@transaction.atomic
def room_code_open(*, actor: User, meeting: Meeting) -> str:
    """A code to show in the room: whoever types it on the site during the meeting is noted present. Raises PermissionDenied, InputError."""
    require(actor, "meetings.manage")
    found = planned(locked(meeting))
    if not found.room_code:
        moved(found, room_code="".join(secrets.choice("23456789ABCDEFGHJKMNPQRSTUVWXYZ") for _ in range(6)))
    return found.room_code


@transaction.atomic
def minutes_publish(*, actor: User, meeting: Meeting, minutes: Text) -> Meeting:
    """Publish the minutes of a meeting that was held, or mend them. Raises PermissionDenied, InputError."""
    require(actor, "meetings.manage")
    found = locked(meeting)
    if found.state != State.HELD:
        raise InputError(Text("le compte rendu vient après la rencontre", "minutes come after the meeting"))
    fr, en = minutes.fr.strip(), minutes.en.strip()
    if not 20 <= len(fr) <= 20_000 or len(en) > 20_000:
        raise InputError(Text("un compte rendu a de 20 à 20 000 caractères", "minutes have 20 to 20,000 characters"))
    if (found.minutes_fr, found.minutes_en) == (fr, en):
        return found
    moved(found, minutes_fr=fr, minutes_en=en, updated_at=timezone.now())
    digest = hashlib.sha256(f"{fr}\0{en}".encode()).hexdigest()
    journal.append([fact("meetings.published.v1", found, what="minutes", sha256=digest, occurred_on=_today())])
    following.told_minutes(found)
    return found


@transaction.atomic
def paper_publish(*, actor: User, meeting: Meeting, title: Text, upload: File[Any]) -> Paper:
    """Publish a file with a meeting. Raises PermissionDenied; InputError for a file refused or a title missing."""
    require(actor, "meetings.manage")
    found = locked(meeting)
    if not 3 <= len(title.fr.strip()) <= 150:
        raise InputError(Text("donnez un titre à ce document", "give this paper a title"))
    if found.papers.count() >= 30:
        raise InputError(Text("30 documents au plus", "30 papers at most"))
    stored = uploads.file_receive(actor=actor, subject=subject_open(), upload=upload, purpose=PAPER)
    paper = Paper.objects.create(
        meeting=found, title_fr=title.fr.strip(), title_en=title.en.strip() or title.fr.strip(), stored=stored
    )
    moved(found, updated_at=timezone.now())
    journal.append([fact("meetings.published.v1", found, what="paper", sha256=stored.sha256, occurred_on=_today())])
    return paper


def chunks(paper: Paper) -> Iterable[bytes]:
    """The bytes of a published paper. Raises PermissionError while the antivirus has not answered."""
    return uploads.read(paper.stored)
