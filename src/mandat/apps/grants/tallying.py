"""What a vote gives: pure, from the choices cast and the committee's rules."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from mandat.apps.grants.schema.deciding import Committee

Choice = Literal["for", "against", "abstain"]
Result = Literal["adopted", "rejected", "none"]


@dataclass(frozen=True, slots=True)
class Tally:
    """Votes cast on one item. ``president`` is how whoever presides voted, empty where they did not."""

    yes: int = 0
    no: int = 0
    abstain: int = 0
    president: str = ""

    @property
    def cast(self) -> int:
        """Votes that count towards a majority: abstentions do not."""
        return self.yes + self.no

    @property
    def voters(self) -> int:
        return self.cast + self.abstain

    @property
    def tied(self) -> bool:
        return self.yes == self.no


def tally(choices: Iterable[tuple[int, str]], *, president: int | None) -> Tally:
    """Count ``(member, choice)``. ``president`` is the member whose vote may settle a tie."""
    found = {"for": 0, "against": 0, "abstain": 0}
    presided = ""
    for member, choice in choices:
        found[choice] += 1
        if member == president:
            presided = choice
    return Tally(found["for"], found["against"], found["abstain"], presided)


def result(votes: Tally, rule: Committee) -> Result:
    """Whether the proposal is adopted. ``none``: nobody voted.

    A simple majority is more for than against; two thirds, at least two of three votes cast. Abstentions are not votes cast. A tie
    goes the way whoever presides voted, where the committee says so; else, and where they abstained or were not there, it rejects.
    """
    if not votes.voters:
        return "none"
    if rule.majority == "two-thirds":
        return "adopted" if votes.cast and votes.yes * 3 >= votes.cast * 2 else "rejected"
    if votes.tied and rule.tie == "president" and votes.president in ("for", "against"):
        return "adopted" if votes.president == "for" else "rejected"
    return "adopted" if votes.yes > votes.no else "rejected"
