"""A case from its request to its end: asked, taken up by a mediator without ties to it, parties invited, closed.

Nothing of it is told while it lives: no fact, no follow, no message by e-mail but that something awaits on the site.
"""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from mandat.apps.accounts import notices
from mandat.apps.accounts.models import Role, User
from mandat.apps.accounts.permissions import may, require
from mandat.apps.bodies.selectors import sits
from mandat.apps.bodies.terms import body_of
from mandat.apps.community.text import cleaned
from mandat.apps.custody.subjects import subject_erase, subject_open
from mandat.apps.mediation.access import require_mediator, require_seat
from mandat.apps.mediation.models import Case, Party, Step
from mandat.apps.mediation.models.cases import token
from mandat.apps.mediation.terms import terms_now, terms_of
from mandat.apps.organisations.models import Organisation
from mandat.apps.organisations.selectors import allowed
from mandat.apps.programme.published import published
from mandat.kernel.errors import InputError
from mandat.kernel.periods import add_months
from mandat.kernel.text import Text

State = Case.State
OPEN = (State.ASKED, State.TAKEN, State.RUNNING)
LONGEST, LEAST = 8000, 20
#: Cases one account may have under way.
MOST = 5


def today() -> dt.date:
    return timezone.localdate()


def held(case: Case, *states: str) -> Case:
    """The case as it now stands, locked. Raises InputError where it is in another state."""
    found = Case.objects.select_for_update(of=("self",)).select_related("subject").get(pk=case.pk)
    if states and found.state not in states:
        raise InputError(
            Text("impossible dans l'état actuel de la médiation", "not possible where the mediation stands")
        )
    return found


def _step(case: Case, name: str, actor: User | None) -> None:
    Step.objects.create(case=case, name=name, actor=actor, at=timezone.now())


@transaction.atomic
def case_ask(
    *,
    actor: User,
    process: str,
    component: str,
    title: str,
    account: str,
    wanted: str = "",
    service: str = "",
    urgent: bool = False,
    called: str = "",
    organisation: Organisation | None = None,
) -> Case:
    """Ask for a mediation with a service. ``called`` is how one is named to the other party. ``urgent``: somebody is threatened for what they defend.

    Raises InputError (texts, unknown service, too many under way), PermissionDenied.
    """
    require(actor, "mediation.ask")
    terms = terms_now(process, component)
    known = {one.code for one in terms.component.services}
    if (service or known) and service not in known:
        raise InputError(Text("dites quel service est concerné", "say which service it is about"))
    if organisation is not None and not allowed(actor, organisation, "edit"):
        raise PermissionDenied("organisations.edit")
    User.objects.select_for_update().get(pk=actor.pk)
    if Case.objects.filter(asker=actor, state__in=OPEN).count() >= MOST:
        raise InputError(Text(f"vous avez déjà {MOST} médiations en cours", f"you have {MOST} mediations under way"))
    now = timezone.now()
    days = terms.component.urgent_days if urgent else terms.component.take_up_days
    case = Case(
        programme=published().code, process=process, component=component, process_version=terms.ref.version,
        subject=subject_open(), asker=actor, organisation=organisation, service=service, urgent=urgent,
        title=cleaned(title, longest=120, least=10, one_line=True), account=cleaned(account, longest=LONGEST, least=LEAST),
        wanted=cleaned(wanted, longest=LONGEST), asked_at=now, take_up_by=today() + dt.timedelta(days=days),
        synthetic=bool(settings.MANDAT_DEMO),
    )  # fmt: skip
    case.save()
    name = cleaned(called, longest=120, one_line=True) or (organisation.name if organisation is not None else "–")
    Party.objects.create(case=case, side=Party.Side.GROUP, called=name, user=actor, invited_at=now, joined_at=now)
    _step(case, "asked", actor)
    return case


def conflict_of(user: User, case: Case) -> Text | None:
    """What keeps an account from mediating a case: it is theirs, their organisation's, or they are a party to it."""
    if case.asker_id == user.pk or case.parties.filter(user=user).exists():
        return Text("cette personne est partie à la médiation", "this person is a party to the mediation")
    if case.organisation_id is not None and user.memberships.filter(organisation=case.organisation_id).exists():
        return Text("cette personne est membre du collectif", "this person is a member of the group")
    if case.steps.filter(name="recused", actor=user).exists():
        return Text("cette personne s'est récusée", "this person recused themselves")
    return None


