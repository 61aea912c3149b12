"""A text written together: amended, voted, closed, settled."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from mandat import journal
from mandat.apps.accounts.models import User
from mandat.apps.consultations.held import Held
from mandat.apps.consultations.models import Amendment, ArticleVersion, Consultation
from mandat.apps.consultations.services.adopting import conflict_settle, is_adopted, text_close
from mandat.apps.consultations.services.day import day_pass
from mandat.apps.consultations.services.drafting import amendment_propose, amendment_vote, amendment_withdraw
from mandat.apps.participation.schema.contributions import Drafting
from mandat.apps.participation.standing import NotEntitled
from mandat.kernel.errors import InputError
from mandat.kernel.periods import PARIS

pytestmark = pytest.mark.django_db
CLOSING = dt.datetime(2026, 12, 16, 0, 0, tzinfo=PARIS)


def change(held: Held[Drafting], user: User, body: str, *, article: str = "duree", **given: Any) -> Amendment:
    values: dict[str, Any] = {"kind": "change", "article": article, "body": body, "reason": f"Parce que {body[-12:]}"}
    return amendment_propose(actor=user, held=held, **(values | given))


def decided(held: Held[Drafting], amendment: Amendment, users: list[User], choices: str) -> None:
    for user, letter in zip(users, choices, strict=True):
        amendment_vote(
            actor=user, held=held, amendment=amendment, choice={"+": "for", "-": "against", "0": "abstain"}[letter]
        )


@pytest.fixture
def closed(charter: Held[Drafting], monday_of_november: Any) -> Callable[[], Consultation]:
    """Come back when it is over, and close it."""

    def run() -> Consultation:
        monday_of_november.move_to(CLOSING)
        row = text_close(held=charter)
        assert row is not None
        return row

    return run


def told(kind: str) -> list[Any]:
    return [entry.fact for entry in journal.iterate() if entry.fact.kind == kind]


def test_the_first_act_opens_the_text_with_its_articles_and_a_fact(
    charter: Held[Drafting], joined: Callable[..., User]
) -> None:
    made = change(charter, joined(name="Ada"), "La charte dure cinq ans. Elle est relue chaque année.")
    assert made.signed == "Ada"
    assert [one.code for one in ArticleVersion.objects.order_by("position")] == ["objet", "duree"]
    [opened] = told("consultations.opened.v1")
    assert opened.data["component"] == "charte"
    assert opened.measures == (1,)


def test_someone_who_has_not_joined_is_told_what_to_do(charter: Held[Drafting], person: Callable[..., User]) -> None:
    with pytest.raises(NotEntitled) as error:
        change(charter, person(), "Autre texte.")
    assert error.value.reason.url.endswith("/ensemble/prendre-part/") or error.value.reason.url


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"body": "La charte dure trois ans. Elle est relue chaque année."}, "rien changé"),
        ({"body": "x" * 10_001}, "trop long"),
        ({"reason": " \u200b "}, "motif"),
        ({"article": "inconnu"}, "n'existe pas"),
        ({"base": 3}, "relisez"),
    ],
)
def test_amendments_that_say_nothing_or_too_much_are_refused(
    charter: Held[Drafting], joined: Callable[..., User], given: dict[str, Any], said: str
) -> None:
    values = {"body": "La charte dure cinq ans.", "reason": "Pour durer."} | given
    with pytest.raises(InputError, match=said):
        amendment_propose(actor=joined(), held=charter, kind="change", **({"article": "duree"} | values))
    assert not Amendment.objects.exists()


def test_a_vote_is_counted_once_and_may_change(charter: Held[Drafting], joined: Callable[..., User]) -> None:
    author, voter = joined(), joined()
    made = change(charter, author, "La charte dure cinq ans.")
    for choice in ("for", "for", "against", "abstain", "for"):
        amendment_vote(actor=voter, held=charter, amendment=made, choice=choice)
    made.refresh_from_db()
    assert (made.votes_for, made.votes_against, made.abstentions) == (1, 0, 0)


def test_nothing_is_taken_a_second_after_closing(
    charter: Held[Drafting], joined: Callable[..., User], monday_of_november: Any
) -> None:
    user = joined()
    noon = dt.datetime(2026, 11, 30, 12, 0, tzinfo=PARIS)
    monday_of_november.move_to(noon - dt.timedelta(seconds=1))
    made = change(charter, user, "La charte dure cinq ans.")
    with pytest.raises(InputError, match="clos"):
        change(charter, user, "La charte dure six ans.", at=CLOSING)
    with pytest.raises(InputError, match=r"clos|moment"):
        change(charter, user, "La charte dure six ans.", at=noon)
    amendment_vote(actor=user, held=charter, amendment=made, choice="for", at=CLOSING - dt.timedelta(seconds=1))
    with pytest.raises(InputError, match="clos"):
        amendment_vote(actor=user, held=charter, amendment=made, choice="against", at=CLOSING)


@pytest.mark.parametrize(
    ("votes", "adopted"),
    [
        ((2, 0, 0), True),
        ((1, 0, 0), False),
        ((1, 0, 1), True),
        ((3, 2, 0), True),
        ((1, 1, 5), False),
        ((4, 3, 0), False),
    ],
)
def test_the_rule_of_adoption_is_applied_to_the_letter(votes: tuple[int, int, int], adopted: bool) -> None:
    yes, no, rest = votes
    amendment = Amendment(votes_for=yes, votes_against=no, abstentions=rest)
    assert is_adopted(amendment, quorum=2, adopted_at=Decimal(60)) is adopted


def test_at_fifty_percent_a_tie_adopts_nothing() -> None:
    assert not is_adopted(Amendment(votes_for=3, votes_against=3), quorum=1, adopted_at=Decimal(50))


def test_closing_makes_the_text_with_the_origin_of_each_change(
    charter: Held[Drafting], joined: Callable[..., User], closed: Callable[[], Consultation]
) -> None:
    users = [joined() for _ in range(3)]
    kept = change(charter, users[0], "La charte dure cinq ans. Elle est relue chaque année.")
    other = change(charter, users[1], "La charte dure trois ans. Elle est relue tous les six mois.")
    lost = change(charter, users[2], "Rien.", article="objet")
    added = amendment_propose(
        actor=users[0],
        held=charter,
        kind="add",
        article="duree",
        title="Suivi",
        body="Un comité suit.",
        reason="Suivre.",
    )
    for one, votes in ((kept, "++-"), (other, "+++"), (lost, "--+"), (added, "++0")):
        decided(charter, one, users, votes)
    assert text_close(held=charter, at=CLOSING - dt.timedelta(seconds=1)) is None
    row = closed()
    assert row.closed_at == CLOSING
    assert text_close(held=charter) is None
    now = {one.title: one for one in row.articles.filter(current=True)}
    assert now["Durée"].body == "La charte dure cinq ans. Elle est relue tous les six mois."
    assert now["Durée"].number == 2
    origins = {origin for _kind, _text, origins in now["Durée"].pieces for origin in origins}
    assert origins == {kept.reference, other.reference}
    assert now["Objet"].number == 1
    assert [one.title for one in row.articles.filter(current=True)] == ["Objet", "Durée", "Suivi"]
    [fact] = told("consultations.text_adopted.v1")
    assert fact.quantity == 3
    assert (fact.data["proposed"], fact.data["rejected"]) == (4, 1)
    assert not any("cinq" in str(fact.data) for fact in told("consultations.text_adopted.v1"))


def test_amendments_that_touch_the_same_words_wait_for_an_agent(
    charter: Held[Drafting], joined: Callable[..., User], closed: Callable[[], Consultation], agent: User
) -> None:
    users = [joined() for _ in range(2)]
    five = change(charter, users[0], "La charte dure cinq ans. Elle est relue chaque année.")
    six = change(charter, users[1], "La charte dure six ans. Elle est relue chaque année.")
    for one in (five, six):
        decided(charter, one, users, "++")
    row = closed()
    assert {one.outcome for one in row.amendments.all()} == {"conflict"}
    assert not told("consultations.text_adopted.v1")
    references = [five.reference, six.reference]
    with pytest.raises(PermissionDenied):
        conflict_settle(actor=users[0], held=charter, references=references, kept=[six.reference], reason="Parce que.")
    with pytest.raises(InputError, match="mêmes mots"):
        conflict_settle(actor=agent, held=charter, references=references, kept=references, reason="Les deux.")
    with pytest.raises(InputError, match="motif"):
        conflict_settle(actor=agent, held=charter, references=references, kept=[six.reference], reason=" ")
    conflict_settle(actor=agent, held=charter, references=references, kept=[six.reference], reason="La loi dit six.")
    five.refresh_from_db()
    assert five.outcome == "set-aside"
    assert row.articles.get(code="duree", current=True).body.startswith("La charte dure six ans.")
    assert told("consultations.conflict_settled.v1")[0].data["kept"] == (six.reference,) or told(
        "consultations.conflict_settled.v1"
    )[0].data["kept"] == [six.reference]
    with pytest.raises(InputError, match="plus en conflit"):
        conflict_settle(actor=agent, held=charter, references=references, kept=[], reason="Encore.")


def test_an_adopted_deletion_meets_every_change_of_the_article(
    charter: Held[Drafting], joined: Callable[..., User], closed: Callable[[], Consultation]
) -> None:
    users = [joined() for _ in range(2)]
    gone = amendment_propose(actor=users[0], held=charter, kind="delete", article="duree", reason="Inutile ici.")
    six = change(charter, users[1], "La charte dure six ans. Elle est relue chaque année.")
    for one in (gone, six):
        decided(charter, one, users, "++")
    row = closed()
    assert row.amendments.filter(outcome="conflict").count() == 2


def test_a_withdrawn_amendment_is_neither_voted_nor_adopted(
    charter: Held[Drafting], joined: Callable[..., User], closed: Callable[[], Consultation]
) -> None:
    users = [joined() for _ in range(2)]
    made = change(charter, users[0], "La charte dure cinq ans.")
    decided(charter, made, users, "++")
    with pytest.raises(InputError):
        amendment_withdraw(actor=users[1], amendment=made)
    amendment_withdraw(actor=users[0], amendment=made)
    with pytest.raises(InputError, match="ne se vote plus"):
        amendment_vote(actor=users[1], held=charter, amendment=made, choice="against")
    row = closed()
    assert row.articles.get(code="duree", current=True).number == 1


def test_a_text_with_links_waits_for_a_person_and_moderation_shows_it(
    charter: Held[Drafting], joined: Callable[..., User]
) -> None:
    from mandat.apps.community.moderation import contents

    made = change(
        charter,
        joined(),
        "Voyez https://exemple.org et https://b.example.org https://c.example.org https://d.example.org ici.",
    )
    assert made.shown == "waiting" or made.shown == "hidden"
    content = contents.require_content("consultation-amendment", made.reference)
    assert "exemple.org" in content.text
    content.show()
    made.refresh_from_db()
    assert made.shown == "shown"


def test_the_day_counts_people_in_five_or_more_and_closes_once(
    charter: Held[Drafting], joined: Callable[..., User], monday_of_november: Any
) -> None:
    users = [joined() for _ in range(6)]
    made = change(charter, users[0], "La charte dure cinq ans.")
    decided(charter, made, users, "+++++-")
    day_pass()
    day_pass()
    counted = [fact for fact in told("consultations.counted.v1") if fact.data["component"] == "charte"]
    assert [fact.quantity for fact in counted] == [6]
    monday_of_november.move_to(CLOSING)
    day_pass()
    day_pass()
    assert len([fact for fact in told("consultations.closed.v1") if fact.data["component"] == "charte"]) == 1
    assert Consultation.objects.get(component="charte").people == 6
