"""A small published programme with its import mappings, and an agent."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import dedent
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from mandat.apps.accounts.models import RoleGrant, User
from mandat.apps.programme import published
from mandat.apps.programme.services import programme_load
from mandat.definitions.folder import read_texts
from tests.programmes_folder import texts

MAPPINGS = {
    "imports/subventions.yaml": dedent("""\
        kind: import-mapping
        code: subventions
        title: {fr: Subventions, en: Grants}
        text: {fr: Les subventions de l'essai., en: The grants of the trial.}
        format: scdl-subventions
        area: "region:24"
        publishers: ["23450002300028"]
        rules:
          - {words: ["formation médecin"], measures: [1], commitments: ["1.1"]}
          - {words: ["santé"], unless: ["animale"], measures: [1]}
          - {beneficiaries: ["faculté"], measures: [2]}
        """),
    "imports/deliberations.yaml": dedent("""\
        kind: import-mapping
        code: deliberations
        title: {fr: Délibérations, en: Deliberations}
        text: {fr: Les délibérations de l'essai., en: The deliberations of the trial.}
        format: scdl-deliberations
        body: conseil
        rules:
          - {schemes: ["8.2"], measures: [1]}
        """),
    "imports/budget.yaml": dedent("""\
        kind: import-mapping
        code: budget
        title: {fr: Budget, en: Budget}
        text: {fr: Le budget de l'essai., en: The budget of the trial.}
        format: scdl-budget
        rules:
          - {functions: ["41"], measures: [1]}
        """),
    "imports/marches.yaml": dedent("""\
        kind: import-mapping
        code: marches
        title: {fr: Marchés, en: Contracts}
        text: {fr: Les marchés de l'essai., en: The contracts of the trial.}
        format: decp
        area: "region:24"
        rules:
          - {cpv: ["45"], measures: [2]}
        """),
}


@pytest.fixture(autouse=True)
def french() -> Iterator[None]:
    """A page asked in English leaves the language behind it."""
    with translation.override("fr"):
        yield


@pytest.fixture
def programme(db: None, settings: Any) -> published.Published:
    """The trial programme and its mappings, published."""
    settings.MANDAT_PROGRAMME = "essai"
    settings.MANDAT_DEMO = True
    published._read.cache_clear()
    programme_load(folder=read_texts(texts() | {name: text.encode() for name, text in MAPPINGS.items()}))
    return published.published()


@pytest.fixture
def agent(db: None) -> User:
    user = User.objects.create_user("agent@example.org")
    RoleGrant.objects.create(user=user, role="agent")
    return user


@pytest.fixture
def site(client: Client, agent: User, programme: published.Published) -> Client:
    client.force_login(agent)
    return client
