"""What the pages of the back office share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from mandat.apps.accounts.models import User
from mandat.apps.accounts.permissions import may
from mandat.apps.programme import worklist
from mandat.apps.programme.published import Published, published
from mandat.kernel.errors import InputError
from mandat.web.components import Crumb

#: Entries of the back office: address, words, the action one must be able to do.
MENU = (
    ("bureau:tasks", "tasks", "bureau.enter"),
    ("bureau:commitments", "commitments", "bureau.enter"),
    ("bureau:queue", "queue", "programme.drafts_read"),
    ("bureau:decision", "decision", "programme.decision_record"),
    ("grants:queue", "cases", "grants.read"),
    ("rights:queue", "claims", "rights.read"),
    ("rights:payments", "payments", "rights.pay"),
    ("grants:sittings", "sittings", "grants.committees"),
    ("bodies:bureau", "bodies", "bodies.read"),
    ("grants:following", "following", "grants.read"),
    ("participation:bureau", "participation", "community.statistics"),
    ("imports:list", "imports", "imports.read"),
    ("offers:bureau_list", "offers", "offers.read"),
    ("wallets:bureau", "wallets", "wallets.read"),
    ("funds:bureau", "funds", "funds.read"),
    ("registers:bureau", "registers", "grants.read"),
    ("meetings:bureau", "meetings", "meetings.manage"),
    ("answers:queue", "answers", "answers.give"),
    ("answers:contested", "contested", "answers.examine"),
    ("community:queue", "moderation", "community.moderate"),
    ("community:badges", "badges", "community.badge"),
    ("ballots:bureau_list", "ballots", "ballots.audit"),
    ("desk:carnets", "desk", "desk.collect"),
    ("consultations:bureau", "consultations", "consultations.analyse"),
    ("petitions:bureau", "petitions", "petitions.examine"),
    ("petitions:bureau_referendums", "referendums", "petitions.question_check"),
    ("mediation:bureau", "mediation", "mediation.assign"),
    ("budgeting:bureau", "budgets", "budgeting.study"),
    ("panels:bureau", "panels", "panels.manage"),
    ("bureau:definitions", "definitions", "programme.definition_edit"),
    ("rulebook:bureau_rules", "rules", "programme.definition_edit"),
    ("bureau:publications", "publications", "bureau.enter"),
    ("grants:posts", "posts", "grants.assign"),
    ("organisations:list", "organisations", "organisations.read_all"),
    ("custody:retention", "retention", "custody.retention_read"),
)


def user_of(request: HttpRequest) -> User:
    return cast(User, request.user)


def current_or_none() -> Published | None:
    """The published programme; the back office of an empty site still opens."""
    try:
        return published()
    except InputError:
        return None


def _words() -> dict[str, str]:
    return {
        "tasks": _("My tasks"),
        "commitments": _("Commitments"),
        "queue": _("To confirm"),
        "decision": _("Record a decision"),
        "cases": _("Aid applications"),
        "posts": _("Posts"),
        "claims": _("Claims"),
        "payments": _("Payments of rights"),
        "registers": _("Labels and contracts"),
        "meetings": _("Meetings"),
        "desk": _("Offline desk"),
        "sittings": _("Committees"),
        "following": _("Payments and accounts of aids"),
        "bodies": _("Bodies"),
        "participation": _("Participation"),
        "imports": _("Imports"),
        "offers": _("Systematic offers"),
        "wallets": _("Wallets"),
        "funds": _("Envelopes"),
        "answers": _("Answers"),
        "contested": _("Contested figures"),
        "moderation": _("Moderation"),
        "badges": _("Badges"),
        "ballots": _("Votes"),
        "consultations": _("Consultations"),
        "petitions": _("Petitions"),
        "referendums": _("Referendums"),
        "mediation": _("Mediation"),
        "budgets": _("Participatory budgets"),
        "panels": _("Panels drawn by lot"),
        "definitions": _("Definitions"),
        "rules": _("Figures of the rules"),
        "publications": _("Publications"),
        "organisations": _("Organisations"),
        "retention": _("Retention of data"),
    }


def menu(request: HttpRequest, current: Published | None) -> list[dict[str, Any]]:
    """Entries this account may open, with how many declarations wait for it."""
    user, words = user_of(request), _words()
    here = request.resolver_match.view_name if request.resolver_match else ""
    found = []
    for name, key, action in MENU:
        if not may(user, action):
            continue
        try:
            url = reverse(name)
        except NoReverseMatch:
            continue
        count = 0
        if key == "queue" and current is not None and may(user, "programme.output_confirm"):
            count = worklist.waiting_for(current, user).count()
        found.append(
            {
                "url": url,
                "label": words[key],
                "here": here == name
                or (
                    key in ("imports", "offers", "wallets", "funds", "meetings", "ballots", "desk")
                    and here.startswith(f"{key}:")
                ),
                "count": count,
            }
        )
    return found


def page(
    request: HttpRequest,
    template: str,
    values: dict[str, Any],
    *,
    crumbs: Sequence[Crumb] = (),
    partial: str = "",
    status: int = 200,
) -> HttpResponse:
    """A page of the back office; for an htmx request that names ``partial`` as its target, that part alone."""
    htmx = getattr(request, "htmx", None)
    if partial and htmx and htmx.target == partial:
        return render(request, f"{template}#{partial}", values, status=status)
    current = values.get("current") or current_or_none()
    trail = [Crumb(_("Home"), reverse("programme:home")), Crumb(_("Back office"), reverse("bureau:tasks")), *crumbs]
    if not crumbs:
        trail[-1] = Crumb(_("Back office"))
    shared = {"crumbs": trail, "current": current}
    return render(request, template, {**shared, **values}, status=status)
