"""Move a case along the table of ``machine``: locked, checked, recorded."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from mandat import journal
from mandat.apps.accounts.models import User
from mandat.apps.grants import access
from mandat.apps.grants.machine import MOVEMENTS, Who, movement
from mandat.apps.grants.models import Case, Move
from mandat.apps.grants.schema import Scheme
from mandat.apps.grants.terms import SCHEMES
from mandat.apps.programme.terms import Terms
from mandat.facts import Fact
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

#: What ``access`` must allow for each kind of mover; None: no person moves it.
VERB: dict[Who, str | None] = {
    "applicant": "edit",
    "instructor": "examine",
    "committee": None,
    "decider": "decide",
    "payer": "pay",
    "system": None,
}


def today() -> dt.date:
    """The day in Paris, by the server's clock."""
    return timezone.localdate()


def held(case: Case) -> Case:
    """The case, locked until the transaction ends, as it stands now."""
    return Case.objects.select_for_update(of=("self",)).select_related("applicant", "subject").get(pk=case.pk)


def terms_of(case: Case) -> Terms[Scheme]:
    """The scheme in the version the case lives under."""
    return SCHEMES.at(case.programme, case.scheme, case.scheme_version)


def move(
    case: Case, name: str, *, who: Who, actor: User | None, reason: str = "", standing: access.Standing | None = None
) -> Move:
    """Take ``case`` (locked) along the movement ``name``; the caller saves it. ``standing``: where ``actor`` stands, if read since the lock.

    Raises InputError where the movement does not lead there from where the case stands, PermissionDenied where ``actor`` may not make it.
    """
    verb = VERB[who]
    if verb is not None:
        if actor is None:
            raise PermissionDenied(f"grants.{verb}")
        if standing is None:
            access.require(actor, case, verb)
        elif not access.allows(standing, verb):
            raise PermissionDenied(f"grants.{verb}")
    found = movement(name, case.state, who)
    if found is None:
        label, state = MOVEMENTS[name].label, case.get_state_display()
        raise InputError(
            Text(
                f"impossible dans l'état actuel du dossier ({state}) : {label}",
                f"not possible where the case stands ({state}): {label}",
            )
        )
    made = Move.objects.create(
        case=case, name=name, source=case.state, target=found.target, actor=actor, at=timezone.now(), reason=reason
    )
    case.state = found.target
    return made


def fact_of(
    kind: str,
    case: Case,
    terms: Terms[Scheme],
    *,
    on: dt.date | None = None,
    subject: str = "",
    quantity: Decimal | None = None,
    unit: str = "",
    amount: Decimal | None = None,
    **data: Any,
) -> Fact:
    """The fact of an act on one case: its scheme and place, and nothing of a natural person."""
    return Fact(
        kind=kind,
        occurred_on=on or today(),
        programme=case.programme,
        measures=terms.document.measures,
        commitments=terms.document.commitments,
        area=f"commune:{case.area}" if case.area and case.applicant_id else "",
        subject=subject,
        quantity=quantity,
        unit=unit,
        amount=amount,
        definition=terms.ref,
        data=data,
        synthetic=case.synthetic,
    )


def fact(kind: str, case: Case, terms: Terms[Scheme], **said: Any) -> journal.Entry:
    """Append ``fact_of`` the same arguments."""
    [entry] = journal.append([fact_of(kind, case, terms, **said)])
    return entry


def synthetic() -> bool:
    """Whether what happens on this site is only shown."""
    return bool(settings.MANDAT_DEMO)
