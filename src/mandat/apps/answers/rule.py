"""The rule of contests in force: the programme's document, or thirty days where it publishes none."""

from __future__ import annotations

from mandat.apps.answers.schema import ContestRule
from mandat.apps.programme.terms import Versions
from mandat.kernel.errors import InputError

VERSIONS: Versions[ContestRule] = Versions("contest-rule", ContestRule)
DAYS, WAITING = 30, 5


def days() -> int:
    """Days to examine a contested figure."""
    rule = _rule()
    return DAYS if rule is None else rule.days


def waiting() -> int:
    """Contests one person may have waiting at once."""
    rule = _rule()
    return WAITING if rule is None else rule.waiting


def body() -> str:
    """The code of the body that examines; empty where the programme names none."""
    rule = _rule()
    return "" if rule is None else rule.body


def _rule() -> ContestRule | None:
    try:
        found = next(iter(VERSIONS.all().values()), None)
    except InputError:
        return None
    return None if found is None else found.document
