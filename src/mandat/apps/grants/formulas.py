"""What the scheme's rule says of one case: yes-or-no formulas by name, and what its financing plan must respect."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils import timezone

from mandat.apps.custody.sealing import readable
from mandat.apps.grants import ruling
from mandat.apps.grants.models import Case
from mandat.apps.grants.schema import Scheme
from mandat.apps.grants.schema.money import PlanTerms
from mandat.kernel.errors import InputError


def said(case: Case, scheme: Scheme, names: Iterable[str]) -> dict[str, bool | None]:
    """The value of each formula on the answers of the case, on the day it was sent; None where it is not known. Applies the rule once at most."""
    wanted = sorted(set(names))
    if not wanted:
        return {}
    answers = {**case.answers, **(readable(case, "private", {}) or {})}
    as_of = timezone.localdate(case.submitted_at or case.created_at)
    found: dict[str, bool | None] = dict.fromkeys(wanted)
    try:
        given = ruling.rule_on(scheme, answers, as_of=as_of, version=case.rule_version)
    except InputError:
        return found
    for name in wanted:
        try:
            found[name] = given.condition(name)
        except KeyError:
            continue
    return found


def plan_terms(case: Case, scheme: Scheme) -> PlanTerms:
    """What the plan of a case must respect: of its kind of applicant, and of what its project is."""
    names = {one.when for one in scheme.plan.cases if one.when}
    return scheme.plan.terms(case.applicant_kind, said(case, scheme, names))
