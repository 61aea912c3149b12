"""Words for the fields of definitions and for the values they choose from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mandat.apps.programme.vocabulary import AUDIENCES, BODY_TYPES, MARKERS, TRUTHS
from mandat.kernel.text import Text

LABELS: Mapping[str, Text] = {
    "code": Text("Code", "Code"),
    "number": Text("Numéro", "Number"),
    "title": Text("Titre", "Title"),
    "summary": Text("Résumé", "Summary"),
    "text": Text("Texte", "Text"),
    "goal": Text("But", "Goal"),
    "promise": Text("Promesse", "Promise"),
    "truth": Text("Nature de vérité", "Kind of truth"),
    "value": Text("Valeur", "Value"),
    "unit": Text("Unité", "Unit"),
    "promised": Text("Chiffre promis par la source", "Figure promised by the source"),
    "baseline": Text("Point de départ", "Baseline"),
    "direction": Text("Sens", "Direction"),
    "each": Text("Dû", "Due"),
    "due": Text("Échéance", "Due date"),
    "due_from": Text("D'où vient l'échéance", "Where the due date comes from"),
    "kept_when": Text("Tenu quand", "Kept when"),
    "indicator": Text("Indicateur", "Indicator"),
    "facts": Text("Genres de faits comptés", "Kinds of facts counted"),
    "where": Text("Condition", "Condition"),
    "field": Text("Champ", "Field"),
    "any_of": Text("Valeurs acceptées, une par ligne", "Accepted values, one a line"),
    "at_least": Text("Au moins", "At least"),
    "at_most": Text("Au plus", "At most"),
    "aggregate": Text("Calcul", "Computation"),
    "of": Text("De quel champ", "Of which field"),
    "over": Text("Part de", "Share of"),
    "window": Text("Période", "Period"),
    "scope": Text("Faits pris en compte", "Facts taken in"),
    "expected_every_months": Text("Nouvelle attendue tous les … mois", "News expected every … months"),
    "instruments": Text("Instruments", "Instruments"),
    "milestones": Text("Jalon", "Milestone"),
    "figures": Text("Chiffre de la source", "Figure of the source"),
    "markers": Text("Marqueur", "Marker"),
    "marker": Text("Marqueur", "Marker"),
    "because": Text("Mots qui le justifient", "Words that justify it"),
    "sdgs": Text("Objectifs de développement durable, un numéro par ligne", "Sustainable development goals, one number a line"),
    "audiences": Text("Publics", "Audiences"),
    "responsible": Text("Instance responsable", "Responsible body"),
    "pillar": Text("Pilier", "Pillar"),
    "region": Text("Code de la région", "Code of the region"),
    "region_name": Text("Nom de la région", "Name of the region"),
    "mandate": Text("Mandat", "Mandate"),
    "start": Text("Début", "Start"),
    "end": Text("Fin", "End"),
    "assumption": Text("Hypothèse", "Assumption"),
    "source": Text("Source", "Source"),
    "neutrality": Text("Neutralité", "Neutrality"),
    "synthetic": Text("Faits synthétiques", "Synthetic facts"),
    "chapters": Text("Nombre de chapitres", "Number of chapters"),
    "measures": Text("Nombre de mesures", "Number of measures"),
    "type": Text("Genre", "Type"),
    "parent": Text("Instance dont elle dépend", "Body it depends on"),
    "tolerance": Text("Tolérance, en % du chemin", "Tolerance, in % of the way"),
    "stale_after": Text("Périmé après (× le rythme attendu)", "Stale after (× the expected rhythm)"),
    "unknown_after": Text("Inconnu après (× le rythme attendu)", "Unknown after (× the expected rhythm)"),
}  # fmt: skip

CHOICES: Mapping[str, Mapping[Any, Text]] = {
    "truth": TRUTHS,
    "audiences": AUDIENCES,
    "marker": MARKERS,
    "type": BODY_TYPES,
    "direction": {
        "up": Text("à atteindre au moins", "to reach at least"),
        "down": Text("à ne pas dépasser", "not to exceed"),
    },
    "each": {
        "mandate": Text("une fois dans le mandat", "once in the mandate"),
        "year": Text("chaque année", "every year"),
    },
    "due_from": {"source": Text("la source", "the source"), "assumption": Text("une hypothèse", "an assumption")},
    "aggregate": {
        "sum": Text("somme", "sum"),
        "count": Text("nombre de faits", "number of facts"),
        "distinct": Text("nombre de valeurs différentes", "number of different values"),
        "last": Text("dernière valeur", "latest value"),
        "share": Text("part couverte", "share covered"),
    },
    "over": {
        "population": Text("la population", "the population"),
        "surface": Text("la surface", "the surface"),
        "communes": Text("les communes", "the communes"),
    },
    "window": {"all": Text("tout le mandat", "the whole mandate"), "year": Text("l'année civile", "the calendar year")},
    "scope": {
        "commitment": Text("ceux de l'engagement", "those of the commitment"),
        "measure": Text("ceux de la mesure", "those of the measure"),
        "programme": Text("ceux du programme", "those of the programme"),
    },
}
