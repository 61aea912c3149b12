"""Move a petition along the table of ``machine``: locked, checked, and told in the journal where it is public."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from mandat import journal
from mandat.apps.accounts.models import User
from mandat.apps.accounts.permissions import require
from mandat.apps.petitions.machine import MOVEMENTS, State
from mandat.apps.petitions.models import Petition
from mandat.apps.petitions.terms import Terms, terms_of
from mandat.facts import Fact
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

OWN = Text(
    "vous portez ou parrainez cette pétition : une autre personne doit s'en occuper",
    "you carry or back this petition: someone else must deal with it",
)


def today() -> dt.date:
    """The day in Paris, by the server's clock."""
    return timezone.localdate()


def synthetic() -> bool:
    """Whether what happens on this site is only shown."""
    return bool(settings.MANDAT_DEMO)


def held(petition: Petition) -> Petition:
    """The petition as it now stands, locked until the transaction ends. Those who sign meanwhile do not wait (``no_key``)."""
    return Petition.objects.select_for_update(no_key=True, of=("self",)).get(pk=petition.pk)


def check_author(actor: User, petition: Petition) -> None:
    if petition.author_id is None or petition.author_id != actor.pk:
        raise PermissionDenied("petitions.author")


def check_agent(actor: User, petition: Petition) -> None:
    """Raise unless ``actor`` examines petitions, and this one is not theirs, nor their organisation's, nor one they back."""
    require(actor, "petitions.examine")
    own = petition.author_id == actor.pk or petition.sponsors.filter(user=actor).exists()
    if own or (
        petition.organisation_id is not None
        and actor.memberships.filter(organisation=petition.organisation_id).exists()
    ):
        raise InputError(OWN)


def move(petition: Petition, name: str) -> None:
    """Set the state of ``petition`` (locked; the caller saves). Raises InputError where it does not lead there from where it stands."""
    found = MOVEMENTS[name]
    if State(petition.state) not in found.sources:
        state = State(petition.state).label
        raise InputError(
            Text(
                f"impossible dans l'état actuel de la pétition ({state}) : {found.label.fr}",
                f"not possible where the petition stands ({state}): {found.label.en}",
            )
        )
    petition.state = found.target


def line(
    kind: str,
    petition: Petition,
    terms: Terms | None = None,
    *,
    on: dt.date | None = None,
    quantity: Decimal | None = None,
    unit: str = "",
    breakdowns: Mapping[str, Mapping[str, int]] | None = None,
    source: str = "",
    **data: Any,
) -> Fact:
    """A fact about a petition, under the version of the process that governs it."""
    terms = terms or terms_of(petition)
    return Fact(
        kind=kind,
        occurred_on=on or today(),
        programme=petition.programme,
        measures=terms.process.measures,
        commitments=terms.process.commitments,
        area=terms.process.area if terms.process.area.partition(":")[0] != "perimeter" else "",
        quantity=quantity,
        unit=unit,
        breakdowns=breakdowns or {},
        definition=terms.ref,
        subject=petition.reference,
        source=source,
        synthetic=petition.synthetic,
        data={"process": petition.process, "component": petition.component, "basis": petition.basis, **data},
    )


def append(*facts: Fact) -> list[journal.Entry]:
    return journal.append(list(facts))
