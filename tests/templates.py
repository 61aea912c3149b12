"""A database migrated once, and copied from then on: running a hundred migrations takes a minute, copying their result none.

It is kept in the folder of temporary files under the digest of every migration, trigger and locked dependency: whatever changes
them makes another. Two runs at once wait for one another.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import psycopg
from django.db.backends.sqlite3.creation import DatabaseCreation

ROOT = Path(__file__).resolve().parents[1]
#: Templates kept, of the branches one works on.
MOST = 12
SOURCES = ("src/mandat/**/migrations/*.py", "src/mandat/**/triggers.py", "requirements/*.txt")


@cache
def digest() -> str:
    """What the migrated schema depends on."""
    found = hashlib.sha256()
    for pattern in SOURCES:
        for path in sorted(ROOT.glob(pattern)):
            found.update(path.relative_to(ROOT).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return found.hexdigest()[:20]


def kept() -> Path:
    """The folder of templates, of this account alone."""
    folder = Path(tempfile.gettempdir()) / f"mandat-templates-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


@contextmanager
def turn(name: str) -> Iterator[None]:
    """One process at a time makes the template of that name."""
    with (kept() / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def migrated_sqlite() -> Path:
    """A migrated, empty SQLite file: to be copied, never written."""
    path = kept() / f"{digest()}.sqlite3"
    with turn(digest()):
        if not path.exists():
            recent = sorted(kept().glob("*.sqlite3"), key=lambda old: old.stat().st_mtime, reverse=True)
            for old in recent[MOST:]:
                old.unlink(missing_ok=True)
            making = path.with_suffix(".making")
            making.unlink(missing_ok=True)
            _migrate(f"sqlite:///{making}")
            with closing(sqlite3.connect(making)) as connection:
                connection.execute("PRAGMA journal_mode=DELETE")
            making.replace(path)
    return path


def migrated_postgres(url: str) -> str:
    """The name of a migrated, empty database of the server at ``url``: a template."""
    name = f"mandat_template_{digest()}"
    with turn(name), psycopg.connect(url, autocommit=True) as connection:
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is None:
            making = f"{name}_making"
            connection.execute(f"DROP DATABASE IF EXISTS {making} WITH (FORCE)")
            connection.execute(f"CREATE DATABASE {making}")
            _migrate(f"{url.rpartition('/')[0]}/{making}")
            connection.execute(f"ALTER DATABASE {making} RENAME TO {name}")
    return name


def _migrate(url: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        env = {
            **os.environ,
            "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}",
            "DJANGO_SETTINGS_MODULE": "mandat.config.settings.dev",
            "MANDAT_VAR": folder,
            "MANDAT_DATABASE_URL": url,
        }
        command = [sys.executable, "-m", "django", "migrate", "--verbosity", "0"]
        done = subprocess.run(command, env=env, check=False, capture_output=True, text=True, cwd=ROOT)
        assert done.returncode == 0, done.stdout + done.stderr


@contextmanager
def copied_into_memory() -> Iterator[None]:
    """Within, the test database of SQLite in memory begins as a copy of the template: nothing is left to migrate."""
    creation: Any = DatabaseCreation  # what follows is Django's own, without types
    create: Callable[..., Any] = creation._create_test_db

    def create_copy(self: Any, verbosity: int, autoclobber: bool, keepdb: bool = False) -> Any:
        name = create(self, verbosity, autoclobber, keepdb)
        if self.is_in_memory_db(name):
            self.connection.close()
            self.connection.settings_dict["NAME"] = name
            self.connection.ensure_connection()
            with closing(sqlite3.connect(migrated_sqlite())) as template:
                template.backup(self.connection.connection)
        return name

    creation._create_test_db = create_copy
    try:
        yield
    finally:
        creation._create_test_db = create


def copy_to(path: Path) -> Path:
    """A migrated, empty SQLite file at ``path``."""
    shutil.copyfile(migrated_sqlite(), path)
    return path
