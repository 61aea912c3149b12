"""Open envelopes, record what the assembly votes, move credits, let them lapse."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Literal

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from mandat import journal
from mandat.apps.accounts.models import User
from mandat.apps.accounts.permissions import require
from mandat.apps.funds.books import account, payment_names
from mandat.apps.funds.models import Envelope
from mandat.apps.ledger.services import InsufficientError, minor, post
from mandat.apps.programme.published import Published, published
from mandat.apps.programme.services.checks import check_day
from mandat.facts import Fact
from mandat.kernel.errors import InputError
from mandat.kernel.money import ZERO, euros
from mandat.kernel.text import Text

Stage = Literal["primary", "supplementary", "amending"]


@transaction.atomic
def envelope_open(
    *,
    actor: User,
    code: str,
    title: str,
    line: str,
    section: Literal["operating", "investment"],
    year: int,
    measure: int,
    commitments: Sequence[str] = (),
    scheme: str = "",
    synthetic: bool = False,
) -> Envelope:
    """An envelope without a euro yet. Raises InputError for a code already used, and for what the programme does not have."""
    require(actor, "funds.manage")
    current = published()
    _served(current, measure, commitments)
    mandate = current.programme.mandate
    if not mandate.start.year <= year <= mandate.end.year:
        raise InputError(Text(f"l'année {year} n'est pas du mandat", f"the year {year} is not in the mandate"))
    if not title.strip() or not line.strip():
        raise InputError(Text("une enveloppe a un titre et une ligne", "an envelope has a title and a budget line"))
    if Envelope.objects.filter(programme=current.code, code=code).exists():
        raise InputError(Text(f"l'enveloppe {code} existe déjà", f"envelope {code} already exists"))
    return Envelope.objects.create(
        programme=current.code, code=code, title=title.strip(), line=line.strip(), section=section, year=year,
        measure=measure, commitments=list(commitments), scheme=scheme, synthetic=synthetic,
    )  # fmt: skip


def _served(current: Published, measure: int, commitments: Sequence[str]) -> None:
    if measure not in current.measures:
        raise InputError(Text(f"mesure inconnue : {measure}", f"unknown measure: {measure}"))
    for code in commitments:
        if code not in current.commitments or current.measure_of(code).number != measure:
            raise InputError(
                Text(
                    f"l'engagement {code} n'est pas de la mesure {measure}",
                    f"commitment {code} is not of measure {measure}",
                )
            )


@transaction.atomic
def vote(
    *,
    actor: User,
    envelope: Envelope,
    on: dt.date,
    decision: str,
    stage: Stage,
    commitment: Decimal = ZERO,
    payments: Mapping[int, Decimal] | None = None,
) -> journal.Entry | None:
    """Record what a deliberation adds to an envelope (or takes from it): commitment credits, and payment credits by year.

    One fact per year of payment credits (``budget.line_voted.v1``) is appended, the voted budget being what commitments count; the
    last one's entry is returned, None where only commitment credits changed. The same decision on the same envelope counts once.
    Raises InputError where more is taken away than is left.
    """
    require(actor, "funds.manage")
    _open(envelope)
    current = published(envelope.programme)
    check_day(current, on)
    if not decision.strip():
        raise InputError(Text("un vote cite sa délibération", "a vote cites its deliberation"))
    voted = {year: euros(amount) for year, amount in (payments or {}).items() if amount}
    amount = euros(commitment)
    if not amount and not voted:
        raise InputError(Text("ce vote ne change rien", "this vote changes nothing"))
    key = f"vote:{envelope.code}:{decision}"
    if amount and _post(envelope, f"{key}:commitment", f"voted-{stage}", "assembly", "available", amount, actor):
        Envelope.objects.filter(pk=envelope.pk).update(voted=F("voted") + minor(amount, "EUR"))
    for year, part in sorted(voted.items()):
        _post(envelope, f"{key}:{year}", f"voted-{stage}", "treasury", payment_names(year)[0], part, actor)
    facts = [_voted(current, envelope, on, decision, stage, year, part) for year, part in sorted(voted.items())]
    entries = journal.append(facts)
    return entries[-1] if entries else None


def _voted(
    current: Published, envelope: Envelope, on: dt.date, decision: str, stage: Stage, year: int, amount: Decimal
) -> Fact:
    return Fact(
        kind="budget.line_voted.v1",
        occurred_on=on,
        programme=current.code,
        measures=(envelope.measure,),
        commitments=tuple(envelope.commitments),
        subject=envelope.code,
        amount=amount,
        source=f"funds:{envelope.code}:{decision}:{year}",
        synthetic=envelope.synthetic,
        data={
            "year": year,
            "stage": stage,
            "purpose": envelope.title,
            "nature": envelope.line,
            "section": envelope.section,
            "direction": "expense",
        },
    )


@transaction.atomic
def move(
    *,
    actor: User,
    source: Envelope,
    target: Envelope,
    on: dt.date,
    decision: str,
    commitment: Decimal = ZERO,
    payments: Mapping[int, Decimal] | None = None,
) -> None:
    """Move credits nobody holds from one envelope to another of its programme and section (a virement).

    Both lines' votes are recorded anew as facts, one down, one up, so that the budget of each commitment stays true.
    Raises InputError for amounts that are not positive, other sections, and more than is left.
    """
    require(actor, "funds.manage")
    _open(source)
    _open(target)
    if source.pk == target.pk or source.programme != target.programme or source.section != target.section:
        raise InputError(
            Text(
                "un virement va d'une enveloppe à une autre de même section",
                "credits move between two envelopes of one section",
            )
        )
    check_day(published(source.programme), on)
    if not decision.strip():
        raise InputError(Text("un virement cite sa décision", "a move cites its decision"))
    moved = {year: euros(amount) for year, amount in (payments or {}).items() if amount}
    amount = euros(commitment)
    if amount < 0 or any(part < 0 for part in moved.values()) or not (amount or moved):
        raise InputError(Text("un virement est positif", "a move is positive"))
    key = f"move:{source.code}:{target.code}:{decision}"
    if amount and _across(source, target, f"{key}:commitment", "available", amount, actor):
        for one, sign in sorted(((source, -1), (target, 1)), key=lambda pair: pair[0].pk):
            Envelope.objects.filter(pk=one.pk).update(voted=F("voted") + sign * minor(amount, "EUR"))
    for year, part in sorted(moved.items()):
        _across(source, target, f"{key}:{year}", payment_names(year)[0], part, actor)
    current = published(source.programme)
    journal.append(
        [
            _voted(current, envelope, on, f"{decision}:{other.code}", "amending", year, sign * part)
            for year, part in sorted(moved.items())
            for envelope, other, sign in ((source, target, -1), (target, source, 1))
        ]
    )


@transaction.atomic
def lapse(*, actor: User, envelope: Envelope, year: int) -> Decimal:
    """Close a year's payment credits: what was not spent lapses. Returns how much did; nothing the second time."""
    require(actor, "funds.manage")
    opened = account(envelope, payment_names(year)[0])
    opened.refresh_from_db()
    left = opened.held
    if left:
        _post(envelope, f"lapse:{envelope.code}:{year}", "lapsed", payment_names(year)[0], "cp-lapsed", left, actor)
    return left


