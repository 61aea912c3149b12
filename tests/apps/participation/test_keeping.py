"""What was said to take part is let go of once the process is closed for as long as it said; contributions stay."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from mandat.apps.accounts.models import User
from mandat.apps.custody import services
from mandat.apps.participation.definitions import published_process
from mandat.apps.participation.models import Attestation, Participant, Proposal
from mandat.apps.participation.services.proposals import draft_save, proposal_publish
from mandat.apps.participation.services.running import processes_run
from mandat.apps.participation.services.supports import support_give
from tests.apps.participation.conftest import load
from tests.apps.participation.examples import MOBILITY

pytestmark = pytest.mark.django_db
AFTER = dt.datetime(2027, 2, 1, 9, 0, tzinfo=dt.UTC)
#: Closed on 1 February 2027; the trial process keeps its participants for twenty-four months.
LAST, DUE = dt.datetime(2029, 1, 31, 9, 0, tzinfo=dt.UTC), dt.datetime(2029, 2, 1, 10, 0, tzinfo=dt.UTC)


def run(**options: Any) -> Any:
    """The daily pass over participants: what was due and done."""
    return services.retention_run(codes=["participation.participants"], **options).lines.get()


def propose(place: Participant, title: str) -> Proposal:
    assert place.user is not None
    draft = draft_save(
        user=place.user, process="mobilites", component="propositions",
        values={"title": title, "text": "Des trains toute la nuit, tous les jours de la semaine.", "category": "trains"},
    )  # fmt: skip
    return proposal_publish(user=place.user, reference=draft.reference)[0]


@pytest.fixture
def closed(participant: Callable[..., Participant], monday_of_november: Any, agent: User) -> dict[str, Any]:
    """A process with a proposal, a support, a draft and an attestation, that closed."""
    ada, bob = participant("Ada"), participant("Bob")
    published = propose(ada, "Des trains la nuit")
    assert bob.user is not None
    support_give(user=bob.user, reference=published.reference)
    draft = draft_save(user=bob.user, process="mobilites", component="propositions", values={"title": "À finir"})
    Attestation.objects.create(participant=bob, actor=agent, reason="Justificatif vu", at=dt.datetime.now(dt.UTC))
    monday_of_november.move_to(AFTER)
    processes_run()
    return {"ada": ada, "bob": bob, "proposal": published, "draft": draft}


def test_nobody_is_let_go_of_before_the_time_the_process_said(closed: dict[str, Any], monday_of_november: Any) -> None:
    monday_of_november.move_to(LAST)
    line = run()
    assert (line.due, line.done) == (0, 0)
    assert Participant.objects.filter(user=None).count() == 0


def test_the_account_and_what_was_said_go_and_the_contribution_stays(
    closed: dict[str, Any], monday_of_november: Any
) -> None:
    monday_of_november.move_to(DUE)
    assert run(dry_run=True).due == 2
    line = run()
    assert (line.due, line.done, line.error) == (2, 2, "")
    for place in Participant.objects.order_by("pk"):
        assert (place.user, place.pseudonym, place.area, place.age_band, place.age_known) == (None, "", "", "", 0)
        assert place.shown == "compte supprimé"
    proposal = Proposal.objects.get(pk=closed["proposal"].pk)
    assert (proposal.title, proposal.supports) == ("Des trains la nuit", 1)
    assert not Proposal.objects.filter(pk=closed["draft"].pk).exists()
    assert not Attestation.objects.exists()
    again = run()
    assert (again.due, again.done) == (0, 0)


def test_an_account_takes_no_harm_and_a_process_that_goes_on_keeps_its_participants(
    closed: dict[str, Any], participant: Callable[..., Participant], monday_of_november: Any
) -> None:
    from mandat.apps.participation.models import ProcessRun

    ProcessRun.objects.update(closed_at=None)
    monday_of_november.move_to(DUE + dt.timedelta(days=3650))
    assert run().due == 0
    assert User.objects.filter(pk=closed["ada"].user_id).exists()


def test_the_months_are_those_of_the_version_the_process_ran_under(
    closed: dict[str, Any], monday_of_november: Any
) -> None:
    load(mobilites=MOBILITY.rstrip("\n") + "\nretention_months: 1\n")
    assert published_process("mobilites").process.retention_months == 24
    monday_of_november.move_to(LAST)
    assert run().due == 0
    monday_of_november.move_to(DUE)
    assert run().due == 2
