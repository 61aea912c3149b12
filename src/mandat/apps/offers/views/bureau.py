"""The back office of an offer: overview, rolls, the proof, invitations, slots. Counts only: names are elsewhere (``staff``)."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from mandat.apps.accounts.access import requires
from mandat.apps.accounts.permissions import may
from mandat.apps.offers import access, selectors, services, tasks, telling
from mandat.apps.offers.definitions import published_offers
from mandat.apps.offers.forms import BatchForm, SlotsForm
from mandat.apps.offers.models import Batch, Place, Tally
from mandat.apps.offers.services.coverage import share
from mandat.apps.offers.views.common import actor, assigned, offer_url, page
from mandat.apps.offers.views.public import few, offer_or_404, round_of
from mandat.apps.programme.published import say
from mandat.apps.programme.views.bureau.common import page as bureau_page
from mandat.kernel.errors import MandatError
from mandat.web import formats
from mandat.web.components import Column, Crumb, Link, Table
from mandat.web.formats import number

SHOWN = 50


@requires("offers.read")
def offers(request: HttpRequest) -> HttpResponse:
    """Every offer with its present round."""
    rows = []
    for found in published_offers().values():
        period = found.offer.current_round(timezone.localdate())
        tallies = list(selectors.tallied(found.code, period.code))
        rows.append(
            (
                Link(say(found.offer.title), offer_url("offers:bureau", found.code, period.code)),
                say(period.title),
                number(sum(t.listed for t in tallies), 0),
                number(sum(t.invited for t in tallies), 0),
                number(sum(t.attended for t in tallies), 0),
            )
        )
    table = Table(
        caption=_("Systematic offers"),
        columns=(
            Column(_("Offer")),
            Column(_("Round")),
            Column(_("On the roll"), right=True),
            Column(_("Invited"), right=True),
            Column(_("Came"), right=True),
        ),
        rows=rows,
    )
    context = {
        "table": table if rows else None,
        "assigned": assigned(request),
        "may_manage": may(request.user, "offers.manage"),
        "may_assign": may(request.user, "offers.assign"),
    }
    return bureau_page(request, "offers/bureau/offers.html", context, crumbs=[Crumb(_("Systematic offers"))])


@requires("offers.read")
def overview(request: HttpRequest, offer: str) -> HttpResponse:
    """Where a round stands, establishment by establishment."""
    found = offer_or_404(offer)
    period = round_of(request, found)
    tallies = list(selectors.tallied(found.code, period.code))
    concerned = access.concerns(request.user)
    rows = []
    for tally in tallies:
        school = tally.establishment
        rows.append(
            (
                school.name,
                school.code,
                number(tally.listed, 0),
                number(tally.invited, 0),
                number(tally.waiting, 0),
                *_answers(tally, exact=school.pk in concerned, smallest=found.offer.publication.threshold),
            )
        )
    sums = {name: sum(getattr(t, name) for t in tallies) for name in ("listed", "invited", "declined", "attended")}
    untold = sum(telling.untold(t, name) for t in tallies for name in telling.BATCHED)
    table = Table(
        caption=_("By establishment"),
        columns=(
            Column(_("Establishment")),
            Column(_("Code")),
            Column(_("On the roll"), right=True),
            Column(_("Invited"), right=True),
            Column(_("Waiting"), right=True),
            Column(_("Declined"), right=True),
            Column(_("Came"), right=True),
            Column(_("Missed"), right=True),
            Column(_("Share come"), right=True),
        ),
        rows=rows,
        note=_(
            "For the service only. Answers are exact for the establishments you are assigned to; elsewhere, small counts are not shown."
        ),
    )
    context = {
        "table": table if rows else None,
        "sums": [
            (_("on the roll"), number(sums["listed"], 0)),
            (_("invited"), number(sums["invited"], 0)),
            (_("declined"), number(sums["declined"], 0)),
            (_("came"), number(sums["attended"], 0)),
        ],
        "untold": number(untold, 0),
        "has_untold": bool(untold),
    }
    return page(request, "offers/bureau/overview.html", found, period, _("Overview"), context)


def _answers(tally: Tally, *, exact: bool, smallest: int) -> tuple[str, ...]:
    """Declined, came, missed, and the share who came: exact for the staff concerned, else not under the threshold."""
    counts = (tally.declined, tally.attended, tally.missed)
    if not exact:
        shown = tuple(few(count if count >= smallest else 0, smallest) for count in counts)
        told = tally.attended >= smallest and tally.listed > 0
        return (*shown, formats.percent(share(tally.attended, tally.listed), 0) if told else "–")
    said = formats.percent(share(tally.attended, tally.listed), 0) if tally.listed else "–"
    return (*(number(count, 0) for count in counts), said)


@require_POST
@requires("offers.manage")
def publish(request: HttpRequest, offer: str) -> HttpResponse:
    """Publish what is due."""
    found = offer_or_404(offer)
    period = round_of(request, found)
    told = services.coverage_publish(actor=actor(request), offer=found.code, round=period.code)
    if told:
        messages.success(request, ngettext("%(n)s fact published.", "%(n)s facts published.", told) % {"n": told})
    else:
        messages.info(request, _("Nothing new can be published yet: each count needs enough people."))
    return redirect(offer_url("offers:bureau", found.code, period.code))


@requires("offers.read")
def batches(request: HttpRequest, offer: str) -> HttpResponse:
    """Batches of invitations, and the form that opens one."""
    found = offer_or_404(offer)
    period = round_of(request, found)
    form = None
    if may(request.user, "offers.manage"):
        form = BatchForm(request.POST or None, offer=found.offer, initial={"round": period.code, "rank": "1"})
        if request.method == "POST" and form.is_valid():
            data = form.cleaned_data
            try:
                batch = services.batch_open(
                    actor=actor(request),
                    offer=found.code,
                    round=data["round"],
                    establishments=data["establishments"],
                    rank=int(data["rank"]),
                )
            except MandatError as error:
                form.add_error(None, str(error))
            else:
                tasks.invite.enqueue(batch.pk)
                messages.success(
                    request, _("The invitations are being prepared: letters can be printed once they are.")
                )
                return redirect(offer_url("offers:batches", found.code, data["round"]))
    kept = Batch.objects.filter(programme=settings.MANDAT_PROGRAMME, offer=found.code, round=period.code)[:SHOWN]
    sizes = selectors.batch_sizes([batch.pk for batch in kept])
    rows = [
        (
            formats.moment(batch.created_at),
            _("second invitations") if batch.rank == 2 else _("first invitations"),
            ", ".join(batch.codes[:4]) + ("…" if len(batch.codes) > 4 else "") or _("all establishments"),
            str(batch.get_state_display()),
            number(sizes.get(batch.pk, (0, 0))[0], 0),
            number(sizes.get(batch.pk, (0, 0))[1], 0),
        )
        for batch in kept
    ]
    context = {
        "form": form,
        "table": Table(
            caption=_("Batches, latest first"),
            columns=(
                Column(_("When")),
                Column(_("What")),
                Column(_("Establishments")),
                Column(_("State")),
                Column(_("Invitations"), right=True),
                Column(_("Letters to hand over"), right=True),
            ),
            rows=rows,
        )
        if rows
        else None,
    }
    status = 422 if form is not None and form.is_bound and form.errors else 200
    return page(request, "offers/bureau/batches.html", found, period, _("Invitations"), context, status=status)


@requires("offers.read")
def slots(request: HttpRequest, offer: str) -> HttpResponse:
    """Slots to come by place, and the form that makes some."""
    found = offer_or_404(offer)
    period = round_of(request, found)
    form = None
    if may(request.user, "offers.manage"):
        form = SlotsForm(request.POST or None, offer=found.offer, initial={"round": period.code})
        if request.method == "POST" and form.is_valid():
            data = form.cleaned_data
            try:
                made = services.slots_generate(actor=actor(request), offer=found.code, **data)
            except MandatError as error:
                form.add_error(None, str(error))
            else:
                messages.success(request, ngettext("%(n)s slot made.", "%(n)s slots made.", made) % {"n": made})
                return redirect(offer_url("offers:slots", found.code, data["round"]))
    filled = selectors.occupancy(found.code, period.code, now=timezone.now())
    places = Place.objects.in_bulk(list(filled))
    rows = [
        (place.name, number(filled[pk]["slots"], 0), number(filled[pk]["room"], 0), number(filled[pk]["taken"], 0))
        for pk, place in sorted(places.items(), key=lambda item: (item[1].name, item[0]))
    ]
    context = {
        "form": form,
        "table": Table(
            caption=_("Slots to come, by place"),
            columns=(
                Column(_("Place")),
                Column(_("Slots"), right=True),
                Column(_("Room"), right=True),
                Column(_("Taken"), right=True),
            ),
            rows=rows,
        )
        if rows
        else None,
    }
    status = 422 if form is not None and form.is_bound and form.errors else 200
    return page(request, "offers/bureau/slots.html", found, period, _("Slots"), context, status=status)
