"""Letters and documents of a claim, as files: only for the person concerned and those who instruct."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from mandat.apps.accounts.access import requires
from mandat.apps.custody.keys import ErasedError
from mandat.apps.rights import explaining, filing, letters, selectors
from mandat.apps.rights.models import Claim
from mandat.apps.rights.services.decisions import record_of
from mandat.apps.rights.services.moving import terms_of
from mandat.apps.rights.terms import Terms
from mandat.apps.rights.views.shared import claim_or_404, own
from mandat.kernel.delays import answer_due, appeal_until
from mandat.kernel.errors import InputError
from mandat.web.letters import pdf


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter that exists for a claim. ``kind`` is its address."""

    kind: str
    label: Any
    on: Any


def letters_of(claim: Claim, file: selectors.File, terms: Terms) -> list[Letter]:
    """The letters there are, oldest first."""
    found = []
    if claim.submitted_at is not None:
        found.append(Letter("accuse", _("Acknowledgement of receipt"), timezone.localdate(claim.submitted_at)))
    found += [
        Letter(f"demande-{rank}", _("Request for documents"), one.asked_on) for rank, one in enumerate(file.requests, 1)
    ]
    for decision in file.decisions:
        found.append(Letter(f"decision-{decision.rank}", _("Decision"), decision.decided_on))
        appeal = getattr(decision, "appeal", None)
        if appeal is not None and appeal.outcome == "rejected":
            found.append(
                Letter(f"recours-{decision.rank}", _("Answer to the appeal"), timezone.localdate(appeal.decided_at))
            )
    return sorted(found, key=lambda one: one.on)


def _content(claim: Claim, kind: str) -> dict[str, Any]:
    """What a letter says. Raises Http404 for one there is not."""
    terms, file, identity = terms_of(claim), selectors.file_of(claim), claim.identity
    name, _sep, number = kind.partition("-")
    if name == "accuse" and claim.submitted_at is not None:
        received = timezone.localdate(claim.submitted_at)
        due = letters_due(claim, terms)
        return letters.acknowledgement(
            terms.document, identity, reference=claim.reference, received=received, due=due, synthetic=claim.synthetic
        )
    if name == "demande" and number.isdecimal() and 1 <= int(number) <= len(file.requests):
        one = file.requests[int(number) - 1]
        wanted = [evidence.label.fr for evidence in terms.document.evidence if evidence.code in one.codes]
        return letters.request(
            terms.document, identity, reference=claim.reference, asked=one.asked_on, until=one.until, wanted=wanted,
            words=one.text, synthetic=claim.synthetic,
        )  # fmt: skip
    decision = next((one for one in file.decisions if str(one.rank) == number), None)
    if decision is None:
        raise Http404
    if name == "decision":
        return letters.decision(record_of(decision), terms.document, identity, synthetic=claim.synthetic)
    if name == "explication" and decision.by != "silence":
        return explaining.letter(explaining.explanation_of(decision, terms), decision, terms, identity)
    appeal = getattr(decision, "appeal", None)
    if name == "recours" and appeal is not None and appeal.outcome == "rejected":
        on = timezone.localdate(appeal.decided_at)
        return letters.appeal_answer(
            terms.document, identity, reference=claim.reference, on=on, rejected_by_silence=appeal.decided_by_id is None,
            reason=appeal.reason, author=appeal.decided_by.name if appeal.decided_by else "",
            until=appeal_until(on, months=terms.document.appeals.contentious_months), synthetic=claim.synthetic,
        )  # fmt: skip
    raise Http404


def letters_due(claim: Claim, terms: Terms) -> Any:
    """The last day to answer, as it stood when the claim was received."""
    assert claim.submitted_at is not None
    return answer_due(timezone.localdate(claim.submitted_at), months=terms.document.decision.delay_months)


def _pdf(claim: Claim, kind: str) -> HttpResponse:
    try:
        raw = pdf(_content(claim, kind))
    except (ErasedError, InputError) as error:
        raise Http404 from error
    return HttpResponse(
        raw,
        content_type="application/pdf",
        headers={
            "Content-Disposition": f'inline; filename="{kind}-{claim.reference}.pdf"',
            "Cache-Control": "private, no-store",
        },
    )


@require_GET
@own
def own_letter(request: HttpRequest, claim: Claim, kind: str) -> HttpResponseBase:
    return _pdf(claim, kind)


@require_GET
@requires("rights.instruct")
def file_letter(request: HttpRequest, reference: str, kind: str) -> HttpResponseBase:
    return _pdf(claim_or_404(reference), kind)


def _piece(claim: Claim, pk: int) -> HttpResponseBase:
    piece = get_object_or_404(claim.pieces, pk=pk, discarded_at__isnull=True)
    return filing.answer(piece.upload, name=f"{piece.code}-{claim.reference}")


@require_GET
@own
def own_piece(request: HttpRequest, claim: Claim, pk: int) -> HttpResponseBase:
    return _piece(claim, pk)


@require_GET
@requires("rights.instruct")
def file_piece(request: HttpRequest, reference: str, pk: int) -> HttpResponseBase:
    return _piece(claim_or_404(reference), pk)
