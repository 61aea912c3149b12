"""What several pages build alike: crumbs, cells of the carré, lines of facts, courses of commitments."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _

from mandat.apps.programme.published import Published, published
from mandat.apps.programme.schema import Commitment
from mandat.apps.programme.standing import CommitmentStanding, MeasureStanding, standings, today
from mandat.apps.territory import selectors as territory
from mandat.engines.indicators.status import LABELS, Status
from mandat.facts import Fact, fact_types
from mandat.journal import Entry
from mandat.kernel.errors import InputError
from mandat.kernel.periods import add_months
from mandat.kernel.text import Text, current_language
from mandat.web.charts.carre import Cell
from mandat.web.charts.ruban import Course, Point, Step, Truth
from mandat.web.components import Crumb, FactLine, Figure, Link
from mandat.web.sentences import sentence_in
from mandat.web.typography import typeset

#: Kinds whose facts hold one nature of truth, by the first word of their name; others follow the commitment they serve.
_NATURES: Mapping[str, Truth] = {
    "grants": "money",
    "budget": "money",
    "procurement": "money",
    "statistics": "outcome",
}
_OUTPUTS = ("programme.output_",)
_WITHDRAWN = "journal.withdrawn.v1"


def programme_or_404() -> Published:
    """The published programme; a page of an empty site says that nothing is loaded yet."""
    try:
        return published()
    except InputError as error:
        raise Http404(str(error)) from error


def words(value: Any) -> str:
    """A bilingual field in the page's language, typeset."""
    language = current_language()
    return typeset(str(getattr(value, language)), language)


def home_crumb() -> Crumb:
    return Crumb(_("Home"), reverse("programme:home"))


def participate_crumb() -> Crumb:
    """Where everything one can take part in is found."""
    return Crumb(Text("Participer", "Take part"), reverse("participation:hub"))


def measures_crumb() -> Crumb:
    return Crumb(_("Measures"), reverse("programme:measures"))


def measure_url(number: int) -> str:
    return reverse("programme:measure", args=[number])


def cells(
    current: Published, standing: Mapping[int, MeasureStanding], *, linked: bool = True, numbers: Iterable[int] = ()
) -> list[Cell]:
    """The measures as cells of the carré, all of them or those of ``numbers``."""
    wanted = list(numbers) or list(current.measures)
    ranks = {code: rank for rank, code in enumerate(current.pillars, start=1)}
    base = measure_url(0) if linked else ""
    found = []
    for number in wanted:
        pillar = current.pillars[current.chapter_of[number].pillar]
        status = standing[number].status
        found.append(
            Cell(
                number=number,
                title=words(current.measures[number].title),
                status=status.value,
                word=str(LABELS[status]),
                url=base.replace("/0/", f"/{number}/") if linked else "",
                rank=ranks[pillar.code],
                pillar=words(pillar.title),
            )
        )
    return found


def tally(statuses: Iterable[Status]) -> list[tuple[Status, int]]:
    """How many of each status, in the order of the legend, those without any left out."""
    counts = Counter(statuses)
    return [(status, counts[status]) for status in Status if counts[status]]


def all_standings(current: Published) -> dict[int, MeasureStanding]:
    return standings(current)


def fact_label(kind: str) -> Text | str:
    known = fact_types().get(kind)
    return known.label if known else kind


def fact_line(entry: Entry, *, serves: bool = True) -> FactLine:
    """A fact as one line of a list. ``serves`` adds links to its measures."""
    fact = entry.fact
    return FactLine(
        index=entry.index,
        sentence=sentence_in(fact, current_language()),
        url=reverse("programme:fact", args=[entry.index]),
        occurred_on=fact.occurred_on,
        label=fact_label(fact.kind),
        figure=Figure(fact.quantity, fact.unit) if fact.quantity is not None else None,
        area=typeset(territory.area_name(fact.area), "fr") if fact.area else "",
        serves=[Link(_("measure %(number)s") % {"number": number}, measure_url(number)) for number in fact.measures[:3]]
        if serves
        else (),
        synthetic=fact.synthetic,
        replaced_by=reverse("programme:fact", args=[entry.replaced_by]) if entry.replaced_by is not None else "",
    )


def nature(fact: Fact, own: Truth) -> Truth:
    """The row of the ruban a fact belongs to, on a commitment whose own truth is ``own``."""
    if fact.kind.startswith(_OUTPUTS):
        return own if own in ("output", "act") else "output"
    if fact.kind.startswith(("programme.", "journal.")):
        return "act"
    return _NATURES.get(fact.kind.split(".")[0], own)


def course_of(current: Published, standing: CommitmentStanding, facts: Sequence[Entry]) -> Course:
    """What the ruban of a commitment draws, from its standing and the facts to show as points."""
    commitment = standing.commitment
    points: dict[Truth, list[Point]] = {}
    for entry in facts:
        fact = entry.fact
        if entry.replaced_by is not None or fact.kind == _WITHDRAWN or not fact.type.counts:
            continue
        flag = fact.kind == "programme.decision_recorded.v1" or fact.kind.startswith("programme.commitment_")
        if fact.kind == "programme.milestone_reached.v1":
            continue
        point = Point(
            fact.occurred_on, sentence_in(fact, current_language()), reverse("programme:fact", args=[entry.index]), flag
        )
        points.setdefault(nature(fact, commitment.truth), []).append(point)
    return Course(
        truth=commitment.truth,
        unit=commitment.goal.unit,
        start=current.programme.mandate.start,
        end=current.programme.mandate.end,
        due=current.due(commitment.code),
        today=today(),
        goal=commitment.goal.value,
        baseline=commitment.goal.baseline,
        promised=commitment.goal.promised,
        series=standing.value.series,
        stale_after_days=_stale_days(current, commitment),
        points=points,
        milestones=[
            Step(words(milestone.title), milestone.due, standing.milestones.get(milestone.code))
            for milestone in commitment.milestones
        ],
    )


def _stale_days(current: Published, commitment: Commitment) -> int:
    day = today()
    rhythm = (add_months(day, commitment.expected_every_months) - day).days
    return int(rhythm * current.status_rule.stale_after)


def why_url(code: str) -> str:
    return reverse("programme:why", args=[code])


def standing_figure(standing: CommitmentStanding, *, why: bool = True) -> Figure:
    """The figure of a commitment with its freshness and the way to its proof."""
    commitment = standing.commitment
    value: Decimal | None = standing.value.value
    return Figure(
        value=value,
        unit=commitment.goal.unit,
        as_of=standing.value.last_day,
        stale_since=standing.standing.stale_since,
        why=why_url(commitment.code) if why else "",
    )
