"""What someone without an account gave to an agent, away from the site: who they may be, and their proposal."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from mandat.apps.accounts.models import User
from mandat.apps.accounts.permissions import require
from mandat.apps.community import moderation
from mandat.apps.participation import codes, finding, standing
from mandat.apps.participation.definitions import PublishedProcess, published_process
from mandat.apps.participation.models import Authorship, Participant, ProcessRun, Proposal
from mandat.apps.participation.services.acting import Acting
from mandat.apps.participation.services.joining import OLDEST
from mandat.apps.participation.services.proposals import answer_each, fill, missing, tallied, versioned
from mandat.apps.participation.services.running import contributed
from mandat.apps.participation.standing import NotEntitled
from mandat.apps.participation.tallies import tally_add
from mandat.apps.participation.words import short
from mandat.apps.territory import selectors as territory
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text


def someone(
    published: PublishedProcess, *, commune: str = "", birth: dt.date | None = None, called: str = ""
) -> Participant:
    """Whoever an agent saw, not saved: no account, and no birth date kept. Raises NotEntitled with its reason, InputError."""
    area = f"commune:{commune}" if commune else ""
    if area and not territory.exists(area):
        raise InputError(Text("commune inconnue", "unknown commune"))
    known, band = 0, ""
    if birth is not None:
        age = standing.age_on(birth, timezone.localdate())
        if not 0 <= age <= OLDEST:
            raise InputError(Text("vérifiez la date de naissance", "check the date of birth"))
        known = max((one for one in standing.ages_asked(published) if age >= one), default=0)
        band = standing.band_of(age)
        most = published.process.participants.most_age
        if most is not None and age > most:
            raise NotEntitled(standing.too_old(most))
    elif standing.asks_birth(published):
        raise InputError(Text("indiquez la date de naissance", "give the date of birth"))
    place = Participant(
        programme=published.programme, process=published.code, version=published.ref.version, area=area, age_band=band,
        age_known=known, pseudonym=short(called, 60), proof=Participant.Proof.DESK, joined_at=timezone.now(),
    )  # fmt: skip
    reason = standing.conditions(place, published, user=None)
    if reason is not None:
        raise NotEntitled(reason)
    return place


def open_then(published: PublishedProcess, component: str, at: dt.datetime) -> None:
    """Raise InputError unless the component was open when it was collected, and the process is not closed for good since."""
    if not published.is_open(component, at):
        raise InputError(Text("ce n'était pas ouvert à ce moment", "it was not open at that moment"))
    if ProcessRun.objects.filter(
        programme=published.programme, process=published.code, closed_at__isnull=False
    ).exists():
        raise InputError(Text("ce processus est clos, ses chiffres sont publiés", "this process is closed, its figures are published"))  # fmt: skip


def _made(
    *, process: str, component: str, values: Mapping[str, Any], who: Mapping[str, Any], at: dt.datetime
) -> tuple[PublishedProcess, Any, Participant, Proposal]:
    published = published_process(process)
    found = published.process.component(component)
    if found is None or found.type != "proposals":
        raise InputError(Text("cette composante n'existe pas", "this component does not exist"))
    open_then(published, component, at)
    place = someone(published, **who)
    now = timezone.now()
    proposal = Proposal(
        reference=codes.fresh(), shuffle=codes.shuffled(), programme=published.programme, process=process, component=component,
        author=place, created_at=now, saved_at=now, published_at=now, version=published.ref.version,
        state=Proposal.State.PUBLISHED,
    )  # fmt: skip
    fill(proposal, found, values)
    lacks = missing(proposal, found)
    if lacks:
        raise InputError(
            Text(f"il manque : {', '.join(one.fr for one in lacks)}", f"missing: {', '.join(one.en for one in lacks)}")
        )
    return published, found, place, proposal


def proposal_check(
    *, process: str, component: str, values: Mapping[str, Any], who: Mapping[str, Any], at: dt.datetime
) -> Proposal | None:
    """What would keep a proposal from being taken is raised, nothing is written. Gives one of the same title that is published already."""
    *_rest, proposal = _made(process=process, component=component, values=values, who=who, at=at)
    same = Proposal.objects.filter(
        programme=proposal.programme, process=process, component=component, state=Proposal.State.PUBLISHED
    )
    return same.filter(title__iexact=proposal.title).order_by("pk").first()


@transaction.atomic
def proposal_collect(
    *,
    actor: User,
    process: str,
    component: str,
    values: Mapping[str, Any],
    who: Mapping[str, Any],
    at: dt.datetime,
    read: bool = False,
) -> tuple[Proposal, Text | None]:
    """Publish what someone gave to an agent at ``at``. ``values`` as a draft has them; ``who``: commune, birth (not kept), called.

    Gives why it should be read first where moderation would hold it, unless the agent has ``read`` it: nothing is then to be kept, and the caller
    undoes it. Raises PermissionDenied, NotEntitled, InputError.
    """
    require(actor, "desk.collect")
    published, found, place, proposal = _made(process=process, component=component, values=values, who=who, at=at)
    contributed(published)
    place.save(force_insert=True)
    tally_add(published.programme, published.code, "", participants=1)
    proposal.author = place
    proposal.save(force_insert=True)
    versioned(proposal, place, number=1, reason="")
    Authorship.objects.create(proposal=proposal, participant=place, since=timezone.now())
    finding.index([proposal])
    tallied(proposal, 1)
    answer_each(proposal, Acting(published, found, place, timezone.now(), actor))
    if read:
        return proposal, None
    # Not the agent's own words, which the charter would let through.
    hold = moderation.checked(f"{proposal.title}\n{proposal.text}", author=None, kind="proposal")
    return proposal, None if hold is None else hold.said
