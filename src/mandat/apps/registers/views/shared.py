"""What the pages of labels and contracts share."""

from __future__ import annotations

from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _

from mandat.apps.grants.schema import Scheme
from mandat.apps.grants.terms import SCHEMES
from mandat.apps.programme.published import Published
from mandat.apps.programme.terms import Terms
from mandat.apps.programme.views.shared import home_crumb, words
from mandat.apps.territory import selectors as territory
from mandat.web.components import Crumb
from mandat.web.typography import typeset


def scheme_or_404(current: Published, code: str, type_: str) -> Terms[Scheme]:
    """A published label or contract."""
    terms = SCHEMES.all(current).get(code)
    if terms is None or terms.document.type != type_:
        raise Http404(code)
    return terms


def label_crumbs(terms: Terms[Scheme] | None = None) -> list[Crumb]:
    crumbs = [home_crumb(), Crumb(_("Labels"), reverse("registers:labels"))]
    if terms is not None:
        crumbs.append(Crumb(words(terms.document.title), reverse("registers:register", args=[terms.code])))
    return crumbs


def contract_crumbs(terms: Terms[Scheme] | None = None) -> list[Crumb]:
    crumbs = [home_crumb(), Crumb(_("Contracts"), reverse("registers:contracts"))]
    if terms is not None:
        crumbs.append(Crumb(words(terms.document.title), reverse("registers:coverage", args=[terms.code])))
    return crumbs


def place(area: str) -> str:
    """An area by its name; a dash for none."""
    return typeset(territory.area_name(area), "fr") if area else "–"
