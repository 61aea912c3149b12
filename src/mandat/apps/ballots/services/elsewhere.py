"""A vote held with Belenios: its result received, counted by our rules, published with its digest."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from mandat import journal
from mandat.apps.accounts.permissions import require
from mandat.apps.ballots import belenios, hooks, telling
from mandat.apps.ballots.models import Imported, Mark, Poll, Result
from mandat.apps.ballots.services.casting import poll_lock
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

LARGEST = 20 * 1024 * 1024


@transaction.atomic
def result_import(*, actor: Any, poll: Poll, data: bytes, voters: int, on_roll: int, election: str = "") -> Result:
    """Publish the result of a poll that was held with Belenios. Raises PermissionDenied, InputError."""
    require(actor, "ballots.manage")
    if len(data) > LARGEST:
        raise InputError(Text("fichier trop gros", "file too large"))
    if election and not election.startswith("https://"):
        raise InputError(Text("l'adresse de l'élection commence par https://", "the address begins with https://"))
    if not 0 <= voters <= on_roll:
        raise InputError(Text("plus de votants que d'inscrits", "more voters than people on the roll"))
    poll_lock(poll, alone=True)
    locked = Poll.objects.select_for_update().select_related("roll").get(pk=poll.pk)
    if locked.state != Poll.State.OPEN:
        raise PermissionDenied("ballots.manage")
    if not locked.over():
        raise InputError(Text("ce vote n'est pas clos", "this vote is not closed"))
    if Mark.objects.filter(poll=locked).exists():
        raise InputError(Text("on a voté ici : ce vote se dépouille ici", "votes were cast here: it is counted here"))
    try:
        text = data.decode()
    except UnicodeDecodeError:
        raise InputError(Text("ce fichier n'est pas du texte", "this file is not text")) from None
    outcome = belenios.outcome(locked.definition, belenios.read(text), voters=voters, on_roll=on_roll)
    now = timezone.now()
    digest = hashlib.sha256(data).hexdigest()
    Imported.objects.create(
        poll=locked, body=json.loads(text), digest=digest, election=election[:300], by=actor, at=now
    )
    result = Result.objects.create(
        poll=locked,
        outcome=outcome,
        root=digest,
        ballots=voters,
        voters=on_roll,
        marks=voters,
        turnout={},
        counted_at=now,
    )
    locked.state, locked.counted_at, locked.key = Poll.State.COUNTED, now, ""
    locked.save(update_fields=["state", "counted_at", "key"])
    journal.append([telling.closed(locked, voters=voters, on_roll=on_roll), telling.counted(locked, result)])
    hooks.counted(locked, result)
    poll.refresh_from_db()
    return result
