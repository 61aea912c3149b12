"""What apps above do when a body has dealt with an item: in the same transaction, so that either all is done or nothing.

They register in ``AppConfig.ready``. ``function(item, outcome)`` is called once for each item when its session closes: ``outcome`` is
``adopted``, ``rejected``, ``noted``, ``postponed`` or ``withdrawn``. ``item.request`` says who asked for it (``item.request.source``).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mandat.apps.bodies.models import Item

_DECIDED: list[Callable[[Item, str], None]] = []


def on_item_decided(function: Callable[[Item, str], None]) -> None:
    """Have ``function(item, outcome)`` called once a body has dealt with an item."""
    if function not in _DECIDED:
        _DECIDED.append(function)


def item_decided(item: Item, outcome: str) -> None:
    """Tell that a body has dealt with an item."""
    for function in _DECIDED:
        function(item, outcome)
