"""Who follows a process learns when its consultations open, close and bear fruit; closed, they are owed an answer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from mandat import journal
from mandat.apps.accounts.models import User
from mandat.apps.answers.models import Duty
from mandat.apps.community.models import Event
from mandat.apps.consultations.held import Held, held
from mandat.apps.consultations.services import drafting
from mandat.apps.consultations.services.day import day_pass
from mandat.apps.consultations.services.surveys import step_save, survey_send
from mandat.apps.participation import definitions
from mandat.apps.participation.schema.contributions import Drafting, Survey
from mandat.apps.programme.services import programme_load
from mandat.definitions.folder import read_texts
from mandat.kernel.periods import PARIS
from tests.apps.consultations.examples import PROCESS
from tests.programmes_folder import texts

pytestmark = pytest.mark.django_db
FIRST = dt.datetime(2026, 11, 30, 12, 0, tzinfo=PARIS)
LAST = dt.datetime(2026, 12, 16, 0, 0, tzinfo=PARIS)


def news() -> list[str]:
    return list(Event.objects.filter(target="process:ensemble").order_by("pk").values_list("title_fr", flat=True))


@pytest.fixture
def pass_day(monday_of_november: Any) -> Callable[[dt.datetime], None]:
    """Come to a moment, and let the day's pass run."""

    def run(at: dt.datetime) -> None:
        monday_of_november.move_to(at)
        day_pass()

    return run


def answer(survey: Held[Survey], user: User) -> None:
    step_save(actor=user, held=survey, answers={"mode": "train"})
    survey_send(actor=user, held=survey)


def test_each_consultation_is_told_once_when_it_opens(programme: Any) -> None:
    day_pass()
    day_pass()
    told = [line for line in news() if "c'est ouvert" in line]
    assert told == [
        f"{title} (Ensemble) : c'est ouvert" for title in ("La charte", "Vos trajets", "La carte", "L'inventaire")
    ]
    assert Event.objects.get(title_en="Your journeys (Together): it is open").url == "/participer/ensemble/enquete/"


def test_a_survey_that_closed_is_told_with_its_results_and_owed_an_answer(
    survey: Held[Survey], joined: Callable[..., User], pass_day: Callable[[dt.datetime], None]
) -> None:
    answer(survey, joined())
    pass_day(FIRST)
    assert "Vos trajets (Ensemble) : les résultats sont publiés" in news()
    duty = Duty.objects.get()
    assert (duty.source, duty.kind, duty.body) == ("process:ensemble/enquete", "consultation", "conseil")
    assert (duty.owed_on, duty.due_on) == (dt.date(2026, 11, 30), dt.date(2027, 2, 28))
    assert (duty.title_fr, duty.process, duty.measures) == ("Ensemble : Vos trajets", "ensemble", [1])
    assert journal.entry(duty.fact_index).fact.kind == "answers.owed.v1"


def test_nobody_is_owed_an_answer_where_nobody_took_part(
    programme: Any, pass_day: Callable[[dt.datetime], None]
) -> None:
    day_pass()
    pass_day(LAST)
    assert sum(": c'est ouvert" not in line for line in news()) == 5, "four closings, and the text as it was"
    assert not Duty.objects.exists()


def test_the_day_passed_again_tells_and_owes_nothing_more(
    survey: Held[Survey], joined: Callable[..., User], pass_day: Callable[[dt.datetime], None]
) -> None:
    answer(survey, joined())
    pass_day(FIRST)
    before = news()
    pass_day(FIRST + dt.timedelta(hours=1))
    assert news() == before
    assert Duty.objects.count() == 1


def test_a_text_is_told_when_votes_close_and_when_it_is_adopted(
    charter: Held[Drafting], joined: Callable[..., User], pass_day: Callable[[dt.datetime], None]
) -> None:
    author, other = joined(name="Ada"), joined(name="Bob")
    made = drafting.amendment_propose(
        actor=author, held=charter, kind="change", article="duree", body="La charte dure cinq ans. Elle est relue chaque année.",
        reason="Trois ans passent trop vite.",
    )  # fmt: skip
    for user in (author, other):
        drafting.amendment_vote(actor=user, held=charter, amendment=made, choice="for")
    pass_day(LAST)
    said = [line for line in news() if line.startswith("La charte")]
    assert said == [
        "La charte (Ensemble) : c'est ouvert",
        "La charte (Ensemble) : les votes sont clos",
        "La charte (Ensemble) : le texte adopté est publié",
    ]
    assert Duty.objects.get(source="process:ensemble/charte").due_on == dt.date(2027, 3, 16)


def test_a_component_with_a_duty_of_its_own_is_answered_by_its_own_deadline(
    programme: Any, joined: Callable[..., User], pass_day: Callable[[dt.datetime], None]
) -> None:
    own = PROCESS.replace(
        "    cross: [mode]\n", "    cross: [mode]\n    answer: {body: conseil, days: 30, delivery_months: 6}\n"
    )
    assert own != PROCESS
    programme_load(folder=read_texts(texts() | {"processes/ensemble.yaml": own.encode()}))
    definitions._read.cache_clear()
    answer(held("ensemble", "enquete", Survey), joined())
    pass_day(FIRST)
    duty = Duty.objects.get()
    assert (duty.body, duty.due_on, duty.delivery_by) == ("conseil", dt.date(2026, 12, 30), dt.date(2027, 6, 30))


def test_the_page_of_a_closed_consultation_says_who_answers_and_by_when(
    survey: Held[Survey], joined: Callable[..., User], client: Any, pass_day: Callable[[dt.datetime], None]
) -> None:
    answer(survey, joined())
    pass_day(FIRST)
    page = client.get("/consultations/ensemble/enquete/questionnaire/resultats/").content.decode()
    assert Duty.objects.get().reference in page
    assert "28 février 2027" in page.replace("\u00a0", " ")
