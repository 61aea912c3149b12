"""Acts on organisations. All is private: none of them is a public fact."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import secrets
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from mandat.apps.accounts.models import User
from mandat.apps.accounts.permissions import require
from mandat.apps.custody.subjects import subject_open
from mandat.apps.organisations import limits, selectors
from mandat.apps.organisations.categories import HEADCOUNT, clean_rna, clean_siret, legal_label, naf_code
from mandat.apps.organisations.models import Control, Invitation, JoinRequest, Member, Organisation, Rank, State
from mandat.apps.organisations.registers import Entry
from mandat.apps.territory.selectors import fold
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

INVITATION_LASTS = dt.timedelta(days=14)
MOST_INVITATIONS = 50
#: What a person may write by hand; the rest comes from the register.
WRITTEN = ("name", "short_name", "legal_category", "naf", "address", "postcode", "commune", "commune_name", "headcount")

LAST_OWNER = Text(
    "c'est la dernière personne responsable : donnez d'abord ce rôle à une autre",
    "this is the last owner: give that role to someone else first",
)
KNOWN = Text(
    "cette organisation est déjà inscrite : demandez à la rejoindre",
    "this organisation is here already: ask to join it",
)


def known(*, siret: str = "", rna: str = "") -> Organisation | None:
    """The organisation that has this number already."""
    if siret and (found := Organisation.objects.filter(siret=siret).first()):
        return found
    return Organisation.objects.filter(rna=rna).first() if rna else None


@transaction.atomic
def organisation_create(
    *,
    actor: User,
    values: Mapping[str, str],
    siret: str = "",
    rna: str = "",
    entry: Entry | None = None,
    email: str = "",
    telephone: str = "",
) -> Organisation:
    """Enter an organisation; its creator owns it. What differs from the register's ``entry`` is marked declared.

    Raises PermissionDenied, InputError (a wrong number, one that is here already, no name).
    """
    require(actor, "organisations.create")
    siret, rna = clean_siret(siret) if siret else "", clean_rna(rna) if rna else ""
    if not rna and entry is not None and entry.rna:
        rna = entry.rna
    found = known(siret=siret, rna=rna)
    if found is not None and not found.by_link:
        raise InputError(KNOWN)
    if entry is not None and ((siret and entry.siret != siret) or (not siret and entry.rna != rna)):
        raise ValueError("the entry is another organisation's")
    organisation = found or Organisation(subject=subject_open())
    organisation.siret, organisation.siren, organisation.rna, organisation.by_link = siret, siret[:9], rna, False
    _write(organisation, values, entry, email=email, telephone=telephone)
    try:
        with transaction.atomic():
            organisation.save()
    except IntegrityError:  # someone entered it in between
        raise InputError(KNOWN) from None
    _join(organisation, actor, Rank.OWNER)
    return organisation


@transaction.atomic
def organisation_edit(
    *, actor: User, organisation: Organisation, values: Mapping[str, str], email: str = "", telephone: str = ""
) -> Organisation:
    """Change what is written by hand; what changes is marked declared. Raises PermissionDenied, InputError."""
    _ask(actor, organisation, "edit")
    locked = Organisation.objects.select_for_update().get(pk=organisation.pk)
    changed = {name for name in WRITTEN if _clean(name, values.get(name, "")) != getattr(locked, name)}
    before = set(locked.declared)
    _write(locked, values, None, email=email, telephone=telephone)
    locked.declared = sorted(before | changed)
    locked.save()
    return locked


@transaction.atomic
def organisation_refresh(*, actor: User, organisation: Organisation, entry: Entry) -> list[str]:
    """Take over what the register says now. Fields it leaves empty stay as they are. Returns those that changed."""
    _ask(actor, organisation, "edit")
    locked = Organisation.objects.select_for_update().get(pk=organisation.pk)
    if (locked.siret or locked.rna) not in {entry.siret, entry.rna} - {""}:
        raise ValueError("the entry is another organisation's")
    said = {name: _clean(name, getattr(entry, name)) for name in WRITTEN if getattr(entry, name)}
    changed = [name for name, value in said.items() if getattr(locked, name) != value]
    for name, value in said.items():
        setattr(locked, name, value)
    locked.declared = [name for name in locked.declared if name not in said]
    _stand(locked, entry)
    locked.save()
    return changed


@transaction.atomic
def organisation_confirm(*, actor: User, organisation: Organisation) -> None:
    """An agent checked that those who own it speak for it."""
    require(actor, "organisations.mend")
    Organisation.objects.filter(pk=organisation.pk).update(confirmed_at=timezone.now(), confirmed_by=actor)


def _write(organisation: Organisation, values: Mapping[str, str], entry: Entry | None, **contact: str) -> None:
    declared = []
    for name in WRITTEN:
        written = _clean(name, values.get(name, ""))
        said = _clean(name, getattr(entry, name)) if entry is not None else ""
        if written and fold(written) != fold(said):
            declared.append(name)
        setattr(organisation, name, written)
    if not organisation.name:
        raise InputError(Text("donnez le nom de l'organisation", "give the name of the organisation"))
    organisation.declared = declared
    for name, value in contact.items():
        setattr(organisation, name, value or None)
    if entry is not None:
        _stand(organisation, entry)


def _stand(organisation: Organisation, entry: Entry) -> None:
    states = {True: State.ACTIVE, False: State.CEASED, None: State.UNKNOWN}
    organisation.state, organisation.closed_on = states[entry.active], entry.closed_on
    organisation.diffusible, organisation.read_at = entry.diffusible, timezone.now()


def _clean(name: str, value: str) -> str:
    """A field as it is kept. Raises InputError."""
    kept = " ".join("".join(c if c.isprintable() else " " for c in value).split())
    field: Any = Organisation._meta.get_field(name)
    longest = field.max_length
    if longest and len(kept) > longest:
        raise InputError(Text(f"trop long : {longest} caractères au plus", f"too long: at most {longest} characters"))
    wrong = (
        (name == "legal_category" and kept and legal_label(kept) is None)
        or (name == "naf" and kept and not naf_code(kept))
        or (name == "headcount" and kept and kept not in HEADCOUNT)
        or (name == "postcode" and kept and not re.fullmatch(r"[0-9]{5}", kept))
        or (name == "commune" and kept and not re.fullmatch(r"[0-9][0-9AB][0-9]{3}", kept))
    )
    if wrong:
        raise InputError(Text(f"valeur impossible : {field.verbose_name}", f"impossible value: {field.verbose_name}"))
    return kept


# -- members


@transaction.atomic
def member_invite(*, actor: User, organisation: Organisation, email: str, rank: str) -> tuple[Invitation, str]:
    """Invite by e-mail. Returns the invitation and the secret of its link, which is kept nowhere."""
    _ask(actor, organisation, "members")
    _rank(rank)
    address = email.strip().lower()
    if not limits.within("invitations", actor.pk, limits.MESSAGES):
        raise InputError(
            Text("trop d'invitations aujourd'hui : réessayez demain", "too many invitations today: try tomorrow")
        )
    field: Any = Invitation._meta.get_field("email_index")
    Invitation.objects.filter(organisation=organisation, email_index__in=field.looked_up(address)).delete()
    if Invitation.objects.filter(organisation=organisation).count() >= MOST_INVITATIONS:
        raise InputError(Text("trop d'invitations en attente", "too many invitations are waiting"))
    if Member.objects.filter(organisation=organisation, user__email=address).exists():
        raise InputError(Text("cette personne est déjà membre", "this person is a member already"))
    secret = secrets.token_urlsafe(24)
    invitation = Invitation.objects.create(
        organisation=organisation,
        email=address,
        rank=rank,
        digest=hashlib.sha256(secret.encode()).hexdigest(),
        invited_by=actor,
        expires_at=timezone.now() + INVITATION_LASTS,
    )
    return invitation, secret


def invitation_of(secret: str) -> Invitation | None:
    """The invitation behind a link, while it is valid."""
    digest = hashlib.sha256(secret.encode()).hexdigest()
    found = Invitation.objects.filter(digest=digest, expires_at__gt=timezone.now())
    return found.select_related("organisation").first()


@transaction.atomic
def invitation_accept(*, actor: User, invitation: Invitation) -> Member:
    """Join as invited. Raises InputError where the invitation was sent to another address, is gone or too old."""
    locked = Invitation.objects.select_for_update(of=("self",)).filter(pk=invitation.pk).first()
    if locked is None or locked.expires_at <= timezone.now():
        raise InputError(Text("cette invitation n'est plus valable", "this invitation is no longer valid"))
    if locked.email != actor.email.lower():
        raise InputError(
            Text(
                "cette invitation a été envoyée à une autre adresse : connectez-vous avec celle-là",
                "this invitation was sent to another address: sign in with that one",
            )
        )
    member = _join(locked.organisation, actor, locked.rank)
    locked.delete()
    return member


@transaction.atomic
def invitation_withdraw(*, actor: User, invitation: Invitation) -> None:
    """Take an invitation back, or decline one's own."""
    if invitation.email != actor.email.lower():
        _ask(actor, invitation.organisation, "members")
    invitation.delete()


