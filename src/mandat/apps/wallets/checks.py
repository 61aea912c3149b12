"""What must hold between wallets and the rest of a programme folder."""

from __future__ import annotations

from typing import cast

from mandat.apps.programme.schema import Programme
from mandat.apps.wallets.schema import Wallet
from mandat.definitions.folder import Folder, folder_check
from mandat.kernel.text import Text


@folder_check
def wallets_name_what_exists(folder: Folder) -> None:
    """Measures and commitments named by a wallet are in the programme, and it does not expire before the mandate begins."""
    measures = {definition.code for definition in folder.of("measure")}
    commitments = {definition.code for definition in folder.of("commitment")}
    programmes = folder.of("programme")
    mandate = cast(Programme, programmes[0].model).mandate if programmes else None
    for definition in folder.of("wallet"):
        wallet = cast(Wallet, definition.model)
        for rank, number in enumerate(wallet.measures):
            if str(number) not in measures:
                message = Text(f"mesure inconnue : {number}", f"unknown measure: {number}")
                folder.problem(definition, message, "measures", rank)
        for rank, code in enumerate(wallet.commitments):
            if code not in commitments:
                message = Text(f"engagement inconnu : {code}", f"unknown commitment: {code}")
                folder.problem(definition, message, "commitments", rank)
        end = wallet.expiry.date
        if end is not None and mandate is not None and end < mandate.start:
            message = Text(f"expire avant le mandat : {end}", f"expires before the mandate: {end}")
            folder.problem(definition, message, "expiry", "date")
