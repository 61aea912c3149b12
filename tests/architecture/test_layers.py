"""Who may know whom: packages, models and tables."""

from __future__ import annotations

import ast
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import call_command

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "mandat"
PROGRAMS = Path(sys.executable).parent

#: From the bottom up. A table points to its own layer's tables of its own app, or further down.
ORDER = (
    "definitions", "journal", "web", "accounts", "territory", "programme",
    "rulebook", "ledger", "custody", "organisations", "bodies", "community",
    "wallets", "offers", "funds", "ballots", "answers", "meetings",
    "rights", "grants", "participation",
    "registers", "consultations", "petitions", "budgeting", "panels", "mediation",
    "imports", "publications", "desk",
)  # fmt: skip

#: Models known outside their app, by whom, and why.
KNOWN_OUTSIDE = {
    "mandat.apps.accounts.models": {
        "mandat.apps": "accounts act: services and views are given one, and say so in their types",
    },
    "mandat.apps.territory.models": {
        "mandat.apps.programme": "communes are searched and shown on pages of places",
        "mandat.apps.publications": "areas are published as they are stored",
    },
    "mandat.apps.programme.models": {
        "mandat.apps.publications.exports": "figures are streamed row by row",
        "mandat.apps.custody.own": "agents are shown what they declared",
    },
    "mandat.apps.ballots.models": {
        "mandat.apps.publications.api.civic": "votes are published as they are stored, once counted",
        "mandat.apps.budgeting": "projects are put to a poll, and its ballots are counted and explained",
        "mandat.apps.demonstration": "the box of a referendum is filled with invented ballots",
        "mandat.apps.participation": "a process shows its polls, and asks whether someone is on its roll",
        "mandat.apps.desk": "envelopes are marked on the roll of a poll, and kits print its ballots",
    },
    "mandat.apps.petitions.models": {
        "mandat.apps.publications.api.civic": "petitions are published as they are stored",
        "mandat.apps.desk": "signatures given without network go through the sheets of a petition",
        "mandat.apps.demonstration": "petitions and referendums are found to be gone on with",
    },
    "mandat.apps.community.models": {
        "mandat.apps.demonstration": "residents follow in bulk, and moderators find what was reported",
    },
    "mandat.apps.answers.models": {
        "mandat.apps.publications.api.civic": "answers owed are published as they are stored",
        "mandat.apps.panels": "each recommendation is shown with the answer it is owed",
        "mandat.apps.demonstration": "the demonstration keeps the duties and contests it made, to go on with them",
    },
    "mandat.apps.custody.models": {
        "mandat.apps.mediation": "each case is sealed with a key of its own",
        "mandat.apps.answers": "the file given against a figure is sealed with a key of its own",
        "mandat.apps.participation": "files given with proposals are sealed with the key of who gave them",
        "mandat.apps.rights": "each claim is sealed with a key of its own",
        "mandat.apps.wallets": "a wallet is held by a person, with or without an account",
        "mandat.apps.grants": "each case is sealed with a key of its own",
        "mandat.apps.bodies": "the papers of a body are sealed with a key of its own",
        "mandat.apps.demonstration": "residents spend from their wallets, but for the account left to visitors",
    },
    "mandat.apps.organisations.models": {
        "mandat.apps.mediation": "a group may ask for a mediation in its name",
        "mandat.apps.petitions": "an organisation may carry a petition",
        "mandat.apps.grants": "organisations apply, and their members act for them",
        "mandat.apps.funds": "loans and stakes name the legal person they were given to",
        "mandat.apps.registers": "organisations hold labels and sign contracts, and their members are told",
        "mandat.apps.demonstration": "synthetic cases name who applied",
    },
    "mandat.apps.bodies.models": {
        "mandat.apps.publications.api.civic": "sessions and decisions are published as they are stored",
        "mandat.apps.grants": "committees vote with the terms of their body",
        "mandat.apps.demonstration": "synthetic members are given their seats in bulk",
    },
    "mandat.apps.grants.models": {
        "mandat.apps.registers": "a label or a contract comes from a case decided",
        "mandat.apps.demonstration": "the demonstration finds the cases it made; those of benchmarks are written in bulk",
    },
    "mandat.apps.funds.models": {
        "mandat.apps.demonstration": "the credits of a budget of the demonstration are voted in two times",
        "mandat.apps.budgeting": "a project that was chosen is paid from the allocation that holds its money",
        "mandat.apps.panels": "allowances are paid from an envelope",
        "mandat.apps.grants": "awards name the envelope and the allocations that pay them",
        "mandat.apps.registers": "the impact sheet of a measure adds up its envelopes",
    },
    "mandat.apps.ledger.models": {
        "mandat.apps.budgeting": "costs and payments are kept in cents, as the ledger counts",
        "mandat.apps.panels": "allowances are kept in cents, as the ledger counts",
        "mandat.apps.grants": "payments name the file they go in, and learn what the bank says",
        "mandat.apps.funds": "envelopes hold accounts of the ledger by their names",
        "mandat.apps.rights": "payments name the file they go in, and learn what the bank says",
        "mandat.apps.wallets": "each wallet and each partner has its account in the ledger; settlements name their file",
        "mandat.apps.demonstration": "the demonstration's bank answers for each payment of a file",
    },
    "mandat.apps.consultations.models": {
        "mandat.apps.demonstration": "a crowd's answers, votes and sightings are written in bulk",
    },
    "mandat.apps.registers.models": {"mandat.apps.demonstration": "the actions of a contract are found to be told"},
    "mandat.apps.rights.models": {"mandat.apps.demonstration": "residents find the claim they made, to go on with it"},
    "mandat.apps.wallets.models": {"mandat.apps.demonstration": "residents find a till and what is left in a wallet"},
    "mandat.apps.offers.models": {
        "mandat.apps.demonstration": "pupils find their invitation and the slots that are free"
    },
    "mandat.apps.participation.models": {
        "mandat.apps.publications.api.civic": "counts of processes are published as they are stored",
        "mandat.apps.demonstration": "invented people propose in bulk, and their proposals are found again",
        "mandat.apps.consultations": "what another site gathered is taken over as proposals and comments",
        "mandat.apps.budgeting": "proposals are the ideas that budgets study, with credit to their authors",
        "mandat.apps.petitions": "whoever signs is a participant of the process",
    },
    "mandat.apps.budgeting.models": {
        "mandat.apps.demonstration": "the demonstration finds the projects it made, to go on with them",
    },
    "mandat.apps.panels.models": {
        "mandat.apps.demonstration": "the demonstration finds the volunteers it made, to go on with them",
    },
    "mandat.definitions.models": {
        "mandat.apps": "versions are read by every app; only definitions.store writes them",
    },
}


