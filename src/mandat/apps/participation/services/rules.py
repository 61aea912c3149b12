"""Changing the rules of a running process: only by a reasoned, public decision, told to everyone taking part."""

from __future__ import annotations

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from mandat import journal
from mandat.apps.accounts import notices
from mandat.apps.accounts.models import User
from mandat.apps.accounts.permissions import require
from mandat.apps.community.services import events
from mandat.apps.community.text import cleaned
from mandat.apps.participation.definitions import PublishedProcess, latest_published, published_process, version_of
from mandat.apps.participation.models import Participant, ProcessRun, Proposal, RulesChange, Thread
from mandat.apps.participation.services.running import fact
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

LEAST_REASON = 20
BATCH = 500


@transaction.atomic
def rules_change(*, actor: User, process: str, reason: str, reason_en: str = "") -> RulesChange:
    """Put the version published last in force in a running process.

    Raises PermissionDenied; InputError where nothing changed, the reason says nothing, or the new rules drop a component in which
    people have already contributed.
    """
    require(actor, "participation.rules_change")
    reason, reason_en = cleaned(reason), cleaned(reason_en)
    if len(reason) < LEAST_REASON:
        raise InputError(
            Text(f"donnez un motif public d'au moins {LEAST_REASON} caractères", f"give a public reason of at least {LEAST_REASON} characters")
        )  # fmt: skip
    current = published_process(process)
    rows = ProcessRun.objects.select_for_update().filter(programme=current.programme, process=current.code)
    run = rows.first()
    if run is None or run.frozen_at is None:
        raise InputError(
            Text("personne n'a encore contribué : la version publiée s'applique d'elle-même", "nobody has contributed yet: the published version applies by itself")
        )  # fmt: skip
    wanted = latest_published(current.code, current.programme)
    if wanted is None:
        raise InputError(Text("aucune version n'est publiée", "no version is published"))
    if wanted.ref.version == run.version:
        raise InputError(Text("ces règles sont déjà en vigueur", "these rules are in force already"))
    before = version_of(current.code, run.version, current.programme)
    _keeps_components(before, wanted)
    change = RulesChange.objects.create(
        run=run, before=run.version, after=wanted.ref.version, reason=reason, reason_en=reason_en, made_by=actor,
        made_at=timezone.now(),
    )  # fmt: skip
    run.version, run.digest = wanted.ref.version, wanted.ref.digest
    # New phases may reopen what had closed.
    run.closed_at = None
    run.save(update_fields=["version", "digest", "closed_at"])
    journal.append(
        [
            fact(
                wanted, "participation.rules_changed.v1",
                data={"before": change.before, "after": change.after, "reason": change.reason[:500]},
            )
        ]
    )  # fmt: skip
    events.tell(
        target=f"process:{wanted.code}", at=change.made_at, key=f"participation:rules:{change.pk}",
        title=Text(f"{wanted.process.title.fr} : les règles changent", f"{wanted.process.title.en}: the rules change"),
        url=reverse("participation:rules", args=[wanted.code]),
    )  # fmt: skip
    return change


def _keeps_components(before: PublishedProcess, after: PublishedProcess) -> None:
    of = {"programme": before.programme, "process": before.code}
    used = set(Proposal.objects.filter(**of).order_by().values_list("component", flat=True).distinct())
    used |= set(Thread.objects.filter(**of).order_by().values_list("component", flat=True).distinct())
    for code in sorted(used):
        old, new = before.process.component(code), after.process.component(code)
        if new is None or (old is not None and new.type != old.type):
            raise InputError(
                Text(
                    f"la composante {code} a déjà des contributions : les nouvelles règles doivent la garder",
                    f"component {code} has contributions already: the new rules must keep it",
                )
            )


def rules_tell() -> int:
    """Tell everyone taking part of the changes of rules, in batches; stopped anywhere, it goes on from there. Returns how many."""
    told = 0
    for change in RulesChange.objects.filter(told_at=None).select_related("run").order_by("pk"):
        while True:
            rows = list(
                Participant.objects.filter(
                    programme=change.run.programme, process=change.run.process, user__isnull=False,
                    pk__gt=change.told_to, joined_at__lte=change.made_at,
                )
                .select_related("user")
                .order_by("pk")[:BATCH]
            )  # fmt: skip
            if not rows:
                break
            with transaction.atomic():
                wanted = [
                    (row.user, change.run.process, f"{change.pk}:{row.pk}") for row in rows if row.user is not None
                ]
                notices.notify_many("participation.rules", wanted)
                change.told_to = rows[-1].pk
                change.save(update_fields=["told_to"])
            told += len(rows)
        change.told_at = timezone.now()
        change.save(update_fields=["told_at"])
    return told
