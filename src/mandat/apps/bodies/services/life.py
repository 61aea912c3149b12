"""A body is created by a decision, installed once every college has members, and ended. Each is an act with its fact."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from mandat.apps.accounts.models import User
from mandat.apps.accounts.permissions import require
from mandat.apps.bodies.models import Session, Standing, Term
from mandat.apps.bodies.selectors import composition, members
from mandat.apps.bodies.services.recording import append, body_fact, held, milestones, today, words
from mandat.apps.bodies.terms import body_of, meeting_body
from mandat.apps.programme.published import published
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

FORMS = ("deliberation", "order", "convention", "other")


@transaction.atomic
def body_create(*, actor: User, body: str, on: dt.date, form: str, reference: str, url: str = "") -> Standing:
    """Record the decision that creates a body, with its number and where its text is published. Once.

    Raises InputError for a body already created, a day to come, an address that is not https.
    """
    require(actor, "bodies.manage")
    current = published()
    terms = body_of(body, current)
    standing = held(current.code, body)
    if standing.created_on is not None:
        raise InputError(Text("cette instance est déjà créée", "this body is already created"))
    if form not in FORMS:
        raise InputError(Text(f"forme inconnue : {form}", f"unknown form: {form}"))
    if on > today():
        raise InputError(Text("une décision est prise avant d'être enregistrée", "a decision comes before its record"))
    if url and not url.startswith("https://"):
        raise InputError(Text("une adresse commence par https://", "an address begins with https://"))
    standing.created_on, standing.created_url = on, url
    standing.created_by = words(reference, Text("numéro de la décision", "number of the decision"), longest=200)
    standing.save()
    fact = body_fact(
        "bodies.created.v1", terms, programme=current.code, on=on, quantity=1, unit="body",
        form=form, reference=standing.created_by, url=url,
    )  # fmt: skip
    append(fact, *milestones(terms, "created", programme=current.code, on=on))
    return standing


@transaction.atomic
def body_install(*, actor: User, body: str, on: dt.date | None = None) -> Standing:
    """Install a body: every one of its colleges has a member that day. Once.

    Raises InputError while a college has nobody, and for a body not yet created where it is created by a decision of its own.
    """
    require(actor, "bodies.manage")
    current, day = published(), on or today()
    terms = meeting_body(body, current)
    standing = held(current.code, body)
    if standing.installed_on is not None:
        raise InputError(Text("cette instance est déjà installée", "this body is already installed"))
    if day > today():
        raise InputError(Text("installez-la le jour venu", "install it when the day has come"))
    found = members(body, on=day, programme=current.code)
    for college in terms.document.colleges:
        if not any(one.college == college.code for one in found):
            raise InputError(
                Text(f"collège sans membre : {college.title.fr}", f"a college without any member: {college.title.en}")
            )
    standing.installed_on = day
    standing.save(update_fields=["installed_on"])
    told = composition(found, terms.document.seats)
    fact = body_fact(
        "bodies.installed.v1", terms, programme=current.code, on=day, quantity=1, unit="body",
        colleges=len(terms.document.colleges), members=told.members, seats=told.seats, women=told.women, men=told.men,
    )  # fmt: skip
    append(fact, *milestones(terms, "installed", programme=current.code, on=day))
    return standing


@transaction.atomic
def body_end(*, actor: User, body: str, on: dt.date, reference: str) -> Standing:
    """End a body by a decision: its terms end that day. Raises InputError while a session is convened or open."""
    require(actor, "bodies.assign")
    current = published()
    terms = body_of(body, current)
    standing = held(current.code, body)
    if standing.ended_on is not None:
        raise InputError(Text("cette instance n'existe déjà plus", "this body is already ended"))
    if on > today():
        raise InputError(Text("enregistrez la fin le jour venu", "record the end when the day has come"))
    waiting = (Session.State.CONVENED, Session.State.OPEN)
    if Session.objects.filter(programme=current.code, body=body, state__in=waiting).exists():
        raise InputError(Text("une séance est encore convoquée", "a session is still convened"))
    standing.ended_on = on
    standing.save(update_fields=["ended_on"])
    running = [one.pk for one in members(body, on=on, programme=current.code)]
    Term.objects.filter(pk__in=running).update(until=on, why_ended=Term.Why.BODY)
    said = words(reference, Text("numéro de la décision", "number of the decision"), longest=200)
    append(body_fact("bodies.ended.v1", terms, programme=current.code, on=on, reference=said))
    return standing
