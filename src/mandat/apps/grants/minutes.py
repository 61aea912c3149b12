"""The minutes of a sitting: who was there, what was proposed, how each voted, what was decided.

They are public. Roll calls name the members, who vote in that office; legal persons that apply are named, natural persons never are, and no
motive is written there (a motive may speak of people).
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from mandat.apps.bodies.models import Term
from mandat.apps.custody.records import canonical, digest
from mandat.apps.grants.models import Case, Item, Sitting
from mandat.apps.grants.recording import euros_of
from mandat.apps.grants.seats import seats_on, sitter
from mandat.apps.grants.services.awards import PERSON, legal_person
from mandat.apps.grants.services.moving import terms_of
from mandat.facts import Fact
from mandat.kernel.periods import paris_date

if TYPE_CHECKING:
    from mandat.apps.grants.services.voting import Ballots

FORMAT = 1


def written(sitting: Sitting, items: Sequence[Item], cases: Mapping[int, Case], ballots: Ballots) -> str:
    """The minutes as canonical JSON. Members are told by their rank in ``members``."""
    seats: list[Term] = list(seats_on(sitting.programme, sitting.body, sitting.on))
    rank = {sitter(seat).pk: n for n, seat in enumerate(seats)}
    record = {
        "format": FORMAT,
        "body": sitting.body,
        "on": sitting.on,
        "place": sitting.place,
        "opened_at": sitting.opened_at,
        "closed_at": sitting.closed_at,
        "quorum": sitting.quorum,
        "members": [
            {"name": sitter(seat).name, "president": seat.president, "present": seat.user_id in ballots.present}
            for seat in seats
        ],
        "items": [_item(item, cases[item.case_id], ballots, rank) for item in items],
    }
    return canonical(record)


def _item(item: Item, case: Case, ballots: Ballots, rank: Mapping[int, int]) -> dict[str, Any]:
    named = legal_person(case)
    votes: dict[str, list[int]] = {"for": [], "against": [], "abstain": []}
    for member, choice in ballots.cast.get(item.pk, ()):
        if member in rank:
            votes[choice].append(rank[member])
    return {
        "position": item.position,
        "reference": case.reference,
        "scheme": case.scheme,
        "scheme_title": terms_of(case).document.title.fr,
        "applicant": case.applicant.name if named and case.applicant else PERSON,
        "siret": case.applicant.siret if named and case.applicant else "",
        "purpose": case.title if named else "",
        "public": named,
        "favourable": item.favourable,
        "proposed": euros_of(item.proposed),
        "amount": euros_of(item.amount) if item.outcome == Item.Outcome.AWARDED else None,
        "outcome": item.outcome,
        "recused": sorted(rank[member] for member in ballots.ties.get(item.case_id, ()) if member in rank),
        "votes": votes,
    }


def sitting_fact(sitting: Sitting, items: Sequence[Item]) -> Fact:
    """The public fact of a sitting that closes."""
    counts = Counter(item.outcome for item in items)
    held = read(sitting)
    assert sitting.closed_at is not None
    return Fact(
        kind="grants.sitting_closed.v1",
        occurred_on=paris_date(sitting.closed_at),
        programme=sitting.programme,
        subject=f"sitting:{sitting.pk}",
        data={
            "body": sitting.body,
            "present": sum(member["present"] for member in held["members"]),
            "seats": len(held["members"]),
            "awarded": counts[Item.Outcome.AWARDED],
            "refused": counts[Item.Outcome.REFUSED],
            "postponed": counts[Item.Outcome.POSTPONED],
            "minutes_sha256": digest(sitting.minutes),
        },
        synthetic=sitting.synthetic,
    )


def read(sitting: Sitting) -> dict[str, Any]:
    """The minutes of a closed sitting."""
    found: dict[str, Any] = json.loads(sitting.minutes)
    return found
