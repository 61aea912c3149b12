"""Proposals for everyone: the list, one proposal, its versions, its files, and the exports."""

from __future__ import annotations

import secrets
from typing import Any

from django.contrib import messages
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
    StreamingHttpResponse,
)
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header, url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from mandat.apps.custody import uploads
from mandat.apps.custody.content import KINDS
from mandat.apps.participation import exporting, finding, listing, mapping, selectors, standing, worddiff
from mandat.apps.participation.definitions import PublishedProcess
from mandat.apps.participation.forms import CommentForm, ProposalFilters
from mandat.apps.participation.models import Amendment, Attachment, Authorship, Merge, Proposal
from mandat.apps.participation.models.debates import Side
from mandat.apps.participation.services import proposals, supports
from mandat.apps.participation.standing import NotEntitled
from mandat.apps.participation.tallies import tallies_of
from mandat.apps.participation.views.shared import (
    component_or_404,
    crumbs,
    fresh,
    organisation_of,
    place_of,
    process_or_404,
    signed_in,
    user_of,
    voices_of,
)
from mandat.apps.programme.views.shared import words
from mandat.apps.territory import selectors as territory
from mandat.kernel.errors import InputError
from mandat.kernel.text import current_language
from mandat.web.components import ActiveFilter, Crumb, Filters, Page
from mandat.web.links import with_, without

#: Where a visitor begins in the order of chance: one of 256 numbers, which tells nobody apart.
COOKIE = "depart"
VERSIONS, AMENDMENTS = 30, 30


def start_of(request: HttpRequest) -> tuple[int, bool]:
    """Where this visitor begins, and whether that is new."""
    if request.user.is_authenticated:
        return (request.user.pk * 2654435761) % listing.STARTS, False
    given = request.COOKIES.get(COOKIE, "")
    if given.isdigit() and len(given) <= 3 and int(given) < listing.STARTS:
        return int(given), False
    return secrets.randbelow(listing.STARTS), True


def proposals_page(request: HttpRequest, one: PublishedProcess, component: Any) -> HttpResponse:
    """The proposals of a component, by chance unless another order is asked."""
    form = ProposalFilters(request.GET or None, component=component)
    wanted = form.cleaned_data if form.is_bound and form.is_valid() else {}
    found = selectors.proposals_of(one.code, component.code, programme=one.programme)
    if wanted.get("q"):
        ids = finding.searched(wanted["q"], programme=one.programme, process=one.code, component=component.code)
        found = found.filter(pk__in=ids)
    for name, field in (("categorie", "category"), ("lieu", "commune"), ("suite", "status")):
        if wanted.get(name):
            found = found.filter(**{field: wanted[name]})
    start, new = start_of(request)
    order = wanted.get("ordre") or "hasard"
    after, before = request.GET.get("apres", "")[:60], request.GET.get("avant", "")[:60]
    page = listing.listed(selectors.with_authors(found), order=order, start=start, after=after, before=before)
    query = request.GET.urlencode()
    tally = tallies_of(one.programme, one.code).get(component.code)
    narrowed = any(wanted.get(name) for name in ("q", "categorie", "lieu", "suite"))
    place = place_of(request, one)
    at = timezone.now()
    closed = standing.closed(one, component.code, at)
    labels = {choice.code: choice.label for choice in component.categories}
    mine = selectors.supported(place, page.rows)
    context = {
        "one": one,
        "process": one.process,
        "component": component,
        "rows": [_row(row, labels, mine) for row in page.rows],
        "page": Page(
            shown=len(page.rows),
            newer=with_(query, avant=page.newer) if page.newer else "",
            older=with_(query, apres=page.older) if page.older else "",
            total=tally.proposals if tally is not None and not narrowed else None,
        ),
        "filters": Filters(form, _active(form, wanted, query), reverse("participation:component", args=[one.code, component.code])),
        "order": order,
        "closed": closed,
        "supporting": component.supports is not None,
        "drafts": _drafts(place, component),
        "crumbs": crumbs(one, Crumb(words(component.title))),
    }  # fmt: skip
    response = render(request, "participation/proposals.html", context)
    if new and order == "hasard":
        response.set_cookie(
            COOKIE, str(start), max_age=30 * 86400, samesite="Lax", httponly=True, secure=request.is_secure()
        )
    return response


def _row(row: Proposal, labels: dict[str, Any], mine: set[int]) -> dict[str, Any]:
    title, text, language = spoken(row)
    return {
        "proposal": row,
        "title": title,
        "excerpt": text[:220] + ("…" if len(text) > 220 else ""),
        "language": language,
        "category": labels.get(row.category),
        "commune": territory.area_name(f"commune:{row.commune}") if row.commune else "",
        "mine": row.pk in mine,
    }


