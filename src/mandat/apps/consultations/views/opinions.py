"""An opinion map: one statement at a time, adding one, the map in words, tables and a picture, and the votes as files."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from mandat.apps.consultations.exports.opinions import archive
from mandat.apps.consultations.forms import StatementForm
from mandat.apps.consultations.held import Held
from mandat.apps.consultations.models import Consultation, OpinionVote, Shown, Statement
from mandat.apps.consultations.picture import map_chart, side_bar
from mandat.apps.consultations.services.opinions import next_statement, opinion_vote, statement_add
from mandat.apps.consultations.views.shared import acted, base, crumbs, entitled, held_or_404, row_or_404
from mandat.apps.participation.schema.contributions import OpinionMap
from mandat.kernel.text import current_language
from mandat.web import formats
from mandat.web.components import Column, Crumb, Table
from mandat.web.typography import typeset


def map_url(held: Held[Any], name: str = "opinions", *more: str) -> str:
    return reverse(f"consultations:{name}", args=[held.process.code, held.code, *more])


def words_of(statement: Statement) -> tuple[str, str]:
    """A statement in the page's language where it has one, and the language it is in."""
    if current_language() == "en" and statement.text_en:
        return statement.text_en, "en"
    return typeset(statement.text, "fr"), "fr"


@require_safe
def opinions(request: HttpRequest, process: str, component: str) -> HttpResponse:
    """The statement to vote on now, how many are left, and a form to add one."""
    held = held_or_404(process, component, OpinionMap)
    row = held.row()
    signed = request.user.is_authenticated
    found, voted, total = None, 0, len(held.document.statements)
    if row is not None:
        total = Statement.objects.filter(consultation=row, shown=Shown.SHOWN).count()
        if signed:
            found = next_statement(held, request.user)
            votes = OpinionVote.objects.filter(voter__consultation=row, voter__user=request.user.pk)
            voted = votes.filter(statement__shown=Shown.SHOWN).count()
    elif signed:
        one = held.document.statements[0]
        found = Statement(number=0, text=one.fr, text_en=one.en)
    text, language = words_of(found) if found is not None else ("", "fr")
    values = {
        **base(request, held),
        "crumbs": crumbs(held),
        "statement": found,
        "text": text,
        "language": language,
        "voted": voted,
        "total": total,
        "left": max(total - voted, 0),
        "enough": voted >= held.document.least_votes,
        "form": StatementForm(longest=held.document.longest),
        "row": row,
        "examples": [one.fr if current_language() == "fr" else one.en for one in held.document.statements[:3]],
    }
    response = render(request, "consultations/opinions.html", values)
    if signed:
        response["Cache-Control"] = "private, no-store"
    return response


@require_POST
@login_required
@entitled
def vote(request: HttpRequest, process: str, component: str) -> HttpResponseBase:
    """Vote on a statement, then see the next."""
    held = held_or_404(process, component, OpinionMap)
    number = request.POST.get("statement", "")
    if not number.isascii() or not number.isdigit() or len(number) > 6:
        raise Http404(number)
    value = request.POST.get("value", "")
    acted(
        request,
        lambda: opinion_vote(actor=request.user, held=held, number=int(number), value=value),  # type: ignore[arg-type]
        "",
    )
    return redirect(f"{map_url(held)}#enonce")


@login_required
@entitled
def add(request: HttpRequest, process: str, component: str) -> HttpResponseBase:
    """Propose a statement."""
    held = held_or_404(process, component, OpinionMap)
    form = StatementForm(request.POST or None, longest=held.document.longest)
    if request.method == "POST" and form.is_valid():
        made = acted(
            request,
            lambda: statement_add(actor=request.user, held=held, text=form.cleaned_data["text"]),  # type: ignore[arg-type]
            _("Thank you. An agent reads it before it is put to the vote."),
        )
        if made:
            return redirect(map_url(held))
    values = {
        **base(request, held),
        "crumbs": crumbs(held, Crumb(_("Add a statement")), url=map_url(held)),
        "form": form,
    }
    return render(request, "consultations/statement.html", values)


