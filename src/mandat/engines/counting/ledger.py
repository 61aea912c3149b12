"""Voters' purses during the Method of Equal Shares: fast in floats, decided in exact numbers.

Notation for one project: *q* is the price of one unit of use for a supporter who can afford it;
a *rich* supporter pays ``q × use``, a *poor* one all that is left. ``q`` solves
``sum(weight × min(left, q × use)) = cost`` and never falls while purses empty, so an old value is
a lower bound for a later one.

Why floats may decide. Let ``drift`` bound the sum over voters of ``|purse in floats - true purse|``.
When a project is bought the poor end at exactly zero and the error of their purses moves to the
rich, undiminished and not amplified: the sum grows only by fresh rounding, which is bounded here
step by step. A quote therefore comes with an interval that surely holds the true ``q``: with
``R`` = rich weight × use and ``g`` = rounding of the sums, ``|q̂ - q| ≤ (2 drift + g) / R`` as long
as no rich purse lies within that distance of its payment; otherwise the quote is *fragile*.
Intervals that overlap, fragile quotes and purses too close to their payment are decided again in
exact integers, from the history of payments.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import gcd, inf

import numpy as np
from numpy.typing import NDArray

from mandat.engines.counting.model import FloatArray, IndexArray
from mandat.engines.counting.utilities import Market

_ULP = 2.0**-53
#: Pairwise summation in numpy adds at most log2(n) + 16 roundings to a term; generous.
_SUM = 96 * _ULP


@dataclass(slots=True)
class Quote:
    """The price of project ``project`` now: true ``q`` lies in ``[q - error, q + error]`` unless fragile."""

    project: int
    q: float
    error: float
    low: float  # bounds on q / unit, what projects are compared by
    high: float
    fragile: bool = False


@dataclass(slots=True)
class Round:
    """One purchase: who paid the price, who gave all they had left (and had something)."""

    project: int
    q: float
    payers: IndexArray
    use: FloatArray | None
    poor: IndexArray
    mass: int
    helped: bool = False


@dataclass(slots=True)
class Party:
    """Who may pay for a project: packed ballots, their voters, their use (None: equal), who must give all."""

    rows: IndexArray
    weight: FloatArray
    use: FloatArray | None
    gives: NDArray[np.bool_] | None


class Ledger:
    """Purses of every packed ballot, starting from ``endowment`` each."""

    def __init__(self, market: Market, endowment: Fraction) -> None:
        self.market = market
        self.endowment = endowment
        start = float(endowment)
        self.left: FloatArray = np.full(market.packed, start)
        self.money = start * market.total
        self.drift = self.money * _ULP
        self.rows = list(market.rows)
        self.weight = list(market.weight)
        self.use = list(market.use)
        self.mass = [float(mass) for mass in market.mass]
        # A hair below cost / mass, the price if every supporter could pay.
        self.floor = [
            cost / mass * (1 - 4 * _ULP) if mass else inf for cost, mass in zip(market.costs, market.mass, strict=True)
        ]
        self.rounds: list[Round] = []
        self.unit = list(market.unit)
        #: With helping, those who do not want a project pay for it too once its supporters gave all.
        self.helping = False
        self._numerators: list[int] = []
        self._ratios: list[int] = []
        self._denominator = endowment.denominator

    # ------------------------------------------------------------------ in floats

    def quote(self, project: int, ceiling: float = inf) -> Quote | None:
        """Price of a project; None when its supporters surely cannot pay for it.

        Stops early, with a valid lower bound, once the price per unit is above ``ceiling``.
        """
        market = self.market
        cost, unit = float(market.costs[project]), self.unit[project]
        party = self._party(project)
        left, weight, use = self.left[party.rows], party.weight, party.use
        q, mass, paid = self.floor[project], self.mass[project], 0.0
        first = not self.helping
        if party.gives is not None:
            paid = float((left[party.gives] * weight[party.gives]).sum())
            left, weight = left[~party.gives], weight[~party.gives]
            mass = float(weight.sum())
        while True:
            poor = left < (q if use is None else q * use)
            count = int(np.count_nonzero(poor))
            if count:
                some, some_weight = left[poor], weight[poor]
                if first and count - int(np.count_nonzero(some)) > len(left) // 4:
                    self._trim(project, left)
                paid += float((some * some_weight).sum())
                rich = ~poor
                left, weight = left[rich], weight[rich]
                if use is None:
                    mass -= float(some_weight.sum())
                else:
                    mass -= float((some_weight * use[poor]).sum())
                    use = use[rich]
            first = False
            slack = 2 * self.drift + 4 * _ULP * cost + _SUM * paid
            if not len(left):
                if paid < cost - slack:
                    return None
                low = self.floor[project] / unit * (1 - 8 * _ULP)
                return Quote(project, self.floor[project], inf, low, inf, True)
            raised = (cost - paid) / mass
            if raised <= q:
                q = raised
                break
            q = raised
            surely = q - slack / mass - 8 * _ULP * q
            if surely / unit * (1 - 8 * _ULP) > ceiling:
                self.floor[project] = max(self.floor[project], surely)
                return Quote(project, q, inf, self.floor[project] / unit * (1 - 8 * _ULP), inf)
        error = slack / mass + 8 * _ULP * q
        room = float((left if use is None else left / use).min())
        fragile = room < (q + error) * (1 + 8 * _ULP) + self.drift
        low = (q - error) / unit * (1 - 8 * _ULP)
        self.floor[project] = max(self.floor[project], q - error)
        return Quote(project, q, error, low, inf if fragile else (q + error) / unit * (1 + 8 * _ULP), fragile)

    def help(self) -> None:
        """From now on everybody helps, at one price: see ``epsilon`` in ``completions``."""
        self.helping = True
        self.floor = [0.0] * len(self.floor)
        self.unit = [1] * len(self.unit)

    def _party(self, project: int) -> Party:
        if not self.helping:
            return Party(self.rows[project], self.weight[project], self.use[project], None)
        rows = np.flatnonzero(self.left > 0).astype(np.int32)
        wanted = np.zeros(self.market.packed, dtype=bool)
        wanted[self.rows[project]] = True
        return Party(rows, self.market.row_weight[rows], None, wanted[rows])

    def _trim(self, project: int, left: FloatArray) -> None:
        """Forget supporters with nothing left: they are poor for good and give nothing."""
        alive = left > 0
        use = self.use[project]
        self.rows[project], self.weight[project] = self.rows[project][alive], self.weight[project][alive]
        if use is not None:
            use = self.use[project] = use[alive]
        weight = self.weight[project]
        self.mass[project] = float(weight.sum() if use is None else (weight * use).sum())

    # ------------------------------------------------------------------ buying

    def buy(self, quote: Quote) -> None:
        """Take the payments for a project; leaves every purse's state (empty or not) exactly right."""
        project, q = quote.project, quote.q
        cost = float(self.market.costs[project])
        party = self._party(project)
        rows, weight, use = party.rows, party.weight, party.use
        left = self.left[rows]
        price = q if use is None else q * use
        doubt = self.drift + (quote.error if use is None else quote.error * use)
        rich, close = left >= price, (np.abs(left - price) <= doubt) & (left > 0)
        if party.gives is not None:
            rich, close = rich & ~party.gives, close & ~party.gives
        emptied = None
        if quote.fragile or bool(close.any()):
            found = self.solve(quote)
            assert found is not None, "only affordable projects are bought"
            q, rich, emptied = float(found.q), found.rich, rows[found.emptied]
            price = q if use is None else q * use
        payers, poor = rows[rich], rows[~rich & (left > 0)]
        paying = weight[rich]
        mass = int(paying.sum() if use is None else (paying * use[rich]).sum())
        self.rounds.append(Round(project, q, payers, None if use is None else use[rich], poor, mass, self.helping))
        rest = left[rich] - (price if use is None else price[rich])  # type: ignore[index]
        self.left[rows] = 0.0
        # Zero is kept for purses that are exactly empty; these are not, however little is left.
        self.left[payers] = np.maximum(rest, 5e-324)
        if emptied is not None:
            self.left[emptied] = 0.0
        self.drift += _ULP * 1.01 * (self.money + 4 * cost) + _SUM * cost
        self.money = max(0.0, self.money - cost * (1 - 1e-12))

    # ------------------------------------------------------------------ in exact numbers

    def solve(self, quote: Quote) -> Solution | None:
        """The price of a project in exact numbers; None when its supporters cannot pay for it."""
        project = quote.project
        party = self._party(project)
        rows, weight, use = party.rows, party.weight, party.use
        left = self.left[rows]
        unit_left = left if use is None else left / use
        away = self.drift * 2 + 1e-12 * quote.q
        at_least = max(0.0, self.floor[project] if quote.error == inf else quote.q - quote.error)
        poor = (unit_left < at_least - away) | (left == 0)
        if party.gives is not None:
            poor |= party.gives
        open_ = ~poor if quote.fragile or quote.error == inf else ~poor & (unit_left <= quote.q + quote.error + away)
        rich = ~poor & ~open_
        needs = Fraction(self.market.costs[project]) - self._purses(rows[poor & (left > 0)])
        paying = weight[rich] if use is None else weight[rich] * use[rich]
        mass = int(paying.sum())
        where = np.flatnonzero(open_)
        classes: dict[tuple[Fraction, int], list[int]] = {}
        for k, purse in zip(where.tolist(), self._budgets(rows[where]), strict=True):
            classes.setdefault((purse, 1 if use is None else int(use[k])), []).append(k)
        # Richest per unit of use last: the poor leave from the front.
        waiting = sorted(classes, key=lambda c: c[0] / c[1])
        size = {c: int(weight[ks].sum()) for c, ks in classes.items()}
        mass += sum(size[c] * c[1] for c in waiting)
        gone: list[int] = []
        while True:
            if mass == 0:
                return None
            q = needs / mass
            if not waiting or waiting[0][0] >= q * waiting[0][1]:
                break
            c = waiting.pop(0)
            gone += classes[c]
            needs -= size[c] * c[0]
            mass -= size[c] * c[1]
        emptied = [k for c in waiting if c[0] == q * c[1] for k in classes[c]]
        rich_mask = ~poor
        rich_mask[gone] = False
        return Solution(q, rich_mask, np.array(emptied, dtype=np.int64))

    def _extend(self) -> None:
        """Prices paid so far, exact, over one growing denominator: no division, no gcd of long numbers.

        ``q[k] = N[k] / D[k]`` with ``D[k] = D[k - 1] * r[k]``; sums of earlier prices by Horner's rule.
        """
        for k in range(len(self._numerators), len(self.rounds)):
            bought = self.rounds[k]
            cost = self.market.costs[bought.project]
            purses = self._purses_over(bought.poor, k)
            top = cost * self._denominator - purses
            shared = gcd(top, bought.mass)
            self._numerators.append(top // shared)
            self._ratios.append(bought.mass // shared)
            self._denominator *= bought.mass // shared

    def _purses_over(self, rows: IndexArray, upto: int) -> int:
        """What ``rows`` (none of them empty) hold together after ``upto`` rounds, times the denominator then."""
        if not len(rows):
            return 0
        weight = np.zeros(self.market.packed)
        weight[rows] = self.market.row_weight[rows]
        spent = 0
        for number, ratio, bought in zip(self._numerators[:upto], self._ratios, self.rounds, strict=False):
            paying = weight[bought.payers]
            share = int(paying.sum() if bought.use is None else (paying * bought.use).sum())
            spent = spent * ratio + share * number
        start = int(weight.sum()) * self.endowment.numerator
        return start * (self._denominator // self.endowment.denominator) - spent

    def _purses(self, rows: IndexArray) -> Fraction:
        self._extend()
        return Fraction(self._purses_over(rows, len(self.rounds)), self._denominator)

    def price(self, k: int) -> Fraction:
        """Exact price per unit of use paid in round ``k``."""
        self._extend()
        denominator = self.endowment.denominator
        for ratio in self._ratios[: k + 1]:
            denominator *= ratio
        return Fraction(self._numerators[k], denominator)

    def _budgets(self, rows: IndexArray) -> list[Fraction]:
        """Exact purses of single ballots that are not empty; equal histories are worked out once."""
        self._extend()
        place = np.full(self.market.packed, -1, dtype=np.int64)
        place[rows] = np.arange(len(rows))
        history: list[list[tuple[int, int]]] = [[] for _ in range(len(rows))]
        for k, bought in enumerate(self.rounds):
            at = place[bought.payers]
            hit = at >= 0
            used = np.ones(int(hit.sum())) if bought.use is None else bought.use[hit]
            for r, u in zip(at[hit].tolist(), used.tolist(), strict=True):
                history[r].append((k, int(u)))
        known: dict[tuple[tuple[int, int], ...], Fraction] = {}
        out: list[Fraction] = []
        for paid in history:
            key = tuple(paid)
            if key not in known:
                known[key] = self.endowment - sum((self.price(k) * u for k, u in key), Fraction(0))
            out.append(known[key])
        return out


@dataclass(slots=True)
class Solution:
    """Exact price; who pays it (mask over the project's supporters) and which of them end exactly empty."""

    q: Fraction
    rich: NDArray[np.bool_]
    emptied: NDArray[np.int64]
