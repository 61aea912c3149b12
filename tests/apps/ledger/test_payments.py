"""Payment files: their structure as the schema writes it, made once, and the bank's answers."""

from __future__ import annotations

import contextlib
import csv
import datetime as dt
import io
from decimal import Decimal
from typing import Any
from xml.etree import ElementTree as ET

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from mandat.apps.ledger.models import Payment, PaymentFile
from mandat.apps.ledger.payments import bordereau, pain, reading
from mandat.apps.ledger.payments.pain import NAMESPACE, Order, Party, Transfer
from mandat.apps.ledger.payments.sepa import ALLOWED, checked_bic, checked_iban, checked_identifier, written
from mandat.apps.ledger.payments.services import file_make, file_sent, outcomes_record
from mandat.kernel.errors import InputError

REGION = Party("Région Centre-Val de Loire", "FR76 3000 6000 0112 3456 7890 189", "AGRIFRPPXXX")
FARM = Party("Ferme de l'Œuf & Cie – Élevage", "DE89 3704 0044 0532 0130 00")
SHOP = Party("Épicerie", "FR14 2004 1010 0505 0001 3M02 606", "PSSTFRPPPAR")
DAY = dt.date(2026, 11, 30)


def transfers(*amounts: str, shop: Party = SHOP) -> list[Transfer]:
    return [
        Transfer(f"run:1:{n}", f"PANIER-1-{n}", FARM if n % 2 else shop, Decimal(amount), "Panier bio, octobre 2026")
        for n, amount in enumerate(amounts)
    ]


def order(*amounts: str) -> Order:
    made = dt.datetime(2026, 11, 23, 10, 0, tzinfo=dt.timezone(dt.timedelta(hours=1)))
    return Order("PANIER-2026-10", made, DAY, REGION, transfers(*amounts))


#: The children each element may have, in the order of the schema's sequences (those that Mandat writes).
SEQUENCES = {
    "Document": ["CstmrCdtTrfInitn"],
    "CstmrCdtTrfInitn": ["GrpHdr", "PmtInf"],
    "GrpHdr": ["MsgId", "CreDtTm", "NbOfTxs", "CtrlSum", "InitgPty"],
    "InitgPty": ["Nm"],
    "PmtInf": [
        "PmtInfId", "PmtMtd", "BtchBookg", "NbOfTxs", "CtrlSum", "PmtTpInf", "ReqdExctnDt", "Dbtr", "DbtrAcct", "DbtrAgt",
        "ChrgBr", "CdtTrfTxInf",
    ],
    "PmtTpInf": ["SvcLvl"], "SvcLvl": ["Cd"], "ReqdExctnDt": ["Dt"],
    "Dbtr": ["Nm"], "DbtrAcct": ["Id"], "Id": ["IBAN"], "DbtrAgt": ["FinInstnId"],
    "FinInstnId": ["BICFI", "Othr"], "Othr": ["Id"],
    "CdtTrfTxInf": ["PmtId", "Amt", "CdtrAgt", "Cdtr", "CdtrAcct", "RmtInf"],
    "PmtId": ["InstrId", "EndToEndId"], "Amt": ["InstdAmt"], "CdtrAgt": ["FinInstnId"], "Cdtr": ["Nm"],
    "CdtrAcct": ["Id"], "RmtInf": ["Ustrd"],
}  # fmt: skip


def check_sequences(element: ET.Element) -> None:
    name = element.tag.rpartition("}")[2]
    assert element.tag.startswith(f"{{{NAMESPACE}}}"), element.tag
    children = [child.tag.rpartition("}")[2] for child in element]
    allowed = SEQUENCES.get(name, [])
    places = [allowed.index(child) for child in children]
    assert places == sorted(places), (name, children)
    assert bool(children) != bool((element.text or "").strip()), name
    for child in element:
        check_sequences(child)


def found(root: ET.Element, path: str) -> list[str]:
    names = "/".join(f"{{{NAMESPACE}}}{part}" for part in path.split("/"))
    return [element.text or "" for element in root.findall(names)]


