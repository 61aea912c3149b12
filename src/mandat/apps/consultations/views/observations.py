"""Sightings: the map and the list, sending one, one sighting with its confirmations, and the files."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import Count, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from mandat.apps.accounts.permissions import may
from mandat.apps.consultations import photos
from mandat.apps.consultations.exports import sightings
from mandat.apps.consultations.forms import FiltersForm, ObservationForm
from mandat.apps.consultations.held import Held
from mandat.apps.consultations.models import Confirmation, Consultation, Observation, Shown
from mandat.apps.consultations.services.observations import (
    observation_confirm,
    observation_send,
    observation_withdraw,
    subject_of,
)
from mandat.apps.consultations.views.shared import acted, base, crumbs, entitled, held_or_404, row_or_404
from mandat.apps.custody import uploads
from mandat.apps.participation.schema.contributions import Observations
from mandat.apps.programme.views.shared import programme_or_404, words
from mandat.apps.territory import selectors as territory
from mandat.apps.territory.maps import frame, patches
from mandat.kernel.errors import InputError
from mandat.web.components import ActiveFilter, Column, Crumb, Filters, Link, Table
from mandat.web.formats import day as in_day
from mandat.web.formats import number
from mandat.web.links import with_
from mandat.web.maps import Map, choropleth
from mandat.web.paging import turned

State = Observation.State
PAGE = 50


def list_url(held: Held[Any], name: str = "observations", *more: str) -> str:
    return reverse(f"consultations:{name}", args=[held.process.code, held.code, *more])


def published(row: Consultation | None) -> QuerySet[Observation]:
    """What everyone sees, the latest first; refuted sightings are told as such."""
    found = Observation.objects.filter(shown=Shown.SHOWN)
    found = found.filter(consultation=row) if row is not None else found.none()
    return found.order_by("-seen_on", "-id")


def place_of(held: Held[Observations], one: Observation) -> str:
    """Where, as finely as may be told: sensitive subjects are not told by commune."""
    subject = subject_of(held.document, one.subject)
    if subject is None or subject.sensitive:
        return _("withheld: sensitive subject")
    return territory.area_name(f"commune:{one.commune}")


@require_safe
def observations(request: HttpRequest, process: str, component: str) -> HttpResponse:
    """Where and what was seen: a map by group of communes, counts by subject, and the list, narrowed by subject and state."""
    held = held_or_404(process, component, Observations)
    row = held.row()
    subjects = [(one.code, words(one.label)) for one in held.document.subjects]
    form = FiltersForm(request.GET or None, subjects=subjects, states=State.choices)
    found = published(row)
    active: list[ActiveFilter] = []
    if form.is_valid():
        for name, field, labels in (("sujet", "subject", dict(subjects)), ("etat", "state", dict(State.choices))):
            if value := form.cleaned_data[name]:
                found = found.filter(**{field: value})
                active.append(
                    ActiveFilter(form.fields[name].label, labels[value], with_(request.GET.urlencode(), **{name: ""}))
                )
    listed: Any = found
    rows, page = turned(request, listed, size=PAGE)
    values = {
        **base(request, held),
        "crumbs": crumbs(held),
        "row": row,
        "filters": Filters(form, active, list_url(held)),
        "table": _table(held, rows) if rows else None,
        "page": page,
        "counts": _counts(held, row),
        "map": _map(held, row),
        "blur": held.document.blur_km,
    }
    return render(request, "consultations/observations.html", values)


def _table(held: Held[Observations], rows: list[Observation]) -> Table:
    return Table(
        _("Observations"),
        [
            Column(_("What")),
            Column(_("How many"), right=True),
            Column(_("Day")),
            Column(_("Where")),
            Column(_("State")),
        ],
        [
            (
                Link(_label(held, one), list_url(held, "observation", one.reference)),
                number(one.count, 0),
                in_day(one.seen_on),
                place_of(held, one),
                one.get_state_display(),
            )
            for one in rows
        ],
    )


def _label(held: Held[Observations], one: Observation) -> str:
    subject = subject_of(held.document, one.subject)
    return words(subject.label) if subject is not None else one.subject


def _counts(held: Held[Observations], row: Consultation | None) -> Table | None:
    if row is None:
        return None
    counts: dict[str, dict[str, int]] = {}
    rows = published(row).order_by().values("subject", "state").annotate(n=Count("pk"))
    for one in rows:
        counts.setdefault(one["subject"], {})[one["state"]] = one["n"]
    lines = [
        (words(one.label), *(number(counts.get(one.code, {}).get(state, 0), 0) for state in State.values))
        for one in held.document.subjects
        if one.code in counts
    ]
    heads = [Column(_("What")), *(Column(label, right=True) for label in State.labels)]
    return Table(_("By subject"), heads, lines) if lines else None


def _map(held: Held[Observations], row: Consultation | None) -> Map | None:
    """Sightings confirmed by group of communes, sensitive subjects left out; None without boundaries."""
    current = programme_or_404()
    region = territory.current_region(current.programme.region)
    drawn = frame(region) if region else None
    if row is None or region is None or drawn is None:
        return None
    plain = [one.code for one in held.document.subjects if not one.sensitive]
    values: dict[str, Decimal | None] = {}
    places = territory.reference().places
    rows = published(row).order_by().filter(subject__in=plain).exclude(state=State.REFUTED)
    for one in rows.values("commune").annotate(n=Count("pk")):
        place = places.get(one["commune"])
        if place is not None and place.epci:
            area = f"epci:{place.epci}"
            values[area] = (values.get(area) or Decimal(0)) + one["n"]
    return choropleth(
        drawn,
        patches(region, "epci", values=values),
        name="sightings",
        title=_("Observations by group of communes"),
        caption=_("Observations by group of communes"),
        head=(_("Group of communes"), _("Observations")),
    )


@login_required
@uploads.limited_uploads(photos.LARGEST)
@never_cache
@entitled
def send(request: HttpRequest, process: str, component: str) -> HttpResponseBase:
    """Tell what was seen."""
    held = held_or_404(process, component, Observations)
    form = ObservationForm(request.POST or None, request.FILES or None, document=held.document)
    if request.method == "POST" and form.is_valid():
        try:
            made = observation_send(actor=request.user, held=held, **form.cleaned_data)  # type: ignore[arg-type]
        except InputError as error:
            form.add_error(None, str(error))
        else:
            acted(request, lambda: None, _("Thank you: your observation is recorded."))
            return redirect(list_url(held, "observation", made.reference))
    values = {
        **base(request, held),
        "crumbs": crumbs(held, Crumb(_("Send an observation")), url=list_url(held)),
        "form": form,
    }
    return render(request, "consultations/observe.html", values)


def _one(held: Held[Observations], reference: str, user: Any) -> Observation:
    found = Observation.objects.select_related("consultation", "photo").filter(
        consultation=row_or_404(held), reference=reference
    ).first()  # fmt: skip
    if found is None:
        raise Http404(reference)
    own = user.is_authenticated and found.author_id == user.pk
    if found.shown != Shown.SHOWN and not own and not may(user, "community.moderate"):
        raise Http404(reference)
    return found


@require_safe
def observation(request: HttpRequest, process: str, component: str, reference: str) -> HttpResponse:
    """One sighting."""
    held = held_or_404(process, component, Observations)
    found = _one(held, reference, request.user)
    own = request.user.is_authenticated and found.author_id == request.user.pk
    confirmed = (
        request.user.is_authenticated and Confirmation.objects.filter(observation=found, user=request.user.pk).exists()
    )
    subject = subject_of(held.document, found.subject)
    values = {
        **base(request, held),
        "crumbs": crumbs(held, Crumb(_("Observation %(reference)s") % {"reference": reference}), url=list_url(held)),
        "observation": found,
        "label": _label(held, found),
        "scientific": subject.scientific if subject is not None else "",
        "place": place_of(held, found),
        "own": own,
        "confirmed": confirmed,
        "needed": held.document.confirmations,
        "photo": found.photo is not None and (found.photo_shown or own),
        "radius": number(found.radius, 0),
    }
    response = render(request, "consultations/observation.html", values)
    if request.user.is_authenticated:
        response["Cache-Control"] = "private, no-store"
    return response


@require_safe
def photo(request: HttpRequest, process: str, component: str, reference: str) -> HttpResponseBase:
    """The photo: for everyone once an agent has seen it, before that for its author and those who moderate."""
    held = held_or_404(process, component, Observations)
    found = _one(held, reference, request.user)
    if found.photo is None or not (found.photo_shown or uploads.may_read(request.user, found.photo)):
        raise Http404(reference)
    try:
        body = b"".join(uploads.read(found.photo))
    except PermissionError:
        raise Http404(reference) from None
    response = HttpResponse(body, content_type="image/png" if found.photo.kind == "png" else "image/jpeg")
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "public, max-age=3600" if found.photo_shown else "private, no-store"
    return response


@require_POST
@login_required
@entitled
def confirm(request: HttpRequest, process: str, component: str, reference: str) -> HttpResponseBase:
    """Say that one saw it too."""
    held = held_or_404(process, component, Observations)
    found = _one(held, reference, request.user)
    acted(
        request,
        lambda: observation_confirm(actor=request.user, observation=found),  # type: ignore[arg-type]
        _("Your confirmation is recorded."),
    )
    return redirect(list_url(held, "observation", reference))


@require_POST
@login_required
@entitled
def withdraw(request: HttpRequest, process: str, component: str, reference: str) -> HttpResponseBase:
    """Take one's sighting back."""
    held = held_or_404(process, component, Observations)
    found = _one(held, reference, request.user)
    done = acted(
        request,
        lambda: observation_withdraw(actor=request.user, observation=found),  # type: ignore[arg-type]
        _("Your observation is withdrawn."),
    )
    return redirect(list_url(held) if done else list_url(held, "observation", reference))


@require_safe
def export(request: HttpRequest, process: str, component: str, form: str) -> HttpResponseBase:
    """Every sighting that is published, as CSV or GeoJSON."""
    held = held_or_404(process, component, Observations)
    found = published(held.row())
    body, kind = (
        (sightings.csv_file(held, found), "text/csv; charset=utf-8")
        if form == "csv"
        else (sightings.geojson(held, found), "application/geo+json")
    )
    response = StreamingHttpResponse(body, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{held.process.code}-{held.code}.{form}"'
    return response
