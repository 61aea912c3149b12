"""What programs read of petitions: what everyone may, and no name."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from mandat.apps.petitions.models import Petition
from mandat.apps.petitions.services import closing

pytestmark = pytest.mark.django_db


def get(client: Client, path: str) -> Any:
    response = client.get(f"/api/v1{path}")
    assert response.status_code == 200, response.content
    return response.json()


def test_a_petition_says_its_thresholds_and_nobody_s_name(
    client: Client, opened: Callable[..., Petition], signed: Callable[..., int | None], sign: Callable[..., Any]
) -> None:
    petition = opened()
    sign(petition, "account:1", name="Grace Hopper")
    first = get(client, f"/petitions/{petition.reference}")
    assert (first["state"], first["title"]) == ("open", petition.title)
    assert all(one["status"] is None for one in first["thresholds"])
    needed = first["thresholds"][0]["needed"]
    signed(petition, needed)
    told = get(client, f"/petitions/{petition.reference}")
    assert told["signatures"] == petition.total == needed + 1
    assert told["thresholds"][0]["status"] == "active"
    assert told["thresholds"][0]["due_on"]
    raw = json.dumps(told, ensure_ascii=False)
    assert not any(name in raw for name in ("Ada", "Grace", petition.invitation))


def test_what_is_not_public_is_not_told(
    client: Client, drafted: Callable[..., Petition], sent: Callable[..., Petition], opened: Callable[..., Petition]
) -> None:
    waiting, shown = sent(title="Rouvrir la gare de la plaine"), opened()
    hidden = opened(title="Une autre demande tout à fait", request_text="Rien de pareil ne fut jamais demandé ici.")
    closing.hide(petition=hidden)
    assert [one["reference"] for one in get(client, "/petitions")["items"]] == [shown.reference]
    for petition in (waiting, hidden):
        assert client.get(f"/api/v1/petitions/{petition.reference}").status_code == 404
    assert get(client, "/petitions?state=closed")["items"] == []
    assert get(client, "/petitions?process=ailleurs")["items"] == []


def test_statements_do_not_grow_with_petitions(client: Client, opened: Callable[..., Petition]) -> None:
    def statements() -> int:
        client.get("/api/v1/petitions")
        with CaptureQueriesContext(connection) as queries:
            assert client.get("/api/v1/petitions").status_code == 200
        return len(queries)

    opened()
    few = statements()
    for n in range(2):
        opened(title=f"Demande numéro {n} sur les cars", request_text=f"La Région remet les cars de la ligne {n}.")
    assert statements() == few <= 8
