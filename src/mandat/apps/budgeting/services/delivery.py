"""Follow what was chosen until it is there: steps planned, done or put off with a reason, what shows them, and the end."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import transaction

from mandat.apps.accounts.models import User
from mandat.apps.accounts.permissions import require
from mandat.apps.budgeting import proposals
from mandat.apps.budgeting.models import Evidence, Note, Project, Step
from mandat.apps.budgeting.services import money
from mandat.apps.budgeting.services.common import append, held, note, of_project, past, said, terms_of, today
from mandat.apps.ledger.models import major
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

State = Project.State
MOST_STEPS = 20
_address = URLValidator(schemes=["https", "http"])


@dataclass(frozen=True, slots=True)
class Planned:
    """A step to come: what, and by when."""

    title: Text
    due_on: dt.date


@transaction.atomic
def steps_plan(*, actor: User, project: Project, steps: Sequence[Planned]) -> list[Step]:
    """Say the steps of delivery, in the order of their days: once, before any is done. Later days are put off one by one, with a reason."""
    require(actor, "budgeting.deliver")
    project = held(project, State.FUNDED)
    if project.steps.exists():
        raise InputError(Text("les étapes sont déjà annoncées", "the steps are already announced"))
    if not 1 <= len(steps) <= MOST_STEPS:
        raise InputError(Text(f"de 1 à {MOST_STEPS} étapes", f"from 1 to {MOST_STEPS} steps"))
    if any(one.due_on > two.due_on for one, two in pairwise(steps)):
        raise InputError(Text("les étapes vont dans l'ordre des jours", "steps go in the order of days"))
    what = Text("le titre de l'étape", "the title of the step")
    made = [
        Step(
            project=project, rank=rank, first_due=one.due_on, due_on=one.due_on,
            title_fr=said(one.title.fr, what=what, longest=150, one_line=True),
            title_en=said(one.title.en, what=what, longest=150, one_line=True),
        )
        for rank, one in enumerate(steps, 1)
    ]  # fmt: skip
    Step.objects.bulk_create(made)
    note(project, Note.What.PLANNED, by=actor)
    return made


def _step(project: Project, rank: int) -> Step:
    step = project.steps.filter(rank=rank).first()
    if step is None:
        raise InputError(Text(f"étape inconnue : {rank}", f"unknown step: {rank}"))
    if step.done_on is not None:
        raise InputError(Text("cette étape est faite", "this step is done"))
    return step


@transaction.atomic
def step_done(
    *, actor: User, project: Project, rank: int, on: dt.date, evidence: Sequence[tuple[str, str, str]] = ()
) -> Step:
    """A step is done on a day; ``evidence`` is ``(kind, url, caption)``. Raises InputError for an address that is none."""
    require(actor, "budgeting.deliver")
    project = held(project, State.FUNDED)
    step = _step(project, rank)
    step.done_on = past(on)
    step.save(update_fields=["done_on"])
    _show(project, step, evidence)
    terms = terms_of(project)
    [index] = append(
        of_project("budgeting.step_reached.v1", terms, project, on=on, data={"rank": rank, "late_days": step.late_days})
    )
    note(project, Note.What.STEP, on=on, text=step.title_fr, fact=index, by=actor)
    return step


@transaction.atomic
def step_delay(*, actor: User, project: Project, rank: int, until: dt.date, why: str) -> Step:
    """Put a step off, and say why. Raises InputError for an earlier day."""
    require(actor, "budgeting.deliver")
    project = held(project, State.FUNDED)
    step = _step(project, rank)
    if until <= step.due_on:
        raise InputError(Text("la nouvelle date vient après l'ancienne", "the new day comes after the old one"))
    since, step.due_on = step.due_on, until
    step.why = said(why, what=Text("la raison du retard", "the reason of the delay"), longest=500, one_line=True)
    step.save(update_fields=["due_on", "why"])
    [index] = append(
        of_project(
            "budgeting.delayed.v1", terms_of(project), project, on=today(),
            data={"rank": rank, "since": since, "until": until},
        )
    )  # fmt: skip
    note(project, Note.What.DELAYED, text=step.why, fact=index, by=actor)
    return step


@transaction.atomic
def evidence_add(
    *, actor: User, project: Project, rank: int | None, evidence: Sequence[tuple[str, str, str]]
) -> list[Evidence]:
    """Show something of a project: pages and photos with a description."""
    require(actor, "budgeting.deliver")
    project = held(project, State.FUNDED, State.DELIVERED)
    step = None if rank is None else project.steps.filter(rank=rank).first()
    return _show(project, step, evidence)


def _show(project: Project, step: Step | None, evidence: Sequence[tuple[str, str, str]]) -> list[Evidence]:
    made = []
    for kind, url, caption in evidence:
        if kind not in Evidence.Kind.values:
            raise InputError(Text("genre de preuve inconnu", "unknown kind of evidence"))
        try:
            _address(url)
        except ValidationError:
            raise InputError(Text("cette adresse n'est pas celle d'une page", "this is no address of a page")) from None
        caption = said(caption, what=Text("ce que l'on voit", "what is seen"), longest=200, one_line=True)
        made.append(Evidence(project=project, step=step, kind=kind, url=url[:500], caption=caption, added_on=today()))
    return Evidence.objects.bulk_create(made)


@transaction.atomic
def project_deliver(*, actor: User, project: Project, on: dt.date) -> Project:
    """The project is there. What was not spent goes back. Raises InputError where a step is not done or was never planned."""
    require(actor, "budgeting.deliver")
    project = held(project, State.FUNDED)
    steps = list(project.steps.order_by("rank"))
    if not steps or any(step.done_on is None for step in steps):
        raise InputError(Text("toutes les étapes ne sont pas faites", "not all steps are done"))
    project.state, project.delivered_on = State.DELIVERED, past(on)
    given = money.give_back(project, actor)
    planned = project.awarded_euros
    project.awarded -= given
    project.save(update_fields=["state", "delivered_on", "awarded"])
    [index] = append(
        of_project(
            "budgeting.delivered.v1", terms_of(project), project, on=on, quantity=Decimal(1), unit="project",
            amount=project.paid_euros, data={"planned": planned},
        )
    )  # fmt: skip
    note(project, Note.What.DELIVERED, on=on, amount=project.paid, fact=index, by=actor)
    for idea in project.ideas.order_by("id"):
        proposals.told(idea.proposal, "done", actor=actor)
    return project


@transaction.atomic
def project_abandon(*, actor: User, project: Project, why: str) -> Project:
    """Give up a project that was chosen, and say why; its money goes back. Only before it is delivered."""
    require(actor, "budgeting.deliver")
    project = held(project, State.FUNDED)
    why = said(why, what=Text("la raison, qui sera publique", "the reason, which will be public"), longest=4000)
    given = money.give_back(project, actor)
    project.state = State.ABANDONED
    project.awarded -= given
    project.save(update_fields=["state", "awarded"])
    [index] = append(
        of_project(
            "budgeting.abandoned.v1", terms_of(project), project, on=today(), amount=major(given, "EUR"), data={}
        )
    )
    note(project, Note.What.ABANDONED, text=why, amount=given, fact=index, by=actor)
    return project
