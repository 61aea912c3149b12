"""A process of the trial programme with the four types of consultation."""

from __future__ import annotations

from textwrap import dedent

PROCESS = dedent("""\
    kind: process
    code: ensemble
    title: {fr: Ensemble, en: Together}
    summary: {fr: Écrire et observer ensemble ce qui vient., en: Write and watch together what is coming.}
    stakes: {fr: "Le texte sera voté tel quel, pas le budget.", en: "The text will be voted as it is, not the budget."}
    measures: [1]
    commitments: ["1.1"]
    owner: conseil
    area: region:24
    scope: co-decide
    participants:
      text: {fr: Toute personne intéressée., en: Anyone interested.}
      verification:
        why: {fr: "Rien ne se compte à la voix près : déclarer suffit.", en: "No vote hangs on one voice: declaring is enough."}
    phases:
      - {code: ouvrir, title: {fr: Ouvrir, en: Open}, opens: 2026-10-01, closes: 2026-11-30T12:00, does: ["charte:amend", enquete, carte, inventaire]}
      - {code: voter, title: {fr: Voter, en: Vote}, opens: 2026-10-15, closes: 2026-12-15, does: ["charte:vote"]}
    components:
      - type: drafting
        code: charte
        title: {fr: La charte, en: The charter}
        quorum: 2
        adopted_at: 60
        articles:
          - code: objet
            title: {fr: Objet, en: Purpose}
            body: {fr: "La Région et les associations travaillent ensemble chaque année.", en: "The Region and associations work together every year."}
          - code: duree
            title: {fr: Durée, en: Duration}
            body: {fr: "La charte dure trois ans. Elle est relue chaque année.", en: "The charter lasts three years. It is read again every year."}
      - type: survey
        code: enquete
        title: {fr: Vos trajets, en: Your journeys}
        cross: [mode]
        sections:
          - code: trajets
            title: {fr: Vos trajets, en: Your journeys}
            questions:
              - {code: mode, type: choice, label: {fr: Comment allez-vous au travail ?, en: How do you get to work?}, required: true, other: true,
                 choices: [{code: train, label: {fr: En train, en: By train}}, {code: voiture, label: {fr: En voiture, en: By car}}]}
              - {code: pourquoi, type: paragraph, label: {fr: Pourquoi la voiture ?, en: Why by car?}, when: {mode: [voiture]}}
              - {code: raisons, type: choices, label: {fr: Ce qui compte, en: What matters}, most: 2,
                 choices: [{code: prix, label: {fr: Prix, en: Price}}, {code: temps, label: {fr: Temps, en: Time}}, {code: confort, label: {fr: Confort, en: Comfort}}]}
              - {code: ordre, type: ranking, label: {fr: Par ordre, en: In order},
                 choices: [{code: a, label: {fr: Aller, en: Going}}, {code: b, label: {fr: Bouger, en: Moving}}, {code: c, label: {fr: Circuler, en: Running}}]}
          - code: vous
            title: {fr: Vous, en: You}
            questions:
              - {code: note, type: scale, most: 5, label: {fr: Votre note, en: Your mark}, lowest: {fr: mauvais, en: bad}, highest: {fr: très bon, en: very good}}
              - {code: avis, type: matrix, label: {fr: Votre avis, en: Your opinion},
                 rows: [{code: gare, label: {fr: La gare, en: The station}}, {code: bus, label: {fr: Le bus, en: The bus}}],
                 choices: [{code: bien, label: {fr: Bien, en: Good}}, {code: mal, label: {fr: Mal, en: Bad}}]}
              - {code: nombre, type: integer, label: {fr: Combien de trajets, en: How many journeys}, least: 0, most: 50}
              - {code: commune, type: commune, label: {fr: Votre commune, en: Your commune}}
              - {code: jour, type: date, label: {fr: Le jour, en: The day}}
              - {code: revenir, type: boolean, label: {fr: Reviendrez-vous, en: Will you be back}}
              - {code: courriel, type: text, personal: true, label: {fr: Pour vous écrire, en: To write to you}}
      - type: opinion-map
        code: carte
        title: {fr: La carte, en: The map}
        statements:
          - {fr: "Il faut plus de trains.", en: "More trains are needed."}
          - {fr: "Les voitures doivent payer.", en: "Cars must pay."}
          - {fr: "Le vélo suffit en ville.", en: "Bicycles are enough in town."}
          - {fr: "Le bus doit être gratuit.", en: "Buses must be free."}
        least_votes: 3
        least_voters: 12
        seed: 7
      - type: observations
        code: inventaire
        title: {fr: L'inventaire, en: The inventory}
        blur_km: 1
        sensitive_blur_km: 10
        confirmations: 2
        subjects:
          - {code: haie, label: {fr: Haie, en: Hedge}}
          - {code: mare, label: {fr: Mare, en: Pond}}
          - {code: cistude, label: {fr: "Cistude d'Europe", en: European pond turtle}, scientific: Emys orbicularis, sensitive: true}
    answer: {body: conseil, days: 90}
    """)
PROCESSES = {"processes/ensemble.yaml": PROCESS}
