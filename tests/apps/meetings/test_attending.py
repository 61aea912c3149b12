"""Who came, and what is told of it: counts alone, never too few, each person trained once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from mandat import journal
from mandat.apps.accounts.models import User
from mandat.apps.custody import personal
from mandat.apps.meetings import certificates, selectors
from mandat.apps.meetings.models import Booking, Meeting, Trainee
from mandat.apps.meetings.services import attending, places
from mandat.apps.meetings.services.meetings import meeting_create, minutes_publish, room_code_open
from mandat.facts import Fact
from mandat.journal import guard
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text
from tests.apps.meetings.conftest import NOW, STARTS

People = Callable[..., User]
Announce = Callable[..., Meeting]
DURING = STARTS + dt.timedelta(hours=1)


def facts(kind: str) -> list[Fact]:
    return [entry.fact for entry in journal.iterate(programme="essai") if entry.fact.kind == kind]


def come(meeting: Meeting, person: People, agent: User, count: int, *, age: str = "") -> list[Booking]:
    return [places.book(actor=person(), meeting=meeting, age=age) for _ in range(count)]


def test_nobody_has_come_before_the_meeting_begins(announce: Announce, person: People, agent: User) -> None:
    meeting = announce()
    [row] = come(meeting, person, agent, 1)
    with pytest.raises(InputError, match="à venir"):
        attending.attended(actor=agent, booking=row)
    with pytest.raises(InputError, match="à venir"):
        attending.meeting_hold(actor=agent, meeting=meeting)


def test_a_meeting_held_tells_one_session_and_how_many_came_with_small_bands_withheld(
    announce: Announce, person: People, agent: User, clock: Any
) -> None:
    meeting = announce(places=30)
    young = come(meeting, person, agent, 6, age="18-24")
    others = come(meeting, person, agent, 2, age="40-59")
    absent = come(meeting, person, agent, 1)
    clock.move_to(DURING)
    for row in [*young, *others]:
        attending.attended(actor=agent, booking=row)
    attending.count_record(actor=agent, meeting=meeting, people={"25-39": 7, "unknown": 3})
    with guard.acts():
        attending.meeting_hold(actor=agent, meeting=meeting)
    absent[0].refresh_from_db()
    assert absent[0].state == "missed"
    [held] = facts("meetings.held.v1")
    assert (held.quantity, held.unit, held.commitments, held.area) == (1, "session", ("1.1",), "commune:18033")
    assert held.occurred_on == STARTS.date()
    [came] = facts("meetings.attended.v1")
    assert came.quantity == 18
    assert came.breakdowns["age"].get("40-59") is None
    assert sum(came.breakdowns["age"].values()) <= 13
    meeting.refresh_from_db()
    assert selectors.attended_told(meeting) == 18


def test_two_people_are_not_told_and_join_those_of_other_sessions_of_the_departement(
    announce: Announce, person: People, agent: User, clock: Any
) -> None:
    first, second = (
        announce(),
        announce(starts_at=STARTS + dt.timedelta(days=1), ends_at=STARTS + dt.timedelta(days=1, hours=2)),
    )
    rows = [*come(first, person, agent, 3), *come(second, person, agent, 3)]
    clock.move_to(STARTS + dt.timedelta(days=1, hours=1))
    for row in rows:
        attending.attended(actor=agent, booking=row)
    attending.meeting_hold(actor=agent, meeting=first)
    assert attending.fold() == 0
    assert facts("meetings.attended.v1") == []
    first.refresh_from_db()
    assert selectors.attended_told(first) is None
    attending.meeting_hold(actor=agent, meeting=second)
    assert attending.fold() == 2
    [came] = facts("meetings.attended.v1")
    assert (came.quantity, came.data["meetings"], came.area) == (6, 2, "departement:18")
    [trained] = facts("meetings.trained.v1")
    assert (trained.quantity, trained.data["age"]) == (6, "other")
    assert attending.fold() == 0


def test_a_person_who_comes_to_two_sessions_is_trained_once(
    announce: Announce, person: People, agent: User, clock: Any
) -> None:
    first, second = announce(places=10), announce(places=10)
    people = [person() for _ in range(6)]
    for meeting in (first, second):
        for someone in people:
            places.book(actor=someone, meeting=meeting, age="18-24")
    clock.move_to(DURING)
    for meeting in (first, second):
        for row in meeting.bookings.order_by("pk"):
            attending.attended(actor=agent, booking=row)
        attending.meeting_hold(actor=agent, meeting=meeting)
    attending.fold()
    [trained] = facts("meetings.trained.v1")
    assert (trained.quantity, trained.data["age"]) == (6, "young")
    assert set(Trainee.objects.order_by("pk").values_list("sessions", flat=True)) == {2}
    assert sum(fact.quantity or 0 for fact in facts("meetings.attended.v1")) == 12


def test_the_code_of_the_room_signs_one_in_during_the_meeting_only(
    announce: Announce, person: People, agent: User, clock: Any
) -> None:
    meeting = announce()
    [row] = come(meeting, person, agent, 1)
    assert row.user
    code = room_code_open(actor=agent, meeting=meeting)
    with pytest.raises(InputError, match="pendant"):
        attending.sign_in(actor=row.user, meeting=meeting, code=code)
    clock.move_to(DURING)
    with pytest.raises(attending.WrongCodeError):
        attending.sign_in(actor=row.user, meeting=meeting, code="ZZZZZZ")
    came = attending.sign_in(actor=row.user, meeting=meeting, code=f" {code[:3].lower()} {code[3:]} ")
    assert (came.state, came.attended_by) == ("attended", "code")
    # Someone in the room who had not booked.
    assert attending.sign_in(actor=person(), meeting=meeting, code=code).state == "attended"
    meeting.refresh_from_db()
    assert meeting.taken == 2


def test_too_many_wrong_codes_lead_to_the_agent(announce: Announce, person: People, agent: User, clock: Any) -> None:
    meeting = announce()
    [row] = come(meeting, person, agent, 1)
    assert row.user
    code = room_code_open(actor=agent, meeting=meeting)
    clock.move_to(DURING)
    for _ in range(attending.TRIES):
        attending.missed_code(actor=row.user, meeting=meeting)
    with pytest.raises(InputError, match="demandez"):
        attending.sign_in(actor=row.user, meeting=meeting, code=code)


def test_who_comes_without_booking_gives_a_name_and_the_same_name_is_one_person(
    announce: Announce, agent: User, clock: Any
) -> None:
    meeting = announce(places=1)
    booked = places.book_for(actor=agent, meeting=meeting, name="Jeanne Martin")
    clock.move_to(DURING)
    assert attending.attended_unbooked(actor=agent, meeting=meeting, name="JEANNE MARTIN").pk == booked.pk
    other = attending.attended_unbooked(actor=agent, meeting=meeting, name="Paul Durand", age="60-74")
    assert other.state == "attended"
    meeting.refresh_from_db()
    assert meeting.taken == 1  # the room is fuller than its places, and its places are never more than they are


def test_once_held_somebody_may_be_added_and_nobody_taken_away(
    announce: Announce, person: People, agent: User, clock: Any
) -> None:
    meeting = announce(places=20)
    rows = come(meeting, person, agent, 7)
    clock.move_to(DURING)
    for row in rows[:6]:
        attending.attended(actor=agent, booking=row)
    attending.meeting_hold(actor=agent, meeting=meeting)
    with pytest.raises(InputError, match="close"):
        attending.attended(actor=agent, booking=rows[0], came=False)
    attending.attended(actor=agent, booking=rows[6])
    meeting.refresh_from_db()
    assert (meeting.attended, meeting.told) == (7, 6)
    with pytest.raises(InputError, match="a eu lieu"):
        attending.meeting_hold(actor=agent, meeting=meeting)


def test_a_certificate_bears_the_name_given_and_its_code_certifies_without_any_name(
    announce: Announce, person: People, agent: User, clock: Any
) -> None:
    meeting = announce()
    [row] = come(meeting, person, agent, 1)
    clock.move_to(DURING)
    attending.attended(actor=agent, booking=row)
    row.refresh_from_db()
    with pytest.raises(InputError):
        certificates.pdf(row, name="Jeanne Martin")
    attending.meeting_hold(actor=agent, meeting=meeting)
    row.refresh_from_db()
    made = certificates.pdf(row, name="Jeanne #Martin *") + b""
    assert made.startswith(b"%PDF")
    assert row.certificate
    found = certificates.found(f"{row.certificate[:4]} {row.certificate[4:]}".lower())
    assert found == row
    assert certificates.found("0" * 12) is None


def test_minutes_come_after_the_meeting_and_are_a_fact_each_time_they_change(
    announce: Announce, agent: User, clock: Any
) -> None:
    meeting = announce()
    said = Text("Nous avons parlé du budget participatif.", "")
    with pytest.raises(InputError):
        minutes_publish(actor=agent, meeting=meeting, minutes=said)
    clock.move_to(DURING)
    attending.meeting_hold(actor=agent, meeting=meeting)
    for _ in range(2):
        minutes_publish(actor=agent, meeting=meeting, minutes=said)
    assert len(facts("meetings.published.v1")) == 1


def test_erasing_ones_data_gives_places_back_and_keeps_counts(
    announce: Announce, person: People, agent: User, clock: Any
) -> None:
    someone = person()
    past, coming = (
        announce(),
        announce(starts_at=STARTS + dt.timedelta(days=5), ends_at=STARTS + dt.timedelta(days=5, hours=1)),
    )
    row = places.book(actor=someone, meeting=past, needs="une boucle magnétique")
    places.book(actor=someone, meeting=coming)
    clock.move_to(DURING)
    attending.attended(actor=agent, booking=row)
    [holding] = [one for one in personal.holdings() if one.code == "meetings.bookings"]
    assert len(list(holding.export(someone))) == 2
    holding.erase(someone)
    coming.refresh_from_db()
    assert coming.taken == 0
    assert not Booking.objects.filter(user=someone).exists()
    attending.meeting_hold(actor=agent, meeting=past)
    past.refresh_from_db()
    assert past.attended == 1


def test_only_agents_announce_and_close(announce: Announce, person: People, clock: Any) -> None:
    meeting = announce()
    for role in ("", "member", "elected", "auditor"):
        someone = person(*filter(None, [role]))
        with pytest.raises(PermissionDenied):
            meeting_create(
                actor=someone, title=Text("Titre", "Title"), kind="meeting", starts_at=NOW, ends_at=STARTS, place="Salle",
                commune="18033", places=None,
            )  # fmt: skip
        with pytest.raises(PermissionDenied):
            attending.meeting_hold(actor=someone, meeting=meeting)
        with pytest.raises(PermissionDenied):
            room_code_open(actor=someone, meeting=meeting)


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"ends_at": STARTS}, "fin"),
        ({"ends_at": STARTS + dt.timedelta(days=40)}, "fin"),
        ({"place": "", "link": ""}, "lieu"),
        ({"commune": "Bourges"}, "commune"),
        ({"places": 0}, "places"),
        ({"link": "javascript:alert(1)"}, "https"),
        ({"access": ["levitation"]}, "accès"),
        ({"starts_at": STARTS.replace(tzinfo=None)}, "fuseau"),
        ({"series": "inconnue"}, "série"),
        ({"kind": "event"}, "genre"),
        ({"title": Text(" a ", "")}, "titre"),
    ],
)
def test_what_cannot_be_announced_says_why(announce: Announce, given: dict[str, Any], why: str) -> None:
    with pytest.raises(InputError, match=why):
        announce(**given)
    assert not Meeting.objects.exists()
