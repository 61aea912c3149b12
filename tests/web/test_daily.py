"""One command runs every day's work of every app."""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command, get_commands

from mandat.web import daily
from mandat.web.management.commands import daily as command
from tests.apps.programme.conftest import programme

__all__ = ["programme"]


def test_every_registered_command_exists_and_each_app_with_deadlines_has_one() -> None:
    assert set(daily.commands()) <= set(get_commands())
    assert {"wallets_day", "offers_run", "rights_day", "retention", "digests_send"} <= set(daily.commands())


def test_a_command_that_fails_is_named_and_stops_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[str] = []

    def run(name: str, **_: Any) -> None:
        ran.append(name)
        if name == "two":
            raise ValueError("someone@example.org")

    monkeypatch.setattr(daily, "_COMMANDS", ["one", "two", "three"])
    monkeypatch.setattr(command, "call_command", run)
    out = StringIO()
    with pytest.raises(CommandError, match="two"):
        call_command("daily", stdout=out)
    assert ran == ["one", "two", "three"]
    assert "example.org" not in out.getvalue()


def test_a_day_runs_twice_on_a_site_where_nothing_happened(programme: object) -> None:
    for _ in range(2):
        out = StringIO()
        call_command("daily", stdout=out, stderr=out)
        assert "== rights_day" in out.getvalue()
