"""What bodies must agree on with the rest of their programme's folder."""

from __future__ import annotations

from typing import cast

from mandat.apps.bodies.schema import Body
from mandat.apps.programme.schema import Commitment
from mandat.definitions.folder import Definition, Folder, folder_check
from mandat.kernel.text import Text


@folder_check
def bodies_lead_somewhere(folder: Folder) -> None:
    """Parents, measures, commitments and milestones named by bodies are in the folder; no body is its own ancestor."""
    parents = {definition.code: cast(Body, definition.model).parent for definition in folder.of("body")}
    measures = {int(definition.code) for definition in folder.of("measure")}
    commitments = {definition.code: cast(Commitment, definition.model) for definition in folder.of("commitment")}
    for definition in folder.of("body"):
        body = cast(Body, definition.model)
        if body.parent is not None and body.parent not in parents:
            message = Text(f"instance inconnue : {body.parent}", f"unknown body: {body.parent}")
            folder.problem(definition, message, "parent")
        elif _turns(body.code, parents):
            message = Text("une instance ne peut dépendre d'elle-même", "a body cannot be part of itself")
            folder.problem(definition, message, "parent")
        for rank, number in enumerate(body.measures):
            if number not in measures:
                message = Text(f"mesure inconnue : {number}", f"unknown measure: {number}")
                folder.problem(definition, message, "measures", rank)
        for rank, code in enumerate(body.commitments):
            if code not in commitments:
                message = Text(f"engagement inconnu : {code}", f"unknown commitment: {code}")
                folder.problem(definition, message, "commitments", rank)
        _milestones(folder, definition, body, commitments)


def _turns(code: str, parents: dict[str, str | None]) -> bool:
    seen, at = {code}, parents.get(code)
    while at is not None and at not in seen:
        seen.add(at)
        at = parents.get(at)
    return at == code


def _milestones(folder: Folder, definition: Definition, body: Body, commitments: dict[str, Commitment]) -> None:
    known = {
        milestone.code for code in body.commitments if code in commitments for milestone in commitments[code].milestones
    }
    for step, code in body.milestones.items():
        if code not in known:
            message = Text(
                f"jalon inconnu des engagements de l'instance : {code}",
                f"not a milestone of the body's commitments: {code}",
            )
            folder.problem(definition, message, "milestones", step)
