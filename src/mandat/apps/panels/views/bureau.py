"""The back office of panels: letters, the pool, draws, who answered, sessions, allowances, the opinion."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django import forms as django_forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from mandat.apps.accounts.access import requires
from mandat.apps.accounts.models import User
from mandat.apps.panels import drawing, forms
from mandat.apps.panels.models import Panel, Volunteer
from mandat.apps.panels.services import draws, inviting, opinions, sittings
from mandat.apps.panels.services.common import panel_of as made_panel
from mandat.apps.panels.services.inviting import Sent
from mandat.apps.panels.terms import PanelTerms, panels
from mandat.apps.panels.views.shared import panel_of, terms_or_404
from mandat.apps.programme.views.bureau.common import page, user_of
from mandat.apps.programme.views.shared import programme_or_404, words
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text
from mandat.web.components import Crumb
from mandat.web.csvfile import csv_file

State = Panel.State
Do = Callable[[User, PanelTerms, Panel, Any, Any], Any]


@require_safe
@requires("panels.manage")
def queue(request: HttpRequest) -> HttpResponse:
    """Every panel and where it stands."""
    programme_or_404()
    rows = [(one, panel_of(one)) for one in panels()]
    return page(request, "panels/bureau/queue.html", {"rows": rows}, crumbs=[Crumb(_("Panels drawn by lot"))])


def _letters(user: User, terms: PanelTerms, panel: Panel, form: Any, request: HttpRequest) -> HttpResponseBase:
    """Draw the letters and give them to print: the only time their codes are seen."""
    from mandat.engines.sortition.invite import Stratum, read_addresses

    strata = [Stratum(one.code, one.addresses, float(one.share)) for one in terms.rules.strata]
    addresses = read_addresses(form.cleaned_data["file"], strata, file=form.cleaned_data["file"].name)
    sent = inviting.letters_draw(
        actor=user, process=terms.process, component=terms.code, addresses=addresses, seed=form.cleaned_data["seed"]
    )
    return _letters_csv(terms.process, sent)


def _letters_csv(name: str, sent: Iterable[Sent]) -> StreamingHttpResponse:
    response = csv_file(
        f"lettres-{name}", ("strate", "adresse", "code"), ((one.stratum, one.address, one.code) for one in sent)
    )
    response["Cache-Control"] = "no-store"
    return response


def _acts(terms: PanelTerms, panel: Panel | None) -> dict[str, tuple[Any, Callable[[Any, Any], django_forms.Form], Do]]:
    """What can be done now: words, form, act."""
    state = panel.state if panel is not None else State.OPEN
    found: dict[str, tuple[Any, Callable[[Any, Any], django_forms.Form], Do]] = {}
    if state == State.OPEN:
        if terms.rules.strata and not (panel and panel.letters):
            found["lettres"] = (_("Draw the letters"), forms.LettersForm, _letters)
        found["clore"] = (
            _("Close the pool"), lambda data, files: django_forms.Form(data),
            lambda user, terms, panel, form, request: draws.pool_close(actor=user, panel=panel),
        )  # fmt: skip
    elif panel is not None and state in (State.CLOSED, State.SEATED):
        coming = panel.draws.filter(drawn_at__isnull=True).defer("document").first()
        if coming is None:
            found["annoncer"] = (
                _("Announce a draw"), lambda data, files: forms.AnnounceForm(data),
                lambda user, terms, panel, form, request: draws.draw_announce(actor=user, panel=panel, **form.cleaned_data),
            )  # fmt: skip
        else:
            found["tirer"] = (
                _("Record what the event gave"), lambda data, files: forms.HoldForm(data),
                lambda user, terms, panel, form, request: draws.draw_hold(actor=user, panel=panel, **form.cleaned_data),
            )  # fmt: skip
        if state == State.SEATED:
            found |= _seated(terms, panel)
    if panel is not None and state in (State.SEATED, State.GIVEN) and terms.rules.day_allowance:
        found["payer"] = (
            _("Allowances were paid"), lambda data, files: forms.PayForm(data),
            lambda user, terms, panel, form, request: sittings.allowances_pay(actor=user, panel=panel, **form.cleaned_data),
        )  # fmt: skip
    return found


def _seated(terms: PanelTerms, panel: Panel) -> dict[str, Any]:
    found: dict[str, Any] = {}
    open_sitting = panel.sittings.filter(closed_on__isnull=True).order_by("rank").first()
    members = list(
        Volunteer.objects.filter(panel=panel, state=Volunteer.State.MEMBER)
        .order_by("number")
        .values_list("number", flat=True)
    )
    if panel.sittings.count() < terms.rules.sessions:
        found["seance"] = (
            _("Convene a session"), lambda data, files: forms.SittingForm(data),
            lambda user, terms, panel, form, request: sittings.sitting_convene(actor=user, panel=panel, **form.given()),
        )  # fmt: skip
    if open_sitting is not None:
        found["presences"] = (
            _("Who came: %(title)s") % {"title": open_sitting.title_fr}, lambda data, files: forms.PresenceForm(data, members=members),
            lambda user, terms, panel, form, request: sittings.sitting_close(actor=user, sitting=open_sitting, present=form.cleaned_data["present"]),
        )  # fmt: skip
    found["avis"] = (
        _("Publish the opinion"), lambda data, files: forms.OpinionForm(data),
        lambda user, terms, panel, form, request: opinions.opinion_give(
            actor=user, panel=panel, text=Text(form.cleaned_data["text_fr"], form.cleaned_data["text_en"]),
            recommendations=form.cleaned_data["lines"], on=form.cleaned_data["on"],
        ),
    )  # fmt: skip
    return found


@requires("panels.manage")
def panel(request: HttpRequest, process: str, component: str) -> HttpResponseBase:
    """One panel: counts, what stands in the way of quotas, people drawn, and each act open now."""
    programme_or_404()
    terms, user = terms_or_404(process, component), user_of(request)
    found = panel_of(terms, pool=True)
    acts = _acts(terms, found)
    asked = request.POST.get("act", "") if request.method == "POST" else ""
    if asked == "contacts" and found is not None:
        return _contacts(found)
    if request.method == "POST" and asked not in acts:
        raise PermissionDenied("panels.manage")
    made = {
        name: make(request.POST if name == asked else None, request.FILES if name == asked else None)
        for name, (_label, make, _do) in acts.items()
    }
    for name, form in made.items():
        form.auto_id = f"id_{name}_%s"  # several forms on one page
    if asked and made[asked].is_valid():
        try:
            done = acts[asked][2](user, terms, found or made_panel(process, component), made[asked], request)
        except InputError as error:
            made[asked].add_error(None, str(error))
        else:
            if isinstance(done, HttpResponseBase):
                return done
            messages.success(request, _("It is recorded, and published where it must be."))
            return redirect("panels:bureau_panel", process=process, component=component)
    values = {
        "terms": terms,
        "panel": found,
        "acts": [(name, label, made[name], name == asked) for name, (label, _make, _do) in acts.items()],
        "people": _people(found) if found else [],
        "in_pool": Volunteer.objects.filter(panel=found).count() if found else 0,
        "obstacle": _obstacle(terms, found) if found and found.state == State.OPEN else None,
    }
    crumbs = [Crumb(_("Panels drawn by lot"), reverse("panels:bureau")), Crumb(words(terms.title))]
    return page(request, "panels/bureau/panel.html", values, crumbs=crumbs, status=422 if asked else 200)


def _people(found: Panel) -> list[tuple[str, int]]:
    rows = (
        Volunteer.objects.filter(panel=found)
        .exclude(state=Volunteer.State.POOL)
        .order_by("number")
        .values_list("state", flat=True)
    )
    counts: dict[str, int] = {}
    for state in rows:
        counts[state] = counts.get(state, 0) + 1
    return [(str(Volunteer.State(state).label), number) for state, number in sorted(counts.items())]


def _obstacle(terms: PanelTerms, found: Panel) -> Text | None:
    """What would stand in the way if the pool closed now; not asked of pools too small to draw from."""
    features = [
        one.features for one in Volunteer.objects.filter(panel=found).only("reference", "features").order_by("pk")
    ]
    return drawing.obstacle(features, terms.quotas, seats=terms.rules.size)


def _contacts(found: Panel) -> StreamingHttpResponse:
    """How to reach those drawn and members: for the service, streamed, never kept."""
    rows = Volunteer.objects.filter(panel=found, state__in=(Volunteer.State.DRAWN, Volunteer.State.MEMBER)).order_by(
        "number"
    )
    fields = ("name", "email", "phone", "needs")
    response = csv_file(
        "membres", ("numero", "etat", "nom", "courriel", "telephone", "besoins"),
        ((one.number, one.state, *((one.contact or {}).get(field, "") for field in fields)) for one in rows.iterator(chunk_size=500)),
    )  # fmt: skip
    response["Cache-Control"] = "no-store"
    return response
