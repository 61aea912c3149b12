"""Synthetic claims, made and decided by the services of rights: sent, completed, decided, contested, withdrawn, renewed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from django.core.files.base import ContentFile

from mandat.apps.accounts.models import User
from mandat.apps.demonstration.course import seed_of
from mandat.apps.demonstration.residents import Resident
from mandat.apps.rights import services
from mandat.apps.rights.models import Benefit, Claim
from mandat.apps.rights.ruling import rule_on
from mandat.apps.rights.services.decisions import judged_on
from mandat.apps.rights.services.evidence import missing_evidence
from mandat.apps.rights.services.moving import terms_of
from mandat.apps.rights.terms import Terms, rights
from mandat.kernel.errors import InputError
from mandat.kernel.periods import PARIS

#: The smallest PDF that says what it is.
PAPER = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 100]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
)
#: Claims open with the act of the measure they serve, or with the aid itself.
OPENS: Mapping[str, dt.date] = {
    "gratuite-transports": dt.date(2023, 1, 9), "tarif-solidaire-remi": dt.date(2023, 1, 9),
    "cantine-lycee": dt.date(2023, 9, 4), "weekend-gratuit-jeunes": dt.date(2023, 9, 4),
    "reconversion-salaries": dt.date(2023, 1, 16), "revenu-transition": dt.date(2023, 6, 5),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Act:
    """Something done at a moment. ``name`` orders acts of the same moment."""

    at: dt.datetime
    name: str
    do: Callable[[], object]


@dataclass(frozen=True, slots=True)
class Staff:
    """Who decides, and who decides what the first one decided."""

    first: User
    second: User


def moment(day: dt.date, hour: int, minute: int = 0) -> dt.datetime:
    """An hour of a working day: Saturdays and Sundays are moved to the Friday before."""
    day -= dt.timedelta(days=max(0, day.weekday() - 4))
    return dt.datetime.combine(day, dt.time(hour, minute), PARIS)


def acts(found: Sequence[Resident], users: Mapping[int, User], staff: Staff) -> Iterator[Act]:
    """Every act on claims, in no order. What would come after the end of the history is left to do: agents find it waiting."""
    known = rights()
    for resident in found:
        for rank, code in enumerate(resident.claims):
            if code in known:
                yield from _claim(resident, users[resident.number], known[code], rank, staff)


def _claim(resident: Resident, user: User, terms: Terms, rank: int, staff: Staff) -> Iterator[Act]:
    chance = np.random.default_rng(seed_of(f"mandat/claim/{resident.number}/{terms.code}"))
    day = max(resident.since + dt.timedelta(days=int(chance.integers(0, 16))), OPENS.get(terms.code, resident.since))
    name = f"{resident.number:03d}/{terms.code}"
    day = resident.days.get(terms.code, day)
    sent = moment(day, 9 + rank, int(chance.integers(0, 60)))
    luck = float(chance.random()) if resident.number else 1.0
    yield Act(sent, f"{name}/1", partial(send, resident, user, terms.code, complete=luck > 0.08))
    if terms.document.decision.by == "automatic":
        return
    if luck < 0.03:
        yield Act(moment(day + dt.timedelta(days=4), 15), f"{name}/2", partial(withdraw, user, terms.code))
        return
    if luck <= 0.08:
        yield Act(moment(day + dt.timedelta(days=5), 11), f"{name}/2", partial(ask, user, terms.code, staff.first))
        yield Act(moment(day + dt.timedelta(days=12), 16), f"{name}/3", partial(complete, user, terms.code))
    wait = dt.timedelta(days=int(chance.integers(14, 24 if terms.document.decision.delay_months == 1 else 45)))
    who = staff.first if chance.random() < 0.7 else staff.second
    yield Act(moment(day + wait, 14, int(chance.integers(0, 60))), f"{name}/4", partial(decide, user, terms.code, who))
    if chance.random() < 0.4:
        other = staff.second if who == staff.first else staff.first
        after = day + wait + dt.timedelta(days=int(chance.integers(6, 40)))
        yield Act(moment(after, 13), f"{name}/5", partial(contest, user, terms.code))
        answered = after + dt.timedelta(days=int(chance.integers(15, 45)))
        yield Act(moment(answered, 10), f"{name}/6", partial(answer, user, terms.code, other))


def _latest(user: User, right: str) -> Claim | None:
    return Claim.objects.filter(claimant=user, right=right).order_by("-pk").first()


def send(resident: Resident, user: User, right: str, *, complete: bool) -> Claim | None:
    """Start, fill in, add the documents and send. None where the right is refused to such a claim (too soon, held already)."""
    try:
        claim = services.claim_start(actor=user, right=right, answers=resident.situation)
    except InputError:
        return None
    claim = services.claim_save(actor=user, claim=claim, identity=resident.identity)
    if complete:
        attach(user, claim)
    return services.claim_submit(actor=user, claim=claim, incomplete=not complete)


def attach(user: User, claim: Claim) -> None:
    """A sheet of paper for each document the situation calls for."""
    terms = terms_of(claim)
    ruling = rule_on(terms, claim.answers, as_of=judged_on(claim), programme=claim.programme)
    for evidence in missing_evidence(claim, terms, ruling):
        paper = ContentFile(PAPER, name="document-de-demonstration.pdf")
        services.piece_add(actor=user, claim=claim, code=evidence.code, file=paper)


def withdraw(user: User, right: str) -> None:
    claim = _latest(user, right)
    if claim is not None and claim.state in ("submitted", "incomplete"):
        services.claim_withdraw(actor=user, claim=claim)


def ask(user: User, right: str, agent: User) -> None:
    claim = _latest(user, right)
    if claim is None or claim.state != "submitted":
        return
    terms = terms_of(claim)
    ruling = rule_on(terms, claim.answers, as_of=judged_on(claim), programme=claim.programme)
    if codes := [evidence.code for evidence in missing_evidence(claim, terms, ruling)]:
        services.evidence_ask(actor=agent, claim=claim, codes=codes)


def complete(user: User, right: str) -> None:
    claim = _latest(user, right)
    if claim is not None and claim.state == "incomplete":
        attach(user, claim)
        services.claim_complete(actor=user, claim=claim)


def decide(user: User, right: str, agent: User) -> None:
    """As the rule says; where it cannot tell, the claim is refused for what is missing."""
    claim = _latest(user, right)
    if claim is None or claim.state != "submitted":
        return
    terms = terms_of(claim)
    ruling = rule_on(terms, claim.answers, as_of=judged_on(claim), programme=claim.programme)
    payable = terms.document.outputs.amount is None or bool(ruling.amount)
    if ruling.eligible is True and payable:
        services.claim_decide(actor=agent, claim=claim, outcome="granted")
        return
    reason = ruling.failed[0].fr if ruling.failed else "Une réponse manque pour calculer ce droit."
    services.claim_decide(actor=agent, claim=claim, outcome="refused", reason=reason)


def contest(user: User, right: str) -> None:
    claim = _latest(user, right)
    if claim is not None and claim.state == "refused":
        grounds = "Contestation synthétique : ma situation a changé depuis ma demande."
        services.appeal_lodge(actor=user, claim=claim, grounds=grounds)


def answer(user: User, right: str, agent: User) -> None:
    claim = _latest(user, right)
    if claim is not None and claim.state == "appealed":
        reason = "Réponse synthétique : les conditions de la règle ne sont pas réunies."
        services.appeal_decide(actor=agent, claim=claim, accept=False, reason=reason)


def renewals(found: Mapping[int, Resident], day: dt.date) -> None:
    """One person in two renews what ends within a fortnight, by the same answers. ``found``: residents by account."""
    ending = Benefit.objects.filter(
        status=Benefit.Status.ACTIVE, holder__in=found, ends_on__gt=day, ends_on__lte=day + dt.timedelta(days=14)
    )
    for benefit in ending.select_related("holder").order_by("pk"):
        resident = found[benefit.holder_id]
        if seed_of(f"mandat/renewal/{resident.number}/{benefit.right}/{benefit.ends_on}") % 2:
            continue
        try:
            claim = services.renewal_start(actor=benefit.holder, benefit=benefit)
        except InputError:  # renewed already, or not renewed at all
            continue
        claim = services.claim_save(
            actor=benefit.holder, claim=claim, answers=resident.situation, identity=resident.identity
        )
        attach(benefit.holder, claim)
        services.claim_submit(actor=benefit.holder, claim=claim, incomplete=True)
