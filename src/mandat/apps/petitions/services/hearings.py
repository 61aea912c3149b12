"""A hearing that a threshold makes due: its day and place are set before its deadline, as a public meeting of the body that hears."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from mandat.apps.accounts import notices
from mandat.apps.accounts.models import User
from mandat.apps.community.services import events
from mandat.apps.meetings import selectors as meetings
from mandat.apps.meetings.services.meetings import meeting_cancel, meeting_create
from mandat.apps.petitions.models import Crossing, Petition
from mandat.apps.petitions.services.moving import check_agent, held, today
from mandat.apps.petitions.terms import terms_of
from mandat.kernel.errors import InputError
from mandat.kernel.periods import in_words
from mandat.kernel.text import Text

WHY = "Des signatures ont été invalidées : la pétition est repassée sous le seuil."


def to_set(programme: str) -> QuerySet[Crossing]:
    """Hearings that are due and have no day, or whose meeting was cancelled, the most urgent first."""
    off = meetings.meetings(programme).filter(state="cancelled").order_by().values("code")
    found = Crossing.objects.filter(Q(result="") | Q(result__in=off), petition__programme=programme)
    found = found.filter(consequence="hearing", status=Crossing.Status.ACTIVE)
    return found.select_related("petition").order_by("due_on", "pk")


def meeting_of(crossing: Crossing | None) -> Any:
    """The meeting of a hearing; None where it has no day, or is no hearing."""
    if crossing is None or crossing.consequence != "hearing" or not crossing.result:
        return None
    return meetings.meeting(crossing.result)


@transaction.atomic
def hearing_set(
    *,
    actor: User,
    petition: Petition,
    threshold: str,
    starts_at: dt.datetime,
    ends_at: dt.datetime,
    place: str = "",
    commune: str = "",
    address: str = "",
    link: str = "",
) -> Crossing:
    """Announce the hearing of those who carry a petition. Its meeting bears the petition's number alone: its title may be moderated away.

    Raises PermissionDenied; InputError where no hearing is due, where it has its day already, for a day gone by, or one past the deadline while
    it can still be kept, and for what a meeting refuses.
    """
    check_agent(actor, petition)
    petition = held(petition)
    crossing = Crossing.objects.select_for_update().filter(petition=petition, threshold=threshold).first()
    if crossing is None or crossing.consequence != "hearing" or crossing.status != Crossing.Status.ACTIVE:
        raise InputError(Text("aucune audition n'est due", "no hearing is due"))
    known = meeting_of(crossing)
    if known is not None and known.state != "cancelled":
        raise InputError(
            Text(
                "cette audition a déjà son jour : changez-le sur la page de la rencontre",
                "this hearing has its day already: change it on the page of the meeting",
            )
        )
    if starts_at <= timezone.now():
        raise InputError(Text("une audition se tient un jour à venir", "a hearing is held on a day to come"))
    day = timezone.localdate(starts_at)
    if today() <= crossing.due_on < day:
        told = in_words(crossing.due_on)
        raise InputError(
            Text(f"l'audition est due le {told.fr} au plus tard", f"the hearing is due by {told.en} at the latest")
        )
    process = terms_of(petition).process
    meeting = meeting_create(
        actor=actor, kind="meeting", starts_at=starts_at, ends_at=ends_at, place=place, commune=commune, address=address,
        title=Text(f"Audition : pétition {petition.reference}", f"Hearing: petition {petition.reference}"), link=link,
        places=None, process=petition.process, component=petition.component, body=crossing.body, measures=process.measures,
    )  # fmt: skip
    crossing.result = meeting.code
    crossing.save(update_fields=["result"])
    events.tell(
        target=f"petition:{petition.reference}", key=f"petition-hearing:{meeting.code}", at=starts_at,
        title=Text("Audition de la pétition", "Hearing of the petition"), url=reverse("meetings:meeting", args=[meeting.code]),
    )  # fmt: skip
    if petition.author is not None:
        notices.notify(petition.author, "petitions.hearing", petition.reference, key=f"{petition.pk}:{meeting.code}")
    return crossing


def hearing_off(*, actor: User, crossing: Crossing) -> None:
    """The petition fell back under the threshold: a hearing to come is cancelled, and a day is to be set anew if it is crossed again."""
    meeting = meeting_of(crossing)
    if meeting is None or meeting.state != "planned" or meeting.starts_at <= timezone.now():
        return
    meeting_cancel(actor=actor, meeting=meeting, reason=WHY)
    events.withdraw(key=f"petition-hearing:{meeting.code}")
    crossing.result = ""
    crossing.save(update_fields=["result"])
