"""The site's main navigation: entries appear once the app that serves them is installed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import NoReverseMatch, reverse

from mandat.kernel.text import Text


@dataclass(frozen=True, slots=True)
class Entry:
    """``name`` is the address's name; ``family`` the names of pages under it."""

    label: Text
    name: str
    family: tuple[str, ...] = ()


ENTRIES: list[Entry] = [
    Entry(Text("Mes droits", "My rights"), "rights:questionnaire", ("rights:",)),
    Entry(Text("Aides", "Aids"), "grants:directory", ("grants:", "registers:")),
    Entry(Text("Mesures", "Measures"), "programme:measures", ("programme:measure", "programme:chapter", "programme:why")),
    Entry(
        Text("Participer", "Take part"),
        "participation:hub",
        ("participation:", "ballots:", "petitions:", "meetings:", "answers:", "consultations:", "budgeting:", "panels:", "mediation:", "community:charter"),
    ),
    Entry(Text("Argent", "Money"), "funds:board", ("funds:",)),
    Entry(Text("Communes", "Communes"), "territory:communes", ("territory:",)),
    Entry(Text("Faits", "Facts"), "programme:facts", ("programme:fact",)),
    Entry(Text("Instances", "Bodies"), "bodies:bodies", ("bodies:",)),
    Entry(Text("Données", "Data"), "programme:data", ("publications:",)),
]  # fmt: skip


def main_navigation(current: str) -> Iterator[dict[str, object]]:
    """Label, address and state (``page``, ``true`` for a page under it, or empty) of each entry."""
    for entry in ENTRIES:
        try:
            url = reverse(entry.name)
        except NoReverseMatch:
            continue
        state = "page" if current == entry.name else ""
        if not state and any(
            current == name or (name.endswith(":") and current.startswith(name)) for name in entry.family
        ):
            state = "true"
        yield {"label": entry.label, "url": url, "state": state}
