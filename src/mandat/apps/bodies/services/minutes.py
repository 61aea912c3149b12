"""Minutes: written by the secretariat, published after the session, adopted by a later one. What is published is never rewritten."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from mandat.apps.accounts.models import User
from mandat.apps.accounts.permissions import require
from mandat.apps.bodies import written
from mandat.apps.bodies.models import Division, Minutes, Session
from mandat.apps.bodies.services.recording import append, locked, session_fact, today, words
from mandat.apps.bodies.terms import meeting_body
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

State = Session.State


@transaction.atomic
def minutes_draft(*, actor: User, session: Session, text: str) -> Session:
    """Keep the account in words as it is being written; nobody but the secretariat reads it."""
    require(actor, "bodies.manage")
    session = locked(session, State.OPEN, State.CLOSED)
    session.draft = words(text, Text("compte rendu", "account"), needed=False)
    session.save(update_fields=["draft"])
    return session


@transaction.atomic
def minutes_publish(*, actor: User, session: Session, text: str = "") -> Minutes:
    """Publish the minutes of a session held: what is recorded (attendance, votes, decisions) and the account in words, signed by their digest.

    Published again before adoption, they are another rank beside the first. Raises InputError before the session is closed, and once adopted.
    """
    require(actor, "bodies.manage")
    session = locked(session, State.CLOSED)
    terms = meeting_body(session.body)
    last = session.minutes.order_by("-rank").first()
    if last is not None and last.stage == Minutes.Stage.ADOPTED:
        raise InputError(Text("ce procès-verbal est adopté", "these minutes are adopted"))
    account = words(text or session.draft, Text("compte rendu", "account"), needed=False)
    record = written.minutes(session)
    sha256 = written.signed(record, account)
    if last is not None and last.sha256 == sha256:
        return last
    made = Minutes.objects.create(
        session=session, rank=(last.rank if last else 0) + 1, stage=Minutes.Stage.PUBLISHED, text=account, record=record,
        sha256=sha256, at=timezone.now(), by=actor,
    )  # fmt: skip
    days = (today() - session.on).days
    before = session.agenda_at is not None and session.opened_at is not None and session.agenda_at < session.opened_at
    rolls = Division.objects.filter(item__session=session, mode=Division.Mode.ROLL, closed_at__isnull=False).count()
    append(
        session_fact(
            "bodies.minutes_published.v1", terms, session, quantity=1 if last is None else 0, unit="session",
            sha256=sha256, days=days, in_time=days <= terms.document.delays.minutes, agenda=before, votes=rolls,
            public=session.public,
        )
    )  # fmt: skip
    return made
