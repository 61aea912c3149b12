"""Joining like proposals into one: every author is credited, every supporter counted once."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from mandat import journal
from mandat.apps.accounts.models import User
from mandat.apps.accounts.permissions import require
from mandat.apps.participation import finding, hooks, voices
from mandat.apps.participation.definitions import published_process
from mandat.apps.participation.models import Authorship, Merge, Proposal, Support
from mandat.apps.participation.services.running import fact
from mandat.apps.participation.services.supports import threshold_crossed
from mandat.apps.participation.tallies import tally_add
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

MOST = 50
BATCH = 1000


@transaction.atomic
def proposals_merge(*, actor: User, into: str, sources: Sequence[str], reason: str) -> Proposal:
    """Join ``sources`` to the proposal ``into`` of the same component. Returns it.

    Supports are carried over, one a person; authors are credited; sources stay readable and lead to it. All rows are locked in the order of
    their numbers, so that merges and supports at once end one after the other. Raises PermissionDenied, InputError.
    """
    require(actor, "participation.manage")
    why = voices.written(reason, longest=500, least=10, one_line=True)
    wanted = [one for one in dict.fromkeys(sources) if one != into]
    if not wanted or len(wanted) > MOST:
        raise InputError(Text(f"choisissez de 1 à {MOST} autres propositions", f"choose 1 to {MOST} other proposals"))
    rows = {
        row.reference: row
        for row in Proposal.objects.select_for_update(of=("self",)).filter(reference__in=[into, *wanted]).order_by("pk")
    }
    if len(rows) != len(wanted) + 1:
        raise InputError(Text("une de ces propositions n'existe pas", "one of these proposals does not exist"))
    target = rows.pop(into)
    joined = list(rows.values())
    _mergeable(target, joined)
    before = target.supports
    now = timezone.now()
    brought = sum(one.supports for one in joined)
    merges = []
    for source in joined:
        shared = _carried(source, target)
        merges.append(
            Merge(source=source, into=target, brought=source.supports - shared, shared=shared, reason=why, made_by=actor, at=now)
        )  # fmt: skip
    Merge.objects.bulk_create(merges)
    target.supports = Support.objects.filter(proposal=target).count()
    _credited(target, joined)
    ids = [one.pk for one in joined]
    Proposal.objects.filter(pk__in=ids).update(state=Proposal.State.MERGED, merged_into=target, saved_at=now)
    Proposal.objects.filter(merged_into__in=ids).update(merged_into=target)
    finding.unindex(ids)
    published = published_process(target.process, target.programme)
    crossed = threshold_crossed(target, published, published.process.component(target.component), at=now)
    target.save(update_fields=["supports", "threshold_at"])
    journal.append(
        [
            fact(
                published, "participation.merged.v1",
                data={"component": target.component, "sources": tuple(one.reference for one in joined)},
                subject=f"proposal:{target.reference}", quantity=Decimal(len(joined)), unit="proposal",
            )
        ]
    )  # fmt: skip
    hidden = sum(one.supports for one in joined if one.hidden)
    comments = sum(one.comments for one in joined if not one.hidden)
    moved = {
        "proposals": -sum(not one.hidden for one in joined),
        "supports": target.supports - before - (brought - hidden),
        "comments": -comments,
    }
    for component in (target.component, ""):
        tally_add(target.programme, target.process, component, **moved)
    if crossed:
        hooks.threshold_crossed(target)
    return target


def _mergeable(target: Proposal, sources: Sequence[Proposal]) -> None:
    for one in (target, *sources):
        if one.state != Proposal.State.PUBLISHED:
            raise InputError(
                Text("seules des propositions publiées se réunissent", "only published proposals are merged")
            )
        if (one.programme, one.process, one.component) != (target.programme, target.process, target.component):
            raise InputError(
                Text("ces propositions sont de composantes différentes", "these proposals are of different components")
            )
        if one is not target and one.status:
            raise InputError(
                Text(
                    "une proposition déjà examinée ne rejoint pas une autre",
                    "a proposal already examined does not join another",
                )
            )


def _carried(source: Proposal, target: Proposal) -> int:
    """Carry the supports of ``source`` over. Returns how many people had supported both. What they gave stays as its history."""
    already = set(Support.objects.filter(proposal=target).order_by().values_list("participant_id", flat=True))
    shared = 0
    fresh: list[Support] = []
    for participant, at in Support.objects.filter(proposal=source).order_by("pk").values_list("participant_id", "at"):
        if participant in already:
            shared += 1
        else:
            fresh.append(Support(proposal=target, participant_id=participant, carried=True, at=at))
    Support.objects.bulk_create(fresh, batch_size=BATCH)
    return shared


def _credited(target: Proposal, sources: Sequence[Proposal]) -> None:
    rows = Authorship.objects.filter(proposal__in=sources).order_by("pk")
    Authorship.objects.bulk_create(
        [
            Authorship(proposal=target, participant_id=row.participant_id, part=Authorship.Part.MERGED, since=row.since)
            for row in rows
        ],
        ignore_conflicts=True,
    )
