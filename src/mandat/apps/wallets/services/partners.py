"""Partners apply, are approved by agents, and say who works at their till."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from django.db import IntegrityError, transaction
from django.utils import timezone
from stdnum.exceptions import ValidationError
from stdnum.fr import siret as stdnum_siret

from mandat.apps.accounts.models import User
from mandat.apps.accounts.permissions import require
from mandat.apps.ledger.payments.sepa import checked_bic, checked_iban, written
from mandat.apps.ledger.services import account_open
from mandat.apps.territory import selectors as territory
from mandat.apps.wallets.definitions import kind_of
from mandat.apps.wallets.facts import append
from mandat.apps.wallets.models import Approval, Member, Partner
from mandat.kernel.errors import InputError
from mandat.kernel.periods import PARIS
from mandat.kernel.text import Text

Decision = Literal["approve", "refuse", "suspend", "resume", "end"]
_ONE = Decimal(1)
MOVES: dict[Decision, tuple[tuple[str, ...], str]] = {
    "approve": (("applied",), "approved"),
    "refuse": (("applied",), "refused"),
    "suspend": (("approved",), "suspended"),
    "resume": (("suspended",), "approved"),
    "end": (("approved", "suspended"), "ended"),
}


@transaction.atomic
def partner_apply(
    *,
    actor: User,
    wallet: str,
    category: str,
    name: str,
    siret: str,
    commune: str,
    iban: str,
    bic: str = "",
    address: str = "",
    website: str = "",
) -> Approval:
    """Ask that a shop, a farm, a theatre take a wallet. ``actor`` becomes its manager.

    A partner known by its SIRET is asked for by one of its managers. Raises InputError for what is wrong, in words for the form.
    """
    kind = kind_of(wallet)
    if kind.definition.category(category) is None:
        raise InputError(Text(f"catégorie inconnue : {category}", f"unknown category: {category}"))
    try:
        number = str(stdnum_siret.validate(siret))
    except ValidationError:
        raise InputError(Text("SIRET faux : 14 chiffres", "wrong SIRET: 14 digits")) from None
    written(name, most=70)
    place = territory.commune(commune)
    if place is None:
        raise InputError(Text(f"commune inconnue : {commune}", f"unknown commune: {commune}"))
    now = timezone.now()
    partner = Partner.objects.select_for_update().filter(siret=number).first()
    if partner is None:
        partner = Partner(
            programme=kind.programme, name=name.strip()[:140], siret=number, commune=place.code,
            departement=place.departement_id, address=address[:200], website=website, iban=checked_iban(iban),
            bic=checked_bic(bic), made_at=now,
        )  # fmt: skip
        partner.save(force_insert=True)
        Member.objects.create(partner=partner, user=actor, role=Member.Role.MANAGER)
    elif not Member.objects.filter(partner=partner, user=actor, role=Member.Role.MANAGER).exists():
        raise InputError(
            Text(
                "ce SIRET est déjà inscrit : demandez à qui gère ce partenaire",
                "this SIRET is already registered: ask whoever manages this partner",
            )
        )
    known = Approval.objects.filter(partner=partner, code=kind.code).first()
    if known is not None:
        if known.state not in (Approval.State.REFUSED, Approval.State.ENDED):
            raise InputError(Text("cette demande est déjà faite", "this was already asked for"))
        known.state, known.category, known.applied_at, known.reason = Approval.State.APPLIED, category, now, ""
        known.save()
        return known
    return Approval.objects.create(partner=partner, code=kind.code, category=category, applied_at=now)


@transaction.atomic
def partner_decide(*, actor: User, approval: Approval, decision: Decision, reason: str = "") -> Approval:
    """Approve, refuse, suspend, resume or end. All but approving and resuming say why. The fact is appended where it is one.

    Nobody decides for a partner they work for.
    """
    require(actor, "wallets.partner_approve")
    held = Approval.objects.select_for_update(of=("self",)).select_related("partner").get(pk=approval.pk)
    before, after = MOVES[decision]
    if held.state not in before:
        raise InputError(
            Text("cette demande n'en est plus là : rechargez la page", "this has moved on: reload the page")
        )
    if Member.objects.filter(partner=held.partner, user=actor).exists():
        raise InputError(Text("vous travaillez pour ce partenaire", "you work for this partner"))
    if decision not in ("approve", "resume") and not reason.strip():
        raise InputError(Text("dites pourquoi", "say why"))
    kind = kind_of(held.code)
    category = kind.definition.category(held.category)
    if decision == "approve" and category is None:
        raise InputError(Text("cette catégorie n'existe plus", "this category is no more"))
    now = timezone.now()
    held.state, held.reason, held.decided_at, held.decided_by = after, reason.strip()[:300], now, actor
    if decision == "approve" and held.account_id is None:
        # No floor: a refund made after the partner was paid is taken off its next settlement.
        held.account = account_open(book=kind.book, code=f"partner:{held.pk.hex}", kind="partner", unit=kind.unit)
    held.save()
    told = {"approve": "partner_approved", "end": "partner_ended"}.get(decision)
    if told is not None:
        append(
            kind, told, on=now.astimezone(PARIS).date(), area=f"commune:{held.partner.commune}", quantity=_ONE,
            unit="organisation", subject=held.pk.hex, source=f"{told}:{held.pk.hex}:{now.isoformat()}",
            category=category.label.fr if category else held.category, category_code=held.category,
        )  # fmt: skip
    return held


@transaction.atomic
def partner_bank(*, actor: User, partner: Partner, iban: str, bic: str = "") -> None:
    """Change where a partner is paid. Payment files already made keep the account they were made with."""
    if not Member.objects.filter(partner=partner, user=actor, role=Member.Role.MANAGER).exists():
        raise InputError(Text("seule la gestion du partenaire le peut", "only a manager of the partner may"))
    partner.iban, partner.bic = checked_iban(iban), checked_bic(bic)
    partner.save(update_fields=["iban", "bic"])


@transaction.atomic
def member_add(*, actor: User, partner: Partner, email: str, role: str) -> Member:
    """Let an account work for a partner. Raises InputError where no account has this address."""
    _manages(actor, partner)
    user = User.objects.filter(email=email.strip().lower(), is_active=True).first()
    if user is None:
        raise InputError(
            Text(
                "aucun compte à cette adresse : la personne doit d'abord en ouvrir un",
                "no account at this address: they must open one first",
            )
        )
    if role not in Member.Role.values:
        raise InputError(Text("rôle inconnu", "unknown role"))
    try:
        with transaction.atomic():
            return Member.objects.create(partner=partner, user=user, role=role)
    except IntegrityError:
        raise InputError(Text("cette personne y travaille déjà", "they already work there")) from None


@transaction.atomic
def member_remove(*, actor: User, member: Member) -> None:
    """Take an account off a partner's till. The last manager stays."""
    _manages(actor, member.partner)
    managers = Member.objects.select_for_update().filter(partner=member.partner, role=Member.Role.MANAGER)
    if member.role == Member.Role.MANAGER and managers.count() == 1:
        raise InputError(Text("il reste toujours quelqu'un pour gérer", "someone always manages"))
    member.delete()


def _manages(actor: User, partner: Partner) -> None:
    if not Member.objects.filter(partner=partner, user=actor, role=Member.Role.MANAGER).exists():
        raise InputError(Text("seule la gestion du partenaire le peut", "only a manager of the partner may"))
