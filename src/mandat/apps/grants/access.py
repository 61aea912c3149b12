"""Who may do what with one case: one table for services, views and files, tested as a matrix.

Two sides never meet in one person: whoever belongs to an organisation of the case, opened it, or was let into it is of the applicant's
side and has no duty there; whoever recused themselves has none either.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.utils import timezone

from mandat.apps.accounts.models import User
from mandat.apps.accounts.permissions import may as may_by_role
from mandat.apps.grants.models import Case, Duty, Item, Opinion, Party, Post, Recusal, Shared
from mandat.apps.grants.seats import seats_of
from mandat.apps.organisations.models import Member, Rank

#: What an account's role must allow, besides its post, for a duty to be worth anything.
BY_ROLE: dict[str, str] = {
    Duty.READ: "grants.read",
    Duty.INSTRUCT: "grants.instruct",
    Duty.DECIDE: "grants.decide",
    Duty.PAY: "grants.pay",
}


@dataclass(frozen=True, slots=True)
class Standing:
    """Where someone stands towards a case. ``rank`` is what they may do on the applicant's side, empty for none."""

    rank: str = ""
    duties: frozenset[str] = frozenset()
    expert: bool = False
    seat: bool = False
    overview: bool = False
    recused: bool = False

    @property
    def service(self) -> bool:
        """Whether they act for the Region here."""
        return bool(self.duties)


_EDITS = frozenset({Rank.OWNER, Rank.EDITOR})
_VERBS: dict[str, Callable[[Standing], bool]] = {
    "see": lambda s: bool(s.rank or s.service or s.expert or s.seat or s.overview),
    # The applicant's side.
    "edit": lambda s: s.rank in _EDITS,
    "share": lambda s: s.rank == Rank.OWNER,
    "withdraw": lambda s: s.rank == Rank.OWNER,
    # The Region's side.
    "examine": lambda s: Duty.INSTRUCT in s.duties,
    "decide": lambda s: Duty.DECIDE in s.duties,
    "pay": lambda s: Duty.PAY in s.duties,
    "history": lambda s: bool(s.rank or s.service or s.overview),
    "write": lambda s: s.rank in _EDITS or Duty.INSTRUCT in s.duties,
    "messages": lambda s: bool(s.rank or s.service or s.overview),
    "opinions": lambda s: bool(s.duties & {Duty.INSTRUCT, Duty.DECIDE} or s.seat or s.overview),
    "internal": lambda s: bool(s.service or s.overview),
    "money": lambda s: bool(s.rank or s.service or s.overview),
    "opine": lambda s: s.expert,
    # Where the grid is blind, only experts score: who examines the case knows who applies (``services.scoring``).
    "score": lambda s: s.expert or Duty.INSTRUCT in s.duties,
    "visit": lambda s: s.expert or Duty.INSTRUCT in s.duties,
    "recuse": lambda s: bool(s.service or s.expert or s.seat),
    "vote": lambda s: s.seat,
}  # fmt: skip
VERBS = tuple(_VERBS)


def standing(user: Any, case: Case) -> Standing:
    """Where ``user`` stands. At most six short queries; none for visitors."""
    if not getattr(user, "is_authenticated", False) or not user.is_active:
        return Standing()
    rank = applicant_rank(user, case)
    if rank:
        return Standing(rank=rank)
    if Recusal.objects.filter(case=case, user=user).exists():
        return Standing(recused=True)
    return Standing(
        duties=duties(user, case.programme, case.scheme),
        expert=Opinion.objects.filter(case=case, expert=user).exists(),
        seat=_sits(user, case),
        overview=may_by_role(user, "grants.read_all"),
    )


def may(user: Any, case: Case, verb: str) -> bool:
    """Whether ``user`` may do ``verb``, one of ``VERBS``. Raises KeyError for another."""
    return _VERBS[verb](standing(user, case))


def allows(where: Standing, verb: str) -> bool:
    """The same for a standing already read."""
    return _VERBS[verb](where)


def require(user: Any, case: Case, verb: str) -> Standing:
    """Raise PermissionDenied unless ``user`` may do ``verb``; else where they stand."""
    where = standing(user, case)
    if not allows(where, verb):
        raise PermissionDenied(f"grants.{verb}")
    return where


def require_any(user: Any, case: Case, verbs: Iterable[str]) -> Standing:
    """Raise PermissionDenied unless ``user`` may do one of ``verbs``; else where they stand."""
    where = standing(user, case)
    if not any(allows(where, verb) for verb in verbs):
        raise PermissionDenied(f"grants.{next(iter(verbs))}")
    return where


def applicant_rank(user: User, case: Case) -> str:
    """The highest rank on the applicant's side: of the organisations, of whoever opened it, of those let in."""
    ranks = set(_memberships(user, case))
    if case.applicant_id is None and case.opened_by_id == user.pk:
        ranks.add(Rank.OWNER)
    for may_edit in Shared.objects.filter(case=case, user=user).values_list("may_edit", flat=True):
        ranks.add(Rank.EDITOR if may_edit else Rank.READER)
    return next((str(rank) for rank in (Rank.OWNER, Rank.EDITOR, Rank.READER) if rank in ranks), "")


def _memberships(user: User, case: Case) -> QuerySet[Member, str]:
    """Ranks in the organisation that leads; those who belong to another party read, fill and agree to their own part."""
    theirs = Q(organisation__in=Party.objects.filter(case=case).values("organisation"))
    if case.applicant_id is not None:
        theirs |= Q(organisation=case.applicant_id)
    return Member.objects.filter(theirs, user=user).values_list("rank", flat=True)


def conflicted(user: User, case: Case) -> bool:
    """Whether someone is of the applicant's side or has recused themselves: they take no part in instructing or deciding."""
    return bool(applicant_rank(user, case)) or Recusal.objects.filter(case=case, user=user).exists()


def in_post(programme: str, scheme: str) -> QuerySet[Post]:
    """The posts that count for a scheme today."""
    today = timezone.localdate()
    found = Post.objects.filter(programme=programme, scheme__in=["", scheme], since__lte=today)
    return found.filter(Q(until__isnull=True) | Q(until__gte=today))


def duties(user: User, programme: str, scheme: str) -> frozenset[str]:
    """What someone does for the cases of a scheme, where their role allows it."""
    posts = set(in_post(programme, scheme).filter(user=user).values_list("duty", flat=True))
    return frozenset(duty for duty in posts if duty in BY_ROLE and may_by_role(user, BY_ROLE[duty]))


def schemes_of(user: User, programme: str, *any_of: str) -> frozenset[str] | None:
    """Codes of the schemes on which someone has one of these duties (any duty where none is named); None: all of them."""
    if may_by_role(user, "grants.read_all") and not any_of:
        return None
    wanted = [duty for duty in (any_of or BY_ROLE) if duty in BY_ROLE and may_by_role(user, BY_ROLE[duty])]
    today = timezone.localdate()
    posts = Post.objects.filter(programme=programme, user=user, duty__in=wanted, since__lte=today)
    codes = frozenset(posts.filter(Q(until__isnull=True) | Q(until__gte=today)).values_list("scheme", flat=True))
    return None if "" in codes else codes


def _sits(user: User, case: Case) -> bool:
    """Whether the case is on the agenda of a committee someone sits in, on the day of that sitting."""
    bodies = Item.objects.filter(case=case).values_list("sitting__body", "sitting__on")
    held = seats_of(case.programme, user)
    return bool(held) and any(
        body == seat and since <= on and (until is None or on <= until)
        for body, on in bodies
        for seat, since, until in held
    )
