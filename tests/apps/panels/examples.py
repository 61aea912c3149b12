"""A panel called by letters, and one called openly, as texts."""

from __future__ import annotations

from textwrap import dedent

_HEAD = """\
    kind: process
    code: {code}
    title: {{fr: Panel {code}, en: Panel {code} in English}}
    summary: {{fr: Un panel pour les essais., en: A panel for the trials.}}
    stakes: {{fr: Le panel conseille., en: The panel advises.}}
    measures: [1]
    commitments: ["1.1"]
    owner: conseil
    area: "region:24"
    scope: consult
    participants:
      text: {{fr: Toute personne de la région., en: Anyone of the region.}}
      channels: [account, code]
      verification: {{why: {{fr: Une lettre suffit., en: A letter is enough.}}}}
    phases:
      - {{code: appel, title: {{fr: L'appel, en: The call}}, opens: 2026-02-02, closes: 2026-02-28, does: ["panel:volunteer"]}}
      - {{code: travaux, title: {{fr: Les travaux, en: The work}}, opens: 2026-03-01}}
    components:
      - code: panel
        type: panel
        title: {{fr: Le panel, en: The panel}}
        question: {{fr: Comment se déplacer ?, en: How to get around?}}
        pool: {{fr: Des lettres tirées au sort., en: Letters drawn by lot.}}
        size: 10
        replacements: 3
        features:
          - code: genre
            label: {{fr: Genre, en: Gender}}
            values:
              - {{value: femme, label: {{fr: femmes, en: women}}, least: 4, most: 6, share: 52}}
              - {{value: homme, label: {{fr: hommes, en: men}}, least: 4, most: 6, share: 48}}
          - code: age
            label: {{fr: Âge, en: Age}}
            values:
              - {{value: jeune, label: {{fr: moins de 40 ans, en: under 40}}, least: 3, most: 6, share: 40}}
              - {{value: autre, label: {{fr: 40 ans et plus, en: 40 or more}}, least: 4, most: 7, share: 60}}
        sessions: 2
        day_allowance: 90
        forget_months: 6
        answer: {{body: conseil, days: 90}}
"""

OPEN = dedent(_HEAD.format(code="ouvert"))
LETTERS = dedent(
    _HEAD.format(code="lettres")
    + """\
        invitations: 60
        strata:
          - {code: nord, label: {fr: Nord, en: North}, addresses: 100, share: 50, rate: 50}
          - {code: sud, label: {fr: Sud, en: South}, addresses: 100, share: 50, rate: 50}
    """
)

PROCESSES = {"processes/ouvert.yaml": OPEN, "processes/lettres.yaml": LETTERS}
