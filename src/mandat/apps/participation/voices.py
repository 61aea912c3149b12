"""What is done with people's words before they are kept: cleaned, bounded, looked at; and how often one may write."""

from __future__ import annotations

from typing import Any

from mandat.apps.community import moderation, ratelimit
from mandat.apps.community.services import moderation as moderating
from mandat.apps.community.text import cleaned
from mandat.kernel.text import Text

__all__ = ["held", "take", "written"]


def written(text: str, *, longest: int, least: int = 0, one_line: bool = False) -> str:
    """The text as it is kept. Raises InputError where it is too long (before any work), too short once cleaned, or disguises letters."""
    return cleaned(text, longest=longest, least=least, one_line=one_line)


def take(user: Any, action: str, *, per_hour: int) -> None:
    """Take one of the places an account has in an hour. Raises InputError once none is left."""
    ratelimit.taken(user, action, per_hour=per_hour)


def held(*, kind: str, reference: str, text: str, author: Any) -> Text | None:
    """Look at what was just published, in its transaction; where it must wait it is hidden and its author told why. None: it stays."""
    found = moderation.checked(text, author=author, kind=kind)
    if found is None:
        return None
    moderating.hold(kind=kind, content=reference, author=author, hold=found)
    return found.said
