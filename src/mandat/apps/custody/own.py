"""What accounts, the programme's back office and custody itself keep: registered here, above the apps that hold it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db.models import ProtectedError, QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from mandat.apps.accounts import services as accounts
from mandat.apps.accounts.models import AuditLine, Draft, Notice, User
from mandat.apps.custody import personal, retention, services, uploads
from mandat.apps.custody.models import PersonalRequest, RetentionRun, StoredFile, Subject
from mandat.apps.custody.personal import HeldFile, Kept, Record, Value, record
from mandat.apps.custody.retention import Basis, Lasts
from mandat.apps.custody.subjects import subject_erase
from mandat.apps.programme.models import Declaration

_ACCOUNT_MODELS = ("accounts.User", "accounts.RoleGrant", "accounts.AuditLine", "accounts.Notice", "custody.Subject")


def _account(user: User) -> list[Record]:
    found = [record(user, "email", "name", "language", "date_joined", "last_login", title=_("Account"))]
    found += [
        record(grant, "role", ("granted_at", _("given on")), title=_("Role"))
        for grant in user.role_grants.order_by("granted_at")
    ]
    for address in EmailAddress.objects.filter(user=user).order_by("pk"):
        found.append(
            record(
                address,
                "email",
                ("verified", pgettext_lazy("address", "checked")),
                ("primary", _("main one")),
                title=_("E-mail address"),
            )
        )
    for factor in Authenticator.objects.filter(user=user).order_by("pk"):
        found.append(
            record(
                factor,
                ("type", _("sort")),
                ("created_at", _("set up on")),
                ("last_used_at", _("last used on")),
                title=_("Second factor"),
            )
        )
    for identity in SocialAccount.objects.filter(user=user).order_by("pk"):
        found.append(
            record(
                identity,
                ("provider", _("provider")),
                ("uid", _("identifier")),
                ("date_joined", _("since")),
                title=_("Identity provider"),
            )
        )
    for session in UserSession.objects.filter(user=user).order_by("pk"):
        seen = (Value("opened_at", _("opened on"), session.created_at), Value("address", _("address"), session.ip))
        found.append(Record(_("Session"), (*seen, Value("browser", _("browser"), session.user_agent))))
    found += [
        record(line, ("at", _("when")), ("what", _("what")), ("detail", _("detail")), title=_("What you did"))
        for line in AuditLine.objects.filter(actor=user).order_by("at")
    ]
    return found


def _drafts(user: User) -> list[Record]:
    return [
        record(draft, ("form", _("form")), ("saved_at", _("saved on")), ("data", _("what you typed")), title=_("Draft"))
        for draft in user.drafts.order_by("form")
    ]


def _declarations(user: User) -> list[Record]:
    found = Declaration.objects.filter(declared_by=user) | Declaration.objects.filter(settled_by=user)
    return [
        record(
            one,
            ("commitment", _("commitment")),
            ("fact_index", _("fact")),
            ("kind", _("sort")),
            ("state", _("state")),
            ("declared_at", _("declared on")),
            ("settled_at", _("settled on")),
        )
        for one in found.distinct().order_by("declared_at", "pk")
    ]


def _declarations_stay(user: User) -> list[Kept]:
    if not (Declaration.objects.filter(declared_by=user) | Declaration.objects.filter(settled_by=user)).exists():
        return []
    return [
        Kept(
            _("an emptied account, without name or address, beside the acts you declared or confirmed"),
            _("it proves that two different people looked at each of them"),
            _("as long as the programme is published"),
        )
    ]


def _requests(user: User) -> list[Record]:
    found = PersonalRequest.objects.filter(user=user).order_by("asked_at")
    return [record(one, "kind", "asked_at", "holdings", "closes_account") for one in found]


def _requests_stay(user: User) -> list[Kept]:
    return [
        Kept(
            _("the day of your requests about your data, without your name"),
            _("the region must be able to show that it answered"),
            _("three years"),
        )
    ]


def _my_files(user: User) -> QuerySet[StoredFile]:
    found = StoredFile.objects.filter(subject__user=user) | StoredFile.objects.filter(sender=user)
    return found.select_related("subject").distinct().order_by("received_at", "pk")


def _files_shown(user: User) -> list[Record]:
    return [record(stored, "name", "kind", "size", "state", "received_at") for stored in _my_files(user)]


def _files(user: User) -> Iterator[HeldFile]:
    for stored in _my_files(user):
        if stored.state == StoredFile.State.READY and stored.subject.erased_at is None:
            yield HeldFile(str(stored.name), partial(uploads.read, stored))


def _erase_files(user: User) -> None:
    """Files about the person, unless their purpose keeps them; those sent for others stay without their name."""
    for stored in StoredFile.objects.filter(subject__user=user).order_by("pk"):
        if uploads.erasable(stored):
            with suppress(ProtectedError):  # a case still needs it, and says so among what stays
                stored.delete()
    StoredFile.objects.filter(sender=user).update(sender=None)


def _erase_drafts(user: User) -> None:
    user.drafts.all().delete()


def _nothing(user: User) -> None:
    """What goes with the account itself, or stays."""


def _forget_keys(rows: QuerySet[Any]) -> int:
    found = list(rows.order_by("pk"))
    for subject in found:
        subject_erase(subject=subject)
    return len(found)


def register() -> None:
    """Called once, when the apps are ready."""
    accounts.on_deletion(services.erase_with_account)
    personal.register(
        code="accounts.account", title=_("Your account"), models=_ACCOUNT_MODELS, export=_account, erase=_nothing,
        with_account=True,
    )  # fmt: skip
    personal.register(
        code="accounts.drafts", title=_("What you began to write"), models=("accounts.Draft",), export=_drafts,
        erase=_erase_drafts,
    )  # fmt: skip
    personal.register(
        code="programme.declarations", title=_("What you declared or confirmed as an agent"),
        models=("programme.Declaration",), export=_declarations, erase=_nothing, stays=_declarations_stay,
        with_account=True,
    )  # fmt: skip
    personal.register(
        code="custody.requests", title=_("Your requests about your data"), models=("custody.PersonalRequest",),
        export=_requests, erase=_nothing, stays=_requests_stay, with_account=True,
    )  # fmt: skip
    personal.register(
        code="custody.files", title=_("Files you sent"), models=("custody.StoredFile",), export=_files_shown,
        erase=_erase_files, files=_files,
    )  # fmt: skip
    _treatments()


def _treatments() -> None:
    holders = _("People who have an account")
    retention.register(
        code="accounts.account",
        title=_("Accounts"),
        purpose=_("Let people sign in, and give each the rights of their roles."),
        data=_("E-mail address, name where given, language, roles, second factors, sessions."),
        people=holders,
        basis=Basis.PUBLIC_TASK,
        after=_("As long as the account is open."),
        models=("accounts.User", "accounts.RoleGrant", "custody.Subject"),
    )
    retention.register(
        code="accounts.audit",
        title=_("Changes of roles and publications"),
        purpose=_("Show who gave which role and who published which version."),
        data=_("Who, whom, what and when."),
        people=_("Agents and administrators"),
        basis=Basis.LEGITIMATE_INTEREST,
        lasts=Lasts(years=5),
        after=_("the act"),
        models=("accounts.AuditLine",),
        due=lambda before: AuditLine.objects.filter(at__lt=before),
    )
    retention.register(
        code="accounts.drafts",
        title=_("Drafts of forms"),
        purpose=_("Lose nothing of what was typed before it is sent."),
        data=_("What was typed."),
        people=holders,
        basis=Basis.PUBLIC_TASK,
        lasts=Lasts(months=6),
        after=_("the last change"),
        models=("accounts.Draft",),
        due=lambda before: Draft.objects.filter(saved_at__lt=before),
    )
    retention.register(
        code="accounts.notices",
        title=_("E-mails that tell of something on the site"),
        purpose=_("Tell people that something awaits them, once."),
        data=_("Which kind of message was sent to which account, and when."),
        people=holders,
        basis=Basis.PUBLIC_TASK,
        lasts=Lasts(months=3),
        after=_("sending"),
        models=("accounts.Notice",),
        due=lambda before: Notice.objects.filter(made_at__lt=before),
    )
    retention.register(
        code="accounts.sessions",
        title=_("Sessions"),
        purpose=_("Keep people signed in, and let them see where they are."),
        data=_("Address on the network, browser, day."),
        people=holders,
        basis=Basis.PUBLIC_TASK,
        lasts=Lasts(days=1),
        after=_("the end of the session"),
        models=("sessions.Session",),
        due=_ended_sessions,
    )
    retention.register(
        code="programme.declarations",
        title=_("Acts declared and confirmed by agents"),
        purpose=_("Have every declared figure seen by two people."),
        data=_("Who declared and who confirmed."),
        people=_("Agents"),
        basis=Basis.PUBLIC_TASK,
        after=_("As long as the programme is published; without name once the account is closed."),
        models=("programme.Declaration",),
    )
    retention.register(
        code="custody.requests",
        title=_("Requests about one's data"),
        purpose=_("Show that requests were answered."),
        data=_("The day and the kind of request."),
        people=holders,
        basis=Basis.LEGAL_OBLIGATION,
        reference=_("GDPR, article 5.2"),
        lasts=Lasts(years=3),
        after=_("the request"),
        models=("custody.PersonalRequest",),
        due=lambda before: PersonalRequest.objects.filter(asked_at__lt=before),
    )
    retention.register(
        code="custody.keys",
        title=_("Keys of persons"),
        purpose=_("Make unreadable, also in copies, what is no longer kept about someone."),
        data=_("A random key."),
        people=_("People about whom something is sealed"),
        basis=Basis.LEGAL_OBLIGATION,
        reference=_("GDPR, article 32"),
        lasts=Lasts(days=30),
        after=_("nothing refers to the person any more"),
        models=("custody.Subject",),
        due=_unneeded_keys,
        apply=_forget_keys,
    )
    retention.register(
        code="custody.unattached",
        title=_("Files sent and left"),
        purpose=_("Give those who fill in a form the time to send it."),
        data=_("Files sent with a form that was not finished."),
        people=_("People who send files"),
        basis=Basis.PUBLIC_TASK,
        lasts=Lasts(days=7),
        after=_("their arrival, where no case holds them; the others go with their case"),
        models=("custody.StoredFile",),
        due=lambda before: uploads.unattached().filter(received_at__lt=before),
    )
    retention.register(
        code="custody.runs",
        title=_("Passages of the retention"),
        purpose=_("Show that what is written here is applied."),
        data=_("Counts, without any person."),
        people=_("Nobody"),
        basis=Basis.LEGITIMATE_INTEREST,
        lasts=Lasts(years=5),
        after=_("the passage"),
        models=("custody.RetentionRun",),
        due=lambda before: RetentionRun.objects.filter(started_at__lt=before),
    )


def _ended_sessions(before: dt.datetime) -> QuerySet[Session]:
    return Session.objects.filter(expire_date__lt=before)


def _unneeded_keys(before: dt.datetime) -> QuerySet[Subject]:
    """Persons opened before, whom nothing names: those just opened may not be referred to yet."""
    return services.unneeded_subjects().filter(created_at__lt=before)
