"""What the pages of budgets share."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _

from mandat.apps.budgeting.models import Project, ProjectList
from mandat.apps.budgeting.selectors import LEAST
from mandat.apps.budgeting.terms import BudgetTerms, budget_terms
from mandat.apps.programme.views.shared import home_crumb, participate_crumb, words
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text
from mandat.web.components import Crumb


def terms_or_404(process: str, component: str) -> BudgetTerms:
    try:
        return budget_terms(process, component)
    except InputError:
        raise Http404(process) from None


def project_or_404(reference: str) -> tuple[Project, BudgetTerms]:
    """A project of a budget in force."""
    found = Project.objects.filter(reference=reference).first()
    if found is None:
        raise Http404(reference)
    return found, terms_or_404(found.process, found.component)


def crumbs(terms: BudgetTerms | None = None, *last: Crumb) -> list[Crumb]:
    """Home, budgets, the budget, then ``last``."""
    found = [
        home_crumb(),
        participate_crumb(),
        Crumb(_("Participatory budgets"), reverse("budgeting:budgets") if terms else ""),
    ]
    if terms is not None:
        url = reverse("budgeting:budget", args=[terms.process, terms.code]) if last else ""
        found.append(Crumb(words(terms.title), url))
    return [*found, *last]


def _tabs(terms: BudgetTerms, here: str) -> list[dict[str, Any]]:
    found = []
    for name, label in (
        ("budget", _("In short")), ("ideas", _("Ideas examined")), ("projects", _("Projects")), ("results", _("Results")),
        ("delivery", _("Delivery")),
    ):  # fmt: skip
        found.append(
            {
                "url": reverse(f"budgeting:{name}", args=[terms.process, terms.code]),
                "label": label,
                "here": name == here,
            }
        )
    return found


def base_values(terms: BudgetTerms, here: str, *last: Crumb) -> dict[str, Any]:
    return {
        "crumbs": crumbs(terms, *last),
        "terms": terms,
        "budget": terms.budget,
        "process": terms.published.process,
        "tabs": _tabs(terms, here),
    }


_RULES = {
    "equal-shares": Text(
        "parts égales : chaque personne dispose de la même part de l'argent, et un projet est choisi quand celles et ceux qui le veulent "
        "peuvent le payer ensemble",
        "equal shares: everyone holds the same share of the money, and a project is chosen when those who want it can pay for it together",
    ),
    "greedy": Text(
        "le plus de voix d'abord, tant que l'argent suffit", "most votes first, as long as the money lasts"
    ),
    "phragmen": Text("charge partagée (Phragmén)", "shared load (Phragmén)"),
    "welfare": Text("la plus grande utilité totale", "the greatest total use"),
}  # fmt: skip
_COMPLETIONS = {
    "add1": Text("puis les parts montent d'un même pas jusqu'à ce que l'argent soit bien employé", "then shares rise at one pace until the money is well used"),
    "add1u": Text(
        "puis les parts montent d'un même pas, et ce qui reste va aux projets qui ont le plus de voix et qui tiennent encore",
        "then shares rise at one pace, and what is left goes to the projects with most votes that still fit",
    ),
    "greedy": Text("puis le reste va aux projets qui ont le plus de voix", "then the rest goes to the projects with most votes"),
}  # fmt: skip


def counting_words(terms: BudgetTerms) -> list[Text]:
    rules = terms.budget.ballot.counting
    found = [_RULES.get(rules.rule, Text(rules.rule, rules.rule))]
    if rules.completion in _COMPLETIONS:
        found.append(_COMPLETIONS[rules.completion])
    return found


def voters_shown(found: ProjectList) -> int | None:
    """How many voted; None where they are too few to be shown."""
    voters = int(str((found.result or {}).get("voters", 0)))
    return voters if voters == 0 or voters >= LEAST else None
