"""``mandat export`` writes every file whole or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from mandat import journal
from mandat.apps.programme.published import Published
from mandat.apps.publications import folders
from mandat.cli.export import app
from mandat.journal.verify import CHECKPOINT
from mandat.kernel.errors import InputError
from tests.apps.publications.conftest import history, programme

__all__ = ["history", "programme"]


def test_everything_is_written_and_nothing_else(history: list[journal.Entry], tmp_path: Path) -> None:
    target = tmp_path / "sortie"
    done = CliRunner().invoke(app, ["all", str(target)])
    assert done.exit_code == 0, done.output
    names = {str(path.relative_to(target)) for path in target.rglob("*") if path.is_file()}
    assert {"faits.csv", "faits.jsonl", "faits.parquet", "measures.xlsx", "commitments.csv"} <= names
    assert {"programme-fr.pdf", "programme-en.pdf", "catalogue.jsonld", f"journal/{CHECKPOINT}"} <= names
    assert {"schemas/measures.json", "schemas/facts.json"} <= names
    assert not [name for name in names if Path(name).name.startswith(".")]
    assert b'"dcat:byteSize"' in (target / "catalogue.jsonld").read_bytes()


def test_a_second_export_replaces_the_first(history: list[journal.Entry], tmp_path: Path) -> None:
    for _ in range(2):
        assert CliRunner().invoke(app, ["data", str(tmp_path / "sortie")]).exit_code == 0


@pytest.mark.parametrize("command", ["pdf", "data", "catalogue", "journal", "all"])
def test_a_file_in_the_way_is_told(programme: Published, tmp_path: Path, command: str) -> None:
    (tmp_path / "sortie").write_text("déjà là")
    done = CliRunner().invoke(app, [command, str(tmp_path / "sortie")])
    assert isinstance(done.exception, InputError)
    assert (tmp_path / "sortie").read_text() == "déjà là"


def test_a_full_disk_leaves_the_old_file_and_no_half(tmp_path: Path) -> None:
    def pieces() -> Iterator[bytes]:
        yield b"nouveau"
        raise OSError(28, "No space left on device")

    target = tmp_path / "faits.csv"
    target.write_text("ancien")
    with pytest.raises(OSError, match="No space left"):
        folders.write(target, pieces())
    assert target.read_text() == "ancien"
    assert [path.name for path in tmp_path.iterdir()] == ["faits.csv"]
