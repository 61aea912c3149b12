"""Contracts from the award of their case to their end: prepared, in force, reviewed, amended, ended. Each act appends its fact."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.db import transaction

from mandat.apps.accounts import notices
from mandat.apps.accounts.models import User
from mandat.apps.grants.models import Case, Decision
from mandat.apps.grants.schema import Scheme
from mandat.apps.grants.terms import SCHEMES
from mandat.apps.organisations.models import Member, Organisation, Rank
from mandat.apps.programme.terms import Terms
from mandat.apps.registers.models import Action, Amendment, Contract, ContractArea, ContractParty, Funding, Review
from mandat.apps.registers.services.common import append, check_service, line, past, said
from mandat.apps.territory import selectors as territory
from mandat.facts import Fact
from mandat.kernel.errors import InputError
from mandat.kernel.money import euros
from mandat.kernel.periods import add_months
from mandat.kernel.text import Text

State = Contract.State
MOST_ACTIONS = 200


def terms_of(contract: Contract) -> Terms[Scheme]:
    """The contract's definition, in the version its case lives under."""
    return SCHEMES.at(contract.programme, contract.scheme, contract.scheme_version)


def case_decided(case: Case, decision: Decision) -> None:
    """Prepare the contract of a case awarded: its parties, and the territory of who leads. Called in the decision's transaction."""
    terms = SCHEMES.at(case.programme, case.scheme, case.scheme_version)
    if terms.document.contract is None or decision.outcome != Decision.Outcome.AWARDED:
        return
    if case.applicant is None:
        raise InputError(Text("un contrat se signe entre organismes", "a contract is signed between organisations"))
    made, new = Contract.objects.get_or_create(
        case=case,
        defaults={
            "programme": case.programme, "scheme": case.scheme, "scheme_version": case.scheme_version,
            "reference": case.reference, "synthetic": case.synthetic,
            "title": case.title or f"{terms.document.title.fr} – {case.applicant.name}",
        },
    )  # fmt: skip
    if not new:
        return
    parties = [ContractParty(contract=made, organisation=case.applicant, leads=True)]
    others = case.parties.exclude(organisation=case.applicant).order_by("pk")
    parties += [ContractParty(contract=made, organisation_id=one.organisation_id, role=one.role) for one in others]
    ContractParty.objects.bulk_create(parties)
    ContractArea.objects.bulk_create([ContractArea(contract=made, area=area) for area in own_areas(case.applicant)])


def own_areas(organisation: Organisation) -> list[str]:
    """What an organisation speaks for: its EPCI where its name is that of one, else its commune; nothing where unknown."""
    if not organisation.commune:
        return []
    known = territory.reference()
    commune = f"commune:{organisation.commune}"
    place = known.places.get(organisation.commune)
    # Legal categories 7343 to 7348 are groups of communes; 7210 a commune.
    if place is not None and place.epci and organisation.legal_category[:3] == "734":
        return [f"epci:{place.epci}"]
    return [commune] if territory.exists(commune) else []


def case_in_force(case: Case, day: dt.date) -> None:
    """The agreement of a contract's case is in force: so is the contract. Called in that transaction."""
    contract = Contract.objects.filter(case=case, state=State.PREPARED).first()
    if contract is not None:
        _begin(held(contract), day)


def held(contract: Contract) -> Contract:
    """The contract, locked until the transaction ends."""
    return Contract.objects.select_for_update(of=("self",)).get(pk=contract.pk)


def _check(actor: User, contract: Contract) -> None:
    organisations = Organisation.objects.filter(pk__in=contract.parties.values("organisation"))
    check_service(actor, contract.programme, contract.scheme, *organisations)


def _running(contract: Contract) -> None:
    if contract.state != State.RUNNING:
        raise InputError(Text("ce contrat n'est pas en vigueur", "this contract is not in force"))


def _areas(areas: Sequence[str]) -> list[str]:
    """Today's areas, once each. Raises InputError for one nobody knows."""
    found: list[str] = []
    for area in areas:
        if not territory.exists(area):
            raise InputError(Text(f"territoire inconnu : {area}", f"unknown area: {area}"))
        today_area = territory.resolve(area)
        if today_area not in found:
            found.append(today_area)
    return found


