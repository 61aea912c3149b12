"""Two workers at one slice hand each message over once; a digest is cut once; memory and statements do not follow the number of people."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from mandat.apps.accounts.models import User
from mandat.apps.community.digests import cutting, sending
from mandat.apps.community.digests.running import digests_send
from mandat.apps.community.models import Digest, DigestDelivery, DigestSlice, Event, Follow, Pace
from mandat.apps.community.services import events
from mandat.kernel.text import Text
from tests.apps.rights.test_concurrency import at_once

NOW = dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC)


def told(number: int, *targets: str) -> None:
    for target in targets or ("thing:a",):
        title = Text(f"Nouvelle {number}", f"News {number}")
        events.tell(target=target, title=title, url="/moderation/", at=timezone.now(), key=f"news:{number}")


def followers(count: int, *targets: str) -> list[User]:
    users = User.objects.bulk_create([User(email=f"n{rank}@example.org") for rank in range(count)])
    rows = [
        Follow(user=user, programme="essai", target=target, pace="weekly", since=timezone.now())
        for user in users
        for target in targets or ("thing:a",)
    ]
    Follow.objects.bulk_create(rows)
    return users


@pytest.fixture
def week(programme: Any) -> Any:
    with time_machine.travel(NOW, tick=False) as clock:
        assert cutting.cut("essai", Pace.WEEKLY) is None
        yield clock


def test_recipients_are_shared_in_slices_that_hold_everyone_once(week: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cutting, "SLICE", 7)
    users = followers(23)
    told(1)
    week.shift(dt.timedelta(days=7))
    digest = cutting.cut("essai", Pace.WEEKLY)
    assert digest is not None
    assert digest.due == 23
    slices = list(DigestSlice.objects.order_by("first_user"))
    assert len(slices) == 4
    assert [one.last_user < two.first_user for one, two in itertools.pairwise(slices)] == [True] * 3
    assert digests_send().sent == 23
    assert sorted(message.to[0] for message in mail.outbox) == sorted(user.email for user in users)
    digest.refresh_from_db()
    assert digest.done_at is not None


def test_a_digest_is_cut_once_a_week(week: Any) -> None:
    followers(1)
    told(1)
    assert cutting.cut("essai", Pace.WEEKLY) is None
    week.shift(dt.timedelta(days=7))
    assert cutting.cut("essai", Pace.WEEKLY) is not None
    told(2)
    assert cutting.cut("essai", Pace.WEEKLY) is None
    assert Digest.objects.count() == 1


def test_what_is_committed_late_waits_for_the_next_digest(week: Any) -> None:
    followers(1)
    told(1)
    late = Event.objects.create(
        programme="essai", target="thing:a", key="late", title_fr="Tard", title_en="Late", url="/x/", at=NOW, recorded_at=NOW
    )  # fmt: skip
    number, _gone = late.pk, late.delete()
    week.shift(dt.timedelta(days=7))
    assert digests_send().sent == 1
    # Its number is smaller than those told, as a long transaction's is.
    Event.objects.create(
        pk=number, programme="essai", target="thing:a", key="late", title_fr="Tard", title_en="Late", url="/x/", at=NOW, recorded_at=NOW + dt.timedelta(days=6)
    )  # fmt: skip
    week.shift(dt.timedelta(days=7))
    assert digests_send().sent == 1
    assert "Tard" in str(mail.outbox[-1].body)


def test_statements_follow_messages_not_what_is_followed(week: Any) -> None:
    followers(40, *(f"thing:{letter}" for letter in "abcdefgh"))
    for number in range(20):
        told(number, *(f"thing:{letter}" for letter in "abcdefgh"))
    week.shift(dt.timedelta(days=7))
    digest = cutting.cut("essai", Pace.WEEKLY)
    assert digest is not None
    [part] = DigestSlice.objects.all()
    with CaptureQueriesContext(connection) as queries:
        assert sending.send_slice(part.pk) == 40
    assert len(queries) <= 40 + 40


def test_a_message_that_was_handed_over_and_not_marked_goes_again_under_the_same_name(
    week: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    followers(1)
    told(1)
    week.shift(dt.timedelta(days=7))
    digests_send()
    DigestDelivery.objects.update(sent_at=None)
    DigestSlice.objects.update(done_at=None)
    assert digests_send().sent == 0, "another worker may still be at it"
    week.shift(sending.INTERRUPTED + dt.timedelta(seconds=1))
    assert digests_send().sent == 1
    names = [message.extra_headers["Message-ID"] for message in mail.outbox]
    assert len(names) == 2
    assert len(set(names)) == 1


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_four_workers_at_one_slice_double_nothing(programme: Any, person: Callable[..., User]) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("on SQLite writers queue")
    cutting.cut("essai", Pace.WEEKLY)
    followers(120)
    told(1)
    later = timezone.now() + dt.timedelta(days=7)
    assert sum(at_once([lambda: cutting.cut("essai", Pace.WEEKLY, now=later)] * 3)) == 3
    assert Digest.objects.count() == 1
    [part] = DigestSlice.objects.all()
    assert all(at_once([lambda: sending.send_slice(part.pk, now=later)] * 4))
    assert len(mail.outbox) == 120
    assert len({message.to[0] for message in mail.outbox}) == 120
    part.refresh_from_db()
    assert part.done_at is not None
