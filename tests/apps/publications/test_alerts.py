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
from mandat.apps.community.digests import cutting, sending
from mandat.apps.community.digests.running import Run, digests_cut, digests_send
from mandat.apps.community.models import Digest, DigestDelivery, DigestSection, Event, Follow
from mandat.apps.community.services import events, follows
from mandat.apps.community.tasks import digests_share
from mandat.apps.programme.published import Published
from mandat.apps.publications.topics import topic
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text
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
    assert digests_send() == Run(0, 0, 0), "the first run tells nothing: there was no before"
    return clock


def follow(programme: Published, user: User, sort: str, code: str = "", pace: str = "instant") -> None:
    followed = topic(programme, sort, code)
    assert followed is not None
    follows.follow(user=user, target=followed.target, pace=pace)


def bodies() -> list[str]:
    return [str(message.body) for message in mail.outbox]


def test_a_figure_that_goes_back_is_told(ready: Any, programme: Published, person: Person) -> None:
    follow(programme, person(), "measure", "3")
    journal.append([observed("2025-01-09", "5")])
    assert digests_send().sent == 1
    [body] = bodies()
    assert "7,25" in body
    assert "engagements/3.3/pourquoi" in body
    assert "1 changement" in mail.outbox[0].subject or "2" in mail.outbox[0].subject


def test_a_commitment_that_becomes_late_is_told_without_any_fact(
    ready: Any, programme: Published, person: Person
) -> None:
    follow(programme, person(), "chapter", "sante")
    ready.move_to(dt.datetime(2026, 12, 1, 9, tzinfo=dt.UTC))
    run = digests_send()
    assert run.observed > 0
    assert run.sent == 1
    [body] = bodies()
    assert "3.5" in body, "a yearly goal missed in 2025"


def test_figures_nobody_updates_any_more_are_told(ready: Any, programme: Published, person: Person) -> None:
    follow(programme, person(), "measure", "1")
    ready.move_to(dt.datetime(2025, 1, 20, 9, tzinfo=dt.UTC))
    digests_send()
    stale = [body for body in bodies() if "1.1" in body]
    ready.move_to(dt.datetime(2027, 1, 20, 9, tzinfo=dt.UTC))
    digests_send()
    assert len(bodies()) > len(stale)


def test_bad_news_comes_before_facts(ready: Any, programme: Published, person: Person) -> None:
    follow(programme, person(), "all")
    journal.append([observed("2025-01-09", "5"), fact("3.1", "2025-01-09", data={"title": "Une ouverture"})])
    digests_send()
    [body] = bodies()
    assert body.index("7,25") < body.index("Une ouverture")


def test_what_is_told_once_is_not_told_again(ready: Any, programme: Published, person: Person) -> None:
    follow(programme, person(), "all")
    journal.append([fact("3.1", "2025-01-09")])
    assert digests_send().sent == 1
    assert digests_send() == Run(0, 0, 0)
    assert len(mail.outbox) == 1


def test_a_weekly_message_waits_for_its_week_and_gathers(ready: Any, programme: Published, person: Person) -> None:
    follow(programme, person(), "measure", "3", pace="weekly")
    for day in range(3):
        journal.append([fact("3.1", "2025-01-09", data={"title": f"Ouverture {day}"})])
        ready.shift(dt.timedelta(days=2))
        assert digests_send().sent == 0
    ready.shift(dt.timedelta(days=2))
    assert digests_send().sent == 1
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
    digests_send()
    assert {message.to[0] for message in mail.outbox} == {one.email, two.email, three.email}


def test_what_was_recorded_before_one_followed_is_not_told(ready: Any, programme: Published, person: Person) -> None:
    early, late = person("agent"), person("elected")
    follow(programme, early, "measure", "3")
    ready.shift(dt.timedelta(minutes=1))
    journal.append([fact("3.1", "2025-01-08", data={"title": "Avant"})])
    ready.shift(dt.timedelta(minutes=1))
    follow(programme, late, "measure", "3")
    ready.shift(dt.timedelta(minutes=1))
    journal.append([fact("3.1", "2025-01-09", data={"title": "Après"})])
    digests_send()
    told = {message.to[0]: str(message.body) for message in mail.outbox}
    assert "Avant" in told[early.email]
    assert "Avant" not in told[late.email]
    assert "Après" in told[late.email]


def test_a_message_is_written_once_for_all_who_receive_it(
    ready: Any, programme: Published, monkeypatch: pytest.MonkeyPatch
) -> None:
    users = User.objects.bulk_create(
        [User(email=f"n{n}@example.org", language="fr" if n % 2 else "en") for n in range(400)]
    )
    Follow.objects.bulk_create(
        [Follow(user=user, programme="essai", target="all:", pace="instant", since=START) for user in users]
    )
    journal.append([fact("3.1", "2025-01-09")])
    with CaptureQueriesContext(connection) as queries:
        assert digests_cut() == (0, 400)
    assert DigestSection.objects.count() == 1, "once for all languages and all who follow"
    assert len(queries) < 60
    written = []
    write = sending.write
    monkeypatch.setattr(sending, "write", lambda **given: written.append(given["language"]) or write(**given))
    assert digests_send().sent == 400
    assert sorted(written) == ["en", "fr"]


