"""Close the pool, announce what will decide, draw, and replace those who cannot come. Each stage binds the next by its digest."""

from __future__ import annotations

import datetime as dt
import json
import secrets
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import connection, transaction
from django.utils import timezone

from mandat.apps.accounts.models import User
from mandat.apps.accounts.permissions import require
from mandat.apps.panels import drawing
from mandat.apps.panels.models import Draw, Letter, Panel, Volunteer
from mandat.apps.panels.services.common import append, held, said, today
from mandat.apps.panels.terms import terms_of
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

State = Volunteer.State
_address = URLValidator(schemes=["https", "http"])


@transaction.atomic
def pool_close(*, actor: User, panel: Panel) -> Panel:
    """Close the pool once volunteers are no longer called: number everyone at random, publish what quotas ask of each, and the digest of it all.

    Raises InputError before the time, and where no panel of these volunteers meets the quotas, with the smallest change that would help.
    """
    require(actor, "panels.manage")
    panel = held(panel, Panel.State.OPEN)
    terms = terms_of(panel)
    if terms.published.is_open(terms.code, timezone.now(), moment="volunteer"):
        raise InputError(Text("l'appel à volontaires est encore ouvert", "volunteers are still called"))
    people = list(Volunteer.objects.filter(panel=panel).order_by("pk"))
    features = [one.features for one in people]
    if (why := drawing.obstacle(features, terms.quotas, seats=terms.rules.size)) is not None:
        raise InputError(why)
    width = len(str(len(people)))
    order = list(range(1, len(people) + 1))
    # Numbers say nothing of who came first: they are shuffled by the system's own randomness, before anything is published.
    secrets.SystemRandom().shuffle(order)
    for one, number in zip(people, order, strict=True):
        one.number = f"{number:0{width}d}"
    _write([(one.number, one.pk) for one in people], "number")
    panel.pool = drawing.pool_csv(terms.quotas, [(one.number, one.features) for one in people])
    panel.digest = drawing.digest_of(drawing.pool_of(panel.pool, terms.quotas))
    panel.counts = dict(drawing.counted(features, terms.quotas))
    panel.declined = Letter.objects.filter(panel=panel, declined_on__isnull=False).count()
    panel.volunteers, panel.closed_at, panel.state = len(people), timezone.now(), Panel.State.CLOSED
    panel.save()
    append("panels.pool_closed.v1", terms, panel, on=today(), quantity=panel.volunteers, data={"digest": panel.digest})
    return panel


def _write(values: list[tuple[str, int]], column: str) -> None:
    # Thousands of rows, one plain column: a bulk update would write one statement as long as the pool.
    with connection.cursor() as cursor:
        cursor.executemany(
            f"UPDATE {Volunteer._meta.db_table} SET {column} = %s WHERE id = %s",  # noqa: S608 - two names of our own
            values,
        )


def _to_come(panel: Panel) -> Draw | None:
    return panel.draws.filter(drawn_at__isnull=True).first()


@transaction.atomic
def draw_announce(*, actor: User, panel: Panel, event: str, event_on: dt.date) -> Draw:
    """Name the public event to come that will decide, and publish the numbered lottery before it.

    The second time and later, seats of those who declined or left are drawn again: members stay, people who declined are out.
    Raises InputError for an event that is not to come, one already announced, and where no seat is free.
    """
    require(actor, "panels.manage")
    panel = held(panel, Panel.State.CLOSED, Panel.State.SEATED)
    terms = terms_of(panel)
    event = said(event, what=Text("l'événement public", "the public event"), longest=200, one_line=True)
    if event_on <= today():
        raise InputError(Text("l'événement qui décide doit être à venir", "the event that decides must be to come"))
    if _to_come(panel) is not None:
        raise InputError(Text("un tirage est déjà annoncé", "a draw is already announced"))
    rank = panel.draws.count() + 1
    kept, excluded = _standing(panel) if rank > 1 else ([], [])
    if rank > 1 and len(kept) >= terms.rules.size:
        raise InputError(Text("aucune place n'est à pourvoir", "no seat is free"))
    pool = drawing.pool_of(panel.pool, terms.quotas)
    made = drawing.numbered(
        pool, terms.quotas, seats=terms.rules.size, objective=terms.rules.objective, kept=kept, excluded=excluded,
        rank=rank,
    )  # fmt: skip
    draw = Draw.objects.create(
        panel=panel, rank=rank, event=event, event_on=event_on, announced_at=timezone.now(), digest=made.draw.hash,
        document=made.document, minimum=_six(made.lowest), bound=_six(made.bound), shut=made.shut, panels=made.panels,
        kept=kept, excluded=excluded,
    )  # fmt: skip
    # A ticket out of the pool of this draw (someone excluded) is no ticket.
    Volunteer.objects.filter(panel=panel).update(ticket="")
    rows = dict(Volunteer.objects.filter(panel=panel).order_by("pk").values_list("number", "pk"))
    _write([(ticket, rows[number]) for number, ticket in made.draw.tickets.items()], "ticket")
    append(
        "panels.draw_announced.v1", terms, panel, on=today(),
        data={"rank": rank, "event": event, "event_on": event_on, "lottery": draw.digest, "pool": panel.digest},
    )  # fmt: skip
    return draw


