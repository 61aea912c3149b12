"""The register of stakes: subscribed, called on the envelope, valued, sold; the ledger holds what the shares cost."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from decimal import Decimal
from itertools import count
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mandat import journal
from mandat.apps.accounts.models import User
from mandat.apps.funds import services
from mandat.apps.funds.models import Envelope, Stake
from mandat.apps.funds.selectors import standings, verify
from mandat.apps.ledger.models import Account
from mandat.apps.ledger.selectors import verify as verify_ledger
from mandat.facts import Fact
from mandat.journal import guard
from mandat.kernel.errors import InputError
from tests.apps.funds.conftest import engaged, organisation

TAKEN = dt.date(2024, 3, 1)
EUR = Decimal
KEYS = count()


@pytest.fixture(autouse=True)
def all_holds(programme: object) -> Iterator[None]:
    yield
    assert list(verify("essai")) == []
    assert list(verify_ledger()) == []
    for stake in Stake.objects.all():
        assert in_ledger(stake) == stake.euros["cost"]


def in_ledger(stake: Stake) -> Decimal:
    found = Account.objects.filter(book="stakes:essai", code=f"stake:{stake.reference}").first()
    return found.held if found else EUR(0)


@pytest.fixture
def stake(rich: Envelope) -> Stake:
    """100 shares of 50 €."""
    return services.stake_take(
        allocation=engaged(rich, "C-1", 5000), company=organisation(), shares=100, price=EUR(50), on=TAKEN, key="take"
    )


def facts() -> list[Fact]:
    entries = journal.page(programme="essai", size=100).entries
    return [entry.fact for entry in reversed(entries) if entry.fact.kind.startswith("funds.")]


def call(actor: User, stake: Stake, amount: Any, reference: str = "") -> None:
    services.capital_call(
        actor=actor,
        stake=stake,
        amount=EUR(amount),
        on=dt.date(2024, 4, 1),
        year=2024,
        reference=reference or f"A{next(KEYS)}",
    )
    stake.refresh_from_db()


def sell(actor: User, stake: Stake, shares: int, proceeds: Any, reference: str = "") -> None:
    services.stake_sell(
        actor=actor,
        stake=stake,
        shares=shares,
        proceeds=EUR(proceeds),
        on=dt.date(2025, 4, 1),
        reference=reference or f"S{next(KEYS)}",
    )
    stake.refresh_from_db()


def test_shares_are_subscribed_within_what_is_engaged_and_paid_when_called(rich: Envelope, agent: User) -> None:
    held = engaged(rich, "C-1", 5000)
    with pytest.raises(InputError, match="5000"):
        services.stake_take(allocation=held, company=organisation(), shares=101, price=EUR(50), on=TAKEN, key="take")
    with guard.acts():
        stake = services.stake_take(
            allocation=held, company=organisation(2), shares=100, price=EUR(50), on=TAKEN, key="take"
        )
    assert (stake.uncalled, stake.euros["cost"]) == (5000, 0)
    for _ in range(2):
        call(agent, stake, 2000, "A 1")
    assert (stake.uncalled, stake.euros["cost"], standings([rich])[0].paid) == (3000, 2000, 2000)
    with pytest.raises(InputError, match="3000"):
        call(agent, stake, 3001)
    assert [(fact.kind, fact.amount) for fact in facts()] == [
        ("funds.stake_taken.v1", 5000), ("funds.capital_called.v1", 2000),
    ]  # fmt: skip


def test_a_case_has_one_stake_and_taking_it_twice_changes_nothing(stake: Stake) -> None:
    again = services.stake_take(
        allocation=stake.allocation, company=stake.company, shares=100, price=EUR(50), on=TAKEN, key="take"
    )
    assert again.pk == stake.pk
    with pytest.raises(InputError):
        services.stake_take(
            allocation=stake.allocation, company=stake.company, shares=1, price=EUR(50), on=TAKEN, key="other"
        )


def test_shares_sold_in_two_parts_leave_with_what_they_cost_and_what_was_won(agent: User, stake: Stake) -> None:
    call(agent, stake, "1000.01")
    sell(agent, stake, 33, 500)
    assert (stake.euros["cost"], stake.euros["result"], stake.shares_left) == (EUR("670.01"), EUR("170.00"), 67)
    for _ in range(2):
        sell(agent, stake, 67, 600, "S last")
    assert (stake.state, stake.euros["cost"], stake.euros["result"]) == ("sold", 0, EUR("99.99"))
    assert stake.euros["proceeds"] - EUR("1000.01") == stake.euros["result"]
    stake.allocation.refresh_from_db()
    assert stake.allocation.engaged == 0
    assert [fact.data["left"] for fact in facts() if fact.kind == "funds.stake_ended.v1"] == [67, 0]
    with pytest.raises(InputError):
        sell(agent, stake, 1, 1)
    services.dividend_record(actor=agent, stake=stake, amount=EUR(20), on=dt.date(2025, 6, 1), reference="D")


def test_shares_sold_for_nothing_are_a_loss(agent: User, stake: Stake) -> None:
    call(agent, stake, 5000)
    sell(agent, stake, 100, 0)
    assert (stake.euros["result"], stake.state) == (-5000, "sold")


def test_a_value_is_declared_with_its_source_and_the_latest_day_counts(agent: User, stake: Stake) -> None:
    usual: dict[str, Any] = {"actor": agent, "stake": stake}
    with pytest.raises(InputError):
        services.stake_value(value=EUR(100), on=dt.date(2025, 1, 1), source="", **usual)
    services.stake_value(value=EUR(5200), on=dt.date(2025, 1, 1), source="Comptes 2024", **usual)
    services.stake_value(value=EUR(100), on=dt.date(2024, 6, 1), source="Rapport de mi-année", **usual)
    stake.refresh_from_db()
    assert (stake.worth, stake.value_source) == (5200, "Comptes 2024")
    assert facts()[-1].data["origin"] == "Rapport de mi-année"


def test_dividends_are_recorded_once(agent: User, stake: Stake) -> None:
    for _ in range(2):
        services.dividend_record(actor=agent, stake=stake, amount=EUR(75), on=dt.date(2025, 6, 1), reference="D 2025")
    stake.refresh_from_db()
    assert stake.euros["dividends"] == 75
    with pytest.raises(InputError, match="D 2025"):
        services.dividend_record(actor=agent, stake=stake, amount=EUR(76), on=dt.date(2025, 6, 1), reference="D 2025")


@pytest.mark.parametrize("role", ["elected", "auditor", ""])
def test_only_agents_record_what_happens_to_stakes(role: str, person: Callable[..., User], stake: Stake) -> None:
    user = person(*[role] if role else [])
    for act in (
        lambda: call(user, stake, 10),
        lambda: sell(user, stake, 1, 10),
        lambda: services.dividend_record(actor=user, stake=stake, amount=EUR(1), on=TAKEN, reference="D"),
        lambda: services.stake_value(actor=user, stake=stake, value=EUR(1), on=TAKEN, source="Comptes"),
    ):
        with pytest.raises(PermissionDenied):
            act()


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=st.lists(st.tuples(st.booleans(), st.integers(1, 40), st.integers(0, 300_000)), max_size=8))
def test_whatever_is_called_and_sold_the_result_is_what_came_less_what_went(
    rich: Envelope, agent: User, acts: list[tuple[bool, int, int]]
) -> None:
    company = organisation(3 + next(KEYS) % 5, siret="", siren="")
    stake = services.stake_take(
        allocation=engaged(rich, f"S-{next(KEYS)}", 5000),
        company=company,
        shares=100,
        price=EUR(50),
        on=TAKEN,
        key="take",
    )
    for calls, shares, cents in acts:
        try:
            if calls:
                call(agent, stake, EUR(cents) / 100)
            else:
                sell(agent, stake, shares, EUR(cents) / 100)
        except InputError:
            pass
        money = stake.euros
        assert in_ledger(stake) == money["cost"]
        assert money["result"] == money["proceeds"] - (money["called"] - money["cost"])
    if stake.shares_left:
        sell(agent, stake, stake.shares_left, 1)
    assert stake.euros["result"] == stake.euros["proceeds"] - stake.euros["called"]
    assert in_ledger(stake) == 0
