"""Pages with names, for the staff assigned: lists and letters of an establishment, who comes to a place."""

from __future__ import annotations

import datetime as dt
from typing import Any
from urllib.parse import quote

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from mandat.apps.accounts.access import requires
from mandat.apps.offers import access, letters, selectors, services
from mandat.apps.offers.definitions import published_offers
from mandat.apps.offers.models import (
    Appointment,
    Attendance,
    Batch,
    Establishment,
    Identity,
    Invitation,
    Member,
    Place,
    Slot,
    Standing,
)
from mandat.apps.offers.services.inviting import code_renew
from mandat.apps.offers.services.places import appointments_of
from mandat.apps.offers.views.common import actor, reference
from mandat.apps.offers.views.public import offer_or_404, round_of
from mandat.apps.programme.published import say
from mandat.kernel.errors import MandatError
from mandat.web import formats
from mandat.web.components import Crumb, Link


def _page(request: HttpRequest, template: str, values: dict[str, Any], crumbs: list[Crumb]) -> HttpResponse:
    trail = [
        Crumb(_("Home"), reverse("programme:home")),
        Crumb(_("My establishments and places"), reverse("offers:mine")),
        *crumbs,
    ]
    if not crumbs:
        trail[-1] = Crumb(_("My establishments and places"))
    response = render(request, template, {"crumbs": trail, **values})
    response["Cache-Control"] = "private, no-store"
    return response


def _name(identity: Identity | None, member: Member) -> str:
    person = identity.person or {} if identity is not None else {}
    name = f"{person.get('surname', '').upper()} {person.get('given', '')}".strip()
    return name or (member.group if member.size > 1 else _("name erased"))


@requires("offers.attendance")
def mine(request: HttpRequest) -> HttpResponse:
    """What this account is assigned to."""
    schools = Establishment.objects.filter(pk__in=access.establishments_of(request.user)).order_by("name", "code")
    places = Place.objects.filter(pk__in=access.places_of(request.user)).order_by("name", "code")
    offers = list(published_offers().values())
    context = {
        "schools": [
            Link(f"{school.name} – {say(one.offer.title)}", reverse("offers:school", args=[one.code, school.code]))
            for school in schools
            for one in offers
            if one.offer.target.establishments == school.kind
        ],
        "places": [Link(place.name, reverse("offers:place", args=[place.code])) for place in places],
    }
    return _page(request, "offers/staff/mine.html", context, [])


def _school(request: HttpRequest, code: str) -> Establishment:
    school = get_object_or_404(Establishment, code=code)
    access.require_establishment(request.user, school)
    return school


@requires("offers.names")
def school(request: HttpRequest, offer: str, code: str) -> HttpResponse:
    """Classes of an establishment; with ``classe``, its members by name."""
    school = _school(request, code)
    found = offer_or_404(offer)
    period = round_of(request, found)
    group = request.GET.get("classe", "")
    base = reverse("offers:school", args=[found.code, school.code])
    listed = selectors.classes(found.code, period.code, school.pk)
    pending = Invitation.objects.filter(
        member__offer=found.code, member__round=period.code, member__establishment=school, pending__isnull=False
    )
    batches = Batch.objects.filter(pk__in=set(pending.order_by().values_list("batch", flat=True)))
    members: list[tuple[str, Member]] = []
    if group:
        rows = Member.objects.filter(
            offer=found.code, round=period.code, establishment=school, group=group, present=True
        ).select_related("identity")
        members = [(_name(getattr(row, "identity", None), row), row) for row in rows.order_by("pk")]
        members.sort(key=lambda item: (item[0].casefold(), item[1].pk))
    context = {
        "school": school,
        "offer": found.offer,
        "round": period,
        "classes": [(one, f"{base}?tour={period.code}&classe={_quoted(one.group)}") for one in listed],
        "group": group,
        "members": members,
        "declined": Standing.DECLINED.value,
        "waiting": Standing.WAITING.value,
        "batches": list(batches),
    }
    crumbs = [Crumb(school.name, base)] if group else [Crumb(school.name)]
    return _page(request, "offers/staff/school.html", context, [*crumbs, Crumb(group)] if group else crumbs)


def _quoted(text: str) -> str:
    return quote(text)