@require_safe
def result(request: HttpRequest, process: str, component: str) -> HttpResponse:
    """The last map computed: groups, what represents each, what is shared, every statement; nothing of groups too small."""
    held = held_or_404(process, component, OpinionMap)
    row = row_or_404(held)
    data = row.result.get("data")
    statements = {str(one.number): one for one in row.statements.filter(shown=Shown.SHOWN).order_by("number")}
    values = {
        **base(request, held),
        "crumbs": crumbs(held, Crumb(_("The map")), url=map_url(held)),
        "row": row,
        "data": data,
        "chart": map_chart(row.result, _groups(data)) if data and data["groups"] else None,
        "groups": _lines(row, statements) if data else [],
        "consensus": [_line(one, statements) for one in row.result.get("consensus", []) if one[0] in statements],
        "bridging": [
            (words_of(statements[str(one["statement"])])[0], one["direction"])
            for one in (data or {}).get("bridging", [])
            if str(one["statement"]) in statements
        ],
        "table": _everything(row, statements, data) if data else None,
        "stability": _stability(data),
        "refused": list(
            row.statements.filter(shown=Shown.HIDDEN).order_by("number").values_list("number", "why_hidden")
        ),
        "smallest": held.document.group_least,
    }
    return render(request, "consultations/map.html", values)


def _groups(data: dict[str, Any]) -> Table:
    people = sum(group["size"] for group in data["groups"]) or 1
    return Table(
        _("The groups"),
        [Column(_("Group")), Column(_("People"), right=True), Column(_("Share"), right=True)],
        [
            (
                _("Group %(number)s") % {"number": group["id"]},
                formats.number(group["size"], 0),
                formats.percent(Decimal(group["size"]) * 100 / people, 0),
            )
            for group in data["groups"]
        ],
    )


def _stability(data: dict[str, Any] | None) -> tuple[str, bool] | None:
    """The stability of groups in two decimals, and whether one may build on it."""
    if not data or not data.get("stability"):
        return None
    value = data["stability"]["adjusted_rand"]
    return formats.number(Decimal(str(round(value, 2)))), value >= 0.6


def _line(one: list[Any], statements: dict[str, Statement]) -> dict[str, Any]:
    number, direction, agree, disagree, passes, inside, elsewhere = one
    text, language = words_of(statements[number])
    return {
        "text": text,
        "language": language,
        "agrees": direction == "agree",
        "share": formats.percent(Decimal(str(inside)) * 100, 0),
        "elsewhere": formats.percent(Decimal(str(elsewhere)) * 100, 0) if elsewhere is not None else "",
        "bar": side_bar(agree, passes, disagree),
        "votes": agree + disagree + passes,
    }


def _lines(row: Consultation, statements: dict[str, Statement]) -> list[tuple[str, int, list[dict[str, Any]]]]:
    sizes = {str(group["id"]): group["size"] for group in row.result["data"]["groups"]}
    return [
        (number, sizes[number], [_line(one, statements) for one in lines if one[0] in statements])
        for number, lines in row.result["lines"].items()
    ]


def _everything(row: Consultation, statements: dict[str, Statement], data: dict[str, Any]) -> Table:
    heads = [_("Group %(number)s") % {"number": group["id"]} for group in data["groups"]]
    return Table(
        _("Every statement, most shared first: share who agree"),
        [Column(_("Statement")), Column(_("Votes"), right=True), Column(_("Everyone"), right=True)]
        + [Column(head, right=True) for head in heads],
        [
            (
                words_of(statements[number])[0],
                formats.number(votes, 0),
                formats.percent(Decimal(str(agree)) * 100, 0),
                *("–" if share is None else formats.percent(Decimal(str(share)) * 100, 0) for share in by_group),
            )
            for number, votes, agree, by_group, _informed in row.result["rows"]
            if number in statements
        ],
    )


@require_safe
def export(request: HttpRequest, process: str, component: str) -> HttpResponse:
    """The votes as the engine reads them, once the map may be shown."""
    held = held_or_404(process, component, OpinionMap)
    row = row_or_404(held)
    if not row.result.get("data"):
        raise Http404("too few votes")
    response = HttpResponse(archive(held, row), content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="{held.process.code}-{held.code}-votes.zip"'
    return response
