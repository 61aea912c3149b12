"""Sittings of a committee: convene, set the agenda, check who is there, open, amend and close. Votes are in ``voting``.

Closing applies every outcome in one transaction: all the decisions are written and the money awarded, or nothing is. Only the secretariat
(``grants.committees``) holds a sitting; it never touches the proposal on a case it has a tie with.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from decimal import Decimal

from django.db import connection, transaction
from django.db.models import F, Max, QuerySet
from django.utils import timezone

from mandat.apps.accounts.models import User
from mandat.apps.accounts.permissions import require
from mandat.apps.grants import access, minutes
from mandat.apps.grants.machine import MOVEMENTS, State
from mandat.apps.grants.models import Case, Item, Move, Sitting
from mandat.apps.grants.schema import Scheme
from mandat.apps.grants.seats import committees, seats_on, sitter
from mandat.apps.grants.services import voting
from mandat.apps.grants.services.deciding import LONGEST_MOTIVE, By, Verdict, decided_many
from mandat.apps.grants.services.moving import synthetic, terms_of, today
from mandat.apps.grants.services.telling import tell_member
from mandat.apps.grants.terms import SCHEMES
from mandat.apps.programme.published import published
from mandat.kernel.errors import InputError
from mandat.kernel.money import euros
from mandat.kernel.text import Text

#: Items of one agenda.
MOST = 2_000
#: A sitting is convened at most this long before.
FURTHEST = dt.timedelta(days=730)


def locked(sitting: Sitting) -> Sitting:
    """The sitting, locked until the transaction ends, as it stands now."""
    return Sitting.objects.select_for_update(of=("self",)).get(pk=sitting.pk)


@transaction.atomic
def sitting_convene(*, actor: User, body: str, on: dt.date, place: str = "") -> Sitting:
    """Convene a committee for a day: each member is told. Raises InputError for a body no scheme names, and a day past or far off."""
    require(actor, "grants.committees")
    current = published()
    quorum = committees(current).get(body)
    if quorum is None:
        raise InputError(Text(f"aucun dispositif n'a ce comité : {body}", f"no scheme has this committee: {body}"))
    if not today() <= on <= today() + FURTHEST:
        raise InputError(Text("convoquez pour un jour à venir", "convene for a day to come"))
    sitting = Sitting.objects.create(
        programme=current.code, body=body, on=on, place=place.strip()[:200], quorum=quorum, convened_by=actor,
        synthetic=synthetic(),
    )  # fmt: skip
    for seat in seats_on(current.code, body, on):
        tell_member(sitter(seat), sitting)
    return sitting


def ready_cases(sitting: Sitting, *, schemes: Iterable[str] = (), calls: Iterable[str] = ()) -> QuerySet[Case]:
    """The cases this committee may take: ready, of a scheme it votes on, on no other agenda still open. Most points first."""
    current = published(sitting.programme)
    theirs = {
        code
        for code, terms in SCHEMES.all(current).items()
        if terms.document.committee is not None and terms.document.committee.body == sitting.body
    }
    wanted = theirs & set(schemes) if (schemes := set(schemes)) else theirs
    found = Case.objects.filter(programme=sitting.programme, state=State.READY, scheme__in=wanted)
    if calls := set(calls):
        found = found.filter(call__in=calls)
    elsewhere = Item.objects.exclude(sitting__state=Sitting.State.CLOSED).exclude(sitting=sitting).values("case")
    return found.exclude(pk__in=elsewhere).order_by("scheme", F("points").desc(nulls_last=True), "submitted_at", "pk")


@transaction.atomic
def agenda_set(
    *,
    actor: User,
    sitting: Sitting,
    schemes: Iterable[str] = (),
    calls: Iterable[str] = (),
    references: Sequence[str] | None = None,
) -> int:
    """Make the agenda anew: every ready case of the schemes and calls chosen in the order of points, or ``references`` in their order.

    Returns how many items it has. Raises InputError once the sitting has begun, for a case that is not ready for this committee, or too many.
    """
    require(actor, "grants.committees")
    sitting = locked(sitting)
    _in(sitting, Sitting.State.CONVENED)
    found = ready_cases(sitting, schemes=schemes, calls=calls).select_related("subject")
    if references is not None:
        by_reference = {case.reference: case for case in found.filter(reference__in=list(references))}
        if unknown := [one for one in references if one not in by_reference]:
            raise InputError(
                Text(
                    f"ce dossier n'est pas prêt pour ce comité : {unknown[0]}",
                    f"this case is not ready for this committee: {unknown[0]}",
                )
            )
        cases = [by_reference[one] for one in dict.fromkeys(references)]
    else:
        cases = list(found[: MOST + 1])
    if len(cases) > MOST:
        raise InputError(Text(f"{MOST} dossiers au plus par séance", f"{MOST} cases a sitting at most"))
    sitting.items.all().delete()
    Item.objects.bulk_create(_items(sitting, cases), batch_size=200)
    return len(cases)


def _items(sitting: Sitting, cases: Sequence[Case]) -> list[Item]:
    """The proposals as the service made them, with the reason it gave."""
    keys = [case.pk for case in cases]
    last: dict[int, Move] = {}
    for start in range(0, len(keys), 500):
        some = keys[start : start + 500]
        latest = Move.objects.filter(case__in=some, name="propose").values("case").annotate(last=Max("pk"))
        moves = Move.objects.filter(pk__in=latest.values("last")).select_related("case__subject").order_by("pk")
        last |= {move.case_id: move for move in moves}
    return [
        Item(
            sitting=sitting,
            case=case,
            position=rank,
            favourable=case.favourable is not False,
            proposed=case.proposed,
            amount=case.proposed,
            motive=last[case.pk].reason if case.pk in last else "",
        )
        for rank, case in enumerate(cases, 1)
    ]


@transaction.atomic
def presence_set(*, actor: User, sitting: Sitting, members: Iterable[User]) -> int:
    """Say who is there: members with a seat that day. May change while the committee sits. Returns how many are there."""
    require(actor, "grants.committees")
    sitting = locked(sitting)
    _in(sitting, Sitting.State.CONVENED, Sitting.State.OPEN)
    seated = {seat.user_id for seat in seats_on(sitting.programme, sitting.body, sitting.on)}
    wanted = {member.pk for member in members}
    if wanted - seated:
        raise InputError(Text("cette personne n'est pas membre du comité", "this person is not of the committee"))
    sitting.present.set(wanted)
    return len(wanted)


@transaction.atomic
def sitting_open(*, actor: User, sitting: Sitting, members: Iterable[User] | None = None) -> Sitting:
    """Open the sitting on its day: its quorum must be there."""
    require(actor, "grants.committees")
    sitting = locked(sitting)
    _in(sitting, Sitting.State.CONVENED)
    if members is not None:
        presence_set(actor=actor, sitting=sitting, members=members)
    if today() < sitting.on:
        raise InputError(Text("la séance n'est pas encore ce jour", "the sitting is not this day yet"))
    there = sitting.present.count()
    if there < sitting.quorum:
        raise InputError(
            Text(
                f"le quorum n'est pas atteint : {there} présents, il en faut {sitting.quorum}",
                f"the quorum is not there: {there} present, {sitting.quorum} are needed",
            )
        )
    sitting.state, sitting.opened_at = Sitting.State.OPEN, timezone.now()
    sitting.save(update_fields=["state", "opened_at"])
    return sitting


@transaction.atomic
def item_amend(
    *, actor: User, item: Item, favourable: bool, amount: Decimal | None, motive: str, put_off: bool = False
) -> Item:
    """Change what the committee votes on, before it does: yes or no, how much (euros), why; or put it off.

    Raises InputError once a vote is cast on it, for an amount above the cost of the project, and for a refusal without a motive.
    """
    require(actor, "grants.committees")
    sitting = locked(item.sitting)
    _in(sitting, Sitting.State.CONVENED, Sitting.State.OPEN)
    item = Item.objects.select_for_update(of=("self",)).select_related("case__subject").get(pk=item.pk)
    if access.conflicted(actor, item.case):
        raise InputError(Text("vous avez un lien avec ce dossier", "you have a tie with this case"))
    if item.votes.exists():
        raise InputError(Text("ce point est déjà voté", "this item is already voted on"))
    scheme = terms_of(item.case).document
    motive = motive.strip()
    if len(motive) > LONGEST_MOTIVE:
        raise InputError(Text("motif trop long (4 000 caractères)", "motive too long (4,000 characters)"))
    if not favourable and not motive and not put_off:
        raise InputError(Text("un refus dit pourquoi", "a refusal says why"))
    item.favourable, item.put_off, item.motive = favourable, put_off, motive
    item.amount = _cents(item.case, scheme, amount) if favourable else None
    item.save()
    return item


def _cents(case: Case, scheme: Scheme, amount: Decimal | None) -> int | None:
    if scheme.outputs.amount is None:
        if amount is not None:
            raise InputError(Text("pas de montant ici", "no amount here"))
        return None
    if amount is None or not amount.is_finite() or amount <= 0 or amount != euros(amount):
        raise InputError(Text("un montant en euros, positif, au centime", "an amount in euros, positive, to the cent"))
    cents = int(amount * 100)
    if case.cost is not None and cents > case.cost:
        raise InputError(Text("le montant dépasse le coût du projet", "the amount exceeds the cost of the project"))
    return cents


@transaction.atomic
def items_put_off(*, actor: User, sitting: Sitting) -> int:
    """Put off everything that is not voted on yet. Returns how many items."""
    require(actor, "grants.committees")
    sitting = locked(sitting)
    _in(sitting, Sitting.State.OPEN)
    return sitting.items.filter(votes__isnull=True, put_off=False).update(put_off=True)


@transaction.atomic
def sitting_close(*, actor: User, sitting: Sitting) -> Sitting:
    """Close the sitting: write every decision, award the money, put off what is put off, write the minutes. All of it, or nothing.

    Closing a closed sitting changes nothing. Raises InputError where an item is neither voted on nor put off, a refusal has no motive, or an
    envelope holds less than what was voted.
    """
    require(actor, "grants.committees")
    sitting = locked(sitting)
    if sitting.state == Sitting.State.CLOSED:
        return sitting
    _in(sitting, Sitting.State.OPEN)
    now = timezone.now()
    items = list(sitting.items.order_by("position", "pk").defer("motive"))
    cases = _held_cases(items)
    ballots = voting.Ballots(sitting, items, cases)
    verdicts: list[Verdict] = []
    postponed: list[Case] = []
    motives = {item.pk: item for item in sitting.items.select_related("case__subject").order_by("pk")}
    for item in items:
        case = cases[item.case_id]
        if case.state != State.READY:
            item.outcome = Item.Outcome.REMOVED
            continue
        item.outcome = ballots.outcome(item)
        if item.outcome == Item.Outcome.POSTPONED:
            postponed.append(case)
            continue
        verdicts.append(_verdict(actor, item, case, motives[item.pk].motive, ballots))
    sitting.state, sitting.closed_at = Sitting.State.CLOSED, now
    _put_off(postponed, actor, now)
    sitting.minutes = minutes.written(sitting, items, cases, ballots)
    decided_many(verdicts, also=[minutes.sitting_fact(sitting, items)])
    _outcomes(items)
    sitting.save(update_fields=["state", "closed_at", "minutes"])
    return sitting


def _held_cases(items: Sequence[Item]) -> dict[int, Case]:
    """The cases of an agenda, locked in their order."""
    found: dict[int, Case] = {}
    keys = sorted(item.case_id for item in items)
    for start in range(0, len(keys), 500):
        rows = Case.objects.select_for_update(of=("self",)).filter(pk__in=keys[start : start + 500])
        found |= {case.pk: case for case in rows.select_related("applicant", "subject").order_by("pk")}
    return found


def _verdict(actor: User, item: Item, case: Case, motive: str, ballots: voting.Ballots) -> Verdict:
    awarded = item.outcome == Item.Outcome.AWARDED
    if not awarded and item.favourable and not motive:
        raise InputError(
            Text(
                f"point {item.position} : la proposition est rejetée, dites pourquoi (CRPA L211-2)",
                f"item {item.position}: the proposal is rejected, say why (CRPA L211-2)",
            )
        )
    return Verdict(
        case=case,
        outcome=item.outcome,
        by=By.COMMITTEE,
        motive=motive,
        amount=Decimal(item.amount) / 100 if awarded and item.amount is not None else None,
        actor=actor,
        item=item,
        votes=ballots.told(item),
    )


def _put_off(cases: Sequence[Case], actor: User, now: dt.datetime) -> None:
    """Send cases back to be examined: they may come before another sitting."""
    target = MOVEMENTS["postpone"].target
    moves = [
        Move(case=case, name="postpone", source=case.state, target=target, actor=actor, at=now, reason="")
        for case in cases
    ]
    Move.objects.bulk_create(moves, batch_size=200)
    keys = [case.pk for case in cases]
    for start in range(0, len(keys), 500):
        Case.objects.filter(pk__in=keys[start : start + 500]).update(state=target)


def _outcomes(items: Sequence[Item]) -> None:
    with connection.cursor() as cursor:
        cursor.executemany(
            "UPDATE grants_item SET outcome = %s WHERE id = %s", [(item.outcome, item.pk) for item in items]
        )


@transaction.atomic
def motive_set(*, actor: User, item: Item, motive: str) -> Item:
    """Say why a committee rejects what was proposed: the only thing that may be written on an item voted on, until the sitting is closed."""
    require(actor, "grants.committees")
    sitting = locked(item.sitting)
    _in(sitting, Sitting.State.OPEN)
    item = Item.objects.select_for_update(of=("self",)).select_related("case__subject").get(pk=item.pk)
    motive = motive.strip()
    if not motive or len(motive) > LONGEST_MOTIVE:
        raise InputError(Text("un motif a de 1 à 4 000 caractères", "a motive has 1 to 4,000 characters"))
    item.motive = motive
    item.save(update_fields=["motive"])
    return item


def _in(sitting: Sitting, *states: str) -> None:
    if sitting.state not in states:
        state = sitting.get_state_display()
        raise InputError(
            Text(f"impossible : la séance est à l'état « {state} »", f"not possible: the sitting is “{state}”")
        )
