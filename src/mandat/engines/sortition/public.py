"""The public draw in two phases, and its replay.

Phase 1, before the ceremony: publish the hash of the pool, the quotas, the seed, the probabilities of each type and
1,000 numbered panels written with tickets ("12.3": third ticket of type 12), never names. The list of who holds
which ticket stays with the organiser, committed to by its hash.
Phase 2, in public: one number decides (dice, balls, or the stated round of a public beacon, given as text).
Anyone replays with the published file alone; whoever may see the pool or the tickets checks those too.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from mandat.engines.sortition.assign import assign
from mandat.engines.sortition.chance import SeededDraw, panel_of_number
from mandat.engines.sortition.model import Pool, Problem, Quotas
from mandat.engines.sortition.split import Splitter
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

if TYPE_CHECKING:
    from mandat.engines.sortition.rounding import UniformLottery

FORMAT = "mandat-draw/1"


@dataclass(frozen=True, slots=True)
class PublicDraw:
    """What phase 1 publishes (``document``), and what it keeps: ``tickets`` (ticket by person id)."""

    document: dict[str, Any]
    tickets: dict[str, str]

    @property
    def hash(self) -> str:
        return document_hash(self.document)


def pool_hash(pool: Pool) -> str:
    """SHA-256 of the pool whatever the order of its lines: id, features and household, one person a line, sorted."""
    lines = sorted("\x1f".join([person.id, *person.features, person.household]) for person in pool.people)
    return hashlib.sha256("\n".join(["\x1f".join(pool.categories), *lines]).encode()).hexdigest()


def document_hash(document: dict[str, Any]) -> str:
    """SHA-256 of the canonical JSON (sorted keys, no spaces, UTF-8)."""
    text = json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def tickets_hash(tickets: dict[str, str]) -> str:
    """SHA-256 of ``ticket,id`` lines sorted by ticket."""
    lines = sorted(f"{ticket},{person}" for person, ticket in tickets.items())
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def publish(uniform: UniformLottery, *, seed: str) -> PublicDraw:
    """Phase 1: number the panels in an order drawn from ``seed``, seat people, write tickets instead of ids."""
    lottery = uniform.lottery
    problem = lottery.problem
    numbered = np.repeat(np.arange(len(uniform.copies)), uniform.copies).tolist()
    order = SeededDraw(seed, "panels").shuffled(numbered)
    seated = assign(problem, (lottery.panels[panel] for panel in order), seed)
    tickets = _tickets(problem, seed)
    people = problem.pool.people
    splitter = Splitter(problem)
    parts = [splitter.people(members) for members in seated]
    document: dict[str, Any] = {
        "format": FORMAT,
        "objective": lottery.certificate.objective,
        "seats": problem.seats // problem.copies,
        "panels_at_once": problem.copies,
        "seed": seed,
        "pool_hash": pool_hash(problem.pool),
        "tickets_hash": tickets_hash(tickets),
        "quotas": [[quota.category, quota.value, quota.low, quota.high] for quota in problem.quotas.items],
        "minimum_probability": lottery.minimum,
        "upper_bound": lottery.certificate.minimum_bound,
        "rounding": uniform.error,
        "types": [
            {
                "features": dict(zip(problem.pool.categories, group.features, strict=True)),
                "people": len(group.members),
                "kept": group.kept,
                "probability": round(float(before), 14),
                "in_this_lottery": round(float(after), 14),
            }
            for group, before, after in zip(problem.classes, lottery.probabilities, uniform.probabilities, strict=True)
        ],
        "panels": [[[tickets[people[member].id] for member in part] for part in panel] for panel in parts],
    }
    return PublicDraw(document=document, tickets=tickets)


def _tickets(problem: Problem, seed: str) -> dict[str, str]:
    draw = SeededDraw(seed, "tickets")
    tickets: dict[str, str] = {}
    for number, group in enumerate(problem.classes, start=1):
        for rank, member in enumerate(draw.shuffled(group.members), start=1):
            tickets[problem.pool.people[member].id] = f"{number}.{rank}"
    return tickets


def select(draw: PublicDraw, number: str) -> tuple[int, list[list[str]]]:
    """Phase 2: the panel (0-based) that a public number designates, and the ids on each panel drawn."""
    which = panel_of_number(number, len(draw.document["panels"]))
    holder = {ticket: person for person, ticket in draw.tickets.items()}
    return which, [sorted(holder[ticket] for ticket in part) for part in draw.document["panels"][which]]


def verify(document: dict[str, Any], pool: Pool, quotas: Quotas, tickets: dict[str, str]) -> None:
    """Check a published file against the pool: hashes, seats, quotas of every panel, and stated probabilities.

    Raises InputError with the first thing that does not hold.
    """
    _expect(document.get("format") == FORMAT, Text("format inconnu", "unknown format"))
    _expect(
        document["pool_hash"] == pool_hash(pool),
        Text("le vivier n’est pas celui de la publication", "the pool is not the published one"),
    )
    _expect(
        document["tickets_hash"] == tickets_hash(tickets),
        Text("les tickets ne sont pas ceux de la publication", "the tickets are not the published ones"),
    )
    by_ticket = {ticket: next_ for next_, ticket in tickets.items()}
    features = {person.id: person.features for person in pool.people}
    place = {category: at for at, category in enumerate(pool.categories)}
    seen: dict[str, int] = {}
    for which, panels in enumerate(document["panels"]):
        everyone = [ticket for part in panels for ticket in part]
        _expect(
            len(set(everyone)) == len(everyone),
            Text("panel {n} : un ticket revient deux fois", "panel {n}: a ticket comes twice").format(n=which),
        )
        for part in panels:
            _expect(
                len(part) == document["seats"],
                Text("panel {n} : mauvais nombre de places", "panel {n}: wrong number of seats").format(n=which),
            )
            for category, value, low, high in document["quotas"]:
                count = sum(features[by_ticket[ticket]][place[category]] == value for ticket in part)
                _expect(
                    low <= count <= high,
                    Text(
                        "panel {n} : {count} × « {value} », hors de {low}–{high}",
                        "panel {n}: {count} × “{value}”, outside {low}–{high}",
                    ).format(n=which, count=count, value=f"{category} = {value}", low=low, high=high),
                )
        for ticket in everyone:
            seen[ticket] = seen.get(ticket, 0) + 1
    total = len(document["panels"])
    for number, kind in enumerate(document["types"], start=1):
        drawn = sum(seen.get(f"{number}.{rank}", 0) for rank in range(1, kind["people"] + 1))
        _expect(
            abs(drawn / (total * kind["people"]) - kind["in_this_lottery"]) < 1e-9,
            Text("type {n} : probabilité inexacte", "type {n}: wrong probability").format(n=number),
        )
    known = {(quota.category, quota.value) for quota in quotas.items}
    _expect(
        all((category, value) in known for category, value, _, _ in document["quotas"]),
        Text("les quotas ne sont pas ceux de la publication", "the quotas are not the published ones"),
    )


def _expect(condition: bool, text: Text) -> None:
    if not condition:
        raise InputError(text)
