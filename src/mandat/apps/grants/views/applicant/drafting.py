"""Fill an application: one section a page, kept at each step, in any order; then the plan, the documents, and sending."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from mandat.apps.custody.content import KINDS
from mandat.apps.custody.uploads import limited_uploads
from mandat.apps.grants import filing
from mandat.apps.grants.applicants import PUBLIC
from mandat.apps.grants.calls import closing
from mandat.apps.grants.completeness import findings
from mandat.apps.grants.forms import pages
from mandat.apps.grants.forms.evidence import PieceForm
from mandat.apps.grants.forms.plan import PlanForm
from mandat.apps.grants.forms.questions import said
from mandat.apps.grants.machine import State
from mandat.apps.grants.models import Case
from mandat.apps.grants.schema.form import Section
from mandat.apps.grants.services import drafts, evidence, funders, sending
from mandat.apps.grants.services.moving import today
from mandat.apps.grants.views.applicant.shared import (
    Draft,
    attempt,
    crumbs,
    draft_of,
    filling,
    own,
    to_case,
    user_of,
    values,
)
from mandat.apps.grants.vocabulary import APPLICANTS
from mandat.apps.organisations import limits as lookups
from mandat.apps.organisations.registers import Outcome, register
from mandat.apps.programme.uploads import too_large
from mandat.kernel.errors import InputError
from mandat.web.templatetags.formats import say

#: What the register fills beside a SIRET, by the usual names of the fields.
_FILLED = {
    "nom_organisme": "name", "denomination": "name", "raison_sociale": "name", "nom": "name", "adresse": "address",
    "code_postal": "postcode", "rna": "rna",
}  # fmt: skip


@sensitive_post_parameters()
@own
def section(request: HttpRequest, case: Case, code: str) -> HttpResponseBase:
    """One section. What holds is kept even where something else on the page is wrong; nothing typed is lost."""
    if not filling(case):
        return to_case(case)
    draft = draft_of(case)
    found = next((one for one in draft.sheet.sections if one.code == code), None)
    if found is None:
        raise Http404(code)
    only = None if case.state == State.DRAFT else frozenset(_open_names(draft, found))
    if request.method != "POST":
        return _section(request, draft, found, pages.shown(draft.sheet, found, only=only))
    if only is not None and not only:
        return to_case(case)
    return _Saving(request, draft, found, only).respond()


def _open_names(draft: Draft, section: Section) -> set[str]:
    """Fields of a section that may change now."""
    names = {one.name for one in draft.sheet.fields(section)}
    return names if section.code in draft.changes else names & draft.changes


class _Saving:
    """One section sent."""

    def __init__(self, request: HttpRequest, draft: Draft, section: Section, only: frozenset[str] | None) -> None:
        self.request, self.draft, self.section, self.only = request, draft, section, only
        self.post: QueryDict = request.POST
        self.page = pages.typed(draft.sheet, section, self.post, as_of=today(), only=only)

    def respond(self) -> HttpResponseBase:
        operation, _colon, place = self.post.get("op", "save").partition(":")
        if operation == "lookup":
            return self._lookup(place)
        if operation == "remove" and place.isdecimal() and len(place) < 4:
            del self.page.rows[int(place) : int(place) + 1]
            del self.page.groups[int(place) : int(place) + 1]
        try:
            case = drafts.case_save(
                actor=user_of(self.request), case=self.draft.case, answers=self.page.given, revision=self._revision()
            )
        except drafts.StaleError as error:
            return self._stale(error)
        except InputError as error:
            messages.error(self.request, str(error))
            return self._again(422)
        if self.page.errors:
            # What holds is kept; the page goes on from there.
            self.draft = draft_of(case)
            return self._again(422)
        if operation == "add":
            return self._with_a_row(case)
        if operation == "remove":
            return redirect("grants:section", case.reference, self.section.code)
        return self._next(case)

    def _revision(self) -> int:
        text = self.post.get("revision", "")
        return int(text) if text.isdecimal() and len(text) < 10 else -1

    def _stale(self, error: InputError) -> HttpResponse:
        """Everything typed stays on the page, beside what was saved meanwhile; saving again is then meant."""
        self.draft = draft_of(
            Case.objects.select_related("applicant", "subject", "opened_by").get(pk=self.draft.case.pk)
        )
        pages.mark_meanwhile(self.page, self.draft.sheet)
        messages.warning(self.request, str(error))
        return self._again(409)

    def _again(self, status: int) -> HttpResponse:
        return _section(self.request, self.draft, self.section, self.page, status=status)

    def _with_a_row(self, case: Case) -> HttpResponse:
        draft = draft_of(case)
        page = pages.shown(draft.sheet, self.section, only=self.only)
        if len(draft.sheet.rows(self.section)) < (self.section.repeats or 0) and draft.sheet.rows(self.section):
            rank = len(page.groups)
            page.groups.append(pages.blank(draft.sheet, self.section, rank))
        return _section(self.request, draft, self.section, page, added=True)

    def _next(self, case: Case) -> HttpResponseBase:
        after = draft_of(case)
        shown = {box.asked.name for boxes in self.page.groups for box in boxes}
        if self.section not in after.sheet.sections:
            return redirect(after.steps("")[0].url)
        new = {one.name for one in after.sheet.fields(self.section)} - shown
        if new and self.only is None:
            messages.info(self.request, _("Saved. Your answers call for a few more questions below."))
            return redirect("grants:section", case.reference, self.section.code)
        if case.state == State.INCOMPLETE:
            messages.success(self.request, _("Saved. Send your answer once everything is there."))
            return to_case(case)
        return redirect(after.following(f"section:{self.section.code}"))

    def _lookup(self, name: str) -> HttpResponse:
        """Ask the register about a SIRET, and fill what is empty beside it. Nothing is saved before the page is."""
        for boxes in self.page.groups:
            box = next((one for one in boxes if one.name == name and one.asked.type == "siret"), None)
            if box is None or box.error:
                continue
            if not box.value.strip():
                box.error = _("Write the number first.")
                continue
            self._fill(box, boxes)
        return self._again(422 if self.page.errors else 200)

    def _fill(self, box: pages.Box, boxes: list[pages.Box]) -> None:
        user = user_of(self.request)
        if not lookups.within("lookups", user.pk, lookups.LOOKUPS):
            box.found = _("The register was asked too often: fill this in by hand.")
            return
        answer = register().by_siret("".join(c for c in box.value if c.isdigit()))
        if answer.outcome is Outcome.UNKNOWN:
            box.error = _("The register knows no organisation of this number. Check each figure.")
        elif answer.entry is None:
            box.found = _("The register does not answer: fill this in by hand.")
        else:
            entry = answer.entry
            state = _(" – closed in the register") if entry.active is False else ""
            box.found = f"{entry.name or _('name not published')} {entry.commune_name}{state}".strip()
            for other in boxes:
                known = getattr(entry, _FILLED.get(other.asked.name, ""), "") if other.asked.name in _FILLED else ""
                if known and not other.value:
                    other.value = known


def _section(
    request: HttpRequest, draft: Draft, section: Section, page: pages.Page, *, status: int = 200, added: bool = False
) -> HttpResponse:
    context = values(draft, f"section:{section.code}", say(section.title))
    context |= {
        "section": section,
        "page": page,
        "errors": page.errors,
        "revision": draft.case.revision,
        "room": section.repeats is not None and len(page.groups) < section.repeats,
        "added": added,
    }
    return render(request, "grants/applicant/section.html", context, status=status)


@own
def plan(request: HttpRequest, case: Case) -> HttpResponseBase:
    """Who pays for the project: lines added and removed without script, checked against what the scheme asks."""
    if not filling(case):
        return to_case(case)
    draft = draft_of(case)
    if "plan" not in draft.changes:
        return to_case(case)
    name = case.applicant.name if case.applicant else user_of(request).name
    form = PlanForm(
        request.POST if request.method == "POST" else None,
        lines=funders.sources_of(case),
        own=name,
        public=case.applicant_kind in PUBLIC,
    )
    if request.method == "POST":
        operation = request.POST.get("op", "save")
        lines = form.sources()
        stays = operation != "save" or bool(form.errors)
        text = request.POST.get("revision", "")
        revision = int(text) if text.isdecimal() and len(text) < 10 else -1
        if not form.errors and attempt(
            request,
            lambda: drafts.case_save(actor=user_of(request), case=case, answers={}, revision=revision, plan=lines),
        ):
            case.refresh_from_db()
            draft = draft_of(case)
            if not stays:
                return redirect(draft.following("plan")) if case.state == State.DRAFT else to_case(case)
        else:
            case.refresh_from_db()
            draft = draft_of(case)
        form.after(operation)
    region = funders.region_source(case)
    sources = tuple(form.sources() if request.method == "POST" else funders.sources_of(case))
    context = values(draft, "plan", _("Financing plan"))
    context |= {
        "form": form,
        "errors": form.problems,
        "revision": case.revision,
        "region": region,
        "cost": Decimal(case.cost) / 100 if case.cost is not None else None,
        "total": sum((one.amount for one in sources), Decimal(0)) + (region.amount if region else 0),
        "findings": findings(draft.sheet, sources, region) if sources else [],
    }
    return render(request, "grants/applicant/financing.html", context, status=422 if form.problems else 200)


@limited_uploads(filing.LARGEST)
@own
def pieces(request: HttpRequest, case: Case) -> HttpResponseBase:
    """The documents asked for, and a place to add each."""
    if request.method == "POST":
        return _add_piece(request, case)
    if case.state != State.DRAFT:
        return to_case(case)
    draft = draft_of(case)
    context = values(draft, "pieces", _("Documents"))
    context |= {"wanted": wanted(draft.sheet.evidence("application"), case), "removable": True}
    return render(request, "grants/applicant/pieces.html", context)


def _add_piece(request: HttpRequest, case: Case) -> HttpResponseBase:
    back = redirect("grants:pieces", case.reference) if case.state == State.DRAFT else to_case(case)
    if too_large(request):
        most = filing.LARGEST // (1024 * 1024)
        messages.error(request, _("This file is over %(most)s MB: it was not kept.") % {"most": most})
        return back
    form = PieceForm(request.POST, request.FILES)
    if not form.is_valid():
        messages.error(request, " ".join(str(error) for errors in form.errors.values() for error in errors))
        return back
    code, file = form.cleaned_data["code"], form.cleaned_data["file"]
    attempt(
        request,
        lambda: evidence.piece_add(actor=user_of(request), case=case, code=code, file=file),
        _("The document is added."),
    )
    return back


def wanted(found: Sequence[Any], case: Case) -> list[dict[str, Any]]:
    """Each piece with the files given, and what it may be."""
    given: dict[str, list[Any]] = {}
    for piece in case.pieces.select_related("upload__subject").order_by("pk"):
        given.setdefault(piece.code, []).append(piece)
    return [
        {
            "evidence": one,
            "files": given.get(one.code, []),
            "accept": ",".join(filing.extensions(one)),
            "kinds": ", ".join(KINDS[kind].extensions[0].upper() for kind in filing.kinds(one)),
            "most": filing.LARGEST // (1024 * 1024),
        }
        for one in found
    ]


@require_POST
@own
def piece_remove(request: HttpRequest, case: Case, pk: int) -> HttpResponseBase:
    piece = get_object_or_404(case.pieces, pk=pk)
    attempt(
        request,
        lambda: evidence.piece_remove(actor=user_of(request), piece=piece),
        _("The document is taken back."),
    )
    return redirect("grants:pieces", case.reference) if case.state == State.DRAFT else to_case(case)


@own
def review(request: HttpRequest, case: Case) -> HttpResponseBase:
    """Everything that is sent, on one page, and what is missing."""
    if request.method == "POST":
        return _send(request, case)  # pressed twice: the same receipt
    if case.state != State.DRAFT:
        return to_case(case)
    draft = draft_of(case)
    sheet = draft.sheet
    call = sending.call_of(case, sheet.scheme)
    context = values(draft, "review", _("What you send"))
    context |= {
        "recap": recap(draft),
        "plan": [*filter(None, [funders.region_source(case)]), *funders.sources_of(case)] if sheet.planned else [],
        "wanted": wanted(sheet.evidence("application"), case),
        "parties": list(case.parties.select_related("organisation").order_by("pk")),
        "mended": [(lack, where(case, lack)) for lack in draft.lacking],
        "kind": APPLICANTS.get(case.applicant_kind),
        "call": call,
        "closing": closing(call) if call is not None else None,
    }
    return render(request, "grants/applicant/review.html", context)


def _send(request: HttpRequest, case: Case) -> HttpResponseBase:
    if not request.POST.get("sure"):
        messages.error(request, _("Tick the box to say that what you declare is true."))
        return redirect("grants:review", case.reference)
    try:
        sent = sending.case_submit(actor=user_of(request), case=case)
    except sending.IncompleteError:
        messages.error(request, _("Something is missing: it is listed below. Nothing was sent."))
        return redirect("grants:review", case.reference)
    except InputError as error:
        messages.error(request, str(error))
        return redirect("grants:review", case.reference)
    return redirect("grants:receipt", case.reference, sent.rank)


def where(case: Case, lack: Any) -> str:
    """The page on which something lacking is mended, at its field."""
    if lack.where == "section":
        anchor = f"#q-{lack.name.replace('_', '-')}" if lack.name and "-" not in lack.name else ""
        return reverse("grants:section", args=[case.reference, lack.code]) + anchor
    name = "financing" if lack.where == "plan" else lack.where
    return reverse(f"grants:{name}", args=[case.reference])


def recap(draft: Draft) -> list[dict[str, Any]]:
    """Sections with their answers in words, a list a row where they repeat."""
    sheet = draft.sheet
    found = []
    for one in sheet.sections:
        fields = sheet.fields(one)
        rows = sheet.rows(one) if one.repeats is not None else [sheet.answers]
        found.append(
            {
                "section": one,
                "rows": [[(say(asked.label), said(asked, row.get(asked.name))) for asked in fields] for row in rows],
                "repeats": one.repeats is not None,
            }
        )
    return found


@require_POST
@own
def discard(request: HttpRequest, case: Case) -> HttpResponseBase:
    """Throw the draft away."""
    if attempt(request, lambda: drafts.case_discard(actor=user_of(request), case=case), _("The draft is thrown away.")):
        return redirect("grants:cases")
    return to_case(case)


__all__ = ["crumbs", "discard", "piece_remove", "pieces", "plan", "recap", "review", "section", "wanted", "where"]