@requires("offers.names")
def print_letters(request: HttpRequest, offer: str, code: str, batch: int) -> HttpResponse:
    """Letters to print, as a PDF."""
    school = _school(request, code)
    sent = get_object_or_404(Batch, pk=batch, offer=offer)
    try:
        pdf = letters.letters_pdf(
            actor=actor(request), batch=sent, establishment=school, group=request.GET.get("classe", "")
        )
    except MandatError as error:
        messages.error(request, str(error))
        return redirect("offers:school", offer, code)
    response = HttpResponse(pdf, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="lettres-{school.code}.pdf"'
    response["Cache-Control"] = "private, no-store"
    return response


@require_POST
@requires("offers.names")
def hand_over(request: HttpRequest, offer: str, code: str, batch: int) -> HttpResponse:
    """Say that letters were handed over."""
    school = _school(request, code)
    sent = get_object_or_404(Batch, pk=batch, offer=offer)
    done = services.letters_hand_over(
        actor=actor(request), batch=sent, establishment=school, group=request.POST.get("classe", "")
    )
    messages.success(
        request,
        ngettext(
            "%(n)s letter handed over: its code is erased.", "%(n)s letters handed over: their codes are erased.", done
        )
        % {"n": formats.number(done, 0)},
    )
    return redirect("offers:school", offer, code)


@require_POST
@requires("offers.names")
def member_act(request: HttpRequest, offer: str, code: str) -> HttpResponse:
    """Record a refusal told to the establishment, or give a new code."""
    school = _school(request, code)
    asked = reference(request.POST.get("member", ""))
    member = Member.objects.filter(reference=asked, offer=offer, establishment=school).first()
    if member is None:
        raise Http404
    try:
        if "decline" in request.POST:
            services.member_decline(actor=actor(request), member=member)
            messages.success(request, _("The refusal is recorded, and the name is erased."))
        else:
            invitation = Invitation.objects.filter(member=member).order_by("-rank").first()
            if invitation is None:
                raise Http404
            fresh = code_renew(actor=actor(request), invitation=invitation)
            messages.success(request, _("The new code is %(code)s. The old one no longer works.") % {"code": fresh})
    except MandatError as error:
        messages.error(request, str(error))
    url = reverse("offers:school", args=[offer, code])
    return redirect(f"{url}?tour={member.round}&classe={_quoted(member.group)}")


def _place(request: HttpRequest, code: str) -> Place:
    place = get_object_or_404(Place, code=code)
    access.require_place(request.user, place)
    return place


@requires("offers.attendance")
def place(request: HttpRequest, code: str) -> HttpResponse:
    """Who comes on a day; who came is recorded here."""
    place = _place(request, code)
    asked = request.GET.get("jour", "")
    try:
        day = dt.date.fromisoformat(asked) if asked else timezone.localdate()
    except ValueError as error:
        raise Http404(asked) from error
    now = timezone.now()
    rows = []
    for row in appointments_of(place, day):
        member = row.invitation.member
        try:
            outcome = row.attendance.outcome
        except Attendance.DoesNotExist:
            outcome = ""
        local = timezone.localtime(row.slot.starts_at)
        rows.append(
            {
                "appointment": row,
                "time": f"{local:%H:%M}",
                "name": _name(getattr(member, "identity", None), member),
                "group": member.group,
                "school": member.establishment.name,
                "outcome": outcome,
                "begun": row.slot.starts_at <= now,
            }
        )
    base = reverse("offers:place", args=[place.code])
    free = Slot.objects.filter(place=place, starts_at__gte=now, withdrawn=False).order_by("starts_at", "pk")
    free_rows = [
        (str(slot.reference), formats.moment(timezone.localtime(slot.starts_at)))
        for slot in free[:60]
        if slot.taken < slot.capacity
    ]
    context = {
        "place": place,
        "day": day,
        "rows": rows,
        "free": free_rows,
        "before": f"{base}?jour={(day - dt.timedelta(days=1)).isoformat()}",
        "after": f"{base}?jour={(day + dt.timedelta(days=1)).isoformat()}",
    }
    return _page(request, "offers/staff/place.html", context, [Crumb(place.name)])


@require_POST
@requires("offers.attendance")
def attendance(request: HttpRequest, code: str) -> HttpResponse:
    """Record that someone came or did not, or move an appointment."""
    place = _place(request, code)
    number = request.POST.get("appointment", "")
    appointment = get_object_or_404(
        Appointment.objects.select_related("slot"), pk=int(number) if number.isdecimal() else 0, slot__place=place
    )
    day = timezone.localtime(appointment.slot.starts_at).date()
    try:
        if request.POST.get("outcome") in ("present", "missed"):
            services.attendance_record(
                actor=actor(request),
                appointment=appointment,
                outcome="present" if request.POST["outcome"] == "present" else "missed",
            )
            messages.success(request, _("Recorded."))
        else:
            services.appointment_move(actor=actor(request), appointment=appointment, slot=request.POST.get("slot", ""))
            messages.success(request, _("The appointment is moved."))
    except MandatError as error:
        messages.error(request, str(error))
    return redirect(f"{reverse('offers:place', args=[place.code])}?jour={day.isoformat()}")
