"""What follows synthetic awards: agreements, conditions, payments on evidence, and the life of contracts. Made by the real services.

Signing is told for one award in seven and for all contracts, paying for one in sixteen, both for all loans: every page has something
to show, and a fresh demonstration takes minutes, not hours.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from decimal import Decimal
from functools import partial

from django.core.files.base import ContentFile
from django.utils import timezone

from mandat.apps.accounts.models import User
from mandat.apps.demonstration.cases import DECIDED, Batch, Desk, cases_of
from mandat.apps.demonstration.claims import PAPER, Act, moment
from mandat.apps.demonstration.course import END
from mandat.apps.demonstration.purses import paid
from mandat.apps.demonstration.residents import IBAN
from mandat.apps.grants.gating import evidence_for
from mandat.apps.grants.machine import State
from mandat.apps.grants.models import Case
from mandat.apps.grants.schema.scheme import REPAID
from mandat.apps.grants.services.agreements import agreement_send, agreement_signed
from mandat.apps.grants.services.banking import bank_give, bank_verify
from mandat.apps.grants.services.conditions import condition_check, condition_declare
from mandat.apps.grants.services.evidence import piece_add, receivable
from mandat.apps.grants.services.judging import later_piece_judge
from mandat.apps.grants.services.moving import terms_of
from mandat.apps.grants.services.ordering import payments_order, payments_paid, payments_sent
from mandat.apps.grants.services.payments import payment_ask, payment_check
from mandat.apps.grants.services.subscribing import stake_subscribe
from mandat.apps.registers.models import Action, Contract
from mandat.apps.registers.services import contracts
from mandat.kernel.errors import InputError
from mandat.kernel.periods import add_months

#: Days after the decision on which agreements are signed, then first payments asked for, checked, ordered and paid.
SIGNED, ASKED, ORDERED, PAID = 18, 32, 39, 46
#: Parts of the awards that are signed, and paid.
SIGNS, PAYS = 0.15, 0.06
#: Euros a share costs in the companies of the demonstration.
SHARE = 10
_ACTIONS = ("Diagnostic partagé", "Animation du territoire", "Premiers travaux", "Évaluation")


def acts(batches: Sequence[Batch], opener: User, desk: Desk) -> Iterator[Act]:
    """Every act after the decisions of each batch, in no order."""
    for rank, batch in enumerate(batches):
        steps = (
            (SIGNED, 10, partial(_sign, batch, desk)),
            (ASKED, 11, partial(_ask, batch, opener, desk)),
            (ORDERED, 15, partial(_order, rank, desk)),
        )
        for order, (days, hour, do) in enumerate(steps):
            day = batch.monday + dt.timedelta(days=DECIDED + days)
            if day <= END:
                yield Act(moment(day, hour), f"grants/5{rank:02d}{order}", do)
        for year in (1, 2):
            day = add_months(batch.monday, 12 * year) + dt.timedelta(days=70)
            if day <= END:
                yield Act(moment(day, 9), f"grants/6{rank:02d}{year}", partial(_review, batch, desk, year))


def _lucky(batch: Batch, part: float, *, contracts_too: bool = False) -> Iterator[Case]:
    """The cases of a batch that are so lucky, and all contracts where they are wanted."""
    known = cases_of(batch)
    for project in batch.projects:
        case = known.get((project.scheme.code, project.number))
        kind = project.scheme.type
        if case is not None and (project.luck < part or kind in REPAID or (contracts_too and kind == "contract")):
            yield case


def _sign(batch: Batch, desk: Desk) -> None:
    """Agreements are sent, and come back signed where one is needed. Contracts are signed by all their parties."""
    today = timezone.localdate()
    for case in _lucky(batch, SIGNS, contracts_too=True):
        if case.state != State.AWARDED:
            continue
        agreement = agreement_send(actor=desk.agent, case=case, starts_on=today, ends_on=add_months(today, 12))
        if agreement.required:
            agreement_signed(actor=desk.agent, case=case, signed_on=today)
        contract = Contract.objects.filter(case=case, state=Contract.State.RUNNING).first()
        if contract is not None:
            for number, title in enumerate(_ACTIONS, 1):
                contracts.action_add(
                    actor=desk.agent, contract=contract, title=f"{title} (action synthétique)",
                    due_on=add_months(today, 9 * number),
                )  # fmt: skip


def _ask(batch: Batch, opener: User, desk: Desk) -> None:
    """Conditions declared and checked, bank details verified, evidence accepted, the first payment asked for and checked."""
    for case in _lucky(batch, PAYS):
        scheme = terms_of(case).document
        if case.state != State.RUNNING or not scheme.payments or not case.awarded:
            continue
        first = scheme.payments[0]
        for condition in case.conditions.order_by("pk").values_list("condition", flat=True):
            condition_declare(actor=opener, case=case, condition=condition)
            condition_check(actor=desk.decider, case=case, condition=condition, met=True)
        details = bank_give(actor=opener, case=case, name="Compte synthétique", iban=IBAN)
        bank_verify(actor=desk.decider, details=details)
        if scheme.type == "equity":
            shares, left = divmod(case.awarded or 0, SHARE * 100)
            if not shares or left:
                continue
            stake_subscribe(actor=desk.decider, case=case, shares=shares, price=Decimal(SHARE), on=timezone.localdate())
        later = {evidence.code for evidence in receivable(case, scheme)}
        for evidence in evidence_for(case, scheme, first):
            if evidence.code not in later:
                continue
            file = ContentFile(PAPER, name=f"{evidence.code}.pdf")
            piece = piece_add(actor=opener, case=case, code=evidence.code, file=file)
            later_piece_judge(actor=desk.decider, piece=piece, accepted=True)
        spent = None if case.cost is None or first.of != "spent" else Decimal(case.cost) / 100
        try:
            payment = payment_ask(actor=opener, case=case, code=first.code, spent=spent)
        except InputError:  # an account is still owed, or its evidence is of a later stage: it waits, as in life
            continue
        payment_check(actor=desk.decider, payment=payment)


def _order(rank: int, desk: Desk) -> None:
    """What is checked is ordered in one file, and the bank pays it."""
    today = timezone.localdate()
    try:
        run = payments_order(actor=desk.agent, reference=f"SYN-AIDES-{today:%Y%m%d}", execution_on=today)
    except InputError:  # nothing to pay
        return
    payments_sent(actor=desk.agent, run=run)
    payments_paid(actor=desk.agent, outcomes=paid(run.file_id, today))


def _review(batch: Batch, desk: Desk, year: int) -> None:
    """The contracts of a batch: what was to be done by now is done, and the parties review it."""
    today = timezone.localdate()
    keys = [case.pk for case in cases_of(batch).values()]
    running = Contract.objects.filter(case__in=keys, state=Contract.State.RUNNING).order_by("pk")
    for contract in running:
        due = contract.actions.filter(state=Action.State.PLANNED, due_on__lte=today)
        for action in due.order_by("rank"):
            contracts.action_done(actor=desk.agent, action=action, on=today, evidence="Compte rendu synthétique")
        contracts.review_hold(actor=desk.agent, contract=contract, on=today, findings=f"Revue synthétique n° {year}.")
