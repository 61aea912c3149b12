"""Organisations are entered once, never without owner, and add up to single undertakings."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from mandat.apps.accounts.models import Role, User
from mandat.apps.custody import personal
from mandat.apps.custody.services import personal_erase, retention_run
from mandat.apps.organisations import limits, selectors, services
from mandat.apps.organisations.models import Control, Invitation, JoinRequest, Member, Organisation, Rank, State
from mandat.apps.organisations.registers import fake, register
from mandat.journal import guard
from mandat.kernel.errors import InputError
from tests.apps.organisations.conftest import SIRET, written

pytestmark = pytest.mark.django_db
People = Callable[..., User]
TODAY = dt.date(2026, 1, 15)


def simple(actor: User, name: str, **more: str) -> Organisation:
    return services.organisation_create(actor=actor, values={"name": name}, **more)


# -- entering


def test_what_the_register_says_is_not_declared(rives: Organisation, ada: User) -> None:
    assert rives.declared == []
    assert (rives.siret, rives.rna, rives.state, rives.commune) == (SIRET, "W451000001", State.ACTIVE, "45234")
    assert rives.read_at is not None
    assert rives.number == "000 000 018 00010"
    assert Organisation.objects.get(pk=rives.pk).email == "contact@example.org"
    assert selectors.rank_of(ada, rives) == Rank.OWNER


def test_what_is_changed_by_hand_is_declared_field_by_field(ada: User) -> None:
    entry = register().by_siret(SIRET).entry
    values = written() | {"name": "Les Rives", "short_name": ""}
    made = services.organisation_create(actor=ada, siret=SIRET, values=values, entry=entry)
    assert made.declared == ["name"]


def test_without_a_register_all_is_declared(ada: User) -> None:
    made = services.organisation_create(actor=ada, values={"name": "Collectif", "postcode": "45000"})
    assert made.declared == ["name", "postcode"]
    assert (made.number, made.state) == ("", State.UNKNOWN)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({}, "nom"),
        ({"name": "  "}, "nom"),
        ({"name": "x" * 201}, "trop long"),
        ({"name": "x", "naf": "abc"}, "activité"),
        ({"name": "x", "legal_category": "abcd"}, "forme"),
        ({"name": "x", "headcount": "99"}, "effectif"),
        ({"name": "x", "postcode": "4500"}, "postal"),
        ({"name": "x", "commune": "Orlé"}, "commune"),
    ],
)
def test_impossible_values_are_refused(ada: User, values: dict[str, str], said: str) -> None:
    with pytest.raises(InputError, match=said):
        services.organisation_create(actor=ada, values=values)
    assert not Organisation.objects.exists()


def test_a_number_is_entered_once(rives: Organisation, person: People) -> None:
    for more in ({"siret": SIRET}, {"rna": "W451000001"}):
        with pytest.raises(InputError, match="déjà"):
            simple(person(f"bob{len(more)}{next(iter(more))}"), "Autre", **more)
    with pytest.raises(InputError, match="14 chiffres"):
        simple(person("eve"), "Autre", siret="123")


def test_the_database_itself_refuses_a_number_twice(rives: Organisation) -> None:
    from mandat.apps.custody.subjects import subject_open

    with pytest.raises(IntegrityError), transaction.atomic():
        Organisation.objects.create(subject=subject_open(), siret=SIRET, name="Autre")
    Organisation.objects.create(subject=subject_open(), name="Sans numéro")
    Organisation.objects.create(subject=subject_open(), name="Sans numéro non plus")


def test_another_organisations_entry_is_a_mistake(ada: User) -> None:
    entry = register().by_siret(fake.siret_of(2)).entry
    with pytest.raises(ValueError, match="another"):
        services.organisation_create(actor=ada, siret=SIRET, values={"name": "x"}, entry=entry)


def test_acts_on_organisations_are_private_and_need_no_fact(ada: User) -> None:
    with guard.acts():
        simple(ada, "Collectif")


def test_an_edit_marks_what_changed(rives: Organisation, ada: User) -> None:
    values = {name: getattr(rives, name) for name in services.WRITTEN} | {"address": "9 rue Neuve", "headcount": ""}
    edited = services.organisation_edit(
        actor=ada, organisation=rives, values=values, email="", telephone="02 38 00 00 00"
    )
    assert edited.declared == ["address", "headcount"]
    again = Organisation.objects.get(pk=rives.pk)
    assert (again.address, again.email, again.telephone) == ("9 rue Neuve", None, "02 38 00 00 00")


def test_reading_the_register_again_takes_back_what_it_says(rives: Organisation, ada: User) -> None:
    values = {name: getattr(rives, name) for name in services.WRITTEN} | {"name": "Autre nom"}
    services.organisation_edit(actor=ada, organisation=rives, values=values)
    entry = register().by_siret(SIRET).entry
    assert entry is not None
    assert services.organisation_refresh(actor=ada, organisation=rives, entry=entry) == ["name"]
    rives.refresh_from_db()
    assert (rives.name, rives.declared) == ("Les Rives vives", [])
    other = register().by_siret(fake.siret_of(2)).entry
    assert other is not None
    with pytest.raises(ValueError, match="another"):
        services.organisation_refresh(actor=ada, organisation=rives, entry=other)


def test_a_hidden_entry_leaves_what_members_wrote(ada: User) -> None:
    number = fake.trouble("hidden")
    entry = register().by_siret(number).entry
    assert entry is not None
    made = services.organisation_create(actor=ada, siret=number, values={"name": "Atelier"}, entry=entry)
    services.organisation_refresh(actor=ada, organisation=made, entry=entry)
    made.refresh_from_db()
    assert (made.name, made.declared, made.diffusible, made.state) == ("Atelier", ["name"], False, State.ACTIVE)


def test_a_closed_establishment_may_be_entered_and_says_so(ada: User) -> None:
    number = fake.trouble("closed")
    made = services.organisation_create(
        actor=ada, siret=number, values=written(number), entry=register().by_siret(number).entry
    )
    assert (made.state, made.closed_on) == (State.CEASED, dt.date(2024, 12, 31))


def test_two_who_enter_it_at_once_are_told_apart(ada: User, person: People, monkeypatch: pytest.MonkeyPatch) -> None:
    simple(ada, "Première", siret=SIRET)
    monkeypatch.setattr(services, "known", lambda **_: None)
    with pytest.raises(InputError, match="déjà inscrite"):
        simple(person("bob"), "Seconde", siret=SIRET)
    assert Organisation.objects.count() == 1


def test_one_account_sends_so_many_invitations_a_day(
    rives: Organisation, ada: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "MESSAGES", (2, 60))
    for _ in range(2):
        services.member_invite(actor=ada, organisation=rives, email="bob@example.org", rank="reader")
    with pytest.raises(InputError, match="demain"):
        services.member_invite(actor=ada, organisation=rives, email="bob@example.org", rank="reader")


# -- members


def test_an_invitation_is_accepted_once_by_its_address(rives: Organisation, ada: User, person: People) -> None:
    bob, eve = person("bob"), person("eve")
    invitation, secret = services.member_invite(actor=ada, organisation=rives, email=" Bob@Example.org ", rank="editor")
    assert secret not in invitation.digest
    found = services.invitation_of(secret)
    assert found is not None
    assert list(selectors.invitations_of(bob)) == [found]
    assert list(selectors.invitations_of(eve)) == []
    with pytest.raises(InputError, match="autre adresse"):
        services.invitation_accept(actor=eve, invitation=found)
    services.invitation_accept(actor=bob, invitation=found)
    assert selectors.rank_of(bob, rives) == Rank.EDITOR
    assert services.invitation_of(secret) is None
    with pytest.raises(InputError, match="plus valable"):
        services.invitation_accept(actor=bob, invitation=invitation)
    # Anyone may enter an organisation: roles of the region are given by hand.
    assert Role.MEMBER not in User.objects.get(pk=bob.pk).roles


def test_an_invitation_ends(rives: Organisation, ada: User, person: People) -> None:
    invitation, secret = services.member_invite(actor=ada, organisation=rives, email="bob@example.org", rank="reader")
    Invitation.objects.update(expires_at=timezone.now() - dt.timedelta(seconds=1))
    assert services.invitation_of(secret) is None
    with pytest.raises(InputError, match="plus valable"):
        services.invitation_accept(actor=person("bob"), invitation=invitation)


def test_a_second_invitation_replaces_the_first(rives: Organisation, ada: User) -> None:
    _, first = services.member_invite(actor=ada, organisation=rives, email="bob@example.org", rank="reader")
    services.member_invite(actor=ada, organisation=rives, email="BOB@example.org", rank="editor")
    assert Invitation.objects.count() == 1
    assert services.invitation_of(first) is None


def test_invitations_have_a_limit_and_spare_members(
    rives: Organisation, ada: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "MOST_INVITATIONS", 1)
    with pytest.raises(InputError, match="déjà membre"):
        services.member_invite(actor=ada, organisation=rives, email=ada.email, rank="reader")
    services.member_invite(actor=ada, organisation=rives, email="a@example.org", rank="reader")
    with pytest.raises(InputError, match="trop"):
        services.member_invite(actor=ada, organisation=rives, email="b@example.org", rank="reader")
    with pytest.raises(InputError, match="inconnu"):
        services.member_invite(actor=ada, organisation=rives, email="b@example.org", rank="king")


def test_an_invitation_is_withdrawn_by_owners_or_declined_by_its_address(
    rives: Organisation, ada: User, person: People
) -> None:
    invitation, _ = services.member_invite(actor=ada, organisation=rives, email="bob@example.org", rank="reader")
    with pytest.raises(PermissionDenied):
        services.invitation_withdraw(actor=person("eve"), invitation=invitation)
    services.invitation_withdraw(actor=person("bob"), invitation=invitation)
    assert not Invitation.objects.exists()


def test_a_request_to_join_is_answered_by_an_owner(rives: Organisation, ada: User, person: People) -> None:
    bob, eve = person("bob"), person("eve")
    request = services.join_ask(actor=bob, organisation=rives)
    assert services.join_ask(actor=bob, organisation=rives) == request
    with pytest.raises(InputError, match="déjà membre"):
        services.join_ask(actor=ada, organisation=rives)
    with pytest.raises(PermissionDenied):
        services.join_settle(actor=bob, request=request, rank="owner")
    member = services.join_settle(actor=ada, request=request, rank="reader")
    assert member is not None
    assert member.rank == "reader"
    assert services.join_settle(actor=ada, request=services.join_ask(actor=eve, organisation=rives)) is None
    assert not JoinRequest.objects.exists()


def test_the_last_owner_stays_until_another_is_named(rives: Organisation, ada: User, person: People) -> None:
    bob = person("bob")
    own = Member.objects.get(user=ada)
    other = Member.objects.create(organisation=rives, user=bob, rank="editor")
    with pytest.raises(InputError, match="dernière"):
        services.member_rank(actor=ada, member=own, rank="reader")
    with pytest.raises(InputError, match="dernière"):
        services.member_remove(actor=ada, member=own)
    services.member_rank(actor=ada, member=other, rank="owner")
    services.member_remove(actor=ada, member=own)
    assert selectors.rank_of(ada, rives) == ""


def test_an_owner_whose_account_is_closed_does_not_count(rives: Organisation, ada: User, person: People) -> None:
    bob = person("bob")
    Member.objects.create(organisation=rives, user=bob, rank="owner")
    bob.is_active = False
    bob.save()
    with pytest.raises(InputError, match="dernière"):
        services.member_rank(actor=ada, member=Member.objects.get(user=ada), rank="editor")


def test_the_last_member_may_leave(rives: Organisation, ada: User) -> None:
    services.member_remove(actor=ada, member=Member.objects.get(user=ada))
    assert Organisation.objects.filter(pk=rives.pk).exists()


def test_an_agent_names_an_owner_where_there_is_none(rives: Organisation, ada: User, person: People) -> None:
    bob = person("bob")
    with pytest.raises(PermissionDenied):
        services.owner_name(actor=ada, organisation=rives, user=bob)
    Member.objects.create(organisation=rives, user=bob, rank="reader")
    services.owner_name(actor=person("agent", "agent"), organisation=rives, user=bob)
    assert selectors.rank_of(bob, rives) == Rank.OWNER


@pytest.mark.parametrize("verb", ["read", "edit", "members"])
@pytest.mark.parametrize(
    "who", ["owner", "editor", "reader", "stranger", "agent", "auditor", "elected", "administrator", "closed"]
)
def test_who_may_do_what_in_an_organisation(rives: Organisation, person: People, who: str, verb: str) -> None:
    roles = ("agent", "auditor", "elected", "administrator")
    user = person("someone", who if who in roles else "")
    if who in Rank.values:
        Member.objects.create(organisation=rives, user=user, rank=who)
    if who == "closed":
        Member.objects.create(organisation=rives, user=user, rank="owner")
        user.is_active = False
    expected = {
        "read": {"owner", "editor", "reader", "agent", "auditor", "administrator"},
        "edit": {"owner", "editor", "agent", "administrator"},
        "members": {"owner", "agent", "administrator"},
    }[verb]
    assert selectors.allowed(user, rives, verb) is (who in expected)


def test_strangers_act_on_nothing(rives: Organisation, ada: User, person: People) -> None:
    eve = person("eve")
    entry = register().by_siret(SIRET).entry
    assert entry is not None
    member = Member.objects.get(user=ada)
    for act in (
        lambda: services.organisation_edit(actor=eve, organisation=rives, values={"name": "x"}),
        lambda: services.organisation_refresh(actor=eve, organisation=rives, entry=entry),
        lambda: services.organisation_confirm(actor=eve, organisation=rives),
        lambda: services.member_invite(actor=eve, organisation=rives, email="x@example.org", rank="owner"),
        lambda: services.member_rank(actor=eve, member=member, rank="reader"),
        lambda: services.member_remove(actor=eve, member=member),
    ):
        with pytest.raises(PermissionDenied):
            act()


# -- single undertakings


def control(actor: User, parent: Organisation, child: Organisation, since: dt.date = TODAY, **more: Any) -> Control:
    return services.control_declare(actor=actor, parent=parent, child=child, why="majority", since=since, **more)


def test_links_make_one_undertaking_both_ways_and_in_time(ada: User) -> None:
    a, b, c, d, e = (simple(ada, name) for name in "abcde")
    control(ada, a, b)
    control(ada, b, c)
    control(ada, d, c)
    first = TODAY
    assert [o.name for o in selectors.undertaking(a, on=first)] == ["a", "b", "c", "d"]
    assert [o.name for o in selectors.undertaking(d, on=first)] == ["a", "b", "c", "d"]
    assert [o.name for o in selectors.undertaking(e, on=first)] == ["e"]
    assert [o.name for o in selectors.undertaking(a, on=first - dt.timedelta(days=1))] == ["a"]
    link = Control.objects.get(parent=b, child=c)
    services.control_end(actor=ada, control=link, until=first + dt.timedelta(days=30))
    assert [o.name for o in selectors.undertaking(a, on=first + dt.timedelta(days=30))] == ["a", "b"]
    assert [o.name for o in selectors.undertaking(a, on=first + dt.timedelta(days=29))] == ["a", "b", "c", "d"]


def test_a_circle_of_controls_ends(ada: User, django_assert_max_num_queries: Any) -> None:
    ring = [simple(ada, f"o{rank}") for rank in range(6)]
    for one, other in zip(ring, [*ring[1:], ring[0]], strict=True):
        control(ada, one, other)
    with django_assert_max_num_queries(6):
        assert len(selectors.undertaking(ring[0], on=TODAY)) == 6


def test_impossible_links_are_refused(ada: User, person: People) -> None:
    a, b = simple(ada, "a"), simple(ada, "b")
    for wrong, said in (
        ({"parent": a, "child": a}, "elle-même"),
        ({"parent": a, "child": b, "share": Decimal(101)}, "100"),
        ({"parent": a, "child": b, "since": timezone.localdate() + dt.timedelta(days=1)}, "à venir"),
        ({"parent": a, "child": b, "why": "love"}, "inconnu"),
    ):
        asked: dict[str, Any] = {"why": "majority", "since": TODAY} | wrong
        with pytest.raises(InputError, match=said):
            services.control_declare(actor=ada, **asked)
    link = control(ada, a, b, share=Decimal("50.01"))
    with pytest.raises(InputError, match="déjà"):
        control(ada, a, b)
    with pytest.raises(InputError, match="avant"):
        services.control_end(actor=ada, control=link, until=TODAY - dt.timedelta(days=1))
    with pytest.raises(PermissionDenied):
        services.control_end(actor=person("eve"), control=link, until=TODAY)


def test_an_organisation_named_by_a_link_is_taken_over_by_its_own_people(ada: User, person: People) -> None:
    mine = simple(ada, "mienne")
    entry = register().by_siret(SIRET).entry
    named = services.control_party(actor=ada, siret=SIRET, entry=entry)
    assert (named.name, named.by_link, named.members.count()) == ("Les Rives vives", True, 0)
    control(ada, named, mine)
    assert not selectors.allowed(ada, named, "edit")
    bob = person("bob")
    taken = services.organisation_create(actor=bob, siret=SIRET, values=written(), entry=entry)
    assert taken.pk == named.pk
    assert selectors.rank_of(bob, taken) == Rank.OWNER
    assert services.control_party(actor=ada, siret=SIRET) == taken
    with pytest.raises(InputError, match="déjà"):
        services.organisation_create(actor=ada, siret=SIRET, values=written(), entry=entry)


# -- persons


def test_ones_organisations_are_in_ones_copy_and_left_with_the_account(rives: Organisation, ada: User) -> None:
    [holding] = [one for one in personal.holdings() if one.code == "organisations.members"]
    [shown] = holding.export(ada)
    assert (shown.title, shown.values[0].value) == ("Les Rives vives", "responsable")
    kept = personal_erase(user=ada, close_account=True)
    assert any("organisations" in str(item.what) for item in kept)
    assert not Member.objects.exists()
    assert Organisation.objects.filter(pk=rives.pk).exists()


def test_what_nobody_holds_goes_in_its_time(rives: Organisation, ada: User) -> None:
    empty, linked = simple(ada, "vide"), simple(ada, "liée")
    control(ada, rives, linked)
    Member.objects.exclude(organisation=rives).delete()
    services.member_invite(actor=ada, organisation=rives, email="x@example.org", rank="reader")
    Invitation.objects.update(expires_at=timezone.now() - dt.timedelta(days=8))
    Organisation.objects.update(created_at=timezone.now() - dt.timedelta(days=400))
    run = retention_run()
    assert not run.lines.exclude(error="").exists()
    assert set(Organisation.objects.values_list("pk", flat=True)) == {rives.pk, linked.pk}
    assert empty.pk not in {rives.pk, linked.pk}
    assert not Invitation.objects.exists()


# -- at the same time


@pytest.mark.django_db(transaction=True)
def test_two_owners_who_leave_at_once_leave_one_behind() -> None:
    ada, bob, eve = (User.objects.create_user(f"{name}@example.org") for name in ("ada", "bob", "eve"))
    made = simple(ada, "Collectif")
    Member.objects.create(organisation=made, user=bob, rank="owner")
    Member.objects.create(organisation=made, user=eve, rank="reader")
    gate, refused = threading.Barrier(2), []

    def leave(user: User) -> None:
        try:
            member = Member.objects.get(user=user)
            gate.wait(timeout=20)
            services.member_remove(actor=user, member=member)
        except InputError:
            refused.append(user)
        finally:
            connection.close()

    if connection.vendor == "sqlite":
        # One in-memory database serves one thread: writers queue by the transaction mode, tested with the settings.
        services.member_remove(actor=ada, member=Member.objects.get(user=ada))
        with pytest.raises(InputError):
            services.member_remove(actor=bob, member=Member.objects.get(user=bob))
        return
    threads = [threading.Thread(target=leave, args=(user,)) for user in (ada, bob)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert len(refused) == 1
    assert Member.objects.filter(organisation=made, rank="owner").count() == 1
