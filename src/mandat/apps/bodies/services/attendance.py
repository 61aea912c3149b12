"""Who comes to a session, who votes for whom, who takes no part in what."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction
from django.utils import timezone

from mandat.apps.accounts.models import User
from mandat.apps.accounts.permissions import may, require
from mandat.apps.bodies.models import Attendance, Division, Item, Recusal, Session, Term
from mandat.apps.bodies.selectors import members
from mandat.apps.bodies.services.recording import locked
from mandat.apps.bodies.terms import meeting_body
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

State, Status = Session.State, Attendance.Status
THERE = frozenset({Status.PRESENT, Status.REMOTE})


@transaction.atomic
def attendance_set(*, actor: User, session: Session, statuses: Mapping[int, str]) -> int:
    """Say who is there, by the key of their term. May change while the body sits, but for who holds a proxy. Returns how many are there.

    Someone who arrives loses the proxy they gave. Raises InputError for who is no member that day, or holds proxies and leaves.
    """
    require(actor, "bodies.manage")
    session = locked(session, State.CONVENED, State.OPEN)
    known = {one.pk for one in members(session.body, on=session.on, programme=session.programme)}
    if set(statuses) - known:
        raise InputError(Text("cette personne n'est pas membre", "this person is no member"))
    rows = {row.term_id: row for row in Attendance.objects.filter(session=session).order_by("pk")}
    holders = {row.proxy_id for row in rows.values() if row.proxy_id is not None}
    fresh, moved = [], []
    for term, status in statuses.items():
        if status not in Status.values:
            raise InputError(Text(f"présence inconnue : {status}", f"unknown attendance: {status}"))
        row = rows.get(term)
        if term in holders and status not in THERE:
            raise InputError(
                Text("ce membre porte un pouvoir : retirez-le d'abord", "this member holds a proxy: end it first")
            )
        if row is None:
            fresh.append(Attendance(session=session, term_id=term, status=status))
            continue
        row.status = status
        if status in THERE:
            row.proxy = None
        moved.append(row)
    Attendance.objects.bulk_create(fresh, batch_size=200)
    Attendance.objects.bulk_update(moved, ["status", "proxy"], batch_size=200)
    return Attendance.objects.filter(session=session, status__in=THERE).count()


@transaction.atomic
def proxy_give(*, actor: User, session: Session, giver: Term, holder: Term | None) -> Attendance:
    """Have an absent member represented by one who is there (None takes it back), by themselves or by the secretariat.

    Raises InputError where the holder has as many as the rules allow, is not there, is of another body, or where the giver came or has voted.
    """
    if giver.user_id is None or giver.user_id != actor.pk or not may(actor, "bodies.vote"):
        require(actor, "bodies.manage")
    session = locked(session, State.CONVENED, State.OPEN)
    rule = meeting_body(session.body).document.voting
    rows = {row.term_id: row for row in Attendance.objects.filter(session=session).order_by("pk")}
    known = {one.pk: one for one in members(session.body, on=session.on, programme=session.programme)}
    if giver.pk not in known or (holder is not None and holder.pk not in known):
        raise InputError(Text("cette personne n'est pas membre", "this person is no member"))
    row = rows.get(giver.pk) or Attendance(session=session, term=giver, status=Status.EXCUSED)
    if row.status in THERE:
        raise InputError(Text("un membre présent ne donne pas de pouvoir", "a member who is there gives no proxy"))
    if holder is not None:
        _may_hold(rows, giver, holder, rule.proxies, opened=session.state == State.OPEN)
    if Division.objects.filter(item__session=session, closed_at__isnull=True, votes__term=giver).exists():
        raise InputError(Text("un vote est en cours", "a vote is under way"))
    row.proxy = holder
    row.save()
    return row


def _may_hold(rows: Mapping[int, Attendance], giver: Term, holder: Term, most: int, *, opened: bool) -> None:
    if holder.pk == giver.pk or not giver.votes or not holder.votes:
        raise InputError(Text("ce pouvoir ne vaut rien", "this proxy is worth nothing"))
    row = rows.get(holder.pk)
    if (opened and row is None) or (row is not None and row.status not in THERE):
        raise InputError(Text("qui porte un pouvoir est présent", "who holds a proxy is there"))
    others = [one for one in rows.values() if one.proxy_id == holder.pk and one.term_id != giver.pk]
    if len(others) >= most:
        raise InputError(
            Text(f"un membre porte {most} pouvoir au plus", f"a member holds {most} proxy at most")
            if most < 2
            else Text(f"un membre porte {most} pouvoirs au plus", f"a member holds {most} proxies at most")
        )


@transaction.atomic
def recuse(*, actor: User, item: Item, term: Term, why: str = Recusal.Why.INTEREST) -> Recusal:
    """Take no part in an item: neither counted for its quorum nor voting. By the member, or by the secretariat at their word.

    Raises InputError once they have voted on it.
    """
    if term.user_id is None or term.user_id != actor.pk or not may(actor, "bodies.vote"):
        require(actor, "bodies.manage")
    session = locked(item.session, State.CONVENED, State.OPEN)
    if (term.body, term.programme) != (session.body, session.programme):
        raise InputError(Text("cette personne n'est pas de cette instance", "this person is not of this body"))
    if why not in Recusal.Why.values:
        raise InputError(Text("motif inconnu", "unknown reason"))
    # The questions of this item, held: a vote cannot come between the check and the recusal.
    questions = list(Division.objects.select_for_update(of=("self",)).filter(item=item).order_by("pk"))
    if any(one.votes.filter(term=term).exists() for one in questions):
        raise InputError(Text("ce membre a déjà voté sur ce point", "this member has voted on this item already"))
    made, _new = Recusal.objects.get_or_create(item=item, term=term, defaults={"why": why, "at": timezone.now()})
    return made
