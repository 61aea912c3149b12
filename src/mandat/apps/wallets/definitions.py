"""The wallets a programme publishes, read once for each version, and the accounts of their books."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from django.conf import settings
from django.db import connection

from mandat.apps.ledger.models import Account, major
from mandat.apps.ledger.services import account_open, minor
from mandat.apps.wallets.schema import Wallet as Definition
from mandat.definitions.models import DefinitionVersion
from mandat.facts import DefinitionRef
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text


@dataclass(frozen=True)
class Kind:
    """A published wallet and the version it was published under."""

    programme: str
    definition: Definition
    ref: DefinitionRef

    @property
    def code(self) -> str:
        return self.definition.code

    @property
    def unit(self) -> str:
        return self.definition.unit

    @property
    def book(self) -> str:
        """The book of its accounts in the ledger."""
        return f"wallet:{self.code}"[:60]

    def minor(self, amount: Decimal) -> int:
        return minor(amount, self.unit)

    def major(self, amount: int) -> Decimal:
        return major(amount, self.unit)

    def account(self, name: str) -> Account:
        """One of the book's own accounts: ``fund`` (where credits come from), ``expired``, ``paying`` (in payment files), ``paid``."""
        floor = None if name == "fund" else Decimal(0)
        return account_open(book=self.book, code=name, kind=name, unit=self.unit, floor=floor)


def kinds(programme: str = "") -> Mapping[str, Kind]:
    """The published wallets by code, in their order."""
    programme = programme or settings.MANDAT_PROGRAMME
    with connection.cursor() as cursor:
        # Asked at every purchase: written out.
        cursor.execute(
            "SELECT id, digest FROM definitions_definitionversion WHERE programme = %s AND kind = 'wallet' AND current "
            "ORDER BY position",
            [programme],
        )
        return _read(programme, tuple((int(pk), str(digest)) for pk, digest in cursor.fetchall()))


def kind_of(code: str, programme: str = "") -> Kind:
    """A published wallet. Raises InputError where there is none of this code."""
    found = kinds(programme).get(code)
    if found is None:
        raise InputError(Text(f"porte-monnaie inconnu : {code}", f"unknown wallet: {code}"))
    return found


@lru_cache(maxsize=8)
def _read(programme: str, versions: tuple[tuple[int, str], ...]) -> dict[str, Kind]:
    rows = DefinitionVersion.objects.filter(pk__in=[pk for pk, _ in versions]).order_by("position")
    return {
        row.code: Kind(
            programme,
            Definition.model_validate(row.body),
            DefinitionRef(row.kind, row.code, row.version, row.digest),
        )
        for row in rows
    }
