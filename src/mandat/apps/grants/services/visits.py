"""Visits before a decision (labels): when, and what was found."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils import timezone

from mandat.apps.accounts.models import User
from mandat.apps.grants import access
from mandat.apps.grants.machine import State
from mandat.apps.grants.models import Case, Visit
from mandat.apps.grants.services.instructing import step, worded
from mandat.apps.grants.services.moving import held, terms_of, today
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text


@transaction.atomic
def visit_record(*, actor: User, case: Case, on: dt.date, findings: str) -> Visit:
    """Record a visit made on ``on`` while the case is examined, and what was found."""
    case = held(case)
    access.require(actor, case, "visit")
    if case.state not in (State.COMPLETE, State.OPINIONS):
        raise InputError(Text("ce dossier n'est pas à l'examen", "this case is not being examined"))
    sent = timezone.localdate(case.submitted_at) if case.submitted_at else on
    if not sent <= on <= today():
        raise InputError(Text("un jour entre l'envoi et aujourd'hui", "a day between the sending and today"))
    findings = worded(findings, most=20_000, needed=Text("dites ce qui a été constaté", "say what was found"))
    made = Visit.objects.create(case=case, by=actor, on=on, findings=findings, recorded_at=timezone.now())
    step("grants.visited.v1", case, terms_of(case))
    return made
