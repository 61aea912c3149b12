"""Acts on envelopes. All of a euro's moves go through the ledger, in the caller's transaction."""

from mandat.apps.funds.services.allocating import award, engage, pay, release, reserve, take_back
from mandat.apps.funds.services.awarding import Wanted, award_many
from mandat.apps.funds.services.envelopes import envelope_open, lapse, move, vote

__all__ = [
    "Wanted",
    "award",
    "award_many",
    "engage",
    "envelope_open",
    "lapse",
    "move",
    "pay",
    "release",
    "reserve",
    "take_back",
    "vote",
]
