"""The bureau of those who instruct: the queue, late first, and the file of one claim."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext
from django.views.decorators.http import require_GET, require_POST

from mandat.apps.accounts.access import requires
from mandat.apps.accounts.models import User
from mandat.apps.accounts.permissions import may
from mandat.apps.custody.keys import ErasedError
from mandat.apps.programme.published import published
from mandat.apps.programme.views.bureau.common import current_or_none, page, user_of
from mandat.apps.programme.views.measures import active_filters
from mandat.apps.rights import selectors, services
from mandat.apps.rights.forms import AppealForm, AskForm, DecisionForm, EndForm, MessageForm
from mandat.apps.rights.machine import OPEN, State
from mandat.apps.rights.models import Benefit, Claim, Payment, SavedFilter
from mandat.apps.rights.ruling import Ruling, rule_on
from mandat.apps.rights.services.decisions import judged_on
from mandat.apps.rights.services.evidence import wanted_evidence
from mandat.apps.rights.services.moving import terms_of, today
from mandat.apps.rights.terms import Terms, by_version, rights
from mandat.apps.rights.views.letters import letters_of
from mandat.apps.rights.views.shared import TONES, claim_or_404, line, step_value, to_file
from mandat.web.components import ActiveFilter, Crumb, Filters
from mandat.web.links import with_
from mandat.web.templatetags.formats import say

#: Where the last assignment waits to be undone.
UNDO = "rights_assigned"


class QueueFilters(forms.Form):
    """What narrows the queue; the address holds it, so a bookmark keeps it."""

    droit = forms.ChoiceField(label=gettext_lazy("Right"), required=False)
    etat = forms.ChoiceField(label=gettext_lazy("State"), required=False)
    quand = forms.ChoiceField(
        label=gettext_lazy("Answer due"),
        required=False,
        choices=[
            ("", gettext_lazy("any day")),
            ("late", gettext_lazy("overdue")),
            ("soon", gettext_lazy("within a week")),
        ],
    )
    qui = forms.ChoiceField(
        label=gettext_lazy("Assigned"),
        required=False,
        choices=[
            ("", gettext_lazy("to anyone")),
            ("moi", gettext_lazy("to me")),
            ("personne", gettext_lazy("to nobody")),
        ],
    )
    non_lus = forms.BooleanField(label=gettext_lazy("with messages to read"), required=False)
    ref = forms.CharField(label=gettext_lazy("Reference"), required=False, max_length=14)

    def __init__(self, found: list[Terms], data: Any) -> None:
        super().__init__(data)
        states = [(state.value, state.label) for state in State if state != State.DRAFT]
        for name, choices in (("droit", [(t.code, say(t.document.title)) for t in found]), ("etat", states)):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [("", _("All") if name == "droit" else pgettext("claims", "open")), *choices]

    def wanted(self) -> selectors.Wanted:
        given = self.cleaned_data
        return selectors.Wanted(
            right=given.get("droit", ""),
            state=given.get("etat", ""),
            mine=given.get("qui") == "moi",
            free=given.get("qui") == "personne",
            when=given.get("quand", ""),
            unread=bool(given.get("non_lus")),
            reference=given.get("ref", ""),
        )


@require_GET
@requires("rights.read")
def queue(request: HttpRequest) -> HttpResponse:
    """Claims to deal with, late first."""
    current = current_or_none()
    if current is None:
        return page(request, "bureau/empty.html", {})
    user, query = user_of(request), request.GET.urlencode()
    form = QueueFilters(list(rights(current).values()), request.GET)
    wanted = form.wanted() if form.is_valid() else selectors.Wanted()
    found = selectors.queue(current.code, user, wanted)
    shown = selectors.page(found, request.GET.get("apres", ""))
    unread = selectors.unread_of(shown.claims)
    memory = by_version(current)
    count = selectors.at_most(found)
    here = reverse("rights:queue")
    values = {
        "current": current,
        "filters": Filters(form, _active(form, query), clear=here, action=here),
        "lines": [line(claim, unread=unread.get(claim.pk, 0), memory=memory) for claim in shown.claims],
        "count": min(count, selectors.COUNTED),
        "more": count > selectors.COUNTED,
        "following": with_(query, apres=shown.following) if shown.following else "",
        "first": with_(query, apres="") if shown.started else "",
        "saved": SavedFilter.objects.filter(user=user).order_by("name"),
        "ready": [
            (_("Overdue"), f"{here}?quand=late"),
            (_("Mine"), f"{here}?qui=moi"),
            (_("To nobody yet"), f"{here}?qui=personne"),
            (_("Appeals"), f"{here}?etat=appealed"),
            (_("Messages to read"), f"{here}?non_lus=on"),
        ],
        "query": query,
        "instructs": may(user, "rights.instruct"),
        "agents": selectors.assignable(current.code)[:200] if may(user, "rights.instruct") else [],
        "undo": len(request.session.get(UNDO, {})),
        "me": user,
    }
    return page(request, "rights/queue.html", values, crumbs=[Crumb(_("Claims"))])


def _active(form: QueueFilters, query: str) -> list[ActiveFilter]:
    """The filters in force: a box that is not ticked is none."""
    if not form.is_valid():
        return []
    found = active_filters(form, query)
    return (
        found if form.cleaned_data["non_lus"] else [one for one in found if one.label != form.fields["non_lus"].label]
    )


def _back(request: HttpRequest) -> HttpResponseBase:
    query = request.POST.get("query", "")[:500]
    return redirect(f"{reverse('rights:queue')}{'?' if query else ''}{query}")


@require_POST
@requires("rights.instruct")
def assign(request: HttpRequest) -> HttpResponseBase:
    """Give the claims ticked to an agent, or to nobody; the next page offers to undo it."""
    user = user_of(request)
    ticked = [value for value in request.POST.getlist("claim") if len(value) <= 14][: selectors.PAGE * 4]
    claims = list(Claim.objects.filter(reference__in=ticked, programme=published().code).order_by("pk"))
    wanted = request.POST.get("to", "")
    to = User.objects.filter(pk=int(wanted)).first() if wanted.isdecimal() else None
    before = services.claims_assign(actor=user, claims=claims, to=to)
    if before:
        request.session[UNDO] = {str(pk): value for pk, value in before.items()}
        said = ngettext("%(n)s claim assigned.", "%(n)s claims assigned.", len(before))
        messages.success(request, said % {"n": len(before)})
    else:
        messages.warning(request, _("Tick at least one claim that is not yours and is still open."))
    return _back(request)


@require_POST
@requires("rights.instruct")
def unassign(request: HttpRequest) -> HttpResponseBase:
    """Undo the last assignment."""
    before = {int(pk): value for pk, value in request.session.pop(UNDO, {}).items()}
    done = services.assignments_restore(actor=user_of(request), before=before)
    messages.success(request, ngettext("%(n)s claim given back.", "%(n)s claims given back.", done) % {"n": done})
    return _back(request)


@require_POST
@requires("rights.read")
def filters_save(request: HttpRequest) -> HttpResponseBase:
    from mandat.apps.rights.views.shared import attempt

    name, query = request.POST.get("name", ""), request.POST.get("query", "")
    attempt(
        request, lambda: services.filter_save(actor=user_of(request), name=name, query=query), _("The filter is saved.")
    )
    return _back(request)


@require_POST
@requires("rights.read")
def filters_forget(request: HttpRequest, pk: int) -> HttpResponseBase:
    services.filter_forget(actor=user_of(request), pk=pk)
    return _back(request)


@requires("rights.read")
def file(request: HttpRequest, reference: str) -> HttpResponseBase:
    """One claim, with its instruction sheet. POST says that its messages are read."""
    claim = claim_or_404(reference)
    if request.method == "POST":
        services.messages_read(actor=user_of(request), claim=claim)
        return to_file(claim)
    return show(request, claim)


def show(request: HttpRequest, claim: Claim, *, status: int = 200, **given: Any) -> HttpResponse:
    """The page of a file; ``given`` puts a form that is in error in the place of an empty one.

    Who may only read (an auditor) sees states, dates, the calculation without values and the decisions, not who it is.
    """
    user, terms = user_of(request), terms_of(claim)
    found = selectors.file_of(claim)
    own = claim.claimant_id == user.pk
    instructs = may(user, "rights.instruct") and not own
    decision, benefit = found.decision, found.benefit
    ruling = sheet = None
    if instructs:
        try:
            ruling = rule_on(terms, claim.answers, as_of=judged_on(claim), programme=claim.programme)
            sheet = instruction_sheet(terms, ruling, found)
        except ErasedError:
            pass
    late_answer = claim.state == State.REFUSED and decision is not None and decision.by == "silence"
    running = benefit is not None and benefit.status == Benefit.Status.ACTIVE
    values = {
        "claim": claim,
        "terms": terms,
        "file": found,
        "line": line(claim),
        "tone": TONES[State(claim.state)],
        "own": own,
        "instructs": instructs,
        "ruling": ruling,
        "sheet": sheet,
        "identity": claim.identity if instructs else {},
        "decision": decision,
        "benefit": benefit,
        "appeal": found.appeal,
        "request_running": found.request,
        "letters": letters_of(claim, found, terms) if instructs else [],
        "decides": instructs and may(user, "rights.decide") and (claim.state in OPEN or late_answer),
        "asks": instructs and claim.state == State.SUBMITTED,
        "answers_appeal": instructs
        and claim.state == State.APPEALED
        and may(user, "rights.appeal_decide")
        and decision is not None
        and decision.author_id != user.pk,
        "ends": instructs and running and may(user, "rights.decide"),
        "writes": instructs,
        "recomputes": may(user, "rights.recompute") and not own,
        "judges": instructs and claim.state in (*OPEN, State.APPEALED),
        "refunds": [one for one in found.payments if one.kind == Payment.Kind.REFUND],
        "payments": found.payments,
        "unread": any(not one.from_service and one.read_at is None for one in found.messages),
        "decision_form": DecisionForm(terms.document),
        "appeal_form": AppealForm(terms.document),
        "ask_form": AskForm(terms.document),
        "message_form": MessageForm(),
        "end_form": EndForm(initial={"on": today()}),
        **given,
    }
    crumbs = [Crumb(_("Claims"), reverse("rights:queue")), Crumb(claim.reference)]
    return page(request, "rights/file.html", values, crumbs=crumbs, status=status)


def instruction_sheet(terms: Terms, ruling: Ruling, file: selectors.File) -> dict[str, Any]:
    """Each condition with its value, what it rests on and where that comes from, met or not; then documents and inputs."""
    sources = {row["name"]: row["source"] for row in ruling.inputs}
    rows = []
    for step in ruling.steps:
        value = step["value"]
        rows.append(
            {
                "label": step["label"],
                "formula": step["formula"],
                "value": step_value(value, step["unit"]),
                "met": value if isinstance(value, bool) else None,
                "known": value is not None,
                "sources": sorted({sources[name] for name in step["inputs"] if name in sources}),
                "output": step["output"],
            }
        )
    given: dict[str, list[Any]] = {}
    for piece in file.pieces:
        given.setdefault(piece.code, []).append(piece)
    return {
        "rows": rows,
        "inputs": [{**row, "shown": row["said"] or step_value(row["value"], row["unit"])} for row in ruling.inputs],
        "parameters": [{**row, "shown": step_value(row["value"], row["unit"])} for row in ruling.parameters],
        "evidence": [{"evidence": one, "files": given.pop(one.code, [])} for one in wanted_evidence(terms, ruling)],
        "others": [piece for pieces in given.values() for piece in pieces],
        "missing": len(ruling.missing),
    }
