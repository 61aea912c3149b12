"""The secretariat's pages: sittings, one sitting from its convening to its closing, one item, the letters that follow."""

from __future__ import annotations

import datetime as dt
import zipfile
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from mandat.apps.accounts.access import requires
from mandat.apps.accounts.models import User
from mandat.apps.grants import access, papers
from mandat.apps.grants.models import Item, Recusal, Sitting
from mandat.apps.grants.seats import committees, seats_on, sitter
from mandat.apps.grants.services import letters, sittings, voting
from mandat.apps.grants.services.moving import today
from mandat.apps.grants.terms import SCHEMES
from mandat.apps.grants.views.committee.shared import (
    STATES,
    body_title,
    lines_of,
    money_of,
    paged,
    pdf_answer,
    sitting_or_404,
    tried,
)
from mandat.apps.programme.published import published
from mandat.apps.programme.views.bureau.common import page, user_of
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text
from mandat.web.components import Crumb
from mandat.web.templatetags.formats import say

HOLD = "grants.committees"


@requires(HOLD)
def sittings_list(request: HttpRequest) -> HttpResponseBase:
    """Every sitting, and a form to convene one."""
    current = published()
    bodies = [(code, body_title(current, code), quorum) for code, quorum in committees(current).items()]
    if request.method == "POST":
        made: list[Sitting] = []

        def convene() -> None:
            day = _day(request.POST.get("on", ""))
            body, place = request.POST.get("body", ""), request.POST.get("place", "")
            made.append(sittings.sitting_convene(actor=user_of(request), body=body, on=day, place=place))

        if tried(request, convene, _("The committee is convened: its members are told.")):
            return redirect("grants:sitting", pk=made[0].pk)
    rows = Paginator(Sitting.objects.filter(programme=current.code).order_by("-on", "-pk"), 30)
    found = rows.get_page(request.GET.get("page"))
    values = {
        "rows": [(one, body_title(current, one.body), STATES[one.state]) for one in found],
        "page_of": found,
        "bodies": sorted(bodies, key=lambda one: one[1]),
        "today": today(),
    }
    return page(request, "grants/committee/list.html", values, crumbs=[Crumb(_("Committees"))])


@require_GET
@requires(HOLD)
def sitting(request: HttpRequest, pk: int) -> HttpResponse:
    """One sitting: its agenda, who is there, what is voted, what is left in the envelopes."""
    current, found = published(), sitting_or_404(pk)
    rows = paged(found, request.GET.get("page", "1"))
    present = set(found.present.order_by("pk").values_list("pk", flat=True))
    seats = list(seats_on(found.programme, found.body, found.on))
    values: dict[str, Any] = {
        "sitting": found,
        "title": body_title(current, found.body),
        "tone": STATES[found.state],
        "lines": lines_of(found, list(rows), user_of(request).pk),
        "rows": rows,
        "seats": [(seat, seat.user_id in present) for seat in seats],
        "present": len(present),
        "enough": len(present) >= found.quorum,
        "money": money_of(found) if found.state != Sitting.State.CLOSED else [],
        "waiting": found.items.filter(votes__isnull=True, put_off=False).count(),
        "count": found.items.count(),
        "runs": list(found.letter_runs.prefetch_related("parts")[:3]),
        "decisions": letters.of_sitting(found).count() if found.state == Sitting.State.CLOSED else 0,
    }
    if found.state == Sitting.State.CONVENED:
        theirs = [
            terms for terms in SCHEMES.all(current).values()
            if terms.document.committee is not None and terms.document.committee.body == found.body
        ]  # fmt: skip
        ready = sittings.ready_cases(found)
        counts: dict[str, int] = {}
        for scheme in ready.order_by().values_list("scheme", flat=True):
            counts[scheme] = counts.get(scheme, 0) + 1
        values["schemes"] = [(one.code, say(one.document.title), counts.get(one.code, 0)) for one in theirs]
        values["ready"] = sum(counts.values())
    crumbs = [Crumb(_("Committees"), reverse("grants:sittings")), Crumb(f"{values['title']} – {found.on:%d/%m/%Y}")]
    return page(request, "grants/committee/sitting.html", values, crumbs=crumbs)


@require_POST
@requires(HOLD)
def act(request: HttpRequest, pk: int, name: str) -> HttpResponseBase:
    """One act of the secretariat on a sitting."""
    found, user = sitting_or_404(pk), user_of(request)
    post = request.POST
    acts: dict[str, tuple[Any, str]] = {
        "ordre-du-jour": (lambda: _agenda(user, found, post), _("The agenda is made.")),
        "presence": (lambda: sittings.presence_set(actor=user, sitting=found, members=_members(post)), _("Who is there is noted.")),
        "ouvrir": (lambda: sittings.sitting_open(actor=user, sitting=found, members=_members(post)), _("The sitting is open.")),
        "bloc": (lambda: voting.block_vote(actor=user, sitting=found, choice=post.get("choice", "")), _("The block vote is noted.")),
        "reporter": (lambda: sittings.items_put_off(actor=user, sitting=found), _("What was not voted on is put off.")),
        "clore": (lambda: sittings.sitting_close(actor=user, sitting=found), _("The sitting is closed: decisions are made.")),
        "lettres": (lambda: letters.letters_begin(actor=user, sitting=found), _("The letters are being made.")),
    }  # fmt: skip
    if name not in acts:
        raise Http404
    do, done = acts[name]
    tried(request, do, done)
    return redirect("grants:sitting", pk=pk)


def _agenda(user: User, found: Sitting, post: Any) -> None:
    references = [one.strip().upper() for one in post.get("references", "").split() if one.strip()]
    schemes = post.getlist("schemes")
    if not (references or schemes):
        raise InputError(Text("choisissez des dispositifs, ou des références", "choose schemes, or references"))
    sittings.agenda_set(actor=user, sitting=found, schemes=schemes, references=references or None)


