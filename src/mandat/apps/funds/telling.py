"""The facts of loans and stakes: of legal persons at once, of natural persons together."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q, Sum

from mandat import journal
from mandat.apps.funds.arrears import arrears_of, late_loans
from mandat.apps.funds.models import Envelope, Loan, LoanMove, Stake, StakeMove
from mandat.apps.ledger.models import major
from mandat.apps.organisations.models import Organisation
from mandat.apps.programme.standing import today
from mandat.engines.disclosure import SMALLEST
from mandat.facts import Fact
from mandat.kernel.money import ZERO

#: What SCDL says in the place of a natural person's name.
NATURAL = "personne physique"
#: Legal persons: not sole traders (legal category 1), not those who asked the register to keep their name.
LEGAL = Q(organisation__isnull=False, organisation__diffusible=True) & ~Q(organisation__legal_category__startswith="1")
KINDS = {
    LoanMove.Kind.RELEASED: "funds.loan_released.v1",
    LoanMove.Kind.REPAID: "funds.repaid.v1",
    LoanMove.Kind.EARLY: "funds.repaid.v1",
    LoanMove.Kind.DEFERRED: "funds.loan_deferred.v1",
    LoanMove.Kind.WRITTEN_OFF: "funds.loan_written_off.v1",
}


def is_legal(organisation: Organisation | None) -> bool:
    """Whether an organisation may be named: a legal person that did not ask to be left out of the register."""
    return organisation is not None and organisation.diffusible and not organisation.legal_category.startswith("1")


def loan_told(loan: Loan, move: LoanMove, **more: Any) -> None:
    """Append the fact of a move, or leave it for the next batch of natural persons."""
    organisation = loan.organisation
    if organisation is None or not is_legal(organisation):
        return
    envelope = loan.allocation.envelope
    data = {
        "beneficiary": organisation.name,
        "beneficiary_siret": organisation.siret,
        "reference": loan.reference,
        **more,
    }
    journal.append([_loan_fact(envelope, loan.type, move, data, area=organisation.area, subject=loan.reference)])
    LoanMove.objects.filter(pk=move.pk).update(told=True)


def _loan_fact(
    envelope: Envelope, type_: str, move: LoanMove, data: Mapping[str, Any], *, area: str = "", subject: str = ""
) -> Fact:
    return Fact(
        kind=KINDS[LoanMove.Kind(move.kind)],
        occurred_on=move.on,
        programme=envelope.programme,
        measures=(envelope.measure,),
        commitments=tuple(envelope.commitments),
        area=area,
        amount=major(move.principal, "EUR") if move.kind != LoanMove.Kind.DEFERRED else None,
        subject=subject,
        source=f"loan:{move.pk}",
        synthetic=envelope.synthetic,
        data={"purpose": envelope.title, "type": type_, **_interest(move), **data},
    )


def _interest(move: LoanMove) -> dict[str, Any]:
    _, interest, late = move.amounts
    if move.kind in (LoanMove.Kind.REPAID, LoanMove.Kind.EARLY):
        return {"interest": interest, "late": late, "early": move.kind == LoanMove.Kind.EARLY}
    return {"late": late} if move.kind == LoanMove.Kind.WRITTEN_OFF else {}


@transaction.atomic
def natural_told(*, programme: str) -> int:
    """Tell what waits about natural persons, an envelope and a kind of move at a time, once five loans or more are in it."""
    journal.lock()
    waiting = LoanMove.objects.filter(told=False, loan__programme=programme).exclude(_legal_move())
    groups: dict[tuple[int, str, str], list[LoanMove]] = defaultdict(list)
    for move in waiting.select_related("loan__allocation").order_by("pk"):
        groups[move.loan.allocation.envelope_id, move.loan.type, move.kind].append(move)
    envelopes = Envelope.objects.in_bulk([key[0] for key in groups])
    facts, told = [], []
    for (envelope, type_, _kind), moves in groups.items():
        loans = {move.loan_id for move in moves}
        if len(loans) < SMALLEST:
            continue
        last = moves[-1]
        summed = LoanMove(
            pk=last.pk, kind=last.kind, on=today(), principal=sum(move.principal for move in moves),
            interest=sum(move.interest for move in moves), late=sum(move.late for move in moves),
        )  # fmt: skip
        facts.append(_loan_fact(envelopes[envelope], type_, summed, {"beneficiary": NATURAL, "loans": len(loans)}))
        told += [move.pk for move in moves]
    journal.append(facts)
    for start in range(0, len(told), 500):
        LoanMove.objects.filter(pk__in=told[start : start + 500]).update(told=True)
    return len(facts)


def _legal_move() -> Q:
    return Q(loan__organisation__isnull=False, loan__organisation__diffusible=True) & ~Q(
        loan__organisation__legal_category__startswith="1"
    )


@transaction.atomic
def arrears_told(*, programme: str, on: dt.date) -> bool:
    """Once a month, what is overdue on all loans together. Nothing where one to four loans are late."""
    journal.lock()
    running = Loan.objects.filter(programme=programme, state=Loan.State.RUNNING)
    late = list(late_loans(programme, on))
    if not running.exists() or 0 < len(late) < SMALLEST:
        return False
    overdue = sum((found.late for found in arrears_of(late, on).values()), ZERO)
    fact = Fact(
        kind="funds.arrears_observed.v1",
        occurred_on=on,
        programme=programme,
        amount=overdue,
        source=f"arrears:{on:%Y-%m}",
        synthetic=bool(settings.MANDAT_DEMO),
        data={"loans": len(late), "running": running.count()},
    )
    [entry] = journal.append([fact])
    return entry.new


def stake_told(stake: Stake, move: StakeMove, kind: str, amount: Decimal, **more: Any) -> None:
    """Append the fact of a move of a stake."""
    envelope, company = stake.allocation.envelope, stake.company
    journal.append(
        [
            Fact(
                kind=kind,
                occurred_on=move.on,
                programme=stake.programme,
                measures=(envelope.measure,),
                commitments=tuple(envelope.commitments),
                area=company.area,
                amount=amount,
                subject=stake.reference,
                source=f"stake:{move.pk}",
                synthetic=stake.synthetic,
                data={
                    "company": company.name,
                    "company_siret": company.siret,
                    "reference": stake.reference,
                    "purpose": envelope.title,
                    **more,
                },
            )
        ]
    )


def summed(programme: str) -> dict[str, Decimal]:
    """What was lent, came back and was given up on all loans. One query."""
    rows = Loan.objects.filter(programme=programme).aggregate(
        *(Sum(name) for name in ("lent", "repaid", "written_off"))
    )
    return {name.removesuffix("__sum"): major(cents or 0, "EUR") for name, cents in rows.items()}
