"""Proposals, amendments and comments as moderation sees them: found, hidden and shown again, their counters following."""

from __future__ import annotations

from django.urls import reverse

from mandat.apps.community.follow import targets
from mandat.apps.community.follow.targets import Target
from mandat.apps.community.moderation import contents
from mandat.apps.community.moderation.contents import Content
from mandat.apps.participation import finding
from mandat.apps.participation.definitions import published_processes
from mandat.apps.participation.models import Amendment, Comment, Proposal
from mandat.apps.participation.services import debates, proposals
from mandat.kernel.text import Text


def proposal_url(proposal: Proposal) -> str:
    return reverse("participation:proposal", args=[proposal.process, proposal.component, proposal.reference])


def _proposal(reference: str) -> Content | None:
    row = Proposal.objects.filter(reference=reference).select_related("author__user").first()
    if row is None or row.state == Proposal.State.DRAFT:
        return None
    return Content(
        text="\n\n".join(part for part in (row.title, row.text, row.title_other, row.text_other) if part),
        url=proposal_url(row),
        author=row.author.user,
        hide=lambda: _proposal_set(reference, hidden=True),
        show=lambda: _proposal_set(reference, hidden=False),
    )


def _proposal_set(reference: str, *, hidden: bool) -> None:
    row = Proposal.objects.select_for_update(of=("self",)).filter(reference=reference, hidden=not hidden).first()
    if row is None:
        return
    row.hidden = hidden
    row.save(update_fields=["hidden"])
    finding.index([row])
    if row.state == Proposal.State.PUBLISHED and row.versions.exists():
        proposals.tallied(row, -1 if hidden else 1)


def _comment(reference: str) -> Content | None:
    row = Comment.objects.filter(reference=reference).select_related("author__user").first()
    if row is None or row.deleted_at is not None:
        return None
    return Content(
        text=row.text,
        url=reverse("participation:comment", args=[reference]),
        author=row.author.user,
        hide=lambda: _comment_set(reference, hidden=True),
        show=lambda: _comment_set(reference, hidden=False),
    )


def _comment_set(reference: str, *, hidden: bool) -> None:
    row = (
        Comment.objects.select_for_update(of=("self",))
        .select_related("thread")
        .filter(reference=reference, hidden=not hidden)
        .first()
    )
    if row is None:
        return
    row.hidden = hidden
    row.save(update_fields=["hidden"])
    if row.deleted_at is None:
        debates.count(row, -1 if hidden else 1)


def _amendment(reference: str) -> Content | None:
    row = (
        Amendment.objects.filter(pk=int(reference)).select_related("author__user", "proposal").first()
        if reference.isdigit()
        else None
    )
    if row is None:
        return None
    return Content(
        text=f"{row.title}\n\n{row.text}\n\n{row.reason}",
        url=proposal_url(row.proposal),
        author=row.author.user,
        hide=lambda: _amendment_set(row.pk, hidden=True),
        show=lambda: _amendment_set(row.pk, hidden=False),
    )


def _amendment_set(pk: int, *, hidden: bool) -> None:
    Amendment.objects.filter(pk=pk).update(hidden=hidden)


def _process_target(code: str) -> Target | None:
    found = published_processes().get(code)
    if found is None:
        return None
    title = Text(found.process.title.fr, found.process.title.en)
    calendar = reverse("participation:calendar", args=[code])
    return Target(title, reverse("participation:process", args=[code]), calendar=calendar)


def _proposal_target(reference: str) -> Target | None:
    row = Proposal.objects.filter(reference=reference).first()
    if row is None or not row.public:
        return None
    return Target(Text(row.title, row.title_other or row.title), proposal_url(row))


def register() -> None:
    """Say all of it to the community."""
    contents.register("proposal", _proposal, label=Text("proposition", "proposal"))
    contents.register("comment", _comment, label=Text("commentaire", "comment"))
    contents.register("amendment", _amendment, label=Text("amendement", "amendment"))
    targets.register("process", _process_target)
    targets.register("proposal", _proposal_target)
