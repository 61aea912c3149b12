"""The back office of rules: every parameter with the assumptions first, and the page that gives one a new value."""

from __future__ import annotations

import difflib
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from mandat.apps.accounts.access import requires
from mandat.apps.programme import services
from mandat.apps.programme.services.definitions import Edited, definition_check, definition_read
from mandat.apps.programme.views.bureau.common import page, user_of
from mandat.apps.programme.views.shared import programme_or_404
from mandat.apps.rulebook import reading
from mandat.apps.rulebook.forms import ValueForm
from mandat.apps.rulebook.published import published_rules
from mandat.apps.rulebook.views.rules import rule_or_404
from mandat.kernel.errors import InputError
from mandat.web.components import Crumb
from mandat.web.templatetags.formats import say


@require_GET
@requires("programme.definition_edit")
def rules(request: HttpRequest) -> HttpResponse:
    """Parameters by rule; those that rest on an assumption come first."""
    current = programme_or_404()
    today = timezone.localdate()
    rows: list[dict[str, Any]] = [
        {
            "rule": say(found.document.title),
            "code": found.code,
            "parameter": parameter,
            "assumed": parameter.now is not None and parameter.now.assumption,
            "url": reverse("rulebook:bureau_parameter", args=[found.code, parameter.name]),
        }
        for found in published_rules(current).rules.values()
        for parameter in reading.parameters(found, today)
    ]
    rows.sort(key=lambda row: not row["assumed"])
    values = {"current": current, "rows": rows, "assumed": sum(row["assumed"] for row in rows)}
    return page(request, "rulebook/bureau_rules.html", values, crumbs=[Crumb(_("Figures of the rules"))])


@requires("programme.definition_edit")
def parameter(request: HttpRequest, code: str, name: str) -> HttpResponseBase:
    """Give a parameter a value from a day on: the golden cases must hold, then it is published as a new version."""
    current, found = rule_or_404(code)
    wanted = next((one for one in found.document.parameters if one.name == name), None)
    if wanted is None:
        raise Http404(name)
    form = ValueForm(wanted, request.POST if request.method == "POST" else None)
    values: dict[str, Any] = {
        "current": current,
        "published": found,
        "parameter": next(one for one in reading.parameters(found, timezone.localdate()) if one.name == name),
        "form": form,
        "lines": (),
        "wrong": [],
        "here": reverse("rulebook:bureau_parameter", args=[code, name]),
    }
    crumbs = [Crumb(_("Figures of the rules"), reverse("rulebook:bureau_rules")), Crumb(say(wanted.label))]
    status = 200
    if request.method == "POST":
        outcome = _change(request, form, code, name, values)
        if not isinstance(outcome, int):
            return outcome
        status = outcome
    return page(request, "rulebook/bureau_parameter.html", values, crumbs=crumbs, status=status)


def _change(
    request: HttpRequest, form: ValueForm, code: str, name: str, values: dict[str, Any]
) -> HttpResponseBase | int:
    """Show the difference, or publish it. Returns the status of the page where it is shown again."""
    if not form.is_valid():
        return 422
    programme = values["current"].code
    try:
        edited = definition_read(programme, "rule", code)
        own = with_value(edited, name, form.dated())
        folder, problems = definition_check(programme, edited, own)
        if problems:
            values["wrong"] = [problem.message for problem in problems]
            return 422
        if "publish" in request.POST:
            changes = services.definition_edit(
                actor=user_of(request), programme=programme, kind="rule", code=code,
                base=request.POST.get("base", ""), own=own, reason=form.cleaned_data["reason"],
            )  # fmt: skip
            version = next((change.version for change in changes if change.kind == "rule"), changes[0].version)
            messages.success(request, _("Published: version %(version)s is in force.") % {"version": version})
            return redirect("rulebook:rule", code=code)
    except InputError as error:
        values["wrong"] = [str(error)]
        return 422
    values["base"] = edited.row.digest
    values["lines"] = list(_differences(edited.text, folder.files[edited.row.file]))
    if not values["lines"]:
        values["wrong"] = [_("Nothing changes: this value is the one in force.")]
        return 422
    return 200


def with_value(edited: Edited, name: str, dated: dict[str, Any]) -> dict[str, Any]:
    """The rule's own fields with one dated value more, or replaced where its day is already there."""
    parameters = []
    for parameter in edited.own["parameters"]:
        if parameter["name"] == name:
            kept = [value for value in parameter["values"] if value["from"] != dated["from"]]
            ordered = sorted([*kept, dated], key=lambda value: value["from"])
            parameter = {**parameter, "values": ordered}
        parameters.append(parameter)
    return {**edited.own, "parameters": parameters}


def _differences(old: str, new: str) -> Any:
    """Lines that go and lines that come, with their sort."""
    for line in difflib.unified_diff(old.split("\n"), new.split("\n"), lineterm="", n=2):
        if not line.startswith(("---", "+++")):
            yield {"-": "minus", "+": "plus", "@": "at"}.get(line[:1], ""), line
