"""A training and a series of events on the trial programme."""

from __future__ import annotations

from textwrap import dedent

SERIES = {
    "trainings/debat.yaml": dedent("""\
        kind: training
        code: debat
        title: {fr: Prendre la parole en public, en: Speaking in public}
        summary: {fr: Une séance pour apprendre à débattre., en: A session to learn how to debate.}
        for_whom: {fr: Pour toutes et tous dès quatorze ans., en: For everyone from fourteen.}
        access: {fr: Les salles sont accessibles en fauteuil., en: Rooms are accessible by wheelchair.}
        content:
          - {fr: Écouter et reformuler une idée., en: Listen and rephrase an idea.}
        measures: [1]
        commitments: ["1.1"]
        owner: conseil
        unit: session
        places: 3
        meetings_a_year: 40
        hours: 3
        young_until: 24
        retention_months: 24
        """),
    "events/jardins.yaml": dedent("""\
        kind: event-series
        code: jardins
        title: {fr: Jardins ouverts, en: Open gardens}
        summary: {fr: Des jardins ouvrent leurs portes., en: Gardens open their doors.}
        for_whom: {fr: Pour toutes et tous sans condition., en: For everyone without condition.}
        access: {fr: Chaque jardin dit ses accès., en: Each garden says its access.}
        measures: [2]
        owner: conseil
        unit: event
        places: 50
        meetings_a_year: 10
        """),
}
