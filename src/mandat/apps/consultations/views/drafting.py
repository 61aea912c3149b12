"""A text written together: the text, its amendments, one amendment with its difference and its votes, and the text that results."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from mandat.apps.accounts.permissions import may
from mandat.apps.consultations.contents import AMENDED
from mandat.apps.consultations.exports import texts
from mandat.apps.consultations.forms import AmendmentForm
from mandat.apps.consultations.held import Held
from mandat.apps.consultations.models import Amendment, AmendmentVote, ArticleVersion, Consultation, Shown
from mandat.apps.consultations.services.drafting import amendment_propose, amendment_vote, amendment_withdraw
from mandat.apps.consultations.views.shared import acted, base, crumbs, entitled, held_or_404, row_or_404, when
from mandat.apps.participation import standing
from mandat.apps.participation.forms import CommentForm
from mandat.apps.participation.models.debates import Side
from mandat.apps.participation.schema.contributions import Drafting
from mandat.apps.participation.selectors import branches, thread_of
from mandat.apps.participation.services.debates import comment_add
from mandat.engines.drafting import Piece, difference
from mandat.kernel.errors import InputError
from mandat.kernel.text import current_language
from mandat.web.components import Column, Crumb, Table
from mandat.web.formats import number
from mandat.web.links import with_

Outcome = Amendment.Outcome


def text_url(held: Held[Any]) -> str:
    return reverse("consultations:text", args=[held.process.code, held.code])


def amendment_url(held: Held[Any], amendment: Amendment) -> str:
    return reverse("consultations:amendment", args=[held.process.code, held.code, amendment.reference])


def articles_now(held: Held[Drafting], row: Consultation | None) -> list[ArticleVersion]:
    """The articles in force: those of the definition before the first act."""
    if row is not None:
        return list(row.articles.filter(current=True).order_by("position", "code"))
    return [
        ArticleVersion(
            code=one.code,
            position=rank,
            title=one.title.fr,
            title_en=one.title.en,
            body=one.body.fr,
            body_en=one.body.en,
        )
        for rank, one in enumerate(held.document.articles)
    ]


def _shown_text(article: ArticleVersion) -> tuple[str, str, str]:
    """Title, body and language: English where the version is translated and asked for."""
    if current_language() == "en" and article.body_en:
        return article.title_en or article.title, article.body_en, "en"
    return article.title, article.body, "fr"


@require_safe
def text(request: HttpRequest, process: str, component: str) -> HttpResponse:
    """The text as it stands, article by article, with what is asked of each; once settled, where each change comes from."""
    held = held_or_404(process, component, Drafting)
    row = held.row()
    amendments: dict[str, list[Amendment]] = defaultdict(list)
    if row is not None:
        found = row.amendments.filter(shown__in=[Shown.SHOWN, Shown.WITHDRAWN]).order_by("-votes_for", "made_at", "pk")
        for one in found:
            amendments[one.article].append(one)
    rows = []
    for article in articles_now(held, row):
        title, body, language = _shown_text(article)
        rows.append(
            {
                "article": article, "title": title, "body": body, "language": language,
                "pieces": [Piece(kind, run, tuple(origins)) for kind, run, origins in article.pieces],
                "origins": list(dict.fromkeys(o for _k, _r, origins in article.pieces for o in origins)),
                "amendments": amendments.get(article.code, []),
            }
        )  # fmt: skip
    values = {
        **base(request, held, moment="amend"),
        "crumbs": crumbs(held),
        "rows": rows,
        "first": amendments.get("", []),
        "row": row,
        "settled": row is not None and row.closed_at is not None,
        "waiting": row is not None and row.amendments.filter(outcome=Outcome.CONFLICT).exists(),
        "votes_open": when(held, moment="vote").open,
        "total": sum(map(len, amendments.values())),
        "settlements": list(row.settlements.order_by("settled_at", "pk")) if row is not None else [],
        "may_settle": may(request.user, "participation.manage"),
    }
    return render(request, "consultations/text.html", values)


def _amendment(held: Held[Drafting], reference: str, user: Any) -> Amendment:
    """An amendment one may see: published, withdrawn, or one's own, or waiting for those who moderate."""
    found = Amendment.objects.select_related("consultation").filter(
        consultation=row_or_404(held), reference=reference
    ).first()  # fmt: skip
    if found is None:
        raise Http404(reference)
    own = user.is_authenticated and found.author_id == user.pk
    if found.shown in (Shown.WAITING, Shown.HIDDEN) and not own and not may(user, "community.moderate"):
        raise Http404(reference)
    return found


