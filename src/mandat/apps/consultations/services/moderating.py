"""What waits to be read by an agent, and what they decide of it."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

from mandat.apps.accounts.models import User
from mandat.apps.consultations.models import Consultation, FreeText, Observation, Shown, Statement
from mandat.apps.consultations.services.observations import photo_judge
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
    """What waits, the oldest first where it bears a moment; a few hundred at most.

    Statements and words of surveys are all read before they are shown, and so are photos. Amendments and notes that the charter holds by
    itself wait in the queue of the community.
    """
    found: list[Item] = []
    if row.type == "opinion-map":
        waiting = Statement.objects.filter(consultation=row, shown=Shown.WAITING).order_by("number")[:200]
        found += [Item("enonce", one.reference, one.text) for one in waiting]
    elif row.type == "survey":
        texts = FreeText.objects.filter(consultation=row, shown=Shown.WAITING).order_by("id")[:200]
        found += [Item("mots", str(one.pk), one.text) for one in texts]
    elif row.type == "observations":
        unseen = Observation.objects.filter(consultation=row, photo__isnull=False, photo_shown=False)
        found += [
            Item("photo", one.reference, one.photo_text, photo=True) for one in unseen.order_by("made_at", "pk")[:200]
        ]
    return found


def item_moderate(
    *,
    actor: User,
    row: Consultation,
    kind: str,
    reference: str,
    shown: bool,
    why: str = "",
    at: dt.datetime | None = None,
) -> None:
    """Decide of one item. Raises InputError where there is none."""
    gone = InputError(Text("cela n'existe plus", "this is there no more"))
    if kind == "mots":
        try:
            text = FreeText.objects.filter(consultation=row, pk=uuid.UUID(reference)).first()
        except ValueError:
            text = None
        if text is None:
            raise gone
        text_moderate(actor=actor, text=text, shown=shown, why=why, at=at)
    elif kind == "enonce":
        statement = Statement.objects.filter(consultation=row, reference=reference).first()
        if statement is None:
            raise gone
        statement_moderate(actor=actor, statement=statement, shown=shown, why=why, at=at)
    else:
        observation = Observation.objects.filter(consultation=row, reference=reference).first()
        if observation is None:
            raise gone
        photo_judge(actor=actor, observation=observation, shown=shown, why=why, at=at)