def _open(envelope: Envelope) -> None:
    if envelope.closed_on is not None:
        raise InputError(Text(f"l'enveloppe {envelope.code} est close", f"envelope {envelope.code} is closed"))


def _post(envelope: Envelope, key: str, reason: str, source: str, target: str, amount: Decimal, actor: User) -> bool:
    """Whether the move is new."""
    postings = {account(envelope, source).pk: -amount, account(envelope, target).pk: amount}
    try:
        return post(
            book=envelope.book,
            key=key,
            reason=reason,
            postings=postings,
            actor=f"user:{actor.pk}",
            moment=timezone.now(),
        ).new
    except InsufficientError as error:
        raise short(envelope, error.available) from error


def _across(source: Envelope, target: Envelope, key: str, name: str, amount: Decimal, actor: User) -> bool:
    postings = {account(source, name).pk: -amount, account(target, name).pk: amount}
    try:
        return post(book=source.book, key=key, reason="moved", postings=postings, actor=f"user:{actor.pk}").new
    except InsufficientError as error:
        raise short(source, error.available) from error


def short(envelope: Envelope, left: Decimal) -> InputError:
    """What is said where an envelope does not hold what is asked of it."""
    return InputError(
        Text(
            f"l'enveloppe {envelope.code} n'a plus que {left} € disponibles",
            f"envelope {envelope.code} has only €{left} left",
        )
    )
