"""What must hold between a participation process and the rest of a programme folder."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any, cast

from mandat.apps.answers.schema import AnswerDuty
from mandat.apps.participation.schema import Process
from mandat.apps.programme.schema import Programme
from mandat.apps.rulebook.places import bundled_perimeters
from mandat.definitions.folder import Definition, Folder, folder_check
from mandat.kernel.moments import closing, opening
from mandat.kernel.text import Text

#: Codes the addresses of a process use for themselves.
RESERVED = frozenset({"calendrier", "regles", "prendre-part", "documents", "donnees"})
#: A phase may not be further than this from the mandate: a year is often miswritten.
REACH = dt.timedelta(days=366)


@folder_check
def processes_name_what_exists(folder: Folder) -> None:
    """Measures, commitments, bodies and areas named by a process are in the programme; its phases stay within reach of the mandate."""
    measures = {definition.code for definition in folder.of("measure")}
    commitments = {definition.code for definition in folder.of("commitment")}
    bodies = {definition.code for definition in folder.of("body")}
    programmes = folder.of("programme")
    programme = cast(Programme, programmes[0].model) if programmes else None
    for definition in folder.of("process"):
        process = cast(Process, definition.model)
        for rank, number in enumerate(process.measures):
            if str(number) not in measures:
                folder.problem(
                    definition, Text(f"mesure inconnue : {number}", f"unknown measure: {number}"), "measures", rank
                )
        for rank, code in enumerate(process.commitments):
            if code not in commitments:
                message = Text(f"engagement inconnu : {code}", f"unknown commitment: {code}")
                folder.problem(definition, message, "commitments", rank)
        for body, place in _bodies(process):
            if body not in bodies:
                folder.problem(definition, Text(f"instance inconnue : {body}", f"unknown body: {body}"), *place)
        _areas(folder, definition, process, programme)
        _phases(folder, definition, process, programme)
        for rank, one in enumerate(process.components):
            if one.code in RESERVED:
                message = Text(f"code réservé aux adresses : {one.code}", f"code kept for addresses: {one.code}")
                folder.problem(definition, message, "components", rank, "code")
            _component(folder, definition, process, rank, one)


def _bodies(process: Process) -> Iterator[tuple[str, tuple[str | int, ...]]]:
    yield process.owner, ("owner",)
    for rank, body in enumerate(process.participants.bodies):
        yield body, ("participants", "bodies", rank)
    yield from _duties(process, ())


def _duties(model: Any, place: tuple[str | int, ...]) -> Iterator[tuple[str, tuple[str | int, ...]]]:
    """Bodies named by every duty of answer inside a document, and the other bodies its components name."""
    for name in type(model).model_fields:
        value = getattr(model, name)
        if isinstance(value, AnswerDuty):
            yield value.body, (*place, name, "body")
        elif name in ("checked_by", "mediators") and isinstance(value, str):
            yield value, (*place, name)
        elif isinstance(value, tuple):
            for rank, item in enumerate(value):
                if hasattr(type(item), "model_fields"):
                    yield from _duties(item, (*place, name, rank))
        elif hasattr(type(value), "model_fields"):
            yield from _duties(value, (*place, name))


def _areas(folder: Folder, definition: Definition, process: Process, programme: Programme | None) -> None:
    named = {f"perimeter:{one.code}" for one in folder.of("perimeter")}
    places = bundled_perimeters(programme.region) if programme is not None else {}
    given: list[tuple[str, tuple[str | int, ...]]] = [(process.area, ("area",))]
    given += [(area, ("participants", "areas", rank)) for rank, area in enumerate(process.participants.areas)]
    for rank, one in enumerate(process.components):
        if one.type == "budget":
            given += [
                (part.area, ("components", rank, "parts", n, "area")) for n, part in enumerate(one.parts) if part.area
            ]
    for area, place in given:
        if area.startswith("perimeter:"):
            known = area in named
        elif area.startswith("commune:"):
            known = not places or not _any_commune(places) or any(area[8:] in codes for codes in places.values())
        else:
            known = not _any_commune(places) or area in places
        if not known:
            folder.problem(definition, Text(f"territoire inconnu : {area}", f"unknown area: {area}"), *place)


def _any_commune(places: Any) -> bool:
    return any(codes for codes in places.values())


def _phases(folder: Folder, definition: Definition, process: Process, programme: Programme | None) -> None:
    last: dt.datetime | None = None
    for rank, phase in enumerate(process.phases):
        begins = opening(phase.opens)
        if last is not None and begins < last:
            folder.problem(
                definition, Text("les phases se suivent dans l'ordre de leurs ouvertures", "phases follow the order of their openings"), "phases", rank, "opens",
            )  # fmt: skip
        last = begins
        if programme is not None:
            least, most = programme.mandate.start - REACH, programme.mandate.end + REACH
            for name, moment in (("opens", phase.opens), ("closes", phase.closes)):
                if moment is not None and not least <= _day(moment) <= most:
                    message = Text(
                        f"phase hors de portée du mandat : {moment}", f"phase out of the mandate's reach: {moment}"
                    )
                    folder.problem(definition, message, "phases", rank, name)


def _day(moment: dt.date) -> dt.date:
    return moment.date() if isinstance(moment, dt.datetime) else moment


def _component(folder: Folder, definition: Definition, process: Process, rank: int, one: Any) -> None:
    """A component is open in some phase; what it decides on comes before it."""
    moments = [phase for phase in process.phases if any(done.split(":")[0] == one.code for done in phase.does)]
    if not moments:
        message = Text(f"aucune phase n'ouvre « {one.code} »", f"no phase opens “{one.code}”")
        folder.problem(definition, message, "components", rank)
        return
    for name in ("categories", "options", "questions"):
        codes = [item.code for item in getattr(one, name, ())]
        twice = {code for code in codes if codes.count(code) > 1}
        if twice:
            message = Text(f"code en double : {min(twice)}", f"code given twice: {min(twice)}")
            folder.problem(definition, message, "components", rank, name)
    supports = one.supports if one.type == "proposals" else None
    if supports is not None and (supports.threshold is None) != (supports.answer is None):
        message = Text(
            "un seuil de soutiens dit qui répond, et réciproquement",
            "a threshold of supports says who answers, and the reverse",
        )
        folder.problem(definition, message, "components", rank, "supports")
    if one.type == "vote":
        if any(phase.closes is None for phase in moments):
            message = Text("un vote a une fin", "a vote has an end")
            folder.problem(definition, message, "components", rank)
        if one.options_from is not None:
            ideas = [phase for phase in process.phases if one.options_from in phase.does]
            opens = min(opening(phase.opens) for phase in moments)
            if any(phase.closes is None or closing(phase.closes) > opens for phase in ideas):
                message = Text(
                    f"le vote ouvre avant la fin de « {one.options_from} »",
                    f"the vote opens before “{one.options_from}” ends",
                )
                folder.problem(definition, message, "components", rank, "options_from")
