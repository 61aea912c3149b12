"""What panels keep about persons: volunteers, members, who drew. Sealed, and forgotten on the day said when they answered."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from mandat.apps.accounts.models import User
from mandat.apps.custody import personal, retention
from mandat.apps.custody.personal import Kept, Record, record
from mandat.apps.custody.retention import Basis, Lasts
from mandat.apps.panels.models import Draw, Presence, Volunteer
from mandat.apps.panels.services.forgetting import people_due, people_forget

_SEATED = (Volunteer.State.DRAWN, Volunteer.State.MEMBER, Volunteer.State.LEFT)


def _own(user: User) -> list[Record]:
    rows = Volunteer.objects.filter(user=user).select_related("panel").order_by("pk")
    return [record(one, "features", "contact", "number", "state", "joined_on", title=str(one.panel)) for one in rows]


def _erase(user: User) -> None:
    Volunteer.objects.filter(user=user).exclude(state__in=_SEATED).delete()
    # A member's presence and allowance are accounts of public money: they stay, without the account nor the contact.
    Volunteer.objects.filter(user=user).update(user=None, contact=None)


def _stays(user: User) -> list[Kept]:
    if not Volunteer.objects.filter(user=user, state__in=_SEATED).exists():
        return []
    return [
        Kept(
            _("your seat in a panel, your days and allowances, under a number"),
            _("public money must be accounted for"), _("five years after the draw"),
        )
    ]  # fmt: skip


def _presences(user: User) -> list[Record]:
    rows = Presence.objects.filter(volunteer__user=user).select_related("sitting").order_by("pk")
    return [record(one, "allowance", "paid_on", title=one.sitting.title_fr) for one in rows]


def _draws(user: User) -> list[Record]:
    return [
        record(one, "event", "event_on", "drawn_at")
        for one in Draw.objects.filter(drawn_by=user).defer("document").order_by("pk")
    ]


def register() -> None:
    """Say all of it to custody."""
    personal.register(
        code="panels.volunteers", title=_("Your place in panels drawn by lot"), models=("panels.Volunteer",),
        export=_own, erase=_erase, stays=_stays,
    )  # fmt: skip
    personal.register(
        code="panels.presences", title=_("Your days in panels"), models=("panels.Presence",), export=_presences,
        erase=lambda user: None,
    )  # fmt: skip
    personal.register(
        code="panels.draws", title=_("Draws you held"), models=("panels.Draw",), export=_draws, erase=lambda user: None
    )
    retention.register(
        code="panels.volunteers",
        title=_("Volunteers and members of panels"),
        purpose=_("Draw a panel that reflects the population, convene its members and pay their days."),
        data=_("What quotas ask, and how to reach the person: sealed. After the pool closes, what quotas ask is published under a number, without name."),
        after=_("Erased months after the last draw, as the process says; members after five years."),
        models=("panels.Volunteer", "panels.Letter", "panels.Presence"),
        people=_("People invited by letter, volunteers, members"),
        basis=Basis.CONSENT,
        lasts=Lasts(),
        due=people_due,
        apply=people_forget,
    )  # fmt: skip
    retention.register(
        code="panels.draws",
        title=_("Who held a draw"),
        purpose=_("Account for public draws."),
        data=_("Which account held the draw, and when."),
        after=_("As long as the draw is shown."),
        models=("panels.Draw",),
        people=_("Agents"),
        basis=Basis.PUBLIC_TASK,
    )
