"""The command: quick, lazy, and one line for what a user can mend."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from mandat.cli.main import COMMANDS, app, explain
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text, counted, speaking

ROOT = Path(__file__).resolve().parents[2]
PROGRAMME = ROOT / "programmes" / "centre-val-de-loire"


def mandat(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "mandat.cli", *arguments],
        capture_output=True,
        text=True,
        timeout=120,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src"), **environment},
        check=False,
    )


def imported(*arguments: str) -> set[str]:
    """The modules a command imports."""
    program = (
        "import sys, runpy\n"
        f"sys.argv = ['mandat', *{list(arguments)!r}]\n"
        "try:\n    runpy.run_module('mandat.cli', run_name='__main__')\n"
        "except SystemExit as end:\n    assert not end.code, end.code\n"
        "print('\\x00' + ' '.join(sys.modules))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        timeout=120,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
        check=True,
    )
    return {name.split(".")[0] for name in done.stdout.split("\x00")[1].split()}


def test_help_imports_neither_django_nor_numpy_nor_any_command() -> None:
    assert not imported("--help") & {"django", "numpy", "pydantic", "yaml", "rich"}


@pytest.mark.parametrize("arguments", [("check", str(PROGRAMME)), ("schema", "measure"), ("check", "--help")])
def test_commands_without_a_database_do_not_import_django(arguments: tuple[str, ...]) -> None:
    assert not imported(*arguments) & {"django", "psycopg", "scipy", "numba"}


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_command_says_what_it_does(command: str) -> None:
    done = CliRunner().invoke(app, [command, "--help"], catch_exceptions=False)
    assert done.exit_code == 0
    assert "Usage : " in done.stdout or command == "manage"
    assert done.stderr == ""


def test_the_list_of_commands_says_one_sentence_of_each_in_french() -> None:
    done = mandat("--help", COLUMNS="200")
    assert done.returncode == 0
    for name, lazy in COMMANDS.items():
        [line] = [line for line in done.stdout.splitlines() if line.split()[:1] == [name]]
        assert lazy.help.fr in line


def test_help_speaks_english_where_asked() -> None:
    assert COMMANDS["check"].help.en in mandat("--help", MANDAT_LANG="en", COLUMNS="200").stdout


def test_the_version_is_that_of_the_package() -> None:
    done = mandat("--version")
    assert (done.returncode, done.stdout) == (0, "mandat 0.1.0\n")


def test_an_unknown_command_is_refused() -> None:
    done = mandat("bogus")
    assert done.returncode == 2
    assert "bogus" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (("check", "nowhere"), "introuvable"),
        (("check", __file__), "pas un dossier"),
        (("schema", "nothing"), "genre inconnu"),
        (("load", "nowhere"), "introuvable"),
        (("dump", __file__), "pas un dossier"),
        (("dump", str(PROGRAMME)), "--force"),
    ],
)
def test_what_a_user_can_mend_is_one_line_on_stderr(arguments: tuple[str, ...], word: str, tmp_path: Path) -> None:
    done = mandat(*arguments, MANDAT_VAR=str(tmp_path / "var"))
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.startswith("Erreur : ")
    assert word in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_settings_that_lack_a_secret_are_said_in_one_line(tmp_path: Path) -> None:
    done = mandat(
        "indicators", "list", DJANGO_SETTINGS_MODULE="mandat.config.settings.production", MANDAT_SECRET_KEY="short",
        MANDAT_VAR=str(tmp_path),
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr == "Erreur : MANDAT_SECRET_KEY must hold at least 50 random characters\n"


def test_errors_are_explained_in_both_languages() -> None:
    from django.db.utils import OperationalError

    busy = OperationalError("database is locked")
    assert "occupée" in explain(busy)
    with speaking("en"):
        assert "in use" in explain(busy)
    assert "migrate" in explain(OperationalError("no such table: definitions_revision"))
    assert "MANDAT_DATABASE_URL" in explain(OperationalError('connection to server at "x" failed'))
    assert (
        explain(OSError(28, "No space left on device", "a.yaml"))
        == "le disque est plein : rien n'est à moitié écrit (a.yaml)"
    )
    assert explain(InputError("illisible", file="a.yaml", line=2)) == "a.yaml:2: illisible"


@pytest.mark.parametrize("error", [ValueError("x"), KeyError("x"), AssertionError()])
def test_a_bug_is_not_dressed_up_as_a_users_error(error: Exception) -> None:
    assert explain(error) == ""


def test_a_broken_constraint_is_a_bug() -> None:
    from django.db.utils import IntegrityError

    assert explain(IntegrityError("UNIQUE constraint failed")) == ""


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["rien"], "la commande « rien » n’existe pas."),
        (["check"], "il manque l’argument « path »."),
        (["check", "--rien"], "l’option --rien n’existe pas."),
        (["check", "a", "b"], "en trop : b."),
        (["demo", "--port"], "l’option --port demande une valeur."),
        (["demo", "--port", "abc"], "valeur refusée pour --port : écrivez un nombre entier."),
        (["demo", "--port", "5"], "valeur refusée pour --port : au moins 1024."),
    ],
)
def test_a_misuse_is_told_in_french_with_the_usage(arguments: list[str], said: str) -> None:
    done = mandat(*arguments)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.rstrip().endswith(f"Erreur : {said}")
    assert not re.search(r"Usage: |Try |Error:", done.stderr)


def test_a_misuse_is_told_in_english_where_english_is_asked() -> None:
    done = mandat("check", "a", "b", MANDAT_LANG="en")
    assert done.returncode == 2
    assert "Error: Got unexpected extra argument" in done.stderr
    assert "Usage: " in done.stderr


def test_help_is_in_french_at_every_level() -> None:
    for arguments in (["--help"], ["rules", "--help"], ["demo", "--help"], ["rules", "check", "--help"]):
        done = mandat(*arguments)
        assert done.returncode == 0
        assert "Affiche cette aide." in done.stdout
        assert not re.search(r"Usage: |Commands:|Show this|\[default", done.stdout)


@pytest.mark.parametrize(
    ("count", "fr", "en"), [(0, "0 erreur", "0 errors"), (1, "1 erreur", "1 error"), (2, "2 erreurs", "2 errors")]
)
def test_a_count_agrees_with_its_noun_in_each_language(count: int, fr: str, en: str) -> None:
    said = counted(count, Text("erreur", "error"), Text("erreurs", "errors"))
    assert (said.fr, said.en) == (fr, en)


def test_no_message_leaves_its_plural_to_the_reader() -> None:
    doubtful = re.compile(r"[a-zéè]\((?:s|es|e|ies)\)")
    for path in (ROOT / "src" / "mandat").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                assert not doubtful.search(node.value), f"{path.name}:{node.lineno}: {node.value}"
