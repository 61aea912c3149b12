"""The list of a payment file, for those who sign it: a CSV that spreadsheets open without running anything in it."""

from __future__ import annotations

import csv
import io

from mandat.apps.ledger.payments.pain import Order

_HEAD = ("reference", "beneficiaire", "iban", "montant", "objet")
#: A cell that begins so would be read as a formula.
_ACTIVE = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")


def inert(cell: str) -> str:
    """``cell`` as a spreadsheet shows it and never runs it."""
    return f"'{cell}" if cell.lstrip(" \u00a0\u202f").startswith(_ACTIVE) or cell.startswith(_ACTIVE) else cell


def write(order: Order) -> str:
    """One line a transfer and the total; the IBAN shows its ends only. UTF-8 with its mark, semicolons, CRLF."""
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=";", lineterminator="\r\n")
    writer.writerow(_HEAD)
    for transfer in order.transfers:
        iban = transfer.payee.iban
        masked = f"{iban[:4]} … {iban[-4:]}"
        cells = (
            transfer.end_to_end,
            transfer.payee.name,
            masked,
            _amount(f"{transfer.amount:.2f}"),
            transfer.remittance,
        )
        writer.writerow([inert(cell) for cell in cells])
    writer.writerow(["total", "", "", _amount(f"{order.total:.2f}"), inert(order.message_id)])
    return "\ufeff" + stream.getvalue()


def _amount(text: str) -> str:
    return text.replace(".", ",")
