"""Pages of who holds a code: no account, no script. The code is typed, never in an address; nothing here is kept in any cache."""

from __future__ import annotations

import datetime as dt
import time
import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.adapter import get_adapter
from django.contrib import messages
from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from mandat.apps.offers import ics, selectors, services
from mandat.apps.offers.definitions import PublishedOffer, published_offers
from mandat.apps.offers.forms import CodeForm, DeclineForm
from mandat.apps.offers.models import Appointment, Attendance, Identity, Invitation, Standing, Waiting
from mandat.apps.offers.services.answering import latest
from mandat.apps.programme.published import say
from mandat.kernel.errors import MandatError
from mandat.kernel.text import Text, current_language
from mandat.web import formats
from mandat.web.components import Crumb

#: For how long a code that was typed opens its pages, in seconds.
OPEN = 30 * 60
#: Wrong codes from one address in ten minutes: a whole class may be behind it.
MOST_WRONG, WINDOW = 60, 600
_HELD = "offer_invitation"
#: Days shown at once when choosing a time.
DAYS = 10

View = Callable[..., HttpResponse]


def holds_code(view: View) -> View:
    """Give the view the invitation whose code was typed in this session; without one, ask for it."""

    @never_cache
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        held = request.session.get(_HELD) or {}
        invitation = None
        if held.get("until", 0) > time.time():
            invitation = (
                Invitation.objects.select_related("member__establishment")
                .filter(pk=held.get("id", 0), code=held.get("code", ""))
                .first()
            )
        if invitation is None or invitation.member.offer not in published_offers():
            return redirect("offers:enter")
        response = view(request, invitation, *args, **kwargs)
        response["Cache-Control"] = "private, no-store"
        return response

    return guarded


@never_cache
@sensitive_post_parameters("code")
def enter(request: HttpRequest) -> HttpResponse:
    """Type the code of an invitation."""
    form = CodeForm(request.POST or None)
    status = 200
    if request.method == "POST":
        key = f"offers-wrong:{_address(request)}"
        if cache.get(key, 0) >= MOST_WRONG:
            form.add_error(None, _("Too many wrong codes from here: wait ten minutes, then try again."))
            status = 429
        elif form.is_valid():
            invitation = selectors.invitation_of(form.cleaned_data["code"])
            if invitation is not None and invitation.member.offer in published_offers():
                request.session[_HELD] = {
                    "id": invitation.pk,
                    "code": invitation.code,
                    "until": int(time.time()) + OPEN,
                }
                return redirect("offers:invitation")
            if not cache.add(key, 1, WINDOW):
                cache.incr(key)
            form.add_error("code", _("No invitation has this code: check each letter and figure."))
            status = 422
        else:
            status = 422
    context = {"form": form, "crumbs": [Crumb(_("Home"), reverse("programme:home")), Crumb(_("Your invitation"))]}
    return render(request, "offers/enter.html", context, status=status)


def _address(request: HttpRequest) -> str:
    return str(get_adapter().get_client_ip(request))


@require_POST
@never_cache
def leave(request: HttpRequest) -> HttpResponse:
    """Forget the code on this device."""
    request.session.pop(_HELD, None)
    messages.success(request, _("This device has forgotten your code."))
    return redirect("offers:enter")


def _published(invitation: Invitation) -> PublishedOffer:
    return published_offers()[invitation.member.offer]


