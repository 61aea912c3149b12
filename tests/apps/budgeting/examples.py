"""A budget with one vote and one with a part a lycée, as texts; and ideas as rows."""

from __future__ import annotations

from textwrap import dedent

from django.utils import timezone

from mandat.apps.participation.models import Authorship, Participant, Proposal

_HEAD = """\
    kind: process
    code: {code}
    title: {{fr: Budget {code}, en: Budget {code} in English}}
    summary: {{fr: Un budget pour les essais., en: A budget for the trials.}}
    stakes: {{fr: Le vote décide de tout., en: The vote decides everything.}}
    measures: [1]
    commitments: ["1.1"]
    owner: conseil
    area: "region:24"
    scope: decide
    participants:
      text: {{fr: Toute personne de la région., en: Anyone of the region.}}
      channels: [account, code, paper]
      verification: {{why: {{fr: Un compte suffit., en: An account is enough.}}}}
    phases:
      - {{code: idees, title: {{fr: Les idées, en: Ideas}}, opens: 2026-01-05, closes: 2026-02-28, does: [idees]}}
      - {{code: etude, title: {{fr: L'étude, en: Study}}, opens: 2026-03-01, closes: 2026-05-31, does: ["budget:study"]}}
      - {{code: vote, title: {{fr: Le vote, en: Vote}}, opens: 2026-06-01, closes: 2026-06-15, does: ["budget:vote"]}}
      - {{code: suite, title: {{fr: La suite, en: Then}}, opens: 2026-06-16, does: ["budget:delivery"]}}
"""

_IDEAS = """\
    components:
      - code: idees
        type: proposals
        title: {fr: Vos idées, en: Your ideas}
"""

WHOLE = dedent(
    _HEAD.format(code="climat")
    + _IDEAS
    + """\
      - code: budget
        type: budget
        title: {fr: Le budget, en: The budget}
        ideas: idees
        amount: 100000
        envelope: climat-2026
        least: 1000
        most: 60000
        criteria:
          - {code: climat, label: {fr: Utile au climat, en: Good for the climate}}
        refusals:
          - {code: competence, label: {fr: Hors des compétences, en: Not for the Region}}
        ballot:
          type: knapsack
          counting: {rule: equal-shares, utility: cost, completion: add1u}
        answer: {body: conseil, days: 60, text: {fr: Le conseil dit la suite., en: The council says what follows.}}
        delivery_months: 24
    """
)

LYCEES = dedent(
    _HEAD.format(code="lycees")
    + _IDEAS
    + """\
      - code: budget
        type: budget
        title: {fr: Le budget du lycée, en: The budget of the lycée}
        ideas: idees
        amount: 20000
        part_kind: lycee
        parts:
          - {code: lycee-a, title: {fr: Lycée A, en: Lycée A}, amount: 10000, area: "commune:45234"}
          - {code: lycee-b, title: {fr: Lycée B, en: Lycée B}, amount: 10000, area: "commune:37261"}
        ballot: {type: approval, counting: {rule: equal-shares, utility: cost, completion: add1u}, channels: [code, paper]}
        delivery_months: 12
    """
)

PROCESSES = {"processes/climat.yaml": WHOLE, "processes/lycees.yaml": LYCEES}


def idea(author: Participant, title: str, *, process: str = "climat", commune: str = "45234", **given: object) -> str:
    """An idea that everyone may read; gives its reference."""
    now = timezone.now()
    number = Proposal.objects.count() + 1
    made = Proposal.objects.create(
        reference=f"pr-{number:06d}", programme="essai", process=process, component="idees", author=author, title=title,
        text=f"Texte de {title}.", commune=commune, state=Proposal.State.PUBLISHED, shuffle=number, created_at=now, saved_at=now,
        published_at=now, **given,
    )  # fmt: skip
    Authorship.objects.create(proposal=made, participant=author, since=now)
    return str(made.reference)
