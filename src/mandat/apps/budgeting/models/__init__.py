"""Ideas examined, projects studied and priced, lists put to the vote with their results, and the delivery of what was chosen. Amounts are in cents."""

from mandat.apps.budgeting.models.delivery import Evidence, Payment, Step
from mandat.apps.budgeting.models.projects import Assessment, CostLine, Idea, Note, Opinion, Project
from mandat.apps.budgeting.models.votes import Outcome, ProjectList

__all__ = [
    "Assessment",
    "CostLine",
    "Evidence",
    "Idea",
    "Note",
    "Opinion",
    "Outcome",
    "Payment",
    "Project",
    "ProjectList",
    "Step",
]
