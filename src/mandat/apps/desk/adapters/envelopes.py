"""Votes on paper, far from any network: the voter's name on a numbered envelope, the ballot inside, seen by nobody.

The carnet holds names alone, never a ballot. When it is reconciled, the roll is marked for each envelope that may be opened; one whose
voter has voted otherwise meanwhile stays shut and is kept apart with its number. Envelopes are then opened together, mixed, and their
ballots counted and entered as those of an urn (``ballots``), whose sheet says how many there must be.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from mandat.apps.accounts.models import User
from mandat.apps.ballots import identities
from mandat.apps.ballots.models import Channel, Mark, PaperBatch, Poll
from mandat.apps.ballots.services import casting, paper, rolls
from mandat.apps.desk.adapters.registry import Adapter, Conflict, Context, Data, Field, Target, Window
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

FIELDS = (
    Field("family", Text("Nom de naissance", "Birth name")),
    Field("given", Text("Premier prénom", "First given name")),
    Field("born", Text("Date de naissance", "Date of birth"), type="date"),
    Field(
        "seen", Text("Pièce d'identité vue", "Identity document seen"), type="check",
        help=Text("Sans pièce vue, l'enveloppe n'est pas ouverte.", "Without a document seen, the envelope is not opened."),
    ),
)  # fmt: skip


def _targets(process: str, meeting: str) -> Sequence[Target]:
    rows = (
        Poll.objects.filter(roll__process=process, state=Poll.State.OPEN).order_by("opens_at", "pk") if process else []
    )
    return [Target(one.reference, one.title) for one in rows if Channel.PAPER in one.rules.channels and not one.over()]


def _poll(target: str) -> Poll:
    found = Poll.objects.filter(reference=target).select_related("roll").first()
    if found is None:
        raise InputError(Text("ce vote n'existe plus", "this vote is gone"))
    return found


def _window(target: str) -> Window:
    found = _poll(target)
    # A roll is marked before the vote closes, never after: there is no grace.
    return Window(found.opens_at, found.closes_at, dt.timedelta())


def _read(data: Data) -> tuple[str, dt.date]:
    try:
        born = dt.date.fromisoformat(str(data.get("born", "")))
    except ValueError:
        raise InputError(Text("date de naissance illisible", "unreadable date of birth")) from None
    identity = identities.civil(family=str(data.get("family", "")), given=str(data.get("given", "")), born=born)
    if not identity:
        raise InputError(Text("nom ou prénom absent", "name or given name missing"))
    return identity, born


def _check(target: str, data: Data, context: Context) -> None:
    poll = _poll(target)
    if not poll.takes_votes():
        raise InputError(
            Text(
                "ce vote est clos : la liste ne s'émarge plus, l'enveloppe reste fermée",
                "this vote is closed: the roll is no longer marked, the envelope stays shut",
            )
        )
    if data.get("seen") is not True:
        raise InputError(
            Text("aucune pièce d'identité n'a été vue : l'enveloppe reste fermée", "no identity document was seen: the envelope stays shut")
        )  # fmt: skip
    identity, born = _read(data)
    least = poll.roll.least_age
    day = context.at.date()
    age = day.year - born.year - ((day.month, day.day) < (born.month, born.day))
    if not 0 <= age <= 125:
        raise Conflict(Text("vérifiez la date de naissance", "check the date of birth"))
    if least is not None and age < least:
        raise InputError(Text(f"il faut avoir {least} ans : l'enveloppe reste fermée", f"one must be {least}: the envelope stays shut"))  # fmt: skip
    voter = rolls.found(roll=poll.roll, known_as=[identity])
    if voter is None and poll.roll.closed_list:
        raise Conflict(
            Text(
                "cette personne n'est pas sur la liste sous ce nom : vérifiez l'orthographe, puis décidez",
                "this person is not on the roll under this name: check the spelling, then decide",
            ),
            may_take=True,
        )
    if voter is not None and (mark := Mark.objects.filter(poll=poll, voter=voter).first()) is not None:
        how = str(Channel(mark.channel).label)
        raise InputError(
            Text(f"cette personne a déjà voté ({how}) : l'enveloppe reste fermée", f"this person has voted already ({how}): the envelope stays shut")
        )  # fmt: skip


def _take(target: str, data: Data, context: Context) -> str:
    try:
        _check(target, data, context)
    except Conflict:
        if not context.settled:
            raise
    poll = _poll(target)
    identity, _born = _read(data)
    reason = f"carnet {context.carnet}, {context.number}"
    try:
        voter = rolls.enrol(
            roll=poll.roll, channel=Channel.DESK, identity=identity, actor=context.actor,
            reason=f"{reason}. {context.settled}".strip(),
        )  # fmt: skip
    except rolls.AlreadyEnrolled as known:
        voter = known.voter
    batch = PaperBatch.objects.select_related("poll__roll").get(pk=context.memory["batch"], poll=poll)
    try:
        paper.paper_sign(actor=context.actor, batch=batch, voter=voter, reason=reason)
    except casting.AlreadyVoted:
        raise InputError(
            Text("cette personne a déjà voté : l'enveloppe reste fermée", "this person has voted already: the envelope stays shut")
        ) from None  # fmt: skip
    # Nothing leads from the entry to the voter, nor to the ballot: the number on the envelope says that it may be opened.
    return ""


def _begin(
    actor: User, target: str, count: int, day: dt.date, place: str, memory: Mapping[str, Any]
) -> Mapping[str, Any]:
    if memory:
        return memory  # one urn for a carnet
    batch = paper.batch_open(actor=actor, poll=_poll(target), place=place)
    return {"batch": batch.pk, "urn": batch.number}


ENVELOPES = Adapter(
    kind="envelope",
    label=_("votes on paper, in numbered envelopes"),
    targets=_targets,
    fields=lambda target: FIELDS,
    window=_window,
    check=_check,
    take=_take,
    begin=_begin,
    help=Text(
        "Écrivez le numéro du feuillet sur l'enveloppe ; la personne y glisse son bulletin, seule, et la ferme.",
        "Write the number of the blank on the envelope; the person puts the ballot in, alone, and seals it.",
    ),
)
