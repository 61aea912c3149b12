"""What must hold between offers and the rest of a programme folder."""

from __future__ import annotations

from typing import cast

from mandat.apps.offers.schema import Offer
from mandat.apps.programme.schema import Programme
from mandat.definitions.folder import Folder, folder_check
from mandat.kernel.text import Text


@folder_check
def offers_name_what_exists(folder: Folder) -> None:
    """Measures and commitments named by an offer are in the programme, and its rounds open within the mandate."""
    measures = {definition.code for definition in folder.of("measure")}
    commitments = {definition.code for definition in folder.of("commitment")}
    programmes = folder.of("programme")
    mandate = cast(Programme, programmes[0].model).mandate if programmes else None
    for definition in folder.of("offer"):
        offer = cast(Offer, definition.model)
        for rank, number in enumerate(offer.measures):
            if str(number) not in measures:
                message = Text(f"mesure inconnue : {number}", f"unknown measure: {number}")
                folder.problem(definition, message, "measures", rank)
        for rank, code in enumerate(offer.commitments):
            if code not in commitments:
                message = Text(f"engagement inconnu : {code}", f"unknown commitment: {code}")
                folder.problem(definition, message, "commitments", rank)
        for rank, one in enumerate(offer.rounds):
            if mandate is not None and not mandate.start <= one.opens <= mandate.end:
                message = Text(
                    f"tour ouvert hors du mandat : {one.opens}", f"round opens outside the mandate: {one.opens}"
                )
                folder.problem(definition, message, "rounds", rank, "opens")
