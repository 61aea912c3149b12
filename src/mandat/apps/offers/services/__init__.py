"""Acts of systematic offers. Those of agents check their right; those of a person are proved by the code of an invitation.

Acts on many append facts in their transaction; an act of a single person appends none, and is told later with others.
"""

from mandat.apps.offers.services.answering import (
    member_decline,
    offer_accept_again,
    offer_decline,
    slot_book,
    slot_cancel,
    slot_fill,
    slot_wait,
)
from mandat.apps.offers.services.attending import appointment_move, attendance_record
from mandat.apps.offers.services.coverage import coverage_publish
from mandat.apps.offers.services.forgetting import offers_forget
from mandat.apps.offers.services.inviting import batch_carry_out, batch_open, letters_hand_over
from mandat.apps.offers.services.places import (
    assignment_give,
    assignment_withdraw,
    establishments_import,
    place_save,
    slots_generate,
    slots_withdraw,
)
from mandat.apps.offers.services.rolls import roll_close, roll_import

__all__ = [
    "appointment_move",
    "assignment_give",
    "assignment_withdraw",
    "attendance_record",
    "batch_carry_out",
    "batch_open",
    "coverage_publish",
    "establishments_import",
    "letters_hand_over",
    "member_decline",
    "offer_accept_again",
    "offer_decline",
    "offers_forget",
    "place_save",
    "roll_close",
    "roll_import",
    "slot_book",
    "slot_cancel",
    "slot_fill",
    "slot_wait",
    "slots_generate",
    "slots_withdraw",
]
