"""Plans of several funders: what the law and a scheme ask of them."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mandat.engines.financing import PlanRules, Source, check_plan, largest_award
from mandat.kernel.errors import InputError

LAW = PlanRules(own_of_public=Decimal(20))
amounts = st.integers(0, 5_000_000_00).map(lambda cents: Decimal(cents) / 100)


def source(
    funder: str, amount: str | Decimal, *, public: bool = True, own: bool = False, certain: bool = True
) -> Source:
    return Source(funder=funder, amount=Decimal(amount), public=public, own=own, certain=certain)


def codes(cost: str | Decimal, sources: list[Source], rules: PlanRules) -> list[str]:
    return [finding.code for finding in check_plan(cost=Decimal(cost), sources=sources, rules=rules)]


def test_a_commune_that_brings_a_fifth_of_the_public_money_is_within_the_law() -> None:
    sources = [source("Commune", "20000", own=True), source("Région", "50000"), source("État", "30000")]
    assert codes("100000", sources, LAW) == []


def test_a_cent_less_than_a_fifth_is_refused_with_the_amount_needed() -> None:
    sources = [source("Commune", "19999.99", own=True), source("Région", "80000.01")]
    [finding] = check_plan(cost=Decimal("100000"), sources=sources, rules=LAW)
    assert (finding.code, finding.blocking, finding.value, finding.limit) == (
        "own_of_public", True, Decimal("19999.99"), Decimal("20000.00"),
    )  # fmt: skip
    assert "20\u202f000,00\u00a0€" in finding.message.fr


def test_private_money_does_not_weigh_in_the_share_of_public_money() -> None:
    """CGCT L1111-10 measures the promoter's part against public funding, not against the cost."""
    sources = [source("Commune", "10000", own=True), source("Région", "40000"), source("Mécène", "50000", public=False)]
    assert codes("100000", sources, LAW) == []
    assert codes("100000", sources, PlanRules(own_of_cost=Decimal(20))) == ["own_of_cost"]


def test_thirty_percent_where_the_law_says_thirty() -> None:
    sources = [source("Commune", "25000", own=True), source("Région", "75000")]
    assert codes("100000", sources, LAW) == []
    assert codes("100000", sources, PlanRules(own_of_public=Decimal(30))) == ["own_of_public"]


def test_the_rate_of_aid_leaves_the_promoters_own_money_out() -> None:
    sources = [source("Commune", "30000", own=True), source("Région", "70000")]
    assert codes("100000", sources, PlanRules(aid_rate=Decimal(70))) == []
    assert codes("100000", sources, PlanRules(aid_rate=Decimal("69.99"))) == ["aid_rate"]


@pytest.mark.parametrize(("total", "word"), [("99999.99", "manque"), ("100000.01", "dépasse")])
def test_a_plan_balances_to_the_cent(total: str, word: str) -> None:
    [finding] = check_plan(cost=Decimal("100000"), sources=[source("A", total, public=False)], rules=PlanRules())
    assert finding.code == "unbalanced"
    assert word in finding.message.fr


def test_what_is_only_asked_for_and_funders_named_twice_are_said_after_what_blocks() -> None:
    sources = [source("Région", "10", certain=False), source("région ", "20"), source("État", "5")]
    assert codes("100", sources, PlanRules()) == ["unbalanced", "funder_twice", "uncertain"]


@pytest.mark.parametrize("amount", ["-1", "0.001", "NaN", "Infinity"])
def test_amounts_that_are_no_money_are_refused(amount: str) -> None:
    with pytest.raises((InputError, ArithmeticError)) as refused:
        check_plan(cost=Decimal("100"), sources=[source("A", amount)], rules=PlanRules())
    assert isinstance(refused.value, InputError)


def test_a_project_that_costs_nothing_is_refused() -> None:
    with pytest.raises(InputError):
        check_plan(cost=Decimal(0), sources=[], rules=PlanRules())


@given(
    cost=amounts.filter(lambda amount: amount > 0),
    own=amounts, state=amounts, private=amounts,
    shares=st.tuples(*[st.none() | st.integers(1, 100).map(Decimal)] * 3),
)  # fmt: skip
def test_the_largest_award_keeps_every_rule_and_a_cent_more_breaks_one(
    cost: Decimal, own: Decimal, state: Decimal, private: Decimal, shares: tuple[Decimal | None, ...]
) -> None:
    rules = PlanRules(own_of_public=shares[0], own_of_cost=shares[1], aid_rate=shares[2])
    others = [source("Commune", own, own=True), source("État", state), source("Mécène", private, public=False)]
    most = largest_award(cost=cost, others=others, rules=rules)
    assert most >= 0

    def broken(award: Decimal) -> bool:
        found = check_plan(cost=cost, sources=[*others, source("Région", award)], rules=rules)
        over = own + state + private + award > cost
        return over or any(finding.blocking and finding.code != "unbalanced" for finding in found)

    if most:
        assert not broken(most)
    assert broken(most + Decimal("0.01"))
