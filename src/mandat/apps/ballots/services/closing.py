"""Close a poll: reconcile, open the box, count, publish the list and its root; once, whole, and only after the last second.

What is published is written anew, in the order of the receipts, by one transaction that also empties the box: what the database knew of
when a ballot came goes with it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Sum
from django.utils import timezone

from mandat import journal
from mandat.apps.accounts.permissions import require
from mandat.apps.ballots import boxing, bundle, hooks, receipts, tallying, telling
from mandat.apps.ballots.models import (
    Ballot,
    Block,
    Boxed,
    Channel,
    Explanation,
    Mark,
    PaperBatch,
    Poll,
    Result,
    Turnout,
    Unfinished,
)
from mandat.apps.ballots.services.casting import poll_lock
from mandat.apps.ballots.services.rolls import voters_count
from mandat.engines.disclosure import withhold_breakdowns
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

CHUNK = 1000


class NotReconciledError(InputError):
    """Roll, batches and box do not agree, and nobody has said why."""


@dataclass(frozen=True, slots=True)
class Gap:
    """A difference: of a batch (papers found less signatures), or of the whole box (ballots less marks)."""

    batch: PaperBatch | None
    difference: int
    explained: bool


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """Counts that must agree. ``pending``: batches not in the box yet."""

    marks: int
    paper_marks: int
    box: int
    boxed_paper: int
    pending: tuple[PaperBatch, ...]
    gaps: tuple[Gap, ...]

    @property
    def holds(self) -> bool:
        return not self.pending and all(gap.explained for gap in self.gaps)


def reconciled(poll: Poll) -> Reconciliation:
    """Compare the roll, the batch sheets and the box. Only counts: no ballot is opened."""
    marks = Mark.objects.filter(poll=poll).count()
    paper = Mark.objects.filter(poll=poll, channel=Channel.PAPER).count()
    box = Boxed.objects.filter(poll=poll).count()
    batches = list(PaperBatch.objects.filter(poll=poll).order_by("number"))
    boxed = sum(batch.boxed for batch in batches)
    told = {(one.batch_id, one.difference) for one in Explanation.objects.filter(poll=poll).order_by("pk")}
    gaps = []
    for batch in batches:
        if batch.by_hand is not None and batch.by_hand != batch.signed:
            difference = batch.by_hand - batch.signed
            gaps.append(Gap(batch, difference, (batch.pk, difference) in told))
    signed = sum(batch.signed for batch in batches)
    # What no batch accounts for: a ballot more or less than marks of the other channels, or a paper mark without a batch.
    rest = (box - boxed) - (marks - paper) + (signed - paper)
    if rest:
        gaps.append(Gap(None, rest, (None, rest) in told))
    pending = tuple(batch for batch in batches if batch.state != PaperBatch.State.SEALED)
    return Reconciliation(marks, paper, box, boxed, pending, tuple(gaps))


@transaction.atomic
def difference_explain(*, actor: Any, poll: Poll, batch: PaperBatch | None, difference: int, text: str) -> Explanation:
    """Say in public why counts differ. Raises PermissionDenied, InputError."""
    require(actor, "ballots.manage")
    if not text.strip():
        raise InputError(Text("dites d'où vient la différence", "say where the difference comes from"))
    if not any(gap.batch == batch and gap.difference == difference for gap in reconciled(poll).gaps):
        raise InputError(Text("il n'y a pas cette différence", "there is no such difference"))
    made = Explanation.objects.create(
        poll=poll, batch=batch, difference=difference, text=text.strip()[:1000], by=actor, at=timezone.now()
    )
    journal.append([telling.explained(poll, difference)])
    return made


@transaction.atomic
def poll_close(*, actor: Any, poll: Poll) -> Result:
    """Count a poll that is over and publish it. Called again, gives the result it had.

    ``actor`` None: the daily task. Raises PermissionDenied; InputError before the last second; NotReconciledError.
    """
    if actor is not None:
        require(actor, "ballots.manage")
    poll_lock(poll, alone=True)
    locked = Poll.objects.select_for_update().select_related("roll").get(pk=poll.pk)
    if locked.state == Poll.State.COUNTED:
        poll.refresh_from_db()
        return Result.objects.get(poll=locked)
    if locked.state != Poll.State.OPEN:
        raise PermissionDenied("ballots.manage")
    if not locked.over():
        raise InputError(
            Text("on ne dépouille qu'après la clôture du vote", "ballots are counted only after the vote is closed")
        )
    state = reconciled(locked)
    if not state.holds:
        raise NotReconciledError(
            Text(
                "la liste, les lots et l'urne ne concordent pas : rien n'est dépouillé tant que ce n'est pas expliqué",
                "the roll, the batches and the box do not agree: nothing is counted until that is explained",
            )
        )
    now = timezone.now()
    ballots = sorted(_opened(locked))
    contents = [content for _number, content in ballots]
    on_roll = voters_count(locked.roll)
    outcome = tallying.outcome(locked.definition, tallying.tallied(contents), voters=state.marks, on_roll=on_roll)
    leaves = [bundle.leaf(receipts.receipt(number), content) for number, content in ballots]
    Boxed.objects.filter(poll=locked).delete()
    Ballot.objects.bulk_create(
        (Ballot(id=number, poll=locked, content=content) for number, content in ballots), batch_size=CHUNK
    )
    Block.objects.bulk_create(
        Block(
            poll=locked,
            number=number,
            first=ballots[number * bundle.BLOCK][0],
            count=min(bundle.BLOCK, len(ballots) - number * bundle.BLOCK),
            root=root.hex(),
        )
        for number, root in enumerate(bundle.blocks_of(leaves))
    )
    result = Result.objects.create(
        poll=locked,
        outcome=outcome,
        root=bundle.root_over(leaves).hex(),
        ballots=len(ballots),
        voters=on_roll,
        marks=state.marks,
        turnout=turnout_of(locked),
        counted_at=now,
    )
    Unfinished.objects.filter(poll=locked).delete()
    locked.state, locked.counted_at, locked.key = Poll.State.COUNTED, now, ""
    locked.save(update_fields=["state", "counted_at", "key"])
    journal.append([telling.closed(locked, voters=state.marks, on_roll=on_roll), telling.counted(locked, result)])
    hooks.counted(locked, result)
    poll.refresh_from_db()
    return result


def _opened(poll: Poll) -> Iterator[tuple[int, str]]:
    rows = Boxed.objects.filter(poll=poll).order_by("pk").values_list("pk", "sealed")
    for number, data in rows.iterator(chunk_size=CHUNK):
        yield number, boxing.opened(reference=poll.reference, key=poll.key, number=number, data=data)


def turnout_of(poll: Poll) -> dict[str, dict[str, int | None]]:
    """Voters by channel and by area; counts under the poll's least, and those that would tell them, are None."""
    found: dict[str, Counter[str]] = {"channel": Counter(), "area": Counter()}
    rows = Turnout.objects.filter(poll=poll).order_by().values("channel", "area").annotate(n=Sum("count"))
    for row in rows.order_by("channel", "area"):
        found["channel"][row["channel"]] += row["n"]
        found["area"][row["area"]] += row["n"]
    return withhold_breakdowns(found, smallest=poll.rules.cell_least)


def voters_so_far(poll: Poll) -> int:
    """How many have voted: the one thing told of a vote under way."""
    return Turnout.objects.filter(poll=poll).aggregate(n=Sum("count"))["n"] or 0
