"""Add signatures up, cross thresholds in their order, set their consequences going once, and take them back where fraud was found.

Run from the counters, in batches: by ``petitions_run`` (every minute, and every day), and by the servers themselves after a signature, no more
often than ``EVERY`` seconds for a petition, but at each signature near a threshold. Whoever looks holds the petition's row: the others go on.
"""

from __future__ import annotations

import datetime as dt
import time

from django.db import transaction
from django.db.models import Q, Sum
from django.utils import timezone

from mandat.apps.accounts.models import User
from mandat.apps.participation.schema.deciding import Threshold
from mandat.apps.petitions.machine import State
from mandat.apps.petitions.models import Crossing, Petition, Tally
from mandat.apps.petitions.services import consequences
from mandat.apps.petitions.services.moving import append, line, today
from mandat.apps.petitions.terms import Terms, terms_of
from mandat.apps.petitions.words import CONSEQUENCES

#: Seconds between two looks of one process at one petition.
EVERY = 2.0
#: So near a threshold, every signature has the petition looked at.
NEAR = 100
Status = Crossing.Status

_looked: dict[int, tuple[float, int]] = {}


def total_of(petition: Petition) -> int:
    """The exact number of valid signatures, from the counters."""
    return int(Tally.objects.filter(petition=petition).aggregate(n=Sum("n"))["n"] or 0)


def by_departement(petition: Petition) -> dict[str, int]:
    rows = (
        Tally.objects.filter(petition=petition).values_list("departement").annotate(n=Sum("n")).order_by("departement")
    )
    return dict(list(rows))


def signed(petition: Petition) -> None:
    """Called once a signature is committed: look at the petition if it is time."""
    now = time.monotonic()
    last, left = _looked.get(petition.pk, (float("-inf"), 0))
    if left > NEAR and now - last < EVERY:
        _looked[petition.pk] = (last, left - 1)
        return
    _looked[petition.pk] = (now, NEAR + 1)
    if len(_looked) > 10_000:
        _looked.clear()
    found = look(petition=petition, wait=False)
    if found is not None:
        _looked[petition.pk] = (now, found)


@transaction.atomic
def look(*, petition: Petition, wait: bool = True) -> int | None:
    """Add a petition up and cross what is to be crossed. Returns signatures left to the next threshold (a large number past the last).

    None where another process is looking (and ``wait`` is False), or where nothing can be crossed any more.
    """
    found = (
        Petition.objects.select_for_update(no_key=True, skip_locked=not wait, of=("self",))
        .filter(pk=petition.pk)
        .first()
    )
    if found is None or found.state not in (State.OPEN, State.ENDED):
        return None
    terms = terms_of(found)
    parts = by_departement(found)
    total = sum(parts.values())
    reached = [
        _reached(one, need, total, parts) for one, need in zip(terms.component.thresholds, terms.needs, strict=True)
    ]
    known = {one.threshold: one for one in Crossing.objects.filter(petition=found).order_by("rank")}
    below = False
    for rank, (threshold, need) in enumerate(zip(terms.component.thresholds, terms.needs, strict=True)):
        # In their order: what comes after a threshold that is not reached waits for it.
        below = below or not reached[rank]
        crossing = known.get(threshold.code)
        if crossing is None and not below:
            _cross(found, terms, threshold, rank, need, total)
        elif crossing is not None and crossing.status == Status.SUSPENDED and not below:
            _resume(found, terms, crossing, threshold)
    left = next((need - total for need in terms.needs if need > total), None)
    moved = [name for name, value in (("total", total), ("left", left)) if getattr(found, name) != value]
    if moved:
        found.total, found.left, found.counted_at = total, left, timezone.now()
        found.save(update_fields=["total", "left", "counted_at"])
    petition.total, petition.left = total, left
    return NEAR * 1000 if left is None else left


def _reached(threshold: Threshold, need: int, total: int, parts: dict[str, int]) -> bool:
    spread = sum(1 for code, n in parts.items() if code and n >= threshold.each) if threshold.departments else 0
    return total >= need and spread >= threshold.departments


def _cross(petition: Petition, terms: Terms, threshold: Threshold, rank: int, need: int, total: int) -> None:
    due = today() + dt.timedelta(days=threshold.answer.days)
    made = Crossing.objects.create(
        petition=petition, threshold=threshold.code, rank=rank, needed=need, consequence=threshold.consequence,
        body=threshold.answer.body, crossed_at=timezone.now(), due_on=due,
    )  # fmt: skip
    append(
        line(
            "petitions.threshold_crossed.v1", petition, terms, threshold=threshold.code, needed=need,
            consequence=threshold.consequence, consequence_label=CONSEQUENCES[threshold.consequence].fr,
            body=threshold.answer.body, due_on=due,
        )
    )  # fmt: skip
    consequences.follow(petition, terms, made)


def _resume(petition: Petition, terms: Terms, crossing: Crossing, threshold: Threshold) -> None:
    """A threshold crossed again goes on where it was: its consequence is not set going twice, its deadline runs anew."""
    due = today() + dt.timedelta(days=threshold.answer.days)
    crossing.status, crossing.suspended_at, crossing.due_on = Status.ACTIVE, None, due
    crossing.round += 1
    crossing.save(update_fields=["status", "suspended_at", "due_on", "round"])
    append(
        line(
            "petitions.threshold_crossed.v1", petition, terms, threshold=threshold.code, needed=crossing.needed,
            consequence=crossing.consequence, consequence_label=CONSEQUENCES[crossing.consequence].fr,
            body=crossing.body, due_on=due,
        )
    )  # fmt: skip
    consequences.resume(petition, terms, crossing)


@transaction.atomic
def roll_back(*, actor: User, petition: Petition) -> list[Crossing]:
    """Suspend the thresholds a petition (locked) no longer reaches once signatures were invalidated. What was answered stays answered."""
    terms = terms_of(petition)
    parts = by_departement(petition)
    total = sum(parts.values())
    gone: list[Crossing] = []
    for crossing in (
        Crossing.objects.select_for_update().filter(petition=petition, status=Status.ACTIVE).order_by("-rank")
    ):
        threshold = terms.component.threshold(crossing.threshold)
        if threshold is None or _reached(threshold, crossing.needed, total, parts):
            continue
        crossing.status, crossing.suspended_at = Status.SUSPENDED, timezone.now()
        crossing.save(update_fields=["status", "suspended_at"])
        append(
            line(
                "petitions.threshold_rolled_back.v1", petition, terms, threshold=crossing.threshold, needed=crossing.needed,
                consequence=crossing.consequence,
            )
        )  # fmt: skip
        consequences.suspend(petition, terms, crossing, actor=actor)
        gone.append(crossing)
    petition.total, petition.counted_at = total, timezone.now()
    petition.left = next((need - total for need in terms.needs if need > total), None)
    petition.save(update_fields=["total", "left", "counted_at"])
    return gone


def look_all(*, programme: str) -> int:
    """Look at every petition that may be signed. Returns how many."""
    wanted = Petition.objects.filter(Q(state=State.OPEN) | Q(state=State.ENDED), programme=programme).order_by("pk")
    done = 0
    for petition in wanted.iterator(chunk_size=200):
        done += look(petition=petition) is not None
    return done
