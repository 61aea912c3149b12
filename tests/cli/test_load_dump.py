"""Load and dump on a real database: what is published comes back, and nothing is lost when it cannot be."""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from mandat.definitions import store
from tests.programmes_folder import CHAPTER, FILES

ROOT = Path(__file__).resolve().parents[2]
Run = Callable[..., subprocess.CompletedProcess[str]]


def environment(folder: Path) -> dict[str, str]:
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("MANDAT_")},
        "PYTHONPATH": str(ROOT / "src"),
        "DJANGO_SETTINGS_MODULE": "mandat.config.settings.dev",
        "MANDAT_VAR": str(folder),
        "MANDAT_DATABASE_URL": f"sqlite:///{folder / 'mandat.sqlite3'}?timeout=1",
        "MANDAT_PROGRAMME": "essai",
    }


def call(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "mandat.cli", *arguments],
        cwd=folder, env=environment(folder), capture_output=True, text=True, check=False, timeout=180,
    )  # fmt: skip


@pytest.fixture(scope="module")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("migrated")
    done = call(folder, "manage", "migrate", "--verbosity", "0")
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture
def home(migrated: Path, tmp_path: Path) -> Path:
    """A folder with an empty migrated database and the trial programme."""
    for path in migrated.iterdir():
        if path.is_file():
            shutil.copy(path, tmp_path / path.name)
    for name, text in FILES.items():
        (tmp_path / "programme" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "programme" / name).write_text(text)
    return tmp_path


def lines(home: Path) -> int:
    with sqlite3.connect(home / "mandat.sqlite3") as database:
        return int(database.execute("SELECT count(*) FROM journal_line").fetchone()[0])


@pytest.mark.processes
def test_load_dump_load_is_the_identity_and_says_what_it_did(home: Path) -> None:
    first = call(home, "load", "programme")
    assert first.returncode == 0, first.stderr
    assert "ajouté  engagement 1.1  v1" in first.stdout
    facts = lines(home)
    assert facts > 0
    assert call(home, "load", "programme").stdout == "Rien n'a changé.\n"
    dumped = call(home, "dump", "again")
    assert dumped.stdout == f"{len(FILES)} fichiers écrits dans again.\n"
    assert {name: (home / "again" / name).read_text() for name in FILES} == FILES
    assert sorted(p.name for p in (home / "again").rglob("*") if p.is_file()) == sorted(Path(n).name for n in FILES)
    assert call(home, "load", "again").stdout == "Rien n'a changé.\n"
    assert lines(home) == facts

    (home / "programme/measures/01-sante.yaml").write_text(CHAPTER.replace("value: 450", "value: 460"))
    changed = call(home, "load", "programme")
    assert "modifié  engagement 1.1  v2" in changed.stdout
    assert "goal.value : '450' → '460'" in changed.stdout


@pytest.mark.processes
def test_a_folder_with_errors_publishes_nothing(home: Path) -> None:
    (home / "programme/bodies.yaml").write_text("kind: wish\n")
    done = call(home, "load", "programme")
    assert done.returncode == 1
    assert "bodies.yaml:1: genre inconnu" in done.stderr
    assert "rien n'est publié" in done.stderr
    assert lines(home) == 0


@pytest.mark.processes
def test_a_locked_database_is_said_and_nothing_is_lost(home: Path) -> None:
    holder = sqlite3.connect(home / "mandat.sqlite3", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    try:
        done = call(home, "load", "programme")
    finally:
        holder.execute("ROLLBACK")
        holder.close()
    assert done.returncode == 1
    assert done.stderr == (
        "Erreur : la base est occupée par un autre programme : rien n'est enregistré, réessayez dans un instant\n"
    )
    assert lines(home) == 0
    assert call(home, "load", "programme").returncode == 0


@pytest.mark.processes
def test_a_database_that_is_not_ready_or_no_database_is_said(tmp_path: Path) -> None:
    done = call(tmp_path, "dump", "out")
    assert (done.returncode, "manage migrate" in done.stderr) == (1, True)
    assert not (tmp_path / "out").exists()
    (tmp_path / "mandat.sqlite3").write_bytes(os.urandom(4096))
    done = call(tmp_path, "dump", "out")
    assert done.returncode == 1
    assert done.stderr == "Erreur : ce fichier n'est pas une base lisible\n"


@pytest.mark.parametrize("existing", [False, True])
def test_a_disk_that_fills_up_leaves_no_half_dump(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, existing: bool
) -> None:
    monkeypatch.setattr(store, "texts", lambda programme: {name: text.encode() for name, text in FILES.items()})
    out = tmp_path / "out"
    if existing:
        out.mkdir()
        (out / "programme.yaml").write_text("old")
    written = 0

    def full(descriptor: int) -> None:
        nonlocal written
        written += 1
        if written == 3:
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        store.dump("essai", out)
    assert {path.name: path.read_text() for path in tmp_path.rglob("*") if path.is_file()} == (
        {"programme.yaml": "old"} if existing else {}
    )
    assert out.exists() == existing


def test_a_dump_replaces_files_and_leaves_others_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "texts", lambda programme: {name: text.encode() for name, text in FILES.items()})
    (tmp_path / "programme.yaml").write_text("old")
    (tmp_path / "notes.txt").write_text("mine")
    store.dump("essai", tmp_path)
    assert (tmp_path / "programme.yaml").read_text() == FILES["programme.yaml"]
    assert (tmp_path / "notes.txt").read_text() == "mine"
    assert {path.name for path in tmp_path.iterdir()} == {"measures", "notes.txt", *(n for n in FILES if "/" not in n)}
