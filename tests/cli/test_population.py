from __future__ import annotations

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner, Result

from mandat.cli.population import app
from mandat.engines.population import is_synthetic
from mandat.kernel.errors import InputError

runner = CliRunner()


def call(*arguments: object) -> Result:
    return runner.invoke(app, [str(argument) for argument in arguments])


def test_a_departement_is_written_by_folder_and_told(tmp_path: Path) -> None:
    folder = tmp_path / "population"
    result = call(folder, "--departement", "36", "--json")
    assert result.exit_code == 0, result.output
    report = json.loads(result.output)
    assert report["kind"] == "population de synthèse"
    assert report["persons"] == 216_069
    assert "household_sizes" in report["assumptions"]
    path = folder / "personnes" / "departement=36" / "part.parquet"
    with path.open("rb") as stream:
        assert is_synthetic(stream)
    assert pq.read_table(folder / "menages")["departement"].unique().to_pylist() == [36]
    assert [entry.name for entry in tmp_path.iterdir()] == ["population"]


def test_a_folder_in_use_is_left_alone(tmp_path: Path) -> None:
    folder = tmp_path / "population"
    assert call(folder, "--departement", "36").exit_code == 0
    assert "Population de synthèse" in call(folder, "--departement", "36", "--replace").output
    again = call(folder, "--departement", "36")
    assert isinstance(again.exception, InputError)
    (folder / "notes.txt").write_text("mine")
    refused = call(folder, "--departement", "36", "--replace")
    assert isinstance(refused.exception, InputError)
    assert (folder / "notes.txt").read_text() == "mine"
    assert [entry.name for entry in tmp_path.iterdir()] == ["population"]


@pytest.mark.parametrize("arguments", [("--departement", "99"), ("--as-of", "hier"), ("--territory", "absent.json.gz")])
def test_what_cannot_be_done_writes_nothing(tmp_path: Path, arguments: tuple[str, str]) -> None:
    result = call(tmp_path / "population", *arguments)
    assert isinstance(result.exception, InputError | FileNotFoundError)
    assert list(tmp_path.iterdir()) == []
