"""Cases ready to be decided, the money for them, and those who decide."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.utils import timezone

from mandat.apps.accounts.models import RoleGrant, User
from mandat.apps.bodies.models import Term
from mandat.apps.custody.models import Subject
from mandat.apps.funds import services as funds
from mandat.apps.funds.models import Envelope
from mandat.apps.grants.machine import State
from mandat.apps.grants.models import Case, Duty, Move, Post
from mandat.apps.organisations.models import Member, Organisation, Rank
from tests.apps.grants.samples import FILES

PLACES = {"region": frozenset({"45234", "37261", "18033"})}
#: A scheme that an agent decides, and one without an amount.
DESK = (
    FILES["schemes/fonds-essai.yaml"]
    .replace("code: fonds-essai", "code: guichet")
    .replace("rule: fonds-essai", "rule: guichet")
    .replace("pattern: committee", "pattern: desk")
    .replace("committee: {body: conseil, quorum: 3}\n", "reports:\n  - {code: bilan, label: {fr: Bilan, en: Account}, due_months: 6}\n")
)  # fmt: skip
YEAR = timezone.localdate().year


def files() -> dict[str, bytes]:
    made = {**FILES, "schemes/guichet.yaml": DESK}
    return {name: text.encode() for name, text in made.items()}


def user(name: str, *roles: str) -> User:
    made, _ = User.objects.get_or_create(email=f"{name}@exemple.invalid", defaults={"name": name.title()})
    for role in roles:
        RoleGrant.objects.get_or_create(user=made, role=role)
    return made


def post(who: User, *duties: str, scheme: str = "") -> User:
    for duty in duties:
        Post.objects.get_or_create(programme="essai", scheme=scheme, duty=duty, user=who, since=dt.date(2021, 7, 2))
    return who


def decider(name: str = "decideuse") -> User:
    return post(user(name, "agent"), Duty.DECIDE, Duty.INSTRUCT)


def members(count: int = 3, *, president: bool = True) -> list[User]:
    made = []
    for n in range(count):
        who = user(f"membre-{n}", "elected")
        Term.objects.create(
            programme="essai",
            body="conseil",
            name=f"Membre {n}",
            user=who,
            president=president and n == 0,
            since=dt.date(2021, 7, 2),
        )
        made.append(who)
    return made


def organisation(name: str = "Les Amis de l'essai", **values: Any) -> Organisation:
    given = {"siret": f"{10**13 + Organisation.objects.count():014d}", "legal_category": "9220", **values}
    subject = Subject.objects.create(**Subject.fresh())
    return Organisation.objects.create(subject=subject, name=name, commune="45234", **given)


def owner(of: Organisation) -> User:
    who = user(f"proprietaire-{of.pk}")
    Member.objects.create(organisation=of, user=who, rank=Rank.OWNER)
    return who


def envelope(amount: int = 100_000, *, scheme: str = "fonds-essai", code: str = "", year: int = YEAR) -> Envelope:
    agent = user("budget", "agent")
    opened = funds.envelope_open(
        actor=agent, code=code or f"{scheme}-{year}", title="Fonds d'essai", line="65748", section="operating", year=year,
        measure=1, scheme=scheme,
    )  # fmt: skip
    funds.vote(
        actor=agent, envelope=opened, on=dt.date(2022, 1, 18), decision="DAP", stage="primary", commitment=Decimal(amount)
    )  # fmt: skip
    return opened


def case(
    *, scheme: str = "fonds-essai", cost: int = 10_000, proposed: int | None = 5_000, state: str = State.READY,
    applicant: Organisation | None = None, person: bool = False, **values: Any,
) -> Case:  # fmt: skip
    """A case ready for decision: costs and amounts in euros."""
    opener = user("porteur")
    now = timezone.now()
    if applicant is None and not person:
        applicant = organisation(f"Association {Organisation.objects.count()}")
    given: dict[str, Any] = {
        "programme": "essai", "scheme": scheme, "scheme_version": 1, "rule_version": 1, "call": "permanent", "measure": 1,
        "applicant": applicant, "opened_by": opener, "subject": Subject.objects.create(**Subject.fresh()), "state": state,
        "title": "Un projet d'essai", "answers": {"intitule": "Un projet d'essai", "cout": cost, "siege": "45234"},
        "area": "45234", "applicant_kind": "person" if person else "association", "cost": cost * 100,
        "computed": cost * 50, "proposed": None if proposed is None else proposed * 100, "created_at": now, "saved_at": now,
        "submitted_at": now, "complete_on": timezone.localdate(now),
    }  # fmt: skip
    made = Case(**{**given, **values})
    made.save()
    Move.objects.create(
        case=made, name="propose", source=State.COMPLETE, target=State.READY, actor=opener, at=now,
        reason="Le projet ne répond pas à l'appel." if proposed is None else "",
    )  # fmt: skip
    return made


def cases(count: int, **values: Any) -> Sequence[Case]:
    return [case(**values) for _ in range(count)]