def test_the_file_has_the_elements_of_the_schema_in_their_order_and_sums_that_agree() -> None:
    root = ET.fromstring(pain.write(order("10.10", "0.01", "999999999.99")))
    check_sequences(root)
    head, batch = "CstmrCdtTrfInitn/GrpHdr", "CstmrCdtTrfInitn/PmtInf"
    assert found(root, f"{head}/NbOfTxs") == found(root, f"{batch}/NbOfTxs") == ["3"]
    assert found(root, f"{head}/CtrlSum") == found(root, f"{batch}/CtrlSum") == ["1000000010.10"]
    amounts = found(root, f"{batch}/CdtTrfTxInf/Amt/InstdAmt")
    assert sum(map(Decimal, amounts)) == Decimal("1000000010.10")
    assert {element.get("Ccy") for element in root.iter(f"{{{NAMESPACE}}}InstdAmt")} == {"EUR"}
    assert found(root, f"{batch}/ReqdExctnDt/Dt") == ["2026-11-30"]
    assert found(root, f"{head}/CreDtTm") == ["2026-11-23T10:00:00+01:00"]
    assert found(root, f"{batch}/CdtTrfTxInf/Cdtr/Nm")[1] == "Ferme de l'OEuf + Cie - Elevage"
    assert found(root, f"{batch}/CdtTrfTxInf/CdtrAcct/Id/IBAN")[1] == "DE89370400440532013000"
    assert found(root, f"{batch}/CdtTrfTxInf/PmtId/EndToEndId") == ["PANIER-1-0", "PANIER-1-1", "PANIER-1-2"]


def test_the_same_order_gives_the_same_bytes() -> None:
    assert pain.write(order("1", "2")) == pain.write(order("1", "2"))


@pytest.mark.parametrize("amounts", [(), ("0",), ("-1",), ("1.001",), ("1000000000",)])
def test_what_a_bank_would_refuse_is_not_written(amounts: tuple[str, ...]) -> None:
    with pytest.raises(InputError):
        pain.write(order(*amounts))


def test_two_transfers_never_share_a_reference() -> None:
    one = transfers("1")[0]
    made = dt.datetime(2026, 11, 23, tzinfo=dt.UTC)
    with pytest.raises(InputError, match="double"):
        pain.write(Order("M", made, DAY, REGION, [one, one]))


@pytest.mark.parametrize(
    "wrong", ["FR7630006000011234567890188", "FR76", "", "BR1800360305000010009795493C1", "<script>"]
)
def test_a_wrong_iban_is_refused_and_never_repeated_in_the_message(wrong: str) -> None:
    with pytest.raises(InputError) as caught:
        checked_iban(wrong)
    assert not wrong or wrong not in str(caught.value)


def test_a_bic_is_checked_where_there_is_one() -> None:
    assert checked_bic(" ") == ""
    assert checked_bic("AGRIFRPP") == "AGRIFRPP"
    with pytest.raises(InputError):
        checked_bic("NOPE")


@pytest.mark.parametrize("wrong", ["", "/A", "A/", "A//B", "é", "A" * 36, " A"])
def test_a_reference_is_of_the_bank_s_characters(wrong: str) -> None:
    with pytest.raises(InputError):
        checked_identifier(wrong)


@given(st.text(max_size=200))
def test_names_are_written_in_the_sepa_characters_alone(name: str) -> None:
    try:
        text = written(name, most=70)
    except InputError:
        return
    assert set(text) <= ALLOWED
    assert 0 < len(text) <= 70
    assert text == text.strip()
    assert not text.startswith("/")
    assert "//" not in text
    assert not text.endswith("/")
    assert written(text, most=70) == text


@pytest.mark.parametrize("cell", ["=1+1", "+33", "-2", "@cmd", "\t=1", " =1", "\u00a0=1", "|x"])
def test_a_bordereau_runs_nothing_in_a_spreadsheet(cell: str) -> None:
    party = Party(cell, SHOP.iban)
    made = dt.datetime(2026, 11, 23, tzinfo=dt.UTC)
    text = bordereau.write(
        Order("M", made, DAY, REGION, [Transfer("k", "E", party, Decimal("2.50"), "=cmd|' /C calc'!A0")])
    )
    rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff")), delimiter=";"))
    assert rows[1][1].startswith("'")
    assert rows[1][4].startswith("'=")
    assert rows[1][3] == "2,50" == rows[2][3]
    assert "2004 1010" not in text


