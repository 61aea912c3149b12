"""What is granted is paid once a period, asked back where it is owed no more, contested, counted; what is kept about people goes in time."""

from __future__ import annotations

import datetime as dt
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from io import StringIO
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st

from mandat import journal
from mandat.apps.accounts.models import Notice, User
from mandat.apps.custody import personal, retention
from mandat.apps.custody.keys import ErasedError
from mandat.apps.ledger.payments.reading import Outcome
from mandat.apps.programme.published import Published
from mandat.apps.rights import services
from mandat.apps.rights.models import Benefit, Claim, Decision, Payment
from mandat.apps.rights.schema import Right
from mandat.apps.rights.services.counting import publishable
from mandat.apps.rights.services.decisions import record_of
from mandat.apps.rights.terms import current_terms
from mandat.kernel.errors import InputError
from tests.apps.rights import samples

Person = Callable[..., User]
Make = Callable[..., Claim]


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)


def facts(kind: str) -> list[Any]:
    return [entry.fact for entry in journal.iterate(programme="essai", kind=kind)]


def granted(sent: Make, person: Person, right: str = "allocation", **given: Any) -> Benefit:
    claim = sent(right, **given)
    services.claim_decide(actor=person("agent"), claim=claim, outcome="granted")
    return Benefit.objects.get(decision__claim=claim)


def test_a_monthly_allowance_is_ordered_once_a_month_whatever_the_number_of_runs(sent: Make, person: Person) -> None:
    with time_machine.travel("2025-01-31 10:00+01:00") as clock:
        benefit = granted(sent, person)
        assert benefit.payments.count() == 1
        clock.move_to(at("2025-03-01T09:00:00+01:00"))
        assert services.day_pass().done["paid"] == 1
        assert services.day_pass().done["paid"] == 0
        days = list(benefit.payments.order_by("period_start").values_list("period_start", flat=True))
        assert days == [dt.date(2025, 1, 31), dt.date(2025, 2, 28)]
        clock.move_to(at("2026-03-01T09:00:00+01:00"))
        services.day_pass()
        assert benefit.payments.count() == 6
        assert [fact.amount for fact in facts("rights.paid.v1")] == [Decimal(50)] * 6


def test_ending_a_right_early_asks_back_what_was_paid_for_later_periods(sent: Make, person: Person) -> None:
    with time_machine.travel("2025-01-15 10:00+01:00") as clock:
        benefit = granted(sent, person)
        clock.move_to(at("2025-03-20T10:00:00+01:00"))
        services.day_pass()
        services.benefit_end(actor=person("agent"), benefit=benefit, on=dt.date(2025, 2, 10), reason="Déménagement.")
        [refund] = Payment.objects.filter(kind="refund", period_start=dt.date(2025, 3, 15))
        assert Payment.objects.filter(kind="refund").count() == 2
        assert refund.amount == 50
        assert [fact.amount for fact in facts("rights.refund_due.v1")] == [Decimal(50), Decimal(50)]
        with pytest.raises(InputError, match="déjà pris fin"):
            services.benefit_end(actor=person("agent"), benefit=benefit, on=dt.date(2025, 2, 10), reason="Encore.")
        with pytest.raises(InputError, match="remise"):
            services.refund_settle(actor=person("agent"), payment=refund, cancelled=True)
        services.refund_settle(actor=person("agent"), payment=refund)
        with pytest.raises(InputError, match="rien"):
            services.refund_settle(actor=person("agent"), payment=refund)
        assert services.day_pass().done["paid"] == 0


def test_a_person_who_gives_up_owes_nothing_back(sent: Make, person: Person) -> None:
    benefit = granted(sent, person)
    with pytest.raises(PermissionDenied):
        services.benefit_give_up(actor=person(), benefit=benefit)
    services.benefit_give_up(actor=benefit.holder, benefit=benefit)
    assert not Payment.objects.filter(kind="refund").exists()
    assert facts("rights.ended.v1")[0].data["because"] == "given_up"


def test_an_appeal_is_answered_by_someone_else_and_never_by_an_algorithm(sent: Make, person: Person) -> None:
    agent, other = person("agent"), person("agent")
    claim = sent("prime")
    services.claim_decide(actor=agent, claim=claim, outcome="refused", reason="Revenus trop élevés.")
    services.appeal_lodge(actor=claim.claimant, claim=claim, grounds="Vous vous trompez.")
    with pytest.raises(InputError, match="vous avez pris la décision"):
        services.appeal_decide(actor=agent, claim=claim, accept=True, reason="Oui.", amount=Decimal(300))
    decision = services.appeal_decide(actor=other, claim=claim, accept=True, reason="En effet.", amount=Decimal(300))
    assert decision is not None
    assert (decision.rank, decision.on_appeal, decision.by) == (2, True, "agent")
    assert facts("rights.granted.v1")[0].data["on_appeal"] is True
    claim.refresh_from_db()
    assert claim.state == "granted"
    with pytest.raises(InputError, match="ne peut plus"):
        services.appeal_lodge(actor=claim.claimant, claim=claim, grounds="Encore.")


