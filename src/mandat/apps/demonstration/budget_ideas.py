"""Ideas of the demonstration's budgets, written for it: nobody proposed them."""

from __future__ import annotations

from dataclasses import dataclass

from mandat.kernel.text import Text


@dataclass(frozen=True, slots=True)
class Idea:
    """``{commune}`` in the title is a commune's name."""

    title: Text
    text: Text
    category: str = ""


_SYNTHETIC = Text("Exemple écrit pour la démonstration.", "Example written for the demonstration.")


def _idea(french: str, english: str, category: str = "") -> Idea:
    return Idea(Text(french, english), _SYNTHETIC, category)


REGION = (
    _idea(
        "Des ombrières solaires sur le parking de la gare, {commune}",
        "Solar shades over the station car park, {commune}",
        "energie",
    ),
    _idea("Isoler la salle des associations, {commune}", "Insulate the associations' hall, {commune}", "energie"),
    _idea("Un atelier de réparation de vélos, {commune}", "A bicycle repair workshop, {commune}", "deplacements"),
    _idea(
        "Un abri vélos sûr près de l'arrêt de car, {commune}",
        "A safe bicycle shelter by the coach stop, {commune}",
        "deplacements",
    ),
    _idea(
        "Une cour d'école ombragée et perméable, {commune}",
        "A shaded, permeable school yard, {commune}",
        "eau-sols-arbres",
    ),
    _idea(
        "Deux kilomètres de haies le long du chemin, {commune}",
        "Two kilometres of hedges along the path, {commune}",
        "eau-sols-arbres",
    ),
    _idea("Un verger partagé, {commune}", "A shared orchard, {commune}", "alimentation"),
    _idea("Une légumerie pour les cantines, {commune}", "A vegetable kitchen for canteens, {commune}", "alimentation"),
    _idea(
        "Une ressourcerie dans l'ancien garage, {commune}", "A reuse centre in the old garage, {commune}", "reemploi"
    ),
    _idea("Une bibliothèque d'outils, {commune}", "A library of tools, {commune}", "reemploi"),
    _idea(
        "Récupérer l'eau de pluie du gymnase, {commune}",
        "Collect the gymnasium's rain water, {commune}",
        "eau-sols-arbres",
    ),
    _idea("Une chaudière à bois partagée, {commune}", "A shared wood boiler, {commune}", "energie"),
)
LYCEE = (
    _idea("Des bancs et des tables à l'ombre dans la cour", "Benches and tables in the shade of the yard"),
    _idea("Un atelier de réparation de vélos au lycée", "A bicycle repair workshop at the lycée"),
    _idea("Une salle calme pour réviser", "A quiet room to study"),
    _idea("Un jardin potager pour la cantine", "A kitchen garden for the canteen"),
    _idea("Des fontaines à eau à chaque étage", "Water fountains on each floor"),
    _idea("Un local pour les musiciennes et musiciens", "A room for musicians"),
)
CULTURE = (
    _idea("Une tournée partagée de trois compagnies, {commune}", "A shared tour of three companies, {commune}"),
    _idea("Un parc de matériel scénique commun, {commune}", "A common stock of stage equipment, {commune}"),
    _idea("Des résidences dans des fermes, {commune}", "Residencies on farms, {commune}"),
    _idea("Un festival coopératif itinérant, {commune}", "A travelling cooperative festival, {commune}"),
    _idea("Un atelier d'estampe ouvert, {commune}", "An open print workshop, {commune}"),
    _idea("Une médiation culturelle en langue des signes, {commune}", "Cultural mediation in sign language, {commune}"),
    _idea("Un studio d'enregistrement partagé, {commune}", "A shared recording studio, {commune}"),
)
INITIATIVES = (
    _idea(
        "Un café associatif un soir par semaine, {commune}", "A community café one evening a week, {commune}", "lien"
    ),
    _idea("Un garage solidaire, {commune}", "A solidarity garage, {commune}", "transition"),
    _idea("Une salle de jeux dans l'ancienne école, {commune}", "A games room in the old school, {commune}", "lieux"),
    _idea("Des repas partagés entre voisins, {commune}", "Meals shared by neighbours, {commune}", "lien"),
    _idea("Un four à pain communal, {commune}", "A village bread oven, {commune}", "lieux"),
    _idea("Une grainothèque, {commune}", "A seed library, {commune}", "transition"),
)
