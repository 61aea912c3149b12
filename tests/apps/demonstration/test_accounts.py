"""Demonstration accounts exist only in the demonstration, one a role, none a person."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from mandat.apps.accounts.models import Role, RoleGrant, User
from mandat.apps.demonstration.accounts import ACCOUNTS, create
from mandat.kernel.errors import MandatError

pytestmark = pytest.mark.django_db


def test_outside_the_demonstration_they_are_refused(settings: Any, client: Client) -> None:
    settings.MANDAT_DEMO = False
    with pytest.raises(MandatError, match="démonstration"):
        create()
    assert client.post(reverse("demonstration:enter"), {"account": "agent2"}).status_code == 404
    assert not User.objects.exists()


def test_there_is_one_for_each_role_and_two_agents(settings: Any) -> None:
    settings.MANDAT_DEMO = True
    create()
    assert set(RoleGrant.objects.values_list("role", flat=True)) == set(Role.values)
    assert RoleGrant.objects.filter(role=Role.AGENT).count() == 2


def test_making_them_twice_changes_nothing(settings: Any) -> None:
    settings.MANDAT_DEMO = True
    first = {user.pk for user in create()}
    assert {user.pk for user in create()} == first
    assert RoleGrant.objects.count() == User.objects.count() == len(ACCOUNTS)


def test_none_has_a_password_or_an_address_that_could_be_someones(settings: Any) -> None:
    settings.MANDAT_DEMO = True
    for user in create():
        assert not user.has_usable_password()
        assert user.email.endswith("@demo.example")
