"""Sealed values: unreadable in the table, readable in their place alone, gone with the person's key."""

from __future__ import annotations

import copy
import datetime
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from django.core import checks
from django.core.exceptions import FieldError, ImproperlyConfigured
from django.core.management import call_command
from django.db import connection, models, transaction
from hypothesis import given
from hypothesis import strategies as st

from mandat.apps.accounts.models import User
from mandat.apps.custody import keys, resealing
from mandat.apps.custody.models import Subject
from mandat.apps.custody.sealing import (
    ErasedError,
    SealedTextField,
    SealError,
    Token,
    blind_index,
    blind_indexes,
    readable,
    seal_for,
    with_keys,
)
from mandat.apps.custody.subjects import subject_erase, subject_open
from tests.apps.custody.conftest import NEW, OLD


def raw(model: Any, column: str, pk: Any) -> str | None:
    """What the table really holds."""
    with connection.cursor() as cursor:
        value = pk.hex if connection.vendor == "sqlite" and hasattr(pk, "hex") else pk
        cursor.execute(f'SELECT "{column}" FROM "{model._meta.db_table}" WHERE id = %s', [value])
        held: str | None = cursor.fetchone()[0]
        return held


def write(model: Any, column: str, pk: Any, value: str | None) -> None:
    with connection.cursor() as cursor:
        key = pk.hex if connection.vendor == "sqlite" and hasattr(pk, "hex") else pk
        cursor.execute(f'UPDATE "{model._meta.db_table}" SET "{column}" = %s WHERE id = %s', [value, key])


# -- values


def test_values_come_back_as_they_were_and_the_table_shows_nothing(samples: SimpleNamespace) -> None:
    row = samples.Sample.objects.create(
        note="enceinte", answers={"revenu": "812.50", "enfants": [1, None]}, born_on=datetime.date(2009, 2, 28),
        income=Decimal("812.50"), ine="1234567890A",
    )  # fmt: skip
    again = samples.Sample.objects.get(pk=row.pk)
    assert again.note == "enceinte"
    assert again.answers == {"revenu": "812.50", "enfants": [1, None]}
    assert again.born_on == datetime.date(2009, 2, 28)
    assert again.income == Decimal("812.50")
    for column in ("note", "answers", "born_on", "income", "ine", "ine_index"):
        held = raw(samples.Sample, column, row.pk)
        assert held
        assert not any(word in held for word in ("enceinte", "812", "2009", "1234567890"))


def test_nothing_kept_stays_null_and_an_empty_text_is_sealed(samples: SimpleNamespace) -> None:
    row = samples.Sample.objects.create(note="")
    assert raw(samples.Sample, "remark", row.pk) is None
    assert raw(samples.Sample, "note", row.pk) != ""
    assert samples.Sample.objects.get(note__isnull=False).note == ""
    assert samples.Sample.objects.get(remark__isnull=True).remark is None


def test_short_values_have_one_length(samples: SimpleNamespace) -> None:
    lengths = {
        len(raw(samples.Sample, "note", samples.Sample.objects.create(note=note).pk) or "")
        for note in ("", "oui", "non", "x" * 60)
    }
    assert len(lengths) == 1


@given(st.binary(max_size=300), st.text(max_size=20), st.text(max_size=20))
def test_what_is_sealed_opens_in_its_place_only(data: bytes, purpose: str, place: str) -> None:
    secret = b"k" * 32
    sealed = keys.seal(secret, purpose, data, place.encode())
    assert keys.unseal(secret, purpose, sealed, place.encode()) == data
    for wrong in (
        (b"l" * 32, purpose, sealed, place.encode()),
        (secret, purpose + "x", sealed, place.encode()),
        (secret, purpose, sealed, place.encode() + b"x"),
        (secret, purpose, sealed[:-1] + bytes([sealed[-1] ^ 1]), place.encode()),
        (secret, purpose, sealed[:20], place.encode()),
    ):
        with pytest.raises(SealError):
            keys.unseal(*wrong)


