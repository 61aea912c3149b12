"""Schemes and conditions in the versions that govern."""

from __future__ import annotations

from mandat.apps.grants.schema import Condition, Scheme
from mandat.apps.programme.published import Published
from mandat.apps.programme.terms import Terms, Versions

SCHEMES = Versions("scheme", Scheme)
CONDITIONS = Versions("condition", Condition)


def conditions_of(scheme: Scheme, current: Published | None = None) -> list[Terms[Condition]]:
    """Every condition in force on a scheme: those it names, and those of the whole programme whose scope it is in.

    A scope that narrows by applicant or amount is decided case by case: here it is listed as soon as some case may meet it. One that
    is about works is listed by the schemes that fund works, which name it.
    """
    known = CONDITIONS.all(current)
    named = [known[code] for code in scheme.conditions if code in known]
    others = [terms for code, terms in known.items() if code not in scheme.conditions and _may_apply(terms, scheme)]
    return [*named, *others]


def _may_apply(terms: Terms[Condition], scheme: Scheme) -> bool:
    scope = terms.document.scope
    if scope.works or not (scope.every_scheme or scheme.type in scope.types):
        return False
    return not scope.applicants or bool(set(scope.applicants) & set(scheme.applicants.kinds))
