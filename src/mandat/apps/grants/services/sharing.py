"""Who fills an application besides the members of its organisation: people let in one by one, and the parties of a joint one."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from mandat.apps.accounts.models import User
from mandat.apps.grants import access
from mandat.apps.grants.completeness import role_words
from mandat.apps.grants.machine import ENDED, State
from mandat.apps.grants.models import Case, Party, Shared, ShareInvitation
from mandat.apps.grants.services import limits
from mandat.apps.grants.services.drafts import require_lead
from mandat.apps.grants.services.funders import LARGEST
from mandat.apps.grants.services.moving import held, terms_of
from mandat.apps.grants.services.telling import members, tell
from mandat.apps.organisations.models import Organisation, Rank
from mandat.apps.organisations.registers import Entry
from mandat.apps.organisations.selectors import rank_of
from mandat.apps.organisations.services import control_party
from mandat.kernel.errors import InputError
from mandat.kernel.money import CENT
from mandat.kernel.text import Text

LASTS = dt.timedelta(days=14)


@transaction.atomic
def share_invite(*, actor: User, case: Case, email: str, may_edit: bool) -> tuple[ShareInvitation, str]:
    """Let someone in by e-mail. Returns the invitation and the secret of its link, which is kept nowhere."""
    case = held(case)
    require_lead(actor, case)
    if case.state in ENDED:
        raise InputError(Text("ce dossier est terminé", "this case is over"))
    address = email.strip().lower()
    field: Any = ShareInvitation._meta.get_field("email_index")
    case.invitations.filter(email_index__in=field.looked_up(address)).delete()
    if case.invitations.count() + case.shares.count() >= limits.SHARES:
        most = limits.SHARES
        raise InputError(Text(f"au plus {most} personnes invitées", f"at most {most} people let in"))
    if case.shares.filter(user__email=address).exists():
        raise InputError(Text("cette personne a déjà accès au dossier", "this person has access already"))
    secret = secrets.token_urlsafe(24)
    now = timezone.now()
    made = ShareInvitation(
        case=case, may_edit=may_edit, digest=_digest(secret), invited_by=actor, sent_at=now, expires_at=now + LASTS
    )
    made.email = address
    made.save()
    return made, secret


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def share_invitation(secret: str) -> ShareInvitation | None:
    """The invitation behind a link, while it is valid."""
    found = ShareInvitation.objects.filter(digest=_digest(secret), expires_at__gt=timezone.now())
    return found.select_related("case__subject", "case__applicant").first()


@transaction.atomic
def share_accept(*, actor: User, invitation: ShareInvitation) -> Shared:
    """Enter as invited. Raises InputError where it was sent to another address, is used or too old."""
    case = held(invitation.case)
    found = ShareInvitation.objects.select_for_update().filter(pk=invitation.pk).first()
    if found is None or found.expires_at <= timezone.now():
        raise InputError(Text("cette invitation n'est plus valable", "this invitation is no longer valid"))
    found.case = case
    if found.email != actor.email.lower():
        raise InputError(
            Text(
                "cette invitation a été envoyée à une autre adresse : connectez-vous avec celle-là",
                "this invitation was sent to another address: sign in with that one",
            )
        )
    made, _created = Shared.objects.update_or_create(
        case=case,
        user=actor,
        defaults={"may_edit": found.may_edit, "given_by": found.invited_by, "given_at": timezone.now()},
    )
    found.delete()
    return made


@transaction.atomic
def share_end(*, actor: User, case: Case, user: User | None = None, invitation: ShareInvitation | None = None) -> None:
    """Close the door to someone, take an invitation back, or leave."""
    case = held(case)
    if user is None or user.pk != actor.pk:
        require_lead(actor, case)
    if user is not None:
        case.shares.filter(user=user).delete()
    if invitation is not None:
        case.invitations.filter(pk=invitation.pk).delete()


@transaction.atomic
def party_invite(
    *,
    actor: User,
    case: Case,
    organisation: Organisation | None = None,
    siret: str = "",
    entry: Entry | None = None,
    role: str = "",
    amount: Decimal | None = None,
) -> Party:
    """Ask another organisation to take part, by its SIRET or as it is here already. Its owners and editors are told.

    ``entry`` is what the register says of the SIRET. ``role`` is one of the scheme's roles; ``amount`` its part of the money, in euros.
    """
    case = held(case)
    access.require(actor, case, "edit")
    _lead_only(actor, case)
    _open(case)
    terms = terms_of(case).document.applicants
    if terms.parties[1] == 1:
        raise InputError(
            Text("une seule organisation porte cette demande", "one organisation alone makes this application")
        )
    if organisation is None:
        organisation = control_party(actor=actor, siret=siret, entry=entry)
    if organisation.pk == case.applicant_id:
        raise InputError(Text("c'est l'organisation qui dépose la demande", "this is the organisation that applies"))
    if case.parties.count() + 1 >= terms.parties[1]:
        most = terms.parties[1]
        raise InputError(Text(f"au plus {most} organisations", f"at most {most} organisations"))
    _role(case, role)
    try:
        with transaction.atomic():
            party = Party.objects.create(case=case, organisation=organisation, role=role, amount=_cents(amount))
    except IntegrityError:
        raise InputError(Text("cette organisation est déjà invitée", "this organisation is invited already")) from None
    for user in members(organisation.pk):
        tell(user, "party", case, key=f"{party.pk}:{user.pk}")
    _changed(case)
    return party


@transaction.atomic
def party_change(*, actor: User, party: Party, role: str, amount: Decimal | None) -> Party:
    """Change a part. Whoever had agreed to the part as it was is asked again."""
    case = held(party.case)
    access.require(actor, case, "edit")
    _lead_only(actor, case)
    _open(case)
    _role(case, role)
    locked = Party.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=party.pk, case=case)
    cents = _cents(amount)
    if (locked.role, locked.amount) != (role, cents):
        locked.role, locked.amount, locked.agreed_at, locked.agreed_by = role, cents, None, None
        locked.save()
        for user in members(locked.organisation_id):
            tell(user, "party", case, key=f"{party.pk}:{user.pk}:{timezone.now():%Y%m%d%H%M}")
        _changed(case)
    return locked


@transaction.atomic
def party_agree(*, actor: User, party: Party, role: str, amount: Decimal | None) -> Party:
    """Agree to one's part, for an organisation of which ``actor`` is owner or editor: to the role and the amount shown, and no other."""
    case = held(party.case)
    locked = Party.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=party.pk, case=case)
    if rank_of(actor, locked.organisation) not in (Rank.OWNER, Rank.EDITOR):
        raise PermissionDenied("organisations.edit")
    _open(case)
    if (locked.role, locked.amount) != (role, _cents(amount)):
        raise InputError(Text("cette part a changé : relisez-la", "this part has changed: read it again"))
    if locked.agreed_at is None:
        locked.agreed_at, locked.agreed_by = timezone.now(), actor
        locked.save()
    return locked


