"""What acts on panels share."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.utils import timezone

from mandat import journal
from mandat.apps.community.text import cleaned
from mandat.apps.panels.models import Panel
from mandat.apps.panels.terms import PanelTerms, panel_terms
from mandat.facts import Fact
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text


def today() -> dt.date:
    """The day in Paris."""
    return timezone.localdate()


def said(text: str, *, what: Text, longest: int, one_line: bool = False) -> str:
    """Words that must be given, made safe to keep. Raises InputError where there are none, or too many."""
    found = cleaned(text, longest=longest, one_line=one_line)
    if not found:
        raise InputError(Text(f"il manque : {what.fr}", f"missing: {what.en}"))
    return found


def past(day: dt.date) -> dt.date:
    """A day that has come. Raises InputError for one to come."""
    if day > today():
        raise InputError(Text("cette date est à venir", "this date is still to come"))
    return day


def panel_of(process: str, component: str, *, synthetic: bool = False) -> Panel:
    """The panel of a component, made the first time it is acted on. Raises InputError where the process has none."""
    terms = panel_terms(process, component)
    found, _made = Panel.objects.get_or_create(
        programme=terms.published.programme, process=process, component=component,
        defaults={"version": terms.published.ref.version, "synthetic": synthetic},
    )  # fmt: skip
    return found


def held(panel: Panel, *states: str) -> Panel:
    """The panel, locked until the transaction ends. Raises InputError where it is in none of ``states``."""
    [found] = Panel.objects.select_for_update(of=("self",)).filter(pk=panel.pk)
    if states and found.state not in states:
        raise InputError(
            Text(
                f"ce n'est plus, ou pas encore, possible : {found.get_state_display()}",
                f"this is no longer, or not yet, possible: {found.get_state_display()}",
            )
        )
    return found


def append(
    kind: str,
    terms: PanelTerms,
    panel: Panel,
    *,
    on: dt.date,
    data: dict[str, Any],
    subject: str = "",
    quantity: Decimal | int | None = None,
    unit: str = "person",
    amount: Decimal | None = None,
) -> int:
    """Append a fact of a panel; gives its place in the journal."""
    process = terms.published.process
    fact = Fact(
        kind=kind,
        occurred_on=on,
        programme=panel.programme,
        measures=process.measures,
        commitments=process.commitments,
        area="" if process.area.startswith("perimeter:") else process.area,
        quantity=None if quantity is None else Decimal(quantity),
        unit="" if quantity is None else unit,
        amount=amount,
        definition=terms.published.ref,
        subject=subject or panel.source.partition(":")[2],
        synthetic=panel.synthetic,
        data={"process": panel.process, "component": panel.component, "title": terms.title.fr, **data},
    )
    [entry] = journal.append([fact])
    return entry.index
