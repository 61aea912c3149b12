"""The back office of the offline desk."""

from __future__ import annotations

import csv
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_POST

from mandat.apps.accounts.access import requires
from mandat.apps.custody.sealing import ErasedError, with_keys
from mandat.apps.custody.uploads import limited_uploads
from mandat.apps.desk import sealing
from mandat.apps.desk.adapters import adapter_of
from mandat.apps.desk.forms import BringForm, CarnetForm, EventForm, SettleForm, SwearForm
from mandat.apps.desk.models import Carnet, Entry
from mandat.apps.desk.services import bringing, preparing, reconciling
from mandat.apps.desk.views.offline import carnet_or_404
from mandat.apps.meetings import selectors as meetings
from mandat.apps.participation.definitions import published_processes
from mandat.apps.programme.published import say
from mandat.apps.programme.views.bureau.common import page, user_of
from mandat.kernel.errors import InputError, MandatError
from mandat.kernel.periods import PARIS
from mandat.web import formats
from mandat.web.components import Column, Crumb, Link, Table
from mandat.web.paging import turned

PER_PAGE = 40
#: Entries shown of what is foreseen, of what was refused.
SHOWN = 200


def trail(*labels: str) -> list[Crumb]:
    return [Crumb(_("Offline desk"), reverse("desk:carnets")), *(Crumb(label) for label in labels)]


@requires("desk.collect")
def carnets(request: HttpRequest) -> HttpResponse:
    """Every carnet, the next event first."""
    rows = Carnet.objects.filter(programme=settings.MANDAT_PROGRAMME).select_related("prepared_by")
    shown, turning = turned(request, list(rows), size=PER_PAGE)
    table = Table(
        caption=_("Carnets"),
        columns=(
            Column(_("Carnet")), Column(_("Event")), Column(_("Day")), Column(_("Place")), Column(_("Blanks"), right=True), Column(_("State")),
        ),
        rows=[
            (
                Link(one.code, reverse("desk:carnet", args=[one.code])), one.title, formats.day(one.event_on), one.place,
                formats.number(one.blanks, 0), str(one.get_state_display()),
            )
            for one in shown
        ],
    )  # fmt: skip
    values = {"table": table if shown else None, "page": turning}
    return page(request, "desk/carnets.html", values, crumbs=[Crumb(_("Offline desk"))])


@requires("desk.collect")
def prepare(request: HttpRequest) -> HttpResponse:
    """Prepare a carnet: first the event, then what is collected there."""
    coming = [
        (one.code, f"{formats.day(one.starts_at.astimezone(PARIS).date())} – {say(one.title)}")
        for one in meetings.upcoming(meetings.meetings())[:SHOWN]
    ]
    processes = [(code, say(one.process.title)) for code, one in published_processes().items()]
    meeting, process = request.GET.get("meeting", ""), request.GET.get("process", "")
    found = meetings.meeting(meeting) if meeting else None
    process = process or (found.process if found else "")
    event = EventForm(initial={"meeting": meeting, "process": process}, meetings=coming, processes=processes)
    form = None
    if meeting or process:
        initial: dict[str, Any] = {"event_on": timezone.localdate()}
        if found is not None:
            initial = {
                "title": say(found.title)[:150],
                "place": found.place,
                "event_on": found.starts_at.astimezone(PARIS).date(),
            }
        form = CarnetForm(request.POST or None, process=process, meeting=meeting, initial=initial)
        if request.method == "POST" and form.is_valid():
            data = form.cleaned_data
            try:
                made = preparing.carnet_prepare(
                    actor=user_of(request), title=data["title"], place=data["place"], event_on=data["event_on"],
                    sections=form.sections(), process=process, meeting=meeting,
                )  # fmt: skip
            except InputError as error:
                form.add_error(None, str(error))
            else:
                messages.success(request, _("The carnet is ready: put it on a device, or print it, before you leave."))
                return redirect("desk:carnet", code=made.code)
    status = 422 if form is not None and form.is_bound and form.errors else 200
    values = {"event": event, "form": form}
    return page(request, "desk/prepare.html", values, crumbs=trail(_("A new carnet")), status=status)


@requires("desk.collect")
def carnet(request: HttpRequest, code: str) -> HttpResponse:
    """One carnet: how to leave with it, what came back, what is to settle, who did what."""
    return _shown(request, carnet_or_404(code))


