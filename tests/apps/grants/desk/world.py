"""Five schemes, one of each pattern of life, and cases made without their forms: what the bureau finds in its queue."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

from django.utils import timezone

from mandat.apps.accounts.models import RoleGrant, User
from mandat.apps.custody.models import Subject
from mandat.apps.custody.records import canonical, digest
from mandat.apps.grants.completeness import standing_of
from mandat.apps.grants.machine import State
from mandat.apps.grants.models import Case, Move, PlanLine, Post, Submission
from mandat.apps.grants.sheets import sheet_of
from mandat.apps.grants.submitted import record_of
from mandat.apps.organisations.models import Member, Organisation
from tests.apps.grants import samples

PLACES = {"region": frozenset({"45234", "37261", "18033"})}
ANSWERS = {"intitule": "Un verger partagé", "cout": "10000", "siege": "45234"}


def _base() -> dict[str, Any]:
    return samples.scheme_body()


def scheme(code: str, *, rule: bool = False, **changes: Any) -> bytes:
    """A scheme that shares the rule of ``fonds-essai``; None takes a field out."""
    body = _base() | {"code": code, "title": {"fr": f"Dispositif {code}", "en": f"Scheme {code}"}}
    if not rule:
        body.pop("rules")
    body |= changes
    return json.dumps({key: value for key, value in body.items() if value is not None}).encode()


def _form() -> dict[str, Any]:
    form: dict[str, Any] = _base()["form"]
    fields = form["sections"][0]["fields"]
    fields.append({"name": "presentation", "type": "text", "label": {"fr": "Qui êtes-vous ?", "en": "Who are you?"},
                   "blind": True, "required": False})  # fmt: skip
    fields.append({"name": "contact", "type": "text", "label": {"fr": "Personne à joindre", "en": "Contact"},
                   "personal": True, "required": False})  # fmt: skip
    return form


SILENCE = {"silence_reference": {"text": "CRPA L231-4"}}
GRID = {
    "criteria": [
        {"code": "interet", "label": {"fr": "Intérêt", "en": "Interest"}, "most": 10, "weight": 2},
        {"code": "ancrage", "label": {"fr": "Ancrage", "en": "Roots"}, "most": 5},
    ],
    "scorers": 2,
    "blind": True,
    "threshold": 50,
}
EVIDENCE = [
    {"code": "devis", "label": {"fr": "Devis", "en": "Quotations"}},
    {"code": "statuts", "label": {"fr": "Statuts", "en": "Articles"}, "personal": True, "optional": True},
    {"code": "factures", "label": {"fr": "Factures acquittées", "en": "Paid invoices"}, "stage": "balance"},
]


def files() -> dict[str, bytes]:
    """The trial programme's schemes: committee, desk, experts, blind scoring before a committee, label with a visit."""
    found = {name: text.encode() for name, text in samples.FILES.items()}
    desk = {"pattern": "desk", **SILENCE}
    found["schemes/aide-directe.yaml"] = scheme("aide-directe", workflow=desk, committee=None)
    experts = {"pattern": "experts", "experts": 2, **SILENCE}
    found["schemes/avis.yaml"] = scheme("avis", workflow=experts, committee=None)
    found["schemes/concours.yaml"] = scheme(
        "concours", scoring=GRID, form=_form(), evidence=EVIDENCE,
        calls=[{"code": "printemps", "title": {"fr": "Printemps", "en": "Spring"}, "opens": "2026-01-01", "closes": "2026-03-31"}],
    )  # fmt: skip
    found["schemes/jury.yaml"] = scheme("jury", scoring=GRID | {"blind": False, "scorers": 1}, evidence=EVIDENCE)
    visit = {
        "pattern": "visit",
        "delay_months": 2,
        "silence": "acceptance",
        "silence_reference": {"text": "CRPA L231-1"},
    }
    found["schemes/label-vert.yaml"] = scheme(
        "label-vert", type="label", workflow=visit, committee=None, payments=None, plan=None,
        outputs={"eligible": "eligible"}, evidence=EVIDENCE[:2],
        label={"valid_months": 36, "visit": True, "mark": {"fr": "Label vert", "en": "Green label"}},
    )  # fmt: skip
    return found


def account(name: str, *roles: str) -> User:
    user = User.objects.create_user(f"{name}@example.org")
    user.name = name.capitalize()
    user.save()
    for role in roles:
        RoleGrant.objects.create(user=user, role=role)
    return user


def posted(name: str, duty: str, scheme: str = "", *roles: str, programme: str = "essai") -> User:
    """An account with a post; an agent unless ``roles`` say otherwise."""
    user = account(name, *(roles or ("agent",)))
    Post.objects.create(programme=programme, scheme=scheme, duty=duty, user=user, since=dt.date(2020, 1, 1))
    return user


def organisation(name: str = "Les Vergers", **values: Any) -> Organisation:
    subject = Subject.objects.create(**Subject.fresh())
    return Organisation.objects.create(name=name, subject=subject, commune="45234", commune_name="Orléans", **values)


def member(organisation: Organisation, name: str, rank: str = "owner", *roles: str) -> User:
    user = account(name, *roles)
    Member.objects.create(organisation=organisation, user=user, rank=rank)
    return user


def case(
    scheme: str = "aide-directe",
    *,
    applicant: Organisation | None = None,
    opened_by: User | None = None,
    state: str = State.SUBMITTED,
    submitted: dt.datetime | None = None,
    **values: Any,
) -> Case:
    """A case as sending leaves it: one submission, one move, due within the fifteen days to say whether it is complete."""
    now = submitted or timezone.now()
    person = opened_by or account(f"opener{User.objects.count()}")
    if applicant is None and not values.pop("alone", False):
        applicant = organisation()
        Member.objects.create(organisation=applicant, user=person, rank="owner")
    given: dict[str, Any] = {
        "call": "printemps" if scheme == "concours" else "permanent",
        "scheme_version": 1,
        "rule_version": 1,
        "measure": 1,
        "title": "Un verger partagé",
        "answers": dict(ANSWERS),
        "area": "45234",
        "applicant_kind": "association",
        "cost": 1_000_000,
        "asked": 500_000,
        "computed": 500_000,
        "due_on": timezone.localdate(now) + dt.timedelta(days=15),
    }
    given |= values
    made = Case.objects.create(
        programme="essai", scheme=scheme, applicant=applicant, opened_by=person,
        subject=Subject.objects.create(**Subject.fresh()), state=State.SUBMITTED if state != State.DRAFT else State.DRAFT,
        created_at=now, saved_at=now, submitted_at=None if state == State.DRAFT else now, **given,
    )  # fmt: skip
    PlanLine.objects.create(case=made, position=0, funder="Nous-mêmes", amount=500_000, public=False, own=True)
    PlanLine.objects.create(case=made, position=1, funder="Région", amount=500_000, public=True)
    if state != State.DRAFT:
        record = canonical(record_of(sheet_of(made), standing_of(made), at=now, rank=1, by=person.name))
        Submission.objects.create(case=made, rank=1, at=now, by=person, record=record, sha256=digest(record))
        Move.objects.create(case=made, name="submit", source="draft", target="submitted", actor=person, at=now)
    if state not in (State.DRAFT, State.SUBMITTED):
        Case.objects.filter(pk=made.pk).update(state=state, complete_on=timezone.localdate(now))
        made.refresh_from_db()
    return made
