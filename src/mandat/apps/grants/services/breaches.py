"""A breach of a condition and its fair procedure (CRPA L121-1, L122-1).

An agent says what is alleged: payments are suspended and the beneficiary has the document's days to answer. Then either nothing is held
against it, or it has the document's days to put things right. What is not put right is upheld by somebody else: part of the aid
is asked back as the document says, and new applications may be excluded for a time.
"""

from __future__ import annotations

import datetime as dt
from decimal import ROUND_FLOOR, Decimal

from django.db import transaction
from django.utils import timezone

from mandat.apps.accounts.models import User
from mandat.apps.grants import access
from mandat.apps.grants.machine import LIVE, State
from mandat.apps.grants.models import Breach, Case, ConditionCheck, ConditionRecord, Recovery
from mandat.apps.grants.schema import Condition
from mandat.apps.grants.services import conditions, recovery
from mandat.apps.grants.services.moving import held, move, terms_of, today
from mandat.apps.grants.services.releasing import comes_back
from mandat.apps.grants.services.stepping import step
from mandat.apps.grants.services.telling import tell_applicants
from mandat.apps.grants.terms import CONDITIONS
from mandat.apps.organisations.models import Organisation
from mandat.apps.programme.terms import Terms
from mandat.kernel.errors import InputError
from mandat.kernel.periods import add_months
from mandat.kernel.text import Text

Standing = ConditionRecord.Standing
Outcome = Breach.Outcome
EXAMINES = ("examine", "decide")


def _why(text: str) -> str:
    kept = text.strip()
    if not kept:
        raise InputError(Text("dites pourquoi", "say why"))
    if len(kept) > 10_000:
        raise InputError(Text("10 000 caractères au plus", "10,000 characters at most"))
    return kept


def terms_of_breach(breach: Breach) -> Terms[Condition]:
    """The condition, in the version the case holds."""
    return CONDITIONS.at(breach.case.programme, breach.record.condition, breach.record.version)


def _held(breach: Breach, actor: User, *verbs: str) -> tuple[Case, Breach]:
    """The case, then the breach, both locked. Raises PermissionDenied, then InputError where it is concluded."""
    case = held(breach.case)
    access.require_any(actor, case, verbs)
    found = (
        Breach.objects.select_for_update(of=("self",))
        .select_related("record", "case__subject", "case__applicant")
        .get(pk=breach.pk)
    )
    if found.outcome:
        raise InputError(Text("ce manquement est déjà conclu", "this breach is concluded already"))
    return case, found


@transaction.atomic
def condition_breach(*, actor: User, case: Case, condition: str, grounds: str) -> Breach:
    """Say that a condition is breached, on which ``grounds``. Payments stop until it is concluded; the beneficiary is told.

    A case that is closed may still be examined: what it received may have to be given back.
    """
    case = held(case)
    access.require_any(actor, case, EXAMINES)
    if case.state not in (*LIVE, State.CLOSED):
        raise InputError(Text("aucune aide n'est en cours", "no aid is under way"))
    grounds = _why(grounds)
    line = next((one for one in conditions.lines(case) if one.condition == condition), None)
    if line is None:
        raise InputError(
            Text(
                f"cette condition ne s'applique pas ici : {condition}",
                f"this condition does not apply here: {condition}",
            )
        )
    record = conditions.record_of(case, line, actor)
    if record.breaches.filter(outcome="").exists():
        raise InputError(Text("un manquement à cette condition est déjà examiné", "a breach of it is examined already"))
    day = today()
    breach = Breach.objects.create(
        record=record, case=case, grounds=grounds, opened_on=day, opened_by=actor,
        answer_by=day + dt.timedelta(days=line.document.breach.answer_days),
    )  # fmt: skip
    conditions._put(record, Standing.BREACHED, actor, breach.answer_by)
    if case.state in (State.AWARDED, State.RUNNING):
        move(case, "suspend", who="system", actor=None)
        case.save(update_fields=["state"])
    conditions.condition_fact("conditions.breach_opened.v1", case, line.terms, named=False)
    tell_applicants("breach", case, key=f"breach:{breach.pk}")
    return breach


