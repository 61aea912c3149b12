"""Who may do what: one table, shown on the site, enforced by services and views, tested as a matrix.

An action is named ``domain.verb``. Reading what is public needs no permission and is not listed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext_lazy as _
from rules.permissions import set_perm
from rules.predicates import predicate

from mandat.apps.accounts.models import Role

AGENT, ELECTED, AUDITOR, ADMIN = Role.AGENT, Role.ELECTED, Role.AUDITOR, Role.ADMINISTRATOR
MEMBER = Role.MEMBER
EVERYONE = frozenset(Role)


@dataclass(frozen=True, slots=True)
class Permission:
    """An action, what it means, and the roles that may do it."""

    action: str
    label: Any
    roles: frozenset[Role]


PERMISSIONS: dict[str, Permission] = {
    action: Permission(action, label, frozenset(roles))
    for action, label, roles in (
        ("accounts.follow", _("receive alerts by e-mail"), EVERYONE),
        ("accounts.manage_roles", _("give and take back roles"), {ADMIN}),
        ("bureau.enter", _("enter the back office"), {AGENT, ELECTED, AUDITOR, ADMIN}),
        ("programme.decision_record", _("record a decision"), {AGENT, ADMIN}),
        ("programme.milestone_reach", _("declare a milestone reached"), {AGENT, ADMIN}),
        ("programme.output_declare", _("declare an output or an observed value"), {AGENT, ADMIN}),
        ("programme.output_confirm", _("confirm what another agent declared"), {AGENT, ADMIN}),
        ("programme.commitment_suspend", _("suspend or resume a commitment"), {ELECTED, ADMIN}),
        ("programme.fact_correct", _("correct or withdraw a fact"), {AGENT, ADMIN}),
        ("programme.definition_edit", _("edit and publish a definition"), {ADMIN}),
        ("programme.drafts_read", _("see what waits for confirmation"), {AGENT, ELECTED, AUDITOR, ADMIN}),
        ("imports.run", _("import open data as facts"), {AGENT, ADMIN}),
        ("imports.read", _("see the imports and the lines they refused"), {AGENT, ELECTED, AUDITOR, ADMIN}),
        ("custody.retention_read", _("see what is kept about people, and for how long"), {AGENT, AUDITOR, ADMIN}),
        ("offers.manage", _("import rolls, send invitations and open slots of a systematic offer"), {AGENT, ADMIN}),
        ("offers.read", _("see what becomes of systematic offers, without names"), {AGENT, ELECTED, AUDITOR, ADMIN}),
        (
            "offers.names",
            _("see names and print letters, of establishments one is assigned to"),
            {MEMBER, AGENT, ADMIN},
        ),
        ("offers.attendance", _("record who comes, at places one is assigned to"), {MEMBER, AGENT, ADMIN}),
        ("offers.assign", _("assign accounts to establishments and places"), {ADMIN}),
        ("funds.manage", _("open envelopes and record what the assembly votes for them"), {AGENT, ADMIN}),
        ("funds.read", _("see envelopes and what is set aside for whom"), {AGENT, ELECTED, AUDITOR, ADMIN}),
        ("grants.apply", _("prepare and send applications for aid, labels and contracts"), EVERYONE),
        ("grants.read", _("read the cases of schemes one is posted to"), {AGENT, ELECTED, AUDITOR}),
        ("grants.read_all", _("read every case"), {AUDITOR}),
        ("grants.instruct", _("examine the cases of schemes one is posted to"), {AGENT}),
        ("grants.decide", _("decide on the cases of schemes one is posted to"), {AGENT, ELECTED}),
        ("grants.pay", _("pay and recover for schemes one is posted to"), {AGENT}),
        ("grants.committees", _("convene sittings and hold the secretariat of committees"), {AGENT}),
        ("grants.assign", _("post accounts to schemes and give seats in committees"), {ADMIN}),
        ("funds.recover", _("record what comes back of loans"), {AGENT, ADMIN}),
        ("funds.loan_decide", _("put off or write off a loan"), {ELECTED, ADMIN}),
        ("funds.stakes_manage", _("record calls, dividends, values and sales of stakes"), {AGENT, ADMIN}),
        ("bodies.read", _("see the papers of bodies before they are public"), {AGENT, ELECTED, AUDITOR, ADMIN}),
        ("bodies.manage", _("convene bodies, write their agendas, papers and minutes"), {AGENT, ADMIN}),
        ("bodies.assign", _("record who sits in a body, and until when"), {ADMIN}),
        ("bodies.vote", _("vote in a body where one sits"), EVERYONE),
        ("community.report", _("report what breaks the rules of a debate"), EVERYONE),
        ("community.moderate", _("moderate what people publish"), {AGENT, ADMIN}),
        ("community.appeal_decide", _("decide appeals about moderation"), {AGENT, ADMIN}),
        ("community.suspend", _("suspend an account for a time, with a reason"), {AGENT, ADMIN}),
        ("community.badge", _("say which accounts speak for the region or an organisation"), {ADMIN}),
        ("community.statistics", _("see the figures of moderation"), {AGENT, ELECTED, AUDITOR, ADMIN}),
        ("ballots.cast", _("vote where one is on the roll"), EVERYONE),
        ("ballots.manage", _("prepare votes, import rolls, print codes, close votes"), {AGENT, ADMIN}),
        ("ballots.desk", _("give the vote of someone who comes to a desk, and enter paper ballots"), {AGENT}),
        ("ballots.audit", _("see the batches and the roll's totals"), {AGENT, ELECTED, AUDITOR, ADMIN}),
        ("answers.contest", _("contest a published figure"), EVERYONE),
        ("answers.give", _("answer in the name of a body"), {AGENT, ELECTED, ADMIN}),
        ("answers.examine", _("examine contested figures"), {AGENT, AUDITOR, ADMIN}),
        ("meetings.manage", _("hold meetings, open places, record who came"), {AGENT, ADMIN}),
        ("meetings.attend", _("book a place at a meeting"), EVERYONE),
        ("participation.contribute", _("propose, support and debate where one may take part"), EVERYONE),
        ("participation.manage", _("run processes: merge, classify, close"), {AGENT, ADMIN}),
        (
            "participation.rules_change",
            _("change the rules of a process by a reasoned public decision"),
            {ELECTED, ADMIN},
        ),
        ("consultations.analyse", _("read the answers of surveys and observations"), {AGENT, AUDITOR, ADMIN}),
        ("petitions.create", _("start a petition"), EVERYONE),
        ("petitions.examine", _("examine petitions and invalidate fraudulent signatures"), {AGENT}),
        ("petitions.question_check", _("say whether a question is neutral"), {AGENT, ELECTED}),
        ("budgeting.study", _("study and price the projects of participatory budgets"), {AGENT}),
        ("budgeting.deliver", _("tell how projects that were chosen are carried out"), {AGENT}),
        ("panels.manage", _("invite, draw and convene panels"), {AGENT, ADMIN}),
        ("mediation.ask", _("ask for a mediation"), EVERYONE),
        ("mediation.mediate", _("mediate the cases one is given"), {MEMBER, AGENT}),
        ("mediation.assign", _("give mediation cases to mediators"), {ADMIN}),
        ("desk.collect", _("collect proposals, signatures and ballots without network"), {AGENT}),
        ("organisations.create", _("enter an organisation, or ask to join one"), EVERYONE),
        ("organisations.read_all", _("see every organisation"), {AGENT, AUDITOR, ADMIN}),
        ("organisations.mend", _("confirm who speaks for an organisation, name an owner, correct it"), {AGENT, ADMIN}),
        ("rights.claim", _("claim a right for oneself"), EVERYONE),
        ("rights.read", _("see claims to rights"), {AGENT, AUDITOR}),
        ("rights.instruct", _("examine claims to rights"), {AGENT}),
        ("rights.decide", _("decide claims to rights"), {AGENT}),
        ("rights.appeal_decide", _("decide appeals about rights"), {AGENT}),
        ("rights.pay", _("order the payments of rights"), {AGENT, ADMIN}),
        ("rights.recompute", _("make a decision again and compare"), {AGENT, AUDITOR}),
        ("wallets.read", _("see the totals, partners and settlements of wallets"), {AGENT, ELECTED, AUDITOR, ADMIN}),
        ("wallets.partner_approve", _("approve or end partners of wallets"), {AGENT, ADMIN}),
        ("wallets.settle", _("pay the partners of wallets"), {AGENT, ADMIN}),
        ("publications.sign", _("sign a checkpoint of the journal"), {ADMIN}),
    )
}


def may(user: Any, action: str) -> bool:
    """Whether an account may do ``action``. Raises KeyError for an action that is not in the table."""
    permission = PERMISSIONS[action]
    if not getattr(user, "is_authenticated", False) or not user.is_active:
        return False
    return bool(user.roles & permission.roles)


def require(user: Any, action: str) -> None:
    """Raise PermissionDenied unless ``user`` may do ``action``."""
    if not may(user, action):
        raise PermissionDenied(action)


def _predicate(action: str) -> Any:
    return predicate(lambda user: may(user, action), name=action)  # type: ignore[no-untyped-call]  # rules has no types


for _action in PERMISSIONS:
    set_perm(_action, _predicate(_action))  # type: ignore[no-untyped-call]