def test_values_swapped_between_rows_or_columns_do_not_open(samples: SimpleNamespace) -> None:
    one = samples.Sample.objects.create(note="one", remark="other")
    two = samples.Sample.objects.create(note="two")
    write(samples.Sample, "note", one.pk, raw(samples.Sample, "note", two.pk))
    with pytest.raises(SealError):
        _ = samples.Sample.objects.get(pk=one.pk).note
    write(samples.Sample, "note", one.pk, raw(samples.Sample, "remark", one.pk))
    with pytest.raises(SealError):
        _ = samples.Sample.objects.get(pk=one.pk).note


@pytest.mark.parametrize(
    "held", ["", "plain", "s1.dev..", "s1.dev..é", "s1.gone..AAAA", "s2.dev..AAAA", "s1.dev.ab.AAAA"]
)
def test_a_column_written_behind_our_back_is_refused(samples: SimpleNamespace, held: str) -> None:
    row = samples.Sample.objects.create(note="x")
    write(samples.Sample, "note", row.pk, held)
    with pytest.raises(SealError):
        _ = samples.Sample.objects.get(pk=row.pk).note


def test_no_lookup_but_isnull(samples: SimpleNamespace) -> None:
    for lookup in ("note", "note__startswith", "note__in", "answers__revenu"):
        with pytest.raises(FieldError):
            samples.Sample.objects.filter(**{lookup: "x"})


def test_values_give_ciphertext_and_update_takes_only_what_was_sealed(samples: SimpleNamespace) -> None:
    row = samples.Sample.objects.create(note="secret")
    assert type(samples.Sample.objects.values_list("note", flat=True).get()) is Token
    with pytest.raises(TypeError, match="sealed"), transaction.atomic():
        samples.Sample.objects.update(note="plain")
    with pytest.raises(TypeError, match="sealed"), transaction.atomic():
        samples.Sample.objects.bulk_update([row], ["note"])
    samples.Sample.objects.filter(pk=row.pk).update(note=seal_for(row, "note", "newer"))
    assert samples.Sample.objects.get(pk=row.pk).note == "newer"
    samples.Sample.objects.filter(pk=row.pk).update(note=None)
    assert samples.Sample.objects.get(pk=row.pk).note is None


def test_many_are_created_at_once(samples: SimpleNamespace) -> None:
    samples.Sample.objects.bulk_create([samples.Sample(note=str(n)) for n in range(5)])
    assert sorted(row.note for row in samples.Sample.objects.all()) == ["0", "1", "2", "3", "4"]


def test_saving_what_did_not_change_writes_the_same_bytes(samples: SimpleNamespace) -> None:
    row = samples.Sample.objects.create(note="same", answers={"a": 1})
    before = raw(samples.Sample, "note", row.pk), raw(samples.Sample, "answers", row.pk)
    again = samples.Sample.objects.get(pk=row.pk)
    assert again.note == "same"
    again.save()
    assert (raw(samples.Sample, "note", row.pk), raw(samples.Sample, "answers", row.pk)) == before
    again.answers["a"] = 2
    again.save(update_fields=["answers"])
    assert raw(samples.Sample, "answers", row.pk) != before[1]
    assert samples.Sample.objects.get(pk=row.pk).answers == {"a": 2}


def test_deferred_and_refreshed_values_open(samples: SimpleNamespace) -> None:
    row = samples.Sample.objects.create(note="late")
    assert samples.Sample.objects.defer("note").get(pk=row.pk).note == "late"
    row.note = "other"
    row.refresh_from_db()
    assert row.note == "late"


def test_a_copied_row_is_sealed_in_its_own_place(samples: SimpleNamespace) -> None:
    row = samples.Sample.objects.get(pk=samples.Sample.objects.create(note="copied").pk)
    assert row.note == "copied"
    twin = copy.copy(row)
    twin.pk, twin.reference, twin._state = None, samples.Sample().reference, copy.copy(row._state)
    twin._state.adding = True
    twin.save()
    assert samples.Sample.objects.get(pk=twin.pk).note == "copied"


