"""Following, digests, moderation, limits."""

from mandat.apps.community.models.following import (
    Digest,
    DigestCursor,
    DigestDelivery,
    DigestSection,
    DigestSlice,
    Event,
    Follow,
    Pace,
)
from mandat.apps.community.models.limits import Allowance, Fingerprint
from mandat.apps.community.models.moderating import (
    Badge,
    ModerationAppeal,
    ModerationCase,
    ModerationDecision,
    Outcome,
    Report,
    State,
    Suspension,
)

__all__ = [
    "Allowance",
    "Badge",
    "Digest",
    "DigestCursor",
    "DigestDelivery",
    "DigestSection",
    "DigestSlice",
    "Event",
    "Fingerprint",
    "Follow",
    "ModerationAppeal",
    "ModerationCase",
    "ModerationDecision",
    "Outcome",
    "Pace",
    "Report",
    "State",
    "Suspension",
]
