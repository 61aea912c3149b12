"""How money leaves an envelope, by the kind of scheme: paid, lent (the register of loans), or called on a stake (the register of stakes)."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from mandat.apps.accounts.models import User
from mandat.apps.funds import services as funds
from mandat.apps.funds.models import Allocation
from mandat.apps.funds.plans import LoanTerms
from mandat.apps.grants.models import Case
from mandat.apps.grants.schema import Scheme
from mandat.apps.grants.schema.scheme import REPAID
from mandat.apps.grants.services.subscribing import stake_of
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text


def comes_back(scheme: Scheme) -> bool:
    """Whether what is paid is owed or owned: it is then followed in a register of its own, not recovered here."""
    return scheme.type in REPAID or scheme.type == "equity"


def release(
    case: Case, scheme: Scheme, allocation: Allocation, *, amount: Decimal, on: dt.date, key: str, actor: User
) -> None:
    """Pay ``amount`` out of an allocation, in the caller's transaction. Raises InputError where it, or its year's credits, hold less."""
    who = f"user:{actor.pk}"
    if scheme.repayment is not None:
        terms = LoanTerms(
            rate=scheme.repayment.rate, instalments=scheme.repayment.instalments, every_months=scheme.repayment.every_months,
            deferred_months=scheme.repayment.deferred_months, kind=scheme.repayment.kind,
        )  # fmt: skip
        funds.loan_release(
            allocation=allocation, beneficiary=case.applicant, amount=amount, on=on, year=on.year, terms=terms, key=key,
            type="loan" if scheme.type == "loan" else "advance", actor=who,
        )  # fmt: skip
    elif scheme.type == "equity":
        stake = stake_of(case)
        if stake is None:
            raise InputError(
                Text(
                    "la participation n'est pas au registre : inscrivez-la d'abord",
                    "the stake is not in the register: enter it first",
                )
            )
        funds.capital_call(actor=actor, stake=stake, amount=amount, on=on, year=on.year, reference=key)
    else:
        funds.pay(allocation=allocation, amount=amount, year=on.year, key=key, actor=who)
