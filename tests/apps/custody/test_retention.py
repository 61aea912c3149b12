"""What is kept long enough goes, and what the page says is what is done."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.text import slugify
from hypothesis import given
from hypothesis import strategies as st

from mandat.apps.accounts.models import Draft, RoleGrant, User
from mandat.apps.custody import retention, services, tasks
from mandat.apps.custody.models import RetentionRun, Subject
from mandat.apps.custody.retention import Basis, Lasts
from mandat.apps.custody.subjects import subject_open

pytestmark = pytest.mark.django_db


def moment(*parts: int) -> dt.datetime:
    return dt.datetime(*parts, tzinfo=ZoneInfo("Europe/Paris"))


@pytest.fixture
def old_drafts(db: None) -> User:
    user = User.objects.create_user("someone@example.org")
    for number in range(5):
        Draft.objects.create(user=user, form=f"old-{number}", data={})
    Draft.objects.update(saved_at=timezone.now() - dt.timedelta(days=400))
    Draft.objects.create(user=user, form="new", data={})
    return user


@pytest.fixture
def registered() -> Iterator[dict[str, Any]]:
    """A treatment registered for one test."""
    kept = dict(retention._TREATMENTS)
    yield {
        "code": "essai", "title": "Essai", "purpose": "p", "data": "d", "people": "q", "basis": Basis.PUBLIC_TASK,
        "after": "la fin", "models": ("accounts.Draft",), "lasts": Lasts(days=1),
        "due": lambda before: Draft.objects.filter(saved_at__lt=before),
    }  # fmt: skip
    retention._TREATMENTS.clear()
    retention._TREATMENTS.update(kept)


def test_months_are_those_of_the_calendar() -> None:
    assert Lasts(months=1).before(moment(2026, 3, 31, 12)) == moment(2026, 2, 28, 12)
    assert Lasts(years=1).before(moment(2024, 2, 29, 12)) == moment(2023, 2, 28, 12)
    assert Lasts(years=2, months=2, days=3).before(moment(2026, 1, 10, 8)) == moment(2023, 11, 7, 8)
    assert Lasts().before(moment(2026, 1, 10, 8)) == moment(2026, 1, 10, 8)


def test_an_hour_that_the_clocks_skip_is_still_a_moment() -> None:
    assert Lasts(months=1).before(moment(2026, 4, 29, 2, 30)).tzinfo is not None


@given(
    st.integers(0, 30),
    st.integers(0, 40),
    st.integers(0, 400),
    st.integers(315_532_800, 3_786_912_000),
)
def test_a_longer_time_never_reaches_less_far(years: int, months: int, days: int, at: int) -> None:
    now = dt.datetime.fromtimestamp(at, tz=dt.UTC)
    assert Lasts(years, months, days).before(now) <= now
    assert Lasts(years, months, days + 1).before(now) < Lasts(years, months, days).before(now)


def test_durations_are_told_in_french() -> None:
    assert str(Lasts(years=1, months=6)) == "1 an 6 mois"
    [treatment] = [one for one in retention.treatments() if one.code == "accounts.drafts"]
    assert treatment.duration == "6 mois après la dernière modification"


def test_a_trial_counts_and_touches_nothing(old_drafts: User) -> None:
    run = services.retention_run(dry_run=True)
    line = run.lines.get(code="accounts.drafts")
    assert (line.due, line.done, Draft.objects.count()) == (5, 0, 6)


def test_what_is_due_goes_in_batches_and_the_rest_stays(old_drafts: User) -> None:
    run = services.retention_run(batch=2)
    line = run.lines.get(code="accounts.drafts")
    assert (line.due, line.done) == (5, 5)
    assert [draft.form for draft in Draft.objects.all()] == ["new"]
    assert services.retention_run().lines.get(code="accounts.drafts").due == 0


def test_the_worker_and_the_command_do_the_same(old_drafts: User, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("retention", "accounts.drafts", dry_run=True)
    assert "5         0  accounts.drafts" in capsys.readouterr().out
    assert Draft.objects.count() == 6
    tasks.retention_apply.enqueue()
    assert Draft.objects.count() == 1
    with pytest.raises(CommandError, match="nope"):
        call_command("retention", "nope")


def test_a_treatment_that_fails_stops_no_other_and_tells_no_content(
    old_drafts: User, registered: dict[str, Any], capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    def fail(before: dt.datetime) -> Any:
        raise RuntimeError("someone@example.org")

    retention.register(**registered | {"due": fail})
    with pytest.raises(SystemExit):
        call_command("retention")
    run = RetentionRun.objects.get()
    assert run.lines.get(code="essai").error == "RuntimeError"
    assert run.lines.get(code="accounts.drafts").done == 5
    assert "someone@" not in capsys.readouterr().out + caplog.text


def test_rows_left_due_are_an_error_and_not_an_endless_loop(old_drafts: User, registered: dict[str, Any]) -> None:
    retention.register(**registered | {"apply": lambda rows: rows.count()})
    run = services.retention_run(codes=["essai"])
    assert run.lines.get(code="essai").error == "StillDueError"


def test_a_registration_that_contradicts_itself_is_refused(registered: dict[str, Any]) -> None:
    retention.register(**registered)
    with pytest.raises(ValueError, match="twice"):
        retention.register(**registered | {"models": ("accounts.User",)})
    with pytest.raises(ValueError, match="nothing would apply it"):
        retention.register(**registered | {"code": "other", "due": None})
    with pytest.raises(ValueError, match="models"):
        retention.register(**registered | {"code": "other", "models": ()})


def test_the_key_of_a_person_nothing_refers_to_is_destroyed(db: None) -> None:
    lost, kept = subject_open(), subject_open(user=User.objects.create_user("a@example.org"))
    recent = subject_open()
    Subject.objects.filter(pk__in=[lost.pk, kept.pk]).update(created_at=timezone.now() - dt.timedelta(days=60))
    services.retention_run(codes=["custody.keys"])
    assert Subject.objects.get(pk=lost.pk).erased_at is not None
    assert Subject.objects.get(pk=kept.pk).erased_at is None
    assert Subject.objects.get(pk=recent.pk).erased_at is None


def test_everyone_reads_every_treatment_with_its_purpose_and_duration(client: Client) -> None:
    register = client.get(reverse("custody:register")).content.decode()
    for treatment in retention.treatments():
        url = reverse("custody:treatment", args=[slugify(treatment.code)])
        assert url in register
        page = client.get(url).content.decode()
        for said in (str(treatment.title), treatment.duration):
            assert said[1:].replace("'", "&#x27;") in register
        for said in (str(treatment.title), str(treatment.purpose), str(treatment.data), treatment.duration):
            assert said[1:].replace("'", "&#x27;") in page
    assert client.get(reverse("custody:treatment", args=["inconnu"])).status_code == 404


@pytest.mark.parametrize(
    ("role", "seen"),
    [("", 403), ("member", 403), ("elected", 403), ("agent", 200), ("auditor", 200), ("administrator", 200)],
)
def test_the_bureau_shows_passages_to_those_who_may(client: Client, settings: Any, role: str, seen: int) -> None:
    settings.MANDAT_DEMO = True
    user = User.objects.create_user("someone@example.org")
    if role:
        RoleGrant.objects.create(user=user, role=role)
    services.retention_run()
    assert client.get(reverse("custody:retention")).status_code == 302
    client.force_login(user)
    response = client.get(reverse("custody:retention"))
    assert response.status_code == seen
    if seen == 200:
        assert "appliqué" in response.content.decode()
