"""Tables whose changes leave no fact of their own, and why: tests of acts exempt these and no other."""

from __future__ import annotations

_DAY = "what people do in mass is told day by day, in counts"
_PRIVATE = "who takes part is told day by day in counts of five or more, never one by one"

QUIET: dict[str, str] = {
    "participation_participant": _PRIVATE,
    "participation_attestation": _PRIVATE,
    "participation_proposal": _DAY,
    "participation_proposalversion": _DAY,
    "participation_authorship": _DAY,
    "participation_support": _DAY,
    "participation_amendment": _DAY,
    "participation_attachment": _DAY,
    "participation_comment": _DAY,
    "participation_thread": _DAY,
    "participation_tally": _DAY,
    "participation_processrun": "opening and closing are told; that rules are frozen follows from the first contribution",
    "participation_ruleschange": "the change is told; how many were written to is not",
}
