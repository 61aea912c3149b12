"""Words for the codes that definitions use: audiences, markers, goals, natures, types of bodies."""

from __future__ import annotations

from collections.abc import Mapping

from mandat.kernel.text import Text

TRUTHS: Mapping[str, Text] = {
    "act": Text("acte", "act"),
    "money": Text("argent", "money"),
    "output": Text("réalisation", "output"),
    "outcome": Text("effet constaté", "outcome"),
}
MARKERS: Mapping[str, Text] = {
    "youth": Text("Jeunesse", "Youth"),
    "citizens-climate-convention": Text("Convention citoyenne pour le climat", "Citizens' Convention for the Climate"),
}
AUDIENCES: Mapping[str, Text] = {
    "everyone": Text("Tout le monde", "Everyone"),
    "youth": Text("Jeunes", "Young people"),
    "lycee-pupils": Text("Élèves des lycées", "Lycée pupils"),
    "students": Text("Étudiantes et étudiants", "Students"),
    "apprentices": Text("Apprenties et apprentis", "Apprentices"),
    "families": Text("Familles", "Families"),
    "seniors": Text("Personnes âgées", "Older people"),
    "disabled-people": Text("Personnes handicapées", "Disabled people"),
    "patients": Text("Patientes et patients", "Patients"),
    "farmers": Text("Agricultrices et agriculteurs", "Farmers"),
    "workers": Text("Personnes en emploi", "People in work"),
    "job-seekers": Text("Personnes en recherche d'emploi", "Job seekers"),
    "employers": Text("Employeurs", "Employers"),
    "companies": Text("Entreprises", "Companies"),
    "shops": Text("Commerces", "Shops"),
    "artists": Text("Artistes", "Artists"),
    "researchers": Text("Monde de la recherche", "Researchers"),
    "teachers": Text("Monde enseignant", "Teachers"),
    "associations": Text("Associations", "Associations"),
    "cooperatives": Text("Coopératives", "Cooperatives"),
    "local-authorities": Text("Collectivités", "Local authorities"),
    "agents": Text("Agents publics", "Public officials"),
    "elected-members": Text("Élues et élus", "Elected members"),
    "travellers": Text("Voyageuses et voyageurs", "Travellers"),
    "cyclists": Text("Cyclistes", "Cyclists"),
    "visitors": Text("Personnes en visite", "Visitors"),
    "athletes": Text("Sportives et sportifs", "Athletes"),
    "volunteers": Text("Bénévoles", "Volunteers"),
    "refugees": Text("Personnes réfugiées", "Refugees"),
    "people-in-poverty": Text("Personnes en situation de pauvreté", "People in poverty"),
    "households": Text("Ménages", "Households"),
    "carers": Text("Proches aidants", "Carers"),
    "animals-and-nature": Text("Animaux et nature", "Animals and nature"),
}
#: The seventeen goals of the United Nations' 2030 Agenda, in their short form.
GOALS: Mapping[int, Text] = {
    1: Text("Pas de pauvreté", "No poverty"),
    2: Text("Faim « zéro »", "Zero hunger"),
    3: Text("Bonne santé et bien-être", "Good health and well-being"),
    4: Text("Éducation de qualité", "Quality education"),
    5: Text("Égalité entre les sexes", "Gender equality"),
    6: Text("Eau propre et assainissement", "Clean water and sanitation"),
    7: Text("Énergie propre et d'un coût abordable", "Affordable and clean energy"),
    8: Text("Travail décent et croissance économique", "Decent work and economic growth"),
    9: Text("Industrie, innovation et infrastructure", "Industry, innovation and infrastructure"),
    10: Text("Inégalités réduites", "Reduced inequalities"),
    11: Text("Villes et communautés durables", "Sustainable cities and communities"),
    12: Text("Consommation et production responsables", "Responsible consumption and production"),
    13: Text("Lutte contre les changements climatiques", "Climate action"),
    14: Text("Vie aquatique", "Life below water"),
    15: Text("Vie terrestre", "Life on land"),
    16: Text("Paix, justice et institutions efficaces", "Peace, justice and strong institutions"),
    17: Text("Partenariats pour la réalisation des objectifs", "Partnerships for the goals"),
}
BODY_TYPES: Mapping[str, Text] = {
    "assembly": Text("Assemblées", "Assemblies"),
    "council": Text("Conseils", "Councils"),
    "committee": Text("Comités", "Committees"),
    "conference": Text("Conférences", "Conferences"),
    "delegation": Text("Délégations", "Delegations"),
    "service": Text("Services", "Services"),
}
DIMENSIONS: Mapping[str, Text] = {
    "gender": Text("Genre", "Gender"),
    "age": Text("Âge", "Age"),
    "disability": Text("Handicap", "Disability"),
}
CATEGORIES: Mapping[str, Mapping[str, Text]] = {
    "gender": {
        "women": Text("Femmes", "Women"),
        "men": Text("Hommes", "Men"),
        "other": Text("Autre", "Other"),
        "unknown": Text("Non renseigné", "Not stated"),
    },
    "age": {
        **{band: Text(f"{band.replace('-', ' à ')} ans", f"{band.replace('-', '–')} years") for band in ("0-13", "14-17", "18-24", "25-39", "40-59", "60-74")},
        "75+": Text("75 ans et plus", "75 years and over"),
        "unknown": Text("Non renseigné", "Not stated"),
    },
    "disability": {
        "yes": Text("En situation de handicap", "Disabled"),
        "no": Text("Sans handicap", "Not disabled"),
        "unknown": Text("Non renseigné", "Not stated"),
    },
}  # fmt: skip
