"""What must hold between series of meetings and the rest of a programme folder."""

from __future__ import annotations

from typing import cast

from mandat.apps.meetings.schema import Series
from mandat.definitions.folder import Folder, folder_check
from mandat.kernel.text import Text


@folder_check
def series_name_what_exists(folder: Folder) -> None:
    """Measures, commitments and the owner named by a series are in the programme; a code serves one series alone."""
    measures = {definition.code for definition in folder.of("measure")}
    commitments = {definition.code for definition in folder.of("commitment")}
    bodies = {definition.code for definition in folder.of("body")}
    seen: set[str] = set()
    for kind in ("training", "event-series"):
        for definition in folder.of(kind):
            series = cast(Series, definition.model)
            if series.code in seen:
                folder.problem(definition, Text("série en double", "series given twice"), "code")
            seen.add(series.code)
            if series.owner not in bodies:
                message = Text(f"instance inconnue : {series.owner}", f"unknown body: {series.owner}")
                folder.problem(definition, message, "owner")
            for rank, number in enumerate(series.measures):
                if str(number) not in measures:
                    message = Text(f"mesure inconnue : {number}", f"unknown measure: {number}")
                    folder.problem(definition, message, "measures", rank)
            for rank, code in enumerate(series.commitments):
                if code not in commitments:
                    message = Text(f"engagement inconnu : {code}", f"unknown commitment: {code}")
                    folder.problem(definition, message, "commitments", rank)
