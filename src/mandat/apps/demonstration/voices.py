"""Sentences of the synthetic proposals, comments and answers: written for the demonstration, put together by chance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Topic:
    """Something people ask for: titles, and sentences of which one each is taken. ``{commune}`` is where."""

    process: str
    category: str
    titles: Sequence[str]
    why: Sequence[str]
    how: Sequence[str]
    effect: Sequence[str]
    english: str = ""


_M, _J, _C = "offre-mobilites-2028", "culture-engagement-2026", "mobilisation-climat"
_CLIMATE = (
    "Ce serait autant de voitures en moins aux heures où la route est la plus chargée.",
    "Les personnes sans permis, jeunes ou âgées, pourraient enfin se déplacer seules.",
    "Beaucoup y gagneraient du temps, et l'air de la commune aussi.",
    "Cela coûterait moins qu'une nouvelle route et servirait plus longtemps.",
)

TOPICS: tuple[Topic, ...] = (
    Topic(_M, "trains", ("Un dernier train plus tard le soir vers {commune}", "Rentrer en train après 21 heures à {commune}"),
          ("Le dernier train part trop tôt pour qui travaille en horaires décalés, étudie le soir ou sort d'un spectacle.",
           "Après 20 h 30, il ne reste que la voiture pour revenir à {commune}, et tout le monde n'en a pas."),
          ("Je propose un aller-retour de plus, du lundi au samedi, avec un départ vers 22 h 15.",
           "Un essai d'un an sur les vendredis et samedis suffirait pour compter les personnes intéressées.",
           "- un départ à 21 h 40 en semaine\n- un départ à 23 h le samedi\n- une correspondance garantie avec le car"),
          _CLIMATE, "A later last train in the evening to {commune}\nThe last train leaves too early for those who work or study in the evening. One more return journey from Monday to Saturday would do."),
    Topic(_M, "trains", ("Rouvrir la halte de {commune}", "Des trains qui s'arrêtent de nouveau à {commune}"),
          ("Les trains passent à {commune} sans s'arrêter, alors que le quai existe encore.", "Plusieurs centaines de personnes vivent à moins de dix minutes à pied de l'ancienne halte."),
          ("Je propose deux arrêts le matin et deux le soir, aux heures de travail et de lycée.", "Une étude pourrait compter les voyageurs possibles avant de remettre le quai aux normes."),
          (*_CLIMATE, "La halte redeviendrait aussi un lieu de vie, avec un abri et un parking à vélos.")),
    Topic(_M, "trains", ("Un train toutes les heures, à la même minute, à {commune}", "Des horaires cadencés pour {commune}"),
          ("Aujourd'hui il faut apprendre les horaires par cœur, avec des trous de trois heures en milieu de journée.", "Un trou dans la grille suffit à faire prendre la voiture pour toute la journée."),
          ("Un départ à la même minute chaque heure, de 6 h à 21 h, même avec des trains plus courts.", "Commencer par combler le milieu de journée et le mercredi après-midi."),
          _CLIMATE, "A train every hour, at the same minute, in {commune}\nToday there are gaps of three hours in the middle of the day. One departure an hour would let people count on the train."),
    Topic(_M, "cars", ("Un transport à la demande qui aille jusqu'à l'hôpital depuis {commune}", "Aller chez le médecin sans voiture depuis {commune}"),
          ("Pour un rendez-vous à l'hôpital, il faut demander à un voisin ou y renoncer.", "Le transport à la demande s'arrête à la limite de l'intercommunalité, l'hôpital est de l'autre côté."),
          ("Étendre le service aux hôpitaux et aux maisons de santé les plus proches, avec réservation la veille.", "Un seul numéro pour réserver, et le retour garanti même si la consultation dure."),
          ("Des soins ne seraient plus repoussés faute de pouvoir y aller.", *_CLIMATE[1:3])),
    Topic(_M, "cars", ("Le car du samedi pour le marché de {commune}", "Un car le week-end à {commune}"),
          ("Il n'y a aucun car du vendredi soir au lundi matin.", "Le samedi est le jour du marché, des clubs et de la médiathèque, et rien ne roule."),
          ("Deux allers-retours le samedi et un le dimanche, calés sur les trains.", "Utiliser les cars scolaires, qui dorment le week-end."),
          _CLIMATE),
    Topic(_M, "velos", ("Une piste cyclable sûre jusqu'à la gare de {commune}", "Aller à la gare de {commune} à vélo sans risquer sa vie"),
          ("La gare est à quatre kilomètres, par une départementale où les camions frôlent les vélos.", "Beaucoup iraient à vélo si la route n'était pas dangereuse : je vois les mêmes voitures faire trois kilomètres."),
          ("Une voie séparée sur le bas-côté existant, puis un marquage dans le bourg.", "Commencer par le carrefour le plus dangereux et par les trois cents mètres devant le collège."),
          (*_CLIMATE, "Le stationnement de la gare se viderait d'autant."),
          "A safe cycle path to the station of {commune}\nThe station is four kilometres away along a road where lorries brush past. A separate path on the existing verge would change that."),
    Topic(_M, "velos", ("Des abris à vélos fermés à la gare de {commune}", "Laisser son vélo à la gare de {commune} sans se le faire voler"),
          ("Les arceaux sont pleins et sans abri ; trois vélos ont disparu cet hiver.", "Avec un vélo électrique, personne n'ose le laisser la journée."),
          ("Un abri fermé de trente places, ouvert avec la carte de transport.", "Des casiers pour les batteries et une station de gonflage."),
          _CLIMATE),
    Topic(_M, "velos", ("Plus de places de vélo dans les trains qui passent à {commune}", "Embarquer son vélo le matin à {commune}"),
          ("Après la sixième bicyclette, on reste à quai et on attend une heure.", "Les familles renoncent aux bords de Loire faute de pouvoir monter à quatre avec leurs vélos."),
          ("Doubler les crochets l'été et laisser des strapontins l'hiver.", "Afficher à l'avance combien de places restent."),
          _CLIMATE),
    Topic(_M, "gares", ("Une correspondance qui attend le train à {commune}", "Cinq minutes de plus pour la correspondance de {commune}"),
          ("Le car part trois minutes avant l'arrivée du train, tous les jours.", "Un retard de quatre minutes coûte une heure d'attente dehors."),
          ("Décaler le départ du car de cinq minutes et le prévenir des retards.", "Une règle simple : le dernier car du soir attend le dernier train."),
          _CLIMATE, "A connection that waits for the train in {commune}\nThe coach leaves three minutes before the train arrives, every day. Moving it by five minutes is enough."),
    Topic(_M, "gares", ("Un guichet deux matinées par semaine à {commune}", "Quelqu'un à qui parler en gare de {commune}"),
          ("Le distributeur est en panne un jour sur trois et le guichet a fermé.", "Les personnes qui n'ont pas de carte bancaire ou de téléphone ne peuvent plus acheter un billet."),
          ("Une présence deux matinées par semaine, partagée avec la maison des services.", "Former les commerçants qui veulent vendre des billets."),
          ("Ce serait plus humain, et plus juste.", *_CLIMATE[1:2])),
    Topic(_M, "information", ("Des annonces que les personnes sourdes puissent lire à {commune}", "Dire les retards autrement que par haut-parleur à {commune}"),
          ("Les changements de voie sont annoncés seulement par haut-parleur.", "En situation de handicap, on apprend la suppression du train une fois sur le quai."),
          ("Un écran par quai et les mêmes messages par texto, dans des mots simples.", "Associer les associations de personnes concernées aux essais, avant d'acheter."),
          ("Ce qui aide une personne sourde aide aussi toutes les autres.", "L'accès au train est un droit, pas un service en plus.")),
    Topic(_M, "information", ("Un seul plan pour trains, cars et vélos autour de {commune}", "Savoir d'un coup d'œil comment quitter {commune}"),
          ("Il faut trois sites et deux applications pour préparer un trajet.", "Personne ne sait que le car passe à dix minutes à pied."),
          ("Un plan affiché à la mairie, à la gare et sur le site, remis à jour deux fois par an.", "Publier les horaires en données ouvertes, pour que d'autres puissent s'en servir."),
          _CLIMATE),
    Topic(_J, "temps", ("Des heures d'engagement reconnues dans l'emploi du temps", "Ne plus choisir entre ses études et son association"),
          ("Entre les cours, le travail et les transports, il ne reste rien pour une association.", "On nous dit de nous engager, mais chaque absence compte contre nous."),
          ("Deux heures par semaine banalisées, comme pour le sport.", "Une attestation de la Région que les établissements acceptent."),
          ("On aurait des équipes qui durent plus d'un trimestre.", "Celles et ceux qui travaillent à côté ne seraient plus exclus."),
          "Hours of engagement in the timetable\nBetween classes, work and transport nothing is left for an association. Two free hours a week would change that."),
    Topic(_J, "temps", ("Des réunions à des heures où l'on peut venir", "Arrêter les concertations à 14 heures un mardi"),
          ("Les réunions sont à l'heure des cours, puis on s'étonne de ne voir aucun jeune.", "Dernier car à 18 h 40 : toute réunion du soir est sans nous."),
          ("Le mercredi après-midi, avec le trajet payé.", "La moitié des réunions à distance, filmées et sous-titrées."),
          ("La salle ressemblerait enfin à la région.", "Ce serait un petit coût pour un grand changement.")),
    Topic(_J, "lieux", ("Un lieu à nous dans chaque ville moyenne", "Ouvrir les lycées le soir aux associations de jeunes"),
          ("Il n'y a aucun endroit gratuit et chauffé où se réunir à quinze.", "Les lycées sont vides après 18 heures et tout le week-end."),
          ("Une salle ouverte deux soirs par semaine, gérée par des jeunes avec un adulte référent.", "Un règlement d'une page et une clé."),
          ("On créerait des choses au lieu d'attendre qu'on nous en propose.", "Les quartiers et les villages auraient la même chance.")),
    Topic(_J, "lieux", ("Un bus des débats qui passe dans les communes sans lycée", "Des débats là où l'on vit"),
          ("Tout se passe à Orléans et à Tours.", "Qui habite loin n'a ni le temps ni l'argent de venir."),
          ("Un bus avec du matériel et deux personnes formées, une semaine par canton.", "Commencer par les communes sans lycée et sans gare."),
          ("On entendrait d'autres voix.", "Ce serait la Région qui se déplace, pour une fois.")),
    Topic(_J, "reconnaissance", ("Payer les jeunes qui siègent comme les autres membres", "Une indemnité pour qui donne ses soirées"),
          ("Les adultes sont indemnisés, nous avons droit à un sandwich.", "Siéger coûte : le trajet, la soirée de travail perdue."),
          ("La même indemnité pour toutes et tous, versée dans le mois.", "Avancer les frais de transport, sans dossier."),
          ("Siéger ne serait plus réservé à celles et ceux qui peuvent se le payer.", "Le respect commence par là.")),
    Topic(_J, "reconnaissance", ("Un certificat d'engagement utile pour un stage", "Faire valoir ce qu'on apprend en s'engageant"),
          ("Organiser un festival apprend plus qu'un module, et personne ne le voit.", "Pour un premier emploi on nous demande de l'expérience : nous en avons."),
          ("Un certificat simple, signé, qui dit ce qui a été fait.", "Le rédiger avec des employeurs pour qu'il serve."),
          ("Cela aiderait surtout ceux dont les parents n'ont pas de réseau.", "S'engager ne serait plus du temps perdu.")),
    Topic(_J, "decisions", ("Une question de jeunes à chaque séance de l'assemblée", "Dix minutes pour nous à chaque assemblée"),
          ("On nous consulte, puis le rapport dort.", "Aucune de nos questions n'arrive jusqu'au vote."),
          ("Une question choisie par les jeunes, une réponse en séance, publiée.", "Un tirage au sort parmi les questions qui ont assez de soutiens."),
          ("On saurait enfin ce qui est fait de nos avis.", "Ce serait simple à essayer pendant un an."),
          "A question from the young at each sitting\nWe are consulted, then the report sleeps. One question chosen by young people, answered in the sitting and published."),
    Topic(_J, "decisions", ("Écrire les réponses de la Région en français clair", "Des réponses que l'on comprend"),
          ("La réponse faisait six pages et je n'ai pas compris si c'était oui ou non.", "Les sigles mettent tout le monde dehors."),
          ("Une phrase : oui, non, ou en partie. Puis les raisons.", "Faire relire par un lycée avant de publier."),
          ("On perdrait moins de monde en route.", "Cela servirait à tous les âges.")),
    Topic(_C, "arbres", ("Replanter les haies arrachées autour de {commune}", "Dix kilomètres de haies à {commune}"),
          ("Depuis trente ans les haies ont disparu et la terre part dans les fossés à chaque orage.", "Les oiseaux des champs ne trouvent plus où nicher."),
          ("Un groupe d'habitants et trois exploitants sont prêts ; il manque les plants et un conseil.", "Commencer par les chemins communaux, avec l'école."),
          ("L'eau resterait dans les sols et l'ombre reviendrait.", "Ce serait un chantier pour tous les âges, plusieurs hivers de suite."),
          "Plant again the hedges torn up around {commune}\nFor thirty years hedges have gone and the soil runs off with each storm. Inhabitants and farmers are ready; plants and advice are missing."),
    Topic(_C, "arbres", ("De l'ombre dans la cour de l'école de {commune}", "Débitumer la place de {commune}"),
          ("En juin, la cour dépasse quarante degrés et les enfants restent dedans.", "La place est un parking vide dix mois sur douze."),
          ("Retirer la moitié du bitume, planter douze arbres et un jardin de pluie.", "Le faire dessiner par les classes et les voisins."),
          ("Le quartier serait plus frais, et plus gai.", "La pluie irait dans le sol au lieu de l'égout.")),
    Topic(_C, "eau", ("Rendre ses méandres au ruisseau de {commune}", "Laisser de la place à l'eau à {commune}"),
          ("Le ruisseau a été redressé : il déborde l'hiver et se vide l'été.", "Deux étés de suite, les poissons sont morts."),
          ("Racheter une bande de prairie et rouvrir l'ancien lit.", "Suivre l'eau et les espèces avec les habitants, avant et après."),
          ("Moins d'inondations en bas du bourg, plus d'eau en août.", "Un endroit où aller marcher le soir.")),
    Topic(_C, "eau", ("Récupérer l'eau de pluie des bâtiments publics de {commune}", "Arroser le stade de {commune} sans eau potable"),
          ("On arrose avec de l'eau potable pendant qu'on nous demande d'économiser.", "Le toit de la salle des fêtes fait mille mètres carrés."),
          ("Une cuve, une pompe, et un compteur visible.", "Grouper la commande avec les communes voisines."),
          ("La dépense serait remboursée en six ans.", "L'exemple compterait plus qu'un discours.")),
    Topic(_C, "energie", ("Des panneaux solaires citoyens sur les toits de {commune}", "Une coopérative d'énergie à {commune}"),
          ("Les toits de l'école et du gymnase sont plein sud et ne servent à rien.", "Une dizaine de foyers veulent investir, sans savoir par où commencer."),
          ("Monter une société locale, avec des parts à cinquante euros.", "Un accompagnement juridique de quelques mois suffirait."),
          ("L'argent de l'électricité resterait ici.", "La commune baisserait sa facture."),
          "Citizens' solar panels on the roofs of {commune}\nThe roofs of the school and the gym face south and are unused. A local company with shares of fifty euros could equip them."),
    Topic(_C, "energie", ("Un prêt de caméras thermiques à {commune}", "Voir par où la chaleur s'en va à {commune}"),
          ("Beaucoup de maisons sont des passoires, et personne ne sait par quoi commencer.", "Les devis arrivent par dizaines, sans qu'on sache lequel est honnête."),
          ("Une caméra à la médiathèque et une soirée par mois avec une conseillère.", "Former dix volontaires qui passent chez les voisins."),
          ("Des travaux mieux choisis et moins d'arnaques.", "Les personnes seules seraient aidées les premières.")),
    Topic(_C, "deplacements", ("Un pédibus et une rue calme à l'école de {commune}", "Aller à l'école à pied à {commune}"),
          ("Le matin, quatre-vingts voitures pour cent enfants.", "Les parents accompagnent en voiture parce que les voitures font peur."),
          ("Fermer la rue vingt minutes matin et soir, avec des barrières mobiles.", "Trois lignes de pédibus tenues par des parents et des retraités."),
          ("Les enfants arriveraient réveillés.", *_CLIMATE[:2])),
    Topic(_C, "deplacements", ("Un point de covoiturage éclairé à {commune}", "Partager les trajets depuis {commune}"),
          ("On est vingt à faire le même trajet seuls.", "Le parking improvisé est boueux et sans lumière."),
          ("Un arrêt visible, un abri et un panneau avec les destinations.", "Une réunion par mois pour se connaître suffit à démarrer."),
          _CLIMATE),
    Topic(_C, "alimentation", ("Un jardin partagé et un verger à {commune}", "Cultiver ensemble à {commune}"),
          ("Le terrain communal derrière la salle est en friche.", "Ceux qui vivent en appartement n'ont pas un mètre carré de terre."),
          ("Trente parcelles, un verger commun et un composteur.", "La commune prête le terrain, l'association s'occupe du reste."),
          ("On mangerait mieux, et l'on se parlerait.", "Les surplus iraient à l'épicerie solidaire.")),
    Topic(_C, "alimentation", ("Des légumes d'ici à la cantine de {commune}", "Relier maraîchers et cantine à {commune}"),
          ("Trois maraîchers à moins de dix kilomètres, et des légumes venus de loin dans l'assiette.", "La cuisine n'a ni légumerie ni temps d'éplucher."),
          ("Une légumerie partagée entre cinq communes.", "Un engagement de quantités sur l'année, payé d'avance en partie."),
          ("Les producteurs auraient un revenu plus sûr.", "Les enfants sauraient d'où vient ce qu'ils mangent.")),
)  # fmt: skip

COMMENTS: Mapping[str, Sequence[str]] = {
    "for": (
        "Je soutiens : c'est exactement ce qui manque ici.",
        "Oui, et ce serait vite fait. Qui s'y oppose, et pourquoi ?",
        "Nous en parlions au conseil d'école la semaine dernière, je fais suivre.",
        "D'accord sur le fond. Je commencerais par un essai de six mois.",
        "Enfin quelqu'un l'écrit. Le même problème existe dans la commune voisine.",
        "Très bien, à condition que ce soit gratuit pour les moins de 26 ans.",
    ),
    "against": (
        "Je ne suis pas convaincu : la dépense me paraît forte pour peu de monde.",
        "Il y a plus urgent. Réparons d'abord ce qui existe.",
        "Contre, si cela se fait sur les terres cultivées.",
        "L'idée a déjà été essayée et abandonnée faute de volontaires.",
        "Cela déplace le problème chez les voisins.",
    ),
    "neither": (
        "Combien cela coûterait-il, et qui paierait l'entretien ?",
        "Avez-vous demandé l'avis des personnes qui travaillent sur place ?",
        "Je connais une commune qui l'a fait, leur bilan est en ligne.",
        "Intéressant, mais le périmètre n'est pas clair pour moi.",
        "Est-ce bien la Région qui est compétente, ou le Département ?",
    ),
    "reply": (
        "Bonne question, je complète la proposition.",
        "Vous avez raison sur ce point.",
        "Je ne suis pas d'accord, les chiffres publiés disent autre chose.",
        "Merci pour le lien, c'est très utile.",
        "On pourrait se voir pour en parler ?",
    ),
}  # fmt: skip

ANSWERS: Mapping[str, Sequence[tuple[str, str]]] = {
    "retained": (
        ("Retenue : la demande est faisable d'ici 2028 et sert un territoire aujourd'hui mal desservi.", "Retained: feasible by 2028, and it serves an area poorly served today."),
        ("Retenue pour un essai d'un an, avec un comptage public avant de décider la suite.", "Retained for a trial of one year, with a public count before deciding what follows."),
        ("Retenue : elle rejoint une étude en cours, qui la prendra en compte dès ce trimestre.", "Retained: it joins a study under way, which takes it up this quarter."),
    ),
    "refused": (
        ("Refusée : l'infrastructure n'appartient pas à la Région et son propriétaire a donné un avis défavorable, publié.", "Refused: the infrastructure does not belong to the Region, and its owner gave an unfavourable opinion, published."),
        ("Refusée : la dépense par personne servie serait dix fois celle des lignes comparables.", "Refused: the cost for each person served would be ten times that of comparable lines."),
    ),
    "in-study": (
        ("À l'étude : le service chiffre deux variantes et publiera les deux.", "In study: the service is pricing two variants and will publish both."),
        ("À l'étude avec les communes concernées ; une réunion publique est prévue.", "In study with the communes concerned; a public meeting is planned."),
    ),
    "accepted": (
        ("Oui. La mesure entre au programme de l'année prochaine, avec un suivi public.", "Yes. The measure enters next year's programme, with public follow-up."),
        ("Oui, pour un essai d'un an dont le bilan sera publié.", "Yes, for a trial of one year whose results will be published."),
    ),
    "partly": (
        ("En partie : le premier volet est engagé, le second dépend d'un accord avec les communes.", "In part: the first strand is under way, the second depends on an agreement with the communes."),
    ),
    "explained": (
        ("La compétence est celle du Département : la demande lui est transmise, et sa réponse sera publiée ici.", "This is the Département's responsibility: the request is passed on, and its answer will be published here."),
    ),
}  # fmt: skip
