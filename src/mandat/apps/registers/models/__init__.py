"""Labels and their periods, contracts with their parties, territory, actions and reviews, and who carries a project."""

from mandat.apps.registers.models.contracts import (
    Action,
    Amendment,
    Contract,
    ContractArea,
    ContractParty,
    Funding,
    Review,
)
from mandat.apps.registers.models.equality import Portrait, Tally
from mandat.apps.registers.models.labels import Label, Period, Withdrawal

__all__ = [
    "Action",
    "Amendment",
    "Contract",
    "ContractArea",
    "ContractParty",
    "Funding",
    "Label",
    "Period",
    "Portrait",
    "Review",
    "Tally",
    "Withdrawal",
]
