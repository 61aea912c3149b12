"""Petitions, who backs and signs them, what follows; referendums asked by citizens."""

from mandat.apps.petitions.models.crossing import Crossing, Invalidation
from mandat.apps.petitions.models.petitions import Appeal, Examination, Petition, Seal, Sponsor, Version
from mandat.apps.petitions.models.referendums import Argument, Referendum
from mandat.apps.petitions.models.signing import CommuneTally, Quarter, Sheet, Signature, Tally

__all__ = [
    "Appeal",
    "Argument",
    "CommuneTally",
    "Crossing",
    "Examination",
    "Invalidation",
    "Petition",
    "Quarter",
    "Referendum",
    "Seal",
    "Sheet",
    "Signature",
    "Sponsor",
    "Tally",
    "Version",
]