@transaction.atomic
def contract_prepare(
    *, actor: User, contract: Contract, title: str, areas: Sequence[str], parties: Sequence[tuple[Organisation, str]]
) -> Contract:
    """Write what will be signed: title, territory, parties beside the one that leads, each with its role."""
    contract = held(contract)
    _check(actor, contract)
    if contract.state != State.PREPARED:
        raise InputError(Text("ce contrat est signé : il se modifie par avenant", "this contract is signed: amend it"))
    contract.title = said(title, what=Text("le titre", "the title"), longest=200)
    contract.save(update_fields=["title"])
    wanted = _areas(areas)
    contract.areas.all().delete()
    ContractArea.objects.bulk_create([ContractArea(contract=contract, area=area) for area in wanted])
    contract.parties.filter(leads=False).delete()
    leading = contract.parties.values_list("organisation_id", flat=True)
    others = {organisation.pk: role for organisation, role in parties if organisation.pk not in set(leading)}
    ContractParty.objects.bulk_create(
        [ContractParty(contract=contract, organisation_id=pk, role=role.strip()[:120]) for pk, role in others.items()]
    )
    return contract


@transaction.atomic
def contract_sign(*, actor: User, contract: Contract, on: dt.date) -> Contract:
    """All parties signed on ``on``: the contract is in force for the years of its definition."""
    contract = held(contract)
    _check(actor, contract)
    if contract.state != State.PREPARED:
        raise InputError(Text("ce contrat est déjà signé", "this contract is already signed"))
    _begin(contract, past(on))
    return contract


def _begin(contract: Contract, day: dt.date) -> None:
    terms = terms_of(contract)
    years = terms.document.contract
    assert years is not None
    areas = list(contract.areas.all())
    if years.covers is not None and not areas:
        raise InputError(Text("dites quel territoire ce contrat couvre", "say which territory this contract covers"))
    contract.state, contract.starts_on = State.RUNNING, day
    contract.ends_on = add_months(day, 12 * years.years)
    contract.next_review_on = _next_review(contract, day, years.review_months)
    contract.save()
    contract.parties.filter(signed_on__isnull=True).update(signed_on=day)
    contract.areas.filter(since__isnull=True).update(since=day)
    names = contract.parties.order_by("-leads", "pk").values_list("organisation__name", flat=True)
    data = {
        "contract": contract.scheme, "scheme_title": terms.document.title.fr, "title": contract.title,
        "parties": ", ".join(names), "until": contract.ends_on.isoformat(),
    }  # fmt: skip
    append(
        _line("contracts.signed.v1", contract, terms, day, data, quantity=Decimal(1), unit="contract"),
        *(_covered(contract, terms, area.area, day) for area in areas),
    )


def _next_review(contract: Contract, day: dt.date, months: int) -> dt.date | None:
    following = add_months(day, months)
    return following if contract.ends_on is None or following <= contract.ends_on else None


def _covered(contract: Contract, terms: Terms[Scheme], area: str, day: dt.date) -> Fact:
    data = {"contract": contract.scheme, "scheme_title": terms.document.title.fr, "title": contract.title}
    return _line("contracts.territory_covered.v1", contract, terms, day, data, area=area)


def _line(kind: str, contract: Contract, terms: Terms[Scheme], day: dt.date, data: dict[str, Any], **more: Any) -> Fact:
    return line(
        kind,
        contract.programme,
        terms,
        on=day,
        subject=contract.reference,
        synthetic=contract.synthetic,
        data=data,
        **more,
    )


@transaction.atomic
def action_add(
    *, actor: User, contract: Contract, title: str, due_on: dt.date, leader: Organisation | None = None,
    fundings: Sequence[tuple[str, Decimal, bool, bool]] = (),
) -> Action:  # fmt: skip
    """Add an action and its money: (funder, euros, whether it is the Region, whether it is certain) for each. Any party may lead it."""
    contract = held(contract)
    _check(actor, contract)
    if contract.state == State.ENDED:
        raise InputError(Text("ce contrat est terminé", "this contract has ended"))
    if leader is not None and not contract.parties.filter(organisation=leader).exists():
        raise InputError(Text("qui porte une action est partie au contrat", "whoever leads an action is a party"))
    if contract.ends_on is not None and due_on > contract.ends_on:
        raise InputError(Text("l'échéance dépasse la fin du contrat", "the due date is after the end of the contract"))
    if contract.actions.count() >= MOST_ACTIONS:
        raise InputError(Text(f"{MOST_ACTIONS} actions au plus", f"{MOST_ACTIONS} actions at most"))
    for _funder, amount, _region, _certain in fundings:
        if amount <= 0 or amount != euros(amount):
            raise InputError(
                Text("un montant est positif et s'arrête au centime", "an amount is positive, to the cent")
            )
    rank = (contract.actions.order_by("-rank").values_list("rank", flat=True).first() or 0) + 1
    made = Action.objects.create(
        contract=contract, rank=rank, title=said(title, what=Text("l'action", "the action"), longest=200), due_on=due_on,
        leader=leader,
    )  # fmt: skip
    Funding.objects.bulk_create(
        [
            Funding(action=made, funder=funder.strip()[:200], amount=int(amount * 100), region=region, certain=certain)
            for funder, amount, region, certain in fundings
        ]
    )
    return made


