"""What meetings keep: the meetings themselves, who booked a place, who came, what was published of them.

A name given by someone without an account stands sealed in ``Booking`` alone. ``Trainee`` knows people by a keyed hash, so that each is
counted once for a training; it holds no name and no account.
"""

from mandat.apps.meetings.models.meetings import Access, Kind, Meeting, Paper, State
from mandat.apps.meetings.models.places import Booking, Count, Trainee

__all__ = ["Access", "Booking", "Count", "Kind", "Meeting", "Paper", "State", "Trainee"]
