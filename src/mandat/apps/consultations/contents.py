"""Amendments, statements and sightings as moderation knows them: found, hidden, shown again."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from mandat.apps.community.moderation import contents
from mandat.apps.community.moderation.contents import Content
from mandat.apps.consultations import seams
from mandat.apps.consultations.held import held_of
from mandat.apps.consultations.models import Amendment, Consultation, Observation, Shown, Statement
from mandat.apps.participation.services import debates
from mandat.kernel.text import Text

#: What debates call an amendment.
AMENDED = "amendment"


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


def _where(reference: str) -> tuple[str, str, str] | None:
    """Where an amendment is debated: one that is published, of a text that is commented."""
    found = Amendment.objects.select_related("consultation").filter(reference=reference, shown=Shown.SHOWN).first()
    if found is None or not held_of(found.consultation).document.comments:
        return None
    return found.consultation.process, found.consultation.component, "drafting"


def _about(reference: str) -> tuple[str, str] | None:
    found = Amendment.objects.select_related("consultation").filter(reference=reference).first()
    if found is None:
        return None
    title = _("Amendment %(reference)s") % {"reference": reference}
    return _url("amendment", found.consultation, reference), title


def register() -> None:
    """Say all three to moderation, and amendments to debates."""
    debates.register_kind(AMENDED, where=_where, about=_about)
    contents.register(seams.AMENDMENT, _amendment, label=Text("amendement", "amendment"))
    contents.register(seams.STATEMENT, _statement, label=Text("énoncé", "statement"))
    contents.register(seams.OBSERVATION, _observation, label=Text("observation", "observation"))
