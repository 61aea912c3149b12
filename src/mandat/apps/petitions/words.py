"""Words of facts and pages that name outcomes, reasons and consequences."""

from __future__ import annotations

from mandat.kernel.text import Text

CONSEQUENCES: dict[str, Text] = {
    "reply": Text("une réponse est due", "an answer is due"),
    "hearing": Text("une audition est due", "a hearing is due"),
    "agenda": Text("une inscription à l'ordre du jour est due", "an item on the agenda is due"),
    "counter-expertise": Text("une contre-expertise peut être financée", "a counter-expertise may be funded"),
    "referendum": Text("un référendum est demandé", "a referendum is asked for"),
}
OUTCOMES: dict[str, Text] = {
    "accepted": Text("acceptée", "accepted"),
    "partly": Text("acceptée en partie", "accepted in part"),
    "refused": Text("refusée, avec ses raisons", "refused, with reasons"),
    "explained": Text("expliquée", "explained"),
}
CLOSINGS: dict[str, Text] = {
    "ended": Text("le temps des signatures est écoulé", "the time for signatures is over"),
    "expired": Text("aucun seuil n'a été atteint à temps", "no threshold was reached in time"),
    "withdrawn": Text("retirée par qui l'a lancée", "withdrawn by whoever began it"),
    "answered": Text("chaque réponse due a été donnée", "every answer due was given"),
}
CHECKS: dict[str, Text] = {
    "neutral": Text("neutre, elle peut être posée", "neutral, it may be put"),
    "reword": Text("une autre rédaction est proposée", "another wording is proposed"),
    "inadmissible": Text("elle ne peut être posée", "it cannot be put"),
}
RESULTS: dict[str, Text] = {
    "yes": Text("le oui l'emporte", "yes wins"),
    "no": Text("le non l'emporte", "no wins"),
    "level": Text("égalité : rien n'est adopté", "level: nothing is adopted"),
    "quorum-missed": Text("le quorum n'est pas atteint", "the quorum is not reached"),
}
APPEALS: dict[str, Text] = {
    "published": Text("la pétition est publiée", "the petition is published"),
    "upheld": Text("le refus est maintenu", "the refusal stands"),
}
INVALID: dict[str, Text] = {
    "automated": Text("envoi automatique", "sent by a machine"),
    "sheet": Text("feuille non vérifiable", "sheet that cannot be verified"),
    "identity": Text("identités inexistantes ou empruntées", "identities that do not exist or were borrowed"),
    "bought": Text("signatures payées ou forcées", "signatures paid for or forced"),
}
