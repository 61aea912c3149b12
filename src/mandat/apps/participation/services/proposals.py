"""Proposals from the first word to publication: drafts, files, versions, withdrawal."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.files.base import File
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from mandat.apps.accounts.models import User
from mandat.apps.answers.services.duties import owe
from mandat.apps.custody import uploads
from mandat.apps.custody.models import Subject
from mandat.apps.organisations import selectors as organisations
from mandat.apps.participation import codes, finding, voices
from mandat.apps.participation.keeping import proposal_discard
from mandat.apps.participation.models import Attachment, Authorship, Participant, Proposal, ProposalVersion
from mandat.apps.participation.services.acting import Acting, acting
from mandat.apps.participation.standing import NotEntitled, Reason
from mandat.apps.participation.tallies import tally_add
from mandat.apps.territory import selectors as territory
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

LEAST_TITLE, LEAST_TEXT = 10, 30
PURPOSE = "participation.attachment"
#: Drafts one may have at a time in a component, and proposals published in an hour.
MOST_DRAFTS, AN_HOUR = 20, 10
_WORDS = ("title", "text", "title_other", "text_other")


@transaction.atomic
def draft_save(
    *,
    user: User,
    process: str,
    component: str,
    reference: str = "",
    values: Mapping[str, Any],
    organisation: Any = None,
) -> Proposal:
    """Keep what is written so far; nothing is refused but what cannot be kept. Returns the draft.

    Raises NotEntitled, InputError (too long, unknown category or commune, another's draft, too many drafts).
    """
    who = acting(user=user, process=process, component=component, type_="proposals", organisation=organisation)
    now = who.at
    if reference:
        draft = own(user=user, reference=reference)
        if draft.state != Proposal.State.DRAFT:
            raise InputError(Text("cette proposition est déjà publiée", "this proposal is published already"))
    else:
        waiting = Proposal.objects.filter(author=who.place, component=component, state=Proposal.State.DRAFT).count()
        if waiting >= MOST_DRAFTS:
            raise InputError(
                Text("trop de brouillons : publiez ou jetez-en", "too many drafts: publish or discard some")
            )
        draft = Proposal(
            reference=codes.fresh(), shuffle=codes.shuffled(), programme=who.published.programme, process=process,
            component=component, author=who.place, created_at=now, version=who.published.ref.version,
            official=who.place.official,
        )  # fmt: skip
    fill(draft, who.component, values)
    draft.saved_at = now
    draft.save()
    return draft


def fill(proposal: Proposal, component: Any, values: Mapping[str, Any]) -> None:
    """Write values on a proposal that is not saved yet, each cleaned and checked. Raises InputError."""
    longest = {"title": 150, "text": component.longest, "title_other": 150, "text_other": component.longest}
    for name in _WORDS:
        if name in values:
            one_line = name.startswith("title")
            setattr(proposal, name, voices.written(str(values[name] or ""), longest=longest[name], one_line=one_line))
    if "language" in values:
        proposal.language = "en" if values["language"] == "en" else "fr"
    if "category" in values:
        known = {one.code for one in component.categories}
        if values["category"] and values["category"] not in known:
            raise InputError(Text("catégorie inconnue", "unknown category"))
        proposal.category = values["category"] or ""
    if "commune" in values:
        _place(proposal, component, values)


def _place(proposal: Proposal, component: Any, values: Mapping[str, Any]) -> None:
    commune = str(values["commune"] or "")
    if component.place == "none":
        return
    if commune and not territory.exists(f"commune:{commune}"):
        raise InputError(Text("commune inconnue", "unknown commune"))
    proposal.commune = territory.resolve(f"commune:{commune}").split(":")[1] if commune else ""
    proposal.longitude, proposal.latitude = point(values.get("point"))


def point(given: Any) -> tuple[Decimal | None, Decimal | None]:
    """Longitude and latitude of “47.9025, 1.9090”, rounded to about a metre. Raises InputError for what is no point of France."""
    if not given:
        return None, None
    parts = [part for part in str(given).replace(";", " ").replace(", ", " ").split() if part]
    if len(parts) == 1 and parts[0].count(",") == 1:
        parts = parts[0].split(",")
    wrong = InputError(Text("écrivez un point ainsi : 47.9025, 1.9090", "write a point so: 47.9025, 1.9090"))
    if len(parts) != 2:
        raise wrong
    try:
        latitude, longitude = (Decimal(part.strip(",")).quantize(Decimal("0.00001")) for part in parts)
    except InvalidOperation:
        raise wrong from None
    if not (41 <= latitude <= 52 and -6 <= longitude <= 10):
        raise InputError(Text("ce point n'est pas en France métropolitaine", "this point is not in mainland France"))
    return longitude, latitude


def own(*, user: User, reference: str) -> Proposal:
    """A proposal of one's own, or of an organisation one speaks for, locked. Raises InputError."""
    proposal = (
        Proposal.objects.select_for_update(of=("self",)).select_related("author").filter(reference=reference).first()
    )
    if proposal is None or not speaks_for(user, proposal.author):
        raise InputError(Text("cette proposition n'est pas la vôtre", "this proposal is not yours"))
    return proposal


def speaks_for(user: Any, place: Participant) -> bool:
    """Whether an account is this participant, or speaks for the organisation it is."""
    if not getattr(user, "is_authenticated", False):
        return False
    if place.organisation_id is not None and place.organisation is not None:
        return organisations.rank_of(user, place.organisation) in organisations.MAY["edit"]
    return place.user_id is not None and place.user_id == user.pk


def missing(proposal: Proposal, component: Any) -> list[Text]:
    """What a draft still lacks to be published."""
    found = []
    if len(proposal.title) < LEAST_TITLE:
        found.append(
            Text(f"un titre d'au moins {LEAST_TITLE} caractères", f"a title of at least {LEAST_TITLE} characters")
        )
    if len(proposal.text) < LEAST_TEXT:
        found.append(
            Text(f"un texte d'au moins {LEAST_TEXT} caractères", f"a text of at least {LEAST_TEXT} characters")
        )
    if component.categories and not proposal.category:
        found.append(Text("une catégorie", "a category"))
    if component.place == "required" and not proposal.commune:
        found.append(Text("une commune", "a commune"))
    if bool(proposal.title_other) != bool(proposal.text_other):
        found.append(
            Text(
                "le titre et le texte dans l'autre langue, ou aucun des deux",
                "title and text in the other language, or neither",
            )
        )
    return found


def proposal_publish(*, user: User, reference: str) -> tuple[Proposal, Text | None]:
    """Publish a draft. Returns it, and why it waits where moderation holds it.

    Raises NotEntitled, InputError (not one's own, not complete, over the limit of the process or of the hour).
    """
    voices.take(user, "participation.propose", per_hour=AN_HOUR)
    with transaction.atomic():
        row = Proposal.objects.select_related("author__organisation").filter(reference=reference).first()
        if row is None or not speaks_for(user, row.author):
            raise InputError(Text("cette proposition n'est pas la vôtre", "this proposal is not yours"))
        who = acting(
            user=user, process=row.process, component=row.component, type_="proposals",
            organisation=row.author.organisation,
        )  # fmt: skip
        proposal = own(user=user, reference=reference)
        if proposal.state == Proposal.State.PUBLISHED:
            return proposal, None
        if proposal.state != Proposal.State.DRAFT:
            raise InputError(Text("cette proposition n'est plus un brouillon", "this proposal is no draft any more"))
        lacks = missing(proposal, who.component)
        if lacks:
            raise InputError(
                Text(f"il manque : {', '.join(one.fr for one in lacks)}", f"missing: {', '.join(one.en for one in lacks)}")
            )  # fmt: skip
        _limited(who)
        proposal.state, proposal.published_at, proposal.saved_at = Proposal.State.PUBLISHED, who.at, who.at
        proposal.version, proposal.official = who.published.ref.version, who.place.official
        proposal.save()
        versioned(proposal, who.place, number=1, reason="")
        Authorship.objects.create(proposal=proposal, participant=who.place, since=who.at)
        finding.index([proposal])
        whole = f"{proposal.title}\n{proposal.text}\n{proposal.title_other}\n{proposal.text_other}".strip()
        tallied(proposal, 1)
        held = voices.held(kind="proposal", reference=proposal.reference, text=whole, author=user)
        proposal.refresh_from_db()
        answer_each(proposal, who)
    return proposal, held


def answer_each(proposal: Proposal, who: Acting) -> None:
    """Where each proposal is answered, the answer is due from its publication."""
    duty = who.component.answer_each
    if duty is None:
        return
    process = who.published.process
    owe(
        kind="each", source=proposal.target, body=duty.body, process=proposal.process, measures=process.measures,
        title=Text(f"{process.title.fr} : proposition {proposal.reference}", f"{process.title.en}: proposal {proposal.reference}"),
        url=reverse("participation:proposal", args=[proposal.process, proposal.component, proposal.reference]),
        due_on=timezone.localdate(who.at) + dt.timedelta(days=duty.days), reminder_days=duty.reminder_days,
    )  # fmt: skip


def _limited(who: Acting) -> None:
    most = who.component.most
    if most is None:
        return
    states = (Proposal.State.PUBLISHED, Proposal.State.MERGED)
    done = Proposal.objects.filter(author=who.place, component=who.component.code, state__in=states).count()
    if done >= most:
        raise NotEntitled(
            Reason(
                "limit",
                Text(f"Vous avez déjà {most} propositions ici, le plus permis.", f"You already have {most} proposals here, the most allowed."),
                Text("Retirez-en une pour en publier une autre.", "Withdraw one to publish another."),
            )
        )  # fmt: skip


def versioned(proposal: Proposal, by: Participant, *, number: int, reason: str) -> ProposalVersion:
    """Keep a proposal as it now stands."""
    return ProposalVersion.objects.create(
        proposal=proposal, number=number, title=proposal.title, text=proposal.text, title_other=proposal.title_other,
        text_other=proposal.text_other, category=proposal.category, by=by, at=timezone.now(), reason=reason,
    )  # fmt: skip


def tallied(proposal: Proposal, by: int) -> None:
    """Count a proposal, and the supports and comments it holds, in or out of what is shown."""
    counted = {"proposals": by, "supports": by * proposal.supports, "comments": by * proposal.comments}
    for component in (proposal.component, ""):
        tally_add(proposal.programme, proposal.process, component, **counted)


def last_version(proposal: Proposal) -> int:
    return (
        ProposalVersion.objects.filter(proposal=proposal).order_by("-number").values_list("number", flat=True).first()
        or 0
    )


@transaction.atomic
def proposal_change(*, user: User, reference: str, values: Mapping[str, Any], reason: str) -> Proposal:
    """Write a published proposal anew, for a reason shown with the version. Not once the Region examines it.

    Raises NotEntitled, InputError.
    """
    row = Proposal.objects.select_related("author__organisation").filter(reference=reference).first()
    if row is None or not speaks_for(user, row.author):
        raise InputError(Text("cette proposition n'est pas la vôtre", "this proposal is not yours"))
    who = acting(
        user=user, process=row.process, component=row.component, type_="proposals", organisation=row.author.organisation
    )
    proposal = own(user=user, reference=reference)
    changeable(proposal)
    why = voices.written(reason, longest=300, least=5, one_line=True)
    before = {name: getattr(proposal, name) for name in (*_WORDS, "category")}
    fill(proposal, who.component, values)
    lacks = missing(proposal, who.component)
    if lacks:
        raise InputError(
            Text(f"il manque : {', '.join(one.fr for one in lacks)}", f"missing: {', '.join(one.en for one in lacks)}")
        )
    if before == {name: getattr(proposal, name) for name in (*_WORDS, "category")}:
        return proposal
    return rewritten(proposal, by=who.place, reason=why, user=user)


def rewritten(proposal: Proposal, *, by: Participant, reason: str, user: Any) -> Proposal:
    """Keep new words as a version. The caller holds the proposal."""
    proposal.saved_at = timezone.now()
    proposal.save()
    versioned(proposal, by, number=last_version(proposal) + 1, reason=reason)
    finding.index([proposal])
    voices.held(kind="proposal", reference=proposal.reference, text=f"{proposal.title}\n{proposal.text}", author=user)
    return proposal


def changeable(proposal: Proposal) -> None:
    """Raise InputError where the words of a proposal may not change any more."""
    if proposal.state != Proposal.State.PUBLISHED:
        raise InputError(Text("cette proposition ne change plus", "this proposal does not change any more"))
    if proposal.status:
        raise InputError(
            Text("la Région l'examine : elle ne change plus", "the Region examines it: it does not change any more")
        )


@transaction.atomic
def proposal_withdraw(*, user: User, reference: str) -> None:
    """Take back a proposal: a draft is thrown away, a published one stays as a place without words in the lists. Raises InputError.

    What others wrote about it stays readable at its address.
    """
    proposal = own(user=user, reference=reference)
    if proposal.state == Proposal.State.DRAFT:
        proposal_discard(proposal)
        return
    changeable(proposal)
    shown = not proposal.hidden
    proposal.state, proposal.saved_at = Proposal.State.WITHDRAWN, timezone.now()
    proposal.save(update_fields=["state", "saved_at"])
    finding.unindex([proposal.pk])
    if shown:
        tallied(proposal, -1)


@transaction.atomic
def attachment_add(*, user: User, reference: str, upload: File[Any], title: str) -> Attachment:
    """Add a checked file to a draft or a proposal of one's own. Raises InputError."""
    proposal = own(user=user, reference=reference)
    who = acting(
        user=user, process=proposal.process, component=proposal.component, type_="proposals",
        organisation=proposal.author.organisation,
    )  # fmt: skip
    if proposal.attachments.count() >= who.component.attachments:
        raise InputError(
            Text(f"{who.component.attachments} fichiers au plus", f"at most {who.component.attachments} files")
        )
    said = voices.written(title, longest=150, least=3, one_line=True)
    stored = uploads.file_receive(actor=user, subject=Subject.objects.of(user), upload=upload, purpose=PURPOSE)
    return Attachment.objects.create(proposal=proposal, file=stored, title=said, at=who.at)


@transaction.atomic
def attachment_remove(*, user: User, reference: str, attachment: int) -> None:
    """Take a file away from a proposal of one's own. Raises InputError."""
    proposal = own(user=user, reference=reference)
    for one in proposal.attachments.filter(pk=attachment).select_related("file"):
        stored = one.file
        one.delete()
        stored.delete()
