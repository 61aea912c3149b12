"""Sightings: sent, confirmed by others or by an agent, shown no finer than the definition says."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.files.base import File
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from mandat.apps.accounts.models import User
from mandat.apps.accounts.permissions import require
from mandat.apps.consultations import photos, seams
from mandat.apps.consultations.grid import blurred
from mandat.apps.consultations.held import Held, held_of
from mandat.apps.consultations.models import Confirmation, Consultation, Observation, Shown
from mandat.apps.consultations.services.common import check_open, open_row, touched
from mandat.apps.participation.schema.contributions import Observations, Subject
from mandat.apps.territory import selectors as territory
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

NOTE = 1000
OLDEST = dt.timedelta(days=3653)
State = Observation.State


def subject_of(document: Observations, code: str) -> Subject | None:
    """A subject by its code."""
    return next((one for one in document.subjects if one.code == code), None)


@transaction.atomic
def observation_send(
    *,
    actor: User,
    held: Held[Observations],
    subject: str,
    count: int,
    seen_on: dt.date,
    commune: str,
    latitude: float | None = None,
    longitude: float | None = None,
    note: str = "",
    photo: File[Any] | None = None,
    photo_text: str = "",
    at: dt.datetime | None = None,
) -> Observation:
    """Tell what was seen, when and where. Without a point, the commune is the place. Raises InputError, PermissionDenied."""
    at = at or timezone.now()
    document = held.document
    check_open(held, at)
    who = seams.participant(actor, held.process, held.code, at)
    seams.limited(actor, "observation", per_hour=60)
    known = subject_of(document, subject)
    if known is None:
        raise InputError(Text("ce sujet n'est pas de l'inventaire", "this subject is not of the inventory"))
    today = timezone.localdate(at)
    if seen_on > today or seen_on < today - OLDEST:
        raise InputError(Text("ce jour est à venir ou trop ancien", "this day is to come or too long ago"))
    if not 1 <= count <= 1_000_000:
        raise InputError(Text("un nombre de 1 à 1 000 000", "a number from 1 to 1,000,000"))
    place = territory.reference().places.get(commune)
    if place is None:
        raise InputError(Text("cette commune n'est pas connue", "this commune is not known"))
    if (latitude is None) != (longitude is None):
        raise InputError(Text("donnez la latitude et la longitude", "give both latitude and longitude"))
    note = seams.cleaned(note, longest=NOTE, what=Text("la note", "the note"), required=False)
    photo_text = seams.cleaned(photo_text, longest=200, what=Text("la description", "the description"), required=False)
    row = open_row(held, at)
    day = dt.timedelta(days=1)
    if Observation.objects.filter(consultation=row, author=actor, made_at__gte=at - day).count() >= document.most_a_day:
        raise InputError(
            Text(
                f"{document.most_a_day} observations par jour au plus",
                f"{document.most_a_day} observations a day at most",
            )
        )
    shown = _shown_place(document, known, latitude, longitude)
    said = f"{note}\n{photo_text}".strip()
    hold = seams.held(said, author=actor, kind=seams.OBSERVATION, at=at) if said else None
    stored = photos.receive(actor, photo) if photo is not None and document.photo else None
    made = Observation.objects.create(
        consultation=row, author=actor, name=who.name, made_at=at, subject=subject, count=count, seen_on=seen_on,
        commune=commune, latitude=latitude, longitude=longitude, shown_latitude=shown[0], shown_longitude=shown[1],
        radius=shown[2], note=note, photo=stored, photo_text=photo_text,
        shown=Shown.WAITING if hold else Shown.SHOWN,
        state=State.CONFIRMED if document.confirmations == 0 else State.SEEN,
    )  # fmt: skip
    seams.hold(hold, kind=seams.OBSERVATION, reference=made.reference, author=actor)
    touched(row, at, items=1, waiting=1 if stored is not None else 0)
    return made


def _shown_place(
    document: Observations, subject: Subject, latitude: float | None, longitude: float | None
) -> tuple[float | None, float | None, int]:
    if latitude is None or longitude is None:
        return None, None, 0
    try:
        return blurred(latitude, longitude, document.sensitive_blur_km if subject.sensitive else document.blur_km)
    except ValueError:
        raise InputError(Text("ce point n'existe pas", "there is no such point")) from None


@transaction.atomic
def observation_confirm(*, actor: User, observation: Observation, at: dt.datetime | None = None) -> Observation:
    """Someone else saw it too. With enough of them it is confirmed. Raises InputError, PermissionDenied."""
    at = at or timezone.now()
    held = held_of(observation.consultation)
    check_open(held, at)
    seams.participant(actor, held.process, held.code, at)
    if observation.author_id == actor.pk:
        raise InputError(Text("une autre personne doit confirmer", "someone else must confirm"))
    if observation.shown != Shown.SHOWN:
        raise InputError(Text("cette observation n'est pas publiée", "this observation is not published"))
    try:
        with transaction.atomic():
            Confirmation.objects.create(observation=observation, user=actor)
    except IntegrityError:
        raise InputError(Text("vous l'avez déjà confirmée", "you have confirmed it already")) from None
    Observation.objects.filter(pk=observation.pk).update(confirmations=F("confirmations") + 1)
    locked = Observation.objects.get(pk=observation.pk)
    if locked.state == State.SEEN and locked.confirmations >= held.document.confirmations:
        locked.state = State.CONFIRMED
        locked.save(update_fields=["state"])
    touched(locked.consultation, at)
    return locked


@transaction.atomic
def observation_judge(
    *, actor: User, observation: Observation, state: str, why: str = "", at: dt.datetime | None = None
) -> Observation:
    """An agent confirms a sighting, or says that it is not what was told (a reason is then needed)."""
    require(actor, "participation.manage")
    at = at or timezone.now()
    why = seams.cleaned(why, longest=300, what=Text("le motif", "the reason"), required=state == State.REFUTED)
    locked = Observation.objects.select_for_update(of=("self",)).get(pk=observation.pk)
    if locked.author_id == actor.pk:
        raise InputError(Text("une autre personne doit confirmer", "someone else must confirm"))
    locked.state, locked.why_hidden, locked.moderated_by, locked.moderated_at = State(state), why, actor, at
    locked.save(update_fields=["state", "why_hidden", "moderated_by", "moderated_at"])
    touched(locked.consultation, at)
    return locked


@transaction.atomic
def photo_judge(
    *, actor: User, observation: Observation, shown: bool, why: str = "", at: dt.datetime | None = None
) -> Observation:
    """Show the photo of a sighting, or throw it away for a reason; the sighting stays."""
    require(actor, "community.moderate")
    at = at or timezone.now()
    why = seams.cleaned(why, longest=300, what=Text("le motif", "the reason"), required=not shown)
    locked = Observation.objects.select_for_update(of=("self",)).get(pk=observation.pk)
    if not waits(locked):
        raise InputError(Text("cette photo est déjà jugée", "this photo is judged already"))
    photo, locked.photo_shown = locked.photo, shown
    locked.why_hidden, locked.moderated_by, locked.moderated_at = why, actor, at
    if not shown:
        locked.photo = None
    locked.save(update_fields=["photo", "photo_shown", "why_hidden", "moderated_by", "moderated_at"])
    if not shown and photo is not None:
        photo.delete()
    touched(locked.consultation, at, waiting=-1)
    return locked


def waits(observation: Observation) -> bool:
    """Whether its photo has still to be judged."""
    return observation.photo_id is not None and not observation.photo_shown


@transaction.atomic
def observation_withdraw(*, actor: User, observation: Observation, at: dt.datetime | None = None) -> None:
    """Its author takes it back: it is shown nowhere and counted no more; its photo goes."""
    locked = Observation.objects.select_for_update(of=("self",)).get(pk=observation.pk)
    if locked.author_id != actor.pk:
        raise InputError(Text("seul son auteur peut la retirer", "only its author may take it back"))
    if locked.shown == Shown.WITHDRAWN:
        return
    waited = waits(locked)
    photo, locked.photo = locked.photo, None
    locked.shown, locked.photo_shown = Shown.WITHDRAWN, False
    locked.save(update_fields=["shown", "photo", "photo_shown"])
    if photo is not None:
        photo.delete()
    touched(locked.consultation, at or timezone.now(), items=-1, waiting=-1 if waited else 0)


def people_of(row: Consultation) -> int:
    """How many different people sent sightings."""
    return Observation.objects.filter(consultation=row, author__isnull=False).values("author").distinct().count()