def _page(
    request: HttpRequest, invitation: Invitation, template: str, values: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    published = _published(invitation)
    name = say(published.offer.spoken_name)
    shared = {
        "name": name,
        "offer": published.offer,
        "member": invitation.member,
        "crumbs": [Crumb(_("Home"), reverse("programme:home")), Crumb(name)],
    }
    return render(request, template, {**shared, **values}, status=status)


@holds_code
def invitation(request: HttpRequest, held: Invitation) -> HttpResponse:
    """Where the invitation stands, and the times that can be chosen."""
    published = _published(held)
    member = held.member
    appointment = (
        Appointment.objects.filter(invitation=held, state=Appointment.State.BOOKED)
        .select_related("slot__place")
        .first()
    )
    waiting = Waiting.objects.filter(invitation=held).select_related("place").first()
    period = published.round(member.round)
    over = held.closed or timezone.localdate() > period.closes or not member.present
    after = latest(published)
    context: dict[str, Any] = {
        "declined": member.standing == Standing.DECLINED,
        "over": over,
        "appointment": appointment,
        "starts": timezone.localtime(appointment.slot.starts_at) if appointment else None,
        "changeable": appointment is not None and appointment.slot.starts_at >= after,
        "waiting": waiting,
        "notice": published.offer.slots.notice_hours,
        "closes": period.closes,
    }
    if not over and member.standing == Standing.INVITED and (appointment is None or context["changeable"]):
        context |= _choice(request, held, published, after, appointment)
    else:
        context |= {"days": [], "choosing": False, "day": None, "times": [], "places_full": []}
    return _page(request, held, "offers/invitation.html", context)


def _choice(
    request: HttpRequest,
    held: Invitation,
    published: PublishedOffer,
    after: dt.datetime,
    appointment: Appointment | None,
) -> dict[str, Any]:
    """Days with room, the times of the day chosen, and the places one can wait for."""
    slots = selectors.open_slots(
        offer=published.code, round=held.member.round, establishment=held.member.establishment_id, after=after
    )
    days = list(slots.order_by().datetimes("starts_at", "day", tzinfo=timezone.get_current_timezone())[: DAYS + 1])
    shown = [moment.date() for moment in days[:DAYS]]
    asked = request.GET.get("jour", "")
    try:
        day = dt.date.fromisoformat(asked) if asked else (shown[0] if shown else None)
    except ValueError as error:
        raise Http404(asked) from error
    times: list[dict[str, Any]] = []
    if day is not None:
        start = timezone.make_aware(dt.datetime.combine(day, dt.time.min))
        of_day = slots.filter(starts_at__gte=start, starts_at__lt=start + dt.timedelta(hours=26))
        for slot in of_day:
            local = timezone.localtime(slot.starts_at)
            if local.date() == day:
                times.append(
                    {
                        "reference": str(slot.reference),
                        "time": _clock(local),
                        "place": slot.place,
                    }
                )
    waitable = published.offer.slots.waiting_list and not days and appointment is None
    return {
        "choosing": True,
        "days": [(_weekday(one), f"?jour={one.isoformat()}", one == day) for one in shown],
        "day": day,
        "times": times,
        "places_full": list(selectors.places_for(held.member.establishment_id)) if waitable else [],
    }


def _weekday(day: dt.date) -> str:
    """``mar. 1er déc.``: a day as it is chosen, without its year."""
    french = current_language() == "fr"
    text = str(formats.format_date(day, format="EEE d MMM", locale="fr" if french else "en_GB"))
    if french and day.day == 1:
        text = text.replace(" 1 ", " 1er ", 1)
    return text.replace(" ", "\u00a0")


def _clock(moment: dt.datetime) -> str:
    return str(Text(f"{moment.hour}\u00a0h\u00a0{moment.minute:02}", f"{moment:%H:%M}"))


def _done(request: HttpRequest, act: Callable[[], Any], said: str) -> HttpResponse:
    """Carry out an act; say what came of it; back to the invitation."""
    try:
        act()
    except MandatError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, said)
    return redirect("offers:invitation")


@require_POST
@holds_code
def choose(request: HttpRequest, held: Invitation) -> HttpResponse:
    """Book the time chosen, or move to it."""
    reference = request.POST.get("slot", "")
    if not _is_uuid(reference):
        messages.error(request, _("Choose a time first."))
        return redirect("offers:invitation")
    return _done(
        request, lambda: services.slot_book(invitation=held.pk, slot=reference), _("Your appointment is booked.")
    )


def _is_uuid(text: str) -> bool:
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True


