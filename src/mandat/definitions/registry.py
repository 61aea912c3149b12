"""The kinds of documents. Each domain registers its own from its ``schema`` module.

A kind may hold others (a chapter holds measures, a measure holds commitments): each
inner document becomes a definition of its own, with its own versions.
"""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from pydantic import BaseModel

from mandat.kernel.text import Text

#: Apps whose ``schema`` module registers kinds, and ``checks`` what must hold across them. Imported by name: definitions lie below apps.
DOMAINS = (
    "territory",
    "programme",
    "bodies",
    "imports",
    "rulebook",
    "offers",
    "wallets",
    "meetings",
    "community",
    "answers",
    "rights",
    "grants",
    "participation",
    "mobility",
    "exchanges",
    "pathways",
)


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of document.

    ``children`` maps a list field to the kind of its items; ``code`` gives the identifier of
    a validated document, unique within its kind; ``wrapper`` kinds only hold others
    and are no definition themselves.
    """

    name: str
    label: Text
    model: type[BaseModel]
    code: Callable[[Any], str] = lambda document: str(document.code)
    children: Mapping[str, str] = field(default_factory=dict)
    wrapper: bool = False


_KINDS: dict[str, Kind] = {}


def register(kind: Kind) -> Kind:
    """Make ``kind`` known; the same name twice is a programming error."""
    known = _KINDS.get(kind.name)
    if known is not None and known.model is not kind.model:
        raise ValueError(f"kind {kind.name!r} is registered twice")
    _KINDS[kind.name] = kind
    return kind


@cache
def kinds() -> Mapping[str, Kind]:
    """Every kind by name."""
    for domain in DOMAINS:
        name = f"mandat.apps.{domain}.schema"
        if importlib.util.find_spec(f"mandat.apps.{domain}") and importlib.util.find_spec(name):
            importlib.import_module(name)
            checks = f"mandat.apps.{domain}.checks"
            if importlib.util.find_spec(checks):
                importlib.import_module(checks)
    return dict(_KINDS)
