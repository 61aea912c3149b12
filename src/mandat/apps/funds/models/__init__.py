"""Envelopes, what of each is set aside for whom, loans and stakes. The amounts themselves are in the ledger (see ``books``)."""

from mandat.apps.funds.models.cells import Cell, Total
from mandat.apps.funds.models.envelopes import STATES, Allocation, Envelope, PaidIn
from mandat.apps.funds.models.loans import DueLine, Loan, LoanMove
from mandat.apps.funds.models.stakes import Stake, StakeMove

__all__ = [
    "STATES",
    "Allocation",
    "Cell",
    "DueLine",
    "Envelope",
    "Loan",
    "LoanMove",
    "PaidIn",
    "Stake",
    "StakeMove",
    "Total",
]
