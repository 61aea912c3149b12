"""Bind money to what was chosen: set aside at the count, awarded by the assembly, paid as works go."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal

from django.db import transaction

from mandat.apps.accounts.models import User
from mandat.apps.accounts.permissions import require
from mandat.apps.budgeting.models import Note, Payment, Project, ProjectList
from mandat.apps.budgeting.services.common import append, cents, held, note, of_project, past, said, terms_of
from mandat.apps.budgeting.terms import BudgetTerms, budget_terms
from mandat.apps.funds import services as funds
from mandat.apps.funds.models import Allocation, Envelope
from mandat.apps.ledger.models import major
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

State = Project.State


def envelope_of(terms: BudgetTerms) -> Envelope | None:
    """The budget line the definition names, where it is open."""
    code = terms.budget.envelope
    if not code:
        return None
    return Envelope.objects.filter(programme=terms.published.programme, code=code, closed_on__isnull=True).first()


def reserve_chosen(terms: BudgetTerms, found: ProjectList, projects: Sequence[Project]) -> None:
    """Set the cost of each project that was chosen aside, as far as the envelope goes: a count stands even where money lacks."""
    envelope = envelope_of(terms)
    if envelope is None:
        return
    for project in projects:
        try:
            with transaction.atomic():
                _reserve(envelope, project)
        except InputError:
            continue  # the page shows that nothing is set aside for it yet
        note(project, Note.What.RESERVED, amount=project.cost, text=envelope.title)


def _reserve(envelope: Envelope, project: Project) -> None:
    commune = project.area.partition(":")[2] if project.area.startswith("commune:") else ""
    funds.reserve(
        envelope=envelope, case=project.reference, amount=project.cost_euros, key="budgeting:reserve", commune=commune,
        beneficiary_kind="",
    )  # fmt: skip
    project.envelope, project.reserved = envelope.code, True
    project.save(update_fields=["envelope", "reserved"])


@transaction.atomic
def money_award(*, actor: User, found: ProjectList, decision: str, on: dt.date) -> list[Project]:
    """The assembly awards the money of every project chosen on a list, by one decision. Each is then being carried out.

    Raises InputError before the count, without decision, the second time, and where the envelope lacks money.
    """
    require(actor, "funds.manage")
    terms = budget_terms(found.process, found.component)
    decision = said(decision, what=Text("la délibération", "the deliberation"), longest=120, one_line=True)
    day = past(on)
    if found.counted_at is None:
        raise InputError(Text("le vote n'est pas dépouillé", "the vote is not counted"))
    rows = Project.objects.select_for_update(of=("self",)).filter(outcome__list=found, state=State.CHOSEN)
    chosen = list(rows.order_by("outcome__rank"))
    if not chosen:
        raise InputError(Text("aucun projet n'attend d'argent", "no project waits for money"))
    envelope = envelope_of(terms)
    if terms.budget.envelope and envelope is None:
        raise InputError(Text("l'enveloppe n'est pas ouverte", "the envelope is not open"))
    facts = []
    for project in chosen:
        if envelope is not None:
            if not project.reserved:
                _reserve(envelope, project)
            allocation = Allocation.objects.get(envelope=envelope, case=project.reference)
            amount, actor_name = project.cost_euros, f"user:{actor.pk}"
            funds.award(allocation=allocation, amount=amount, key="budgeting:award", actor=actor_name)
            funds.engage(allocation=allocation, amount=amount, key="budgeting:engage", actor=actor_name)
        project.state, project.awarded, project.decision = State.FUNDED, project.cost, decision
        project.save(update_fields=["state", "awarded", "decision"])
        facts.append(
            of_project(
                "budgeting.funded.v1", terms, project, on=day, amount=project.awarded_euros,
                data={"envelope": project.envelope, "decision": decision},
            )
        )  # fmt: skip
    for project, index in zip(chosen, append(*facts), strict=True):
        note(project, Note.What.FUNDED, on=day, text=decision, amount=project.awarded, fact=index, by=actor)
    return chosen


@transaction.atomic
def project_pay(*, actor: User, project: Project, key: str, amount: Decimal, on: dt.date, purpose: str) -> Payment:
    """Record money paid for a project, once a ``key``. Raises InputError beyond what was awarded, and where payment credits lack."""
    require(actor, "budgeting.deliver")
    project = held(project, State.FUNDED, State.DELIVERED)
    terms, paid, day = terms_of(project), cents(amount), past(on)
    key = said(key, what=Text("la référence du paiement", "the reference of the payment"), longest=60, one_line=True)
    purpose = said(purpose, what=Text("l'objet du paiement", "what is paid"), longest=200, one_line=True)
    if project.payments.filter(key=key).exists():
        raise InputError(Text(f"le paiement {key} est déjà enregistré", f"payment {key} is already recorded"))
    if project.paid + paid > project.awarded:
        left = major(project.awarded - project.paid, "EUR")
        raise InputError(Text(f"il ne reste que {left} € attribués", f"only €{left} of the award is left"))
    if project.envelope:
        allocation = Allocation.objects.get(
            envelope__programme=project.programme, envelope__code=project.envelope, case=project.reference
        )
        funds.pay(allocation=allocation, amount=amount, year=day.year, key=f"budgeting:{key}", actor=f"user:{actor.pk}")
    payment = Payment.objects.create(project=project, key=key, amount=paid, paid_on=day, purpose=purpose)
    project.paid += paid
    project.save(update_fields=["paid"])
    [index] = append(
        of_project(
            "budgeting.paid.v1", terms, project, on=day, amount=amount, data={"envelope": project.envelope},
        )
    )  # fmt: skip
    note(project, Note.What.PAID, on=day, text=purpose, amount=paid, fact=index, by=actor)
    return payment


def give_back(project: Project, actor: User) -> int:
    """Give what a project no longer needs back to its envelope; cents that were engaged and not paid."""
    left = project.awarded - project.paid
    if left and project.envelope:
        allocation = Allocation.objects.get(
            envelope__programme=project.programme, envelope__code=project.envelope, case=project.reference
        )
        funds.release(
            allocation=allocation, state="engaged", amount=major(left, "EUR"), key="budgeting:release",
            actor=f"user:{actor.pk}",
        )  # fmt: skip
    return left