def mediates(user: User, case: Case) -> bool:
    """Whether an account is of the mediation: it sits on the body that mediates, today; where that body is a service, agents are its staff."""
    if not user.is_active or not may(user, "mediation.mediate"):
        return False
    body = terms_of(case).component.mediators
    if sits(user, body, on=today(), programme=case.programme):
        return True
    return body_of(body).document.type == "service" and Role.AGENT in user.roles


@transaction.atomic
def mediator_name(*, actor: User, case: Case, mediator: User) -> Case:
    """Give a case to a mediator without ties to it. Who gives it reads nothing of it. Raises InputError, PermissionDenied."""
    require(actor, "mediation.assign")
    case = held(case, *OPEN)
    if not mediates(mediator, case):
        body = body_of(terms_of(case).component.mediators).document.title
        raise InputError(
            Text(
                f"ce compte n'est pas habilité à la médiation, ou n'est pas de l'instance qui la mène : {body.fr}",
                f"this account may not mediate, or is not of the body that does: {body.en}",
            )
        )
    if (why := conflict_of(mediator, case)) is not None:
        raise InputError(why)
    case.mediator = mediator
    if case.state == State.ASKED:
        case.state, case.taken_at = State.TAKEN, timezone.now()
        case.end_by = add_months(today(), terms_of(case).component.lasts_months)
    case.save()
    _step(case, "taken", actor)
    notices.notify(mediator, "mediation.named", case.reference, key=f"{case.reference}:{mediator.pk}")
    if case.asker is not None:
        notices.notify(case.asker, "mediation.news", case.reference, key=f"{case.reference}:taken:{mediator.pk}")
    return case


@transaction.atomic
def mediators_check(*, programme: str) -> int:
    """Cases whose mediator is no longer of the mediation wait for another one. Run every day. Returns how many."""
    found = Case.objects.filter(programme=programme, state__in=OPEN, mediator__isnull=False).select_related("mediator")
    gone = [one for one in found.order_by("pk") if one.mediator is not None and not mediates(one.mediator, one)]
    for one in gone:
        case = held(one, *OPEN)
        case.mediator = None
        case.save(update_fields=["mediator"])
        _step(case, "left", None)
    return len(gone)


@transaction.atomic
def mediator_recuse(*, actor: User, case: Case) -> Case:
    """The mediator finds a tie to the case: someone else is to be named."""
    case = held(case, *OPEN)
    require_mediator(actor, case)
    case.mediator = None
    case.save(update_fields=["mediator"])
    _step(case, "recused", actor)
    return case


@transaction.atomic
def party_invite(*, actor: User, case: Case, side: str, called: str, email: str = "") -> Party:
    """Invite someone to take part: by their account where ``email`` has one, else by the link of the invitation, which the mediator hands over."""
    case = held(case, State.TAKEN, State.RUNNING)
    require_mediator(actor, case)
    if side not in Party.Side.values:
        raise InputError(Text("de quel côté ?", "on which side?"))
    user = User.objects.filter(email=email.strip().lower(), is_active=True).first() if email.strip() else None
    if user is not None and (user.pk == case.mediator_id or case.parties.filter(user=user).exists()):
        raise InputError(Text("cette personne est déjà de la médiation", "this person is in the mediation already"))
    made = Party.objects.create(
        case=case, side=side, called=cleaned(called, longest=120, least=2, one_line=True), invitation=token(),
        invited_at=timezone.now(),
    )  # fmt: skip
    if user is not None:
        assert made.invitation is not None
        notices.notify(user, "mediation.invited", made.invitation, key=f"{case.reference}:{made.pk}")
    return made


