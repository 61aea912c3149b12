"""Declare an output or an observed value; a second agent confirms or refuses it."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.core.files.base import File
from django.db import transaction

from mandat import journal
from mandat.apps.accounts.models import User
from mandat.apps.accounts.permissions import require
from mandat.apps.programme.models import Declaration
from mandat.apps.programme.published import Published, published
from mandat.apps.programme.services.checks import (
    check_area,
    check_codes,
    check_day,
    check_document,
    check_url,
    with_measures,
)
from mandat.apps.programme.standing import today
from mandat.engines.disclosure import recordable
from mandat.facts import Fact
from mandat.facts.base import check_breakdowns
from mandat.journal import Entry
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text


@transaction.atomic
def output_declare(
    *,
    actor: User,
    on: dt.date,
    commitment: str,
    title: str,
    quantity: Decimal,
    unit: str,
    area: str = "",
    output: str = "",
    breakdowns: dict[str, dict[str, int]] | None = None,
    evidence: File[bytes] | None = None,
    evidence_url: str = "",
    observed: dict[str, str] | None = None,
    synthetic: bool = False,
) -> Declaration:
    """Declare an output (or, with ``observed``, a published statistic) with its evidence.

    A fact says that it is declared; it counts only once another agent confirms it. Breakdowns are recorded so that they
    tell of no group smaller than ``MANDAT_SMALLEST_COUNT`` persons.
    """
    require(actor, "programme.output_declare")
    current = published()
    check_day(current, on)
    check_codes(current, (), (commitment,))
    if not title.strip():
        raise InputError(Text("dites ce qui a été réalisé", "say what was done"))
    if quantity < 0:
        raise InputError(Text("une quantité n'est pas négative", "a quantity is not negative"))
    if evidence is None and not evidence_url:
        raise InputError(
            Text(
                "une preuve est nécessaire : un document ou un lien public",
                "evidence is needed: a document or a public link",
            )
        )
    check_breakdowns(breakdowns or {})
    check_url(evidence_url)
    check_area(area)
    sha256 = check_document(evidence) if evidence else ""
    common: dict[str, Any] = {
        "occurred_on": on.isoformat(),
        "commitment": commitment,
        "area": area,
        "quantity": str(quantity),
        "unit": unit,
        "breakdowns": recordable(breakdowns or {}, smallest=settings.MANDAT_SMALLEST_COUNT),
        "synthetic": synthetic,
    }
    proof = {"evidence_sha256": sha256, "evidence_url": evidence_url}
    declared = _fact(current, "programme.output_declared.v1", common, {"title": title, "output": output, **proof})
    [entry] = journal.append([declared])
    if observed is None:
        kind, data = (
            "programme.output_confirmed.v1",
            {"title": title, "output": output, "declared": entry.index, **proof},
        )
    else:
        kind, data = "statistics.observed.v1", {**observed, "url": evidence_url}
    _fact(current, kind, common, data)  # refuse now what could not be confirmed later
    return Declaration.objects.create(
        programme=current.code,
        commitment=commitment,
        fact_index=entry.index,
        kind=kind,
        payload={**common, "data": data},
        evidence=evidence or "",
        declared_by=actor,
        declared_at=entry.recorded_at,
    )


def _fact(current: Published, kind: str, common: dict[str, Any], data: dict[str, Any]) -> Fact:
    commitment = common["commitment"]
    return Fact(
        kind=kind,
        occurred_on=dt.date.fromisoformat(common["occurred_on"]),
        programme=current.code,
        measures=with_measures((), (commitment,)),
        commitments=(commitment,),
        area=common["area"],
        quantity=Decimal(common["quantity"]),
        unit=common["unit"],
        breakdowns=common["breakdowns"],
        definition=current.ref("commitment", commitment),
        data=data,
        synthetic=common["synthetic"],
    )


@transaction.atomic
def output_confirm(*, actor: User, declaration: Declaration) -> Entry:
    """Confirm what another agent declared: from now on it counts."""
    require(actor, "programme.output_confirm")
    declaration = _lock_waiting(actor, declaration)
    current = published(declaration.programme)
    common = {key: value for key, value in declaration.payload.items() if key != "data"}
    [entry] = journal.append([_fact(current, declaration.kind, common, declaration.payload["data"])])
    _settle(declaration, actor, Declaration.State.CONFIRMED, entry)
    return entry


@transaction.atomic
def output_refuse(*, actor: User, declaration: Declaration, reason: str) -> Entry:
    """Refuse what another agent declared, with a public reason."""
    require(actor, "programme.output_confirm")
    if not reason.strip():
        raise InputError(Text("un refus est motivé", "a refusal has a reason"))
    declaration = _lock_waiting(actor, declaration)
    fact = Fact(
        kind="programme.output_refused.v1",
        occurred_on=today(),
        programme=declaration.programme,
        measures=with_measures((), (declaration.commitment,)),
        commitments=(declaration.commitment,),
        data={"declared": declaration.fact_index, "reason": reason},
        synthetic=declaration.payload["synthetic"],
    )
    [entry] = journal.append([fact])
    _settle(declaration, actor, Declaration.State.REFUSED, entry)
    return entry


def _lock_waiting(actor: User, declaration: Declaration) -> Declaration:
    locked = Declaration.objects.select_for_update().get(pk=declaration.pk)
    if locked.state != Declaration.State.WAITING:
        raise InputError(Text("cette déclaration est déjà traitée", "this declaration is already settled"))
    if locked.declared_by_id == actor.pk:
        raise InputError(
            Text(
                "une autre personne doit confirmer ce que vous avez déclaré",
                "another person must confirm what you declared",
            )
        )
    return locked


def _settle(declaration: Declaration, actor: User, state: Declaration.State, entry: Entry) -> None:
    declaration.state = state
    declaration.settled_by = actor
    declaration.settled_at = entry.recorded_at
    declaration.settled_index = entry.index
    declaration.save()
