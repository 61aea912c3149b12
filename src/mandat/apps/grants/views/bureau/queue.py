"""The queue of cases, late first: filters kept by the address, assignment of many at once, the list as a spreadsheet."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_POST

from mandat.apps.accounts.access import requires
from mandat.apps.accounts.models import User
from mandat.apps.accounts.permissions import may
from mandat.apps.grants import access
from mandat.apps.grants import queue as cases
from mandat.apps.grants.case_file import late
from mandat.apps.grants.machine import State
from mandat.apps.grants.models import Case, Duty, Post
from mandat.apps.grants.schema import Scheme
from mandat.apps.grants.services import instructing
from mandat.apps.grants.services.moving import today
from mandat.apps.grants.terms import SCHEMES
from mandat.apps.grants.views.bureau.common import TONES
from mandat.apps.organisations.models import Organisation
from mandat.apps.programme.published import Published, published
from mandat.apps.programme.terms import Terms
from mandat.apps.programme.views.bureau.common import current_or_none, page, user_of
from mandat.apps.programme.views.measures import active_filters
from mandat.apps.territory import selectors as territory
from mandat.web.components import Crumb, Filters
from mandat.web.links import with_
from mandat.web.templatetags.formats import say

#: Where the last assignment waits to be undone.
UNDO = "grants_assigned"


class QueueFilters(forms.Form):
    """What narrows the queue. The address holds it, so that a bookmark keeps it: codes only, never a name someone typed."""

    dispositif = forms.ChoiceField(label=gettext_lazy("Scheme"), required=False)
    appel = forms.ChoiceField(label=gettext_lazy("Call"), required=False)
    etat = forms.ChoiceField(label=gettext_lazy("State"), required=False)
    qui = forms.ChoiceField(
        label=gettext_lazy("Given to"),
        required=False,
        choices=[("", gettext_lazy("anyone")), ("moi", gettext_lazy("me")), ("personne", gettext_lazy("nobody"))],
    )
    quand = forms.ChoiceField(
        label=gettext_lazy("Answer due"),
        required=False,
        choices=[
            ("", gettext_lazy("any day")),
            ("late", gettext_lazy("overdue")),
            ("soon", gettext_lazy("within a week")),
        ],
    )
    departement = forms.ChoiceField(label=gettext_lazy("Département"), required=False)
    commune = forms.CharField(label=gettext_lazy("Commune (INSEE code)"), required=False, max_length=5)
    tri = forms.ChoiceField(
        label=gettext_lazy("Order"),
        required=False,
        choices=[
            ("", gettext_lazy("answer due first")),
            ("recents", gettext_lazy("latest first")),
            ("montant", gettext_lazy("largest request first")),
            ("points", gettext_lazy("most points first")),
        ],
    )
    non_lus = forms.BooleanField(label=gettext_lazy("with messages to read"), required=False)
    organisme = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, current: Published, schemes: dict[str, Terms[Scheme]], data: Any) -> None:
        super().__init__(data)
        chosen = schemes.get(data.get("dispositif", ""))
        calls = {call.code: say(call.title) for call in chosen.document.calls} if chosen else {}
        groups = [
            ("", _("awaiting an answer")),
            ("live", _("awarded, under way")),
            ("ended", _("ended")),
            ("all", _("all")),
        ]
        region = f"region:{current.programme.region}"
        choices: dict[str, list[tuple[str, Any]]] = {
            "dispositif": [("", _("All")), *((code, say(terms.document.title)) for code, terms in schemes.items())],
            "appel": [("", _("All")), *calls.items()],
            "etat": [*groups, *((state.value, state.label) for state in State if state != State.DRAFT)],
            "departement": [("", _("All")), *departements(region)],
        }
        for name, found in choices.items():
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = found
        if len(choices["departement"]) < 2:
            del self.fields["departement"]
        if not calls:
            del self.fields["appel"]

    def wanted(self) -> cases.Wanted:
        given = self.cleaned_data
        return cases.Wanted(
            scheme=given.get("dispositif", ""),
            call=given.get("appel", ""),
            state=given.get("etat", ""),
            mine=given.get("qui") == "moi",
            free=given.get("qui") == "personne",
            when=given.get("quand", ""),
            commune=given.get("commune", "").upper(),
            departement=given.get("departement", ""),
            organisation=str(given.get("organisme") or ""),
            unread=bool(given.get("non_lus")),
            order=given.get("tri", ""),
        )


def departements(region: str) -> list[tuple[str, str]]:
    """Départements of a region, by code."""
    codes = {code[:2] for code in territory.expand(region)}
    return [(code, f"{code} {territory.area_name(f'departement:{code}')}") for code in sorted(codes)]


def schemes_for(user: User, current: Published) -> dict[str, Terms[Scheme]]:
    """The schemes whose cases someone may see."""
    codes = access.schemes_of(user, current.code)
    return {code: terms for code, terms in SCHEMES.all(current).items() if codes is None or code in codes}


def _read(request: HttpRequest, current: Published) -> tuple[QueueFilters, cases.Wanted]:
    form = QueueFilters(current, schemes_for(user_of(request), current), request.GET)
    return form, (form.wanted() if form.is_valid() else cases.Wanted())


@require_GET
@requires("grants.read")
def queue(request: HttpRequest) -> HttpResponse:
    """Cases to deal with, late first."""
    current = current_or_none()
    if current is None:
        return page(request, "bureau/empty.html", {})
    user, query, here = user_of(request), request.GET.urlencode(), reverse("grants:queue")
    form, wanted = _read(request, current)
    rows = cases.found(current.code, user, wanted)
    shown = cases.page(rows, wanted.order, request.GET.get("apres", ""))
    unread, schemes = cases.unread_of(shown.cases), SCHEMES.all(current)
    count = cases.at_most(rows)
    instructs = may(user, "grants.instruct")
    values = {
        "current": current,
        "filters": Filters(form, _active(form, query), clear=here, action=here),
        "organisation": _organisation(wanted),
        "lines": [_line(case, schemes, unread.get(case.pk, 0)) for case in shown.cases],
        "count": min(count, cases.COUNTED),
        "more": count > cases.COUNTED,
        "following": with_(query, apres=shown.following) if shown.following else "",
        "first": with_(query, apres="") if shown.started else "",
        "ready": [
            (_("Overdue"), f"{here}?quand=late"),
            (_("My cases"), f"{here}?qui=moi"),
            (_("To nobody yet"), f"{here}?qui=personne"),
            (_("Ready for decision"), f"{here}?etat=ready"),
            (_("Messages to read"), f"{here}?non_lus=on"),
        ],
        "query": query,
        "csv": f"{reverse('grants:queue_csv')}?{query}",
        "instructs": instructs,
        "agents": _agents(current.code) if instructs else [],
        "undo": len(request.session.get(UNDO, {})),
        "me": user,
        "posted": access.schemes_of(user, current.code) != frozenset(),
        "ranked": _ranked(schemes_for(user, current).get(wanted.scheme)),
    }
    return page(request, "grants/bureau/queue.html", values, crumbs=[Crumb(_("Aid applications"))])


def _ranked(terms: Terms[Scheme] | None) -> list[tuple[Any, str]]:
    """The rankings of the scheme chosen, the latest call first."""
    if terms is None or terms.document.scoring is None:
        return []
    calls = reversed(terms.document.calls)
    return [(call.title, reverse("grants:ranking", args=[terms.code, call.code])) for call in calls]


def _line(case: Case, schemes: Any, unread: int) -> dict[str, Any]:
    terms = schemes.get(case.scheme)
    return {
        "case": case,
        "scheme": terms.document.title if terms else case.scheme,
        "tone": TONES[case.state],
        "late": late(case),
        "unread": unread,
        "money": case.proposed if case.proposed is not None else case.asked,
    }


def _active(form: QueueFilters, query: str) -> list[Any]:
    """The filters in force: a box that is not ticked is none, and the organisation is said beside."""
    if not form.is_valid():
        return []
    left_out = {form.fields["organisme"].label}
    if not form.cleaned_data["non_lus"]:
        left_out.add(form.fields["non_lus"].label)
    return [one for one in active_filters(form, query) if one.label not in left_out]


def _organisation(wanted: cases.Wanted) -> Organisation | None:
    return Organisation.objects.filter(reference=wanted.organisation).first() if wanted.organisation else None


def _agents(programme: str) -> list[User]:
    """Agents with a post to examine, by name."""
    day = today()
    posts = Post.objects.filter(programme=programme, duty=Duty.INSTRUCT, since__lte=day).exclude(until__lt=day)
    return list(User.objects.filter(pk__in=posts.values("user"), is_active=True).order_by("name", "pk")[:300])


@require_POST
@requires("grants.read")
def search(request: HttpRequest) -> HttpResponseBase:
    """A reference leads to its case; a name or number to the cases of an organisation, whose random reference the address holds."""
    current, user = published(), user_of(request)
    text = request.POST.get("q", "")
    case, organisations = cases.search(current.code, user, text)
    here = reverse("grants:queue")
    if case is not None:
        return redirect("grants:file", reference=case.reference)
    if len(organisations) == 1:
        return redirect(f"{here}?{urlencode({'organisme': str(organisations[0].reference), 'etat': 'all'})}")
    values = {"current": current, "organisations": organisations, "q": text[:100]}
    crumbs = [Crumb(_("Aid applications"), here), Crumb(_("Search"))]
    return page(request, "grants/bureau/search.html", values, crumbs=crumbs)


class _Echo:
    """Gives back what a CSV writer writes."""

    def write(self, text: str) -> str:
        return text


@require_GET
@requires("grants.read")
def queue_csv(request: HttpRequest) -> HttpResponseBase:
    """The list as CSV, streamed: codes, amounts and days, no name and no title."""
    current = published()
    _form, wanted = _read(request, current)
    rows = cases.found(current.code, user_of(request), wanted)
    writer = csv.writer(_Echo(), delimiter=";")

    def lines() -> Iterator[str]:
        yield "\ufeff" + writer.writerow(cases.COLUMNS)
        for line in cases.lines(rows, wanted.order):
            yield writer.writerow(line)

    response = StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="dossiers-{today():%Y-%m-%d}.csv"'
    return response


def _back(request: HttpRequest) -> HttpResponseBase:
    query = request.POST.get("query", "")[:500]
    return redirect(f"{reverse('grants:queue')}{'?' if query else ''}{query}")


@require_POST
@requires("grants.instruct")
def assign(request: HttpRequest) -> HttpResponseBase:
    """Give the cases ticked to an agent, or to nobody; the next page offers to undo it."""
    user = user_of(request)
    ticked = [value for value in request.POST.getlist("case") if len(value) <= 14][: instructing.MOST_AT_ONCE]
    chosen = list(Case.objects.filter(reference__in=ticked, programme=published().code).order_by("pk"))
    wanted = request.POST.get("to", "")
    to = User.objects.filter(pk=int(wanted)).first() if wanted.isdecimal() else None
    before = instructing.cases_assign(actor=user, cases=chosen, to=to)
    if before:
        request.session[UNDO] = {str(pk): value for pk, value in before.items()}
        said = ngettext("%(n)s case assigned.", "%(n)s cases assigned.", len(before))
        messages.success(request, said % {"n": len(before)})
    if len(before) < len(chosen) or not chosen:
        messages.warning(request, _("Those that you or this person may not examine are left as they were."))
    return _back(request)


@require_POST
@requires("grants.instruct")
def unassign(request: HttpRequest) -> HttpResponseBase:
    """Undo the last assignment."""
    before = {int(pk): value for pk, value in request.session.pop(UNDO, {}).items()}
    done = instructing.assignments_restore(actor=user_of(request), before=before)
    messages.success(request, ngettext("%(n)s case given back.", "%(n)s cases given back.", done) % {"n": done})
    return _back(request)
