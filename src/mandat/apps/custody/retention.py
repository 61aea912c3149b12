"""What is kept, why, and until when: one registry, shown to everyone, applied every day.

Each app registers its treatments in ``AppConfig.ready``::

    retention.register(
        code="rights.evidence",
        title=_("Evidence of claims"), purpose=_("…"), data=_("…"), people=_("…"),
        basis=Basis.PUBLIC_TASK, reference="CRPA, art. L. 114-8",
        lasts=Lasts(months=2), after=_("the decision is final"),
        models=("rights.Evidence",),
        due=lambda before: Evidence.objects.filter(claim__settled_at__lt=before),
    )

The page says "2 months after …" and ``due`` is given the moment that many months ago: what is told is what is done. Rows
that are due are deleted, or given to ``apply`` (a queryset of one batch; it returns how many it dealt with and must leave
none of them due).
"""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _


class Basis(Enum):
    """Why the law allows it (GDPR, article 6.1)."""

    CONSENT = "a"
    CONTRACT = "b"
    LEGAL_OBLIGATION = "c"
    VITAL_INTEREST = "d"
    PUBLIC_TASK = "e"
    LEGITIMATE_INTEREST = "f"

    @property
    def label(self) -> Any:
        return _BASES[self]


_BASES = {
    Basis.CONSENT: _("your consent"),
    Basis.CONTRACT: _("a contract with you"),
    Basis.LEGAL_OBLIGATION: _("a legal obligation"),
    Basis.VITAL_INTEREST: _("protecting someone's life"),
    Basis.PUBLIC_TASK: _("the region's public task"),
    Basis.LEGITIMATE_INTEREST: _("the region's legitimate interest"),
}


@dataclass(frozen=True, slots=True)
class Lasts:
    """A length of time by the calendar."""

    years: int = 0
    months: int = 0
    days: int = 0

    def before(self, moment: dt.datetime) -> dt.datetime:
        """The moment that long ago, by Paris's calendar; the 31st of a shorter month is its last day."""
        local = timezone.localtime(moment)
        months = local.year * 12 + local.month - 1 - self.years * 12 - self.months
        year, month = divmod(months, 12)
        day = min(local.day, calendar.monthrange(year, month + 1)[1])
        naive = local.replace(tzinfo=None, year=year, month=month + 1, day=day) - dt.timedelta(days=self.days)
        return timezone.make_aware(naive)

    def __str__(self) -> str:
        parts = [
            ngettext("%(n)d year", "%(n)d years", self.years) % {"n": self.years} if self.years else "",
            ngettext("%(n)d month", "%(n)d months", self.months) % {"n": self.months} if self.months else "",
            ngettext("%(n)d day", "%(n)d days", self.days) % {"n": self.days} if self.days else "",
        ]
        return " ".join(part for part in parts if part)


@dataclass(frozen=True, slots=True)
class Treatment:
    """One line of the register of treatments (GDPR, article 30)."""

    code: str
    title: Any
    purpose: Any
    data: Any
    people: Any
    basis: Basis
    after: Any
    models: tuple[str, ...]
    lasts: Lasts | None = None
    due: Callable[[dt.datetime], QuerySet[Any]] | None = None
    apply: Callable[[QuerySet[Any]], int] | None = None
    reference: Any = ""
    recipients: Any = ""

    @property
    def duration(self) -> str:
        """How long, in words."""
        if self.lasts is None:
            return str(self.after)
        length = str(self.lasts)
        if not length:
            return str(self.after)
        return gettext("%(length)s after %(event)s") % {"length": length, "event": self.after}

    def rows_due(self, now: dt.datetime) -> QuerySet[Any] | None:
        """Rows whose time is over; None where they go with something else."""
        return None if self.due is None else self.due((self.lasts or Lasts()).before(now))


_TREATMENTS: dict[str, Treatment] = {}


def register(
    *,
    code: str,
    title: Any,
    purpose: Any,
    data: Any,
    people: Any,
    basis: Basis,
    after: Any,
    models: Sequence[str],
    lasts: Lasts | None = None,
    due: Callable[[dt.datetime], QuerySet[Any]] | None = None,
    apply: Callable[[QuerySet[Any]], int] | None = None,
    reference: Any = "",
    recipients: Any = "",
) -> Treatment:
    """Add a treatment. ``models`` names (``app.Model``) what it keeps. Raises ValueError for what contradicts itself."""
    # Apps may be set up more than once in one process: the same treatment is then given again.
    if code in _TREATMENTS and _TREATMENTS[code].models != tuple(models):
        raise ValueError(f"treatment registered twice: {code}")
    if not models:
        raise ValueError(f"{code}: which models?")
    if lasts is not None and due is None:
        raise ValueError(f"{code}: a duration is told, and nothing would apply it")
    treatment = Treatment(
        code, title, purpose, data, people, basis, after, tuple(models), lasts, due, apply, reference, recipients
    )
    _TREATMENTS[code] = treatment
    return treatment


def treatments() -> list[Treatment]:
    """Every treatment, by code."""
    return [_TREATMENTS[code] for code in sorted(_TREATMENTS)]


def covered() -> Iterator[str]:
    """Models some treatment keeps, in lower case."""
    return (label.lower() for treatment in _TREATMENTS.values() for label in treatment.models)