@transaction.atomic
def join_ask(*, actor: User, organisation: Organisation) -> JoinRequest:
    """Ask to join. Raises InputError for a member."""
    require(actor, "organisations.create")
    if Member.objects.filter(organisation=organisation, user=actor).exists():
        raise InputError(Text("vous en êtes déjà membre", "you are a member already"))
    return JoinRequest.objects.get_or_create(organisation=organisation, user=actor)[0]


@transaction.atomic
def join_settle(*, actor: User, request: JoinRequest, rank: str = "") -> Member | None:
    """Accept a request with a rank, or refuse it (no rank)."""
    _ask(actor, request.organisation, "members")
    member = None
    if rank:
        _rank(rank)
        member = _join(request.organisation, request.user, rank)
    request.delete()
    return member


@transaction.atomic
def member_rank(*, actor: User, member: Member, rank: str) -> None:
    """Change what a member may do. Raises InputError for the last owner."""
    _ask(actor, member.organisation, "members")
    _rank(rank)
    _lock(member.organisation)
    if rank != Rank.OWNER:
        _keep_an_owner(member)
    Member.objects.filter(pk=member.pk).update(rank=rank)


@transaction.atomic
def member_remove(*, actor: User, member: Member) -> None:
    """Remove a member, or leave. Raises InputError for the last owner, unless nobody else is left."""
    if member.user_id != actor.pk:
        _ask(actor, member.organisation, "members")
    _lock(member.organisation)
    _keep_an_owner(member)
    member.delete()


