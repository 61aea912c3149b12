"""A published programme, people, and a kind of content to moderate and to follow."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.utils import translation

from mandat.apps.accounts.models import RoleGrant, User
from mandat.apps.community.follow import targets
from mandat.apps.community.moderation import contents
from mandat.apps.programme import published
from mandat.apps.programme.services import programme_load
from mandat.definitions.folder import read_texts
from mandat.kernel.text import Text
from tests.programmes_folder import texts


@pytest.fixture(autouse=True)
def french() -> Iterator[None]:
    with translation.override("fr"):
        yield


@pytest.fixture
def programme(db: None, settings: Any) -> published.Published:
    """The trial programme, published."""
    settings.MANDAT_PROGRAMME = "essai"
    programme_load(folder=read_texts(texts()))
    return published.published()


@pytest.fixture
def person(db: None) -> Callable[..., User]:
    """Make an account with roles: ``person("agent")``."""

    def make(*roles: str) -> User:
        user = User.objects.create_user(f"{'-'.join(roles) or 'nobody'}{User.objects.count()}@example.org")
        user.name = f"Personne {user.pk}"
        user.save()
        for role in roles:
            RoleGrant.objects.create(user=user, role=role)
        return user

    return make


class Wall:
    """Notes on a wall: what is shown of them."""

    def __init__(self) -> None:
        self.notes: dict[str, tuple[str, User | None]] = {}
        self.hidden: set[str] = set()

    def put(self, reference: str, text: str, author: User | None) -> None:
        self.notes[reference] = (text, author)

    def find(self, reference: str) -> contents.Content | None:
        if reference not in self.notes:
            return None
        text, author = self.notes[reference]
        return contents.Content(
            text,
            "/moderation/",
            author,
            lambda: self.hidden.add(reference),
            lambda: self.hidden.discard(reference),
        )


@pytest.fixture
def wall(monkeypatch: pytest.MonkeyPatch) -> Wall:
    made = Wall()
    monkeypatch.setitem(
        contents._SORTS, "note", contents.Sort("note", made.find, Text("note sur le mur", "note on the wall"))
    )
    return made


@pytest.fixture
def things(monkeypatch: pytest.MonkeyPatch) -> None:
    """Anything called ``thing:…`` exists, but for ``thing:nothing``."""
    found = targets.Target(Text("Une chose", "A thing"), "/moderation/")
    monkeypatch.setitem(targets._FINDERS, "thing", lambda code: None if code == "nothing" else found)
