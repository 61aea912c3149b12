"""Everything about one case, for those who examine it: in a bounded number of statements, whatever it holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet

from mandat.apps.accounts.models import User
from mandat.apps.custody.sealing import with_keys
from mandat.apps.grants import access
from mandat.apps.grants.models import Case, Decision, Duty, Message, Move, Opinion, Piece, Request, Score
from mandat.apps.grants.services import instructing, opinions
from mandat.apps.grants.services.moving import today


@dataclass(slots=True)
class CaseFile:
    """The parts of a case, each in its order. What the reader may not see is empty."""

    case: Case
    where: access.Standing
    pieces: Sequence[Piece] = ()
    requests: Sequence[Request] = ()
    plan: Sequence[Any] = ()
    parties: Sequence[Any] = ()
    conditions: Sequence[Any] = ()
    opinions: Sequence[Opinion] = ()
    scores: Sequence[Score] = ()
    recusals: Sequence[Any] = ()
    visits: Sequence[Any] = ()
    letters: Sequence[Message] = ()
    notes: Sequence[Message] = ()
    moves: Sequence[Move] = ()
    decisions: Sequence[Decision] = ()
    experts: Sequence[User] = field(default_factory=tuple)

    @property
    def request(self) -> Request | None:
        """The completion that is awaited."""
        return next((one for one in self.requests if one.closed_on is None), None)

    @property
    def proposal(self) -> Move | None:
        """The last proposal, whose reason is its motive."""
        return next((one for one in reversed(self.moves) if one.name == "propose"), None)

    @property
    def unread(self) -> bool:
        return any(not one.from_service and one.read_at is None for one in self.letters)


def case_file(user: User, case: Case, where: access.Standing) -> CaseFile:
    """The file as ``user`` may read it."""

    def of(rows: QuerySet[Any], *related: str) -> list[Any]:
        # The case is at hand: what is sealed under its key asks the database for nothing.
        found = with_keys(rows.select_related(*related))
        for one in found:
            one.case = case
        return found

    said = of(case.messages.order_by("pk"), "author")
    internal = access.allows(where, "internal")
    return CaseFile(
        case=case,
        where=where,
        pieces=list(case.pieces.select_related("upload", "judged_by").order_by("code", "pk")),
        requests=of(case.requests.order_by("pk"), "asked_by"),
        plan=list(case.plan.order_by("position", "pk")),
        parties=list(case.parties.select_related("organisation").order_by("pk")),
        conditions=of(case.conditions.order_by("condition")),
        opinions=of(opinions.readable(user, case, where)),
        scores=of(case.scores.order_by("pk"), "scorer") if access.allows(where, "opinions") else [],
        recusals=of(case.recusals.order_by("pk"), "user"),
        visits=of(case.visits.order_by("on", "pk"), "by"),
        letters=[one for one in said if not one.internal] if access.allows(where, "messages") else [],
        notes=[one for one in said if one.internal] if internal else [],
        moves=of(case.moves.order_by("pk"), "actor"),
        decisions=of(case.decisions.order_by("rank"), "decided_by"),
    )


def experts_of(case: Case) -> list[User]:
    """Experts posted to its scheme who are not asked yet and have no tie to the case, by name."""
    posts = access.in_post(case.programme, case.scheme).filter(duty=Duty.EXPERT)
    people = User.objects.filter(pk__in=posts.values("user"), is_active=True).order_by("name", "pk")[:200]
    barred = instructing.conflicted_of(case) | set(case.opinions.values_list("expert", flat=True))
    return [one for one in people if one.pk not in barred]


def late(case: Case) -> bool:
    """Whether the Region's own answer is overdue."""
    return case.due_on is not None and case.due_on < today() and case.state != "incomplete"
