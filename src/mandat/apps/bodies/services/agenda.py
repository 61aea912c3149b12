"""Agendas: who asks for an item, the items in their order, their papers, amendments to them; published before the session."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from typing import Any

from django.core.files.base import File
from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone

from mandat.apps.accounts.models import User
from mandat.apps.accounts.permissions import require
from mandat.apps.bodies.models import AgendaRequest, Amendment, Item, Minutes, Paper, Session, Standing, Term
from mandat.apps.bodies.services.recording import (
    append,
    body_fact,
    held,
    locked,
    session_fact,
    synthetic,
    title_of,
    today,
    words,
)
from mandat.apps.bodies.terms import body_of, meeting_body
from mandat.apps.custody import uploads
from mandat.apps.custody.models import Subject
from mandat.apps.programme.published import published
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

PAPER = "bodies.paper"
#: Items of one agenda.
MOST = 200
_SOURCE = re.compile(r"^[a-z-]{2,30}:[A-Za-z0-9._/-]{1,80}$")
State = Session.State


@transaction.atomic
def item_ask(*, body: str, title: Text, source: str, url: str, due_on: dt.date | None = None) -> AgendaRequest:
    """Ask that something be put on the agenda of a body. Asking again from the same ``source`` gives the same request.

    ``source`` is ``petition:<reference>``, ``answer:<reference>``, ``member:<reference>`` …; ``due_on`` the day by which the body must have
    dealt with it. Raises InputError for a body that does not sit, or a source that is not one.
    """
    current = published()
    terms = meeting_body(body, current)
    if not _SOURCE.fullmatch(source):
        raise InputError(Text(f"origine illisible : {source}", f"not a source: {source}"))
    fr, en = title_of(title)
    known = {"programme": current.code, "body": body, "source": source}
    found = AgendaRequest.objects.filter(**known).first()
    if found is not None:
        return found
    try:
        with transaction.atomic():
            made = AgendaRequest.objects.create(
                **known, title_fr=fr, title_en=en, url=url[:500], asked_at=timezone.now(), due_on=due_on,
                synthetic=synthetic(),
            )  # fmt: skip
    except IntegrityError:  # asked at the same moment by another process
        return AgendaRequest.objects.get(**known)
    append(
        body_fact(
            "bodies.item_requested.v1", terms, programme=current.code, origin=made.origin, reference=source,
            due_on=due_on.isoformat() if due_on else "",
        )
    )  # fmt: skip
    return made


@transaction.atomic
def item_add(
    *,
    actor: User,
    session: Session,
    title: Text,
    nature: str = Item.Nature.DECISION,
    text: str = "",
    rapporteur: Term | None = None,
    adopts: Session | None = None,
    closed_doors: bool = False,
) -> Item:
    """Put an item at the end of the agenda of a session that has not begun.

    Adopting minutes names the session whose they are. Raises InputError for what is to be voted on without a text, a rapporteur of another body,
    minutes not published or adopted already, and once the session has begun.
    """
    require(actor, "bodies.manage")
    session = locked(session, State.CONVENED)
    return _added(session, title, nature, text, rapporteur, adopts, closed_doors, None)


def _added(
    session: Session, title: Text, nature: str, text: str, rapporteur: Term | None, adopts: Session | None,
    closed_doors: bool, request: AgendaRequest | None,
) -> Item:  # fmt: skip
    if nature not in Item.Nature.values:
        raise InputError(Text(f"nature inconnue : {nature}", f"unknown nature: {nature}"))
    if rapporteur is not None and (rapporteur.body, rapporteur.programme) != (session.body, session.programme):
        raise InputError(Text("ce rapporteur n'est pas de cette instance", "this rapporteur is not of this body"))
    _adoptable(session, nature, adopts)
    fr, en = title_of(title)
    last = session.items.aggregate(last=Max("position"))["last"] or 0
    if last >= MOST:
        raise InputError(Text(f"{MOST} points au plus", f"{MOST} items at most"))
    return Item.objects.create(
        session=session, position=last + 1, title_fr=fr, title_en=en, nature=nature,
        text=words(text, Text("texte", "text"), needed=nature not in (Item.Nature.INFORMATION, Item.Nature.MINUTES)),
        rapporteur=rapporteur, request=request, adopts=adopts, closed_doors=closed_doors,
    )  # fmt: skip


def _adoptable(session: Session, nature: str, adopts: Session | None) -> None:
    if (nature == Item.Nature.MINUTES) != (adopts is not None):
        raise InputError(Text("dites de quelle séance est le procès-verbal", "say whose session's minutes"))
    if adopts is None:
        return
    last = adopts.minutes.order_by("-rank").first()
    same = (adopts.body, adopts.programme) == (session.body, session.programme)
    if not same or last is None or last.stage == Minutes.Stage.ADOPTED:
        raise InputError(
            Text(
                "ce procès-verbal n'est pas publié, ou il est déjà adopté",
                "these minutes are not published, or already adopted",
            )
        )


@transaction.atomic
def item_change(
    *, actor: User, item: Item, title: Text, text: str, rapporteur: Term | None = None, closed_doors: bool = False
) -> Item:
    """Change an item before its session begins."""
    require(actor, "bodies.manage")
    session = locked(item.session, State.CONVENED)
    item = Item.objects.select_for_update(of=("self",)).get(pk=item.pk)
    if rapporteur is not None and rapporteur.body != session.body:
        raise InputError(Text("ce rapporteur n'est pas de cette instance", "this rapporteur is not of this body"))
    item.title_fr, item.title_en = title_of(title)
    needed = item.nature not in (Item.Nature.INFORMATION, Item.Nature.MINUTES)
    item.text = words(text, Text("texte", "text"), needed=needed)
    item.rapporteur, item.closed_doors = rapporteur, closed_doors
    item.save()
    if session.agenda_at is not None:  # pages that are kept are made anew
        session.sequence += 1
        session.save(update_fields=["sequence"])
    return item


@transaction.atomic
def item_remove(*, actor: User, item: Item) -> None:
    """Take an item off the agenda before it is published. One that was asked for waits again."""
    require(actor, "bodies.manage")
    session = locked(item.session, State.CONVENED)
    if session.agenda_at is not None:
        raise InputError(
            Text(
                "l'ordre du jour est publié : retirez le point en séance",
                "the agenda is published: withdraw the item at the session",
            )
        )
    request = item.request
    for paper in item.papers.order_by("pk"):
        paper.delete()
    item.delete()
    if request is not None:
        request.state = AgendaRequest.State.WAITING
        request.save(update_fields=["state"])
    for position, one in enumerate(session.items.order_by("position", "pk"), 1):
        if one.position != position:
            Item.objects.filter(pk=one.pk).update(position=position)


@transaction.atomic
def items_order(*, actor: User, session: Session, keys: Sequence[int]) -> None:
    """Put the items in the order of their keys, before the session begins. Raises InputError unless each is named once."""
    require(actor, "bodies.manage")
    session = locked(session, State.CONVENED)
    known = {item.pk for item in session.items.order_by("pk")}
    if sorted(keys) != sorted(known):
        raise InputError(Text("chaque point, une fois", "each item, once"))
    for position, key in enumerate(keys, 1):
        Item.objects.filter(pk=key).update(position=position)


@transaction.atomic
def request_place(
    *, actor: User, request: AgendaRequest, session: Session, nature: str, text: str, rapporteur: Term | None = None
) -> Item:
    """Put what was asked for on the agenda of a session of the body."""
    require(actor, "bodies.manage")
    session = locked(session, State.CONVENED)
    request = AgendaRequest.objects.select_for_update(of=("self",)).get(pk=request.pk)
    if request.state != AgendaRequest.State.WAITING:
        raise InputError(Text("cette demande n'attend plus", "this request waits no more"))
    if (request.programme, request.body) != (session.programme, session.body):
        raise InputError(Text("cette demande est à une autre instance", "this request is to another body"))
    Item.objects.filter(request=request).update(request=None)  # put off by an earlier session
    item = _added(session, request.title, nature, text, rapporteur, None, False, request)
    request.state = AgendaRequest.State.PLACED
    request.save(update_fields=["state"])
    append(_settled(request, "placed"))
    return item


@transaction.atomic
def request_refuse(*, actor: User, request: AgendaRequest, reason: str) -> AgendaRequest:
    """Refuse to put something on the agenda, with a reason everyone reads."""
    require(actor, "bodies.manage")
    request = AgendaRequest.objects.select_for_update(of=("self",)).get(pk=request.pk)
    if request.state != AgendaRequest.State.WAITING:
        raise InputError(Text("cette demande n'attend plus", "this request waits no more"))
    request.state, request.reason = AgendaRequest.State.REFUSED, words(reason, Text("motif", "reason"), longest=4000)
    request.settled_at = timezone.now()
    request.save()
    append(_settled(request, "refused"))
    return request


def _settled(request: AgendaRequest, outcome: str) -> Any:
    return body_fact(
        "bodies.request_settled.v1", body_of(request.body), programme=request.programme, origin=request.origin,
        reference=request.source, outcome=outcome,
    )  # fmt: skip


@transaction.atomic
def agenda_publish(*, actor: User, session: Session) -> Session:
    """Publish the agenda: everyone reads it from now on. Publishing again changes nothing."""
    require(actor, "bodies.manage")
    session = locked(session, State.CONVENED)
    terms = meeting_body(session.body)
    if session.agenda_at is not None:
        return session
    count = session.items.count()
    if not count:
        raise InputError(Text("l'ordre du jour est vide", "the agenda is empty"))
    session.agenda_at = timezone.now()
    session.save(update_fields=["agenda_at"])
    days = (session.on - today()).days
    append(
        session_fact(
            "bodies.agenda_published.v1", terms, session, items=count, days=days,
            in_time=days >= terms.document.delays.agenda,
        )
    )  # fmt: skip
    return session


@transaction.atomic
def paper_add(
    *, actor: User, session: Session, title: str, upload: File[Any], item: Item | None = None,
    public_at: dt.datetime | None = None,
) -> Paper:  # fmt: skip
    """Join a file to a session or to one of its items: members read it now, everyone from ``public_at`` (None: never by itself).

    Raises InputError for a file that is refused, an item of another session, and once the session is cancelled.
    """
    require(actor, "bodies.manage")
    standing = held(session.programme, session.body)
    session = locked(session, State.CONVENED, State.OPEN, State.CLOSED)
    if item is not None and item.session_id != session.pk:
        raise InputError(Text("ce point n'est pas de cette séance", "this item is not of this session"))
    stored = uploads.file_receive(actor=actor, subject=_subject(standing), upload=upload, purpose=PAPER)
    now = timezone.now()
    made = Paper.objects.create(
        session=session, item=item, title=words(title, Text("intitulé", "title"), longest=200), upload=stored,
        added_by=actor, added_at=now, public_at=public_at,
    )  # fmt: skip
    if public_at is not None:
        append(_papers(session, stored.sha256))
    return made


@transaction.atomic
def paper_publish(*, actor: User, paper: Paper, at: dt.datetime | None = None) -> Paper:
    """Make a paper public from ``at`` (now)."""
    require(actor, "bodies.manage")
    paper = Paper.objects.select_for_update(of=("self",)).select_related("session", "upload__subject").get(pk=paper.pk)
    if paper.public_at is None:
        paper.public_at = at or timezone.now()
        paper.save(update_fields=["public_at"])
        append(_papers(paper.session, paper.upload.sha256))
    return paper


def _papers(session: Session, sha256: str) -> Any:
    count = session.papers.filter(public_at__isnull=False).count()
    return session_fact("bodies.papers_published.v1", body_of(session.body), session, papers=count, sha256=sha256)


def _subject(standing: Standing) -> Subject:
    """Whose key seals the papers of a body: its own, made when it is first needed."""
    if standing.subject is None:
        standing.subject = Subject.objects.create(**Subject.fresh())
        standing.save(update_fields=["subject"])
    return standing.subject


@transaction.atomic
def amendment_add(*, actor: User, item: Item, text: str, author: Term | None = None) -> Amendment:
    """Table an amendment to an item, before it is voted on: by the secretariat, or by a member for themselves."""
    session = locked(item.session, State.CONVENED, State.OPEN)
    own = author is not None and author.user_id == actor.pk
    if not own:
        require(actor, "bodies.manage")
    if author is not None and author.body != session.body:
        raise InputError(Text("cette personne n'est pas de cette instance", "this person is not of this body"))
    item = Item.objects.select_for_update(of=("self",)).get(pk=item.pk)
    if item.nature in (Item.Nature.INFORMATION, Item.Nature.MINUTES):
        raise InputError(Text("ce point ne s'amende pas", "this item is not amended"))
    if item.outcome or item.divisions.filter(amendment__isnull=True).exists():
        raise InputError(Text("ce point est déjà mis aux voix", "this item is already put to the vote"))
    last = item.amendments.aggregate(last=Max("number"))["last"] or 0
    return Amendment.objects.create(
        item=item, number=last + 1, author=author, text=words(text, Text("amendement", "amendment"), longest=5000)
    )
