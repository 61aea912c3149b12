"""Definitions of bodies in the versions that govern."""

from __future__ import annotations

from mandat.apps.bodies.schema import Body
from mandat.apps.programme.published import Published, published
from mandat.apps.programme.terms import Terms, Versions
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

BODIES = Versions("body", Body)


def body_of(code: str, current: Published | None = None) -> Terms[Body]:
    """The definition in force. Raises InputError for a body the programme does not have."""
    found = BODIES.all(current or published()).get(code)
    if found is None:
        raise InputError(Text(f"instance inconnue : {code}", f"unknown body: {code}"))
    return found


def meeting_body(code: str, current: Published | None = None) -> Terms[Body]:
    """The same for a body that sits. Raises InputError for one whose definition has no members."""
    found = body_of(code, current)
    if not found.document.meets:
        raise InputError(
            Text(
                f"{found.document.title.fr} : sa définition n'a ni collège ni quorum",
                f"{found.document.title.en}: its definition has no college and no quorum",
            )
        )
    return found