def test_a_float_is_no_amount(samples: SimpleNamespace) -> None:
    with pytest.raises(TypeError, match="exact"), transaction.atomic():
        samples.Sample.objects.create(income=1.1)


def test_forms_show_and_take_plain_values(samples: SimpleNamespace) -> None:
    from django.forms import modelform_factory

    row = samples.Sample.objects.create(note="hello", born_on=datetime.date(2010, 1, 2))
    form_class = modelform_factory(samples.Sample, fields=["note", "born_on", "income"])
    assert "hello" in str(form_class(instance=row)["note"])
    form = form_class({"note": "bye", "born_on": "03/02/2010", "income": "3,5"}, instance=row)
    assert form.is_valid(), form.errors
    form.save()
    again = samples.Sample.objects.get(pk=row.pk)
    assert (again.note, again.born_on, again.income) == ("bye", datetime.date(2010, 2, 3), Decimal("3.5"))


def test_a_model_that_cannot_name_its_rows_fails_the_checks() -> None:
    from django.test.utils import isolate_apps

    with isolate_apps("mandat.apps.custody"):

        class Nameless(models.Model):
            note = SealedTextField()

            class Meta:
                app_label = "custody"

        class Indexed(models.Model):
            reference = models.UUIDField(unique=True, default=Subject)
            note = SealedTextField(unique=True)

            class Meta:
                app_label = "custody"

        assert [e.id for e in Nameless._meta.get_field("note").check()] == ["custody.E004"]
        assert "custody.E003" in [e.id for e in Indexed._meta.get_field("note").check()]


def test_a_field_is_rebuilt_by_migrations_as_it_was_written() -> None:
    field = SealedTextField(bind="reference", subject="person", purpose="old.name", null=True)
    _, path, args, options = field.deconstruct()
    assert path.endswith("SealedTextField")
    assert SealedTextField(*args, **options).deconstruct()[3] == options
    assert options == {"bind": "reference", "subject": "person", "purpose": "old.name", "null": True}


# -- blind indexes


def test_a_blind_index_finds_equal_values_and_says_nothing_else(samples: SimpleNamespace) -> None:
    samples.Sample.objects.create(ine="1234567890A")
    field = samples.Sample._meta.get_field("ine_index")
    assert samples.Sample.objects.filter(ine_index__in=field.looked_up(" 1234567890a ")).count() == 1
    assert samples.Sample.objects.filter(ine_index__in=field.looked_up("1234567890B")).count() == 0
    assert blind_index("x", purpose="a") != blind_index("x", purpose="b")
    row = samples.Sample.objects.get()
    row.ine = None
    row.save()
    assert raw(samples.Sample, "ine_index", row.pk) is None


# -- rotation


@pytest.fixture
def rotated(samples: SimpleNamespace, settings: Any) -> SimpleNamespace:
    """Rows under the old key, then a new key put first."""
    settings.MANDAT_CUSTODY_KEYS = settings.MANDAT_CUSTODY_INDEX_KEYS = OLD
    person = subject_open()
    for number in range(7):
        samples.Sample.objects.create(note=f"n{number}", ine=f"ine{number}")
    samples.PersonalSample.objects.create(person=person, note="mine")
    settings.MANDAT_CUSTODY_KEYS = settings.MANDAT_CUSTODY_INDEX_KEYS = f"{NEW},{OLD}"
    return samples


def test_older_keys_still_open_and_the_newest_seals(rotated: SimpleNamespace) -> None:
    assert sorted(row.note for row in rotated.Sample.objects.all()) == [f"n{n}" for n in range(7)]
    row = rotated.Sample.objects.create(note="new")
    assert (raw(rotated.Sample, "note", row.pk) or "").startswith("s1.b2.")


