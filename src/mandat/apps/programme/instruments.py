"""The instruments measures rely on, and whether this version of Mandat runs them.

Whether an instrument is live is a property of the software, so no definition may say it.
"""

from __future__ import annotations

from dataclasses import dataclass

from mandat.kernel.text import Text


@dataclass(frozen=True, slots=True)
class Instrument:
    code: str
    label: Text
    live: bool = False


INSTRUMENTS: dict[str, Instrument] = {
    instrument.code: instrument
    for instrument in (
        Instrument("grant", Text("dispositif d'aide", "aid scheme"), live=True),
        Instrument("label", Text("label", "label"), live=True),
        Instrument("contract", Text("contrat pluriannuel", "multi-year contract"), live=True),
        Instrument("cond", Text("conditions aux aides", "conditionality"), live=True),
        Instrument("right", Text("droit individuel", "individual right"), live=True),
        Instrument("body", Text("instance", "body"), live=True),
        Instrument("process", Text("participation", "participation"), live=True),
        Instrument("site", Text("lieux et accès", "sites and access")),
        Instrument("cover", Text("couverture du territoire", "territory coverage"), live=True),
        Instrument("corridor", Text("continuités écologiques", "ecological corridors")),
        Instrument("land", Text("registre des sols", "land-take ledger")),
        Instrument("pass", Text("compte mobilité", "mobility account")),
        Instrument("service", Text("analyse de la desserte", "service analysis")),
        Instrument("ride", Text("covoiturage", "carpooling")),
        Instrument("path", Text("trajectoire chiffrée", "quantified pathway"), live=True),
        Instrument("match", Text("mise en relation", "matching")),
        Instrument("book", Text("réservation", "booking"), live=True),
        Instrument("dir", Text("annuaire", "directory")),
        Instrument("budget", Text("suivi budgétaire", "budget tracking"), live=True),
        Instrument("mile", Text("jalons", "milestones"), live=True),
        Instrument("count", Text("décompte de réalisations", "count of outputs"), live=True),
        Instrument("equal", Text("indicateurs d'égalité", "equality breakdown"), live=True),
        Instrument("alert", Text("alertes", "alerts"), live=True),
    )
}
