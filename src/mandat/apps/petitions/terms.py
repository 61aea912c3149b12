"""The rules a petition lives under: the version of its process when it was written, to the end."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from mandat.apps.participation.definitions import PublishedProcess, published_process, published_processes
from mandat.apps.participation.schema import Process
from mandat.apps.participation.schema.deciding import Petitions, ReferendumTerms
from mandat.apps.participation.schema.deciding import Referendum as ReferendumComponent
from mandat.apps.petitions.models import Petition, Referendum
from mandat.apps.programme.terms import Versions
from mandat.facts import DefinitionRef
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

PROCESSES: Versions[Process] = Versions("process", Process)


@dataclass(frozen=True, slots=True)
class Terms:
    """A process in one version, and its component of petitions."""

    process: Process
    ref: DefinitionRef
    component: Petitions

    @property
    def authority(self) -> str:
        """Whom a request of the law is put to."""
        return self.component.authority or self.process.area

    @property
    def needs(self) -> tuple[int, ...]:
        """Signatures of each threshold, in their order."""
        return tuple(one.needed(self.component.electors) for one in self.component.thresholds)


def terms_of(petition: Petition) -> Terms:
    """The rules of a petition."""
    held = PROCESSES.at(petition.programme, petition.process, petition.process_version)
    component = held.document.component(petition.component)
    assert isinstance(component, Petitions)  # the petition was begun under it
    return Terms(held.document, held.ref, component)


def terms_now(process: str, component: str) -> Terms:
    """The rules in force for who begins a petition. Raises InputError where there are none of that name."""
    held = published_process(process)
    found = held.process.component(component)
    if not isinstance(found, Petitions):
        raise InputError(Text("ce droit de pétition n'existe pas", "there is no such right to petition"))
    return Terms(held.process, held.ref, found)


def rights() -> Iterator[tuple[PublishedProcess, Petitions]]:
    """Every right to petition in force."""
    for held in published_processes().values():
        for component in held.process.components:
            if isinstance(component, Petitions):
                yield held, component


@dataclass(frozen=True, slots=True)
class Vote:
    """The rules of a referendum, and the process they are in."""

    process: Process
    ref: DefinitionRef
    component: Petitions | ReferendumComponent
    terms: ReferendumTerms


def vote_of(referendum: Referendum) -> Vote:
    """The rules a referendum was asked under."""
    held = PROCESSES.at(referendum.programme, referendum.process, referendum.process_version)
    component = held.document.component(referendum.component)
    terms = component.terms if isinstance(component, ReferendumComponent) else getattr(component, "referendum", None)
    assert isinstance(component, Petitions | ReferendumComponent)
    assert terms is not None  # it was asked under them
    return Vote(held.document, held.ref, component, terms)
