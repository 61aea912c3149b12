"""Tell people that something awaits them in a case; the message says where, never what."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from mandat.apps.accounts import notices
from mandat.apps.accounts.models import User
from mandat.apps.grants.models import Case, Sitting
from mandat.apps.organisations.models import Member, Rank

#: Kind, subject, sentence, and the page it leads to.
KINDS: tuple[tuple[str, Any, Any, str], ...] = (
    ("received", _("Your application is received"), _("Your application is received. Its receipt is on the site."), "grants:case"),
    ("answered", _("Your answer is received"), _("What was asked of you is received. Its receipt is on the site."), "grants:case"),
    ("withdrawn", _("An application is withdrawn"), _("An application you take part in is withdrawn."), "grants:case"),
    ("message", _("You have a message"), _("There is a message in one of your applications."), "grants:case"),
    ("reply", _("You have a message"), _("There is a message in a case you examine."), "grants:file"),
    ("party", _("Your organisation is asked to join"), _("Your organisation is asked to join an application. Say on the site whether it agrees."), "grants:parties"),
    ("complete", _("Your application is complete"), _("The service holds your application complete."), "grants:case"),
    ("asked", _("Something is asked of you"), _("The service asks you for something to go on."), "grants:case"),
    ("completion_due", _("An answer is still awaited"), _("The time to complete is nearly over."), "grants:case"),
    ("account_due", _("An account is due"), _("The day to give an account of your project is near."), "grants:case"),
    ("account_back", _("An account is sent back"), _("The service asks you to complete an account."), "grants:case"),
    ("condition_due", _("A condition is to be shown again"), _("A document of a condition of your aid is nearly over."), "grants:case"),
    ("payment", _("News of a payment"), _("There is news of a payment of your project."), "grants:case"),
    (
        "breach",
        _("A condition is examined"),
        _("The service writes to you about a condition of your aid."),
        "grants:case",
    ),
    ("recovery", _("Money to give back"), _("The service writes to you about money to give back."), "grants:case"),
    ("closed", _("Your case is closed"), _("The case of your project is closed."), "grants:case"),
    ("closing", _("A call closes soon"), _("A call for which you began an application closes soon."), "grants:case"),
    ("assigned", _("A case is given to you"), _("A case is given to you to examine."), "grants:file"),
    ("answer_due", _("An answer is due"), _("The time to answer on a case of yours is nearly over."), "grants:file"),
    ("opinions_given", _("Opinions are given"), _("The opinions awaited on a case are given."), "grants:file"),
    ("opinion_asked", _("Your opinion is asked for"), _("The service asks for your opinion."), "grants:opinion"),
    ("decided", _("A decision is made"), _("A decision is made on your application."), "grants:case"),
    (
        "convened",
        _("A committee of yours is convened"),
        _("A committee in which you sit is convened."),
        "grants:my_sitting",
    ),
    ("agreement", _("An agreement awaits you"), _("The agreement of your aid awaits your signature."), "grants:case"),
    ("opinion_due", _("Your opinion is awaited"), _("The time to give your opinion is nearly over."), "grants:opinion"),
)  # fmt: skip


def register() -> None:
    """Say to accounts what these messages are."""
    for kind, subject, sentence, url_name in KINDS:
        notices.register(f"grants.{kind}", subject, sentence, url_name)


def tell(user: User, kind: str, case: Case, *, key: str) -> None:
    """Have ``user`` told once for ``key`` and the case. ``kind`` is one of ``KINDS``."""
    notices.notify(user, f"grants.{kind}", case.reference, key=f"{case.reference}:{key}")


def tell_applicants(kind: str, case: Case, *, key: str, but: User | None = None) -> None:
    """Tell whoever may act for the applicant: the owners and editors of the organisation that leads, else whoever opened the case."""
    for user in applicants(case):
        if user != but:
            tell(user, kind, case, key=f"{key}:{user.pk}")


def tell_member(user: User, sitting: Sitting) -> None:
    """Call a member of a committee to a sitting."""
    notices.notify(user, "grants.convened", str(sitting.pk), key=f"{sitting.pk}:{user.pk}")


def tell_applicants_of(kind: str, cases: Sequence[Case], *, keys: Sequence[str]) -> None:
    """``tell_applicants`` for many cases at once, each with its key: three queries for every 500."""
    acting: dict[int, list[User]] = defaultdict(list)
    organisations = sorted({case.applicant_id for case in cases if case.applicant_id is not None})
    for start in range(0, len(organisations), 500):
        some = organisations[start : start + 500]
        rows = Member.objects.filter(organisation__in=some, rank__in=[Rank.OWNER, Rank.EDITOR], user__is_active=True)
        for one in rows.select_related("user").order_by("organisation", "user"):
            acting[one.organisation_id].append(one.user)
    alone = User.objects.in_bulk({case.opened_by_id for case in cases if case.applicant_id is None})
    wanted = [
        (user, case.reference, f"{case.reference}:{key}:{user.pk}")
        for case, key in zip(cases, keys, strict=True)
        for user in (acting[case.applicant_id] if case.applicant_id is not None else [alone[case.opened_by_id]])
    ]
    notices.notify_many(f"grants.{kind}", wanted)


def applicants(case: Case) -> list[User]:
    """In the order of their accounts."""
    if case.applicant_id is None:
        return [case.opened_by]
    return members(case.applicant_id)


def members(organisation: int) -> list[User]:
    """Owners and editors of an organisation, by its key, in the order of their accounts."""
    acting = Member.objects.filter(organisation=organisation, rank__in=[Rank.OWNER, Rank.EDITOR])
    return [one.user for one in acting.filter(user__is_active=True).select_related("user").order_by("user_id")]
