"""Facts of the offline desk: a carnet prepared for an event, then reconciled. Nobody is named, and no entry is told.

``subject`` is the carnet's number. Counts under the smallest public count are not told (empty).
"""

from __future__ import annotations

from mandat.facts.base import Data, fact_type
from mandat.kernel.text import Text


class _OfCarnet(Data):
    """``kinds`` are the sorts of entries it takes, by name."""

    process: str = ""
    kinds: tuple[str, ...]


@fact_type(
    "desk.prepared.v1",
    label=Text("Carnet préparé", "Carnet prepared"),
    sentence=Text("Carnet hors ligne préparé : {quantity_text}", "Offline carnet prepared: {quantity_text}"),
    counts=False,
)
class Prepared(_OfCarnet):
    """A carnet of ``quantity`` numbered blank entries was prepared."""


@fact_type(
    "desk.reconciled.v1",
    label=Text("Carnet rapproché", "Carnet reconciled"),
    sentence=Text("Carnet de {blanks} feuillets rapproché en entier", "Carnet of {blanks} blanks wholly reconciled"),
    counts=False,
)
class Reconciled(_OfCarnet):
    """Every entry of a carnet is settled: taken, refused, or taken or refused after a conflict. Counts, or empty where too few."""

    blanks: int
    used: str
    taken: str
    refused: str
    conflicts: str


@fact_type(
    "desk.lost.v1",
    label=Text("Carnet clos sans retour", "Carnet closed without return"),
    sentence=Text("Un carnet hors ligne est clos sans retour", "An offline carnet is closed without return"),
    counts=False,
)
class Lost(_OfCarnet):
    """A carnet was lost, stolen or never used: its blanks can no longer be brought back."""
