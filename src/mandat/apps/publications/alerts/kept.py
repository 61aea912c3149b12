"""What alerts keep about those who receive them."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from mandat.apps.accounts.models import User
from mandat.apps.custody import personal, retention
from mandat.apps.custody.retention import Basis, Lasts
from mandat.apps.publications.models import Delivery, Subscription


def _export(user: User) -> list[personal.Record]:
    found = Subscription.objects.filter(user=user).order_by("created_at")
    records = [personal.record(one, ("topic", _("what")), "pace", ("created_at", _("since"))) for one in found]
    sent = Delivery.objects.filter(user=user, sent_at__isnull=False).select_related("mailing").order_by("pk")
    title = _("Message sent")
    for one in sent:
        values = (
            personal.Value("subject", _("subject"), one.mailing.subject),
            personal.Value("sent_at", _("sent on"), one.sent_at),
        )
        records.append(personal.Record(title, values))
    return records


def _erase(user: User) -> None:
    Delivery.objects.filter(user=user).delete()
    Subscription.objects.filter(user=user).delete()


def register() -> None:
    """Called once, when the apps are ready."""
    personal.register(
        code="publications.alerts", title=_("What you follow"), export=_export, erase=_erase,
        models=("publications.Subscription", "publications.Delivery"),
    )  # fmt: skip
    retention.register(
        code="publications.alerts",
        title=_("Alerts by e-mail"),
        purpose=_("Tell people what changes in what they follow."),
        data=_("What is followed and how often."),
        people=_("People who asked for it"),
        basis=Basis.CONSENT,
        after=_("Until you stop following."),
        models=("publications.Subscription",),
    )
    retention.register(
        code="publications.deliveries",
        title=_("Messages sent"),
        purpose=_("Send no message twice, and know which did not arrive."),
        data=_("Which message, to whom, when."),
        people=_("People who follow something"),
        basis=Basis.CONSENT,
        lasts=Lasts(months=3),
        after=_("the message"),
        models=("publications.Delivery",),
        due=lambda before: Delivery.objects.filter(not_before__lt=before).exclude(sent_at=None, given_up=False),
    )
