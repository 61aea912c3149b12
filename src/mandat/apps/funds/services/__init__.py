"""Acts on envelopes, loans and stakes. All of a euro's moves go through the ledger, in the caller's transaction."""

from mandat.apps.funds.services.allocating import award, engage, pay, release, reserve, take_back
from mandat.apps.funds.services.awarding import Wanted, award_many
from mandat.apps.funds.services.envelopes import envelope_open, lapse, move, vote
from mandat.apps.funds.services.loans import (
    early_amount,
    early_repayment_record,
    loan_defer,
    loan_release,
    loan_write_off,
    repayment_record,
)
from mandat.apps.funds.services.stakes import capital_call, dividend_record, stake_sell, stake_take, stake_value

__all__ = [
    "Wanted",
    "award",
    "award_many",
    "capital_call",
    "dividend_record",
    "early_amount",
    "early_repayment_record",
    "engage",
    "envelope_open",
    "lapse",
    "loan_defer",
    "loan_release",
    "loan_write_off",
    "move",
    "pay",
    "release",
    "repayment_record",
    "reserve",
    "stake_sell",
    "stake_take",
    "stake_value",
    "take_back",
    "vote",
]
