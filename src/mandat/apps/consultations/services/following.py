"""What follows from a consultation: those who follow its process are told, and an answer is owed once it closes."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.urls import reverse
from django.utils import timezone

from mandat.apps.answers.services.duties import owe
from mandat.apps.consultations import seams
from mandat.apps.consultations.held import Held
from mandat.apps.consultations.models import Consultation
from mandat.kernel.periods import add_months
from mandat.kernel.text import Text

#: What one finds once it is closed.
PUBLISHED = {
    "drafting": Text("les votes sont clos", "votes are closed"),
    "survey": Text("les résultats sont publiés", "the results are published"),
    "opinion-map": Text("la carte est publiée", "the map is published"),
    "observations": Text("l'inventaire est clos", "the inventory is closed"),
}
RESULTS = {"survey": "consultations:results", "opinion-map": "consultations:opinion_map"}


def source_of(held: Held[Any]) -> str:
    """What is answered, as facts name it."""
    return f"process:{held.process.code}/{held.code}"


def told_opened(held: Held[Any], at: dt.datetime) -> None:
    """One may take part from now on."""
    _tell(held, Text("c'est ouvert", "it is open"), at=at, what="opened")


def told_adopted(held: Held[Any], at: dt.datetime) -> None:
    """The text that came out of the votes can be read."""
    _tell(held, Text("le texte adopté est publié", "the text as adopted is published"), at=at, what="synthesis")


def closed(held: Held[Any], row: Consultation, at: dt.datetime) -> None:
    """Tell that it is closed, and owe the answer its definition promises. In the transaction of the closing.

    The component's own duty, where it has one, else that of the process. Nothing is owed where nobody took part. The deadline runs from the closing
    whatever remains to be settled.
    """
    _tell(held, PUBLISHED[row.type], at=at, what="closed", name=RESULTS.get(row.type, ""))
    process = held.process.process
    duty = getattr(held.document, "answer", None) or process.answer
    if duty is None or not row.items:
        return
    day = timezone.localdate(at)
    due = day + dt.timedelta(days=duty.days)
    owe(
        kind="consultation", source=source_of(held), title=_titled(held), url=_url(held), body=duty.body, due_on=due,
        process=held.process.code, measures=process.measures, reminder_days=duty.reminder_days, owed_on=day,
        delivery_by=add_months(due, duty.delivery_months) if duty.delivery_months else None,
    )  # fmt: skip


def _titled(held: Held[Any]) -> Text:
    process, title = held.process.process.title, held.document.title
    return Text(f"{process.fr} : {title.fr}", f"{process.en}: {title.en}")


def _url(held: Held[Any], name: str = "") -> str:
    return reverse(name or "participation:component", args=[held.process.code, held.code])


def _tell(held: Held[Any], said: Text, *, at: dt.datetime, what: str, name: str = "") -> None:
    process, title = held.process.process.title, held.document.title
    seams.tell(
        held.process, title=Text(f"{title.fr} ({process.fr}) : {said.fr}", f"{title.en} ({process.en}): {said.en}"), url=_url(held, name), at=at,
        key=f"consultations:{what}:{held.process.code}/{held.code}",
    )  # fmt: skip
