"""Apply every rule to the answers: what each right gives, and what to ask next."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from mandat.apps.rights.questionnaire.answers import Answers, Slot
from mandat.apps.rights.questionnaire.book import Book, Entry
from mandat.engines.rules import Evaluation, Missing, next_questions
from mandat.kernel.text import Text

State = Literal["eligible", "not", "unknown"]
#: So many of the engine's first questions may change places among themselves.
NEAR = 6


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a right gives with the present answers.

    ``missing`` are the questions that would still tell, ``untold`` those among them one preferred not to answer;
    ``household`` says that the people of the household must be known.
    """

    entry: Entry
    state: State
    amount: Decimal | None
    reasons: tuple[Text, ...]
    missing: tuple[Slot, ...]
    untold: tuple[Slot, ...] = ()
    household: bool = False

    @property
    def settled(self) -> bool:
        return not self.missing and not self.household


@dataclass(frozen=True, slots=True)
class Progress:
    """Where the questionnaire stands. ``ahead`` are the questions still of use, the best to ask first.

    ``household`` says that the people of the household must be known before the rest; ``contradictions`` are sentences on
    answers that cannot hold together.
    """

    verdicts: tuple[Verdict, ...]
    ahead: tuple[Slot, ...]
    household: bool
    contradictions: tuple[Text, ...] = ()

    @property
    def done(self) -> bool:
        return not self.ahead and not self.household


def settle(book: Book, answers: Answers, *, as_of: dt.date, last: Slot | None = None) -> Progress:
    """Evaluate every rule that applies on a day once. ``last`` is the question just answered: those about the same person come first."""
    verdicts = []
    undecided = []
    contradictions: dict[str, Text] = {}
    shared = situation_of(book, answers)
    for entry in book.entries:
        if not entry.published.document.applies.covers(as_of):
            continue
        given = situation_of(book, answers, entry) if entry.names else shared
        evaluation = entry.rule.evaluate(given, as_of=as_of, ignore_unknown=True)
        for said in evaluation.contradictions:
            contradictions.setdefault(said.fr, said)
        verdict = _verdict(book, entry, evaluation, answers)
        verdicts.append(verdict)
        if not verdict.settled:
            undecided.append(evaluation)
    household = any(verdict.household for verdict in verdicts)
    ahead = _grouped(book, _ranked(verdicts, undecided), last)
    return Progress(tuple(verdicts), tuple(ahead), household, tuple(contradictions.values()))


def situation_of(book: Book, answers: Answers, entry: Entry | None = None) -> dict[str, Any]:
    """The answers as the engine reads them; with ``entry``, under the names its rule gives them.

    While nobody has counted the people of the household, the one who answers stands alone, and the engine
    knows that there may be others.
    """
    back = {key: name for name, key in entry.names.items()} if entry else {}
    found: dict[str, Any] = {"demandeur": 0}
    for entity in book.entities.values():
        found[entity.key] = {}
        if entity.kind == "person" and answers.members is not None:
            found[entity.key] = [{} for _ in range(1 + len(answers.members))]
    for slot, value in answers.given.items():
        asked = book.inputs.get((slot.entity, slot.name))
        name = back.get(slot.name, slot.name)
        if value is None or asked is None or "." in name or (entry and slot.name in entry.names):
            continue
        block = found[book.entities[slot.entity].key]
        if isinstance(block, list):
            if slot.member < len(block):
                block[slot.member][name] = value
        elif slot.member == 0:
            block[name] = value
    return found


def _verdict(book: Book, entry: Entry, evaluation: Evaluation, answers: Answers) -> Verdict:
    outputs = entry.right.outputs
    eligible = _known(evaluation.value(outputs.eligible))
    amount = _known(evaluation.value(outputs.amount)) if outputs.amount and eligible is not False else None
    state: State = "unknown" if eligible is None else "eligible" if eligible else "not"
    wanted = eligible is None or (eligible and outputs.amount is not None and amount is None)
    needed = evaluation.missing if wanted else ()
    missing = [_slot(entry, one) for one in needed if one.input]
    missing = [slot for slot in missing if (slot.entity, slot.name) in book.inputs]
    return Verdict(
        entry,
        state,
        amount if isinstance(amount, Decimal) else None,
        tuple(reason.text for reason in evaluation.failed) if state == "not" else (),
        tuple(slot for slot in missing if slot not in answers),
        tuple(slot for slot in missing if slot in answers),
        any(not one.input for one in needed),
    )


def _known(value: object) -> Any:
    return value if isinstance(value, bool | Decimal) else None


def _slot(entry: Entry, one: Missing) -> Slot:
    return Slot(one.entity, one.member or 0, entry.names.get(one.input, one.input))


def _ranked(verdicts: Iterable[Verdict], undecided: Sequence[Evaluation]) -> list[Slot]:
    """The open questions in the engine's order; it knows nothing of names that the book changed, so those come last."""
    open_slots = dict.fromkeys(slot for verdict in verdicts for slot in verdict.missing)
    best = [
        Slot(found.missing.entity, found.missing.member or 0, found.missing.input)
        for found in next_questions(undecided)
    ]
    return list(dict.fromkeys([*(slot for slot in best if slot in open_slots), *open_slots]))


def _grouped(book: Book, ranked: Sequence[Slot], last: Slot | None) -> list[Slot]:
    """Among the first questions, what is easy to say comes before money and health; another member is finished before the next.

    The engine's order settles soonest; within its first few a gentler order costs little and often spares a delicate question.
    """
    first = list(ranked[:NEAR])
    first.sort(key=lambda slot: book.inputs[slot.entity, slot.name].sensitive)
    if last is not None and last.member:
        first.sort(key=lambda slot: slot.member != last.member)
    return [*first, *ranked[NEAR:]]
