"""Aids and calls for other sites: every scheme of the region in the shape of Aides-territoires, feeds and calendars of calls."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema
import pytest
import time_machine
from django.test import Client

from mandat.apps.grants.calls import closing
from mandat.apps.grants.terms import SCHEMES
from mandat.apps.programme import published as published_module
from mandat.apps.programme.published import Published, published
from mandat.apps.programme.services import programme_load
from mandat.apps.publications.aids import AUDIENCE_OF, AUDIENCES, TYPE_OF
from mandat.apps.publications.api.http import document
from mandat.apps.territory.reference import bundled, read_bundle
from mandat.apps.territory.services import territory_import
from mandat.definitions.folder import read_folder

ROOT = Path(__file__).resolve().parents[3]
SCHEMA = json.loads((ROOT / "docs" / "schemas" / "aides-territoires-aide.json").read_text(encoding="utf-8"))
NOW = dt.datetime(2026, 2, 10, 12, 0, tzinfo=dt.UTC)


@pytest.fixture
def region(db: None, settings: Any) -> Iterator[Published]:
    """The bundled programme, on a day when some calls are open, some over and some to come."""
    settings.MANDAT_PROGRAMME = "centre-val-de-loire"
    published_module._read.cache_clear()
    with time_machine.travel(NOW, tick=False):
        programme_load(folder=read_folder(ROOT / "programmes" / "centre-val-de-loire"))
        yield published()


def read(client: Client, query: str = "", *, most: int = 100) -> tuple[int, list[dict[str, Any]]]:
    """How many are announced, and all of them, page after page."""
    found: list[dict[str, Any]] = []
    address: str | None = f"/api/v1/aids/?itemsPerPage={most}{query}"
    count = -1
    while address:
        response = client.get(address.removeprefix("http://127.0.0.1:8000"))
        assert response.status_code == 200, response.content
        page = response.json()
        assert set(page) == {"count", "previous", "next", "results"}
        assert count in (-1, page["count"])
        count = page["count"]
        found += page["results"]
        address = page["next"]
    return count, found


def test_every_scheme_of_the_region_validates_and_is_there_once(region: Published, client: Client) -> None:
    count, found = read(client, "&published=true")
    validator = jsonschema.Draft202012Validator(SCHEMA, format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER)
    wrong = [f"{one['slug']}: {error.message}" for one in found for error in validator.iter_errors(one)]
    assert wrong == []
    assert sorted(one["slug"] for one in found) == sorted(SCHEMES.all(region))
    assert count == len(found) == len({one["id"] for one in found})
    # The schema is one that refuses.
    (one,) = [one for one in found if one["slug"] == "cap-asso"]
    for name, value in (("targeted_audiences", ["Marchands"]), ("aid_types", ["Don"]), ("submission_deadline", "demain"), ("id", "1"), ("plus", 1)):  # fmt: skip
        with pytest.raises(jsonschema.ValidationError):
            validator.validate({**one, name: value})


def test_the_api_describes_the_very_fields_of_the_schema_written_down() -> None:
    fields = document()["components"]["schemas"]["AidOut"]["properties"]
    assert set(fields) == set(SCHEMA["properties"])


def test_pages_add_up_whatever_their_size(region: Published, client: Client) -> None:
    whole = read(client, "&published=true")
    assert read(client, "&published=true", most=7) == whole
    last = client.get("/api/v1/aids/?published=true&itemsPerPage=7&page=2").json()
    assert last["previous"].endswith("page=1")
    assert client.get("/api/v1/aids/?page=99999").json()["results"] == []


FILTERS: list[tuple[str, Any]] = [
    ("&targeted_audiences=farmer", lambda one: "Agriculteurs" in one["targeted_audiences"]),
    ("&financial_aids=loan", lambda one: one["aid_types"] == ["Prêt"]),
    ("&call_for_projects_only=true", lambda one: one["is_call_for_project"] and one["submission_deadline"]),
    ("&apply_before=2026-04-01", lambda one: (one["submission_deadline"] or "9999") < "2026-04-01"),
    ("&text=apiculture+captages", lambda one: False),
    ("&text=captage", lambda one: "captages" in (one["name"] + one["description"]).lower()),
    ("", lambda one: one["is_live"]),
]


def test_filters_keep_exactly_what_they_say(region: Published, client: Client) -> None:
    everything = read(client, "&published=true")[1]
    for query, holds in FILTERS:
        kept = {one["slug"] for one in everything if one["is_live"] and holds(one)}
        assert {one["slug"] for one in read(client, query)[1]} == kept, query
        assert kept or "apiculture" in query


def test_a_place_is_told_which_aids_are_open_to_it(region: Published, client: Client) -> None:
    path = bundled()["24"]
    with path.open("rb") as stream:
        territory_import(reference=read_bundle(stream, file=path.name))
    everywhere = read(client)[0]
    assert read(client, "&perimeter=commune:75056")[0] == 0
    assert 0 < read(client, "&perimeter=commune:37261")[0] <= everywhere
    assert read(client, "&perimeter=departement:18")[0] == everywhere


def test_one_aid_says_its_amount_its_rates_and_whom_it_is_for(region: Published, client: Client) -> None:
    found = {
        code: client.get(f"/api/v1/aids/{code}/").json() for code in ("pret-renovation", "cap-asso", "accueil-jeunes")
    }
    assert found["pret-renovation"]["loan_amount"]
    assert found["pret-renovation"]["subvention_rate_upper_bound"] is None
    assert (found["cap-asso"]["subvention_rate_lower_bound"], found["cap-asso"]["subvention_rate_upper_bound"]) == (
        40,
        60,
    )
    assert "<li>" in found["cap-asso"]["eligibility"]
    assert found["accueil-jeunes"]["aid_types"] == []
    assert client.get("/api/v1/aids/nulle-part/").status_code == 404
    audiences = client.get("/api/v1/aids/audiences/").json()
    assert {one["id"]: one["name"] for one in audiences["results"]} == AUDIENCES
    assert set(AUDIENCE_OF.values()) <= set(AUDIENCES)
    assert set(TYPE_OF.values()) == {one["id"] for one in client.get("/api/v1/aids/types/").json()["results"]}


def test_calls_come_with_their_last_second_those_that_close_first_before(region: Published, client: Client) -> None:
    found = client.get("/api/v1/calls?limit=200").json()
    assert found["items"][-1]["closes_at"] is None
    closing_at = [one["closes_at"] for one in found["items"] if one["closes_at"]]
    assert closing_at == sorted(closing_at)
    (open_now,) = client.get("/api/v1/calls?scheme=picri&phase=open").json()["items"]
    assert open_now["code"] == "appel-2026"
    assert dt.datetime.fromisoformat(open_now["closes_at"]) == dt.datetime(2026, 3, 31, 15, 0, tzinfo=dt.UTC)


def test_calls_have_a_calendar_of_their_last_moments_and_a_feed_of_their_openings(
    region: Published, client: Client
) -> None:
    raw = client.get("/agenda/appels.ics").content
    assert all(len(line) <= 75 for line in raw.split(b"\r\n"))
    text = raw.decode().replace("\r\n ", "")
    calls = [call for terms in SCHEMES.all(region).values() for call in terms.document.calls]
    dated = sum(closing(one) is not None for call in calls for one in (call, *call.rounds))
    assert text.count("BEGIN:VEVENT") == dated > 50
    assert len({line for line in text.split("\r\n") if line.startswith("UID:")}) == dated
    # Closed at 17:00 in Paris, in summer time: 16:59:59 is 14:59:59 in UTC.
    assert "UID:centre-val-de-loire-picri-appel-2026@127.0.0.1\r\n" in text
    assert "DTSTART:20260331T145959Z\r\n" in text
    assert "Dernier moment" in text
    # The feed announces those that opened, the latest first.
    root = ElementTree.fromstring(client.get("/flux/appels.atom").content)
    atom = "{http://www.w3.org/2005/Atom}"
    entries = root.findall(f"{atom}entry")
    assert 0 < len(entries) <= 100
    ids = [entry.findtext(f"{atom}id") for entry in entries]
    assert len(set(ids)) == len(ids)
    moments = [entry.findtext(f"{atom}published") for entry in entries]
    assert moments == sorted(moments, reverse=True)  # type: ignore[type-var]
    assert not any("2027" in (entry.findtext(f"{atom}title") or "") for entry in entries)


def test_search_engines_are_told_what_a_scheme_is(region: Published, client: Client) -> None:
    found = client.get("/donnees/aides/picri.jsonld").json()
    assert found["@type"] == "GovernmentService"
    assert found["hoursAvailable"] == {"@type": "OpeningHoursSpecification", "validFrom": "2026-01-15", "validThrough": "2026-03-31"}  # fmt: skip
    assert client.get("/donnees/aides/nulle-part.jsonld").status_code == 404
    page = client.get("/aides/picri/").content.decode()
    assert 'type="application/ld+json" href="/donnees/aides/picri.jsonld"' in page
