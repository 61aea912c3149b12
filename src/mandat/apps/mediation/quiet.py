"""Tables whose changes leave no fact of their own, and why: all of mediation, which is told in counts alone."""

from __future__ import annotations

_CONFIDENTIAL = "a case is known to its parties and its mediator alone; counts are told when they are enough"

QUIET: dict[str, str] = {
    "mediation_case": _CONFIDENTIAL,
    "mediation_party": _CONFIDENTIAL,
    "mediation_message": _CONFIDENTIAL,
    "mediation_proposal": _CONFIDENTIAL,
    "mediation_reply": _CONFIDENTIAL,
    "mediation_step": _CONFIDENTIAL,
    "mediation_told": "how many were told already: the fact itself tells them",
}