def _words(entry: Entry, data: Any) -> str:
    """What an entry says, for the agent who settles it."""
    if not data:
        return ""
    fields = {one.name: one for one in adapter_of(entry.section.kind).fields(entry.section.target)}
    said = []
    for name, value in data.items():
        if value in ("", False, None) or name not in fields:
            continue
        shown = _("yes") if value is True else str(dict(fields[name].choices).get(value, value))
        said.append(f"{say(fields[name].label)} : {shown}")
    return " · ".join(said)


def _shown(request: HttpRequest, found: Carnet, *, status: int = 200, **forms: Any) -> HttpResponse:
    live = found.state not in (Carnet.State.CLOSED, Carnet.State.LOST)
    rows = list(found.entries.select_related("section", "carnet__holder", "settled_by").order_by("number"))
    conflicts = []
    if live:
        with_keys(rows)
        for row in rows:
            if row.state == Entry.State.CONFLICT:
                given = forms.pop(f"settle-{row.number}", None)
                conflicts.append(
                    {
                        "entry": row,
                        "first": _words(row, row.data),
                        "second": _words(row, row.other),
                        "form": given
                        or SettleForm(may_take=row.may_take, two=row.other is not None, auto_id=f"s{row.number}-%s"),
                    }
                )
    foreseen = list(reconciling.foreseen(actor=user_of(request), carnet=found)) if live else []
    counts = {state: sum(row.state == state for row in rows) for state in Entry.State.values}
    outcomes = {"take": _("will be taken"), "refuse": _("will be refused"), "conflict": _("to settle by hand")}
    values = {
        "carnet": found,
        "live": live,
        "sections": list(found.sections.order_by("first")),
        "counts": [
            (str(label), formats.number(counts[state], 0)) for state, label in Entry.State.choices if counts[state]
        ],
        "used": len(rows),
        "foreseen": _foreseen_table(foreseen, outcomes) if foreseen else None,
        "more": max(0, len(foreseen) - SHOWN),
        "sums": [(outcomes[code], sum(one.outcome == code for one in foreseen)) for code in outcomes],
        "conflicts": conflicts,
        "settled": _settled_table(rows),
        "uploads": list(found.uploads.select_related("actor").order_by("-pk")),
        "acts": list(found.acts.select_related("actor").order_by("pk")),
        "bring_form": BringForm(auto_id="bring-%s") if live else None,
        "swear_form": SwearForm(auto_id="swear-%s") if foreseen else None,
        "closable": live and rows and not counts["received"] and not counts["conflict"],
        "losable": live and not rows,
        **forms,
    }
    return page(request, "desk/carnet.html", values, crumbs=[*trail(), Crumb(found.code)], status=status)


def _foreseen_table(rows: list[reconciling.Foreseen], outcomes: dict[str, str]) -> Table:
    return Table(
        caption=_("What will become of each entry"),
        columns=(Column(pgettext("carnet", "Blank"), right=True), Column(_("What")), Column(_("Collected")), Column(_("Outcome")), Column(_("Why"))),
        rows=[
            (
                str(one.entry.number), say(one.entry.section.title), formats.moment(one.entry.collected_at), outcomes[one.outcome],
                say(one.why) if one.why else "",
            )
            for one in rows[:SHOWN]
        ],
    )  # fmt: skip


def _settled_table(rows: list[Entry]) -> Table | None:
    found = [row for row in rows if row.state == Entry.State.REFUSED or row.settled_why]
    if not found:
        return None
    return Table(
        caption=_("Refused, or settled by hand"),
        columns=(Column(pgettext("carnet", "Blank"), right=True), Column(_("What")), Column(_("State")), Column(_("Why")), Column(_("By"))),
        rows=[
            (
                str(row.number), say(row.section.title), str(row.get_state_display()),
                " – ".join(part for part in (say(row.reason), row.settled_why) if part), str(row.settled_by or "–"),
            )
            for row in found[:SHOWN]
        ],
    )  # fmt: skip


