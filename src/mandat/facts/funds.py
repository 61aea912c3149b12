"""Facts of money that comes back: loans, repayable advances and stakes.

Of a legal person: its name, its SIRET, the reference of its case (``subject`` too) and its commune. Natural persons are told together, at
least five loans at a time, without reference or place: ``data.loans`` says how many. ``amount`` is the principal, in euros.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Literal

from mandat.facts.base import Data, fact_type
from mandat.kernel.text import Text


class _OfLoan(Data):
    beneficiary: str
    beneficiary_siret: str = ""
    reference: str = ""
    purpose: str
    type: Literal["loan", "advance"] = "loan"
    loans: int = 1


@fact_type(
    "funds.loan_released.v1",
    label=Text("Prêt versé", "Loan released"),
    sentence=Text("{amount} prêtés à {beneficiary} : {purpose}", "{amount} lent to {beneficiary}: {purpose}"),
)
class LoanReleased(_OfLoan):
    """Money lent. ``rate`` is yearly, in percent; ``ends_on`` the last due day."""

    rate: Decimal | None = None
    ends_on: dt.date | None = None


@fact_type(
    "funds.repaid.v1",
    label=Text("Prêt remboursé", "Loan repaid"),
    sentence=Text("{amount} remboursés par {beneficiary} : {purpose}", "{amount} repaid by {beneficiary}: {purpose}"),
)
class Repaid(_OfLoan):
    """Principal that came back, with ``interest`` and ``late`` interest beside; ``remaining`` is still owed, where one loan is told."""

    interest: Decimal
    late: Decimal
    early: bool = False
    remaining: Decimal | None = None


@fact_type(
    "funds.loan_deferred.v1",
    label=Text("Prêt différé", "Loan deferred"),
    sentence=Text(
        "Échéances repoussées pour {beneficiary} : {purpose}", "Instalments put off for {beneficiary}: {purpose}"
    ),
)
class LoanDeferred(_OfLoan):
    """Instalments put off by ``months``; ``reason`` is a code, the motive stays in the case."""

    months: int | None = None
    reason: str = ""
    ends_on: dt.date | None = None


@fact_type(
    "funds.loan_written_off.v1",
    label=Text("Dette remise", "Debt written off"),
    sentence=Text(
        "{amount} de dette remis à {beneficiary} : {purpose}",
        "{amount} of debt written off for {beneficiary}: {purpose}",
    ),
)
class LoanWrittenOff(_OfLoan):
    """Principal that will not come back; ``late`` is the late interest given up with it."""

    late: Decimal
    reason: str = ""
    remaining: Decimal | None = None


@fact_type(
    "funds.arrears_observed.v1",
    label=Text("Retards de remboursement", "Repayments overdue"),
    sentence=Text("{amount} en retard sur {loans} prêts", "{amount} overdue on {loans} loans"),
)
class ArrearsObserved(Data):
    """What is overdue on a day, on all ``running`` loans; told where none or at least five are late."""

    loans: int
    running: int


class _OfStake(Data):
    company: str
    company_siret: str = ""
    reference: str
    purpose: str


@fact_type(
    "funds.stake_taken.v1",
    label=Text("Participation prise", "Stake taken"),
    sentence=Text("{amount} de parts souscrites dans {company} : {purpose}", "{amount} of shares subscribed in {company}: {purpose}"),
)  # fmt: skip
class StakeTaken(_OfStake):
    """``shares`` subscribed at ``price`` each; ``amount`` is their product, called later."""

    shares: int
    price: Decimal


@fact_type(
    "funds.capital_called.v1",
    label=Text("Capital appelé", "Capital called"),
    sentence=Text("{amount} de capital versés à {company} : {purpose}", "{amount} of capital paid to {company}: {purpose}"),
)  # fmt: skip
class CapitalCalled(_OfStake):
    """A part of what was subscribed is paid; ``uncalled`` is left to pay."""

    uncalled: Decimal


@fact_type(
    "funds.dividend_received.v1",
    label=Text("Dividende reçu", "Dividend received"),
    sentence=Text("{amount} de dividende reçus de {company}", "{amount} of dividend received from {company}"),
)
class DividendReceived(_OfStake):
    """Money the company paid on its shares."""


@fact_type(
    "funds.stake_valued.v1",
    label=Text("Participation évaluée", "Stake valued"),
    sentence=Text("Parts dans {company} évaluées à {amount} : {origin}", "Shares in {company} valued at {amount}: {origin}"),
)  # fmt: skip
class StakeValued(_OfStake):
    """What the shares held are declared to be worth, and who says so (``origin``)."""

    origin: str


@fact_type(
    "funds.stake_ended.v1",
    label=Text("Parts cédées", "Shares sold"),
    sentence=Text("{shares} parts de {company} cédées pour {amount}", "{shares} shares of {company} sold for {amount}"),
)
class StakeEnded(_OfStake):
    """Shares sold for ``amount``; ``result`` is what was won (or lost, negative) on what they cost; ``left`` are still held."""

    shares: int
    left: int
    result: Decimal
