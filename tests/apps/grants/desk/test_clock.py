"""What the passing of days does: completions that lapse, silence, reminders; once each, at month's end and at the change of hour too."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
import time_machine

from mandat.apps.accounts.models import Notice, User
from mandat.apps.grants.machine import State
from mandat.apps.grants.models import Account, Case, Decision
from mandat.apps.grants.services import clock, delays, instructing, opinions, sending
from mandat.apps.grants.services.moving import terms_of, today
from mandat.journal import guard
from tests.apps.grants.desk import world

pytestmark = pytest.mark.usefixtures("programme")
PARIS = ZoneInfo("Europe/Paris")


def at(year: int, month: int, day: int, hour: int = 12, minute: int = 0) -> time_machine.travel:
    return time_machine.travel(dt.datetime(year, month, day, hour, minute, tzinfo=PARIS), tick=False)


def again(case: Case) -> Case:
    return Case.objects.get(pk=case.pk)


def sent(scheme: str = "aide-directe", *, day: tuple[int, int, int] = (2026, 1, 31), **values: object) -> Case:
    when = dt.datetime(*day, 12, tzinfo=PARIS)
    with time_machine.travel(when, tick=False):
        return world.case(scheme, submitted=when, **values)


def test_a_completion_never_sent_lapses_the_day_after_and_the_delay_runs_again() -> None:
    agent, case = world.posted("agathe", "instruct"), sent(day=(2026, 1, 5))
    with at(2026, 1, 6):
        instructing.case_accept(actor=agent, case=case)
    with at(2026, 1, 10):
        instructing.case_ask(actor=agent, case=case, text="Le devis.", until=dt.date(2026, 1, 30))
    with at(2026, 1, 30, 23, 59):
        assert clock.day_pass().done["lapsed"] == 0
    with at(2026, 1, 31, 0, 1):
        assert clock.day_pass().done["lapsed"] == 1
        assert clock.day_pass().done["lapsed"] == 0
    case = again(case)
    assert (case.state, case.suspended_days) == (State.SUBMITTED, 20)
    with at(2026, 2, 2):
        instructing.case_accept(actor=agent, case=case)
    assert again(case).due_on == dt.date(2026, 5, 5) + dt.timedelta(days=20)


def test_silence_refuses_an_aid_after_four_months_and_not_a_day_before() -> None:
    agent, case = world.posted("agathe", "instruct"), sent(day=(2025, 10, 31))
    with at(2025, 11, 3):
        instructing.case_accept(actor=agent, case=case)
    # Four months after 31 October: February has no 31st.
    assert again(case).due_on == dt.date(2026, 2, 28)
    with at(2026, 2, 28, 23, 59):
        clock.day_pass()
    assert again(case).state == State.COMPLETE
    with at(2026, 3, 1, 0, 1), guard.acts():
        run = clock.day_pass()
    assert (run.done["silence"], run.failed) == (1, 0)
    case = again(case)
    assert case.state == State.REFUSED
    decision = Decision.objects.select_related("case__subject").get(case=case)
    assert (decision.outcome, decision.by, decision.decided_by) == ("refused", "silence", None)
    assert "L231-4" in decision.motive
    with at(2026, 3, 2):
        assert clock.day_pass().done["silence"] == 0


def test_silence_speaks_too_where_nobody_ever_said_that_the_application_is_complete() -> None:
    case = sent(day=(2026, 1, 10))
    with at(2026, 2, 1):
        assert clock.day_pass().done["silence"] == 0
    with at(2026, 5, 11, 0, 5):
        assert clock.day_pass().done["silence"] == 1
    assert again(case).state == State.REFUSED


def test_silence_grants_a_label_where_the_law_says_so() -> None:
    agent, case = world.posted("agathe", "instruct"), sent("label-vert", day=(2026, 1, 10), computed=None)
    with at(2026, 1, 12):
        instructing.case_accept(actor=agent, case=case)
    with at(2026, 3, 11, 0, 5):
        run = clock.day_pass()
    assert (run.done["silence"], run.failed) == (1, 0)
    assert again(case).state == State.AWARDED
    last = case.moves.order_by("pk").last()
    assert last is not None
    assert (last.name, last.actor) == ("acquire", None)


def test_silence_grants_nothing_while_what_was_asked_never_came() -> None:
    agent, case = world.posted("agathe", "instruct"), sent("label-vert", day=(2026, 1, 10), computed=None)
    with at(2026, 1, 12):
        instructing.case_accept(actor=agent, case=case)
    with at(2026, 1, 20):
        instructing.case_ask(actor=agent, case=again(case), text="Un plan.", until=dt.date(2026, 2, 20))
    with at(2026, 2, 21):
        clock.day_pass()
    assert again(case).complete_on is None
    with at(2026, 12, 1):
        assert clock.day_pass().done["silence"] == 0
    assert again(case).state == State.SUBMITTED


@pytest.mark.parametrize("change", [dt.date(2026, 3, 29), dt.date(2026, 10, 25)])
def test_the_change_of_hour_moves_no_deadline(change: dt.date) -> None:
    """A day of 23 or 25 hours is a day; the last minute in Paris belongs to the applicant."""
    agent = world.posted("agathe", "instruct")
    start = change - dt.timedelta(days=20)
    case = sent(day=(start.year, start.month, start.day))
    with at(start.year, start.month, start.day, 15):
        instructing.case_accept(actor=agent, case=case)
        instructing.case_ask(actor=agent, case=again(case), text="Un devis.", until=change)
    with at(change.year, change.month, change.day, 23, 59):
        assert clock.day_pass().done["lapsed"] == 0
        assert today() == change
    after = change + dt.timedelta(days=1)
    with at(after.year, after.month, after.day, 0, 0):
        assert clock.day_pass().done["lapsed"] == 1
    assert again(case).suspended_days == 20


def test_whoever_owes_an_answer_is_reminded_once() -> None:
    agent = world.posted("agathe", "instruct")
    expert = world.posted("edith", "expert", "avis", "member")
    case, other = sent("avis", day=(2026, 1, 5)), sent(day=(2026, 1, 5))
    with at(2026, 1, 6):
        instructing.case_accept(actor=agent, case=case)
        opinions.opinion_ask(actor=agent, case=again(case), expert=expert, due_on=dt.date(2026, 1, 16))
        instructing.case_ask(actor=agent, case=other, text="Un devis.", until=dt.date(2026, 1, 20))
    with at(2026, 1, 7):
        run = clock.day_pass()
        assert (run.done["completions reminded"], run.done["opinions reminded"]) == (0, 0)
    Notice.objects.all().delete()
    with at(2026, 1, 14):
        clock.day_pass()
        clock.day_pass()
    told = sorted(Notice.objects.values_list("kind", "user"))
    assert told == sorted([("grants.completion_due", other.opened_by_id), ("grants.opinion_due", expert.pk)])
    Notice.objects.all().delete()
    with at(2026, 4, 25):
        clock.day_pass()
        clock.day_pass()
    assert ("grants.answer_due", agent.pk) in list(Notice.objects.values_list("kind", "user"))
    assert Notice.objects.filter(kind="grants.answer_due").count() == 1


def test_drafts_are_told_of_near_the_closing_of_their_call_and_accounts_near_their_day() -> None:
    draft, late = world.case("concours", state=State.DRAFT), world.case("aide-directe", state=State.DRAFT)
    running = world.case(state=State.RUNNING)
    Account.objects.create(case=running, code="bilan", due_on=dt.date(2026, 4, 20))
    with at(2026, 3, 28):
        clock.day_pass()
        clock.day_pass()
    kinds = list(Notice.objects.values_list("kind", "user").order_by("pk"))
    assert ("grants.closing", draft.opened_by_id) in kinds
    assert ("grants.closing", late.opened_by_id) not in kinds
    assert kinds.count(("grants.account_due", running.opened_by_id)) == 1


def test_one_case_that_fails_does_not_hold_up_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    agent = world.posted("agathe", "instruct")
    cases = [sent(day=(2025, 10, 10)) for _ in range(3)]
    with at(2025, 10, 11):
        for case in cases:
            instructing.case_accept(actor=agent, case=case)
    Case.objects.filter(pk=cases[1].pk).update(scheme_version=99)
    with at(2026, 2, 11):
        run = clock.day_pass()
    assert (run.done["silence"], run.failed) == (2, 1)
    assert [again(case).state for case in cases] == [State.REFUSED, State.COMPLETE, State.REFUSED]


def test_an_applicant_who_answers_in_time_is_not_lapsed() -> None:
    agent, case = world.posted("agathe", "instruct"), sent(day=(2026, 1, 5))
    with at(2026, 1, 6):
        instructing.case_ask(actor=agent, case=case, text="Précisez.", until=dt.date(2026, 1, 20))
    case.plan.filter(position=1).delete()  # the Region's own share is not the applicant's to write
    owner = User.objects.get(pk=case.opened_by_id)
    with at(2026, 1, 20, 23, 59):
        sending.case_submit(actor=owner, case=again(case))
    with at(2026, 1, 21):
        assert clock.day_pass().done["lapsed"] == 0
    case = again(case)
    assert case.state == State.SUBMITTED
    assert delays.received_on(case) == dt.date(2026, 1, 20)
    assert delays.due(case, terms_of(case).document) == dt.date(2026, 2, 4)
