"""What the offline desk tells the registers of personal data."""

from __future__ import annotations

import datetime as dt

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from mandat.apps.custody import personal, retention
from mandat.apps.custody.retention import Basis, Lasts
from mandat.apps.desk.models import Carnet


def declare() -> None:
    """Register treatments; called once, when the application starts."""
    retention.register(
        code="desk.carnets",
        title=_("What agents collect without network"),
        purpose=_("take part without Internet: attendance, signatures, votes on paper"),
        data=_("what the person said on the numbered blank, sealed by the carnet's own key; erased once it is settled"),
        people=_("people met at meetings and markets"),
        lasts=Lasts(months=12),
        after=_(
            "the day of the event: the numbers and the reasons of what was settled; names go as soon as it is settled"
        ),
        models=("desk.Carnet", "desk.Entry", "desk.Section", "desk.Upload", "desk.Act"),
        due=_due,
        recipients=_("agents of the offline desk"),
        basis=Basis.PUBLIC_TASK,
    )
    why = "an act of office: the account is let go of when it is closed, the act stays without a name"
    for model in ("desk.Carnet", "desk.Entry", "desk.Upload", "desk.Act"):
        personal.exempt(model, why)


def _due(before: dt.datetime) -> QuerySet[Carnet]:
    return Carnet.objects.filter(
        event_on__lt=before.date(), state__in=(Carnet.State.CLOSED, Carnet.State.LOST)
    ).order_by("pk")
