"""Labels are granted by decisions, renewed by later ones, and end: by time, by their holder, or by a procedure of withdrawal."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from mandat.apps.accounts import notices
from mandat.apps.accounts.models import User
from mandat.apps.grants.models import Case, Decision
from mandat.apps.grants.schema import Scheme
from mandat.apps.grants.terms import SCHEMES
from mandat.apps.organisations.models import Member, Rank
from mandat.apps.programme.terms import Terms
from mandat.apps.registers.models import Label, Period, Withdrawal
from mandat.apps.registers.services.common import append, check_holder, check_service, line, said, today
from mandat.kernel.errors import InputError
from mandat.kernel.periods import add_months
from mandat.kernel.text import Text

#: A fair procedure: the holder has at least this long to answer (CRPA L122-1).
ANSWER_DAYS = 15
LONGEST = 4000
Why = Label.Why


def terms_of(label: Label) -> Terms[Scheme]:
    """The label's definition in the version of its last decision."""
    case = label.periods.select_related("case").order_by("-since", "-pk")[0].case
    return SCHEMES.at(case.programme, case.scheme, case.scheme_version)


def case_decided(case: Case, decision: Decision) -> None:
    """A label awarded is held from the day of the decision; one held already goes on from its end. Called in the decision's transaction."""
    terms = SCHEMES.at(case.programme, case.scheme, case.scheme_version)
    label = terms.document.label
    if label is None or decision.outcome != Decision.Outcome.AWARDED:
        return
    if case.applicant is None:
        raise InputError(Text("un label est tenu par un organisme", "a label is held by an organisation"))
    day = decision.decided_on
    # A label whose last day has passed has ended, whether or not the daily task has said so yet.
    held = (
        Label.objects.select_for_update(of=("self",))
        .filter(programme=case.programme, scheme=case.scheme, holder=case.applicant, ended_on__isnull=True)
        .first()
    )
    if held is not None and held.until < day:
        _end(held, Why.EXPIRED, add_day(held.until))
        held = None
    since = day if held is None else max(day, add_day(held.until))
    until = add_months(since, label.valid_months) - dt.timedelta(days=1)
    kind = "labels.granted.v1" if held is None else "labels.renewed.v1"
    if held is None:
        held = Label.objects.create(
            programme=case.programme, scheme=case.scheme, reference=case.reference, holder=case.applicant,
            commune=case.applicant.commune, since=since, until=until, synthetic=case.synthetic,
        )  # fmt: skip
    else:
        held.until = until
        held.save(update_fields=["until"])
    [entry] = append(
        line(
            kind, case.programme, terms, on=day, subject=held.reference, area=case.applicant.area,
            quantity=Decimal(1), unit="label", synthetic=case.synthetic,
            data={
                "label": case.scheme, "title": terms.document.title.fr, "holder": case.applicant.name,
                "holder_siret": case.applicant.siret, "until": until.isoformat(), "record_sha256": decision.sha256,
            },
        )
    )  # fmt: skip
    Period.objects.create(label=held, case=case, since=since, until=until, decided_on=day, fact_index=entry.index)


def add_day(day: dt.date) -> dt.date:
    return day + dt.timedelta(days=1)


def _end(label: Label, why: str, day: dt.date) -> None:
    """Write the end of a label (locked), and its fact."""
    terms = terms_of(label)
    label.ended_on, label.ended_why = day, why
    label.save(update_fields=["ended_on", "ended_why"])
    append(
        line(
            "labels.ended.v1", label.programme, terms, on=day, subject=label.reference, area=label.holder.area,
            synthetic=label.synthetic,
            data={"label": label.scheme, "title": terms.document.title.fr, "holder": label.holder.name, "why": why},
        )
    )  # fmt: skip


def _held(label: Label) -> Label:
    """The label, locked. Raises InputError where it has ended."""
    found = Label.objects.select_for_update(of=("self",)).select_related("holder__subject").get(pk=label.pk)
    if found.ended_on is not None:
        raise InputError(Text("ce label est déjà terminé", "this label has already ended"))
    return found


@transaction.atomic
def label_give_up(*, actor: User, label: Label) -> Label:
    """Its holder no longer wants it, from today."""
    label = _held(label)
    check_holder(actor, label.holder)
    label.withdrawals.filter(decided_on__isnull=True).update(decided_on=today(), withdrawn=False)
    _end(label, Why.GIVEN_UP, today())
    return label


