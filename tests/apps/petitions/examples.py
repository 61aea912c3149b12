"""A trial programme with the Region's own right to petition, the law's, and a referendum of the Region's own."""

from __future__ import annotations

from textwrap import dedent

from tests.programmes_folder import BODIES, texts

SITTING = """\
  - code: assemblee
    type: committee
    parent: conseil
    title: {fr: Assemblée d'essai, en: Trial assembly}
    summary: {fr: L'assemblée qui répond aux pétitions., en: The assembly that answers petitions.}
    mandate: {fr: Répond aux pétitions et se prononce., en: Answers petitions and decides.}
    powers: [decides]
    colleges:
      - {code: elus, title: {fr: Membres élus, en: Elected members}, seats: 3, named_by: {fr: Conseil régional, en: Regional council}}
    named_by: {fr: Conseil régional, en: Regional council}
    term_months: 24
    quorum: {more_than: 50}
    voting: {majority: simple, tie: president, proxies: 1}
    sessions_a_year: 4
    delays: {notice: 10, agenda: 5, requests: 20, minutes: 15}
    measures: [1]
"""

HOUSE = dedent("""\
    kind: process
    code: droit-de-petition
    title: {fr: Droit de pétition, en: Right to petition}
    summary: {fr: Demander quelque chose à la Région avec d'autres., en: Ask something of the Region with others.}
    stakes: {fr: "Chaque seuil oblige la Région à quelque chose.", en: "Each threshold binds the Region to something."}
    measures: [1]
    owner: conseil
    area: region:24
    scope: consult
    participants:
      text: {fr: Toute personne qui habite la région., en: Anyone who lives in the region.}
      areas: ["region:24"]
      verification:
        why: {fr: "Déclarer suffit : rien n'est décidé par le nombre seul.", en: "Declaring is enough: numbers alone decide nothing."}
    phases:
      - {code: toujours, title: {fr: Toute l'année, en: All year}, opens: 2026-01-01, does: [petitions]}
    components:
      - type: petitions
        code: petitions
        title: {fr: Pétitions, en: Petitions}
        basis: house
        sponsors: 2
        moderation_days: 7
        open_days: 100
        least_age: 16
        scheme: contre-expertise
        refusals:
          - {code: hors-competence, label: {fr: "La Région n'y peut rien", en: "The Region has no power over it"}}
          - {code: personnes, label: {fr: "Elle vise une personne privée", en: "It is aimed at a private person"}}
        thresholds:
          - code: reponse
            signatures: 3
            consequence: reply
            answer: {body: conseil, days: 60}
            text: {fr: "La Région répond par écrit.", en: "The Region answers in writing."}
          - code: audition
            signatures: 5
            departments: 2
            each: 2
            consequence: hearing
            answer: {body: assemblee, days: 90, form: hearing}
            text: {fr: "Les porteurs sont entendus.", en: "Those who carry it are heard."}
          - code: expertise
            signatures: 6
            consequence: counter-expertise
            answer: {body: conseil, days: 60}
            text: {fr: "Une contre-expertise peut être payée.", en: "A counter-expertise may be paid for."}
          - code: referendum
            signatures: 8
            consequence: referendum
            answer: {body: assemblee, days: 120, form: decision}
            text: {fr: "La question est soumise au vote.", en: "The question is put to the vote."}
        referendum:
          checked_by: assemblee
          check_days: 30
          campaign_days: 10
          vote_days: 5
          space: 600
          documents: 1
          ballot:
            type: yes-no
            counting: {rule: plurality}
          binding: {fr: "L'assemblée délibère sur le résultat.", en: "The assembly deliberates on the result."}
          answer: {body: assemblee, days: 90, form: decision}
    """)

LAW = dedent("""\
    kind: process
    code: demandes-des-electeurs
    title: {fr: Demandes des électeurs, en: Requests of electors}
    summary: {fr: La demande de consultation que la loi ouvre aux électeurs., en: The request that the law opens to electors.}
    stakes: {fr: "L'assemblée décide si la consultation a lieu.", en: "The assembly decides whether it takes place."}
    measures: [1]
    owner: conseil
    area: region:24
    scope: consult
    participants:
      text: {fr: Les électeurs de la région., en: The electors of the region.}
      least_age: 18
      areas: ["region:24"]
      channels: [account, paper]
      verification:
        why: {fr: "La loi les réserve aux électeurs.", en: "The law keeps them for electors."}
    phases:
      - {code: toujours, title: {fr: Toute l'année, en: All year}, opens: 2026-01-01, does: [demandes]}
    components:
      - type: petitions
        code: demandes
        title: {fr: "Demandes au titre de la loi", en: "Requests under the law"}
        basis: law
        reference: {text: "Code général des collectivités territoriales, article L1112-16"}
        requests: [consultation, deliberation]
        electors: 61
        electors_source: {text: "Inventé pour les essais"}
        sponsors: 0
        least_age: 18
        refusals:
          - {code: hors-competence, label: {fr: "Hors des compétences", en: "Outside its powers"}}
        thresholds:
          - code: vingtieme
            percent: 5
            consequence: agenda
            answer: {body: assemblee, days: 90, form: decision}
            text: {fr: "L'assemblée en est saisie.", en: "The assembly is seized of it."}
    """)

OWN_QUESTION = dedent("""\
    kind: process
    code: question-de-la-region
    title: {fr: Une question de la Région, en: A question of the Region}
    summary: {fr: La Région pose elle-même une question., en: The Region puts a question itself.}
    stakes: {fr: "Le résultat oblige à délibérer.", en: "The result binds to deliberate."}
    measures: [1]
    owner: conseil
    area: region:24
    scope: decide
    participants:
      text: {fr: Toute personne qui habite la région., en: Anyone who lives in the region.}
      least_age: 16
      areas: ["region:24"]
      verification:
        why: {fr: "Un vote d'essai.", en: "A trial vote."}
    phases:
      - {code: vote, title: {fr: Vote, en: Vote}, opens: 2026-01-01, does: [question]}
    components:
      - type: referendum
        code: question
        title: {fr: La question, en: The question}
        question: {fr: "Faut-il ouvrir les gares fermées de la région ?", en: "Should closed stations of the region open again?"}
        terms:
          checked_by: assemblee
          campaign_days: 10
          vote_days: 5
          ballot: {type: yes-no, counting: {rule: plurality}}
          binding: {fr: "L'assemblée délibère sur le résultat.", en: "The assembly deliberates on the result."}
          answer: {body: assemblee, days: 90, form: decision}
    """)


def files(**changes: str) -> dict[str, bytes]:
    """The programme's files; ``files(house=…)`` changes a process."""
    processes = {"house": HOUSE, "law": LAW, "own": OWN_QUESTION} | changes
    return texts(bodies=BODIES + SITTING) | {
        f"processes/{name}.yaml": text.encode() for name, text in processes.items()
    }
