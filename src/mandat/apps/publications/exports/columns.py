"""The columns of the programme's tables: names stay once published (see docs/schemas/)."""

from __future__ import annotations

from mandat.apps.publications.exports.tables import Column
from mandat.engines.indicators.status import Status
from mandat.kernel.text import Text

STATUSES = tuple(status.value for status in Status)
STATUS = Column("status", "string", Text("Statut", "Status"), True, values=STATUSES)
STATUS_FR = Column("status_fr", "string", Text("Statut en français", "Status in French"), True)
AS_OF = Column("as_of", "date", Text("Jour auquel le statut est calculé", "Day the status is computed for"), True)
URL = Column("url", "string", Text("Page", "Page"), True)
SYNTHETIC = Column("synthetic", "boolean", Text("Repose sur des faits de démonstration, inventés", "Rests on demonstration facts, made up"), True)  # fmt: skip
CODE = r"^[1-9][0-9]{0,3}\.[1-9][0-9]?$"

MEASURES = (
    Column("programme", "string", Text("Code du programme", "Programme code"), True),
    Column("number", "integer", Text("Numéro de la mesure", "Number of the measure"), True),
    Column("code", "string", Text("Code de la mesure", "Code of the measure"), True),
    Column("title_fr", "string", Text("Titre en français", "Title in French"), True),
    Column("title_en", "string", Text("Titre en anglais", "Title in English")),
    Column("summary_fr", "string", Text("Résumé en français", "Summary in French"), True),
    Column("summary_en", "string", Text("Résumé en anglais", "Summary in English")),
    Column("pillar", "string", Text("Code du pilier", "Pillar code"), True),
    Column("chapter", "string", Text("Code du chapitre", "Chapter code"), True),
    Column("responsible", "string", Text("Code de l'instance responsable", "Code of the responsible body"), True),
    Column("audiences", "string", Text("Publics, séparés par une espace", "Audiences, separated by a space"), True),
    Column("sdgs", "string", Text("Objectifs de développement durable, séparés par une espace", "Sustainable development goals, separated by a space"), True, pattern=r"^[0-9]+( [0-9]+)*$"),
    Column("markers", "string", Text("Marqueurs, séparés par une espace", "Markers, separated by a space")),
    Column("markers_because", "string", Text("Mots qui justifient les marqueurs", "Words that justify the markers")),
    Column("commitments", "integer", Text("Nombre d'engagements", "Number of commitments"), True),
    STATUS, STATUS_FR, AS_OF, URL, SYNTHETIC,
)  # fmt: skip

COMMITMENTS = (
    Column("programme", "string", Text("Code du programme", "Programme code"), True),
    Column("code", "string", Text("Code de l'engagement", "Code of the commitment"), True, pattern=CODE),
    Column("measure", "integer", Text("Numéro de la mesure", "Number of the measure"), True),
    Column("promise_fr", "string", Text("Ce qui est promis, en français", "What is promised, in French"), True),
    Column("promise_en", "string", Text("Ce qui est promis, en anglais", "What is promised, in English")),
    Column("truth", "string", Text("Nature : acte, argent, réalisation ou effet", "Nature: act, money, output or outcome"), True, values=("act", "money", "output", "outcome")),
    Column("goal", "number", Text("Valeur à atteindre", "Value to reach"), True),
    Column("unit", "string", Text("Unité", "Unit"), True),
    Column("promised", "boolean", Text("Le chiffre est dans le texte d'origine", "The figure is in the original text"), True),
    Column("baseline", "number", Text("Point de départ (vide : inconnu)", "Starting point (empty: unknown)")),
    Column("direction", "string", Text("Au moins (up) ou au plus (down)", "At least (up) or at most (down)"), True, values=("up", "down")),
    Column("each", "string", Text("Une fois (mandate) ou chaque année (year)", "Once (mandate) or every year (year)"), True, values=("mandate", "year")),
    Column("due", "date", Text("Échéance", "Due date"), True),
    Column("due_from", "string", Text("Échéance tirée de la source ou supposée", "Due date from the source or assumed"), True, values=("source", "assumption")),
    Column("kept_when_fr", "string", Text("Critère de « tenu », en français", "Criterion of “kept”, in French"), True),
    Column("kept_when_en", "string", Text("Critère de « tenu », en anglais", "Criterion of “kept”, in English")),
    Column("formula_fr", "string", Text("Formule de l'indicateur", "Formula of the indicator"), True),
    Column("expected_every_months", "integer", Text("Mois entre deux faits attendus", "Months between expected facts"), True),
    Column("instruments", "string", Text("Instruments, séparés par une espace", "Instruments, separated by a space"), True),
    Column("value", "number", Text("Valeur atteinte (vide : inconnue)", "Value reached (empty: unknown)")),
    Column("expected", "number", Text("Valeur du chemin droit ce jour-là", "Value of the straight path that day")),
    Column("facts", "integer", Text("Nombre de faits comptés", "Number of facts counted"), True),
    Column("last_fact_on", "date", Text("Jour du dernier fait", "Day of the latest fact")),
    Column("stale_since", "date", Text("Données périmées depuis", "Out of date since")),
    Column("regressed_from", "number", Text("Meilleure valeur avant un recul", "Best value before it went back")),
    STATUS, STATUS_FR,
    Column("reason_fr", "string", Text("Raison du statut", "Reason of the status"), True),
    AS_OF,
    Column("definition_version", "integer", Text("Version de la définition", "Version of the definition"), True),
    Column("definition_digest", "string", Text("Empreinte de la définition", "Digest of the definition"), True),
    URL, SYNTHETIC,
)  # fmt: skip

