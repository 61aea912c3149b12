"""Schemes that ask for everything a form can ask, people, organisations and files for them."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from mandat.apps.accounts.models import RoleGrant, User
from mandat.apps.custody.models import Subject
from mandat.apps.grants.models import Case
from mandat.apps.grants.services import drafts, evidence
from mandat.apps.organisations.models import Member, Organisation
from mandat.apps.organisations.registers import fake
from mandat.engines.financing import Source
from tests.apps.grants import samples
from tests.apps.grants.desk.world import scheme

PLACES = {"region": frozenset({"45234", "37261", "37050", "45286"})}
SIRET = fake.siret_of(1)
PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n"
    b"trailer<</Root 1 0 R>>\n%%EOF\n"
)


def _said(fr: str) -> dict[str, str]:
    return {"fr": fr, "en": f"EN {fr}"}


def field(name: str, kind: str, label: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "type": kind, "label": _said(label), **more}


CHOICES = [{"code": code, "label": _said(code.capitalize())} for code in ("jour", "nuit", "toujours")]
SECTIONS: list[dict[str, Any]] = [
    {
        "code": "porteur",
        "title": _said("Qui vous êtes"),
        "fields": [
            {"name": "siege", "input": "siege", "reused": True},
            field("siret", "siret", "Votre SIRET", required=False),
            field("responsable", "text", "Personne à joindre", personal=True, reused=True, longest=80),
            field("courriel", "email", "Son courriel", personal=True),
            field("telephone", "phone", "Son téléphone", personal=True, required=False),
            field("site", "web-address", "Votre site", required=False, reused=True),
        ],
    },
    {
        "code": "projet",
        "title": _said("Votre projet"),
        "fields": [
            field("intitule", "text", "Intitulé", longest=200),
            field("description", "paragraph", "Le projet en quelques lignes", longest=4000),
            {"name": "cout", "input": "cout"},
            {"name": "demande", "input": "aide_demandee"},
            {"name": "travaux", "input": "travaux"},
            field("permis", "text", "Numéro de permis", when="avec_travaux"),
            field("surface", "number", "Surface", required=False, least=0, most=1000),
            field("salaries", "integer", "Salariés", required=False, least=0, most=500),
            field("part", "percent", "Part du bois local", required=False),
            field("loyer", "money", "Loyer annuel", required=False),
            field("debut", "date", "Premier jour", earliest="2025-01-01", latest="2030-12-31"),
            field("benevoles", "boolean", "Des bénévoles participent", required=False),
            field("rythme", "choice", "Quand", choices=CHOICES, required=False),
            field("horaires", "choices", "Ouvertures", choices=CHOICES, required=False),
            field("lieu", "commune", "Lieu", required=False),
        ],
    },
    {
        "code": "chantier",
        "title": _said("Le chantier"),
        "when": "avec_travaux",
        "fields": [field("architecte", "text", "Architecte")],
    },
    {
        "code": "equipe",
        "title": _said("L'équipe"),
        "repeats": 3,
        "fields": [
            field("role", "text", "Rôle"),
            field("temps", "integer", "Heures par semaine", least=1, most=48),
            field("nom", "text", "Nom", personal=True, required=False),
        ],
    },
]  # fmt: skip
RULE = {
    "code": "complet",
    "title": _said("Dispositif complet"),
    "summary": _said("La moitié du coût."),
    "entity": "projet",
    "uses": ["organismes"],
    "applies": {"from": "2022-01-01"},
    "inputs": [
        {"name": "cout", "entity": "projet", "type": "number", "unit": "EUR", "decimals": 2, "min": 0, "max": 10_000_000,
         "label": _said("le coût"), "question": _said("Combien coûte le projet ?")},
        {"name": "aide_demandee", "entity": "projet", "type": "number", "unit": "EUR", "decimals": 2, "min": 0, "max": 10_000_000,
         "label": _said("l'aide demandée"), "question": _said("Quelle aide demandez-vous ?")},
        {"name": "travaux", "entity": "projet", "type": "boolean", "label": _said("des travaux"),
         "question": _said("Y a-t-il des travaux ?")},
    ],
    "parameters": [
        {"name": "taux", "label": _said("le taux"), "unit": "percent",
         "values": [{"from": "2022-01-01", "value": 50, "reference": {"text": "Délibération d'essai"}}]},
    ],
    "formulas": [
        {"name": "avec_travaux", "label": _said("il y a des travaux"), "formula": "travaux"},
        {"name": "eligible", "label": _said("le projet est aidé"),
         "formula": 'cout >= 1000 EUR et organisme.siege dans perimetre("region")'},
        {"name": "montant", "label": _said("l'aide"), "formula": "min(aide_demandee, arrondi(cout * taux, 0.01, bas))"},
    ],
    "outputs": [{"name": "eligible", "role": "eligible"}, {"name": "montant", "role": "amount", "unit": "EUR"}],
    "reasons": {"eligible": _said("Le projet coûte au moins 1 000 euros et son siège est dans la région.")},
    "checks": [
        {"name": "demande_possible", "entity": "projet", "formula": "aide_demandee <= cout",
         "message": _said("L'aide demandée dépasse le coût.")},
    ],
}  # fmt: skip
EVIDENCE = [
    {"code": "devis", "label": _said("Devis")},
    {"code": "plans", "label": _said("Plans du chantier"), "when": "avec_travaux", "accepts": ["pdf"]},
    {"code": "lettre", "label": _said("Lettre de soutien"), "optional": True},
    {"code": "rib", "label": _said("RIB"), "stage": "agreement", "personal": True},
    {"code": "factures", "label": _said("Factures acquittées"), "stage": "balance"},
]
#: Winter 2026: the last day is that of the change of hour.
CALLS = [
    {"code": "automne", "title": _said("Automne 2026"), "opens": "2026-09-01", "closes": "2026-10-25"},
    {"code": "hiver", "title": _said("Hiver 2027"), "opens": "2027-01-01T09:00:00", "closes": "2027-02-01T12:00:00"},
]
DURING = "2026-10-05 10:00+02:00"


def files() -> dict[str, bytes]:
    """``complet`` asks everything; ``commun`` is a joint application; ``particuliers`` is for persons; ``simple`` stays open."""
    found = {name: text.encode() for name, text in samples.FILES.items()}
    desk = {"pattern": "desk", "silence_reference": {"text": "CRPA L231-4"}}
    common: dict[str, Any] = {"workflow": desk, "committee": None}
    whole = {
        **common, "title": _said("Dispositif complet"), "rules": [RULE], "form": {"sections": SECTIONS}, "evidence": EVIDENCE,
        "calls": CALLS, "applicants": {"kinds": ["association", "commune"], "who": _said("Associations et communes.")},
    }  # fmt: skip
    body = json.loads(scheme("complet", **whole)) | {"rule": "complet"}
    found["schemes/complet.yaml"] = json.dumps(body).encode()
    roles = [
        {"code": "laboratoire", "kinds": ["research-body", "higher-education"], "label": _said("un laboratoire public"), "least": 1},
        {"code": "association", "kinds": ["association"], "leads": True},
    ]  # fmt: skip
    found["schemes/commun.yaml"] = scheme(
        "commun", **common, plan=None, evidence=EVIDENCE[3:],
        applicants={"kinds": ["association", "research-body"], "who": _said("Des associations avec un laboratoire."), "parties": [2, 3], "roles": roles},
    )  # fmt: skip
    found["schemes/particuliers.yaml"] = scheme(
        "particuliers", **common, evidence=EVIDENCE[3:], plan=None,
        applicants={"kinds": ["person"], "who": _said("Toute personne de la région.")},
    )  # fmt: skip
    found["schemes/simple.yaml"] = scheme("simple", **common, plan=None, evidence=EVIDENCE[3:])
    form = samples.scheme_body()["form"]
    second = {
        "code": "methode-de-travail",
        "title": _said("Votre méthode"),
        "round": "dossier",
        "fields": [field("methode", "paragraph", "Comment travaillerez-vous ?")],
    }
    found["schemes/deux-tours.yaml"] = scheme(
        "deux-tours", **common, plan=None, form={"sections": [*form["sections"], second]},
        rounds=[{"code": "dossier", "title": _said("Dossier complet")}],
        evidence=[*EVIDENCE[3:], {"code": "protocole", "label": _said("Protocole"), "round": "dossier"}],
        calls=[CALLS[0] | {"rounds": [{"code": "dossier", "opens": "2026-11-02", "closes": "2026-11-30T12:00:00"}]}],
    )  # fmt: skip
    return found


def text_files() -> str:
    """The same as a text, for processes that load them by themselves."""
    return json.dumps({name: body.decode() for name, body in files().items()})


def account(name: str, *roles: str) -> User:
    user = User.objects.create_user(f"{name}@example.org")
    user.name = name.capitalize()
    user.save()
    for role in roles:
        RoleGrant.objects.create(user=user, role=role)
    return user


def organisation(name: str = "Les Rives", *, category: str = "9220", **values: Any) -> Organisation:
    subject = Subject.objects.create(**Subject.fresh())
    given = {"commune": "45234", "commune_name": "Orléans", "legal_category": category, **values}
    return Organisation.objects.create(name=name, subject=subject, **given)


def member(of: Organisation, name: str, rank: str = "owner", *roles: str) -> User:
    user = account(name, *roles)
    Member.objects.create(organisation=of, user=user, rank=rank)
    return user


ANSWERS: dict[str, Any] = {
    "siege": "45234",
    "responsable": "Ada Essai",
    "courriel": "ada@example.org",
    "intitule": "Un verger partagé",
    "description": "Planter,\nentretenir, récolter.",
    "cout": "10000.00",
    "demande": "4000",
    "travaux": False,
    "debut": "2027-03-01",
    "equipe": [{"role": "Jardinière", "temps": 20, "nom": "Rosa Essai"}],
}
PLAN = (
    Source(funder="Les Rives", amount=Decimal(2000), public=False, own=True, certain=True),
    Source(funder="Orléans Métropole", amount=Decimal(4000), public=True),
)


def pdf(name: str = "devis.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, PDF, "application/pdf")


def draft(user: User, organisation: Organisation | None = None, scheme: str = "complet", **answers: Any) -> Case:
    """A draft ready to be sent, but for what ``answers`` change (None takes one out)."""
    case = drafts.case_start(actor=user, scheme=scheme, organisation=organisation)
    if scheme == "complet":
        given = {**ANSWERS, **answers}
        case = drafts.case_save(actor=user, case=case, answers=given, revision=case.revision, plan=PLAN)
        evidence.piece_add(actor=user, case=case, code="devis", file=pdf())
    else:
        given = {"intitule": "Un verger partagé", "cout": "10000", "siege": "45234", **answers}
        case = drafts.case_save(actor=user, case=case, answers=given, revision=case.revision)
    return case


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)
