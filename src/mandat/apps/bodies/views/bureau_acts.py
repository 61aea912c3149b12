"""What the secretariat's forms ask, act by act: each takes who acts, what on, and the fields sent."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from mandat.apps.accounts.models import User
from mandat.apps.bodies.models import AgendaRequest, Amendment, Decision, Division, FollowUp, Item, Paper, Session, Term
from mandat.apps.bodies.services import agenda, attendance, followups, life, minutes, sessions, terms, voting
from mandat.kernel.errors import InputError
from mandat.kernel.moments import opening
from mandat.kernel.text import Text

BodyAct = Callable[[User, str, Any], Any]
SessionAct = Callable[[User, Session, Any, Any], Any]


def _day(post: Any, name: str, *, needed: bool = True) -> dt.date | None:
    value = post.get(name, "")
    if not value and not needed:
        return None
    try:
        return dt.date.fromisoformat(value)
    except ValueError:
        raise InputError(Text("donnez un jour", "give a day")) from None


def _a_day(post: Any, name: str) -> dt.date:
    found = _day(post, name)
    assert found is not None
    return found


def _moment(post: Any, name: str, *, needed: bool = True) -> dt.datetime | None:
    value = post.get(name, "")
    if not value and not needed:
        return None
    try:
        return opening(dt.datetime.fromisoformat(value))
    except ValueError:
        raise InputError(
            Text("donnez un jour et une heure qui existe à Paris", "give a day and an hour that exists in Paris")
        ) from None


def _a_moment(post: Any, name: str) -> dt.datetime:
    found = _moment(post, name)
    assert found is not None
    return found


def _key(post: Any, name: str) -> int:
    value = post.get(name, "")
    return int(value) if value.isdecimal() and len(value) < 12 else 0


def _one(rows: Any) -> Any:
    found = rows.first()
    if found is None:
        raise InputError(Text("introuvable", "not found"))
    return found


def _text(post: Any, name: str) -> Text:
    return Text(post.get(name, ""), post.get(f"{name}_en", "") or post.get(name, ""))


def _count(post: Any, name: str) -> int:
    value = post.get(name, "").strip() or "0"
    if not value.isdecimal() or len(value) > 4:
        raise InputError(Text("un nombre de voix", "a number of votes"))
    return int(value)


def _term_give(actor: User, body: str, post: Any) -> Any:
    email = post.get("email", "").strip()
    user = User.objects.filter(email__iexact=email).first() if email else None
    if email and user is None:
        raise InputError(Text("aucun compte n'a cette adresse", "no account has this address"))
    return terms.term_give(
        actor=actor, body=body, name=post.get("name", ""), college=post.get("college", ""), user=user,
        gender=post.get("gender", ""), organisation=post.get("organisation", ""), president=post.get("president") == "on",
        since=_day(post, "since", needed=False), until=_day(post, "until", needed=False),
    )  # fmt: skip


def _place(actor: User, body: str, post: Any) -> Any:
    request = _one(AgendaRequest.objects.filter(body=body, pk=_key(post, "request")))
    if post.get("refuse"):
        return agenda.request_refuse(actor=actor, request=request, reason=post.get("reason", ""))
    session = _one(Session.objects.filter(body=body, pk=_key(post, "session")))
    return agenda.request_place(
        actor=actor, request=request, session=session, nature=post.get("nature", ""), text=post.get("text", "")
    )


BODY_ACTS: Mapping[str, tuple[BodyAct, Any]] = {
    "convoquer": (
        lambda actor, body, post: sessions.session_convene(
            actor=actor, body=body, starts_at=_a_moment(post, "starts_at"), ends_at=_moment(post, "ends_at", needed=False),
            place=post.get("place", ""), link=post.get("link", ""),
        ),
        _("The session is convened, and members are told."),
    ),
    "creer": (
        lambda actor, body, post: life.body_create(
            actor=actor, body=body, on=_a_day(post, "on"), form=post.get("form", ""), reference=post.get("reference", ""),
            url=post.get("url", ""),
        ),
        _("The creation is recorded."),
    ),
    "installer": (lambda actor, body, post: life.body_install(actor=actor, body=body), _("The body is installed.")),
    "nommer": (_term_give, _("The seat is given.")),
    "finir": (
        lambda actor, body, post: terms.term_end(
            actor=actor, term=_one(Term.objects.filter(body=body, pk=_key(post, "term"))), why=post.get("why", "resigned")
        ),
        _("The term is ended."),
    ),
    "demande": (_place, _("It is noted.")),
    "suite": (
        lambda actor, body, post: followups.follow_up_set(
            actor=actor, decision=_one(Decision.objects.filter(body=body, pk=_key(post, "decision"))),
            owner=post.get("owner", ""), what=post.get("what", ""), due_on=_a_day(post, "due_on"),
        ),
        _("The follow-up is public."),
    ),
    "fait": (
        lambda actor, body, post: followups.follow_up_done(
            actor=actor, follow_up=_one(FollowUp.objects.filter(decision__body=body, pk=_key(post, "follow_up"))),
            note=post.get("note", ""), url=post.get("url", ""),
        ),
        _("It is done."),
    ),
}  # fmt: skip


def _item(session: Session, post: Any) -> Any:
    return _one(Item.objects.filter(session=session, pk=_key(post, "item")).select_related("session", "request"))


def _item_add(actor: User, session: Session, post: Any, files: Any) -> Any:
    adopts = _key(post, "adopts")
    rapporteur = _key(post, "rapporteur")
    return agenda.item_add(
        actor=actor, session=session, title=_text(post, "title"), nature="minutes" if adopts else post.get("nature", ""),
        text=post.get("text", ""), closed_doors=post.get("closed_doors") == "on",
        adopts=_one(Session.objects.filter(body=session.body, pk=adopts)) if adopts else None,
        rapporteur=_one(Term.objects.filter(body=session.body, pk=rapporteur)) if rapporteur else None,
    )  # fmt: skip


def _item_up(actor: User, session: Session, post: Any, files: Any) -> None:
    keys = list(session.items.order_by("position", "pk").values_list("pk", flat=True))
    wanted = _item(session, post).pk
    rank = keys.index(wanted)
    if rank:
        keys[rank - 1], keys[rank] = keys[rank], keys[rank - 1]
    agenda.items_order(actor=actor, session=session, keys=keys)


def _attendance(actor: User, session: Session, post: Any, files: Any) -> None:
    statuses = {
        int(name.removeprefix("status-")): value
        for name, value in post.items()
        if name.startswith("status-") and name.removeprefix("status-").isdecimal() and value
    }
    attendance.attendance_set(actor=actor, session=session, statuses=statuses)


def _proxy(actor: User, session: Session, post: Any, files: Any) -> None:
    known = Term.objects.filter(programme=session.programme, body=session.body)
    holder = _key(post, "holder")
    attendance.proxy_give(
        actor=actor, session=session, giver=_one(known.filter(pk=_key(post, "giver"))),
        holder=_one(known.filter(pk=holder)) if holder else None,
    )  # fmt: skip


def _division_open(actor: User, session: Session, post: Any, files: Any) -> Any:
    item, amendment = _item(session, post), _key(post, "amendment")
    found = _one(Amendment.objects.filter(item=item, pk=amendment)) if amendment else None
    if post.get("mode") == "show-of-hands":
        return voting.show_of_hands(
            actor=actor, item=item, amendment=found, yes=_count(post, "yes"), no=_count(post, "no"),
            abstain=_count(post, "abstain"), presided=post.get("presided", ""),
        )  # fmt: skip
    return voting.division_open(actor=actor, item=item, amendment=found)


def _question(session: Session) -> Any:
    return _one(Division.objects.filter(item__session=session, closed_at__isnull=True))


def _votes(actor: User, session: Session, post: Any, files: Any) -> Any:
    choices = {
        int(name.removeprefix("vote-")): value
        for name, value in post.items()
        if name.startswith("vote-") and name.removeprefix("vote-").isdecimal() and value
    }
    if not choices:
        raise InputError(Text("notez au moins un vote", "note one vote at least"))
    return voting.votes_cast(actor=actor, division=_question(session), choices=choices)


def _paper(actor: User, session: Session, post: Any, files: Any) -> Any:
    upload = files.get("upload")
    if upload is None:
        raise InputError(Text("choisissez un fichier", "choose a file"))
    item = _item(session, post) if _key(post, "item") else None
    public = timezone.now() if post.get("public") == "on" else None
    return agenda.paper_add(
        actor=actor, session=session, item=item, title=post.get("title", ""), upload=upload, public_at=public
    )


SESSION_ACTS: Mapping[str, tuple[SessionAct, Any]] = {
    "point": (_item_add, _("The item is on the agenda.")),
    "monter": (_item_up, _("The agenda is in its new order.")),
    "retirer": (
        lambda actor, session, post, files: agenda.item_remove(actor=actor, item=_item(session, post)),
        _("The item is off the agenda."),
    ),
    "publier": (
        lambda actor, session, post, files: agenda.agenda_publish(actor=actor, session=session),
        _("The agenda is public."),
    ),
    "document": (_paper, _("The paper is joined.")),
    "rendre-public": (
        lambda actor, session, post, files: agenda.paper_publish(
            actor=actor, paper=_one(Paper.objects.filter(session=session, pk=_key(post, "paper")))
        ),
        _("The paper is public."),
    ),
    "deplacer": (
        lambda actor, session, post, files: sessions.session_move(
            actor=actor, session=session, starts_at=_a_moment(post, "starts_at"),
            ends_at=_moment(post, "ends_at", needed=False), place=post.get("place", ""), link=post.get("link", ""),
            reason=post.get("reason", ""),
        ),
        _("The session is moved, and members are told."),
    ),
    "annuler": (
        lambda actor, session, post, files: sessions.session_cancel(
            actor=actor, session=session, reason=post.get("reason", "")
        ),
        _("The session is cancelled, and members are told."),
    ),
    "presence": (_attendance, _("Who is there is noted.")),
    "pouvoir": (_proxy, _("The proxy is noted.")),
    "ouvrir": (
        lambda actor, session, post, files: sessions.session_open(actor=actor, session=session),
        _("The session is open."),
    ),
    "amendement": (
        lambda actor, session, post, files: agenda.amendment_add(
            actor=actor, item=_item(session, post), text=post.get("text", "")
        ),
        _("The amendment is tabled."),
    ),
    "aux-voix": (_division_open, _("It is put to the vote.")),
    "votes": (_votes, _("These votes are noted.")),
    "fermer-vote": (
        lambda actor, session, post, files: voting.division_close(actor=actor, division=_question(session)),
        _("The vote is closed."),
    ),
    "issue": (
        lambda actor, session, post, files: voting.item_settle(
            actor=actor, item=_item(session, post), outcome=post.get("outcome", "")
        ),
        _("It is noted."),
    ),
    "clore": (
        lambda actor, session, post, files: sessions.session_close(actor=actor, session=session),
        _("The session is closed: its decisions are numbered and public."),
    ),
    "brouillon": (
        lambda actor, session, post, files: minutes.minutes_draft(actor=actor, session=session, text=post.get("text", "")),
        _("The draft is kept."),
    ),
    "proces-verbal": (
        lambda actor, session, post, files: minutes.minutes_publish(actor=actor, session=session, text=post.get("text", "")),
        _("The minutes are public."),
    ),
}  # fmt: skip
