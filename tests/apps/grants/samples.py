"""A scheme and a condition for tests, as texts by file name, to add to the trial programme."""

from __future__ import annotations

import json
from textwrap import dedent
from typing import Any

from mandat.definitions.reading import read

VOCABULARY = dedent("""\
    kind: rule-vocabulary
    code: organismes
    entities:
      - {name: organisme, kind: organisation}
      - {name: projet, kind: project, within: organisme}
    inputs:
      - name: siege
        entity: organisme
        type: commune
        label: {fr: la commune de votre siège, en: the commune of your seat}
        question: {fr: Où est votre siège ?, en: Where is your seat?}
    """)

CONDITION = dedent("""\
    kind: condition
    code: charte
    title: {fr: Charte des engagements, en: Charter of commitments}
    summary: {fr: Une condition pour les essais., en: A condition for the trials.}
    undertaking: {fr: Nous tenons la charte d'essai., en: We keep the trial charter.}
    proofs:
      - {by: declared, label: {fr: Charte signée, en: Signed charter}}
    """)

SCHEME = dedent("""\
    kind: scheme
    code: fonds-essai
    type: subsidy
    title: {fr: Fonds d'essai, en: Trial fund}
    summary: {fr: Aide des projets d'essai., en: Helps trial projects.}
    what: {fr: Des achats et des travaux., en: Purchases and works.}
    measures: [1]
    commitments: ["1.1"]
    service: conseil
    authority: {fr: Le conseil d'essai, en: The trial council}
    contact: essai@exemple.invalid
    legal_basis: [{text: Délibération d'essai}]
    audiences: [associations]
    applicants:
      kinds: [association, commune]
      who: {fr: Les associations et les communes., en: Associations and communes.}
    perimeter: {areas: ["region:24"]}
    calls:
      - {code: permanent, title: {fr: Au fil de l'eau, en: Rolling call}, opens: 2022-01-01}
    rules:
      - code: fonds-essai
        title: {fr: Fonds d'essai, en: Trial fund}
        summary: {fr: La moitié du coût., en: Half of the cost.}
        entity: projet
        uses: [organismes]
        applies: {from: 2022-01-01}
        inputs:
          - name: cout
            entity: projet
            type: number
            unit: EUR
            decimals: 2
            min: 0
            max: 10000000
            label: {fr: le coût du projet, en: the cost of the project}
            question: {fr: Combien coûte le projet ?, en: What does the project cost?}
        parameters:
          - name: taux
            label: {fr: le taux d'aide, en: the rate of aid}
            unit: percent
            values: [{from: 2022-01-01, value: 50, reference: {text: Délibération d'essai}}]
          - name: plafond
            label: {fr: l'aide la plus élevée, en: the highest aid}
            unit: EUR
            values: [{from: 2022-01-01, value: 20000, reference: {text: Délibération d'essai}}]
        formulas:
          - name: eligible
            label: {fr: le projet est aidé, en: the project is helped}
            formula: cout >= 1000 EUR et organisme.siege dans perimetre("region")
          - name: montant
            label: {fr: l'aide, en: the aid}
            formula: min(plafond, arrondi(cout * taux, 0.01, bas))
        outputs:
          - {name: eligible, role: eligible}
          - {name: montant, role: amount, unit: EUR}
    rule: fonds-essai
    outputs: {eligible: eligible, amount: montant}
    form:
      sections:
        - code: projet
          title: {fr: Votre projet, en: Your project}
          fields:
            - {name: intitule, type: text, label: {fr: Intitulé, en: Title}, longest: 200}
            - {name: cout, input: cout}
            - {name: siege, input: siege, reused: true}
    evidence:
      - {code: devis, label: {fr: Devis, en: Quotations}}
      - {code: factures, label: {fr: Factures acquittées, en: Paid invoices}, stage: balance}
    conditions: [charte]
    workflow:
      pattern: committee
      silence_reference: {text: CRPA L231-4}
    committee: {body: conseil, quorum: 3}
    plan: {own_of_cost: 20}
    payments:
      - {code: avance, label: {fr: Avance, en: Advance}, share: 50, stage: advance}
      - {code: solde, label: {fr: Solde, en: Balance}, share: 50, stage: balance, of: spent, needs: [factures]}
    """)

FILES = {"rules/organismes.yaml": VOCABULARY, "conditions/charte.yaml": CONDITION, "schemes/fonds-essai.yaml": SCHEME}


def scheme_body() -> dict[str, Any]:
    """The scheme as its file says it, to make others of; days and exact numbers are texts."""
    document, problems = read(SCHEME, file="fonds-essai.yaml")
    assert document is not None, problems
    body: dict[str, Any] = json.loads(json.dumps(document.data, default=str))
    return body