def base_article(amendment: Amendment) -> ArticleVersion | None:
    """The version the amendment was written on."""
    return ArticleVersion.objects.filter(
        consultation=amendment.consultation_id, code=amendment.article, number=amendment.base
    ).first()


@require_safe
def amendment(request: HttpRequest, process: str, component: str, reference: str) -> HttpResponse:
    """One amendment: the words it takes away and brings, why, and what people think of it."""
    held = held_or_404(process, component, Drafting)
    return _page(request, held, _amendment(held, reference, request.user), CommentForm())


def _page(request: HttpRequest, held: Held[Drafting], found: Amendment, form: CommentForm) -> HttpResponse:
    reference = found.reference
    article = base_article(found)
    before = article.body if article is not None and found.kind != Amendment.Kind.ADD else ""
    after = "" if found.kind == Amendment.Kind.DELETE else found.body
    mine = None
    if request.user.is_authenticated:
        mine = AmendmentVote.objects.filter(amendment=found, voter=request.user.pk).first()
    values = {
        **base(request, held, moment="vote"),
        "crumbs": crumbs(held, Crumb(_("Amendment %(reference)s") % {"reference": reference}), url=text_url(held)),
        "amendment": found,
        "article": article,
        "pieces": difference(before, after),
        "mine": mine,
        "choices": AmendmentVote.Choice.choices,
        "may_withdraw": request.user.is_authenticated
        and found.author_id == request.user.pk
        and when(held, moment="amend").open
        and found.shown != Shown.WITHDRAWN,
        "votes": _votes(found),
        **_debate(request, held, found, form),
        "may_vote": found.shown == Shown.SHOWN and not found.outcome and held.document.votes,
    }
    response = render(request, "consultations/amendment.html", values)
    if request.user.is_authenticated:
        response["Cache-Control"] = "private, no-store"
    return response


def _debate(request: HttpRequest, held: Held[Drafting], found: Amendment, form: CommentForm) -> dict[str, Any]:
    """What is said about an amendment, latest first, narrowed by side."""
    if not held.document.comments:
        return {"commented": False}
    thread = thread_of(AMENDED, found.reference, programme=held.programme)
    side, before = request.GET.get("avis", ""), request.GET.get("avant", "")
    side = side if side in Side.values else ""
    rows, older = branches(thread, side=side, before=int(before) if before.isdigit() and len(before) < 18 else None)
    return {
        "commented": True,
        "thread": thread,
        "branches": rows,
        "older": with_(request.GET.urlencode(), avant=older) if older else "",
        "sides": [(code, label, with_("", avis=code)) for code, label in Side.choices],
        "side": side,
        "form": form,
        "closed": standing.closed(held.process, held.code, timezone.now()),
        "post_url": reverse("consultations:amendment_comment", args=[held.process.code, held.code, found.reference]),
    }


def _votes(amendment: Amendment) -> Table:
    rows = [
        (label, number(getattr(amendment, column), 0))
        for label, column in (
            (_("For"), "votes_for"),
            (_("Against"), "votes_against"),
            (_("Abstention"), "abstentions"),
        )
    ]
    return Table(_("Votes"), [Column(_("Vote given")), Column(_("People"), right=True)], rows)


