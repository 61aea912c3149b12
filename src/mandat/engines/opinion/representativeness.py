"""Statements that tell a group from the rest, by the published tests.

For a group and a statement: ``p`` = (votes + 1) / (seen + 2), the chance of a vote; ``p-test``, whether it is
a majority; ``r`` = p in the group / p in the rest; ``r-test``, whether the two shares differ (two-proportion test
with one added everywhere). Chosen: both tests significant at 90 % on the same side, at most five, by the product
of the four; the statement the group agrees with best always comes first (Small et al., 2021, and the software's
``repness`` and ``stats``).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mandat.engines.opinion.counts import Counts
from mandat.engines.opinion.votes import Bools, Floats, Ints

#: One-sided 90 %, as published.
Z_90 = 1.2816
LARGEST_CHOICE = 5


@dataclass(frozen=True, slots=True)
class Choice:
    """A statement chosen for a group, or for everyone (then ``ratio`` and ``ratio_test`` are None).

    ``statement`` is a column number; ``direction`` says which vote it is chosen for; ``votes`` is how many voted
    that way out of ``seen``; ``agree`` and ``disagree`` are both counts.
    """

    statement: int
    direction: str
    votes: int
    seen: int
    agree: int
    disagree: int
    probability: float
    probability_test: float
    ratio: float | None = None
    ratio_test: float | None = None
    best_agree: bool = False


def proportion_test(votes: Ints, seen: Ints) -> Floats:
    """z of "more than half", one success and one trial added: 2·sqrt(n)·(s/n - 1/2)."""
    s, n = votes + 1.0, seen + 1.0
    return np.asarray(2 * np.sqrt(n) * (s / n - 0.5))


def two_proportion_test(votes_in: Ints, votes_out: Ints, seen_in: Ints, seen_out: Ints) -> Floats:
    """z of the difference of two shares, one added to each count; 0 where everyone voted that way."""
    s1, s2, n1, n2 = votes_in + 1.0, votes_out + 1.0, seen_in + 1.0, seen_out + 1.0
    pooled = (s1 + s2) / (n1 + n2)
    spread = np.sqrt(np.maximum(pooled * (1 - pooled), 0.0) * (1 / n1 + 1 / n2))
    out: Floats = np.divide(s1 / n1 - s2 / n2, spread, out=np.zeros(np.shape(spread)), where=spread > 0)
    return out


def chance(votes: Ints, seen: Ints) -> Floats:
    """(votes + 1) / (seen + 2)."""
    return np.asarray((votes + 1.0) / (seen + 2.0))


@dataclass(frozen=True, slots=True, eq=False)
class Tests:
    """Arrays (groups, m): chances ``pa``, ``pd``, their tests ``pat``, ``pdt``, ratios ``ra``, ``rd``, tests ``rat``, ``rdt``."""

    pa: Floats
    pd: Floats
    pat: Floats
    pdt: Floats
    ra: Floats
    rd: Floats
    rat: Floats
    rdt: Floats


def run_tests(inside: Counts, outside: Counts) -> Tests:
    """Every test of every group (``inside``) against the rest (``outside``), same shapes."""
    pa, pd = chance(inside.agree, inside.seen), chance(inside.disagree, inside.seen)
    return Tests(
        pa=pa,
        pd=pd,
        pat=proportion_test(inside.agree, inside.seen),
        pdt=proportion_test(inside.disagree, inside.seen),
        ra=pa / chance(outside.agree, outside.seen),
        rd=pd / chance(outside.disagree, outside.seen),
        rat=two_proportion_test(inside.agree, outside.agree, inside.seen, outside.seen),
        rdt=two_proportion_test(inside.disagree, outside.disagree, inside.seen, outside.seen),
    )


def representative(counts: Counts, tests: Tests, group: int, excluded: Bools) -> list[Choice]:
    """At most five statements for ``group``, agreements before disagreements, never one moderated out.

    Ties of the ranking go to the lower column.
    """
    candidates = np.flatnonzero(~excluded)
    if not len(candidates):
        return []
    pa, pd, pat, pdt = (getattr(tests, name)[group] for name in ("pa", "pd", "pat", "pdt"))
    ra, rd, rat, rdt = (getattr(tests, name)[group] for name in ("ra", "rd", "rat", "rdt"))
    voted = (counts.agree[group] + counts.disagree[group]) > 0
    significant = ((pat > Z_90) & (rat > Z_90)) | ((pdt > Z_90) & (rdt > Z_90))
    first = _best_agree(candidates[voted[candidates]], pa, pat, ra, rat)
    enough = candidates[significant[candidates]]
    head: list[int] = []
    if first is not None:
        head = [first]
    elif not len(enough) and voted[candidates].any():
        some = candidates[voted[candidates]]
        head = [int(some[np.argmax(np.maximum(rat, rdt)[some])])]
    metric = np.where(rat > rdt, ra * rat * pa * pat, rd * rdt * pd * pdt)
    ranked = enough[np.argsort(-metric[enough], kind="stable")]
    picked = (head + [int(j) for j in ranked if int(j) not in head])[:LARGEST_CHOICE]
    choices = [_choice(j, counts, tests, group, best_agree=j == first) for j in picked]
    return [one for one in choices if one.direction == "agree"] + [one for one in choices if one.direction != "agree"]


def _best_agree(columns: Ints, pa: Floats, pat: Floats, ra: Floats, rat: Floats) -> int | None:
    """The statement the group agrees with best: by the published running comparison, in column order."""
    best: int | None = None
    for j in columns.tolist():
        if best is None:
            better = pat[j] > Z_90 or (ra[j] > 1.0 and pa[j] > 0.5)
        elif ra[best] > 1.0:
            better = ra[j] * rat[j] * pa[j] * pat[j] > ra[best] * rat[best] * pa[best] * pat[best]
        else:
            better = pa[j] * pat[j] > pa[best] * pat[best]
        if better:
            best = j
    return best


def _choice(j: int, counts: Counts, tests: Tests, group: int, *, best_agree: bool) -> Choice:
    # Chosen for its agreement, shown for it: the published client does the same with its ``best-agree`` mark.
    agrees = best_agree or bool(tests.rat[group, j] > tests.rdt[group, j])
    votes = counts.agree if agrees else counts.disagree
    return Choice(
        statement=j,
        direction="agree" if agrees else "disagree",
        votes=int(votes[group, j]),
        seen=int(counts.seen[group, j]),
        agree=int(counts.agree[group, j]),
        disagree=int(counts.disagree[group, j]),
        probability=float((tests.pa if agrees else tests.pd)[group, j]),
        probability_test=float((tests.pat if agrees else tests.pdt)[group, j]),
        ratio=float((tests.ra if agrees else tests.rd)[group, j]),
        ratio_test=float((tests.rat if agrees else tests.rdt)[group, j]),
        best_agree=best_agree,
    )