# -- made once


def make(amounts: tuple[str, ...] = ("10", "20"), **changes: Any) -> Any:
    options = {
        "key": "run:1",
        "message_id": "PANIER-1",
        "debtor": REGION,
        "execution_on": DAY,
        "transfers": transfers(*amounts),
    }
    return file_make(**{**options, **changes})


@pytest.fixture
def november() -> Any:
    with time_machine.travel(dt.datetime(2026, 11, 23, 9, 30, 15, 123, tzinfo=dt.UTC), tick=False) as clock:
        yield clock


@pytest.mark.django_db
def test_a_file_is_made_once_and_again_the_same_to_the_byte(november: Any) -> None:
    first = make()
    november.shift(3600)
    again = make()
    assert (first.new, again.new) == (True, False)
    assert first.xml == again.xml
    assert PaymentFile.objects.count() == 1
    assert [payment.account_hint for payment in Payment.objects.order_by("pk")] == ["2606", "3000"]
    with pytest.raises(InputError, match="autre contenu"):
        make(("10", "21"))


@pytest.mark.django_db
def test_no_transfer_is_ever_in_two_files(november: Any) -> None:
    make()
    with pytest.raises(InputError, match="déjà dans un fichier"):
        make(key="run:2", message_id="PANIER-2")
    assert Payment.objects.count() == 2
    with pytest.raises(InputError, match="passé"):
        make(key="run:3", message_id="PANIER-3", execution_on=dt.date(2026, 11, 1))


@pytest.mark.django_db
def test_what_the_bank_says_is_recorded_once_and_what_is_odd_is_said(november: Any) -> None:
    made = make(("10", "20", "30"))
    assert file_sent(file=made.file) is True
    assert file_sent(file=made.file) is False
    changed: list[tuple[str, str]] = []
    outcomes = [
        reading.Outcome("PANIER-1-0", "paid", Decimal(10), DAY),
        reading.Outcome("PANIER-1-1", "paid", Decimal(21), DAY),
        reading.Outcome("PANIER-1-2", "refused", None, None, "AC04"),
        reading.Outcome("NOBODY", "paid", Decimal(1), DAY),
    ]
    done = outcomes_record(
        outcomes=outcomes, today=DAY, each=lambda payment, before: changed.append((payment.end_to_end, before))
    )
    assert changed == [("PANIER-1-0", "waiting"), ("PANIER-1-2", "waiting")]
    assert [str(odd).split(" : ")[0] for odd in done.anomalies] == ["PANIER-1-1", "NOBODY"]
    made.file.refresh_from_db()
    assert made.file.state == "sent"
    again = outcomes_record(
        outcomes=[*outcomes[:1], reading.Outcome("PANIER-1-1", "paid", Decimal(20), DAY)], today=DAY
    )
    assert (again.known, len(again.paid)) == (1, 1)
    made.file.refresh_from_db()
    assert made.file.state == "closed"
    returned = outcomes_record(outcomes=[reading.Outcome("PANIER-1-0", "refused", Decimal(10), DAY, "AC04")], today=DAY)
    assert [payment.end_to_end for payment in returned.refused] == ["PANIER-1-0"]
    odd = outcomes_record(outcomes=outcomes[:1], today=DAY)
    assert len(odd.anomalies) == 1


# -- what the bank answers

