"""Partners: approved, paid once by one file, reconciled with the bank; and what the facts tell of all this."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from django.core.exceptions import PermissionDenied

from mandat import journal
from mandat.apps.accounts.models import User
from mandat.apps.custody import personal, retention
from mandat.apps.ledger import selectors as ledger
from mandat.apps.ledger.models import Account, Transaction
from mandat.apps.ledger.payments.pain import NAMESPACE
from mandat.apps.ledger.payments.reading import Outcome
from mandat.apps.wallets.definitions import kind_of
from mandat.apps.wallets.models import Approval, Credential, Line, Member, Partner, Run, Spend, Wallet
from mandat.apps.wallets.services import (
    answer_record,
    code_make,
    credit,
    expire,
    member_add,
    member_remove,
    partner_apply,
    partner_bank,
    partner_decide,
    publish,
    refund,
    run_make,
    run_sent,
    spend,
)
from mandat.apps.wallets.services.settling import anomalies, due, payer
from mandat.journal import guard
from mandat.kernel.errors import InputError
from tests.apps.wallets.conftest import IBANS, SIRETS, approved

EUR = Decimal
EXECUTION = dt.date(2026, 11, 20)


@pytest.fixture(autouse=True)
def everything_still_agrees(db: None) -> Iterator[None]:
    yield
    assert [str(fault) for fault in ledger.verify()] == []


def facts(kind: str) -> list[Any]:
    return [entry.fact for entry in journal.iterate(kind=kind)]


def buy(person: Callable[..., User], shop: Approval, till: User, *amounts: str) -> list[Spend]:
    """One purchase by each of as many people."""
    made = []
    for amount in amounts:
        holder = person()
        wallet = credit(wallet=shop.code, holder=holder, amount=EUR(amount), key=holder.email, departement="37").wallet
        number = code_make(wallet=wallet).number
        made.append(spend(actor=till, approval=shop, number=number, amount=EUR(amount), key=holder.email))
    return made


# -- partners


def applied(actor: User, **changes: Any) -> Approval:
    options = {
        "wallet": "panier", "category": "amap", "name": "AMAP d'essai", "siret": SIRETS[1], "commune": "45234", "iban": IBANS[1],
    }  # fmt: skip
    return partner_apply(actor=actor, **(options | changes))


def test_a_partner_asks_is_approved_and_told_by_its_commune_alone(programme: Any, manager: User, agent: User) -> None:
    asked = applied(manager)
    assert asked.state == "applied"
    with guard.acts():
        held = partner_decide(actor=agent, approval=asked, decision="approve")
    assert held.account is not None
    [fact] = facts("wallets.partner_approved.v1")
    assert (fact.area, fact.quantity, fact.unit) == ("commune:45234", 1, "organisation")
    assert "AMAP d'essai" not in str(fact)
    assert IBANS[1] not in str(Partner.objects.values().get())
    with pytest.raises(InputError, match="dites pourquoi"):
        partner_decide(actor=agent, approval=held, decision="end")
    with guard.acts():
        partner_decide(actor=agent, approval=held, decision="end", reason="cesse son activité")
    assert len(facts("wallets.partner_ended.v1")) == 1
    with pytest.raises(InputError, match="rechargez"):
        partner_decide(actor=agent, approval=held, decision="approve")
    assert applied(manager).state == "applied"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"siret": "73282932000075"}, "SIRET faux"),
        ({"iban": "FR7630006000011234567890188"}, "IBAN faux"),
        ({"bic": "X"}, "BIC faux"),
        ({"category": "nope"}, "catégorie inconnue"),
        ({"commune": "99999"}, "commune inconnue"),
        ({"name": "★"}, "illisible"),
        ({"wallet": "nope"}, "porte-monnaie inconnu"),
    ],
)  # fmt: skip
def test_a_wrong_application_says_what_is_wrong(
    programme: Any, manager: User, changes: dict[str, str], said: str
) -> None:
    with pytest.raises(InputError, match=said):
        applied(manager, **changes)
    assert not Partner.objects.exists()


def test_a_siret_belongs_to_its_manager_and_nobody_decides_for_their_own(
    programme: Any, manager: User, person: Callable[..., User]
) -> None:
    asked = applied(manager)
    with pytest.raises(InputError, match="déjà inscrit"):
        applied(person(), wallet="culture", category="scene")
    with pytest.raises(InputError, match="déjà faite"):
        applied(manager)
    assert applied(manager, wallet="culture", category="scene").partner_id == asked.partner_id
    clerk = person("agent")
    member_add(actor=manager, partner=asked.partner, email=clerk.email, role="till")
    with pytest.raises(InputError, match="vous travaillez"):
        partner_decide(actor=clerk, approval=asked, decision="approve")
    for role in ("auditor", "elected"):
        with pytest.raises(PermissionDenied):
            partner_decide(actor=person(role), approval=asked, decision="approve")


def test_someone_always_manages(shop: Approval, manager: User, till: User, person: Callable[..., User]) -> None:
    member = Member.objects.get(user=manager)
    with pytest.raises(InputError, match="quelqu'un"):
        member_remove(actor=manager, member=member)
    with pytest.raises(InputError, match="gestion"):
        member_add(actor=till, partner=shop.partner, email=person().email, role="till")
    with pytest.raises(InputError, match="aucun compte"):
        member_add(actor=manager, partner=shop.partner, email="nobody@example.org", role="till")
    with pytest.raises(InputError, match="gestion"):
        partner_bank(actor=till, partner=shop.partner, iban=IBANS[2])
    member_remove(actor=manager, member=Member.objects.get(user=till))


# -- settlements


def test_a_run_pays_what_is_owed_by_one_file(
    shop: Approval, till: User, manager: User, agent: User, person: Callable[..., User]
) -> None:
    other = approved(agent, manager, 1, category="amap", commune="45234")
    made = buy(person, shop, till, "10", "20.50")
    buy(person, other, manager, "5")
    refund(actor=manager, spend=made[0], amount=EUR(4), key="r")
    assert [(str(one.approval.pk), one.amount, one.purchases) for one in due(kind_of("panier"))] == [
        (str(shop.pk), EUR("26.50"), 2), (str(other.pk), EUR(5), 1),
    ]  # fmt: skip
    run = run_make(actor=agent, wallet="panier", reference="PANIER-2026-11", execution_on=EXECUTION)
    assert run_make(actor=agent, wallet="panier", reference="PANIER-2026-11", execution_on=EXECUTION).pk == run.pk
    root = ET.fromstring(run.xml)
    assert root.findtext(f".//{{{NAMESPACE}}}CtrlSum") == "31.50"
    assert sorted(e.text or "" for e in root.iter(f"{{{NAMESPACE}}}InstdAmt")) == ["26.50", "5.00"]
    assert (ledger.total("wallet:panier", "partner"), ledger.total("wallet:panier", "paying")) == (0, EUR("31.50"))
    with pytest.raises(InputError, match="rien n'est dû"):
        run_make(actor=agent, wallet="panier", reference="PANIER-2026-12", execution_on=EXECUTION)
    assert Run.objects.count() == 1
    assert anomalies(kind_of("panier")) == []
    raw = str(Run.objects.values().get())
    assert IBANS[0] not in raw
    assert run_sent(actor=agent, run=run) is True


def test_the_bank_s_answer_moves_the_money_once_and_what_it_refused_is_owed_again(
    shop: Approval, till: User, manager: User, agent: User, person: Callable[..., User]
) -> None:
    other = approved(agent, manager, 1, category="amap", commune="45234")
    buy(person, shop, till, *["10"] * 5)
    buy(person, other, manager, "7")
    run = run_make(actor=agent, wallet="panier", reference="P1", execution_on=EXECUTION)
    lines = {line.approval_id: line for line in run.lines.all()}
    answer = [
        Outcome(lines[shop.pk].end_to_end, "paid", EUR(50), EXECUTION),
        Outcome(lines[other.pk].end_to_end, "refused", EUR(7), EXECUTION, "AC04"),
        Outcome("P1-9", "paid", EUR(1), EXECUTION),
    ]
    with guard.acts():
        done = answer_record(actor=agent, outcomes=answer)
    assert (len(done.paid), len(done.refused), len(done.anomalies)) == (1, 1, 1)
    again = answer_record(actor=agent, outcomes=answer)
    assert (again.known, len(again.paid)) == (2, 0)
    totals = {kind: ledger.total("wallet:panier", kind) for kind in ("fund", "wallet", "partner", "paying", "paid")}
    assert totals == {"fund": -57, "wallet": 0, "partner": 7, "paying": 0, "paid": 50}
    [fact] = facts("wallets.settled.v1")
    assert (fact.amount, fact.data["partners"], fact.data["purchases"], fact.area) == (50, 1, 5, "region:24")
    second = run_make(actor=agent, wallet="panier", reference="P2", execution_on=EXECUTION)
    assert [(line.approval_id, line.cents, line.purchases) for line in second.lines.all()] == [(other.pk, 700, 1)]
    returned = answer_record(
        actor=agent, outcomes=[Outcome(lines[shop.pk].end_to_end, "refused", EUR(50), EXECUTION, "AC04")]
    )
    assert len(returned.refused) == 1
    assert ledger.total("wallet:panier", "paid") == 0
    assert anomalies(kind_of("panier")) == []


def test_few_purchases_paid_are_told_with_the_next_ones(
    shop: Approval, till: User, agent: User, person: Callable[..., User]
) -> None:
    def settle(reference: str, amount: str) -> None:
        run = run_make(actor=agent, wallet="panier", reference=reference, execution_on=EXECUTION)
        answer_record(actor=agent, outcomes=[Outcome(f"{reference}-1", "paid", EUR(amount), EXECUTION)])
        assert run.lines.get().state == "paid"

    buy(person, shop, till, "10", "11")
    settle("A", "21")
    assert facts("wallets.settled.v1") == []
    buy(person, shop, till, "1", "2", "3")
    settle("B", "6")
    [fact] = facts("wallets.settled.v1")
    assert (fact.amount, fact.data["purchases"]) == (27, 5)


def test_a_refund_after_payment_is_taken_off_the_next_settlement(
    shop: Approval, till: User, manager: User, agent: User, person: Callable[..., User]
) -> None:
    [made] = buy(person, shop, till, "30")
    run_make(actor=agent, wallet="panier", reference="A", execution_on=EXECUTION)
    refund(actor=manager, spend=made, amount=EUR(10), key="r")
    assert ["doit" in str(odd) for odd in anomalies(kind_of("panier"))] == [True]
    with pytest.raises(InputError, match="rien n'est dû"):
        run_make(actor=agent, wallet="panier", reference="B", execution_on=EXECUTION)
    buy(person, shop, till, "25")
    run = run_make(actor=agent, wallet="panier", reference="B", execution_on=EXECUTION)
    assert run.lines.get().cents == 1500


def test_units_are_paid_at_their_value_and_suspended_partners_wait(
    agent: User, manager: User, programme: Any, person: Callable[..., User]
) -> None:
    stage = approved(agent, manager, 2, wallet="culture", category="scene")
    buy(person, stage, manager, "2", "1")
    held = partner_decide(actor=agent, approval=stage, decision="suspend", reason="contrôle")
    with pytest.raises(InputError, match="rien n'est dû"):
        run_make(actor=agent, wallet="culture", reference="C", execution_on=EXECUTION)
    partner_decide(actor=agent, approval=held, decision="resume")
    run = run_make(actor=agent, wallet="culture", reference="C", execution_on=EXECUTION)
    line = run.lines.get()
    assert (line.amount, line.euros) == (3, EUR("37.50"))


def test_only_agents_pay_and_the_region_s_account_must_be_set(
    shop: Approval, till: User, agent: User, person: Callable[..., User], settings: Any
) -> None:
    buy(person, shop, till, "10")
    for role in ("auditor", "elected", "member"):
        with pytest.raises(PermissionDenied):
            run_make(actor=person(role), wallet="panier", reference="A", execution_on=EXECUTION)
        with pytest.raises(PermissionDenied):
            answer_record(actor=person(role), outcomes=[])
    settings.MANDAT_PAYER = {}
    with pytest.raises(InputError, match="MANDAT_PAYER"):
        run_make(actor=agent, wallet="panier", reference="A", execution_on=EXECUTION)
    settings.MANDAT_DEMO = True
    assert "démonstration" in payer().name
    assert not Run.objects.exists()


# -- what is told


def test_purchases_are_told_by_batches_of_five_people_or_more(
    shop: Approval, till: User, agent: User, manager: User, person: Callable[..., User], clock: Any
) -> None:
    far = approved(agent, manager, 1, category="amap", commune="45234")
    made = buy(person, shop, till, *["10"] * 6)
    buy(person, far, manager, "5", "5")
    refund(actor=manager, spend=made[0], amount=EUR(3), key="r")
    assert publish() == 0
    clock.shift(dt.timedelta(days=1))
    with guard.acts():
        assert publish() == 1
    assert publish() == 0
    [fact] = facts("wallets.spent.v1")
    assert (fact.area, fact.amount, fact.data["purchases"]) == ("departement:37", 57, 6)
    buy(person, far, manager, "5", "5", "5")
    clock.shift(dt.timedelta(days=1))
    assert publish() == 1
    assert (facts("wallets.spent.v1")[1].area, facts("wallets.spent.v1")[1].amount) == ("departement:45", 25)
    assert sum(fact.amount for fact in facts("wallets.spent.v1")) == ledger.total("wallet:panier", "partner")


def test_many_purchases_of_one_person_are_never_told_alone(
    wallet: Wallet, shop: Approval, till: User, clock: Any
) -> None:
    for n in range(6):
        spend(actor=till, approval=shop, number=code_make(wallet=wallet).number, amount=EUR(1), key=str(n))
    clock.shift(dt.timedelta(days=1))
    assert publish() == 0


def test_what_expires_is_told_by_batches(programme: Any, person: Callable[..., User], clock: Any) -> None:
    for n in range(5):
        credit(wallet="panier", holder=person(), amount=EUR(10), key=f"c{n}")
    clock.move_to(dt.datetime(2027, 1, 2, 12, tzinfo=dt.UTC))
    assert expire() == 5
    assert publish() == 0
    clock.shift(dt.timedelta(days=1))
    assert publish() == 1
    [fact] = facts("wallets.expired.v1")
    assert (fact.amount, fact.data["wallets"]) == (50, 5)


# -- personal data


def holding(code: str) -> Any:
    return next(one for one in personal.holdings() if one.code == code)


def test_one_s_data_is_given_and_erased_while_the_entries_stay(
    wallet: Wallet, holder: User, shop: Approval, till: User
) -> None:
    made = spend(actor=till, approval=shop, number=code_make(wallet=wallet).number, amount=EUR(10), key="a")
    told = str(
        [personal.plain({v.key: v.value for v in one.values}) for one in holding("wallets.wallets").export(holder)]
    )
    for expected in ("90.00 EUR", "10.00 EUR", made.reference, "Boutique 0"):
        assert expected in told
    assert holding("wallets.wallets").stays(holder)
    entries = Transaction.objects.count()
    holding("wallets.wallets").erase(holder)
    assert not Wallet.objects.filter(holder__user=holder).exists()
    assert Transaction.objects.count() == entries + 1
    assert Spend.objects.filter(pk=made.pk).exists()
    assert not Credential.objects.exists()
    assert holding("wallets.wallets").stays(holder) == []
    assert holding("wallets.partners").export(till)
    holding("wallets.partners").erase(till)
    assert not Member.objects.filter(user=till).exists()


def test_wallets_asleep_for_two_years_lose_their_link_to_the_person(
    wallet: Wallet, holder: User, shop: Approval, till: User, clock: Any
) -> None:
    treatment = next(one for one in retention.treatments() if one.code == "wallets.wallets")
    now = dt.datetime(2028, 11, 9, tzinfo=dt.UTC)
    assert list(treatment.rows_due(now) or []) == []
    later = dt.datetime(2028, 11, 11, tzinfo=dt.UTC)
    rows = treatment.rows_due(later)
    assert rows is not None
    assert treatment.apply is not None
    assert treatment.apply(rows) == 1
    wallet.refresh_from_db()
    assert (wallet.holder, wallet.state) == (None, "closed")
    assert list(treatment.rows_due(later) or []) == []


def test_old_payment_files_and_codes_are_forgotten(
    shop: Approval, till: User, agent: User, person: Callable[..., User]
) -> None:
    buy(person, shop, till, "10")
    run = run_make(actor=agent, wallet="panier", reference="A", execution_on=EXECUTION)
    by_code = {one.code: one for one in retention.treatments()}
    later = dt.datetime(2037, 1, 1, tzinfo=dt.UTC)
    files = by_code["wallets.payments"]
    assert files.apply is not None
    assert files.apply(files.rows_due(later)) == 1
    run.refresh_from_db()
    assert (run.xml, run.bordereau) == (None, None)
    rows = by_code["wallets.credentials"].rows_due(later)
    assert rows is not None
    assert rows.delete()[0] == 1
    assert Spend.objects.get().credential is None


def test_nothing_of_a_person_is_in_the_ledger(wallet: Wallet, holder: User, shop: Approval, till: User) -> None:
    spend(actor=till, approval=shop, number=code_make(wallet=wallet).number, amount=EUR(10), key="a")
    rows = str([*Transaction.objects.values(), *Account.objects.values()])
    subject = wallet.holder
    assert subject is not None
    for personal_thing in (holder.email, till.email, subject.pk.hex, str(subject.pk)):
        assert personal_thing not in rows
    assert {line.state for line in Line.objects.all()} <= {"waiting"}
