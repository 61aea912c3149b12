"""From an award to a project under way, and what changes afterwards."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.base import ContentFile
from django.utils import timezone

from mandat import journal
from mandat.apps.custody import uploads
from mandat.apps.funds.models import Envelope
from mandat.apps.funds.selectors import standings, verify
from mandat.apps.grants.models import Agreement, Case, Decision
from mandat.apps.grants.services import clock
from mandat.apps.grants.services.agreements import agreement_amend, agreement_send, agreement_signed
from mandat.apps.grants.services.deciding import case_decide
from mandat.apps.grants.services.moving import today
from mandat.journal import guard
from mandat.kernel.errors import InputError
from mandat.kernel.periods import add_months
from tests.apps.grants.committee import world

pytestmark = pytest.mark.usefixtures("programme")
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def awarded(euros: int = 5_000, **values: Any) -> Case:
    case = world.case(scheme="guichet", cost=euros * 2, proposed=euros, **values)
    amount = Decimal(min(euros, 20_000))
    case_decide(
        actor=world.decider(), case=case, outcome="awarded", amount=amount, motive="Le plafond s'applique." if euros > 20_000 else ""
    )  # fmt: skip
    case.refresh_from_db()
    return case


def sent(case: Case, *, days: int = 364) -> Agreement:
    start = today()
    agent = world.decider()
    with guard.acts():
        return agreement_send(actor=agent, case=case, starts_on=start, ends_on=start + dt.timedelta(days=days))


def standing() -> Any:
    return standings(list(Envelope.objects.order_by("pk")))[0]


def test_a_small_award_is_engaged_when_it_is_notified() -> None:
    world.envelope(scheme="guichet")
    case = awarded()
    agreement = sent(case)
    case.refresh_from_db()
    assert (agreement.required, agreement.signed_on, case.state) == (False, today(), "running")
    assert (standing().awarded, standing().engaged) == (0, 5000)
    assert [one.due_on for one in case.accounts.order_by("pk")] == [add_months(today() + dt.timedelta(days=364), 6)]


def test_above_23_000_euros_in_the_year_an_agreement_is_signed_first() -> None:
    world.envelope(scheme="guichet")
    one = world.organisation()
    first = awarded(20_000, applicant=one)
    assert not sent(first).required
    second = awarded(3_001, applicant=one)
    agreement = sent(second)
    second.refresh_from_db()
    assert (agreement.required, second.state, agreement.signed_on) == (True, "awarded", None)
    assert standing().awarded == 3001
    agent = world.decider()
    with pytest.raises(InputError, match="date de signature"):
        agreement_signed(actor=agent, case=second, signed_on=today() + dt.timedelta(days=1))
    with guard.acts():
        agreement_signed(actor=agent, case=second, signed_on=today(), upload=ContentFile(PDF, name="convention.pdf"))
    second.refresh_from_db()
    agreement.refresh_from_db()
    assert second.state == "running"
    assert standing().engaged == 23_001
    assert agreement.upload is not None
    assert one.members.count() == 0
    assert uploads.may_read(world.owner(one), agreement.upload)
    assert not uploads.may_read(world.user("passante"), agreement.upload)
    with pytest.raises(InputError, match="aucune convention"):
        agreement_signed(actor=agent, case=second, signed_on=today())
    assert list(verify("essai")) == []


def test_an_agreement_nobody_signs_lapses_with_its_award() -> None:
    world.envelope(scheme="guichet")
    one = world.organisation()
    sent(awarded(20_000, applicant=one))
    case = awarded(5_000, applicant=one)
    agreement = sent(case)
    assert clock.day_pass().done.get("agreements lapsed", 0) == 0
    Agreement.objects.filter(pk=agreement.pk).update(expires_on=today() - dt.timedelta(days=1))
    assert clock.day_pass().done["agreements lapsed"] == 1
    assert clock.day_pass().done.get("agreements lapsed", 0) == 0
    case.refresh_from_db()
    assert case.state == "closed"
    assert (standing().awarded, standing().engaged) == (0, 20_000)
    decision = Decision.objects.get(case=case)
    [found] = journal.entries([decision.fact_index])
    assert found.replaced_by is not None


def test_an_amendment_gives_time_or_takes_money_and_corrects_the_public_award() -> None:
    world.envelope(scheme="guichet")
    case = awarded()
    agreement = sent(case)
    agent = world.decider()
    later = add_months(agreement.ends_on, 6) if agreement.ends_on else today()
    with guard.acts():
        agreement_amend(actor=agent, case=case, signed_on=today(), reason="Le chantier a du retard.", ends_on=later)
    agreement.refresh_from_db()
    assert agreement.ends_on == later
    assert [one.due_on for one in case.accounts.order_by("pk")] == [add_months(later, 6)]
    for amount in (4000, 3500):
        with guard.acts():
            agreement_amend(
                actor=agent, case=case, signed_on=today(), reason="Un achat est abandonné.", amount=Decimal(amount)
            )
    case.refresh_from_db()
    assert case.awarded == 350_000
    assert (standing().engaged, standing().available) == (3500, 96_500)
    amendments = list(case.amendments.order_by("rank"))
    assert [one.amount for one in amendments] == [500_000, 400_000, 350_000]
    fact = journal.entry(amendments[-1].fact_index).fact
    assert (fact.kind, fact.amount, fact.corrects) == ("grants.awarded.v1", Decimal(3500), amendments[1].fact_index)
    assert list(verify("essai")) == []


@pytest.mark.parametrize(
    ("given", "match"),
    [
        ({"amount": Decimal("5000.01")}, "ne donne pas plus"),
        ({"amount": Decimal(0)}, "ne donne pas plus"),
        ({"amount": Decimal(5000)}, "ne change rien"),
        ({}, "ne change rien"),
        ({"ends_on": dt.date(2021, 7, 3)}, "ne raccourcit pas"),
        ({"amount": Decimal(4000), "reason": " "}, "dit pourquoi"),
    ],
)
def test_what_an_amendment_refuses(given: dict[str, Any], match: str) -> None:
    world.envelope(scheme="guichet")
    case = awarded()
    sent(case)
    with pytest.raises(InputError, match=match):
        agreement_amend(actor=world.decider(), case=case, signed_on=today(), **{"reason": "Ainsi.", **given})


def test_only_who_examines_sends_and_only_an_award() -> None:
    world.envelope(scheme="guichet")
    case = awarded()
    with pytest.raises(PermissionDenied):
        agreement_send(actor=world.user("passante"), case=case, starts_on=today(), ends_on=today())
    with pytest.raises(InputError, match="finit après"):
        agreement_send(actor=world.decider(), case=case, starts_on=today(), ends_on=today() - dt.timedelta(days=1))
    with pytest.raises(InputError, match="n'attend pas"):
        agreement_send(actor=world.decider(), case=world.case(scheme="guichet"), starts_on=today(), ends_on=today())
    assert timezone.localdate() == today()
