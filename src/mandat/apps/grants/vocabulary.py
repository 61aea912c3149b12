"""Words for the codes of schemes and conditions."""

from __future__ import annotations

from mandat.kernel.text import Text

TYPES: dict[str, Text] = {
    "subsidy": Text("subvention", "subsidy"),
    "loan": Text("prêt", "loan"),
    "repayable-advance": Text("avance remboursable", "repayable advance"),
    "equity": Text("prise de participation", "equity stake"),
    "purchase": Text("achat", "purchase"),
    "label": Text("label", "label"),
    "contract": Text("contrat pluriannuel", "multi-year contract"),
    "prize": Text("prix", "prize"),
}
APPLICANTS: dict[str, Text] = {
    "association": Text("association", "association"),
    "company": Text("entreprise", "company"),
    "sole-trader": Text("entreprise individuelle", "sole trader"),
    "cooperative": Text("coopérative", "cooperative"),
    "farm": Text("exploitation agricole", "farm"),
    "commune": Text("commune", "commune"),
    "epci": Text("intercommunalité", "group of communes"),
    "public-body": Text("établissement public", "public body"),
    "lycee": Text("lycée", "lycée"),
    "higher-education": Text("établissement d'enseignement supérieur", "higher education institution"),
    "research-body": Text("organisme de recherche", "research body"),
    "foundation": Text("fondation", "foundation"),
    "union": Text("syndicat", "union"),
    "unincorporated-group": Text("collectif d'habitants", "residents' group"),
    "person": Text("particulier", "private person"),
}
#: How the shared vocabulary of rules (``rules/organismes.yaml``) calls each kind: what an answer to ``type_organisme`` is.
RULE_KINDS: dict[str, str] = {
    "association": "association",
    "company": "entreprise",
    "sole-trader": "entreprise_individuelle",
    "cooperative": "cooperative",
    "farm": "exploitation",
    "commune": "commune",
    "epci": "intercommunalite",
    "public-body": "etablissement_public",
    "lycee": "lycee",
    "higher-education": "universite",
    "research-body": "recherche",
    "foundation": "fondation",
    "union": "syndicat",
    "unincorporated-group": "collectif",
    "person": "particulier",
}
STAGES: dict[str, Text] = {
    "application": Text("avec la demande", "with the application"),
    "instruction": Text("pendant l'instruction", "while it is examined"),
    "agreement": Text("à la signature de la convention", "when the agreement is signed"),
    "advance": Text("pour l'avance", "for the advance"),
    "instalment": Text("pour l'acompte", "for the instalment"),
    "balance": Text("pour le solde", "for the balance"),
    "after": Text("ensuite", "afterwards"),
}
PATTERNS: dict[str, Text] = {
    "desk": Text(
        "Le service examine le dossier, l'autorité décide.", "The service examines the file, the authority decides."
    ),
    "experts": Text(
        "Des experts donnent un avis confidentiel, puis l'autorité décide.",
        "Experts give a confidential opinion, then the authority decides.",
    ),
    "committee": Text(
        "Le service examine le dossier, puis un comité vote.", "The service examines the file, then a committee votes."
    ),
    "visit": Text(
        "Le service examine le dossier et vient sur place avant la décision.",
        "The service examines the file and visits before the decision.",
    ),
}
PROOFS: dict[str, Text] = {
    "declared": Text("déclaré", "declared"),
    "document": Text("sur pièce", "by a document"),
    "register": Text("vérifié dans un registre", "looked up in a register"),
    "computed": Text("calculé", "computed"),
}
RECOVERY: dict[str, Text] = {
    "none": Text("l'aide n'est pas reprise", "the aid is not recovered"),
    "pro-rata": Text("l'aide est reprise au prorata", "the aid is recovered pro rata"),
    "whole": Text("l'aide est reprise en entier", "the aid is recovered in full"),
}
DE_MINIMIS: dict[str, Text] = {
    "general": Text(
        "règlement (UE) 2023/2831 : 300 000 € sur trois ans par entreprise",
        "Regulation (EU) 2023/2831: €300,000 over three years for an undertaking",
    ),
    "agriculture": Text("régime de minimis de l'agriculture", "de minimis rules for agriculture"),
    "fisheries": Text("régime de minimis de la pêche", "de minimis rules for fisheries"),
    "sgei": Text(
        "régime de minimis des services d'intérêt général", "de minimis rules for services of general interest"
    ),
}
