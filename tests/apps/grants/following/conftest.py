"""The desk's trial schemes with conditions of every sort, published."""

from __future__ import annotations

import json
from typing import Any

import pytest

from mandat.apps.programme import published
from mandat.apps.programme.services import programme_load
from mandat.apps.rulebook import published as rulebook
from mandat.definitions.folder import read_texts
from tests.apps.grants.desk import world
from tests.apps.grants.desk.conftest import french
from tests.programmes_folder import texts

__all__ = ["french", "programme"]


def condition(code: str, proofs: list[dict[str, Any]], **changes: Any) -> bytes:
    words = {"fr": f"Condition {code}", "en": f"Condition {code}"}
    long = {"fr": f"Une condition pour les essais : {code}.", "en": f"A condition for the trials: {code}."}
    body = {
        "kind": "condition",
        "code": code,
        "title": words,
        "summary": long,
        "undertaking": long,
        "proofs": proofs,
    } | changes
    return json.dumps(body).encode()


def proof(by: str, **more: Any) -> dict[str, Any]:
    return {"by": by, "label": {"fr": f"Preuve {by}", "en": f"Proof {by}"}, **more}


def files() -> dict[str, bytes]:
    found = world.files()
    found["conditions/republicain.yaml"] = condition(
        "republicain", [proof("declared")], scope={"every_scheme": True, "applicants": ["association"]}, blocking=False
    )
    found["conditions/vigilance.yaml"] = condition(
        "vigilance", [proof("document", stage="balance", renewed_months=6)], scope={"types": ["subsidy"], "applicants": ["company"]},
        breach={"answer_days": 15, "remedy_days": 30, "recovers": "whole", "excludes_months": 60},
    )  # fmt: skip
    found["conditions/art.yaml"] = condition(
        "art",
        [proof("document", stage="agreement")],
        scope={"types": ["subsidy"], "above": 1000000, "works": True},
        art={"percent": 1},
    )
    found["conditions/calculee.yaml"] = condition("calculee", [proof("computed", formula="eligible")])
    found["schemes/aide-travaux.yaml"] = world.scheme(
        "aide-travaux", workflow={"pattern": "desk", **world.SILENCE}, committee=None, conditions=["charte", "art", "calculee"],
        plan={"own_of_public": 20, "aid_rate": 80, "de_minimis": "general"},
    )  # fmt: skip
    found["schemes/aide-entreprises.yaml"] = world.scheme(
        "aide-entreprises", workflow={"pattern": "desk", **world.SILENCE}, committee=None, plan={"de_minimis": "general"},
        applicants={"kinds": ["company", "association"], "who": {"fr": "Les entreprises.", "en": "Companies."}},
    )  # fmt: skip
    desk = {"workflow": {"pattern": "desk", **world.SILENCE}, "committee": None}
    found["schemes/pret-direct.yaml"] = world.scheme(
        "pret-direct", type="loan", repayment={"rate": 0, "instalments": 4, "every_months": 3, "kind": "linear"}, **desk
    )
    found["schemes/parts-directes.yaml"] = world.scheme("parts-directes", type="equity", **desk)
    return found


@pytest.fixture
def programme(db: None, settings: Any, monkeypatch: pytest.MonkeyPatch) -> published.Published:
    settings.MANDAT_PROGRAMME = "essai"
    settings.MANDAT_DEMO = True
    published._read.cache_clear()
    monkeypatch.setattr(rulebook, "perimeters", lambda programme: world.PLACES)
    folder = read_texts(texts() | files())
    assert not folder.problems, folder.problems
    programme_load(folder=folder)
    return published.published()
