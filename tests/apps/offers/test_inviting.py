"""Each member is invited once: batches, letters, messages, second invitations, and the proof."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from mandat import journal
from mandat.apps.accounts.models import User
from mandat.apps.offers import codes, letters, messages, services
from mandat.apps.offers.models import (
    Assignment,
    Attendance,
    Batch,
    Delivery,
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
)
from mandat.apps.offers.selectors import invitation_of, reconciliation
from mandat.journal import guard
from mandat.kernel.errors import InputError
from tests.apps.offers.conftest import NOW, ROUND, lines

Enrol = Callable[..., RollImport]
A, B, C = "0450001A", "0450002B", "0180003C"


def told(kind: str) -> list[tuple[str, int, str]]:
    return [
        (entry.fact.subject, int(entry.fact.quantity or 0), entry.fact.area)
        for entry in journal.iterate()
        if entry.fact.kind == kind
    ]


def invite(agent: User, **options: Any) -> Batch:
    batch = services.batch_open(actor=agent, offer="consultation", round=ROUND, **options)
    services.batch_carry_out(batch=batch)
    return batch


def test_everyone_is_invited_once_and_told_in_batches(enrol: Enrol, agent: User) -> None:
    enrol(*lines(A, 8), *lines(B, 3, first=8), *lines(C, 6, first=11))
    batch = services.batch_open(actor=agent, offer="consultation", round=ROUND)
    with guard.acts(exempt=("offers_batch",)):
        assert services.batch_carry_out(batch=batch) == 17
    assert Invitation.objects.count() == PendingCode.objects.count() == 17
    assert batch.state == Batch.State.DONE
    # Three of one establishment alone are told by nobody: they wait for others.
    assert told("offers.invited.v1") == [(A, 8, "departement:45"), (C, 6, "departement:18")]
    proof = reconciliation("consultation", ROUND)
    assert proof.holds
    assert (proof.total("roll"), proof.total("invited"), proof.total("waiting")) == (17, 17, 0)
    with pytest.raises(InputError, match="personne n'attend"):
        services.batch_open(actor=agent, offer="consultation", round=ROUND)


def test_few_in_several_establishments_of_a_departement_are_told_together(enrol: Enrol, agent: User) -> None:
    enrol(*lines(A, 4), *lines(B, 3, first=4), *lines(C, 4, first=7))
    invite(agent)
    assert told("offers.invited.v1") == [("", 7, "departement:45")]
    fact = next(e.fact for e in journal.iterate() if e.fact.kind == "offers.invited.v1")
    assert (fact.data["folded"], fact.data["establishments"]) == (True, 2)
    # One more in each is not told: the difference would be of two people.
    enrol(*lines(A, 5, first=20), complete=False)
    invite(agent)
    assert told("offers.invited.v1")[1:] == [(A, 5, "departement:45")]


def test_a_batch_carried_out_again_invites_nobody_twice(enrol: Enrol, agent: User) -> None:
    enrol(*lines(A, 8))
    batch = invite(agent)
    assert services.batch_carry_out(batch=batch) == 0
    assert Invitation.objects.count() == 8
    assert len(told("offers.invited.v1")) == 1


def test_the_database_refuses_a_second_first_invitation(enrol: Enrol, agent: User) -> None:
    enrol(*lines(A, 1))
    batch = invite(agent)
    with pytest.raises(IntegrityError), transaction.atomic():
        Invitation.objects.create(member=Member.objects.get(), batch=batch, rank=1, code="x", created_at=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        Invitation.objects.create(member=Member.objects.get(), batch=batch, rank=3, code="y", created_at=NOW)


def test_a_change_of_establishment_after_the_invitation_brings_no_second_one(enrol: Enrol, agent: User) -> None:
    enrol(*lines(A, 6), *lines(B, 5, first=6))
    invite(agent)
    enrol(*lines(B, 1), complete=False)
    with pytest.raises(InputError, match="personne n'attend"):
        services.batch_open(actor=agent, offer="consultation", round=ROUND)
    assert reconciliation("consultation", ROUND).holds
    counts = {t.establishment.code: (t.listed, t.invited) for t in Tally.objects.select_related("establishment")}
    assert counts == {A: (5, 5), B: (6, 6)}


def test_late_arrivals_are_found_and_who_left_is_not_invited(enrol: Enrol, agent: User) -> None:
    enrol(*lines(A, 8))
    invite(agent)
    services.roll_close(actor=agent, offer="consultation", round=ROUND)
    enrol(*lines(A, 10))
    assert reconciliation("consultation", ROUND).forgotten == 2
    enrol(*lines(A, 9))
    batch = invite(agent)
    assert batch.invitations.count() == 1
    proof = reconciliation("consultation", ROUND)
    assert (proof.forgotten, proof.total("departed"), proof.holds) == (0, 1, True)


def test_the_proof_fails_where_a_standing_has_no_invitation(enrol: Enrol, agent: User) -> None:
    enrol(*lines(A, 6))
    Member.objects.filter(pk=Member.objects.order_by("pk")[0].pk).update(standing=Standing.INVITED)
    assert not reconciliation("consultation", ROUND).holds
    Member.objects.update(standing=Standing.WAITING)
    invite(agent)
    assert reconciliation("consultation", ROUND).holds
    Member.objects.filter(pk=Member.objects.order_by("pk")[0].pk).update(standing=Standing.WAITING)
    assert not reconciliation("consultation", ROUND).holds


def test_codes_are_random_hashed_and_forgiving(enrol: Enrol, agent: User) -> None:
    enrol(*lines(A, 3))
    invite(agent)
    pending = PendingCode.objects.select_related("invitation").order_by("pk")
    typed = [row.code for row in pending]
    assert len(set(typed)) == 3
    assert all(re.fullmatch(r"[0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{5}", code) for code in typed)
    assert invitation_of(typed[0].lower().replace("-", " ")) == pending[0].invitation
    with connection.cursor() as cursor:
        cursor.execute("SELECT code FROM offers_invitation")
        stored = " ".join(row[0] for row in cursor.fetchall())
        cursor.execute("SELECT code FROM offers_pendingcode")
        stored += " ".join(row[0] for row in cursor.fetchall())
    assert not any(code in stored or codes.cleaned(code) in stored for code in typed)
    for wrong in ("", "AAAAA-AAAAA", "AAAAA", "AAAAA-AAAA!", "U" * 10):
        assert invitation_of(wrong) is None


def test_letters_are_accessible_and_printed_by_those_assigned_alone(
    enrol: Enrol, agent: User, person: Callable[..., User], schools: Sequence[Establishment]
) -> None:
    enrol(*lines(A, 3), *lines(A, 2, first=3, group="2nde 2"), *lines(B, 2, first=5))
    batch = invite(agent)
    for refused in (agent, person("administrator"), person("auditor")):
        with pytest.raises(PermissionDenied):
            letters.letters_pdf(actor=refused, batch=batch, establishment=schools[0])
    secretary = person("member")
    Assignment.objects.create(user=secretary, establishment=schools[0])
    with pytest.raises(PermissionDenied):
        letters.letters_pdf(actor=secretary, batch=batch, establishment=schools[1])
    pdf = letters.letters_pdf(actor=secretary, batch=batch, establishment=schools[0])
    assert pdf.startswith(b"%PDF-")
    assert b"pdfuaid" in pdf
    assert pdf.count(b"/Type /Page\n") + pdf.count(b"/Type /Page ") + pdf.count(b"/Type/Page/") in (0, 5)
    one = letters.letters_pdf(actor=secretary, batch=batch, establishment=schools[0], group="2nde 2")
    assert len(one) < len(pdf)


def test_the_words_of_a_letter_say_neither_health_nor_why(enrol: Enrol, agent: User) -> None:
    enrol(*lines(A, 1))
    batch = invite(agent)
    content = letters._content(batch, Establishment.objects.get(code=A), list(batch.invitations.order_by("pk")))
    said = " ".join([content["title"], *content["words"].values(), *(letter["name"] for letter in content["letters"])])
    assert "Rendez-vous au lycée" in said
    assert "Prénom NOMAA" in said
    for word in ("santé", "médic", "psycho", "health"):
        assert word not in said.lower()


def test_handing_letters_over_erases_their_codes(
    enrol: Enrol, agent: User, person: Callable[..., User], schools: Sequence[Establishment]
) -> None:
    enrol(*lines(A, 3), *lines(A, 2, first=3, group="2nde 2"))
    batch = invite(agent)
    secretary = person("member")
    Assignment.objects.create(user=secretary, establishment=schools[0])
    given = {"actor": secretary, "batch": batch, "establishment": schools[0]}
    code = PendingCode.objects.order_by("pk")[0].code
    assert services.letters_hand_over(**given, group="2nde 1") == 3
    assert PendingCode.objects.count() == 2
    assert invitation_of(code) is not None
    assert services.letters_hand_over(**given) == 2
    with pytest.raises(InputError, match="pas de lettre"):
        letters.letters_pdf(**given)


def test_a_lost_letter_gives_a_new_code_and_ends_the_old_one(
    enrol: Enrol, agent: User, person: Callable[..., User], schools: Sequence[Establishment]
) -> None:
    enrol(*lines(A, 1))
    invite(agent)
    secretary = person("member")
    Assignment.objects.create(user=secretary, establishment=schools[0])
    old = PendingCode.objects.get().code
    invitation = Invitation.objects.get()
    new = services.inviting.code_renew(actor=secretary, invitation=invitation)
    assert invitation_of(old) is None
    assert invitation_of(new) == invitation
    assert Invitation.objects.count() == 1


def test_messages_go_once_to_known_addresses_and_say_nothing_of_health(enrol: Enrol, agent: User) -> None:
    enrol(f"{A};1;MARTEL;Lou;2010-03-09;F;lou@example.org", *lines(A, 2))
    batch = invite(agent)
    assert messages.send_invitations(batch) == 1
    assert messages.send_invitations(batch) == 0
    (message,) = mail.outbox
    assert message.to == ["lou@example.org"]
    code = PendingCode.objects.get(invitation=Delivery.objects.get().invitation).code
    assert code in message.body
    assert "/invitation/" in message.body
    assert message.subject == "Rendez-vous au lycée\u00a0: votre invitation"
    whole = str(message.message()).lower()
    for word in ("santé", "médic", "psycho", "health", "consultation"):
        assert word not in whole


def test_a_message_claimed_before_a_crash_is_not_sent_again(enrol: Enrol, agent: User) -> None:
    enrol(f"{A};1;MARTEL;Lou;2010-03-09;F;lou@example.org")
    batch = invite(agent)
    Delivery.objects.create(invitation=Invitation.objects.get(), what="invitation")
    assert messages.send_invitations(batch) == 0
    assert not mail.outbox


def booked(school: Establishment, start: dt.datetime) -> Slot:
    place = Place.objects.get(serves=school)
    slot = Slot.objects.create(
        offer="consultation",
        round=ROUND,
        place=place,
        starts_at=start,
        ends_at=start + dt.timedelta(minutes=45),
        capacity=1,
    )
    services.slot_book(invitation=Invitation.objects.latest("pk").pk, slot=str(slot.reference))
    return slot


def test_reminders_go_once_on_their_day_with_a_neutral_calendar_file(
    enrol: Enrol, agent: User, schools: Sequence[Establishment], monday_of_november: Any
) -> None:
    enrol(f"{A};1;MARTEL;Lou;2010-03-09;F;lou@example.org")
    invite(agent)
    booked(schools[0], NOW + dt.timedelta(days=7, hours=2))
    assert messages.send_reminders() == 1
    assert messages.send_reminders() == 0
    (message,) = mail.outbox
    name, content, kind = message.attachments[0]
    assert (name, kind) == ("rendez-vous.ics", "text/calendar")
    assert "SUMMARY:Rendez-vous au lycée" in content
    assert "DTSTART:20261109T110000Z" in content
    assert "consultation" not in content.lower()
    assert "12\xa0h\xa000" in message.body  # the clock of Paris
    monday_of_november.shift(dt.timedelta(days=6))
    assert messages.send_reminders() == 1


def test_silence_is_reminded_once_and_never_after_an_answer(enrol: Enrol, agent: User, monday_of_november: Any) -> None:
    enrol(f"{A};1;MARTEL;Lou;2010-03-09;F;lou@example.org", f"{A};1;PETIT;Mo;2010-03-09;F;mo@example.org")
    invite(agent)
    monday_of_november.shift(dt.timedelta(days=20))
    assert messages.send_reminders() == 0
    declined = Invitation.objects.order_by("pk")[0]
    services.offer_decline(invitation=declined.pk, by="guardian")
    monday_of_november.shift(dt.timedelta(days=1))
    assert messages.send_reminders() == 1
    monday_of_november.shift(dt.timedelta(days=1))
    assert messages.send_reminders() == 0
    assert len(mail.outbox) == 1


def test_who_missed_the_appointment_is_invited_a_second_time_and_never_a_third(
    enrol: Enrol, agent: User, person: Callable[..., User], schools: Sequence[Establishment], monday_of_november: Any
) -> None:
    enrol(*lines(A, 1))
    invite(agent)
    nurse = person("member")
    Assignment.objects.create(user=nurse, place=Place.objects.get(serves=schools[0]))
    for rank in (1, 2):
        booked(schools[0], timezone.now() + dt.timedelta(days=3))
        monday_of_november.shift(dt.timedelta(days=4))
        appointment = Invitation.objects.get(rank=rank).appointments.get()
        services.attendance_record(actor=nurse, appointment=appointment, outcome="missed")
        with pytest.raises(InputError):
            services.batch_open(actor=agent, offer="consultation", round=ROUND, rank=2)
        monday_of_november.shift(dt.timedelta(days=14))
        if rank == 1:
            batch = invite(agent, rank=2)
            assert batch.invitations.count() == 1
    assert Attendance.objects.count() == 2
    with pytest.raises(InputError):
        services.batch_open(actor=agent, offer="consultation", round=ROUND, rank=2)
    # A second invitation is not one more person invited.
    assert Tally.objects.get().invited == 1
    assert reconciliation("consultation", ROUND).holds


def test_who_came_is_not_invited_again(
    enrol: Enrol, agent: User, person: Callable[..., User], schools: Sequence[Establishment], monday_of_november: Any
) -> None:
    enrol(*lines(A, 1))
    invite(agent)
    nurse = person("member")
    Assignment.objects.create(user=nurse, place=Place.objects.get(serves=schools[0]))
    booked(schools[0], NOW + dt.timedelta(days=3))
    monday_of_november.shift(dt.timedelta(days=30))
    appointment = Invitation.objects.get().appointments.get()
    services.attendance_record(actor=nurse, appointment=appointment, outcome="present")
    with pytest.raises(InputError):
        services.batch_open(actor=agent, offer="consultation", round=ROUND, rank=2)


def test_nobody_is_invited_once_the_round_is_over(enrol: Enrol, agent: User, monday_of_november: Any) -> None:
    enrol(*lines(A, 1))
    monday_of_november.move_to(dt.datetime(2027, 7, 4, tzinfo=dt.UTC))
    with pytest.raises(InputError, match="terminé"):
        services.batch_open(actor=agent, offer="consultation", round=ROUND)


def test_forgetting_takes_names_then_all_that_is_of_a_person_and_keeps_counts(
    enrol: Enrol, agent: User, person: Callable[..., User], schools: Sequence[Establishment]
) -> None:
    enrol(*lines(A, 8))
    invite(agent)

    def forget(year: int, month: int, day: int) -> services.forgetting.Forgotten:
        return services.offers_forget(now=dt.datetime(year, month, day, 12, tzinfo=dt.UTC))

    assert forget(2027, 10, 3).identities == 0
    gone = forget(2027, 10, 4)
    assert (gone.identities, gone.members) == (8, 0)
    assert not Identity.objects.exists()
    assert not PendingCode.objects.exists()
    assert Invitation.objects.count() == 8
    assert forget(2028, 7, 4).members == 8
    assert not Member.objects.exists()
    assert Tally.objects.get().told_invited == 8
    assert forget(2028, 7, 4).members == 0