def _members(post: Any) -> list[User]:
    keys = [int(one) for one in post.getlist("members") if one.isdecimal()]
    return list(User.objects.filter(pk__in=keys).order_by("pk"))


@requires(HOLD)
def item(request: HttpRequest, pk: int, number: int) -> HttpResponseBase:
    """One item: what is proposed, amended or put off, and the votes of each member, by keyboard if one likes."""
    current, found = published(), sitting_or_404(pk)
    one = get_object_or_404(
        Item.objects.select_related("case__applicant", "case__subject"), sitting=found, position=number
    )
    one.sitting = found
    user = user_of(request)
    tie = access.conflicted(user, one.case)
    if request.method == "POST":
        if tie:
            raise PermissionDenied(HOLD)
        name, following = request.POST.get("act", ""), request.POST.get("next") == "on"
        done = tried(request, lambda: _item_act(user, found, one, name, request.POST), _("It is noted."))
        if done and following and found.items.filter(position=number + 1).exists():
            return redirect("grants:sitting_item", pk=pk, number=number + 1)
        return redirect("grants:sitting_item", pk=pk, number=number)
    [line] = lines_of(found, [one], user.pk)
    cast = dict(one.votes.order_by("pk").values_list("member", "choice"))
    present = set(found.present.order_by("pk").values_list("pk", flat=True))
    recused = set(Recusal.objects.filter(case=one.case).order_by("pk").values_list("user", flat=True))
    seats = [seat for seat in seats_on(found.programme, found.body, found.on) if sitter(seat).pk in present]
    values = {
        "sitting": found,
        "title": body_title(current, found.body),
        "line": line,
        "item": one,
        "motive": "" if tie else one.motive,
        "tie": tie,
        "seats": [(seat, cast.get(sitter(seat).pk, ""), seat.user_id in recused) for seat in seats],
        "left": [seat for seat in seats if seat.user_id not in cast],
        "before": number - 1 if number > 1 else None,
        "after": number + 1 if found.items.filter(position=number + 1).exists() else None,
        "count": found.items.count(),
        "file_url": reverse("grants:file", args=[one.case.reference]) if access.may(user, one.case, "internal") else "",
        "points": one.case.points,
        "proposed": Decimal(one.proposed) / 100 if one.proposed is not None else None,
        "rule": Decimal(one.case.computed) / 100 if one.case.computed is not None else None,
        "choices": voting.Choice.choices,
    }
    crumbs = [
        Crumb(_("Committees"), reverse("grants:sittings")),
        Crumb(f"{values['title']} – {found.on:%d/%m/%Y}", reverse("grants:sitting", args=[pk])),
        Crumb(_("Item %(n)s") % {"n": number}),
    ]
    return page(request, "grants/committee/item.html", values, crumbs=crumbs)


def _item_act(user: User, found: Sitting, one: Item, name: str, post: Any) -> None:
    if name == "amend":
        favourable = post.get("favourable") == "yes"
        text = post.get("amount", "").replace("\u202f", "").replace("\xa0", "").replace(" ", "").replace(",", ".")
        try:
            amount = Decimal(text) if text and favourable else None
        except InvalidOperation:
            raise InputError(Text("montant illisible", "unreadable amount")) from None
        sittings.item_amend(
            actor=user, item=one, favourable=favourable, amount=amount, motive=post.get("motive", ""),
            put_off=post.get("put_off") == "on",
        )  # fmt: skip
    elif name == "motive":
        sittings.motive_set(actor=user, item=one, motive=post.get("motive", ""))
    elif name == "votes":
        present = User.objects.filter(pk__in=found.present.values("pk")).order_by("pk")
        chosen = [(member, post.get(f"member-{member.pk}", "")) for member in present]
        chosen = [(member, choice) for member, choice in chosen if choice]
        if not chosen:
            raise InputError(Text("notez au moins un vote", "note one vote at least"))
        for member, choice in chosen:
            voting.vote_cast(actor=user, item=one, choice=choice, member=member)
    else:
        raise InputError(Text("rien à faire", "nothing to do"))


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise InputError(Text("donnez le jour de la séance", "give the day of the sitting")) from None


@require_GET
@requires(HOLD)
def agenda_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    """The papers: the agenda, and a sheet a case."""
    found = sitting_or_404(pk)
    return pdf_answer(papers.agenda(found), f"ordre-du-jour-{found.body}-{found.on:%Y-%m-%d}")


@require_GET
@requires(HOLD)
def letters_zip(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Each letter as a file, in one archive, made as it is read."""
    found = sitting_or_404(pk, state=Sitting.State.CLOSED)
    keys = list(letters.of_sitting(found).values_list("pk", flat=True))
    return StreamingHttpResponse(
        _zipped(keys),
        content_type="application/zip",
        headers={
            "Content-Disposition": f'attachment; filename="lettres-{found.on:%Y-%m-%d}.zip"',
            "Cache-Control": "private, no-store",
        },
    )


class _Pipe:
    """What the archive writes, until it is taken."""

    def __init__(self) -> None:
        self.parts: list[bytes] = []

    def write(self, data: Any) -> int:
        self.parts.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Nothing is held back."""

    def take(self) -> bytes:
        taken, self.parts = b"".join(self.parts), []
        return taken


def _zipped(keys: list[int]) -> Iterator[bytes]:
    pipe = _Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_STORED) as archive:  # type: ignore[call-overload]  # it only writes
        for name, raw in letters.each(keys):
            archive.writestr(name, raw)
            yield pipe.take()
    yield pipe.take()