@login_required
@never_cache
@entitled
def propose(request: HttpRequest, process: str, component: str, kind: str) -> HttpResponseBase:
    """Ask for a change: to an article (``?article=``), its deletion, or a new article after it."""
    held = held_or_404(process, component, Drafting)
    code = request.GET.get("article", "")
    article = next((one for one in articles_now(held, held.row()) if one.code == code and not one.deleted), None)
    if article is None and not (kind == Amendment.Kind.ADD and not code):
        raise Http404(code)
    start = {"base": article.number if article else 1}
    if kind == Amendment.Kind.CHANGE and article is not None:
        start["body"] = article.body  # type: ignore[assignment]
    form = AmendmentForm(request.POST or None, kind=kind, longest=held.document.longest, initial=start)
    pieces: list[Piece] = []
    if request.method == "POST" and form.is_valid():
        if "preview" in request.POST:
            pieces = difference(article.body if article and kind == "change" else "", form.cleaned_data.get("body", ""))
        else:
            try:
                made = amendment_propose(
                    actor=request.user, held=held, kind=kind, article=code, **form.cleaned_data  # type: ignore[arg-type]
                )  # fmt: skip
            except InputError as error:
                form.add_error(None, str(error))
            else:
                done = (
                    _("Your amendment is published.")
                    if made.shown == Shown.SHOWN
                    else _("Your amendment waits to be read by an agent.")
                )
                acted(request, lambda: None, done)
                return redirect(amendment_url(held, made))
    values = {
        **base(request, held, moment="amend"),
        "crumbs": crumbs(held, Crumb(_("Propose an amendment")), url=text_url(held)),
        "form": form,
        "kind": kind,
        "article": article,
        "pieces": pieces,
    }
    return render(request, "consultations/propose.html", values)


@require_POST
@login_required
@entitled
def vote(request: HttpRequest, process: str, component: str, reference: str) -> HttpResponseBase:
    """Vote on an amendment."""
    held = held_or_404(process, component, Drafting)
    found = _amendment(held, reference, request.user)
    choice = request.POST.get("choice", "")
    acted(
        request,
        lambda: amendment_vote(actor=request.user, held=held, amendment=found, choice=choice),  # type: ignore[arg-type]
        _("Your vote is counted. You may change it until the vote closes."),
    )
    return redirect(amendment_url(held, found))


@require_POST
@login_required
@entitled
def comment(request: HttpRequest, process: str, component: str, reference: str) -> HttpResponseBase:
    """Say something about an amendment."""
    held = held_or_404(process, component, Drafting)
    found = _amendment(held, reference, request.user)
    form = CommentForm(request.POST)
    if not form.is_valid():
        return _page(request, held, found, form)
    done = acted(
        request,
        lambda: comment_add(
            user=request.user, kind=AMENDED, target=reference, text=form.cleaned_data["text"],  # type: ignore[arg-type]
            side=form.cleaned_data["side"], parent=form.cleaned_data["parent"],
        ),
        "",
    )  # fmt: skip
    if done is not None:
        said, why = done
        tell = messages.warning if why is not None else messages.success
        tell(request, str(why) if why is not None else _("Your comment is published."))
        return redirect(f"{amendment_url(held, found)}#c-{said.reference}")
    return redirect(f"{amendment_url(held, found)}#commentaires")


@require_POST
@login_required
@entitled
def withdraw(request: HttpRequest, process: str, component: str, reference: str) -> HttpResponseBase:
    """Take one's amendment back."""
    held = held_or_404(process, component, Drafting)
    found = _amendment(held, reference, request.user)
    acted(
        request,
        lambda: amendment_withdraw(actor=request.user, amendment=found),  # type: ignore[arg-type]
        _("Your amendment is withdrawn."),
    )
    return redirect(amendment_url(held, found))


@require_safe
def export(request: HttpRequest, process: str, component: str, form: str) -> HttpResponse:
    """The text in force as one page, a PDF or plain text."""
    held = held_or_404(process, component, Drafting)
    row = held.row()
    articles = [one for one in articles_now(held, row) if not one.deleted]
    return texts.response(held, row, articles, form)
