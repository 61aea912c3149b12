"""Facts of votes. Nothing of what is voted leaves a fact before the count; nothing at all of who voted.

- ``ballots.opened.v1``: a vote will be held; ``digest`` is the SHA-256 of its definition, which never changes again.
- ``ballots.cancelled.v1``: a vote in which nobody had voted is not held.
- ``ballots.closed.v1``: ``quantity`` persons voted, of ``on_roll`` who could.
- ``ballots.difference_explained.v1``: counts of paper and roll differed by ``difference``; the reason stands on the vote's page.
- ``ballots.counted.v1``: the ballots of ``quantity`` persons were counted; ``root`` is the Merkle root of the published list (RFC 9162),
  ``winners`` are codes of options, none where quorum or threshold was not met (``valid`` is false).
"""

from __future__ import annotations

from mandat.facts.base import Data, fact_type
from mandat.kernel.text import Text


class _OfPoll(Data):
    """``title`` is the institution's own words; ``process`` the code of what the vote belongs to."""

    poll: str
    title: str
    process: str = ""


@fact_type(
    "ballots.opened.v1",
    label=Text("Vote annoncé", "Vote announced"),
    sentence=Text("Vote annoncé, ses règles fixées : {title}", "Vote announced, its rules fixed: {title}"),
)
class Opened(_OfPoll):
    """``ballot`` and ``rule`` are codes of ``ballots.schema``; the hours are in UTC."""

    ballot: str
    rule: str
    options: int
    digest: str
    opens_at: str
    closes_at: str


@fact_type(
    "ballots.cancelled.v1",
    label=Text("Vote annulé", "Vote cancelled"),
    sentence=Text("Vote annulé avant tout bulletin : {title}", "Vote cancelled before any ballot: {title}"),
)
class Cancelled(_OfPoll):
    """Nobody had voted."""


@fact_type(
    "ballots.closed.v1",
    label=Text("Vote clos", "Vote closed"),
    sentence=Text("{title} : {quantity_text} ont voté", "{title}: {quantity_text} voted"),
)
class Closed(_OfPoll):
    """``on_roll``: how many could vote."""

    on_roll: int


@fact_type(
    "ballots.difference_explained.v1",
    label=Text("Différence expliquée", "Difference explained"),
    sentence=Text(
        "{title} : une différence de {difference} entre liste et bulletins est expliquée",
        "{title}: a difference of {difference} between roll and ballots is explained",
    ),
)
class DifferenceExplained(_OfPoll):
    """``difference``: papers less signatures, or ballots less marks."""

    difference: int


@fact_type(
    "ballots.counted.v1",
    label=Text("Vote dépouillé", "Vote counted"),
    sentence=Text(
        "{title} : bulletins de {quantity_text} dépouillés, liste publiée",
        "{title}: ballots of {quantity_text} counted, list published",
    ),
)
class Counted(_OfPoll):
    """``root`` and ``digest`` are hexadecimal."""

    root: str
    digest: str
    winners: tuple[str, ...] = ()
    valid: bool
    blank: int
    spoiled: int
