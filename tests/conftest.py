"""What every test shares: a harness that refuses mistakes.

- A template variable that does not exist fails the test that meets it (``string_if_invalid`` marks it).
- Every HTML page the test client receives is checked: no inline script, style or event handler, no stray tag.
- A query without an order comes back shuffled: code may not rely on the database's whim.
- A GET request that tries to write fails the test even where a view swallows the error.
"""

from __future__ import annotations

import os
import random
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.db.models.query import QuerySet
from django.test import Client
from django.utils import translation
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from mandat.web import middleware
from tests import templates
from tests.html_rules import faults

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared" / "data"

# Machines are shared: how long an example takes says nothing of the code. Timings live in benchmarks/.
hypothesis_settings.register_profile("shared", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis_settings.load_profile("shared")

#: A test that is of one case only.
NO_CASES: Any = SimpleNamespace(params={})

#: The framework's own administration is not ours to mend.
NOT_OURS = ("/admin/",)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The run on PostgreSQL leaves out real processes on SQLite: the other run starts them."""
    if not os.environ.get("MANDAT_TEST_DATABASE_URL", "").startswith("postgres"):
        return
    left_out = [
        item for item in items
        if item.get_closest_marker("processes") and "sqlite" in getattr(item, "callspec", NO_CASES).params.values()
    ]  # fmt: skip
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in left_out]


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real data beside the repository; tests that need it are skipped where it is absent."""
    if not SHARED.is_dir():
        pytest.skip("shared/data is not beside the repository: tests on real files left out")
    return SHARED


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> Iterator[None]:
    """The test database, one for each worker, is a copy of one migrated once: see ``templates``."""
    with templates.copied_into_memory():
        url = os.environ.get("MANDAT_TEST_DATABASE_URL", "")
        if url.startswith("postgres"):
            connection.settings_dict["TEST"]["TEMPLATE"] = templates.migrated_postgres(url)
        yield


@pytest.fixture(autouse=True, scope="session")
def static_root_exists() -> None:
    """The static file server warns where its folder is missing, and a warning is an error here."""
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)


#: What processes remember by programme and revision: another test's "essai" in revision 1 is another programme.
REMEMBERED = (
    ("mandat.apps.programme.published", "_read"),
    ("mandat.apps.programme.terms", "_in_force"),
    ("mandat.apps.programme.terms", "_one"),
    ("mandat.apps.programme.rollups", "_watchers"),
    ("mandat.apps.programme.places", "_everywhere"),
    ("mandat.apps.rulebook.published", "_read"),
    ("mandat.apps.rulebook.published", "_version"),
    ("mandat.apps.rulebook.published", "_recorded"),
    ("mandat.apps.rulebook.compiling", "_of_loaded"),
    ("mandat.apps.offers.definitions", "_read"),
    ("mandat.apps.meetings.definitions", "_read"),
    ("mandat.apps.participation.definitions", "_read"),
    ("mandat.apps.wallets.definitions", "_read"),
    ("mandat.apps.wallets.selectors", "_figures"),
    ("mandat.apps.rights.questionnaire.book", "_book"),
    ("mandat.apps.petitions.similar", "_read"),
)


@pytest.fixture(autouse=True)
def programmes_are_forgotten() -> None:
    """Each test reads its own programme."""
    for module, name in REMEMBERED:
        if module in sys.modules:
            getattr(sys.modules[module], name).cache_clear()


@pytest.fixture(autouse=True)
def nobody_has_spoken_yet() -> None:
    """A page asked for under ``/en/`` leaves its language to the thread: each test begins in French."""
    translation.deactivate()


@pytest.fixture(autouse=True)
def pages_are_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every HTML response of the test client obeys ``html_rules``."""
    original = Client.request

    def request(self: Client, **environ: Any) -> Any:
        response = original(self, **environ)
        path = environ.get("PATH_INFO", "")
        kind = response.headers.get("Content-Type", "")
        if kind.startswith("text/html") and not response.streaming and not path.startswith(NOT_OURS):
            found = faults(response.content.decode(response.charset))
            assert not found, f"{path}: {found}"
        return response

    monkeypatch.setattr(Client, "request", request)


@pytest.fixture(autouse=True)
def unordered_queries_are_shuffled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows of a query without an order come in any order."""
    original = QuerySet._fetch_all

    def fetch_all(self: QuerySet[Any]) -> None:
        fresh = self._result_cache is None
        original(self)
        if fresh and self._result_cache and len(self._result_cache) > 1 and not self.ordered:
            random.shuffle(self._result_cache)

    monkeypatch.setattr(QuerySet, "_fetch_all", fetch_all)


@pytest.fixture(autouse=True)
def refused_writes(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Statements refused to GET requests: any left here fails the test (one that means it clears the list)."""
    refused: list[str] = []
    original = middleware.refuse_writes

    def refuse(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        try:
            return original(execute, sql, params, many, context)
        except middleware.ReadOnlyError as error:
            refused.append(str(error))
            raise

    monkeypatch.setattr(middleware, "refuse_writes", refuse)
    yield refused
    assert not refused, refused
