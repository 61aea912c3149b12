"""The published programme as typed documents, read once for each revision.

Pages ask for it at every request, so it is kept in the process and keyed by the
programme's revision number: one short query tells whether it is still current.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from django.conf import settings
from django.utils.translation import get_language

from mandat.apps.programme.schema import Body, Chapter, Commitment, Measure, Pillar, Programme, StatusRule
from mandat.definitions import revisions
from mandat.definitions.models import DefinitionVersion
from mandat.engines.indicators.rollup import Target
from mandat.engines.indicators.status import Promise, Rule
from mandat.facts import DefinitionRef
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text
from mandat.web.sentences import SERIES


@dataclass(frozen=True)
class Published:
    """A programme as published: documents by code, in order, and the version of each."""

    revision: int
    programme: Programme
    rule: StatusRule
    pillars: Mapping[str, Pillar]
    chapters: Mapping[str, Chapter]
    measures: Mapping[int, Measure]
    commitments: Mapping[str, Commitment]
    bodies: Mapping[str, Body]
    chapter_of: Mapping[int, Chapter]
    refs: Mapping[tuple[str, str], DefinitionRef]
    #: What the rollup of each commitment counts.
    targets: Mapping[str, Target]

    @property
    def code(self) -> str:
        return self.programme.code

    def ref(self, kind: str, code: str) -> DefinitionRef:
        """The current version of a definition, as a fact cites it."""
        return self.refs[kind, code]

    def measure_of(self, commitment: str) -> Measure:
        return self.measures[int(commitment.split(".")[0])]

    def chapters_of(self, pillar: str) -> list[Chapter]:
        return [chapter for chapter in self.chapters.values() if chapter.pillar == pillar]

    def due(self, code: str) -> dt.date:
        return self.commitments[code].due or self.programme.mandate.end

    @cached_property
    def status_rule(self) -> Rule:
        """The parameters of the status rule."""
        return Rule(self.rule.tolerance, self.rule.stale_after, self.rule.unknown_after)

    @cached_property
    def promises(self) -> Mapping[str, Promise]:
        """What the status of each commitment is computed from."""
        return {code: self._promise(code) for code in self.commitments}

    def _promise(self, code: str) -> Promise:
        commitment = self.commitments[code]
        return Promise(
            goal=commitment.goal.value,
            start=self.programme.mandate.start,
            due=self.due(code),
            promised=commitment.goal.promised,
            baseline=commitment.goal.baseline,
            down=commitment.goal.direction == "down",
            yearly=commitment.goal.each == "year",
            reversible=commitment.indicator.aggregate in ("last", "share"),
            outcome=commitment.truth == "outcome",
            expected_every_months=commitment.expected_every_months,
            milestones={milestone.code: milestone.due for milestone in commitment.milestones},
        )


def published(code: str | None = None) -> Published:
    """The published programme (the site's own by default). Raises InputError where none is loaded."""
    code = code or settings.MANDAT_PROGRAMME
    number = revisions.current(code)
    if number is None:
        raise InputError(Text(f"aucun programme « {code} » n'est publié", f"no programme “{code}” is published"))
    return _read(code, number)


@lru_cache(maxsize=4)
def _read(code: str, revision: int) -> Published:
    rows = DefinitionVersion.objects.filter(programme=code, current=True).order_by("kind", "position")
    bodies: dict[str, dict[str, dict[str, Any]]] = {}
    refs: dict[tuple[str, str], DefinitionRef] = {}
    for row in rows:
        bodies.setdefault(row.kind, {})[row.code] = row.body
        refs[row.kind, row.code] = DefinitionRef(row.kind, row.code, row.version, row.digest)

    def of(kind: str) -> dict[str, dict[str, Any]]:
        return bodies.get(kind, {})

    commitments = {key: Commitment.model_validate(body) for key, body in of("commitment").items()}
    measures = {
        int(key): Measure.model_validate({**body, "commitments": [commitments[c] for c in body["commitments"]]})
        for key, body in of("measure").items()
    }
    chapters = {
        key: Chapter.model_validate({**body, "measures": [measures[int(m)] for m in body["measures"]]})
        for key, body in of("chapter").items()
    }
    pillars = {key: Pillar.model_validate(body) for key, body in of("pillar").items()}
    programme = of("programme")[code]
    rule = next(iter(of("status-rule").values()))
    ordered = sorted(chapters.values(), key=lambda chapter: chapter.number)
    whole = Programme.model_validate({**programme, "pillars": [pillars[p] for p in programme["pillars"]]})
    SERIES.update({series.code: series.title for series in whole.series})  # sentences name them
    return Published(
        revision=revision,
        programme=whole,
        rule=StatusRule.model_validate(rule),
        pillars=dict(sorted(pillars.items(), key=lambda item: item[1].number)),
        chapters={chapter.code: chapter for chapter in ordered},
        measures=dict(sorted(measures.items())),
        commitments={c.code: c for _, m in sorted(measures.items()) for c in m.commitments},
        bodies={key: Body.model_validate(body) for key, body in of("body").items()},
        chapter_of={measure.number: chapter for chapter in ordered for measure in chapter.measures},
        refs=refs,
        targets={
            c.code: Target(number, c.code, c.indicator)
            for number, measure in measures.items()
            for c in measure.commitments
        },
    )


def say(words: Any) -> str:
    """A bilingual field of a definition in the language of the page."""
    return str(words.en if (get_language() or "fr").startswith("en") else words.fr)
