"""Read a situation from outside, strictly, into the records the closures work on.

``{"foyer": {…}, "personnes": [{…}, {…}], "demandeur": 0}``: the block of what members are within, the list of members,
and which of them the evaluation is about (0 unless said). A rule about a single thing reads its one block
(``{"organisation": {…}}``). What is absent or None is unknown; members absent altogether are
unknown too, their number included. Every wrong answer is reported, not only the first.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from mandat.engines.rules import calendar
from mandat.engines.rules.document import Entity, Input
from mandat.engines.rules.records import FIRST_SLOT, MEMBERS, TODAY, Record, slots
from mandat.engines.rules.scope import input_type, near
from mandat.engines.rules.tree import Aggregate, DateType, Tree, walk
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

APPLICANT = ("demandeur", "applicant")
_COMMUNE = re.compile(r"(?:[0-9]{2}|2[AB])[0-9]{3}")
_NUMBER = re.compile(r"-?[0-9]{1,20}(?:\.[0-9]{1,20})?")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class AnswerError(Exception):
    """An answer that cannot be; ``text`` says why."""

    def __init__(self, fr: str, en: str) -> None:
        super().__init__(fr)
        self.text = Text(fr, en)


@dataclass(frozen=True, slots=True)
class AnswerProblem:
    """One answer refused: whose (``member`` None outside members), which input, why."""

    entity: str
    member: int | None
    input: str
    text: Text

    @property
    def sentence(self) -> Text:
        where = self.entity if self.member is None else f"{self.entity} {self.member + 1}"
        place = ", ".join(part for part in (where, self.input) if part)
        return Text(f"{place} : {self.text.fr}", f"{place}: {self.text.en}")


class SituationError(InputError):
    """A situation that cannot be used as it stands: ``problems`` lists everything wrong in it."""

    def __init__(self, problems: Iterable[AnswerProblem]) -> None:
        self.problems = tuple(problems)
        sentences = [problem.sentence for problem in self.problems]
        super().__init__(Text(" ; ".join(s.fr for s in sentences), "; ".join(s.en for s in sentences)))


Read = Callable[[Any, int], Any]


def reader(item: Input) -> Read:
    """What turns an answer and the day of evaluation into a record's value. It raises AnswerError."""
    match item.type:
        case "boolean":
            return _boolean
        case "date":
            return _date(item)
        case "choice":
            codes = frozenset(choice.code for choice in item.choices)
            shown = ", ".join(choice.code for choice in item.choices)

            def choice(value: Any, today: int) -> str:
                if isinstance(value, str) and value in codes:
                    return value
                raise AnswerError(
                    f"« {_shown(value)} » n'est pas un des choix : {shown}",
                    f"“{_shown(value)}” is none of the choices: {shown}",
                )

            return choice
        case "commune":
            return _commune
    return _numeric(item)


def _shown(value: object) -> str:
    text = str(value)
    return text if len(text) <= 40 else text[:40] + "…"


def _boolean(value: Any, today: int) -> bool:
    if value is True or value is False:
        return bool(value)
    raise AnswerError("vrai ou faux est attendu", "true or false is expected")


def _commune(value: Any, today: int) -> str:
    if isinstance(value, str) and _COMMUNE.fullmatch(value):
        return value
    raise AnswerError(
        f"« {_shown(value)} » n'est pas un code commune (cinq caractères, comme 45234)",
        f"“{_shown(value)}” is no commune code (five characters, such as 45234)",
    )


def _date(item: Input) -> Read:
    type_ = input_type(item)
    assert isinstance(type_, DateType)
    low, high, past = type_.low, type_.high, item.past

    def date(value: Any, today: int) -> int:
        if isinstance(value, str) and _DAY.fullmatch(value):
            try:
                value = dt.date.fromisoformat(value)
            except ValueError:
                raise AnswerError(f"date impossible : {value}", f"impossible date: {value}") from None
        if type(value) is not dt.date:
            raise AnswerError("une date AAAA-MM-JJ est attendue", "a date YYYY-MM-DD is expected")
        if not low <= value <= high:
            raise AnswerError(f"date hors de {low} … {high} : {value}", f"date outside {low} … {high}: {value}")
        number = calendar.number(value)
        if past and number > today:
            raise AnswerError(f"date dans l'avenir : {value}", f"date in the future: {value}")
        return number

    return date