def spoken(row: Proposal) -> tuple[str, str, str]:
    """Title, text and language of a proposal: the page's language where its author gave it, else theirs."""
    if row.title_other and row.language != current_language():
        return row.title_other, row.text_other, "en" if row.language == "fr" else "fr"
    return row.title, row.text, row.language


def _active(form: Any, wanted: dict[str, Any], query: str) -> list[ActiveFilter]:
    found = []
    for name, field in form.fields.items():
        value = wanted.get(name)
        if value:
            shown = dict(getattr(field, "choices", ())).get(value, value)
            if name == "lieu":
                shown = territory.area_name(f"commune:{value}")
            found.append(ActiveFilter(field.label, shown, without(query, name)))
    return found


def _drafts(place: Any, component: Any) -> list[Proposal]:
    if place is None:
        return []
    rows = Proposal.objects.filter(author=place, component=component.code, state=Proposal.State.DRAFT)
    return list(rows.order_by("-saved_at", "-pk")[:5])


def proposal_or_404(one: PublishedProcess, component: str, reference: str) -> Proposal:
    """A proposal of this component that has been published. Raises Http404."""
    rows = selectors.with_authors(Proposal.objects.filter(reference=reference, programme=one.programme))
    found = rows.select_related("author__organisation", "author__user", "merged_into").first()
    if (
        found is None
        or (found.process, found.component) != (one.code, component)
        or found.state == Proposal.State.DRAFT
    ):
        raise Http404(reference)
    return found


def url_of(row: Proposal) -> str:
    return reverse("participation:proposal", args=[row.process, row.component, row.reference])


@require_safe
@fresh
def proposal(request: HttpRequest, process: str, component: str, reference: str) -> HttpResponse:
    """One proposal: its words, who wrote it, its supports, what the Region says, amendments and comments."""
    one = process_or_404(process)
    part = component_or_404(one, component, "proposals")
    row = proposal_or_404(one, component, reference)
    return show(request, one, part, row)


def show(
    request: HttpRequest, one: PublishedProcess, part: Any, row: Proposal, *, form: Any = None, status: int = 200
) -> HttpResponse:
    """The page of a proposal, with the comment one was writing."""
    place = place_of(request, one)
    mine = proposals.speaks_for(request.user, row.author)
    hidden = row.hidden and not mine
    before = request.GET.get("avant", "")
    side = request.GET.get("avis", "")
    side = side if side in ("for", "against", "neither") else ""
    thread = selectors.thread_of("proposal", row.reference, programme=one.programme) if row.comments or side else None
    found, older = selectors.branches(
        thread, side=side, before=int(before) if before.isdigit() and len(before) < 18 else None
    )
    at = timezone.now()
    closed = standing.closed(one, part.code, at)
    labels = {choice.code: choice.label for choice in part.categories}
    context = {
        "one": one,
        "process": one.process,
        "component": part,
        "row": row,
        "words": _words(row),
        "hidden": hidden,
        "mine": mine,
        "category": labels.get(row.category),
        "commune": territory.area_name(f"commune:{row.commune}") if row.commune else "",
        "map": mapping.proposal_map(row) if row.commune and not hidden else None,
        "authors": list(Authorship.objects.filter(proposal=row).select_related("participant__organisation", "participant__user").order_by("pk")[:50]),
        "voices": voices_of(request, one),
        "supported": bool(selectors.supported(place, [row])),
        "threshold": part.supports.threshold if part.supports is not None else None,
        "attachments": list(row.attachments.select_related("file").order_by("pk")),
        "statuses": list(row.statuses.order_by("-at", "-pk")[:10]),
        "amendments": list(Amendment.objects.filter(proposal=row, hidden=False).exclude(state="withdrawn").select_related("author__organisation", "author__user").order_by("-at", "-pk")[:AMENDMENTS]),
        "merges": list(Merge.objects.filter(into=row).select_related("source").order_by("-at", "-pk")[:50]),
        "merge": Merge.objects.filter(source=row).first() if row.state == Proposal.State.MERGED else None,
        "closed": closed,
        "changeable": row.state == Proposal.State.PUBLISHED and not row.status,
        "thread": thread,
        "branches": found,
        "older": with_(request.GET.urlencode(), avant=older) if older else "",
        "sides": [(code, label, with_("", avis=code)) for code, label in Side.choices],
        "side": side,
        "form": form or CommentForm(),
        "target": row.target,
        "source": row.target,
        "crumbs": crumbs(one, Crumb(words(part.title), reverse("participation:component", args=[one.code, part.code])), Crumb(row.reference)),
    }  # fmt: skip
    return render(request, "participation/proposal.html", context, status=status)


