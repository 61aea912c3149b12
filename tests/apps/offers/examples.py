"""Two offers of the trial programme: one to persons and sensitive, one to classes."""

from __future__ import annotations

from textwrap import dedent

CONSULTATION = dedent("""\
    kind: offer
    code: consultation
    title: {fr: Consultation de santé au lycée, en: Health consultation at the lycée}
    summary: {fr: Une consultation proposée à chaque élève de lycée., en: A consultation offered to every lycée pupil.}
    what: {fr: "Un temps avec une équipe médicale, psychologique et sociale.", en: "Time with a medical, psychological and social team."}
    practical: {fr: "Rien à payer, rien à apporter.", en: "Nothing to pay, nothing to bring."}
    measures: [1]
    commitments: ["1.1"]
    unit: person
    target:
      who: {fr: Les élèves de lycée de 14 à 20 ans., en: Lycée pupils aged 14 to 20.}
      establishments: lycee
      establishments_label: {fr: lycées, en: lycées}
      roll_source: {fr: La liste des élèves tenue par chaque lycée., en: The list of pupils each lycée keeps.}
      ages: {least: 14, most: 20}
      identified_by: name-and-birth-date
    rounds:
      - {code: r2025-2026, title: {fr: Année scolaire 2025-2026, en: School year 2025-2026}, opens: 2025-09-01, closes: 2026-07-04}
      - {code: r2026-2027, title: {fr: Année scolaire 2026-2027, en: School year 2026-2027}, opens: 2026-09-01, closes: 2027-07-03}
    slots:
      at: {fr: l'infirmerie ou la salle indiquée, en: the infirmary or the room named}
      minutes: 45
      capacity: 1
      notice_hours: 24
      waiting_list: true
    reminders: {days_before: [7, 1], unanswered_after_days: 21}
    second_invitation: {after_days: 14}
    opt_out:
      alone_from_age: 15
      rule: {fr: "À partir de 15 ans l'élève répond seul ; avant, un responsable légal répond.", en: "From 15 the pupil answers alone; before, a legal guardian does."}
      reference: {text: "Loi n° 78-17 du 6 janvier 1978, article 45"}
    sensitive: true
    neutral_name: {fr: Rendez-vous au lycée, en: Appointment at the lycée}
    retention:
      identity_months: 3
      attendance_months: 12
      why: {fr: Le temps de répondre à une réclamation., en: Long enough to answer a complaint.}
    publication:
      threshold: 5
      text: {fr: "Des nombres par lycée, jamais sous 5 élèves.", en: "Counts by lycée, never under 5 pupils."}
    assumptions:
      - {fr: La durée de 45 minutes est une hypothèse., en: The length of 45 minutes is an assumption.}
    """)

NATURE = dedent("""\
    kind: offer
    code: nature
    title: {fr: Une sortie nature pour chaque classe, en: A nature outing for every class}
    summary: {fr: Une demi-journée dehors proposée à chaque classe., en: Half a day outdoors offered to every class.}
    what: {fr: "Une animation près de l'école, avec une association.", en: "An activity near the school, with an association."}
    measures: [2]
    unit: group
    target:
      who: {fr: Toutes les classes des écoles de la région., en: All classes of the region's schools.}
      establishments: ecole
      establishments_label: {fr: écoles, en: schools}
      roll_source: {fr: La liste des classes tenue par l'académie., en: The list of classes the academy keeps.}
      identified_by: group-name
    rounds:
      - {code: r2026-2027, title: {fr: Année scolaire 2026-2027, en: School year 2026-2027}, opens: 2026-09-01, closes: 2027-07-03}
    slots:
      at: {fr: le lieu de la sortie, en: the place of the outing}
      minutes: 180
      capacity: 2
      notice_hours: 72
    opt_out:
      rule: {fr: "L'école répond pour la classe, sans dire pourquoi.", en: "The school answers for the class, giving no reason."}
    sensitive: false
    retention:
      identity_months: 12
      attendance_months: 24
      why: {fr: Le temps d'évaluer l'action menée., en: Long enough to assess what was done.}
    publication:
      text: {fr: "Des nombres par école, jamais sous 5 élèves.", en: "Counts by school, never under 5 pupils."}
    """)

OFFERS = {"offers/consultation.yaml": CONSULTATION, "offers/nature.yaml": NATURE}
