"""Pages of following and moderation: who sees what, what they say, and that a form does what it says."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.template import Context, Template
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone

from mandat import journal
from mandat.apps.accounts.models import User
from mandat.apps.community import badges
from mandat.apps.community.models import Badge, Follow, ModerationCase, Suspension
from mandat.apps.community.services import counting, events, follows, moderation, suspensions
from mandat.apps.community.standing import check_may_publish
from mandat.journal import guard
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text
from tests.apps.community.conftest import Wall

WORDS = "Cette note dévoile l'adresse d'une personne."


@pytest.fixture
def reported(programme: Any, person: Callable[..., User], wall: Wall) -> ModerationCase:
    wall.put("n1", "Une note <b>qui</b> fâche quelqu'un.", person())
    moderation.report(actor=person(), kind="note", content="n1", reason="person", words="C'est <i>moi</i>.")
    return ModerationCase.objects.get()


#: Pages of agents, and the roles that open them.
MATRIX = {
    "community:queue": {"agent", "administrator"},
    "community:bureau_case": {"agent", "administrator"},
    "community:suspend": {"agent", "administrator"},
    "community:badges": {"administrator"},
    "answers:queue": {"agent", "elected", "administrator"},
    "answers:contested": {"agent", "auditor", "administrator"},
}
ROLES = ("inhabitant", "member", "agent", "elected", "auditor", "administrator")


@pytest.mark.parametrize("role", ROLES)
def test_each_page_of_agents_opens_to_its_roles_only(
    role: str, reported: ModerationCase, person: Callable[..., User], client: Client, settings: Any
) -> None:
    settings.MANDAT_DEMO = True  # no second factor to set up here: its own tests ask it
    visitor = Client()
    client.force_login(person(role))
    for name, roles in MATRIX.items():
        arguments = [reported.reference] if name in ("community:bureau_case", "community:suspend") else []
        address = reverse(name, args=arguments)
        assert client.get(address).status_code == (200 if role in roles else 403), (name, role)
        assert visitor.get(address).status_code == 302


def test_a_moderator_decides_on_the_page_and_its_author_contests(
    reported: ModerationCase, person: Callable[..., User], client: Client, wall: Wall, settings: Any
) -> None:
    settings.MANDAT_DEMO = True
    address = reverse("community:bureau_case", args=[reported.reference])
    client.force_login(person("agent"))
    page = client.get(address).content.decode()
    assert "&lt;b&gt;qui&lt;/b&gt;" in page
    assert "&lt;i&gt;moi" in page
    given = {"decide": "1", "outcome": "hide", "reason": "person", "words": WORDS, "seen": "0"}
    assert client.post(address, given | {"words": ""}).status_code == 422
    assert client.post(address, given).status_code == 302
    assert client.post(address, given).status_code == 422, "the page was read before somebody decided"
    author = reported.author
    assert author is not None
    client.force_login(author)
    mine = reverse("community:case", args=[reported.reference])
    assert WORDS.replace("'", "&#x27;") in client.get(mine).content.decode()
    assert client.post(mine, {"grounds": "C'est l'adresse d'une mairie."}).status_code == 302
    client.force_login(person("agent"))
    assert client.get(f"{reverse('community:queue')}?vue=recours").status_code == 200
    answer = {"answer": "1", "upheld": "yes", "words": "C'est bien une mairie."}
    assert client.post(address, answer).status_code == 302
    assert not wall.hidden
    client.force_login(person())
    assert client.get(mine).status_code == 404, "a case is its author's"


def test_the_charter_and_its_figures_are_public(
    reported: ModerationCase, person: Callable[..., User], client: Client
) -> None:
    moderation.decide(actor=person("agent"), case=reported, outcome="hide", reason="person", words=WORDS)
    page = client.get("/moderation/").content.decode()
    assert "Atteinte à une personne" in page
    assert "Décisions par règle" in page
    assert WORDS.split()[0] not in page.split("Atteinte à une personne")[0]
    assert client.get("/en/moderation/").status_code == 200


def test_anyone_signed_in_reports_once_the_page_is_sent(
    programme: Any, person: Callable[..., User], wall: Wall, client: Client
) -> None:
    wall.put("n1", "Une note.", person())
    address = reverse("community:report", args=["note", "n1"])
    assert client.get(address).status_code == 302
    client.force_login(person())
    assert client.get(reverse("community:report", args=["note", "gone"])).status_code == 404
    assert client.get(reverse("community:report", args=["nothing", "n1"])).status_code == 404
    assert client.post(address, {"reason": "unknown"}).status_code == 422
    assert client.post(address, {"reason": "spam", "words": "x" * 1001}).status_code == 422
    assert client.post(address, {"reason": "spam", "words": "Réclame\u200b."}).status_code == 302
    assert ModerationCase.objects.get().reported.get().words == "Réclame."


def test_a_flood_of_reports_is_stopped_in_words(
    programme: Any, person: Callable[..., User], wall: Wall, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mandat.apps.community.views.reporting.REPORTS_AN_HOUR", 2)
    client.force_login(person())
    for number in range(3):
        wall.put(f"n{number}", "Une note.", person())
        answer = client.post(reverse("community:report", args=["note", f"n{number}"]), {"reason": "spam"})
    assert answer.status_code == 422
    assert "envois en peu de temps" in answer.content.decode().replace("\u00a0", " ")
    assert ModerationCase.objects.count() == 2


def test_a_suspended_account_reads_why_and_may_not_publish(
    reported: ModerationCase, person: Callable[..., User], client: Client
) -> None:
    agent, author = person("agent"), reported.author
    assert author is not None
    with pytest.raises(PermissionDenied):
        suspensions.suspend(actor=person("elected"), user=author, days=3, reason="spam", words=WORDS)
    with pytest.raises(InputError, match="90 jours"):
        suspensions.suspend(actor=agent, user=author, days=91, reason="spam", words=WORDS)
    with guard.acts():
        held = suspensions.suspend(actor=agent, user=author, days=3, reason="spam", words=WORDS)
    with pytest.raises(InputError, match="ne peut pas publier"):
        check_may_publish(author)
    with pytest.raises(InputError, match="déjà suspendu"):
        suspensions.suspend(actor=agent, user=author, days=3, reason="spam", words=WORDS)
    [fact] = [
        entry.fact for entry in journal.page(programme="essai", kind="community.account_suspended.v1", size=5).entries
    ]
    assert set(fact.data) == {"reason", "rule", "days"}
    client.force_login(author)
    assert WORDS.split()[2] in client.get("/compte/moderation/").content.decode()
    with guard.acts():
        suspensions.lift(actor=agent, suspension=held)
    check_may_publish(author)
    assert Suspension.objects.get().lifted_by == agent


def test_a_button_follows_without_script(
    programme: Any, person: Callable[..., User], things: None, client: Client
) -> None:
    def button(user: Any) -> str:
        request = RequestFactory().get("/page/")
        request.user = user
        return Template("{% load community %}{% follow_button 'thing:a' %}").render(Context({"request": request}))

    user = person()
    assert "<form" not in button(AnonymousUser())
    assert 'action="/suivre/thing/a/"' in button(user)
    client.force_login(user)
    client.post("/suivre/thing/a/", {"pace": "weekly", "back": "/page/"})
    assert Follow.objects.get().target == "thing:a"
    assert 'name="stop"' in button(user)
    assert client.get("/suivre/thing/nothing/").status_code == 404
    assert client.post("/suivre/thing/nothing/", {"pace": "weekly"}).status_code == 404
    assert client.get("/suivre/unknown/a/").status_code == 404


def test_a_target_has_its_feed_and_its_calendar(programme: Any, things: None, client: Client) -> None:
    title = Text("Réunion ; à Blois, <b>salle</b> \\ 2", "Meeting; in Blois, <b>room</b> \\ 2")
    events.tell(target="thing:a", title=title, url="/moderation/", at=timezone.now(), key="m1", answer=True)
    feed = client.get("/suivre/thing/a/flux.atom")
    assert feed.headers["Content-Type"].startswith("application/atom+xml")
    assert "&lt;b&gt;salle" in feed.content.decode()
    assert "/en/moderation/" in client.get("/en/suivre/thing/a/flux.atom").content.decode()
    calendar = client.get("/suivre/thing/a/agenda.ics").content.decode()
    assert "SUMMARY;LANGUAGE=fr:Réunion \\; à Blois\\, <b>salle</b> \\\\ 2" in calendar.replace("\r\n ", "")
    assert all(len(line.encode()) <= 75 for line in calendar.split("\r\n"))
    events.withdraw(key="m1")
    assert "salle" not in client.get("/suivre/thing/a/flux.atom").content.decode()
    events.tell_again(key="m1")
    assert "salle" in client.get("/suivre/thing/a/").content.decode()


@pytest.mark.parametrize("url", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
def test_an_event_leads_to_this_site_only(url: str, programme: Any) -> None:
    with pytest.raises(ValueError, match="page of this site"):
        events.tell(target="thing:a", title=Text("a", "b"), url=url, at=timezone.now(), key="k")


def test_badges_say_in_words_who_speaks_for_whom(programme: Any, person: Callable[..., User]) -> None:
    user, admin = person("agent"), person("administrator")
    with pytest.raises(PermissionDenied):
        badges.badge_give(actor=person("agent"), user=user, kind="official", label=Text("Région", "Region"))
    badges.badge_give(actor=admin, user=user, kind="organisation", label=Text("Une association", "A society"))
    badges.badge_give(actor=admin, user=user, kind="official", label=Text("Région", "Region"))
    assert [badge.sort for badge in badges.badges_of(user)] == ["official", "organisation"]
    shown = Template("{% load community %}{% badges user %}").render(Context({"user": User.objects.get(pk=user.pk)}))
    assert "Région" in shown
    badges.badge_withdraw(actor=admin, user=user, kind="official")
    assert Badge.objects.count() == 1


def test_a_day_of_reports_is_one_fact(reported: ModerationCase) -> None:
    tomorrow = timezone.localdate() + dt.timedelta(days=1)
    with guard.acts():
        assert counting.count_days(today=tomorrow) == 1
    assert counting.count_days(today=tomorrow) == 0
    [fact] = [
        entry.fact for entry in journal.page(programme="essai", kind="community.reports_counted.v1", size=5).entries
    ]
    assert (fact.data["reports"], fact.data["held"]) == (1, 0)


def test_what_does_not_exist_cannot_be_followed(programme: Any, person: Callable[..., User], things: None) -> None:
    for target in ("thing:nothing", "unknown:a", "thing:", "thing:<b>", "thing", "THING:a", "thing:a/../b"):
        with pytest.raises(InputError, match="rien à suivre"):
            follows.follow(user=person(), target=target)
