"""Alerts: bad news is told, each message is written once, each person told once, and anyone stops with one click."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from mandat import journal
from mandat.apps.accounts.models import User
from mandat.apps.accounts.services import account_export
from mandat.apps.programme.published import Published
from mandat.apps.publications.alerts import composing, delivering, services
from mandat.apps.publications.alerts.running import Run, send_alerts
from mandat.apps.publications.models import Delivery, Mailing, Subscription
from mandat.apps.publications.tasks import alerts_send
from mandat.apps.publications.topics import topic
from mandat.kernel.errors import InputError
from tests.apps.publications.conftest import fact, observed

Person = Callable[..., User]
START = dt.datetime(2025, 1, 10, 9, tzinfo=dt.UTC)


@pytest.fixture
def clock(history: list[journal.Entry]) -> Any:
    """The day after the history, alerts having run once: what is told is what comes next."""
    with time_machine.travel(START, tick=False) as moving:
        yield moving


@pytest.fixture
def ready(clock: Any, programme: Published) -> Any:
    assert send_alerts(programme) == Run(0, 0, 0), "the first run tells nothing: there was no before"
    return clock


def follow(programme: Published, user: User, sort: str, code: str = "", pace: str = "instant") -> None:
    followed = topic(programme, sort, code)
    assert followed is not None
    services.subscribe(user=user, current=programme, topic=followed, pace=pace)


def bodies() -> list[str]:
    return [str(message.body) for message in mail.outbox]


def test_a_figure_that_goes_back_is_told(ready: Any, programme: Published, person: Person) -> None:
    follow(programme, person(), "measure", "3")
    journal.append([observed("2025-01-09", "5")])
    assert send_alerts(programme).sent == 1
    [body] = bodies()
    assert "7,25" in body
    assert "engagements/3.3/pourquoi" in body
    [mailing] = Mailing.objects.all()
    assert "3.3" in mailing.subject or "2" in mailing.subject


def test_a_commitment_that_becomes_late_is_told_without_any_fact(
    ready: Any, programme: Published, person: Person
) -> None:
    follow(programme, person(), "chapter", "sante")
    ready.move_to(dt.datetime(2026, 12, 1, 9, tzinfo=dt.UTC))
    run = send_alerts(programme)
    assert run.changes > 0
    assert run.sent == 1
    [body] = bodies()
    assert "3.5" in body, "a yearly goal missed in 2025"


def test_figures_nobody_updates_any_more_are_told(ready: Any, programme: Published, person: Person) -> None:
    follow(programme, person(), "measure", "1")
    ready.move_to(dt.datetime(2025, 1, 20, 9, tzinfo=dt.UTC))
    send_alerts(programme)
    stale = [body for body in bodies() if "1.1" in body]
    ready.move_to(dt.datetime(2027, 1, 20, 9, tzinfo=dt.UTC))
    send_alerts(programme)
    assert len(bodies()) > len(stale)


def test_bad_news_comes_before_facts(ready: Any, programme: Published, person: Person) -> None:
    follow(programme, person(), "all")
    journal.append([observed("2025-01-09", "5"), fact("3.1", "2025-01-09", data={"title": "Une ouverture"})])
    send_alerts(programme)
    [body] = bodies()
    assert body.index("7,25") < body.index("Une ouverture")


def test_what_is_told_once_is_not_told_again(ready: Any, programme: Published, person: Person) -> None:
    follow(programme, person(), "all")
    journal.append([fact("3.1", "2025-01-09")])
    assert send_alerts(programme).sent == 1
    assert send_alerts(programme) == Run(0, 0, 0)
    assert len(mail.outbox) == 1


def test_a_weekly_message_waits_for_its_week_and_gathers(ready: Any, programme: Published, person: Person) -> None:
    follow(programme, person(), "measure", "3", pace="weekly")
    for day in range(3):
        journal.append([fact("3.1", "2025-01-09", data={"title": f"Ouverture {day}"})])
        ready.shift(dt.timedelta(days=2))
        assert send_alerts(programme).sent == 0
    ready.shift(dt.timedelta(days=2))
    assert send_alerts(programme).sent == 1
    [body] = bodies()
    assert all(f"Ouverture {day}" in body for day in range(3))


def test_each_topic_is_told_to_those_who_follow_it_only(ready: Any, programme: Published, person: Person) -> None:
    one, two, three, four = person("agent"), person("elected"), person("auditor"), person("member")
    follow(programme, one, "measure", "2")
    follow(programme, two, "body", "conseil")
    follow(programme, three, "chapter", "sante")
    follow(programme, four, "measure", "1")
    journal.append(
        [
            fact(
                "2.1",
                "2025-01-09",
                kind="grants.awarded.v1",
                amount=Decimal(5),
                data={"beneficiary": "B", "purpose": "P"},
            )
        ]
    )
    send_alerts(programme)
    assert {message.to[0] for message in mail.outbox} == {one.email, two.email, three.email}


def test_what_was_recorded_before_one_followed_is_not_told(ready: Any, programme: Published, person: Person) -> None:
    early, late = person("agent"), person("elected")
    follow(programme, early, "measure", "3")
    journal.append([fact("3.1", "2025-01-08", data={"title": "Avant"})])
    follow(programme, late, "measure", "3")
    journal.append([fact("3.1", "2025-01-09", data={"title": "Après"})])
    send_alerts(programme)
    told = {message.to[0]: str(message.body) for message in mail.outbox}
    assert "Avant" in told[early.email]
    assert "Avant" not in told[late.email]
    assert "Après" in told[late.email]


def test_a_message_is_written_once_for_all_who_receive_it(ready: Any, programme: Published) -> None:
    users = User.objects.bulk_create(
        [User(email=f"n{n}@example.org", language="fr" if n % 2 else "en") for n in range(400)]
    )
    Subscription.objects.bulk_create(
        [Subscription(user=user, programme="essai", topic="all:", pace="instant", since_index=0) for user in users]
    )
    journal.append([fact("3.1", "2025-01-09")])
    with CaptureQueriesContext(connection) as queries:
        assert composing.compose(programme, pace="instant") == 400
    assert Mailing.objects.count() == 2, "one in each language"
    assert len(queries) < 25


def test_languages_are_those_of_the_accounts(ready: Any, programme: Published, person: Person) -> None:
    english = person()
    User.objects.filter(pk=english.pk).update(language="en")
    follow(programme, english, "all")
    journal.append([observed("2025-01-09", "5")])
    send_alerts(programme)
    [body] = bodies()
    assert "went back" in body
    assert "/en/engagements/3.3/pourquoi/" in body


def test_a_crash_before_handing_over_loses_nothing(
    ready: Any, programme: Published, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = [person(), person("agent"), person("elected")]
    for user in people:
        follow(programme, user, "all")
    journal.append([fact("3.1", "2025-01-09")])
    send = EmailBackend.send_messages
    count = 0

    def dies(backend: EmailBackend, messages: list[Any]) -> int:
        nonlocal count
        count += 1
        if count == 2:
            raise KeyboardInterrupt
        return send(backend, messages)

    monkeypatch.setattr(EmailBackend, "send_messages", dies)
    with pytest.raises(KeyboardInterrupt):
        send_alerts(programme)
    assert len(mail.outbox) == 1
    assert send_alerts(programme).sent == 1, "the one that was begun waits, in case another run still has it"
    ready.shift(delivering.INTERRUPTED + dt.timedelta(seconds=1))
    assert send_alerts(programme).sent == 1
    assert {message.to[0] for message in mail.outbox} == {user.email for user in people}
    identifiers = [message.extra_headers["Message-ID"] for message in mail.outbox]
    assert len(set(identifiers)) == 3
    assert not Delivery.objects.filter(sent_at__isnull=True).exists()


def test_a_crash_while_preparing_leaves_nothing_half_done(
    ready: Any, programme: Published, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    follow(programme, person(), "all")
    journal.append([fact("3.1", "2025-01-09")])
    with monkeypatch.context() as broken:
        broken.setattr(composing, "_deliveries", lambda *_: (_ for _ in ()).throw(RuntimeError("panne")))
        with pytest.raises(RuntimeError):
            send_alerts(programme)
    assert not Mailing.objects.exists()
    assert send_alerts(programme).sent == 1


def test_an_address_that_fails_holds_nobody_up_and_is_given_up_in_the_end(
    ready: Any, programme: Published, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad, good = person(), person("agent")
    for user in (bad, good):
        follow(programme, user, "all")
    send = EmailBackend.send_messages

    def picky(backend: EmailBackend, messages: list[Any]) -> int:
        if messages[0].to == [bad.email]:
            raise OSError("refused")
        return send(backend, messages)

    monkeypatch.setattr(EmailBackend, "send_messages", picky)
    journal.append([fact("3.1", "2025-01-09")])
    assert send_alerts(programme).sent == 1
    for _ in range(8):
        ready.shift(dt.timedelta(days=2))
        send_alerts(programme)
    assert [message.to[0] for message in mail.outbox].count(bad.email) == 0
    assert Delivery.objects.filter(user=bad, given_up=True).exists()


def test_two_runs_never_take_the_same_delivery(ready: Any, programme: Published, person: Person) -> None:
    follow(programme, person(), "all")
    journal.append([fact("3.1", "2025-01-09")])
    composing.compose(programme, pace="instant")
    [first] = Delivery.objects.all()
    [second] = Delivery.objects.all()
    assert delivering._take(first)
    assert not delivering._take(second)


def test_a_message_can_be_stopped_without_signing_in(
    ready: Any, programme: Published, person: Person, client: Client, settings: Any
) -> None:
    user = person()
    follow(programme, user, "all")
    journal.append([fact("3.1", "2025-01-09")])
    send_alerts(programme)
    [message] = mail.outbox
    address = str(message.extra_headers["List-Unsubscribe"]).strip("<>")  # type: ignore[attr-defined]
    assert message.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"  # type: ignore[attr-defined]
    assert address in str(message.body)
    assert user.email not in address
    path = address.removeprefix(settings.SITE_URL)
    page = client.get(path)
    assert page.status_code == 200
    assert Subscription.objects.count() == 1, "a visit changes nothing"
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(path, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert not Subscription.objects.exists()
    assert client.get(path).status_code == 200
    assert client.get(path[:-3] + "x/").status_code == 404
    journal.append([fact("3.1", "2025-01-09")])
    assert send_alerts(programme).sent == 0


def test_people_subscribe_change_and_stop_on_the_page(
    ready: Any, programme: Published, person: Person, client: Client
) -> None:
    user = person()
    address = "/suivre/measure/3/"
    assert "/compte/" in client.get(address).content.decode()
    assert client.post(f"{address}alerte/", {"pace": "instant"}).status_code == 302
    assert not Subscription.objects.exists()
    client.force_login(user)
    client.post(f"{address}alerte/", {"pace": "instant"})
    assert Subscription.objects.get().pace == "instant"
    client.post(f"{address}alerte/", {"pace": "weekly"})
    assert Subscription.objects.get().pace == "weekly"
    client.post(f"{address}alerte/", {"pace": "hourly"})
    assert Subscription.objects.get().pace == "weekly"
    page = client.get("/suivre/mes-alertes/").content.decode()
    assert "/suivre/measure/3/" in page
    assert "undefined" not in page + client.get(address).content.decode()
    client.post("/suivre/mes-alertes/", {"topic": "measure:3"})
    assert not Subscription.objects.exists()
    client.post(f"{address}alerte/", {"pace": "weekly"})
    client.post(f"{address}alerte/", {"stop": "1"})
    assert not Subscription.objects.exists()


def test_nobody_follows_beyond_reason(ready: Any, programme: Published, person: Person, monkeypatch: Any) -> None:
    monkeypatch.setattr(services, "MOST", 1)
    user = person()
    follow(programme, user, "all")
    follow(programme, user, "all", pace="weekly")
    with pytest.raises(InputError, match="alertes"):
        follow(programme, user, "measure", "1")


def test_an_account_takes_its_alerts_away_and_sees_them(ready: Any, programme: Published, person: Person) -> None:
    user = person()
    follow(programme, user, "measure", "3")
    assert account_export(user=user)["alerts"][0]["topic"] == "measure:3"
    journal.append([fact("3.1", "2025-01-09")])
    composing.compose(programme, pace="instant")
    user.delete()
    assert not Delivery.objects.exists()
    assert delivering.deliver() == 0


def test_nothing_personal_is_in_the_words_of_a_message(ready: Any, programme: Published, person: Person) -> None:
    user = person()
    follow(programme, user, "all")
    journal.append([fact("3.1", "2025-01-09")])
    send_alerts(programme)
    mailing = Mailing.objects.get()
    assert user.email not in mailing.text + mailing.html + mailing.subject


def test_html_is_escaped(ready: Any, programme: Published, person: Person) -> None:
    follow(programme, person(), "all")
    journal.append([fact("3.1", "2025-01-09", data={"title": "<script>alert(1)</script>"})])
    send_alerts(programme)
    mailing = Mailing.objects.get()
    assert "<script>" not in mailing.html
    assert "<script>" in mailing.text
    assert not re.search(r"undefined|⟦", mailing.text + mailing.html)


def test_the_command_and_the_task_send(ready: Any, programme: Published, person: Person, capsys: Any) -> None:
    follow(programme, person(), "all")
    journal.append([fact("3.1", "2025-01-09")])
    call_command("alerts_send")
    assert "sent: 1" in capsys.readouterr().out
    journal.append([fact("3.1", "2025-01-09")])
    alerts_send.enqueue()
    assert len(mail.outbox) == 2
