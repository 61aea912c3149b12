"""``mandat territory``: files of all sorts, clear refusals, nothing half-written."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from mandat.apps.territory import files, france
from mandat.apps.territory.models import Commune, Region
from mandat.cli.territory import app
from mandat.kernel.errors import InputError

pytestmark = pytest.mark.django_db

CSV = "code;nom;dep;epci;epci_nom;pop2023\n45234;Orléans;45;244500468;Orléans Métropole;116 357\n45286;Saint-Jean-le-Blanc;45;244500468;Orléans Métropole;9562\n"


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The command inside the tests' database; returns (exit code, what it said, the error raised)."""
    monkeypatch.setattr("mandat.cli.territory.start", lambda: None)

    def call(*arguments: object) -> tuple[int, str, str]:
        result = CliRunner().invoke(app, [str(a) for a in arguments])
        return result.exit_code, result.output, str(result.exception or "")

    return call


def square(code: str, x: float) -> dict[str, Any]:
    ring = [[x, 47.8], [x + 0.1, 47.8], [x + 0.1, 47.9], [x, 47.9], [x, 47.8]]
    return {"type": "Feature", "properties": {"code": code}, "geometry": {"type": "Polygon", "coordinates": [ring]}}


def collection(*features: dict[str, Any]) -> bytes:
    return json.dumps({"type": "FeatureCollection", "features": list(features)}).encode()


def test_the_bundled_region_loads_then_changes_nothing(run: Any) -> None:
    assert run("import") == (0, "Centre-Val de Loire : 1754 communes et 137 anciennes ; 1891 créées, 0 modifiées, 0 fusionnées depuis.\n", "")  # fmt: skip
    assert "rien ne change" in run("import")[1]
    code, said, _ = run("check")
    assert (code, "population 2023 : 2587031" in said) == (0, True)


def test_given_files_load_with_their_map(run: Any, tmp_path: Path) -> None:
    communes, limits = tmp_path / "c.csv", tmp_path / "l.geojson.gz"
    communes.write_text(CSV, encoding="utf-8")
    limits.write_bytes(gzip.compress(collection(square("45234", 1.9), square("45286", 2.0))))
    code, said, _ = run("import", "--from-file", communes, "--geometry", limits, "--vintage", "2026-01-01")
    assert (code, "2 communes" in said) == (0, True)
    orleans = Commune.objects.get(pk="45234")
    assert (orleans.population, orleans.neighbours, orleans.epci_id) == (116_357, "45286", "244500468")
    assert 8200 < (orleans.surface or 0) < 8400
    assert Region.objects.get().population_year == 2023


def test_the_published_table_of_the_region_loads_as_it_is(run: Any, shared_data: Path) -> None:
    folder = shared_data / "territory"
    code, said, _ = run(
        "import", "--from-file", folder / "communes_cvl.csv", "--geometry", folder / "communes_cvl_2026.geojson.gz"
    )
    assert (code, "1754 communes" in said) == (0, True)


def test_old_spreadsheets_in_a_legacy_encoding_are_read(run: Any, tmp_path: Path) -> None:
    path = tmp_path / "c.csv"
    path.write_bytes(CSV.replace(";", "\t").encode("cp1252"))
    assert run("import", "--from-file", path)[0] == 0
    assert Commune.objects.get(pk="45234").name == "Orléans"


def test_every_bad_line_is_said_with_its_number_and_nothing_is_written(run: Any, tmp_path: Path) -> None:
    path = tmp_path / "c.csv"
    path.write_text(
        CSV
        + "4523;Court;45;;;1\n45234;Encore;45;;;1\n45001;;45;;;1\n45002;Negatif;45;;;-5\n45003;Lettres;45;;;beaucoup\n"
        "45004;Ailleurs;37;;;1\n45005;EPCI;45;12;;1\n",
        encoding="utf-8",
    )
    code, said, error = run("import", "--from-file", path)
    assert code == 1
    for line in range(4, 11):
        assert f"c.csv:{line}: " in said
    assert "7 erreur" in error
    assert not Region.objects.exists()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "fichier vide"),
        ("a,b\n1,2\n", "colonne absente"),
        ('code,nom\n"45234,Orl', "CSV illisible"),
        ("code,nom\n", "aucune commune"),
    ],
)
def test_a_file_that_is_no_list_of_communes_is_refused(run: Any, tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "c.csv"
    path.write_text(text, encoding="utf-8")
    code, _, error = run("import", "--from-file", path)
    assert code == 1
    assert said in error


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"{", "JSON illisible"),
        (b"[]", "GeoJSON"),
        (b"\x1f\x8bnope", "gzip"),
        (collection({"type": "Feature", "properties": {}, "geometry": None}), "1 erreur"),
        (collection({"type": "Feature", "properties": {"code": "45234"}, "geometry": {"type": "Point", "coordinates": [1, 2]}}), "1 erreur"),
        (collection(square("45234", 700_000)), "1 erreur"),
    ],
)  # fmt: skip
def test_boundaries_that_cannot_be_used_are_refused(run: Any, tmp_path: Path, content: bytes, said: str) -> None:
    communes, limits = tmp_path / "c.csv", tmp_path / "l.geojson"
    communes.write_text(CSV, encoding="utf-8")
    limits.write_bytes(content)
    code, _, error = run("import", "--from-file", communes, "--geometry", limits)
    assert code == 1
    assert said in error
    assert not Region.objects.exists()


