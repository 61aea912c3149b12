"""Envelopes, what of each is set aside for whom, and the sums of it. The amounts themselves are in the ledger (see ``books``)."""

from mandat.apps.funds.models.cells import Cell, Total
from mandat.apps.funds.models.envelopes import STATES, Allocation, Envelope, PaidIn

__all__ = ["STATES", "Allocation", "Cell", "Envelope", "PaidIn", "Total"]
