"""Opinions, points, recusals, posts and rankings: confidential, exact, and for those who have no tie."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import ProtectedError
from hypothesis import given
from hypothesis import strategies as st

from mandat.apps.accounts.models import User
from mandat.apps.grants import access
from mandat.apps.grants.machine import State
from mandat.apps.grants.models import Case, Opinion, Post, Recusal, Score
from mandat.apps.grants.ranking import ranking
from mandat.apps.grants.schema.deciding import Scoring
from mandat.apps.grants.services import instructing, opinions, posts, recusals, scoring
from mandat.apps.grants.services.moving import terms_of, today
from mandat.apps.organisations.models import Member
from mandat.journal import guard
from mandat.kernel.errors import InputError
from tests.apps.grants.desk import world

pytestmark = pytest.mark.usefixtures("programme")
SOON = dt.timedelta(days=10)


def again(case: Case) -> Case:
    return Case.objects.get(pk=case.pk)


def asked(scheme: str = "avis", experts: int = 2) -> tuple[Case, User, list[User]]:
    agent = world.posted("agathe", "instruct")
    people = [world.posted(f"expert{n}", "expert", scheme, "member") for n in range(experts)]
    case = world.case(scheme, state=State.COMPLETE, assigned_to=agent)
    for one in people:
        opinions.opinion_ask(actor=agent, case=case, expert=one, due_on=today() + SOON)
    return again(case), agent, people


def test_enough_opinions_send_the_case_back_to_examination() -> None:
    case, _agent, (first, second) = asked()
    assert case.state == State.OPINIONS
    with guard.acts():
        opinions.opinion_give(actor=first, case=case, verdict="for", text="Solide.")
    assert again(case).state == State.OPINIONS
    opinions.opinion_give(actor=second, case=case, verdict="against", text="Fragile.")
    assert again(case).state == State.COMPLETE
    last = case.moves.order_by("pk").last()
    assert last is not None
    assert (last.name, last.actor) == ("consulted", None)


def test_an_opinion_is_read_by_the_service_and_by_another_expert_only_after_their_own() -> None:
    case, agent, (first, second) = asked()
    opinions.opinion_give(actor=first, case=case, verdict="for", text="Solide.")

    def read_by(user: User) -> set[int]:
        return set(opinions.readable(user, case, access.standing(user, case)).values_list("expert", flat=True))

    assert read_by(agent) == {first.pk, second.pk}
    assert read_by(second) == {second.pk}
    assert read_by(case.opened_by) == set()
    opinions.opinion_give(actor=second, case=case, verdict="for", text="Bien.")
    assert read_by(second) == {first.pk, second.pk}


@pytest.mark.parametrize(
    ("give", "said"),
    [
        ({"verdict": "perhaps", "text": "x"}, "choisissez"),
        ({"verdict": "for", "text": " "}, "motivez"),
        ({"verdict": "for", "text": "x" * 20_001}, "trop long"),
    ],
)
def test_an_opinion_that_says_nothing_is_refused(give: dict[str, str], said: str) -> None:
    case, _agent, (first, _second) = asked()
    with pytest.raises(InputError, match=said):
        opinions.opinion_give(actor=first, case=case, **give)


def test_an_opinion_is_given_once_and_only_while_the_case_is_examined() -> None:
    case, agent, (first, second) = asked()
    opinions.opinion_give(actor=first, case=case, verdict="for", text="Solide.")
    with pytest.raises(InputError, match="déjà donné"):
        opinions.opinion_give(actor=first, case=case, verdict="against", text="En fait non.")
    opinions.opinions_close(actor=agent, case=again(case), reason="Le second ne répond pas.")
    opinions.opinion_give(actor=second, case=again(case), verdict="for", text="Tard mais utile.")
    instructing.case_propose(actor=agent, case=case, amount=Decimal(5000), motive="")
    third = world.posted("tiers", "expert", "avis", "member")
    with pytest.raises(InputError, match="pas à l'examen"):
        opinions.opinion_ask(actor=agent, case=case, expert=third, due_on=today())


def test_only_an_expert_of_the_scheme_without_a_tie_is_asked() -> None:
    agent = world.posted("agathe", "instruct")
    case = world.case("avis", state=State.COMPLETE)
    assert case.applicant is not None
    tied = world.posted("liee", "expert", "avis", "member")
    Member.objects.create(organisation=case.applicant, user=tied, rank="reader")
    for someone in (world.account("quidam"), world.posted("ailleurs", "expert", "jury", "member"), tied, agent):
        with pytest.raises(InputError):
            opinions.opinion_ask(actor=agent, case=case, expert=someone, due_on=today())
    expert = world.posted("edith", "expert", "avis", "member")
    for day in (today() - dt.timedelta(days=1), today() + dt.timedelta(days=400)):
        with pytest.raises(InputError, match="six mois"):
            opinions.opinion_ask(actor=agent, case=case, expert=expert, due_on=day)
    opinions.opinion_ask(actor=agent, case=case, expert=expert, due_on=today())
    with pytest.raises(InputError, match="déjà demandé"):
        opinions.opinion_ask(actor=agent, case=case, expert=expert, due_on=today())


def test_an_expert_is_reminded_once_a_day_at_most() -> None:
    case, agent, (first, _second) = asked()
    opinion = Opinion.objects.get(expert=first)
    assert opinions.opinion_remind(actor=agent, opinion=opinion)
    assert not opinions.opinion_remind(actor=agent, opinion=opinion)
    with pytest.raises(PermissionDenied):
        opinions.opinion_remind(actor=case.opened_by, opinion=opinion)


def test_a_recusal_is_for_good_frees_the_case_and_awaits_no_opinion_any_more() -> None:
    case, agent, (first, second) = asked(experts=2)
    opinions.opinion_give(actor=second, case=case, verdict="for", text="Bien.")
    with pytest.raises(InputError, match="dites pourquoi"):
        recusals.recuse(actor=first, case=case, reason=" ")
    with guard.acts():
        recusals.recuse(actor=first, case=case, reason="Mon frère préside l'association.")
    # The scheme wants two opinions, only one is asked for now: nothing more is awaited.
    assert again(case).state == State.COMPLETE
    assert not Opinion.objects.filter(expert=first).exists()
    recusals.recuse(actor=agent, case=case, reason="Je connais la trésorière.")
    assert again(case).assigned_to is None
    for someone in (first, agent):
        with pytest.raises(PermissionDenied):
            recusals.recuse(actor=someone, case=case, reason="Encore.")
    with pytest.raises(PermissionDenied):
        instructing.case_propose(actor=agent, case=case, amount=None, motive="Non.")
    with pytest.raises(Exception, match=r"(?i)append|never|refus|chang|delete"), transaction.atomic():
        Recusal.objects.filter(case=case).delete()


def test_points_are_whole_numbers_of_every_criterion_within_its_scale() -> None:
    case, _agent, (first, _second) = asked("concours")
    for wrong in ({}, {"interet": 5}, {"interet": 11, "ancrage": 0}, {"interet": -1, "ancrage": 0}, {"interet": True, "ancrage": 1},
                  {"interet": 5, "ancrage": 1, "autre": 3}):  # fmt: skip
        with pytest.raises(InputError):
            scoring.score_give(actor=first, case=case, points=wrong)
    with guard.acts():
        scoring.score_give(actor=first, case=case, points={"interet": 7, "ancrage": 2}, comment="Bien.")
    assert again(case).points == Decimal("64.00")  # (7 × 2 + 2) of 25
    scoring.score_give(actor=first, case=case, points={"interet": 8, "ancrage": 2})
    assert Score.objects.count() == 1
    assert again(case).points == Decimal("72.00")


def test_under_the_threshold_a_case_can_only_be_proposed_for_refusal() -> None:
    case, agent, (first, second) = asked("concours")
    scoring.score_give(actor=first, case=case, points={"interet": 6, "ancrage": 0})
    with pytest.raises(InputError, match="notation"):
        instructing.ready_for_yes(again(case), terms_of(case).document)
    scoring.score_give(actor=second, case=case, points={"interet": 6, "ancrage": 0})
    opinions.opinions_close(actor=agent, case=again(case), reason="Les points suffisent.")
    with pytest.raises(InputError, match="seuil de 50"):
        instructing.case_propose(actor=agent, case=again(case), amount=Decimal(5000), motive="Pourtant.")
    instructing.case_propose(actor=agent, case=again(case), amount=None, motive="Sous le seuil.")
    assert again(case).favourable is False


@given(
    grid=st.lists(st.tuples(st.integers(1, 30), st.integers(1, 9)), min_size=1, max_size=6),
    seeds=st.lists(st.integers(0, 10**6), min_size=1, max_size=4),
)
def test_points_are_exact_and_rounded_half_to_even_once(grid: list[tuple[int, int]], seeds: list[int]) -> None:
    document = Scoring.model_validate(
        {"criteria": [{"code": f"c{n}", "label": {"fr": "Critère", "en": "Criterion"}, "most": most, "weight": weight} for n, (most, weight) in enumerate(grid)]}
    )  # fmt: skip
    scores = [{f"c{n}": (seed + n) % (most + 1) for n, (most, _weight) in enumerate(grid)} for seed in seeds]
    found = scoring.mean(document, scores)
    assert found is not None
    assert 0 <= found <= 100
    by_hand = sum(
        Fraction(100 * sum(score[f"c{n}"] * weight for n, (_most, weight) in enumerate(grid)), sum(m * w for m, w in grid))
        for score in scores
    ) / len(scores)  # fmt: skip
    assert found == by_hand
    assert abs(Fraction(scoring.rounded(found)) - found) <= Fraction(1, 200)
    assert -scoring.rounded(found).as_tuple().exponent == 2  # type: ignore[operator]


def test_half_a_hundredth_goes_to_the_even_side() -> None:
    assert scoring.rounded(Fraction(12345, 1000)) == Decimal("12.34")
    assert scoring.rounded(Fraction(12355, 1000)) == Decimal("12.36")
    assert scoring.rounded(Fraction(200, 3)) == Decimal("66.67")


def test_equal_points_share_a_rank_and_fit_in_the_envelope_together_or_not_at_all() -> None:
    scheme = terms_of(world.case("jury", state=State.COMPLETE)).document
    cases = [world.case("jury", state=State.COMPLETE, computed=400_000) for _ in range(5)]
    scorer = world.posted("paul", "instruct", "jury")
    for case, (interest, roots) in zip(cases, [(10, 5), (7, 3), (7, 3), (2, 0), (9, 0)], strict=True):
        scoring.score_give(actor=scorer, case=case, points={"interet": interest, "ancrage": roots})
    call = scheme.calls[0].model_copy(update={"envelope": Decimal(12_000)})
    unscored = world.case("jury", state=State.COMPLETE)
    placed = ranking([*cases, unscored], scheme, call)
    assert [one.rank for one in placed] == [1, 2, 3, 3, 5, None]
    assert [one.tied for one in placed] == [False, False, True, True, False, False]
    # 4 000 and 4 000 leave 4 000 €: the tie of two asks for 8 000, and neither is preferred.
    assert [one.fits for one in placed] == [True, True, False, False, False, None]
    assert [one.below for one in placed] == [False, False, False, False, True, False]
    assert placed[0].case == cases[0]


def test_posts_follow_roles_and_days() -> None:
    admin, agent = world.account("alice", "administrator"), world.account("agathe", "agent")
    citizen = world.account("citoyen")
    with pytest.raises(PermissionDenied):
        posts.post_give(actor=agent, user=agent, duty="instruct")
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"user": citizen, "duty": "instruct"}, "rôle"),
        ({"user": agent, "duty": "danse"}, "inconnue"),
        ({"user": agent, "duty": "instruct", "scheme": "rien"}, "inconnu"),
        ({"user": agent, "duty": "instruct", "until": dt.date(2020, 1, 1)}, "fin précède"),
    ]
    for values, said in wrong:
        with pytest.raises(InputError, match=said):
            posts.post_give(actor=admin, **values)
    case = world.case()
    assert not access.may(agent, case, "examine")
    post = posts.post_give(actor=admin, user=agent, duty="instruct", scheme="aide-directe")
    assert access.may(agent, case, "examine")
    assert posts.post_give(actor=admin, user=agent, duty="instruct", scheme="aide-directe") == post
    assert Post.objects.count() == 1
    posts.post_end(actor=admin, post=post)
    assert not access.may(agent, case, "examine")
    assert posts.post_give(actor=admin, user=agent, duty="instruct", scheme="aide-directe").until is None
    assert access.may(agent, case, "examine")
    posts.post_give(actor=admin, user=citizen, duty="expert", scheme="avis")


def test_a_committee_has_one_president_at_a_time() -> None:
    admin, first, second = world.account("alice", "administrator"), world.account("a"), world.account("b")
    with pytest.raises(InputError, match="comité"):
        posts.seat_give(actor=admin, user=first, body="personne")
    seat = posts.seat_give(actor=admin, user=first, body="conseil", president=True)
    with pytest.raises(InputError, match="présidence"):
        posts.seat_give(actor=admin, user=second, body="conseil", president=True)
    posts.seat_end(actor=admin, seat=seat)
    assert posts.seat_give(actor=admin, user=second, body="conseil", president=True).president


def test_a_case_with_opinions_is_not_deleted_under_them() -> None:
    case, _agent, _experts = asked()
    with pytest.raises(ProtectedError):
        case.delete()
