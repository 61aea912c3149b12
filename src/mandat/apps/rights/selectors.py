"""What pages ask: queues read by index, whatever their length, and the file of one claim in a bounded number of statements."""

from __future__ import annotations

import base64
import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Prefetch, Q, QuerySet

from mandat.apps.accounts.models import User
from mandat.apps.rights.models import Benefit, Claim, Decision, Message, Payment
from mandat.apps.rights.services.moving import today

#: Claims on one page of the queue.
PAGE = 50
#: A count beyond this is not worth its cost: "more than 1,000".
COUNTED = 1_000
#: Said as a list: SQLite finds no index for a bare ``WHERE is_open``.
OPEN_ONES = (True,)
#: Due within so many days is soon.
SOON = 7


@dataclass(frozen=True, slots=True)
class Wanted:
    """How the queue is narrowed. ``mine``: assigned to me; ``free``: to nobody; ``late``, ``soon``: by the day due."""

    right: str = ""
    state: str = ""
    mine: bool = False
    free: bool = False
    when: str = ""
    unread: bool = False
    reference: str = ""


def queue(programme: str, user: User, wanted: Wanted) -> QuerySet[Claim]:
    """Claims that agents deal with, the soonest due first; what is not due (waiting for evidence) last. Drafts are nobody's business."""
    found = Claim.objects.filter(programme=programme)
    found = found.filter(state=wanted.state) if wanted.state else found.filter(is_open__in=OPEN_ONES)
    if wanted.right:
        found = found.filter(right=wanted.right)
    if wanted.mine:
        found = found.filter(assigned_to=user)
    if wanted.free:
        found = found.filter(assigned_to__isnull=True)
    day = today()
    if wanted.when == "late":
        found = found.filter(due_on__lt=day)
    if wanted.when == "soon":
        found = found.filter(due_on__gte=day, due_on__lte=day + dt.timedelta(days=SOON))
    if wanted.unread:
        found = found.filter(
            Exists(Message.objects.filter(claim=OuterRef("pk"), from_service=False, read_at__isnull=True))
        )
    if wanted.reference:
        found = found.filter(reference=wanted.reference.strip().upper())
    return found


@dataclass(frozen=True, slots=True)
class Slice:
    """One page of a queue; ``older`` and ``first`` are cursors of its neighbours, empty where there is none."""

    claims: Sequence[Claim]
    following: str = ""
    started: bool = False


def page(found: QuerySet[Claim], cursor: str = "", *, size: int = PAGE) -> Slice:
    """A page of ``found`` after ``cursor``, by (day due, number), those not due last. Read by index: the hundredth page costs what the first does."""
    after = _read(cursor)
    dated = found.filter(due_on__isnull=False).order_by("due_on", "id")
    undated = found.filter(due_on__isnull=True).order_by("id")
    rows: list[Claim] = []
    if after is None or after[0] is not None:
        if after is not None:
            dated = dated.filter(Q(due_on__gt=after[0]) | Q(due_on=after[0], id__gt=after[1]))
        rows = list(dated.select_related("assigned_to")[: size + 1])
        if len(rows) <= size:
            rows += list(undated.select_related("assigned_to")[: size + 1 - len(rows)])
    else:
        rows = list(undated.filter(id__gt=after[1]).select_related("assigned_to")[: size + 1])
    more = len(rows) > size
    rows = rows[:size]
    return Slice(rows, _write(rows[-1]) if more else "", started=after is not None)


def _write(claim: Claim) -> str:
    text = json.dumps([claim.due_on.isoformat() if claim.due_on else None, claim.pk])
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _read(cursor: str) -> tuple[dt.date | None, int] | None:
    """None for no cursor, and for one that nobody wrote."""
    if not cursor:
        return None
    try:
        day, pk = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        return (dt.date.fromisoformat(day) if day is not None else None), int(pk)
    except (ValueError, TypeError):
        return None


def at_most(found: QuerySet[Any], most: int = COUNTED) -> int:
    """How many rows, counted up to ``most`` + 1."""
    return found.order_by()[: most + 1].count()


def unread_of(claims: Sequence[Claim], *, from_service: bool = False) -> dict[int, int]:
    """Messages not read yet, by claim."""
    rows = Message.objects.filter(
        claim__in=[claim.pk for claim in claims], from_service=from_service, read_at__isnull=True
    )
    return dict(rows.values_list("claim").annotate(n=Count("pk")).order_by("claim"))


def claims_of(user: User, programme: str) -> list[Claim]:
    """A person's claims, the latest first, with their benefits."""
    found = Claim.objects.filter(claimant=user, programme=programme).order_by("-id")
    return list(
        found.prefetch_related(Prefetch("decisions", Decision.objects.select_related("benefit").order_by("rank")))[:200]
    )


@dataclass(slots=True)
class File:
    """Everything about one claim."""

    claim: Claim
    decisions: list[Decision]
    pieces: list[Any]
    requests: list[Any]
    messages: list[Any]
    moves: list[Any]
    payments: list[Payment] = field(default_factory=list)

    @property
    def decision(self) -> Decision | None:
        """The last decision."""
        return self.decisions[-1] if self.decisions else None

    @property
    def benefit(self) -> Benefit | None:
        """What the last decision that gave something gives."""
        held = [decision.benefit for decision in self.decisions if hasattr(decision, "benefit")]
        return held[-1] if held else None

    @property
    def request(self) -> Any:
        """The request for evidence that runs."""
        return next((one for one in self.requests if one.closed_on is None), None)

    @property
    def appeal(self) -> Any:
        """The last appeal."""
        held = [decision.appeal for decision in self.decisions if hasattr(decision, "appeal")]
        return held[-1] if held else None


def file_of(claim: Claim) -> File:
    """The file of one claim, in seven statements."""
    return File(
        claim=claim,
        decisions=list(
            claim.decisions.select_related("benefit", "appeal", "appeal__decided_by", "author").order_by("rank")
        ),
        pieces=list(claim.pieces.order_by("code", "pk")),
        requests=list(claim.requests.order_by("pk")),
        messages=list(claim.messages.select_related("author").order_by("pk")),
        moves=list(claim.moves.select_related("actor").order_by("pk")),
        payments=list(Payment.objects.filter(benefit__decision__claim=claim).order_by("period_start", "pk")),
    )


def counts_by_right(programme: str) -> Mapping[str, int]:
    """Persons who hold each right today."""
    rows = Benefit.objects.filter(programme=programme, status=Benefit.Status.ACTIVE, starts_on__lte=today())
    return dict(rows.values_list("right").annotate(n=Count("holder", distinct=True)).order_by("right"))


def late_count(programme: str) -> int:
    """Claims whose answer is overdue, up to ``COUNTED``."""
    waiting = Claim.objects.filter(programme=programme, is_open__in=OPEN_ONES, due_on__lt=today())
    return at_most(waiting)


def assignable(programme: str) -> QuerySet[User]:
    """Accounts that instruct."""
    return User.objects.filter(role_grants__role="agent", is_active=True).order_by(F("name").asc(), "pk")
