"""From an idea to a project delivered: what each act does, and what it refuses."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from mandat import journal
from mandat.apps.accounts.models import User
from mandat.apps.answers import chain
from mandat.apps.answers.models import Duty
from mandat.apps.ballots import bulk
from mandat.apps.ballots.services import closing
from mandat.apps.budgeting.models import Idea, Note, Outcome, Project, ProjectList
from mandat.apps.budgeting.services import delivery, money, studies
from mandat.apps.budgeting.services.ideas import idea_move, idea_refuse, idea_retain
from mandat.apps.budgeting.services.lists import digest_of, list_freeze
from mandat.apps.budgeting.services.studies import Cost, Sheet
from mandat.apps.funds.models import Allocation
from mandat.apps.participation.models import Participant, Proposal
from mandat.journal import guard
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text
from tests.apps.budgeting.conftest import COUNT, DELIVERY, account, poll_of
from tests.apps.budgeting.examples import idea

#: Work in progress, shown on the project's page and told by one fact when the study is given.
QUIET = (
    "budgeting_project", "budgeting_costline", "budgeting_note", "budgeting_opinion", "budgeting_assessment", "budgeting_step",
    "budgeting_evidence", "participation_proposal",
)  # fmt: skip


def kinds() -> list[str]:
    return [entry.fact.kind for entry in journal.iterate(programme="essai")]


def count(found: ProjectList, clock: Any, ballots: list[list[str]]) -> None:
    """Cast and count."""
    poll = poll_of(found)
    bulk.fill(poll, [{"approved": sorted(one)} for one in ballots])
    clock.move_to(COUNT)
    closing.poll_close(actor=None, poll=poll)
    found.refresh_from_db()


def test_several_ideas_are_studied_as_one_project_with_credit_to_each(agent: User, author: Participant) -> None:
    first, second = idea(author, "Haies"), idea(author, "Des haies partout")
    with guard.acts(exempt=QUIET):
        project = idea_retain(actor=agent, process="climat", component="budget", proposal=first)
    idea_retain(actor=agent, process="climat", component="budget", proposal=second, project=project)
    assert sorted(project.ideas.values_list("proposal", flat=True)) == [first, second]
    assert kinds().count("budgeting.idea_retained.v1") == 2
    assert set(Proposal.objects.order_by("pk").values_list("status", flat=True)) == {"in-study"}
    # No word of people in the facts.
    assert not any("Haies" in entry.text or "haies" in entry.text for entry in journal.iterate(programme="essai"))


def test_an_idea_is_decided_once_and_may_be_retained_after_a_refusal(agent: User, author: Participant) -> None:
    one = idea(author, "Une autoroute")
    with pytest.raises(InputError, match="motifs"):
        idea_refuse(actor=agent, process="climat", component="budget", proposal=one, ground="humeur", reason="Non.")
    with pytest.raises(InputError, match="raison"):
        idea_refuse(actor=agent, process="climat", component="budget", proposal=one, ground="competence", reason=" ")
    with guard.acts(exempt=QUIET):
        idea_refuse(
            actor=agent, process="climat", component="budget", proposal=one, ground="competence", reason="À l'État."
        )
    with pytest.raises(InputError, match="déjà"):
        idea_refuse(
            actor=agent, process="climat", component="budget", proposal=one, ground="competence", reason="Encore."
        )
    project = idea_retain(actor=agent, process="climat", component="budget", proposal=one)
    assert Idea.objects.get(proposal=one).project == project
    with pytest.raises(InputError, match="déjà"):
        idea_retain(actor=agent, process="climat", component="budget", proposal=one)


def test_an_idea_moves_to_another_study_and_the_empty_one_ends(agent: User, author: Participant) -> None:
    first = idea_retain(actor=agent, process="climat", component="budget", proposal=idea(author, "Haies"))
    second = idea_retain(actor=agent, process="climat", component="budget", proposal=idea(author, "Arbres"))
    idea_move(actor=agent, idea=first.ideas.get(), project=second)
    first.refresh_from_db()
    assert first.state == Project.State.INFEASIBLE
    assert second.ideas.count() == 2
    with pytest.raises(InputError):
        idea_move(actor=agent, idea=second.ideas.order_by("pk")[0], project=second)


@pytest.mark.parametrize("state", [Proposal.State.DRAFT, Proposal.State.WITHDRAWN])
def test_only_a_public_idea_of_the_budget_is_studied(agent: User, author: Participant, state: str) -> None:
    one = idea(author, "Haies")
    Proposal.objects.filter(reference=one).update(state=state)
    with pytest.raises(InputError, match="inconnue"):
        idea_retain(actor=agent, process="climat", component="budget", proposal=one)


def test_a_feasible_study_needs_its_cost_its_owner_its_delay_its_criteria_and_the_authors_agreement(
    agent: User, author: Participant
) -> None:
    project = idea_retain(actor=agent, process="climat", component="budget", proposal=idea(author, "Haies"))
    with pytest.raises(InputError) as told:
        studies.study_conclude(actor=agent, project=project, finding="feasible", why="Oui.")
    for word in ("investissement", "délai", "propriétaire", "climat"):
        assert word in str(told.value)
    sheet = Sheet(
        title=Text("Haies", "Hedges"), summary=Text("a", "b"), owner="Région", months=6, changes="Moins longues."
    )
    studies.sheet_write(actor=agent, project=project, sheet=sheet)
    studies.costs_write(
        actor=agent, project=project,
        lines=[Cost("investment", "Plants", Decimal("12000.50")), Cost("running", "Taille", Decimal(800))],
    )  # fmt: skip
    studies.assess(actor=agent, project=project, verdicts={"climat": ("met", "")})
    with pytest.raises(InputError, match="accord"):
        studies.study_conclude(actor=agent, project=project, finding="feasible", why="Oui.")
    with pytest.raises(InputError, match="origine"):
        studies.changes_accept(author=account(), project=project)
    studies.changes_accept(author=author.user, project=project)
    with guard.acts(exempt=QUIET):
        studies.study_conclude(actor=agent, project=project, finding="feasible", why="Oui.")
    project.refresh_from_db()
    assert (project.cost, project.running, project.state) == (1_200_050, 80_000, "feasible")
    with pytest.raises(InputError):
        studies.costs_write(actor=agent, project=project, lines=[Cost("investment", "Plus", Decimal(1))])
    whats = list(project.notes.order_by("pk").values_list("what", flat=True))
    assert whats == ["idea", "changed", "costed", "agreed", "studied"]


@pytest.mark.parametrize(("cost", "word"), [("999", "coûte"), ("60000.01", "coûte")])
def test_a_project_stays_within_the_costs_of_the_rules(agent: User, author: Participant, cost: str, word: str) -> None:
    project = idea_retain(actor=agent, process="climat", component="budget", proposal=idea(author, "Haies"))
    studies.sheet_write(
        actor=agent, project=project,
        sheet=Sheet(title=Text("Haies", "Hedges"), summary=Text("", ""), owner="Région", months=6),
    )  # fmt: skip
    studies.costs_write(actor=agent, project=project, lines=[Cost("investment", "Tout", Decimal(cost))])
    studies.assess(actor=agent, project=project, verdicts={"climat": ("partly", "un peu")})
    with pytest.raises(InputError, match=word):
        studies.study_conclude(actor=agent, project=project, finding="feasible", why="Oui.")


@pytest.mark.parametrize("amount", ["0", "-1", "0.001", "NaN", "Infinity", "1e13"])
def test_a_cost_is_money(agent: User, author: Participant, amount: str) -> None:
    project = idea_retain(actor=agent, process="climat", component="budget", proposal=idea(author, "Haies"))
    with pytest.raises(InputError):
        studies.costs_write(actor=agent, project=project, lines=[Cost("investment", "Plants", Decimal(amount))])


def test_the_list_is_fixed_once_with_a_digest_anyone_finds_again(agent: User, studied: Callable[..., Project]) -> None:
    made = studied("Haies", 40_000)
    pending = idea_retain(
        actor=agent, process="climat", component="budget",
        proposal=idea(Participant.objects.get(), "Une idée de plus"),
    )  # fmt: skip
    with pytest.raises(InputError, match="étude"):
        list_freeze(actor=agent, process="climat", component="budget", synthetic=True)
    studies.study_conclude(actor=agent, project=pending, finding="infeasible", why="Non.")
    found = list_freeze(actor=agent, process="climat", component="budget", synthetic=True)
    assert digest_of(found.body) == found.digest
    assert [one["reference"] for one in found.body["projects"]] == [made.reference]  # type: ignore[attr-defined]
    assert poll_of(found).budget == Decimal(100_000)
    with pytest.raises(InputError):
        list_freeze(actor=agent, process="climat", component="budget", synthetic=True)
    made.refresh_from_db()
    assert made.state == Project.State.LISTED


def test_the_count_chooses_explains_and_compares(listed: tuple[ProjectList, list[Project]], clock: Any) -> None:
    found, (hedges, roofs, hives) = listed
    groups = [[hedges.reference, hives.reference]] * 40 + [[roofs.reference]] * 60
    count(found, clock, groups)
    outcomes = {one.project.reference: one for one in Outcome.objects.select_related("project").order_by("pk")}
    assert all(one.chosen for one in outcomes.values())
    assert outcomes[roofs.reference].votes == 60
    assert all(one.sentence_fr and one.sentence_en for one in outcomes.values())
    assert found.result is not None
    assert found.result["voters"] == 100
    assert kinds().count("budgeting.project_chosen.v1") == 3
    [fact] = [e.fact for e in journal.iterate(programme="essai") if e.fact.kind == "budgeting.vote_counted.v1"]
    assert (fact.quantity, fact.amount) == (Decimal(100), Decimal(100_000))
    assert Duty.objects.get(kind="budget-result").body == "conseil"


def test_equal_shares_leave_a_minority_its_project_where_greedy_would_not(
    agent: User, studied: Callable[..., Project], clock: Any
) -> None:
    big = [studied(f"Grand {n}", 50_000) for n in range(2)]
    small = studied("Petit", 20_000)
    found = list_freeze(actor=agent, process="climat", component="budget", synthetic=True)
    clock.move_to(dt.datetime(2026, 6, 5, 9, tzinfo=dt.UTC))
    count(found, clock, [[one.reference for one in big]] * 70 + [[small.reference]] * 30)
    chosen = {
        one.project.reference: (one.chosen, one.greedy)
        for one in Outcome.objects.select_related("project").order_by("pk")
    }
    assert chosen[small.reference] == (True, False)


def test_a_vote_without_a_voice_chooses_nothing(listed: tuple[ProjectList, list[Project]], clock: Any) -> None:
    found, _made = listed
    clock.move_to(COUNT)
    closing.poll_close(actor=None, poll=poll_of(found))
    assert not Outcome.objects.filter(chosen=True).exists()
    assert set(Project.objects.order_by("pk").values_list("state", flat=True)) == {"unchosen"}


def test_money_is_set_aside_then_awarded_paid_and_given_back(
    agent: User, envelope: Any, listed: tuple[ProjectList, list[Project]], clock: Any
) -> None:
    found, (hedges, roofs, _hives) = listed
    count(found, clock, [[hedges.reference]] * 60 + [[roofs.reference]] * 40)
    hedges.refresh_from_db()
    assert hedges.reserved
    assert Allocation.objects.get(case=hedges.reference).reserved == 4_000_000
    with pytest.raises(InputError, match="délibération"):
        money.money_award(actor=agent, found=found, decision="", on=dt.date(2026, 6, 16))
    with guard.acts(exempt=QUIET):
        money.money_award(actor=agent, found=found, decision="DAP 26.05", on=dt.date(2026, 6, 16))
    with pytest.raises(InputError, match="attend"):
        money.money_award(actor=agent, found=found, decision="DAP 26.05", on=dt.date(2026, 6, 16))
    clock.move_to(DELIVERY)
    pay: dict[str, Any] = {"actor": agent, "project": hedges, "on": dt.date(2026, 9, 1), "purpose": "Plants"}
    with guard.acts(exempt=QUIET):
        money.project_pay(key="M1", amount=Decimal(30_000), **pay)
    with pytest.raises(InputError, match="déjà"):
        money.project_pay(key="M1", amount=Decimal(1), **pay)
    with pytest.raises(InputError, match="reste"):
        money.project_pay(key="M2", amount=Decimal(10_001), **pay)
    assert Allocation.objects.get(case=hedges.reference).paid == 3_000_000
    delivery.steps_plan(
        actor=agent, project=hedges, steps=[delivery.Planned(Text("Planter", "Plant"), dt.date(2026, 8, 30))]
    )
    with pytest.raises(InputError, match="étapes"):
        delivery.project_deliver(actor=agent, project=hedges, on=dt.date(2026, 9, 1))
    with guard.acts(exempt=QUIET):
        delivery.step_done(
            actor=agent, project=hedges, rank=1, on=dt.date(2026, 9, 1),
            evidence=[("photo", "https://exemple.fr/haie.jpg", "La haie plantée")],
        )  # fmt: skip
    with guard.acts(exempt=QUIET):
        delivery.project_deliver(actor=agent, project=hedges, on=dt.date(2026, 9, 1))
    allocation = Allocation.objects.get(case=hedges.reference)
    assert (allocation.engaged, allocation.paid) == (0, 3_000_000)
    stages = [step.stage for step in chain.told(hedges.source) if step.done]
    assert list(dict.fromkeys(stages)) == ["promise", "vote", "money", "delivery"]


def test_a_step_is_put_off_with_a_reason_and_its_first_day_stays(
    agent: User, listed: tuple[ProjectList, list[Project]], clock: Any
) -> None:
    found, (hedges, *_rest) = listed
    count(found, clock, [[hedges.reference]] * 10)
    money_free(found, agent)
    clock.move_to(DELIVERY)
    steps = [delivery.Planned(Text("Planter", "Plant"), dt.date(2026, 8, 30))]
    delivery.steps_plan(actor=agent, project=hedges, steps=steps)
    with pytest.raises(InputError, match="après"):
        delivery.step_delay(actor=agent, project=hedges, rank=1, until=dt.date(2026, 8, 1), why="Plus tôt")
    with pytest.raises(InputError, match="retard"):
        delivery.step_delay(actor=agent, project=hedges, rank=1, until=dt.date(2026, 12, 1), why="")
    delivery.step_delay(actor=agent, project=hedges, rank=1, until=dt.date(2026, 12, 1), why="Sécheresse")
    step = hedges.steps.get()
    assert (step.first_due, step.due_on, step.late_days) == (dt.date(2026, 8, 30), dt.date(2026, 12, 1), 93)
    delivery.project_abandon(actor=agent, project=hedges, why="Le terrain n'est plus libre.")
    hedges.refresh_from_db()
    assert (hedges.state, hedges.awarded) == ("abandoned", 0)


def money_free(found: ProjectList, agent: User) -> None:
    """Award without the envelope: as a budget that names none."""
    Project.objects.filter(outcome__list=found, state="chosen").update(state="funded", awarded=4_000_000)


@pytest.mark.parametrize("url", ["javascript:alert(1)", "ftp://exemple.fr/a", "pas une adresse", ""])
def test_evidence_is_the_address_of_a_page(
    agent: User, listed: tuple[ProjectList, list[Project]], clock: Any, url: str
) -> None:
    found, (hedges, *_rest) = listed
    count(found, clock, [[hedges.reference]] * 10)
    money_free(found, agent)
    with pytest.raises(InputError):
        delivery.evidence_add(actor=agent, project=hedges, rank=None, evidence=[("link", url, "vu")])


def test_each_lycee_votes_by_itself_and_counts_once(
    agent: User, author: Participant, studied: Callable[..., Project], clock: Any
) -> None:
    a, b = (
        studied("Bancs", 6_000, process="lycees", part="lycee-a"),
        studied("Vélos", 9_000, process="lycees", part="lycee-b"),
    )
    lists = [
        list_freeze(actor=agent, process="lycees", component="budget", part=part, synthetic=True)
        for part in ("lycee-a", "lycee-b")
    ]
    assert poll_of(lists[0]).roll_id != poll_of(lists[1]).roll_id
    clock.move_to(dt.datetime(2026, 6, 5, 9, tzinfo=dt.UTC))
    bulk.fill(poll_of(lists[0]), [{"approved": [a.reference]}] * 30, channel="code")
    bulk.fill(poll_of(lists[1]), [{"approved": [b.reference]}] * 20, channel="code", seed="b")
    clock.move_to(COUNT)
    for one in lists:
        closing.poll_close(actor=None, poll=poll_of(one))
    found = [e.fact for e in journal.iterate(programme="essai") if e.fact.kind == "budgeting.lycee_voted.v1"]
    assert {one.subject for one in found} == {"lycee-a", "lycee-b"}
    with pytest.raises(InputError, match="part"):
        list_freeze(actor=agent, process="lycees", component="budget", part="lycee-z", synthetic=True)


@pytest.mark.parametrize("role", ["", "elected", "auditor", "administrator"])
def test_only_agents_study_and_deliver(programme: Any, author: Participant, role: str) -> None:
    someone = account(*([role] if role else []))
    one = idea(author, "Haies")
    with pytest.raises(PermissionDenied):
        idea_retain(actor=someone, process="climat", component="budget", proposal=one)
    with pytest.raises(PermissionDenied):
        list_freeze(actor=someone, process="climat", component="budget")
    assert not Note.objects.exists()
