"""``mandat rules``: errors at their line and column, sentences, tables in and out with nothing lost."""

from __future__ import annotations

import csv
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow
import pytest
from pyarrow import parquet
from typer.testing import CliRunner, Result

from mandat.cli.rules import app, read_rule
from mandat.kernel.errors import InputError
from tests.engines.rules.samples import TARIFF, VOCABULARY

PROGRAMME = Path(__file__).resolve().parents[2] / "programmes" / "centre-val-de-loire"


def written(path: Path, data: dict[str, Any]) -> Path:
    """YAML is a superset of JSON: what the tests write is read as any rule is."""
    path.write_text(json.dumps(data, ensure_ascii=False, indent=1), encoding="utf-8")
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    written(tmp_path / "commun.yaml", {"kind": "rule-vocabulary", **VOCABULARY})
    written(tmp_path / "tarif.yaml", {"kind": "rule", **TARIFF})
    return tmp_path


def mandat(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def test_a_folder_of_right_rules_is_said_right(folder: Path) -> None:
    result = mandat("check", folder)
    assert result.exit_code == 0, result.output
    assert "tarif-transports" in result.stdout
    assert "2 exemples" in result.stdout


def test_rules_held_by_other_documents_are_checked_at_their_own_lines(folder: Path) -> None:
    rule = json.loads((folder / "tarif.yaml").read_text("utf-8"))
    (folder / "tarif.yaml").unlink()
    (folder / "rules").mkdir()
    (folder / "schemes").mkdir()
    (folder / "commun.yaml").rename(folder / "rules" / "commun.yaml")
    del rule["kind"]
    scheme = written(folder / "schemes" / "aide.yaml", {"kind": "scheme", "code": "aide", "rules": [rule]})
    for path in (folder, scheme):
        result = mandat("check", path)
        assert result.exit_code == 0, result.output
        assert "tarif-transports" in result.stdout
    text = scheme.read_text("utf-8").replace("revenus_foyer / nombre", "revenus_foyr / nombre")
    scheme.write_text(text, "utf-8")
    result = mandat("check", scheme)
    line = next(rank for rank, row in enumerate(text.splitlines(), 1) if "revenus_foyr" in row)
    column = text.splitlines()[line - 1].index("revenus_foyr") + 1
    assert f"aide.yaml:{line}: colonne {column} : nom inconnu : revenus_foyr" in result.stderr
    assert (
        result.stderr.rstrip().endswith(f"{len(result.stderr.splitlines()) - 1} erreurs")
        or "1 erreur\n" in result.stderr
    )


def test_a_file_of_several_rules_is_not_run_by_guess(folder: Path) -> None:
    rule = json.loads((folder / "tarif.yaml").read_text("utf-8"))
    del rule["kind"]
    several = {"kind": "scheme", "code": "aide", "rules": [rule | {"code": "une"}, rule | {"code": "autre"}]}
    scheme = written(folder / "aide.yaml", several)
    with pytest.raises(InputError, match="plusieurs règles : autre, une"):
        read_rule(scheme, "24", None)


def test_every_rule_of_the_region_is_checked_wherever_it_is_written() -> None:
    result = mandat("check", PROGRAMME, "--json")
    found = {row["code"] for row in json.loads(result.stdout)["rules"]}
    assert result.exit_code == 0
    assert {"gratuite-transports", "cap-asso"} <= found


def test_an_error_in_a_formula_has_the_line_and_column_of_the_file(folder: Path) -> None:
    text = (folder / "tarif.yaml").read_text("utf-8").replace("revenus_foyer / nombre", "revenus_foyr / nombre")
    (folder / "tarif.yaml").write_text(text, "utf-8")
    result = mandat("check", folder)
    line = next(rank for rank, row in enumerate(text.splitlines(), 1) if "revenus_foyr" in row)
    column = text.splitlines()[line - 1].index("revenus_foyr") + 1
    assert result.exit_code == 1
    assert f"tarif.yaml:{line}: colonne {column} : nom inconnu : revenus_foyr" in result.stderr
    assert "vouliez-vous dire « revenus_foyer »" in result.stderr


def test_the_column_counts_inside_block_and_quoted_formulas_too(folder: Path) -> None:
    head = json.dumps({"kind": "rule", **{k: v for k, v in TARIFF.items() if k != "formulas"}}, ensure_ascii=False)
    (folder / "tarif.yaml").unlink()
    data = json.loads(head)
    data |= {"outputs": [{"name": "a"}], "reasons": {}, "cases": [], "parameters": []}
    lines = [f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in data.items()]
    lines += [
        "formulas:",
        "  - name: a",
        "    label: {fr: a, en: a}",
        "    formula: |",
        "      handicap et",
        "        inconnu",
        "  - name: b",
        "    label: {fr: b, en: b}",
        "    formula: 'foyer.commune = \"45234\" et absent'",
        "  - name: c",
        "    label: {fr: c, en: c}",
        "    formula: handicap et nul",
    ]
    (folder / "tarif.yaml").write_text("\n".join(lines) + "\n", "utf-8")
    result = mandat("check", folder / "tarif.yaml")
    first = lines.index("    formula: |") + 1
    assert f"tarif.yaml:{first + 2}: colonne 9 : nom inconnu : inconnu" in result.stderr
    assert f"tarif.yaml:{first + 5}: colonne 42 : nom inconnu : absent" in result.stderr
    assert f"tarif.yaml:{first + 8}: colonne 26 : nom inconnu : nul" in result.stderr


def test_a_failing_golden_case_and_a_schema_error_are_told_at_their_lines(folder: Path) -> None:
    rule = {"kind": "rule", **json.loads(json.dumps(TARIFF))}
    rule["cases"][1]["expect"]["montant"] = "3"
    written(folder / "tarif.yaml", rule)
    assert "montant vaut 21.25, 3 était attendu" in mandat("check", folder).stderr
    rule["parameters"][0]["unit"] = "EUR/lustre"
    written(folder / "tarif.yaml", rule)
    assert "unité inconnue" in mandat("check", folder).stderr


def test_check_answers_in_json(folder: Path) -> None:
    told = json.loads(mandat("check", folder, "--json").stdout)
    assert told["rules"][0]["code"] == "tarif-transports"
    assert len(told["rules"][0]["digest"]) == 64
    assert told["errors"] == []


def test_explain_says_the_steps_in_sentences(folder: Path) -> None:
    situation = folder / "situation.json"
    written(situation, {"foyer": {"commune": "45234"}, "personnes": [{"revenu_mensuel": 850}]})
    result = mandat("explain", folder / "tarif.yaml", situation, "--as-of", "2025-03-01")
    assert result.exit_code == 0, result.output
    words = result.stdout.replace("\u202f", " ").replace("\xa0", " ")
    assert "Votre revenu, 850 € par mois, est en dessous du plafond de la gratuité, 1 000 € par mois." in words
    assert "Les transports sont gratuits : oui." in words


def test_explain_says_what_is_missing_and_in_which_order(folder: Path) -> None:
    situation = written(folder / "situation.json", {"personnes": [{"revenu_mensuel": 1500}]})
    result = mandat("explain", folder / "tarif.yaml", situation, "--as-of", "2025-03-01")
    assert "Il manque" in result.stdout
    assert "foyer : Quel est votre commune ?" in result.stdout


def test_explain_gives_the_trace_as_json(folder: Path) -> None:
    situation = written(folder / "s.json", {"foyer": {"commune": "75056"}, "personnes": [{}]})
    told = json.loads(mandat("explain", folder / "tarif.yaml", situation, "--as-of", "2025-03-01", "--json").stdout)
    assert told["steps"][0]["name"] == "est_eligible"
    assert told["steps"][0]["value"] is False


@pytest.mark.parametrize(
    ("situation", "day", "message"),
    [
        ({"personnes": [{"revenu_mensuel": -3}]}, "2025-03-01", "nombre hors de"),
        ({}, "2025-02-30", "date impossible"),
        ({}, "1999-01-01", "s'applique du 2022-01-01"),
        ([], "2025-03-01", "bloc de réponses"),
    ],
)
def test_explain_refuses_in_words(folder: Path, situation: Any, day: str, message: str) -> None:
    file = written(folder / "s.json", situation)
    error = mandat("explain", folder / "tarif.yaml", file, "--as-of", day).exception
    assert isinstance(error, InputError)
    assert message in str(error)


def table(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_run_answers_every_line_and_keeps_every_column(folder: Path) -> None:
    source = table(
        folder / "gens.csv",
        "id;foyer;commune;revenu_mensuel;date_naissance;remarque\n"
        "a;1;45234;1850;1980-05-06;bonjour\n"
        "b;2;45234;850,50;;seul\n"
        "c;1;;920,50;2010-05-06;\n"
        "d;;75056;1;;\n",
    )
    out = folder / "sortie.csv"
    result = mandat("run", folder / "tarif.yaml", source, "-o", out, "--as-of", "2025-03-01")
    assert result.exit_code == 0, result.output
    rows = list(csv.DictReader(out.read_text("utf-8").splitlines()))
    assert [row["id"] for row in rows] == ["a", "b", "c", "d"]
    assert [row["montant"] for row in rows] == ["21.25", "0.00", "0.00", "0.00"]
    assert [row["est_eligible"] for row in rows] == ["true", "true", "true", "false"]
    assert rows[0]["remarque"] == "bonjour"
    assert "id, remarque" in result.stderr


def test_run_reports_bad_lines_by_number_and_loses_none(folder: Path) -> None:
    source = table(
        folder / "gens.csv",
        "commune,revenu_mensuel,date_naissance,foyer\n"
        "45234,-5,1980-05-06,1\n45234,abc,1980-05-06,2\n45234,500,1980-05-06,3\n45234,500,1980-05-06,4\n37261,500,1980-05-06,4\n"
        '45234,"1,234",1980-05-06,5\n45234,,,6\n',
    )
    out = folder / "sortie.csv"
    result = mandat("run", folder / "tarif.yaml", source, "-o", out, "--as-of", "2025-03-01")
    assert result.exit_code == 1
    rows = list(csv.DictReader(out.read_text("utf-8").splitlines()))
    assert len(rows) == 7
    assert "nombre hors de 0 … 1000000" in rows[0]["error"]
    assert "nombre exact" in rows[1]["error"]
    assert rows[2]["error"] == ""
    assert rows[2]["montant"] == "0.00"
    assert "se contredisent" in rows[4]["error"]
    assert "ligne 6" in rows[3]["error"]
    assert "nombre exact" in rows[5]["error"]
    assert rows[6]["missing"] == "personne.revenu_mensuel personne.date_naissance"
    assert f"{source}:2:" in result.stderr


def test_run_reads_and_writes_parquet_exactly(folder: Path) -> None:
    source, out = folder / "gens.parquet", folder / "sortie.parquet"
    parquet.write_table(
        pyarrow.table({
            "commune": ["45234", "45234"],
            "revenu_mensuel": pyarrow.array([Decimal("1850.00"), Decimal("1385.25")], pyarrow.decimal128(12, 2)),
            "poids": [1.5, 2.0],
        }),
        source,
    )  # fmt: skip
    result = mandat("run", folder / "tarif.yaml", source, "-o", out, "--as-of", "2025-03-01")
    assert result.exit_code == 0, result.output
    read = parquet.read_table(out)
    assert read.column("montant").to_pylist() == [Decimal("21.25"), Decimal("21.25")]
    assert read.schema.field("poids").type == pyarrow.float64()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "fichier vide"),
        ("commune,commune\n", "en double"),
        ("commune,revenu_mensuel\n45234\n", "1 cellules pour 2 colonnes"),
        ("commune,montant\n45234,3\n", "porte le nom d'un résultat"),
        ('commune\n"45234\n', "CSV illisible"),
    ],
)
def test_a_table_that_cannot_be_read_is_refused_and_nothing_is_written(folder: Path, text: str, message: str) -> None:
    out = folder / "sortie.csv"
    error = mandat(
        "run", folder / "tarif.yaml", table(folder / "t.csv", text), "-o", out, "--as-of", "2025-03-01"
    ).exception
    assert isinstance(error, InputError)
    assert message in str(error)
    assert not out.exists()


def test_a_rule_that_does_not_hold_together_is_not_run(folder: Path) -> None:
    rule = {
        "kind": "rule",
        **TARIFF,
        "formulas": [*TARIFF["formulas"][:-1], {**TARIFF["formulas"][-1], "formula": "rien"}],
    }
    written(folder / "tarif.yaml", rule)
    result = mandat("run", folder / "tarif.yaml", table(folder / "t.csv", "commune\n"), "-o", folder / "o.csv")
    assert result.exit_code == 1
    assert "nom inconnu : rien" in result.stderr


def test_perimeters_may_be_given_as_files(folder: Path) -> None:
    (folder / "communes.txt").write_text("75056\n", "utf-8")
    situation = written(folder / "s.json", {"foyer": {"commune": "75056"}, "personnes": [{"revenu_mensuel": 1}]})
    arguments = ("explain", folder / "tarif.yaml", situation, "--as-of", "2025-03-01")
    assert "Refus" in mandat(*arguments).stdout
    assert "Refus" not in mandat(*arguments, "--perimeter", f"region={folder / 'communes.txt'}").stdout
