"""A carnet goes out, comes back, is reconciled: nothing lost, nothing twice, nothing forged."""

from __future__ import annotations

import contextlib
import csv
import datetime as dt
import io
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from hypothesis import given, settings
from hypothesis import strategies as st

from mandat import journal
from mandat.apps.accounts.models import User
from mandat.apps.custody.sealing import ErasedError
from mandat.apps.desk import sealing
from mandat.apps.desk.models import Act, Carnet, Entry
from mandat.apps.desk.services import bringing, preparing, reconciling
from mandat.apps.desk.services.preparing import Wanted, carnet_prepare
from mandat.apps.meetings.models import Booking, Meeting
from mandat.apps.meetings.services import places
from mandat.journal import guard
from mandat.kernel.errors import InputError
from tests.apps.desk.conftest import AFTER, DURING, entry, file_of
from tests.apps.meetings.conftest import STARTS


def present(meeting: Meeting) -> int:
    return meeting.bookings.filter(state="attended").count()


def facts(kind: str) -> list[Any]:
    return [one.fact for one in journal.iterate(programme="essai") if one.fact.kind == kind]


def test_a_carnet_comes_back_and_each_entry_is_taken_once(
    carnet: Carnet, meeting: Meeting, agent: User, clock: Any
) -> None:
    preparing.package_hand(actor=agent, carnet=carnet)
    raw = file_of(carnet, entry(1, "Jeanne Martin"), entry(2, "Paul Durand"), entry(3, "", void=True, data={}))
    clock.move_to(AFTER)
    upload = bringing.file_bring(actor=agent, carnet=carnet, raw=raw)
    assert (upload.new, upload.known, upload.wrong) == (3, 0, [])
    assert [one.outcome for one in reconciling.foreseen(actor=agent, carnet=carnet)] == ["take", "take"]
    assert present(meeting) == 0
    with pytest.raises(InputError, match="honneur"):
        reconciling.carnet_reconcile(actor=agent, carnet=carnet, sworn=False)
    assert reconciling.carnet_reconcile(actor=agent, carnet=carnet, sworn=True) == reconciling.Outcome(2, 0, 0)
    # Again: the file, and the reconciliation.
    assert bringing.file_bring(actor=agent, carnet=carnet, raw=raw) == upload
    other = file_of(carnet, entry(1, "Jeanne Martin"))
    assert bringing.file_bring(actor=agent, carnet=carnet, raw=other).new == 0
    assert reconciling.carnet_reconcile(actor=agent, carnet=carnet, sworn=True) == reconciling.Outcome()
    assert present(meeting) == 2
    assert set(Booking.objects.values_list("source", flat=True)) == {"carnet"}


