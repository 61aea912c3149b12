"""Opinion maps: votes on statements one at a time, statements that people add, and the map computed from the votes alone."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator
from typing import Any

from django.db import transaction
from django.db.models import Count, Max, Q
from django.utils import timezone

from mandat import journal
from mandat.apps.accounts.models import User
from mandat.apps.consultations import seams
from mandat.apps.consultations.held import Held
from mandat.apps.consultations.models import Consultation, OpinionVote, OpinionVoter, Shown, Statement
from mandat.apps.consultations.services import following
from mandat.apps.consultations.services.common import check_open, line, open_row, touched
from mandat.apps.participation.schema.contributions import OpinionMap
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

VALUES = {"agree": 1, "pass": 0, "disagree": -1}


def open_map(held: Held[OpinionMap], at: dt.datetime) -> Consultation:
    """The row of a map with the statements of its definition."""
    row = open_row(held, at)
    if not row.statements.exists():
        Statement.objects.bulk_create(
            [
                Statement(consultation=row, number=rank, text=one.fr, text_en=one.en, seed=True, made_at=at)
                for rank, one in enumerate(held.document.statements)
            ],
            ignore_conflicts=True,
        )
    return row


def drawn(person: int, row: int, number: int) -> float:
    """A number in ]0, 1[ that is always the same for a person and a statement, and tells nothing of either."""
    digest = hashlib.sha256(f"opinion:{row}:{person}:{number}".encode()).digest()
    return (int.from_bytes(digest[:7], "big") + 1) / (2**56 + 2)


def next_statement(held: Held[OpinionMap], user: Any) -> Statement | None:
    """The statement to show next: drawn by the priorities of the last map, the same until it is voted on. None when all are.

    A weighted draw without return (Efraimidis and Spirakis, 2006): the greatest of u^(1/priority).
    """
    row = held.row()
    if row is None:
        return None
    voted = OpinionVote.objects.filter(voter__consultation=row, voter__user=user).values("statement")
    waiting = Statement.objects.filter(consultation=row, shown=Shown.SHOWN).exclude(pk__in=voted)
    rows = list(waiting.order_by("number"))
    if not rows:
        return None
    return max(rows, key=lambda one: drawn(user.pk, row.pk, one.number) ** (1 / max(one.priority, 1e-6)))


@transaction.atomic
def opinion_vote(
    *, actor: User, held: Held[OpinionMap], number: int, value: str, at: dt.datetime | None = None
) -> OpinionVote | None:
    """Vote on a statement; the last vote counts. No counter moves: the map counts them. Raises InputError, PermissionDenied."""
    at = at or timezone.now()
    check_open(held, at)
    if value not in VALUES:
        raise InputError(Text("choisissez d'accord, pas d'accord ou je passe", "choose agree, disagree or pass"))
    seams.participant(actor, held.process, held.code, at)
    seams.limited(actor, "opinion", per_hour=2000)
    row = open_map(held, at)
    statement = Statement.objects.filter(consultation=row, number=number, shown=Shown.SHOWN).first()
    if statement is None:
        raise InputError(Text("cet énoncé n'est pas soumis au vote", "this statement is not open to votes"))
    voter = OpinionVoter.objects.get_or_create(consultation=row, user=actor)[0]
    vote, _ = OpinionVote.objects.update_or_create(voter=voter, statement=statement, defaults={"value": VALUES[value]})
    return vote


@transaction.atomic
def statement_add(*, actor: User, held: Held[OpinionMap], text: str, at: dt.datetime | None = None) -> Statement:
    """Propose a statement: others vote on it once an agent has read it. Raises InputError, PermissionDenied."""
    at = at or timezone.now()
    document = held.document
    check_open(held, at)
    if not document.open:
        raise InputError(Text("on n'ajoute pas d'énoncé à cette carte", "no statement is added to this map"))
    who = seams.participant(actor, held.process, held.code, at)
    seams.limited(actor, "statement", per_hour=20)
    text = seams.cleaned(text, longest=document.longest, what=Text("l'énoncé", "the statement"), one_line=True)
    row = open_map(held, at)
    # One after the other: numbers follow, and the bound on statements a person holds.
    Consultation.objects.select_for_update().get(pk=row.pk)
    known = Statement.objects.filter(consultation=row)
    if known.filter(author=actor).exclude(shown=Shown.WITHDRAWN).count() >= document.most:
        raise InputError(
            Text(
                f"vous avez déjà proposé {document.most} énoncés : c'est le maximum",
                f"you have proposed {document.most} statements already: that is the most",
            )
        )
    if known.exclude(shown=Shown.HIDDEN).filter(Q(text__iexact=text) | Q(text_en__iexact=text)).exists():
        raise InputError(Text("cet énoncé existe déjà : votez-le", "this statement exists already: vote on it"))
    number = (known.aggregate(last=Max("number"))["last"] or 0) + 1
    made = Statement.objects.create(
        consultation=row, number=number, text=text, author=actor, name=who.name, shown=Shown.WAITING, made_at=at
    )
    touched(row, at, waiting=1)
    return made


@transaction.atomic
def statement_moderate(
    *, actor: User, statement: Statement, shown: bool, why: str = "", at: dt.datetime | None = None
) -> None:
    """Put a statement to the vote, or not, for a public reason. Votes already cast on one that is hidden count no more."""
    from mandat.apps.accounts.permissions import require

    require(actor, "community.moderate")
    at = at or timezone.now()
    why = seams.cleaned(why, longest=300, what=Text("le motif", "the reason"), required=not shown)
    locked = Statement.objects.select_for_update(of=("self",)).get(pk=statement.pk)
    waiting = -1 if locked.shown == Shown.WAITING else 0
    locked.shown, locked.why_hidden = (Shown.SHOWN if shown else Shown.HIDDEN), why
    locked.moderated_by, locked.moderated_at = actor, at
    locked.save(update_fields=["shown", "why_hidden", "moderated_by", "moderated_at"])
    touched(locked.consultation, at, waiting=waiting)


# -- the map


def votes_of(row: Consultation) -> Iterator[tuple[str, int, int]]:
    """Every vote on a statement shown: the voter's drawn code, the statement's number, the value; voter by voter in the order of codes."""
    found = OpinionVote.objects.filter(voter__consultation=row, statement__shown=Shown.SHOWN)
    rows = found.order_by("voter__code", "statement__number").values_list("voter__code", "statement__number", "value")
    for code, number, value in rows.iterator(chunk_size=5000):
        yield str(code), number, value


def settings_of(document: OpinionMap) -> Any:
    """The engine's settings, all said by the definition."""
    from mandat.engines.opinion import Settings

    return Settings(seed=document.seed, fewest_votes=document.least_votes, withholding=document.group_least)


def conversation_of(row: Consultation, topic: str) -> Any:
    """The conversation as the engine takes it: participants are numbered, never named."""
    import numpy as np

    from mandat.engines.opinion import Conversation, VoteMatrix
    from mandat.engines.opinion import Statement as Told

    statements = list(Statement.objects.filter(consultation=row, shown=Shown.SHOWN).order_by("number"))
    column = {one.number: rank for rank, one in enumerate(statements)}
    rows: list[int] = []
    columns: list[int] = []
    values: list[int] = []
    people, last = 0, ""
    for code, number, value in votes_of(row):
        if code != last:
            people, last = people + 1, code
        rows.append(people - 1)
        columns.append(column[number])
        values.append(value)
    matrix = VoteMatrix.from_triplets(
        participants=range(1, people + 1),
        statements=[one.number for one in statements],
        rows=np.array(rows, np.int64),
        columns=np.array(columns, np.int64),
        values=np.array(values, np.int64),
    )
    told = tuple(Told(id=str(one.number), text=one.text) for one in statements)
    return Conversation(votes=matrix, statements=told, topic=topic)


@transaction.atomic
def map_compute(*, held: Held[OpinionMap], row: Consultation, at: dt.datetime | None = None) -> bool:
    """Compute the map from the votes and keep it. Nothing is kept of groups while too few people voted enough.

    The same votes give the same map, wherever: seed and settings are those of the definition. Gives whether anything was computed.
    """
    from mandat.engines.opinion import as_data, map_opinions, picture

    at = at or timezone.now()
    conversation = conversation_of(row, held.document.title.fr)
    people, _ = conversation.votes.shape
    row.people, row.items = people, conversation.votes.count
    if people and conversation.votes.shape[1]:
        opinions = map_opinions(conversation.votes, settings=settings_of(held.document))
        data = as_data(opinions, conversation)
        grouped = int((opinions.labels >= 0).sum())
        result: dict[str, Any] = {"people": people, "votes": conversation.votes.count, "grouped": grouped}
        if grouped >= held.document.least_voters:
            drawing = picture.draw(opinions)
            result |= {
                "data": {name: value for name, value in data.items() if name not in ("reading", "routing")},
                "picture": {
                    "width": drawing.width, "height": drawing.height, "origin": list(drawing.origin),
                    "marks": [[m.dot.group, m.dot.people, m.x, m.y, m.radius, m.path] for m in drawing.marks],
                    "labels": [[one.group, one.x, one.y] for one in drawing.labels],
                },
                "rows": [
                    [one.statement.id, one.votes, one.agree, list(one.by_group), one.informed]
                    for one in picture.statement_rows(opinions, conversation)
                ],
                "lines": {
                    str(group.number): [_line(one) for one in picture.group_lines(opinions, conversation, group.number)]
                    for group in opinions.groups
                },
                "consensus": [_line(one) for one in picture.consensus_lines(opinions, conversation)],
            }  # fmt: skip
        row.result = result
        _routed(row, opinions)
    row.computed_at = row.changed_at = at
    row.save(update_fields=["people", "items", "result", "computed_at", "changed_at"])
    return bool(people)


def _line(one: Any) -> list[Any]:
    return [one.statement.id, one.direction, one.agree, one.disagree, one.passes, one.inside, one.elsewhere]


def _routed(row: Consultation, opinions: Any) -> None:
    """Counters and priorities of statements, from this count of the votes."""
    counted = {
        one["statement"]: one
        for one in OpinionVote.objects.filter(statement__consultation=row)
        .order_by()
        .values("statement")
        .annotate(
            agree=Count("pk", filter=Q(value=1)), disagree=Count("pk", filter=Q(value=-1)), passed=Count("pk", filter=Q(value=0))
        )
    }  # fmt: skip
    priority = dict(zip(opinions.votes.statements, opinions.priority, strict=True))
    found = list(Statement.objects.filter(consultation=row).order_by("number"))
    for one in found:
        seen: Any = counted.get(one.pk, {})
        one.agrees, one.disagrees, one.passes = (seen.get(name, 0) for name in ("agree", "disagree", "passed"))
        one.priority = float(priority.get(one.number, 0.0)) or 1.0
    Statement.objects.bulk_update(found, ["agrees", "disagrees", "passes", "priority"], batch_size=200)


@transaction.atomic
def map_close(*, held: Held[OpinionMap], at: dt.datetime | None = None) -> Consultation | None:
    """Close a map whose last phase is over: the last map is computed, and nobody is joined to their votes any more. Done once."""
    at = at or timezone.now()
    row = Consultation.objects.select_for_update().filter(
        programme=held.programme, process=held.process.code, component=held.code
    ).first()  # fmt: skip
    if row is None or row.closed_at is not None or not held.is_over(at):
        return None
    map_compute(held=held, row=row, at=at)
    row.closed_at = at
    row.save(update_fields=["closed_at"])
    OpinionVoter.objects.filter(consultation=row).update(user=None)
    told = row.people if row.people >= held.document.group_least else None
    journal.append(
        [
            line(
                "consultations.closed.v1", held, on=timezone.localdate(at), quantity=told,
                unit="person" if told is not None else "", synthetic=row.synthetic, data={"items": row.items},
                source=f"consultations-closed:{row}",
            )
        ]
    )  # fmt: skip
    following.closed(held, row, at)
    return row
