"""What offers tell the registers of personal data: what is kept, why, until when, and what an account holds here.

People invited have no account: what is kept about them is shown and erased with their code (``views.own``).
"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from mandat.apps.custody import personal, retention
from mandat.apps.custody.retention import Basis
from mandat.apps.offers.models import Assignment
from mandat.apps.offers.services import forgetting

_PEOPLE = _("people invited by a systematic offer")


def declare() -> None:
    """Register treatments and holdings; called once, when the application starts."""
    retention.register(
        code="offers.identity",
        title=_("Names on the rolls of systematic offers"),
        purpose=_("invite everyone once, print letters, know who comes"),
        data=_("surname, given name, birth date, e-mail where known; sealed, apart from answers"),
        people=_PEOPLE,
        after=_("the time each offer states after the end of its round; at once for who declines"),
        models=("offers.Identity",),
        due=forgetting.identities_due,
        recipients=_("staff assigned to the establishment or the place"),
        basis=Basis.PUBLIC_TASK,
    )
    retention.register(
        code="offers.codes",
        title=_("Codes of invitations"),
        purpose=_("print the letters"),
        data=_("the code, sealed; only its keyed hash afterwards"),
        people=_PEOPLE,
        after=_("the letters are handed over"),
        models=("offers.PendingCode",),
        due=forgetting.codes_due,
        recipients=_("staff assigned to the establishment"),
        basis=Basis.PUBLIC_TASK,
    )
    retention.register(
        code="offers.answers",
        title=_("Answers to systematic offers and attendance"),
        purpose=_("hold the appointments, never invite twice, count how many came"),
        data=_("a keyed hash of who it is, class, answer, appointments; whether one came is sealed"),
        people=_PEOPLE,
        after=_("the time each offer states after the end of its round"),
        models=(
            "offers.Member",
            "offers.Invitation",
            "offers.Appointment",
            "offers.Waiting",
            "offers.Delivery",
            "offers.Attendance",
        ),
        due=forgetting.members_due,
        apply=forgetting.members_erase,
        recipients=_("staff assigned to the place"),
        basis=Basis.PUBLIC_TASK,
    )
    retention.register(
        code="offers.assignments",
        title=_("Who is assigned to establishments and places"),
        purpose=_("show names to the staff concerned, and to nobody else"),
        data=_("the account, the establishment or place, since when"),
        people=_("staff of establishments and places"),
        after=_("the assignment is taken back or the account is closed"),
        models=("offers.Assignment",),
        basis=Basis.PUBLIC_TASK,
    )
    personal.register(
        code="offers.assignments",
        title=_("Establishments and places you are assigned to"),
        models=("offers.Assignment",),
        export=lambda user: [
            personal.record(row, "since", title=str(row.establishment or row.place)) for row in _assignments(user)
        ],
        erase=lambda user: _erase(user),
        with_account=True,
    )
    why = "an act of office: the account is let go of when it is closed, the act stays without a name"
    for model in ("offers.RollImport", "offers.RollClosure", "offers.Batch"):
        personal.exempt(model, why)


def _assignments(user: Any) -> Any:
    return Assignment.objects.filter(user=user).select_related("establishment", "place").order_by("pk")


def _erase(user: Any) -> None:
    _assignments(user).delete()
