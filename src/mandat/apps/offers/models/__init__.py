"""What systematic offers keep. Names stand sealed in ``Identity`` alone, and who came in ``Attendance`` alone.

A ``Member`` is known by a keyed hash of who it is, so that the same person in two lists is one member and is invited once: the database's
own constraints say so. ``Tally`` holds counts by establishment: what is so (kept with every act) and what was told in facts.
"""

from mandat.apps.offers.models.invitations import (
    Appointment,
    Attendance,
    Batch,
    CoverageRelease,
    Delivery,
    Invitation,
    PendingCode,
    Slot,
    Tally,
    Waiting,
)
from mandat.apps.offers.models.rolls import (
    Assignment,
    Establishment,
    Identity,
    Member,
    Place,
    RefusedRollLine,
    RollClosure,
    RollImport,
    Standing,
)

__all__ = [
    "Appointment",
    "Assignment",
    "Attendance",
    "Batch",
    "CoverageRelease",
    "Delivery",
    "Establishment",
    "Identity",
    "Invitation",
    "Member",
    "PendingCode",
    "Place",
    "RefusedRollLine",
    "RollClosure",
    "RollImport",
    "Slot",
    "Standing",
    "Tally",
    "Waiting",
]
