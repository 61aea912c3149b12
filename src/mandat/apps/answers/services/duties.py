"""Owe an answer, give it, amend it, say what became of it.

Each act is one transaction with its fact. The words of an answer are the institution's; the title of what is answered may be a person's,
and stays out of facts.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from mandat import journal
from mandat.apps.accounts.models import User
from mandat.apps.accounts.permissions import require
from mandat.apps.answers import hooks
from mandat.apps.answers.chain import LABELS, STAGES, Stage
from mandat.apps.answers.models import Answer, ChainLink, Duty, Outcome
from mandat.apps.community.follow import targets
from mandat.apps.community.services import events
from mandat.apps.community.text import cleaned
from mandat.facts import Fact
from mandat.journal import Entry
from mandat.kernel.errors import InputError
from mandat.kernel.periods import in_words
from mandat.kernel.text import Text

LONGEST = 20_000
Sort = Literal["decision", "measure", "budget", "delivery", "page"]
#: The stage of the chain that a link of an answer shows.
STAGE_OF: Mapping[str, Stage] = {"decision": "vote", "budget": "money", "delivery": "delivery"}

_TITLES = {
    Outcome.ACCEPTED: "acceptée",
    Outcome.PARTLY: "acceptée en partie",
    Outcome.REFUSED: "refusée",
    Outcome.EXPLAINED: "expliquée",
}
OUTCOMES = {
    Outcome.ACCEPTED: Text("acceptée", "accepted"),
    Outcome.PARTLY: Text("acceptée en partie", "accepted in part"),
    Outcome.REFUSED: Text("refusée", "refused"),
    Outcome.EXPLAINED: Text("expliquée", "explained"),
}


@dataclass(frozen=True, slots=True)
class Link:
    """Where an answer leads: a decision, a measure, a budget line, a fact of delivery, or another page. ``fact``: its index in the journal."""

    sort: Sort
    title: Text
    url: str = ""
    fact: int | None = None
    on: dt.date | None = None

    def kept(self) -> dict[str, Any]:
        """As it is written in the answer."""
        return {
            "sort": self.sort,
            "title": {"fr": self.title.fr, "en": self.title.en},
            "url": self.url,
            "fact": self.fact,
            "on": self.on.isoformat() if self.on else None,
        }


@transaction.atomic
def owe(
    *,
    kind: str,
    source: str,
    title: Text,
    url: str,
    body: str,
    due_on: dt.date,
    process: str = "",
    measures: Iterable[int] = (),
    delivery_by: dt.date | None = None,
    reminder_days: int = 7,
    owed_on: dt.date | None = None,
) -> Duty:
    """``body`` owes an answer about ``source`` by ``due_on``. Asked again for the same source and kind, the first one stands: it is returned.

    ``kind`` names what is answered (``proposal``, ``petition-reply`` …); ``url`` is the path of its page. Followers of the source, of its process and of
    its measures are told when it is answered.
    """
    programme = settings.MANDAT_PROGRAMME
    known = Duty.objects.filter(programme=programme, source=source, kind=kind).first()
    if known is not None:
        return known
    # Facts are appended one after the other: whoever holds the log sees what the other made.
    journal.lock()
    known = Duty.objects.filter(programme=programme, source=source, kind=kind).first()
    if known is not None:
        return known
    day = owed_on or timezone.localdate()
    duty = Duty(
        programme=programme,
        kind=kind,
        source=source,
        title_fr=title.fr[:300],
        title_en=title.en[:300],
        url=url[:400],
        body=body,
        process=process,
        measures=sorted(set(measures)),
        owed_on=day,
        due_on=due_on,
        reminder_days=reminder_days,
        delivery_by=delivery_by,
        synthetic=bool(settings.MANDAT_DEMO),
    )
    duty.fact_index = fact("answers.owed.v1", duty, on=day, due_on=due_on, due_day=in_words(due_on).fr).index
    duty.save()
    return duty


@transaction.atomic
def answer(
    *,
    actor: User,
    duty: Duty,
    text: Text,
    outcome: str,
    links: Sequence[Link] = (),
    delivery_by: dt.date | None = None,
    because: str = "",
    on: dt.date | None = None,
) -> Answer:
    """Answer in the name of the duty's body. A second answer amends the first, which stays shown, and says why (``because``).

    What is accepted says by when it is delivered: ``delivery_by``, else the duty's own. Raises InputError for an empty text, an unknown outcome or
    fact, an amendment without reason, or a duty no longer due; PermissionDenied.
    """
    require(actor, "answers.give")
    duty = Duty.objects.select_for_update().get(pk=duty.pk)
    if duty.state == Duty.State.WAIVED:
        raise InputError(Text("cette réponse n'est plus due", "this answer is no longer due"))
    if outcome not in Outcome.values:
        raise InputError(Text("dites ce qui est décidé", "say what is decided"))
    chosen = Outcome(outcome)
    fr = cleaned(text.fr, longest=LONGEST, least=20)
    en = cleaned(text.en, longest=LONGEST)
    because = cleaned(because, longest=1000)
    rank = duty.answers.count() + 1
    if rank > 1 and len(because) < 10:
        raise InputError(Text("dites pourquoi la réponse change", "say why the answer changes"))
    day = on or timezone.localdate()
    promised = delivery_by or duty.delivery_by if chosen in (Outcome.ACCEPTED, Outcome.PARTLY) else None
    _check(links)
    if rank == 1:
        entry = fact(
            "answers.given.v1",
            duty,
            on=day,
            quantity=Decimal(1),
            outcome=chosen.value,
            outcome_title=_TITLES[chosen],
            days=max(0, (day - duty.owed_on).days),
            on_time=day <= duty.due_on,
            **({"delivery_by": promised} if promised else {}),
        )
        duty.answered_on = day
    else:
        entry = fact("answers.amended.v1", duty, on=day, outcome=chosen.value, outcome_title=_TITLES[chosen], rank=rank)
    made = Answer.objects.create(
        duty=duty,
        rank=rank,
        outcome=chosen,
        text_fr=fr,
        text_en=en,
        because=because,
        links=[link.kept() for link in links],
        delivery_by=promised,
        by=actor,
        at=timezone.now(),
        fact_index=entry.index,
    )
    duty.state, duty.outcome, duty.delivery_by = Duty.State.ANSWERED, chosen, promised
    if promised is None or promised >= timezone.localdate():
        duty.delivery_late_on = None
    duty.save()
    _tell(duty, rank)
    hooks.answered(duty, made)
    return made


@transaction.atomic
def waive(*, actor: User, duty: Duty, because: str) -> Duty:
    """An answer is no longer due (its source was withdrawn, two duties were one): said in public, with the reason. Raises InputError."""
    require(actor, "answers.give")
    duty = Duty.objects.select_for_update().get(pk=duty.pk)
    if duty.state != Duty.State.OWED:
        raise InputError(Text("cette réponse n'est pas attendue", "this answer is not awaited"))
    duty.waived_because = cleaned(because, longest=1000, least=10)
    duty.state = Duty.State.WAIVED
    duty.save()
    fact("answers.waived.v1", duty, late=duty.overdue_on is not None)
    return duty


@transaction.atomic
def step_add(
    *, actor: User, duty: Duty, stage: str, on: dt.date, title: Text, url: str = "", fact_index: int | None = None
) -> ChainLink:
    """Add what followed an answer: the vote, the money, a delivery under way, with its address or its fact. Raises InputError, PermissionDenied."""
    require(actor, "answers.give")
    duty = Duty.objects.select_for_update().get(pk=duty.pk)
    if duty.state != Duty.State.ANSWERED:
        raise InputError(Text("répondez d'abord", "answer first"))
    if stage not in STAGES:
        raise InputError(Text("choisissez une étape", "choose a step"))
    if on > timezone.localdate():
        raise InputError(Text("cette étape est datée dans l'avenir", "this step is dated in the future"))
    _check([Link("page", title, url, fact_index)])
    made = ChainLink.objects.create(
        duty=duty,
        stage=stage,
        on=on,
        title_fr=cleaned(title.fr, longest=300, least=5, one_line=True),
        title_en=cleaned(title.en, longest=300, one_line=True),
        url=url,
        fact_index=fact_index,
        by=actor,
        at=timezone.now(),
    )
    shown = LABELS[next(one for one in STAGES if one == stage)].fr.lower()
    proof: dict[str, Any] = {} if fact_index is None else {"proof": fact_index}
    fact("answers.step_recorded.v1", duty, on=on, stage=stage, stage_title=shown, **proof)
    return made


@transaction.atomic
def delivered(
    *, actor: User, duty: Duty, on: dt.date, title: Text, url: str = "", fact_index: int | None = None
) -> Duty:
    """What an accepted answer promised is there, since ``on``. Raises InputError where nothing was promised or it is said already."""
    require(actor, "answers.give")
    duty = Duty.objects.select_for_update().get(pk=duty.pk)
    if duty.outcome not in (Outcome.ACCEPTED, Outcome.PARTLY):
        raise InputError(Text("cette réponse ne promet rien", "this answer promises nothing"))
    if duty.delivered_on is not None:
        raise InputError(Text("la livraison est déjà dite", "delivery is said already"))
    if on > timezone.localdate() or (duty.answered_on and on < duty.owed_on):
        raise InputError(Text("vérifiez le jour de la livraison", "check the day of delivery"))
    step_add(actor=actor, duty=duty, stage="delivery", on=on, title=title, url=url, fact_index=fact_index)
    fact(
        "answers.delivered.v1",
        duty,
        on=on,
        quantity=Decimal(1),
        on_time=duty.delivery_by is None or on <= duty.delivery_by,
    )
    duty.delivered_on = on
    duty.save()
    return duty


def fact(kind: str, duty: Duty, *, on: dt.date | None = None, quantity: Decimal | None = None, **data: Any) -> Entry:
    """Append the fact of an act on one duty."""
    [entry] = journal.append(
        [
            Fact(
                kind=kind,
                occurred_on=on or timezone.localdate(),
                programme=duty.programme,
                measures=tuple(duty.measures),
                quantity=quantity,
                unit="item" if quantity is not None else "",
                subject=duty.reference,
                data={"duty": duty.reference, "about": duty.kind, "body": duty.body, "process": duty.process, **data},
                synthetic=duty.synthetic,
            )
        ]
    )
    return entry


def _check(links: Iterable[Link]) -> None:
    for link in links:
        if link.url and not (link.url.startswith("https://") or (link.url.startswith("/") and link.url[1:2] != "/")):
            raise InputError(
                Text("une adresse commence par https:// ou par /", "an address begins with https:// or with /")
            )
        if link.fact is not None:
            try:
                journal.entry(link.fact)
            except journal.UnknownFactError as error:
                raise InputError(Text(f"le fait {link.fact} n'existe pas", f"there is no fact {link.fact}")) from error


def _tell(duty: Duty, rank: int) -> None:
    again = rank > 1
    title = Text(
        f"{'Réponse modifiée' if again else 'Réponse'} ({OUTCOMES[Outcome(duty.outcome)].fr}) : {duty.title_fr}",
        f"{'Answer amended' if again else 'Answer'} ({OUTCOMES[Outcome(duty.outcome)].en}): {duty.title_en}",
    )
    url = reverse("answers:duty", args=[duty.reference])
    followed = [duty.source, f"process:{duty.process}" if duty.process else "", f"body:{duty.body}"]
    followed += [f"measure:{number}" for number in duty.measures]
    for target in dict.fromkeys(followed):
        if targets.TARGET.match(target):
            events.tell(
                target=target,
                title=title,
                url=url,
                at=timezone.now(),
                answer=True,
                key=f"answer:{duty.reference}:{rank}",
            )
