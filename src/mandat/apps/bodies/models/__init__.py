"""What bodies keep: who sits, when they meet, what they deal with, how each voted, what was decided and what became of it."""

from mandat.apps.bodies.models.agenda import AgendaRequest, Amendment, Item, Paper, Recusal
from mandat.apps.bodies.models.members import Interest, Standing, Term
from mandat.apps.bodies.models.sessions import Attendance, Minutes, Session
from mandat.apps.bodies.models.voting import Decision, Division, FollowUp, Vote

__all__ = [
    "AgendaRequest",
    "Amendment",
    "Attendance",
    "Decision",
    "Division",
    "FollowUp",
    "Interest",
    "Item",
    "Minutes",
    "Paper",
    "Recusal",
    "Session",
    "Standing",
    "Term",
    "Vote",
]
