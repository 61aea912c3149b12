"""What the result page shows: each right with its verdict in words, and the answers it rests on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mandat.apps.rights.questionnaire.answers import Answers, Slot
from mandat.apps.rights.questionnaire.book import Book
from mandat.apps.rights.questionnaire.settling import Progress, Verdict
from mandat.apps.rulebook.asking import ELSEWHERE, said
from mandat.apps.rulebook.saying import quantity
from mandat.web.templatetags.formats import say


@dataclass(frozen=True, slots=True)
class Line:
    """One right of the result. ``questions`` would still tell: their slot, words, and whether one preferred not to answer."""

    code: str
    title: str
    benefit: str
    url: str
    rule_url: str
    amount: str = ""
    reasons: Sequence[str] = ()
    questions: Sequence[tuple[str, str, bool]] = ()
    assumed: bool = False
    claimable: bool = False


def lines(progress: Progress, answers: Answers, book: Book, *, as_of: dt.date) -> dict[str, list[Line]]:
    """The verdicts by state: ``eligible``, ``unknown``, ``not``; those with an amount first among the eligible."""
    found: dict[str, list[Line]] = {"eligible": [], "unknown": [], "not": []}
    for verdict in progress.verdicts:
        found[verdict.state].append(_line(verdict, answers, book, as_of))
    return found


def _line(verdict: Verdict, answers: Answers, book: Book, as_of: dt.date) -> Line:
    right, entry = verdict.entry.right, verdict.entry
    asked = [(slot, False) for slot in verdict.missing] + [(slot, True) for slot in verdict.untold]
    questions = [(str(slot), _words(slot, answers, book), refused) for slot, refused in asked]
    if verdict.household:
        questions.insert(0, ("household", _("How many other people live in your household?"), False))
    in_force = [parameter.at(as_of) for parameter in entry.published.document.parameters]
    assumed = any(dated is not None and dated.assumption for dated in in_force)
    return Line(
        code=entry.code,
        title=say(right.title),
        benefit=say(right.benefit.label),
        url=url("rights:right", entry.code),
        rule_url=url("rulebook:rule", right.rule),
        amount=quantity(verdict.amount, entry.unit) if verdict.amount is not None else "",
        reasons=[say(reason) for reason in verdict.reasons],
        questions=questions,
        assumed=assumed or bool(right.assumptions),
        claimable=verdict.state == "eligible"
        and right.benefit.type != "systematic-offer"
        and bool(url("rights:questionnaire_claim")),
    )


def url(name: str, *args: str) -> str:
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


def _words(slot: Slot, answers: Answers, book: Book) -> str:
    whose = about(answers, slot, book)
    question = say(book.inputs[slot.entity, slot.name].question)
    return f"{whose} {question}" if whose else question


def about(answers: Answers, slot: Slot, book: Book) -> str:
    """Whom a question is about, where it is not the person who answers: ``Pour Lina :``."""
    if slot.member == 0 or book.entities[slot.entity].kind != "person":
        return ""
    return _("For %(name)s:") % {"name": member_name(answers, slot.member)}


def member_name(answers: Answers, member: int) -> str:
    names = answers.members or ()
    given = names[member - 1] if member <= len(names) else ""
    return given or _("person %(n)s of your household") % {"n": member + 1}


def recap(answers: Answers, book: Book) -> list[tuple[str, str, str]]:
    """Each answer: its slot, the question, the answer in words."""
    return [
        (
            str(slot),
            _words(slot, answers, book),
            _("I prefer not to say") if value is None else said(book.inputs[slot.entity, slot.name], value),
        )
        for slot, value in answers.given.items()
        if (slot.entity, slot.name) in book.inputs
    ]


def household_words(answers: Answers) -> str:
    """How many other people there are, in words; empty while it was not asked."""
    if answers.members is None:
        return ""
    count = len(answers.members)
    if not count:
        return _("nobody else")
    names = ", ".join(name for name in answers.members if name)
    people = ngettext("%(n)s other person", "%(n)s other people", count) % {"n": count}
    return f"{people} ({names})" if names else people


def commune(answers: Answers, book: Book) -> str:
    """The commune of the person who answers, of those of the territory; empty while it is not known."""
    for slot, value in answers.given.items():
        asked = book.inputs.get((slot.entity, slot.name))
        if slot.member == 0 and asked is not None and asked.type == "commune" and value != ELSEWHERE:
            return str(value or "")
    return ""
