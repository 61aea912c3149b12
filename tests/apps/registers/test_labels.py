"""Labels: granted, renewed, given up, withdrawn after a fair procedure, and over in time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import call_command

from mandat import journal
from mandat.apps.accounts.models import Notice, User
from mandat.apps.organisations.models import Member, Organisation
from mandat.apps.registers.models import Label, Withdrawal
from mandat.apps.registers.services import labels
from mandat.kernel.errors import InputError
from tests.apps.registers.conftest import case, decide

GROUNDS = "Les achats de l'année dernière sont sous le seuil."


def kinds() -> list[str]:
    return [entry.fact.kind for entry in journal.iterate()]


@pytest.fixture
def label(tours: Organisation) -> Label:
    decide(case(tours))
    return Label.objects.get()


def test_a_decision_opens_a_label_for_the_months_of_its_definition(label: Label, tours: Organisation) -> None:
    assert (label.since, label.until) == (dt.date(2026, 11, 10), dt.date(2027, 11, 9))
    [entry] = [entry for entry in journal.iterate() if entry.fact.kind == "labels.granted.v1"]
    fact = entry.fact
    assert fact.data["holder"] == "Ville de Tours"
    assert fact.data["until"] == dt.date(2027, 11, 9)
    assert (fact.area, fact.subject, fact.measures) == ("commune:37261", label.reference, (1,))
    assert label.periods.get().fact_index == entry.index


def test_a_refusal_opens_nothing(tours: Organisation) -> None:
    decide(case(tours), "refused")
    assert not Label.objects.exists()
    assert "labels.granted.v1" not in kinds()


def test_a_label_is_held_by_an_organisation(programme: Any) -> None:
    with pytest.raises(InputError, match="organisme"):
        decide(case(None))
    assert not Label.objects.exists()


def test_a_renewal_begins_where_the_label_would_end(label: Label, tours: Organisation, clock: Any) -> None:
    clock.move_to(dt.datetime(2027, 10, 1, 10, 0, tzinfo=dt.UTC))
    decide(case(tours))
    label.refresh_from_db()
    assert label.until == dt.date(2028, 11, 9)
    assert [period.since for period in label.periods.all()] == [dt.date(2026, 11, 10), dt.date(2027, 11, 10)]
    assert kinds().count("labels.renewed.v1") == 1
    assert Label.objects.count() == 1


def test_a_label_asked_for_again_after_its_end_is_a_new_one(label: Label, tours: Organisation, clock: Any) -> None:
    clock.move_to(dt.datetime(2028, 1, 10, 10, 0, tzinfo=dt.UTC))
    decide(case(tours))
    label.refresh_from_db()
    assert (label.ended_why, label.ended_on) == ("expired", dt.date(2027, 11, 10))
    assert Label.objects.filter(ended_on__isnull=True).get().since == dt.date(2028, 1, 10)
    assert kinds().count("labels.ended.v1") == 1


def test_a_label_is_held_to_the_end_of_its_last_day(label: Label, clock: Any) -> None:
    clock.move_to(dt.datetime(2027, 11, 9, 22, 59, tzinfo=dt.UTC))  # 23:59 in Paris
    call_command("registers_day", stdout=__import__("io").StringIO())
    label.refresh_from_db()
    assert label.ended_on is None
    clock.move_to(dt.datetime(2027, 11, 9, 23, 1, tzinfo=dt.UTC))  # one minute past midnight
    assert labels.labels_expire(on=labels.today()) == 1
    assert labels.labels_expire(on=labels.today()) == 0
    label.refresh_from_db()
    assert (label.ended_why, label.ended_on) == ("expired", dt.date(2027, 11, 10))


def test_the_end_is_told_once_for_each_end(label: Label, member: User, clock: Any) -> None:
    assert labels.renewals_remind(on=dt.date(2027, 8, 10)) == 0
    assert labels.renewals_remind(on=dt.date(2027, 8, 11)) == 1
    assert labels.renewals_remind(on=dt.date(2027, 8, 12)) == 0
    assert Notice.objects.filter(user=member, kind="registers.renewal").count() == 1


def test_a_withdrawal_lets_the_holder_answer_first(
    label: Label, agent: User, other_agent: User, member: User, clock: Any
) -> None:
    with pytest.raises(InputError, match="15 jours"):
        labels.withdrawal_open(actor=agent, label=label, grounds=GROUNDS, answer_by=dt.date(2026, 11, 24))
    opened = labels.withdrawal_open(actor=agent, label=label, grounds=GROUNDS, answer_by=dt.date(2026, 11, 25))
    with pytest.raises(InputError, match="déjà ouverte"):
        labels.withdrawal_open(actor=agent, label=label, grounds=GROUNDS, answer_by=dt.date(2026, 11, 25))
    with pytest.raises(InputError, match="délai"):
        labels.withdrawal_decide(actor=other_agent, withdrawal=opened, withdrawn=True, motive="Seuil non tenu.")
    labels.withdrawal_answer(actor=member, withdrawal=opened, text="Les achats ont repris.")
    with pytest.raises(InputError, match="autre personne"):
        labels.withdrawal_decide(actor=agent, withdrawal=opened, withdrawn=True, motive="Seuil non tenu.")
    labels.withdrawal_decide(actor=other_agent, withdrawal=opened, withdrawn=True, motive="Seuil non tenu.")
    label.refresh_from_db()
    assert (label.ended_why, label.ended_on) == ("withdrawn", dt.date(2026, 11, 10))
    assert "labels.ended.v1" in kinds()
    assert Notice.objects.filter(user=member).count() == 2
    with pytest.raises(InputError, match="terminé"):
        labels.withdrawal_decide(actor=other_agent, withdrawal=opened, withdrawn=False, motive="Encore.")


def test_without_an_answer_the_time_given_must_be_over(
    label: Label, agent: User, other_agent: User, clock: Any
) -> None:
    opened = labels.withdrawal_open(actor=agent, label=label, grounds=GROUNDS, answer_by=dt.date(2026, 11, 25))
    clock.move_to(dt.datetime(2026, 11, 26, 9, 0, tzinfo=dt.UTC))
    labels.withdrawal_decide(actor=other_agent, withdrawal=opened, withdrawn=False, motive="Le seuil est tenu.")
    label.refresh_from_db()
    assert label.ended_on is None


def test_grounds_and_answers_are_sealed(label: Label, agent: User) -> None:
    opened = labels.withdrawal_open(actor=agent, label=label, grounds=GROUNDS, answer_by=dt.date(2026, 12, 1))
    stored = Withdrawal.objects.filter(pk=opened.pk).extra(select={"raw": "grounds"}).values_list("raw", flat=True)
    assert GROUNDS not in str(stored[0])
    assert Withdrawal.objects.select_related("label__holder__subject").get(pk=opened.pk).grounds == GROUNDS


def test_only_its_holder_gives_a_label_up(
    label: Label, member: User, orleans: Organisation, person: Callable[..., User]
) -> None:
    stranger, neighbour = person(), person()
    Member.objects.create(organisation=orleans, user=neighbour, rank="owner")
    for user in (stranger, neighbour):
        with pytest.raises(PermissionDenied):
            labels.label_give_up(actor=user, label=label)
    labels.label_give_up(actor=member, label=label)
    label.refresh_from_db()
    assert label.ended_why == "given-up"


def test_agents_of_other_schemes_or_of_the_holder_do_not_act(
    label: Label, tours: Organisation, agent: User, person: Callable[..., User]
) -> None:
    with pytest.raises(PermissionDenied):
        labels.withdrawal_open(actor=person("agent"), label=label, grounds=GROUNDS, answer_by=dt.date(2026, 12, 1))
    Member.objects.create(organisation=tours, user=agent, rank="reader")
    with pytest.raises(InputError, match="autre personne"):
        labels.withdrawal_open(actor=agent, label=label, grounds=GROUNDS, answer_by=dt.date(2026, 12, 1))
