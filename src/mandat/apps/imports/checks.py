"""What must hold between import mappings and the rest of a programme folder."""

from __future__ import annotations

from typing import cast

from mandat.apps.imports.schema import ImportMapping
from mandat.definitions.folder import Folder, folder_check
from mandat.kernel.text import Text


@folder_check
def mappings_name_what_exists(folder: Folder) -> None:
    """Measures, commitments and bodies named by an import mapping are in the programme."""
    measures = {definition.code for definition in folder.of("measure")}
    commitments = {definition.code for definition in folder.of("commitment")}
    bodies = {definition.code for definition in folder.of("body")}
    for definition in folder.of("import-mapping"):
        mapping = cast(ImportMapping, definition.model)
        if mapping.body is not None and mapping.body not in bodies:
            folder.problem(
                definition, Text(f"instance inconnue : {mapping.body}", f"unknown body: {mapping.body}"), "body"
            )
        for rank, rule in enumerate(mapping.rules):
            for number in rule.measures:
                if str(number) not in measures:
                    message = Text(f"mesure inconnue : {number}", f"unknown measure: {number}")
                    folder.problem(definition, message, "rules", rank, "measures")
            for code in rule.commitments:
                if code not in commitments:
                    message = Text(f"engagement inconnu : {code}", f"unknown commitment: {code}")
                    folder.problem(definition, message, "rules", rank, "commitments")
