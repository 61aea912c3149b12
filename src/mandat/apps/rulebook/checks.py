"""What must hold of the rules of a programme folder: they compile, their golden cases pass, what they name exists."""

from __future__ import annotations

from typing import cast

from mandat.apps.programme.schema import Programme
from mandat.apps.rulebook.places import Perimeters, bundled_perimeters, with_named, within
from mandat.apps.rulebook.schema import NAMED, PERIMETER, RULE, VOCABULARY, PerimeterDocument
from mandat.definitions.folder import Definition, Folder, folder_check
from mandat.engines.rules import RuleDocument, RuleProblem, VocabularyDocument, compile_rule
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


def perimeters_of(folder: Folder) -> Perimeters:
    """The perimeters of the region that comes with Mandat, and those the folder names."""
    programmes = folder.of("programme")
    places = bundled_perimeters(cast(Programme, programmes[0].model).region if programmes else "")
    return with_named(places, (cast(PerimeterDocument, one.model) for one in folder.of(PERIMETER)))


@folder_check
def perimeters_hold_communes(folder: Folder) -> None:
    """A named perimeter is not empty, and is made of areas the region has where they are known."""
    places = perimeters_of(folder)
    for definition in folder.of(PERIMETER):
        document = cast(PerimeterDocument, definition.model)
        for rank, area in enumerate(document.areas):
            if len(places) > 1 and not area.startswith("bassin:") and not within(places, area):
                message = Text(f"territoire inconnu : {area}", f"unknown area: {area}")
                folder.problem(definition, message, "areas", rank)
        if len(places) > 1 and not places[f"{NAMED}{document.code}"]:
            message = Text("ce périmètre ne contient aucune commune", "this perimeter holds no commune")
            folder.problem(definition, message, "excluding" if document.excluding else "areas")


@folder_check
def rules_compile_and_keep_their_golden_cases(folder: Folder) -> None:
    """Each rule is typed, complete and bounded, and answers its golden cases as it says."""
    rules = folder.of(RULE)
    if not rules:
        return
    places = perimeters_of(folder)
    words = {definition.code: definition for definition in folder.of(VOCABULARY)}
    said: set[tuple[str, str]] = set()
    for definition in rules:
        document = cast(RuleDocument, definition.model)
        if not words.keys() >= set(document.uses):
            continue  # said above; everything else would follow from it
        used = [cast(VocabularyDocument, words[code].model) for code in document.uses]
        _rule, problems = compile_rule(document, used, perimeters=places)
        for problem in problems:
            at = words[problem.document] if problem.document else definition
            # What is wrong in a vocabulary is found again by each rule that uses it.
            key = (at.file, str(problem)) if problem.document else (at.file, f"{definition.line} {problem}")
            if key not in said:
                said.add(key)
                _report(folder, at, problem)


def _report(folder: Folder, definition: Definition, problem: RuleProblem) -> None:
    """Say a problem at its line; inside a formula, the column is that of the formula's own text."""
    field = ".".join(str(step) for step in problem.place if not isinstance(step, int))
    if problem.line == 0:
        folder.problem(definition, Text(f"{field} : {problem.text.fr}", f"{field}: {problem.text.en}"), *problem.place)
        return
    row, column = problem.line, problem.column
    where = Text(f"colonne {column}", f"column {column}")
    if row > 1:
        where = Text(f"ligne {row}, colonne {column}", f"line {row}, column {column}")
    message = Text(f"{field}, {where.fr} : {problem.text.fr}", f"{field}, {where.en}: {problem.text.en}")
    folder.problem(definition, message, *problem.place)
