"""Recompute every balance from its postings and every transaction's sum; exit 1 where something is wrong."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from mandat.apps.ledger.models import Account, Transaction
from mandat.apps.ledger.selectors import verify
from mandat.kernel.text import Text


class Command(BaseCommand):
    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--book", default="", help="this book only")

    def handle(self, *args: Any, **options: Any) -> None:
        found = 0
        for fault in verify(options["book"]):
            found += 1
            self.stderr.write(str(fault))
        if found:
            raise SystemExit(1)
        accounts, transactions = Account.objects.count(), Transaction.objects.count()
        self.stdout.write(
            str(
                Text(
                    f"comptes vérifiés : {accounts}, écritures : {transactions}, tout est juste",
                    f"accounts verified: {accounts}, transactions: {transactions}, all is right",
                )
            )
        )
