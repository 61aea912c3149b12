"""What the calendar does by itself, once a day: overdue answers and contests, promises not delivered, reminders."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from mandat.apps.accounts import notices
from mandat.apps.accounts.models import Role, User
from mandat.apps.answers.models import Contest, Duty, Outcome
from mandat.apps.answers.services.contests import overdue_fact
from mandat.apps.answers.services.duties import fact
from mandat.apps.bodies.selectors import members
from mandat.apps.community.selectors import followers
from mandat.kernel.periods import in_words


@dataclass(frozen=True, slots=True)
class Day:
    """What one run found: each counted once, however often it runs."""

    overdue: int
    deliveries_late: int
    contests_overdue: int
    reminded: int


def run(*, today: dt.date | None = None) -> Day:
    """Mark what is overdue since the last run, with one fact each, and remind those who answer for the bodies."""
    day = today or timezone.localdate()
    programme = settings.MANDAT_PROGRAMME
    overdue = [
        _overdue(pk, day)
        for pk in Duty.objects.filter(
            programme=programme, state=Duty.State.OWED, due_on__lt=day, overdue_on__isnull=True
        )
        .order_by("due_on", "pk")
        .values_list("pk", flat=True)
    ]
    late = [
        _delivery_late(pk, day)
        for pk in Duty.objects.filter(
            programme=programme,
            outcome__in=(Outcome.ACCEPTED, Outcome.PARTLY),
            delivered_on__isnull=True,
            delivery_by__lt=day,
            delivery_late_on__isnull=True,
        )
        .order_by("delivery_by", "pk")
        .values_list("pk", flat=True)
    ]
    contests = [
        _contest_overdue(pk, day)
        for pk in Contest.objects.filter(
            programme=programme, state=Contest.State.PENDING, due_on__lt=day, overdue_on__isnull=True
        )
        .order_by("due_on", "pk")
        .values_list("pk", flat=True)
    ]
    return Day(sum(overdue), sum(late), sum(contests), remind(day))


@transaction.atomic
def _overdue(pk: int, day: dt.date) -> bool:
    duty = Duty.objects.select_for_update().get(pk=pk)
    if duty.overdue_on is not None or duty.state != Duty.State.OWED:
        return False
    fact("answers.overdue.v1", duty, on=day, due_on=duty.due_on, due_day=in_words(duty.due_on).fr)
    duty.overdue_on = day
    duty.save(update_fields=["overdue_on"])
    return True


@transaction.atomic
def _delivery_late(pk: int, day: dt.date) -> bool:
    duty = Duty.objects.select_for_update().get(pk=pk)
    if duty.delivery_late_on is not None or duty.delivered_on is not None or duty.delivery_by is None:
        return False
    fact("answers.delivery_late.v1", duty, on=day, delivery_by=duty.delivery_by, by_day=in_words(duty.delivery_by).fr)
    duty.delivery_late_on = day
    duty.save(update_fields=["delivery_late_on"])
    return True


@transaction.atomic
def _contest_overdue(pk: int, day: dt.date) -> bool:
    held = Contest.objects.select_for_update().get(pk=pk)
    if held.overdue_on is not None or held.state != Contest.State.PENDING:
        return False
    overdue_fact(held)
    held.overdue_on = day
    held.save(update_fields=["overdue_on"])
    return True


def remind(day: dt.date) -> int:
    """Tell those who answer for a body: ``reminder_days`` before the day, on the day after it, then every week. Returns how many duties."""
    count = 0
    waiting = Duty.objects.filter(programme=settings.MANDAT_PROGRAMME, state=Duty.State.OWED).order_by("due_on", "pk")
    people: dict[str, list[User]] = {}
    for duty in waiting.iterator(chunk_size=500):
        late = (day - duty.due_on).days
        step = _step(late, duty.reminder_days)
        if step is None:
            continue
        if duty.body not in people:
            people[duty.body] = answering(duty.body, day)
        with transaction.atomic():
            notices.notify_many(
                "answers.late" if late > 0 else "answers.due",
                [(user, duty.reference, f"{duty.pk}-{step}-{user.pk}") for user in people[duty.body]],
            )
        count += 1
    return count


def _step(late: int, reminder_days: int) -> str | None:
    """Which reminder a duty is at: each is sent once, even after days without a run."""
    if late > 0:
        return f"late{(late - 1) // 7}"
    return "soon" if -late <= reminder_days else None


def answering(body: str, day: dt.date) -> list[User]:
    """Who answers for a body: agents and elected members who sit in it or follow it; all agents where none does."""
    seated = {term.user_id for term in members(body, on=day) if term.user_id is not None}
    mine = seated | followers(f"body:{body}")
    may_answer = User.objects.filter(is_active=True, role_grants__role__in=(Role.AGENT, Role.ELECTED))
    found = list(may_answer.filter(pk__in=mine).distinct().order_by("pk"))
    return found or list(
        User.objects.filter(is_active=True, role_grants__role=Role.AGENT).distinct().order_by("pk")[:200]
    )
