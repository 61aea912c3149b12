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
