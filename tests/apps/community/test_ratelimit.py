"""So much an hour, for one account and for one address, however many processes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import RequestFactory
from django.utils import timezone

from mandat.apps.accounts.models import User
from mandat.apps.community import ratelimit
from mandat.apps.community.models import Allowance
from tests.apps.rights.test_concurrency import at_once


def test_the_last_place_is_the_last(person: Callable[..., User]) -> None:
    user = person()
    for _place in range(3):
        ratelimit.taken(user, "try", per_hour=3)
    with pytest.raises(ratelimit.TooManyError, match="réessayez dans") as refused:
        ratelimit.taken(user, "try", per_hour=3)
    assert 55 <= refused.value.wait_minutes <= 60
    ratelimit.taken(user, "other", per_hour=3)
    ratelimit.taken(person(), "try", per_hour=3)


def test_any_hour_is_an_hour_not_the_clocks(person: Callable[..., User]) -> None:
    user, start = person(), timezone.now()
    ratelimit.taken(user, "try", per_hour=2, at=start)
    ratelimit.taken(user, "try", per_hour=2, at=start + dt.timedelta(minutes=50))
    with pytest.raises(ratelimit.TooManyError):
        ratelimit.taken(user, "try", per_hour=2, at=start + dt.timedelta(minutes=54))
    ratelimit.taken(user, "try", per_hour=2, at=start + dt.timedelta(minutes=61))
    with pytest.raises(ratelimit.TooManyError):
        ratelimit.taken(user, "try", per_hour=2, at=start + dt.timedelta(minutes=62))


@pytest.mark.django_db
def test_an_address_is_kept_as_a_hash_of_the_day() -> None:
    noon = dt.datetime(2026, 11, 20, 11, tzinfo=dt.UTC)
    ratelimit.taken("192.0.2.7", "try", per_hour=1, at=noon)
    with pytest.raises(ratelimit.TooManyError):
        ratelimit.taken("192.0.2.7", "try", per_hour=1, at=noon)
    ratelimit.taken("192.0.2.7", "try", per_hour=1, at=noon + dt.timedelta(days=1))
    keys = list(Allowance.objects.order_by("pk").values_list("key", flat=True))
    assert len(set(keys)) == 2
    assert not any("192" in key for key in keys)


def test_a_visitor_is_known_past_trusted_proxies_only(settings: Any) -> None:
    forged = RequestFactory().get("/", REMOTE_ADDR="203.0.113.9", HTTP_X_FORWARDED_FOR="10.0.0.1, 198.51.100.4")
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 0
    assert ratelimit.address_of(forged) == "203.0.113.9"
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    assert ratelimit.address_of(forged) == "198.51.100.4"
    home = RequestFactory().get("/", REMOTE_ADDR="2001:db8:1:2:3:4:5:6")
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 0
    assert ratelimit.address_of(home) == "2001:db8:1:2::/64"
    assert ratelimit.address_of(RequestFactory().get("/", REMOTE_ADDR="nonsense")) == "unknown"


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_eight_at_once_take_five_places(person: Callable[..., User]) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("on SQLite writers queue")
    user = person()
    done = at_once([lambda: ratelimit.taken(user, "try", per_hour=5)] * 8)
    assert sum(done) == 5
