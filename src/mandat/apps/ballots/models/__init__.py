"""What ballots keep. The roll (``Voter``, ``Mark``) never says what was voted, the box (``Boxed``, ``Ballot``) never says by whom.

No key of either grows with time. A mark and its ballot are written in one transaction: see docs/ballots.md for what whoever administers
the database could learn from that before the count, and for what removes it.
"""

from mandat.apps.ballots.models.paper import Explanation, Imported, PaperBatch
from mandat.apps.ballots.models.polls import Ballot, Block, Boxed, Mark, Poll, Result, Turnout, Unfinished
from mandat.apps.ballots.models.rolls import (
    Channel,
    Code,
    CodeBatch,
    DeskAct,
    Nullifier,
    Roll,
    RollImport,
    Voter,
)

__all__ = [
    "Ballot",
    "Block",
    "Boxed",
    "Channel",
    "Code",
    "CodeBatch",
    "DeskAct",
    "Explanation",
    "Imported",
    "Mark",
    "Nullifier",
    "PaperBatch",
    "Poll",
    "Result",
    "Roll",
    "RollImport",
    "Turnout",
    "Unfinished",
    "Voter",
]
