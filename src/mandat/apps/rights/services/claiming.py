"""Claims as their claimants make them: begun, saved, sent, completed, withdrawn."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from mandat.apps.accounts.models import User
from mandat.apps.accounts.permissions import require
from mandat.apps.custody.models import Subject
from mandat.apps.programme.published import published
from mandat.apps.rights import identity as identities
from mandat.apps.rights.machine import OPEN, State
from mandat.apps.rights.models import Benefit, Claim, EvidenceRequest, Message
from mandat.apps.rights.ruling import rule_on
from mandat.apps.rights.services import limits
from mandat.apps.rights.services.benefits import profile
from mandat.apps.rights.services.decisions import decide_automatically
from mandat.apps.rights.services.evidence import forget_pieces, missing_evidence
from mandat.apps.rights.services.moving import check_claimant, fact, held, move, synthetic, terms_of, today
from mandat.apps.rights.services.notices import notify
from mandat.apps.rights.situations import checked
from mandat.apps.rights.terms import Terms, current_terms
from mandat.kernel.delays import answer_due
from mandat.kernel.errors import InputError
from mandat.kernel.periods import add_months, in_words
from mandat.kernel.text import Text, counted


@transaction.atomic
def claim_start(*, actor: User, right: str, answers: Mapping[str, Any], as_of: dt.date | None = None) -> Claim:
    """Begin a claim from a situation already given (that of the questionnaire), or go on with the draft there is.

    Answers given take the place of those saved. ``as_of`` is the day they were given for; the claim itself is judged on the day
    it is sent. Raises InputError where the right is not open to claims now, or the person has one under way or already holds it.
    """
    require(actor, "rights.claim")
    terms = current_terms(right)
    given = checked(terms, answers, as_of=as_of or today())
    draft = Claim.objects.select_for_update().filter(claimant=actor, right=right, state=State.DRAFT).first()
    if draft is not None:
        if answers:
            draft.answers, draft.saved_at = given, timezone.now()
            draft.save()
        return draft
    _check_open(terms)
    _check_again(actor, terms)
    limits.check_start(actor)
    return _new(actor, terms, given)


def _new(actor: User, terms: Terms, answers: dict[str, Any], renews: Benefit | None = None) -> Claim:
    now = timezone.now()
    claim = Claim(
        programme=published().code,
        right=terms.code,
        claimant=actor,
        person=Subject.objects.create(**Subject.fresh()),
        created_at=now,
        saved_at=now,
        renews=renews,
        synthetic=synthetic(),
    )
    claim.answers, claim.identity = answers, identities.of_account(actor)
    try:
        with transaction.atomic():
            claim.save()
    except IntegrityError:
        raise InputError(
            Text(
                "vous avez déjà une demande en cours pour ce droit", "you already have a claim under way to this right"
            )
        ) from None
    return claim


def _check_open(terms: Terms) -> None:
    if terms.document.benefit.type == "systematic-offer":
        raise InputError(
            Text(
                "rien à demander : chaque personne concernée est invitée",
                "nothing to claim: each person concerned is invited",
            )
        )
    window, day = terms.document.claims, today()
    if window.opens is not None and day < window.opens:
        words = in_words(window.opens)
        raise InputError(Text(f"les demandes ouvrent le {words.fr}", f"claims open on {words.en}"))
    if window.closes is not None and day > window.closes:
        words = in_words(window.closes)
        raise InputError(Text(f"les demandes ont fermé le {words.fr}", f"claims closed on {words.en}"))


def _check_again(actor: User, terms: Terms) -> None:
    """Refuse a claim beside one under way, beside a benefit in force, or too soon after another."""
    programme = published().code
    mine = Claim.objects.filter(programme=programme, claimant=actor, right=terms.code)
    under_way = mine.filter(state__in=[*OPEN, State.APPEALED]).values_list("reference", flat=True).first()
    if under_way:
        raise InputError(
            Text(f"votre demande {under_way} est déjà en cours", f"your claim {under_way} is already under way")
        )
    held_now = Benefit.objects.filter(programme=programme, holder=actor, right=terms.code, status=Benefit.Status.ACTIVE)
    if held_now.exists():
        raise InputError(Text("vous avez déjà ce droit", "you already hold this right"))
    window = terms.document.claims
    granted = Benefit.objects.filter(programme=programme, holder=actor, right=terms.code)
    last = granted.order_by("-starts_on").values_list("starts_on", flat=True).first()
    if last is None:
        return
    if window.once:
        raise InputError(Text("ce droit ne s'obtient qu'une fois", "this right is given only once"))
    again = add_months(last, window.again_after_months)
    if today() < again:
        words = in_words(again)
        raise InputError(Text(f"vous pourrez le redemander le {words.fr}", f"you may claim it again on {words.en}"))


@transaction.atomic
def claim_save(
    *, actor: User, claim: Claim, answers: Mapping[str, Any] | None = None, identity: Mapping[str, Any] | None = None
) -> Claim:
    """Keep what was typed in a draft; what is not given stays."""
    claim = held(claim)
    check_claimant(actor, claim)
    _check_draft(claim)
    if answers is not None:
        claim.answers = checked(terms_of(claim), answers, as_of=today())
    if identity is not None:
        claim.identity = identities.kept({**claim.identity, **identity})
    claim.saved_at = timezone.now()
    claim.save()
    return claim


@transaction.atomic
def claim_discard(*, actor: User, claim: Claim) -> None:
    """Throw a draft away, with its files."""
    claim = held(claim)
    check_claimant(actor, claim)
    _check_draft(claim)
    forget_pieces(claim)
    claim.pieces.all().delete()
    person = claim.person
    claim.delete()
    person.delete()


def _check_draft(claim: Claim) -> None:
    if claim.state != State.DRAFT:
        raise InputError(Text("cette demande est déjà envoyée", "this claim is already sent"))


@transaction.atomic
def claim_submit(*, actor: User, claim: Claim, incomplete: bool = False) -> Claim:
    """Send a draft. Where the definition lets the algorithm decide and every answer that matters is there, it decides at once.

    The delay runs from today; where evidence or answers are missing and the person sends the claim all the same (``incomplete``),
    an agent asks for them (CRPA L114-5). Raises InputError for what is missing otherwise.
    """
    claim = held(claim)
    require(actor, "rights.claim")
    check_claimant(actor, claim)
    _check_draft(claim)
    limits.check_submit(actor)
    terms = terms_of(claim)
    _check_open(terms)
    if claim.renews_id is None:
        _check_again(actor, terms)
    identities.check(claim.identity, terms.document)
    day = today()
    ruling = rule_on(terms, claim.answers, as_of=day, programme=claim.programme)
    if ruling.contradictions:
        # Answers that cannot all be true: an agent could only send them back.
        raise InputError(ruling.contradictions[0])
    lacking = [evidence.label for evidence in missing_evidence(claim, terms, ruling)]
    if not incomplete and (ruling.missing or lacking):
        raise InputError(
            _lacking(len(ruling.missing), [label.fr for label in lacking], [label.en for label in lacking])
        )
    claim.right_version = terms.ref.version
    claim.area = identities.area(claim.identity, profile(claim).get("commune", ""))
    move(claim, "submit", who="claimant", actor=actor)
    claim.submitted_at = timezone.now()
    claim.complete_on = day
    claim.due_on = answer_due(day, months=terms.document.decision.delay_months)
    claim.save()
    fact("rights.claimed.v1", terms, claim)
    if terms.document.decision.by == "automatic" and ruling.eligible is not None and not lacking:
        decide_automatically(claim, terms, ruling)
    else:
        notify(actor, "received", claim.reference, key=claim.reference)
    return claim


def _lacking(answers: int, fr: list[str], en: list[str]) -> Text:
    left = counted(answers, Text("réponse", "answer"), Text("réponses", "answers"))
    said_fr = [left.fr] * bool(answers) + [f"la pièce « {label} »" for label in fr]
    said_en = [left.en] * bool(answers) + [f"the document “{label}”" for label in en]
    return Text(f"il manque : {', '.join(said_fr)}", f"missing: {', '.join(said_en)}")


@transaction.atomic
def claim_complete(*, actor: User, claim: Claim) -> Claim:
    """Say that what was asked for is sent: the delay goes on (implied refusal) or begins (implied acceptance), CRPA L114-5."""
    claim = held(claim)
    terms = terms_of(claim)
    request = claim.requests.filter(closed_on__isnull=True).order_by("-id").first()
    waited = set(request.codes) if request else set()
    given = (
        set(
            claim.pieces.filter(discarded_at__isnull=True, added_at__date__gte=request.asked_on).values_list(
                "code", flat=True
            )
        )
        if request
        else set()
    )
    if waited - given:
        labels = [evidence.label for evidence in terms.document.evidence if evidence.code in waited - given]
        raise InputError(_lacking(0, [label.fr for label in labels], [label.en for label in labels]))
    move(claim, "complete", who="claimant", actor=actor)
    resume(claim, terms, request, received=today())
    claim.save()
    fact("rights.completed.v1", terms, claim)
    return claim


def resume(claim: Claim, terms: Terms, request: EvidenceRequest | None, *, received: dt.date | None) -> None:
    """Have the delay run again after evidence was asked for; ``received`` None where it never came."""
    decision = terms.document.decision
    closed = received or today()
    if request is not None:
        request.closed_on = closed
        request.save()
        # The delay stands still while evidence is awaited, and no longer than the time given for it.
        claim.suspended_days += (min(closed, request.until) - request.asked_on).days
    if decision.silence.means == "acceptance":
        # It runs only from the day the last document is received: what never came lets nothing be accepted by silence.
        claim.complete_on = received
        claim.due_on = answer_due(received, months=decision.delay_months) if received else None
    elif claim.complete_on is not None:
        claim.due_on = answer_due(claim.complete_on, months=decision.delay_months, suspended=claim.suspended_days)


@transaction.atomic
def claim_withdraw(*, actor: User, claim: Claim, reason: str = "") -> Claim:
    """Take a claim back before it is decided."""
    claim = held(claim)
    terms = terms_of(claim)
    move(claim, "withdraw", who="claimant", actor=actor, reason=reason[:2000])
    claim.due_on = None
    claim.save()
    claim.requests.filter(closed_on__isnull=True).update(closed_on=today())
    fact("rights.claim_withdrawn.v1", terms, claim)
    return claim


@transaction.atomic
def renewal_start(*, actor: User, benefit: Benefit) -> Claim:
    """Begin the renewal of a benefit in force, the answers and identity of its claim carried over to be confirmed."""
    require(actor, "rights.claim")
    benefit = Benefit.objects.select_for_update().select_related("decision__claim__person").get(pk=benefit.pk)
    origin = benefit.decision.claim
    check_claimant(actor, origin)
    terms = current_terms(benefit.right)
    if terms.document.renewal.mode == "none":
        raise InputError(Text("ce droit ne se renouvelle pas", "this right is not renewed"))
    if benefit.status != Benefit.Status.ACTIVE or benefit.remind_on is None or today() < benefit.remind_on:
        raise InputError(Text("il est trop tôt pour renouveler", "it is too early to renew"))
    if benefit.renewals.exclude(state__in=[State.WITHDRAWN, State.REFUSED]).exists():
        raise InputError(Text("ce droit est déjà en cours de renouvellement", "this right is already being renewed"))
    confirmed = terms.document.renewal.mode == "confirm"
    claim = _new(actor, terms, origin.answers if confirmed else {}, renews=benefit)
    if origin.identity:
        claim.identity = origin.identity
        claim.save()
    return claim


@transaction.atomic
def message_send(*, actor: User, claim: Claim, text: str) -> Message:
    """Write to the service, or to the claimant for whoever instructs."""
    claim = held(claim)
    mine = claim.claimant_id == actor.pk
    if not mine:
        require(actor, "rights.instruct")
    text = text.strip()
    if not text or len(text) > 4000:
        raise InputError(Text("un message a de 1 à 4 000 caractères", "a message has 1 to 4,000 characters"))
    if claim.state == State.DRAFT:
        raise InputError(Text("envoyez d'abord votre demande", "send your claim first"))
    limits.check_message(actor)
    made = Message.objects.create(claim=claim, author=actor, from_service=not mine, at=timezone.now(), text=text)
    if not mine:
        notify(claim.claimant, "message", claim.reference, key=f"{claim.reference}:{made.pk}")
    return made


@transaction.atomic
def messages_read(*, actor: User, claim: Claim) -> int:
    """Mark what the other side wrote as read."""
    mine = claim.claimant_id == actor.pk
    if not mine:
        require(actor, "rights.instruct")
    waiting = Message.objects.filter(claim=claim, from_service=mine, read_at__isnull=True)
    return waiting.update(read_at=timezone.now())
