"""Acts on accounts: roles, deletion, export, drafts. None of them is a public fact."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.db import transaction
from django.db.models import ProtectedError
from django.utils import timezone

from mandat.apps.accounts.models import AuditLine, Draft, Role, RoleGrant, User
from mandat.apps.accounts.permissions import require
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

LAST_ADMINISTRATOR = Text(
    "c'est le dernier compte d'administration : donnez d'abord ce rôle à une autre personne",
    "this is the last administrator: give the role to someone else first",
)


@transaction.atomic
def role_grant(*, actor: User | None, user: User, role: str) -> bool:
    """Give a role. False where the account held it already. ``actor`` None is the command line."""
    _check(actor, role)
    _, new = RoleGrant.objects.get_or_create(user=user, role=role)
    if new:
        AuditLine.objects.create(actor=actor, target=user, what=AuditLine.What.GRANTED, detail=role)
        user.__dict__.pop("roles", None)
    return new


@transaction.atomic
def role_withdraw(*, actor: User | None, user: User, role: str) -> None:
    """Take back a role. Raises InputError for the last administrator."""
    _check(actor, role)
    if role == Role.ADMINISTRATOR:
        keep_an_administrator(user)
    gone, _ = RoleGrant.objects.filter(user=user, role=role).delete()
    if gone:
        AuditLine.objects.create(actor=actor, target=user, what=AuditLine.What.WITHDRAWN, detail=role)
        user.__dict__.pop("roles", None)


def _check(actor: User | None, role: str) -> None:
    if actor is not None:
        require(actor, "accounts.manage_roles")
    if role not in Role.values or role == Role.INHABITANT:
        raise InputError(Text(f"rôle inconnu : {role}", f"unknown role: {role}"))


def keep_an_administrator(user: User) -> None:
    """Raise InputError when ``user`` is the only active administrator. Locks the grants it read."""
    holders = set(
        RoleGrant.objects.select_for_update()
        .filter(role=Role.ADMINISTRATOR, user__is_active=True)
        .values_list("user_id", flat=True)
    )
    if holders == {user.pk}:
        raise InputError(LAST_ADMINISTRATOR)


@transaction.atomic
def account_delete(*, user: User) -> bool:
    """Delete an account. Returns False where it had to be emptied instead, because acts refer to it.

    What stays is explained on the page: public facts (which name nobody), and for those who declared or confirmed an
    act, an account without address or name, which no one can sign in to.
    """
    keep_an_administrator(user)
    for erase in _ON_DELETION:
        erase(user)
    for related in (EmailAddress, Authenticator, SocialAccount, RoleGrant, Draft):
        related.objects.filter(user=user).delete()
    for session in UserSession.objects.filter(user=user):
        session.end()
    AuditLine.objects.create(actor=None, what=AuditLine.What.DELETED)
    try:
        with transaction.atomic():
            user.delete()
    except ProtectedError:
        user.email = f"{secrets.token_hex(12)}@deleted.invalid"
        user.name = ""
        user.is_active = user.is_staff = user.is_superuser = False
        user.last_login = None
        user.set_unusable_password()
        user.save()
        return False
    return True


def account_export(*, user: User) -> dict[str, Any]:
    """Everything kept about an account, as plain JSON values."""
    return {
        "exported_at": timezone.now().isoformat(),
        "account": {
            "email": user.email,
            "name": user.name,
            "language": user.language,
            "created_at": user.date_joined.isoformat(),
            "last_sign_in_at": user.last_login.isoformat() if user.last_login else None,
            "roles": [
                {"role": grant.role, "granted_at": grant.granted_at.isoformat()}
                for grant in user.role_grants.order_by("granted_at")
            ],
        },
        "addresses": list(EmailAddress.objects.filter(user=user).values("email", "verified", "primary")),
        "second_factors": [
            {"type": factor.type, "created_at": factor.created_at.isoformat()}
            for factor in Authenticator.objects.filter(user=user)
        ],
        "identity_providers": list(SocialAccount.objects.filter(user=user).values("provider", "uid")),
        "sessions": [
            {"opened_at": session.created_at.isoformat(), "address": session.ip, "browser": session.user_agent}
            for session in UserSession.objects.filter(user=user)
        ],
        "drafts": [
            {"form": draft.form, "saved_at": draft.saved_at.isoformat(), "data": draft.data}
            for draft in user.drafts.order_by("form")
        ],
        "what_you_did": [
            {"at": line.at.isoformat(), "what": line.what, "detail": line.detail}
            for line in AuditLine.objects.filter(actor=user).order_by("at")
        ],
        **{name: source(user) for name, source in _SOURCES.items()},
    }


_SOURCES: dict[str, Any] = {}
_ON_DELETION: list[Callable[[User], None]] = []


def on_deletion(erase: Callable[[User], None]) -> None:
    """Have ``erase(user)`` run first, in the same transaction, whenever an account is deleted."""
    if erase not in _ON_DELETION:
        _ON_DELETION.append(erase)


def exports(name: str) -> Any:
    """Add what another app keeps about an account: ``@exports("declarations")`` over ``(user) -> JSON values``."""

    def register(source: Any) -> Any:
        _SOURCES[name] = source
        return source

    return register


def draft_save(*, user: User, form: str, data: dict[str, Any]) -> None:
    """Keep what was typed so far."""
    Draft.objects.update_or_create(user=user, form=form[:120], defaults={"data": data})


def draft_of(user: User, form: str) -> Draft | None:
    return Draft.objects.filter(user=user, form=form[:120]).first()


def draft_forget(*, user: User, form: str) -> None:
    Draft.objects.filter(user=user, form=form[:120]).delete()
