"""The commands an operator or a timer runs."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from mandat.apps.accounts.models import User
from mandat.apps.offers import services
from mandat.apps.offers.models import Batch, Invitation, Member
from tests.apps.offers.conftest import HEAD, ROUND, lines

A = "0450001A"


def test_a_large_list_is_read_by_command(agent: User, schools: Any, tmp_path: Path) -> None:
    file = tmp_path / "liste.csv"
    file.write_text("\n".join([HEAD, *lines(A, 6), f"{A};1;;;;;"]))
    out = io.StringIO()
    given = ("roll_import", "consultation", ROUND, str(file), "--actor", agent.email)
    call_command(*given, "--dry-run", stdout=out)
    assert not Member.objects.exists()
    call_command(*given, "--complete", stdout=out)
    assert Member.objects.count() == 6
    assert "new: 6" in out.getvalue()
    assert "liste.csv:8: nom ou prénom absent" in out.getvalue()
    for wrong in (("--actor", "x@example.org"), ("--actor", agent.email)):
        with pytest.raises(CommandError):
            call_command("roll_import", "consultation", ROUND, str(tmp_path / "absent.csv"), *wrong)


def test_the_daily_run_goes_on_with_what_stopped_and_repeats_nothing(enrol: Any, agent: User) -> None:
    enrol(*lines(A, 8))
    services.batch_open(actor=agent, offer="consultation", round=ROUND)
    out = io.StringIO()
    call_command("offers_run", stdout=out)
    assert out.getvalue() == "invited: 8, reminded: 0, slots filled: 0, facts: 1\nindex keys still needed: dev\n"
    call_command("offers_run", stdout=out)
    assert "invited: 0, reminded: 0, slots filled: 0, facts: 0\n" in out.getvalue()
    assert Invitation.objects.count() == 8
    assert Batch.objects.get().state == Batch.State.DONE
