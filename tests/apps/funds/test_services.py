"""Envelopes: what is voted, promised and paid, and that no euro is in two places."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from itertools import count
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mandat import journal
from mandat.apps.accounts.models import User
from mandat.apps.funds import services
from mandat.apps.funds.models import Allocation, Envelope
from mandat.apps.funds.selectors import standings, verify
from mandat.apps.ledger.selectors import verify as verify_ledger
from mandat.facts import Fact
from mandat.kernel.errors import InputError

VOTED = dt.date(2025, 12, 18)


def votes() -> list[Fact]:
    entries = journal.page(programme="essai", size=50).entries
    return [entry.fact for entry in entries if entry.fact.kind == "budget.line_voted.v1"]


def standing(envelope: Envelope) -> dict[str, int]:
    [found] = standings([envelope])
    states = ("available", "reserved", "awarded", "engaged", "paid", "lapsed")
    held = {state: int(getattr(found, state)) for state in states}
    return {state: amount for state, amount in held.items() if amount}


def credits(envelope: Envelope) -> dict[int, tuple[int, int]]:
    [found] = standings([envelope])
    return {one.year: (int(one.open), int(one.spent)) for one in found.credits}


@pytest.fixture(autouse=True)
def all_holds(envelope: Envelope) -> Any:
    yield
    assert list(verify("essai")) == []
    assert list(verify_ledger()) == []


def test_a_vote_opens_credits_and_appends_the_budget_line(envelope: Envelope) -> None:
    assert standing(envelope) == {"available": 1000}
    assert credits(envelope) == {2026: (600, 0)}
    [fact] = votes()
    assert (fact.kind, fact.amount, fact.commitments) == ("budget.line_voted.v1", Decimal("600.00"), ("2.1",))
    assert (fact.data["year"], fact.data["stage"], fact.subject) == (2026, "primary", "fonds-2026")
    # Commitments count expenses alone: a vote that does not say it is one would count for none of them.
    assert fact.data["direction"] == "expense"


def test_the_same_deliberation_counts_once(agent: User, envelope: Envelope) -> None:
    for _ in range(2):
        services.vote(
            actor=agent, envelope=envelope, on=VOTED, decision="DAP 25.12", stage="primary",
            commitment=Decimal(1000), payments={2026: Decimal(600)},
        )  # fmt: skip
    assert standing(envelope) == {"available": 1000}
    assert len(votes()) == 1


def test_the_same_deliberation_cannot_say_something_else(agent: User, envelope: Envelope) -> None:
    with pytest.raises(InputError):
        services.vote(
            actor=agent, envelope=envelope, on=VOTED, decision="DAP 25.12", stage="primary", commitment=Decimal(5)
        )
    assert standing(envelope) == {"available": 1000}


def test_a_euro_goes_from_the_vote_to_the_beneficiary(envelope: Envelope) -> None:
    held = services.reserve(envelope=envelope, case="D-1", amount=Decimal(400), key="reserve")
    assert standing(envelope) == {"available": 600, "reserved": 400}
    held = services.award(allocation=held, amount=Decimal(300), key="award")
    assert standing(envelope) == {"available": 700, "awarded": 300}
    held = services.engage(allocation=held, amount=Decimal(300), key="engage")
    held = services.pay(allocation=held, amount=Decimal(120), year=2026, key="advance")
    assert standing(envelope) == {"available": 700, "engaged": 180, "paid": 120}
    assert credits(envelope) == {2026: (480, 120)}
    held = services.release(allocation=held, state="engaged", amount=Decimal(30), key="cost-lower")
    services.take_back(allocation=held, amount=Decimal(20), year=2026, key="recovery")
    assert standing(envelope) == {"available": 750, "engaged": 150, "paid": 100}
    assert credits(envelope) == {2026: (500, 100)}


def test_each_move_happens_once_however_often_it_is_tried(envelope: Envelope) -> None:
    for _ in range(3):
        held = services.reserve(envelope=envelope, case="D-1", amount=Decimal(400), key="reserve")
    for _ in range(3):
        services.award(allocation=held, amount=Decimal(400), key="award")
    assert standing(envelope) == {"available": 600, "awarded": 400}


def test_more_than_is_left_is_refused_with_what_is_left(envelope: Envelope) -> None:
    services.reserve(envelope=envelope, case="D-1", amount=Decimal(800), key="reserve")
    with pytest.raises(InputError, match=r"200\.00"):
        services.reserve(envelope=envelope, case="D-2", amount=Decimal("200.01"), key="reserve")
    assert standing(envelope) == {"available": 200, "reserved": 800}


def test_payment_credits_bound_what_is_paid_whatever_was_promised(envelope: Envelope) -> None:
    held = services.reserve(envelope=envelope, case="D-1", amount=Decimal(900), key="reserve")
    held = services.award(allocation=held, amount=Decimal(900), key="award")
    held = services.engage(allocation=held, amount=Decimal(900), key="engage")
    with pytest.raises(InputError):
        services.pay(allocation=held, amount=Decimal(601), year=2026, key="pay")
    with pytest.raises(InputError):
        services.pay(allocation=held, amount=Decimal(1), year=2027, key="pay")
    assert standing(envelope) == {"available": 100, "engaged": 900}


def test_a_case_cannot_spend_what_another_holds(envelope: Envelope) -> None:
    one = services.reserve(envelope=envelope, case="D-1", amount=Decimal(100), key="reserve")
    services.reserve(envelope=envelope, case="D-2", amount=Decimal(500), key="reserve")
    with pytest.raises(InputError, match="D-1"):
        services.award(allocation=one, amount=Decimal(200), key="award")
    assert standing(envelope) == {"available": 400, "reserved": 600}


@pytest.mark.parametrize("amount", ["0", "-1", "0.001"])
def test_amounts_that_are_no_money_move_nothing(envelope: Envelope, amount: str) -> None:
    with pytest.raises(InputError):
        services.reserve(envelope=envelope, case="D-1", amount=Decimal(amount), key="reserve")


def test_what_a_year_did_not_spend_lapses_once(agent: User, envelope: Envelope) -> None:
    assert services.lapse(actor=agent, envelope=envelope, year=2026) == 600
    assert services.lapse(actor=agent, envelope=envelope, year=2026) == 0
    assert credits(envelope) == {2026: (0, 0)}


def test_credits_move_between_envelopes_of_one_section_and_the_budget_facts_follow(
    agent: User, envelope: Envelope
) -> None:
    other = services.envelope_open(
        actor=agent, code="autre-2026", title="Autre fonds", line="65748", section="operating", year=2026, measure=1
    )
    services.move(
        actor=agent, source=envelope, target=other, on=dt.date(2026, 3, 1), decision="DM 1",
        commitment=Decimal(250), payments={2026: Decimal(100)},
    )  # fmt: skip
    assert (standing(envelope), standing(other)) == ({"available": 750}, {"available": 250})
    assert (credits(envelope), credits(other)) == ({2026: (500, 0)}, {2026: (100, 0)})
    assert sorted(fact.amount or 0 for fact in votes()) == [-100, 100, 600]
    with pytest.raises(InputError):
        services.move(
            actor=agent, source=other, target=envelope, on=dt.date(2026, 3, 2), decision="DM 2", commitment=Decimal(251)
        )
    building = services.envelope_open(
        actor=agent, code="travaux", title="Travaux", line="204", section="investment", year=2026, measure=1
    )
    with pytest.raises(InputError):
        services.move(
            actor=agent, source=other, target=building, on=dt.date(2026, 3, 2), decision="DM 3", commitment=Decimal(1)
        )


def test_a_vote_can_take_back_only_what_nobody_holds(agent: User, envelope: Envelope) -> None:
    services.reserve(envelope=envelope, case="D-1", amount=Decimal(700), key="reserve")
    with pytest.raises(InputError, match="300"):
        services.vote(
            actor=agent, envelope=envelope, on=VOTED, decision="DM 4", stage="amending", commitment=Decimal(-301)
        )
    services.vote(actor=agent, envelope=envelope, on=VOTED, decision="DM 4", stage="amending", commitment=Decimal(-300))
    assert standing(envelope) == {"reserved": 700}


@pytest.mark.parametrize(
    "wrong",
    [{"measure": 99}, {"commitments": ["1.1"]}, {"year": 1999}, {"title": " "}, {"line": ""}, {"code": "fonds-2026"}],
)
def test_an_envelope_that_serves_nothing_known_is_refused(agent: User, wrong: dict[str, Any]) -> None:
    usual = {
        "code": "nouvelle", "title": "Nouvelle", "line": "1", "section": "operating", "year": 2026, "measure": 2,
    }  # fmt: skip
    with pytest.raises(InputError):
        services.envelope_open(actor=agent, **{**usual, **wrong})


def test_only_those_who_may_open_envelopes(person: Callable[..., User], envelope: Envelope) -> None:
    for role in ("auditor", "elected", "member"):
        user = person(*([] if role == "member" else [role]))
        with pytest.raises(PermissionDenied):
            services.vote(actor=user, envelope=envelope, on=VOTED, decision="X", stage="primary", commitment=Decimal(1))


def test_an_allocation_below_zero_is_refused_by_the_database(envelope: Envelope) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Allocation.objects.create(envelope=envelope, case="D-9", reserved=-1)


KEYS = count()


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moves=st.lists(st.tuples(st.sampled_from(["reserve", "award", "engage", "pay", "release", "back"]), st.integers(1, 500), st.sampled_from("abc")), max_size=25))  # fmt: skip
def test_whatever_is_tried_in_whatever_order_every_euro_voted_is_in_one_place(
    envelope: Envelope, moves: list[tuple[str, int, str]]
) -> None:
    for act, whole, case in moves:
        amount, key = Decimal(whole), f"{next(KEYS)}-{act}"
        held = Allocation.objects.filter(envelope=envelope, case=case).first()
        try:
            if act == "reserve" or held is None:
                services.reserve(envelope=envelope, case=case, amount=amount, key=key)
            elif act == "release":
                services.release(allocation=held, state="engaged", amount=amount, key=key)
            elif act == "pay":
                services.pay(allocation=held, amount=amount, year=2026, key=key)
            elif act == "back":
                services.take_back(allocation=held, amount=amount, year=2026, key=key)
            else:
                getattr(services, act)(allocation=held, amount=amount, key=key)
        except InputError:
            pass
        [found] = standings([envelope])
        assert found.voted == 1000
        assert sum((one.voted for one in found.credits), Decimal(0)) == 600
        assert list(verify("essai")) == []
