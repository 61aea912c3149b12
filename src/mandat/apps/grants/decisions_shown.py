"""What the applicant's page of a case shows of decisions, the agreement and its amendments."""

from __future__ import annotations

from typing import Any

from mandat.apps.accounts.models import User
from mandat.apps.custody.keys import ErasedError
from mandat.apps.grants import parts
from mandat.apps.grants.models import Agreement, Case
from mandat.apps.grants.recording import euros_of, record_of
from mandat.kernel.errors import InputError


def register() -> None:
    """Have the page of a case show them."""
    parts.add("grants/applicant/parts/decision.html", values=decision_part, order=30)


def agreement_of(case: Case) -> Agreement | None:
    return (
        Agreement.objects.select_related("upload", "case__applicant").filter(case=case, sent_at__isnull=False).first()
    )


def decision_part(case: Case, user: User) -> dict[str, Any] | None:
    """What the applicant reads of the decisions, the agreement and its amendments; None before any."""
    decisions = list(case.decisions.select_related("case__subject").order_by("-rank"))
    if not decisions:
        return None
    shown = []
    for decision in decisions:
        decision.case = case
        try:
            record: dict[str, Any] | None = record_of(decision)
        except (ErasedError, InputError):
            record = None
        shown.append(
            {
                "decision": decision,
                "record": record,
                "amount": euros_of(decision.amount),
                "kind": f"decision-{decision.rank}",
            }
        )
    return {
        "decisions": shown,
        "agreement": agreement_of(case),
        "amendments": [
            {"rank": one.rank, "kind": f"avenant-{one.rank}"}
            for one in case.amendments.defer("reason").order_by("rank")
        ],
        "case": case,
    }
