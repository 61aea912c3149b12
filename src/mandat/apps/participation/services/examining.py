"""What agents do with proposals: classify them, and say what becomes of them."""

from __future__ import annotations

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from mandat import journal
from mandat.apps.accounts.models import User
from mandat.apps.accounts.permissions import require
from mandat.apps.community.services import events
from mandat.apps.participation import finding, voices
from mandat.apps.participation.definitions import published_process
from mandat.apps.participation.models import Proposal, ProposalVersion, StatusChange
from mandat.apps.participation.services.proposals import last_version
from mandat.apps.participation.services.running import fact
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

LABELS = {
    Proposal.Status.STUDY: Text("à l'étude", "in study"),
    Proposal.Status.RETAINED: Text("retenue", "retained"),
    Proposal.Status.REFUSED: Text("refusée, avec ses raisons", "refused, with reasons"),
    Proposal.Status.DONE: Text("réalisée", "done"),
}


@transaction.atomic
def status_give(
    *, actor: User, reference: str, status: str, reason: str, reason_en: str = "", url: str = ""
) -> StatusChange:
    """Say what becomes of a proposal, with a public reason. Raises PermissionDenied, InputError."""
    require(actor, "participation.manage")
    if status not in LABELS:
        raise InputError(Text("suite inconnue", "unknown status"))
    said = voices.written(reason, longest=3000, least=20)
    english = voices.written(reason_en, longest=3000)
    if url and not (url.startswith("/") and not url.startswith("//")) and not url.startswith("https://"):
        raise InputError(Text("une adresse commence par / ou https://", "an address begins with / or https://"))
    proposal = Proposal.objects.select_for_update(of=("self",)).filter(reference=reference).first()
    if proposal is None or proposal.state != Proposal.State.PUBLISHED:
        raise InputError(Text("cette proposition n'est pas publiée", "this proposal is not published"))
    if proposal.status == status:
        raise InputError(Text("c'est déjà sa suite", "it has this status already"))
    change = StatusChange.objects.create(
        proposal=proposal,
        status=status,
        reason=said,
        reason_en=english,
        url=url[:300],
        made_by=actor,
        at=timezone.now(),
    )
    proposal.status = status
    proposal.save(update_fields=["status"])
    label = LABELS[Proposal.Status(status)]
    journal.append(
        [
            fact(
                published_process(proposal.process, proposal.programme), "participation.status_given.v1",
                data={
                    "component": proposal.component, "status": status, "status_label": label.fr, "status_label_en": label.en,
                },
                subject=f"proposal:{proposal.reference}",
                area=f"commune:{proposal.commune}" if proposal.commune else "",
            )
        ]
    )  # fmt: skip
    events.tell(
        target=proposal.target, at=change.at, answer=True, key=f"participation:status:{change.pk}",
        title=Text(f"Une proposition est {label.fr}", f"A proposal is {label.en}"),
        url=reverse("participation:proposal", args=[proposal.process, proposal.component, proposal.reference]),
    )  # fmt: skip
    return change


@transaction.atomic
def proposal_classify(*, actor: User, reference: str, category: str) -> Proposal:
    """Put a proposal in another category, as a version that says so. Raises PermissionDenied, InputError."""
    require(actor, "participation.manage")
    proposal = (
        Proposal.objects.select_for_update(of=("self",)).select_related("author").filter(reference=reference).first()
    )
    if proposal is None or proposal.state != Proposal.State.PUBLISHED:
        raise InputError(Text("cette proposition n'est pas publiée", "this proposal is not published"))
    component = published_process(proposal.process, proposal.programme).process.component(proposal.component)
    if component is None or category not in {one.code for one in getattr(component, "categories", ())}:
        raise InputError(Text("catégorie inconnue", "unknown category"))
    if proposal.category == category:
        return proposal
    proposal.category = category
    proposal.save(update_fields=["category"])
    ProposalVersion.objects.create(
        proposal=proposal, number=last_version(proposal) + 1, title=proposal.title, text=proposal.text,
        title_other=proposal.title_other, text_other=proposal.text_other, category=category, by=proposal.author,
        at=timezone.now(), reason=str(Text("rangée dans une autre catégorie par le service", "put in another category by the service")),
    )  # fmt: skip
    finding.index([proposal])
    return proposal
