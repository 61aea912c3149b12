"""The page of one case: what was sent, what the rule gives, money, conditions, opinions, scores, messages, history, and each act."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from mandat.apps.grants import access, desk_forms, instruction_sheet, reading
from mandat.apps.grants.case_file import CaseFile, case_file, experts_of, late
from mandat.apps.grants.machine import OPEN, possible
from mandat.apps.grants.models import Case
from mandat.apps.grants.schema import Scheme
from mandat.apps.grants.services import instructing, rounds, scoring
from mandat.apps.grants.services.moving import today
from mandat.apps.grants.terms import CONDITIONS
from mandat.apps.grants.views import evidence
from mandat.apps.grants.views.bureau.common import TONES, crumbs, on_case
from mandat.apps.programme.views.bureau.common import page, user_of
from mandat.web.components import Crumb


@require_safe
@on_case("internal")
def file(request: HttpRequest, case: Case, where: access.Standing) -> HttpResponse:
    """One case, for those who examine, decide, pay, or audit."""
    return show(request, case, where)


def show(request: HttpRequest, case: Case, where: access.Standing, *, status: int = 200, **given: Any) -> HttpResponse:
    """The page of a case; ``given`` puts a form that is in error in the place of an empty one."""
    user = user_of(request)
    held = case_file(user, case, where)
    sent = reading.sent(case)
    scheme, rules = sent.sheet.scheme, reading.explained(sent.sheet)
    examines = access.allows(where, "examine")
    open_to = possible(case.state, "instructor") if examines else frozenset()
    decides = access.allows(where, "decide")
    rejects = decides and "reject" in possible(case.state, "decider")
    values = {
        "case": case,
        "terms": sent.sheet.terms,
        "scheme": scheme,
        "file": held,
        "sent": sent,
        "groups": reading.groups(sent.sheet),
        "evidence": reading.files(sent.sheet, held.pieces),
        "rules": rules,
        "tone": TONES[case.state],
        "late": late(case),
        "where": where,
        "me": user,
        "plan": plan_rows(held),
        "conditions": condition_rows(held),
        "history": history(held),
        "points": score_rows(held, scheme),
        "below": scoring.below(case, scheme),
        "lacks": instructing.lacks(case, scheme) if examines and case.state in OPEN else [],
        "open_to": open_to,
        "judges": examines and case.state in OPEN,
        "examines": examines,
        "scores_here": scoring.may_score(where, scheme) and case.state in scoring.SCORED_IN,
        "visits_here": "propose" in open_to and scheme.workflow.pattern == "visit",
        "rejects": rejects,
        "decides": decides and case.state == "ready" and scheme.committee is None,
        "asks_opinions": examines and case.state in ("complete", "opinions"),
        **forms_of(case, sent, scheme, held, open_to, examines),
        **given,
    }
    return page(request, "grants/bureau/file.html", values, crumbs=[*crumbs(), Crumb(case.reference)], status=status)


def forms_of(
    case: Case, sent: reading.Sent, scheme: Scheme, held: CaseFile, open_to: frozenset[str], examines: bool
) -> dict[str, Any]:
    """An empty form for each act that is open."""
    day, euros = today(), rule_amount(case)
    made: dict[str, Any] = {"recuse_form": desk_forms.ReasonForm("recuse")}
    if "ask" in open_to:
        made["ask_form"] = desk_forms.AskForm(scheme, sent.sheet.asked, day)
        made["round_next"] = rounds.next_round(case, scheme)
        made["round_form"] = desk_forms.CallOnForm()
    if "propose" in open_to:
        initial = {"outcome": "no" if scoring.below(case, scheme) else None, "amount": euros}
        made["propose_form"] = desk_forms.ProposeForm(scheme, initial=initial)
        made["visit_form"] = desk_forms.VisitForm()
    if "reopen" in open_to:
        made["reopen_form"] = desk_forms.ReasonForm("reopen")
    if "consulted" in open_to:
        made["close_form"] = desk_forms.ReasonForm("close")
    if examines:
        agents = instructing.assignable(case)
        made["assign_form"] = desk_forms.AssignForm(agents, initial={"to": case.assigned_to_id})
        made["note_form"] = desk_forms.ReasonForm("note", label=_("Your note"))
        made["message_form"] = desk_forms.ReasonForm("message", label=_("Your message"))
        if case.state in ("complete", "opinions"):
            held.experts = experts_of(case)
            made["opinion_form"] = desk_forms.OpinionAskForm(held.experts, day)
    made["reject_form"] = desk_forms.ReasonForm("reject", help_text=_("They go into the letter."))
    proposed = case.proposed if case.favourable else None
    initial = {
        "outcome": {True: "yes", False: "no"}.get(case.favourable) if case.favourable is not None else None,
        "amount": _euros(proposed),
        "motive": held.proposal.reason if held.proposal else "",
    }
    made["decide_form"] = desk_forms.DecideForm(scheme, initial=initial)
    return made


def rule_amount(case: Case) -> str:
    return _euros(case.computed)


def _euros(cents: int | None) -> str:
    return "" if cents is None else f"{Decimal(cents) / 100:.2f}".replace(".", ",")


def plan_rows(held: CaseFile) -> dict[str, Any]:
    """The financing plan with its total and each share of it, in percent."""
    total = sum(line.amount for line in held.plan)
    rows = [(line, Decimal(line.amount * 100) / total if total else None) for line in held.plan]
    return {"rows": rows, "total": total, "gap": held.case.cost - total if held.case.cost is not None else None}


def condition_rows(held: CaseFile) -> list[tuple[Any, Any]]:
    """Each condition of the case with its title, in the version that applied."""
    found = []
    for record in held.conditions:
        terms = CONDITIONS.at(held.case.programme, record.condition, record.version)
        found.append((record, terms.document.title))
    return found


def score_rows(held: CaseFile, scheme: Scheme) -> dict[str, Any]:
    """Points by criterion and scorer, and what they come to."""
    grid = scheme.scoring
    if grid is None:
        return {}
    mean = scoring.mean(grid, [one.points for one in held.scores])
    return {
        "grid": grid,
        "rows": [(one, [score.points.get(one.code) for score in held.scores]) for one in grid.criteria],
        "totals": [scoring.rounded(scoring.total(grid, score.points)) for score in held.scores],
        "mean": scoring.rounded(mean) if mean is not None else None,
        "left": max(0, grid.scorers - len(held.scores)),
    }


def history(held: CaseFile) -> list[dict[str, Any]]:
    """Every step, who made it, when and why, the latest last; recusals and visits beside the moves."""
    rows = [{"at": one.at, "move": one, "who": one.actor, "why": one.reason} for one in held.moves]
    rows += [{"at": one.at, "said": _("recusal"), "who": one.user, "why": one.reason} for one in held.recusals]
    rows += [{"at": one.recorded_at, "said": _("visit"), "who": one.by, "why": ""} for one in held.visits]
    return sorted(rows, key=lambda row: row["at"])


@require_safe
@on_case("internal")
def sheet_pdf(request: HttpRequest, case: Case, where: access.Standing) -> HttpResponseBase:
    """The instruction sheet, to print and put in a file."""
    held = case_file(user_of(request), case, where)
    raw = instruction_sheet.pdf(instruction_sheet.content(held, reading.sent(case)))
    response = HttpResponse(raw, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="fiche-{case.reference}.pdf"'
    return response


@require_safe
@on_case("internal")
def piece(request: HttpRequest, case: Case, where: access.Standing, pk: int) -> HttpResponseBase:
    """One file of the evidence."""
    found = case.pieces.select_related("upload__subject").filter(pk=pk).first()
    if found is None or found.upload is None:
        raise Http404
    return evidence.answer(found, name=f"{case.reference}-{found.code}")
