"""Have services believe it is another day: the synthetic history is made by the real ones, at the moments it tells of."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager

from django.utils import timezone


@contextmanager
def set_to(moment: dt.datetime) -> Iterator[None]:
    """Inside, ``timezone.now()`` is ``moment``. Only while the demonstration is prepared: nothing else runs in that process."""
    real = timezone.now
    setattr(timezone, "now", lambda: moment)  # noqa: B010  (a module's function, for a while)
    try:
        yield
    finally:
        setattr(timezone, "now", real)  # noqa: B010