def _words(row: Proposal) -> list[dict[str, str]]:
    """The proposal's words, in each language its author gave: the page's first."""
    other = "en" if row.language == "fr" else "fr"
    found = [{"language": row.language, "title": row.title, "text": row.text}]
    if row.title_other:
        found.append({"language": other, "title": row.title_other, "text": row.text_other})
    return sorted(found, key=lambda one: one["language"] != current_language())


@require_POST
@signed_in
def support(request: HttpRequest, process: str, component: str, reference: str) -> HttpResponseBase:
    """Give or take back a support, and go back where one was."""
    one = process_or_404(process)
    row = proposal_or_404(one, component, reference)
    give = request.POST.get("donner", "1") == "1"
    try:
        act = supports.support_give if give else supports.support_take_back
        act(user=user_of(request), reference=row.reference, organisation=organisation_of(request, one))
    except NotEntitled as refused:
        if refused.reason.code == "join":
            back = f"{refused.reason.url}?next={url_of(row)}"
            messages.info(request, str(refused.reason.text))
            return redirect(back)
        messages.error(request, str(refused))
    except InputError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Your support is counted.") if give else _("Your support is taken back."))
    return back_to(request, url_of(row))


def back_to(request: HttpRequest, otherwise: str) -> HttpResponseRedirect:
    """Where a form says it came from, on this site only."""
    back = request.POST.get("next", "")
    return HttpResponseRedirect(
        back if back.startswith("/") and url_has_allowed_host_and_scheme(back, allowed_hosts=None) else otherwise
    )


@require_safe
@fresh
def versions(request: HttpRequest, process: str, component: str, reference: str) -> HttpResponse:
    """Each version of a proposal, and what changed from the one before."""
    one = process_or_404(process)
    part = component_or_404(one, component, "proposals")
    row = proposal_or_404(one, component, reference)
    if row.hidden and not proposals.speaks_for(request.user, row.author):
        raise Http404(reference)
    kept = list(row.versions.select_related("by__organisation", "by__user").order_by("-number")[: VERSIONS + 1])
    pairs = [
        (version, kept[rank + 1] if rank + 1 < len(kept) else None) for rank, version in enumerate(kept[:VERSIONS])
    ]
    context = {
        "one": one,
        "process": one.process,
        "row": row,
        "versions": [
            {"version": version, "before": before, "changes": worddiff.marked(before.text, version.text) if before is not None else None}
            for version, before in pairs
        ],
        "crumbs": crumbs(
            one, Crumb(words(part.title), reverse("participation:component", args=[one.code, part.code])),
            Crumb(row.reference, url_of(row)), Crumb(_("Versions")),
        ),
    }  # fmt: skip
    return render(request, "participation/versions.html", context)


@require_safe
def attachment(request: HttpRequest, process: str, component: str, reference: str, pk: int) -> HttpResponseBase:
    """A file of a published proposal: always saved, never shown in the page."""
    one = process_or_404(process)
    row = (
        Proposal.objects.select_related("author__organisation")
        .filter(reference=reference, programme=one.programme)
        .first()
    )
    if row is None or (row.process, row.component) != (one.code, component):
        raise Http404(reference)
    if not row.public and not proposals.speaks_for(request.user, row.author):
        raise Http404(reference)
    found = Attachment.objects.select_related("file__subject").filter(proposal=row, pk=pk).first()
    if found is None:
        raise Http404(str(pk))
    try:
        chunks = uploads.read(found.file)
    except PermissionError:
        raise Http404(str(pk)) from None
    kind = KINDS[found.file.kind]
    response = StreamingHttpResponse(chunks, content_type=kind.mime)
    name = f"{row.reference}-{found.pk}.{kind.extensions[0]}"
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name) or ""
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


@require_safe
def export(request: HttpRequest, process: str, component: str, what: str, form: str) -> HttpResponseBase:
    """All the proposals or comments of a component, streamed."""
    one = process_or_404(process)
    part = component_or_404(one, component)
    if what not in exporting.COLUMNS or form not in exporting.TYPES:
        raise Http404(what)
    response = StreamingHttpResponse(
        exporting.stream(one, part, what=what, form=form), content_type=exporting.TYPES[form]
    )
    response["Content-Disposition"] = f'attachment; filename="{one.code}-{part.code}-{what}.{form}"'
    return response
