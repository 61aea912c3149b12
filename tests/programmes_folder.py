"""A small programme folder for tests, as texts by file name."""

from __future__ import annotations

from textwrap import dedent

PROGRAMME = dedent("""\
    # A comment that a dump must keep.
    kind: programme
    code: essai
    title: {fr: Programme d'essai, en: Trial programme}
    region: "24"
    region_name: Centre-Val de Loire
    mandate:
      start: 2021-07-02
      end: 2028-03-31
      assumption: {fr: Une hypothèse pour les tests., en: An assumption for tests.}
    source: {fr: Écrit pour les tests seulement., en: Written for tests only.}
    neutrality: {fr: Ne prend aucun parti du tout., en: Takes no side at all here.}
    synthetic: {fr: Tous les faits sont synthétiques., en: Every fact is synthetic.}
    chapters: 1
    measures: 2
    pillars:
      - code: pilier
        number: 1
        title: {fr: Un pilier, en: A pillar}
        goal: {fr: Un but pour le pilier d'essai., en: A goal for the trial pillar.}
    """)

RULE = dedent("""\
    kind: status-rule
    code: statut
    title: {fr: Règle, en: Rule}
    text: {fr: Une règle pour les essais., en: A rule for the trials.}
    tolerance: 10
    stale_after: 1.5
    unknown_after: 3
    """)

BODIES = dedent("""\
    kind: bodies
    bodies:
      - code: conseil
        type: assembly
        title: {fr: Conseil, en: Council}
        summary: {fr: Le conseil des tests., en: The council of the tests.}
    """)

CHAPTER = dedent("""\
    kind: chapter
    code: sante
    number: 1
    pillar: pilier
    title: {fr: Santé, en: Health}
    goal: {fr: Un but pour le chapitre d'essai., en: A goal for the trial chapter.}
    measures:
      - number: 1
        code: former
        title: {fr: Former des médecins, en: Train doctors}
        summary: {fr: Former des médecins en plus., en: Train more doctors than before.}
        sdgs: [3]
        audiences: [everyone]
        responsible: conseil
        commitments:
          - code: "1.1"
            promise: {fr: Former 450 médecins de plus., en: Train 450 more doctors.}
            truth: output
            goal: {value: 450, unit: doctor, promised: true, baseline: 0}
            kept_when: {fr: Au moins 450 médecins formés., en: At least 450 doctors trained.}
            indicator:
              facts: [programme.output_confirmed.v1]
              aggregate: sum
              of: quantity
            expected_every_months: 12
            instruments: [path, count]
            milestones:
              - code: convention
                title: {fr: Convention signée, en: Agreement signed}
                due: 2022-06-30
          - code: "1.2"
            promise: {fr: Couvrir toute la région., en: Cover the whole region.}
            truth: output
            goal: {value: 100, unit: percent, promised: true, baseline: 0}
            kept_when: {fr: Toute la population couverte., en: The whole population covered.}
            indicator:
              facts: [programme.output_confirmed.v1]
              where: [{field: data.output, any_of: [house]}]
              aggregate: share
              over: population
            expected_every_months: 12
            instruments: [cover]
      - number: 2
        code: prevenir
        title: {fr: Prévenir les maladies, en: Prevent diseases}
        summary: {fr: Consacrer un budget à la prévention., en: Devote a budget to prevention.}
        sdgs: [3]
        audiences: [everyone]
        responsible: conseil
        commitments:
          - code: "2.1"
            promise: {fr: "Consacrer 1,5 M€ par an.", en: Devote 1.5 M€ a year.}
            truth: money
            goal: {value: 1500000, unit: EUR, promised: true, each: year}
            kept_when: {fr: "1,5 M€ au moins chaque année.", en: At least 1.5 M€ every year.}
            indicator:
              facts: [grants.awarded.v1]
              aggregate: sum
              of: amount
              window: year
            expected_every_months: 12
            instruments: [budget]
    """)

FILES = {
    "programme.yaml": PROGRAMME,
    "status-rule.yaml": RULE,
    "bodies.yaml": BODIES,
    "measures/01-sante.yaml": CHAPTER,
}


def texts(**changes: str) -> dict[str, bytes]:
    """The folder with some files replaced: keys are file stems, such as ``chapter`` or ``programme``."""
    names = {
        "programme": "programme.yaml",
        "rule": "status-rule.yaml",
        "bodies": "bodies.yaml",
        "chapter": "measures/01-sante.yaml",
    }
    files = dict(FILES)
    for name, text in changes.items():
        files[names[name]] = text
    return {path: text.encode() for path, text in files.items()}