@require_POST
@holds_code
def cancel(request: HttpRequest, held: Invitation) -> HttpResponse:
    """Cancel the appointment."""
    return _done(request, lambda: services.slot_cancel(invitation=held.pk), _("Your appointment is cancelled."))


@require_POST
@holds_code
def wait(request: HttpRequest, held: Invitation) -> HttpResponse:
    """Wait for a time at a place."""
    place = request.POST.get("place", "")
    number = int(place) if place.isdecimal() and len(place) < 18 else 0
    return _done(
        request,
        lambda: services.slot_wait(invitation=held.pk, place=number),
        _("You are on the waiting list: come back here to see whether a time was found."),
    )


@holds_code
def decline(request: HttpRequest, held: Invitation) -> HttpResponse:
    """Decline, without a reason."""
    form = DeclineForm(request.POST if request.method == "POST" else None, offer=_published(held).offer)
    if request.method == "POST" and form.is_valid():
        try:
            services.offer_decline(invitation=held.pk, by=form.cleaned_data["by"])
        except MandatError as error:
            form.add_error("by", str(error))
        else:
            messages.success(request, _("Your answer is recorded, and your name is erased."))
            return redirect("offers:invitation")
    status = 422 if form.is_bound and form.errors else 200
    return _page(request, held, "offers/decline.html", {"form": form}, status=status)


@require_POST
@holds_code
def come_back(request: HttpRequest, held: Invitation) -> HttpResponse:
    """Think better of having declined."""
    return _done(
        request, lambda: services.offer_accept_again(invitation=held.pk), _("You are invited again: choose a time.")
    )


@holds_code
def calendar(request: HttpRequest, held: Invitation) -> HttpResponse:
    """The appointment as a calendar file."""
    appointment = (
        Appointment.objects.filter(invitation=held, state=Appointment.State.BOOKED)
        .select_related("slot__place")
        .first()
    )
    if appointment is None:
        raise Http404
    response = HttpResponse(ics.calendar(_published(held), appointment), content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="rendez-vous.ics"'
    return response


def _held_about(held: Invitation) -> list[tuple[str, str, str]]:
    """Everything kept about the member: key, words, value."""
    member = held.member
    identity = Identity.objects.filter(member=member).first()
    person = identity.person if identity is not None else {}
    labels = {
        "surname": _("Surname"),
        "given": _("Given name"),
        "born_on": _("Date of birth"),
        "email": _("E-mail address"),
    }
    found = [(key, label, str(person.get(key, ""))) for key, label in labels.items() if person.get(key)]
    found += [
        ("establishment", _("Establishment"), member.establishment.name),
        ("group", _("Class"), member.group),
        ("answer", _("Answer"), str(member.get_standing_display())),
    ]
    appointments = Appointment.objects.filter(invitation__member=member).select_related("slot__place", "attendance")
    for row in appointments.order_by("pk"):
        words = {"present": _("the person came"), "missed": _("missed")}
        try:
            came = words.get(row.attendance.outcome, "")
        except Attendance.DoesNotExist:
            came = ""
        value = f"{formats.moment(timezone.localtime(row.slot.starts_at))}, {row.slot.place.name}"
        found.append(
            ("appointment", _("Appointment"), ", ".join(filter(None, (value, str(row.get_state_display()), came))))
        )
    return found


@holds_code
def own(request: HttpRequest, held: Invitation) -> HttpResponse:
    """What is kept about me, why, and until when."""
    published = _published(held)
    rows = [(label, value) for _key, label, value in _held_about(held)]
    return _page(
        request,
        held,
        "offers/own.html",
        {"rows": rows, "retention": published.offer.retention, "closes": published.round(held.member.round).closes},
    )


@holds_code
def own_file(request: HttpRequest, held: Invitation) -> HttpResponse:
    """The same as a file."""
    response = JsonResponse(
        {"kept": [{"what": key, "value": value} for key, _label, value in _held_about(held)]},
        json_dumps_params={"ensure_ascii": False, "indent": 2},
    )
    response["Content-Disposition"] = 'attachment; filename="mes-donnees.json"'
    return response
