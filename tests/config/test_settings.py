"""Production refuses to start half configured, and passes the framework's own checks."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from mandat.apps.custody.keys import DEVELOPMENT
from mandat.config import oidc
from mandat.config.settings.base import database

ROOT = Path(__file__).resolve().parents[2]
SECRET = "".join(map(chr, range(48, 122)))
KEY = "k1:QUJBQkFCQUJBQkFCQUJBQkFCQUJBQkFCQUJBQkFCQUI="


def django(*arguments: str, folder: Path, secret: str, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "django", *arguments],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env={
            **{name: value for name, value in os.environ.items() if not name.startswith("MANDAT_")},
            "PYTHONPATH": str(ROOT / "src"),
            "DJANGO_SETTINGS_MODULE": "mandat.config.settings.production",
            "MANDAT_SECRET_KEY": secret,
            "MANDAT_HOSTS": "mandat.example",
            "MANDAT_VAR": str(folder),
            "MANDAT_CUSTODY_KEYS": KEY,
            "MANDAT_CUSTODY_INDEX_KEYS": KEY,
            **more,
        },
    )


@pytest.mark.parametrize("secret", ["", "short", "x" * 49])
def test_production_refuses_a_short_secret(secret: str, tmp_path: Path) -> None:
    done = django("check", folder=tmp_path, secret=secret)
    assert done.returncode != 0
    assert "at least 50 random characters" in done.stderr


def test_production_passes_the_checks_of_a_deployment(tmp_path: Path) -> None:
    done = django("check", "--deploy", "--fail-level", "WARNING", folder=tmp_path, secret=SECRET)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("keys", ["", DEVELOPMENT, "k1:short"])
def test_production_refuses_to_keep_personal_data_without_keys_of_its_own(keys: str, tmp_path: Path) -> None:
    done = django("check", folder=tmp_path, secret=SECRET, MANDAT_CUSTODY_KEYS=keys)
    assert done.returncode != 0
    assert "custody.E001" in done.stderr


def test_sqlite_queues_writers_and_an_address_may_say_otherwise() -> None:
    options = database("sqlite:////tmp/x.sqlite3")["OPTIONS"]
    assert options["transaction_mode"] == "IMMEDIATE"
    assert "foreign_keys=ON" in options["init_command"]
    assert options["timeout"] == 30
    assert int(database("sqlite:////tmp/x.sqlite3?timeout=2")["OPTIONS"]["timeout"]) == 2


def test_no_provider_is_offered_unless_one_is_given() -> None:
    assert oidc.apps({}) == []
    [given] = oidc.apps({"MANDAT_OIDC_URL": "https://id.example/", "MANDAT_OIDC_LEVEL": "eidas1"})
    assert given["settings"]["server_url"] == "https://id.example"
    assert given["settings"]["auth_params"] == {"acr_values": "eidas1"}
