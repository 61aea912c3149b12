"""Terms: who is given a seat, for how long, and why it ends; interests declared.

One holder a seat at a time, one seat a person in a body, one presidency: checked under the body's lock, and by the database for two terms that
begin the same day.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q

from mandat.apps.accounts.models import User
from mandat.apps.accounts.permissions import may, require
from mandat.apps.bodies.models import Interest, Term
from mandat.apps.bodies.schema import Body
from mandat.apps.bodies.selectors import composition, members
from mandat.apps.bodies.services.recording import append, body_fact, held, synthetic, today, words
from mandat.apps.bodies.terms import body_of
from mandat.apps.programme.published import Published, published
from mandat.apps.programme.terms import Terms
from mandat.facts import Fact
from mandat.kernel.errors import InputError
from mandat.kernel.periods import add_months
from mandat.kernel.text import Text

_SIREN = re.compile(r"^[0-9]{9}$")
_PRESIDED = Text(
    "cette instance a déjà une présidence : mettez-y fin d'abord", "this body has a president: end that first"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A seat to give. ``seat`` None: the first free one of the college. ``until`` None: the end the definition's term gives."""

    name: str = ""
    college: str = ""
    seat: int | None = None
    user: User | None = None
    gender: str = ""
    organisation: str = ""
    siren: str = ""
    president: bool = False
    since: dt.date | None = None
    until: dt.date | None = None


@transaction.atomic
def term_give(
    *,
    actor: User,
    body: str,
    name: str = "",
    college: str = "",
    seat: int | None = None,
    user: User | None = None,
    gender: str = "",
    organisation: str = "",
    siren: str = "",
    president: bool = False,
    since: dt.date | None = None,
    until: dt.date | None = None,
) -> Term:
    """Give one seat of a body: see ``terms_give``."""
    given = Given(
        name=name, college=college, seat=seat, user=user, gender=gender, organisation=organisation, siren=siren,
        president=president, since=since, until=until,
    )  # fmt: skip
    return terms_give(actor=actor, body=body, given=[given])[0]


@transaction.atomic
def terms_give(*, actor: User, body: str, given: Sequence[Given]) -> list[Term]:
    """Give seats of a body, all or none, with one fact that counts.

    Raises InputError for an unknown college, a seat that is held or does not exist, someone who sits already, a second presidency, a closed
    account, a term that ends before it begins, and a member without name.
    """
    require(actor, "bodies.assign")
    current = published()
    terms = body_of(body, current)
    standing = held(current.code, body)
    if standing.ended_on is not None:
        raise InputError(Text("cette instance n'existe plus", "this body is ended"))
    if not given:
        raise InputError(Text("personne à nommer", "nobody to name"))
    rows = list(Term.objects.of(current.code, body).order_by("pk"))
    made = []
    for one in given:
        term = _term(current, terms.document, one, rows)
        rows.append(term)
        made.append(term)
    Term.objects.bulk_create(made, batch_size=200)
    append(changed(current, terms, given=len(made), ended=0))
    return made


def _term(current: Published, body: Body, one: Given, rows: Sequence[Term]) -> Term:
    since = one.since or today()
    until = one.until
    if until is None and body.term_months:
        until = add_months(since, body.term_months) - dt.timedelta(days=1)
    if until is not None and until < since:
        raise InputError(Text("la fin précède le début", "the end comes before the start"))
    if one.user is not None and not one.user.is_active:
        raise InputError(Text("ce compte est fermé", "this account is closed"))
    if one.gender not in Term.Gender.values:
        raise InputError(Text("genre inconnu", "unknown gender"))
    if one.siren and not _SIREN.fullmatch(one.siren):
        raise InputError(Text("un SIREN a 9 chiffres", "a SIREN has 9 digits"))
    given = one.name or (one.user.name if one.user is not None else "")
    name = words(given, Text("nom", "name"), longest=120)
    college = body.college(one.college) if one.college else None
    if body.meets and college is None:
        raise InputError(Text(f"collège inconnu : {one.college or '–'}", f"unknown college: {one.college or '–'}"))
    overlapping = [row for row in rows if _overlap(row, since, until)]
    if one.user is not None and any(row.user_id == one.user.pk for row in overlapping):
        raise InputError(Text("cette personne siège déjà dans cette instance", "this person sits in this body already"))
    if one.president and any(row.president for row in overlapping):
        raise InputError(_PRESIDED)
    seat = one.seat
    if college is not None:
        taken = {row.seat for row in overlapping if row.college == college.code}
        free = [number for number in range(1, college.seats + 1) if number not in taken]
        seat = seat if seat is not None else (free[0] if free else None)
        if seat is None or seat not in free:
            raise InputError(
                Text(
                    f"{college.title.fr} : {'ce siège est pris ou n’existe pas' if seat else 'tous les sièges sont pris'}",
                    f"{college.title.en}: {'this seat is held or does not exist' if seat else 'every seat is held'}",
                )
            )
    return Term(
        programme=current.code, body=body.code, college=one.college, seat=seat, user=one.user, name=name, gender=one.gender,
        organisation=words(one.organisation, Text("organisation", "organisation"), longest=200, needed=False),
        siren=one.siren, president=one.president, votes=college.votes if college else True, since=since, until=until,
        synthetic=synthetic(),
    )  # fmt: skip


