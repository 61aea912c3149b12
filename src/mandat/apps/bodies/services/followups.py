"""What becomes of decisions: who must do what by when, and when it was done."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from mandat.apps.accounts.models import User
from mandat.apps.accounts.permissions import require
from mandat.apps.bodies.models import Decision, FollowUp
from mandat.apps.bodies.services.recording import append, body_fact, today, words
from mandat.apps.bodies.terms import body_of
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text


@transaction.atomic
def follow_up_set(*, actor: User, decision: Decision, owner: str, what: str, due_on: dt.date) -> FollowUp:
    """Say what is to be done of a decision, by which body of the programme (a function, never a person), until when."""
    require(actor, "bodies.manage")
    body_of(owner)
    if due_on < decision.decided_on:
        raise InputError(Text("l'échéance suit la décision", "the due day follows the decision"))
    made = FollowUp.objects.create(
        decision=decision, owner=owner, what=words(what, Text("suite", "follow-up"), longest=300), due_on=due_on
    )
    append(
        body_fact(
            "bodies.follow_up_set.v1", body_of(decision.body), programme=decision.programme, number=decision.code,
            owner=owner, due_on=due_on.isoformat(),
        )
    )  # fmt: skip
    return made


@transaction.atomic
def follow_up_done(
    *, actor: User, follow_up: FollowUp, note: str = "", url: str = "", on: dt.date | None = None
) -> FollowUp:
    """Say that it is done, since when (today), and where one can see it. Once."""
    require(actor, "bodies.manage")
    follow_up = FollowUp.objects.select_for_update(of=("self",)).select_related("decision").get(pk=follow_up.pk)
    if follow_up.done_on is not None:
        return follow_up
    day = on or today()
    if not follow_up.decision.decided_on <= day <= today():
        raise InputError(Text("un jour entre la décision et aujourd'hui", "a day between the decision and today"))
    if url and not url.startswith("https://"):
        raise InputError(Text("un lien commence par https://", "a link begins with https://"))
    follow_up.done_on = day
    follow_up.done_note = words(note, Text("précision", "note"), longest=300, needed=False)
    follow_up.done_url = url
    follow_up.save()
    decision = follow_up.decision
    append(
        body_fact(
            "bodies.follow_up_done.v1", body_of(decision.body), programme=decision.programme, on=day, quantity=1,
            unit="action", number=decision.code, owner=follow_up.owner, late=max(0, (day - follow_up.due_on).days),
        )
    )  # fmt: skip
    return follow_up
