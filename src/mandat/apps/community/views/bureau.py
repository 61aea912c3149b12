"""The moderators' pages: the queue, one case, an appeal, suspensions, badges."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from mandat.apps.accounts.access import requires
from mandat.apps.accounts.models import User
from mandat.apps.accounts.permissions import may
from mandat.apps.community import badges
from mandat.apps.community.forms import AppealAnswerForm, BadgeForm, DecisionForm, SuspensionForm
from mandat.apps.community.models import Badge, ModerationAppeal, ModerationCase, State
from mandat.apps.community.moderation import contents
from mandat.apps.community.services import moderation, suspensions
from mandat.apps.community.standing import suspension_of
from mandat.apps.programme.views.bureau.common import page
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text
from mandat.web.components import Crumb
from mandat.web.paging import turned

PAGE = 30


def _me(request: HttpRequest) -> User:
    return cast(User, request.user)


@requires("community.moderate")
def queue(request: HttpRequest) -> HttpResponse:
    """What waits, the most pressing first; appeals (``?vue=recours``); what was decided (``?vue=decides``)."""
    view = request.GET.get("vue", "")
    programme, me = settings.MANDAT_PROGRAMME, _me(request)
    appeals: QuerySet[ModerationAppeal] | None = None
    found = ModerationCase.objects.filter(programme=programme)
    if view == "recours":
        appeals = (
            ModerationAppeal.objects.filter(decision__case__programme=programme, upheld__isnull=True)
            .select_related("decision__case")
            .order_by("due_at", "pk")
        )
        rows, pages = turned(request, cast("Sequence[Any]", appeals), size=PAGE)
        lines: list[dict[str, Any]] = [
            {"case": one.decision.case, "due": one.due_at, "late": one.due_at < timezone.now(), "mine": me.pk in {one.decision.by_id, one.author_id}}
            for one in rows
        ]  # fmt: skip
    else:
        if view == "decides":
            found = found.filter(due_at__isnull=True, decided_at__isnull=False).order_by("-decided_at", "pk")
        else:
            found = found.filter(due_at__isnull=False).order_by("due_at", "pk")
        cases, pages = turned(request, cast("Sequence[Any]", found), size=PAGE)
        now = timezone.now()
        lines = [
            {
                "case": one,
                "due": one.due_at,
                "late": one.due_at is not None and one.due_at < now,
                "mine": one.author_id == me.pk,
                "content": contents.content_of(one.kind, one.content),
            }
            for one in cases
        ]
    values = {"view": view, "lines": lines, "page": pages, "views": _views(view)}
    return page(request, "community/bureau/queue.html", values, crumbs=[Crumb(_("Moderation"))])


def _views(chosen: str) -> list[tuple[str, str, bool]]:
    shown = (("", _("To look at")), ("recours", _("Appeals")), ("decides", _("Decided")))
    return [(f"?vue={code}" if code else "?", label, code == chosen) for code, label in shown]


@requires("community.moderate")
def case(request: HttpRequest, reference: str) -> HttpResponse:
    """One case: what was written, what was reported, what was decided; decide."""
    held = get_object_or_404(ModerationCase, reference=reference, programme=settings.MANDAT_PROGRAMME)
    me = _me(request)
    decisions = list(held.decisions.order_by("rank").select_related("by", "appeal"))
    form = DecisionForm(
        request.POST if "decide" in request.POST else None,
        shown=held.state == State.VISIBLE,
        initial={"seen": len(decisions), "reason": _usual(held)},
    )
    answer = AppealAnswerForm(request.POST if "answer" in request.POST else None)
    appeal = (
        ModerationAppeal.objects.filter(decision__case=held, upheld__isnull=True).select_related("decision").first()
    )
    if request.method == "POST":
        bound: Any = answer if "answer" in request.POST else form
        if bound.is_valid():
            try:
                if bound is answer and appeal is not None:
                    given = answer.cleaned_data
                    moderation.appeal_decide(
                        actor=me, appeal=appeal, upheld=given["upheld"] == "yes", words=given["words"]
                    )
                else:
                    moderation.decide(actor=me, case=held, **form.cleaned_data)
            except InputError as error:
                bound.add_error(None, str(error))
            else:
                messages.success(request, _("It is decided. The author is told."))
                return redirect("community:queue")
    author = held.author
    values = {
        "case": held,
        "content": contents.content_of(held.kind, held.content),
        "reports": list(held.reported.order_by("at", "pk")),
        "decisions": decisions,
        "appeal": appeal,
        "form": form,
        "answer": answer,
        "own": held.author_id == me.pk,
        "first": appeal is not None and appeal.decision.by_id == me.pk,
        "author": author,
        "suspended": suspension_of(author) if author is not None else None,
        "before": _before(held),
        "suspends": may(me, "community.suspend") and author is not None and author.pk != me.pk,
    }
    wrong = form.errors or answer.errors
    crumbs = [Crumb(_("Moderation"), reverse("community:queue")), Crumb(held.reference)]
    return page(request, "community/bureau/case.html", values, crumbs=crumbs, status=422 if wrong else 200)


def _usual(held: ModerationCase) -> str:
    """The rule most reported, to begin with."""
    reasons = list(held.reported.order_by("at").values_list("reason", flat=True))
    return max(set(reasons), key=lambda code: (reasons.count(code), code)) if reasons else ""


def _before(held: ModerationCase) -> int:
    """How many other contents of its author were hidden or refused."""
    if held.author_id is None:
        return 0
    out = (State.HIDDEN, State.REFUSED, State.CHANGE)
    return ModerationCase.objects.filter(author_id=held.author_id, state__in=out).exclude(pk=held.pk).count()


@requires("community.suspend")
def suspend(request: HttpRequest, reference: str) -> HttpResponse:
    """Suspend the author of a case."""
    held = get_object_or_404(ModerationCase, reference=reference, programme=settings.MANDAT_PROGRAMME)
    if held.author is None:
        raise PermissionDenied
    running = suspension_of(held.author)
    form = SuspensionForm(request.POST or None, initial={"days": 7})
    if request.method == "POST":
        try:
            if "lift" in request.POST and running is not None:
                suspensions.lift(actor=_me(request), suspension=running)
                messages.success(request, _("The suspension is lifted."))
                return redirect("community:bureau_case", reference)
            if form.is_valid():
                suspensions.suspend(actor=_me(request), user=held.author, **form.cleaned_data)
                messages.success(request, _("The account is suspended. The person is told, and why."))
                return redirect("community:bureau_case", reference)
        except InputError as error:
            form.add_error(None, str(error))
    crumbs = [Crumb(_("Moderation"), reverse("community:queue")), Crumb(_("Suspension"))]
    values = {"case": held, "running": running, "form": form}
    return page(request, "community/bureau/suspend.html", values, crumbs=crumbs, status=422 if form.errors else 200)


@requires("community.badge")
def badge_list(request: HttpRequest) -> HttpResponse:
    """Which accounts speak for the region or for an organisation."""
    form = BadgeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            badges.badge_give(
                actor=_me(request),
                user=given["user"],
                kind=given["kind"],
                label=Text(given["label_fr"], given["label_en"]),
            )
        except InputError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The badge is shown beside the name from now on."))
            return redirect("community:badges")
    rows = Badge.objects.select_related("user").order_by(F("kind").desc(), "label_fr", "pk")
    values = {"form": form, "rows": rows}
    return page(
        request, "community/bureau/badges.html", values, crumbs=[Crumb(_("Badges"))], status=422 if form.errors else 200
    )


@require_POST
@requires("community.badge")
def badge_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """The account speaks for itself again."""
    row = get_object_or_404(Badge, pk=pk)
    badges.badge_withdraw(actor=_me(request), user=row.user, kind=row.kind)
    messages.success(request, _("The badge is withdrawn."))
    return redirect("community:badges")
