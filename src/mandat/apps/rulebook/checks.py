"""What must hold of the rules of a programme folder: they compile, their golden cases pass, what they name exists."""

from __future__ import annotations

from typing import cast

from mandat.apps.rulebook.schema import RULE, VOCABULARY
from mandat.definitions.folder import Folder, folder_check
from mandat.engines.rules import RuleDocument
from mandat.kernel.text import Text


@folder_check
def rules_name_what_exists(folder: Folder) -> None:
    """Vocabularies and measures named by a rule are in the folder."""
    measures = {definition.code for definition in folder.of("measure")}
    words = {definition.code for definition in folder.of(VOCABULARY)}
    for definition in folder.of(RULE):
        document = cast(RuleDocument, definition.model)
        for rank, number in enumerate(document.measures):
            if str(number) not in measures:
                message = Text(f"mesure inconnue : {number}", f"unknown measure: {number}")
                folder.problem(definition, message, "measures", rank)
        for rank, code in enumerate(document.uses):
            if code not in words:
                message = Text(f"vocabulaire inconnu : {code}", f"unknown vocabulary: {code}")
                folder.problem(definition, message, "uses", rank)
