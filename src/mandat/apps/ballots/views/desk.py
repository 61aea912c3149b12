"""The roll received, codes drawn, people at desks, urns: what agents do so that nobody is left out and nobody votes twice."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from mandat.apps.accounts.access import requires
from mandat.apps.accounts.models import User
from mandat.apps.accounts.permissions import may, require
from mandat.apps.ballots import belenios as formats_of_belenios
from mandat.apps.ballots import entering, forms, identities, printing
from mandat.apps.ballots.models import CodeBatch, Mark, PaperBatch, Poll, RollImport, Voter
from mandat.apps.ballots.services import casting, codes, elsewhere, importing, paper, rolls
from mandat.apps.ballots.views.bureau import poll_page
from mandat.apps.ballots.views.common import poll_or_404
from mandat.apps.programme.views.bureau.common import user_of
from mandat.engines.opendata import decoding, delimited
from mandat.kernel.errors import InputError, MandatError
from mandat.kernel.text import Text
from mandat.web import formats
from mandat.web.components import Column, Table

LARGEST = 60 * 1024 * 1024


def _pdf(raw: bytes, name: str) -> HttpResponse:
    answer = HttpResponse(raw, content_type="application/pdf")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["Cache-Control"] = "no-store"
    return answer


@requires("ballots.manage")
def roll(request: HttpRequest, reference: str) -> HttpResponse:
    """The roll: lists received, codes drawn and revoked."""
    poll = poll_or_404(reference)
    what = request.POST.get("act", "") if request.method == "POST" else ""
    form = forms.RollForm(*((request.POST, request.FILES) if what == "list" else ()))
    batch_form = forms.CodesForm(request.POST if what == "codes" else None)
    report: importing.Report | None = None
    trial = False
    try:
        if what == "list" and form.is_valid():
            upload, trial = form.cleaned_data["file"], form.cleaned_data["trial"]
            if upload.size > LARGEST:
                raise InputError(Text("fichier trop gros", "file too large"))
            letters = form.cleaned_data["letters"] and not trial
            report = importing.roll_import(
                actor=user_of(request), roll=poll.roll, stream=upload.file, filename=upload.name, dry_run=trial,
                keep_voters=codes.MOST if letters else 0,
            )  # fmt: skip
            if letters and report.voters:
                voters = [voter for voter, _name in report.voters]
                batch, drawn = codes.codes_make(
                    actor=user_of(request), roll=poll.roll, voters=voters, purpose=_("letters of a list")
                )
                names = [name for _voter, name in report.voters]
                raw = printing.codes_pdf(poll=poll, batch=batch, codes=drawn, names=names)
                return _pdf(raw, f"lettres-{poll.reference}-{batch.number}.pdf")
        elif what == "codes" and batch_form.is_valid():
            batch, drawn = codes.codes_make(
                actor=user_of(request), roll=poll.roll, count=batch_form.cleaned_data["count"],
                purpose=batch_form.cleaned_data["purpose"],
            )  # fmt: skip
            return _pdf(
                printing.codes_pdf(poll=poll, batch=batch, codes=drawn), f"codes-{poll.reference}-{batch.number}.pdf"
            )
        elif what == "revoke":
            codes.code_revoke(actor=user_of(request), roll=poll.roll, typed=request.POST.get("code", ""))
            messages.success(request, _("This code opens nothing any more."))
            return redirect("ballots:roll", reference=reference)
    except MandatError as error:
        (batch_form if what == "codes" else form).add_error(None, str(error)) if what != "revoke" else messages.error(
            request, str(error)
        )
    wrong = form.errors or batch_form.errors
    values = {
        "form": form,
        "batch_form": batch_form,
        "report": report,
        "trial": trial,
        "refused": Table(
            _("Lines left out"), [Column(_("Line"), right=True), Column(_("Why"))],
            [(formats.number(line, 0), str(why)) for line, why in report.refused[:100]],
        ) if report is not None and report.refused else None,
        "voters": rolls.voters_count(poll.roll),
        "imports": RollImport.objects.filter(roll=poll.roll).order_by("-pk")[:20],
        "batches": CodeBatch.objects.filter(roll=poll.roll).order_by("-number")[:100],
        "reason": forms.ReasonForm(),
        "forgotten": poll.roll.forgotten_at,
    }  # fmt: skip
    return poll_page(
        request, "ballots/bureau/roll.html", poll, _("Roll and codes"), values, status=422 if wrong else 200
    )


@require_POST
@requires("ballots.manage")
def revoke(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """A batch of codes opens nothing any more."""
    poll = poll_or_404(reference)
    batch = get_object_or_404(CodeBatch, roll=poll.roll, number=number)
    try:
        codes.batch_revoke(actor=user_of(request), batch=batch, why=request.POST.get("why", ""))
        messages.success(request, _("These codes open nothing any more."))
    except InputError as error:
        messages.error(request, str(error))
    return redirect("ballots:roll", reference=reference)


@sensitive_post_parameters()
@requires("ballots.desk")
def desk(request: HttpRequest, reference: str) -> HttpResponse:
    """Someone came with proof of identity: give a code for the device of the desk, or a paper ballot and its mark."""
    poll = poll_or_404(reference)
    form = forms.DeskForm(request.POST if request.method == "POST" else None)
    code, signed = "", ""
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            if not poll.takes_votes():
                raise InputError(Text("ce vote n'est pas ouvert", "this vote is not open"))
            voter = _voter(user_of(request), poll, given)
            mark = Mark.objects.filter(poll=poll, voter=voter).first()
            if mark is not None:
                raise casting.AlreadyVoted(mark)
            urn = request.POST.get("urn", "")
            if urn:
                batch = get_object_or_404(PaperBatch, poll=poll, number=int(urn) if urn.isdigit() else 0)
                paper.paper_sign(actor=user_of(request), batch=batch, voter=voter, reason=given["reason"])
                signed = batch.place
            else:
                code = codes.desk_code(actor=user_of(request), roll=poll.roll, voter=voter, reason=given["reason"])
            form = forms.DeskForm()
        except InputError as error:
            form.add_error(None, str(error))
    values = {
        "form": form,
        "code": code,
        "signed": signed,
        "urns": PaperBatch.objects.filter(poll=poll, state=PaperBatch.State.OPEN).order_by("number"),
    }
    return poll_page(request, "ballots/bureau/desk.html", poll, _("Desk"), values, status=422 if form.errors else 200)


def _voter(agent: User, poll: Poll, given: dict[str, Any]) -> Voter:
    """Whom the name and birth date say, put on the roll by the agent where they are not on it yet."""
    identity = identities.civil(family=given["family"], given=given["given"], born=given["born"])
    if not identity:
        raise InputError(Text("nom ou prénom sans lettre", "surname or given name without a letter"))
    try:
        return rolls.enrol(roll=poll.roll, channel="desk", identity=identity, actor=agent, reason=given["reason"])
    except rolls.AlreadyEnrolled as already:
        return already.voter


@requires("ballots.audit")
def urns(request: HttpRequest, reference: str) -> HttpResponse:
    """Urns and where each stands; a new one."""
    poll = poll_or_404(reference)
    form = forms.UrnForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        require(request.user, "ballots.desk")
        if form.is_valid():
            try:
                paper.batch_open(actor=user_of(request), poll=poll, place=form.cleaned_data["place"])
                return redirect("ballots:urns", reference=reference)
            except InputError as error:
                form.add_error(None, str(error))
    values = {
        "form": form if may(request.user, "ballots.desk") and not poll.over() else None,
        "urns": PaperBatch.objects.filter(poll=poll).order_by("number"),
    }
    return poll_page(request, "ballots/bureau/urns.html", poll, _("Urns"), values, status=422 if form.errors else 200)


@requires("ballots.desk")
def urn(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """One urn after the closing: its sheet, its papers, the check by another agent."""
    poll = poll_or_404(reference)
    batch = get_object_or_404(PaperBatch, poll=poll, number=number)
    user = user_of(request)
    what = request.POST.get("act", "") if request.method == "POST" else ""
    sheet = forms.SheetForm(
        request.POST if what == "count" else None,
        initial={"valid": batch.valid, "blank": batch.blank, "spoiled": batch.spoiled},
    )
    entry = forms.EntryForm(request.POST if what == "enter" else None)
    check = forms.SheetForm(request.POST if what == "check" else None)
    used = {"count": sheet, "enter": entry, "check": check}.get(what)
    if used is not None and used.is_valid():
        given = used.cleaned_data
        try:
            if what == "count":
                paper.batch_count(actor=user, batch=batch, **given)
            elif what == "enter":
                papers = entering.ballots(given["papers"], type=poll.rules.type, options=poll.options)
                paper.batch_enter(actor=user, batch=batch, ballots=papers)
            else:
                paper.batch_check(actor=user, batch=batch, **given)
            messages.success(request, _("It is recorded."))
            return redirect("ballots:urn", reference=reference, number=number)
        except InputError as error:
            used.add_error(None, str(error))
    values = {
        "batch": batch,
        "sheet": sheet,
        "entry": entry,
        "check": check,
        "over": poll.over(),
        "own": batch.entered_by_id == user.pk,
        "options": list(enumerate(poll.options, 1)),
    }
    title = _("Urn %(n)s") % {"n": number}
    wrong = used is not None and used.errors
    return poll_page(request, "ballots/bureau/urn.html", poll, title, values, status=422 if wrong else 200)


@requires("ballots.manage")
def belenios(request: HttpRequest, reference: str) -> HttpResponse:
    """Hold the vote with Belenios: give it the question and the list, take its result."""
    poll = poll_or_404(reference)
    what = request.POST.get("act", "") if request.method == "POST" else ""
    voters = forms.VotersForm(*((request.POST, request.FILES) if what == "voters" else ()))
    result = forms.BeleniosForm(*((request.POST, request.FILES) if what == "result" else ()))
    used = {"voters": voters, "result": result}.get(what)
    try:
        if what == "question":
            answer = HttpResponse(
                json.dumps(formats_of_belenios.template(poll.definition), ensure_ascii=False, indent=1),
                content_type="application/json",
            )
            answer["Content-Disposition"] = f'attachment; filename="{poll.reference}-belenios.json"'
            return answer
        if used is not None and used.is_valid():
            given = used.cleaned_data
            if what == "voters":
                text = "".join(formats_of_belenios.voters(_addresses(given["file"])))
                answer = HttpResponse(text, content_type="text/plain; charset=utf-8")
                answer["Content-Disposition"] = 'attachment; filename="voters.txt"'
                answer["Cache-Control"] = "no-store"
                return answer
            elsewhere.result_import(
                actor=user_of(request), poll=poll, data=given["file"].read(), voters=given["voters"],
                on_roll=given["on_roll"], election=given["election"] or "",
            )  # fmt: skip
            messages.success(request, _("The result is published."))
            return redirect("ballots:poll", reference=reference)
    except InputError as error:
        if used is not None:
            used.add_error(None, str(error))
        else:
            messages.error(request, str(error))
    values = {"voters": voters, "result": result, "over": poll.over() and poll.state == Poll.State.OPEN}
    wrong = used is not None and used.errors
    return poll_page(request, "ballots/bureau/belenios.html", poll, "Belenios", values, status=422 if wrong else 200)


def _addresses(upload: Any) -> list[tuple[str, str]]:
    """The addresses of a list, and a login that is a number of line: nothing of it is kept."""
    found = []
    columns = (
        delimited.Column("courriel", ("email", "mail", "adresse_electronique"), required=True),
        delimited.Column("nom"),
    )
    for row in delimited.rows(decoding.lines(upload.file), columns):
        if isinstance(row, tuple):
            raise InputError(row[1], line=row[0])
        found.append((row.cells["courriel"].strip(), f"v{row.line:06}"))
    return found
