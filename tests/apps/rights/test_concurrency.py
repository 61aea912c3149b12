"""Two at once: a claim is decided once, a period paid once, a benefit ended once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import OperationalError, connection, connections

from mandat.apps.accounts.models import User
from mandat.apps.rights import services
from mandat.apps.rights.models import Benefit, Claim, Decision, Payment
from mandat.apps.rights.services.clock import benefit_due
from mandat.kernel.errors import MandatError

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]


def at_once(acts: list[Callable[[], Any]]) -> list[bool]:
    """Run each in a thread of its own; whether it did what it meant to."""
    done, gate = [False] * len(acts), threading.Barrier(len(acts))

    def run(rank: int) -> None:
        gate.wait()
        try:
            acts[rank]()
            done[rank] = True
        except (MandatError, OperationalError):
            pass
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(rank,)) for rank in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return done


@pytest.fixture(autouse=True)
def _server() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("on SQLite the IMMEDIATE transaction is the only writer; its test database is one connection's")


def test_a_claim_is_decided_once(programme: Any, person: Callable[..., User], sent: Callable[..., Claim]) -> None:
    claim = sent("prime")
    agents = [person("agent") for _ in range(4)]
    done = at_once(
        [
            lambda agent=agent: services.claim_decide(  # type: ignore[misc]
                actor=agent, claim=claim, outcome="granted"
            )
            for agent in agents
        ]
    )
    assert sum(done) == 1
    assert (Decision.objects.count(), Benefit.objects.count(), Payment.objects.count()) == (1, 1, 1)


def test_a_period_is_paid_once(programme: Any, person: Callable[..., User], sent: Callable[..., Claim]) -> None:
    claim = sent("allocation")
    services.claim_decide(actor=person("agent"), claim=claim, outcome="granted")
    Payment.objects.all().delete()
    benefit = Benefit.objects.select_related("decision__claim__claimant").get()
    at_once([lambda: benefit_due(benefit)] * 4)
    assert Payment.objects.count() == 1


def test_a_person_begins_one_draft(programme: Any, person: Callable[..., User]) -> None:
    user = person()
    at_once([lambda: services.claim_start(actor=user, right="prime", answers={})] * 4)
    assert Claim.objects.count() == 1
