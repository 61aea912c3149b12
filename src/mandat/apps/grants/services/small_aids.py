"""De minimis aid: what an undertaking received from all funders over three rolling years, and whether more may be granted.

The undertaking is every organisation control joins (``organisations.selectors.undertaking``). All awards append a fact and so hold the
journal's lock until they commit: ``check`` takes it first, reads what was granted, and enters the new aid in the same transaction; two
awards made at once to one undertaking can therefore not exceed its ceiling together.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from mandat import journal
from mandat.apps.accounts.models import User
from mandat.apps.grants.formulas import plan_terms
from mandat.apps.grants.limits import REGULATIONS, TOGETHER, Ceiling, ceiling
from mandat.apps.grants.models import Case, SmallAid
from mandat.apps.grants.services.moving import terms_of, today
from mandat.apps.organisations.models import Organisation
from mandat.apps.organisations.selectors import allowed, undertaking
from mandat.engines.financing import Aid, Room, room
from mandat.kernel.errors import InputError
from mandat.kernel.money import LARGEST, euros
from mandat.kernel.text import Text


@dataclass(frozen=True, slots=True)
class Space:
    """What is left under one ceiling: ``together`` are the regulations counted in it."""

    regulation: str
    ceiling: Ceiling
    together: frozenset[str]
    room: Room


@dataclass(frozen=True, slots=True)
class Standing:
    """An undertaking on a day: its organisations, the aids that weigh, and every ceiling an aid of ``regulation`` must respect."""

    regulation: str
    members: Sequence[Organisation]
    aids: Sequence[SmallAid]
    spaces: tuple[Space, ...]

    @property
    def left(self) -> Decimal:
        """The most that may be granted."""
        return min(space.room.left for space in self.spaces)

    @property
    def tightest(self) -> Space:
        return min(self.spaces, key=lambda space: space.room.left)


def standing_of(
    organisation: Organisation, *, on: dt.date, regulation: str = "general", but: Case | None = None
) -> Standing:
    """Where an undertaking stands. One query for its aids, one a step of its control links. Raises KeyError for an unknown regulation."""
    members = undertaking(organisation, on=on)
    # Aids of organisations an undertaking has merged with or bought count with it from the day of the link on.
    found = (
        SmallAid.objects.filter(organisation__in=members).select_related("organisation").order_by("granted_on", "pk")
    )
    if but is not None:
        found = found.exclude(case=but)
    rows = list(found)
    group = str(organisation.pk)

    def space(ruling: str, together: frozenset[str]) -> Space:
        limit = ceiling(ruling, on)
        aids = [
            Aid(
                undertaking=group,
                granted_on=row.granted_on,
                amount=Decimal(row.amount) / 100,
                funder=row.funder,
                reference=str(row.pk),
            )
            for row in rows
            if row.regulation in together
        ]
        return Space(ruling, limit, together, room(aids=aids, undertakings=[group], on=on, ceiling=limit.amount))

    spaces = [space(regulation, frozenset({regulation}))]
    spaces += [space(wide, together) for wide, together in TOGETHER.items() if regulation in together]
    return Standing(regulation, members, rows, tuple(spaces))


@transaction.atomic
def check(case: Case, amount: Decimal, on: dt.date) -> SmallAid | None:
    """Enter the de minimis aid an award of ``amount`` euros is, in the award's transaction; None where the scheme is under no such regulation.

    Raises InputError where its undertaking would receive more than a ceiling over any three years. A second award on the case takes the
    place of the first. A loan counts for its whole amount, which is never less than its gross grant equivalent.
    """
    regulation = plan_terms(case, terms_of(case).document).de_minimis
    if regulation is None or case.applicant is None:
        return None
    journal.lock()
    if amount <= 0:
        SmallAid.objects.filter(case=case).delete()
        return None
    found = standing_of(case.applicant, on=on, regulation=regulation, but=case)
    if amount > found.left:
        tight = found.tightest
        raise InputError(
            Text(
                f"aide de minimis : il ne reste que {found.left} € à cette entreprise sur {tight.ceiling.amount} € en trois ans "
                f"({tight.ceiling.law.fr})",
                f"de minimis aid: this undertaking has only €{found.left} left of €{tight.ceiling.amount} over three years "
                f"({tight.ceiling.law.en})",
            )
        )
    entered, _made = SmallAid.objects.update_or_create(
        case=case,
        defaults={
            "organisation": case.applicant, "regulation": regulation, "funder": terms_of(case).document.authority.fr[:200],
            "granted_on": on, "amount": int(euros(amount) * 100), "declared_at": timezone.now(), "declared_by": None,
        },
    )  # fmt: skip
    return entered


def correct(case: Case, amount: Decimal) -> None:
    """What was really received, once a case is closed or given up: the rest is free again."""
    cents = int(euros(amount) * 100)
    if cents:
        SmallAid.objects.filter(case=case, amount__gt=cents).update(amount=cents)
    else:
        SmallAid.objects.filter(case=case).delete()


@transaction.atomic
def small_aid_declare(
    *, actor: User, organisation: Organisation, regulation: str, funder: str, granted_on: dt.date, amount: Decimal
) -> SmallAid:
    """A member declares an aid its organisation received from another funder. Raises InputError, PermissionDenied."""
    if not allowed(actor, organisation, "edit"):
        raise PermissionDenied("organisations.edit")
    journal.lock()
    if regulation not in REGULATIONS:
        raise InputError(Text("règlement inconnu", "unknown regulation"))
    if not funder.strip() or len(funder.strip()) > 200:
        raise InputError(Text("dites qui a donné l'aide", "say who gave the aid"))
    if granted_on > today():
        raise InputError(Text("une aide reçue a une date passée", "an aid received has a past date"))
    if not amount.is_finite() or not 0 < amount <= LARGEST or amount != euros(amount):
        raise InputError(Text("un montant est positif et s'arrête au centime", "an amount is positive, to the cent"))
    return SmallAid.objects.create(
        organisation=organisation, regulation=regulation, funder=funder.strip(), granted_on=granted_on,
        amount=int(amount * 100), declared_by=actor, declared_at=timezone.now(),
    )  # fmt: skip


@transaction.atomic
def small_aid_remove(*, actor: User, aid: SmallAid) -> None:
    """Take back what was declared by mistake. What the Region granted is not declared and stays."""
    if not allowed(actor, aid.organisation, "edit"):
        raise PermissionDenied("organisations.edit")
    journal.lock()
    if aid.case_id is not None:
        raise InputError(Text("cette aide est un fait de la Région", "this aid is the Region's own"))
    aid.delete()
