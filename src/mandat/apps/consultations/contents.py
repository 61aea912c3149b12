"""Amendments, statements and sightings as moderation knows them: found, hidden, shown again."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils import timezone

from mandat.apps.community.moderation import contents
from mandat.apps.community.moderation.contents import Content
from mandat.apps.consultations import seams
from mandat.apps.consultations.models import Amendment, Consultation, Observation, Shown, Statement
from mandat.kernel.text import Text


def _content(found: Any, text: str, url: str) -> Content:
    model = type(found)

    def set_to(shown: str) -> None:
        rows = model.objects.filter(pk=found.pk).exclude(shown=Shown.WITHDRAWN)
        rows.update(shown=shown)
        Consultation.objects.filter(pk=found.consultation_id).update(changed_at=timezone.now())

    return Content(
        text=text,
        url=url,
        author=found.author,
        hide=lambda: set_to(Shown.HIDDEN),
        show=lambda: set_to(Shown.SHOWN),
    )


def _url(name: str, row: Consultation, *more: str) -> str:
    return reverse(f"consultations:{name}", args=[row.process, row.component, *more])


def _amendment(reference: str) -> Content | None:
    found = Amendment.objects.select_related("consultation", "author").filter(reference=reference).first()
    if found is None:
        return None
    text = "\n\n".join(filter(None, (found.title, found.body, found.reason)))
    return _content(found, text, _url("amendment", found.consultation, reference))


def _statement(reference: str) -> Content | None:
    found = Statement.objects.select_related("consultation", "author").filter(reference=reference, seed=False).first()
    return None if found is None else _content(found, found.text, _url("opinion_map", found.consultation))


def _observation(reference: str) -> Content | None:
    found = Observation.objects.select_related("consultation", "author").filter(reference=reference).first()
    if found is None:
        return None
    text = "\n\n".join(filter(None, (found.note, found.photo_text))) or found.subject
    return _content(found, text, _url("observation", found.consultation, reference))


def register() -> None:
    """Say all three to moderation."""
    contents.register(seams.AMENDMENT, _amendment, label=Text("amendement", "amendment"))
    contents.register(seams.STATEMENT, _statement, label=Text("énoncé", "statement"))
    contents.register(seams.OBSERVATION, _observation, label=Text("observation", "observation"))
