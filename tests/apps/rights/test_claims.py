"""Claims live as the table says, decided by the algorithm, an agent or silence, each step recorded."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection, transaction

from mandat import journal
from mandat.apps.accounts.models import Notice, User
from mandat.apps.programme.published import Published
from mandat.apps.rights import services
from mandat.apps.rights.models import Benefit, Claim, Decision, Move
from mandat.apps.rights.recomputing import recompute
from mandat.apps.rights.services.decisions import decided, record_of
from mandat.journal import guard
from mandat.kernel.errors import InputError
from tests.apps.rights import samples
from tests.apps.rights.conftest import load

Person = Callable[..., User]
Make = Callable[..., Claim]
#: Tables that hold nothing public.
PRIVATE = ("rights_claim", "rights_notice", "custody_subject", "rights_piece")


def kinds() -> list[str]:
    return [entry.fact.kind for entry in journal.iterate(programme="essai") if entry.fact.kind.startswith("rights.")]


def last() -> Any:
    return list(journal.iterate(programme="essai"))[-1].fact


def test_an_eligible_person_is_granted_at_once_and_the_record_says_everything(draft: Make) -> None:
    claim = draft()
    services.claim_submit(actor=claim.claimant, claim=claim)
    claim.refresh_from_db()
    assert claim.state == "granted"
    decision = claim.decisions.get()
    record = record_of(decision)
    assert (decision.by, decision.author, decision.mention) == ("automatic", None, True)
    assert record["rule"]["version"] == 1
    assert record["rule"]["vocabularies"][0]["code"] == "commun"
    assert [parameter["value"] for parameter in record["parameters"]] == ["1000"]
    assert {row["name"]: row["source"] for row in record["inputs"]} == {
        "revenu_mensuel": "déclaré par la personne",
        "commune": "déclaré par la personne",
    }
    assert {step["name"]: step["value"] for step in record["steps"]}["est_eligible"] is True
    assert "L. 311-3-1" in record["mention"]["fr"]
    assert kinds() == ["rights.claimed.v1", "rights.granted.v1"]
    assert last().data["record_sha256"] == decision.sha256
    benefit = Benefit.objects.get()
    assert benefit.starts_on + dt.timedelta(days=364) <= (benefit.ends_on or dt.date.min)


def test_a_refusal_says_which_condition_failed(draft: Make) -> None:
    claim = draft(answers=samples.situation("1200"))
    services.claim_submit(actor=claim.claimant, claim=claim)
    decision = Decision.objects.get()
    assert decision.outcome == "refused"
    assert record_of(decision)["facts"] == ["vos revenus dépassent le plafond"]
    assert kinds()[-1] == "rights.refused.v1"
    assert not Benefit.objects.exists()


def test_facts_tell_nothing_of_the_person(draft: Make, sent: Make) -> None:
    claim = draft(answers=samples.situation("873.21"))
    services.claim_submit(actor=claim.claimant, claim=claim)
    said = " ".join(entry.text for entry in journal.iterate(programme="essai") if "rights." in entry.text)
    for secret in ("Camille", "1990", "873", "45234", "Orléans", "FR76", claim.reference, claim.claimant.email):
        assert secret not in said
    mine = [entry.fact for entry in journal.iterate(programme="essai") if entry.fact.kind.startswith("rights.")]
    assert all(not one.breakdowns and not one.subject and not one.area.startswith("commune") for one in mine)


def test_what_is_missing_keeps_a_claim_from_being_sent_and_nothing_is_lost(draft: Make) -> None:
    claim = draft(answers=samples.situation(None))
    with pytest.raises(InputError, match="1 réponse"):
        services.claim_submit(actor=claim.claimant, claim=claim)
    claim.refresh_from_db()
    assert claim.state == "draft"
    assert claim.answers["foyer"] == {"commune": "45234"}


def test_an_incomplete_claim_may_be_sent_all_the_same_and_an_agent_sees_to_it(draft: Make, person: Person) -> None:
    claim = draft(answers=samples.situation(None))
    claim = services.claim_submit(actor=claim.claimant, claim=claim, incomplete=True)
    assert claim.state == "submitted"
    services.claim_decide(actor=person("agent"), claim=claim, outcome="granted", reason="Revenus lus sur l'avis.")
    assert Decision.objects.get().by == "agent"


def test_income_used_is_not_in_the_record_where_its_evidence_is_discarded(sent: Make, person: Person) -> None:
    claim = sent("prime")
    decision = services.claim_decide(actor=person("agent"), claim=claim, outcome="granted")
    record = record_of(decision)
    [income] = [row for row in record["inputs"] if row["name"] == "revenu_mensuel"]
    assert (income["value"], income["kept"], income["source"]) == (None, False, "pièce : Avis d'imposition")
    assert {step["name"]: step["value"] for step in record["steps"]}["sous_plafond"] is True
    assert "800" not in decision.record
    claim.refresh_from_db()
    assert claim.answers["personnes"] == [{}]
    assert Decimal(record["amount"]) == 300


def test_a_decision_is_never_changed_nor_deleted(draft: Make) -> None:
    claim = draft()
    services.claim_submit(actor=claim.claimant, claim=claim)
    for sql in (
        "UPDATE rights_decision SET outcome = 'refused'",
        "UPDATE rights_decision SET record = ''",
        "DELETE FROM rights_decision",
        "UPDATE rights_move SET name = 'x'",
        "DELETE FROM rights_move",
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)


def test_an_automatic_decision_without_the_mention_is_not_made(draft: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mandat.apps.rights.services.decisions.mention_of", lambda terms, by: None)
    claim = draft()
    with pytest.raises(InputError, match="L311-3-1"):
        services.claim_submit(actor=claim.claimant, claim=claim)
    claim.refresh_from_db()
    assert claim.state == "draft"
    assert not Decision.objects.exists()
    assert kinds() == []


def test_the_database_itself_refuses_an_automatic_decision_without_the_mention(draft: Make) -> None:
    claim = draft()
    with pytest.raises(DatabaseError), transaction.atomic():
        Decision.objects.create(
            claim=claim, rank=1, outcome="granted", by="automatic", decided_at=claim.created_at,
            decided_on=claim.created_at.date(), appeal_until=claim.created_at.date(), right="x", right_version=1, rule="x",
            rule_version=1, rule_digest="", mention=False, sha256="a" * 64, record="{}", fact_index=0,
        )  # fmt: skip


def test_a_decision_made_again_years_later_under_its_own_versions_agrees(draft: Make) -> None:
    claim = draft()
    services.claim_submit(actor=claim.claimant, claim=claim)
    decision = Decision.objects.select_related("claim__person").get()
    assert recompute(decision).verdict == "same"
    # The rule changes: what was decided under the old one still agrees.
    load(samples.rights_texts() | samples.texts_of(("rule", samples.rule(ceiling=500))))
    found = recompute(decision)
    assert (found.verdict, found.changed_since) == ("same", True)


def test_a_decision_whose_income_was_discarded_is_compatible_and_the_person_can_bring_it_back(
    sent: Make, person: Person
) -> None:
    decision = services.claim_decide(actor=person("agent"), claim=sent("prime"), outcome="granted")
    decision = Decision.objects.select_related("claim__person").get(pk=decision.pk)
    assert recompute(decision).verdict == "compatible"
    assert recompute(decision).discarded == ("votre revenu mensuel",)
    assert recompute(decision, supplied={"revenu_mensuel": "800"}).verdict == "same"
    assert recompute(decision, supplied={"revenu_mensuel": "1800"}).verdict == "different"


def test_an_altered_record_is_noticed(draft: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    claim = draft()
    services.claim_submit(actor=claim.claimant, claim=claim)
    decision = Decision.objects.select_related("claim__person").get()
    decision.__dict__["record"] = decision.record.replace("800", "80")
    with pytest.raises(InputError, match="modifié"):
        recompute(decision)


def test_nobody_deals_with_their_own_claim(sent: Make, person: Person) -> None:
    agent = person("agent")
    claim = sent("prime", user=agent)
    for act in (
        lambda: services.claim_decide(actor=agent, claim=claim, outcome="granted"),
        lambda: services.evidence_ask(actor=agent, claim=claim, codes=["avis"]),
    ):
        with pytest.raises(InputError, match="la vôtre"):
            act()
    assert services.claims_assign(actor=agent, claims=[claim], to=agent) == {}
    assert claim.decisions.count() == 0


def test_a_refusal_by_an_agent_and_a_departure_from_the_rule_need_reasons(sent: Make, person: Person) -> None:
    agent = person("agent")
    with pytest.raises(InputError, match="dites pourquoi"):
        services.claim_decide(actor=agent, claim=sent("prime"), outcome="refused")
    rich = sent("prime", answers=samples.situation("5000"))
    with pytest.raises(InputError, match="s'écarte"):
        services.claim_decide(actor=agent, claim=rich, outcome="granted", amount=Decimal(300))
    with pytest.raises(InputError, match="s'écarte"):
        services.claim_decide(actor=agent, claim=sent("prime"), outcome="granted", amount=Decimal(10))


def test_asking_for_evidence_suspends_an_implied_refusal_and_no_longer_than_given(sent: Make, person: Person) -> None:
    with time_machine.travel("2025-01-15 10:00+01:00") as clock:
        claim = sent("prime")
        assert claim.due_on == dt.date(2025, 3, 15)
        clock.move_to(dt.datetime.fromisoformat("2025-01-20T10:00:00+01:00"))
        services.evidence_ask(actor=person("agent"), claim=claim, codes=[], text="Précisez votre situation.", days=30)
        claim.refresh_from_db()
        assert (claim.state, claim.due_on) == ("incomplete", None)
        clock.move_to(dt.datetime.fromisoformat("2025-01-30T10:00:00+01:00"))
        claim = services.claim_complete(actor=claim.claimant, claim=claim)
        assert claim.due_on == dt.date(2025, 3, 25)


def test_evidence_that_never_comes_lets_nothing_be_accepted_by_silence(sent: Make, person: Person) -> None:
    with time_machine.travel("2025-01-15 10:00+01:00") as clock:
        claim = sent("allocation")
        services.evidence_ask(actor=person("agent"), claim=claim, codes=[], text="Un justificatif ?", days=30)
        clock.move_to(dt.datetime.fromisoformat("2025-02-20T10:00:00+01:00"))
        assert services.day_pass().done["lapsed"] == 1
        claim.refresh_from_db()
        assert (claim.state, claim.due_on) == ("submitted", None)
        clock.move_to(dt.datetime.fromisoformat("2027-02-20T10:00:00+01:00"))
        services.day_pass()
        claim.refresh_from_db()
        assert claim.state == "submitted"


@pytest.mark.parametrize(
    ("right", "state", "kind"), [("prime", "refused", "refused"), ("allocation", "granted", "granted")]
)
def test_silence_speaks_the_day_after_the_last_day_once(sent: Make, right: str, state: str, kind: str) -> None:
    with time_machine.travel("2024-12-31 23:30+01:00") as clock:
        claim = sent(right)
        assert claim.due_on == dt.date(2025, 2, 28)
        clock.move_to(dt.datetime.fromisoformat("2025-02-28T23:59:00+01:00"))
        assert services.day_pass().done["silence"] == 0
        clock.move_to(dt.datetime.fromisoformat("2025-03-01T00:01:00+01:00"))
        assert services.day_pass().done["silence"] == 1
        assert services.day_pass().done["silence"] == 0
        claim.refresh_from_db()
        assert claim.state == state
        decision = claim.decisions.get()
        assert (decision.by, decision.decided_on, decision.mention) == ("silence", dt.date(2025, 2, 28), False)
        assert any(f == f"rights.{kind}.v1" for f in kinds())


def test_an_agent_may_still_answer_what_silence_refused(sent: Make, person: Person) -> None:
    with time_machine.travel("2025-01-15 10:00+01:00") as clock:
        claim = sent("prime")
        clock.move_to(dt.datetime.fromisoformat("2025-04-01T10:00:00+02:00"))
        services.day_pass()
        claim.refresh_from_db()
        decision = services.claim_decide(actor=person("agent"), claim=claim, outcome="granted")
        assert (decision.rank, decision.by) == (2, "agent")
        with pytest.raises(InputError, match=r"déjà décidée|impossible"):
            services.claim_decide(actor=person("agent"), claim=claim, outcome="refused", reason="Non.")


def test_one_claim_under_way_and_none_beside_a_right_in_force(draft: Make, person: Person, sent: Make) -> None:
    user = person()
    first = draft(user=user)
    assert services.claim_start(actor=user, right="tarif-solidaire", answers={}).pk == first.pk
    services.claim_submit(actor=user, claim=first)
    with pytest.raises(InputError, match="déjà ce droit"):
        services.claim_start(actor=user, right="tarif-solidaire", answers={})
    other = sent("prime", user=user)
    with pytest.raises(InputError, match=other.reference):
        services.claim_start(actor=user, right="prime", answers={})


def test_every_way_to_change_a_claim_appends_its_fact(draft: Make, person: Person, sent: Make) -> None:
    claim, agent = draft("prime"), person("agent")
    with guard.acts(exempt=PRIVATE):
        claim = services.claim_submit(actor=claim.claimant, claim=claim, incomplete=True)
    with guard.acts(exempt=PRIVATE):
        services.evidence_ask(actor=agent, claim=claim, codes=[], text="Qui êtes-vous ?")
    with guard.acts(exempt=PRIVATE):
        services.claim_complete(actor=claim.claimant, claim=claim)
    with guard.acts(exempt=PRIVATE):
        services.claim_decide(actor=agent, claim=claim, outcome="refused", reason="Revenus trop élevés.")
    with guard.acts(exempt=PRIVATE):
        services.appeal_lodge(actor=claim.claimant, claim=claim, grounds="Vous vous trompez.")
    with guard.acts(exempt=PRIVATE):
        services.appeal_decide(actor=person("agent"), claim=claim, accept=True, reason="En effet.")
    with guard.acts(exempt=PRIVATE):
        services.benefit_end(
            actor=agent,
            benefit=Benefit.objects.get(),
            on=Benefit.objects.get().starts_on,
            reason="Départ de la région.",
        )


def test_strangers_cannot_touch_a_claim(draft: Make, person: Person) -> None:
    claim, other = draft(), person()
    for act in (
        lambda: services.claim_save(actor=other, claim=claim, answers={}),
        lambda: services.claim_submit(actor=other, claim=claim),
        lambda: services.claim_discard(actor=other, claim=claim),
        lambda: services.claim_decide(actor=other, claim=claim, outcome="granted"),
    ):
        with pytest.raises((PermissionDenied, InputError)):
            act()


def test_a_draft_thrown_away_leaves_nothing(draft: Make) -> None:
    claim = draft()
    services.claim_discard(actor=claim.claimant, claim=claim)
    assert not Claim.objects.exists()
    assert not Move.objects.exists()


def test_too_many_claims_in_a_day_are_refused(draft: Make, person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mandat.apps.rights.services.limits.STARTS_A_DAY", 1)
    user = person()
    draft(user=user)
    with pytest.raises(InputError, match="trop d'envois"):
        draft("prime", user=user)


def test_a_renewal_confirms_the_answers_and_follows_on(draft: Make, person: Person, sent: Make) -> None:
    with time_machine.travel("2025-01-15 10:00+01:00") as clock:
        claim = draft()
        services.claim_submit(actor=claim.claimant, claim=claim)
        benefit = Benefit.objects.get()
        assert benefit.ends_on == dt.date(2026, 1, 14)
        with pytest.raises(InputError, match="trop tôt"):
            services.renewal_start(actor=claim.claimant, benefit=benefit)
        clock.move_to(dt.datetime.fromisoformat("2025-12-01T10:00:00+01:00"))
        assert services.day_pass().done["renewals"] == 1
        assert services.day_pass().done["renewals"] == 0
        renewal = services.renewal_start(actor=claim.claimant, benefit=benefit)
        assert renewal.answers == claim.answers
        services.claim_submit(actor=claim.claimant, claim=renewal)
        following = Benefit.objects.exclude(pk=benefit.pk).get()
        assert (following.starts_on, following.ends_on) == (dt.date(2026, 1, 15), dt.date(2027, 1, 14))
        assert kinds()[-1] == "rights.renewed.v1"
        clock.move_to(dt.datetime.fromisoformat("2026-01-15T00:10:00+01:00"))
        assert services.day_pass().done["ended"] == 1
        benefit.refresh_from_db()
        assert (benefit.status, benefit.ended_because) == ("ended", "term")


def test_people_are_told_by_mail_once_and_nothing_of_what(
    sent: Make, person: Person, mailoutbox: list[Any], programme: Published
) -> None:
    claim = sent("prime")
    services.claim_decide(actor=person("agent"), claim=claim, outcome="refused", reason="Revenus trop élevés.")
    assert services.notices_send() == 2
    assert services.notices_send() == 0
    for message in mailoutbox:
        assert message.to == [claim.claimant.email]
        text = message.subject + message.body
        assert claim.reference in text
        for secret in ("Prime", "Camille", "refus", "Revenus", "accord"):
            assert secret not in text
    assert Notice.objects.filter(sent_at__isnull=False).count() == 2


def test_a_way_of_deciding_cannot_go_around_the_mention(draft: Make) -> None:
    from mandat.apps.rights.ruling import rule_on
    from mandat.apps.rights.services.moving import today
    from mandat.apps.rights.terms import current_terms

    terms = current_terms("tarif-solidaire")
    bare = replace(terms, document=terms.document.model_copy(update={"algorithm": None}))
    claim = draft()
    ruling = rule_on(terms, claim.answers, as_of=today(), programme="essai")
    with pytest.raises(InputError, match="L311-3-1"), transaction.atomic():
        decided(claim, bare, ruling, outcome="granted", by="automatic", author=None)


def test_answers_that_contradict_one_another_are_sent_back_before_anybody_reads_them(draft: Make) -> None:
    check = {
        "name": "revenu_plausible",
        "formula": "revenu_mensuel >= 14 EUR/month",
        "message": samples.words("ces réponses se contredisent", "these answers contradict one another"),
    }
    body = {**samples.rule(), "checks": [check]}
    load(samples.rights_texts() | samples.texts_of(("rule", body)))
    claim = draft(answers=samples.situation("13"))
    with pytest.raises(InputError, match="se contredisent"):
        services.claim_submit(actor=claim.claimant, claim=claim, incomplete=True)
