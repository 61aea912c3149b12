"""Tables whose changes leave no fact of their own, and why: tests of acts exempt these and no other."""

from __future__ import annotations

_DAY = "what people do in mass is told day by day, in counts of five or more"
_BOX = "a vote or an answer never leaves a fact before closing"

QUIET: dict[str, str] = {
    "consultations_consultation": "its counters follow what people do; opening, counting and closing are told",
    "consultations_articleversion": "the first versions are the definition's; the text settled is told",
    "consultations_amendment": _DAY,
    "consultations_amendmentvote": _BOX,
    "consultations_surveydraft": "what is begun is private",
    "consultations_surveymark": _BOX,
    "consultations_answerset": _BOX,
    "consultations_freetext": "words may be moderated away: no fact tells of them",
    "consultations_statement": _DAY,
    "consultations_opinionvoter": _BOX,
    "consultations_opinionvote": _BOX,
    "consultations_observation": "sightings confirmed are told day by day",
    "consultations_confirmation": "sightings confirmed are told day by day",
}
