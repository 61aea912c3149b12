"""Whoever follows the process, the body, the commune or the measure of a meeting learns of it, of its moves and of its minutes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from mandat.apps.accounts.models import User
from mandat.apps.community.models import Event
from mandat.apps.meetings.models import Meeting
from mandat.apps.meetings.services import attending
from mandat.apps.meetings.services.meetings import meeting_cancel, meeting_change, minutes_publish
from mandat.kernel.text import Text
from tests.apps.meetings.conftest import STARTS


def told(**values: Any) -> list[tuple[str, str]]:
    found = Event.objects.filter(withdrawn_at=None, **values).order_by("pk")
    return [(event.target, event.title_fr) for event in found]


def test_a_meeting_is_told_to_its_process_body_commune_and_measures_on_its_day(
    announce: Callable[..., Meeting],
) -> None:
    meeting = announce(process="ensemble", component="seances", body="conseil")
    assert told() == [
        (target, "Formation : Débattre sans se fâcher")
        for target in ("process:ensemble", "body:conseil", "commune:18033", "measure:1")
    ]
    event = Event.objects.get(target="process:ensemble")
    assert (event.at, event.url, event.title_en) == (
        meeting.starts_at, f"/rencontres/{meeting.code}/", "Training: Debating without anger",
    )  # fmt: skip


def test_an_online_meeting_without_process_is_told_to_its_measures_alone(announce: Callable[..., Meeting]) -> None:
    announce(place="", commune="", link="https://salle.example/a")
    assert [target for target, _ in told()] == ["measure:1"]


def test_a_meeting_that_moves_leaves_its_old_day(announce: Callable[..., Meeting], agent: User) -> None:
    meeting = announce(process="ensemble")
    days = [STARTS + dt.timedelta(days=n) for n in (1, 2)]
    for day in days:
        meeting = meeting_change(actor=agent, meeting=meeting, starts_at=day, ends_at=day + dt.timedelta(hours=3))
    assert told(target="process:ensemble") == [
        ("process:ensemble", "Changement de date ou de lieu : Débattre sans se fâcher (formation)")
    ]
    assert Event.objects.get(target="process:ensemble", withdrawn_at=None).at == days[1]


def test_a_change_of_words_is_no_news(announce: Callable[..., Meeting], agent: User) -> None:
    meeting = announce()
    before = told()
    meeting_change(actor=agent, meeting=meeting, text_fr="Apportez de quoi écrire.", places=5)
    assert told() == before


def test_a_cancelled_meeting_leaves_calendars_and_is_told(announce: Callable[..., Meeting], agent: User) -> None:
    meeting = meeting_cancel(actor=agent, meeting=announce(), reason="La salle est inondée.")
    assert told(target="measure:1") == [("measure:1", "Annulé : Débattre sans se fâcher")]
    assert Event.objects.get(target="measure:1", withdrawn_at=None).url == f"/rencontres/{meeting.code}/"


def test_minutes_are_told_once_however_often_they_are_mended(
    announce: Callable[..., Meeting], agent: User, clock: Any
) -> None:
    meeting = announce()
    clock.move_to(STARTS + dt.timedelta(days=1))
    attending.meeting_hold(actor=agent, meeting=meeting)
    minutes = Text("Douze personnes ont débattu du budget.", "")
    meeting = minutes_publish(actor=agent, meeting=meeting, minutes=minutes)
    minutes_publish(actor=agent, meeting=meeting, minutes=Text(minutes.fr + " Treize, en fait.", ""))
    news = [title for _, title in told(target="measure:1")]
    assert news == ["Formation : Débattre sans se fâcher", "Compte rendu : Débattre sans se fâcher"]
