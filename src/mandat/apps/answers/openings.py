"""Where answers are, said to the page « Participer », with how many are overdue."""

from __future__ import annotations

from mandat.apps.answers import selectors
from mandat.kernel.text import Text, counted
from mandat.web import openings
from mandat.web.openings import Place


def overdue() -> str:
    """How many answers are overdue, in words; nothing where none is. One statement."""
    n = selectors.overdue().count()
    return (
        str(counted(n, Text("réponse en retard", "answer overdue"), Text("réponses en retard", "answers overdue")))
        if n
        else ""
    )


def register() -> None:
    """Say it when the app starts."""
    openings.lead(
        Place(
            "answers:duties", Text("Réponses", "Answers"), rank=55, state=overdue,
            text=Text("Qui doit répondre, pour quand, ce qui a été répondu et livré.", "Who owes an answer, by when, what was answered and delivered."),
        )
    )  # fmt: skip
