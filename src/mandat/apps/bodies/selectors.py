"""What is known of bodies: who sits, what they are made of, when they meet."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import Q

from mandat.apps.bodies.models import Interest, Standing, Term
from mandat.apps.bodies.schema import Body

#: Days before the end of a term from which pages say so.
SOON = dt.timedelta(days=90)


def members(body: str, *, on: dt.date, programme: str = "") -> list[Term]:
    """Who holds a seat of a body on a day: the presidency first, then by college and seat."""
    found = Term.objects.filter(programme=programme or settings.MANDAT_PROGRAMME, body=body, since__lte=on)
    found = found.filter(Q(until__isnull=True) | Q(until__gte=on)).select_related("user")
    return list(found.order_by("-president", "college", "seat", "name", "pk"))


def term_of(user: Any, body: str, *, on: dt.date, programme: str = "") -> Term | None:
    """The seat an account holds in a body on a day."""
    if not getattr(user, "is_authenticated", False) or not user.is_active:
        return None
    code = programme or settings.MANDAT_PROGRAMME
    found = Term.objects.filter(programme=code, body=body, user=user, since__lte=on)
    return found.filter(Q(until__isnull=True) | Q(until__gte=on)).order_by("-since", "pk").first()


def sits(user: Any, body: str, *, on: dt.date, programme: str = "") -> bool:
    """Whether an account holds a seat in a body on a day."""
    return term_of(user, body, on=on, programme=programme) is not None


@dataclass(frozen=True, slots=True)
class Composition:
    """How many sit and for how many seats; ``women`` and ``men`` are of those who say it, ``said`` how many do."""

    members: int
    seats: int
    women: int
    men: int
    said: int

    @property
    def vacant(self) -> int:
        return max(0, self.seats - self.members)

    @property
    def women_percent(self) -> int | None:
        """Whole percent of women among those who say it, half up; None where nobody does."""
        return None if not self.said else (200 * self.women + self.said) // (2 * self.said)


def composition(terms: Sequence[Term], seats: int) -> Composition:
    """What the members of a body, or of one college, are."""
    women = sum(one.gender == Term.Gender.WOMAN for one in terms)
    men = sum(one.gender == Term.Gender.MAN for one in terms)
    return Composition(len(terms), seats, women, men, sum(bool(one.gender) for one in terms))


def standing_of(programme: str, body: str) -> Standing | None:
    """Since when a body exists; None where no act says so."""
    return Standing.objects.filter(programme=programme, body=body).first()


def declared(terms: Sequence[Term], *, on: dt.date) -> dict[int, list[Interest]]:
    """The interests that stand on a day, by term."""
    found: dict[int, list[Interest]] = {}
    rows = Interest.objects.filter(term__in=[one.pk for one in terms], declared_on__lte=on)
    for one in rows.filter(Q(until__isnull=True) | Q(until__gte=on)).order_by("term", "declared_on", "pk"):
        found.setdefault(one.term_id, []).append(one)
    return found


def voting(body: Body, terms: Sequence[Term]) -> list[Term]:
    """Those of these terms that vote."""
    return [one for one in terms if one.votes]
