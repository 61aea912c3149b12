"""What the deployment page tells to run is all there is to run, by its name and with options that exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.core.management import get_commands, load_command_class

from mandat.web import daily

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "deploy.md").read_text(encoding="utf-8")
TASKS = PAGE.split("### Tâches à programmer")[1].split("## Sauvegarder")[0]
TOLD = sorted(set(re.findall(r"`manage ([a-z_]+(?: --[a-z-]+)?)`", TASKS)))
#: Run by hand, once or when something calls for it; by the services themselves; or of Django and its libraries.
BY_HAND = {
    "flush", "search_rebuild", "custody_key", "grant_role", "decidim_import", "grants_letters", "population_prepare", "reseal", "rights_recompute", "roll_import",
}  # fmt: skip


@pytest.mark.parametrize("line", TOLD)
def test_each_command_told_exists_with_its_options(line: str) -> None:
    name, _, option = line.partition(" ")
    parser = load_command_class(get_commands()[name], name).create_parser("manage", name)
    assert not option or option in parser.format_help()


def test_the_page_lists_every_task_of_the_day() -> None:
    [row] = [line for line in TASKS.splitlines() if line.startswith("| `manage daily`")]
    assert re.findall(r"`([a-z_]+)`", row) == list(daily.commands())


def test_no_command_of_ours_is_left_unsaid() -> None:
    ours = {name for name, app in get_commands().items() if app.startswith("mandat.")}
    said = {line.split()[0] for line in TOLD} | set(re.findall(r"`([a-z_]+)`", TASKS))
    assert ours - said - BY_HAND == set()


def test_the_lines_of_cron_run_what_the_tables_say() -> None:
    lines = TASKS.split("```cron")[1].split("```")[0]
    run = {name for name in get_commands() if re.search(rf"\b{name}\b", lines)}
    assert run == {line.split()[0] for line in TOLD}
