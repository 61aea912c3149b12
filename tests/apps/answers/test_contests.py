"""Anyone may give another value for a figure, with its source; it is examined by a day, answered, and shown beside the figure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.test import Client
from django.utils import timezone

from mandat import journal
from mandat.apps.accounts.models import Notice, User
from mandat.apps.answers import keeping
from mandat.apps.answers.models import Contest
from mandat.apps.answers.services import contests
from mandat.apps.community.models import Event, ModerationCase
from mandat.apps.community.services import moderation
from mandat.journal import guard
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

WHY = "Deux des lieux comptés ne sont pas encore ouverts."
ANSWER = Text("Les deux lieux ont ouvert depuis, comme l'arrêté le montre.", "Both places have opened since.")


@pytest.fixture
def lodge(programme: Any, person: Callable[..., User]) -> Callable[..., Contest]:
    """Contest a figure: ``lodge(author=…)``."""

    def make(**more: Any) -> Contest:
        given: dict[str, Any] = {
            "actor": more.pop("author", None) or old(person()),
            "commitment": "1.1",
            "value": Decimal(2),
            "as_of": timezone.localdate(),
            "source_title": "Relevé d'un collectif",
            "source_url": "https://example.org/releve",
            "why": WHY,
        }
        return contests.contest(**(given | more))

    return make


def old(user: User) -> User:
    user.date_joined = timezone.now() - dt.timedelta(days=100)
    user.save()
    return user


def facts(kind: str) -> list[Any]:
    return [entry.fact for entry in journal.page(programme="essai", kind=kind, size=50).entries]


def test_a_contest_is_shown_beside_the_figure_without_a_name(
    lodge: Callable[..., Contest], client: Client, person: Callable[..., User]
) -> None:
    author = old(person())
    with guard.acts():
        held = lodge(author=author)
    assert held.due_on == timezone.localdate() + dt.timedelta(days=30)
    page = client.get("/engagements/1.1/pourquoi/").content.decode()
    assert WHY in page
    assert held.reference in page
    assert author.name not in page
    assert author.email not in page
    [fact] = facts("answers.figure_contested.v1")
    assert WHY not in str(fact.data)
    assert fact.measures == (1,)


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"source_url": ""}, "source"),
        ({"source_url": "http://example.org"}, "https"),
        ({"source_url": "javascript:alert(1)"}, "https"),
        ({"commitment": "99.9"}, "engagement inconnu"),
        ({"as_of": dt.date(2999, 1, 1)}, "avenir"),
        ({"value": Decimal("NaN")}, "ne peut pas être"),
        ({"value": Decimal(10) ** 13}, "ne peut pas être"),
        ({"why": "court"}, "20 caractères"),
        ({"why": "x" * 1_000_000}, "trop long"),
        ({"why": "Un mоt déguisé dans une phrase assez longue."}, "alphabets"),
    ],
)
def test_what_is_no_contest_is_refused_in_words(wrong: dict[str, Any], why: str, lodge: Callable[..., Contest]) -> None:
    with pytest.raises(InputError, match=why):
        lodge(**wrong)
    assert not Contest.objects.exists()
    assert not facts("answers.figure_contested.v1")


def test_markup_is_shown_as_text(lodge: Callable[..., Contest], client: Client) -> None:
    lodge(why="<script>alert(1)</script> et <b>gras</b> partout", source_title="<img src=x onerror=y>")
    page = client.get("/engagements/1.1/pourquoi/").content.decode()
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert "&lt;b&gt;gras" in page


def test_one_figure_is_contested_once_by_a_person_and_not_all_at_once(
    lodge: Callable[..., Contest], person: Callable[..., User], monkeypatch: pytest.MonkeyPatch
) -> None:
    author = old(person())
    lodge(author=author)
    with pytest.raises(InputError, match="déjà"):
        lodge(author=author)
    monkeypatch.setattr(contests.rule, "waiting", lambda: 1)
    with pytest.raises(InputError, match="d'abord être examinées"):
        lodge(author=author, commitment="2.1", why="Une tout autre raison, assez longue pour compter.")


def test_an_answer_is_public_and_its_author_told(
    lodge: Callable[..., Contest], person: Callable[..., User], client: Client
) -> None:
    held = lodge()
    with guard.acts():
        contests.contest_answer(actor=person("auditor"), contest=held, outcome="rejected", text=ANSWER)
    [fact] = facts("answers.contest_examined.v1")
    assert (fact.data["outcome"], fact.data["on_time"]) == ("rejected", True)
    assert "Les deux lieux ont ouvert" in client.get("/engagements/1.1/pourquoi/").content.decode()
    assert "opened since" in client.get(f"/en/contestations/{held.reference}/").content.decode()
    assert Event.objects.get().answer
    assert Notice.objects.get().kind == "answers.contest"
    with pytest.raises(InputError, match="déjà close"):
        contests.contest_answer(actor=person("agent"), contest=held, outcome="upheld", text=ANSWER)


def test_nobody_examines_their_own(lodge: Callable[..., Contest], person: Callable[..., User]) -> None:
    agent = old(person("agent"))
    held = lodge(author=agent)
    with pytest.raises(InputError, match="la vôtre"):
        contests.contest_answer(actor=agent, contest=held, outcome="upheld", text=ANSWER)


@pytest.mark.parametrize("role", ["", "member", "elected"])
def test_who_may_not_examine_is_refused(role: str, lodge: Callable[..., Contest], person: Callable[..., User]) -> None:
    held = lodge()
    with pytest.raises(PermissionDenied):
        contests.contest_answer(actor=person(role) if role else person(), contest=held, outcome="upheld", text=ANSWER)


def test_an_upheld_contest_leads_to_its_correction(lodge: Callable[..., Contest], person: Callable[..., User]) -> None:
    held = lodge()
    agent = person("agent")
    with pytest.raises(InputError, match="ne corrige pas"):
        contests.contest_answer(actor=agent, contest=held, outcome="upheld", text=ANSWER, correction=0)
    contests.contest_answer(actor=agent, contest=held, outcome="upheld", text=ANSWER)
    corrected = facts("answers.contest_examined.v1")
    index = journal.head().size - 1
    assert corrected
    with pytest.raises(PermissionDenied):
        contests.contest_correct(actor=person("auditor"), contest=held, correction=index)
    contests.contest_correct(actor=agent, contest=held, correction=index)
    assert [fact.data["correction"] for fact in facts("answers.figure_corrected.v1")] == [index]


def test_what_is_held_is_seen_by_its_author_and_examiners_only(
    lodge: Callable[..., Contest], person: Callable[..., User], client: Client
) -> None:
    author = person()
    held = lodge(author=author, why="Voyez https://example.com et jugez par vous-mêmes.")
    assert held.hidden
    assert ModerationCase.objects.get().state == "held"
    address = f"/contestations/{held.reference}/"
    assert client.get(address).status_code == 404
    assert held.reference not in client.get("/engagements/1.1/pourquoi/").content.decode()
    client.force_login(author)
    assert client.get(address).status_code == 200
    moderation.decide(actor=person("agent"), case=ModerationCase.objects.get(), outcome="keep", reason="spam")
    client.logout()
    assert client.get(address).status_code == 200


def test_an_account_takes_its_contests_and_leaves_no_name(
    lodge: Callable[..., Contest], person: Callable[..., User]
) -> None:
    author = old(person())
    done, waiting = lodge(author=author), lodge(author=author, commitment="2.1", why=f"{WHY} Et un troisième aussi.")
    contests.contest_answer(actor=person("agent"), contest=done, outcome="rejected", text=ANSWER)
    assert any("Relevé" in str(record) for record in _exported(author))
    _erased(author)
    done.refresh_from_db()
    waiting.refresh_from_db()
    assert (done.author, waiting.author) == (None, None)
    assert (done.state, waiting.state, waiting.why) == ("rejected", "withdrawn", "")


def _exported(user: User) -> list[Any]:
    return keeping._contests(user)


def _erased(user: User) -> None:
    with transaction.atomic():
        keeping._erase(user)


def test_people_contest_on_the_page(programme: Any, person: Callable[..., User], client: Client) -> None:
    address = "/engagements/1.1/contester/"
    assert client.get(address).status_code == 302
    client.force_login(old(person()))
    assert client.get(address).status_code == 200
    assert client.get("/engagements/9.9/contester/").status_code == 404
    given = {"value": "1 234,5", "as_of": "2025-01-10", "source_title": "Relevé public", "why": WHY}
    assert client.post(address, given).status_code == 422
    answer = client.post(address, given | {"source_url": "https://example.org/x"})
    assert answer.status_code == 302
    assert Contest.objects.get().value == Decimal("1234.5")
    assert "no-store" in client.get(address).headers["Cache-Control"]
