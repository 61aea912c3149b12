"""Facts of contracts of several years: signed, covering territories, carried out, reviewed, amended, ended.

``subject`` is the public reference of the contract; parties are legal persons.
"""

from __future__ import annotations

import datetime as dt
from typing import Literal

from mandat.facts.base import Data, fact_type
from mandat.kernel.text import Text


@fact_type(
    "contracts.signed.v1",
    label=Text("Contrat signé", "Contract signed"),
    sentence=Text("{scheme_title} : {title}, signé par {parties}", "{scheme_title}: {title}, signed by {parties}"),
)
class Signed(Data):
    """A contract of several years binds its parties from the day of the fact to ``until``."""

    contract: str
    scheme_title: str
    title: str
    parties: str
    until: dt.date


@fact_type(
    "contracts.territory_covered.v1",
    label=Text("Territoire couvert", "Territory covered"),
    sentence=Text(
        "{scheme_title} : un territoire est couvert par « {title} »",
        "{scheme_title}: a territory is covered by “{title}”",
    ),
)
class Covered(Data):
    """The contract covers the fact's area: one fact for each."""

    contract: str
    scheme_title: str
    title: str


@fact_type(
    "contracts.action_done.v1",
    label=Text("Action d'un contrat réalisée", "Action of a contract done"),
    sentence=Text("{contract_title} : « {action} » est réalisée", "{contract_title}: “{action}” is done"),
)
class ActionDone(Data):
    """An action of the contract is done; ``amount`` is what it cost, where it is known."""

    contract: str
    contract_title: str
    action: str
    evidence: str


@fact_type(
    "contracts.reviewed.v1",
    label=Text("Contrat passé en revue", "Contract reviewed"),
    sentence=Text("{title} : la revue annuelle est faite", "{title}: the annual review is done"),
    counts=False,
)
class Reviewed(Data):
    """The parties met over what was done: ``done`` actions of ``planned``."""

    contract: str
    title: str
    done: int
    planned: int
    findings: str


@fact_type(
    "contracts.amended.v1",
    label=Text("Contrat modifié", "Contract amended"),
    sentence=Text("{title} : avenant n° {rank}", "{title}: amendment no. {rank}"),
    counts=False,
)
class Amended(Data):
    """An amendment is signed; ``what`` says what changes."""

    contract: str
    title: str
    rank: int
    what: str


@fact_type(
    "contracts.ended.v1",
    label=Text("Contrat terminé", "Contract ended"),
    sentence=Text("{title} : le contrat est terminé", "{title}: the contract has ended"),
    counts=False,
)
class Ended(Data):
    """The contract binds no longer: its time is over, or the parties ended it."""

    contract: str
    title: str
    why: Literal["term", "terminated"]
