"""Explanations of the rules that fill seats."""

from __future__ import annotations

from typing import Any

from mandat.engines.counting.result import Count
from mandat.engines.counting.sentences import Explanation, ordinal, say
from mandat.engines.counting.stv import UNIT, Transferable
from mandat.kernel.text import Text

#: What the figure of each rule is called, as (elected, not elected) sentences.
_FIGURES = {
    "approval": Text("{figure} voix", "{figure} votes"),
    "borda": Text("{figure} points", "{figure} points"),
    "schulze": Text("l’emporte sur {figure} autres", "beats {figure} others"),
    "majority-judgement": Text("mention médiane {figure}", "median grade {figure}"),
    "pav": Text("{figure} voix", "{figure} votes"),
    "sequential-pav": Text("{figure} voix", "{figure} votes"),
}


def explain_seats(result: Count) -> dict[str, Explanation]:
    """An explanation for every candidate."""
    if isinstance(result.detail, Transferable):
        return _transferable(result, result.detail)
    election = result.election
    figures = result.detail if isinstance(result.detail, list) else election.votes
    place = {j: k for k, j in enumerate(result.winners, 1)}
    out = {}
    for j, name in enumerate(election.ids):
        data: dict[str, Any] = {"votes": election.votes[j], "figure": figures[j]}
        figure = say(_FIGURES[result.rule].fr, _FIGURES[result.rule].en, figure=figures[j])
        if j in place:
            data["place"] = place[j]
            tell = say(
                "Siège obtenu ({place}) : {figure}.",
                "Elected {place}: {figure}.",
                place=ordinal(place[j]),
                figure=figure,
            )
        else:
            tell = say("Sans siège : {figure}.", "Not elected: {figure}.", figure=figure)
        out[name] = Explanation(name, j in place, "elected" if j in place else "not-elected", tell, data)
    return out


def _transferable(result: Count, run: Transferable) -> dict[str, Explanation]:
    election = result.election
    place = {j: k for k, j in enumerate(result.winners, 1)}
    out = {}
    for j, name in enumerate(election.ids):
        votes = [stage.votes[j] / UNIT for stage in run.stages]
        stage = next((k for k, s in enumerate(run.stages, 1) if j in s.elected), 0)
        gone = next((k for k, s in enumerate(run.stages, 1) if s.what == "exclusion" and s.who == j), 0)
        data: dict[str, Any] = {"votes": election.votes[j], "first_preferences": votes[0], "quota": run.quota}
        if j in place:
            data |= {"place": place[j], "stage": stage, "votes_then": votes[stage - 1]}
            tell = say(
                "Siège obtenu ({place}) au tour {stage}, avec {votes} voix pour un quota de {quota}.",
                "Elected {place}, at stage {stage}, with {votes} votes for a quota of {quota}.",
                place=ordinal(place[j]),
                stage=stage,
                votes=votes[stage - 1],
                quota=run.quota,
            )
        else:
            at = (gone - 2) if gone else -1
            data |= {"excluded_at_stage": gone, "votes_then": votes[at]}
            tell = say(
                "Sans siège : {votes} voix"
                + (", mise à l’écart au tour {stage}." if gone else " à la fin du dépouillement."),
                "Not elected: {votes} votes"
                + (", excluded at stage {stage}." if gone else " at the end of the count."),
                votes=votes[at],
                stage=gone,
            )
        out[name] = Explanation(name, j in place, "elected" if j in place else "not-elected", tell, data)
    return out
