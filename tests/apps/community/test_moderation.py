"""What people publish is moderated in the open: reported, held, decided under a rule, contested, answered by another."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from mandat import journal
from mandat.apps.accounts.models import Notice, User
from mandat.apps.community.models import ModerationCase, ModerationDecision, Report, State
from mandat.apps.community.moderation import Hold, checked
from mandat.apps.community.services import moderation
from mandat.journal import guard
from mandat.kernel.errors import InputError
from tests.apps.community.conftest import Wall
from tests.apps.rights.test_concurrency import at_once

WORDS = "Cette note dévoile l'adresse d'une personne."


@pytest.fixture
def reported(programme: Any, person: Callable[..., User], wall: Wall) -> ModerationCase:
    """A note that one person reported."""
    wall.put("n1", "Une note qui fâche quelqu'un.", person())
    moderation.report(actor=person(), kind="note", content="n1", reason="person", words="C'est moi.")
    return ModerationCase.objects.get()


def facts(kind: str) -> list[Any]:
    return [entry.fact for entry in journal.page(programme="essai", kind=kind, size=50).entries]


def test_a_report_waits_and_hides_nothing_by_itself(reported: ModerationCase, wall: Wall) -> None:
    assert (reported.state, reported.reports) == (State.VISIBLE, 1)
    assert reported.due_at is not None
    assert not wall.hidden


def test_the_same_person_reports_once(reported: ModerationCase, wall: Wall) -> None:
    again = Report.objects.get().reporter
    assert again is not None
    moderation.report(actor=again, kind="note", content="n1", reason="spam")
    assert Report.objects.get().reason == "person"
    assert ModerationCase.objects.get().reports == 1


def test_three_people_hold_a_content_until_someone_looks(
    reported: ModerationCase, person: Callable[..., User], wall: Wall
) -> None:
    for _one in range(2):
        moderation.report(actor=person(), kind="note", content="n1", reason="person")
    reported.refresh_from_db()
    assert (reported.state, reported.held_for) == (State.HELD, "reports")
    assert wall.hidden == {"n1"}
    assert Notice.objects.get().user == reported.author
    moderation.decide(actor=person("agent"), case=reported, outcome="keep", reason="person")
    assert not wall.hidden
    for _one in range(5):
        moderation.report(actor=person(), kind="note", content="n1", reason="person")
    assert not wall.hidden, "what someone looked at and kept is not hidden again by numbers alone"


def test_an_urgent_rule_holds_at_the_first_report(programme: Any, person: Callable[..., User], wall: Wall) -> None:
    wall.put("n1", "Une menace.", person())
    moderation.report(actor=person(), kind="note", content="n1", reason="illegal")
    case = ModerationCase.objects.get()
    assert (case.state, wall.hidden) == (State.HELD, {"n1"})
    assert case.due_at is not None
    assert case.due_at - timezone.now() < dt.timedelta(hours=24, minutes=1)


def test_nobody_reports_their_own(programme: Any, person: Callable[..., User], wall: Wall) -> None:
    author = person()
    wall.put("n1", "Ma note.", author)
    with pytest.raises(InputError, match="le vôtre"):
        moderation.report(actor=author, kind="note", content="n1", reason="spam")
    with pytest.raises(InputError, match="n'existe pas"):
        moderation.report(actor=author, kind="note", content="gone", reason="spam")
    with pytest.raises(InputError, match="règle de la charte"):
        moderation.report(actor=person(), kind="note", content="n1", reason="whatever")


def test_a_decision_says_why_and_is_a_fact_without_words(
    reported: ModerationCase, person: Callable[..., User], wall: Wall
) -> None:
    agent = person("agent")
    with pytest.raises(InputError, match="pourquoi"):
        moderation.decide(actor=agent, case=reported, outcome="hide", reason="person")
    with guard.acts():
        moderation.decide(actor=agent, case=reported, outcome="hide", reason="person", words=WORDS)
    reported.refresh_from_db()
    assert (reported.state, reported.due_at, wall.hidden) == (State.HIDDEN, None, {"n1"})
    assert Report.objects.get().upheld is True
    [fact] = facts("community.moderated.v1")
    assert (fact.data["outcome"], fact.data["reason"], fact.data["why"]) == ("hide", "person", "report")
    assert WORDS not in str(fact.data)
    assert str(reported.author) not in str(fact.data)
    assert Notice.objects.get().kind == "community.decided"


def test_the_first_agent_does_not_answer_the_appeal(
    reported: ModerationCase, person: Callable[..., User], wall: Wall
) -> None:
    first, second, author = person("agent"), person("agent"), reported.author
    assert author is not None
    moderation.decide(actor=first, case=reported, outcome="refuse", reason="person", words=WORDS)
    with pytest.raises(InputError, match="seul son auteur"):
        moderation.appeal(actor=second, case=reported, grounds="Je ne suis pas d'accord.")
    lodged = moderation.appeal(actor=author, case=reported, grounds="Cette adresse est celle d'une mairie.")
    with pytest.raises(InputError, match="recours attend"):
        moderation.decide(actor=second, case=reported, outcome="restore", reason="person")
    with pytest.raises(InputError, match="une autre personne"):
        moderation.appeal_decide(actor=first, appeal=lodged, upheld=False, words="Non, et non encore.")
    with guard.acts():
        moderation.appeal_decide(actor=second, appeal=lodged, upheld=True, words="C'est bien une mairie.")
    reported.refresh_from_db()
    assert (reported.state, wall.hidden) == (State.VISIBLE, set())
    assert [fact.data["upheld"] for fact in facts("community.appeal_decided.v1")] == [True]
    assert [fact.data["why"] for fact in facts("community.moderated.v1")] == ["appeal", "report"]
    with pytest.raises(InputError, match="déjà tranché"):
        moderation.appeal_decide(actor=person("agent"), appeal=lodged, upheld=False, words="Trop tard.....")


def test_an_appeal_has_its_time(
    reported: ModerationCase, person: Callable[..., User], monkeypatch: pytest.MonkeyPatch
) -> None:
    author = reported.author
    assert author is not None
    moderation.decide(actor=person("agent"), case=reported, outcome="hide", reason="person", words=WORDS)
    later = timezone.now() + dt.timedelta(days=61)
    monkeypatch.setattr(timezone, "now", lambda: later)
    with pytest.raises(InputError, match="délai"):
        moderation.appeal(actor=author, case=reported, grounds="Je ne suis pas d'accord.")


def test_agents_do_not_judge_their_own_words(programme: Any, person: Callable[..., User], wall: Wall) -> None:
    agent = person("agent")
    wall.put("n1", "La note d'un agent.", agent)
    moderation.report(actor=person(), kind="note", content="n1", reason="spam")
    with pytest.raises(InputError, match="le vôtre"):
        moderation.decide(actor=agent, case=ModerationCase.objects.get(), outcome="keep", reason="spam")


@pytest.mark.parametrize("role", ["", "member", "elected", "auditor"])
def test_who_may_not_moderate_is_refused(role: str, reported: ModerationCase, person: Callable[..., User]) -> None:
    actor = person(role) if role else person()
    with pytest.raises(PermissionDenied):
        moderation.decide(actor=actor, case=reported, outcome="keep", reason="person")


def test_what_was_decided_is_never_rewritten(reported: ModerationCase, person: Callable[..., User]) -> None:
    made = moderation.decide(actor=person("agent"), case=reported, outcome="keep", reason="person")
    for act in (lambda: ModerationDecision.objects.update(words="autre"), made.delete):
        with pytest.raises(IntegrityError), transaction.atomic():
            act()


def test_an_author_who_changes_a_text_has_it_looked_at_again(
    reported: ModerationCase, person: Callable[..., User], wall: Wall
) -> None:
    author = reported.author
    assert author is not None
    moderation.decide(actor=person("agent"), case=reported, outcome="change", reason="person", words=WORDS)
    assert moderation.changed(actor=person(), kind="note", content="n1") is None
    case = moderation.changed(actor=author, kind="note", content="n1")
    assert case is not None
    assert (case.state, case.due_at is not None) == (State.HELD, True)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_moderators_at_once_decide_once(reported: ModerationCase, person: Callable[..., User]) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("on SQLite writers queue")
    agents = [person("agent") for _one in range(4)]
    done = at_once(
        [
            lambda agent=agent: moderation.decide(  # type: ignore[misc]
                actor=agent, case=reported, outcome="hide", reason="person", words=WORDS, seen=0
            )
            for agent in agents
        ]
    )
    assert sum(done) == 1
    assert ModerationDecision.objects.count() == 1


def test_a_page_read_before_a_decision_decides_nothing(reported: ModerationCase, person: Callable[..., User]) -> None:
    moderation.decide(actor=person("agent"), case=reported, outcome="keep", reason="person", seen=0)
    with pytest.raises(InputError, match="quelqu'un d'autre"):
        moderation.decide(actor=person("agent"), case=reported, outcome="hide", reason="person", words=WORDS, seen=0)


class TestWhatIsHeldByItself:
    def old(self, person: Callable[..., User]) -> User:
        user = person()
        user.date_joined = timezone.now() - dt.timedelta(days=30)
        user.save()
        return user

    def test_links(self, programme: Any, person: Callable[..., User]) -> None:
        user = self.old(person)
        assert checked("Voyez https://example.org et www.example.com", author=user, kind="note") is None
        many = "a.fr b.com c.org https://d.example/x"
        assert checked(many, author=user, kind="note") == Hold(("links",))
        assert checked("Voyez example.org", author=person(), kind="note") == Hold(("links",))

    def test_the_same_text_again_whoever_writes_it(self, programme: Any, person: Callable[..., User]) -> None:
        text = "Signez toutes et tous cette proposition, elle changera la région !"
        assert checked(text, author=self.old(person), kind="note") is None
        assert checked(text.upper() + " ...", author=self.old(person), kind="other") == Hold(("repeated",))
        assert checked("Merci", author=person(), kind="note") is None
        assert checked("Merci", author=person(), kind="note") is None

    def test_words_in_disguise(self, programme: Any, person: Callable[..., User]) -> None:
        text = "Allez voir le site ехо pour tout savoir"
        assert checked(text, author=self.old(person), kind="note") == Hold(("look-alike",))

    def test_a_new_account_that_publishes_a_lot(self, programme: Any, person: Callable[..., User]) -> None:
        user = person()
        held = [checked(f"Une idée parmi d'autres, la numéro {n}", author=user, kind="note") for n in range(7)]
        assert held[:5] == [None] * 5
        assert held[5:] == [Hold(("new-account",))] * 2

    def test_the_author_is_told_and_a_person_looks(
        self, programme: Any, person: Callable[..., User], wall: Wall
    ) -> None:
        author = person()
        wall.put("n1", "Voyez example.org", author)
        case = moderation.hold(kind="note", content="n1", author=author, hold=Hold(("links",)))
        assert (case.state, wall.hidden) == (State.HELD, {"n1"})
        assert case.due_at is not None
        assert Notice.objects.get().kind == "community.held"
