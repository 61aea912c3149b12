"""What the pages of wallets share."""

from __future__ import annotations

from decimal import Decimal
from typing import cast

from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from mandat.apps.accounts.models import User
from mandat.apps.programme.published import say
from mandat.apps.wallets.definitions import Kind, kinds
from mandat.apps.wallets.schema import Cap
from mandat.web.components import Crumb
from mandat.web.formats import day, quantity


def user_of(request: HttpRequest) -> User:
    return cast(User, request.user)


def kind_or_404(code: str) -> Kind:
    found = kinds().get(code)
    if found is None:
        raise Http404
    return found


def home(*crumbs: Crumb) -> list[Crumb]:
    return [Crumb(_("Home"), reverse("programme:home")), *crumbs]


def account(*crumbs: Crumb) -> list[Crumb]:
    return home(
        Crumb(_("My account"), reverse("accounts:home")), Crumb(_("My wallets"), reverse("wallets:mine")), *crumbs
    )


def tills(*crumbs: Crumb) -> list[Crumb]:
    return home(Crumb(_("My tills"), reverse("wallets:tills")), *crumbs)


def said(kind: Kind, amount: Decimal | int) -> str:
    """An amount with the wallet's unit."""
    return quantity(amount, kind.unit)


def caps(kind: Kind) -> list[str]:
    """Every cap of a wallet in words."""
    found = [_cap(kind, cap) for cap in kind.definition.caps]
    for category in kind.definition.categories:
        found += [
            _("%(where)s: %(cap)s") % {"where": say(category.label), "cap": _cap(kind, cap)} for cap in category.caps
        ]
    return found


def _cap(kind: Kind, cap: Cap) -> str:
    words = {
        "spend": _("%(amount)s a purchase at most"),
        "day": _("%(amount)s a day at most"),
        "week": _("%(amount)s a week at most"),
        "month": _("%(amount)s a month at most"),
        "year": _("%(amount)s a year at most"),
    }
    return words[cap.every] % {"amount": said(kind, cap.amount)}


def ends(kind: Kind) -> str:
    """When a credit ends, in words."""
    expiry = kind.definition.expiry
    if expiry.after == "date" and expiry.date is not None:
        return _("until %(day)s") % {"day": day(expiry.date)}
    if expiry.after == "months":
        return _("within %(n)d months of the credit") % {"n": expiry.months}
    if expiry.after == "month-end":
        if not expiry.months:
            return _("until the end of the month of the credit")
        if expiry.months == 1:
            return _("until the end of the month after the credit")
        return _("until the end of the %(n)dth month after the credit") % {"n": expiry.months}
    return _("without limit of time")
