"""Databases of their own for tests that start real processes, on both kinds."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg
import pytest

from tests import templates

ROOT = Path(__file__).resolve().parents[1]
KINDS = ["sqlite", "postgresql"]


def settings_of(folder: Path, url: str) -> dict[str, str]:
    """The environment of a process that uses the database ``url``."""
    return {
        **os.environ,
        "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}",
        "DJANGO_SETTINGS_MODULE": "mandat.config.settings.dev",
        "MANDAT_VAR": str(folder),
        "MANDAT_DATABASE_URL": url,
        "MANDAT_PROGRAMME": "essai",
        # One key for a prepared database and its copies.
        "MANDAT_JOURNAL_KEY": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
    }


def run(env: dict[str, str], *command: str, code: int = 0) -> subprocess.CompletedProcess[str]:
    """Run Python with ``command``; fails unless it exits with ``code``."""
    done = subprocess.run([sys.executable, *command], env=env, check=False, capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == code, done.stdout + done.stderr
    return done


@contextmanager
def postgres(template: str = "", *, templated: bool = False) -> Iterator[tuple[str, str]]:
    """The name and address of a new database, dropped afterwards; ``templated``: a migrated one."""
    url = os.environ.get("MANDAT_TEST_DATABASE_URL", "")
    if not url.startswith("postgres"):
        pytest.skip("MANDAT_TEST_DATABASE_URL names no PostgreSQL")
    if templated:
        template = templates.migrated_postgres(url)
    name = f"mandat_{os.getpid()}_{time.monotonic_ns()}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} {f'TEMPLATE {template}' if template else ''}")
        try:
            yield name, f"{url.rpartition('/')[0]}/{name}"
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def prepared(kind: str, folder: Path, *commands: tuple[str, ...]) -> Iterator[Path | str]:
    """A migrated database, to be copied: its file or its name. ``commands`` are run on it."""
    if kind == "sqlite":
        path = templates.copy_to(folder / "mandat.sqlite3")
        env = settings_of(folder, f"sqlite:///{path}")
        for command in commands:
            run(env, *command)
        yield path
        return
    with postgres(templated=True) as (name, url):
        env = settings_of(folder, url)
        for command in commands:
            run(env, *command)
        yield name


@contextmanager
def copied(kind: str, empty: Path | str, folder: Path) -> Iterator[dict[str, str]]:
    """The environment of a copy of a prepared database."""
    if kind == "sqlite":
        shutil.copy(empty, folder / "mandat.sqlite3")
        yield settings_of(folder, f"sqlite:///{folder}/mandat.sqlite3")
        return
    with postgres(str(empty)) as (_, url):
        yield settings_of(folder, url)


def count(env: dict[str, str], table: str) -> int:
    """The rows of a table, read without starting Django."""
    url = env["MANDAT_DATABASE_URL"]
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"), timeout=30)) as connection:
            return int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])
    with psycopg.connect(url) as connection:
        row = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
        return int(row[0]) if row else 0