@cache
def imports() -> dict[str, list[tuple[str, int]]]:
    """By module, what it imports: names in full, and the level of relative imports."""
    found: dict[str, list[tuple[str, int]]] = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        module = ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__")
        found[module] = []
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found[module] += [(alias.name, 0) for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                names = [node.module or "", *(f"{node.module}.{alias.name}" for alias in node.names)]
                found[module] += [(name, node.level) for name in names]
    return found


def within(module: str, package: str) -> bool:
    return module == package or module.startswith(package + ".")


def test_models_are_known_outside_their_app_only_where_it_is_said_why() -> None:
    used: set[tuple[str, str]] = set()
    wrong: set[str] = set()
    for module, names in imports().items():
        for name, _ in names:
            if not name.endswith(".models") or not name.startswith("mandat."):
                continue
            home = name.removesuffix(".models")
            if within(module, home):
                continue
            allowed = [package for package in KNOWN_OUTSIDE.get(name, {}) if within(module, package)]
            used |= {(name, package) for package in allowed}
            if not allowed:
                wrong.add(f"{module} imports {name}")
    assert not wrong
    said = {(name, package) for name, packages in KNOWN_OUTSIDE.items() for package in packages}
    assert used == said, "an exception nobody needs any more"


def test_modules_import_by_full_name() -> None:
    """The walk above sees no relative import: there is none."""
    relative = [module for module, names in imports().items() if any(level for _, level in names)]
    assert relative == []


def test_tables_point_only_to_their_own_app_or_to_layers_below() -> None:
    wrong = []
    ours = [config for config in apps.get_app_configs() if config.name.startswith("mandat.")]
    assert {config.label for config in ours if list(config.get_models())} <= set(ORDER)
    for config in ours:
        for model in config.get_models():
            for field in model._meta.get_fields():
                target = field.related_model
                if field.auto_created or target is None or not isinstance(target, type):
                    continue
                below = target._meta.app_label
                if below in ORDER and below != config.label and ORDER.index(below) >= ORDER.index(config.label):
                    wrong.append(f"{model._meta.label}.{field.name} -> {target._meta.label}")
    assert wrong == []


def test_no_table_points_into_the_journal_and_the_journal_points_nowhere() -> None:
    """Facts outlive the rows of acts: they are cited by index, never by a key that could cascade."""
    for model in apps.get_models():
        for field in model._meta.get_fields():
            target = field.related_model
            if field.auto_created or not isinstance(target, type):
                continue
            labels = (model._meta.app_label, target._meta.app_label)
            assert ("journal" in labels) == (labels == ("journal", "journal")), f"{model._meta.label}.{field.name}"


@pytest.mark.django_db
def test_every_change_of_a_model_has_its_migration() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_the_contracts_between_layers_are_kept() -> None:
    done = subprocess.run(
        [str(PROGRAMS / "lint-imports"), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("code", "rule"),
    [
        ("import datetime as dt\n\nNOW = dt.datetime.now()\n", "TID251"),
        ("import datetime as dt\n\nTODAY = dt.date.today()\n", "TID251"),
        ("import random\n\nX = random.random()\n", "TID251"),
        ("import time\n\nX = time.time()\n", "TID251"),
        ("import datetime as dt\n\nX = dt.datetime(2024, 1, 1)\n", "DTZ001"),
    ],
)
def test_an_engine_with_a_clock_or_chance_of_its_own_is_caught(code: str, rule: str) -> None:
    planted = PACKAGE / "engines" / "counting" / "planted.py"
    done = subprocess.run(
        [str(PROGRAMS / "ruff"), "check", "--no-cache", "--output-format", "concise", "--stdin-filename", str(planted), "-"],
        cwd=ROOT, input=code, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == 1
    assert rule in done.stdout
