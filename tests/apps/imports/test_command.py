"""``mandat import`` as it is typed: good files, bad ones, and a kill in the middle. With real processes, on both databases."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from mandat import journal
from mandat.cli import main
from tests.apps.imports.conftest import MAPPINGS
from tests.apps.imports.test_running import HEADER, LINES
from tests.databases import KINDS, copied, count, prepared, run
from tests.programmes_folder import texts

VERIFY = """
import django
django.setup()
from mandat import journal
from mandat.apps.imports.models import Run
sources = [entry.fact.source for entry in journal.iterate(kind="grants.awarded.v1")]
assert len(set(sources)) == len(sources), "a line twice"
print(len(sources), [(run.state, run.new, run.known, run.refused) for run in Run.objects.all()])
"""


@pytest.fixture(scope="module", params=KINDS)
def published(request, tmp_path_factory):
    """A database where the trial programme and its mappings are published."""
    folder = tmp_path_factory.mktemp("published")
    for name, text in (texts() | {name: text.encode() for name, text in MAPPINGS.items()}).items():
        target = folder / "programme" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(text)
    load = ("-m", "mandat.cli", "load", str(folder / "programme"))
    with prepared(request.param, folder, load) as database:
        yield request.param, database


@pytest.fixture
def environment(published, tmp_path):
    with copied(*published, tmp_path) as env:
        yield env


def command(*arguments: str) -> tuple[str, ...]:
    return ("-m", "mandat.cli", "import", *arguments)


def write(path: Path, lines: list[str]) -> str:
    path.write_text("\n".join([HEADER, *lines]) + "\n")
    return str(path)


@pytest.fixture
def type_command(programme, monkeypatch, capsys):
    """Run the command in this process, on the test's database: exit code, output, errors."""

    def typed(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["mandat", "import", *arguments])
        with pytest.raises(SystemExit) as stopped:
            main.run()
        out, err = capsys.readouterr()
        code = stopped.value.code
        return (code if isinstance(code, int) else 0), out, err

    return typed


def test_a_file_is_tried_recorded_and_reported(type_command, tmp_path):
    file = write(tmp_path / "a.csv", [*LINES, "trop,court"])
    code, out, err = type_command(file, "--mapping", "subventions", "--dry-run")
    assert code == 0
    assert "rien n'est enregistré" in out
    assert "a.csv:6: 2 cellules au lieu de 9" in err
    refused = tmp_path / "refus.csv"
    code, out, err = type_command(file, "--mapping", "subventions", "--json", "--refused", str(refused))
    report = json.loads(out)
    assert (code, report["new"], report["refused"]) == (0, 4, 1)
    assert report["refusals"] == [{"line": 6, "reason": "2 cellules au lieu de 9"}]
    assert refused.read_text("utf-8-sig").splitlines() == ["ligne;motif", "6;2 cellules au lieu de 9"]
    code, out, err = type_command(file, "--mapping", "subventions")
    assert "4  déjà enregistrées" in out


@pytest.mark.parametrize(
    ("name", "content", "mapping", "message"),
    [
        ("absent.csv", None, "subventions", "fichier introuvable"),
        (".", None, "subventions", "pas un fichier"),
        ("vide.csv", b"", "subventions", "vide"),
        ("a.pdf", b"%PDF-1.7", "subventions", "PDF"),
        ("a.csv", b"x,y\n1,2\n", "subventions", "ne nomme pas"),
        ("a.csv", b"x", "autre", "inconnue : autre"),
        ("a.json", b"{}", "marches", "aucun march"),
    ],
)
def test_bad_input_is_one_clear_line_and_a_non_zero_exit(type_command, tmp_path, name, content, mapping, message):
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    size = journal.head().size
    code, _, err = type_command(str(path), "--mapping", mapping)
    assert code == 1
    assert message in err
    assert len(err.strip().splitlines()) == 1
    assert journal.head().size == size


def test_a_report_that_cannot_be_written_leaves_nothing_behind(type_command, tmp_path):
    file = write(tmp_path / "a.csv", LINES)
    code, _, err = type_command(file, "--mapping", "subventions", "--refused", str(tmp_path / "no" / "x.csv"))
    assert code == 1
    assert len(err.strip().splitlines()) == 1
    assert not (tmp_path / "no").exists()


@pytest.mark.processes
def test_an_import_killed_in_the_middle_goes_on_without_a_duplicate(environment, tmp_path):
    lines = [LINES[0].replace("24-001", f"24-{n:05d}").replace("1000", str(1000 + n)) for n in range(6_000)]
    lines[2500] = "trop,court"
    file = write(tmp_path / "grand.csv", lines)
    killed = subprocess.Popen([sys.executable, *command(file, "--mapping", "subventions")], env=environment)
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and count(environment, "journal_line") < 1000:
        assert killed.poll() is None, "the import ended before it could be killed"
        time.sleep(0.01)
    os.kill(killed.pid, signal.SIGKILL)
    killed.wait()
    before = int(run(environment, "-c", VERIFY).stdout.split()[0])
    assert 0 < before < 5_999
    report = json.loads(run(environment, *command(file, "--mapping", "subventions", "--json")).stdout)
    assert (report["new"], report["known"], report["corrected"], report["refused"]) == (5_999, 0, 0, 1)
    assert run(environment, "-c", VERIFY).stdout.strip() == "5999 [('done', 5999, 0, 1)]"
    done = run(environment, "-m", "mandat.cli", "journal", "verify", "--json")
    assert json.loads(done.stdout)["ok"]


@pytest.mark.processes
def test_a_locked_database_says_so_and_loses_nothing(environment, tmp_path):
    url = environment["MANDAT_DATABASE_URL"]
    if not url.startswith("sqlite"):
        pytest.skip("PostgreSQL waits for its locks")
    file = write(tmp_path / "a.csv", LINES)
    impatient = {**environment, "DJANGO_SETTINGS_MODULE": "tests.impatient"}
    with sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None) as holder:
        holder.execute("BEGIN EXCLUSIVE")
        done = run(impatient, *command(file, "--mapping", "subventions"), code=1)
        holder.execute("ROLLBACK")
    assert "base de données occupée" in done.stderr
    assert "Traceback" not in done.stderr
    assert run(environment, *command(file, "--mapping", "subventions")).returncode == 0