@transaction.atomic
def breach_answer(*, actor: User, breach: Breach, text: str) -> Breach:
    """The beneficiary answers, also late: until it is concluded an answer is read."""
    case, breach = _held(breach, actor, "edit")
    breach.answer, breach.answered_at = _why(text), timezone.now()
    breach.save(update_fields=["answer", "answered_at"])
    step(case, "breach-answered")
    return breach


def _heard(breach: Breach) -> None:
    """Nothing is concluded against someone who could not answer yet."""
    if breach.answered_at is None and today() <= breach.answer_by:
        raise InputError(
            Text(
                f"le bénéficiaire peut répondre jusqu'au {breach.answer_by:%d/%m/%Y}",
                f"the beneficiary may answer until {breach.answer_by:%d/%m/%Y}",
            )
        )


@transaction.atomic
def remedy_ask(*, actor: User, breach: Breach) -> Breach:
    """After the answer, or the time for it: give the document's days to put things right. Once."""
    case, breach = _held(breach, actor, *EXAMINES)
    _heard(breach)
    days = terms_of_breach(breach).document.breach.remedy_days
    if breach.remedy_by is not None:
        raise InputError(Text("le délai pour réparer est déjà donné", "the time to put it right is given already"))
    if not days:
        raise InputError(
            Text("cette condition ne laisse pas de délai pour réparer", "this condition leaves no time to put it right")
        )
    breach.remedy_by = today() + dt.timedelta(days=days)
    breach.save(update_fields=["remedy_by"])
    conditions._put(breach.record, Standing.BREACHED, actor, breach.remedy_by)
    step(case, "remedy-asked")
    tell_applicants("breach", case, key=f"remedy:{breach.pk}")
    return breach


@transaction.atomic
def breach_dismiss(*, actor: User, breach: Breach, motive: str) -> Breach:
    """Nothing is held against the beneficiary: payments go on."""
    case, breach = _held(breach, actor, *EXAMINES)
    terms = terms_of_breach(breach)
    _conclude(breach, Outcome.DISMISSED, actor, motive)
    _settled(breach.record, Standing.MET, actor, motive)
    conditions.condition_fact("conditions.breach_dismissed.v1", case, terms, named=False)
    _resume(case)
    tell_applicants("breach", case, key=f"closed:{breach.pk}")
    return breach


@transaction.atomic
def condition_remedy(*, actor: User, case: Case, condition: str, note: str) -> ConditionRecord:
    """An agent finds that a breach is put right: payments go on. Also after its time, as long as nothing is upheld."""
    found = Breach.objects.filter(case=case, record__condition=condition, outcome="").first()
    if found is None:
        raise InputError(Text("aucun manquement n'est examiné", "no breach is examined"))
    case, breach = _held(found, actor, *EXAMINES)
    terms = terms_of_breach(breach)
    _conclude(breach, Outcome.REMEDIED, actor, note)
    _settled(breach.record, Standing.REMEDIED, actor, note)
    conditions.condition_fact("conditions.remedied.v1", case, terms, named=False)
    _resume(case)
    tell_applicants("breach", case, key=f"closed:{breach.pk}")
    return breach.record


