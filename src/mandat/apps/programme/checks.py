"""What must hold across the documents of one programme folder."""

from __future__ import annotations

import itertools
from typing import cast

from mandat.apps.programme.schema import Chapter, Commitment, Measure, Pillar, Programme
from mandat.definitions.folder import Definition, Folder, folder_check
from mandat.engines.indicators.status import whole_years
from mandat.kernel.errors import Problem
from mandat.kernel.text import Text


@folder_check
def one_programme_with_all_it_announces(folder: Folder) -> None:
    """Exactly one programme; as many chapters and measures as it announces; numbers without gap."""
    programmes = folder.of("programme")
    if not programmes:
        if not folder.problems:
            message = Text("aucun document « kind: programme »", "no “kind: programme” document")
            folder.problems.append(Problem(next(iter(folder.documents), "."), 1, str(message)))
        return
    for extra in programmes[1:]:
        folder.problem(extra, Text("un seul programme par dossier", "one programme a folder"))
    programme = cast(Programme, programmes[0].model)
    for kind, expected in (("chapter", programme.chapters), ("measure", programme.measures)):
        fr = (
            ("chapitre manquant", "chapitres manquants")
            if kind == "chapter"
            else ("mesure manquante", "mesures manquantes")
        )
        numbers = sorted(cast(Chapter | Measure, definition.model).number for definition in folder.of(kind))
        missing = sorted(set(range(1, expected + 1)) - set(numbers))
        if missing:
            listed = ", ".join(map(str, itertools.islice(missing, 10)))
            several = len(missing) > 1
            message = Text(f"{fr[several]} : {listed}", f"missing {kind}{'s' if several else ''}: {listed}")
            folder.problem(programmes[0], message, f"{kind}s")
        for definition in folder.of(kind):
            if cast(Chapter | Measure, definition.model).number > expected:
                message = Text(
                    f"numéro au-delà des {expected} annoncés par le programme",
                    f"number beyond the {expected} the programme announces",
                )
                folder.problem(definition, message, "number")
    for kind in ("chapter", "pillar"):
        _unique_numbers(folder, kind)


def _unique_numbers(folder: Folder, kind: str) -> None:
    seen: dict[int, Definition] = {}
    for definition in folder.of(kind):
        number = cast(Chapter | Pillar, definition.model).number
        if number in seen:
            message = Text(
                f"numéro {number} en double (déjà {seen[number].code})",
                f"duplicate number {number} (already {seen[number].code})",
            )
            folder.problem(definition, message, "number")
        seen.setdefault(number, definition)


@folder_check
def references_lead_somewhere(folder: Folder) -> None:
    """Pillars of chapters and bodies of measures exist; slugs of measures are unique."""
    pillars = {definition.code for definition in folder.of("pillar")}
    bodies = {definition.code for definition in folder.of("body")}
    for definition in folder.of("chapter"):
        pillar = cast(Chapter, definition.model).pillar
        if pillar not in pillars:
            folder.problem(definition, Text(f"pilier inconnu : {pillar}", f"unknown pillar: {pillar}"), "pillar")
    slugs: dict[str, Definition] = {}
    for definition in folder.of("measure"):
        measure = cast(Measure, definition.model)
        if measure.responsible not in bodies:
            message = Text(f"instance inconnue : {measure.responsible}", f"unknown body: {measure.responsible}")
            folder.problem(definition, message, "responsible")
        if measure.code in slugs:
            other = slugs[measure.code].code
            message = Text(
                f"code {measure.code} déjà pris par la mesure {other}",
                f"code {measure.code} already used by measure {other}",
            )
            folder.problem(definition, message, "code")
        slugs.setdefault(measure.code, definition)


@folder_check
def commitments_can_be_computed(folder: Folder) -> None:
    """Codes follow their measure, fact kinds and fields exist, dates lie within the mandate."""
    programmes = folder.of("programme")
    mandate = cast(Programme, programmes[0].model).mandate if programmes else None
    for definition in folder.of("commitment"):
        commitment = cast(Commitment, definition.model)
        if commitment.code.split(".")[0] != definition.parent:
            message = Text(
                f"l'engagement {commitment.code} est rangé dans la mesure {definition.parent}",
                f"commitment {commitment.code} stands in measure {definition.parent}",
            )
            folder.problem(definition, message, "code")
        for kind in commitment.indicator.unknown_kinds():
            folder.problem(
                definition, Text(f"genre de fait inconnu : {kind}", f"unknown fact kind: {kind}"), "indicator", "facts"
            )
        for name in commitment.indicator.unknown_fields():
            folder.problem(
                definition, Text(f"champ de fait inconnu : {name}", f"unknown fact field: {name}"), "indicator"
            )
        if (commitment.goal.each == "year") != (commitment.indicator.window == "year"):
            message = Text(
                "« each: year » et « window: year » vont ensemble", "“each: year” and “window: year” go together"
            )
            folder.problem(definition, message, "indicator", "window")
        if mandate is None:
            continue
        if commitment.goal.each == "year" and not whole_years(mandate.start, commitment.due or mandate.end):
            message = Text("aucune année civile entière avant l'échéance", "no whole calendar year before the due date")
            folder.problem(definition, message, "due")
        dates = [("due", commitment.due)] if commitment.due else []
        for name, day in dates:
            if not mandate.start <= day <= mandate.end:
                message = Text(f"échéance hors du mandat : {day}", f"due date outside the mandate: {day}")
                folder.problem(definition, message, name)
        for rank, milestone in enumerate(commitment.milestones):
            if not mandate.start <= milestone.due <= mandate.end:
                message = Text(
                    f"jalon hors du mandat : {milestone.due}", f"milestone outside the mandate: {milestone.due}"
                )
                folder.problem(definition, message, "milestones", rank, "due")
