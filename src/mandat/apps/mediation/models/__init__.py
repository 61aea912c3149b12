"""Mediation cases: sealed under a key of their own, known to their parties and their mediator alone."""

from mandat.apps.mediation.models.cases import Case, Message, Party, Proposal, Reply, Step, Told

__all__ = ["Case", "Message", "Party", "Proposal", "Reply", "Step", "Told"]
