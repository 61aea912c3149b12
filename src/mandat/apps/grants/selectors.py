"""Questions about cases on the applicant's side: one's list, one's parts in joint applications, what is unread."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Count, Q, QuerySet

from mandat.apps.accounts.models import User
from mandat.apps.grants.models import Case, Message, Party
from mandat.apps.organisations.models import Member, Rank

#: Cases a page of the list shows.
PAGE = 30


def cases_of(user: User, programme: str) -> QuerySet[Case]:
    """Cases of the organisations one belongs to, those one opened in one's own name, and those one was let into; latest first."""
    organisations = Member.objects.filter(user=user).values("organisation")
    mine = (
        Q(applicant__in=organisations)
        | Q(applicant=None, opened_by=user)
        | Q(pk__in=user_shares(user))
        | Q(pk__in=Party.objects.filter(organisation__in=organisations).values("case"))
    )
    return Case.objects.filter(mine, programme=programme).select_related("applicant").order_by("-pk")


def user_shares(user: User) -> QuerySet[Case, int]:
    """Keys of the cases one was let into."""
    return Case.objects.filter(shares__user=user).order_by().values_list("pk", flat=True)


def parties_to_answer(user: User, programme: str) -> QuerySet[Party]:
    """Parts of joint applications that await the agreement of an organisation one may speak for."""
    mine = Member.objects.filter(user=user, rank__in=[Rank.OWNER, Rank.EDITOR]).values("organisation")
    waiting = Party.objects.filter(
        organisation__in=mine, agreed_at=None, case__state="draft", case__programme=programme
    )
    return waiting.select_related("organisation", "case__applicant").order_by("pk")


def unread(cases: Iterable[Case]) -> dict[int, int]:
    """Messages of the service not read yet, by case."""
    rows = (
        Message.objects.filter(case__in=[case.pk for case in cases], from_service=True, internal=False, read_at=None)
        .order_by()
        .values("case")
        .annotate(n=Count("pk"))
    )
    return {row["case"]: row["n"] for row in rows}


def waiting_messages(case: Case) -> QuerySet[Message]:
    """What both sides wrote, without the notes of the service."""
    return Message.objects.filter(case=case, internal=False).select_related("author", "case__subject").order_by("pk")
