"""The rules a case lives under: the version of its process when it was asked for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from mandat.apps.mediation.models import Case
from mandat.apps.participation.definitions import PublishedProcess, published_process, published_processes
from mandat.apps.participation.schema import Process
from mandat.apps.participation.schema.meeting import Mediation
from mandat.apps.programme.terms import Versions
from mandat.facts import DefinitionRef
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

PROCESSES: Versions[Process] = Versions("process", Process)


@dataclass(frozen=True, slots=True)
class Terms:
    """A process in one version, and its mediation."""

    process: Process
    ref: DefinitionRef
    component: Mediation


def terms_of(case: Case) -> Terms:
    """The rules of a case."""
    held = PROCESSES.at(case.programme, case.process, case.process_version)
    component = held.document.component(case.component)
    assert isinstance(component, Mediation)  # the case was asked for under it
    return Terms(held.document, held.ref, component)


def terms_now(process: str, component: str) -> Terms:
    """The rules in force for who asks for a mediation. Raises InputError where there are none of that name."""
    held = published_process(process)
    found = held.process.component(component)
    if not isinstance(found, Mediation):
        raise InputError(Text("cette médiation n'existe pas", "there is no such mediation"))
    return Terms(held.process, held.ref, found)


def mediations() -> Iterator[tuple[PublishedProcess, Mediation]]:
    """Every mediation in force."""
    for held in published_processes().values():
        for component in held.process.components:
            if isinstance(component, Mediation):
                yield held, component