def test_reseal_leaves_nothing_under_the_old_key(rotated: SimpleNamespace, settings: Any) -> None:
    assert resealing.waiting() == {
        "custody.subject.wrapped": 1, "custody.sample.note": 7, "custody.sample.remark": 0, "custody.sample.answers": 0,
        "custody.sample.born_on": 0, "custody.sample.income": 0, "custody.sample.ine": 7, "custody.sample.ine_index": 7,
    } | {name: 0 for name in resealing.waiting() if "sample" not in name and name != "custody.subject.wrapped"}  # fmt: skip
    call_command("reseal", batch=3)
    assert set(resealing.waiting().values()) == {0}
    settings.MANDAT_CUSTODY_KEYS = settings.MANDAT_CUSTODY_INDEX_KEYS = NEW
    assert sorted(row.note for row in rotated.Sample.objects.all()) == [f"n{n}" for n in range(7)]
    assert rotated.PersonalSample.objects.get().note == "mine"
    field = rotated.Sample._meta.get_field("ine_index")
    assert rotated.Sample.objects.filter(ine_index__in=field.looked_up("ine3")).count() == 1


def test_reseal_stopped_half_way_goes_on(rotated: SimpleNamespace) -> None:
    class StopError(Exception):
        pass

    def stop(name: str, count: int) -> None:
        if name == "custody.sample.note" and count >= 4:
            raise StopError

    with pytest.raises(StopError):
        list(resealing.reseal(batch=2, progress=stop))
    assert resealing.waiting()["custody.sample.note"] == 3
    renewed = {outcome.name: outcome.renewed for outcome in resealing.reseal(batch=2)}
    assert renewed["custody.sample.note"] == 3
    assert set(resealing.waiting().values()) == {0}


def test_reseal_leaves_what_does_not_open_and_says_so(
    rotated: SimpleNamespace, capsys: pytest.CaptureFixture[str]
) -> None:
    row = rotated.Sample.objects.order_by("pk").first()
    write(rotated.Sample, "note", row.pk, "s1.a1..AAAA")
    with pytest.raises(SystemExit):
        call_command("reseal")
    assert resealing.waiting()["custody.sample.note"] == 1
    assert raw(rotated.Sample, "note", row.pk) == "s1.a1..AAAA"
    assert "1" in capsys.readouterr().err


def test_a_withdrawn_key_is_named(rotated: SimpleNamespace, settings: Any) -> None:
    settings.MANDAT_CUSTODY_KEYS = NEW
    with pytest.raises(SealError, match="a1"):
        _ = rotated.Sample.objects.order_by("pk")[0].note


# -- persons


def test_destroying_a_persons_key_makes_their_values_unreadable_and_no_others(samples: SimpleNamespace) -> None:
    gone, stays = subject_open(), subject_open()
    lost = samples.PersonalSample.objects.create(person=gone, note="gone")
    kept = samples.PersonalSample.objects.create(person=stays, note="stays")
    copied = raw(samples.PersonalSample, "note", lost.pk)
    assert subject_erase(subject=gone)
    assert not subject_erase(subject=gone)
    lost = samples.PersonalSample.objects.get(pk=lost.pk)
    with pytest.raises(ErasedError):
        _ = lost.note
    assert readable(lost, "note", "effacé") == "effacé"
    assert samples.PersonalSample.objects.get(pk=kept.pk).note == "stays"
    with pytest.raises(ErasedError), transaction.atomic():
        samples.PersonalSample.objects.create(person=Subject.objects.get(pk=gone.pk), note="again")
    # A table restored from a copy opens no better.
    write(samples.PersonalSample, "note", lost.pk, copied)
    with pytest.raises(ErasedError):
        _ = samples.PersonalSample.objects.get(pk=lost.pk).note


def test_a_wrapped_key_restored_from_a_copy_is_useless_once_its_master_key_is_withdrawn(
    samples: SimpleNamespace, settings: Any
) -> None:
    settings.MANDAT_CUSTODY_KEYS = OLD
    person, other = subject_open(), subject_open()
    mine = samples.PersonalSample.objects.create(person=person, note="mine")
    theirs = samples.PersonalSample.objects.create(person=other, note="theirs")
    copied = Subject.objects.filter(pk=person.pk).values("key_id", "wrapped", "erased_at").get()
    subject_erase(subject=person)
    settings.MANDAT_CUSTODY_KEYS = f"{NEW},{OLD}"
    call_command("reseal")
    settings.MANDAT_CUSTODY_KEYS = NEW
    Subject.objects.filter(pk=person.pk).update(**copied)
    with pytest.raises(SealError):
        _ = samples.PersonalSample.objects.get(pk=mine.pk).note
    assert samples.PersonalSample.objects.get(pk=theirs.pk).note == "theirs"


