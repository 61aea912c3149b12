"""A committee sits: agenda, presence, quorum, conflicts, votes, closing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TransactionTestCase  # noqa: F401 - the plugin is loaded

from mandat import journal
from mandat.apps.accounts.models import User
from mandat.apps.funds.models import Allocation
from mandat.apps.funds.selectors import standings, verify
from mandat.apps.grants import minutes, recording
from mandat.apps.grants.conflicts import conflicts
from mandat.apps.grants.models import Case, Decision, Item, Sitting, Vote
from mandat.apps.grants.services.recusals import recuse
from mandat.apps.grants.services.sittings import (
    agenda_set,
    item_amend,
    items_put_off,
    motive_set,
    presence_set,
    sitting_close,
    sitting_convene,
    sitting_open,
)
from mandat.apps.grants.services.voting import block_vote, vote_cast, votes_cast
from mandat.journal import guard
from mandat.kernel.errors import InputError
from tests.apps.grants.committee import world

pytestmark = pytest.mark.usefixtures("programme")


@pytest.fixture
def secretary(programme: object) -> User:
    return world.user("secretaire", "agent")


@pytest.fixture
def members(programme: object) -> Sequence[User]:
    return world.members(4)


def opened(secretary: User, members: Sequence[User], cases: Sequence[Case] | None = None) -> Sitting:
    sitting = sitting_convene(actor=secretary, body="conseil", on=timezone.localdate(), place="Orléans")
    references = None if cases is None else [case.reference for case in cases]
    agenda_set(actor=secretary, sitting=sitting, references=references)
    return sitting_open(actor=secretary, sitting=sitting, members=members)


def closed(secretary: User, sitting: Sitting) -> Sitting:
    with guard.acts():
        return sitting_close(actor=secretary, sitting=sitting)


def test_a_sitting_from_its_convening_to_its_minutes(secretary: User, members: Sequence[User]) -> None:
    envelope = world.envelope()
    cases = world.cases(3)
    person = world.case(person=True)
    sitting = opened(secretary, members)
    assert sitting.items.count() == 4
    first, second, _third, fourth = sitting.items.order_by("position")
    assert block_vote(actor=secretary, sitting=sitting, items=[first.pk, fourth.pk]) == 2
    for member in members:
        vote_cast(actor=member, item=second, choice="for" if member == members[0] else "against")
    motive_set(actor=secretary, item=second, motive="Le projet double un équipement voisin.")
    assert items_put_off(actor=secretary, sitting=sitting) == 1
    sitting = closed(secretary, sitting)
    assert [item.outcome for item in sitting.items.order_by("position")] == [
        "awarded",
        "refused",
        "postponed",
        "awarded",
    ]
    states = [Case.objects.get(pk=case.pk).state for case in (*cases, person)]
    assert states == ["awarded", "refused", "complete", "awarded"]
    [standing] = standings([envelope])
    assert (standing.awarded, standing.available) == (10_000, 90_000)
    record = recording.record_of(Decision.objects.get(item=second))
    assert record["votes"] == {
        "body": "conseil", "on": sitting.on.isoformat(), "quorum": 3, "majority": "simple", "present": 4, "recused": 0,
        "for": 1, "against": 3, "abstain": 0, "president": "for",
    }  # fmt: skip
    held = minutes.read(sitting)
    assert [member["present"] for member in held["members"]] == [True] * 4
    assert held["items"][1]["votes"] == {"for": [0], "against": [1, 2, 3], "abstain": []}
    assert "équipement voisin" not in sitting.minutes
    assert held["items"][3]["applicant"] == "personne physique"
    assert held["items"][3]["purpose"] == ""
    fact = next(entry.fact for entry in journal.iterate() if entry.fact.kind == "grants.sitting_closed.v1")
    assert (fact.data["awarded"], fact.data["refused"], fact.data["postponed"]) == (2, 1, 1)
    assert list(verify("essai")) == []


def test_closing_twice_is_once(secretary: User, members: Sequence[User]) -> None:
    world.envelope()
    world.case()
    sitting = opened(secretary, members)
    block_vote(actor=secretary, sitting=sitting)
    first = closed(secretary, sitting)
    size = journal.size()
    again = sitting_close(actor=secretary, sitting=sitting)
    assert (again.closed_at, again.minutes) == (first.closed_at, first.minutes)
    assert journal.size() == size
    assert Decision.objects.count() == 1


def test_money_that_lacks_closes_nothing(secretary: User, members: Sequence[User]) -> None:
    world.envelope(9_999)
    world.cases(2)
    sitting = opened(secretary, members)
    block_vote(actor=secretary, sitting=sitting)
    size = journal.size()
    with pytest.raises(InputError, match="n'a plus que"):
        sitting_close(actor=secretary, sitting=sitting)
    sitting.refresh_from_db()
    assert sitting.state == "open"
    assert not Decision.objects.exists()
    assert not Allocation.objects.exists()
    assert set(Case.objects.values_list("state", flat=True).order_by("pk")) == {"ready"}
    assert journal.size() == size


def test_a_call_never_gives_more_than_its_own_envelope(
    secretary: User, members: Sequence[User], monkeypatch: pytest.MonkeyPatch
) -> None:
    from mandat.apps.grants.services import deciding

    world.envelope()
    world.cases(2)
    original = deciding.terms_of

    def narrow(case: Case) -> Any:
        terms = original(case)
        call = terms.document.calls[0].model_copy(update={"envelope": Decimal(8000)})
        document = terms.document.model_copy(update={"calls": (call,)})
        return type(terms)(document, terms.ref)

    monkeypatch.setattr(deciding, "terms_of", narrow)
    sitting = opened(secretary, members)
    block_vote(actor=secretary, sitting=sitting)
    with pytest.raises(InputError, match="l'appel permanent n'a plus que 8000"):
        sitting_close(actor=secretary, sitting=sitting)


def test_the_quorum_opens_the_sitting_and_each_vote(secretary: User, members: Sequence[User]) -> None:
    world.envelope()
    case = world.case()
    sitting = sitting_convene(actor=secretary, body="conseil", on=timezone.localdate())
    agenda_set(actor=secretary, sitting=sitting)
    with pytest.raises(InputError, match="quorum"):
        sitting_open(actor=secretary, sitting=sitting, members=members[:2])
    sitting = sitting_open(actor=secretary, sitting=sitting, members=members[:3])
    item = sitting.items.get()
    recuse(actor=members[2], case=case, reason="Mon frère y travaille.")
    with pytest.raises(InputError, match="quorum n'est pas atteint"):
        vote_cast(actor=members[0], item=item, choice="for")
    presence_set(actor=secretary, sitting=sitting, members=members)
    with pytest.raises(InputError, match="un lien"):
        vote_cast(actor=members[2], item=item, choice="for")
    vote_cast(actor=members[0], item=item, choice="for")
    assert Vote.objects.count() == 1


def test_a_block_vote_puts_off_what_has_no_quorum_and_leaves_out_ties(secretary: User, members: Sequence[User]) -> None:
    world.envelope()
    tied, free = world.cases(2)
    assert tied.applicant is not None
    for member in members[:2]:
        tied.applicant.members.create(user=member, rank="reader")
    sitting = opened(secretary, members)
    assert block_vote(actor=secretary, sitting=sitting) == 1
    assert sitting.items.get(case=tied).put_off
    assert sitting.items.get(case=free).votes.count() == 4
    assert conflicts([m.pk for m in members], [tied.pk, free.pk]) == {tied.pk: frozenset(m.pk for m in members[:2])}
    closed(secretary, sitting)
    assert Case.objects.get(pk=tied.pk).state == "complete"
    assert Case.objects.get(pk=tied.pk).moves.order_by("-pk")[0].name == "postpone"


def test_exceptions_to_a_block_vote_are_each_written_down(secretary: User, members: Sequence[User]) -> None:
    world.envelope()
    world.cases(2)
    sitting = opened(secretary, members)
    first, second = sitting.items.order_by("position")
    block_vote(actor=secretary, sitting=sitting, exceptions={second.pk: {m.pk: "against" for m in members[1:]}})
    assert first.votes.filter(choice="for").count() == 4
    assert second.votes.filter(choice="against").count() == 3
    with pytest.raises(InputError, match="dites pourquoi"):
        sitting_close(actor=secretary, sitting=sitting)


def test_only_members_who_are_there_vote_and_once(secretary: User, members: Sequence[User]) -> None:
    world.envelope()
    world.case()
    sitting = opened(secretary, members[:3])
    item = sitting.items.get()
    with pytest.raises(PermissionDenied):
        vote_cast(actor=world.user("passante", "elected"), item=item, choice="for")
    with pytest.raises(PermissionDenied):
        vote_cast(actor=members[0], item=item, choice="for", member=members[1])
    with pytest.raises(InputError, match="présent"):
        vote_cast(actor=members[3], item=item, choice="for")
    with pytest.raises(InputError, match="vote inconnu"):
        vote_cast(actor=members[0], item=item, choice="maybe")
    vote_cast(actor=members[0], item=item, choice="for")
    with pytest.raises(InputError, match="déjà voté"):
        vote_cast(actor=members[0], item=item, choice="against")
    vote_cast(actor=secretary, item=item, choice="for", member=members[1])
    assert votes_cast(actor=members[2], sitting=sitting, choices={item.pk: "abstain"}) == 1
    assert item.votes.get(member=members[2]).choice == "abstain"


def test_what_nobody_voted_on_keeps_the_sitting_open(secretary: User, members: Sequence[User]) -> None:
    world.envelope()
    world.case()
    sitting = opened(secretary, members)
    with pytest.raises(InputError, match="ni voté ni reporté"):
        sitting_close(actor=secretary, sitting=sitting)


def test_an_amount_is_amended_before_the_vote_with_its_reason(secretary: User, members: Sequence[User]) -> None:
    envelope = world.envelope()
    case = world.case()
    sitting = opened(secretary, members)
    item = sitting.items.get()
    with pytest.raises(InputError, match="dépasse le coût"):
        item_amend(actor=secretary, item=item, favourable=True, amount=Decimal("10000.01"), motive="Plus.")
    item_amend(actor=secretary, item=item, favourable=True, amount=Decimal("3000"), motive="")
    block_vote(actor=secretary, sitting=sitting)
    with pytest.raises(InputError, match="s'écarte de la règle"):
        sitting_close(actor=secretary, sitting=sitting)
    motive_set(actor=secretary, item=item, motive="L'enveloppe est partagée.")
    with pytest.raises(InputError, match="déjà voté"):
        item_amend(actor=secretary, item=item, favourable=True, amount=Decimal("3001"), motive="Plus.")
    closed(secretary, sitting)
    case.refresh_from_db()
    assert case.awarded == 300_000
    assert standings([envelope])[0].awarded == 3000


def test_a_refusal_that_is_rejected_sends_the_case_back(secretary: User, members: Sequence[User]) -> None:
    case = world.case(proposed=None, favourable=False)
    sitting = opened(secretary, members)
    assert sitting.items.get().motive == "Le projet ne répond pas à l'appel."
    block_vote(actor=secretary, sitting=sitting, choice="against")
    closed(secretary, sitting)
    case.refresh_from_db()
    assert case.state == "complete"
    assert not case.decisions.exists()


def test_a_refusal_proposed_and_voted_keeps_its_motive(secretary: User, members: Sequence[User]) -> None:
    case = world.case(proposed=None, favourable=False)
    sitting = opened(secretary, members)
    block_vote(actor=secretary, sitting=sitting)
    closed(secretary, sitting)
    decision = case.decisions.get()
    assert (decision.outcome, decision.motive) == ("refused", "Le projet ne répond pas à l'appel.")


def test_a_case_withdrawn_meanwhile_is_taken_off(secretary: User, members: Sequence[User]) -> None:
    world.envelope()
    gone, _stays = world.cases(2)
    sitting = opened(secretary, members)
    block_vote(actor=secretary, sitting=sitting)
    Case.objects.filter(pk=gone.pk).update(state="withdrawn")
    closed(secretary, sitting)
    assert [item.outcome for item in sitting.items.order_by("position")] == ["removed", "awarded"]
    assert not Case.objects.get(pk=gone.pk).decisions.exists()


def test_the_agenda_follows_the_points_and_takes_no_case_twice(secretary: User) -> None:
    low, high, none = world.case(points=Decimal(40)), world.case(points=Decimal(80)), world.case()
    sitting = sitting_convene(actor=secretary, body="conseil", on=timezone.localdate())
    assert agenda_set(actor=secretary, sitting=sitting) == 3
    assert list(sitting.items.order_by("position").values_list("case", flat=True)) == [high.pk, low.pk, none.pk]
    other = sitting_convene(actor=secretary, body="conseil", on=timezone.localdate())
    assert agenda_set(actor=secretary, sitting=other) == 0
    assert agenda_set(actor=secretary, sitting=sitting, references=[low.reference, high.reference]) == 2
    assert list(sitting.items.order_by("position").values_list("case", flat=True)) == [low.pk, high.pk]
    with pytest.raises(InputError, match="pas prêt"):
        agenda_set(actor=secretary, sitting=other, references=[low.reference])


def test_what_a_sitting_refuses(secretary: User, members: Sequence[User]) -> None:
    with pytest.raises(PermissionDenied):
        sitting_convene(actor=members[0], body="conseil", on=timezone.localdate())
    with pytest.raises(InputError, match="aucun dispositif"):
        sitting_convene(actor=secretary, body="personne", on=timezone.localdate())
    with pytest.raises(InputError, match="à venir"):
        sitting_convene(actor=secretary, body="conseil", on=timezone.localdate() - dt.timedelta(days=1))
    sitting = sitting_convene(actor=secretary, body="conseil", on=timezone.localdate() + dt.timedelta(days=1))
    with pytest.raises(InputError, match="pas membre"):
        presence_set(actor=secretary, sitting=sitting, members=[secretary])
    with pytest.raises(InputError, match="pas encore"):
        sitting_open(actor=secretary, sitting=sitting, members=members)
    with pytest.raises(InputError, match="impossible"):
        sitting_close(actor=secretary, sitting=sitting)


def test_closing_asks_as_much_of_the_database_for_few_cases_as_for_many(
    secretary: User, members: Sequence[User]
) -> None:
    world.envelope(1_000_000)
    counts = []
    for size in (3, 24):
        sitting = opened(secretary, members, world.cases(size))
        block_vote(actor=secretary, sitting=sitting)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            sitting_close(actor=secretary, sitting=sitting)
        counts.append(len([one for one in queries.captured_queries if "executemany" not in one["sql"]]))
    assert counts[1] <= counts[0] + 4, counts
    assert counts[0] < 75, counts
    assert Item.objects.filter(outcome="awarded").count() == 27


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(acts=st.lists(st.tuples(st.integers(0, 2), st.integers(1, 9), st.booleans()), min_size=1, max_size=8))
def test_awards_never_exceed_the_envelope_whatever_comes_between(
    secretary: User, members: Sequence[User], acts: list[tuple[int, int, bool]]
) -> None:
    envelope = world.envelope(
        20_000, code=f"enveloppe-{journal.size()}-{Decision.objects.count()}-{Item.objects.count()}"
    )
    before = standings([envelope])[0]
    closed_before = set(type(envelope).objects.exclude(pk=envelope.pk).order_by("pk").values_list("pk", flat=True))
    type(envelope).objects.filter(pk__in=closed_before).update(closed_on=timezone.localdate())
    pending: list[Sitting] = []
    awarded = Decimal(0)
    for kind, thousands, close in acts:
        if kind == 0 or not pending:
            cases = [world.case(cost=thousands * 2000, proposed=thousands * 1000)]
            sitting = opened(secretary, members, cases)
            block_vote(actor=secretary, sitting=sitting)
            pending.append(sitting)
        sitting = pending[thousands % len(pending)]
        if close:
            try:
                sitting_close(actor=secretary, sitting=sitting)
            except InputError:
                assert not Decision.objects.filter(item__sitting=sitting).exists()
        awarded = (
            Decimal(sum(Allocation.objects.filter(envelope=envelope).values_list("awarded", flat=True).order_by("pk")))
            / 100
        )
        [standing] = standings([envelope])
        assert standing.awarded == awarded <= before.available
        assert standing.available == before.available - awarded >= 0
    Sitting.objects.filter(pk__in=[one.pk for one in pending]).exclude(state="closed").update(state="closed")