@transaction.atomic
def invitation_answer(*, actor: User, invitation: str, accept: bool) -> Party:
    """Whoever holds an invitation joins the case, or declines; it serves once. Raises InputError."""
    require(actor, "mediation.ask")
    party = Party.objects.select_for_update(of=("self",)).filter(invitation=invitation).select_related("case").first()
    if party is None:
        raise InputError(
            Text(
                "cette invitation a déjà servi, ou n'existe pas",
                "this invitation has served already, or does not exist",
            )
        )
    case = held(party.case, State.TAKEN, State.RUNNING)
    if actor.pk == case.mediator_id:
        raise InputError(Text("vous êtes la médiatrice ou le médiateur", "you are the mediator"))
    now = timezone.now()
    party.invitation = None
    if accept:
        party.user, party.joined_at = actor, now
    else:
        party.left_at = now
    try:
        with transaction.atomic():
            party.save()
    except IntegrityError:
        raise InputError(
            Text("vous êtes déjà partie à cette médiation", "you are a party to this mediation already")
        ) from None
    if accept and case.state == State.TAKEN and party.side == Party.Side.SERVICE:
        case.state = State.RUNNING
        case.save(update_fields=["state"])
    _step(case, "joined" if accept else "refused", None)
    _tell_mediator(case, f"party:{party.pk}")
    return party


def _tell_mediator(case: Case, key: str) -> None:
    if case.mediator is not None:
        notices.notify(case.mediator, "mediation.news", case.reference, key=f"{case.reference}:{key}"[:70])


@transaction.atomic
def party_leave(*, actor: User, case: Case) -> Party:
    """A party leaves: mediation is free. Whoever asked withdraws the case by leaving."""
    case = held(case, *OPEN)
    seat = require_seat(actor, case)
    if seat.party is None:
        raise InputError(Text("récusez-vous plutôt", "recuse yourself rather"))
    seat.party.left_at = timezone.now()
    seat.party.save(update_fields=["left_at"])
    if case.asker_id == actor.pk:
        _end(case, State.WITHDRAWN)
        _step(case, "withdrawn", actor)
    _tell_mediator(case, f"left:{seat.party.pk}")
    return seat.party


def _end(case: Case, state: str) -> None:
    case.state, case.closed_at = state, timezone.now()
    case.forget_on = add_months(today(), terms_of(case).component.retention_months)
    case.save()


@transaction.atomic
def case_decline(*, actor: User, case: Case, why: str) -> Case:
    """The mediator finds that it is no matter for mediation, and tells whoever asked why."""
    case = held(case, State.TAKEN)
    require_mediator(actor, case)
    case.summary = cleaned(why, longest=LONGEST, least=LEAST)
    _end(case, State.DECLINED)
    _step(case, "declined", actor)
    _tell_parties(case, "declined")
    return case


@transaction.atomic
def case_close(*, actor: User, case: Case, outcome: str, summary: str) -> Case:
    """End a case: agreement, agreement in part, or none. What was agreed is written for its parties."""
    case = held(case, State.TAKEN, State.RUNNING)
    require_mediator(actor, case)
    if outcome not in Case.Outcome.values:
        raise InputError(Text("dites ce qui en est sorti", "say what came of it"))
    if (
        outcome != Case.Outcome.NONE
        and not case.parties.filter(side=Party.Side.SERVICE, joined_at__isnull=False).exists()
    ):
        raise InputError(
            Text(
                "le service n'a pas pris part : il n'y a pas d'accord",
                "the service took no part: there is no agreement",
            )
        )
    case.outcome, case.summary = outcome, cleaned(summary, longest=LONGEST, least=LEAST)
    _end(case, State.CLOSED)
    _step(case, "closed", actor)
    _tell_parties(case, "closed")
    return case


def _tell_parties(case: Case, key: str) -> None:
    for party in case.parties.filter(user__isnull=False, left_at__isnull=True).select_related("user").order_by("pk"):
        assert party.user is not None
        notices.notify(party.user, "mediation.news", case.reference, key=f"{case.reference}:{key}:{party.pk}"[:70])


@transaction.atomic
def case_forget(*, case: Case) -> bool:
    """Destroy what was said: the key goes, and so do messages and names. Dates, state and outcome stay, for the counts."""
    case = held(case)
    if case.forgotten_at is not None:
        return False
    case.messages.all().delete()
    for proposal in case.proposals.order_by("pk"):
        proposal.replies.all().delete()
        proposal.delete()
    case.parties.all().delete()
    Step.objects.filter(case=case).update(actor=None)
    subject_erase(subject=case.subject)
    Case.objects.filter(pk=case.pk).update(
        forgotten_at=timezone.now(), asker=None, mediator=None, organisation=None, service=""
    )
    return True
