"""Promise, vote, money, delivery: what the chain of a budget and of each of its projects shows, from their public history."""

from __future__ import annotations

from collections.abc import Iterable

from django.urls import reverse

from mandat.apps.answers.chain import Stage
from mandat.apps.answers.chain import Step as Link
from mandat.apps.budgeting.models import Note, Project, ProjectList
from mandat.apps.budgeting.terms import budget_terms
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

What = Note.What
#: Where each line of a project's history stands in the chain, and its words there. Others are told on its page alone.
_STAGES: dict[str, tuple[Stage, Text]] = {
    What.IDEA: ("promise", Text("Idée retenue pour étude", "Idea retained for study")),
    What.STUDIED: ("promise", Text("Étude rendue", "Study given")),
    What.LISTED: ("vote", Text("Mis au vote", "Put to the vote")),
    What.COUNTED: ("vote", Text("Vote dépouillé", "Vote counted")),
    What.RESERVED: ("money", Text("Argent mis de côté", "Money set aside")),
    What.FUNDED: ("money", Text("Argent attribué", "Money awarded")),
    What.PAID: ("money", Text("Argent payé", "Money paid")),
    What.DELAYED: ("delivery", Text("Étape reportée", "Step put off")),
    What.DELIVERED: ("delivery", Text("Réalisé", "Delivered")),
    What.ABANDONED: ("delivery", Text("Abandonné", "Given up")),
}


def of_project(source: str) -> Iterable[Link]:
    """The chain of ``project:<reference>``, with the steps still to come."""
    project = Project.objects.filter(reference=source.partition(":")[2]).first()
    if project is None:
        return
    url = reverse("budgeting:project", args=[project.reference])
    for note in project.notes.order_by("on", "id"):
        if note.what in _STAGES:
            stage, title = _STAGES[note.what]
            yield Link(stage, note.on, title, url=f"{url}#n{note.pk}", fact=note.fact)
    for step in project.steps.order_by("rank"):
        title = Text(step.title_fr, step.title_en)
        yield Link(
            "delivery", step.done_on or step.due_on, title, url=f"{url}#etape-{step.rank}",
            done=step.done_on is not None, late=step.late_days > 0,
        )  # fmt: skip


def of_budget(source: str) -> Iterable[Link]:
    """The chain of ``process:<code>/<component>``, or of one part of it: its rules, its votes, its money, what is delivered."""
    where = source.partition(":")[2].split("/")
    if len(where) not in (2, 3):
        return
    try:
        terms = budget_terms(where[0], where[1])
    except InputError:
        return
    url = reverse("budgeting:budget", args=where[:2])
    lists = ProjectList.objects.filter(programme=terms.published.programme, process=where[0], component=where[1])
    for found in lists.filter(part=where[2]) if len(where) == 3 else lists:
        label = terms.part_title(found.part)
        french, english = (f" : {label.fr}", f": {label.en}") if found.part else ("", "")
        yield Link(
            "vote", found.frozen_at.date(), Text(f"Liste arrêtée{french}", f"List fixed{english}"), url=url,
        )  # fmt: skip
        if found.counted_at is not None:
            yield Link(
                "vote", found.counted_at.date(), Text(f"Vote dépouillé{french}", f"Vote counted{english}"),
                url=reverse("budgeting:results", args=where[:2]),
            )  # fmt: skip
    projects = Project.objects.filter(
        programme=terms.published.programme, process=where[0], component=where[1], state=Project.State.DELIVERED
    )
    for project in projects.order_by("delivered_on", "id"):
        if project.delivered_on is not None:
            yield Link(
                "delivery", project.delivered_on, project.title,
                url=reverse("budgeting:project", args=[project.reference]),
            )  # fmt: skip
