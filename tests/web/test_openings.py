"""What apps say of what one can take part in: its order, and what is left out."""

from __future__ import annotations

import datetime as dt

import pytest

from mandat.kernel.text import Text
from mandat.web import openings
from mandat.web.openings import Opening, Place

NOW = dt.datetime(2026, 11, 2, 9, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def nobody_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(openings, "_READERS", [])
    monkeypatch.setattr(openings, "_PLACES", {})


def test_what_ends_first_comes_first_and_what_has_no_end_last() -> None:
    found = [Opening("vote", "c", "/c"), Opening("vote", "b", "/b", closes=NOW + 2 * DAY), Opening("vote", "a", "/a", closes=NOW + DAY)]  # fmt: skip
    [group] = openings.groups(found, NOW)
    assert [one.title for one in group.openings] == ["a", "b", "c"]


def test_what_opens_later_is_apart_but_one_can_plan_to_come() -> None:
    later = Opening("sign", "later", "/l", opens=NOW + DAY)
    meeting = Opening("come", "meeting", "/m", opens=NOW + DAY)
    assert [group.act for group in openings.groups([later, meeting], NOW)] == ["come"]
    assert openings.coming([later, meeting], NOW) == [(NOW + DAY, later)]


def test_acts_follow_one_another_as_declared_whatever_order_apps_start_in() -> None:
    openings.register(lambda at, most: [Opening("come", "m", "/m", opens=at + DAY)])
    openings.register(lambda at, most: [Opening("vote", "v", "/v")] * most)
    found = openings.read(NOW, most=3)
    assert len(found) == 4
    assert [group.act for group in openings.groups(found, NOW)] == ["vote", "come"]


def test_a_reader_and_a_list_are_kept_once() -> None:
    def reader(at: dt.datetime, most: int) -> list[Opening]:
        return [Opening("vote", "v", "/v")]

    openings.register(reader)
    openings.register(reader)
    assert len(openings.read(NOW, most=3)) == 1
    for title in ("Votes", "Votes encore"):
        openings.lead(Place("ballots:list", Text(title, title), Text("", "")))
    assert [one.title.fr for one in openings.places()] == ["Votes encore"]


def test_a_list_without_an_address_here_is_left_out() -> None:
    openings.lead(Place("elsewhere:list", Text("Ailleurs", "Elsewhere"), Text("", ""), rank=1))
    openings.lead(Place("ballots:list", Text("Votes", "Votes"), Text("", ""), rank=2, act="vote"))
    assert [one.url for one in openings.places()] == ["/votes/"]
    [group] = openings.groups([Opening("vote", "v", "/v")], NOW)
    assert group.place is not None
    assert group.place.whole.fr == "Votes"
