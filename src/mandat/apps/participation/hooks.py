"""What other apps may follow: a proposal that crosses its threshold of supports."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

OnThreshold = Callable[[Any], None]
_ON_THRESHOLD: list[OnThreshold] = []


def on_threshold(function: OnThreshold) -> OnThreshold:
    """Have ``function`` called with each proposal that crosses its threshold, once, in the transaction of the support. A decorator."""
    if function not in _ON_THRESHOLD:
        _ON_THRESHOLD.append(function)
    return function


def threshold_crossed(proposal: Any) -> None:
    """Tell those who follow."""
    for function in _ON_THRESHOLD:
        function(proposal)
