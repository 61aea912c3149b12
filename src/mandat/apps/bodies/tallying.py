"""When a body is quorate and what a vote gives: pure, from numbers and the body's rules."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from mandat.apps.bodies.schema import Quorum, Voting

#: Abstentions and those who take no part are no votes cast.
CHOICES = ("for", "against", "abstain", "none")


@dataclass(frozen=True, slots=True)
class Tally:
    """Votes on one question. ``presided``: how whoever presides voted, empty where they did not."""

    yes: int = 0
    no: int = 0
    abstain: int = 0
    none: int = 0
    presided: str = ""

    @property
    def cast(self) -> int:
        return self.yes + self.no

    @property
    def told(self) -> int:
        """Everyone who answered, whatever they said."""
        return self.cast + self.abstain + self.none


def needed(quorum: Quorum, members: int) -> int:
    """How many of ``members`` voting members in office must be there: one at least.

    Exact: a third of 10 is 4 members (``at_least``), more than half of 10 is 6 and of 9 is 5 (``more_than``).
    """
    if quorum.number is not None:
        return quorum.number
    if quorum.at_least is not None:
        return max(1, math.ceil(members * quorum.at_least / 100))
    assert quorum.more_than is not None
    return max(1, math.floor(members * quorum.more_than / 100) + 1)


def tally(choices: Iterable[tuple[int, str]], *, president: int | None) -> Tally:
    """Count ``(member, choice)``; ``president`` is the member whose vote may settle a tie."""
    found = dict.fromkeys(CHOICES, 0)
    presided = ""
    for member, choice in choices:
        found[choice] += 1
        if member == president:
            presided = choice
    return Tally(found["for"], found["against"], found["abstain"], found["none"], presided)


def carried(votes: Tally, rule: Voting, *, members: int) -> bool:
    """Whether the question is carried; ``members`` are the voting members in office.

    Nothing is carried by no votes at all. A tie goes the way whoever presides voted where the rule says so; where they abstained or were not
    there, and everywhere else, it rejects.
    """
    if rule.majority == "two-thirds":
        return votes.cast > 0 and votes.yes * 3 >= votes.cast * 2
    if rule.majority == "absolute":
        return votes.yes * 2 > members
    if votes.yes == votes.no:
        return rule.tie == "president" and votes.presided == "for" and votes.yes > 0
    return votes.yes > votes.no