@require_POST
@requires("desk.collect")
def blanks(request: HttpRequest, code: str) -> HttpResponse:
    """The table to type what was written on paper: one line a blank, with its control number."""
    found = carnet_or_404(code)
    try:
        sections = preparing.blanks_print(actor=user_of(request), carnet=found)
    except InputError as error:
        messages.error(request, str(error))
        return redirect("desk:carnet", code=code)
    names: list[str] = []
    for section, _numbers in sections:
        names += [one.name for one in adapter_of(section.kind).fields(section.target) if one.name not in names]
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="carnet-{found.code}.csv"'
    response.write("\ufeff")
    writer = csv.writer(response, delimiter=";")
    writer.writerow(["feuillet", "controle", "moment", "raye", "pour", *names])
    for section, numbers in sections:
        for number, control in numbers:
            writer.writerow([number, control, "", "", neutral(section.title_fr), *([""] * len(names))])
    return response


def neutral(text: str) -> str:
    """A cell a spreadsheet takes for words, never for a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


@limited_uploads(sealing.LARGEST)
@requires("desk.collect")
def bring(request: HttpRequest, code: str) -> HttpResponse:
    """Receive a file brought back."""
    if request.method != "POST":
        raise Http404
    found = carnet_or_404(code)
    form = BringForm(request.POST, request.FILES, auto_id="bring-%s")
    if form.is_valid():
        upload = form.cleaned_data["file"]
        try:
            made = bringing.file_bring(actor=user_of(request), carnet=found, raw=upload.read())
        except InputError as error:
            form.add_error("file", str(error))
        else:
            words = ngettext("%(n)s new entry.", "%(n)s new entries.", made.new) % {"n": made.new}
            if made.known:
                words += " " + ngettext("%(n)s was there already.", "%(n)s were there already.", made.known) % {
                    "n": made.known
                }
            messages.success(request, words)
            if made.wrong:
                messages.warning(request, ngettext("%(n)s line could not be read: see below.", "%(n)s lines could not be read: see below.", len(made.wrong)) % {"n": len(made.wrong)})  # fmt: skip
            return redirect("desk:carnet", code=code)
    return _shown(request, found, status=422, bring_form=form)


def _done(request: HttpRequest, code: str, act: Callable[[], Any], said: str) -> HttpResponse:
    try:
        act()
    except (InputError, ErasedError) as error:
        messages.error(request, str(error))
    else:
        messages.success(request, said)
    return redirect("desk:carnet", code=code)


@require_POST
@requires("desk.collect")
def reconcile(request: HttpRequest, code: str) -> HttpResponse:
    """Take what may be taken."""
    found = carnet_or_404(code)
    form = SwearForm(request.POST, auto_id="swear-%s")
    if not form.is_valid():
        return _shown(request, found, status=422, swear_form=form)
    try:
        done = reconciling.carnet_reconcile(actor=user_of(request), carnet=found, sworn=True)
    except InputError as error:
        messages.error(request, str(error))
    else:
        said = _("Taken: %(taken)s. Refused: %(refused)s. To settle: %(conflicts)s.") % {
            "taken": done.taken, "refused": done.refused, "conflicts": done.conflicts,
        }  # fmt: skip
        messages.success(request, said)
    return redirect("desk:carnet", code=code)


@require_POST
@requires("desk.collect")
def settle(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """Settle one conflict with a reason."""
    found = carnet_or_404(code)
    row = found.entries.filter(number=number, state=Entry.State.CONFLICT).select_related("carnet").first()
    if row is None:
        raise Http404
    form = SettleForm(request.POST, may_take=row.may_take, two=row.other is not None, auto_id=f"s{number}-%s")
    if form.is_valid():
        try:
            reconciling.conflict_settle(actor=user_of(request), entry=row, **form.cleaned_data)
        except (MandatError, PermissionDenied) as error:
            form.add_error(None, str(error) or _("you may not do this"))
        else:
            messages.success(request, _("The blank is settled."))
            return redirect("desk:carnet", code=code)
    return _shown(request, found, status=422, **{f"settle-{number}": form})


@require_POST
@requires("desk.collect")
def close(request: HttpRequest, code: str) -> HttpResponse:
    """Close a carnet that is wholly settled."""
    found = carnet_or_404(code)
    return _done(
        request, code, lambda: preparing.carnet_close(actor=user_of(request), carnet=found), _("The carnet is closed and its key destroyed.")
    )  # fmt: skip


@require_POST
@requires("desk.collect")
def lose(request: HttpRequest, code: str) -> HttpResponse:
    """Declare a carnet lost or unused."""
    found = carnet_or_404(code)
    return _done(
        request, code, lambda: preparing.carnet_lose(actor=user_of(request), carnet=found), _("The carnet is void: no file of it is taken any more.")
    )  # fmt: skip
