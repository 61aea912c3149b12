"""Processes of the trial programme: one with proposals, a debate and a vote; one of young people with a standing right."""

from __future__ import annotations

from textwrap import dedent

MOBILITY = dedent("""\
    kind: process
    code: mobilites
    title: {fr: Nos mobilités, en: Our mobility}
    summary: {fr: Dire ensemble ce que les trains doivent devenir., en: Say together what trains should become.}
    stakes: {fr: "L'offre de 2028 en dépend, pas les tarifs.", en: "The offer of 2028 depends on it, not the fares."}
    measures: [1]
    commitments: ["1.1"]
    owner: conseil
    area: region:24
    scope: consult
    participants:
      text: {fr: Toute personne qui habite la région., en: Anyone who lives in the region.}
      least_age: 16
      areas: ["region:24"]
      organisations: true
      verification:
        why: {fr: "Rien n'est décidé ici : déclarer suffit.", en: "Nothing is decided here: declaring is enough."}
    phases:
      - {code: idees, title: {fr: Idées, en: Ideas}, opens: 2026-10-01, closes: 2026-11-30, does: [propositions, debat]}
      - {code: etude, title: {fr: Étude, en: Study}, opens: 2026-12-01, closes: 2027-01-14}
      - {code: choix, title: {fr: Choix, en: Choice}, opens: 2027-01-15, closes: 2027-01-31T12:00, does: [vote]}
    components:
      - type: proposals
        code: propositions
        title: {fr: Vos propositions, en: Your proposals}
        categories:
          - {code: trains, label: {fr: Trains, en: Trains}}
          - {code: velos, label: {fr: Vélos, en: Bicycles}}
        most: 3
        longest: 2000
        supports: {most: 5, threshold: 3, answer: {body: conseil, days: 60}}
      - type: debate
        code: debat
        title: {fr: Débat, en: Debate}
        depth: 2
        longest: 500
        questions:
          - {code: gratuite, title: {fr: Faut-il la gratuité ?, en: Should it be free?}}
      - type: vote
        code: vote
        title: {fr: Vote, en: Vote}
        question: {fr: Quelle priorité retenir ?, en: Which priority?}
        options_from: propositions
        ballot:
          type: approval
          counting: {rule: approval}
    answer: {body: conseil, days: 90}
    """)

YOUTH = dedent("""\
    kind: process
    code: jeunes
    title: {fr: Parole des jeunes, en: Voice of the young}
    summary: {fr: Un droit permanent de proposer pour les moins de 26 ans., en: A standing right to propose for those under 26.}
    stakes: {fr: Chaque idée soutenue reçoit une réponse., en: Each supported idea is answered.}
    measures: [2]
    owner: conseil
    area: region:24
    scope: consult
    participants:
      text: {fr: Les jeunes de la région., en: The young people of the region.}
      most_age: 25
      qualities: [student, lycee-pupil]
      verification:
        identity: oidc
        age: oidc
        why: {fr: Une voix par jeune., en: One voice for each young person.}
    phases:
      - {code: toujours, title: {fr: Toute l'année, en: All year}, opens: 2026-09-01, does: [idees]}
    components:
      - {type: proposals, code: idees, title: {fr: Idées, en: Ideas}, place: none, attachments: 0}
    """)

PROCESSES = {"processes/mobilites.yaml": MOBILITY, "processes/jeunes.yaml": YOUTH}