def _numeric(item: Input) -> Read:
    low, high, decimals = item.min, item.max, item.decimals
    assert isinstance(low, Decimal)
    assert isinstance(high, Decimal)
    times = 10**decimals
    first, last = int(low.scaleb(decimals)), int(high.scaleb(decimals))

    def outside(value: object) -> AnswerError:
        unit = "" if item.unit == "1" else f" {item.unit}"
        return AnswerError(
            f"nombre hors de {low:f} … {high:f}{unit} : {_shown(value)}",
            f"number outside {low:f} … {high:f}{unit}: {_shown(value)}",
        )

    def number(value: Any, today: int) -> int:
        if type(value) is int:
            scaled: int = value * times
            if first <= scaled <= last:
                return scaled
            raise outside(value)
        if isinstance(value, str) and _NUMBER.fullmatch(value):
            value = Decimal(value)
        if type(value) is not Decimal:
            raise AnswerError("un nombre exact est attendu", "an exact number is expected")
        try:
            inside = low <= value <= high
        except InvalidOperation:
            inside = False
        if not inside:
            raise outside(value)
        scaled = int(value.scaleb(decimals))
        if Decimal(scaled).scaleb(-decimals) != value:
            raise AnswerError(
                f"au plus {decimals} décimales : {_shown(value)}", f"at most {decimals} decimals: {_shown(value)}"
            )
        return scaled

    return number


def read_answer(item: Input, value: object, *, as_of: dt.date) -> Decimal | bool | str | dt.date:
    """One answer as a form or a file gives it, checked. Raises SituationError with its one problem."""
    try:
        found = reader(item)(value, calendar.number(as_of))
    except AnswerError as error:
        raise SituationError([AnswerProblem(item.entity, None, item.name, error.text)]) from None
    if item.type in ("number", "integer"):
        return Decimal(found).scaleb(-item.decimals)
    if item.type == "date":
        return calendar.day(found)
    return found  # type: ignore[no-any-return]


