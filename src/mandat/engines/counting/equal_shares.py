"""The Method of Equal Shares, without completion.

Every voter starts with the same share of the budget. A project is affordable if those who use it
can pay its cost together, paying in proportion to their use; the one with the smallest price per
unit of use is bought, again and again, until none is affordable.

Source: Peters, Pierczyński, Skowron, "Proportional Participatory Budgeting with Additive
Utilities", NeurIPS 2021. Complexity: O(purchases × entries of the ballots concerned).
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from heapq import heapify, heappop, heappush
from math import inf

from mandat.engines.counting.ledger import Ledger, Quote
from mandat.engines.counting.utilities import Market


class Shares:
    """One run: projects in order of purchase, level sets ``(step, projects, chosen)``, and the purses left.

    ``gifts``: how many projects at the front cost nothing; ``exact_steps``: how often floats could
    not decide. ``ledger`` is made again on demand where the run needed none.
    """

    def __init__(self, market: Market, endowment: Fraction, gifts: list[int], ledger: Ledger | None) -> None:
        self.market, self.endowment = market, endowment
        self.order, self.gifts = list(gifts), len(gifts)
        self.ties: list[tuple[int, tuple[int, ...], int]] = []
        self.exact_steps = 0
        #: Price of each purchase after the gifts (money per unit of ``use``), and how many were made without help.
        self.prices: list[float] = []
        self.unhelped = 0
        self._ledger = ledger

    @property
    def ledger(self) -> Ledger:
        if self._ledger is None:
            self._ledger = Ledger(self.market, self.endowment)
            for j in self.order[self.gifts :]:
                quote = self._ledger.quote(j)
                assert quote is not None
                self._ledger.buy(quote)
        return self._ledger

    @property
    def cost(self) -> int:
        return sum(self.market.costs[j] for j in self.order)


def run_shares(*, market: Market, endowment: Fraction, rank: Sequence[int]) -> Shares:
    """Buy projects until none is affordable; level projects go by ``rank``."""
    gifts = sorted((j for j, c in enumerate(market.costs) if c == 0 and market.mass[j]), key=lambda j: rank[j])
    if market.disjoint:
        return _run_disjoint(market, endowment, gifts, rank)
    # A project too dear for its supporters at the start is so for ever.
    top, bottom = endowment.numerator, endowment.denominator
    open_ = [j for j, c in enumerate(market.costs) if c and market.mass[j] and market.voters[j] * top >= c * bottom]
    ledger = Ledger(market, endowment)
    out = Shares(market, endowment, gifts, ledger)
    heap = [(ledger.floor[j] / market.unit[j] * (1 - 1e-15), j) for j in open_]
    heapify(heap)
    _buy_all(ledger, heap, out, rank)
    return out


def _run_disjoint(market: Market, endowment: Fraction, gifts: list[int], rank: Sequence[int]) -> Shares:
    """Nobody supports two projects: each is bought or not by itself, the cheapest per use first."""
    out = Shares(market, endowment, gifts, None)
    top, bottom = endowment.numerator, endowment.denominator
    level: dict[Fraction, list[int]] = {}
    for j, c in enumerate(market.costs):
        if c and market.mass[j] and market.voters[j] * top >= c * bottom:
            level.setdefault(Fraction(c, market.mass[j] * market.unit[j]), []).append(j)
    for ratio in sorted(level):
        same = sorted(level[ratio], key=lambda j: rank[j])
        while same:
            if len(same) > 1:
                out.ties.append((len(out.order) + 1, tuple(same), same[0]))
            out.prices.append(float(ratio * market.unit[same[0]]))
            out.order.append(same.pop(0))
    out.unhelped = len(out.order)
    return out


def help_out(shares: Shares, rank: Sequence[int]) -> int:
    """Go on with everybody helping (completion ``epsilon``); returns how many projects that added."""
    ledger, before = shares.ledger, len(shares.order)
    taken = set(shares.order)
    ledger.help()
    heap = [(0.0, j) for j, c in enumerate(ledger.market.costs) if c and ledger.market.mass[j] and j not in taken]
    _buy_all(ledger, heap, shares, rank)
    return len(shares.order) - before


def _buy_all(ledger: Ledger, heap: list[tuple[float, int]], out: Shares, rank: Sequence[int]) -> None:
    while heap:
        found = _cheapest(ledger, heap)
        if not found:
            break
        if len(found) == 1 and not found[0].fragile:
            chosen = found[0]
        else:
            settled = _settle(ledger, heap, found, out, rank)
            if settled is None:
                continue
            chosen = settled
        ledger.buy(chosen)
        out.order.append(chosen.project)
        out.prices.append(ledger.rounds[-1].q)
    if not ledger.helping:
        out.unhelped = len(out.order)


def _cheapest(ledger: Ledger, heap: list[tuple[float, int]]) -> list[Quote]:
    """Quotes that may be the smallest; every other project goes back on the heap with its bound."""
    best = inf
    pool: list[Quote] = []
    above: list[Quote] = []
    while heap and heap[0][0] <= best:
        _, j = heappop(heap)
        quote = ledger.quote(j, best)
        if quote is None:
            continue
        if quote.low > best:
            above.append(quote)
        else:
            pool.append(quote)
            best = min(best, quote.high)
    near = [quote for quote in pool if quote.low <= best]
    for quote in above:
        heappush(heap, (quote.low, quote.project))
    for quote in pool:
        if quote.low > best:
            heappush(heap, (quote.low, quote.project))
    return near


def _settle(
    ledger: Ledger, heap: list[tuple[float, int]], near: list[Quote], out: Shares, rank: Sequence[int]
) -> Quote | None:
    """Decide between quotes that floats cannot tell apart, in exact numbers; lists a true tie."""
    out.exact_steps += 1
    exact: list[tuple[Fraction, Quote]] = []
    for quote in near:
        solution = ledger.solve(quote)
        if solution is not None:
            exact.append((solution.q / ledger.unit[quote.project], quote))
    if not exact:
        return None
    best = min(ratio for ratio, _ in exact)
    level = sorted((quote for ratio, quote in exact if ratio == best), key=lambda quote: rank[quote.project])
    if len(level) > 1:
        out.ties.append((len(out.order) + 1, tuple(q.project for q in level), level[0].project))
    for _, quote in exact:
        if quote is not level[0]:
            heappush(heap, (quote.low, quote.project))
    return level[0]
