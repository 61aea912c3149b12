"""Study what was retained: what it is, what it costs, what services say, what the authors agree to, and whether it can be done."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from django.db import transaction

from mandat.apps.accounts.models import User
from mandat.apps.accounts.permissions import require
from mandat.apps.budgeting import proposals
from mandat.apps.budgeting.models import Assessment, CostLine, Note, Opinion, Project
from mandat.apps.budgeting.services.common import append, cents, held, note, of_project, past, said, terms_of, today
from mandat.apps.budgeting.terms import BudgetTerms
from mandat.apps.community.text import cleaned
from mandat.apps.ledger.models import major
from mandat.apps.territory import selectors as territory
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

State = Project.State
MOST_LINES = 60


@dataclass(frozen=True, slots=True)
class Cost:
    """A line of a cost sheet, in euros; ``kind`` is investment (once) or running (each year)."""

    kind: Literal["investment", "running"]
    label: str
    amount: Decimal
    origin: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """What the project is. ``changes``: what the study changes in the ideas, for their authors to agree to."""

    title: Text
    summary: Text
    part: str = ""
    category: str = ""
    area: str = ""
    owner: str = ""
    manager: str = ""
    months: int | None = None
    changes: str = ""


@transaction.atomic
def sheet_write(*, actor: User, project: Project, sheet: Sheet) -> Project:
    """Write what the project is. Changed changes must be agreed to anew. Raises InputError for an unknown part or area."""
    require(actor, "budgeting.study")
    project = held(project, State.STUDY)
    terms = terms_of(project)
    if sheet.part and terms.budget.part(sheet.part) is None:
        raise InputError(Text(f"part inconnue : {sheet.part}", f"unknown part: {sheet.part}"))
    if sheet.area and not territory.exists(sheet.area):
        raise InputError(Text(f"territoire inconnu : {sheet.area}", f"unknown area: {sheet.area}"))
    if sheet.months is not None and not 1 <= sheet.months <= 120:
        raise InputError(Text("de 1 à 120 mois", "from 1 to 120 months"))
    title = Text("le titre", "the title")
    project.title_fr = said(sheet.title.fr, what=title, longest=150, one_line=True)
    project.title_en = said(sheet.title.en, what=title, longest=150, one_line=True)
    project.summary_fr = cleaned(sheet.summary.fr, longest=6000)
    project.summary_en = cleaned(sheet.summary.en, longest=6000)
    project.part, project.category, project.area = sheet.part, sheet.category, sheet.area
    project.owner = cleaned(sheet.owner, longest=200, one_line=True)
    project.manager = cleaned(sheet.manager, longest=200, one_line=True)
    project.months = sheet.months
    changes = cleaned(sheet.changes, longest=4000)
    if changes != project.changes:
        project.changes, project.agreed_on = changes, None
        if changes:
            note(project, Note.What.CHANGED, text=changes, by=actor)
            proposals.asked_to_agree(project)
    project.save()
    return project


@transaction.atomic
def costs_write(*, actor: User, project: Project, lines: Sequence[Cost]) -> Project:
    """Write the cost sheet anew. Raises InputError for a line without label or amount, and for none at all."""
    require(actor, "budgeting.study")
    project = held(project, State.STUDY)
    if not 1 <= len(lines) <= MOST_LINES:
        raise InputError(Text(f"de 1 à {MOST_LINES} lignes de coût", f"from 1 to {MOST_LINES} cost lines"))
    made = []
    for rank, one in enumerate(lines, 1):
        label = said(
            one.label,
            what=Text(f"l'intitulé de la ligne {rank}", f"the label of line {rank}"),
            longest=200,
            one_line=True,
        )
        made.append(
            CostLine(
                project=project, rank=rank, kind=CostLine.Kind(one.kind), label=label, amount=cents(one.amount),
                origin=cleaned(one.origin, longest=200, one_line=True),
            )
        )  # fmt: skip
    project.lines.all().delete()
    CostLine.objects.bulk_create(made)
    project.cost = sum(one.amount for one in made if one.kind == CostLine.Kind.INVESTMENT)
    project.running = sum(one.amount for one in made if one.kind == CostLine.Kind.RUNNING)
    project.save(update_fields=["cost", "running"])
    note(project, Note.What.COSTED, amount=project.cost, by=actor)
    return project


@transaction.atomic
def opinion_record(*, actor: User, project: Project, service: str, stance: str, text: str, on: dt.date) -> Opinion:
    """Record what a service says. Reserves and refusals are explained. Raises InputError where they are not."""
    require(actor, "budgeting.study")
    project = held(project, State.STUDY)
    if stance not in Opinion.Stance.values:
        raise InputError(Text("avis inconnu", "unknown opinion"))
    text = cleaned(text, longest=4000)
    if stance != Opinion.Stance.FOR and not text:
        raise InputError(Text("un avis réservé ou défavorable dit pourquoi", "reserves and refusals say why"))
    service = said(service, what=Text("le service", "the service"), longest=200, one_line=True)
    opinion = Opinion.objects.create(project=project, service=service, stance=stance, text=text, given_on=past(on))
    note(project, Note.What.OPINION, text=service, on=on, by=actor)
    return opinion


@transaction.atomic
def assess(*, actor: User, project: Project, verdicts: Mapping[str, tuple[str, str]]) -> None:
    """Say of each criterion whether it is met, and why (``{criterion: (verdict, why)}``). Raises InputError for an unknown one."""
    require(actor, "budgeting.study")
    project = held(project, State.STUDY)
    known = {one.code for one in terms_of(project).budget.criteria}
    for code, (verdict, why) in verdicts.items():
        if code not in known or verdict not in Assessment.Verdict.values:
            raise InputError(
                Text(f"critère ou appréciation inconnus : {code}", f"unknown criterion or verdict: {code}")
            )
        why = cleaned(why, longest=500, one_line=True)
        if verdict != Assessment.Verdict.MET and not why:
            raise InputError(Text("dites pourquoi le critère n'est pas rempli", "say why the criterion is not met"))
        Assessment.objects.update_or_create(project=project, criterion=code, defaults={"verdict": verdict, "why": why})


@transaction.atomic
def agreement_record(*, actor: User, project: Project, on: dt.date) -> Project:
    """Record that the authors agreed to the changes. Raises InputError where nothing is changed, or they were agreed to already."""
    require(actor, "budgeting.study")
    project = held(project, State.STUDY)
    return _agree(project, on, actor)


def _agree(project: Project, on: dt.date, by: User | None) -> Project:
    if not project.changes or project.agreed_on is not None:
        raise InputError(Text("il n'y a pas de changement à accepter", "there is no change to agree to"))
    project.agreed_on = past(on)
    project.save(update_fields=["agreed_on"])
    note(project, Note.What.AGREED, on=on, by=by)
    return project


@transaction.atomic
def changes_accept(*, author: User, project: Project) -> Project:
    """An author of one of the ideas agrees to the changes. Raises InputError where the account wrote none of them."""
    project = held(project, State.STUDY)
    references = list(project.ideas.order_by("id").values_list("proposal", flat=True))
    if not proposals.wrote(author, references):
        raise InputError(
            Text("seules les personnes à l'origine de l'idée l'acceptent", "only authors of the idea agree")
        )
    return _agree(project, today(), author)


def missing(terms: BudgetTerms, project: Project) -> list[Text]:
    """What a feasible study still lacks, in words."""
    found = []
    if not project.cost:
        found.append(Text("une ligne d'investissement", "an investment line"))
    if not project.months:
        found.append(Text("le délai", "the delay"))
    if not project.owner:
        found.append(Text("qui en sera propriétaire", "who will own it"))
    if project.changes and project.agreed_on is None:
        found.append(Text("l'accord sur les changements", "the agreement to the changes"))
    if terms.budget.parts and not project.part:
        found.append(Text("la part du budget", "the part of the budget"))
    said_of = set(project.assessments.order_by("id").values_list("criterion", flat=True))
    found += [
        Text(f"le critère « {one.label.fr} »", f"the criterion “{one.label.en}”")
        for one in terms.budget.criteria
        if one.code not in said_of
    ]
    return found


@transaction.atomic
def study_conclude(
    *, actor: User, project: Project, finding: Literal["feasible", "infeasible"], why: str, on: dt.date | None = None
) -> Project:
    """Give the study: the project can be put to the vote, or it cannot and everyone may read why.

    Raises InputError where a feasible study lacks something, costs too little or too much, or takes longer than the budget allows.
    """
    require(actor, "budgeting.study")
    project = held(project, State.STUDY)
    terms = terms_of(project)
    why = said(why, what=Text("la conclusion, qui sera publique", "the conclusion, which will be public"), longest=6000)
    if finding == "feasible":
        if lacking := missing(terms, project):
            raise InputError(
                Text(
                    "il manque : " + ", ".join(one.fr for one in lacking),
                    "missing: " + ", ".join(one.en for one in lacking),
                )
            )
        _within(terms, project)
    day = past(on or today())
    project.state, project.finding, project.studied_on = State(finding), why, day
    project.save(update_fields=["state", "finding", "studied_on"])
    [index] = append(
        of_project(
            "budgeting.studied.v1", terms, project, on=day,
            amount=project.cost_euros if project.cost else None,
            data={
                "finding": finding, "ideas": project.ideas.count(), "running": project.running_euros,
                "days": (day - project.opened_at.date()).days,
            },
        )
    )  # fmt: skip
    note(project, Note.What.STUDIED, on=day, text=why, amount=project.cost or None, fact=index, by=actor)
    for idea in project.ideas.order_by("id"):
        proposals.told(idea.proposal, "retained" if finding == "feasible" else "refused", actor=actor, reason=why)
    return project


def _within(terms: BudgetTerms, project: Project) -> None:
    budget, cost = terms.budget, project.cost_euros
    most = min(budget.most or budget.share(project.part), budget.share(project.part))
    if (budget.least is not None and cost < budget.least) or cost > most:
        least = budget.least or major(1, "EUR")
        raise InputError(
            Text(
                f"un projet coûte de {least} à {most} €, celui-ci {cost} €",
                f"a project costs from €{least} to €{most}, this one €{cost}",
            )
        )
    if project.months and project.months > budget.delivery_months:
        raise InputError(
            Text(
                f"un projet se réalise en {budget.delivery_months} mois au plus",
                f"a project is carried out within {budget.delivery_months} months",
            )
        )