@transaction.atomic
def action_begin(*, actor: User, action: Action) -> Action:
    """The action is under way."""
    action = _action(actor, action, (Action.State.PLANNED,))
    action.state = Action.State.UNDER_WAY
    action.save(update_fields=["state"])
    return action


@transaction.atomic
def action_done(*, actor: User, action: Action, on: dt.date, evidence: str, cost: Decimal | None = None) -> Action:
    """The action is done, shown by ``evidence`` (a public address, or the name of a document); ``cost`` is what it took, in euros."""
    action = _action(actor, action, (Action.State.PLANNED, Action.State.UNDER_WAY))
    contract = action.contract
    _running(contract)
    assert contract.starts_on is not None
    if past(on) < contract.starts_on:
        raise InputError(Text("cette date précède le contrat", "this date is before the contract"))
    if cost is not None and (cost < 0 or cost != euros(cost) or cost >= 10**12):
        raise InputError(Text("un coût est positif et s'arrête au centime", "a cost is positive, to the cent"))
    action.evidence = said(evidence, what=Text("ce qui le montre", "what shows it"), longest=500)
    action.state, action.done_on = Action.State.DONE, on
    action.cost = None if cost is None else int(cost * 100)
    action.save()
    terms = terms_of(contract)
    data = {
        "contract": contract.scheme, "contract_title": contract.title, "action": action.title, "evidence": action.evidence
    }  # fmt: skip
    append(
        _line("contracts.action_done.v1", contract, terms, on, data, quantity=Decimal(1), unit="action", amount=cost)
    )
    return action


@transaction.atomic
def action_drop(*, actor: User, action: Action, why: str) -> Action:
    """The parties give the action up, and say why."""
    action = _action(actor, action, (Action.State.PLANNED, Action.State.UNDER_WAY))
    action.state = Action.State.DROPPED
    action.why = said(why, what=Text("pourquoi", "why"), longest=500)
    action.save(update_fields=["state", "why"])
    return action


def _action(actor: User, action: Action, states: tuple[str, ...]) -> Action:
    found = Action.objects.select_for_update(of=("self",)).select_related("contract").get(pk=action.pk)
    _check(actor, found.contract)
    if found.state not in states:
        label = found.get_state_display()
        raise InputError(Text(f"l'action est déjà à l'état « {label} »", f"the action is already “{label}”"))
    return found


@transaction.atomic
def review_hold(*, actor: User, contract: Contract, on: dt.date, findings: str) -> Review:
    """The parties met: what they found, and how many actions were done on that day. The next review is due after the definition's time."""
    contract = held(contract)
    _check(actor, contract)
    _running(contract)
    assert contract.starts_on is not None
    if not contract.starts_on <= past(on):
        raise InputError(Text("cette date précède le contrat", "this date is before the contract"))
    if contract.reviews.filter(held_on=on).exists():
        raise InputError(Text("une revue a déjà eu lieu ce jour-là", "a review was already held that day"))
    live = contract.actions.exclude(state=Action.State.DROPPED)
    done, planned = live.filter(done_on__lte=on).count(), live.count()
    text = said(findings, what=Text("les constats", "the findings"), longest=4000)
    made = Review.objects.create(
        contract=contract, held_on=on, findings=text, done=done, planned=planned, recorded_by=actor
    )
    terms = terms_of(contract)
    assert terms.document.contract is not None
    contract.next_review_on = _next_review(contract, on, terms.document.contract.review_months)
    contract.save(update_fields=["next_review_on"])
    data = {
        "contract": contract.scheme, "title": contract.title, "done": done, "planned": planned, "findings": text[:500]
    }  # fmt: skip
    append(_line("contracts.reviewed.v1", contract, terms, on, data))
    return made


