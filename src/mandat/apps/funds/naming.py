"""Words for the lines of the board."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _

from mandat.apps.funds.board import NATURAL, PLACES, UNTOLD
from mandat.apps.funds.vocabulary import kind
from mandat.apps.programme.published import Published
from mandat.apps.programme.views.shared import words
from mandat.apps.territory import selectors as territory
from mandat.definitions.models import DefinitionVersion
from mandat.kernel.text import Text
from mandat.web.typography import typeset


def scheme_titles(programme: str) -> dict[str, str]:
    """The title of each published scheme. One query."""
    rows = DefinitionVersion.objects.filter(programme=programme, kind="scheme", current=True).order_by("code")
    return {
        code: typeset(str(Text(title["fr"], title["en"])), "fr")
        for code, title in rows.values_list("code", "body__title")
    }


def namer(current: Published, by: str) -> Callable[[Any], str]:
    """A function that says the key of a line. One query for schemes, none otherwise."""
    schemes = scheme_titles(current.code) if by == "dispositif" else {}

    def name(key: Any) -> str:
        if key == NATURAL and by != "beneficiaire":
            return _("Private persons, whose place is not told")
        if by == "mesure":
            return f"{key}. {words(current.measures[key].title)}" if key in current.measures else str(key)
        if by == "dispositif":
            return schemes.get(key, key) or _("Envelopes of several schemes")
        if by == "beneficiaire":
            return str(kind(key))
        if by in PLACES:
            return typeset(territory.area_name(key), "fr") if key != UNTOLD else _("Place not said")
        return str(key)

    return name
