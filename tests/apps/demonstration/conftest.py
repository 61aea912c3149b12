"""Places without a loaded territory, and the whole plan of the bundled programme drawn twice."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.conf import settings
from django.db import transaction

from mandat.apps.demonstration import history
from mandat.apps.demonstration.places import Places
from mandat.apps.programme import geography
from mandat.apps.programme import published as published_module
from mandat.apps.programme.published import Published, published
from mandat.apps.programme.services import programme_load
from mandat.definitions.folder import read_folder, read_texts
from mandat.engines.indicators.value import Geography
from mandat.kernel.periods import PARIS
from tests.programmes_folder import texts

PROGRAMME = Path(__file__).resolve().parents[3] / "programmes" / "centre-val-de-loire"
PLACES = Places(("commune:18033", "commune:37261", "commune:45234"), np.array([0.2, 0.5, 0.3]), ("epci:243700754",))


@dataclass(frozen=True, slots=True)
class Plan:
    programme: Published
    first: list[history.Week]
    second: list[history.Week]


@pytest.fixture(scope="module")
def plan(django_db_setup: None, django_db_blocker: Any) -> Plan:
    """The history of the bundled programme, drawn twice; nothing of it stays in the database."""
    with django_db_blocker.unblock(), transaction.atomic(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(settings, "MANDAT_PROGRAMME", PROGRAMME.name)
        patch.setattr(history, "places", lambda region: PLACES)
        programme_load(folder=read_folder(PROGRAMME), synthetic=True)
        drawn = Plan(published(), history.weeks(), history.weeks())
        transaction.set_rollback(True)
    return drawn


@pytest.fixture
def demo(db: None, settings: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Published:
    """The trial programme published on the first day of its mandate, ready for its history."""
    settings.MANDAT_PROGRAMME = "essai"
    settings.MANDAT_DEMO = True
    settings.VAR = tmp_path
    published_module._read.cache_clear()
    monkeypatch.setattr(history, "places", lambda region: PLACES)
    monkeypatch.setattr(geography, "_geography", lambda over, region: Geography(lambda area: {area: 1}, 100))
    programme_load(folder=read_texts(texts()), synthetic=True, at=dt.datetime(2021, 7, 2, 9, tzinfo=PARIS))
    return published()


__all__ = ["PLACES", "Plan", "demo", "plan"]
