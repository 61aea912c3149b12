"""Accounts with roles, the codes that were mailed, and a clean slate of rate limits."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from django.core import mail
from django.core.cache import cache
from django.utils import translation

from mandat.apps.accounts.models import RoleGrant, User


@pytest.fixture(autouse=True)
def _nothing_of_another_test() -> Iterator[None]:
    cache.clear()
    with translation.override("fr"):
        yield
    cache.clear()


@pytest.fixture
def person(db: None) -> Callable[..., User]:
    """Make an account with roles: ``person("agent")``."""

    def make(*roles: str) -> User:
        user = User.objects.create_user(f"{'-'.join(roles) or 'nobody'}{User.objects.count()}@example.org")
        for role in roles:
            RoleGrant.objects.create(user=user, role=role)
        return user

    return make


@pytest.fixture
def mailed_code() -> Callable[[], str]:
    """The code of the last message."""

    def read() -> str:
        lines = [line.strip() for line in str(mail.outbox[-1].body).splitlines()]
        [code] = [line for line in lines if re.fullmatch(r"[A-Z0-9-]{6,9}", line)]
        return code

    return read