def test_a_contested_amount_is_made_good_by_the_difference(sent: Make, person: Person) -> None:
    benefit = granted(sent, person)
    claim = benefit.decision.claim
    services.appeal_lodge(actor=claim.claimant, claim=claim, grounds="C'est trop peu.")
    services.appeal_decide(actor=person("agent"), claim=claim, accept=True, reason="Oui.", amount=Decimal(80))
    amounts = list(Payment.objects.order_by("pk").values_list("amount", "kind"))
    assert amounts == [(Decimal(50), "due"), (Decimal(30), "due")]
    benefit.refresh_from_db()
    assert benefit.status == "ended"
    assert Benefit.objects.filter(holder=claim.claimant, status="active").get().amount == 80


def test_the_time_to_appeal_ends_and_silence_rejects_an_appeal(sent: Make, person: Person) -> None:
    with time_machine.travel("2025-01-15 10:00+01:00") as clock:
        late, soon = sent("prime"), sent("prime")
        for claim in (late, soon):
            services.claim_decide(actor=person("agent"), claim=claim, outcome="refused", reason="Non.")
        clock.move_to(at("2025-03-17T23:59:00+01:00"))
        services.appeal_lodge(actor=soon.claimant, claim=soon, grounds="À temps.")
        clock.move_to(at("2025-03-18T00:01:00+01:00"))
        with pytest.raises(InputError, match="pris fin"):
            services.appeal_lodge(actor=late.claimant, claim=late, grounds="Trop tard.")
        clock.move_to(at("2025-05-18T00:01:00+02:00"))
        assert services.day_pass().done["appeal_silence"] == 1
        soon.refresh_from_db()
        assert soon.state == "refused"
        assert facts("rights.appeal_decided.v1")[0].data["by"] == "silence"


def test_an_appeal_taken_back_leaves_the_decision(sent: Make, person: Person) -> None:
    claim = sent("prime")
    services.claim_decide(actor=person("agent"), claim=claim, outcome="refused", reason="Non.")
    services.appeal_lodge(actor=claim.claimant, claim=claim, grounds="Je conteste.")
    services.appeal_drop(actor=claim.claimant, claim=claim)
    claim.refresh_from_db()
    assert (claim.state, claim.decisions.count()) == ("refused", 1)


def test_transfers_go_into_one_file_and_come_back_settled_or_made_again(
    sent: Make, person: Person, settings: Any
) -> None:
    settings.MANDAT_DEMO = True
    treasurer = person("agent")
    first, second = granted(sent, person, "prime"), granted(sent, person, "prime")
    mine = granted(sent, person, "prime", user=treasurer)
    day = dt.date.today()  # noqa: DTZ011 - the server's day is what the bank is told
    run = services.transfers_make(actor=treasurer, reference="DROITS-1", execution_on=day)
    again = services.transfers_make(actor=treasurer, reference="DROITS-1", execution_on=day)
    assert again.pk == run.pk
    assert run.xml.count("<CdtTrfTxInf>") == 2
    assert "Camille Essai" in run.xml
    assert mine.payments.get().run is None
    assert services.transfers_sent(actor=treasurer, run=run)
    with pytest.raises(PermissionDenied):
        services.transfers_make(actor=person("elected"), reference="X", execution_on=day)
    paid, refused = Payment.objects.filter(run=run).order_by("pk")
    outcomes = [
        Outcome("DROITS-1-1", "paid", Decimal(300), day, ""),
        Outcome("DROITS-1-2", "refused", Decimal(300), day, "AC04"),
    ]
    done = services.answer_record(actor=treasurer, outcomes=outcomes)
    assert (len(done.paid), len(done.refused)) == (1, 1)
    assert services.answer_record(actor=treasurer, outcomes=outcomes).known == 2
    paid.refresh_from_db()
    refused.refresh_from_db()
    assert (paid.status, refused.status, refused.reason) == ("settled", "cancelled", "returned")
    owed = Payment.objects.filter(benefit=refused.benefit, status="ordered").get()
    assert (owed.amount, owed.run) == (Decimal(300), None)
    assert services.day_pass().done["paid"] == 0
    assert {first.pk, second.pk} == {paid.benefit_id, refused.benefit_id}


def test_a_wrong_account_number_keeps_a_claim_from_being_sent(draft: Make) -> None:
    claim = draft("prime", iban="FR7630006000011234567890188")
    with pytest.raises(InputError, match="IBAN"):
        services.claim_submit(actor=claim.claimant, claim=claim, incomplete=True)


def test_beneficiaries_are_counted_with_small_groups_withheld(draft: Make, programme: Published) -> None:
    people = (
        [("women", "1990-01-01", "45234")] * 6
        + [("men", "1950-01-01", "45234")] * 6
        + [("men", "2005-01-01", "18033")] * 2
    )
    for gender, birth, commune in people:
        claim = draft(answers=samples.situation("800", commune), gender=gender, birth_date=birth)
        services.claim_submit(actor=claim.claimant, claim=claim)
    assert services.beneficiaries_count() == 1
    assert services.beneficiaries_count() == 0
    [fact] = facts("rights.beneficiaries_counted.v1")
    assert (fact.area, fact.quantity, fact.commitments) == ("region:24", Decimal(14), ("1.1",))
    assert fact.breakdowns["gender"] == {"men": 8, "women": 6}
    assert min(count for counts in fact.breakdowns.values() for count in counts.values()) >= 5
    assert sum(fact.breakdowns["age"].values()) == 14


