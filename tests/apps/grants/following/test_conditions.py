"""Conditions of a case: which apply, how each is shown, renewed, breached after a fair procedure, put right or upheld."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from mandat import journal
from mandat.apps.grants.machine import State as CaseState
from mandat.apps.grants.models import Case, ConditionRecord
from mandat.apps.grants.services import breaches, conditions, payments
from mandat.journal import guard
from mandat.kernel.errors import InputError
from tests.apps.grants.desk import world as desk
from tests.apps.grants.following import world

pytestmark = pytest.mark.usefixtures("programme")
Standing = ConditionRecord.Standing


def codes(case: Case, **given: Any) -> list[str]:
    return [line.condition for line in conditions.lines(case, **given)]


def line(case: Case, code: str) -> conditions.Line:
    return next(one for one in conditions.lines(case) if one.condition == code)


def standing(case: Case, code: str) -> str:
    return ConditionRecord.objects.get(case=case, condition=code).standing


def days(number: int) -> time_machine.travel:
    return time_machine.travel(timezone.now() + dt.timedelta(days=number), tick=False)


def test_a_condition_applies_where_its_scheme_names_it_or_its_scope_holds_the_case() -> None:
    assert codes(desk.case("aide-directe")) == ["charte", "republicain"]
    assert codes(desk.case("aide-directe", applicant_kind="commune")) == ["charte"]
    assert codes(desk.case("aide-entreprises", applicant_kind="company")) == ["charte", "vigilance"]


@pytest.mark.parametrize(("amount", "there"), [("1000000", False), ("1000000.01", True)])
def test_one_percent_for_art_applies_above_a_million_and_is_computed_on_the_cost(amount: str, there: bool) -> None:
    case = desk.case("aide-travaux", cost=300_000_099, applicant_kind="commune")
    found = {one.condition: one for one in conditions.lines(case, amount=Decimal(amount))}
    assert ("art" in found) is there
    if there:
        # 1 % of 3,000,000.99 €, rounded down to the cent.
        assert found["art"].art == 3_000_000


def test_a_condition_that_only_works_name_does_not_apply_elsewhere() -> None:
    assert "art" not in codes(desk.case("aide-directe", cost=300_000_000), amount=Decimal(2_000_000))


def test_what_is_declared_is_declared_once_and_what_is_computed_is_computed_by_the_rule() -> None:
    case = desk.case("aide-travaux", applicant_kind="commune")
    owner = world.owner(case)
    with guard.acts():
        conditions.condition_declare(actor=owner, case=case, condition="calculee")
    conditions.condition_declare(actor=owner, case=case, condition="calculee")
    assert [check.result for check in line(case, "calculee").record.checks.all()] == ["met"]  # type: ignore[union-attr]
    poor = desk.case(
        "aide-travaux", applicant_kind="commune", answers={"intitule": "Petit", "cout": "10", "siege": "45234"}
    )
    conditions.condition_declare(actor=world.owner(poor), case=poor, condition="calculee")
    assert line(poor, "calculee").met_at("agreement") is False
    with pytest.raises(InputError, match="ne s'applique pas"):
        conditions.condition_declare(actor=owner, case=case, condition="vigilance")
    with pytest.raises(PermissionDenied):
        conditions.condition_declare(actor=world.agents()[0], case=case, condition="charte")


def test_an_agent_checks_with_a_note_a_date_and_until_when_it_is_good() -> None:
    case = desk.case("aide-entreprises", applicant_kind="company")
    agathe = world.agents()[0]
    with pytest.raises(InputError, match="pourquoi"):
        conditions.condition_check(actor=agathe, case=case, condition="vigilance", met=False)
    with guard.acts():
        conditions.condition_check(
            actor=agathe, case=case, condition="vigilance", met=True, proof=0, note="Attestation lue."
        )
    found = line(case, "vigilance")
    assert found.standing == Standing.MET
    assert found.met_at("balance")
    [check] = found.record.checks.all()  # type: ignore[union-attr]
    assert (check.by, check.note) == (agathe, "Attestation lue.")
    assert check.good_until is not None
    with time_machine.travel(dt.datetime.combine(check.good_until, dt.time(12)) + dt.timedelta(days=1)):
        assert not line(case, "vigilance").met_at("balance")
    with pytest.raises(InputError, match="preuve"):
        conditions.condition_check(actor=agathe, case=case, condition="vigilance", met=True, proof=7)


def test_a_proof_due_at_the_balance_does_not_stop_the_advance_and_stops_the_balance() -> None:
    case = desk.case("aide-entreprises", applicant_kind="company")
    conditions.condition_declare(actor=world.owner(case), case=case, condition="charte")
    assert conditions.unmet(case, "advance") == []
    assert [one.condition for one in conditions.unmet(case, "balance")] == ["vigilance"]


def test_what_does_not_block_is_asked_for_and_stops_nothing() -> None:
    case = world.banked(world.running())
    assert line(case, "republicain").met_at("advance") is False
    assert payments.payment_ask(actor=world.owner(case), case=case, code="avance").amount == 250_000


def test_an_award_records_which_conditions_were_met_and_how() -> None:
    case = desk.case("aide-directe")
    conditions.condition_declare(actor=world.owner(case), case=case, condition="charte")
    found = {one["condition"]: one for one in conditions.standing(case, amount=Decimal(100))}
    assert found["charte"]["met"] is True
    assert found["charte"]["proofs"][0]["result"] == "declared"
    assert found["republicain"]["met"] is False
    assert set(case.conditions.values_list("condition", flat=True)) == {"charte", "republicain"}


def breached(case: Case, code: str = "charte") -> breaches.Breach:
    return breaches.condition_breach(
        actor=world.agents()[0], case=case, condition=code, grounds="Elle n'est pas tenue."
    )


def test_a_breach_stops_payments_and_nothing_is_concluded_before_the_beneficiary_could_answer() -> None:
    case = world.banked(world.running())
    world.paid(case)
    with guard.acts():
        breach = breached(case)
    case.refresh_from_db()
    assert case.state == CaseState.SUSPENDED
    with pytest.raises(InputError, match="déjà examiné"):
        breached(case)
    with pytest.raises(InputError, match="peut répondre"):
        breaches.remedy_ask(actor=world.agents()[0], breach=breach)
    with pytest.raises(InputError, match="peut répondre"):
        breaches.breach_uphold(actor=world.decider(), breach=breach, motive="Non.", unmet=Decimal(10))
    with guard.acts():
        breaches.breach_answer(actor=world.owner(case), breach=breach, text="Nous la tenons.")
    with pytest.raises(InputError, match="temps de réparer"):
        breaches.breach_uphold(actor=world.decider(), breach=breach, motive="Non.", unmet=Decimal(10))


def test_what_is_put_right_in_time_lets_payments_go_on_and_names_nobody() -> None:
    case = world.banked(world.running())
    breach = breached(case)
    breaches.breach_answer(actor=world.owner(case), breach=breach, text="Nous réparons.")
    breaches.remedy_ask(actor=world.agents()[0], breach=breach)
    with guard.acts():
        breaches.condition_remedy(actor=world.agents()[0], case=case, condition="charte", note="Charte affichée.")
    case.refresh_from_db()
    assert (case.state, standing(case, "charte")) == (CaseState.RUNNING, Standing.REMEDIED)
    for kind in ("conditions.breach_opened.v1", "conditions.remedied.v1"):
        [entry] = journal.page(programme="essai", kind=kind, size=10).entries
        assert "beneficiary" not in {name for name, value in entry.fact.data.items() if value}
    assert payments.payment_ask(actor=world.owner(case), case=case, code="avance").amount == 250_000


def test_a_breach_upheld_recovers_pro_rata_and_names_the_legal_person() -> None:
    case = world.banked(world.running())
    world.paid(case)
    breach = breached(case)
    with days(16):
        breaches.remedy_ask(actor=world.agents()[0], breach=breach)
    with days(80):
        with pytest.raises(InputError, match="quelle part"):
            breaches.breach_uphold(actor=world.decider(), breach=breach, motive="Rien n'a changé.")
        with pytest.raises(PermissionDenied):
            breaches.breach_uphold(actor=world.agents()[0], breach=breach, motive="Rien.", unmet=Decimal(10))
        with guard.acts():
            breaches.breach_uphold(
                actor=world.decider(), breach=breach, motive="Rien n'a changé.", unmet=Decimal("33.33")
            )
    back = case.recoveries.get()
    # 33.33 % of 2,500 €, rounded down to the cent.
    assert (back.why, back.amount, back.breach) == ("breach", 83_325, breach)
    [entry] = journal.page(programme="essai", kind="conditions.breached.v1", size=10).entries
    assert entry.fact.data["beneficiary"] == "Les Vergers"
    case.refresh_from_db()
    assert case.state == CaseState.SUSPENDED


def test_a_whole_recovery_takes_back_all_that_was_paid_and_excludes_for_a_time() -> None:
    case = world.banked(world.running("aide-entreprises", applicant_kind="company"))
    conditions.condition_check(actor=world.agents()[0], case=case, condition="vigilance", met=True)
    world.paid(case)
    assert case.applicant is not None
    breach = breached(case, "vigilance")
    with days(16):
        breaches.remedy_ask(actor=world.agents()[0], breach=breach)
    with days(50):
        breaches.breach_uphold(actor=world.decider(), breach=breach, motive="Condamnation définitive.")
        assert case.recoveries.get().amount == 250_000
        assert breaches.excluded_until(case.applicant) is not None
        with pytest.raises(InputError, match="avant le"):
            breaches.exclusion_check(case.applicant)
    with days(365 * 6):
        breaches.exclusion_check(case.applicant)


def test_who_opened_a_breach_does_not_uphold_it() -> None:
    case = world.banked(world.running())
    both = desk.posted("gil", "instruct")
    desk.Post.objects.create(programme="essai", duty="decide", user=both, since=dt.date(2020, 1, 1))
    breach = breaches.condition_breach(actor=both, case=case, condition="charte", grounds="Elle n'est pas tenue.")
    with pytest.raises(InputError, match="autre personne"):
        breaches.breach_uphold(actor=both, breach=breach, motive="Non.", unmet=Decimal(1))


def test_a_natural_person_is_never_named() -> None:
    case = world.banked(world.running(alone=True, applicant_kind="person"))
    world.paid(case)
    breach = breached(case)
    with days(16):
        breaches.remedy_ask(actor=world.agents()[0], breach=breach)
    with days(80):
        breaches.breach_uphold(actor=world.decider(), breach=breach, motive="Rien n'a changé.", unmet=Decimal(50))
    for entry in journal.page(programme="essai", size=100).entries:
        assert entry.fact.data.get("beneficiary", "personne physique") in ("personne physique", "")
        assert entry.fact.area == "" or not entry.fact.kind.startswith(("grants.", "conditions."))


@pytest.mark.parametrize(
    ("starts", "ends", "since", "share"),
    [
        ("2026-01-01", "2026-12-31", "2026-01-01", "100.00"),
        ("2026-01-01", "2026-12-31", "2026-12-31", "0.27"),
        ("2026-01-01", "2026-12-31", "2027-01-01", "0.00"),
        ("2026-01-01", "2026-12-31", "2025-01-01", "100.00"),
        ("2026-01-01", "2026-12-31", "2026-07-02", "50.13"),
    ],
)
def test_the_share_not_met_over_time_is_counted_in_days(starts: str, ends: str, since: str, share: str) -> None:
    day = dt.date.fromisoformat
    assert breaches.over_time(day(starts), day(ends), day(since)) == Decimal(share)


def test_a_proof_nearly_over_is_asked_for_again() -> None:
    case = world.running("aide-entreprises", applicant_kind="company")
    conditions.condition_check(actor=world.agents()[0], case=case, condition="vigilance", met=True)
    record = ConditionRecord.objects.get(case=case, condition="vigilance")
    assert record.due_on is not None
    assert conditions.renewal_remind(record) is False
    with time_machine.travel(dt.datetime.combine(record.due_on, dt.time(12), tzinfo=dt.UTC) + dt.timedelta(days=1)):
        assert conditions.renewal_remind(record) is True
        assert conditions.renewal_remind(record) is False
    assert standing(case, "vigilance") == Standing.ASKED
