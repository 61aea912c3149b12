"""Whatever order people and days come in: no case leaves the table, every step says who, when and why, no delay goes backwards."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mandat.apps.accounts.models import User
from mandat.apps.grants.machine import MOVEMENTS, OPEN, State
from mandat.apps.grants.models import Case
from mandat.apps.grants.services import clock, deciding, delays, instructing, opinions, recusals, sending
from mandat.apps.grants.services.moving import terms_of, today
from mandat.kernel.errors import InputError
from tests.apps.grants.desk import world

pytestmark = pytest.mark.usefixtures("programme")
PARIS = ZoneInfo("Europe/Paris")
#: Movements that time makes, or that follow from another's act.
BY_ITSELF = {"lapse", "consulted", "refuse", "acquire"}
#: Steps that are never made without a reason.
MOTIVATED = {"reopen", "reject"}

ACTS = st.lists(
    st.tuples(
        st.sampled_from(
            ["accept", "ask", "answer", "consult", "opine", "close_opinions", "propose_yes", "propose_no", "reopen", "award",
             "refuse", "reject", "withdraw", "days", "recuse"]
        ),
        st.integers(0, 90),
    ),
    min_size=3,
    max_size=14,
)  # fmt: skip


class Life:
    """One case and those around it."""

    def __init__(self, scheme: str) -> None:
        self.agent = world.posted("agathe", "instruct")
        self.decider = world.posted("denis", "decide")
        self.experts = [world.posted(f"expert{n}", "expert", scheme, "member") for n in range(2)]
        self.case = world.case(scheme, computed=None if scheme == "label-vert" else 500_000)
        self.case.plan.filter(position=1).delete()
        self.owner = User.objects.get(pk=self.case.opened_by_id)
        self.day = today()

    def now(self) -> Case:
        return Case.objects.get(pk=self.case.pk)

    def do(self, name: str, number: int) -> None:
        """Try one act; what is not possible now is refused, and changes nothing."""
        case, amount = self.now(), None if self.case.scheme == "label-vert" else Decimal(4_000)
        until = self.day + dt.timedelta(days=5 + number)
        acts: dict[str, Callable[[], Any]] = {
            "accept": lambda: instructing.case_accept(actor=self.agent, case=case),
            "ask": lambda: instructing.case_ask(actor=self.agent, case=case, text="Précisez.", until=until),
            "answer": lambda: sending.case_submit(actor=self.owner, case=case),
            "consult": lambda: opinions.opinion_ask(
                actor=self.agent, case=case, expert=self.experts[number % 2], due_on=until
            ),
            "opine": lambda: opinions.opinion_give(
                actor=self.experts[number % 2], case=case, verdict="for", text="Oui."
            ),
            "close_opinions": lambda: opinions.opinions_close(actor=self.agent, case=case, reason="Assez attendu."),
            "propose_yes": lambda: instructing.case_propose(
                actor=self.agent, case=case, amount=amount, favourable=True, motive="Un devis en moins."
            ),
            "propose_no": lambda: instructing.case_propose(actor=self.agent, case=case, amount=None, motive="Hors sujet."),
            "reopen": lambda: instructing.case_reopen(actor=self.agent, case=case, reason="Une erreur."),
            "award": lambda: deciding.case_decide(
                actor=self.decider, case=case, outcome="awarded", amount=amount, motive="Un bon projet."
            ),
            "refuse": lambda: deciding.case_decide(
                actor=self.decider, case=case, outcome="refused", amount=None, motive="Hors sujet."
            ),
            "reject": lambda: instructing.case_reject(actor=self.decider, case=case, motive="Hors délai."),
            "withdraw": lambda: sending.case_withdraw(actor=self.owner, case=case, reason="Projet abandonné."),
            "recuse": lambda: recusals.recuse(actor=self.experts[number % 2], case=case, reason="Un lien."),
            "days": clock.day_pass,
        }  # fmt: skip
        try:
            with transaction.atomic():
                acts[name]()
        except (InputError, PermissionDenied):
            assert self.now().state == case.state


def check(before: Case, after: Case) -> None:
    moves = list(after.moves.select_related("case__subject").order_by("pk"))
    state = State.DRAFT.value
    for move in moves:
        table = MOVEMENTS[move.name]
        assert move.source == state
        assert state in table.sources
        assert move.target == table.target
        assert move.actor is not None or move.name in BY_ITSELF
        assert move.reason or move.name not in MOTIVATED
        state = move.target
    assert after.state == state
    assert [move.at for move in moves] == sorted(move.at for move in moves)
    scheme = terms_of(after).document
    # Only where silence accepts does the delay begin anew, once what lacked is there.
    if scheme.workflow.silence == "refusal":
        assert after.suspended_days >= before.suspended_days
        if before.complete_on is not None:
            assert after.complete_on == before.complete_on
        if before.state in OPEN and after.state in OPEN:
            assert delays.decision_due(after, scheme) >= delays.decision_due(before, scheme)
    assert (after.due_on is not None) == (after.state in OPEN)
    waiting = after.requests.filter(closed_on__isnull=True).count()
    assert waiting == (after.state == State.INCOMPLETE)


@pytest.mark.parametrize("scheme", ["aide-directe", "avis", "label-vert"])
@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(acts=ACTS, start=st.dates(dt.date(2025, 8, 25), dt.date(2026, 4, 5)))
def test_no_path_leaves_the_table(scheme: str, acts: list[tuple[str, int]], start: dt.date) -> None:
    moment = dt.datetime.combine(start, dt.time(10), PARIS)
    with transaction.atomic():
        with time_machine.travel(moment) as clock_:
            life = Life(scheme)
            for name, number in acts:
                before = life.now()
                if name == "days":
                    moment += dt.timedelta(days=number)
                else:
                    moment += dt.timedelta(minutes=5)
                clock_.move_to(moment)
                life.day = today()
                life.do(name, number)
                check(before, life.now())
        transaction.set_rollback(True)
