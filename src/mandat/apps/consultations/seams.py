"""What consultations ask of participation and of the community, in one place: who may take part, words made clean, limits on haste."""

from __future__ import annotations

import datetime as dt
import unicodedata
from dataclasses import dataclass
from typing import Any

from django.core.cache import cache

from mandat.apps.accounts.permissions import require
from mandat.apps.participation.definitions import PublishedProcess
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text


@dataclass(frozen=True, slots=True)
class Who:
    """Someone who takes part: the name they publish under, and what breakdowns are made of."""

    user: Any
    name: str = ""
    age_band: str = ""
    area: str = ""

    @property
    def departement(self) -> str:
        """The code of the département they live in, or nothing."""
        kind, _, code = self.area.partition(":")
        if kind == "departement":
            return code
        return (code[:3] if code.startswith("97") else code[:2]) if kind == "commune" else ""


def participant(user: Any, held: PublishedProcess, component: str, at: dt.datetime) -> Who:
    """Who takes part, or why they may not. Raises PermissionDenied, InputError."""
    require(user, "participation.contribute")
    return Who(user, name=getattr(user, "name", ""))


_KEPT_CONTROLS = "\n\t"


def cleaned(text: str, *, longest: int, what: Text, required: bool = True) -> str:
    """Words as they are kept: NFC, without controls, invisible or direction characters. Raises InputError where too long or missing."""
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    text = "".join(c for c in text if c in _KEPT_CONTROLS or unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co", "Cn"))
    text = text.strip()
    if required and not text:
        raise InputError(Text(f"il manque : {what.fr}", f"missing: {what.en}"))
    if len(text) > longest:
        raise InputError(
            Text(
                f"{what.fr} : trop long ({longest} caractères au plus)",
                f"{what.en}: too long ({longest} characters at most)",
            )
        )
    return text


def held(text: str, *, author: Any, kind: str) -> str:
    """Why an agent must read it before everyone does; empty where nothing calls for it."""
    lowered = text.casefold()
    return "links" if "http://" in lowered or "https://" in lowered or "www." in lowered else ""


def limited(user: Any, action: str, *, per_hour: int) -> None:
    """Raise InputError where someone does this more often than people do."""
    key = f"consultations:{action}:{user.pk}"
    cache.add(key, 0, 3600)
    if cache.incr(key) > per_hour:
        raise InputError(
            Text(
                "vous allez trop vite : réessayez dans une heure",
                "you are going too fast: try again in an hour",
            )
        )
