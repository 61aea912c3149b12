"""From weights to a uniform lottery: 1,000 numbered panels, each as likely, with nearly the same probabilities.

Each weight is first rounded down to a thousandth; the panels that get the remaining thousandths are then chosen by
local search so that the classes' probabilities move as little as possible, relatively to what they were. Rounding
such lotteries is studied in Flanigan, Kehne, Procaccia, "Fair sortition made transparent" (NeurIPS 2021).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numba
import numpy as np

from mandat.engines.sortition.model import Floats, Ints, Lottery, average


@dataclass(frozen=True, slots=True)
class UniformLottery:
    """``copies`` (J): how many of the numbered panels equal each panel of ``lottery``; their sum is ``panels``.

    ``probabilities`` (T): chance of a member of each class in the uniform lottery, averaged within the class;
    ``error``: the greatest distance to the probabilities before rounding.
    """

    lottery: Lottery
    panels: int
    copies: Ints
    probabilities: Floats
    error: float


def round_lottery(lottery: Lottery, *, panels: int = 1000, proposals: int = 40_000, seed: int = 0) -> UniformLottery:
    """Round weights to multiples of ``1 / panels``. Only panels of the lottery are used, so quotas still hold."""
    exact = lottery.weights * panels
    floor = np.floor(exact + 1e-9).astype(np.int64)
    missing = panels - int(floor.sum())
    fraction = np.maximum(exact - floor, 0.0)
    chosen = np.zeros(len(floor), dtype=np.bool_)
    chosen[np.argsort(-fraction, kind="stable")[:missing]] = True
    caps = lottery.problem.caps
    wanted = average(exact - floor, lottery.panels)
    importance = 1.0 / np.maximum(lottery.probabilities * caps * panels, 1.0)
    if 0 < missing < len(floor):
        away = average(chosen, lottery.panels) - wanted
        improve(lottery.panels, chosen, away, importance, np.array([seed], dtype=np.uint64), proposals)
    copies = floor + chosen
    p = average(copies, lottery.panels) / (panels * caps)
    error = float(np.abs(p - lottery.probabilities).max())
    return UniformLottery(lottery=lottery, panels=panels, copies=copies, probabilities=p, error=error)


def _improve(counts: Any, chosen: Any, away: Any, importance: Any, state: Any, proposals: int) -> None:
    """Swap chosen and unchosen panels while the relative squares of ``away`` (T) shrink."""
    inside = np.flatnonzero(chosen)
    outside = np.flatnonzero(~chosen)
    classes = counts.shape[1]
    for _ in range(proposals):
        state[0] = state[0] * np.uint64(6364136223846793005) + np.uint64(1442695040888963407)
        a = np.int64((state[0] >> np.uint64(33)) % np.uint64(len(inside)))
        state[0] = state[0] * np.uint64(6364136223846793005) + np.uint64(1442695040888963407)
        b = np.int64((state[0] >> np.uint64(33)) % np.uint64(len(outside)))
        i, j = inside[a], outside[b]
        change = 0.0
        for t in range(classes):
            d = counts[j, t] - counts[i, t]
            if d != 0:
                weight = importance[t] * importance[t]
                change += weight * (2.0 * d * away[t] + d * d)
        if change < -1e-15:
            for t in range(classes):
                away[t] += counts[j, t] - counts[i, t]
            inside[a], outside[b] = j, i
            chosen[i] = False
            chosen[j] = True


improve = numba.njit(cache=True)(_improve)