@transaction.atomic
def withdrawal_open(*, actor: User, label: Label, grounds: str, answer_by: dt.date) -> Withdrawal:
    """Say on which grounds a label may be withdrawn; its holder may answer until ``answer_by``, at least 15 days from today."""
    label = _held(label)
    check_service(actor, label.programme, label.scheme, label.holder)
    grounds = said(grounds, what=Text("les motifs", "the grounds"), longest=LONGEST)
    if answer_by < today() + dt.timedelta(days=ANSWER_DAYS):
        raise InputError(
            Text(
                f"laissez au moins {ANSWER_DAYS} jours pour répondre (CRPA L122-1)",
                f"leave at least {ANSWER_DAYS} days to answer (CRPA L122-1)",
            )
        )
    if label.withdrawals.filter(decided_on__isnull=True).exists():
        raise InputError(Text("une procédure est déjà ouverte", "a procedure is already open"))
    made = Withdrawal.objects.create(
        label=label, opened_on=today(), opened_by=actor, grounds=grounds, answer_by=answer_by
    )
    tell(label, "registers.withdrawal", key=f"{label.reference}:{made.pk}")
    return made


@transaction.atomic
def withdrawal_answer(*, actor: User, withdrawal: Withdrawal, text: str) -> Withdrawal:
    """The holder answers, until the decision: a late answer is still read."""
    label = _held(withdrawal.label)
    check_holder(actor, label.holder)
    withdrawal = _open(withdrawal)
    withdrawal.answer = said(text, what=Text("votre réponse", "your answer"), longest=LONGEST)
    withdrawal.answered_at = timezone.now()
    withdrawal.save()
    return withdrawal


@transaction.atomic
def withdrawal_decide(*, actor: User, withdrawal: Withdrawal, withdrawn: bool, motive: str) -> Withdrawal:
    """Withdraw the label or keep it, with the reasons, once the holder has answered or their time is over."""
    label = _held(withdrawal.label)
    check_service(actor, label.programme, label.scheme, label.holder)
    withdrawal = _open(withdrawal)
    if withdrawal.answered_at is None and today() <= withdrawal.answer_by:
        raise InputError(Text("le délai pour répondre n'est pas passé", "the time to answer is not over"))
    if withdrawal.opened_by_id == actor.pk:
        raise InputError(
            Text(
                "une autre personne que celle qui a ouvert la procédure décide",
                "someone else than who opened the procedure decides",
            )
        )
    withdrawal.motive = said(
        motive, what=Text("les motifs de la décision", "the reasons of the decision"), longest=LONGEST
    )
    withdrawal.decided_on, withdrawal.decided_by, withdrawal.withdrawn = today(), actor, withdrawn
    withdrawal.save()
    if withdrawn:
        _end(label, Why.WITHDRAWN, today())
    tell(label, "registers.decided", key=f"{label.reference}:{withdrawal.pk}")
    return withdrawal


def _open(withdrawal: Withdrawal) -> Withdrawal:
    found = (
        Withdrawal.objects.select_for_update(of=("self",))
        .select_related("label__holder__subject")
        .get(pk=withdrawal.pk)
    )
    if found.decided_on is not None:
        raise InputError(Text("cette procédure est close", "this procedure is closed"))
    return found


def tell(label: Label, kind: str, *, key: str) -> None:
    """Have the members who act for the holder told."""
    for member in Member.objects.filter(
        organisation=label.holder_id, rank__in=[Rank.OWNER, Rank.EDITOR]
    ).select_related("user"):
        notices.notify(member.user, kind, label.reference, key=f"{key}:{member.user_id}")


def labels_expire(*, on: dt.date) -> int:
    """End the labels whose last day is before ``on``, one transaction each. Returns how many."""
    due = list(
        Label.objects.filter(ended_on__isnull=True, until__lt=on).order_by("until", "pk").values_list("pk", flat=True)
    )
    done = 0
    for pk in due:
        with transaction.atomic():
            label = Label.objects.select_for_update(of=("self",)).select_related("holder").get(pk=pk)
            if label.ended_on is None and label.until < on:
                _end(label, Why.EXPIRED, add_day(label.until))
                done += 1
    return done


def renewals_remind(*, on: dt.date) -> int:
    """Tell the holders whose label ends soon, once for each end. Returns how many labels."""
    done = 0
    for label in Label.objects.filter(ended_on__isnull=True, until__gte=on).order_by("until", "pk"):
        terms = terms_of(label).document.label
        if (
            terms is None
            or label.until - dt.timedelta(days=terms.renew_before_days) > on
            or label.reminded_for == label.until
        ):
            continue
        with transaction.atomic():
            tell(label, "registers.renewal", key=f"{label.reference}:{label.until:%Y%m%d}")
            Label.objects.filter(pk=label.pk).update(reminded_for=label.until)
        done += 1
    return done
