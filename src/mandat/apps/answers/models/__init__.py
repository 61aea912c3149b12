"""Answers that are owed and given; figures that are contested."""

from mandat.apps.answers.models.contests import Contest
from mandat.apps.answers.models.duties import Answer, ChainLink, Duty, Outcome

__all__ = ["Answer", "ChainLink", "Contest", "Duty", "Outcome"]
