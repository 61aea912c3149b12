"""De minimis aid over three rolling years, by consolidated undertaking; financing plans; the agreement's threshold."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from mandat.apps.grants.limits import CEILINGS, ceiling
from mandat.apps.grants.models import Case, SmallAid
from mandat.apps.grants.services import plans, small_aids
from mandat.apps.organisations.models import Control, Organisation
from mandat.kernel.errors import InputError
from tests.apps.grants.desk import world as desk

pytestmark = pytest.mark.usefixtures("programme")
ON = dt.date(2026, 6, 1)


def company(name: str = "Atelier") -> Organisation:
    return desk.organisation(name, legal_category="5710")


def case_of(organisation: Organisation, **values: Any) -> Case:
    return desk.case("aide-entreprises", applicant=organisation, applicant_kind="company", **values)


def declared(
    organisation: Organisation, amount: int, on: dt.date = dt.date(2025, 1, 1), regulation: str = "general"
) -> SmallAid:
    return SmallAid.objects.create(
        organisation=organisation,
        regulation=regulation,
        funder="État",
        granted_on=on,
        amount=amount * 100,
        declared_at=timezone.now(),
    )


def test_an_award_that_fills_the_ceiling_to_the_cent_is_entered_and_one_cent_more_is_refused() -> None:
    atelier = company()
    declared(atelier, 200_000)
    case = case_of(atelier)
    with pytest.raises(InputError, match="100000"):
        small_aids.check(case, Decimal("100000.01"), ON)
    assert not SmallAid.objects.filter(case=case).exists()
    small_aids.check(case, Decimal("100000.00"), ON)
    assert SmallAid.objects.get(case=case).amount == 10_000_000
    assert small_aids.standing_of(atelier, on=ON).left == 0


def test_every_organisation_control_joins_shares_one_ceiling() -> None:
    mother, daughter, cousin, stranger = company("Mère"), company("Fille"), company("Cousine"), company("Autre")
    Control.objects.create(parent=mother, child=daughter, why="majority", since=dt.date(2020, 1, 1))
    Control.objects.create(parent=mother, child=cousin, why="majority", since=dt.date(2020, 1, 1))
    Control.objects.create(
        parent=stranger, child=mother, why="majority", since=dt.date(2010, 1, 1), until=dt.date(2015, 1, 1)
    )
    declared(cousin, 290_000)
    declared(stranger, 290_000)
    with pytest.raises(InputError, match="10000"):
        small_aids.check(case_of(daughter), Decimal(10_001), ON)
    small_aids.check(case_of(daughter), Decimal(10_000), ON)
    assert (
        small_aids.undertakings([daughter.pk, stranger.pk], on=ON)[daughter.pk]
        != small_aids.undertakings([stranger.pk], on=ON)[stranger.pk]
    )


def test_an_aid_leaves_the_sum_the_day_after_its_third_anniversary() -> None:
    atelier = company()
    declared(atelier, 300_000, on=dt.date(2024, 3, 1))
    with pytest.raises(InputError):
        small_aids.check(case_of(atelier), Decimal(1), dt.date(2027, 3, 1))
    small_aids.check(case_of(atelier), Decimal(300_000), dt.date(2027, 3, 2))


def test_several_awards_of_one_sitting_to_one_undertaking_are_counted_together() -> None:
    atelier = company()
    first, second = case_of(atelier), case_of(atelier)
    with pytest.raises(InputError, match=second.reference):
        small_aids.check_many([(first, Decimal(200_000), "general"), (second, Decimal(100_001), "general")], on=ON)
    small_aids.check_many([(first, Decimal(200_000), "general"), (second, Decimal(100_000), "general")], on=ON)
    assert SmallAid.objects.count() == 2


def test_a_second_award_on_a_case_takes_the_place_of_the_first() -> None:
    case = case_of(company())
    small_aids.check(case, Decimal(200_000), ON)
    small_aids.check(case, Decimal(250_000), ON)
    assert SmallAid.objects.get().amount == 25_000_000
    small_aids.correct(case, Decimal("1200.50"))
    assert SmallAid.objects.get().amount == 120_050
    small_aids.correct(case, Decimal(0))
    assert not SmallAid.objects.exists()


def test_regulations_count_together_as_their_articles_say() -> None:
    farm = company("Ferme")
    declared(farm, 50_000, regulation="agriculture")
    assert small_aids.standing_of(farm, on=ON, regulation="agriculture").left == 0
    assert small_aids.standing_of(farm, on=ON, regulation="general").left == 250_000
    assert small_aids.standing_of(farm, on=ON, regulation="sgei").left == 700_000
    declared(farm, 700_000, regulation="sgei")
    assert small_aids.standing_of(farm, on=ON, regulation="general").left == 0


def test_ceilings_are_those_of_the_day() -> None:
    assert ceiling("general", dt.date(2023, 12, 31)).amount == 200_000
    assert ceiling("general", dt.date(2024, 1, 1)).amount == 300_000
    assert ceiling("agriculture", dt.date(2024, 12, 16)).amount == 50_000
    for rows in CEILINGS.values():
        assert [row.since for row in rows] == sorted((row.since for row in rows), reverse=True)


@pytest.mark.parametrize("amount", ["0", "-1", "1.001", "NaN", "1e20"])
def test_an_aid_declared_is_an_amount_and_by_a_member(amount: str) -> None:
    atelier = company()
    with pytest.raises(InputError):
        small_aids.small_aid_declare(
            actor=desk.member(atelier, "mia"), organisation=atelier, regulation="general", funder="État",
            granted_on=dt.date(2025, 1, 1), amount=Decimal(amount),
        )  # fmt: skip
    with pytest.raises(PermissionDenied):
        small_aids.small_aid_declare(
            actor=desk.account("autre"), organisation=atelier, regulation="general", funder="État",
            granted_on=dt.date(2025, 1, 1), amount=Decimal(1),
        )  # fmt: skip


def test_what_the_region_granted_is_not_taken_back_by_its_beneficiary() -> None:
    atelier = company()
    mia = desk.member(atelier, "mia")
    aid = small_aids.small_aid_declare(
        actor=mia,
        organisation=atelier,
        regulation="general",
        funder="ADEME",
        granted_on=dt.date(2025, 1, 1),
        amount=Decimal(10),
    )
    small_aids.small_aid_remove(actor=mia, aid=aid)
    case = case_of(atelier)
    small_aids.check(case, Decimal(10), ON)
    with pytest.raises(InputError, match="fait de la Région"):
        small_aids.small_aid_remove(actor=mia, aid=SmallAid.objects.get(case=case))


def works(**values: Any) -> Case:
    return desk.case("aide-travaux", **values)


def save(case: Case, *lines: tuple[str, str, bool, bool]) -> None:
    plans.plan_write(case, [{"funder": f, "amount": Decimal(a), "public": p, "own": o} for f, a, p, o in lines])


def test_a_plan_is_checked_line_by_line_with_the_law_and_the_largest_award_holds_it() -> None:
    case = works(applicant_kind="commune", asked=600_000)
    save(case, ("Commune", "2000", True, True), ("Département", "2000", True, False))
    plan = plans.plan_of(case)
    assert plan.holds
    assert {check.code: check.met for check in plan.checks} == {
        "unbalanced": True,
        "own_of_public": True,
        "aid_rate": True,
    }
    assert "L1111-10" in next(check.law.fr for check in plan.checks if check.code == "own_of_public")
    assert plan.largest == Decimal("6000.00")
    short = plans.plan_of(case, regional=Decimal("6000.01"))
    assert not short.holds
    assert {check.code for check in short.checks if not check.met} == {"unbalanced", "own_of_public", "aid_rate"}


def test_the_laws_least_part_binds_local_authorities_alone() -> None:
    case = works(applicant_kind="association", asked=800_000)
    save(case, ("Nous", "2000", False, True))
    assert [check.code for check in plans.plan_of(case).checks] == ["unbalanced", "aid_rate"]
    assert plans.plan_of(case).holds


@pytest.mark.parametrize(
    "line",
    [
        {"funder": "", "amount": Decimal(1)},
        {"funder": "x" * 201, "amount": Decimal(1)},
        {"funder": "A", "amount": Decimal("-1")},
        {"funder": "A", "amount": Decimal("1.001")},
        {"funder": "A", "amount": 1.5},
        {"funder": "A", "amount": Decimal("NaN")},
        {"funder": "A"},
    ],
)
def test_one_bad_line_of_a_plan_changes_nothing(line: dict[str, Any]) -> None:
    case = works()
    before = case.plan.count()
    with pytest.raises(InputError, match="ligne 2"):
        plans.plan_write(case, [{"funder": "Nous", "amount": Decimal(1)}, line])
    assert case.plan.count() == before


def test_an_agreement_is_needed_above_23_000_euros_in_the_year_for_private_bodies() -> None:
    atelier = company()
    case = case_of(atelier)
    assert not plans.agreement_required(case, Decimal(23_000), ON)
    assert plans.agreement_required(case, Decimal("23000.01"), ON)
    Case.objects.filter(pk=case_of(atelier).pk).update(
        awarded=2_000_000, decided_at=dt.datetime(2026, 2, 1, tzinfo=dt.UTC)
    )
    assert plans.agreement_required(case, Decimal("3000.01"), ON)
    assert not plans.agreement_required(case, Decimal("3000.01"), dt.date(2027, 6, 1))
    assert not plans.agreement_required(works(applicant_kind="commune"), Decimal(1_000_000), ON)
