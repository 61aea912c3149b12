"""Tables whose changes leave no fact of their own, and why: tests of acts exempt these and no other."""

from __future__ import annotations

_PRIVATE = "a petition is its author's own until it is published; who backs it is nobody's business"
_DAY = "signatures are told day by day, in counts"

QUIET: dict[str, str] = {
    "petitions_petition": "publication, refusal, thresholds and closing are told; drafts and totals are not",
    "petitions_version": _PRIVATE,
    "petitions_sponsor": _PRIVATE,
    "petitions_examination": "publication and refusal are told; what is asked of an author is theirs",
    "petitions_appeal": "its decision is told; that it is lodged is shown on the page",
    "petitions_seal": "a salt tells nothing",
    "petitions_signature": _DAY,
    "petitions_tally": _DAY,
    "petitions_communetally": _DAY,
    "petitions_sheet": _DAY,
    "petitions_quarter": _DAY,
    "petitions_invalidation": "confirmed or undone it is told; proposed or dismissed it changes nothing",
    "petitions_argument": "both sides are shown when the campaign opens, which is told",
    "petitions_referendum": "its question, its campaign and its result are told; that the vote opens follows from the campaign",
}
