"""Record decisions and milestones."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from django.core.files.base import File
from django.db import transaction

from mandat import journal
from mandat.apps.accounts.models import User
from mandat.apps.accounts.permissions import require
from mandat.apps.programme.models import DecisionDocument
from mandat.apps.programme.published import published
from mandat.apps.programme.services.checks import check_codes, check_day, check_document, check_url, with_measures
from mandat.facts import Fact
from mandat.journal import Entry
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text


@transaction.atomic
def decision_record(
    *,
    actor: User,
    on: dt.date,
    form: Literal["deliberation", "order", "convention", "other"],
    number: str,
    title: str,
    measures: Sequence[int] = (),
    commitments: Sequence[str] = (),
    body: str = "",
    document: File[bytes] | None = None,
    document_url: str = "",
    synthetic: bool = False,
) -> Entry:
    """Record a deliberation or an order, with its document (kept, and cited by its SHA-256)."""
    require(actor, "programme.decision_record")
    current = published()
    check_day(current, on)
    check_codes(current, measures, commitments)
    if body and body not in current.bodies:
        raise InputError(Text(f"instance inconnue : {body}", f"unknown body: {body}"))
    if not number.strip() or not title.strip():
        raise InputError(Text("une décision a un numéro et un titre", "a decision has a number and a title"))
    check_url(document_url)
    sha256 = check_document(document) if document else ""
    fact = Fact(
        kind="programme.decision_recorded.v1",
        occurred_on=on,
        programme=current.code,
        measures=with_measures(measures, commitments),
        commitments=tuple(commitments),
        subject=number,
        source=f"decision:{form}:{number}",
        definition=current.ref("body", body) if body else None,
        data={
            "form": form,
            "number": number,
            "title": title,
            "body": body,
            "document_sha256": sha256,
            "document_url": document_url,
        },
        synthetic=synthetic,
    )
    return _record_once(fact, document, sha256)


@transaction.atomic
def milestone_reach(
    *,
    actor: User,
    on: dt.date,
    commitment: str,
    milestone: str,
    evidence_url: str = "",
    document: File[bytes] | None = None,
    synthetic: bool = False,
) -> Entry:
    """State that a milestone of a commitment is reached."""
    require(actor, "programme.milestone_reach")
    current = published()
    check_day(current, on)
    check_codes(current, (), (commitment,))
    check_url(evidence_url)
    known = {m.code: m for m in current.commitments[commitment].milestones}
    if milestone not in known:
        listed = ", ".join(known) or "—"
        raise InputError(
            Text(
                f"jalon inconnu : {milestone} (connus : {listed})", f"unknown milestone: {milestone} (known: {listed})"
            )
        )
    sha256 = check_document(document) if document else ""
    fact = Fact(
        kind="programme.milestone_reached.v1",
        occurred_on=on,
        programme=current.code,
        measures=with_measures((), (commitment,)),
        commitments=(commitment,),
        definition=current.ref("commitment", commitment),
        subject=f"{commitment}/{milestone}",
        source=f"milestone:{commitment}/{milestone}",
        data={
            "milestone": milestone,
            "title": known[milestone].title.fr,
            "evidence_sha256": sha256,
            "evidence_url": evidence_url,
        },
        synthetic=synthetic,
    )
    return _record_once(fact, document, sha256)


def _record_once(fact: Fact, document: File[bytes] | None, sha256: str) -> Entry:
    """Append a fact that may stand only once, with its document; what was withdrawn may be recorded anew."""
    [entry] = journal.append([fact])
    if not entry.new and entry.replaced_by is not None:
        [entry] = journal.append([replace(fact, source=f"{fact.source}#{entry.replaced_by}")])
    if not entry.new:
        raise InputError(
            Text(f"déjà enregistré : fait n° {entry.index}", f"already recorded: fact number {entry.index}")
        )
    if document:
        DecisionDocument.objects.create(fact_index=entry.index, document=document, sha256=sha256)
    return entry