class SituationReader:
    """Reads situations for one rule: the subject's record, the outer record, and whether nothing is unknown."""

    def __init__(self, tree: Tree, known: Mapping[str, Input]) -> None:
        self.tree = tree
        self.known = known
        self.outer: Entity = tree.holder or tree.subject
        self.inner = tree.member
        self.about_member = tree.holder is not None
        found = slots(tree)
        sizes = {self.outer.name: FIRST_SLOT, **({self.inner.name: FIRST_SLOT} if self.inner else {})}
        self.readers: dict[str, dict[str, tuple[int, Read]]] = {name: {} for name in sizes}
        for name, item in tree.inputs.items():
            self.readers[item.entity][name] = (found[name], reader(item))
        for name, slot in found.items():
            entity = tree.inputs[name].entity if name in tree.inputs else tree.formulas[name].entity
            sizes[entity] = max(sizes[entity], slot + 1)
        self.sizes = sizes
        self.outer_keys = {self.outer.key, self.outer.name}
        self.inner_keys = {self.inner.key, self.inner.name} if self.inner else set()
        self.needed = {name: len(readers) for name, readers in self.readers.items()}
        lines = (*tree.formulas.values(), *tree.checks.values())
        #: Whether anything depends on who the members are: one alone of an unknown household is then not enough.
        self.aggregates = any(isinstance(node, Aggregate) for line in lines for node in walk(line.expr))

    def read(self, situation: Mapping[str, Any], *, today: int, ignore_unknown: bool) -> tuple[Any, Record, bool]:
        """``(p, h, complete)``. Raises SituationError."""
        problems: list[AnswerProblem] = []
        outer: Any = {}
        members: Any = None
        alone = False
        rank: Any = 0
        for key, value in situation.items():
            if key in self.outer_keys:
                outer = value[0] if isinstance(value, list | tuple) and len(value) == 1 else value
            elif key in self.inner_keys:
                alone = isinstance(value, Mapping)
                members = [value] if alone else value
            elif key in APPLICANT:
                rank = value
            elif not ignore_unknown:
                hint = near(str(key), {*self.outer_keys, *self.inner_keys, APPLICANT[0]})
                problems.append(
                    AnswerProblem(_shown(key), None, "", Text(f"entité inconnue{hint[0]}", f"unknown entity{hint[1]}"))
                )
        h: Record = [None] * self.sizes[self.outer.name]
        h[TODAY] = today
        complete = self._block(outer, h, self.outer.name, None, today, ignore_unknown, problems)
        p = None
        if self.inner is not None:
            records = self._members(members, today, ignore_unknown, problems)
            full = all(done for _, done in records)
            if records and not alone:
                h[MEMBERS] = [record for record, _ in records]
            complete = complete and full and (bool(records) or not self.needed[self.inner.name])
            alone_enough = self.about_member and bool(records) and not self.aggregates
            complete = complete and (h[MEMBERS] is not None or alone_enough)
            if self.about_member:
                p = self._applicant(records, rank, problems)
        if problems:
            raise SituationError(problems)
        return p, h, complete

    def _members(
        self, members: Any, today: int, ignore: bool, problems: list[AnswerProblem]
    ) -> list[tuple[Record, bool]]:
        assert self.inner is not None
        if members is None:
            return []
        name, most = self.inner.name, self.inner.most
        if not isinstance(members, list | tuple):
            problems.append(
                AnswerProblem(self.inner.key, None, "", Text("une liste est attendue", "a list is expected"))
            )
            return []
        if not 1 <= len(members) <= most:
            text = Text(
                f"de 1 à {most} sont attendus, il y en a {len(members)}",
                f"1 to {most} are expected, there are {len(members)}",
            )
            problems.append(AnswerProblem(self.inner.key, None, "", text))
            return []
        found = []
        for rank, block in enumerate(members):
            record: Record = [None] * self.sizes[name]
            done = self._block(block, record, name, rank, today, ignore, problems)
            found.append((record, done))
        return found

    def _applicant(self, records: list[tuple[Record, bool]], rank: Any, problems: list[AnswerProblem]) -> Record:
        assert self.inner is not None
        if not records:
            return [None] * self.sizes[self.inner.name]
        if type(rank) is not int or not 0 <= rank < len(records):
            text = Text(
                f"un rang de 0 à {len(records) - 1} est attendu", f"a rank from 0 to {len(records) - 1} is expected"
            )
            problems.append(AnswerProblem(APPLICANT[0], None, "", text))
            return records[0][0]
        return records[rank][0]

    def _block(
        self,
        block: Any,
        record: Record,
        entity: str,
        rank: int | None,
        today: int,
        ignore: bool,
        problems: list[AnswerProblem],
    ) -> bool:
        readers = self.readers[entity]
        left = self.needed[entity]
        if not isinstance(block, Mapping):
            text = Text("un bloc de réponses est attendu", "a block of answers is expected")
            problems.append(AnswerProblem(entity, rank, "", text))
            return False
        for name, value in block.items():
            found = readers.get(name)
            if found is None:
                known = self.known.get(name)
                if (known is None or known.entity != entity) and not ignore:
                    hint = near(str(name), [n for n, item in self.known.items() if item.entity == entity])
                    text = Text(f"donnée inconnue{hint[0]}", f"unknown input{hint[1]}")
                    problems.append(AnswerProblem(entity, rank, _shown(name), text))
                continue
            if value is None:
                continue
            try:
                record[found[0]] = found[1](value, today)
                left -= 1
            except AnswerError as error:
                problems.append(AnswerProblem(entity, rank, name, error.text))
        return left == 0
