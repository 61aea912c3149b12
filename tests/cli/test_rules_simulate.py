from __future__ import annotations

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner, Result

from mandat.cli.population import app as population_app
from mandat.cli.rules import app
from mandat.kernel.errors import InputError

runner = CliRunner()
pytestmark = pytest.mark.filterwarnings("ignore:fetch_arrow_table:DeprecationWarning")
RULES = Path(__file__).resolve().parents[2] / "programmes" / "centre-val-de-loire" / "rules"
FREE = RULES / "gratuite-transports.yaml"


@pytest.fixture(scope="module")
def population(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("simulate") / "indre"
    assert runner.invoke(population_app, [str(folder), "--departement", "36"]).exit_code == 0
    return folder


def call(*arguments: object) -> Result:
    return runner.invoke(app, ["simulate", *map(str, arguments)])


def test_a_reform_is_told_with_its_gainers_and_says_that_nobody_exists(population: Path, tmp_path: Path) -> None:
    page = tmp_path / "reform.html"
    result = call(FREE, population, "--set", "plafond_gratuite=1200", "--html", page)
    assert result.exit_code == 0, result.output
    assert "Population de synthèse" in result.output
    assert "Par décile" in result.output
    html = page.read_text()
    assert html.count("opulation de synthèse") >= 4
    assert "<script" not in html
    assert "36044" in html


def test_the_figures_are_also_data(population: Path) -> None:
    result = call(RULES / "allocation-alimentaire.yaml", population, "--given", "repas_sautes=faux", "--json")
    assert result.exit_code == 0, result.output
    data = json.loads(result.output)
    assert data["kind"] == "population de synthèse"
    assert data["total"]["persons"] == 216_069
    assert data["total"]["unknown"] == 0
    assert data["total"]["gainers"] == 0
    assert 0 < data["total"]["eligible_before"] < 30_000
    assert float(data["total"]["before"]) <= 100 * data["total"]["eligible_before"]
    assert sum(row["persons"] for row in data["by"]["gender"].values()) == 216_069


def test_small_counts_are_withheld_where_persons_may_be_real(population: Path, tmp_path: Path) -> None:
    folder = tmp_path / "given"
    for kind in ("personnes", "menages"):
        (folder / kind).mkdir(parents=True)
        table = pq.read_table(population / kind / "departement=36" / "part.parquet").replace_schema_metadata(None)
        pq.write_table(table, folder / kind / "part.parquet")
    result = call(FREE, folder, "--set", "plafond_gratuite=1001", "--as-of", "2026-01-01", "--json")
    assert result.exit_code == 0, result.output
    data = json.loads(result.output)
    assert data["kind"] == "population donnée"
    gainers = [row["gainers"] for row in data["by"]["commune"].values()]
    assert None in gainers
    assert not any(count is not None and 0 < count < 5 for count in gainers)
    assert isinstance(call(FREE, folder).exception, InputError), "without the mark the day must be given"


@pytest.mark.parametrize(
    "arguments",
    [
        ("--set", "plafond_inconnu=3"),
        ("--set", "plafond_gratuite=beaucoup"),
        ("--set", "plafond_gratuite"),
        ("--given", "taille=3"),
        ("--column", "revenu_mensuel=absente"),
        ("--given", "revenu_mensuel=-5"),
    ],
)
def test_what_cannot_be_asked_is_refused(population: Path, arguments: tuple[str, str]) -> None:
    assert isinstance(call(FREE, population, *arguments).exception, InputError)


def test_a_folder_without_a_population_is_said_to_be_so(tmp_path: Path) -> None:
    assert isinstance(call(FREE, tmp_path).exception, InputError)
