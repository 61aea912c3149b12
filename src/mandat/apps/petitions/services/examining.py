"""The service examines petitions within their days: published, refused or to be changed, with reasons for everyone to read."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils import timezone

from mandat.apps.accounts import notices
from mandat.apps.accounts.models import User
from mandat.apps.accounts.permissions import require
from mandat.apps.community.text import cleaned
from mandat.apps.petitions.machine import State
from mandat.apps.petitions.models import Appeal, Examination, Petition
from mandat.apps.petitions.services.moving import append, check_agent, check_author, held, line, move, today
from mandat.apps.petitions.terms import Terms, terms_of
from mandat.apps.petitions.words import APPEALS
from mandat.kernel.errors import InputError
from mandat.kernel.moments import closing
from mandat.kernel.text import Text

LONGEST = 2000
LEAST = 20
Outcome = Examination.Outcome


@transaction.atomic
def examination_take(*, actor: User, petition: Petition) -> Petition:
    """Take a petition to examine."""
    petition = held(petition)
    check_agent(actor, petition)
    if petition.state != State.EXAMINATION:
        raise InputError(Text("cette pétition n'est pas à l'examen", "this petition is not being examined"))
    petition.assigned_to = actor
    petition.save(update_fields=["assigned_to"])
    return petition


def _examined(
    actor: User,
    petition: Petition,
    outcome: str,
    *,
    reason: str = "",
    explanation: str = "",
    appeal: dt.date | None = None,
) -> Examination:
    late = petition.examine_by is not None and today() > petition.examine_by
    made = Examination.objects.create(
        petition=petition, outcome=outcome, reason=reason, explanation=explanation, version=petition.versions.count(),
        actor=actor, at=timezone.now(), late=late, appeal_until=appeal,
    )  # fmt: skip
    if petition.author is not None:
        notices.notify(petition.author, "petitions.examined", petition.reference, key=f"{petition.reference}:{made.pk}")
    return made


def _open(petition: Petition, terms: Terms) -> None:
    """Open a petition (locked) for signatures, to the last second of its last day."""
    now = timezone.now()
    last = today() + dt.timedelta(days=terms.component.open_days - 1)
    petition.opened_at, petition.closes_at = now, closing(last)
    petition.left = terms.needs[0]
    petition.save()
    append(line("petitions.opened.v1", petition, terms, until=last, version=petition.versions.count()))


@transaction.atomic
def petition_publish(*, actor: User, petition: Petition) -> Petition:
    """Find a petition fit for publication: it is open for signatures from now on."""
    petition = held(petition)
    check_agent(actor, petition)
    move(petition, "publish")
    _examined(actor, petition, Outcome.PUBLISHED)
    _open(petition, terms_of(petition))
    return petition


@transaction.atomic
def petition_refuse(*, actor: User, petition: Petition, reason: str, explanation: str) -> Examination:
    """Refuse a petition for a reason of the definition's list, explained for everyone. Its author may contest it."""
    petition = held(petition)
    check_agent(actor, petition)
    terms = terms_of(petition)
    found = terms.component.refusal(reason)
    if found is None:
        raise InputError(Text("choisissez un motif de la liste", "choose a reason of the list"))
    explanation = cleaned(explanation, longest=LONGEST, least=LEAST)
    move(petition, "refuse")
    petition.ended_at = timezone.now()
    petition.save()
    until = today() + dt.timedelta(days=terms.component.appeal_days)
    made = _examined(actor, petition, Outcome.REFUSED, reason=reason, explanation=explanation, appeal=until)
    append(
        line(
            "petitions.refused.v1", petition, terms, reason=reason, reason_label=found.label.fr, appeal_until=until
        )
    )  # fmt: skip
    return made


@transaction.atomic
def changes_ask(*, actor: User, petition: Petition, explanation: str) -> Examination:
    """Say what must change before the petition can be published."""
    petition = held(petition)
    check_agent(actor, petition)
    explanation = cleaned(explanation, longest=LONGEST, least=LEAST)
    move(petition, "ask_changes")
    petition.save()
    return _examined(actor, petition, Outcome.CHANGES, explanation=explanation)


@transaction.atomic
def appeal_lodge(*, actor: User, petition: Petition, grounds: str) -> Appeal:
    """The author contests a refusal, in time, once."""
    petition = held(petition)
    check_author(actor, petition)
    refusal = petition.examinations.filter(outcome=Outcome.REFUSED).order_by("-pk").first()
    if petition.state != State.REFUSED or refusal is None:
        raise InputError(Text("il n'y a pas de refus à contester", "there is no refusal to contest"))
    if refusal.appeal_until is not None and today() > refusal.appeal_until:
        raise InputError(Text("le délai pour contester est passé", "the time to contest is over"))
    if Appeal.objects.filter(examination=refusal).exists():
        raise InputError(Text("vous avez déjà contesté ce refus", "you have contested this refusal already"))
    grounds = cleaned(grounds, longest=LONGEST, least=LEAST)
    return Appeal.objects.create(examination=refusal, grounds=grounds, lodged_at=timezone.now())


@transaction.atomic
def appeal_decide(*, actor: User, appeal: Appeal, outcome: str, explanation: str) -> Appeal:
    """Decide an appeal: someone else than who refused. ``published`` opens the petition for signatures."""
    require(actor, "petitions.examine")
    appeal = Appeal.objects.select_for_update(of=("self",)).select_related("examination").get(pk=appeal.pk)
    petition = held(appeal.examination.petition)
    check_agent(actor, petition)
    if appeal.decided_at is not None:
        raise InputError(Text("ce recours est déjà décidé", "this appeal is already decided"))
    if appeal.examination.actor_id == actor.pk:
        raise InputError(
            Text(
                "vous avez refusé cette pétition : une autre personne décide",
                "you refused this petition: someone else decides",
            )
        )
    if outcome not in Appeal.Outcome.values:
        raise InputError(Text("décision inconnue", "unknown decision"))
    appeal.outcome, appeal.actor, appeal.decided_at = outcome, actor, timezone.now()
    appeal.explanation = cleaned(explanation, longest=LONGEST, least=LEAST)
    appeal.save()
    terms = terms_of(petition)
    append(line("petitions.appeal_decided.v1", petition, terms, outcome=outcome, outcome_label=APPEALS[outcome].fr))
    if outcome == Appeal.Outcome.PUBLISHED:
        move(petition, "reinstate")
        petition.ended_at = None
        _open(petition, terms)
    if petition.author is not None:
        notices.notify(petition.author, "petitions.examined", petition.reference, key=f"{petition.reference}:appeal")
    return appeal
