"""Two versions of a process side by side, in words a reader follows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mandat.apps.participation.schema import Process
from mandat.definitions.store import differences
from mandat.kernel.text import Text

_FIELDS = {
    "title": Text("Titre", "Title"),
    "summary": Text("Résumé", "Summary"),
    "stakes": Text("Enjeux", "What is at stake"),
    "measures": Text("Mesures servies", "Measures served"),
    "commitments": Text("Engagements servis", "Commitments served"),
    "owner": Text("Instance qui répond", "Body that answers"),
    "area": Text("Territoire", "Area"),
    "scope": Text("Portée", "Scope"),
    "participants": Text("Qui peut prendre part", "Who can take part"),
    "answer": Text("Réponse due", "Answer due"),
    "moderation": Text("Modération", "Moderation"),
    "documents": Text("Documents", "Documents"),
    "retention_months": Text("Conservation (mois)", "Kept for (months)"),
    "assumptions": Text("Hypothèses", "Assumptions"),
}


@dataclass(frozen=True, slots=True)
class Difference:
    """One rule: where it is, as it was, as it is. Empty: it was not there, or is no more."""

    where: Text
    before: str
    after: str


def differing(old: Process, new: Process) -> list[Difference]:
    """What changed between two versions, phases and components compared by their codes."""
    before, after = (one.model_dump(mode="json", exclude_none=True) for one in (old, new))
    found: list[Difference] = []
    for name, label in (("phases", Text("Phase", "Phase")), ("components", Text("Composante", "Component"))):
        was, now = ({item["code"]: item for item in body.pop(name)} for body in (before, after))
        for code in dict.fromkeys([*was, *now]):
            head = Text(f"{label.fr} « {code} »", f"{label.en} “{code}”")
            if code not in was or code not in now:
                known = was.get(code) or now[code]
                title = known["title"]["fr"]
                found.append(Difference(head, title if code in was else "", title if code in now else ""))
                continue
            found += _inside(head, was[code], now[code])
    for name, (was_value, now_value) in differences(before, after).items():
        top, _, rest = name.partition(".")
        label = _FIELDS.get(top, Text(top, top))
        where = Text(f"{label.fr} : {rest}", f"{label.en}: {rest}") if rest else label
        found.append(Difference(where, said(was_value), said(now_value)))
    return found


def _inside(head: Text, was: Mapping[str, Any], now: Mapping[str, Any]) -> list[Difference]:
    return [
        Difference(Text(f"{head.fr} : {name}", f"{head.en}: {name}"), said(one), said(other))
        for name, (one, other) in differences(was, now).items()
    ]


def said(value: Any) -> str:
    """A value as a reader may see it: French words of a bilingual one, lists parted by commas."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(Text("oui", "yes") if value else Text("non", "no"))
    if isinstance(value, Mapping):
        if set(value) == {"fr", "en"}:
            return str(Text(value["fr"], value["en"]))
        return " ; ".join(f"{name} : {said(inner)}" for name, inner in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(said(inner) for inner in value)
    return str(value)
