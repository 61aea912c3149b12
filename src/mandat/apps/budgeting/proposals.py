"""What a budget reads of the proposals people made, and what it tells them: the only place that knows how participation keeps them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import QuerySet
from django.urls import reverse

from mandat.apps.accounts import notices
from mandat.apps.accounts.models import User
from mandat.apps.budgeting.models import Idea, Project
from mandat.apps.budgeting.terms import BudgetTerms
from mandat.apps.participation.models import Authorship, Proposal
from mandat.apps.participation.services.examining import status_give
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text


@dataclass(frozen=True, slots=True)
class Words:
    """A proposal as it reads today; the other language is that of the author where nobody translated it."""

    reference: str
    title: str
    text: str
    title_en: str
    text_en: str
    category: str
    part: str
    area: str
    longitude: Decimal | None
    latitude: Decimal | None


def _rows(terms: BudgetTerms) -> QuerySet[Proposal]:
    return Proposal.objects.filter(
        programme=terms.published.programme, process=terms.process, component=terms.budget.ideas,
        state=Proposal.State.PUBLISHED, hidden=False,
    )  # fmt: skip


def words_of(one: Proposal, terms: BudgetTerms | None = None) -> Words:
    other, text = one.title_other or one.title, one.text_other or one.text
    french = one.language == "fr"
    category = one.category
    part = category if terms is not None and terms.budget.part(category) is not None else ""
    return Words(
        one.reference,
        one.title if french else other,
        one.text if french else text,
        other if french else one.title,
        text if french else one.text,
        category,
        part,
        f"commune:{one.commune}" if one.commune else "",
        one.longitude,
        one.latitude,
    )


def public(terms: BudgetTerms, reference: str) -> Words:
    """A proposal everyone may read, of the component the budget takes its ideas from. Raises InputError where it is none."""
    one = _rows(terms).filter(reference=reference).first()
    if one is None:
        raise InputError(Text(f"idée inconnue : {reference}", f"unknown idea: {reference}"))
    return words_of(one, terms)


def waiting(terms: BudgetTerms) -> QuerySet[Proposal]:
    """Proposals nobody decided on yet, most supported first."""
    examined = Idea.objects.filter(programme=terms.published.programme, process=terms.process).values("proposal")
    return _rows(terms).exclude(reference__in=examined).order_by("-supports", "id")


def by_reference(references: Sequence[str]) -> dict[str, Proposal]:
    """Proposals as they read today, those moderated away left out."""
    found = Proposal.objects.filter(reference__in=references, hidden=False).exclude(state=Proposal.State.DRAFT)
    return {one.reference: one for one in found.order_by("id")}


def credits(references: Sequence[str]) -> list[str]:
    """The names people chose to show, of all who are credited for these proposals, each once."""
    rows = Authorship.objects.filter(proposal__reference__in=references).select_related("participant__organisation")
    return list(dict.fromkeys(row.participant.shown for row in rows.order_by("proposal_id", "since", "id")))


def _authors(references: Sequence[str]) -> QuerySet[User]:
    return User.objects.filter(
        pk__in=Authorship.objects.filter(proposal__reference__in=references).values("participant__user")
    ).order_by("pk")


def wrote(user: User, references: Sequence[str]) -> bool:
    """Whether an account is credited for one of these proposals."""
    return user.is_authenticated and _authors(references).filter(pk=user.pk).exists()


#: What is said on the proposal itself; the reason given follows.
_SAID = {
    "in-study": Text("L'idée est retenue pour étude. ", "The idea is retained for study. "),
    "retained": Text("L'étude est rendue, le projet est réalisable. ", "The study is given, the project is feasible. "),
    "refused": Text("L'idée n'est pas retenue. ", "The idea is not retained. "),
    "done": Text("Le projet tiré de cette idée est réalisé. ", "The project made of this idea is delivered. "),
}


def told(reference: str, status: str, *, actor: User, reason: str = "") -> None:
    """Say on the proposal where it stands, with its public reason, and tell its authors. Nothing where it stands there already."""
    proposal = Proposal.objects.filter(reference=reference, state=Proposal.State.PUBLISHED).first()
    if proposal is None or proposal.status == status:
        return
    words = _SAID[status]
    status_give(
        actor=actor, reference=reference, status=status, reason=(words.fr + reason)[:3000],
        reason_en="" if reason else words.en, url=reverse("budgeting:idea", args=[reference]),
    )  # fmt: skip
    for author in _authors([reference]):
        notices.notify(author, "budgeting.idea", reference, key=f"budgeting:{reference}:{status}")


def asked_to_agree(project: Project) -> None:
    """Ask the authors whether they agree to what the study changes."""
    references = list(project.ideas.order_by("id").values_list("proposal", flat=True))
    for author in _authors(references):
        notices.notify(
            author, "budgeting.agree", project.reference, key=f"budgeting:{project.reference}:{len(project.changes)}"
        )
