"""Contracts: prepared, signed, carried out, reviewed, amended, ended; and how much of the region they cover."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from mandat import journal
from mandat.apps.accounts.models import Notice, User
from mandat.apps.grants import hooks
from mandat.apps.grants.models import Party
from mandat.apps.grants.terms import SCHEMES
from mandat.apps.organisations.models import Member, Organisation
from mandat.apps.registers.coverage import contract_areas, coverage
from mandat.apps.registers.models import Action, Contract
from mandat.apps.registers.services import contracts
from mandat.kernel.errors import InputError
from tests.apps.registers.conftest import case, decide

DAY = dt.date(2026, 11, 9)


def facts(kind: str) -> list[Any]:
    return [entry.fact for entry in journal.iterate() if entry.fact.kind == kind]


@pytest.fixture
def prepared(tours: Organisation, orleans: Organisation) -> Contract:
    found = case(tours, "contrat-eau")
    Party.objects.create(case=found, organisation=orleans, role="aval")
    decide(found)
    return Contract.objects.get()


@pytest.fixture
def running(prepared: Contract, agent: User) -> Contract:
    contracts.contract_sign(actor=agent, contract=prepared, on=DAY)
    prepared.refresh_from_db()
    return prepared


def covered(on: dt.date = DAY) -> Any:
    scheme = SCHEMES.current("contrat-eau").document
    return coverage(scheme, contract_areas("essai", "contrat-eau", on), region="region:24", on=on)


def test_an_award_prepares_a_contract_with_its_parties_and_territory(prepared: Contract) -> None:
    assert [(party.organisation.name, party.leads) for party in prepared.parties.all()] == [
        ("Ville de Tours", True),
        ("Ville d'Orléans", False),
    ]
    assert [one.area for one in prepared.areas.all()] == ["commune:37261"]
    assert prepared.state == "prepared"
    assert not facts("contracts.signed.v1")


def test_a_group_of_communes_signs_for_all_its_communes(tours: Organisation) -> None:
    tours.legal_category = "7344"
    tours.save()
    decide(case(tours, "contrat-eau"))
    assert [one.area for one in Contract.objects.get().areas.all()] == ["epci:243700754"]


def test_the_agreement_in_force_begins_the_contract(prepared: Contract) -> None:
    hooks.in_force(prepared.case, DAY)
    prepared.refresh_from_db()
    assert (prepared.state, prepared.ends_on, prepared.next_review_on) == (
        "running",
        dt.date(2029, 11, 9),
        dt.date(2027, 11, 9),
    )
    [signed] = facts("contracts.signed.v1")
    assert signed.data["parties"] == "Ville de Tours, Ville d'Orléans"
    assert [fact.area for fact in facts("contracts.territory_covered.v1")] == ["commune:37261"]
    hooks.in_force(prepared.case, DAY)
    assert len(facts("contracts.signed.v1")) == 1


def test_a_contract_without_territory_is_not_signed(prepared: Contract, agent: User) -> None:
    contracts.contract_prepare(actor=agent, contract=prepared, title="Contrat du Cher", areas=[], parties=[])
    with pytest.raises(InputError, match="territoire"):
        contracts.contract_sign(actor=agent, contract=prepared, on=DAY)
    assert not facts("contracts.signed.v1")


def test_preparing_refuses_areas_nobody_knows_and_keeps_what_was(prepared: Contract, agent: User) -> None:
    with pytest.raises(InputError, match="territoire inconnu"):
        contracts.contract_prepare(actor=agent, contract=prepared, title="X", areas=["commune:99999"], parties=[])
    prepared.refresh_from_db()
    assert prepared.title == "Un projet"
    assert prepared.areas.count() == 1


def test_former_communes_stand_for_those_of_today(prepared: Contract, agent: User) -> None:
    contracts.contract_prepare(
        actor=agent, contract=prepared, title="Contrat", areas=["commune:45900", "commune:45234"], parties=[]
    )
    assert [one.area for one in prepared.areas.all()] == ["commune:45234"]


def test_coverage_is_weighed_and_rounded_down(running: Contract) -> None:
    found = covered()
    # Tours has 138,000 of the 266,000 inhabitants that are known, in 1 of 4 communes.
    assert found.share == found.shares["population"] == Decimal("51.8")
    assert found.shares["communes"] == Decimal("25.0")
    assert (found.goal, found.due, found.reached) == (Decimal(80), dt.date(2027, 6, 30), False)
    assert found.missing == {"37050", "45234", "45286"}
    assert covered(DAY - dt.timedelta(days=1)).share == 0


def test_an_amendment_adds_and_removes_territory_from_its_day(running: Contract, agent: User, clock: Any) -> None:
    clock.move_to(dt.datetime(2027, 2, 1, 9, 0, tzinfo=dt.UTC))
    contracts.contract_amend(
        actor=agent, contract=running, on=dt.date(2027, 1, 15), what="Orléans Métropole rejoint le contrat, Tours le quitte",
        ends_on=dt.date(2030, 6, 30), adds=["epci:244500468"], removes=["commune:37261"],
    )  # fmt: skip
    assert covered(dt.date(2027, 1, 14)).covered == {"37261"}
    assert covered(dt.date(2027, 1, 15)).covered == {"45234", "45286"}
    running.refresh_from_db()
    assert running.ends_on == dt.date(2030, 6, 30)
    assert facts("contracts.territory_covered.v1")[-1].area == "epci:244500468"
    with pytest.raises(InputError, match="au moins un territoire"):
        contracts.contract_amend(
            actor=agent, contract=running, on=dt.date(2027, 1, 20), what="Plus rien", removes=["epci:244500468"]
        )


def test_actions_are_led_by_parties_and_done_with_something_to_show(
    running: Contract, agent: User, orleans: Organisation, tours: Organisation
) -> None:
    stranger = Organisation.objects.create(
        name="Autre", subject=tours.subject.__class__.objects.create(**tours.subject.__class__.fresh())
    )
    with pytest.raises(InputError, match="partie"):
        contracts.action_add(actor=agent, contract=running, title="Digue", due_on=dt.date(2027, 5, 1), leader=stranger)
    with pytest.raises(InputError, match="centime"):
        contracts.action_add(
            actor=agent, contract=running, title="Digue", due_on=dt.date(2027, 5, 1), leader=orleans,
            fundings=[("Région", Decimal("10.001"), True, True)],
        )  # fmt: skip
    assert not running.actions.exists()
    action = contracts.action_add(
        actor=agent, contract=running, title="Digue", due_on=dt.date(2027, 5, 1), leader=orleans,
        fundings=[("Région", Decimal(40_000), True, True), ("Agence de l'eau", Decimal("60000.50"), False, False)],
    )  # fmt: skip
    contracts.action_begin(actor=agent, action=action)
    with pytest.raises(InputError, match="montre"):
        contracts.action_done(actor=agent, action=action, on=DAY, evidence=" ")
    contracts.action_done(
        actor=agent, action=action, on=DAY, evidence="Procès-verbal de réception", cost=Decimal("99000.10")
    )
    [done] = facts("contracts.action_done.v1")
    assert (done.amount, done.data["action"]) == (Decimal("99000.1"), "Digue")
    with pytest.raises(InputError, match="réalisée"):
        contracts.action_drop(actor=agent, action=action, why="Trop tard")


def test_a_review_counts_what_was_done_by_its_day(running: Contract, agent: User, clock: Any) -> None:
    clock.move_to(dt.datetime(2027, 11, 20, 9, 0, tzinfo=dt.UTC))
    first, second, third = (
        contracts.action_add(actor=agent, contract=running, title=f"Action {n}", due_on=dt.date(2028, 1, 1))
        for n in range(3)
    )
    contracts.action_done(actor=agent, action=first, on=dt.date(2027, 6, 1), evidence="Photo")
    contracts.action_done(actor=agent, action=second, on=dt.date(2027, 11, 19), evidence="Photo")
    contracts.action_drop(actor=agent, action=third, why="Sans objet")
    review = contracts.review_hold(actor=agent, contract=running, on=dt.date(2027, 11, 9), findings="Bonne avancée.")
    assert (review.done, review.planned) == (1, 2)
    running.refresh_from_db()
    assert running.next_review_on == dt.date(2028, 11, 9)
    with pytest.raises(InputError, match="ce jour-là"):
        contracts.review_hold(actor=agent, contract=running, on=dt.date(2027, 11, 9), findings="Encore.")


def test_parties_are_told_once_of_a_review_to_come(
    running: Contract, member: User, person: Callable[..., User]
) -> None:
    assert contracts.reviews_remind(on=dt.date(2027, 10, 9)) == 0
    assert contracts.reviews_remind(on=dt.date(2027, 10, 10)) == 1
    assert contracts.reviews_remind(on=dt.date(2027, 10, 11)) == 0
    assert Notice.objects.filter(user=member, kind="registers.review").count() == 1


def test_a_contract_ends_at_its_term_or_before(running: Contract, agent: User, tours: Organisation, clock: Any) -> None:
    clock.move_to(dt.datetime(2029, 11, 10, 9, 0, tzinfo=dt.UTC))
    assert contracts.contracts_end(on=dt.date(2029, 11, 9)) == 0
    assert contracts.contracts_end(on=dt.date(2029, 11, 10)) == 1
    assert contracts.contracts_end(on=dt.date(2029, 11, 10)) == 0
    assert facts("contracts.ended.v1")[0].data["why"] == "term"
    decide(case(tours, "contrat-eau"))
    again = Contract.objects.get(state="prepared")
    contracts.contract_sign(actor=agent, contract=again, on=DAY)
    contracts.contract_terminate(actor=agent, contract=again, on=dt.date(2029, 11, 10))
    assert covered(dt.date(2029, 11, 9)).covered == {"37261"}
    assert not covered(dt.date(2029, 11, 10)).covered


def test_days_to_come_and_people_of_a_party_are_refused(
    prepared: Contract, agent: User, orleans: Organisation, person: Callable[..., User]
) -> None:
    with pytest.raises(InputError, match="à venir"):
        contracts.contract_sign(actor=agent, contract=prepared, on=dt.date(2026, 11, 11))
    with pytest.raises(PermissionDenied):
        contracts.contract_sign(actor=person("agent"), contract=prepared, on=DAY)
    Member.objects.create(organisation=orleans, user=agent, rank="reader")
    with pytest.raises(InputError, match="autre personne"):
        contracts.contract_sign(actor=agent, contract=prepared, on=DAY)
    assert Action.objects.count() == 0
