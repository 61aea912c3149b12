"""The financing plan as a form: lines added and removed without script."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.http import QueryDict
from django.utils.translation import gettext as _

from mandat.apps.grants.services.funders import MOST_LINES
from mandat.engines.financing import Source
from mandat.web import formats

_REGION = frozenset({"région", "region", "la région", "conseil régional"})
_AMOUNT = re.compile(r"[0-9]{1,12}(?:\.[0-9]{1,40})?")


@dataclass(slots=True)
class Line:
    """A line as typed. ``kind``: ``own``, ``public`` or ``private``."""

    funder: str = ""
    amount: str = ""
    kind: str = "public"
    certain: bool = False
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def blank(self) -> bool:
        return not self.funder and not self.amount


class PlanForm:
    """Lines other than what is asked of the Region. ``own`` names the applicant; ``public``: its own money is a public body's."""

    def __init__(self, post: QueryDict | None, *, lines: Sequence[Source], own: str, public: bool) -> None:
        self.own, self.public = own, public
        if post is None:
            self.lines = [self._line(one) for one in lines] or [Line(funder=own, kind="own", certain=True)]
        else:
            self.lines = self._typed(post)
            self._check()

    @staticmethod
    def _line(source: Source) -> Line:
        kind = "own" if source.own else "public" if source.public else "private"
        shown = formats.number(source.amount, 2)
        return Line(source.funder, shown, kind, source.certain)

    @staticmethod
    def _typed(post: QueryDict) -> list[Line]:
        text = post.get("rows", "")
        count = min(int(text) if text.isdecimal() and len(text) < 4 else 0, MOST_LINES)
        found = []
        for rank in range(count):
            kind = post.get(f"kind-{rank}", "public")
            found.append(
                Line(
                    funder=post.get(f"funder-{rank}", "")[:400].strip(),
                    amount=post.get(f"amount-{rank}", "")[:60].strip(),
                    kind=kind if kind in ("own", "public", "private") else "public",
                    certain=bool(post.get(f"certain-{rank}")),
                )
            )
        return found

    def _check(self) -> None:
        for line in self.lines:
            if line.blank:
                continue
            if not line.funder or len(line.funder) > 200:
                line.errors["funder"] = _("Name the funder, in 200 characters at most.")
            if line.funder.casefold() in _REGION:
                line.errors["funder"] = _("What you ask of the Region is added by itself: leave this line out.")
            if read_amount(line.amount) is None:
                line.errors["amount"] = _("Write an amount in figures, to the cent, for example 1250,50.")

    @property
    def errors(self) -> bool:
        return any(line.errors for line in self.lines)

    @property
    def problems(self) -> list[tuple[str, str, str]]:
        """Errors with the identifier of their field and the name of their line."""
        return [
            (f"{name}-{rank}", line.funder[:60] or _("Line %(n)s") % {"n": rank + 1}, text)
            for rank, line in enumerate(self.lines)
            for name, text in line.errors.items()
        ]

    @property
    def room(self) -> bool:
        return len(self.lines) < MOST_LINES

    def sources(self) -> list[Source]:
        """The lines that hold."""
        found = []
        for line in self.lines:
            amount = read_amount(line.amount)
            if amount is not None and line.funder and not line.errors:
                found.append(
                    Source(
                        funder=line.funder,
                        amount=amount,
                        public=line.kind == "public" or (line.kind == "own" and self.public),
                        own=line.kind == "own",
                        certain=line.certain,
                    )
                )
        return found

    def after(self, operation: str) -> None:
        """Add or remove a line, as the button said."""
        verb, _colon, place = operation.partition(":")
        if verb == "add" and self.room:
            self.lines.append(
                Line(kind="own" if not self.lines else "public", funder=self.own if not self.lines else "")
            )
        if verb == "remove" and place.isdecimal() and len(place) < 4:
            del self.lines[int(place) : int(place) + 1]


def read_amount(text: str) -> Decimal | None:
    """An exact positive amount to the cent; None for anything else."""
    plain = re.sub(r"[\s\u00a0\u202f'’]|€|euros?$", "", text.strip()).replace(",", ".")
    if not _AMOUNT.fullmatch(plain):
        return None
    amount = Decimal(plain)
    return amount if amount == round(amount, 2) else None