@transaction.atomic
def party_remove(*, actor: User, party: Party) -> None:
    """Take a party out, or take one's own organisation out before the application is sent."""
    case = held(party.case)
    locked = Party.objects.select_related("organisation").get(pk=party.pk, case=case)
    if rank_of(actor, locked.organisation) not in (Rank.OWNER, Rank.EDITOR):
        access.require(actor, case, "edit")
        _lead_only(actor, case)
    _open(case)
    locked.delete()
    _changed(case)


def _lead_only(actor: User, case: Case) -> None:
    """Members of another party do not invite others, nor change their parts."""
    if case.applicant is not None and rank_of(actor, case.applicant) not in (Rank.OWNER, Rank.EDITOR):
        raise PermissionDenied("grants.parties")
    if case.applicant is None and case.opened_by_id != actor.pk:
        raise PermissionDenied("grants.parties")


def _open(case: Case) -> None:
    if case.state not in (State.DRAFT, State.INCOMPLETE):
        raise InputError(Text("cette demande est déjà envoyée", "this application is already sent"))


def _role(case: Case, role: str) -> None:
    known = terms_of(case).document.applicants.roles
    if role and role not in {one.code for one in known}:
        words = ", ".join(role_words(one).fr for one in known)
        raise InputError(Text(f"rôle inconnu ; choisissez : {words}", "unknown role"))


def _cents(amount: Decimal | None) -> int | None:
    if amount is None:
        return None
    if not amount.is_finite() or not 0 <= amount < LARGEST or amount != amount.quantize(CENT):
        raise InputError(Text("un montant positif, au centime près", "a positive amount, to the cent"))
    return int(amount * 100)


def _changed(case: Case) -> None:
    case.saved_at = timezone.now()
    case.save(update_fields=["saved_at"])


def euros(cents: int) -> Decimal:
    """Cents as exact euros."""
    return Decimal(cents) / 100
