"""The opinion of a panel: given with its recommendations, each owed an answer, until all are answered."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.urls import reverse

from mandat.apps.accounts.models import User
from mandat.apps.accounts.permissions import require
from mandat.apps.answers.models import Answer, Duty
from mandat.apps.answers.services import duties
from mandat.apps.community.text import cleaned
from mandat.apps.panels.models import Opinion, Panel, Recommendation, Volunteer
from mandat.apps.panels.services.common import append, held, past, said, today
from mandat.apps.panels.terms import terms_of
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

MOST = 200


@dataclass(frozen=True, slots=True)
class Adopted:
    """A recommendation and the votes of members on it."""

    title: Text
    text: Text
    votes_for: int
    votes_against: int
    abstentions: int


@transaction.atomic
def opinion_give(*, actor: User, panel: Panel, text: Text, recommendations: Sequence[Adopted], on: dt.date) -> Opinion:
    """Publish the opinion the panel adopted; an answer is then owed for each recommendation.

    Raises InputError where a recommendation got more votes than there are members, or fewer for than against.
    """
    require(actor, "panels.manage")
    panel = held(panel, Panel.State.SEATED)
    terms = terms_of(panel)
    if not 1 <= len(recommendations) <= MOST:
        raise InputError(Text(f"de 1 à {MOST} recommandations", f"from 1 to {MOST} recommendations"))
    members = Volunteer.objects.filter(panel=panel, state=Volunteer.State.MEMBER).count()
    what, words = Text("le titre", "the title"), Text("l'avis", "the opinion")
    made = []
    for rank, one in enumerate(recommendations, 1):
        votes = (one.votes_for, one.votes_against, one.abstentions)
        if min(votes) < 0 or sum(votes) > members:
            raise InputError(
                Text(
                    f"recommandation {rank} : plus de voix que de membres",
                    f"recommendation {rank}: more votes than members",
                )
            )
        if one.votes_for <= one.votes_against:
            raise InputError(
                Text(f"la recommandation {rank} n'est pas adoptée", f"recommendation {rank} is not adopted")
            )
        made.append(
            Recommendation(
                rank=rank, title_fr=said(one.title.fr, what=what, longest=200, one_line=True),
                title_en=said(one.title.en, what=what, longest=200, one_line=True),
                text_fr=cleaned(one.text.fr), text_en=cleaned(one.text.en), votes_for=one.votes_for,
                votes_against=one.votes_against, abstentions=one.abstentions,
            )
        )  # fmt: skip
    opinion = Opinion(
        panel=panel, text_fr=said(text.fr, what=words, longest=20_000), text_en=said(text.en, what=words, longest=20_000),
        given_on=past(on),
    )  # fmt: skip
    opinion.digest = digest_of(opinion, made)
    opinion.save()
    for recommendation in made:
        recommendation.opinion = opinion
    Recommendation.objects.bulk_create(made)
    due_on = on + dt.timedelta(days=terms.rules.answer.days)
    panel.state = Panel.State.GIVEN
    panel.save(update_fields=["state"])
    opinion.fact = append(
        "panels.opinion_given.v1", terms, panel, on=on,
        data={"recommendations": len(made), "due_on": due_on, "digest": opinion.digest},
    )  # fmt: skip
    opinion.save(update_fields=["fact"])
    url = reverse("panels:panel", args=[panel.process, panel.component])
    for recommendation in made:
        duties.owe(
            kind="panel-recommendation", source=source_of(recommendation), title=recommendation.title,
            url=f"{url}#recommandation-{recommendation.rank}", body=terms.rules.answer.body, due_on=due_on,
            process=panel.process, measures=terms.published.process.measures,
        )  # fmt: skip
    return opinion


def source_of(recommendation: Recommendation) -> str:
    """What answers know a recommendation by."""
    panel = recommendation.opinion.panel
    return f"recommendation:{panel.process}/{panel.component}/{recommendation.rank}"


def digest_of(opinion: Opinion, recommendations: Sequence[Recommendation]) -> str:
    """SHA-256 of canonical JSON: the opinion in French, then each recommendation with its votes."""
    body = [
        opinion.text_fr,
        [[one.title_fr, one.text_fr, one.votes_for, one.votes_against, one.abstentions] for one in recommendations],
    ]
    return hashlib.sha256(json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()


def answered(duty: Duty, answer: Answer) -> None:
    """A recommendation got its answer; once all have theirs, the panel is answered. Called in the answer's transaction."""
    if duty.kind != "panel-recommendation" or not duty.source.startswith("recommendation:"):
        return
    where = duty.source.partition(":")[2].split("/")
    found = Recommendation.objects.filter(
        opinion__panel__programme=duty.programme, opinion__panel__process=where[0], opinion__panel__component=where[1],
        rank=int(where[2]),
    ).select_related("opinion__panel")  # fmt: skip
    recommendation = found.first()
    if recommendation is None:
        return
    recommendation.outcome = str(answer.outcome)
    recommendation.save(update_fields=["outcome"])
    opinion = recommendation.opinion
    outcomes = Counter(opinion.recommendations.order_by("rank").values_list("outcome", flat=True))
    if opinion.answered_on is not None or outcomes[""]:
        return
    opinion.answered_on = today()
    opinion.save(update_fields=["answered_on"])
    append(
        "panels.answered.v1", terms_of(opinion.panel), opinion.panel, on=opinion.answered_on, quantity=1, unit="event",
        data={name: outcomes[name] for name in ("accepted", "partly", "refused", "explained")},
    )  # fmt: skip
