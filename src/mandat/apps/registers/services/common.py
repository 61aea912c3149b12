"""What acts on labels and contracts share: who may do them, and the line they append."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied
from django.utils import timezone

from mandat import journal
from mandat.apps.accounts.models import User
from mandat.apps.grants import access
from mandat.apps.grants.models import Duty
from mandat.apps.grants.schema import Scheme
from mandat.apps.organisations.models import Organisation
from mandat.apps.organisations.selectors import allowed
from mandat.apps.programme.terms import Terms
from mandat.facts import Fact
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text


def today() -> dt.date:
    """The day in Paris, by the server's clock."""
    return timezone.localdate()


def check_service(actor: User, programme: str, scheme: str, *organisations: Organisation) -> None:
    """Raise PermissionDenied unless ``actor`` examines the scheme's cases; InputError where an organisation is their own."""
    if Duty.INSTRUCT not in access.duties(actor, programme, scheme):
        raise PermissionDenied("grants.examine")
    if actor.memberships.filter(organisation__in=organisations).exists():
        raise InputError(
            Text(
                "cet organisme est le vôtre : une autre personne doit s'en occuper",
                "this organisation is yours: someone else must deal with it",
            )
        )


def check_holder(actor: User, organisation: Organisation) -> None:
    """Raise PermissionDenied unless ``actor`` acts for the organisation as one of its members."""
    if not allowed(actor, organisation, "edit") or not actor.memberships.filter(organisation=organisation).exists():
        raise PermissionDenied("organisations.edit")


def said(text: str, *, what: Text, longest: int) -> str:
    """A text that must be given. Raises InputError where it is empty or too long."""
    text = text.strip()
    if not text:
        raise InputError(Text(f"il manque : {what.fr}", f"missing: {what.en}"))
    if len(text) > longest:
        raise InputError(Text(f"trop long ({longest} caractères au plus)", f"too long ({longest} characters at most)"))
    return text


def past(day: dt.date) -> dt.date:
    """A day that has come. Raises InputError for one to come."""
    if day > today():
        raise InputError(Text("cette date est à venir", "this date is still to come"))
    return day


def line(
    kind: str,
    programme: str,
    terms: Terms[Scheme],
    *,
    on: dt.date,
    subject: str,
    area: str = "",
    quantity: Decimal | None = None,
    unit: str = "",
    amount: Decimal | None = None,
    synthetic: bool = False,
    data: dict[str, Any],
) -> Fact:
    """A fact of a label or a contract, under the version of the scheme that governs it."""
    return Fact(
        kind=kind,
        occurred_on=on,
        programme=programme,
        measures=terms.document.measures,
        commitments=terms.document.commitments,
        area=area,
        quantity=quantity,
        unit=unit,
        amount=amount,
        definition=terms.ref,
        subject=subject,
        synthetic=synthetic,
        data=data,
    )


def append(*facts: Fact) -> list[journal.Entry]:
    return journal.append(list(facts))
