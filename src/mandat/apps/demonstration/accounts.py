"""Accounts of the demonstration: one a role, none a person."""

from __future__ import annotations

from dataclasses import dataclass

from allauth.account.models import EmailAddress
from django.conf import settings

from mandat.apps.accounts.models import Role, RoleGrant, User
from mandat.kernel.errors import MandatError
from mandat.kernel.text import Text


@dataclass(frozen=True, slots=True)
class Account:
    """An account of the demonstration and the role it shows."""

    email: str
    role: Role
    label: Text


ACCOUNTS = (
    Account(
        "habitante@demo.example",
        Role.INHABITANT,
        Text(
            "habitante : a des droits, un porte-monnaie, une demande en cours",
            "inhabitant: has rights, a wallet, a claim under way",
        ),
    ),
    Account("association@demo.example", Role.MEMBER, Text("membre d'une association", "member of an association")),
    Account(
        "agent@demo.example",
        Role.AGENT,
        Text(
            "agent : instruit les droits, déclare, publie, importe",
            "agent: decides claims, declares, publishes, imports",
        ),
    ),
    Account(
        "agente@demo.example",
        Role.AGENT,
        Text(
            "seconde agente : confirme, répond aux recours, note les présences",
            "second agent: confirms, answers appeals, records attendance",
        ),
    ),
    Account(
        "elue@demo.example",
        Role.ELECTED,
        Text("élue : suspend par décision motivée", "elected member: suspends by reasoned decision"),
    ),
    Account("audit@demo.example", Role.AUDITOR, Text("auditeur : voit ce qui attend", "auditor: sees what waits")),
    Account(
        "admin@demo.example",
        Role.ADMINISTRATOR,
        Text("administratrice : édite les définitions", "administrator: edits definitions"),
    ),
    Account(
        "partenaire@demo.example",
        Role.MEMBER,
        Text("partenaire : encaisse les porte-monnaie", "partner: takes the wallets at the till"),
    ),
)


def create() -> list[User]:
    """Make the accounts that are missing. Raises MandatError outside the demonstration."""
    if not settings.MANDAT_DEMO:
        raise MandatError(
            Text("ces comptes n'existent que dans la démonstration", "these accounts exist only in the demonstration")
        )
    users: list[User] = []
    for account in ACCOUNTS:
        user = User.objects.filter(email=account.email).first()
        if user is None:
            user = User.objects.create_user(account.email, name=account.label.fr.split(" :")[0].capitalize())
            user.is_staff = account.role == Role.ADMINISTRATOR
            user.save()
        EmailAddress.objects.update_or_create(
            user=user, email=account.email, defaults={"verified": True, "primary": True}
        )
        RoleGrant.objects.get_or_create(user=user, role=account.role)
        users.append(user)
    return users
