"""An answer is owed by a body, by a day; it is given once, amended in the open, and what it promises is followed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from mandat import journal
from mandat.apps.accounts.models import User
from mandat.apps.answers import chain, hooks, selectors
from mandat.apps.answers.models import Answer, Duty
from mandat.apps.answers.services import duties
from mandat.apps.answers.services.duties import Link
from mandat.apps.community.models import Event
from mandat.journal import guard
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text
from tests.apps.rights.test_concurrency import at_once

WORDS = Text("La Région ouvrira cette ligne dès le printemps.", "The Region will open this line in spring.")
TODAY = timezone.localdate


def facts(kind: str) -> list[Any]:
    return [entry.fact for entry in journal.page(programme="essai", kind=kind, size=50).entries]


def test_the_same_source_owes_one_answer(owed: Callable[..., Duty]) -> None:
    with guard.acts():
        first = owed()
    assert owed(in_days=90).pk == first.pk
    assert owed(kind="hearing").pk != first.pk
    assert len(facts("answers.owed.v1")) == 2
    assert "car" not in str(facts("answers.owed.v1")[0].data), "the title may be a person's words"


def test_an_answer_is_a_fact_with_its_days(
    owed: Callable[..., Duty], person: Callable[..., User], things: None
) -> None:
    duty = owed(in_days=5, since=10, measures=(1,), process="essai-p")
    with guard.acts():
        duties.answer(actor=person("agent"), duty=duty, text=WORDS, outcome="accepted")
    [fact] = facts("answers.given.v1")
    assert (fact.data["days"], fact.data["on_time"], fact.data["outcome"], fact.measures) == (
        10,
        True,
        "accepted",
        (1,),
    )
    duty.refresh_from_db()
    assert (duty.state, duty.answered_on) == (Duty.State.ANSWERED, TODAY())
    told = set(Event.objects.filter(answer=True).values_list("target", flat=True))
    assert told == {"thing:a", "process:essai-p", "body:conseil", "measure:1"}


def test_an_amendment_keeps_the_first_and_says_why(owed: Callable[..., Duty], person: Callable[..., User]) -> None:
    duty, agent = owed(), person("agent")
    duties.answer(actor=agent, duty=duty, text=WORDS, outcome="accepted")
    with pytest.raises(InputError, match="pourquoi"):
        duties.answer(actor=agent, duty=duty, text=WORDS, outcome="refused")
    duties.answer(actor=agent, duty=duty, text=WORDS, outcome="refused", because="Le budget n'a pas été voté.")
    assert list(duty.answers.order_by("rank").values_list("outcome", flat=True)) == ["accepted", "refused"]
    assert [fact.data["rank"] for fact in facts("answers.amended.v1")] == [2]
    for act in (lambda: Answer.objects.update(text_fr="x"), Answer.objects.all().delete):
        with pytest.raises(IntegrityError), transaction.atomic():
            act()
    assert Answer.objects.count() == 2


@pytest.mark.parametrize("role", ["", "member", "auditor"])
def test_who_may_not_answer_is_refused(role: str, owed: Callable[..., Duty], person: Callable[..., User]) -> None:
    actor = person(role) if role else person()
    with pytest.raises(PermissionDenied):
        duties.answer(actor=actor, duty=owed(), text=WORDS, outcome="accepted")


@pytest.mark.parametrize(
    ("link", "why"),
    [
        (Link("page", WORDS, "javascript:alert(1)"), "https"),
        (Link("page", WORDS, "//evil.example"), "https"),
        (Link("delivery", WORDS, fact=99_999), "n'existe pas"),
    ],
)
def test_links_lead_where_they_say(
    link: Link, why: str, owed: Callable[..., Duty], person: Callable[..., User]
) -> None:
    with pytest.raises(InputError, match=why):
        duties.answer(actor=person("agent"), duty=owed(), text=WORDS, outcome="accepted", links=[link])


def test_the_chain_goes_from_promise_to_delivery(
    owed: Callable[..., Duty], person: Callable[..., User], monkeypatch: pytest.MonkeyPatch
) -> None:
    agent, day = person("agent"), TODAY()
    monkeypatch.setattr(chain, "_TELLERS", {})
    chain.register("thing", lambda source: [chain.Step("money", day, Text("Autorisation votée", "Voted"), "/x/")])
    duty = owed(delivery_by=day + dt.timedelta(days=90))
    vote = Link("decision", Text("Délibération 12", "Decision 12"), "/faits/0/", fact=duty.fact_index, on=day)
    duties.answer(actor=agent, duty=duty, text=WORDS, outcome="accepted", links=[vote])
    steps = selectors.chain("thing:a")
    assert [step.stage for step in steps] == ["promise", "vote", "money", "delivery"]
    assert [step.done for step in steps] == [True, True, True, False]
    with guard.acts():
        duties.delivered(actor=agent, duty=duty, on=day, title=Text("Premier car", "First coach"))
    assert [step.done for step in selectors.chain("thing:a")] == [True] * 4
    assert facts("answers.delivered.v1")[0].data["on_time"] is True
    with pytest.raises(InputError, match="déjà"):
        duties.delivered(actor=agent, duty=duty, on=day, title=Text("Premier car", "First coach"))


def test_what_was_refused_delivers_nothing(owed: Callable[..., Duty], person: Callable[..., User]) -> None:
    duty, agent = owed(), person("agent")
    duties.answer(actor=agent, duty=duty, text=WORDS, outcome="refused")
    with pytest.raises(InputError, match="ne promet rien"):
        duties.delivered(actor=agent, duty=duty, on=TODAY(), title=Text("Un car", "A coach"))


def test_other_apps_are_told_in_the_transaction(
    owed: Callable[..., Duty], person: Callable[..., User], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(duty: Duty, answer: Answer) -> None:
        raise InputError(Text("non", "no"))

    monkeypatch.setattr(hooks, "_HOOKS", [refuse])
    with pytest.raises(InputError, match="non"):
        duties.answer(actor=person("agent"), duty=owed(), text=WORDS, outcome="accepted")
    assert not Answer.objects.exists()
    assert not facts("answers.given.v1")


def test_overdue_comes_first_and_bodies_are_compared(owed: Callable[..., Duty], person: Callable[..., User]) -> None:
    late = owed("thing:late", in_days=-3, body="lent")
    soon = owed("thing:soon", in_days=2)
    done = owed("thing:done", in_days=9, since=4)
    older = owed("thing:older", in_days=-30, body="lent")
    duties.answer(actor=person("agent"), duty=done, text=WORDS, outcome="explained")
    assert [one.pk for one in selectors.duties()] == [older.pk, late.pk, soon.pk, done.pk]
    assert [one.pk for one in selectors.overdue()] == [older.pk, late.pk]
    first, second = selectors.records()
    assert (first.body, first.owed, first.overdue, first.days) == ("lent", 2, 2, None)
    assert (second.given, second.in_time, round(second.days or 0)) == (1, 1, 4)


def test_the_pages_show_it(client: Client, owed: Callable[..., Duty], person: Callable[..., User]) -> None:
    duty = owed("thing:late", in_days=-3)
    listed = client.get("/reponses/").content.decode()
    assert "3\xa0jours de retard" in listed or "overdue" in listed or "3 jours" in listed
    assert duty.reference in listed
    duties.answer(actor=person("agent"), duty=duty, text=WORDS, outcome="partly")
    page = client.get(reverse("answers:duty", args=[duty.reference])).content.decode()
    assert "dès le printemps" in page
    assert client.get("/reponses/R-NOTHING/").status_code == 404
    assert "in spring" in client.get(f"/en/reponses/{duty.reference}/").content.decode()


def test_the_table_holds_no_formula(client: Client, owed: Callable[..., Duty]) -> None:
    duty = owed()
    Duty.objects.filter(pk=duty.pk).update(title_fr='=HYPERLINK("https://evil.example")')
    text = client.get("/reponses.csv").content.decode("utf-8-sig")
    assert duty.reference in text
    assert ",=HYPERLINK" not in text
    assert ',"=HYPERLINK' not in text


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_four_at_once_owe_one_answer(owed: Callable[..., Duty]) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("on SQLite writers queue")
    assert sum(at_once([owed] * 4)) == 4
    assert Duty.objects.count() == 1
    assert len(facts("answers.owed.v1")) == 1