def test_languages_are_those_of_the_accounts(ready: Any, programme: Published, person: Person) -> None:
    english = person()
    User.objects.filter(pk=english.pk).update(language="en")
    follow(programme, english, "all")
    journal.append([observed("2025-01-09", "5")])
    digests_send()
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
        digests_send()
    assert len(mail.outbox) == 1
    assert digests_send().sent == 0, "those that were begun wait, in case another run still has them"
    ready.shift(sending.INTERRUPTED + dt.timedelta(seconds=1))
    assert digests_send().sent == 2
    assert {message.to[0] for message in mail.outbox} == {user.email for user in people}
    identifiers = [message.extra_headers["Message-ID"] for message in mail.outbox]
    assert len(set(identifiers)) == 3
    assert not DigestDelivery.objects.filter(sent_at__isnull=True).exists()


def test_a_crash_while_preparing_leaves_nothing_half_done(
    ready: Any, programme: Published, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    follow(programme, person(), "all")
    journal.append([fact("3.1", "2025-01-09")])
    with monkeypatch.context() as broken:
        broken.setattr(cutting, "_share", lambda *_: (_ for _ in ()).throw(RuntimeError("panne")))
        with pytest.raises(RuntimeError):
            digests_send()
    assert not Digest.objects.exists()
    assert not DigestSection.objects.exists()
    assert digests_send().sent == 1


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
    assert digests_send().sent == 1
    for _ in range(8):
        ready.shift(dt.timedelta(days=2))
        digests_send()
    assert [message.to[0] for message in mail.outbox].count(bad.email) == 0
    assert DigestDelivery.objects.filter(user=bad, given_up=True).exists()


def test_two_runs_never_take_the_same_message(ready: Any, programme: Published, person: Person) -> None:
    follow(programme, person(), "all")
    journal.append([fact("3.1", "2025-01-09")])
    digests_cut()
    [part] = sending.left("essai")
    sending._fill(part)
    sending._fill(part)
    assert len(sending._claim(part, START)) == 1
    assert not sending._claim(part, START)


def test_answers_come_first_and_the_same_news_is_told_once(ready: Any, programme: Published, person: Person) -> None:
    user = person()
    follow(programme, user, "measure", "3")
    follow(programme, user, "chapter", "sante")
    journal.append([fact("3.1", "2025-01-09", data={"title": "Une ouverture"})])
    said = Text("Réponse acceptée : un car le dimanche", "Answer accepted: a coach on Sundays")
    for target in ("measure:3", "chapter:sante", "measure:1"):
        events.tell(target=target, title=said, url="/reponses/R-1/", at=START, answer=True, key="answer:R-1")
    events.tell(target="measure:3", title=Text("Réunion", "Meeting"), url="/x/", at=START, key="meeting:1")
    gone = Text("Retirée", "Withdrawn")
    events.tell(target="measure:3", title=gone, url="/y/", at=START, key="gone:1")
    events.withdraw(key="gone:1")
    assert digests_send().sent == 1
    [body] = bodies()
    assert body.count("car le dimanche") == body.count("Une ouverture") == 1
    assert body.index("car le dimanche") < body.index("Réunion") < body.index("Une ouverture")
    assert "Retirée" not in body
    assert mail.outbox[0].subject.startswith("Mandat – 1 réponse")
    assert digests_send().sent == 0
    assert Event.objects.filter(told_instant=1).count() == 5


def test_a_daily_digest_goes_once_a_day_of_the_calendar(ready: Any, programme: Published, person: Person) -> None:
    follow(programme, person(), "measure", "3", pace="daily")
    journal.append([fact("3.1", "2025-01-09")])
    assert digests_send().sent == 0, "not twice on the day the clock started"
    ready.move_to(dt.datetime(2025, 1, 11, 5, tzinfo=dt.UTC))
    assert digests_send().sent == 1
    journal.append([fact("3.1", "2025-01-09")])
    ready.move_to(dt.datetime(2025, 1, 11, 22, 59, tzinfo=dt.UTC))
    assert digests_send().sent == 0
    ready.move_to(dt.datetime(2025, 1, 11, 23, 1, tzinfo=dt.UTC))
    assert digests_send().sent == 1, "it is the next day in Paris"


def test_who_wants_no_message_gets_none(ready: Any, programme: Published, person: Person) -> None:
    user = person()
    follow(programme, user, "measure", "3", pace="none")
    journal.append([fact("3.1", "2025-01-09")])
    assert digests_send().due == 0


def test_a_message_can_be_stopped_without_signing_in(
    ready: Any, programme: Published, person: Person, client: Client, settings: Any
) -> None:
    user = person()
    follow(programme, user, "all")
    journal.append([fact("3.1", "2025-01-09")])
    digests_send()
    [message] = mail.outbox
    address = str(message.extra_headers["List-Unsubscribe"]).strip("<>")  # type: ignore[attr-defined]
    assert message.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"  # type: ignore[attr-defined]
    assert address in str(message.body)
    assert user.email not in address
    path = address.removeprefix(settings.SITE_URL)
    page = client.get(path)
    assert page.status_code == 200
    assert Follow.objects.get().pace == "instant", "a visit changes nothing"
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(path, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert Follow.objects.get().pace == "none", "the list stays, messages stop"
    assert client.get(path).status_code == 200
    assert client.get(path[:-3] + "x/").status_code == 404
    journal.append([fact("3.1", "2025-01-09")])
    assert digests_send().sent == 0


def test_people_follow_change_and_stop_on_the_page(
    ready: Any, programme: Published, person: Person, client: Client
) -> None:
    user = person()
    address = "/suivre/measure/3/"
    assert "/compte/" in client.get(address).content.decode()
    assert client.post(address, {"pace": "instant"}).status_code == 302
    assert not Follow.objects.exists()
    client.force_login(user)
    client.post(address, {"pace": "instant"})
    assert Follow.objects.get().pace == "instant"
    client.post(address, {"pace": "weekly"})
    assert Follow.objects.get().pace == "weekly"
    client.post(address, {"pace": "hourly"})
    assert Follow.objects.get().pace == "weekly"
    page = client.get("/suivre/mes-suivis/").content.decode()
    assert "/suivre/measure/3/" in page
    assert "undefined" not in page + client.get(address).content.decode()
    assert client.get("/suivre/mes-alertes/").headers["Location"] == "/suivre/mes-suivis/"
    assert client.get("/suivre/area/commune:18033/").headers["Location"] == "/suivre/commune/18033/"
    assert client.post(address, {"pace": "daily", "back": "https://evil.example/"}).headers["Location"] == address
    assert client.post(address, {"pace": "daily", "back": "/mesures/3/"}).headers["Location"] == "/mesures/3/"
    client.post("/suivre/mes-suivis/", {"pace": "none"})
    assert Follow.objects.get().pace == "none"
    client.post("/suivre/mes-suivis/", {"target": "measure:3"})
    assert not Follow.objects.exists()
    client.post(address, {"pace": "weekly"})
    client.post(address, {"stop": "1"})
    assert not Follow.objects.exists()


def test_nobody_follows_beyond_reason(ready: Any, programme: Published, person: Person, monkeypatch: Any) -> None:
    monkeypatch.setattr(follows, "MOST", 1)
    user = person()
    follow(programme, user, "all")
    follow(programme, user, "all", pace="weekly")
    with pytest.raises(InputError, match="suivez déjà 1"):
        follow(programme, user, "measure", "1")


def test_an_account_takes_its_alerts_away_and_sees_them(ready: Any, programme: Published, person: Person) -> None:
    user = person()
    follow(programme, user, "measure", "3")
    assert account_export(user=user)["follows"][0]["target"] == "measure:3"
    journal.append([fact("3.1", "2025-01-09")])
    assert digests_cut() == (0, 1)
    user.delete()
    assert digests_send().sent == 0
    assert not DigestDelivery.objects.exists()
    assert Digest.objects.get().done_at is not None


def test_nothing_personal_is_in_the_words_of_a_message(ready: Any, programme: Published, person: Person) -> None:
    user = person()
    follow(programme, user, "all")
    journal.append([fact("3.1", "2025-01-09")])
    digests_send()
    kept = str(DigestSection.objects.values_list("body", flat=True).get())
    assert user.email not in kept + str(mail.outbox[0].body) + mail.outbox[0].subject


def test_html_is_escaped(ready: Any, programme: Published, person: Person) -> None:
    follow(programme, person(), "all")
    journal.append([fact("3.1", "2025-01-09", data={"title": "<script>alert(1)</script>"})])
    digests_send()
    text, [(html, _type)] = str(mail.outbox[0].body), mail.outbox[0].alternatives  # type: ignore[attr-defined]
    assert "<script>" not in html
    assert "<script>" in text
    assert not re.search(r"undefined|⟦", text + html)


def test_the_command_and_the_task_send(ready: Any, programme: Published, person: Person, capsys: Any) -> None:
    follow(programme, person(), "all")
    journal.append([fact("3.1", "2025-01-09")])
    call_command("digests_send")
    assert "sent: 1" in capsys.readouterr().out
    journal.append([fact("3.1", "2025-01-09")])
    digests_share.enqueue()
    assert len(mail.outbox) == 2
