"""A project's financing plan: who brings what, and what the law and the scheme ask of it.

Two shares are often taken for one another and are kept apart here: the part the promoter brings of the *public* money
(CGCT L1111-10, for investments of local authorities) and the part it brings of the whole *cost* (a scheme's own condition).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal
from typing import Literal

from mandat.kernel.errors import InputError
from mandat.kernel.money import CENT, ZERO
from mandat.kernel.text import Text

HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One line of the plan. ``own`` is what the promoter brings itself; ``public`` whether the money is a public body's."""

    funder: str
    amount: Decimal
    public: bool
    own: bool = False
    certain: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanRules:
    """What a plan must respect, in percent. None asks for nothing.

    ``own_of_public``: the promoter's least part of all public money, its own included when it is a public body
    (CGCT L1111-10: 20, or 30 for the fields its second case names). ``own_of_cost``: the promoter's least part of the cost.
    ``aid_rate``: the most that public money other than the promoter's own may pay of the cost.
    """

    own_of_public: Decimal | None = None
    own_of_cost: Decimal | None = None
    aid_rate: Decimal | None = None

    def __post_init__(self) -> None:
        for value in (self.own_of_public, self.own_of_cost, self.aid_rate):
            if value is not None and not 0 <= value <= HUNDRED:
                raise ValueError("a share lies between 0 and 100 %")


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something the plan does not respect. ``limit`` is the least or most that would do, in euros where there is one."""

    code: Literal["unbalanced", "own_of_public", "own_of_cost", "aid_rate", "funder_twice", "uncertain"]
    blocking: bool
    message: Text
    value: Decimal | None = None
    limit: Decimal | None = None


def check_plan(*, cost: Decimal, sources: Sequence[Source], rules: PlanRules) -> tuple[Finding, ...]:
    """Everything a plan of ``sources`` for a project of ``cost`` euros does not respect, blocking findings first.

    Raises InputError for a cost that is not positive and for amounts below zero or finer than a cent.
    """
    _check_amounts(cost, sources)
    found = [*_balance(cost, sources), *_shares(cost, sources, rules)]
    names = Counter(source.funder.strip().casefold() for source in sources)
    found += [
        Finding(
            code="funder_twice",
            blocking=False,
            message=Text(
                f"{source.funder} figure deux fois : réunissez ses deux lignes ou précisez-les.",
                f"{source.funder} is listed twice: join its two lines or tell them apart.",
            ),
        )
        for source in {source.funder.strip().casefold(): source for source in sources}.values()
        if names[source.funder.strip().casefold()] > 1
    ]
    waiting = _total(source for source in sources if not source.certain)
    if waiting:
        found.append(
            Finding(
                code="uncertain",
                blocking=False,
                value=waiting,
                message=Text(
                    f"{_euros(waiting)} sont demandés et pas encore acquis.",
                    f"{_euros(waiting)} are asked for and not yet certain.",
                ),
            )
        )
    return tuple(sorted(found, key=lambda finding: not finding.blocking))


def largest_award(*, cost: Decimal, others: Sequence[Source], rules: PlanRules) -> Decimal:
    """The most one more public funder can give, to the cent below, so that no rule of shares is broken and the plan does
    not exceed its cost. ``others`` are all other lines, the promoter's own included. Never below zero.

    Where the promoter's own share is what limits, giving more would need the promoter to bring more.
    """
    _check_amounts(cost, others)
    limits = [cost - _total(others)]
    own, aid = _own(others), _aid(others)
    if rules.own_of_public:
        public = _public(others)
        limits.append(_own_public(others) * HUNDRED / rules.own_of_public - public)
    if rules.own_of_cost and own * HUNDRED < cost * rules.own_of_cost:
        limits.append(ZERO)
    if rules.aid_rate is not None:
        limits.append(cost * rules.aid_rate / HUNDRED - aid)
    return max(ZERO, min(limits).quantize(CENT, rounding=ROUND_FLOOR))


def _check_amounts(cost: Decimal, sources: Sequence[Source]) -> None:
    if cost <= 0:
        raise InputError(Text("le coût du projet est supérieur à zéro", "a project's cost is above zero"))
    for amount in (cost, *(source.amount for source in sources)):
        if not amount.is_finite() or amount < 0 or amount != amount.quantize(CENT):
            raise InputError(
                Text(
                    f"un montant du plan est positif et s'arrête au centime : {amount}",
                    f"an amount of the plan is positive and stops at the cent: {amount}",
                )
            )


def _balance(cost: Decimal, sources: Sequence[Source]) -> list[Finding]:
    total = _total(sources)
    if total == cost:
        return []
    gap = abs(cost - total)
    message = (
        Text(
            f"Il manque {_euros(gap)} : le plan réunit {_euros(total)} pour un coût de {_euros(cost)}.",
            f"{_euros(gap)} are missing: the plan gathers {_euros(total)} for a cost of {_euros(cost)}.",
        )
        if total < cost
        else Text(
            f"Le plan dépasse le coût de {_euros(gap)}.",
            f"The plan exceeds the cost by {_euros(gap)}.",
        )
    )
    return [Finding(code="unbalanced", blocking=True, message=message, value=total, limit=cost)]


def _shares(cost: Decimal, sources: Sequence[Source], rules: PlanRules) -> list[Finding]:
    found = []
    if rules.own_of_public:
        public = _public(sources)
        needed = public * rules.own_of_public / HUNDRED
        own = _own_public(sources)
        if own < needed:
            found.append(
                _short(
                    "own_of_public",
                    own,
                    needed,
                    rules.own_of_public,
                    Text("des financements publics", "of the public money"),
                )
            )
    if rules.own_of_cost:
        needed = cost * rules.own_of_cost / HUNDRED
        if _own(sources) < needed:
            found.append(
                _short("own_of_cost", _own(sources), needed, rules.own_of_cost, Text("du coût", "of the cost"))
            )
    if rules.aid_rate is not None:
        limit = cost * rules.aid_rate / HUNDRED
        if _aid(sources) > limit:
            found.append(
                Finding(
                    code="aid_rate",
                    blocking=True,
                    value=_aid(sources),
                    limit=limit.quantize(CENT, rounding=ROUND_FLOOR),
                    message=Text(
                        f"Les aides publiques atteignent {_euros(_aid(sources))} ; elles ne peuvent dépasser {_percent(rules.aid_rate)[0]} du coût, soit {_euros(limit)}.",
                        f"Public aid reaches {_euros(_aid(sources))}; it may not exceed {_percent(rules.aid_rate)[1]} of the cost, {_euros(limit)}.",
                    ),
                )
            )
    return found


def _short(
    code: Literal["own_of_public", "own_of_cost"], own: Decimal, needed: Decimal, share: Decimal, of: Text
) -> Finding:
    least = -((-needed).quantize(CENT, rounding=ROUND_FLOOR))
    return Finding(
        code=code,
        blocking=True,
        value=own,
        limit=least,
        message=Text(
            f"Vous apportez {_euros(own)} ; il faut au moins {_percent(share)[0]} {of.fr}, soit {_euros(least)}.",
            f"You bring {_euros(own)}; at least {_percent(share)[1]} {of.en} are needed, {_euros(least)}.",
        ),
    )


def _total(sources: Iterable[Source]) -> Decimal:
    return sum((source.amount for source in sources), ZERO)


def _public(sources: Iterable[Source]) -> Decimal:
    return _total(source for source in sources if source.public)


def _own(sources: Iterable[Source]) -> Decimal:
    return _total(source for source in sources if source.own)


def _own_public(sources: Iterable[Source]) -> Decimal:
    return _total(source for source in sources if source.own and source.public)


def _aid(sources: Iterable[Source]) -> Decimal:
    """Public money other than what the promoter itself brings."""
    return _total(source for source in sources if source.public and not source.own)


def _euros(amount: Decimal) -> str:
    return f"{amount.quantize(CENT, rounding=ROUND_FLOOR):,.2f}".replace(",", "\u202f").replace(".", ",") + "\u00a0€"


def _percent(share: Decimal) -> tuple[str, str]:
    plain = f"{share.normalize():f}"
    return plain.replace(".", ",") + "\u00a0%", plain + "%"
