"""docs/tour.md, walked: one datum from definition to act, fact, indicator and page."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal

from django.test import Client

from mandat import journal
from mandat.apps.accounts.models import User
from mandat.apps.programme import services
from mandat.apps.programme.published import Published
from mandat.apps.programme.rollups import verify
from mandat.apps.programme.standing import course
from mandat.definitions import store
from mandat.journal.merkle import leaf_hash


def test_one_datum_goes_through_the_five_steps(
    programme: Published, person: Callable[..., User], client: Client
) -> None:
    # 1. definition: published, versioned, with a digest that facts cite
    [version] = store.versions("essai", "commitment", "1.1")
    assert (version.version, version.digest) == (1, programme.ref("commitment", "1.1").digest)

    # 2. act: one agent declares, another confirms
    declaration = services.output_declare(
        actor=person("agent"),
        on=dt.date(2024, 5, 13),
        commitment="1.1",
        title="Quarante médecins formés",
        quantity=Decimal(40),
        unit="doctor",
        area="commune:37261",
        evidence_url="https://example.org/preuve",
    )
    entry = services.output_confirm(actor=person("agent"), declaration=declaration)

    # 3. fact: typed, dated, in the log, and its hash is that of its public bytes
    stored = journal.entry(entry.index)
    assert stored.fact.kind == "programme.output_confirmed.v1"
    assert stored.fact.definition is not None
    assert stored.fact.definition.digest == version.digest
    assert stored.leaf == leaf_hash(stored.canonical)
    assert journal.size() == entry.index + 1

    # 4. indicator: the figure moved in the same transaction, and is that of the facts
    standing = course(programme, "1.1")
    assert standing.value.value == 40
    assert standing.value.areas == {"commune:37261": Decimal(40)}
    assert verify("essai") == []

    # 5. page: the measure shows it, the figure explains itself, the fact has its proof
    measure = client.get("/mesures/1/").content.decode()
    assert "40" in measure
    assert "/engagements/1.1/pourquoi/" in measure
    why = client.get("/engagements/1.1/pourquoi/").content.decode()
    assert f"/faits/{entry.index}/" in why
    assert version.digest[:12] in why
    fact = client.get(f"/faits/{entry.index}/").content.decode()
    assert "Quarante médecins formés" in fact
    assert stored.leaf.hex() in fact
    assert client.get("/en/mesures/1/").status_code == 200
