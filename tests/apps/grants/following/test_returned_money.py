"""Money that is owed or owned once it is paid: from the case to the registers of loans and of stakes."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from mandat import journal
from mandat.apps.funds.models import Loan, Stake
from mandat.apps.funds.selectors import verify
from mandat.apps.grants.gating import gates, payment_of
from mandat.apps.grants.services import payments, recovery, subscribing
from mandat.apps.grants.services.moving import terms_of
from mandat.apps.ledger.selectors import verify as verify_ledger
from mandat.journal import guard
from mandat.kernel.errors import InputError
from tests.apps.grants.following import world

pytestmark = pytest.mark.usefixtures("programme")


def kinds() -> list[str]:
    return [entry.fact.kind for entry in journal.iterate()]


def test_a_loan_paid_is_a_loan_owed_on_the_terms_of_the_scheme() -> None:
    case = world.banked(world.running("pret-direct"))
    assert world.paid(case).state == "paid"
    loan = Loan.objects.get(reference=case.reference)
    assert (loan.organisation, loan.lent) == (case.applicant, 250_000)
    assert loan.lines.count() >= 4
    assert sum(line.principal for line in loan.lines.all()) == 250_000
    assert "funds.loan_released.v1" in kinds()
    assert (list(verify("essai")), list(verify_ledger())) == ([], [])
    with pytest.raises(InputError, match="se reprend par son registre"):
        recovery.recovery_announce(
            actor=world.agents()[1], case=case, why="unspent", amount=Decimal(10), reason="Trop versé."
        )


def test_shares_are_subscribed_before_they_are_called_and_once() -> None:
    case = world.banked(world.running("parts-directes"))
    [stake_gate] = [
        gate
        for gate in gates(case, terms_of(case).document, payment_of(terms_of(case).document, "avance"))
        if gate.code == "stake"
    ]
    assert not stake_gate.met
    with pytest.raises(InputError, match="parts souscrites"):
        world.paid(case)
    paul = world.agents()[1]
    values = {"shares": 50, "price": Decimal(100), "on": timezone.localdate()}
    with guard.acts():
        stake = subscribing.stake_subscribe(actor=paul, case=case, **values)
    assert subscribing.stake_subscribe(actor=paul, case=case, **values) == stake
    assert kinds().count("funds.stake_taken.v1") == 1
    payment = payments.payment_check(actor=world.agents()[0], payment=case.payments.get())
    payments.payments_order(actor=paul, reference="AIDES-1", execution_on=timezone.localdate(), payments=[payment.pk])
    world.answered(payment)
    stake.refresh_from_db()
    assert (stake.called, stake.cost, stake.committed) == (250_000, 250_000, 500_000)
    assert (list(verify("essai")), list(verify_ledger())) == ([], [])


def test_more_shares_than_are_engaged_are_refused_and_so_are_those_of_a_subsidy() -> None:
    paul = world.agents()[1]
    case = world.running("parts-directes")
    with pytest.raises(InputError, match="sont engagés"):
        subscribing.stake_subscribe(actor=paul, case=case, shares=51, price=Decimal(100), on=timezone.localdate())
    with pytest.raises(InputError, match="ne prend pas de parts"):
        subscribing.stake_subscribe(
            actor=paul, case=world.running(), shares=1, price=Decimal(1), on=timezone.localdate()
        )
    with pytest.raises(PermissionDenied):
        subscribing.stake_subscribe(
            actor=world.owner(case), case=case, shares=1, price=Decimal(1), on=timezone.localdate()
        )
    assert not Stake.objects.exists()


def test_an_agent_enters_the_shares_on_the_page_of_the_case(client: Client) -> None:
    case = world.running("parts-directes")
    client.force_login(world.agents()[1], backend="django.contrib.auth.backends.ModelBackend")
    page = reverse("grants:followed", args=[case.reference])
    assert "Saisir les parts souscrites" in client.get(page).content.decode()
    act = reverse("grants:follow_act", args=[case.reference, "souscrire"])
    client.post(act, {"shares": "50", "price": "100", "on": f"{timezone.localdate():%Y-%m-%d}"})
    assert Stake.objects.get().committed == 500_000
    assert "La participation au registre" in client.get(page).content.decode()
