"""Places of a meeting: never too many, whoever waits is served first, what is not confirmed goes on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from mandat.apps.accounts.models import Notice, User
from mandat.apps.meetings import selectors
from mandat.apps.meetings.models import Booking, Meeting
from mandat.apps.meetings.services import places
from mandat.apps.meetings.services.meetings import meeting_cancel, meeting_change
from mandat.journal import guard
from mandat.kernel.errors import InputError
from tests.apps.meetings.conftest import NOW, STARTS

People = Callable[..., User]
Announce = Callable[..., Meeting]
QUIET = ("meetings_booking", "meetings_meeting", "accounts_notice")


def fill(meeting: Meeting, person: People, count: int) -> list[Booking]:
    return [places.book(actor=person(), meeting=meeting) for _ in range(count)]


def taken(meeting: Meeting) -> int:
    meeting.refresh_from_db()
    held = meeting.bookings.filter(state__in=Booking.HOLDING).count()
    assert meeting.taken == held
    return held


def test_the_fourth_of_three_places_waits_and_is_told_its_rank(announce: Announce, person: People) -> None:
    meeting = announce()
    with guard.acts(exempt=QUIET):
        rows = fill(meeting, person, 5)
    assert [row.state for row in rows] == ["booked"] * 3 + ["waiting"] * 2
    assert [selectors.place_of(row) for row in rows[3:]] == [1, 2]
    assert taken(meeting) == 3


def test_asked_twice_it_is_the_same_booking(announce: Announce, person: People) -> None:
    meeting, someone = announce(), person()
    assert places.book(actor=someone, meeting=meeting) == places.book(actor=someone, meeting=meeting)
    assert taken(meeting) == 1


def test_a_place_given_back_is_kept_for_the_first_who_waits_until_a_deadline(
    announce: Announce, person: People, clock: Any
) -> None:
    meeting = announce()
    rows = fill(meeting, person, 5)
    assert rows[0].user
    places.cancel(actor=rows[0].user, booking=rows[0])
    rows[3].refresh_from_db()
    assert rows[3].state == "offered"
    assert rows[3].confirm_by == NOW + dt.timedelta(hours=48)
    assert Notice.objects.filter(kind="meetings.offered", user=rows[3].user).count() == 1
    assert taken(meeting) == 3
    # Nobody books past those who wait, and what is not confirmed goes to the next.
    clock.move_to(NOW + dt.timedelta(hours=48))
    assert places.places_pass() == 1
    rows[3].refresh_from_db()
    rows[4].refresh_from_db()
    assert (rows[3].state, rows[4].state) == ("lapsed", "offered")
    with pytest.raises(InputError):
        places.confirm(actor=rows[3].user or person(), booking=rows[3])
    assert rows[4].user
    assert places.confirm(actor=rows[4].user, booking=rows[4]).state == "booked"
    assert taken(meeting) == 3


def test_a_free_place_goes_to_who_waits_before_a_newcomer(announce: Announce, person: People, agent: User) -> None:
    meeting = announce()
    rows = fill(meeting, person, 4)
    Meeting.objects.filter(pk=meeting.pk).update(places=4)  # as a larger room would, without passing it on
    newcomer = places.book(actor=person(), meeting=meeting)
    rows[3].refresh_from_db()
    assert (rows[3].state, newcomer.state) == ("offered", "waiting")


def test_a_larger_room_serves_the_waiting_list_and_a_smaller_one_is_refused(
    announce: Announce, person: People, agent: User
) -> None:
    meeting = announce()
    rows = fill(meeting, person, 5)
    meeting_change(actor=agent, meeting=meeting, places=5)
    assert [Booking.objects.get(pk=row.pk).state for row in rows[3:]] == ["offered"] * 2
    with pytest.raises(InputError, match="5 places"):
        meeting_change(actor=agent, meeting=meeting, places=4)


def test_the_database_itself_refuses_one_place_too_many(announce: Announce) -> None:
    meeting = announce()
    with pytest.raises(IntegrityError), transaction.atomic():
        Meeting.objects.filter(pk=meeting.pk).update(taken=4)


def test_booking_ends_when_the_meeting_begins_and_cancelling_a_little_before(
    announce: Announce, person: People, clock: Any, agent: User
) -> None:
    meeting = announce()
    [row] = fill(meeting, person, 1)
    assert row.user
    clock.move_to(STARTS - dt.timedelta(hours=2))
    with pytest.raises(InputError, match="trop tard"):
        places.cancel(actor=row.user, booking=row)
    places.cancel(actor=agent, booking=row)
    clock.move_to(STARTS - dt.timedelta(seconds=1))
    assert places.book(actor=person(), meeting=meeting).state == "booked"
    clock.move_to(STARTS)
    with pytest.raises(InputError, match="commencé"):
        places.book(actor=person(), meeting=meeting)


def test_nobody_touches_the_place_of_another(announce: Announce, person: People) -> None:
    [row] = fill(announce(), person, 1)
    with pytest.raises(PermissionDenied):
        places.cancel(actor=person("elected"), booking=row)


def test_an_agent_books_for_a_name_once_and_its_name_is_sealed(announce: Announce, agent: User, person: People) -> None:
    meeting = announce()
    row = places.book_for(actor=agent, meeting=meeting, name="  Jeanne   Martin ", needs="une chaise près de la porte")
    assert (row.state, row.name) == ("booked", "Jeanne Martin")
    with pytest.raises(InputError, match="déjà inscrit"):
        places.book_for(actor=agent, meeting=meeting, name="jeanne martin")
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT name, needs FROM meetings_booking WHERE id = %s", [row.pk])
        stored = cursor.fetchone()
    assert not any("Jeanne" in column or "chaise" in column for column in stored)
    with pytest.raises(PermissionDenied):
        places.book_for(actor=person("member"), meeting=meeting, name="Paul Durand")


def test_a_cancelled_meeting_frees_and_tells_everyone_and_takes_no_more(
    announce: Announce, person: People, agent: User
) -> None:
    meeting = announce()
    fill(meeting, person, 4)
    with guard.acts():
        meeting_cancel(actor=agent, meeting=meeting, reason="La salle est inondée depuis hier.")
    assert taken(meeting) == 0
    assert Notice.objects.filter(kind="meetings.cancelled").count() == 4
    with pytest.raises(InputError, match="annulée"):
        places.book(actor=person(), meeting=meeting)


def test_a_new_hour_is_told_and_grows_the_sequence_of_calendars(
    announce: Announce, person: People, agent: User
) -> None:
    meeting = announce()
    fill(meeting, person, 2)
    changed = meeting_change(actor=agent, meeting=meeting, starts_at=STARTS + dt.timedelta(hours=1))
    assert changed.sequence == 1
    assert Notice.objects.filter(kind="meetings.changed").count() == 2
    assert meeting_change(actor=agent, meeting=meeting, starts_at=STARTS + dt.timedelta(hours=1)).sequence == 1


def test_reminders_are_sent_once_on_their_days_and_say_nothing_of_the_subject(
    announce: Announce, person: People, clock: Any
) -> None:
    from mandat.apps.accounts.notices import message

    meeting = announce()
    fill(meeting, person, 4)
    assert places.reminders_pass() == 0
    clock.move_to(STARTS - dt.timedelta(days=7))
    assert (places.reminders_pass(), places.reminders_pass()) == (3, 0)
    clock.move_to(STARTS - dt.timedelta(hours=20))
    assert (places.reminders_pass(), places.reminders_pass()) == (3, 0)
    notice = Notice.objects.filter(kind="meetings.reminder").order_by("pk").first()
    assert notice
    said = message(notice)
    assert meeting.title_fr not in f"{said.subject} {said.body}"
    assert meeting.place not in said.body


def test_without_waiting_list_a_full_meeting_says_so(announce: Announce, person: People) -> None:
    meeting = announce(waiting_list=False)
    fill(meeting, person, 3)
    with pytest.raises(places.FullError):
        places.book(actor=person(), meeting=meeting)


def test_an_account_holds_at_most_thirty_places_to_come(announce: Announce, person: People, monkeypatch: Any) -> None:
    monkeypatch.setattr(places, "MOST", 2)
    someone = person()
    for _ in range(2):
        places.book(actor=someone, meeting=announce())
    with pytest.raises(InputError, match="2 réservations"):
        places.book(actor=someone, meeting=announce())
