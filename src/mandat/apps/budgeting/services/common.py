"""What acts on participatory budgets share: locked rows, checked words, the public history and the facts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.utils import timezone

from mandat import journal
from mandat.apps.accounts.models import User
from mandat.apps.budgeting.models import Note, Project
from mandat.apps.budgeting.terms import BudgetTerms, budget_terms
from mandat.apps.community.text import cleaned
from mandat.apps.ledger.services import minor
from mandat.facts import Fact
from mandat.kernel.errors import InputError
from mandat.kernel.money import euros
from mandat.kernel.text import Text

State = Project.State


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


def cents(amount: Decimal) -> int:
    """An amount above 0, to the cent. Raises InputError for any other."""
    if not amount.is_finite() or amount <= 0 or amount >= Decimal(10) ** 12 or amount != euros(amount):
        raise InputError(Text("un montant est positif et s'arrête au centime", "an amount is positive, to the cent"))
    return minor(amount, "EUR")


def terms_of(project: Project) -> BudgetTerms:
    return budget_terms(project.process, project.component)


def held(project: Project, *states: str) -> Project:
    """The project, locked until the transaction ends. Raises InputError where it is in none of ``states``."""
    [found] = Project.objects.select_for_update(of=("self",)).filter(pk=project.pk)
    if states and found.state not in states:
        raise InputError(
            Text(
                f"ce projet ne peut plus changer ainsi : {found.get_state_display()}",
                f"this project can no longer change so: {found.get_state_display()}",
            )
        )
    return found


def note(
    project: Project,
    what: str,
    *,
    on: dt.date | None = None,
    text: str = "",
    amount: int | None = None,
    fact: int | None = None,
    by: User | None = None,
) -> Note:
    """Add a line to the project's public history."""
    return Note.objects.create(project=project, what=what, text=text, on=on or today(), amount=amount, fact=fact, by=by)


def line(
    kind: str,
    terms: BudgetTerms,
    *,
    on: dt.date,
    subject: str,
    data: dict[str, Any],
    part: str = "",
    area: str = "",
    quantity: Decimal | None = None,
    unit: str = "",
    amount: Decimal | None = None,
    synthetic: bool = False,
    source: str = "",
) -> Fact:
    """A fact of a budget, under the version of the process that governs it."""
    process = terms.published.process
    return Fact(
        kind=kind,
        occurred_on=on,
        programme=terms.published.programme,
        measures=process.measures,
        commitments=process.commitments,
        area=area or ("" if process.area.startswith("perimeter:") else process.area),
        quantity=quantity,
        unit=unit,
        amount=amount,
        definition=terms.published.ref,
        subject=subject,
        synthetic=synthetic,
        source=source,
        data={"process": terms.process, "component": terms.code, "title": str(terms.title.fr), "part": part, **data},
    )


def of_project(kind: str, terms: BudgetTerms, project: Project, *, on: dt.date, **given: Any) -> Fact:
    """A fact about one project."""
    return line(
        kind, terms, on=on, subject=project.reference, part=project.part, area=project.area,
        synthetic=project.synthetic, **given,
    )  # fmt: skip


def append(*facts: Fact) -> list[int]:
    """Append facts; gives their places in the journal."""
    return [entry.index for entry in journal.append(list(facts))]


def total(amounts: Iterable[int]) -> int:
    return sum(amounts, 0)
