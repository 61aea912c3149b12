"""A decision is written once, whole or not at all, and can be made again."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection, transaction

from mandat import journal
from mandat.apps.funds.models import Allocation, Envelope
from mandat.apps.funds.selectors import standings, verify
from mandat.apps.grants import recomputing, recording
from mandat.apps.grants.models import Case, Decision, Move
from mandat.apps.grants.recomputing import recompute
from mandat.apps.grants.services.deciding import Verdict, case_decide, decided, decided_many
from mandat.apps.grants.services.moving import held
from mandat.journal import guard
from mandat.kernel.errors import InputError
from tests.apps.grants.committee import world

pytestmark = pytest.mark.usefixtures("programme")


def decide(case: Case, outcome: str = "awarded", amount: Any = 5000, motive: str = "", **options: Any) -> Decision:
    actor = options.pop("actor", None) or world.decider()
    with guard.acts():
        return case_decide(
            actor=actor,
            case=case,
            outcome=outcome,
            amount=None if amount is None else Decimal(amount),
            motive=motive,
        )


def test_an_award_reserves_awards_and_tells_in_one_go() -> None:
    envelope = world.envelope(scheme="guichet")
    case = world.case(scheme="guichet")
    decision = decide(case)
    case.refresh_from_db()
    assert (case.state, case.awarded, case.due_on) == ("awarded", 500_000, None)
    fact = journal.entry(decision.fact_index).fact
    assert (fact.kind, fact.amount, fact.subject) == ("grants.awarded.v1", Decimal(5000), case.reference)
    assert case.applicant is not None
    assert fact.data["beneficiary"] == case.applicant.name
    assert fact.data["beneficiary_siret"] == case.applicant.siret
    assert fact.data["record_sha256"] == decision.sha256
    [standing] = standings([envelope])
    assert (standing.awarded, standing.reserved, standing.available) == (5000, 0, 95_000)
    assert list(verify("essai")) == []
    assert [account.code for account in case.accounts.order_by("pk")] == ["bilan"]
    assert [row.condition for row in case.conditions.order_by("pk")] == ["charte"]
    assert case.moves.order_by("-pk")[0].name == "award"


def test_a_natural_person_is_not_named_in_the_fact_of_an_award() -> None:
    world.envelope(scheme="guichet")
    case = world.case(scheme="guichet", person=True)
    fact = journal.entry(decide(case).fact_index).fact
    assert fact.data["beneficiary"] == "personne physique"
    assert "beneficiary_siret" not in fact.data
    assert fact.area == ""
    assert "Un projet" not in fact.data["purpose"]


def test_a_refusal_names_nobody_and_says_why() -> None:
    case = world.case(scheme="guichet")
    with pytest.raises(InputError, match="L211-2"):
        decide(case, "refused", None)
    decision = decide(case, "refused", None, "Le projet est hors sujet.")
    fact = journal.entry(decision.fact_index).fact
    assert (fact.kind, fact.subject, fact.area) == ("grants.refused.v1", "", "")
    assert "beneficiary" not in fact.data
    case.refresh_from_db()
    assert (case.state, case.awarded) == ("refused", None)
    assert Decision.objects.get().motive == "Le projet est hors sujet."


def test_an_amount_that_is_not_the_rules_is_explained() -> None:
    world.envelope(scheme="guichet")
    case = world.case(scheme="guichet")
    with pytest.raises(InputError, match="s'écarte de la règle"):
        decide(case, amount=4000)
    decision = decide(case, amount=4000, motive="L'enveloppe est partagée entre tous.")
    record = recording.record_of(decision)
    assert (record["calculation"]["rule_amount"], record["amount"], record["departs"]) == ("5000", "4000", True)


@pytest.mark.parametrize("amount", ["10000.01", "0", "-1", "12.345", "NaN"])
def test_an_amount_that_does_not_hold_is_refused(amount: str) -> None:
    world.envelope(scheme="guichet")
    with pytest.raises(InputError):
        decide(world.case(scheme="guichet"), amount=Decimal(amount), motive="Ainsi.")


def test_an_envelope_that_lacks_money_refuses_the_decision_whole() -> None:
    world.envelope(4_000, scheme="guichet")
    case = world.case(scheme="guichet")
    before = journal.size()
    with pytest.raises(InputError, match="n'a plus que"):
        decide(case)
    case.refresh_from_db()
    assert (case.state, case.awarded) == ("ready", None)
    assert not Decision.objects.exists()
    assert not Allocation.objects.exists()
    assert not case.moves.filter(name="award").exists()
    assert not case.accounts.exists()
    assert journal.size() == before


def test_without_an_envelope_nothing_is_awarded() -> None:
    with pytest.raises(InputError, match="aucune enveloppe"):
        decide(world.case(scheme="guichet"))


def test_the_envelope_of_the_scheme_goes_before_that_of_the_measure() -> None:
    of_measure = world.envelope(scheme="", code="mesure-1")
    of_scheme = world.envelope(scheme="guichet")
    decide(world.case(scheme="guichet"))
    assert [one.awarded for one in standings([of_scheme, of_measure])] == [5000, 0]


def test_many_decisions_are_all_made_or_none() -> None:
    world.envelope(9_000, scheme="guichet")
    cases = [held(case) for case in world.cases(2, scheme="guichet")]
    actor = world.decider()
    with pytest.raises(InputError, match="n'a plus que"):
        decided_many([Verdict(case, "awarded", "authority", amount=Decimal(5000), actor=actor) for case in cases])
    assert not Decision.objects.exists()
    assert standings(list(Envelope.objects.order_by("pk")))[0].available == 9_000


def test_whoever_belongs_to_the_organisation_cannot_decide() -> None:
    world.envelope(scheme="guichet")
    case = world.case(scheme="guichet")
    assert case.applicant is not None
    conflicted = world.owner(case.applicant)
    world.post(conflicted, "decide")
    with pytest.raises(PermissionDenied):
        decide(case, actor=conflicted)
    with pytest.raises(PermissionDenied):
        decide(case, actor=world.user("passante"))


def test_what_a_committee_votes_is_not_decided_at_the_desk() -> None:
    world.envelope()
    with pytest.raises(InputError, match="voté par un comité"):
        decide(world.case())


def test_an_express_answer_may_follow_silence_and_only_silence() -> None:
    world.envelope(scheme="guichet")
    case = world.case(scheme="guichet")
    silence = decided(held(case), outcome="refused", by="silence", motive="", amount=None)
    assert silence.decided_by is None
    express = decide(case)
    case.refresh_from_db()
    assert (case.state, express.rank, case.ended_at) == ("awarded", 2, None)
    other = world.case(scheme="guichet")
    decide(other, "refused", None, "Hors sujet.")
    with pytest.raises(InputError, match="déjà décidé"):
        decide(other)


def test_deciding_twice_is_refused() -> None:
    world.envelope(scheme="guichet")
    case = world.case(scheme="guichet")
    decide(case)
    with pytest.raises(InputError, match="impossible dans son état"):
        decided(
            held(case), outcome="awarded", by="authority", motive="", amount=Decimal(5000), actor=world.decider("b")
        )
    assert Decision.objects.count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("statement", ["UPDATE grants_decision SET outcome = 'refused'", "DELETE FROM grants_decision"])
def test_a_decision_is_neither_changed_nor_deleted(statement: str) -> None:
    world.envelope(scheme="guichet")
    decide(world.case(scheme="guichet"))
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert Decision.objects.get().outcome == "awarded"


def test_an_altered_record_is_found_out() -> None:
    world.envelope(scheme="guichet")
    decision = decide(world.case(scheme="guichet"))
    assert recording.record_of(decision)["outcome"] == "awarded"
    decision.record = decision.record.replace("awarded", "refused")
    with pytest.raises(InputError, match="modifié"):
        recording.record_of(decision)


def test_the_record_holds_what_was_decided_on() -> None:
    world.envelope(scheme="guichet")
    record = recording.record_of(decide(world.case(scheme="guichet")))
    calculation = record["calculation"]
    assert calculation["rule"]["vocabularies"][0]["code"] == "organismes"
    assert {row["name"]: row["value"] for row in calculation["inputs"]} == {"cout": "10000"} | {"siege": "45234"}
    assert {row["name"]: row["reference"] for row in calculation["parameters"]}["taux"] == "Délibération d'essai"
    assert record["conditions"][0]["code"] == "charte"
    assert record["appeals"]["months"] == 2
    assert dt.date.fromisoformat(record["appeals"]["until"]) > dt.date.fromisoformat(record["decided_on"])
    assert Move.objects.filter(name="award").count() == 1


def test_a_decision_can_be_made_again_from_its_record() -> None:
    world.envelope(scheme="guichet")
    decision = decide(world.case(scheme="guichet"))
    compared = recompute(decision)
    assert (compared.verdict, compared.same_rule) == ("same", True)
    assert {row.label: row.now for row in compared.rows}["l'aide"] == "5000"


def test_a_step_that_comes_out_otherwise_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    world.envelope(scheme="guichet")
    decision = decide(world.case(scheme="guichet"))
    record = recording.record_of(decision)
    record["calculation"]["inputs"][0]["value"] = "9000"
    monkeypatch.setattr(recomputing, "record_of", lambda one: record)
    assert recompute(decision).verdict == "different"
