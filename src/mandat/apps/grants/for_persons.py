"""The schemes a person may apply to by themselves, for the result of "Mes droits"."""

from __future__ import annotations

from django.urls import reverse
from django.utils import timezone

from mandat.apps.grants.calls import window
from mandat.apps.grants.schema import Scheme
from mandat.apps.grants.terms import SCHEMES
from mandat.apps.grants.vocabulary import RULE_KINDS
from mandat.apps.grants.where import covers
from mandat.apps.rulebook.elsewhere import Elsewhere, Offered
from mandat.apps.rulebook.published import PublishedRule, published_rules
from mandat.kernel.errors import InputError
from mandat.web.templatetags.formats import say

PERSON = "person"


def offers(commune: str) -> Elsewhere | None:
    """The schemes open to a person of ``commune`` that their rule does not refuse at once; None where there is none."""
    rules = published_rules().rules
    kept = [
        Offered(say(terms.document.title), say(terms.document.summary), reverse("grants:scheme", args=[terms.code]))
        for terms in SCHEMES.all().values()
        if _may(terms.document, rules.get(terms.document.rule), commune)
    ]
    if not kept:
        return None
    fields = [("public", PERSON), *([("commune", commune)] if commune else [])]
    return Elsewhere(kept, reverse("grants:directory"), fields)


def _may(scheme: Scheme, rule: PublishedRule | None, commune: str) -> bool:
    if PERSON not in scheme.applicants.kinds or window(scheme, timezone.now()).phase != "open":
        return False
    if commune and not covers(scheme, commune):
        return False
    if rule is None or rule.rule is None:
        return True
    place = {"siege": commune, "commune_projet": commune} if commune else {}
    blocks: dict[str, dict[str, str]] = {"organisme": {"type_organisme": RULE_KINDS[PERSON]}, "projet": {}}
    for name, value in place.items():
        asked = rule.inputs.get(name)
        if asked is not None and asked.entity in blocks:
            blocks[asked.entity][name] = value
    try:
        evaluation = rule.rule.evaluate(blocks, as_of=timezone.localdate())
    except InputError:
        return True
    return evaluation.value(scheme.outputs.eligible) is not False
