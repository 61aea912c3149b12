"""Opinions of experts: asked of someone posted to the scheme, given once, confidential.

The applicant never reads them; another expert does only once their own is given. When as many are given as the scheme says (else all
that were asked), the case goes back to examination by itself.
"""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from mandat.apps.accounts.models import User
from mandat.apps.grants import access
from mandat.apps.grants.machine import State
from mandat.apps.grants.models import Case, Duty, Opinion
from mandat.apps.grants.schema import Scheme
from mandat.apps.grants.services.instructing import step, worded
from mandat.apps.grants.services.moving import held, move, terms_of, today
from mandat.apps.grants.services.telling import tell
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

#: An opinion may be asked for and given while the case is examined.
ASKED_IN = (State.COMPLETE, State.OPINIONS)
MOST_DAYS = 180
LONGEST = 20_000


@transaction.atomic
def opinion_ask(*, actor: User, case: Case, expert: User, due_on: dt.date) -> Opinion:
    """Ask one expert, posted to the scheme and with no tie to the case, for an opinion by ``due_on``."""
    case = held(case)
    terms = terms_of(case)
    access.require(actor, case, "examine")
    if case.state not in ASKED_IN:
        raise InputError(Text("ce dossier n'est pas à l'examen", "this case is not being examined"))
    posted = access.in_post(case.programme, case.scheme).filter(duty=Duty.EXPERT, user=expert).exists()
    if not (posted and expert.is_active):
        raise InputError(
            Text("cette personne n'est pas experte de ce dispositif", "this person is no expert of this scheme")
        )
    if expert.pk == actor.pk or access.conflicted(expert, case):
        raise InputError(Text("cette personne ne peut pas donner d'avis ici", "this person can give no opinion here"))
    if not today() <= due_on <= today() + dt.timedelta(days=MOST_DAYS):
        raise InputError(Text("une date dans les six mois qui viennent", "a date within the next six months"))
    if case.opinions.filter(expert=expert).exists():
        raise InputError(Text("son avis est déjà demandé", "this opinion is already asked for"))
    made = Opinion.objects.create(case=case, expert=expert, asked_by=actor, asked_at=timezone.now(), due_on=due_on)
    if case.state == State.COMPLETE:
        move(case, "consult", who="instructor", actor=actor)
        case.save(update_fields=["state"])
    step("grants.consulted.v1", case, terms)
    tell(expert, "opinion_asked", case, key=str(made.pk))
    return made


@transaction.atomic
def opinion_give(*, actor: User, case: Case, verdict: str, text: str) -> Opinion:
    """Give one's opinion, once: it is not taken back. The last one awaited sends the case back to examination."""
    case = held(case)
    terms = terms_of(case)
    access.require(actor, case, "opine")
    if verdict not in Opinion.Verdict.values:
        raise InputError(Text("choisissez un avis", "choose an opinion"))
    text = worded(text, most=LONGEST, needed=Text("motivez votre avis", "give the reasons of your opinion"))
    if case.state not in ASKED_IN:
        raise InputError(Text("ce dossier n'attend plus d'avis", "this case awaits no opinion any more"))
    opinion = Opinion.objects.select_for_update(of=("self",)).get(case=case, expert=actor)
    if opinion.given_at is not None:
        raise InputError(Text("votre avis est déjà donné", "your opinion is already given"))
    opinion.verdict, opinion.text, opinion.given_at = verdict, text, timezone.now()
    opinion.save()
    step("grants.opinion_given.v1", case, terms)
    if case.state == State.OPINIONS and enough(case, terms.document):
        move(case, "consulted", who="system", actor=None)
        case.save(update_fields=["state"])
        if case.assigned_to is not None:
            tell(case.assigned_to, "opinions_given", case, key=str(opinion.pk))
    return opinion


def enough(case: Case, scheme: Scheme) -> bool:
    """Whether the opinions the scheme asks for are given, or all those asked for where it says no number."""
    given = case.opinions.filter(given_at__isnull=False).count()
    asked = case.opinions.count()
    return given >= (min(scheme.workflow.experts, asked) or asked)


@transaction.atomic
def opinions_close(*, actor: User, case: Case, reason: str) -> Case:
    """Take the case back to examination without waiting for the opinions that lack, and say why."""
    case = held(case)
    reason = worded(reason, needed=Text("dites pourquoi", "say why"))
    move(case, "consulted", who="instructor", actor=actor, reason=reason)
    case.save(update_fields=["state"])
    step("grants.reopened.v1", case, terms_of(case))
    return case


@transaction.atomic
def opinion_remind(*, actor: User, opinion: Opinion) -> bool:
    """Remind an expert, once a day at most. False where they were reminded today."""
    case = held(opinion.case)
    access.require(actor, case, "examine")
    return reminded(opinion)


def reminded(opinion: Opinion) -> bool:
    """Tell the expert unless the opinion is given or they were told today. The caller holds a transaction."""
    day = today()
    fresh = Opinion.objects.filter(pk=opinion.pk, given_at__isnull=True).exclude(reminded_on=day)
    if not fresh.update(reminded_on=day):
        return False
    tell(opinion.expert, "opinion_due", opinion.case, key=f"{opinion.pk}:{day:%Y%m%d}")
    return True


def readable(user: User, case: Case, where: access.Standing) -> QuerySet[Opinion]:
    """The opinions someone may read: all of them for the service and the committee; for an expert their own, and once it is given the others."""
    found = Opinion.objects.filter(case=case).select_related("expert", "case__subject").order_by("pk")
    if access.allows(where, "opinions"):
        return found
    if not where.expert:
        return found.none()
    if found.filter(expert=user, given_at__isnull=False).exists():
        return found.filter(Q(expert=user) | Q(given_at__isnull=False))
    return found.filter(expert=user)
