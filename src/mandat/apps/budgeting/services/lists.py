"""Fix the list of projects, put it to the vote, and take what the count gives."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from mandat.apps.accounts.models import User
from mandat.apps.accounts.permissions import require
from mandat.apps.budgeting import polling
from mandat.apps.budgeting.models import Note, Outcome, Project, ProjectList
from mandat.apps.budgeting.services import money
from mandat.apps.budgeting.services.common import append, line, note, of_project
from mandat.apps.budgeting.terms import BudgetTerms, budget_terms
from mandat.apps.budgeting.verdict import Verdict, verdict
from mandat.apps.ledger.models import major
from mandat.apps.ledger.services import minor
from mandat.apps.participation.services.running import contributed
from mandat.engines.counting import Election
from mandat.facts.base import decimal_text
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

State = Project.State


def body_of(terms: BudgetTerms, part: str, projects: list[Project]) -> dict[str, Any]:
    """What is published and digested: the money, the rule, and each project with its cost, in the order of references."""
    return {
        "format": "mandat-budget-list/1",
        "process": terms.process,
        "version": terms.published.ref.version,
        "definition": terms.published.ref.digest,
        "component": terms.code,
        "part": part,
        "amount": decimal_text(terms.budget.share(part)),
        "counting": terms.budget.ballot.counting.model_dump(mode="json"),
        "projects": [
            {
                "reference": one.reference,
                "title": {"fr": one.title_fr, "en": one.title_en},
                "cost": decimal_text(one.cost_euros),
                "running": decimal_text(one.running_euros),
                "area": one.area,
            }
            for one in sorted(projects, key=lambda one: one.reference)
        ],
    }


def digest_of(body: object) -> str:
    """SHA-256 of canonical JSON: sorted keys, no spaces, UTF-8."""
    text = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


@transaction.atomic
def list_freeze(
    *,
    actor: User,
    process: str,
    component: str,
    part: str = "",
    synthetic: bool = False,
    now: dt.datetime | None = None,
) -> ProjectList:
    """Fix the projects that are feasible as the list of a part, publish its digest, and open the vote on it for the phase's time.

    Raises InputError where the part is unknown, has a list already, has no feasible project or one still in study, or where the vote's time is over.
    """
    require(actor, "budgeting.study")
    terms = budget_terms(process, component)
    if part not in terms.parts:
        raise InputError(Text(f"part inconnue : {part or '(aucune)'}", f"unknown part: {part or '(none)'}"))
    rows = Project.objects.select_for_update(of=("self",)).filter(
        programme=terms.published.programme, process=process, component=component, part=part
    )
    mine = list(rows.order_by("reference"))
    if any(one.state == State.STUDY for one in mine):
        raise InputError(Text("une étude n'est pas rendue", "a study is not given yet"))
    listed = [one for one in mine if one.state == State.FEASIBLE]
    if not listed:
        raise InputError(Text("aucun projet n'est réalisable", "no project is feasible"))
    if ProjectList.objects.filter(
        programme=terms.published.programme, process=process, component=component, part=part
    ).exists():
        raise InputError(Text("la liste est déjà arrêtée", "the list is already fixed"))
    body = body_of(terms, part, listed)
    made = ProjectList.objects.create(
        programme=terms.published.programme, process=process, component=component, part=part,
        version=terms.published.ref.version, amount=minor(terms.budget.share(part), "EUR"), body=body,
        digest=digest_of(body), frozen_at=now or timezone.now(), synthetic=synthetic,
    )  # fmt: skip
    # From here on the rules of the process change by a public decision alone.
    contributed(published=terms.published)
    Outcome.objects.bulk_create([Outcome(list=made, project=one, cost=one.cost) for one in listed])
    Project.objects.filter(pk__in=[one.pk for one in listed]).update(state=State.LISTED)
    made.poll = polling.opened(actor=actor, terms=terms, made=made, projects=listed)
    made.save(update_fields=["poll"])
    [index] = append(
        line(
            "budgeting.list_frozen.v1", terms, on=timezone.localdate(made.frozen_at), subject=made.digest[:16], part=part,
            area=_area(terms, part), quantity=Decimal(len(listed)), unit="project", amount=made.euros,
            synthetic=synthetic, data={"digest": made.digest},
        )
    )  # fmt: skip
    for one in listed:
        note(one, Note.What.LISTED, on=timezone.localdate(made.frozen_at), amount=one.cost, fact=index, by=actor)
    return made


def _area(terms: BudgetTerms, part: str) -> str:
    found = terms.budget.part(part)
    area = "" if found is None or found.area is None else found.area
    return "" if area.startswith("perimeter:") else area


@transaction.atomic
def list_counted(
    *, poll: str, election: Election | None, winners: Sequence[str], root: str, voters: int
) -> ProjectList | None:
    """Take the count of a vote: what is chosen and why, what other rules would have chosen, and the money set aside.

    ``winners`` are those of the count, in order: fewer than the rule gives where a quorum or a threshold was missed; ``election`` None where
    no ballot names anything. Called when ballots are counted, in that transaction. None for a poll that is no budget's; nothing the second time.
    """
    found = ProjectList.objects.select_for_update(of=("self",)).filter(poll=poll).exclude(poll="").first()
    if found is None or found.counted_at is not None:
        return found
    terms = budget_terms(found.process, found.component)
    told = verdict(found, election, winners, terms.budget.ballot.counting)
    now = timezone.now()
    found.counted_at, found.result = now, _result(found, told, root, voters)
    found.save(update_fields=["counted_at", "result"])
    facts = [_counted(terms, found, told, root, voters, timezone.localdate(now))]
    if terms.budget.part_kind == "lycee" and found.part:
        facts.append(
            line(
                "budgeting.lycee_voted.v1", terms, on=timezone.localdate(now), subject=found.part, part=found.part,
                area=_area(terms, found.part), quantity=Decimal(1), unit="lycee", synthetic=found.synthetic,
                source=f"budgeting:{terms.source}/{found.part}", data={"part_title": terms.part_title(found.part).fr},
            )
        )  # fmt: skip
    outcomes = list(found.outcomes.select_related("project").order_by("id"))
    for outcome in outcomes:
        _told(outcome, told)
    won = sorted((one for one in outcomes if one.chosen), key=lambda one: one.rank or 0)
    facts += [
        of_project(
            "budgeting.project_chosen.v1", terms, one.project, on=timezone.localdate(now), amount=one.euros,
            quantity=Decimal(1), unit="project", data={"rank": one.rank},
        )
        for one in won
    ]  # fmt: skip
    indexes = append(*facts)
    Outcome.objects.bulk_update(outcomes, ["votes", "chosen", "rank", "greedy", "sentence_fr", "sentence_en"])
    places = dict(zip((one.pk for one in won), indexes[len(indexes) - len(won) :], strict=True))
    for one in outcomes:
        one.project.state = State.CHOSEN if one.chosen else State.UNCHOSEN
        one.project.save(update_fields=["state"])
        note(one.project, Note.What.COUNTED, amount=one.cost, fact=places.get(one.pk, indexes[0]))
    money.reserve_chosen(terms, found, [one.project for one in won])
    polling.owe_answer(terms, found)
    return found


def _told(outcome: Outcome, told: Verdict) -> None:
    reference = outcome.project.reference
    outcome.votes = told.votes[reference]
    outcome.chosen = reference in told.winners
    outcome.rank = told.winners.index(reference) + 1 if outcome.chosen else None
    outcome.greedy = reference in told.greedy
    outcome.sentence_fr, outcome.sentence_en = told.sentences[reference].fr, told.sentences[reference].en


def _result(found: ProjectList, told: Verdict, root: str, voters: int) -> dict[str, object]:
    return {
        "voters": voters, "root": root, "spent": decimal_text(told.spent), "budget": decimal_text(found.euros),
        "ties": told.ties, "satisfied": told.satisfied, "satisfied_greedy": told.satisfied_greedy,
        "greedy_spent": decimal_text(told.greedy_spent), "definition": told.definition,
    }  # fmt: skip


def _counted(terms: BudgetTerms, found: ProjectList, told: Verdict, root: str, voters: int, on: dt.date) -> Any:
    counting = terms.budget.ballot.counting
    return line(
        "budgeting.vote_counted.v1", terms, on=on, subject=found.digest[:16], part=found.part,
        area=_area(terms, found.part), quantity=Decimal(voters), unit="person", amount=told.spent,
        synthetic=found.synthetic,
        data={
            "rule": counting.rule, "completion": counting.completion, "chosen": len(told.winners),
            "projects": len(told.votes), "budget": found.euros, "root": root, "list_digest": found.digest,
        },
    )  # fmt: skip


def recount_projects(found: ProjectList) -> dict[str, Decimal]:
    """The costs a recount uses: those of the list, whatever became of the projects."""
    return {
        one.project.reference: major(one.cost, "EUR") for one in found.outcomes.select_related("project").order_by("id")
    }
