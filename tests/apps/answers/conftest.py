"""The trial programme, people, and an answer that is due."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from mandat.apps.answers.models import Duty
from mandat.apps.answers.services import duties
from mandat.kernel.text import Text
from tests.apps.community.conftest import french, person, programme, things

__all__ = ["french", "person", "programme", "things"]


@pytest.fixture
def owed(programme: Any) -> Callable[..., Duty]:
    """Owe an answer, due in 30 days unless said otherwise: ``owed("thing:a", in_days=-3)``."""

    def make(source: str = "thing:a", *, in_days: int = 30, since: int = 30, **more: Any) -> Duty:
        today = timezone.localdate()
        return duties.owe(
            kind=more.pop("kind", "proposal"),
            source=source,
            title=Text("Une ligne de car le dimanche", "A coach line on Sundays"),
            url="/moderation/",
            body=more.pop("body", "conseil"),
            due_on=today + dt.timedelta(days=in_days),
            owed_on=today - dt.timedelta(days=since),
            **more,
        )

    return make
