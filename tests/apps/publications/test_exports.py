"""Open data: exact, typed, streamed, without small counts, and marked where synthetic."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import frictionless
import pyarrow.parquet as pq
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from mandat import journal
from mandat.apps.programme.published import Published
from mandat.apps.publications.exports import writers
from mandat.apps.publications.exports.facts import facts_table
from mandat.apps.publications.exports.programme import TABLES
from mandat.apps.publications.exports.tables import Column, Table, table_schema
from mandat.apps.territory.selectors import reference
from mandat.kernel.text import Text
from tests.apps.publications.conftest import fact

ROOT = Path(__file__).resolve().parents[3]


def body(client: Client, url: str, status: int = 200) -> bytes:
    response = client.get(url)
    assert response.status_code == status, response
    return b"".join(response.streaming_content) if response.streaming else response.content  # type: ignore[arg-type]


def lines(client: Client, url: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(body(client, url).decode())))


def test_facts_as_csv_say_what_counts_and_what_replaced_what(history: list[journal.Entry], client: Client) -> None:
    rows = lines(client, "/donnees/faits.csv?genre=programme.output_confirmed.v1&engagement=1.1")
    assert [(row["quantity"], row["counts"]) for row in rows] == [("40", "false"), ("12.5", "true"), ("45", "true")]
    assert rows[0]["replaced_by"] == rows[2]["index"]
    assert rows[2]["corrects"] == rows[0]["index"]
    assert {row["synthetic"] for row in rows} == {"true"}


def test_json_lines_are_the_bytes_the_tree_hashes(history: list[journal.Entry], client: Client) -> None:
    raw = body(client, "/donnees/faits.jsonl")
    assert raw == b"".join(entry.canonical + b"\n" for entry in history)


def test_parquet_holds_the_same_facts_with_exact_numbers(
    history: list[journal.Entry], client: Client, settings: Any
) -> None:
    settings.MANDAT_DEMO = True
    table = pq.read_table(io.BytesIO(body(client, "/donnees/faits.parquet")))
    assert table.num_rows == len(history)
    assert table.schema.metadata[b"synthetic"] == b"true"
    amounts = [value for value in table.column("amount").to_pylist() if value is not None]
    assert amounts == [Decimal("1000000.5"), Decimal(2000000)]
    assert table.column("leaf").to_pylist() == [entry.leaf.hex() for entry in history]


def test_filters_are_those_of_the_explorer(history: list[journal.Entry], client: Client) -> None:
    rows = lines(client, "/donnees/faits.csv?mesure=2&depuis=2023-01-01")
    assert [row["amount"] for row in rows] == ["2000000"]
    assert b"depuis" in body(client, "/donnees/faits.csv?depuis=demain", 400)


def test_the_facts_of_one_figure(history: list[journal.Entry], client: Client) -> None:
    rows = lines(client, "/engagements/3.3/faits.csv")
    assert [row["quantity"] for row in rows] == ["6", "8", "7.25"]
    assert body(client, "/engagements/3.3/faits.jsonl").count(b"\n") == 3
    assert client.get("/engagements/3.3/faits.xlsx").status_code == 404


def test_a_small_count_is_withheld_with_what_would_reveal_it(history: list[journal.Entry], client: Client) -> None:
    rows = lines(client, "/donnees/faits.csv?engagement=1.1")
    shown = next(json.loads(row["breakdowns"]) for row in rows if row["breakdowns"])
    assert shown["gender"]["women"] is None
    assert shown["gender"]["other"] is None
    assert "2" not in next(row["breakdowns"] for row in rows if row["breakdowns"])


@pytest.mark.parametrize("text", ["=1+1", "+33", "-2", "@SUM(A1)", "\tx"])
def test_no_text_is_a_formula(text: str) -> None:
    columns = (Column("title", "string", Text("Titre", "Title")), Column("n", "number", Text("N", "N")))
    table = Table("t", Text("t", "t"), Text("t", "t"), columns, ("title",), lambda: [(text, Decimal(-2))])
    [row] = csv.DictReader(io.StringIO(b"".join(writers.csv_chunks(table)).decode()))
    assert row == {"title": "'" + text, "n": "-2"}


def test_a_formula_in_a_fact_is_neutralised(programme: Published, client: Client) -> None:
    journal.append([fact("3.1", "2024-01-01", subject='=HYPERLINK("http://x")', data={"title": "@cmd"})])
    row = next(row for row in lines(client, "/donnees/faits.csv?engagement=3.1") if row["subject"].endswith('x")'))
    assert row["subject"].startswith("'=")
    assert row["sentence_fr"] == "'@cmd"


def test_separator_and_mark_are_as_asked(history: list[journal.Entry], client: Client) -> None:
    raw = body(client, "/donnees/measures.csv?separateur=point-virgule&bom")
    assert raw.startswith(b"\xef\xbb\xbfprogramme;number;code;")
    assert body(client, "/donnees/measures.csv?separateur=pipe", 400)


@pytest.mark.parametrize("name", sorted(TABLES))
def test_every_table_is_the_same_in_every_form(
    history: list[journal.Entry], programme: Published, client: Client, name: str
) -> None:
    table = TABLES[name](programme)
    rows = lines(client, f"/donnees/{name}.csv")
    objects = [json.loads(line) for line in body(client, f"/donnees/{name}.jsonl").splitlines()]
    columns = pq.read_table(io.BytesIO(body(client, f"/donnees/{name}.parquet")))
    assert len(rows) == len(objects) == columns.num_rows == len(list(table.rows()))
    assert all(set(row) == {column.name for column in table.columns} for row in (*rows, *objects))
    if table.small:
        assert body(client, f"/donnees/{name}.xlsx").startswith(b"PK")
    else:
        assert client.get(f"/donnees/{name}.xlsx").status_code == 404


@pytest.mark.parametrize("name", ["facts", *sorted(TABLES)])
def test_csv_files_are_valid_after_their_schema(
    history: list[journal.Entry], programme: Published, client: Client, tmp_path: Path, name: str
) -> None:
    (tmp_path / "table.csv").write_bytes(
        body(client, "/donnees/faits.csv" if name == "facts" else f"/donnees/{name}.csv")
    )
    schema = frictionless.Schema.from_descriptor(json.loads(body(client, f"/schemas/{name}.json")))
    resource = frictionless.Resource(path="table.csv", basepath=str(tmp_path), schema=schema)
    report = resource.validate()
    assert report.valid, report.flatten(["rowNumber", "fieldName", "message"])


@pytest.mark.parametrize("name", ["measures", "commitments"])
def test_the_proposed_schemas_of_the_documentation_are_those_served(programme: Published, name: str) -> None:
    written = json.loads((ROOT / "docs" / "schemas" / f"{name}.json").read_text(encoding="utf-8"))
    assert written == table_schema(TABLES[name](programme))
    assert frictionless.Schema.metadata_validate(written) is not None


def test_commitments_carry_their_standing(history: list[journal.Entry], client: Client) -> None:
    row = next(row for row in lines(client, "/donnees/commitments.csv") if row["code"] == "3.3")
    assert (row["value"], row["regressed_from"], row["status"]) == ("7.25", "8", row["status"])
    assert row["url"].endswith("/engagements/3.3/pourquoi/")


def test_an_export_reads_a_bounded_number_of_times(programme: Published) -> None:
    journal.append_many([fact("3.1", "2024-01-01", source=f"ligne:{n}") for n in range(4500)])
    reference()  # the territory is kept between exports: only the first one of a process reads it
    with CaptureQueriesContext(connection) as queries:
        pieces = list(writers.csv_chunks(facts_table({"programme": "essai", "commitment": "3.1"})))
    assert len(queries) <= 5
    assert max(map(len, pieces)) < 1_000_000


def test_rows_are_taken_as_they_are_sent() -> None:
    taken = 0

    def rows() -> Iterator[tuple[int]]:
        nonlocal taken
        for taken in range(1, 100_001):
            yield (taken,)

    table = Table("t", Text("t", "t"), Text("t", "t"), (Column("n", "integer", Text("n", "n")),), ("n",), rows)
    for make in (writers.csv_chunks, writers.jsonl_chunks, lambda t: writers.parquet_chunks(t, synthetic=False)):
        taken = 0
        next(iter(make(table)))
        assert taken <= writers.GROUP + 1


def test_every_export_of_a_demonstration_says_so(history: list[journal.Entry], client: Client, settings: Any) -> None:
    settings.MANDAT_DEMO = True
    response = client.get("/donnees/measures.csv")
    assert response["X-Mandat-Synthetic"] == "true"
    assert {row["synthetic"] for row in lines(client, "/donnees/measures.csv")} == {"true"}


def test_no_table_of_an_unknown_name(programme: Published, client: Client) -> None:
    assert client.get("/donnees/users.csv").status_code == 404
    assert client.get("/donnees/faits.exe").status_code == 404
    assert client.get("/schemas/users.json").status_code == 404
