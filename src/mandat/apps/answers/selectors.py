"""What is owed, overdue, answered; how long each body takes; the chain of one source."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Avg, Case, Count, ExpressionWrapper, F, IntegerField, Q, QuerySet, Value, When
from django.db.models.fields import DurationField
from django.utils import timezone

from mandat.apps.answers import chain as chains
from mandat.apps.answers.chain import Step
from mandat.apps.answers.models import Answer, Duty, Outcome
from mandat.apps.answers.services.duties import OUTCOMES, STAGE_OF
from mandat.kernel.text import Text


def duties(programme: str = "") -> QuerySet[Duty]:
    """All duties: those overdue first, the oldest day first; then those awaited; then answered and waived ones, the newest first."""
    today = timezone.localdate()
    turn = Case(
        When(state=Duty.State.OWED, due_on__lt=today, then=Value(0)),
        When(state=Duty.State.OWED, then=Value(1)),
        default=Value(2),
        output_field=IntegerField(),
    )
    found = Duty.objects.filter(programme=programme or settings.MANDAT_PROGRAMME)
    return found.annotate(turn=turn).order_by(
        "turn", Case(When(turn__lt=2, then=F("due_on"))), F("answered_on").desc(nulls_last=True), "pk"
    )


def overdue(*, at: dt.date | None = None) -> QuerySet[Duty]:
    """Duties whose day is past and that nobody answered, the oldest first."""
    today = at or timezone.localdate()
    found = Duty.objects.filter(programme=settings.MANDAT_PROGRAMME, state=Duty.State.OWED, due_on__lt=today)
    return found.order_by("due_on", "pk")


def late_deliveries(*, at: dt.date | None = None) -> QuerySet[Duty]:
    """Duties accepted in all or part whose promise is past its day and not delivered, the oldest first."""
    today = at or timezone.localdate()
    found = Duty.objects.filter(
        programme=settings.MANDAT_PROGRAMME,
        outcome__in=(Outcome.ACCEPTED, Outcome.PARTLY),
        delivered_on__isnull=True,
        delivery_by__lt=today,
    )
    return found.order_by("delivery_by", "pk")


@dataclass(frozen=True, slots=True)
class Record:
    """How a body answers: how many it owed, gave, gave in time, are overdue, and the days it takes on average (None: none given)."""

    body: str
    owed: int
    given: int
    in_time: int
    overdue: int
    days: float | None


def records() -> list[Record]:
    """One line a body that ever owed an answer, the most overdue first. One statement."""
    today = timezone.localdate()
    given = Q(answered_on__isnull=False)
    taken = ExpressionWrapper(F("answered_on") - F("owed_on"), output_field=DurationField())
    rows = (
        Duty.objects.filter(programme=settings.MANDAT_PROGRAMME)
        .exclude(state=Duty.State.WAIVED)
        .values("body")
        .annotate(
            owed=Count("pk"),
            given=Count("pk", filter=given),
            in_time=Count("pk", filter=given & Q(answered_on__lte=F("due_on"))),
            late=Count("pk", filter=Q(state=Duty.State.OWED, due_on__lt=today)),
            took=Avg(taken, filter=given),
        )
        .order_by("-late", "body")
    )
    return [
        Record(
            row["body"],
            row["owed"],
            row["given"],
            row["in_time"],
            row["late"],
            None if row["took"] is None else row["took"].total_seconds() / 86_400,
        )
        for row in rows
    ]


def chain(source: str) -> list[Step]:
    """Promise, vote, money, delivery: what the answers about a source say, and what the apps know of it, in order."""
    found = list(chains.told(source))
    for duty in Duty.objects.filter(programme=settings.MANDAT_PROGRAMME, source=source).order_by("pk"):
        found += own_steps(duty)
    return chains.ordered(found)


def chain_of(duty: Duty) -> list[Step]:
    """The chain of one duty alone, with what the apps know of its source."""
    return chains.ordered([*chains.told(duty.source), *own_steps(duty)])


def own_steps(duty: Duty) -> list[Step]:
    """The steps that the answers of a duty and its agents say."""
    found: list[Step] = []
    answers = list(duty.answers.order_by("rank"))
    for given in answers:
        found.append(_promise(duty, given))
        found += _linked(given)
    for step in duty.steps.order_by("on", "pk"):
        stage: chains.Stage = step.stage  # type: ignore[assignment]  # one of the model's choices
        title = Text(step.title_fr, step.title_en or step.title_fr)
        found.append(Step(stage, step.on, title, step.url, step.fact_index))
    if answers and duty.delivery_by and duty.delivered_on is None:
        late = duty.delivery_by < timezone.localdate()
        words = (
            Text("Livraison en retard", "Delivery is late") if late else Text("Livraison promise", "Delivery promised")
        )
        found.append(Step("delivery", duty.delivery_by, words, done=False, late=late))
    return found


def _promise(duty: Duty, given: Answer) -> Step:
    words = OUTCOMES[Outcome(given.outcome)]
    again = given.rank > 1
    title = Text(
        f"{'Réponse modifiée' if again else 'Réponse'} : {words.fr}",
        f"{'Answer amended' if again else 'Answer'}: {words.en}",
    )
    return Step("promise", timezone.localdate(given.at), title, fact=given.fact_index)


def _linked(given: Answer) -> list[Step]:
    steps = []
    for link in given.links:
        stage = STAGE_OF.get(link["sort"])
        if stage is None:
            continue
        on = dt.date.fromisoformat(link["on"]) if link.get("on") else timezone.localdate(given.at)
        steps.append(
            Step(
                stage,
                on,
                Text(link["title"]["fr"], link["title"]["en"] or link["title"]["fr"]),
                link["url"],
                link["fact"],
            )
        )
    return steps
