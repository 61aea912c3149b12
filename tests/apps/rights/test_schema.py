"""The schema of a right refuses what contradicts itself or the law."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from mandat.apps.rights.schema import Right
from tests.apps.rights.samples import right


def refused(**changes: Any) -> str:
    with pytest.raises(ValidationError) as caught:
        Right.model_validate(right(**changes))
    return str(caught.value)


def test_the_sample_right_is_valid() -> None:
    assert Right.model_validate(right()).decision.delay_months == 2


def test_an_automatic_decision_without_the_mention_is_refused() -> None:
    assert "L311-3-1" in refused(algorithm=None, evidence=[])


def test_an_automatic_decision_with_evidence_an_agent_must_check_is_refused() -> None:
    evidence = {"code": "avis", "checked": True}
    assert "demande un agent" in refused(evidence=[{**evidence, "label": {"fr": "Avis d'impôt", "en": "Tax notice"}}])


def test_an_automatic_decision_on_special_categories_of_data_is_refused() -> None:
    evidence = {"code": "sante", "label": {"fr": "Certificat", "en": "Certificate"}, "checked": False, "special": True}
    assert "article 47" in refused(evidence=[evidence])


def test_a_rule_that_helps_an_agent_says_how_far() -> None:
    base = right()
    changed = {**base["decision"], "by": "agent"}
    assert "degree" in refused(decision=changed, algorithm={"purpose": base["algorithm"]["purpose"]})


@pytest.mark.parametrize(
    ("benefit", "words"),
    [
        ({"type": "allowance"}, "paid_by"),
        ({"type": "priority", "paid_by": "transfer"}, "paid_by"),
        ({"type": "allowance", "paid_by": "wallet"}, "wallet"),
        ({"type": "lump-sum", "paid_by": "transfer", "wallet": "panier"}, "wallet"),
        ({"type": "systematic-offer"}, "offre"),
        ({"type": "tariff", "offer": "consultation"}, "offre"),
        ({"type": "lump-sum", "paid_by": "transfer", "rhythm": "monthly", "lasts_months": 3}, "une fois"),
        ({"type": "tariff", "rhythm": "monthly", "lasts_months": 3}, "rythme"),
        ({"type": "allowance", "paid_by": "transfer", "rhythm": "monthly"}, "lasts_months"),
    ],
)
def test_a_benefit_that_contradicts_itself_is_refused(benefit: dict[str, Any], words: str) -> None:
    label = {"fr": "Un bénéfice", "en": "A benefit"}
    outputs = {"eligible": "est_eligible", "amount": "montant"}
    assert words in refused(benefit={"label": label, **benefit}, outputs=outputs, renewal={"mode": "none"})


def test_a_payment_without_an_amount_is_refused() -> None:
    benefit = {"type": "lump-sum", "label": {"fr": "Une prime", "en": "A bonus"}, "paid_by": "transfer"}
    assert "outputs.amount" in refused(benefit=benefit, outputs={"eligible": "oui"}, renewal={"mode": "none"})


def test_what_has_no_end_is_not_renewed() -> None:
    benefit = {"type": "priority", "label": {"fr": "Une priorité", "en": "A priority"}}
    assert "ne se renouvelle pas" in refused(benefit=benefit)


def test_two_pieces_of_evidence_do_not_share_a_code() -> None:
    piece: dict[str, Any] = {"code": "avis", "checked": False}
    piece["label"] = {"fr": "Avis d'impôt", "en": "Tax notice"}
    assert "même code" in refused(evidence=[piece, piece])


def test_appeals_leave_two_months_at_least() -> None:
    assert "greater than or equal to 2" in refused(appeals={**right()["appeals"], "gracious_months": 1})
