"""What the clock and answers do to petitions: the time for sponsors and signatures runs out, answers come, petitions close."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from mandat.apps.accounts import notices
from mandat.apps.community.services import events
from mandat.apps.petitions.machine import State
from mandat.apps.petitions.models import Crossing, Petition
from mandat.apps.petitions.services import thresholds
from mandat.apps.petitions.services.moving import append, held, line, move
from mandat.apps.petitions.terms import terms_of
from mandat.apps.petitions.words import CLOSINGS, OUTCOMES
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text


@transaction.atomic
def petition_end(*, petition: Petition, at: dt.datetime) -> bool:
    """End the signing of a petition whose time is over: it waits for its answers, or it ends without. False where it is not time."""
    petition = held(petition)
    if petition.state != State.OPEN or petition.closes_at is None or at < petition.closes_at:
        return False
    thresholds.look(petition=petition)
    petition.refresh_from_db()
    awaited = petition.crossings.filter(status=Crossing.Status.ACTIVE).exists()
    # A threshold rolled back for fraud obliges to nothing any more.
    crossed = petition.crossings.filter(status=Crossing.Status.ANSWERED).exists()
    why = "ended" if awaited else "answered" if crossed else "expired"
    move(petition, "end" if awaited else "close" if crossed else "expire")
    petition.ended_at = petition.closes_at
    petition.save()
    _closed(petition, why, on=timezone.localdate(petition.closes_at - dt.timedelta(seconds=1)))
    return True


def _closed(petition: Petition, why: str, *, on: dt.date | None = None) -> None:
    append(line("petitions.closed.v1", petition, on=on, why=why, why_label=CLOSINGS[why].fr, signatures=petition.total))


@transaction.atomic
def petition_lapse(*, petition: Petition, at: dt.datetime) -> bool:
    """A petition that found no sponsors, or was not changed, in its time goes no further. It was never public: nothing is told."""
    petition = held(petition)
    days = terms_of(petition).component.sponsor_days
    if petition.state not in (State.SPONSORS, State.CHANGES) or petition.saved_at + dt.timedelta(days=days) > at:
        return False
    move(petition, "lapse")
    petition.ended_at = at
    petition.save()
    return True


def clock_run(*, programme: str, at: dt.datetime | None = None) -> dict[str, int]:
    """What the clock does, safe to run again."""
    moment = at or timezone.now()
    rows = Petition.objects.filter(programme=programme)
    ended = rows.filter(state=State.OPEN, closes_at__lte=moment).order_by("pk")
    waiting = rows.filter(state__in=[State.SPONSORS, State.CHANGES]).order_by("pk")
    return {
        "ended": sum(petition_end(petition=one, at=moment) for one in ended),
        "lapsed": sum(petition_lapse(petition=one, at=moment) for one in waiting),
        "reminded": examinations_remind(programme=programme, at=moment),
    }


def examinations_remind(*, programme: str, at: dt.datetime) -> int:
    """Tell agents who took a petition that its examination is due tomorrow or late."""
    day = timezone.localdate(at)
    wanted = Petition.objects.filter(
        programme=programme,
        state=State.EXAMINATION,
        examine_by__lte=day + dt.timedelta(days=1),
        assigned_to__isnull=False,
    ).select_related("assigned_to")
    for petition in wanted.order_by("pk"):
        assert petition.assigned_to is not None
        notices.notify(
            petition.assigned_to, "petitions.due", petition.reference, key=f"{petition.reference}:{petition.examine_by}"
        )
    return wanted.count()


def crossing_of(source: str) -> Crossing | None:
    """The threshold that a source names (``petition:P7F3-K9QW/audition``)."""
    sort, _, rest = source.partition(":")
    reference, _, threshold = rest.partition("/")
    if sort != "petition" or not threshold:
        return None
    return (
        Crossing.objects.filter(petition__reference=reference, threshold=threshold).select_related("petition").first()
    )


@transaction.atomic
def threshold_answered(*, source: str, outcome: str, on: dt.date) -> None:
    """The body answered what a threshold asked: told on the petition's page, to those who follow it, in the journal."""
    found = crossing_of(source)
    if found is None:
        return
    petition = held(found.petition)
    crossing = Crossing.objects.select_for_update().get(pk=found.pk)
    first = crossing.status != Crossing.Status.ANSWERED
    crossing.status, crossing.outcome = Crossing.Status.ANSWERED, outcome
    if first:
        crossing.answered_on = on
    crossing.save()
    if not first:
        return
    days = max(0, (on - timezone.localdate(crossing.crossed_at)).days)
    append(
        line(
            "petitions.answered.v1", petition, on=on, threshold=crossing.threshold, consequence=crossing.consequence,
            outcome=outcome, outcome_label=OUTCOMES[outcome].fr, days=days, in_time=on <= crossing.due_on,
        )
    )  # fmt: skip
    petition.answered_at = timezone.now()
    petition.save(update_fields=["answered_at"])
    said = OUTCOMES[outcome]
    events.tell(
        target=f"petition:{petition.reference}", title=Text(f"Réponse : {said.fr}", f"Answer: {said.en}"),
        url=reverse("petitions:petition", args=[petition.reference]), at=timezone.now(), answer=True,
        key=f"{source}:answer",
    )  # fmt: skip
    if petition.author is not None:
        notices.notify(
            petition.author, "petitions.answered", petition.reference, key=f"{petition.reference}:{crossing.pk}"
        )
    if petition.state == State.ENDED and not petition.crossings.filter(status=Crossing.Status.ACTIVE).exists():
        move(petition, "close")
        petition.save()
        _closed(petition, "answered", on=on)


@transaction.atomic
def hide(*, petition: Petition) -> None:
    """Moderation hides a petition: its page says so, its signatures stay."""
    Petition.objects.filter(pk=petition.pk).update(hidden=True)


@transaction.atomic
def show(*, petition: Petition) -> None:
    Petition.objects.filter(pk=petition.pk).update(hidden=False)


def check_reference(text: str) -> Petition:
    """The petition of a reference as people type it: without hyphen, in small letters. Raises InputError."""
    plain = text.strip().upper().replace("-", "").replace(" ", "")
    found = Petition.objects.filter(reference=f"{plain[:5]}-{plain[5:]}").first()
    if found is None:
        raise InputError(Text("aucune pétition de cette référence", "no petition of this reference"))
    return found
