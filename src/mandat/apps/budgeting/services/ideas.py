"""Examine the ideas people proposed: study them, several together where they are one project, or refuse them for a public reason."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from mandat.apps.accounts.models import User
from mandat.apps.accounts.permissions import require
from mandat.apps.budgeting import proposals
from mandat.apps.budgeting.models import Idea, Note, Project
from mandat.apps.budgeting.services.common import append, held, line, note, of_project, said
from mandat.apps.budgeting.terms import BudgetTerms, budget_terms
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text


@transaction.atomic
def idea_retain(
    *,
    actor: User,
    process: str,
    component: str,
    proposal: str,
    project: Project | None = None,
    part: str = "",
    synthetic: bool = False,
) -> Project:
    """Retain an idea for study: in ``project``, with the ideas already there, else in a new one that begins with its words.

    An idea that was refused may be retained later. Raises InputError for what is no public idea of the budget, an unknown part, an idea
    already studied, or a project no longer in study.
    """
    require(actor, "budgeting.study")
    terms = budget_terms(process, component)
    words = proposals.public(terms, proposal)
    _part(terms, part)
    if project is not None:
        project = held(project, Project.State.STUDY)
        if (project.process, project.component) != (process, component):
            raise InputError(Text("ce projet est d'un autre budget", "this project is of another budget"))
    before = Idea.objects.select_for_update(of=("self",)).filter(_which(terms, proposal)).first()
    if before is not None and before.state == Idea.State.RETAINED:
        raise InputError(Text("cette idée est déjà à l'étude", "this idea is already being studied"))
    now = timezone.now()
    if project is None:
        # Proposals are written in one language: until an agent translates, the other shows the same words.
        project = Project.objects.create(
            programme=terms.published.programme, process=process, component=component,
            version=terms.published.ref.version, part=part or words.part, title_fr=words.title, title_en=words.title_en,
            summary_fr=words.text, summary_en=words.text_en, category=words.category, area=words.area,
            longitude=words.longitude, latitude=words.latitude, opened_at=now, synthetic=synthetic,
            due_on=timezone.localdate(now) + dt.timedelta(days=terms.budget.study_days),
        )  # fmt: skip
    decided = {
        "state": Idea.State.RETAINED,
        "ground": "",
        "reason": "",
        "project": project,
        "decided_by": actor,
        "decided_at": now,
    }
    Idea.objects.update_or_create(
        programme=terms.published.programme, process=process, proposal=proposal,
        defaults=decided, create_defaults={**decided, "component": component},
    )  # fmt: skip
    [index] = append(
        line(
            "budgeting.idea_retained.v1", terms, on=timezone.localdate(now), subject=proposal, part=project.part,
            synthetic=project.synthetic, data={"project": project.reference},
        )
    )  # fmt: skip
    note(project, Note.What.IDEA, text=proposal, fact=index, by=actor)
    proposals.told(proposal, "in-study", actor=actor)
    return project


@transaction.atomic
def idea_refuse(
    *, actor: User, process: str, component: str, proposal: str, ground: str, reason: str, synthetic: bool = False
) -> Idea:
    """Refuse an idea on one of the published grounds, with what is said of this one. Raises InputError where the ground is not known."""
    require(actor, "budgeting.study")
    terms = budget_terms(process, component)
    proposals.public(terms, proposal)
    if terms.budget.refusals and ground not in {one.code for one in terms.budget.refusals}:
        raise InputError(
            Text("choisissez un des motifs prévus par le règlement", "choose one of the grounds of the rules")
        )
    reason = said(reason, what=Text("la raison, qui sera publique", "the reason, which will be public"), longest=4000)
    if Idea.objects.filter(_which(terms, proposal)).exists():
        raise InputError(Text("cette idée est déjà examinée", "this idea is already examined"))
    idea = Idea.objects.create(
        programme=terms.published.programme, process=process, component=component, proposal=proposal,
        state=Idea.State.REFUSED, ground=ground, reason=reason, decided_by=actor, decided_at=timezone.now(),
    )  # fmt: skip
    append(
        line(
            "budgeting.idea_refused.v1", terms, on=timezone.localdate(), subject=proposal, synthetic=synthetic,
            data={"reason": ground or "other"},
        )
    )  # fmt: skip
    proposals.told(proposal, "refused", actor=actor, reason=reason)
    return idea


@transaction.atomic
def idea_move(*, actor: User, idea: Idea, project: Project | None) -> Project:
    """Move an idea studied with others to another study of the same budget, or to one of its own (None). Credit follows the idea."""
    require(actor, "budgeting.study")
    [idea] = Idea.objects.select_for_update(of=("self",)).filter(pk=idea.pk).select_related("project")
    if idea.project is None:
        raise InputError(Text("cette idée est refusée", "this idea is refused"))
    origin = held(idea.project, Project.State.STUDY)
    if project is None and origin.ideas.count() < 2:
        raise InputError(Text("cette idée est seule dans son étude", "this idea is alone in its study"))
    proposal, terms = idea.proposal, budget_terms(origin.process, origin.component)
    if project is not None and project.pk == origin.pk:
        raise InputError(Text("cette idée y est déjà", "this idea is already there"))
    idea.delete()
    note(origin, Note.What.SPLIT, text=proposal, by=actor)
    moved = idea_retain(
        actor=actor, process=origin.process, component=origin.component, proposal=proposal, project=project,
        part=origin.part if project is None else "", synthetic=origin.synthetic,
    )  # fmt: skip
    if not origin.ideas.exists():
        origin.state, origin.finding = (
            Project.State.INFEASIBLE,
            str(Text("Étudié avec un autre projet.", "Studied with another project.").fr),
        )
        origin.studied_on = timezone.localdate()
        origin.save(update_fields=["state", "finding", "studied_on"])
        [index] = append(
            of_project(
                "budgeting.studied.v1", terms, origin, on=origin.studied_on,
                data={"finding": "infeasible", "ideas": 0, "running": 0, "days": 0},
            )
        )  # fmt: skip
        note(origin, Note.What.STUDIED, text=origin.finding, fact=index, by=actor)
    return moved


def _which(terms: BudgetTerms, proposal: str) -> Q:
    return Q(programme=terms.published.programme, process=terms.process, proposal=proposal)


def _part(terms: BudgetTerms, part: str) -> None:
    if part and terms.budget.part(part) is None:
        raise InputError(Text(f"part inconnue : {part}", f"unknown part: {part}"))
