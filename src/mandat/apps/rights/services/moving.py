"""Move a claim along the table of ``machine``: locked, checked, recorded."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from mandat import journal
from mandat.apps.accounts.models import User
from mandat.apps.accounts.permissions import require
from mandat.apps.rights.machine import ACTIONS, MOVEMENTS, WAITING, Who, movement
from mandat.apps.rights.models import Claim, Move
from mandat.apps.rights.terms import Terms, terms_at
from mandat.facts import Fact
from mandat.journal import Entry
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

OWN_CLAIM = Text(
    "cette demande est la vôtre : une autre personne doit s'en occuper",
    "this claim is yours: someone else must deal with it",
)


def today() -> dt.date:
    """The day in Paris, by the server's clock."""
    return timezone.localdate()


def held(claim: Claim) -> Claim:
    """The claim, locked until the transaction ends, as it stands now."""
    return Claim.objects.select_for_update().get(pk=claim.pk)


def terms_of(claim: Claim) -> Terms:
    """The right in the version the claim was sent under; the present one for a draft."""
    return terms_at(claim.programme, claim.right, claim.right_version)


def check_claimant(actor: User, claim: Claim) -> None:
    if claim.claimant_id != actor.pk:
        raise PermissionDenied("rights.claim")


def check_agent(actor: User, claim: Claim, action: str) -> None:
    """Raise where ``actor`` may not do ``action``, or where the claim is their own."""
    require(actor, action)
    if claim.claimant_id == actor.pk:
        raise InputError(OWN_CLAIM)


def move(claim: Claim, name: str, *, who: Who, actor: User | None, reason: str = "") -> Move:
    """Take ``claim`` (locked) along the movement ``name``. Raises InputError where it does not lead there from where it stands."""
    if who == "claimant" and actor is not None:
        check_claimant(actor, claim)
    action = ACTIONS[who]
    if action is not None and actor is not None:
        check_agent(actor, claim, action)
    found = movement(name, claim.state, who)
    if found is None:
        label, state = MOVEMENTS[name].label, claim.get_state_display()
        raise InputError(
            Text(
                f"impossible dans l'état actuel de la demande ({state}) : {label}",
                f"not possible where the claim stands ({state}): {label}",
            )
        )
    made = Move.objects.create(
        claim=claim, name=name, source=claim.state, target=found.target, actor=actor, at=timezone.now(), reason=reason
    )
    claim.state, claim.is_open = found.target, found.target in WAITING
    return made


def fact(
    kind: str,
    terms: Terms,
    claim: Claim,
    *,
    on: dt.date | None = None,
    quantity: Decimal | None = None,
    unit: str = "",
    amount: Decimal | None = None,
    **data: Any,
) -> Entry:
    """Append the fact of an act on one claim: the right, the département, and nothing of the person."""
    [entry] = journal.append(
        [
            Fact(
                kind=kind,
                occurred_on=on or today(),
                programme=claim.programme,
                measures=terms.document.measures,
                commitments=terms.document.commitments,
                area="" if terms.document.special else claim.area,
                quantity=quantity,
                unit=unit,
                amount=amount,
                definition=terms.ref,
                data={"right": terms.code, "title": terms.document.title.fr, **data},
                synthetic=claim.synthetic,
            )
        ]
    )
    return entry


def synthetic() -> bool:
    """Whether what happens on this site is only shown."""
    return bool(settings.MANDAT_DEMO)
