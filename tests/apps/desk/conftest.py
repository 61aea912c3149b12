"""A meeting with three places, a carnet of attendance prepared for it, and files as a device makes them."""

from __future__ import annotations

import datetime as dt
import json
import secrets
from collections.abc import Callable
from typing import Any

import pytest

from mandat.apps.accounts.models import User
from mandat.apps.desk import sealing
from mandat.apps.desk.models import Carnet
from mandat.apps.desk.services.preparing import Wanted, carnet_prepare
from mandat.apps.meetings.models import Meeting
from tests.apps.meetings.conftest import (  # noqa: F401  # the same trial programme, accounts and clock
    STARTS,
    agent,
    announce,
    clock,
    french,
    person,
    programme,
)

DURING = STARTS + dt.timedelta(hours=1)
AFTER = STARTS + dt.timedelta(hours=20)


@pytest.fixture
def meeting(announce: Callable[..., Meeting]) -> Meeting:  # noqa: F811
    return announce(places=None)


@pytest.fixture
def carnet(agent: User, meeting: Meeting) -> Carnet:  # noqa: F811
    return carnet_prepare(
        actor=agent, title="Marché de Bourges", place="Place Cujas", event_on=STARTS.date(), meeting=meeting.code,
        sections=[Wanted("attendance", meeting.code, 20)],
    )  # fmt: skip


def entry(
    number: int, name: str = "", *, at: dt.datetime = DURING, data: dict[str, Any] | None = None, **more: Any
) -> dict[str, Any]:
    """An entry as the page of the device writes it."""
    said = {"name": name, "age": ""} if data is None else data
    return {
        "n": number,
        "s": "x",
        "at": at.isoformat(),
        "data": said,
        "void": False,
        "nonce": secrets.token_hex(8),
        **more,
    }


def file_of(carnet: Carnet, *entries: dict[str, Any], secret: str = "", digest: str = "") -> bytes:
    """A file as the page of the device makes it."""
    fresh = Carnet.objects.select_related("holder").get(pk=carnet.pk)
    rows = [json.dumps(one, ensure_ascii=False) for one in entries]
    plain = {
        "carnet": fresh.code,
        "exported_at": AFTER.isoformat(),
        "entries": [{"body": body, "tag": sealing.tag(secret or str(fresh.secret), body)} for body in rows],
    }
    return sealing.sealed(
        json.dumps(plain).encode(), code=fresh.code, digest=digest or fresh.digest, public=fresh.public_key
    )
