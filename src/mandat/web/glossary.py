"""Words of the trade, in the words of everyone. The page ``/glossaire/`` lists them."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse

from mandat.kernel.text import Text


@dataclass(frozen=True, slots=True)
class Term:
    label: Text
    definition: Text


TERMS: dict[str, Term] = {
    "programme": Term(
        Text("programme", "programme"),
        Text(
            "L'ensemble des mesures qu'une collectivité s'est engagée à mener pendant son mandat.",
            "All the measures a public body undertook to carry out during its term.",
        ),
    ),
    "mesure": Term(
        Text("mesure", "measure"),
        Text(
            "Une action promise par le programme. Chacune porte un numéro et au moins un engagement.",
            "An action the programme promises. Each has a number and at least one commitment.",
        ),
    ),
    "engagement": Term(
        Text("engagement", "commitment"),
        Text(
            "Une promesse vérifiable d'une mesure : quoi, combien, pour quand, et à quoi l'on verra qu'elle est tenue.",
            "A promise of a measure that can be checked: what, how much, by when, and what will show that it is kept.",
        ),
    ),
    "fait": Term(
        Text("fait", "fact"),
        Text(
            "Une ligne publique et datée qui dit ce qui a été accompli. Elle ne contient aucune donnée personnelle et ne s'efface jamais.",
            "A public, dated line that says what was done. It holds no personal data and is never erased.",
        ),
    ),
    "journal": Term(
        Text("journal", "journal"),
        Text(
            "Le registre de tous les faits, dans l'ordre. On y ajoute ; on n'y change ni n'y retire rien.",
            "The register of all facts, in order. Lines are added; none is changed or removed.",
        ),
    ),
    "indicateur": Term(
        Text("indicateur", "indicator"),
        Text(
            "Le calcul, publié, qui tire un chiffre des faits. Personne ne saisit ce chiffre à la main.",
            "The published calculation that draws a figure from facts. Nobody types this figure by hand.",
        ),
    ),
    "statut": Term(
        Text("statut", "status"),
        Text(
            "Où en est un engagement : non commencé, en cours, en retard, tenu, rompu, suspendu ou inconnu.",
            "Where a commitment stands: not begun, in progress, late, kept, broken, suspended or unknown.",
        ),
    ),
    "chemin-droit": Term(
        Text("chemin droit", "straight path"),
        Text(
            "La progression régulière du point de départ à la cible. On la compare à ce qui est fait pour dire s'il y a du retard.",
            "The steady progress from the starting point to the goal. What is done is compared with it to tell whether there is delay.",
        ),
    ),
    "jalon": Term(
        Text("jalon", "milestone"),
        Text(
            "Une étape datée sur le chemin d'un engagement.",
            "A dated step on the way of a commitment.",
        ),
    ),
    "definition": Term(
        Text("définition", "definition"),
        Text(
            "Le document publié qui dit ce qui est promis et selon quelle règle. Ses versions restent toutes lisibles.",
            "The published document that says what is promised and by which rule. All its versions stay readable.",
        ),
    ),
    "empreinte": Term(
        Text("empreinte", "digest"),
        Text(
            "Une suite de caractères calculée à partir d'un document (SHA-256). Si un seul signe change, l'empreinte change.",
            "A string of characters computed from a document (SHA-256). If one sign changes, the digest changes.",
        ),
    ),
    "preuve-inclusion": Term(
        Text("preuve d'inclusion", "proof of inclusion"),
        Text(
            "De quoi vérifier soi-même qu'un fait figure bien dans le journal signé, sans faire confiance à ce site.",
            "What you need to check yourself that a fact is in the signed journal, without trusting this site.",
        ),
    ),
    "synthetique": Term(
        Text("fait synthétique", "synthetic fact"),
        Text(
            "Un fait inventé pour la démonstration. Aucune personne ni organisation réelle n'en est l'auteur.",
            "A fact invented for the demonstration. No real person or organisation is behind it.",
        ),
    ),
    "resultat": Term(
        Text("effet constaté", "outcome"),
        Text(
            "Ce qui a changé dans la réalité, lu dans une statistique publiée.",
            "What changed in reality, read from a published statistic.",
        ),
    ),
    "realisation": Term(
        Text("réalisation", "output"),
        Text(
            "Ce qui a été livré ou ouvert, confirmé par deux agents.",
            "What was delivered or opened, confirmed by two officials.",
        ),
    ),
    "instance": Term(
        Text("instance", "body"),
        Text(
            "Une délégation, un conseil ou un comité : une fonction, jamais une personne.",
            "A delegation, council or committee: a function, never a person.",
        ),
    ),
}  # fmt: skip


def address() -> str:
    return reverse("programme:glossary")
