"""What following and moderation keep about persons, for how long, how they see it and what becomes of it when they ask for erasure."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from mandat.apps.accounts.models import User
from mandat.apps.accounts.services import exports
from mandat.apps.community.models import (
    Allowance,
    Badge,
    Digest,
    DigestDelivery,
    Fingerprint,
    Follow,
    ModerationAppeal,
    ModerationCase,
    Report,
    Suspension,
)
from mandat.apps.custody import personal, retention
from mandat.apps.custody.personal import Kept, Record, record
from mandat.apps.custody.retention import Basis, Lasts

_MODERATION = (
    "community.ModerationCase",
    "community.Report",
    "community.ModerationDecision",
    "community.ModerationAppeal",
    "community.Suspension",
)


def _follows(user: User) -> list[Record]:
    found = Follow.objects.filter(user=user).order_by("pk")
    records = [record(one, ("target", _("what")), "pace", ("since", _("since"))) for one in found]
    sent = DigestDelivery.objects.filter(user=user, sent_at__isnull=False).order_by("pk")
    records += [record(one, ("sent_at", _("sent on")), title=_("Message sent")) for one in sent]
    return records


def _unfollow(user: User) -> None:
    DigestDelivery.objects.filter(user=user).delete()
    Follow.objects.filter(user=user).delete()


def _moderated(user: User) -> list[Record]:
    records = []
    for case in ModerationCase.objects.filter(author=user).order_by("pk"):
        title = case.reference
        records.append(record(case, "kind", "content", "state", "opened_at", "held_for", title=title))
        records += [
            record(one, "outcome", "reason", "words", "at", title=title) for one in case.decisions.order_by("rank")
        ]
    for one in ModerationAppeal.objects.filter(author=user).order_by("pk"):
        records.append(record(one, "grounds", "lodged_at", "upheld", "words"))
    records += [record(one, "reason", "words", "at") for one in Report.objects.filter(reporter=user).order_by("pk")]
    records += [
        record(one, "reason", "words", "starts_at", "ends_at", "lifted_at")
        for one in Suspension.objects.filter(user=user).order_by("pk")
    ]
    records += [record(one, "kind", "label_fr", "given_at") for one in Badge.objects.filter(user=user).order_by("pk")]
    return records


def _forget(user: User) -> None:
    """What was decided stays, without a name: the charter's figures and appeals must add up."""
    Report.objects.filter(reporter=user).update(reporter=None, words="")
    ModerationAppeal.objects.filter(author=user, upheld__isnull=False).update(author=None)
    ModerationCase.objects.filter(author=user).update(author=None)
    Badge.objects.filter(user=user).delete()


def _stays(user: User) -> list[Kept]:
    if not ModerationCase.objects.filter(author=user).exists():
        return []
    return [
        Kept(
            _("decisions about what you published, without your name"),
            _("moderation must account for what it decided"),
            _("five years after the decision"),
        )
    ]


@exports("follows")  # type: ignore[untyped-decorator]
def _kept(user: User) -> list[dict[str, Any]]:
    return [
        {"target": kept.target, "pace": kept.pace, "since": kept.since.isoformat()}
        for kept in Follow.objects.filter(user=user).order_by("pk")
    ]


def register() -> None:
    """Say all of it to custody."""
    personal.register(
        code="community.follows",
        title=_("What you follow"),
        models=("community.Follow", "community.DigestDelivery"),
        export=_follows,
        erase=_unfollow,
    )
    personal.register(
        code="community.moderation",
        title=_("Moderation of what you publish"),
        models=(*_MODERATION, "community.Badge"),
        export=_moderated,
        erase=_forget,
        stays=_stays,
    )
    retention.register(
        code="community.follows",
        title=_("What people follow"),
        purpose=_("Tell people what happens to what they follow."),
        data=_("What is followed and how often."),
        people=_("People who asked for it"),
        basis=Basis.CONSENT,
        after=_("Until you stop following."),
        models=("community.Follow",),
    )
    retention.register(
        code="community.deliveries",
        title=_("Messages sent"),
        purpose=_("Send no message twice, and know which did not arrive."),
        data=_("Which message, to whom, when."),
        people=_("People who follow something"),
        basis=Basis.CONSENT,
        lasts=Lasts(months=3),
        after=_("the message"),
        models=("community.DigestDelivery",),
        due=lambda before: DigestDelivery.objects.filter(not_before__lt=before).exclude(sent_at=None, given_up=False),
    )
    retention.register(
        code="community.moderation",
        title=_("Moderation"),
        purpose=_("Apply the charter, let decisions be contested, account for them."),
        data=_("Reports, decisions, appeals, suspensions; the contents stay where they were published."),
        people=_("People who publish or report"),
        basis=Basis.PUBLIC_TASK,
        lasts=Lasts(years=5),
        after=_("the report"),
        models=_MODERATION,
        due=lambda before: Report.objects.filter(at__lt=before).exclude(reporter=None, words=""),
        apply=lambda rows: rows.update(reporter=None, words=""),
    )
    retention.register(
        code="community.badges",
        title=_("What badges say"),
        purpose=_("Show who speaks for the region or for an organisation."),
        data=_("The words of the badge, who gave it and when."),
        people=_("People who speak for others"),
        basis=Basis.PUBLIC_TASK,
        after=_("As long as they speak for it."),
        models=("community.Badge",),
    )
    retention.register(
        code="community.limits",
        title=_("Limits of use"),
        purpose=_("Keep a few from flooding what belongs to all."),
        data=_("How many acts in an hour; the address only as a keyed hash of the day."),
        people=_("People who contribute"),
        basis=Basis.LEGITIMATE_INTEREST,
        lasts=Lasts(days=1),
        after=_("the act"),
        models=("community.Allowance",),
        due=lambda before: Allowance.objects.filter(touched_at__lt=before),
    )
    retention.register(
        code="community.fingerprints",
        title=_("Digests of published texts"),
        purpose=_("See the same text coming back."),
        data=_("A digest of the text, the account's number; never the text."),
        people=_("People who contribute"),
        basis=Basis.LEGITIMATE_INTEREST,
        lasts=Lasts(days=90),
        after=_("the text"),
        models=("community.Fingerprint",),
        due=lambda before: Fingerprint.objects.filter(at__lt=before),
    )
    retention.register(
        code="community.digests",
        title=_("What digests said"),
        purpose=_("Take up a sending that was interrupted."),
        data=_("Public news by topic; nobody is in them."),
        people=_("Nobody"),
        basis=Basis.PUBLIC_TASK,
        lasts=Lasts(months=3),
        after=_("the digest"),
        models=("community.Digest",),
        due=lambda before: Digest.objects.filter(ends_at__lt=before, done_at__isnull=False),
    )
