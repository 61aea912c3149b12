"""The trial programme with a vocabulary and two rules."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from textwrap import dedent
from typing import Any

import pytest
from django.utils import translation

from mandat.apps.accounts.models import RoleGrant, User
from mandat.apps.programme import published
from mandat.apps.programme.services import programme_load
from mandat.apps.rulebook import published as rulebook
from mandat.definitions.folder import read_texts
from tests.programmes_folder import texts

VOCABULARY = dedent("""\
    # The questions every rule of the trial shares.
    kind: rule-vocabulary
    code: commun
    entities:
      - {name: personne, kind: person, within: foyer}
      - {name: foyer, kind: household}
    inputs:
      - name: commune
        entity: foyer
        type: commune
        label: {fr: votre commune, en: your commune}
        question: {fr: "Dans quelle commune habitez-vous ?", en: "In which commune do you live?"}
      - name: date_naissance
        entity: personne
        type: date
        past: true
        min: 1900-01-01
        label: {fr: votre date de naissance, en: your date of birth}
        question: {fr: "Quelle est votre date de naissance ?", en: "What is your date of birth?"}
      - name: revenu_mensuel
        entity: personne
        type: number
        unit: EUR/month
        decimals: 2
        min: 0
        max: 100000
        sensitive: true
        label: {fr: votre revenu mensuel, en: your monthly income}
        question: {fr: "Combien recevez-vous par mois ?", en: "How much do you receive a month?"}
      - name: situation
        entity: personne
        type: choice
        label: {fr: votre situation, en: your situation}
        question: {fr: "Quelle est votre situation ?", en: "What is your situation?"}
        choices:
          - {code: etudes, label: {fr: En études, en: Studying}}
          - {code: emploi, label: {fr: En emploi, en: Employed}}
      - name: handicap
        entity: personne
        type: boolean
        sensitive: true
        label: {fr: vous avez une reconnaissance de handicap, en: you have a recognised disability}
        question: {fr: "Avez-vous une reconnaissance de handicap ?", en: "Do you have a recognised disability?"}
    """)

RULE = dedent("""\
    # A comment that stays.
    kind: rule
    code: bourse
    title: {fr: Bourse d'essai, en: Trial grant}
    summary: {fr: Une bourse pour les personnes à faible revenu., en: A grant for people on a low income.}
    measures: [1]
    entity: personne
    uses: [commun]
    applies: {from: 2022-01-01}
    parameters:
      - name: plafond
        label: {fr: le plafond de revenu, en: the income ceiling}
        unit: EUR/month
        values:
          - from: 2022-01-01
            value: 1000
            reference: {text: "Programme, mesure 1"}
      - name: montant_de_base
        label: {fr: le montant de base, en: the basic amount}
        unit: EUR/month
        values:
          - from: 2022-01-01
            value: 50
            reference: {text: "Hypothèse de l'essai"}
            assumption: true
    formulas:
      - name: revenu_faible
        label: {fr: votre revenu est inférieur au plafond, en: your income is below the ceiling}
        formula: "revenu_mensuel < plafond"
      - name: est_eligible
        label: {fr: la bourse vous est ouverte, en: the grant is open to you}
        formula: "revenu_faible et foyer.commune dans perimetre(\\"region\\")"
      - name: montant
        label: {fr: le montant de la bourse, en: the amount of the grant}
        formula: "si handicap alors montant_de_base * 2 sinon montant_de_base"
    outputs:
      - {name: est_eligible, role: eligible}
      - {name: montant, role: amount, unit: EUR/month}
    reasons:
      revenu_faible: {fr: Votre revenu atteint le plafond., en: Your income reaches the ceiling.}
    cases:
      - title: {fr: Juste sous le plafond, en: Just below the ceiling}
        as_of: 2025-03-01
        given: {foyer: {commune: "45234"}, personnes: [{revenu_mensuel: 999.99, handicap: true}]}
        expect: {est_eligible: true, montant: 100}
      - title: {fr: Au plafond, en: At the ceiling}
        as_of: 2025-03-01
        given: {foyer: {commune: "45234"}, personnes: [{revenu_mensuel: 1000}]}
        expect: {est_eligible: false, montant: unknown}
    """)

FAMILY = dedent("""\
    kind: rule
    code: famille
    title: {fr: Aide aux familles, en: Family aid}
    summary: {fr: Une aide selon les revenus du foyer., en: An aid according to the income of the household.}
    measures: [2]
    entity: personne
    uses: [commun]
    applies: {from: 2022-01-01}
    parameters:
      - name: aide
        label: {fr: l'aide selon le revenu, en: the aid according to income}
        kind: scale
        method: flat
        unit: EUR/month
        of: EUR/month
        values:
          - from: 2022-01-01
            brackets: [{from: 0, amount: 40}, {from: 1500, amount: 20}, {from: 3000, amount: 0}]
            reference: {text: "Délibération de l'essai", url: "https://example.org/deliberation"}
    formulas:
      - name: revenu_du_foyer
        label: {fr: le revenu de votre foyer, en: the income of your household}
        formula: "somme(membres, revenu_mensuel)"
      - name: montant
        label: {fr: l'aide du mois, en: the aid of the month}
        formula: "bareme(aide, revenu_du_foyer)"
      - name: est_eligible
        label: {fr: l'aide vous est ouverte, en: the aid is open to you}
        formula: "montant > 0"
    outputs:
      - {name: est_eligible, role: eligible}
      - {name: montant, role: amount, unit: EUR/month}
    """)

FILES = {"rules/commun.yaml": VOCABULARY, "rules/bourse.yaml": RULE, "rules/famille.yaml": FAMILY}


def folder_texts(**changed: str) -> dict[str, bytes]:
    """The files of the trial with its rules; ``bourse=…`` replaces one."""
    files = {**FILES, **{f"rules/{name}.yaml": text for name, text in changed.items()}}
    return texts() | {name: text.encode() for name, text in files.items()}


@pytest.fixture(autouse=True)
def french() -> Iterator[None]:
    """A page asked in English leaves the language behind it."""
    with translation.override("fr"):
        yield


@pytest.fixture
def programme(db: None, settings: Any) -> published.Published:
    """The trial programme with its rules, published."""
    settings.MANDAT_PROGRAMME = "essai"
    settings.MANDAT_DEMO = True
    published._read.cache_clear()
    rulebook._read.cache_clear()
    rulebook._version.cache_clear()
    programme_load(folder=read_texts(folder_texts()))
    return published.published()


@pytest.fixture
def person(db: None) -> Callable[..., User]:
    """Make an account with roles: ``person("administrator")``."""

    def make(*roles: str) -> User:
        user = User.objects.create_user(f"{'-'.join(roles) or 'nobody'}{User.objects.count()}@example.org")
        for role in roles:
            RoleGrant.objects.create(user=user, role=role)
        return user

    return make
