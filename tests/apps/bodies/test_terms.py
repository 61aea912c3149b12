"""Who sits: seats, presidencies, interests; a body created, installed, ended."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.core.exceptions import PermissionDenied

from mandat import journal
from mandat.apps.accounts.models import User
from mandat.apps.bodies.models import Interest, Term
from mandat.apps.bodies.selectors import composition, declared, members, sits
from mandat.apps.bodies.services import life, terms
from mandat.journal import guard
from mandat.kernel.errors import InputError

DAY = dt.date(2026, 3, 2)


def test_a_term_lasts_what_the_definition_says_and_is_told_in_numbers(admin: User, person: Callable[..., User]) -> None:
    user = person("member")
    with guard.acts():
        term = terms.term_give(actor=admin, body="comite", name="Membre", college="usagers", user=user, gender="women")
    assert (term.seat, term.since, term.until) == (1, DAY, dt.date(2028, 3, 1))
    assert sits(user, "comite", on=DAY)
    assert not sits(user, "comite", on=dt.date(2028, 3, 2))
    [fact] = [entry.fact for entry in journal.page(kind="bodies.composition_changed.v1").entries]
    assert fact.data["members"] == 1
    assert fact.data["women"] == 1
    assert "Membre" not in str(fact)


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"college": "inconnu"}, "collège inconnu"),
        ({"college": "usagers", "seat": 9}, "pris ou n"),
        ({"college": "usagers", "name": " "}, "nom : à remplir"),
        ({"college": "usagers", "siren": "12"}, "SIREN"),
        ({"college": "usagers", "until": dt.date(2020, 1, 1)}, "la fin précède"),
    ],
)
def test_terms_that_are_refused(admin: User, said: dict[str, object], why: str) -> None:
    with pytest.raises(InputError, match=why):
        terms.term_give(actor=admin, body="comite", **{"name": "Membre", **said})  # type: ignore[arg-type]
    assert not Term.objects.exists()


def test_a_college_has_no_more_members_than_seats_and_a_body_one_presidency(admin: User) -> None:
    for n in range(2):
        terms.term_give(actor=admin, body="comite", name=f"Membre {n}", college="elus", president=n == 0)
    with pytest.raises(InputError, match="tous les sièges sont pris"):
        terms.term_give(actor=admin, body="comite", name="Membre 3", college="elus")
    with pytest.raises(InputError, match="déjà une présidence"):
        terms.term_give(actor=admin, body="comite", name="Membre 3", college="usagers", president=True)


def test_a_seat_that_ends_is_given_again_and_the_past_stays(admin: User) -> None:
    first = terms.term_give(
        actor=admin, body="comite", name="Première", college="experts", since=DAY - dt.timedelta(days=60)
    )
    with guard.acts():
        terms.term_end(actor=admin, term=first)
    second = terms.term_give(actor=admin, body="comite", name="Seconde", college="experts")
    assert [one.name for one in members("comite", on=DAY)] == ["Seconde"]
    assert [one.name for one in members("comite", on=DAY - dt.timedelta(days=1))] == ["Première"]
    assert second.seat == 1
    first.refresh_from_db()
    assert first.why_ended == Term.Why.RESIGNED


def test_only_an_administrator_names_members(agent: User) -> None:
    with pytest.raises(PermissionDenied):
        terms.term_give(actor=agent, body="comite", name="Membre", college="usagers")


def test_a_person_holds_one_seat_of_a_body(admin: User, person: Callable[..., User]) -> None:
    user = person("member")
    terms.term_give(actor=admin, body="comite", name="Membre", college="usagers", user=user)
    with pytest.raises(InputError, match="siège déjà"):
        terms.term_give(actor=admin, body="comite", name="Membre", college="elus", user=user)


def test_composition_counts_only_those_who_say_their_gender(seated: list[Term]) -> None:
    told = composition(seated, 6)
    assert (told.members, told.women, told.men, told.said, told.vacant, told.women_percent) == (6, 3, 2, 5, 0, 60)


def test_interests_are_declared_by_the_member_or_the_secretariat_and_nobody_else(
    seated: list[Term], agent: User, person: Callable[..., User]
) -> None:
    first, second = seated[0], seated[1]
    assert first.user is not None
    assert second.user is not None
    with guard.acts():
        made = terms.interest_declare(
            actor=first.user, term=first, nature="director", organisation="Association d'essai"
        )
        terms.interest_declare(actor=agent, term=second, nature="none")
    assert declared(seated, on=DAY)[first.pk] == [made]
    with pytest.raises(PermissionDenied):
        terms.interest_declare(actor=second.user, term=first, nature="job", organisation="Ailleurs")
    with pytest.raises(InputError, match="organisation"):
        terms.interest_declare(actor=first.user, term=first, nature="job")
    with pytest.raises(InputError, match="mettez-y fin"):
        terms.interest_declare(actor=first.user, term=first, nature="none")
    last = journal.page(kind="bodies.interests_declared.v1").entries[0].fact
    assert last.data["declared"] == 2
    terms.interest_end(actor=first.user, interest=made)
    assert Interest.objects.get(pk=made.pk).until == DAY


def test_a_body_is_created_once_and_its_decision_reaches_the_milestone(agent: User) -> None:
    with guard.acts():
        life.body_create(
            actor=agent, body="comite", on=DAY, form="deliberation", reference="DAP 26.01", url="https://example.org/d"
        )
    kinds = {entry.fact.kind: entry.fact for entry in journal.page().entries}
    assert kinds["programme.milestone_reached.v1"].data["milestone"] == "convention"
    assert kinds["bodies.created.v1"].commitments == ("1.1",)
    with pytest.raises(InputError, match="déjà créée"):
        life.body_create(actor=agent, body="comite", on=DAY, form="deliberation", reference="DAP 26.02")


def test_a_body_is_installed_once_every_college_has_a_member(agent: User, admin: User) -> None:
    terms.term_give(actor=admin, body="comite", name="Membre", college="usagers")
    with pytest.raises(InputError, match="collège sans membre : Membres élus"):
        life.body_install(actor=agent, body="comite")
    terms.term_give(actor=admin, body="comite", name="Membre", college="elus")
    terms.term_give(actor=admin, body="comite", name="Membre", college="experts")
    with guard.acts():
        life.body_install(actor=agent, body="comite")
    [entry] = journal.page(kind="bodies.installed.v1").entries
    assert (entry.fact.quantity, entry.fact.unit, entry.fact.data["colleges"]) == (1, "body", 3)


def test_the_end_of_a_body_ends_its_terms(admin: User, seated: list[Term]) -> None:
    with guard.acts():
        life.body_end(actor=admin, body="comite", on=DAY, reference="DAP 26.09")
    assert members("comite", on=DAY + dt.timedelta(days=1)) == []
    assert set(Term.objects.order_by("pk").values_list("why_ended", flat=True)) == {"body"}
    with pytest.raises(InputError, match="n'existe plus"):
        terms.term_give(actor=admin, body="comite", name="Membre", college="usagers")