CAMT = """<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.054.001.08"><BkToCstmrDbtCdtNtfctn><Ntfctn>
<Ntry><Amt Ccy="EUR">30.00</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>2026-11-30</Dt></BookgDt><NtryDtls>
<TxDtls><Refs><EndToEndId>PANIER-1-0</EndToEndId></Refs><Amt Ccy="EUR">10.00</Amt><CdtDbtInd>DBIT</CdtDbtInd></TxDtls>
<TxDtls><Refs><EndToEndId>PANIER-1-1</EndToEndId></Refs><AmtDtls><TxAmt><Amt Ccy="EUR">20.00</Amt></TxAmt></AmtDtls></TxDtls>
<TxDtls><Refs><EndToEndId>PANIER-1-9</EndToEndId></Refs></TxDtls>
</NtryDtls></Ntry>
<Ntry><Amt Ccy="EUR">5.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts><BookgDt><DtTm>2026-12-01T08:00:00</DtTm></BookgDt><NtryDtls>
<TxDtls><Refs><EndToEndId>PANIER-1-2</EndToEndId></Refs><RtrInf><Rsn><Cd>AC04</Cd></Rsn></RtrInf></TxDtls></NtryDtls></Ntry>
<Ntry><Amt Ccy="EUR">7.00</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts><Cd>PDNG</Cd></Sts><NtryDtls>
<TxDtls><Refs><EndToEndId>PANIER-1-3</EndToEndId></Refs></TxDtls></NtryDtls></Ntry>
</Ntfctn></BkToCstmrDbtCdtNtfctn></Document>"""

PAIN002 = """<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.10"><CstmrPmtStsRpt><OrgnlPmtInfAndSts>
<TxInfAndSts><OrgnlEndToEndId>A</OrgnlEndToEndId><TxSts>RJCT</TxSts><StsRsnInf><Rsn><Cd>AC01</Cd></Rsn></StsRsnInf></TxInfAndSts>
<TxInfAndSts><OrgnlEndToEndId>B</OrgnlEndToEndId><TxSts>PDNG</TxSts></TxInfAndSts>
</OrgnlPmtInfAndSts></CstmrPmtStsRpt></Document>"""


def test_a_statement_of_the_bank_is_read() -> None:
    outcomes, problems = reading.read(CAMT.encode(), name="camt.xml")
    assert [(o.end_to_end, o.state, o.amount, o.on, o.detail) for o in outcomes] == [
        ("PANIER-1-0", "paid", Decimal("10.00"), DAY, ""),
        ("PANIER-1-1", "paid", Decimal("20.00"), DAY, ""),
        ("PANIER-1-2", "refused", Decimal("5.00"), dt.date(2026, 12, 1), "AC04"),
    ]
    assert ["PANIER-1-9" in str(problem) for problem in problems] == [True]


def test_refusals_are_read_and_what_is_pending_is_left() -> None:
    outcomes, _ = reading.read(PAIN002.encode(), name="pain.xml")
    assert [(o.end_to_end, o.state, o.detail) for o in outcomes] == [("A", "refused", "AC01")]


def test_a_csv_is_read_line_by_line() -> None:
    text = "\ufeffReference;Montant;Date;Etat;Motif\r\nA;1 234,50;30/11/2026;payé;\r\nB;;;rejeté;AC04\r\nC;x;;payé;\r\n;1;;payé;\r\nD;1;;peut-être;\r\n"
    outcomes, problems = reading.read(text.encode(), name="retour.csv")
    assert [(o.end_to_end, o.state, o.amount) for o in outcomes] == [
        ("A", "paid", Decimal("1234.50")),
        ("B", "refused", None),
    ]
    assert [problem.line for problem in problems] == [4, 5, 6]


BOMB = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><Document>&b;</Document>'


@pytest.mark.parametrize(
    "raw", [b"", b"  ", b"<a", b"<a>\0</a>", BOMB.encode(), BOMB.encode("utf-16"), b"a;b\n1;2", b"\xff\xfe<\x00a", b"reference;montant\nA;1"]
)  # fmt: skip
def test_a_file_no_bank_sends_is_refused_with_its_name(raw: bytes) -> None:
    with pytest.raises(InputError, match=r"retour"):
        reading.read(raw, name="retour")


def test_an_xml_without_any_transfer_says_so() -> None:
    outcomes, problems = reading.read(b"<Document/>", name="x.xml")
    assert outcomes == []
    assert len(problems) == 1


@given(st.binary(max_size=300))
def test_no_bytes_break_the_reader(raw: bytes) -> None:
    with contextlib.suppress(InputError):
        reading.read(raw, name="x")
