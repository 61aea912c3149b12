"""Contested figures are moderated like all people write; a hidden one leaves the pages, never its examination."""

from __future__ import annotations

from django.urls import reverse

from mandat.apps.answers.models import Contest
from mandat.apps.community.moderation import contents
from mandat.kernel.text import Text


def find(reference: str) -> contents.Content | None:
    held = Contest.objects.filter(reference=reference).select_related("author").first()
    if held is None:
        return None
    rows = Contest.objects.filter(pk=held.pk)
    return contents.Content(
        f"{held.source_title}\n{held.source_url}\n{held.why}",
        reverse("answers:contest", args=[reference]),
        held.author,
        lambda: _set(rows, True),
        lambda: _set(rows, False),
    )


def _set(rows: object, hidden: bool) -> None:
    rows.update(hidden=hidden)  # type: ignore[attr-defined]


def register() -> None:
    contents.register("contest", find, label=Text("chiffre contesté", "contested figure"))
