"""The record of what was sent: canonical JSON, its digest, and how it is read back."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

from mandat.apps.custody.records import digest, nonce
from mandat.apps.grants.completeness import Standing
from mandat.apps.grants.models import Case, Submission
from mandat.apps.grants.sheets import Sheet

FORMAT = 1


def record_of(sheet: Sheet, standing: Standing, *, at: dt.datetime, rank: int, by: str) -> dict[str, Any]:
    """Everything the applicant sends, and under which versions. ``nonce`` makes the digest on the receipt tell nothing by itself."""
    case = sheet.case
    ruling = sheet.ruling
    return {
        "format": FORMAT,
        "nonce": nonce(),
        "reference": case.reference,
        "rank": rank,
        "at": at,
        "by": by,
        "programme": case.programme,
        "scheme": {"code": case.scheme, "version": case.scheme_version, "digest": sheet.terms.ref.digest},
        "rule": {"code": sheet.scheme.rule, "version": case.rule_version, "digest": sheet.rule.ref.digest if sheet.rule else ""},
        "call": case.call,
        "round": case.round,
        "applicant": _applicant(case),
        "answers": sheet.answers,
        "plan": [
            {"funder": one.funder, "amount": one.amount, "public": one.public, "own": one.own, "certain": one.certain}
            for one in standing.lines
        ],
        "parties": [
            {
                "organisation": party.organisation.name,
                "number": party.organisation.siret or party.organisation.rna,
                "role": party.role,
                "amount": party.amount,
                "agreed_at": party.agreed_at,
            }
            for party in standing.parties
        ],
        "pieces": [
            {"code": piece.code, "name": piece.upload.name, "size": piece.upload.size, "sha256": piece.upload.sha256}
            for piece in standing.files
            if piece.upload is not None
        ],
        "amounts": {"cost": case.cost, "asked": case.asked, "computed": case.computed},
        "eligible": ruling.eligible if ruling else None,
    }  # fmt: skip


def _applicant(case: Case) -> dict[str, Any]:
    found: dict[str, Any] = {"kind": case.applicant_kind}
    if case.applicant is not None:
        one = case.applicant
        found |= {"name": one.name, "siret": one.siret, "rna": one.rna, "commune": one.commune}
    return found


def read_back(submission: Submission) -> dict[str, Any]:
    """What was sent. Raises ValueError where it is not what its digest says."""
    text = str(submission.record)
    if digest(text) != submission.sha256:
        raise ValueError(f"submission {submission.pk} does not match its digest")
    found: dict[str, Any] = json.loads(text)
    return found
