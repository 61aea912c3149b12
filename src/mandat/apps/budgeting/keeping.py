"""What budgets keep about persons: which agent decided what. The authors of ideas are participation's."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from mandat.apps.accounts.models import User
from mandat.apps.budgeting.models import Idea, Note
from mandat.apps.custody import personal, retention
from mandat.apps.custody.personal import Record, record
from mandat.apps.custody.retention import Basis


def _acts(user: User) -> list[Record]:
    decided = [
        record(one, "state", "decided_at", title=one.proposal)
        for one in Idea.objects.filter(decided_by=user).order_by("pk")
    ]
    notes = Note.objects.filter(by=user).select_related("project").order_by("pk")
    return decided + [record(one, "what", "on", title=one.project.reference) for one in notes]


def register() -> None:
    """Say all of it to custody."""
    personal.register(
        code="budgeting.acts",
        title=_("Your acts on participatory budgets"),
        models=("budgeting.Idea", "budgeting.Note"),
        export=_acts,
        erase=lambda user: None,
    )
    retention.register(
        code="budgeting.acts",
        title=_("Acts on participatory budgets"),
        purpose=_("Account for what was decided about ideas and projects."),
        data=_("Which account decided, studied or recorded what, and when. Pages show the service, never the account."),
        after=_("As long as the budget is shown."),
        models=("budgeting.Idea", "budgeting.Note"),
        people=_("Agents, and authors who agreed to changes"),
        basis=Basis.PUBLIC_TASK,
    )
