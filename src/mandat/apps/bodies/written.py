"""What is written of a session: the record of its minutes and of each decision, as canonical JSON, and their digest.

Members are named: they are public there. What is dealt with behind closed doors is told by its number and its votes alone.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from mandat.apps.bodies.models import Attendance, Decision, Division, Item, Minutes, Session, Term, Vote
from mandat.apps.bodies.selectors import members
from mandat.apps.custody.records import canonical, digest

FORMAT = 1
LETTERS = {"for": "for", "against": "against", "abstain": "abstain", "none": "none"}


def signed(record: str, text: str) -> str:
    """The digest of minutes: of the record and of the account in words together."""
    return digest(canonical({"record": record, "text": text}))


def read(minutes: Minutes) -> dict[str, Any]:
    """The record of published minutes."""
    found: dict[str, Any] = json.loads(minutes.record)
    return found


def minutes(session: Session) -> str:
    """The record of a session. Members are told by their rank in ``members``. A handful of queries."""
    terms = members(session.body, on=session.on, programme=session.programme)
    rank = {term.pk: n for n, term in enumerate(terms)}
    came = {row.term_id: row for row in Attendance.objects.filter(session=session).order_by("pk")}
    return canonical(
        {
            "format": FORMAT,
            "body": session.body,
            "session": session.code,
            "on": session.on,
            "place": session.place,
            "public": session.public,
            "opened_at": session.opened_at,
            "closed_at": session.closed_at,
            "quorum": session.quorum,
            "voting_members": session.members,
            "members": [_member(term, came.get(term.pk), rank) for term in terms],
            "items": items(session, rank),
        }
    )


def _member(term: Term, row: Attendance | None, rank: Mapping[int, int]) -> dict[str, Any]:
    return {
        "name": term.name,
        "organisation": term.organisation,
        "college": term.college,
        "president": term.president,
        "votes": term.votes,
        "status": row.status if row is not None else Attendance.Status.ABSENT,
        "proxy": rank.get(row.proxy_id) if row is not None and row.proxy_id is not None else None,
    }


def items(session: Session, rank: Mapping[int, int]) -> list[dict[str, Any]]:
    """The items with their questions and votes."""
    found = session.items.select_related("decision", "request", "adopts", "rapporteur").order_by("position", "pk")
    questions: dict[int, list[Division]] = {}
    rows = Division.objects.filter(item__session=session, closed_at__isnull=False).select_related("amendment__author")
    for one in rows.order_by("amendment__number", "pk"):
        questions.setdefault(one.item_id, []).append(one)
    votes: dict[int, list[Vote]] = {}
    for vote in Vote.objects.filter(division__item__session=session).order_by("term"):
        votes.setdefault(vote.division_id, []).append(vote)
    recused: dict[int, list[int]] = {}
    for item, term in session.items.order_by("pk").values_list("pk", "recusals__term"):
        if term is not None and term in rank:
            recused.setdefault(item, []).append(rank[term])
    return [_item(one, questions.get(one.pk, []), votes, recused.get(one.pk, []), rank) for one in found]


def _item(
    item: Item,
    questions: Sequence[Division],
    votes: Mapping[int, Sequence[Vote]],
    recused: Sequence[int],
    rank: Mapping[int, int],
) -> dict[str, Any]:
    decision = getattr(item, "decision", None)
    amendments = {one.amendment_id: one for one in questions if one.amendment_id is not None}
    return {
        "position": item.position,
        "title": "" if item.closed_doors else item.title_fr,
        "closed_doors": item.closed_doors,
        "nature": item.nature,
        "text": "" if item.closed_doors else item.text,
        "outcome": item.outcome,
        "rapporteur": rank.get(item.rapporteur_id) if item.rapporteur_id is not None else None,
        "origin": item.request.source if item.request else "",
        "adopts": item.adopts.code if item.adopts else "",
        "decision": decision.code if decision is not None else "",
        "recused": sorted(recused),
        "amendments": [
            {
                "number": one.number,
                "text": "" if item.closed_doors else one.text,
                "author": rank.get(one.author_id) if one.author_id is not None else None,
                "outcome": one.outcome,
                "vote": _question(amendments[one.pk], votes, rank) if one.pk in amendments else None,
            }
            for one in item.amendments.order_by("number")
        ],
        "vote": next((_question(one, votes, rank) for one in questions if one.amendment_id is None), None),
    }


def _question(one: Division, votes: Mapping[int, Sequence[Vote]], rank: Mapping[int, int]) -> dict[str, Any]:
    roll: dict[str, list[int]] = {choice: [] for choice in LETTERS}
    for vote in votes.get(one.pk, ()):
        if vote.term_id in rank:
            roll[vote.choice].append(rank[vote.term_id])
    return {
        "mode": one.mode,
        "for": one.yes,
        "against": one.no,
        "abstain": one.abstain,
        "none": one.none,
        "adopted": bool(one.adopted),
        "roll": {choice: sorted(ranks) for choice, ranks in roll.items()} if one.mode == Division.Mode.ROLL else None,
    }


def decision(made: Decision, session: Session, item: Item) -> str:
    """The record of one decision."""
    question = item.divisions.filter(amendment__isnull=True).first()
    kept = [one.text for one in item.amendments.order_by("number") if one.outcome == "adopted"]
    return canonical(
        {
            "format": FORMAT,
            "body": made.body,
            "number": made.code,
            "on": made.decided_on,
            "session": session.code,
            "item": item.position,
            "nature": item.nature,
            "title": "" if item.closed_doors else item.title_fr,
            "text": "" if item.closed_doors else item.text,
            "amendments": [] if item.closed_doors else kept,
            "outcome": item.outcome,
            "mode": question.mode if question else "",
            "for": question.yes if question else 0,
            "against": question.no if question else 0,
            "abstain": question.abstain if question else 0,
            "none": question.none if question else 0,
            "quorum": session.quorum,
            "members": session.members,
        }
    )
