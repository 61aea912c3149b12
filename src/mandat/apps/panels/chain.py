"""Promise, vote, money, delivery: where a recommendation of a panel comes from."""

from __future__ import annotations

from collections.abc import Iterable

from django.urls import reverse

from mandat.apps.answers.chain import Step
from mandat.apps.panels.models import Recommendation
from mandat.kernel.text import Text


def of_recommendation(source: str) -> Iterable[Step]:
    """The chain of ``recommendation:<process>/<component>/<rank>``: the opinion it is part of; the answer is told by answers."""
    where = source.partition(":")[2].split("/")
    if len(where) != 3 or not where[2].isdigit():
        return
    found = (
        Recommendation.objects.filter(
            opinion__panel__process=where[0], opinion__panel__component=where[1], rank=int(where[2])
        )
        .select_related("opinion")
        .first()
    )
    if found is not None:
        yield Step(
            "promise", found.opinion.given_on,
            Text(
                f"Recommandation du panel, {found.votes_for} voix pour", f"Recommendation of the panel, {found.votes_for} votes for"
            ),
            url=reverse("panels:panel", args=where[:2]) + f"#recommandation-{where[2]}", fact=found.opinion.fact,
        )  # fmt: skip
