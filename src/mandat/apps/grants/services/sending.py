"""Send an application, complete it, take it back.

A call closes to the second, by the server's clock: what counts is when the act begins, not when it gets its turn, so that nobody loses a
call to the queue of the last minute. Sending twice gives the same submission twice.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from mandat.apps.accounts.models import User
from mandat.apps.accounts.permissions import require
from mandat.apps.custody.records import canonical, digest
from mandat.apps.funds import services as funds
from mandat.apps.funds.models import Allocation
from mandat.apps.grants import access
from mandat.apps.grants.calls import closing, phase
from mandat.apps.grants.completeness import Lack, Standing, lacks, standing_of
from mandat.apps.grants.machine import LIVE, State
from mandat.apps.grants.models import Case, PaymentRequest, Submission
from mandat.apps.grants.schema import Scheme
from mandat.apps.grants.schema.scheme import Call
from mandat.apps.grants.services import delays, small_aids
from mandat.apps.grants.services.breaches import exclusion_check
from mandat.apps.grants.services.drafts import asked_at, open_request, require_lead
from mandat.apps.grants.services.funders import region_source
from mandat.apps.grants.services.moving import fact, held, move, terms_of, today
from mandat.apps.grants.services.telling import tell_applicants
from mandat.apps.grants.sheets import Sheet, sheet_of
from mandat.apps.grants.submitted import record_of
from mandat.apps.grants.terms import SCHEMES
from mandat.apps.programme.terms import Terms
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text
from mandat.web import formats


class IncompleteError(InputError):
    """What the application still lacks, in ``lacks``."""

    def __init__(self, found: list[Lack]) -> None:
        self.lacks = found
        fr, en = "; ".join(lack.text.fr for lack in found[:12]), "; ".join(lack.text.en for lack in found[:12])
        super().__init__(Text(f"il manque : {fr}", f"missing: {en}"))


def call_of(case: Case, scheme: Scheme) -> Call | None:
    """The call of a case, or of its round, as the version in force prolongs it: a call made longer serves those who began before."""
    versions = [scheme]
    current = SCHEMES.all().get(case.scheme)
    if current is not None:
        versions.append(current.document)
    calls = [call for one in versions for call in one.calls if call.code == case.call]
    if not calls:
        return None
    if case.round > 1:
        rounds = [_round(call, one, case.round) for one, call in zip(versions, calls, strict=False)]
        calls = [call for call in rounds if call is not None] or calls
    far = dt.datetime.max.replace(tzinfo=dt.UTC)
    return max(calls, key=lambda call: closing(call) or far)


def _round(call: Call, scheme: Scheme, rank: int) -> Call | None:
    """A further round of a call, as a call of its own."""
    codes = [one.code for one in scheme.rounds]
    if rank - 2 >= len(codes):
        return None
    found = next((one for one in call.rounds if one.code == codes[rank - 2]), None)
    if found is None:
        return None
    return call.model_copy(update={"opens": found.opens, "closes": found.closes, "rounds": ()})


def check_window(call: Call | None, at: dt.datetime) -> None:
    """Raise InputError where the call does not receive applications at ``at``."""
    where = phase(call, at) if call is not None else "closed"
    if where == "open":
        return
    if call is not None and where == "coming":
        said = formats.moment(call.opens) if isinstance(call.opens, dt.datetime) else formats.day(call.opens)
        raise InputError(Text(f"cet appel ouvre le {said}", f"this call opens on {said}"))
    end = closing(call) if call is not None else None
    if end is None:
        raise InputError(Text("cet appel est clos", "this call is closed"))
    said = formats.moment(end - dt.timedelta(seconds=1))
    raise InputError(
        Text(
            f"cet appel est clos depuis le {said} : votre dossier n'a pas pu être envoyé, rien n'est perdu",
            f"this call closed on {said}: your application could not be sent, nothing is lost",
        )
    )


def case_submit(*, actor: User, case: Case) -> Submission:
    """Send a draft, or what a completion asked for. Returns what was sent, sealed, with its digest.

    Where the application is sent already (two clicks, two members at once), gives what was sent. Raises IncompleteError for what lacks,
    InputError outside the call's window, PermissionDenied.
    """
    at = timezone.now()  # before the turn in the queue
    with transaction.atomic():
        case = held(case)
        require(actor, "grants.apply")
        where = access.require(actor, case, "edit")
        if case.state == State.SUBMITTED and (sent := case.submissions.order_by("-rank").first()) is not None:
            return sent
        terms = terms_of(case)
        if case.state == State.INCOMPLETE:
            return _answer(actor, case, terms, at)
        if case.state == State.DRAFT:
            check_window(call_of(case, terms.document), at)
        sheet, given = sheet_of(case), standing_of(case)
        exclusion_check(case.applicant)
        if case.state == State.DRAFT and (found := lacks(sheet, given, region=region_source(case))):
            raise IncompleteError(found)
        move(case, "submit", who="applicant", actor=actor, standing=where)
        case.submitted_at = at
        case.due_on = delays.due(case, terms.document)
        return _seal(actor, case, sheet, given, terms, at, kind="grants.applied.v1", told="received")


def _answer(actor: User, case: Case, terms: Terms[Scheme], at: dt.datetime) -> Submission:
    """Send what was asked for: every piece and field of the request is there; the delay runs again."""
    request = open_request(case)
    sheet = sheet_of(case)
    if case.round > 1:
        check_window(call_of(case, terms.document), at)
    standing = standing_of(case)
    found = [lack for lack in lacks(sheet, standing, region=region_source(case)) if lack.where != "pieces"]
    if request is not None:
        given = set(
            case.pieces.filter(added_at__gte=asked_at(case), upload__isnull=False)
            .exclude(verdict="rejected")
            .values_list("code", flat=True)
        )
        labels = {one.code: Text(one.label.fr, one.label.en) for one in sheet.scheme.evidence}
        found += [
            Lack("pieces", code, code, labels.get(code, Text(code, code)))
            for code in request.codes
            if code not in given
        ]
    if found:
        raise IncompleteError(found)
    move(case, "answer", who="applicant", actor=actor)
    delays.resume(case, terms.document, request, on=timezone.localdate(at))
    return _seal(actor, case, sheet, standing, terms, at, kind="grants.completed.v1", told="answered")


def _seal(
    actor: User,
    case: Case,
    sheet: Sheet,
    given: Standing,
    terms: Terms[Scheme],
    at: dt.datetime,
    *,
    kind: str,
    told: str,
) -> Submission:
    case.save()
    rank = case.submissions.count() + 1
    text = canonical(record_of(sheet, given, at=at, rank=rank, by=actor.name or actor.email))
    made = Submission(case=case, rank=rank, at=at, by=actor, sha256=digest(text))
    made.record = text
    made.save()
    fact(kind, case, terms, scheme=case.scheme, title=terms.document.title.fr, call=case.call)
    tell_applicants(told, case, key=str(rank))
    return made


@transaction.atomic
def case_withdraw(*, actor: User, case: Case, reason: str) -> Case:
    """Take an application back before or after it is decided, as long as nothing was paid. Money set aside is free again.

    Raises InputError once money was ordered or paid: the project is then closed with the service, which asks back what is due.
    """
    case = held(case)
    require_lead(actor, case)
    terms = terms_of(case)
    paid = (PaymentRequest.State.ORDERED, PaymentRequest.State.PAID)
    if case.state in LIVE and PaymentRequest.objects.filter(case=case, state__in=paid).exists():
        raise InputError(
            Text(
                "de l'argent vous a été versé : écrivez au service, qui clôturera le dossier avec vous",
                "money was paid to you: write to the service, which will close the case with you",
            )
        )
    reason = " ".join(reason.split())[:2000]
    move(case, "withdraw", who="applicant", actor=actor, reason=reason)
    case.due_on, case.ended_at = None, timezone.now()
    case.save()
    case.requests.filter(closed_on__isnull=True).update(closed_on=today())
    _release(case)
    case.payments.filter(state__in=(PaymentRequest.State.ASKED, PaymentRequest.State.CHECKED)).update(
        state=PaymentRequest.State.REFUSED
    )
    small_aids.correct(case, Decimal(0))
    fact("grants.withdrawn.v1", case, terms, scheme=case.scheme, title=terms.document.title.fr, call=case.call)
    tell_applicants("withdrawn", case, key="1", but=actor)
    return case


def _release(case: Case) -> None:
    """What was set aside for the case goes back to its envelope."""
    for allocation in Allocation.objects.filter(case=case.reference).select_related("envelope").order_by("pk"):
        for state in ("reserved", "awarded", "engaged"):
            amount = Decimal(getattr(allocation, state)) / 100
            if amount > 0:
                allocation = funds.release(
                    allocation=allocation, state=state, amount=amount, key=f"withdrawn:{state}"
                )  # fmt: skip
