"""The read API: exact answers, cursor pages, problems, validators; and no input makes it fail."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
import time_machine
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, settings

from mandat import journal
from mandat.apps.programme import published
from mandat.apps.programme.published import Published
from mandat.apps.programme.services import programme_load
from mandat.apps.publications.api.http import document
from mandat.apps.publications.api.routes import BASE
from mandat.definitions.folder import read_texts
from tests.apps.publications.conftest import FOLDER, fact
from tests.apps.rulebook.conftest import FILES as RULES

#: Of each operation, requests made up by schemathesis.
EXAMPLES = 8
ADDRESSES = [path for path in document()["paths"] if "{" not in path and "consistency" not in path]


def get(client: Client, path: str, status: int = 200, **headers: str) -> Any:
    response = client.get(path if path.startswith("/api") else BASE + path, headers=headers)
    assert response.status_code == status, response.content
    return response.json() if response.content else None


def test_a_commitment_says_what_its_page_says(history: list[journal.Entry], client: Client) -> None:
    found = get(client, "/commitments/1.1")
    assert found["standing"]["value"] == "57.5"
    assert found["goal"] == {"value": "450", "unit": "doctor", "promised": True, "baseline": "0", "direction": "up", "each": "mandate"}  # fmt: skip
    assert found["milestones"][0]["reached_on"] == "2022-06-20"
    assert found["standing"]["status"]["label"]["fr"]


def test_facts_are_read_page_by_page_without_loss(history: list[journal.Entry], client: Client) -> None:
    indexes, address = [], f"{BASE}/facts?limit=7&measure=3"
    while address:
        page = get(client, address.removeprefix("http://127.0.0.1:8000"))
        assert len(page["items"]) <= 7
        indexes += [item["index"] for item in page["items"]]
        address = page["next"]
    assert indexes == sorted(indexes, reverse=True)
    expected = {entry.index for entry in journal.iterate(programme="essai", measure=3)}
    assert set(indexes) == expected


def test_pages_stay_what_they_were_while_facts_are_added(history: list[journal.Entry], client: Client) -> None:
    first = get(client, "/facts?limit=5")
    address = first["next"].removeprefix("http://127.0.0.1:8000")
    before = get(client, address)
    journal.append([fact("3.1", "2024-05-05")])
    assert get(client, address)["items"] == before["items"]


@pytest.mark.parametrize(("address", "count"), [("measures", 3), ("commitments", 8), ("definitions", 16)])
def test_small_pages_add_up(history: list[journal.Entry], client: Client, address: str, count: int) -> None:
    found, following = [], f"{BASE}/{address}?limit=2"
    while following:
        page = get(client, following.removeprefix("http://127.0.0.1:8000"))
        found += page["items"]
        following = page["next"]
    whole = get(client, f"/{address}?limit=200")["items"]
    assert found == whole
    assert len(whole) == count


def test_filters_narrow(history: list[journal.Entry], client: Client) -> None:
    assert {item["measure"] for item in get(client, "/commitments?measure=3")["items"]} == {3}
    status = get(client, "/commitments/3.1")["standing"]["status"]["code"]
    assert "3.1" in [item["code"] for item in get(client, f"/commitments?status={status}")["items"]]
    assert [item["amount"] for item in get(client, "/facts?kind=grants.awarded.v1&since=2023-01-01")["items"]] == [
        "2000000"
    ]
    assert get(client, "/facts?text=prévention")["items"]


def test_small_counts_are_withheld(history: list[journal.Entry], client: Client) -> None:
    [counted] = [item for item in get(client, "/facts?commitment=1.1")["items"] if item["breakdowns"]]
    assert counted["breakdowns"]["gender"]["women"] is None
    assert get(client, "/commitments/1.1/series")["breakdowns"]["gender"]["women"] is None


def test_the_log_is_proved(history: list[journal.Entry], client: Client) -> None:
    head = get(client, "/journal")
    assert head["size"] == len(history)
    assert get(client, "/facts/3/proof")["fact"] == history[3].text
    assert get(client, "/journal/consistency?first=3")["second"] == len(history)


@pytest.fixture
def rulebook(history: list[journal.Entry]) -> Published:
    """The trial programme with two rules: a scale, an assumption."""
    rules = {path: text.encode() for path, text in RULES.items()}
    folder = read_texts(FOLDER | rules)
    assert not folder.problems, folder.problems
    programme_load(folder=folder)
    return published.published()


def test_a_rule_is_given_whole_and_in_short(rulebook: Published, client: Client) -> None:
    lines = get(client, "/rules")["items"]
    assert {line["code"] for line in lines} == {"bourse", "famille"}
    [line] = [line for line in get(client, "/rules?measure=1")["items"] if line["code"] == "bourse"]
    assert line["assumptions"] == 1
    assert line["applies_from"] == "2022-01-01"
    assert get(client, "/rules?measure=999")["items"] == []
    whole = get(client, "/rules/bourse")
    assert (whole["version"], whole["digest"]) == (line["version"], line["digest"])
    assert [formula["name"] for formula in whole["rule"]["formulas"]]
    assert "commune" in {given["name"] for given in whole["shared_inputs"]}
    assert whole["rule"]["parameters"][0]["values"][0]["from"] == "2022-01-01"


def test_rules_and_parameters_are_read_page_by_page_without_loss(rulebook: Published, client: Client) -> None:
    for address in ("rules", "parameters"):
        whole = get(client, f"/{address}")["items"]
        assert len(whole) >= 2
        found, following = [], f"{BASE}/{address}?limit=1"
        while following:
            page = get(client, following.removeprefix("http://127.0.0.1:8000"))
            found += page["items"]
            following = page["next"]
        assert found == whole


def test_the_figures_of_rules_come_with_their_reference_and_can_be_those_of_a_day(
    rulebook: Published, client: Client
) -> None:
    every = get(client, "/parameters?rule=bourse")["items"]
    assert {line["rule"] for line in every} == {"bourse"}
    assert all(line["reference"] for line in every)
    assert any(line["assumption"] for line in every)
    assert all(line["value"] is not None or line["brackets"] for line in every)
    before = get(client, "/parameters?rule=bourse&on=1999-01-01")["items"]
    today = get(client, "/parameters?rule=bourse&on=2024-06-01")["items"]
    assert before == []
    assert len({line["name"] for line in today}) == len(today)
    assert get(client, "/parameters?rule=inconnue")["items"] == []


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/nothing", 404),
        ("/rules/inconnue", 404),
        ("/rules/Trop%20libre", 422),
        ("/rules?measure=0", 422),
        ("/parameters?on=demain", 422),
        ("/parameters?rule=%00", 422),
        ("/measures/99", 404),
        ("/facts/999999", 404),
        ("/facts/999999/proof", 404),
        ("/commitments/99.9", 404),
        ("/commitments/zero", 422),
        ("/facts?limit=0", 422),
        ("/facts?since=demain", 422),
        ("/facts?text=%00", 422),
        ("/facts?area=Tours", 422),
        ("/journal/consistency?first=9&second=3", 404),
        ("/facts?until=0", 422),
        ("/definitions/measure/99", 404),
    ],
)
def test_an_error_is_a_problem_that_says_what_is_wrong(
    history: list[journal.Entry], client: Client, address: str, status: int
) -> None:
    response = client.get(BASE + address)
    assert response.status_code == status
    assert response["Content-Type"] == "application/problem+json"
    found = json.loads(response.content)
    assert found["status"] == status
    assert found["title"]
    assert response["Access-Control-Allow-Origin"] == "*"


@pytest.fixture
def clock() -> Iterator[Any]:
    """An hour that stands still."""
    with time_machine.travel(timezone.now(), tick=False) as traveller:
        yield traveller


@pytest.mark.parametrize("path", ADDRESSES)
def test_nothing_is_sent_again_that_did_not_move(
    history: list[journal.Entry], client: Client, clock: Any, path: str
) -> None:
    clock.move_to(timezone.now().replace(second=1))
    first = client.get(path)
    assert first.status_code == 200
    assert "max-age" in first["Cache-Control"]
    with CaptureQueriesContext(connection) as queries:
        again = client.get(path, headers={"if-none-match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert len(queries) <= 3
    assert client.get(path, headers={"if-modified-since": first["Last-Modified"]}).status_code == 304
    journal.append([fact("3.1", "2024-05-05")])
    assert client.get(path, headers={"if-none-match": first["ETag"]}).status_code == 200


def test_other_sites_may_read_and_nobody_may_write(programme: Published, client: Client) -> None:
    preflight = client.options(f"{BASE}/measures")
    assert preflight.status_code == 204
    assert preflight["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS"
    assert client.head(f"{BASE}/measures").status_code == 200
    for method in (client.post, client.put, client.patch, client.delete):
        assert method(f"{BASE}/measures").status_code == 405


@pytest.mark.parametrize("path", ADDRESSES)
def test_reading_costs_few_queries(history: list[journal.Entry], client: Client, path: str) -> None:
    client.get(path)
    with CaptureQueriesContext(connection) as queries:
        client.get(path)
    assert len(queries) <= 8, [query["sql"][:100] for query in queries]


def test_the_document_describes_openapi_3_1() -> None:
    described = document()
    assert described["openapi"].startswith("3.1")
    operations = [operation for path in described["paths"].values() for operation in path.values()]
    assert len(operations) == len({operation["operationId"] for operation in operations})
    assert all(operation["x-summary-fr"] for operation in operations)


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_the_page_of_the_api_names_every_operation(programme: Published, client: Client, prefix: str) -> None:
    page = client.get(f"{prefix}/api/").content.decode()
    assert all(path in page for path in document()["paths"])
    assert "<script" not in page
    assert "undefined" not in page


@pytest.fixture
def same_connection() -> Iterator[None]:
    """Requests of another WSGI client end without closing the test's connection, as those of Django's own do."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


schema = schemathesis.openapi.from_dict(document())
schema.app = WSGIHandler()


@schema.parametrize()
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.filter_too_much],
)
def test_no_request_makes_the_api_fail(rulebook: Published, same_connection: None, case: Any) -> None:
    response = case.call(base_url="http://testserver", headers={"Accept-Encoding": "identity"})
    assert response.status_code < 500
    case.validate_response(response)
