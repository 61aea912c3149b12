"""What pages call things of bodies, in both languages, and the colours of their states."""

from __future__ import annotations

from collections.abc import Mapping

from mandat.apps.bodies.schema import Body
from mandat.kernel.text import Text
from mandat.web.formats import number

POWERS: Mapping[str, Text] = {
    "decides": Text("décide", "decides"),
    "advises": Text("donne des avis", "gives opinions"),
    "proposes": Text("propose", "proposes"),
    "watches": Text("suit ce qui est fait", "follows what is done"),
}
MAJORITIES: Mapping[str, Text] = {
    "simple": Text("plus de voix pour que contre", "more votes for than against"),
    "absolute": Text("plus de la moitié des membres votants", "more than half of the voting members"),
    "two-thirds": Text("deux tiers des voix exprimées", "two thirds of the votes cast"),
}
TIES: Mapping[str, Text] = {
    "rejected": Text("l'égalité rejette", "a tie rejects"),
    "president": Text("la présidence départage", "the presidency settles a tie"),
}
NATURES: Mapping[str, Text] = {
    "decision": Text("décision", "decision"),
    "opinion": Text("avis", "opinion"),
    "report": Text("rapport", "report"),
    "agreement": Text("accord", "agreement"),
    "election": Text("élection", "election"),
    "minutes": Text("procès-verbal", "minutes"),
    "information": Text("information", "information"),
}
OUTCOMES: Mapping[str, Text] = {
    "adopted": Text("adopté", "adopted"),
    "rejected": Text("rejeté", "rejected"),
    "noted": Text("pris acte", "noted"),
    "postponed": Text("reporté", "put off"),
    "withdrawn": Text("retiré", "withdrawn"),
    "": Text("pas encore traité", "not dealt with yet"),
}
TONES: Mapping[str, str] = {
    "adopted": "kept", "rejected": "broken", "noted": "kept", "postponed": "suspended", "withdrawn": "not_begun", "": "not_begun",
}  # fmt: skip
STATES: Mapping[str, Text] = {
    "convened": Text("convoquée", "convened"),
    "open": Text("en séance", "sitting"),
    "closed": Text("tenue", "held"),
    "cancelled": Text("annulée", "cancelled"),
}
STATE_TONES: Mapping[str, str] = {
    "convened": "not_begun", "open": "in_progress", "closed": "kept", "cancelled": "suspended",
}  # fmt: skip
CHOICES: Mapping[str, Text] = {
    "for": Text("Pour", "For"),
    "against": Text("Contre", "Against"),
    "abstain": Text("Abstention", "Abstention"),
    "none": Text("Ne prend pas part au vote", "Takes no part"),
}
STATUSES: Mapping[str, Text] = {
    "present": Text("présence", "present"),
    "remote": Text("présence à distance", "present at a distance"),
    "excused": Text("absence excusée", "excused"),
    "absent": Text("absence", "absent"),
}
ORIGINS: Mapping[str, Text] = {
    "petition": Text("Pétition", "Petition"),
    "answer": Text("Réponse due", "Answer due"),
    "referendum": Text("Référendum", "Referendum"),
    "member": Text("Membre de l'instance", "Member of the body"),
    "process": Text("Processus de participation", "Participation process"),
    "panel": Text("Panel citoyen", "Citizens' panel"),
    "mediation": Text("Médiation", "Mediation"),
}
FORMS: Mapping[str, Text] = {
    "deliberation": Text("délibération", "deliberation"),
    "order": Text("arrêté", "order"),
    "convention": Text("convention", "agreement"),
    "other": Text("décision", "decision"),
}


def quorum_text(body: Body) -> Text:
    """The quorum in a few words."""
    quorum = body.quorum
    if quorum is None:
        return Text("", "")
    if quorum.number is not None:
        return Text(f"{quorum.number} membres", f"{quorum.number} members")
    if quorum.at_least is not None:
        share = number(quorum.at_least)
        return Text(f"au moins {share} % des membres votants", f"at least {share} % of the voting members")
    assert quorum.more_than is not None
    if quorum.more_than == 50:
        return Text("plus de la moitié des membres votants", "more than half of the voting members")
    share = number(quorum.more_than)
    return Text(f"plus de {share} % des membres votants", f"more than {share} % of the voting members")


def origin_of(source: str) -> Text:
    """The sort of what asks for an item."""
    code = source.partition(":")[0]
    return ORIGINS.get(code, Text(code.capitalize(), code.capitalize()))
