"""Sessions: convened with notice, moved, cancelled, opened with their quorum, closed in one transaction.

Closing numbers the decisions, settles the requests, adopts the minutes that were on the agenda, and tells those who wait
(``hooks.on_item_decided``): all of it, or nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from mandat.apps.accounts import notices
from mandat.apps.accounts.models import User
from mandat.apps.accounts.permissions import require
from mandat.apps.bodies import hooks, written
from mandat.apps.bodies.models import AgendaRequest, Attendance, Decision, Item, Minutes, Session
from mandat.apps.bodies.schema import Body
from mandat.apps.bodies.selectors import members
from mandat.apps.bodies.services.recording import (
    append,
    held,
    locked,
    milestones,
    session_fact,
    synthetic,
    today,
    words,
)
from mandat.apps.bodies.tallying import needed
from mandat.apps.bodies.terms import meeting_body
from mandat.apps.custody.records import digest
from mandat.apps.programme.published import published
from mandat.apps.programme.terms import Terms
from mandat.facts import Fact
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

#: A session is convened at most this long before.
FURTHEST = dt.timedelta(days=730)
Outcome, State = Item.Outcome, Session.State


@transaction.atomic
def session_convene(
    *,
    actor: User,
    body: str,
    starts_at: dt.datetime,
    ends_at: dt.datetime | None = None,
    place: str = "",
    link: str = "",
    public: bool | None = None,
) -> Session:
    """Convene a body: its members with an account are told. ``public`` None: as its definition says.

    Raises InputError for a body that does not sit or is ended, a moment past or far off, and where neither a place nor a link is given.
    """
    require(actor, "bodies.manage")
    current = published()
    terms = meeting_body(body, current)
    standing = held(current.code, body)
    if standing.ended_on is not None:
        raise InputError(Text("cette instance n'existe plus", "this body is ended"))
    _times(starts_at, ends_at)
    place, link = _where(place, link)
    year = timezone.localtime(starts_at).year
    last = Session.objects.filter(programme=current.code, body=body, year=year).aggregate(last=Max("number"))["last"]
    session = Session.objects.create(
        programme=current.code, body=body, year=year, number=(last or 0) + 1, starts_at=starts_at, ends_at=ends_at,
        place=place, link=link, public=terms.document.publicity == "public" if public is None else public,
        convened_by=actor, convened_at=timezone.now(), synthetic=synthetic(),
    )  # fmt: skip
    days = (session.on - today()).days
    append(
        session_fact(
            "bodies.session_convened.v1", terms, session, days=days, in_time=days >= terms.document.delays.notice,
            public=session.public,
        )
    )  # fmt: skip
    _tell("bodies.convened", session)
    return session


@transaction.atomic
def session_move(
    *,
    actor: User,
    session: Session,
    starts_at: dt.datetime,
    ends_at: dt.datetime | None = None,
    place: str = "",
    link: str = "",
    reason: str,
) -> Session:
    """Move a session that has not begun to another moment or place, and say why: members are told, calendars follow."""
    require(actor, "bodies.manage")
    session = locked(session, State.CONVENED)
    terms = meeting_body(session.body)
    _times(starts_at, ends_at)
    before = session.on
    session.place, session.link = _where(place, link)
    session.moved_from = session.moved_from or session.starts_at
    session.starts_at, session.ends_at = starts_at, ends_at
    session.notice = words(reason, Text("motif", "reason"), longest=300)
    session.sequence += 1
    session.save()
    append(session_fact("bodies.session_moved.v1", terms, session, moved_from=before.isoformat()))
    _tell("bodies.moved", session)
    return session


@transaction.atomic
def session_cancel(*, actor: User, session: Session, reason: str) -> Session:
    """Cancel a session that has not begun, and say why. What was asked for waits for another."""
    require(actor, "bodies.manage")
    session = locked(session, State.CONVENED)
    terms = meeting_body(session.body)
    session.state, session.notice = State.CANCELLED, words(reason, Text("motif", "reason"), longest=300)
    session.sequence += 1
    session.save()
    waiting = AgendaRequest.objects.filter(item__session=session, state=AgendaRequest.State.PLACED)
    keys = [one.pk for one in waiting.order_by("pk")]
    Item.objects.filter(session=session).update(request=None)
    AgendaRequest.objects.filter(pk__in=keys).update(state=AgendaRequest.State.WAITING)
    append(session_fact("bodies.session_cancelled.v1", terms, session))
    _tell("bodies.cancelled", session)
    return session


@transaction.atomic
def session_open(*, actor: User, session: Session) -> Session:
    """Open a session on its day: its quorum of voting members must be there in person or at a distance; proxies do not count for it.

    Raises InputError before its day, without quorum, and where it has no agenda.
    """
    require(actor, "bodies.manage")
    session = locked(session, State.CONVENED)
    terms = meeting_body(session.body)
    if today() < session.on:
        raise InputError(Text("la séance n'est pas encore ce jour", "the session is not this day yet"))
    if not session.items.exists():
        raise InputError(Text("l'ordre du jour est vide", "the agenda is empty"))
    voters = [one for one in members(session.body, on=session.on, programme=session.programme) if one.votes]
    there, represented = _there(session)
    assert terms.document.quorum is not None
    quorum = needed(terms.document.quorum, len(voters))
    if there < quorum:
        raise InputError(
            Text(
                f"le quorum n'est pas atteint : {there} présents, il en faut {quorum}",
                f"the quorum is not there: {there} present, {quorum} are needed",
            )
        )
    session.state, session.opened_at = State.OPEN, timezone.now()
    session.quorum, session.members = quorum, len(voters)
    session.save()
    append(
        session_fact(
            "bodies.session_opened.v1", terms, session, members=len(voters), present=there, represented=represented,
            quorum=quorum,
        )
    )  # fmt: skip
    return session


def _there(session: Session) -> tuple[int, int]:
    """Voting members who are there, and those who gave a proxy."""
    rows = Attendance.objects.filter(session=session, term__votes=True)
    there = rows.filter(status__in=[Attendance.Status.PRESENT, Attendance.Status.REMOTE]).count()
    return there, rows.filter(proxy__isnull=False).count()


@transaction.atomic
def session_close(*, actor: User, session: Session) -> Session:
    """Close a session. Every item must be settled and every vote closed. Closing one that is closed changes nothing."""
    require(actor, "bodies.manage")
    # The body first, then the session: the order in which every act takes its locks.
    held(session.programme, session.body)
    session = locked(session)
    if session.state == State.CLOSED:
        return session
    session = locked(session, State.OPEN)
    terms = meeting_body(session.body)
    items = list(session.items.select_related("request", "adopts", "rapporteur").order_by("position", "pk"))
    for item in items:
        if not item.outcome or item.divisions.filter(closed_at__isnull=True).exists():
            raise InputError(
                Text(
                    f"le point {item.position} n'est ni voté, ni noté, ni reporté",
                    f"item {item.position} is neither voted on, nor noted, nor put off",
                )
            )
    session.state, session.closed_at = State.CLOSED, timezone.now()
    session.save(update_fields=["state", "closed_at"])
    decided = _decisions(session, terms, [item for item in items if _decides(item)])
    for item in items:
        _settle(session, terms, item)
    there, _represented = _there(session)
    facts = [
        session_fact(
            "bodies.session_closed.v1", terms, session, quantity=1, unit="session", items=len(items),
            decisions=len(decided), members=session.members or 0, present=there, public=session.public,
        ),
        *milestones(terms, "first-session", programme=session.programme, on=session.on),
    ]  # fmt: skip
    append(*facts)
    for item in items:
        hooks.item_decided(item, item.outcome)
    return session


def _decides(item: Item) -> bool:
    voted = item.outcome in (Outcome.ADOPTED, Outcome.REJECTED)
    return voted and item.nature not in (Item.Nature.MINUTES, Item.Nature.INFORMATION)


def _decisions(session: Session, terms: Terms[Body], items: Sequence[Item]) -> list[Decision]:
    """Number what was decided, in the order of the agenda, with one fact each. The body is locked."""
    year = session.on.year
    known = Decision.objects.filter(programme=session.programme, body=session.body, year=year)
    number = known.aggregate(last=Max("number"))["last"] or 0
    made: list[Decision] = []
    facts: list[Fact] = []
    for rank, item in enumerate(items, number + 1):
        decision = Decision(
            programme=session.programme, body=session.body, year=year, number=rank, item=item, decided_on=session.on,
            synthetic=session.synthetic,
        )  # fmt: skip
        decision.record = written.decision(decision, session, item)
        decision.sha256 = digest(decision.record)
        division = item.divisions.filter(amendment__isnull=True).first()
        facts.append(
            session_fact(
                "bodies.decided.v1", terms, session, quantity=1, unit="decision", number=decision.code,
                nature=item.nature, outcome=item.outcome, yes=division.yes if division else 0,
                no=division.no if division else 0, abstain=division.abstain if division else 0, sha256=decision.sha256,
                origin=item.request.origin if item.request else "",
                reference=item.request.source if item.request else "",
            )
        )  # fmt: skip
        made.append(decision)
    entries = append(*facts) if facts else []
    for decision, entry in zip(made, entries, strict=True):
        decision.fact_index = entry.index
    Decision.objects.bulk_create(made)
    step = {"agreement": "agreement", "report": "report"}
    steps = {step[item.nature] for item in items if item.nature in step and item.outcome == Outcome.ADOPTED}
    for name in sorted(steps):
        append(*milestones(terms, name, programme=session.programme, on=session.on))  # type: ignore[arg-type]
    return made


def _settle(session: Session, terms: Terms[Body], item: Item) -> None:
    """What an item leads to besides its decision."""
    if item.request is not None:
        done = item.outcome not in (Outcome.POSTPONED, Outcome.WITHDRAWN)
        item.request.state = AgendaRequest.State.DECIDED if done else AgendaRequest.State.WAITING
        item.request.settled_at = session.closed_at if done else None
        item.request.save(update_fields=["state", "settled_at"])
    if item.nature == Item.Nature.MINUTES and item.adopts is not None and item.outcome == Outcome.ADOPTED:
        last = item.adopts.minutes.order_by("-rank").first()
        if last is None or last.stage == Minutes.Stage.ADOPTED:
            return
        Minutes.objects.create(
            session=item.adopts, rank=last.rank + 1, stage=Minutes.Stage.ADOPTED, text=last.text, record=last.record,
            sha256=last.sha256, at=session.closed_at or timezone.now(), by=None, adopted_in=session,
        )  # fmt: skip
        append(
            session_fact("bodies.minutes_adopted.v1", terms, item.adopts, sha256=last.sha256, adopted_in=session.code)
        )


def _times(starts_at: dt.datetime, ends_at: dt.datetime | None) -> None:
    now = timezone.now()
    if starts_at.tzinfo is None or (ends_at is not None and ends_at.tzinfo is None):
        raise InputError(Text("une heure de Paris est attendue", "an hour of Paris is needed"))
    if not now <= starts_at <= now + FURTHEST:
        raise InputError(Text("convoquez pour un moment à venir", "convene for a moment to come"))
    if ends_at is not None and not starts_at < ends_at <= starts_at + dt.timedelta(days=5):
        raise InputError(
            Text("la fin suit le début, de 5 jours au plus", "the end follows the start, by 5 days at most")
        )


def _where(place: str, link: str) -> tuple[str, str]:
    place = words(place, Text("lieu", "place"), longest=200, needed=False)
    if link and not link.startswith("https://"):
        raise InputError(Text("un lien commence par https://", "a link begins with https://"))
    if not place and not link:
        raise InputError(Text("donnez un lieu ou un lien", "give a place or a link"))
    return place, link[:500]


def _tell(kind: str, session: Session) -> None:
    told = [one for one in members(session.body, on=session.on, programme=session.programme) if one.user is not None]
    key = f"{session.pk}:{session.sequence}"
    notices.notify_many(kind, [(one.user, str(session.pk), f"{key}:{one.user_id}") for one in told if one.user])