@transaction.atomic
def contract_amend(
    *, actor: User, contract: Contract, on: dt.date, what: str, ends_on: dt.date | None = None,
    adds: Sequence[str] = (), removes: Sequence[str] = (),
) -> Amendment:  # fmt: skip
    """An amendment signed on ``on``: another end, areas more or less. Facts say what is newly covered."""
    contract = held(contract)
    _check(actor, contract)
    _running(contract)
    assert contract.starts_on is not None
    assert contract.ends_on is not None
    if past(on) < contract.starts_on:
        raise InputError(Text("cette date précède le contrat", "this date is before the contract"))
    if ends_on is not None and ends_on <= max(contract.starts_on, on):
        raise InputError(Text("la nouvelle fin suit l'avenant", "the new end comes after the amendment"))
    covered = set(contract.areas.filter(until__isnull=True).values_list("area", flat=True))
    added = [area for area in _areas(adds) if area not in covered]
    removed = [area for area in _areas(removes) if area in covered]
    if covered and not (covered - set(removed)) | set(added):
        raise InputError(Text("un contrat couvre au moins un territoire", "a contract covers at least one area"))
    rank = contract.amendments.count() + 1
    changes: dict[str, Any] = {"adds": added, "removes": removed}
    if ends_on is not None and ends_on != contract.ends_on:
        changes["ends_on"] = [contract.ends_on.isoformat(), ends_on.isoformat()]
        contract.ends_on = ends_on
        contract.save(update_fields=["ends_on"])
    text = said(what, what=Text("ce que dit l'avenant", "what the amendment says"), longest=500)
    made = Amendment.objects.create(
        contract=contract, rank=rank, signed_on=on, what=text, changes=changes, recorded_by=actor
    )
    contract.areas.filter(area__in=removed, until__isnull=True).update(until=on - dt.timedelta(days=1))
    ContractArea.objects.bulk_create([ContractArea(contract=contract, area=area, since=on) for area in added])
    terms = terms_of(contract)
    data = {"contract": contract.scheme, "title": contract.title, "rank": rank, "what": text}
    append(
        _line("contracts.amended.v1", contract, terms, on, data),
        *(_covered(contract, terms, area, on) for area in added),
    )
    return made


@transaction.atomic
def contract_terminate(*, actor: User, contract: Contract, on: dt.date) -> Contract:
    """The parties end the contract before its term."""
    contract = held(contract)
    _check(actor, contract)
    _running(contract)
    _end(contract, "terminated", past(on))
    return contract


def _end(contract: Contract, why: str, day: dt.date) -> None:
    contract.state, contract.ended_on, contract.next_review_on = State.ENDED, day, None
    contract.save(update_fields=["state", "ended_on", "next_review_on"])
    data = {"contract": contract.scheme, "title": contract.title, "why": why}
    append(_line("contracts.ended.v1", contract, terms_of(contract), day, data))


def contracts_end(*, on: dt.date) -> int:
    """End the contracts whose term is before ``on``, one transaction each. Returns how many."""
    due = list(Contract.objects.filter(state=State.RUNNING, ends_on__lt=on).order_by("ends_on", "pk"))
    done = 0
    for one in due:
        with transaction.atomic():
            contract = held(one)
            if contract.state == State.RUNNING and contract.ends_on is not None and contract.ends_on < on:
                _end(contract, "term", contract.ends_on)
                done += 1
    return done


def reviews_remind(*, on: dt.date) -> int:
    """Tell the parties of a review due within a month, once for each. Returns how many contracts."""
    soon = Contract.objects.filter(state=State.RUNNING, next_review_on__lte=on + dt.timedelta(days=30))
    done = 0
    for contract in soon.order_by("next_review_on", "pk"):
        if contract.reminded_for == contract.next_review_on:
            continue
        with transaction.atomic():
            members = Member.objects.filter(
                organisation__in=contract.parties.values("organisation"), rank__in=[Rank.OWNER, Rank.EDITOR]
            )
            for member in members.select_related("user"):
                key = f"{contract.reference}:{contract.next_review_on:%Y%m%d}:{member.user_id}"
                notices.notify(member.user, "registers.review", contract.reference, key=key)
            Contract.objects.filter(pk=contract.pk).update(reminded_for=contract.next_review_on)
        done += 1
    return done
