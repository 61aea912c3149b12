"""Write transfer orders as ISO 20022 pain.001.001.09, the version banks of the SEPA area read since November 2023.

One debtor, one execution day, one ``PmtInf``; control sums at both levels. The same order always gives the same bytes.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from xml.etree import ElementTree as ET

from mandat.apps.ledger.payments.sepa import checked_bic, checked_iban, checked_identifier, written
from mandat.kernel.errors import InputError
from mandat.kernel.money import euros
from mandat.kernel.text import Text

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"
#: The most one SEPA transfer may carry.
LARGEST = Decimal("999999999.99")
MOST_TRANSFERS = 100_000


@dataclass(frozen=True, slots=True)
class Party:
    """Who pays or is paid. ``bic`` is optional in the SEPA area."""

    name: str
    iban: str
    bic: str = ""


@dataclass(frozen=True, slots=True)
class Transfer:
    """One payment: ``key`` is what it pays (never sent to the bank), ``end_to_end`` comes back with the bank's answer."""

    key: str
    end_to_end: str
    payee: Party
    amount: Decimal
    remittance: str


@dataclass(frozen=True, slots=True)
class Order:
    """A file to be: ``message_id`` is unique for ever to the bank, which refuses the second of two."""

    message_id: str
    made_at: dt.datetime
    execution_on: dt.date
    debtor: Party
    transfers: Sequence[Transfer]

    @property
    def total(self) -> Decimal:
        return sum((transfer.amount for transfer in self.transfers), Decimal("0.00"))


def write(order: Order) -> bytes:
    """The file. Raises InputError for what a bank would refuse: a wrong IBAN, an amount that is not 0.01 to 999,999,999.99, two like references."""
    _check(order)
    count, total = str(len(order.transfers)), f"{order.total:.2f}"
    message = checked_identifier(order.message_id)
    root = ET.Element("Document", xmlns=NAMESPACE)
    body = _put(root, "CstmrCdtTrfInitn")
    header = _put(body, "GrpHdr")
    _put(header, "MsgId", message)
    _put(header, "CreDtTm", order.made_at.isoformat(timespec="seconds"))
    _put(header, "NbOfTxs", count)
    _put(header, "CtrlSum", total)
    _put(_put(header, "InitgPty"), "Nm", written(order.debtor.name, most=70))
    batch = _put(body, "PmtInf")
    _put(batch, "PmtInfId", message)
    _put(batch, "PmtMtd", "TRF")
    _put(batch, "BtchBookg", "true")
    _put(batch, "NbOfTxs", count)
    _put(batch, "CtrlSum", total)
    _put(_put(_put(batch, "PmtTpInf"), "SvcLvl"), "Cd", "SEPA")
    _put(_put(batch, "ReqdExctnDt"), "Dt", order.execution_on.isoformat())
    _put(_put(batch, "Dbtr"), "Nm", written(order.debtor.name, most=70))
    _account(batch, "DbtrAcct", order.debtor)
    agent = _put(_put(batch, "DbtrAgt"), "FinInstnId")
    if order.debtor.bic:
        _put(agent, "BICFI", checked_bic(order.debtor.bic))
    else:
        _put(_put(agent, "Othr"), "Id", "NOTPROVIDED")
    _put(batch, "ChrgBr", "SLEV")
    for transfer in order.transfers:
        _transfer(batch, transfer)
    ET.indent(root, space=" ")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="unicode")}\n'.encode()


def _transfer(batch: ET.Element, transfer: Transfer) -> None:
    one = _put(batch, "CdtTrfTxInf")
    names = _put(one, "PmtId")
    _put(names, "InstrId", checked_identifier(transfer.end_to_end))
    _put(names, "EndToEndId", transfer.end_to_end)
    amount = _put(_put(one, "Amt"), "InstdAmt", f"{transfer.amount:.2f}")
    amount.set("Ccy", "EUR")
    if transfer.payee.bic:
        _put(_put(_put(one, "CdtrAgt"), "FinInstnId"), "BICFI", checked_bic(transfer.payee.bic))
    _put(_put(one, "Cdtr"), "Nm", written(transfer.payee.name, most=70))
    _account(one, "CdtrAcct", transfer.payee)
    _put(_put(one, "RmtInf"), "Ustrd", written(transfer.remittance, most=140))


def _account(parent: ET.Element, tag: str, party: Party) -> None:
    _put(_put(_put(parent, tag), "Id"), "IBAN", checked_iban(party.iban))


def _put(parent: ET.Element, tag: str, text: str | None = None) -> ET.Element:
    child = ET.SubElement(parent, tag)
    child.text = text
    return child


def _check(order: Order) -> None:
    if not order.transfers:
        raise InputError(Text("un fichier de paiement paie quelque chose", "a payment file pays something"))
    if len(order.transfers) > MOST_TRANSFERS:
        raise InputError(Text("trop de virements pour un fichier", "too many transfers for a file"))
    if order.made_at.tzinfo is None:
        raise ValueError("a moment needs its time zone")
    seen: set[str] = set()
    for transfer in order.transfers:
        if transfer.end_to_end in seen:
            raise InputError(
                Text(f"référence en double : {transfer.end_to_end}", f"duplicate reference: {transfer.end_to_end}")
            )
        seen.add(transfer.end_to_end)
        if transfer.amount != euros(transfer.amount) or not 0 < transfer.amount <= LARGEST:
            raise InputError(
                Text(
                    f"{transfer.end_to_end} : un virement va de 0,01 à 999 999 999,99 €",
                    f"{transfer.end_to_end}: a transfer is from €0.01 to €999,999,999.99",
                )
            )
