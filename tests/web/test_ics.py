"""Calendar files: what a line may hold, and how long it may be."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mandat.web import ics

NOW = dt.datetime(2026, 10, 25, 0, 30, tzinfo=dt.UTC)


@given(st.text(max_size=300))
def test_whatever_is_written_stays_in_its_line(words: str) -> None:
    raw = ics.fold(f"SUMMARY:{ics.text(words)}")
    assert raw.endswith(b"\r\n")
    lines = raw[:-2].split(b"\r\n")
    assert all(len(line) <= 75 for line in lines)
    assert all(line.startswith(b" ") for line in lines[1:])
    assert b"\r" not in raw.replace(b"\r\n", b"")
    assert b"\n" not in raw.replace(b"\r\n", b"")
    raw.decode()


def test_an_event_across_the_change_of_clocks_keeps_its_real_length() -> None:
    event = ics.Event(
        uid="r1", starts_at=NOW, ends_at=NOW + dt.timedelta(hours=2), summary="Nuit; du, changement", stamp=NOW
    )
    said = ics.calendar([event], name="Rencontres").decode()
    assert "DTSTART:20261025T003000Z" in said
    assert "DTEND:20261025T023000Z" in said
    assert "SUMMARY:Nuit\\; du\\, changement" in said
    assert said.count("BEGIN:VEVENT") == said.count("END:VEVENT") == 1


def test_a_moment_without_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        ics.utc(NOW.replace(tzinfo=None))


def test_a_cancelled_event_says_so_and_a_private_one_hides() -> None:
    event = ics.Event(
        uid="r1", starts_at=NOW, ends_at=NOW, summary="S", stamp=NOW, status="CANCELLED", private=True, sequence=3
    )
    said = ics.calendar([event], name="R").decode()
    assert "STATUS:CANCELLED" in said
    assert "CLASS:PRIVATE" in said
    assert "SEQUENCE:3" in said
