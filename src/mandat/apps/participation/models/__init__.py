"""What participation keeps: processes that run, who takes part, proposals with their supports, debates, and what was told day by day.

A person is known to a process by their ``Participant`` alone: contributions point to it, never to the account. Erasing the account
empties the participant and leaves what was published.
"""

from mandat.apps.participation.models.debates import Comment, Thread
from mandat.apps.participation.models.processes import DayTold, ProcessRun, RulesChange, Tally, VoteRun
from mandat.apps.participation.models.proposals import (
    Amendment,
    Attachment,
    Authorship,
    Merge,
    Proposal,
    ProposalVersion,
    StatusChange,
    Support,
)
from mandat.apps.participation.models.standing import Attestation, Participant

__all__ = [
    "Amendment",
    "Attachment",
    "Attestation",
    "Authorship",
    "Comment",
    "DayTold",
    "Merge",
    "Participant",
    "ProcessRun",
    "Proposal",
    "ProposalVersion",
    "RulesChange",
    "StatusChange",
    "Support",
    "Tally",
    "Thread",
    "VoteRun",
]
