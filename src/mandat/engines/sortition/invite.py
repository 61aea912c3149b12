"""The stage before the pool: how many letters to send where, and to which addresses.

Addresses come in strata (a district, a deprivation band…). Each stratum has a response rate, stated or estimated
from an earlier mailing with a beta prior that pulls small samples towards the overall rate. The number of letters is
the smallest with which every stratum yields at least the volunteers it needs with the stated chance, answers being
binomial; the risk is shared equally by the strata (Bonferroni). Addresses are then drawn without replacement within
each stratum, from a published seed: every address of a stratum has the same probability.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import IO

from scipy.special import bdtrc

from mandat.engines.sortition.chance import SeededDraw
from mandat.engines.sortition.readers import table_rows
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text


@dataclass(frozen=True, slots=True)
class Stratum:
    """``addresses`` that exist, ``share`` of the seats it should fill, earlier letters and answers if known."""

    name: str
    addresses: int
    share: float
    invited_before: int = 0
    answered_before: int = 0


@dataclass(frozen=True, slots=True)
class Invitation:
    """Letters for one stratum. ``needed`` volunteers are reached with probability ``chance``; ``enough`` is false
    when even every address would not do. ``probability``: that one address of the stratum is invited."""

    stratum: str
    letters: int
    needed: int
    response_rate: float
    expected: float
    chance: float
    probability: float
    enough: bool


def response_rates(
    strata: Sequence[Stratum], *, prior_strength: float = 50.0, default: float = 0.03
) -> dict[str, float]:
    """Posterior mean response rate per stratum: a beta prior at the overall rate, worth ``prior_strength`` letters."""
    invited = sum(stratum.invited_before for stratum in strata)
    answered = sum(stratum.answered_before for stratum in strata)
    for stratum in strata:
        if not 0 <= stratum.answered_before <= stratum.invited_before:
            raise InputError(
                Text("{s} : plus de réponses que de lettres", "{s}: more answers than letters").format(s=stratum.name)
            )
    overall = answered / invited if answered else default
    return {
        stratum.name: (prior_strength * overall + stratum.answered_before) / (prior_strength + stratum.invited_before)
        for stratum in strata
    }


def plan_invitations(
    strata: Sequence[Stratum],
    *,
    seats: int,
    pool_per_seat: float = 4.0,
    confidence: float = 0.95,
    rates: Mapping[str, float] | None = None,
) -> list[Invitation]:
    """Letters per stratum so that all strata together reach ``pool_per_seat`` volunteers a seat with ``confidence``.

    ``rates``: response rate per stratum, else those of ``response_rates``. Shares are normalised to sum to 1.
    """
    total = sum(stratum.share for stratum in strata)
    if seats < 1 or pool_per_seat <= 0 or not 0 < confidence < 1 or total <= 0:
        raise InputError(
            Text("places, marge, confiance ou parts impossibles", "impossible seats, margin, confidence or shares")
        )
    known = response_rates(strata) if rates is None else rates
    target = 1 - (1 - confidence) / len(strata)
    plan = []
    for stratum in strata:
        rate = known[stratum.name]
        if not 0 < rate <= 1 or stratum.addresses < 0 or stratum.share < 0:
            raise InputError(
                Text("{s} : taux, part ou nombre impossible", "{s}: impossible rate, share or number").format(
                    s=stratum.name
                )
            )
        needed = ceil(seats * pool_per_seat * stratum.share / total - 1e-9)
        letters = min(_letters(needed, rate, target), stratum.addresses)
        chance = float(bdtrc(needed - 1, letters, rate)) if needed else 1.0
        plan.append(
            Invitation(
                stratum=stratum.name,
                letters=letters,
                needed=needed,
                response_rate=rate,
                expected=letters * rate,
                chance=chance,
                probability=letters / stratum.addresses if stratum.addresses else 0.0,
                enough=chance >= target - 1e-12,
            )
        )
    return plan


def _letters(needed: int, rate: float, target: float) -> int:
    """The fewest letters with ``P(answers >= needed) >= target``: doubling, then bisection (the chance only grows)."""
    if needed <= 0:
        return 0
    high = needed
    while bdtrc(needed - 1, high, rate) < target:
        high *= 2
    low = needed
    while low < high:
        middle = (low + high) // 2
        if bdtrc(needed - 1, middle, rate) >= target:
            high = middle
        else:
            low = middle + 1
    return low


def draw_addresses(
    addresses: Mapping[str, Sequence[str]], plan: Sequence[Invitation], *, seed: str
) -> dict[str, list[str]]:
    """Which addresses to write to, per stratum. Equal addresses count once; the order of the lists does not matter."""
    drawn = {}
    for invitation in plan:
        known = sorted(set(addresses[invitation.stratum]))
        if invitation.letters > len(known):
            text = Text("{s} : {n} adresses pour {k} lettres", "{s}: {n} addresses for {k} letters")
            raise InputError(text.format(s=invitation.stratum, n=len(known), k=invitation.letters))
        order = SeededDraw(seed, f"invitations:{invitation.stratum}").shuffled(known)
        drawn[invitation.stratum] = sorted(order[: invitation.letters])
    return drawn


def read_strata(
    stream: IO[bytes] | IO[str], *, file: str = "strata.csv"
) -> tuple[list[Stratum], dict[str, float] | None]:
    """Read ``stratum,share[,rate][,invited,answered]``; rates are None unless every line states one."""
    rows = table_rows(stream, file)
    header = [name.casefold() for name in next(rows, (1, [""]))[1]]
    for needed in ("stratum", "share"):
        if needed not in header:
            raise InputError(Text("colonne « {n} » absente", "no column “{n}”").format(n=needed), file=file, line=1)
    strata: list[Stratum] = []
    rates: dict[str, float] = {}
    for line, row in rows:
        cells = dict(zip(header, row, strict=False))
        try:
            share = float(cells["share"].replace(",", "."))
            invited, answered = int(cells.get("invited") or 0), int(cells.get("answered") or 0)
            rate = float(cells["rate"].replace(",", ".")) if cells.get("rate") else None
        except (ValueError, KeyError):
            raise InputError(Text("nombre illisible", "unreadable number"), file=file, line=line) from None
        if not cells["stratum"] or any(stratum.name == cells["stratum"] for stratum in strata):
            raise InputError(Text("strate vide ou répétée", "empty or repeated stratum"), file=file, line=line)
        if rate is not None:
            rates[cells["stratum"]] = rate
        strata.append(
            Stratum(cells["stratum"], addresses=0, share=share, invited_before=invited, answered_before=answered)
        )
    if not strata:
        raise InputError(Text("aucune strate", "no stratum"), file=file, line=1)
    return strata, rates if len(rates) == len(strata) else None


def read_addresses(
    stream: IO[bytes] | IO[str], strata: Sequence[Stratum], *, file: str = "addresses.csv"
) -> dict[str, list[str]]:
    """Read ``stratum`` and ``address`` columns into the addresses of each stratum, each once."""
    rows = table_rows(stream, file)
    header = [name.casefold() for name in next(rows, (1, [""]))[1]]
    for needed in ("stratum", "address"):
        if needed not in header:
            raise InputError(Text("colonne « {n} » absente", "no column “{n}”").format(n=needed), file=file, line=1)
    found: dict[str, dict[str, None]] = {stratum.name: {} for stratum in strata}
    for line, row in rows:
        cells = dict(zip(header, row, strict=False))
        name, address = cells.get("stratum", ""), cells.get("address", "")
        if name not in found or not address:
            raise InputError(
                Text("strate inconnue ou adresse vide", "unknown stratum or empty address"), file=file, line=line
            )
        found[name][address] = None
    return {name: list(addresses) for name, addresses in found.items()}
