"""What binds a beneficiary: which conditions apply to a case, and which accounts it owes by when. Pure questions, no act."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from mandat.apps.grants.limits import ACCOUNT_MONTHS
from mandat.apps.grants.models import Case
from mandat.apps.grants.schema import Condition, Scheme
from mandat.kernel.periods import add_months
from mandat.kernel.text import Text

#: The account the law asks for, where the scheme asks for none.
LEGAL = "compte-rendu-financier"
LEGAL_TITLE = Text("Compte rendu financier", "Financial account")
#: Applicants under private law (loi 2000-321, article 10).
PRIVATE = frozenset(
    {"association", "company", "sole-trader", "cooperative", "farm", "foundation", "union", "unincorporated-group"}
)


def applies(condition: Condition, scheme: Scheme, case: Case, amount: Decimal | None) -> bool:
    """Whether a condition binds a case that may receive ``amount`` euros: its scheme names it or its scope holds it, and nothing narrows it away.

    ``above`` is « plus d'un million d'euros »: at the amount itself it does not apply.
    """
    scope = condition.scope
    named = condition.code in scheme.conditions
    if not named and (scope.works or not (scope.every_scheme or scheme.type in scope.types)):
        return False
    if scope.applicants and case.applicant_kind not in scope.applicants:
        return False
    return scope.above is None or (amount is not None and amount > scope.above)


def accounts_due(scheme: Scheme, starts_on: dt.date, ends_on: dt.date) -> list[tuple[str, dt.date]]:
    """The accounts a beneficiary owes for a project of these days: code and last day."""
    found: list[tuple[str, dt.date]] = []
    for report in scheme.reports:
        if report.after == "agreement":
            found.append((report.code, add_months(starts_on, report.due_months)))
        elif report.after == "end":
            found.append((report.code, add_months(ends_on, report.due_months)))
        else:
            # The years of the project, each counted from its first day.
            years = 1
            while add_months(starts_on, 12 * years) <= ends_on + dt.timedelta(days=1):
                found.append((report.code, add_months(starts_on, 12 * years + report.due_months)))
                years += 1
            if years == 1:
                found.append((report.code, add_months(ends_on, report.due_months)))
    return found


def accounts_owed(case: Case, scheme: Scheme, starts_on: dt.date, ends_on: dt.date) -> list[tuple[str, dt.date]]:
    """Those of the scheme, and the law's own: a private body accounts for a subsidy within six months of the end of the year
    (loi 2000-321, article 10), where the scheme asks for nothing so soon."""
    found = accounts_due(scheme, starts_on, ends_on)
    soon = any(report.after in ("end", "year") and report.due_months <= ACCOUNT_MONTHS for report in scheme.reports)
    if not soon and scheme.type == "subsidy" and case.applicant_kind in PRIVATE:
        found.append((LEGAL, add_months(dt.date(ends_on.year, 12, 31), ACCOUNT_MONTHS)))
    return sorted(found, key=lambda one: (one[1], one[0]))