@transaction.atomic
def owner_name(*, actor: User, organisation: Organisation, user: User) -> Member:
    """An agent names an owner, for an organisation that has lost its own."""
    require(actor, "organisations.mend")
    member = _join(organisation, user, Rank.OWNER)
    Member.objects.filter(pk=member.pk).update(rank=Rank.OWNER)
    return member


def _join(organisation: Organisation, user: User, rank: str) -> Member:
    member, _ = Member.objects.get_or_create(organisation=organisation, user=user, defaults={"rank": rank})
    JoinRequest.objects.filter(organisation=organisation, user=user).delete()
    return member


def _lock(organisation: Organisation) -> None:
    Organisation.objects.select_for_update().get(pk=organisation.pk)


def _keep_an_owner(member: Member) -> None:
    """Raise InputError when this owner is the only one and others remain."""
    others = Member.objects.filter(organisation_id=member.organisation_id).exclude(pk=member.pk)
    present = Member.objects.filter(pk=member.pk, rank=Rank.OWNER).exists()
    if present and others.exists() and not others.filter(rank=Rank.OWNER, user__is_active=True).exists():
        raise InputError(LAST_OWNER)


def _rank(rank: str) -> None:
    if rank not in Rank.values:
        raise InputError(Text(f"rôle inconnu : {rank}", f"unknown role: {rank}"))


def _ask(actor: User, organisation: Organisation, verb: str) -> None:
    if not selectors.allowed(actor, organisation, verb):
        raise PermissionDenied(f"organisations.{verb}")


# -- single undertakings


@transaction.atomic
def control_party(*, actor: User, siret: str, entry: Entry | None = None) -> Organisation:
    """The organisation of a SIRET, entered by name only where it is not here yet, so that a link may name it.

    Whoever speaks for it takes it over with ``organisation_create``.
    """
    require(actor, "organisations.create")
    number = clean_siret(siret)
    if found := known(siret=number):
        return found
    organisation = Organisation(subject=subject_open(), siret=number, siren=number[:9], by_link=True)
    written = {name: getattr(entry, name) for name in WRITTEN} if entry else {}
    shown = f"{number[:3]} {number[3:6]} {number[6:9]} {number[9:]}"
    _write(organisation, {**written, "name": written.get("name") or f"SIRET {shown}"}, entry)
    organisation.save()
    return organisation


@transaction.atomic
def control_declare(
    *, actor: User, parent: Organisation, child: Organisation, why: str, since: dt.date, share: Decimal | None = None
) -> Control:
    """Say that one organisation controls another. Whoever edits either may. Raises PermissionDenied, InputError."""
    if not selectors.allowed(actor, parent, "edit"):
        _ask(actor, child, "edit")
    if why not in Control.Why.values:
        raise InputError(Text(f"motif inconnu : {why}", f"unknown reason: {why}"))
    if parent.pk == child.pk:
        raise InputError(
            Text("une organisation ne se contrôle pas elle-même", "an organisation does not control itself")
        )
    if share is not None and not 0 <= share <= 100:
        raise InputError(Text("la part va de 0 à 100 %", "a share goes from 0 to 100%"))
    if since > timezone.localdate():
        raise InputError(Text("cette date est à venir", "this date is still to come"))
    for row in sorted((parent.pk, child.pk)):
        Organisation.objects.select_for_update().get(pk=row)
    if Control.objects.filter(parent=parent, child=child, until__isnull=True).exists():
        raise InputError(Text("ce lien est déjà déclaré", "this link is declared already"))
    return Control.objects.create(parent=parent, child=child, why=why, since=since, share=share, declared_by=actor)


@transaction.atomic
def control_end(*, actor: User, control: Control, until: dt.date) -> None:
    """Say since when a control is over. Raises PermissionDenied, InputError."""
    if not selectors.allowed(actor, control.parent, "edit"):
        _ask(actor, control.child, "edit")
    if until < control.since or until > timezone.localdate():
        raise InputError(
            Text(
                "cette date est avant le début du lien ou à venir",
                "this date is before the link began or still to come",
            )
        )
    Control.objects.filter(pk=control.pk, until__isnull=True).update(until=until)
