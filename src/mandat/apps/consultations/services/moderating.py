"""What waits to be read by an agent, and what they decide of it."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from mandat.apps.accounts.models import User
from mandat.apps.accounts.permissions import require
from mandat.apps.consultations import seams
from mandat.apps.consultations.models import Amendment, Consultation, FreeText, Observation, Shown, Statement
from mandat.apps.consultations.services.common import touched
from mandat.apps.consultations.services.observations import observation_moderate
from mandat.apps.consultations.services.opinions import statement_moderate
from mandat.apps.consultations.services.surveys import text_moderate
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text


@dataclass(frozen=True, slots=True)
class Item:
    """Something to read: ``kind`` and ``reference`` name it, ``photo`` says that there is one to see."""

    kind: str
    reference: str
    text: str
    why: str = ""
    photo: bool = False


def waiting_items(row: Consultation) -> list[Item]:
    """What waits, the oldest first where it bears a moment; a few hundred at most."""
    found: list[Item] = []
    if row.type == "drafting":
        rows = Amendment.objects.filter(consultation=row, shown=Shown.WAITING).order_by("made_at", "pk")[:200]
        found += [
            Item("amendement", one.reference, "\n".join(filter(None, (one.title, one.body, one.reason))), one.why_hidden)
            for one in rows
        ]
    elif row.type == "opinion-map":
        waiting = Statement.objects.filter(consultation=row, shown=Shown.WAITING).order_by("number")[:200]
        found += [Item("enonce", one.reference, one.text) for one in waiting]
    elif row.type == "survey":
        texts = FreeText.objects.filter(consultation=row, shown=Shown.WAITING).order_by("id")[:200]
        found += [Item("mots", str(one.pk), one.text) for one in texts]
    else:
        unseen = Q(shown=Shown.WAITING) | Q(
            shown=Shown.SHOWN, photo__isnull=False, photo_shown=False, moderated_at__isnull=True
        )
        sightings = Observation.objects.filter(unseen, consultation=row).order_by("made_at", "pk")[:200]
        found += [
            Item("observation", one.reference, one.note or one.photo_text, one.why_hidden, one.photo_id is not None)
            for one in sightings
        ]
    return found


def item_moderate(
    *, actor: User, row: Consultation, kind: str, reference: str, shown: bool, why: str = "", at: dt.datetime | None = None
) -> None:
    """Decide of one item. Raises InputError where there is none."""
    found: Any = None
    if kind == "mots":
        try:
            found = FreeText.objects.filter(consultation=row, pk=uuid.UUID(reference)).first()
        except ValueError:
            found = None
    else:
        models = {"amendement": Amendment, "enonce": Statement, "observation": Observation}
        found = models[kind]._base_manager.filter(consultation=row, reference=reference).first()
    if found is None:
        raise InputError(Text("cela n'existe plus", "this is there no more"))
    if kind == "mots":
        text_moderate(actor=actor, text=found, shown=shown, why=why, at=at)
    elif kind == "enonce":
        statement_moderate(actor=actor, statement=found, shown=shown, why=why, at=at)
    elif kind == "observation":
        observation_moderate(actor=actor, observation=found, shown=shown, photo=shown, why=why, at=at)
    else:
        amendment_moderate(actor=actor, amendment=found, shown=shown, why=why, at=at)


@transaction.atomic
def amendment_moderate(
    *, actor: User, amendment: Amendment, shown: bool, why: str = "", at: dt.datetime | None = None
) -> None:
    """Publish an amendment, or hide it for a reason; one hidden is no longer voted on nor adopted."""
    require(actor, "community.moderate")
    at = at or timezone.now()
    why = seams.cleaned(why, longest=300, what=Text("le motif", "the reason"), required=not shown)
    locked = Amendment.objects.select_for_update(of=("self",)).get(pk=amendment.pk)
    waiting = -1 if locked.shown == Shown.WAITING else 0
    locked.shown, locked.why_hidden = (Shown.SHOWN if shown else Shown.HIDDEN), why
    locked.moderated_by, locked.moderated_at = actor, at
    locked.save(update_fields=["shown", "why_hidden", "moderated_by", "moderated_at"])
    touched(locked.consultation, at, waiting=waiting)
