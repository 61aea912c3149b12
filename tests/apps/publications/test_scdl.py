"""Awards in the form of the SCDL: valid for frictionless, complete, and there as soon as the fact is."""

from __future__ import annotations

import csv
import io
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import frictionless
import pytest
from django.test import Client

from mandat import journal
from mandat.apps.programme.published import Published
from mandat.apps.publications.exports.scdl import COLUMNS
from mandat.facts import DefinitionRef
from tests.apps.publications.conftest import fact

REGION = "23450002300028"


def award(on: str, amount: str, *, amended: dict[str, Any] | None = None, **values: Any) -> Any:
    data = {
        "awarder": "Région d'essai",
        "awarder_siret": REGION,
        "beneficiary": "Association d'essai",
        "beneficiary_siret": "13002526500013",
        "purpose": "Prévention",
        **(amended or {}),
    }
    return fact("2.1", on, kind="grants.awarded.v1", amount=Decimal(amount), data=data, **values)


def lines(client: Client) -> tuple[str, list[dict[str, str]]]:
    response = client.get("/donnees/subventions.csv")
    assert response.status_code == 200
    text = b"".join(response.streaming_content).decode()  # type: ignore[arg-type]
    return text, list(csv.DictReader(io.StringIO(text)))


@pytest.fixture
def awards(programme: Published) -> list[journal.Entry]:
    scheme = DefinitionRef("scheme", "fonds-essai", 1, "0" * 64)
    return list(
        journal.append(
            [
                award("2024-03-01", "12000.50", subject="award:A1", amended={"reference": "24-1", "de_minimis": True}, definition=scheme),
                award("2024-03-02", "800", subject="award:A2", amended={"purpose": "é" * 400, "nature": "both", "reference": "24-2"}),
                award("2024-03-03", "1500", amended={"beneficiary": "personne physique", "beneficiary_siret": "", "budget_year": 2026}),
                award("2024-03-04", "900", amended={"awarder": "", "awarder_siret": "", "beneficiary": "=cmd()", "beneficiary_siret": "W452001234"}),
                fact("2.1", "2024-05-01", kind="grants.paid.v1", amount=Decimal(400), data={"beneficiary": "Association d'essai", "purpose": "Prévention", "award": "24-2"}),
                fact("2.1", "2025-02-01", kind="grants.paid.v1", amount=Decimal(400), data={"beneficiary": "Association d'essai", "purpose": "Prévention", "award": "24-2"}),
            ]
        )
    )  # fmt: skip


def schema(shared_data: Path) -> dict[str, Any]:
    text = (shared_data / "opendata" / "scdl-subventions-2.1.1.schema.json").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


def test_the_file_is_valid_against_the_published_schema(
    awards: list[journal.Entry], client: Client, shared_data: Path, tmp_path: Path
) -> None:
    (tmp_path / "subventions.csv").write_text(lines(client)[0], encoding="utf-8", newline="")
    resource = frictionless.Resource(
        path="subventions.csv",
        basepath=str(tmp_path),
        schema=frictionless.Schema.from_descriptor(schema(shared_data)),
    )
    report = frictionless.validate(resource)
    assert report.valid, report.flatten(["rowNumber", "fieldName", "message"])
    assert resource.schema.get_field("notificationUE").type == "boolean"


def test_columns_are_those_of_the_standard_in_their_order(shared_data: Path) -> None:
    assert [field["name"] for field in schema(shared_data)["fields"]] == [column.name for column in COLUMNS]


def test_each_award_that_stands_is_there_once(awards: list[journal.Entry], client: Client) -> None:
    rows = lines(client)[1]
    assert [row["montant"] for row in rows] == ["12000.5", "800", "1500", "900"]
    assert [row["notificationUE"] for row in rows] == ["oui", "non", "non", "non"]
    assert rows[0]["dispositifAide"] == "fonds-essai"
    assert rows[0]["referenceDecision"] == "24-1"
    assert rows[1]["nature"] == "aide en numéraire;aide en nature"
    assert len(rows[1]["objet"]) == 256


def test_the_period_is_that_of_the_payments_made(awards: list[journal.Entry], client: Client) -> None:
    rows = lines(client)[1]
    assert [row["datesPeriodeVersement"] for row in rows] == [
        "2024-03-01/2024-12-31",
        "2024-05-01/2025-02-01",
        "2024-03-03/2026-12-31",
        "2024-03-04/2024-12-31",
    ]
    assert rows[1]["conditionsVersement"] == "échelonné"
    assert rows[0]["conditionsVersement"] == "autre"


def test_a_natural_person_has_no_number_and_an_association_its_own(awards: list[journal.Entry], client: Client) -> None:
    rows = lines(client)[1]
    assert (rows[2]["nomBeneficiaire"], rows[2]["idBeneficiaire"], rows[2]["rnaBeneficiaire"]) == ("personne physique", "", "")  # fmt: skip
    assert (rows[3]["idBeneficiaire"], rows[3]["rnaBeneficiaire"]) == ("", "W452001234")
    assert rows[3]["nomBeneficiaire"] == "'=cmd()"


def test_an_award_is_published_as_its_fact_is_made_and_leaves_with_it(
    awards: list[journal.Entry], client: Client
) -> None:
    (made,) = journal.append([award("2024-04-01", "77")])
    assert [row["montant"] for row in lines(client)[1]] == ["12000.5", "800", "1500", "900", "77"]
    journal.append([journal.correction(made, amount=Decimal(66))])
    assert [row["montant"] for row in lines(client)[1]] == ["12000.5", "800", "1500", "900", "66"]
