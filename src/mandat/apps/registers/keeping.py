"""What registers keep about persons: who carries a project, and who acted on labels and contracts."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from mandat.apps.accounts.models import User
from mandat.apps.custody import personal, retention
from mandat.apps.custody.personal import Record, record
from mandat.apps.custody.retention import Basis
from mandat.apps.registers.models import Portrait, Withdrawal


def _portraits(user: User) -> list[Record]:
    found = Portrait.objects.filter(case__opened_by=user).select_related("case__subject").order_by("pk")
    return [record(one, "answers", "saved_at", title=one.case.reference) for one in found]


def _erase(user: User) -> None:
    Portrait.objects.filter(case__opened_by=user).delete()


def _acts(user: User) -> list[Record]:
    found = Withdrawal.objects.filter(opened_by=user).select_related("label__holder__subject").order_by("pk")
    return [record(one, "opened_on", "grounds", title=one.label.reference) for one in found]


def register() -> None:
    """Say all of it to custody."""
    personal.register(
        code="registers.portraits",
        title=_("What you said of yourself for equality"),
        models=("registers.Portrait",),
        export=_portraits,
        erase=_erase,
    )
    personal.register(
        code="registers.acts",
        title=_("Your acts on labels and contracts"),
        models=("registers.Withdrawal", "registers.Review", "registers.Amendment"),
        export=_acts,
        erase=lambda user: None,
    )
    common: dict[str, Any] = {"people": _("People who carry a project, agents")}
    retention.register(
        code="registers.portraits",
        title=_("Who carries the projects"),
        purpose=_("Know who asks and who receives, by gender, age and disability."),
        data=_("What the person freely said; sealed, read only as counts."),
        after=_("As long as the case; gone at once where the person asks."),
        models=("registers.Portrait",),
        basis=Basis.CONSENT,
        **common,
    )
    retention.register(
        code="registers.acts",
        title=_("Acts on labels and contracts"),
        purpose=_("Account for what was decided about public registers."),
        data=_("Which account opened, decided or recorded what, and when."),
        after=_("As long as the register."),
        models=("registers.Withdrawal", "registers.Review", "registers.Amendment"),
        basis=Basis.PUBLIC_TASK,
        **common,
    )