def _six(value: float) -> Decimal:
    return Decimal(str(round(value, 6)))


def _standing(panel: Panel) -> tuple[list[str], list[str]]:
    """Numbers of those who keep their seat, and of those who can no longer be drawn."""
    rows = Volunteer.objects.filter(panel=panel).exclude(state=State.POOL).order_by("number")
    kept = [one.number for one in rows if one.state in (State.MEMBER, State.DRAWN)]
    return kept, [one.number for one in rows if one.state in (State.DECLINED, State.LEFT)]


@transaction.atomic
def draw_hold(*, actor: User, panel: Panel, number: str, proof: str, answer_days: int = 14) -> Draw:
    """What the event gave designates the panel. ``proof`` is where anyone may check it. Those drawn have ``answer_days`` to say yes.

    Raises InputError before the day of the event, or for a lottery that is not the one published.
    """
    require(actor, "panels.manage")
    panel = held(panel, Panel.State.CLOSED, Panel.State.SEATED)
    terms = terms_of(panel)
    draw = _to_come(panel)
    if draw is None:
        raise InputError(Text("aucun tirage n'est annoncé", "no draw is announced"))
    if today() < draw.event_on:
        raise InputError(Text("l'événement n'a pas encore eu lieu", "the event has not happened yet"))
    number = said(
        number, what=Text("le résultat de l'événement", "the result of the event"), longest=100, one_line=True
    )
    try:
        _address(proof)
    except ValidationError:
        raise InputError(Text("donnez l'adresse où le vérifier", "give the address where it can be checked")) from None
    document = json.loads(draw.document)
    if (
        drawing.digest_of(drawing.pool_of(panel.pool, terms.quotas)) != panel.digest
        or document["pool_hash"] != panel.digest
    ):
        raise InputError(Text("le vivier n'est plus celui qui fut publié", "the pool is not the one published"))
    rows = {one.number: one for one in Volunteer.objects.filter(panel=panel).exclude(ticket="").order_by("number")}
    tickets = {one.number: one.ticket for one in rows.values()}
    draw.which, draw.selected = drawing.designated(document, tickets, number)
    draw.number, draw.proof, draw.drawn_at, draw.drawn_by = number, proof, timezone.now(), actor
    draw.save(update_fields=["which", "selected", "number", "proof", "drawn_at", "drawn_by"])
    fresh = [rows[one].pk for one in draw.selected if rows[one].state == State.POOL]
    Volunteer.objects.filter(pk__in=fresh).update(state=State.DRAWN, answer_by=today() + dt.timedelta(days=answer_days))
    panel.state = Panel.State.SEATED
    panel.save(update_fields=["state"])
    append(
        "panels.drawn.v1", terms, panel, on=today(), quantity=len(draw.selected),
        data={
            "rank": draw.rank, "number": number, "panel": draw.which, "lottery": draw.digest,
            "lowest": (draw.minimum * 100).normalize() if draw.minimum else Decimal(0), "replaced": len(fresh) if draw.rank > 1 else 0,
        },
    )  # fmt: skip
    return draw


@transaction.atomic
def seat_answer(*, volunteer: Volunteer, accepted: bool) -> Volunteer:
    """Someone drawn takes their seat, or declines it. A member may leave later. Raises InputError for whoever was not drawn."""
    held(volunteer.panel)
    [found] = Volunteer.objects.select_for_update(of=("self",)).filter(pk=volunteer.pk)
    if found.state == State.MEMBER and not accepted:
        found.state = State.LEFT
    elif found.state == State.DRAWN:
        found.state = State.MEMBER if accepted else State.DECLINED
    else:
        raise InputError(Text("vous n'avez pas de place à accepter", "you have no seat to accept"))
    found.save(update_fields=["state"])
    return found


@transaction.atomic
def unanswered_lapse(*, now: dt.date | None = None) -> int:
    """Those drawn who did not answer in time decline. Run every day. Returns how many."""
    return Volunteer.objects.filter(state=State.DRAWN, answer_by__lt=now or today()).update(state=State.DECLINED)
