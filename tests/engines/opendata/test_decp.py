"""Contracts and concessions of DECP, and JSON that is not what it should be."""

from __future__ import annotations

import copy
import datetime as dt
import io
import json
from decimal import Decimal

import pytest

from mandat.engines.opendata import Contract, Modification, Refused, read
from mandat.engines.opendata.decp import area
from mandat.kernel.errors import InputError

CONTRACT = {
    "id": "2024-17",
    "acheteur": {"id": "23450002300028"},
    "nature": "Marché",
    "objet": "Rénovation énergétique d'un lycée",
    "codeCPV": "45000000-7",
    "techniques": {"technique": ["Accord-cadre"]},
    "procedure": "Appel d'offres ouvert",
    "lieuExecution": {"code": "45234", "typeCode": "Code commune"},
    "dureeMois": 48,
    "dateNotification": "2024-05-15",
    "montant": 575000.1,
    "titulaires": [{"titulaire": {"id": "55204599900869", "typeIdentifiant": "SIRET"}}],
    "considerationsSociales": {"considerationSociale": ["Clause sociale"]},
    "modifications": [
        {"modification": {"id": 1, "dureeMois": 50, "montant": 600000, "dateNotificationModification": "2024-10-18"}}
    ],
}


def contracts(value: object) -> list:
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return list(read("decp", io.BytesIO(raw)))


@pytest.mark.parametrize(
    "wrap",
    [
        lambda item: {"marches": {"marche": [item]}},
        lambda item: {"marches": [item]},
        lambda item: [item],
        lambda item: {"$schema": "x", "other": {"marches": 1}, "marches": {"contrat-concession": [], "marche": [item]}},
    ],
)
def test_a_contract_is_found_in_every_form_of_file(wrap):
    contract, modification = contracts(wrap(CONTRACT))
    assert isinstance(contract, Contract)
    assert contract.amount == Decimal("575000.10")
    assert (contract.day, contract.months, contract.area) == (dt.date(2024, 5, 15), 48, "commune:45234")
    assert (contract.holders, contract.social, contract.form) == (
        ("55204599900869",),
        ("Clause sociale",),
        "Accord-cadre",
    )
    assert isinstance(modification, Modification)
    assert (modification.number, modification.amount, modification.months) == (1, Decimal("600000.00"), 50)


def test_byte_order_marks_are_read():
    assert len(contracts(b"\xef\xbb\xbf" + json.dumps([CONTRACT]).encode())) == 2


def broken(**changes: object) -> dict:
    item = copy.deepcopy(CONTRACT) | {"modifications": []}
    item.update(changes)
    return {name: value for name, value in item.items() if value is not ...}


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        (broken(id=...), "sans identifiant"),
        (broken(objet=""), "sans objet"),
        (broken(objet="<script>x</script>"), "balise"),
        (broken(montant=...), "montant absent"),
        (broken(montant=-5), "négatif"),
        (broken(montant="beaucoup"), "illisible"),
        (broken(montant=True), "montant absent"),
        (broken(dateNotification="2024"), "jour précis"),
        (broken(dateNotification=...), "date illisible"),
        (broken(dureeMois="-3"), "négatif"),
        ("not an object", None),
        (broken(acheteur=[1], titulaires="x", techniques=7, lieuExecution=3), ""),
    ],
)
def test_a_wrong_contract_is_refused_and_loses_no_other(item, reason):
    found = contracts({"marches": {"marche": [item, CONTRACT]}})
    good = [one for one in found if isinstance(one, Contract)]
    refused = [one for one in found if isinstance(one, Refused)]
    assert good[-1].reference == "2024-17"
    if reason:
        assert reason in str(refused[0].reason)
        assert refused[0].line == 1
    else:
        assert refused == []


def test_a_wrong_modification_keeps_its_contract():
    item = copy.deepcopy(CONTRACT)
    item["modifications"] = [
        {"modification": {"id": "x"}},
        3,
        {"modification": {"id": 2, "dateSignatureModification": "2024-11-01"}},
    ]
    contract, first, second, third = contracts([item])
    assert isinstance(contract, Contract)
    assert isinstance(first, Refused)
    assert isinstance(second, Refused)
    assert isinstance(third, Modification)
    assert third.amount is None


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"", "vide"),
        (b"a,b\n", "pas du JSON"),
        (b"{", "illisible"),
        (b'{"a": 1}', "aucun marché"),
        (b"PK\x03\x04", "classeur"),
        (b"{]", "illisible"),
        (b"[1, 2]", "aucun marché"),
    ],
)
def test_a_file_that_is_no_decp_is_refused_as_a_whole(raw, message):
    with pytest.raises(InputError, match=message):
        contracts(raw)


def test_a_file_cut_short_gives_what_stands_before_the_cut():
    whole = json.dumps([CONTRACT, broken(id="2024-18"), broken(id="2024-19")]).encode()
    found = contracts(whole[:-40])
    assert [one.reference for one in found if isinstance(one, Contract)] == ["2024-17", "2024-18"]
    assert "interrompu" in str(found[-1].reason)


@pytest.mark.parametrize(
    ("place", "code"),
    [
        ({"code": "2A004", "typeCode": "Code commune"}, "commune:2A004"),
        ({"code": "45", "typeCode": "Code département"}, "departement:45"),
        ({"code": "24", "typeCode": "Code région"}, "region:24"),
        ({"code": "75000", "typeCode": "Code postal"}, ""),
        ({"code": "FR", "typeCode": "Code pays"}, ""),
        ({"code": "4523", "typeCode": "Code commune"}, ""),
        ({"code": "ABCDE", "typeCode": "Code commune"}, ""),
        ({"code": None, "typeCode": None}, ""),
        (None, ""),
    ],
)
def test_a_place_of_execution_is_one_of_our_codes_or_none(place, code):
    assert area(place) == code


@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("marches_concessions", 8),
        ("marches_avec_modifications", 4),
        ("concessions", 2),
        ("concessions_avec_modifications", 4),
    ],
)
def test_the_published_examples_are_read_whole(shared_data, name, count):
    with (shared_data / f"opendata/decp/{name}.json").open("rb") as file:
        found = list(read("decp", file))
    assert len(found) == count
    assert not [one for one in found if isinstance(one, Refused)]
