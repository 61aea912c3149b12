"""What a vote held here is and is not protected from: said plainly, on the page of every vote. No Django.

After the recommendation of the CNIL on electronic voting (délibération n° 2019-053 du 25 avril 2019): three levels by what is at stake, each
with the security aims of the ones below it. The wording is ours; the numbers are those of the recommendation.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from mandat.kernel.text import Text

Standing = Literal["met", "part", "not"]


@dataclass(frozen=True, slots=True)
class Aim:
    """A security aim, and where this site stands."""

    number: str
    aim: Text
    standing: Standing
    why: Text


AIMS: tuple[Aim, ...] = (
    Aim(
        "1-02",
        Text("Un vote se fait d'un bloc, ou pas du tout", "A vote is done as a whole, or not at all"),
        "met",
        Text(
            "l'émargement et le bulletin sont écrits par une seule transaction, puis le reçu est donné",
            "the mark of the roll and the ballot are written by one transaction, then the receipt is given",
        ),
    ),
    Aim(
        "1-03",
        Text("Savoir qui vote, sans usurpation facile", "Know who votes, without easy impersonation"),
        "part",
        Text(
            "avec une identité numérique, une liste ou un code remis ; un simple compte par courriel ne prouve pas une personne",
            "with a digital identity, a roll or a code handed over; an account by e-mail alone does not prove a person",
        ),
    ),
    Aim(
        "1-04",
        Text("Bulletin confidentiel dès l'appareil de qui vote", "Ballot confidential from the voter's own device"),
        "not",
        Text(
            "le bulletin voyage chiffré (HTTPS), mais c'est le site qui le scelle en le recevant, non votre appareil",
            "the ballot travels encrypted (HTTPS), but the site seals it on arrival, not your device",
        ),
    ),
    Aim(
        "1-05",
        Text("Bulletin confidentiel et intact pendant le transport", "Ballot confidential and intact on its way"),
        "met",
        Text("par HTTPS, exigé en service", "by HTTPS, required in service"),
    ),
    Aim(
        "1-06",
        Text("Bulletin confidentiel et intact dans l'urne", "Ballot confidential and intact in the box"),
        "part",
        Text(
            "scellé et lié à sa place jusqu'au dépouillement ; qui tient à la fois la base et les clés du site pourrait l'ouvrir",
            "sealed and bound to its place until the count; whoever holds both the database and the site's keys could open it",
        ),
    ),
    Aim(
        "1-07",
        Text("Rien ne relie une personne à son bulletin", "Nothing links a person to their ballot"),
        "part",
        Text(
            "aucune table ne les relie et rien n'y suit le temps ; qui administre la base et l'observe pendant le vote le pourrait",
            "no table links them and nothing there follows time; whoever administers the database and watches it during the vote could",
        ),
    ),
    Aim(
        "1-08",
        Text("Secret du dépouillement partagé entre plusieurs", "Secret of the count shared among several people"),
        "not",
        Text(
            "la clé de l'urne est celle du site : elle n'est pas partagée entre les membres d'un bureau de vote",
            "the key of the box is the site's: it is not shared among the members of an electoral board",
        ),
    ),
    Aim(
        "1-09",
        Text("Dépouillement d'un bloc, après la clôture", "Count as a whole, after the closing"),
        "met",
        Text(
            "impossible par le site avant la dernière seconde ; aucun résultat partiel, pour personne",
            "impossible through the site before the last second; no partial result, for anyone",
        ),
    ),
    Aim(
        "1-10",
        Text("Système, urne et liste intacts", "System, box and roll intact"),
        "part",
        Text(
            "liste, lots et urne sont rapprochés, une différence bloque le dépouillement ; le serveur lui-même n'est pas contrôlé par un tiers",
            "roll, batches and box are reconciled, a difference blocks the count; the server itself is not watched by a third party",
        ),
    ),
    Aim(
        "1-11",
        Text("Dépouillement vérifiable après coup", "Count that can be verified afterwards"),
        "met",
        Text(
            "tous les bulletins sont publiés avec leur racine, chacun recompte et retrouve son reçu",
            "all ballots are published with their root, anyone can count again and find their receipt",
        ),
    ),
    Aim(
        "2-07",
        Text("Urne transparente pour les votants (niveau 2)", "Box transparent to voters (level 2)"),
        "part",
        Text("après la clôture seulement", "after the closing only"),
    ),
    Aim(
        "3-02",
        Text("Urne vérifiable par des outils tiers (niveau 3)", "Box verifiable with third parties' tools (level 3)"),
        "part",
        Text(
            "la liste, non le secret : rien n'est chiffré de bout en bout",
            "the list, not the secret: nothing is encrypted end to end",
        ),
    ),
)

LEVEL = Text(
    "Aucun des trois niveaux de la CNIL n'est entièrement atteint : le niveau 1 (peu de risques) l'est, sauf le chiffrement sur votre appareil "
    "(1-04) et le partage de la clé de dépouillement (1-08), et avec les réserves dites plus bas. Les niveaux 2 et 3 ne le sont pas.",
    "None of the CNIL's three levels is met in full: level 1 (few risks) is, but for encryption on your device (1-04) and sharing the key "
    "of the count (1-08), and with the reserves told below. Levels 2 and 3 are not.",
)
ADVICE = Text(
    "Un tel vote convient à un choix de projets ou à une consultation. Une élection de personnes, ou un vote que quelqu'un aurait intérêt à "
    "forcer, demande davantage : la question et la liste s'exportent alors vers Belenios, dont le résultat est publié ici.",
    "Such a vote suits a choice of projects or a consultation. An election of people, or a vote someone would gain by forcing, needs more: "
    "the question and the roll are then exported to Belenios, whose result is published here.",
)
RECEIPT = Text(
    "Avec votre reçu, vous retrouverez votre bulletin dans la liste publiée. Qui voit votre reçu le pourra aussi : gardez-le pour vous. "
    "Personne n'a le droit de vous le demander.",
    "With your receipt you will find your ballot in the published list. Whoever sees your receipt can too: keep it to yourself. Nobody has "
    "the right to ask you for it.",
)