def test_an_account_has_one_person_and_values_follow_it(samples: SimpleNamespace) -> None:
    user = User.objects.create_user("someone@example.org")
    assert subject_open(user=user) == subject_open(user=user)
    row = samples.PersonalSample.objects.create(person=subject_open(user=user), note="mine")
    user.delete()
    assert samples.PersonalSample.objects.get(pk=row.pk).note == "mine"


def test_a_value_about_nobody_is_refused(samples: SimpleNamespace) -> None:
    with pytest.raises(SealError, match="person"), transaction.atomic():
        samples.PersonalSample.objects.create(note="whose?")


def test_a_list_fetches_the_keys_in_one_query(samples: SimpleNamespace, django_assert_num_queries: Any) -> None:
    for number in range(4):
        samples.PersonalSample.objects.create(person=subject_open(), note=str(number))
    gone = samples.PersonalSample.objects.create(person=subject_open(), note="gone")
    subject_erase(subject=gone.person)
    with django_assert_num_queries(2):
        rows = with_keys(samples.PersonalSample.objects.exclude(pk=gone.pk).order_by("pk"))
        assert sorted(row.note for row in rows) == ["0", "1", "2", "3"]
    assert [readable(row, "note") for row in with_keys([samples.PersonalSample.objects.get(pk=gone.pk)])] == [None]


# -- keys


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x", "not base64|32 bytes"),
        ("X:AAAA", "id of 1 to 16"),
        ("a:AAAA", "32 bytes"),
        (f"{OLD},{OLD}", "twice"),
        ("a:@@@", "base64"),
    ],
)
def test_a_faulty_key_is_named_without_its_secret(text: str, said: str, settings: Any) -> None:
    settings.MANDAT_CUSTODY_KEYS = text
    with pytest.raises(ImproperlyConfigured, match=said) as caught:
        keys.keyring()
    assert "AAAA" not in str(caught.value)


def test_a_fresh_key_is_read_back(settings: Any) -> None:
    settings.MANDAT_CUSTODY_KEYS = keys.new_key()
    assert len(keys.keyring().newest.secret) == 32


def test_in_service_neither_no_key_nor_the_published_one_will_do(settings: Any) -> None:
    settings.MANDAT_CUSTODY_DEVELOPMENT = False
    for given_keys in ("", keys.DEVELOPMENT, f"{OLD},{keys.DEVELOPMENT}"):
        settings.MANDAT_CUSTODY_KEYS = given_keys
        with pytest.raises(ImproperlyConfigured):
            keys.keyring()
        assert "custody.E001" in [error.id for error in checks.run_checks(tags=[checks.Tags.security])]
    settings.MANDAT_CUSTODY_KEYS = settings.MANDAT_CUSTODY_INDEX_KEYS = OLD
    assert not [e for e in checks.run_checks(tags=[checks.Tags.security]) if (e.id or "").startswith("custody")]


def test_keys_never_show_themselves() -> None:
    assert "AAA" not in repr(keys.Key("a", b"A" * 32))
    assert "AAA" not in repr(keys.Keyring((keys.Key("a", b"A" * 32),)))


def test_blind_indexes_are_looked_up_under_every_key(settings: Any) -> None:
    settings.MANDAT_CUSTODY_INDEX_KEYS = OLD
    before = blind_index("x", purpose="p")
    settings.MANDAT_CUSTODY_INDEX_KEYS = f"{NEW},{OLD}"
    assert before in blind_indexes("x", purpose="p")
    assert blind_index("x", purpose="p") == blind_indexes("x", purpose="p")[0] != before
