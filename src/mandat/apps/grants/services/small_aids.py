"""De minimis aid: what an undertaking received from all funders over three rolling years, and whether more may be granted.

The undertaking is every organisation control joins (``organisations.selectors.undertaking``). All awards append a fact and so hold the
journal's lock until they commit: ``check`` takes it first, reads what was granted, and enters the new aid in the same transaction; two
awards made at once to one undertaking can therefore not exceed its ceiling together.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from mandat import journal
from mandat.apps.accounts.models import User
from mandat.apps.grants.formulas import plan_terms
from mandat.apps.grants.limits import REGULATIONS, TOGETHER, Ceiling, ceiling
from mandat.apps.grants.models import Case, SmallAid
from mandat.apps.grants.services.moving import terms_of, today
from mandat.apps.organisations.models import Control, Organisation
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
    return Standing(regulation, members, rows, _spaces(rows, regulation, on))


@transaction.atomic
def check(case: Case, amount: Decimal, on: dt.date) -> None:
    """``check_many`` for one award; nothing where its scheme falls under no de minimis regulation."""
    regulation = plan_terms(case, terms_of(case).document).de_minimis
    if regulation is not None:
        check_many([(case, amount, regulation)], on=on)


@transaction.atomic
def check_many(awards: Sequence[tuple[Case, Decimal, str]], *, on: dt.date) -> None:
    """Enter the de minimis aids that awards are (case, euros, regulation), in their transaction, in their order. Few statements, however many.

    Raises InputError where an undertaking would receive more than a ceiling over any three years: then none is entered. A second award on
    a case takes the place of the first. A loan counts for its whole amount, which is never less than its gross grant equivalent.
    Natural persons who run no undertaking have no such ceiling.
    """
    mine = [(case, amount, regulation) for case, amount, regulation in awards if case.applicant is not None]
    if not mine:
        return
    journal.lock()
    SmallAid.objects.filter(case__in=[case.pk for case, _amount, _regulation in mine]).delete()
    groups = undertakings({case.applicant_id for case, _a, _r in mine if case.applicant_id is not None}, on=on)
    held: dict[int, list[SmallAid]] = {}
    for row in SmallAid.objects.filter(organisation__in=groups).order_by("granted_on", "pk"):
        held.setdefault(groups[row.organisation_id], []).append(row)
    now, fresh = timezone.now(), []
    for case, amount, regulation in mine:
        if amount <= 0:
            continue
        assert case.applicant_id is not None
        rows = held.setdefault(groups[case.applicant_id], [])
        left, tight = _left(rows, regulation, on)
        if amount > left:
            raise InputError(
                Text(
                    f"dossier {case.reference} : aide de minimis, il ne reste que {left} € à cette entreprise "
                    f"sur {tight.amount} € en trois ans ({tight.law.fr})",
                    f"case {case.reference}: de minimis aid, this undertaking has only €{left} left "
                    f"of €{tight.amount} over three years ({tight.law.en})",
                )
            )
        entered = SmallAid(
            case=case, organisation_id=case.applicant_id, regulation=regulation, granted_on=on,
            funder=terms_of(case).document.authority.fr[:200], amount=int(euros(amount) * 100), declared_at=now,
        )  # fmt: skip
        fresh.append(entered)
        rows.append(entered)
    SmallAid.objects.bulk_create(fresh, batch_size=200)


def _left(rows: Sequence[SmallAid], regulation: str, on: dt.date) -> tuple[Decimal, Ceiling]:
    """What may still be granted, and the ceiling that says so."""
    found = [(space.room.left, space.ceiling) for space in _spaces(rows, regulation, on)]
    return min(found, key=lambda one: one[0])


def _spaces(rows: Sequence[SmallAid], regulation: str, on: dt.date) -> tuple[Space, ...]:
    """Every ceiling an aid of ``regulation`` must respect, and what is left of it. ``rows`` are those of one undertaking."""
    found = []
    wanted = [(regulation, frozenset({regulation}))]
    wanted += [(wide, together) for wide, together in TOGETHER.items() if regulation in together]
    for name, together in wanted:
        limit = ceiling(name, on)
        aids = [
            Aid(
                undertaking="one",
                granted_on=row.granted_on,
                amount=Decimal(row.amount) / 100,
                funder=row.funder,
                reference=str(row.pk),
            )
            for row in rows
            if row.regulation in together
        ]
        found.append(Space(name, limit, together, room(aids=aids, undertakings=["one"], on=on, ceiling=limit.amount)))
    return tuple(found)


def undertakings(organisations: Collection[int], *, on: dt.date) -> dict[int, int]:
    """The single undertakings of many organisations: every organisation joined to one of them by control, and one key an undertaking.

    One query a step of the longest chain (see ``organisations.selectors.undertaking`` for one of them).
    """
    first = {key: key for key in organisations}

    def root(key: int) -> int:
        while first[key] != key:
            key = first[key]
        return key

    edge = set(first)
    in_force = Control.objects.filter(since__lte=on).filter(Q(until__isnull=True) | Q(until__gt=on))
    while edge:
        links = list(
            in_force.filter(Q(parent__in=edge) | Q(child__in=edge)).order_by("pk").values_list("parent_id", "child_id")
        )
        edge = {key for link in links for key in link} - set(first)
        first |= {key: key for key in edge}
        for parent, child in links:
            low, high = sorted((root(parent), root(child)))
            first[high] = low
    return {key: root(key) for key in first}


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