@transaction.atomic
def breach_uphold(*, actor: User, breach: Breach, motive: str, unmet: Decimal | None = None) -> Breach:
    """Uphold a breach that was not put right: ask back what the document says of what was paid, and exclude for a time.

    Whoever decides did not open it. ``unmet`` is the share not met, in percent: needed where the recovery is pro rata; see ``over_time``.
    Raises InputError before the times to answer and to put things right are over.
    """
    case, breach = _held(breach, actor, "decide")
    if actor.pk == breach.opened_by_id:
        raise InputError(
            Text("une autre personne décide que celle qui a ouvert", "somebody else decides than who opened it")
        )
    _heard(breach)
    terms = terms_of_breach(breach)
    rule = terms.document.breach
    if rule.remedy_days and breach.remedy_by is None:
        raise InputError(Text("laissez d'abord le temps de réparer", "first leave the time to put it right"))
    if breach.remedy_by is not None and today() <= breach.remedy_by:
        raise InputError(
            Text(
                f"le bénéficiaire a jusqu'au {breach.remedy_by:%d/%m/%Y} pour réparer",
                f"the beneficiary has until {breach.remedy_by:%d/%m/%Y} to put it right",
            )
        )
    if rule.recovers == "pro-rata" and (unmet is None or not unmet.is_finite() or not 0 <= unmet <= 100):
        raise InputError(
            Text("dites quelle part n'est pas tenue, de 0 à 100 %", "say which share is not met, from 0 to 100%")
        )
    breach.unmet = Decimal(100) if rule.recovers == "whole" else (unmet if rule.recovers == "pro-rata" else None)
    if rule.excludes_months:
        breach.excluded_until = add_months(today(), rule.excludes_months)
    _conclude(breach, Outcome.UPHELD, actor, motive)
    conditions._put(breach.record, Standing.BREACHED, actor)
    conditions.condition_fact("conditions.breached.v1", case, terms, named=True, recovers=rule.recovers)
    kept = recovery.recoverable(case)
    share = breach.unmet or Decimal(0)
    back = int((kept * share / 100).to_integral_value(rounding=ROUND_FLOOR))
    if back and not comes_back(terms_of(case).document):
        recovery.announce(case, why=Recovery.Why.BREACH, cents=back, reason=breach.motive, actor=actor, breach=breach)
    elif rule.recovers == "none":
        _resume(case)
    tell_applicants("breach", case, key=f"closed:{breach.pk}")
    return breach


def _conclude(breach: Breach, outcome: str, actor: User, motive: str) -> None:
    breach.outcome, breach.motive, breach.closed_on, breach.closed_by = outcome, _why(motive), today(), actor
    breach.save()


def _settled(record: ConditionRecord, state: str, actor: User, note: str) -> None:
    """What was shown before is good again from today."""
    document = CONDITIONS.at(record.case.programme, record.condition, record.version).document
    done = conditions._shown(document, list(record.checks.order_by("pk")), today())
    again = [
        conditions._check(record, one, ConditionCheck.Result.MET, actor, note) for one in done if one.last is not None
    ]
    conditions._put(record, state, actor, conditions._due(again))


def _resume(case: Case) -> None:
    """Payments go on once no breach is open and none is upheld with money to give back."""
    if case.state != State.SUSPENDED or Breach.objects.filter(case=case, outcome="").exists():
        return
    move(case, "resume", who="system", actor=None)
    case.save(update_fields=["state"])


def over_time(starts: dt.date, ends: dt.date, since: dt.date) -> Decimal:
    """The share of a period not met when a condition is broken from ``since`` on, in percent of its days, rounded down to a hundredth."""
    days = (ends - starts).days + 1
    if days <= 0:
        raise InputError(Text("la période finit avant de commencer", "the period ends before it starts"))
    lost = min(max((ends - max(since, starts)).days + 1, 0), days)
    return (Decimal(lost) * 100 / days).quantize(Decimal("0.01"), rounding=ROUND_FLOOR)


def excluded_until(organisation: Organisation, *, on: dt.date | None = None) -> dt.date | None:
    """The day before which an organisation may not apply, after a breach that was upheld; None where it may."""
    found = Breach.objects.filter(
        case__applicant=organisation, outcome=Outcome.UPHELD, excluded_until__gt=on or today()
    )
    return found.order_by("-excluded_until").values_list("excluded_until", flat=True).first()


def exclusion_check(organisation: Organisation | None) -> None:
    """Raise InputError where an organisation may not apply now."""
    until = excluded_until(organisation) if organisation is not None else None
    if until is not None:
        raise InputError(
            Text(
                f"après un manquement à une condition, cet organisme ne peut demander d'aide avant le {until:%d/%m/%Y}",
                f"after a breach of a condition, this organisation may not apply before {until:%d/%m/%Y}",
            )
        )
