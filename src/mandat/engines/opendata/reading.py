"""Choose the reader of a format."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import BinaryIO, Literal, get_args

from mandat.engines.opendata import decp, scdl
from mandat.engines.opendata.records import Record, Refused
from mandat.kernel.text import Text

Format = Literal["scdl-subventions", "scdl-deliberations", "scdl-budget", "decp"]

_READERS: Mapping[Format, Callable[[BinaryIO], Iterator[Record | Refused]]] = MappingProxyType(
    {
        "scdl-subventions": scdl.subventions,
        "scdl-deliberations": scdl.deliberations,
        "scdl-budget": scdl.budget,
        "decp": decp.contracts,
    }
)

#: Each format with the words people know it by.
FORMATS: Mapping[Format, Text] = MappingProxyType(
    {
        "scdl-subventions": Text("Subventions (SCDL 2.1, CSV)", "Grants (SCDL 2.1, CSV)"),
        "scdl-deliberations": Text("Délibérations (SCDL 2.1, CSV)", "Deliberations (SCDL 2.1, CSV)"),
        "scdl-budget": Text("Budget (SCDL 0.8, CSV)", "Budget (SCDL 0.8, CSV)"),
        "decp": Text("Marchés publics (DECP 2.0, JSON)", "Public contracts (DECP 2.0, JSON)"),
    }
)
assert set(FORMATS) == set(get_args(Format)) == set(_READERS)


def read(format: Format, stream: BinaryIO) -> Iterator[Record | Refused]:
    """Records and refusals of ``stream`` in its order. Raises InputError where the file as a whole cannot be read."""
    return _READERS[format](stream)
