"""Further rounds of a call: those retained in one are called to the next, which asks its own questions and documents."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils import timezone

from mandat.apps.accounts.models import User
from mandat.apps.grants.calls import closing
from mandat.apps.grants.models import Case, Request
from mandat.apps.grants.schema import Scheme
from mandat.apps.grants.schema.receiving import CallRound, Round
from mandat.apps.grants.services.instructing import step, worded
from mandat.apps.grants.services.moving import held, move, terms_of, today
from mandat.apps.grants.services.sending import call_of
from mandat.apps.grants.services.telling import tell_applicants
from mandat.apps.grants.sheets import sheet_of
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text
from mandat.web import formats


def next_round(case: Case, scheme: Scheme) -> tuple[Round, CallRound] | None:
    """The round after the one a case is in, with its dates in the case's call; None after the last."""
    if case.round > len(scheme.rounds):
        return None
    found = scheme.rounds[case.round - 1]
    dated = [one for call in scheme.calls if call.code == case.call for one in call.rounds if one.code == found.code]
    return (found, dated[0]) if dated else None


@transaction.atomic
def case_call_on(*, actor: User, case: Case, text: str = "") -> Request:
    """Retain a case for the next round of its call: what that round asks is asked for, until the round closes.

    Raises InputError after the last round, once the next is closed, or where the case is not being examined; PermissionDenied.
    """
    case = held(case)
    terms = terms_of(case)
    following = next_round(case, terms.document)
    if following is None:
        raise InputError(Text("cet appel n'a pas d'autre tour", "this call has no further round"))
    found, _dates = following
    move(case, "ask", who="instructor", actor=actor, reason=worded(text))
    case.round += 1
    call = call_of(case, terms.document)  # the dates in force: a round may be prolonged
    end = closing(call) if call is not None else None
    if end is None or end <= timezone.now():
        raise InputError(
            Text(f"le tour « {found.title.fr} » est clos", f"the round “{found.title.en}” is closed")
        )  # fmt: skip
    case.save()
    sheet = sheet_of(case)
    last = timezone.localdate(end - dt.timedelta(seconds=1))
    request = Request.objects.create(
        case=case,
        codes=[one.code for one in sheet.evidence("application") if one.round == found.code],
        fields=[
            question.name for section in sheet.sections if section.round == found.code for question in section.fields
        ],
        text=text.strip() or _words(found, last),
        asked_by=actor,
        asked_on=today(),
        until=last,
    )
    case.due_on = last
    case.assigned_to = case.assigned_to or actor
    case.save()
    step("grants.completion_asked.v1", case, terms)
    tell_applicants("asked", case, key=str(request.pk))
    return request


def _words(found: Round, last: dt.date) -> str:
    """What applicants read where the agent adds nothing."""
    return f"Votre projet est retenu pour le tour suivant : {found.title.fr}. Répondez au plus tard le {formats.day(last)}."
