"""What a person does with a code: book, move, cancel, wait, decline; what staff record."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from mandat import journal
from mandat.apps.accounts.models import User
from mandat.apps.offers import ics, services
from mandat.apps.offers.definitions import published_offer
from mandat.apps.offers.models import (
    Appointment,
    Assignment,
    CoverageRelease,
    Establishment,
    Identity,
    Invitation,
    Member,
    PendingCode,
    Place,
    RollImport,
    Slot,
    Standing,
    Tally,
    Waiting,
)
from mandat.apps.offers.selectors import reconciliation
from mandat.apps.offers.services.answering import FullError
from mandat.apps.offers.services.coverage import recount_attendance, share
from mandat.apps.offers.services.places import times
from mandat.engines.indicators.expression import Expression
from mandat.journal import guard
from mandat.kernel.errors import InputError
from mandat.kernel.periods import PARIS
from tests.apps.offers.conftest import NOW, ROUND, lines

Enrol = Callable[..., RollImport]
A, B = "0450001A", "0450002B"


@pytest.fixture
def invited(enrol: Enrol, agent: User) -> Callable[..., list[int]]:
    """Invite pupils of the first lycée: the numbers of their invitations."""

    def make(count: int, school: str = A, first: int = 0) -> list[int]:
        enrol(*lines(school, count, first=first), complete=False)
        batch = services.batch_open(actor=agent, offer="consultation", round=ROUND)
        services.batch_carry_out(batch=batch)
        return list(batch.invitations.order_by("pk").values_list("pk", flat=True))

    return make


@pytest.fixture
def slot(schools: Sequence[Establishment]) -> Callable[..., Slot]:
    """Make a slot some hours from now."""

    def make(hours: int = 48, capacity: int = 1, school: int = 0) -> Slot:
        start = timezone.now() + dt.timedelta(hours=hours)
        place = Place.objects.get(serves=schools[school])
        return Slot.objects.create(
            offer="consultation", round=ROUND, place=place, starts_at=start, ends_at=start + dt.timedelta(minutes=45), capacity=capacity
        )  # fmt: skip

    return make


@pytest.fixture
def nurse(person: Callable[..., User], schools: Sequence[Establishment]) -> User:
    user = person("member")
    Assignment.objects.create(user=user, place=Place.objects.get(serves=schools[0]))
    return user


Invited = Callable[..., list[int]]
MakeSlot = Callable[..., Slot]


def taken() -> list[int]:
    return list(Slot.objects.order_by("starts_at").values_list("taken", flat=True))


def test_booking_moving_and_cancelling_keep_one_appointment(invited: Invited, slot: MakeSlot) -> None:
    (one,) = invited(1)
    first, second = slot(48), slot(72)
    booked = services.slot_book(invitation=one, slot=str(first.reference))
    assert services.slot_book(invitation=one, slot=str(first.reference)) == booked
    assert taken() == [1, 0]
    services.slot_book(invitation=one, slot=str(second.reference))
    assert taken() == [0, 1]
    assert Appointment.objects.filter(state="booked").count() == 1
    services.slot_cancel(invitation=one)
    assert taken() == [0, 0]
    with pytest.raises(InputError, match="pas de rendez-vous à annuler"):
        services.slot_cancel(invitation=one)


def test_a_full_slot_is_refused_and_nothing_is_lost(invited: Invited, slot: MakeSlot) -> None:
    first, second = invited(2)
    full, other = slot(48), slot(72)
    services.slot_book(invitation=first, slot=str(full.reference))
    services.slot_book(invitation=second, slot=str(other.reference))
    with pytest.raises(FullError):
        services.slot_book(invitation=second, slot=str(full.reference))
    assert taken() == [1, 1]
    with pytest.raises(IntegrityError), transaction.atomic():
        Slot.objects.filter(pk=full.pk).update(taken=2)


def test_it_is_too_late_within_the_notice(invited: Invited, slot: MakeSlot, monday_of_november: Any) -> None:
    (one,) = invited(1)
    with pytest.raises(InputError, match="trop tard pour ce créneau"):
        services.slot_book(invitation=one, slot=str(slot(23).reference))
    soon, later = slot(25), slot(72)
    services.slot_book(invitation=one, slot=str(soon.reference))
    monday_of_november.shift(dt.timedelta(hours=2))
    with pytest.raises(InputError, match="trop tard pour annuler"):
        services.slot_cancel(invitation=one)
    with pytest.raises(InputError, match="trop tard pour déplacer"):
        services.slot_book(invitation=one, slot=str(later.reference))


def test_slots_of_other_places_rounds_or_withdrawn_are_not_offered(invited: Invited, slot: MakeSlot) -> None:
    (one,) = invited(1)
    elsewhere, gone, other = slot(48, school=1), slot(49), slot(50)
    Slot.objects.filter(pk=gone.pk).update(withdrawn=True)
    Slot.objects.filter(pk=other.pk).update(round="r2025-2026")
    for refused in (elsewhere, gone, other):
        with pytest.raises(InputError, match="pas proposé"):
            services.slot_book(invitation=one, slot=str(refused.reference))
    assert taken() == [0, 0, 0]


def test_who_waits_is_given_the_slot_that_frees_first_come_first_served(
    invited: Invited, slot: MakeSlot, django_capture_on_commit_callbacks: Any, monday_of_november: Any
) -> None:
    first, second, third = invited(3)
    full = slot(72)
    services.slot_book(invitation=first, slot=str(full.reference))
    place = full.place_id
    services.slot_wait(invitation=third, place=place)
    monday_of_november.shift(60)
    services.slot_wait(invitation=second, place=place)
    with django_capture_on_commit_callbacks(execute=True):
        services.slot_cancel(invitation=first)
    given = Appointment.objects.get(state="booked")
    assert (given.invitation_id, given.from_waiting) == (third, True)
    assert taken() == [1]
    assert Waiting.objects.get().invitation_id == second


def test_declining_needs_no_reason_cancels_and_erases_the_name(
    invited: Invited, slot: MakeSlot, django_capture_on_commit_callbacks: Any
) -> None:
    one, other = invited(2)
    full = slot(48)
    services.slot_book(invitation=one, slot=str(full.reference))
    services.slot_wait(invitation=other, place=full.place_id)
    with django_capture_on_commit_callbacks(execute=True):
        services.offer_decline(invitation=one, by="self")
    member = Invitation.objects.get(pk=one).member
    assert member.standing == Standing.DECLINED
    assert not Identity.objects.filter(member=member).exists()
    assert not PendingCode.objects.filter(invitation=one).exists()
    # The slot went to the one who waited.
    assert Appointment.objects.get(state="booked").invitation_id == other
    assert Tally.objects.get().declined == 1
    with pytest.raises(InputError, match="plus en cours"):
        services.slot_book(invitation=one, slot=str(full.reference))
    services.offer_accept_again(invitation=one)
    assert Tally.objects.get().declined == 0
    assert reconciliation("consultation", ROUND).holds


def test_under_the_age_a_legal_guardian_answers(enrol: Enrol, agent: User) -> None:
    # 15 on the 3rd of November: one day short on the 2nd, in a list of pupils of at least 14.
    enrol(f"{A};1;JEUNE;Lou;2011-11-03;F;", f"{A};1;GRAND;Lou;2011-11-02;F;")
    batch = services.batch_open(actor=agent, offer="consultation", round=ROUND)
    services.batch_carry_out(batch=batch)
    young, grown = batch.invitations.order_by("member__pk").values_list("pk", flat=True)
    with pytest.raises(InputError, match="avant 15 ans"):
        services.offer_decline(invitation=young, by="self")
    services.offer_decline(invitation=grown, by="self")
    services.offer_decline(invitation=young, by="guardian")
    assert Member.objects.filter(standing=Standing.DECLINED).count() == 2


def test_who_declined_is_not_named_again_nor_invited_by_a_later_list(
    enrol: Enrol, invited: Invited, agent: User
) -> None:
    (one,) = invited(1)
    services.offer_decline(invitation=one, by="guardian")
    enrol(*lines(A, 1))
    assert not Identity.objects.exists()
    with pytest.raises(InputError, match="personne n'attend"):
        services.batch_open(actor=agent, offer="consultation", round=ROUND)


def test_a_refusal_told_before_the_invitation_is_counted_apart(
    enrol: Enrol, agent: User, person: Callable[..., User], schools: Sequence[Establishment]
) -> None:
    enrol(*lines(A, 6))
    secretary = person("member")
    member = Member.objects.order_by("pk")[0]
    with pytest.raises(PermissionDenied):
        services.member_decline(actor=secretary, member=member)
    Assignment.objects.create(user=secretary, establishment=schools[0])
    services.member_decline(actor=secretary, member=member)
    batch = services.batch_open(actor=agent, offer="consultation", round=ROUND)
    assert services.batch_carry_out(batch=batch) == 5
    proof = reconciliation("consultation", ROUND)
    assert (proof.total("roll"), proof.total("invited"), proof.total("declined"), proof.holds) == (6, 5, 1, True)


def test_attendance_is_sealed_counted_and_can_be_corrected(
    invited: Invited, slot: MakeSlot, nurse: User, monday_of_november: Any
) -> None:
    one, other = invited(2)
    for invitation in (one, other):
        services.slot_book(invitation=invitation, slot=str(slot(48 + invitation).reference))
    appointment = Appointment.objects.get(invitation=one)
    with pytest.raises(InputError, match="à venir"):
        services.attendance_record(actor=nurse, appointment=appointment, outcome="present")
    monday_of_november.shift(dt.timedelta(days=30))
    services.attendance_record(actor=nurse, appointment=appointment, outcome="missed")
    services.attendance_record(actor=nurse, appointment=appointment, outcome="present")
    services.attendance_record(actor=nurse, appointment=appointment, outcome="present")
    tally = Tally.objects.get()
    assert (tally.attended, tally.missed) == (1, 0)
    assert recount_attendance("consultation", ROUND)[tally.establishment_id] == {"present": 1}
    with connection.cursor() as cursor:
        cursor.execute("SELECT outcome FROM offers_attendance")
        assert "present" not in cursor.fetchone()[0]
    assert Invitation.objects.get(pk=one).closed
    assert not Invitation.objects.get(pk=other).closed


def test_only_the_staff_of_the_place_record_and_move(
    invited: Invited, slot: MakeSlot, nurse: User, person: Callable[..., User], schools: Sequence[Establishment]
) -> None:
    (one,) = invited(1)
    appointment = services.slot_book(invitation=one, slot=str(slot(48).reference))
    other_nurse, free = person("member"), slot(3)
    Assignment.objects.create(user=other_nurse, place=Place.objects.get(serves=schools[1]))
    auditor = person("auditor")
    Assignment.objects.create(user=auditor, place=Place.objects.get(serves=schools[0]))
    for refused in (other_nurse, auditor, person("agent"), person("administrator"), person("elected")):
        with pytest.raises(PermissionDenied):
            services.attendance_record(actor=refused, appointment=appointment, outcome="present")
        with pytest.raises(PermissionDenied):
            services.appointment_move(actor=refused, appointment=appointment, slot=str(free.reference))
    # Staff need no notice.
    moved = services.appointment_move(actor=nurse, appointment=appointment, slot=str(free.reference))
    assert moved.slot_id == free.pk


def test_what_becomes_of_single_persons_appends_no_fact(invited: Invited, slot: MakeSlot) -> None:
    (one,) = invited(1)
    before = journal.size()
    services.slot_book(invitation=one, slot=str(slot(48).reference))
    services.offer_decline(invitation=one, by="guardian")
    assert journal.size() == before


def record(invitations: Sequence[int], slot: MakeSlot, nurse: User, clock: Any) -> None:
    made = slot(48, capacity=len(invitations))
    for invitation in invitations:
        services.slot_book(invitation=invitation, slot=str(made.reference))
    clock.shift(dt.timedelta(days=3))
    for row in Appointment.objects.filter(invitation__in=invitations):
        services.attendance_record(actor=nurse, appointment=row, outcome="present")


def published(kind: str) -> list[Any]:
    return [entry.fact for entry in journal.iterate() if entry.fact.kind == kind]


def test_coverage_is_published_in_batches_that_single_nobody_out(
    invited: Invited, slot: MakeSlot, nurse: User, agent: User, monday_of_november: Any
) -> None:
    everyone = invited(20)
    record(everyone[:4], slot, nurse, monday_of_november)
    services.coverage_publish(actor=agent, offer="consultation", round=ROUND)
    # Four came: neither their lycée nor the region says so.
    assert published("offers.attended.v1") == published("offers.coverage_attended.v1") == []
    assert [fact.quantity for fact in published("offers.coverage_invited.v1")] == [100]
    record(everyone[4:6], slot, nurse, monday_of_november)
    with guard.acts():
        services.coverage_publish(actor=agent, offer="consultation", round=ROUND)
    (attended,) = published("offers.attended.v1")
    (measured,) = published("offers.coverage_attended.v1")
    assert (attended.quantity, attended.breakdowns) == (6, {})
    assert (measured.quantity, measured.data["reached"], measured.data["target"]) == (30, 6, 20)
    assert all(count >= 5 for counts in measured.breakdowns.values() for count in counts.values())
    # One more is told by nothing.
    record(everyone[6:7], slot, nurse, monday_of_november)
    assert services.coverage_publish(actor=agent, offer="consultation", round=ROUND) == 0
    record(everyone[7:12], slot, nurse, monday_of_november)
    services.coverage_publish(actor=agent, offer="consultation", round=ROUND)
    assert [fact.quantity for fact in published("offers.attended.v1")] == [6, 6]
    assert Tally.objects.get().told_attended == 12
    reached = list(CoverageRelease.objects.filter(what="attended").order_by("pk").values_list("reached", flat=True))
    assert reached == [6, 12]
    assert services.coverage_publish(actor=agent, offer="consultation", round=ROUND) == 0


def test_facts_replayed_give_the_counts_that_pages_show(
    invited: Invited, slot: MakeSlot, nurse: User, agent: User, monday_of_november: Any
) -> None:
    everyone = invited(12)
    invited(3, school=B, first=12)
    invited(7, school="0180003C", first=15)
    record(everyone, slot, nurse, monday_of_november)
    services.coverage_publish(actor=agent, offer="consultation", round=ROUND)
    for name in ("invited", "declined", "attended"):
        sums: dict[str, int] = {}
        for fact in published(f"offers.{name}.v1"):
            if fact.subject:
                sums[fact.subject] = sums.get(fact.subject, 0) + int(fact.quantity)
        kept = {t.establishment.code: getattr(t, f"told_{name}") for t in Tally.objects.select_related("establishment")}
        assert sums == {code: count for code, count in kept.items() if count}


def test_a_commitment_is_computed_from_the_coverage_told(
    invited: Invited, slot: MakeSlot, nurse: User, agent: User, enrol: Enrol, monday_of_november: Any
) -> None:
    everyone = invited(10)
    enrol(*lines(A, 10, first=10), complete=False)
    services.coverage_publish(actor=agent, offer="consultation", round=ROUND)
    services.batch_carry_out(batch=services.batch_open(actor=agent, offer="consultation", round=ROUND))
    record(everyone, slot, nurse, monday_of_november)
    services.coverage_publish(actor=agent, offer="consultation", round=ROUND)
    for kind, expected in (("offers.coverage_invited.v1", [50, 100]), ("offers.coverage_attended.v1", [50])):
        indicator = Expression(facts=(kind,), aggregate="last", of="quantity")
        counted = [fact for fact in published(kind) if indicator.accepts(fact, measure=1, commitment="1.1")]
        assert [fact.quantity for fact in counted] == expected
        assert {fact.area for fact in counted} == {"region:24"}
    served = Expression(facts=("offers.attended.v1",), aggregate="distinct", of="subject")
    assert {
        fact.subject for fact in published("offers.attended.v1") if served.accepts(fact, measure=1, commitment="1.1")
    } == {A}


@given(reached=st.integers(0, 200_000), target=st.integers(1, 200_000))
def test_a_share_is_whole_only_when_nobody_is_missing(reached: int, target: int) -> None:
    found = share(reached, target)
    assert 0 <= found <= 100
    assert (found == 100) == (reached >= target)


def test_hours_are_those_of_paris_in_every_season() -> None:
    # The clocks go back on 25 October 2026.
    found = list(
        times(
            dt.date(2026, 10, 23), dt.date(2026, 10, 26), weekdays={0, 4}, begins=dt.time(9), ends=dt.time(10, 30), minutes=45
        )
    )  # fmt: skip
    assert [start.astimezone(PARIS).strftime("%d %H:%M") for start, _ in found] == [
        "23 09:00", "23 09:45", "26 09:00", "26 09:45",
    ]  # fmt: skip
    assert [start.hour for start, _ in found] == [7, 7, 8, 8]


def test_an_hour_that_the_clock_skips_gives_no_slot() -> None:
    night = dt.date(2027, 3, 28)
    found = list(times(night, night, weekdays={6}, begins=dt.time(1), ends=dt.time(4), minutes=60))
    assert [start.astimezone(PARIS).hour for start, _ in found] == [1, 3]
    assert len({start for start, _ in found}) == 2


@given(
    minutes=st.integers(5, 240), begins=st.times(), ends=st.times(), first=st.dates(dt.date(2021, 1, 1), dt.date(2028, 1, 1))
)  # fmt: skip
def test_slots_never_overlap_and_stay_within_their_hours(
    minutes: int, begins: dt.time, ends: dt.time, first: dt.date
) -> None:
    found = list(
        times(first, first + dt.timedelta(days=3), weekdays=range(7), begins=begins, ends=ends, minutes=minutes)
    )
    for (_, end), (start, _) in itertools.pairwise(found):
        assert end <= start or (start.astimezone(PARIS).utcoffset() != end.astimezone(PARIS).utcoffset())
    assert all(end - start == dt.timedelta(minutes=minutes) for start, end in found)


def test_slots_are_made_once_and_free_ones_can_be_withdrawn(
    agent: User, schools: Sequence[Establishment], invited: Invited
) -> None:
    place = Place.objects.get(serves=schools[0])
    given_: dict[str, Any] = {
        "actor": agent, "offer": "consultation", "round": ROUND, "place": place, "first": dt.date(2026, 11, 9),
        "last": dt.date(2026, 11, 13), "weekdays": [0, 3], "begins": dt.time(9), "ends": dt.time(12), "without": [dt.date(2026, 11, 12)],
    }  # fmt: skip
    assert services.slots_generate(**given_) == 4
    assert services.slots_generate(**given_) == 0
    (one,) = invited(1)
    services.slot_book(invitation=one, slot=str(Slot.objects.order_by("starts_at")[0].reference))
    assert services.slots_withdraw(actor=agent, place=place, offer="consultation", day=dt.date(2026, 11, 9)) == (3, 1)
    for wrong in ({"last": dt.date(2028, 1, 1)}, {"begins": dt.time(11, 30)}, {"weekdays": []}):
        with pytest.raises(InputError):
            services.slots_generate(**given_ | wrong)


def test_a_calendar_file_is_neutral_and_well_formed(invited: Invited, slot: MakeSlot) -> None:
    (one,) = invited(1)
    made = slot(48)
    Place.objects.filter(pk=made.place_id).update(address="12, rue du Pont; bâtiment B " + "é" * 60)
    booked = services.slot_book(invitation=one, slot=str(made.reference))
    text = ics.calendar(
        published_offer("consultation"), Appointment.objects.select_related("slot__place").get(pk=booked.pk)
    )
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    whole = text.replace("\r\n ", "")
    assert "SUMMARY:Rendez-vous au lycée\r\n" in whole
    assert "12\\, rue du Pont\\; bâtiment B" in whole
    assert "CLASS:PRIVATE" in whole
    for word in ("santé", "médic", "psycho", "health", "consultation"):
        assert word not in text.lower()


def test_establishments_are_read_with_their_place_and_bad_lines_said(agent: User, programme: Any) -> None:
    import io

    content = "code;nom;commune\n0450001A;Lycée du Pont;45234\nxx;Nom;45234\n0450002B;;45234\n0450003C;Lycée;Orléans\n"
    kept, refused = services.establishments_import(actor=agent, kind="lycee", stream=io.BytesIO(content.encode()))
    assert (kept, [line for line, _ in refused]) == (1, [3, 4, 5])
    school = Establishment.objects.get()
    assert (school.department, school.places.get().code) == ("45", "lieu-0450001a")
    assert NOW.year == 2026
