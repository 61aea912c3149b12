"""The line every fact is, its canonical bytes, and the registry of fact types.

A fact says what happened (``kind``, ``data``), when (``occurred_on``), where (``area``),
how much (``quantity`` with ``unit``, ``amount`` in euros), for whom (``breakdowns``), for which
measures and commitments, and under which version of which definition. The journal
adds its place in the log (``index``) and the moment of recording.

Canonical bytes are JSON with sorted keys, no spaces, UTF-8, numbers as decimal
strings: the Merkle tree is built on them, so their form never changes within a version
of ``FORMAT``.
"""

from __future__ import annotations

import datetime as dt
import importlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from decimal import Decimal
from functools import cache
from types import MappingProxyType
from typing import Any

from pydantic import BaseModel, ConfigDict

from mandat.kernel.errors import InputError
from mandat.kernel.text import Text
from mandat.kernel.units import UNITS

FORMAT = 1
#: Quantities have at most this many decimals, so that sums are exact in whole millionths.
DECIMALS = 6
LARGEST = Decimal(10) ** 12

#: Modules of fact types, imported when the registry is first read.
DOMAINS = (
    "programme",
    "journal",
    "grants",
    "procurement",
    "budget",
    "statistics",
    "rights",
    "wallets",
    "offers",
    "following",
    "instruction",
    "funds",
    "labels",
    "contracts",
    "meetings",
    "desk",