def _overlap(row: Term, since: dt.date, until: dt.date | None) -> bool:
    return (row.until is None or row.until >= since) and (until is None or row.since <= until)


@transaction.atomic
def term_renew(*, actor: User, term: Term, until: dt.date | None, president: bool = False) -> Term:
    """Give a running term another end (None: without end), or the presidency. Raises InputError for a second presidency, or an end before its start."""
    require(actor, "bodies.assign")
    terms = body_of(term.body)
    held(term.programme, term.body)
    term = Term.objects.select_for_update(of=("self",)).get(pk=term.pk)
    if until is not None and until < term.since:
        raise InputError(Text("la fin précède le début", "the end comes before the start"))
    others = Term.objects.filter(programme=term.programme, body=term.body).exclude(pk=term.pk).order_by("pk")
    overlapping = [one for one in others if _overlap(one, term.since, until)]
    if president and any(one.president for one in overlapping):
        raise InputError(_PRESIDED)
    if term.seat is not None and any((one.college, one.seat) == (term.college, term.seat) for one in overlapping):
        raise InputError(Text("ce siège est pris ensuite", "this seat is held afterwards"))
    term.until, term.president = until, president
    term.save(update_fields=["until", "president"])
    append(changed(published(term.programme), terms, given=0, ended=0))
    return term


@transaction.atomic
def term_end(*, actor: User, term: Term, on: dt.date | None = None, why: str = Term.Why.RESIGNED) -> Term:
    """End a term: ``on`` is its last day (yesterday where it is not given, so that it ends now). An end already past is not moved."""
    require(actor, "bodies.assign")
    terms = body_of(term.body)
    held(term.programme, term.body)
    term = Term.objects.select_for_update(of=("self",)).get(pk=term.pk)
    if why not in Term.Why.values:
        raise InputError(Text("motif inconnu", "unknown reason"))
    last = on or today() - dt.timedelta(days=1)
    if last < term.since - dt.timedelta(days=1):
        raise InputError(Text("la fin précède le début", "the end comes before the start"))
    if term.until is not None and term.until < today():
        return term
    term.until, term.why_ended = last, why
    term.save(update_fields=["until", "why_ended"])
    append(changed(published(term.programme), terms, given=0, ended=1))
    return term


@transaction.atomic
def interest_declare(
    *, actor: User, term: Term, nature: str, organisation: str = "", detail: str = "", on: dt.date | None = None
) -> Interest:
    """Declare an interest, by the member or by the secretariat in their name. "Nothing to declare" is a declaration too.

    Raises InputError for an interest without an organisation, PermissionDenied for somebody else's term.
    """
    if term.user_id is None or actor.pk != term.user_id or not may(actor, "bodies.vote"):
        require(actor, "bodies.manage")
    terms = body_of(term.body)
    held(term.programme, term.body)
    if nature not in Interest.Nature.values:
        raise InputError(Text(f"nature inconnue : {nature}", f"unknown nature: {nature}"))
    day = on or today()
    if day > today():
        raise InputError(Text("déclarez le jour venu", "declare when the day has come"))
    named = nature != Interest.Nature.NONE
    running = Interest.objects.filter(Q(until__isnull=True) | Q(until__gte=day), term=term)
    if named:
        running.filter(nature=Interest.Nature.NONE).update(until=day - dt.timedelta(days=1))
    elif running.exists():
        raise InputError(Text("des intérêts sont déclarés : mettez-y fin d'abord", "interests stand: end them first"))
    made = Interest.objects.create(
        term=term,
        nature=nature,
        organisation=words(organisation, Text("organisation", "organisation"), longest=200, needed=named),
        detail=words(detail, Text("précision", "detail"), longest=300, needed=False),
        declared_on=day,
    )
    append(_declared(term, terms))
    return made


@transaction.atomic
def interest_end(*, actor: User, interest: Interest, on: dt.date | None = None) -> Interest:
    """An interest is no longer held after ``on`` (today)."""
    term = interest.term
    if term.user_id is None or actor.pk != term.user_id:
        require(actor, "bodies.manage")
    terms = body_of(term.body)
    held(term.programme, term.body)
    interest = Interest.objects.select_for_update(of=("self",)).get(pk=interest.pk)
    if interest.until is None:
        interest.until = max(on or today(), interest.declared_on)
        interest.save(update_fields=["until"])
        append(_declared(term, terms))
    return interest


def changed(current: Published, terms: Terms[Body], *, given: int, ended: int) -> Fact:
    """What the body is made of after a change, in numbers."""
    told = composition(members(terms.code, on=today(), programme=current.code), terms.document.seats)
    return body_fact(
        "bodies.composition_changed.v1", terms, programme=current.code, given=given, ended=ended,
        members=told.members, seats=told.seats, women=told.women, men=told.men,
    )  # fmt: skip


def _declared(term: Term, terms: Terms[Body]) -> Fact:
    found = [one.pk for one in members(term.body, on=today(), programme=term.programme)]
    declared = Interest.objects.filter(Q(until__isnull=True) | Q(until__gte=today()), term__in=found)
    count = declared.order_by().values("term").distinct().count()
    return body_fact(
        "bodies.interests_declared.v1", terms, programme=term.programme, declared=count, members=len(found)
    )
