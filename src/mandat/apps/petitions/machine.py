"""The states of a petition and the movements between them: one table, drawn in docs/petitions.md."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from mandat.kernel.text import Text

Who = Literal["author", "agent", "clock"]


class State(models.TextChoices):
    """Where a petition stands."""

    DRAFT = "draft", pgettext_lazy("petition", "being written")
    SPONSORS = "sponsors", _("looking for sponsors")
    EXAMINATION = "examination", pgettext_lazy("petition", "being examined")
    CHANGES = "changes", _("to be changed by its author")
    REFUSED = "refused", pgettext_lazy("petition", "refused")
    OPEN = "open", _("open for signatures")
    ENDED = "ended", _("signing over, answer awaited")
    CLOSED = "closed", pgettext_lazy("petition", "closed")
    EXPIRED = "expired", _("time over without a threshold")
    WITHDRAWN = "withdrawn", pgettext_lazy("petition", "withdrawn by its author")


S = State
#: States in which anybody may read the petition.
PUBLIC = frozenset({S.OPEN, S.ENDED, S.CLOSED, S.EXPIRED, S.REFUSED})
#: States in which its author may still write.
WRITABLE = frozenset({S.DRAFT, S.SPONSORS, S.CHANGES})
#: States that count among those an author has under way.
UNDER_WAY = frozenset({S.DRAFT, S.SPONSORS, S.EXAMINATION, S.CHANGES, S.OPEN})
#: States that hold the petition's place for good.
OVER = frozenset({S.CLOSED, S.EXPIRED, S.WITHDRAWN, S.REFUSED})


@dataclass(frozen=True, slots=True)
class Movement:
    """``name`` by ``who``, from any of ``sources`` to ``target``."""

    name: str
    who: Who
    sources: frozenset[State]
    target: State
    label: Text


def _movement(name: str, who: Who, sources: set[State], target: State, fr: str, en: str) -> Movement:
    return Movement(name, who, frozenset(sources), target, Text(fr, en))


MOVEMENTS = {
    one.name: one
    for one in (
        _movement("ask_sponsors", "author", {S.DRAFT}, S.SPONSORS, "chercher des parrainages", "look for sponsors"),
        _movement("submit", "author", {S.DRAFT, S.SPONSORS, S.CHANGES}, S.EXAMINATION, "envoyer à l'examen", "send to examination"),
        _movement("rewrite", "author", {S.SPONSORS}, S.DRAFT, "reprendre le texte", "take the text up again"),
        _movement("ask_changes", "agent", {S.EXAMINATION}, S.CHANGES, "demander un changement", "ask for a change"),
        _movement("publish", "agent", {S.EXAMINATION}, S.OPEN, "publier", "publish"),
        _movement("refuse", "agent", {S.EXAMINATION}, S.REFUSED, "refuser", "refuse"),
        _movement("reinstate", "agent", {S.REFUSED}, S.OPEN, "publier après un recours", "publish on appeal"),
        _movement("withdraw", "author", {S.DRAFT, S.SPONSORS, S.EXAMINATION, S.CHANGES, S.OPEN}, S.WITHDRAWN, "retirer", "withdraw"),
        _movement("lapse", "clock", {S.SPONSORS, S.CHANGES}, S.EXPIRED, "laisser passer le temps", "let time run out"),
        _movement("expire", "clock", {S.OPEN}, S.EXPIRED, "fermer sans seuil", "end without a threshold"),
        _movement("end", "clock", {S.OPEN}, S.ENDED, "fermer les signatures", "end the signing"),
        _movement("close", "clock", {S.OPEN, S.ENDED}, S.CLOSED, "clore", "close"),
    )
}  # fmt: skip
