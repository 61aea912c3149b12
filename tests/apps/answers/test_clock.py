"""The calendar marks what is overdue, once, in public; those who answer for a body are reminded."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from mandat import journal
from mandat.apps.accounts.models import Notice, User
from mandat.apps.answers.models import Duty
from mandat.apps.answers.services import clock, duties
from mandat.apps.community.services import follows
from mandat.journal import guard
from tests.apps.answers.test_duties import WORDS


def facts(kind: str) -> list[Any]:
    return [entry.fact for entry in journal.page(programme="essai", kind=kind, size=50).entries]


def test_what_is_overdue_is_a_fact_once(owed: Callable[..., Duty]) -> None:
    owed("thing:late", in_days=-1)
    owed("thing:today", in_days=0)
    with guard.acts(exempt=("accounts_notice",)):
        assert clock.run().overdue == 1
    assert clock.run().overdue == 0
    assert len(facts("answers.overdue.v1")) == 1


def test_overdue_answers_are_on_the_home_page(owed: Callable[..., Duty], client: Client) -> None:
    assert "en retard" not in client.get("/").content.decode().split('id="pillars"')[0].split('id="do"')[-1]
    duty = owed("thing:late", in_days=-1)
    page = client.get("/").content.decode()
    assert duty.reference in page
    assert "1 réponse est en retard" in page.replace("\u00a0", " ").replace("\u202f", " ")
    assert duty.reference in client.get("/en/").content.decode()


def test_a_promise_past_its_day_is_a_fact_once_and_shown(
    owed: Callable[..., Duty], person: Callable[..., User], client: Client
) -> None:
    duty = owed()
    yesterday = timezone.localdate() - dt.timedelta(days=1)
    duties.answer(actor=person("agent"), duty=duty, text=WORDS, outcome="accepted", delivery_by=yesterday)
    assert clock.run().deliveries_late == 1
    assert clock.run().deliveries_late == 0
    assert len(facts("answers.delivery_late.v1")) == 1
    assert (
        "n&#x27;est pas" in client.get("/reponses/").content.decode()
        or "retard" in client.get("/reponses/").content.decode()
    )
    assert "chain-late" in client.get(f"/reponses/{duty.reference}/").content.decode()


def test_those_who_answer_for_a_body_are_reminded_once_before_and_every_week_after(
    owed: Callable[..., Duty], person: Callable[..., User], things: None
) -> None:
    follower, other = person("agent"), person("agent")
    duty = owed(in_days=5)
    follows.Follow.objects.create(
        user=follower, programme="essai", target="body:conseil", pace="none", since=timezone.now()
    )
    day = timezone.localdate()
    for ahead in (0, 1, 6, 7, 12, 13):
        clock.remind(day + dt.timedelta(days=ahead))
    assert [notice.kind for notice in Notice.objects.order_by("pk")] == ["answers.due", "answers.late", "answers.late"]
    assert {notice.user for notice in Notice.objects.order_by("pk")} == {follower}
    assert Notice.objects.filter(reference=duty.reference).count() == 3
    follows.Follow.objects.all().delete()
    clock.remind(day + dt.timedelta(days=30))
    assert {notice.user for notice in Notice.objects.order_by("pk")} == {follower, other}


def test_the_command_runs_twice(owed: Callable[..., Duty], capsys: Any) -> None:
    owed(in_days=-1)
    call_command("answers_day")
    call_command("answers_day")
    said = capsys.readouterr().out
    assert "overdue: 1" in said
    assert "overdue: 0" in said