COMMUNES = (
    Column("code", "string", Text("Code INSEE de la commune", "INSEE code of the commune"), True),
    Column("name", "string", Text("Nom", "Name"), True),
    Column("departement", "string", Text("Département", "Department"), True),
    Column("epci", "string", Text("EPCI (SIREN)", "EPCI (SIREN)")),
    Column("population", "integer", Text("Population", "Population")),
    Column("surface_ha", "integer", Text("Surface en hectares", "Surface in hectares")),
    Column("commitments", "integer", Text("Engagements qui y ont des faits comptés", "Commitments with counted facts there"), True),
    Column("facts", "integer", Text("Faits comptés qui nomment la commune", "Counted facts that name the commune"), True),
    SYNTHETIC,
)  # fmt: skip

AREAS = (
    Column("area", "string", Text("Code du territoire", "Area code"), True),
    Column("area_name", "string", Text("Nom du territoire", "Area name")),
    Column("measure", "integer", Text("Numéro de la mesure", "Number of the measure"), True),
    Column("commitment", "string", Text("Code de l'engagement", "Code of the commitment"), True, pattern=CODE),
    Column("year", "integer", Text("Année civile", "Calendar year"), True),
    Column("value", "number", Text("Part de l'indicateur qui en vient", "Part of the indicator from there"), True),
    Column("unit", "string", Text("Unité", "Unit"), True),
    Column("facts", "integer", Text("Faits comptés", "Facts counted"), True),
    SYNTHETIC,
)

BODIES = (
    Column("code", "string", Text("Code", "Code"), True),
    Column("title_fr", "string", Text("Nom en français", "Name in French"), True),
    Column("title_en", "string", Text("Nom en anglais", "Name in English")),
    Column("type", "string", Text("Type", "Type"), True),
    Column("parent", "string", Text("Instance dont elle dépend", "Body it depends on")),
    Column("summary_fr", "string", Text("Rôle en français", "Role in French"), True),
    Column("summary_en", "string", Text("Rôle en anglais", "Role in English")),
    Column("measures", "string", Text("Mesures, séparées par une espace", "Measures, separated by a space")),
    SYNTHETIC,
)

DEFINITIONS = (
    Column("kind", "string", Text("Genre de définition", "Kind of definition"), True),
    Column("code", "string", Text("Code", "Code"), True),
    Column("version", "integer", Text("Version", "Version"), True),
    Column("current", "boolean", Text("En vigueur", "In force"), True),
    Column("published_at", "datetime", Text("Moment de la publication (UTC)", "Moment of publication (UTC)"), True),
    Column("digest", "string", Text("Empreinte (SHA-256)", "Digest (SHA-256)"), True),
    Column("body", "object", Text("Document (JSON)", "Document (JSON)"), True),
    SYNTHETIC,
)
