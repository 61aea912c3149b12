"""A referendum from its petition to its answer: the question checked, both sides alike, the vote, what follows."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from mandat import journal
from mandat.apps.accounts.models import User
from mandat.apps.answers.models import Duty
from mandat.apps.ballots.bulk import fill
from mandat.apps.ballots.models import Poll
from mandat.apps.ballots.services.closing import poll_close
from mandat.apps.bodies.models import AgendaRequest
from mandat.apps.participation.services.joining import participant_join
from mandat.apps.participation.standing import NotEntitled
from mandat.apps.petitions import running, voting
from mandat.apps.petitions.models import Petition, Referendum
from mandat.apps.petitions.services import referendums
from mandat.kernel.errors import InputError
from tests.apps.petitions.conftest import ORLEANS

pytestmark = pytest.mark.django_db
WHY = "Rien dans la question ne pousse à une réponse."


def facts(kind: str) -> list[Any]:
    return [entry for entry in journal.iterate() if entry.fact.kind == kind]


@pytest.fixture
def asked(opened: Callable[..., Petition], signed: Callable[..., Any]) -> Callable[..., Referendum]:
    def make() -> Referendum:
        petition = opened()
        signed(petition, 8)
        return Referendum.objects.get(petition=petition)

    return make


@pytest.fixture
def prepared(asked: Callable[..., Referendum], agent: User, person: Callable[..., User]) -> Callable[..., Referendum]:
    """A referendum whose sides have written."""

    def make() -> Referendum:
        found = referendums.question_check(actor=agent, referendum=asked(), outcome="neutral", reasons=WHY)
        against = person()
        referendums.writer_name(
            actor=agent, referendum=found, side="against", email=against.email, signed="Des riverains"
        )
        referendums.argument_save(actor=against, referendum=found, side="against", text="Elle coûte trop cher.")
        return found

    return make


def test_a_petition_that_crosses_its_threshold_asks_for_a_referendum_once(asked: Callable[..., Referendum]) -> None:
    found = asked()
    assert found.petition is not None
    assert (found.state, found.question) == ("checking", found.petition.request_text)
    assert AgendaRequest.objects.get(source=f"referendum:{found.reference}").body == "assemblee"
    assert referendums.referendum_ask(petition=found.petition).pk == found.pk
    assert len(facts("referendums.asked.v1")) == 1


def test_the_question_is_checked_by_others_with_public_reasons(
    asked: Callable[..., Referendum], author: User, person: Callable[..., User], agent: User
) -> None:
    found = asked()
    with pytest.raises(PermissionDenied):
        referendums.question_check(actor=author, referendum=found, outcome="neutral", reasons=WHY)
    with pytest.raises(PermissionDenied):
        referendums.question_check(actor=person("auditor"), referendum=found, outcome="neutral", reasons=WHY)
    with pytest.raises(InputError, match="au moins 20"):
        referendums.question_check(actor=agent, referendum=found, outcome="inadmissible", reasons="Non.")
    checked = referendums.question_check(actor=agent, referendum=found, outcome="inadmissible", reasons=WHY)
    assert checked.state == "inadmissible"
    with pytest.raises(InputError, match="pas à examiner"):
        referendums.question_check(actor=agent, referendum=found, outcome="neutral", reasons=WHY)


@pytest.mark.parametrize(("accept", "state"), [(True, "preparing"), (False, "inadmissible")])
def test_another_wording_is_the_authors_to_accept(
    accept: bool, state: str, asked: Callable[..., Referendum], author: User, agent: User, person: Callable[..., User]
) -> None:
    found = referendums.question_check(
        actor=agent,
        referendum=asked(),
        outcome="reword",
        reasons=WHY,
        proposed="Faut-il rouvrir la gare de Bourg-Neuf ?",
    )
    with pytest.raises(PermissionDenied):
        referendums.wording_answer(actor=person(), referendum=found, accept=True)
    found = referendums.wording_answer(actor=author, referendum=found, accept=accept)
    assert found.state == state
    assert (found.question == "Faut-il rouvrir la gare de Bourg-Neuf ?") is accept


def test_the_decision_of_the_body_in_session_is_the_check(asked: Callable[..., Referendum]) -> None:
    found = asked()

    class Request:
        source = f"referendum:{found.reference}"

    class Item:
        request = Request()
        text = "L'assemblée trouve la question neutre."

    running._decided(Item(), "postponed")
    found.refresh_from_db()
    assert found.state == "checking"
    running._decided(Item(), "adopted")
    found.refresh_from_db()
    assert (found.state, found.outcome) == ("preparing", "neutral")


def test_each_side_has_the_same_space_and_neither_writes_for_the_other(
    asked: Callable[..., Referendum], author: User, agent: User, person: Callable[..., User]
) -> None:
    found = referendums.question_check(actor=agent, referendum=asked(), outcome="neutral", reasons=WHY)
    with pytest.raises(InputError, match="autre côté"):
        referendums.writer_name(actor=agent, referendum=found, side="against", email=author.email, signed="Ada")
    against = person()
    referendums.writer_name(actor=agent, referendum=found, side="against", email=against.email, signed="Des riverains")
    with pytest.raises(PermissionDenied):
        referendums.argument_save(actor=against, referendum=found, side="for", text="Pour.")
    for writer, side in ((author, "for"), (against, "against")):
        referendums.argument_save(actor=writer, referendum=found, side=side, text="x" * 600)
        with pytest.raises(InputError, match="600"):
            referendums.argument_save(actor=writer, referendum=found, side=side, text="x" * 601)
        with pytest.raises(InputError, match="1 documents"):
            referendums.argument_save(
                actor=writer,
                referendum=found,
                side=side,
                text="x",
                documents=[("Une", "https://a.example"), ("Deux", "https://b.example")],
            )
        for address in ("http://a.example", "javascript:alert(1)", "https://a.example/ b"):
            with pytest.raises(InputError, match="https"):
                referendums.argument_save(
                    actor=writer, referendum=found, side=side, text="x", documents=[("Une", address)]
                )


def test_the_side_shown_first_is_drawn_from_what_nobody_chose(asked: Callable[..., Referendum], agent: User) -> None:
    found = referendums.question_check(actor=agent, referendum=asked(), outcome="neutral", reasons=WHY)
    [entry] = facts("referendums.question_checked.v1")
    seed = hashlib.sha256(f"{found.reference}:{entry.index}".encode()).hexdigest()
    assert found.seed == seed
    assert found.first == ("for", "against")[int(seed[-1], 16) % 2]


def test_a_campaign_waits_for_both_sides_and_fixes_every_day(prepared: Callable[..., Referendum], agent: User) -> None:
    found = prepared()
    with pytest.raises(InputError, match="passé"):
        referendums.campaign_open(actor=agent, referendum=found, opens_on=dt.date(2026, 11, 9))
    found = referendums.campaign_open(actor=agent, referendum=found, opens_on=dt.date(2026, 11, 16))
    # Ten days of campaign, then five of vote, on the clocks of Paris.
    assert found.campaign_closes_at == found.vote_opens_at == dt.datetime(2026, 11, 25, 23, 0, tzinfo=dt.UTC)
    assert found.vote_closes_at == dt.datetime(2026, 11, 30, 23, 0, tzinfo=dt.UTC)
    poll = Poll.objects.get(reference=found.poll)
    assert (poll.opens_at, poll.closes_at) == (found.vote_opens_at, found.vote_closes_at)
    assert poll.source == f"referendum:{found.reference}"


@pytest.mark.parametrize(
    ("choices", "result"),
    [(("yes", "yes", "no"), "yes"), (("no", "no", "yes", None), "no"), (("yes", "no"), "level")],
)
def test_the_count_makes_the_result_and_an_answer_is_due(
    choices: tuple[str | None, ...], result: str, prepared: Callable[..., Referendum], agent: User, clock: Any
) -> None:
    found = referendums.campaign_open(actor=agent, referendum=prepared(), opens_on=dt.date(2026, 11, 16))
    assert found.vote_opens_at is not None
    assert found.vote_closes_at is not None
    poll = Poll.objects.get(reference=found.poll)
    clock.move_to(found.vote_opens_at)
    assert referendums.clock_run(programme="essai") == 1
    fill(poll, ({"choice": one} if one else {"blank": True} for one in choices))
    clock.move_to(found.vote_closes_at)
    poll_close(actor=agent, poll=poll)
    found.refresh_from_db()
    assert (found.state, found.result) == ("held", result)
    duty = Duty.objects.get(kind="referendum")
    assert (duty.body, duty.due_on) == ("assemblee", dt.date(2027, 3, 1))
    [entry] = facts("referendums.held.v1")
    assert entry.fact.data["milestone"] == "first-citizens-referendum"


def test_who_may_vote_is_of_the_age_of_the_right(
    prepared: Callable[..., Referendum], agent: User, person: Callable[..., User]
) -> None:
    found = referendums.campaign_open(actor=agent, referendum=prepared(), opens_on=dt.date(2026, 11, 16))
    poll = Poll.objects.get(reference=found.poll)
    young, old = person(), person()
    participant_join(user=young, process="droit-de-petition", commune=ORLEANS, birth=dt.date(2011, 11, 11))
    participant_join(user=old, process="droit-de-petition", commune=ORLEANS, birth=dt.date(2010, 11, 10))
    with pytest.raises(NotEntitled, match="16 ans"):
        voting.entitled(poll, young)
    assert voting.entitled(poll, old).area == f"commune:{ORLEANS}"
    with pytest.raises(NotEntitled):
        voting.entitled(poll, person())


def test_the_region_puts_a_question_of_its_own_once_and_it_is_checked_too(
    person: Callable[..., User], agent: User
) -> None:
    with pytest.raises(PermissionDenied):
        referendums.region_referendum_ask(
            actor=person("elected"), process="question-de-la-region", component="question"
        )
    found = referendums.region_referendum_ask(actor=agent, process="question-de-la-region", component="question")
    assert (found.state, found.petition) == ("checking", None)
    with pytest.raises(InputError, match="déjà posée"):
        referendums.region_referendum_ask(actor=agent, process="question-de-la-region", component="question")
    found = referendums.question_check(
        actor=agent, referendum=found, outcome="reword", reasons=WHY, proposed="Faut-il rouvrir les gares fermées ?"
    )
    assert (found.state, found.question) == ("preparing", "Faut-il rouvrir les gares fermées ?")


def test_a_quorum_that_is_missed_decides_nothing() -> None:
    assert voting.outcome_of({"yes": 9, "no": 1, "blank": 0}, valid=False) == "quorum-missed"
