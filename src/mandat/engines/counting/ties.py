"""Ties: decided by an order everyone can check, and always listed.

An order is a rule fixed before the count: ``id`` (ids compared as strings, so "100" comes
before "20", as the field's tools do), ``number`` (ids compared as numbers where they are),
``cost`` (cheapest first, then id), ``votes`` (most votes first, then id), ``seed:<text>``
(SHA-256 of the seed and the id, drawn in public) or ``list:<id,id,…>`` (stated in full).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from mandat.engines.counting.model import Election, parse_decimal
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text


@dataclass(frozen=True, slots=True)
class Tie:
    """Projects that stood level at one step, and the one the order chose."""

    step: int
    projects: tuple[str, ...]
    chosen: str
    order: str


def tie_rank(election: Election, order: str = "id") -> list[int]:
    """The place of each project in the order: the smallest wins a tie."""
    ids: Sequence[str] = election.ids
    kind, _, argument = order.partition(":")
    if kind == "id":
        keys: list[object] = [(i,) for i in ids]
    elif kind == "number":
        numbers = [parse_decimal(i) for i in ids]
        keys = [(n is None, n or 0, i) for n, i in zip(numbers, ids, strict=True)]
    elif kind == "cost":
        keys = list(zip(election.costs, ids, strict=True))
    elif kind == "votes":
        keys = [(-v, i) for v, i in zip(election.votes, ids, strict=True)]
    elif kind == "seed" and argument:
        keys = [(hashlib.sha256(f"{argument}|{i}".encode()).hexdigest(), i) for i in ids]
    elif kind == "list":
        listed = {name.strip(): place for place, name in enumerate(argument.split(","))}
        missing = [i for i in ids if i not in listed]
        if missing:
            raise InputError(
                Text(
                    f"l’ordre de départage ne nomme pas {', '.join(missing[:3])}",
                    f"the tie order does not name {', '.join(missing[:3])}",
                )
            )
        keys = [(listed[i],) for i in ids]
    else:
        raise InputError(
            Text(
                f"ordre de départage inconnu : {order} (id, number, cost, votes, seed:…, list:…)",
                f"unknown tie order: {order} (id, number, cost, votes, seed:…, list:…)",
            )
        )
    rank = [0] * len(ids)
    for place, project in enumerate(sorted(range(len(ids)), key=lambda j: keys[j])):  # type: ignore[arg-type,return-value]
        rank[project] = place
    return rank