@pytest.mark.parametrize("content", [b"", b"x", gzip.compress(b"{}", mtime=0), gzip.compress(b"[1]", mtime=0), gzip.compress(b'{"kind":"mandat-territory","format":9}', mtime=0)])  # fmt: skip
def test_a_damaged_bundle_is_refused(run: Any, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "t.json.gz"
    path.write_bytes(content)
    code, _, error = run("import", "--from-file", path)
    assert code == 1
    assert "t.json.gz" in error or "format 9" in error


def test_a_file_that_is_not_there_is_said(run: Any, tmp_path: Path) -> None:
    code, _, error = run("import", "--from-file", tmp_path / "absent.csv")
    assert code == 1
    assert "absent.csv" in error


def test_an_unknown_region_or_date_is_said(run: Any, tmp_path: Path) -> None:
    path = tmp_path / "c.csv"
    path.write_text(CSV, encoding="utf-8")
    assert "région inconnue : 77" in run("import", "--from-file", path, "--region", "77")[2]
    assert "date invalide" in run("import", "--from-file", path, "--vintage", "hier")[2]


def test_mergers_lead_old_codes_to_new_ones(run: Any, tmp_path: Path) -> None:
    communes, mergers = tmp_path / "c.csv", tmp_path / "m.csv"
    communes.write_text(CSV, encoding="utf-8")
    assert run("import", "--from-file", communes)[0] == 0
    communes.write_text("\n".join(CSV.splitlines()[:2]), encoding="utf-8")
    code, _, error = run("import", "--from-file", communes)
    assert code == 1
    assert "45286" in error
    mergers.write_text("code,nom,successeur,date\n45286,Saint-Jean-le-Blanc,45234,2027-01-01\n", encoding="utf-8")
    code, said, _ = run("import", "--from-file", communes, "--mergers", mergers)
    assert (code, "1 fusionnées depuis" in said) == (0, True)
    mergers.write_text(
        "code,nom,successeur,date\n45286,X,45286,\n452,X,45234,\n45286,X,45234,demain\n", encoding="utf-8"
    )
    code, said, _ = run("import", "--from-file", communes, "--mergers", mergers)
    assert code == 1
    assert [f"m.csv:{line}" in said for line in (2, 3, 4)] == [True, True, True]


def test_a_dry_run_writes_nothing(run: Any) -> None:
    code, said, _ = run("import", "--dry-run")
    assert (code, "1754 communes lues" in said) == (0, True)
    assert not Region.objects.exists()


def test_without_the_package_another_region_says_what_to_install(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(name: str) -> None:
        raise ModuleNotFoundError(name)

    monkeypatch.setattr(france.resources, "files", absent)
    code, _, error = run("import", "--region", "53")
    assert code == 1
    assert "mandat[territory]" in error
    assert "--from-file" in error


def test_an_empty_database_fails_the_check(run: Any) -> None:
    assert "aucun territoire" in run("check")[2]


def test_what_is_missing_fails_the_check(run: Any, tmp_path: Path) -> None:
    path = tmp_path / "c.csv"
    path.write_text(CSV.replace("9562", ""), encoding="utf-8")
    run("import", "--from-file", path)
    code, said, _ = run("check")
    assert code == 1
    assert "1 communes sans population (45286…)" in said


def test_well_known_binary_reads_back() -> None:
    import struct

    ring = struct.pack("<I", 4) + struct.pack("<8d", 0, 0, 1, 0, 1, 1, 0, 0)
    polygon = struct.pack("<BII", 1, 3, 1) + ring
    multi = struct.pack("<BII", 1, 6, 2) + polygon + polygon
    expected = [[(0, 0), (1, 0), (1, 1), (0, 0)]]
    assert france.polygons_of_wkb(polygon) == [expected]
    assert france.polygons_of_wkb(multi) == [expected, expected]
    with pytest.raises(ValueError, match="not a polygon"):
        france.polygons_of_wkb(struct.pack("<BIdd", 1, 1, 0, 0))


def test_every_department_belongs_to_one_region() -> None:
    listed = [code for _, codes in files.REGIONS.values() for code in codes.split()]
    assert sorted(listed) == sorted(files.DEPARTEMENT_NAMES)
    assert len(listed) == 101


def test_input_errors_carry_their_place() -> None:
    import io

    with pytest.raises(InputError) as caught:
        files.read_communes(io.StringIO("x,y\n1,2\n"), file="f.csv")
    assert (caught.value.file, caught.value.line) == ("f.csv", 1)