@given(st.dictionaries(st.sampled_from([f"4500{n}" for n in range(9)] + [""]), st.integers(0, 30)))
def test_communes_told_never_let_a_small_group_be_found_by_subtraction(counts: dict[str, int]) -> None:
    told = dict(publishable(Counter(counts), smallest=5))
    assert all(told[code] == counts[code] >= 5 for code in told)
    rest = sum(counts.values()) - sum(told.values())
    # Fewer persons than that in the whole region: then the region's total is not published either.
    assert not 0 < rest < 5 or (not told and sum(counts.values()) < 5)
    assert "" not in told


def test_a_person_gets_everything_kept_about_them_and_drafts_go_when_they_ask(
    draft: Make, sent: Make, person: Person
) -> None:
    user = person()
    draft("tarif-solidaire", user=user)
    claim = sent("prime", user=user)
    services.message_send(actor=user, claim=claim, text="Bonjour à vous.")
    holding = next(one for one in personal.holdings() if one.code == "rights.claims")
    said = str([[(value.key, value.value) for value in record.values] for record in holding.export(user)])
    for word in ("Camille Essai", "Bonjour à vous.", "800", claim.reference):
        assert word in said
    holding.erase(user)
    assert list(Claim.objects.filter(claimant=user)) == [claim]
    assert len(list(holding.stays(user))) == 1


def test_retention_makes_an_old_claim_unreadable_and_leaves_its_digest(sent: Make, person: Person) -> None:
    treatments = {one.code: one for one in retention.treatments()}
    with time_machine.travel("2022-01-15 10:00+01:00") as clock:
        claim = sent("prime")
        decision = services.claim_decide(actor=person("agent"), claim=claim, outcome="refused", reason="Non.")
        kept = granted(sent, person, "allocation")
        treatment = treatments["rights.refused"]
        clock.move_to(at("2024-01-10T10:00:00+01:00"))
        rows = treatment.rows_due(at("2024-01-10T10:00:00+01:00"))
        assert rows is not None
        assert not rows.exists()
        rows = treatment.rows_due(at("2024-01-20T10:00:00+01:00"))
        assert rows is not None
        assert treatment.apply is not None
        assert treatment.apply(rows) == 1
        assert not treatment.rows_due(at("2024-01-20T10:00:00+01:00")).exists()  # type: ignore[union-attr]
        decision = Decision.objects.get(pk=decision.pk)
        with pytest.raises(ErasedError):
            record_of(decision)
        assert len(decision.sha256) == 64
        running = treatments["rights.granted"].rows_due(at("2024-01-20T10:00:00+01:00"))
        assert running is not None
        assert not running.exists()
        assert record_of(kept.decision)["outcome"] == "granted"


def test_notices_go_after_three_months(sent: Make) -> None:
    with time_machine.travel("2025-01-15 10:00+01:00"):
        sent("prime")
    treatment = next(one for one in retention.treatments() if one.code == "accounts.notices")
    rows = treatment.rows_due(at("2025-04-16T10:00:00+02:00"))
    assert rows is not None
    assert rows.count() == Notice.objects.count() == 1


def test_commands_apply_the_day_and_make_decisions_again(draft: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    claim = draft()
    services.claim_submit(actor=claim.claimant, claim=claim)
    out = StringIO()
    call_command("rights_day", stdout=out)
    assert "silence: 0" in out.getvalue()
    assert "sent: 1" in out.getvalue()
    out = StringIO()
    call_command("rights_recompute", stdout=out)
    assert out.getvalue().strip() == "same: 1"
    with pytest.raises(CommandError, match="no decision"):
        call_command("rights_recompute", "0000-0000-0000")


def test_an_allowance_in_a_wallet_is_credited_once_under_its_key(
    draft: Make, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[dict[str, Any]] = []
    wallets = SimpleNamespace(credit=lambda **given: made.append(given))
    monkeypatch.setitem(sys.modules, "mandat.apps.wallets.services", wallets)  # type: ignore[arg-type]
    right = Right.model_validate(samples.allowance())
    benefit_of = right.benefit.model_copy(update={"paid_by": "wallet", "wallet": "panier"})
    changed = right.model_copy(update={"benefit": benefit_of})
    held = replace(current_terms("allocation"), document=changed)
    monkeypatch.setattr("mandat.apps.rights.services.moving.terms_at", lambda *given: held)
    claim = draft("allocation")
    services.claim_submit(actor=claim.claimant, claim=claim)
    services.claim_decide(actor=person("agent"), claim=claim, outcome="granted")
    [one] = made
    payment = Payment.objects.get()
    assert (one["wallet"], one["holder"], one["amount"]) == ("panier", claim.claimant, Decimal(50))
    assert one["key"] == f"rights:{payment.key}"
    assert payment.status == "settled"