def test_what_an_entry_says_is_sealed_then_erased_and_the_key_dies_with_the_carnet(
    carnet: Carnet, meeting: Meeting, agent: User, clock: Any
) -> None:
    from django.db import connection

    clock.move_to(AFTER)
    bringing.file_bring(
        actor=agent, carnet=carnet, raw=file_of(carnet, *(entry(n, f"Personne Numéro {n}") for n in range(1, 7)))
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT data FROM desk_entry")
        assert not any("Personne" in row[0] for row in cursor.fetchall())
    reconciling.carnet_reconcile(actor=agent, carnet=carnet, sworn=True)
    assert not Entry.objects.filter(data__isnull=False).exists()
    raw = file_of(carnet, entry(9, "Trop Tard"))
    with guard.acts():
        preparing.carnet_close(actor=agent, carnet=carnet)
    assert carnet.holder.__class__.objects.get(pk=carnet.holder_id).erased_at is not None
    with pytest.raises((InputError, ErasedError)):
        bringing.file_bring(actor=agent, carnet=carnet, raw=raw)
    [fact] = facts("desk.reconciled.v1")
    assert (fact.data["blanks"], fact.data["used"], fact.data["taken"]) == (20, "6", "6")
    assert [act.what for act in Act.objects.order_by("pk")] == ["prepared", "uploaded", "reconciled", "closed"]


def test_counts_of_too_few_people_are_not_told(carnet: Carnet, agent: User, clock: Any) -> None:
    clock.move_to(AFTER)
    bringing.file_bring(actor=agent, carnet=carnet, raw=file_of(carnet, entry(1, "Jeanne Martin")))
    reconciling.carnet_reconcile(actor=agent, carnet=carnet, sworn=True)
    preparing.carnet_close(actor=agent, carnet=carnet)
    [fact] = facts("desk.reconciled.v1")
    assert not fact.data.get("used")
    assert not fact.data.get("taken")


def test_a_name_already_present_is_a_conflict_an_agent_settles_with_a_reason(
    carnet: Carnet, meeting: Meeting, agent: User, clock: Any
) -> None:
    places.book_for(actor=agent, meeting=meeting, name="Jeanne Martin")
    clock.move_to(AFTER)
    raw = file_of(carnet, entry(1, "Jeanne Martin"), entry(2, "jeanne  MARTIN"), entry(3, "Jeanne Martin"))
    bringing.file_bring(actor=agent, carnet=carnet, raw=raw)
    assert reconciling.carnet_reconcile(actor=agent, carnet=carnet, sworn=True) == reconciling.Outcome(1, 0, 2)
    second, third = Entry.objects.filter(state="conflict").order_by("number")
    assert "même nom" in second.reason.fr
    with pytest.raises(InputError, match="restent"):
        preparing.carnet_close(actor=agent, carnet=carnet)
    with pytest.raises(InputError, match="pourquoi"):
        reconciling.conflict_settle(actor=agent, entry=second, choice="refuse", reason=" ")
    reconciling.conflict_settle(
        actor=agent, entry=second, choice="refuse", reason="La même personne, inscrite deux fois."
    )
    reconciling.conflict_settle(actor=agent, entry=third, choice="take", reason="Une homonyme, vue le même jour.")
    with pytest.raises(InputError, match="déjà réglé"):
        reconciling.conflict_settle(actor=agent, entry=third, choice="take", reason="Encore une fois.")
    assert present(meeting) == 2
    preparing.carnet_close(actor=agent, carnet=carnet)
    assert Act.objects.filter(what="settled").count() == 2


def test_the_same_blank_with_two_contents_is_settled_by_hand(
    carnet: Carnet, meeting: Meeting, agent: User, clock: Any
) -> None:
    clock.move_to(AFTER)
    bringing.file_bring(actor=agent, carnet=carnet, raw=file_of(carnet, entry(4, "Jeanne Martin")))
    bringing.file_bring(actor=agent, carnet=carnet, raw=file_of(carnet, entry(4, "Paul Durand")))
    row = Entry.objects.get()
    assert (row.state, row.may_take) == ("conflict", True)
    reconciling.conflict_settle(actor=agent, entry=row, choice="take-other", reason="La seconde saisie est la bonne.")
    assert [one.name for one in meeting.bookings.filter(state="attended")] == ["Paul Durand"]


@pytest.mark.parametrize(
    ("at", "back", "why"),
    [
        (STARTS - dt.timedelta(hours=3), AFTER, "avant l'ouverture"),
        (STARTS + dt.timedelta(hours=5), AFTER, "après la clôture"),
        (STARTS + dt.timedelta(hours=5) - dt.timedelta(seconds=1), AFTER, ""),
        (DURING, STARTS + dt.timedelta(days=31), "trop tard"),
    ],
)
def test_the_sworn_moment_is_held_against_the_window_to_the_second(
    carnet: Carnet, agent: User, clock: Any, at: dt.datetime, back: dt.datetime, why: str
) -> None:
    clock.move_to(back)
    bringing.file_bring(actor=agent, carnet=carnet, raw=file_of(carnet, entry(1, "Jeanne Martin", at=at)))
    reconciling.carnet_reconcile(actor=agent, carnet=carnet, sworn=True)
    row = Entry.objects.get()
    assert row.state == ("refused" if why else "taken")
    assert why in row.reason.fr


def test_a_clock_that_says_before_the_carnet_existed_is_looked_at_by_hand(
    carnet: Carnet, agent: User, clock: Any
) -> None:
    clock.move_to(AFTER)
    bringing.file_bring(
        actor=agent, carnet=carnet, raw=file_of(carnet, entry(1, "Jeanne Martin", at=STARTS - dt.timedelta(days=300)))
    )
    assert reconciling.carnet_reconcile(actor=agent, carnet=carnet, sworn=True).conflicts == 1


def test_a_cancelled_meeting_takes_nobody_and_says_why(
    carnet: Carnet, meeting: Meeting, agent: User, clock: Any
) -> None:
    from mandat.apps.meetings.services.meetings import meeting_cancel

    meeting_cancel(actor=agent, meeting=meeting, reason="La salle est inondée depuis hier.")
    clock.move_to(AFTER)
    bringing.file_bring(actor=agent, carnet=carnet, raw=file_of(carnet, entry(1, "Jeanne Martin")))
    assert reconciling.carnet_reconcile(actor=agent, carnet=carnet, sworn=True) == reconciling.Outcome(0, 1, 0)
    assert "annulée" in Entry.objects.get().reason.fr


# -- hostile files


def test_a_file_of_another_carnet_or_package_is_refused_whole(
    carnet: Carnet, meeting: Meeting, agent: User, clock: Any
) -> None:
    other = carnet_prepare(
        actor=agent, title="Autre", place="Ailleurs", event_on=STARTS.date(), meeting=meeting.code,
        sections=[Wanted("attendance", meeting.code, 5)],
    )  # fmt: skip
    clock.move_to(AFTER)
    for raw in (file_of(other, entry(1, "Jeanne Martin")), file_of(carnet, entry(1, "Jeanne"), digest="0" * 64)):
        with pytest.raises(InputError, match="autre"):
            bringing.file_bring(actor=agent, carnet=carnet, raw=raw)
    assert not Entry.objects.exists()
    # A file of another carnet under this one's name.
    made = json.loads(file_of(other, entry(1, "Jeanne Martin")))
    forged = json.dumps({**made, "carnet": carnet.code, "digest": carnet.digest}).encode()
    with pytest.raises(InputError, match="altéré"):
        bringing.file_bring(actor=agent, carnet=carnet, raw=forged)


def test_an_entry_made_without_the_secret_is_left_out_and_the_others_are_kept(
    carnet: Carnet, agent: User, clock: Any
) -> None:
    clock.move_to(AFTER)
    fresh = Carnet.objects.select_related("holder").get(pk=carnet.pk)
    good, bad = json.dumps(entry(1, "Jeanne Martin")), json.dumps(entry(2, "Faussaire"))
    rows = [
        {"body": good, "tag": sealing.tag(str(fresh.secret), good)},
        {"body": bad, "tag": sealing.tag("00" * 32, bad)},
    ]
    raw = sealing.sealed(
        json.dumps({"entries": rows}).encode(), code=carnet.code, digest=carnet.digest, public=carnet.public_key
    )
    upload = bringing.file_bring(actor=agent, carnet=carnet, raw=raw)
    assert (upload.new, len(upload.wrong)) == (1, 1)
    assert "pas été faite par ce carnet" in upload.wrong[0]["fr"]


@pytest.mark.parametrize(
    "hostile",
    [
        {"n": 21}, {"n": 0}, {"n": -1}, {"n": True}, {"n": "1"}, {"n": 10**30}, {"at": "2026-11-12T18:00:00"}, {"at": "jamais"}, {"at": "2999-01-01T00:00:00+00:00"},
        {"at": None}, {"data": []}, {"data": {"name": 12}}, {"data": {"name": ""}}, {"data": {"name": "x" * 5000}}, {"data": {"name": "Jean", "role": "administrator"}},
        {"data": {"name": "J", "age": "200"}}, {"data": {"name": "p\u0430ypal Martin"}},
    ],
)  # fmt: skip
def test_a_nonsense_entry_is_reported_and_the_others_are_kept(
    carnet: Carnet, agent: User, clock: Any, hostile: dict[str, Any]
) -> None:
    clock.move_to(AFTER)
    raw = file_of(carnet, entry(1, "Jeanne Martin"), {**entry(2, "Paul Durand"), **hostile})
    upload = bringing.file_bring(actor=agent, carnet=carnet, raw=raw)
    assert (upload.new, len(upload.wrong)) == (1, 1)


def test_invisible_and_direction_characters_are_taken_out_of_names(
    carnet: Carnet, meeting: Meeting, agent: User, clock: Any
) -> None:
    clock.move_to(AFTER)
    bringing.file_bring(actor=agent, carnet=carnet, raw=file_of(carnet, entry(1, "Jean\u200bne \u202eMartin\u202c")))
    reconciling.carnet_reconcile(actor=agent, carnet=carnet, sworn=True)
    assert meeting.bookings.get().name == "Jeanne Martin"


@settings(max_examples=60)
@given(cut=st.integers(0, 2000), flip=st.integers(0, 2000), raw=st.binary(max_size=300))
def test_a_file_cut_or_altered_anywhere_is_refused_with_words(cut: int, flip: int, raw: bytes) -> None:
    keys = sealing.new_keys()
    whole = sealing.sealed(b'{"entries": []}', code="cabcdefg", digest="d" * 64, public=keys.public)
    options: dict[str, Any] = {"code": "cabcdefg", "digest": "d" * 64, "private": keys.private}
    assert sealing.opened(whole, **options) == []
    index = flip % len(whole)
    altered = whole[:index] + bytes([whole[index] ^ 1]) + whole[index + 1 :]
    for hostile in (whole[: cut % len(whole)], raw, b"{" + raw):
        with pytest.raises(InputError):
            sealing.opened(hostile, **options)
    with contextlib.suppress(InputError):
        assert sealing.opened(altered, **options) == []  # only where the change means nothing (a space, a padding bit)


@pytest.mark.parametrize("raw", [b"", b"\0" * 100, b"[" * 100_000, b"{" * 100_000, b'{"format": "mandat-carnet-1"}', b"PK\x03\x04zip", b"feuillet;controle\n1;2", b"x" * (sealing.LARGEST + 1)])  # fmt: skip
def test_what_is_no_carnet_is_refused_and_leaves_nothing(carnet: Carnet, agent: User, clock: Any, raw: bytes) -> None:
    with pytest.raises(InputError):
        bringing.file_bring(actor=agent, carnet=carnet, raw=raw)
    assert not Entry.objects.exists()


# -- on paper


def table(carnet: Carnet, agent: User, *rows: dict[str, str]) -> bytes:
    [(_section, numbers)] = preparing.blanks_print(actor=agent, carnet=carnet)
    controls = {str(number): control for number, control in numbers}
    out = io.StringIO()
    writer = csv.DictWriter(out, ["feuillet", "controle", "moment", "raye", "pour", "name", "age"], delimiter=";")
    writer.writeheader()
    for row in rows:
        writer.writerow({"controle": controls.get(row["feuillet"], ""), "moment": "2026-11-12 11:00", **row})
    return out.getvalue().encode("utf-8-sig")


def test_the_paper_way_gives_the_same(carnet: Carnet, meeting: Meeting, agent: User, clock: Any) -> None:
    clock.move_to(AFTER)
    raw = table(
        carnet, agent,
        {"feuillet": "1", "name": "Jeanne Martin", "age": "25-39"}, {"feuillet": "2", "moment": "", "name": ""}, {"feuillet": "3", "raye": "oui", "name": "x"},
        {"feuillet": "4", "name": "Faux Contrôle", "controle": "00000000"}, {"feuillet": "5", "name": "Sans Heure", "moment": "hier"},
        {"feuillet": "99", "name": "Hors Carnet"}, {"feuillet": "6", "name": "=cmd|' /C calc'!A0"},
    )  # fmt: skip
    upload = bringing.file_bring(actor=agent, carnet=carnet, raw=raw)
    assert upload.new == 3
    assert [line["where"] for line in upload.wrong] == ["5", "6", "7"]
    assert bringing.file_bring(actor=agent, carnet=carnet, raw=raw + b"\n").new == 0
    assert reconciling.carnet_reconcile(actor=agent, carnet=carnet, sworn=True).taken == 2
    assert meeting.bookings.filter(age="25-39").count() == 1


# -- who may


@pytest.mark.parametrize("role", ["", "member", "elected", "auditor", "administrator"])
def test_agents_alone_hold_carnets(
    carnet: Carnet, meeting: Meeting, person: Callable[..., User], agent: User, clock: Any, role: str
) -> None:
    other = person(*filter(None, [role]))
    clock.move_to(AFTER)
    bringing.file_bring(actor=agent, carnet=carnet, raw=file_of(carnet, entry(1, "Jeanne Martin")))
    row = Entry.objects.get()
    acts: list[Callable[[], Any]] = [
        lambda: carnet_prepare(actor=other, title="Titre", place="Lieu", event_on=AFTER.date(), sections=[Wanted("attendance", meeting.code, 1)], meeting=meeting.code),
        lambda: preparing.package_hand(actor=other, carnet=carnet),
        lambda: preparing.blanks_print(actor=other, carnet=carnet),
        lambda: bringing.file_bring(actor=other, carnet=carnet, raw=b"{}"),
        lambda: reconciling.carnet_reconcile(actor=other, carnet=carnet, sworn=True),
        lambda: reconciling.conflict_settle(actor=other, entry=row, choice="refuse", reason="Parce que."),
        lambda: preparing.carnet_close(actor=other, carnet=carnet),
        lambda: preparing.carnet_lose(actor=other, carnet=carnet),
    ]  # fmt: skip
    for act in acts:
        with pytest.raises(PermissionDenied):
            act()


def test_a_lost_carnet_takes_nothing_any_more(carnet: Carnet, agent: User, clock: Any) -> None:
    raw = file_of(carnet, entry(1, "Jeanne Martin"))
    with guard.acts():
        preparing.carnet_lose(actor=agent, carnet=carnet)
    with pytest.raises(InputError, match="détruite"):
        bringing.file_bring(actor=agent, carnet=carnet, raw=raw)
    with pytest.raises(InputError, match="détruite"):
        preparing.package_hand(actor=agent, carnet=carnet)


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"sections": []}, "choisissez"),
        ({"sections": [Wanted("attendance", "rinconnu", 5)]}, "se recueille pas"),
        ({"sections": [Wanted("inconnu", "x", 5)]}, "recueille pas"),
        ({"title": "x"}, "titre"),
        ({"event_on": dt.date(2030, 1, 1)}, "jour"),
    ],
)
def test_what_cannot_be_prepared_says_why(meeting: Meeting, agent: User, given: dict[str, Any], why: str) -> None:
    values: dict[str, Any] = {"title": "Marché", "place": "Bourges", "event_on": STARTS.date(), "meeting": meeting.code, "sections": [Wanted("attendance", meeting.code, 5)]}  # fmt: skip
    with pytest.raises(InputError, match=why):
        carnet_prepare(actor=agent, **(values | given))
    assert not Carnet.objects.exists()
