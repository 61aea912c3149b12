"""Feeds, calendars and the pages that explain them."""

from __future__ import annotations

import datetime as dt
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from mandat import journal
from mandat.apps.programme.published import Published
from mandat.apps.publications.calendars import fold
from tests.apps.publications.conftest import fact

ATOM = {"a": "http://www.w3.org/2005/Atom"}


def parse(client: Client, url: str) -> ET.Element:
    response = client.get(url)
    assert response.status_code == 200
    assert response["Content-Type"].startswith("application/atom+xml")
    return ET.fromstring(response.content)


def texts(root: ET.Element, path: str) -> list[str]:
    return [found.text or "" for found in root.findall(path, ATOM)]


def events(raw: bytes) -> list[dict[str, str]]:
    """The events of a calendar, unfolded and unescaped."""
    assert raw.endswith(b"\r\n")
    assert all(len(line) <= 75 for line in raw.split(b"\r\n"))
    lines = raw.decode().replace("\r\n ", "").split("\r\n")
    assert (lines[0], lines[-2]) == ("BEGIN:VCALENDAR", "END:VCALENDAR")
    found: list[dict[str, str]] = []
    for line in lines:
        name, _, value = line.partition(":")
        if line == "BEGIN:VEVENT":
            found.append({})
        elif found:
            found[-1].setdefault(
                name.split(";")[0], value.replace("\\,", ",").replace("\\;", ";").replace("\\\\", "\\")
            )
    return found


@pytest.mark.parametrize(
    "address", ["/flux/tout.atom", "/flux/mesures/3.atom", "/flux/chapitres/sante.atom", "/flux/instances/conseil.atom"]
)
def test_a_feed_has_what_the_standard_asks(
    history: list[journal.Entry], client: Client, settings: Any, address: str
) -> None:
    root = parse(client, address)
    assert root.tag == "{http://www.w3.org/2005/Atom}feed"
    assert texts(root, "a:id") == [settings.SITE_URL + address]
    assert len(texts(root, "a:title")) == len(texts(root, "a:updated")) == 1
    assert [link.get("href") for link in root.findall("a:link[@rel='self']", ATOM)] == [settings.SITE_URL + address]
    ids = texts(root, "a:entry/a:id")
    assert ids
    assert len(ids) == len(set(ids)) == len(texts(root, "a:entry/a:title")) == len(texts(root, "a:entry/a:updated"))
    moments = [dt.datetime.fromisoformat(text) for text in texts(root, "a:entry/a:updated")]
    assert moments == sorted(moments, reverse=True)
    for text in ids:
        assert client.get(text.removeprefix(settings.SITE_URL)).status_code == 200


def test_the_same_fact_has_the_same_id_in_every_feed_and_language(history: list[journal.Entry], client: Client) -> None:
    french, english = parse(client, "/flux/mesures/3.atom"), parse(client, "/en/flux/chapitres/sante.atom")
    assert set(texts(french, "a:entry/a:id")) < set(texts(english, "a:entry/a:id"))
    assert any("/en/" in (link.get("href") or "") for link in english.findall("a:entry/a:link", ATOM))


def test_a_feed_tells_only_its_topic(history: list[journal.Entry], client: Client) -> None:
    root = parse(client, "/flux/mesures/2.atom")
    assert {
        c.get("term") for c in root.findall("a:entry/a:category", ATOM) if (c.get("term") or "").startswith("measure")
    } == {"measure:2"}
    assert any("Association d" in title for title in texts(root, "a:entry/a:title"))


def test_a_text_full_of_markup_stays_text(programme: Published, client: Client) -> None:
    journal.append([fact("3.1", "2024-01-01", data={"title": "<script>&\x0b“fin”"})])
    assert "<script>&" in texts(parse(client, "/flux/mesures/3.atom"), "a:entry/a:title")[0]


def test_an_unknown_topic_has_no_feed(programme: Published, client: Client) -> None:
    for address in (
        "/flux/mesures/99.atom",
        "/flux/chapitres/x.atom",
        "/flux/territoires/commune:00000.atom",
        "/agenda/mesures/99.ics",
        "/suivre/measure/99/",
        "/suivre/x/y/",
    ):
        assert client.get(address).status_code == 404, address


def test_a_calendar_holds_due_dates_and_milestones(history: list[journal.Entry], client: Client) -> None:
    response = client.get("/agenda/mesures/1.ics")
    assert response["Content-Type"].startswith("text/calendar")
    found = events(response.content)
    days = {event["UID"]: event["DTSTART"] for event in found}
    assert days == {
        "essai-1.1-due@127.0.0.1": "20280331",
        "essai-1.1-convention@127.0.0.1": "20220630",
        "essai-1.2-due@127.0.0.1": "20280331",
    }
    milestone = next(event for event in found if "convention" in event["UID"])
    assert milestone["DTEND"] == "20220701"
    assert "2022-06-20" in milestone["DESCRIPTION"]


def test_identifiers_of_events_are_the_same_in_every_calendar(history: list[journal.Entry], client: Client) -> None:
    everything = {event["UID"] for event in events(client.get("/agenda/tout.ics").content)}
    english = {event["UID"] for event in events(client.get("/en/agenda/instances/conseil.ics").content)}
    assert everything == english
    assert len(everything) == 9


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=300))
def test_folded_lines_are_short_and_unfold_to_the_same(text: str) -> None:
    raw = fold(text)
    assert all(len(line) <= 75 for line in raw.split(b"\r\n"))
    assert raw.decode().removesuffix("\r\n").replace("\r\n ", "") == text


@pytest.mark.parametrize(
    "address",
    [
        "/suivre/",
        "/suivre/flux/",
        "/suivre/all/tout/",
        "/suivre/measure/3/",
        "/suivre/chapter/sante/",
        "/suivre/body/conseil/",
    ],
)
def test_pages_explain_and_lead_to_feeds(history: list[journal.Entry], client: Client, address: str) -> None:
    for prefix in ("", "/en"):
        page = client.get(prefix + address).content.decode()
        assert "undefined" not in page
        assert "<script" not in page
        assert " style=" not in page
        assert ".atom" in page or address.endswith("flux/")
