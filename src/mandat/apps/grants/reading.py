"""What those who examine a case read: the application as it was sent, and what the rule makes of it, step by step.

A blind reading leaves out whatever says who applies: the applicant, the parties, the funders, fields marked blind or personal, ways to
reach someone, evidence marked personal, and the names of files.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from mandat.apps.custody.keys import ErasedError
from mandat.apps.grants.forms.questions import Asked, said
from mandat.apps.grants.models import Case, Piece, Submission
from mandat.apps.grants.schema import Scheme
from mandat.apps.grants.schema.scheme import Evidence
from mandat.apps.grants.sheets import Sheet, sheet_of
from mandat.apps.grants.submitted import read_back
from mandat.apps.rulebook.saying import value_words
from mandat.apps.rulebook.wording import formula_sentences
from mandat.engines.rules.tree import NumberType
from mandat.kernel.text import Text
from mandat.web.templatetags.formats import say

#: Answers that say who someone is, whatever the form marks.
REACHES = frozenset({"email", "phone", "siret", "web-address"})


@dataclass(frozen=True, slots=True)
class Group:
    """A section: pairs of question and answer, or a table where it repeats."""

    code: str
    title: Any
    pairs: Sequence[tuple[Any, str]] = ()
    columns: Sequence[Any] = ()
    rows: Sequence[Sequence[str]] = ()
    hidden: int = 0


@dataclass(frozen=True, slots=True)
class Files:
    """What was given for one piece of evidence. ``hidden``: a blind reading tells only that something was."""

    evidence: Evidence | None
    code: str
    pieces: Sequence[Piece]
    hidden: bool = False

    @property
    def label(self) -> Any:
        return self.evidence.label if self.evidence else self.code

    @property
    def lacks(self) -> bool:
        given = any(piece.upload_id is not None and piece.verdict != "rejected" for piece in self.pieces)
        return self.evidence is not None and not self.evidence.optional and not given


@dataclass(frozen=True, slots=True)
class Step:
    """One formula of the rule with its value: ``met`` where it is a condition."""

    name: str
    label: Any
    words: Text | None
    formula: str
    value: str
    met: bool | None
    known: bool
    output: bool


@dataclass(frozen=True, slots=True)
class Explained:
    """What the rule gives on the answers sent: ``eligible`` and ``amount`` None where it cannot tell."""

    eligible: bool | None
    amount: Decimal | None
    failed: Sequence[Text]
    missing: int
    steps: Sequence[Step]
    parameters: Sequence[tuple[Any, str, str, bool]]
    code: str = ""
    version: int = 0
    trouble: Text | None = None


@dataclass(slots=True)
class Sent:
    """The last submission, read back. ``altered``: it is not what its digest says; ``erased``: its key is destroyed."""

    sheet: Sheet
    submission: Submission | None
    altered: bool = False
    erased: bool = False
    record: Mapping[str, Any] = field(default_factory=dict)


def sent(case: Case) -> Sent:
    """What the applicant sent last: that, and not what they may be changing since, is examined."""
    last = case.submissions.order_by("-rank").first()
    if last is None:
        return Sent(sheet_of(case), None)
    last.case = case
    try:
        record = read_back(last)
    except ErasedError:
        return Sent(sheet_of(case, answers=case.answers), last, erased=True)
    except ValueError:
        return Sent(sheet_of(case), last, altered=True)
    return Sent(sheet_of(case, answers=record.get("answers", {})), last, record=record)


def groups(sheet: Sheet, *, blind: bool = False, personal: bool = True) -> list[Group]:
    """The answers by section, in words. Without ``personal``, those marked so are left out: experts have no use for them."""
    found = []
    for section in sheet.sections:
        every = sheet.fields(section)
        shown = [
            asked for asked in every if not (blind and _tells(asked)) and (personal or not asked.question.personal)
        ]
        hidden = len(every) - len(shown)
        if section.repeats is None:
            pairs = [(asked.label, said(asked, sheet.answers.get(asked.name))) for asked in shown]
            found.append(Group(section.code, section.title, pairs=pairs, hidden=hidden))
        else:
            rows = [[said(asked, row.get(asked.name)) for asked in shown] for row in sheet.rows(section)]
            columns = [asked.label for asked in shown]
            found.append(Group(section.code, section.title, columns=columns, rows=rows, hidden=hidden))
    return found


def _tells(asked: Asked) -> bool:
    return asked.question.blind or asked.question.personal or asked.type in REACHES


def files(sheet: Sheet, pieces: Sequence[Piece], *, blind: bool = False) -> list[Files]:
    """The evidence the case calls for by now, with what was given; then what was given besides."""
    by_code: dict[str, list[Piece]] = {}
    for piece in pieces:
        by_code.setdefault(piece.code, []).append(piece)
    known = {one.code: one for one in sheet.scheme.evidence}
    wanted = [one.code for one in sheet.evidence("application", "instruction")]
    others = [code for code in by_code if code not in wanted]
    return [
        Files(known.get(code), code, by_code.get(code, []), hidden=blind and hidden_file(sheet.scheme, code))
        for code in [*wanted, *others]
    ]


def hidden_file(scheme: Scheme, code: str) -> bool:
    """Whether a blind reading leaves a piece of evidence out: marked personal, or not of the scheme any more."""
    return next((one.personal for one in scheme.evidence if one.code == code), True)


def explained(sheet: Sheet) -> Explained:
    """Each step of the rule with its value, and the figures it rests on."""
    ruling, rule = sheet.ruling, sheet.rule
    if ruling is None or rule is None or rule.rule is None:
        return Explained(None, None, (), 0, (), (), trouble=sheet.trouble)
    sentences, outputs = formula_sentences(rule.rule), {output.name for output in rule.document.outputs}
    steps = []
    for line in rule.document.formulas:
        if line.entity is not None and line.entity != rule.document.entity:
            continue
        value = ruling.evaluation.value(line.name)
        type_ = rule.rule.tree.formulas[line.name].expr.type
        unit = line.unit or (str(type_.unit) if isinstance(type_, NumberType) else "1")
        met = value if isinstance(value, bool) else None
        known = isinstance(value, bool | Decimal | int | str)
        words = value_words(value if known else None, unit)
        sentence = sentences.get(line.name)
        steps.append(Step(line.name, line.label, sentence, line.formula, words, met, known, line.name in outputs))
    return Explained(
        ruling.eligible, ruling.amount, ruling.failed, len(ruling.missing), steps, _parameters(sheet), rule.code, rule.ref.version
    )  # fmt: skip


def _parameters(sheet: Sheet) -> list[tuple[Any, str, str, bool]]:
    assert sheet.rule is not None
    assert sheet.ruling is not None
    found = []
    for parameter in sheet.rule.document.parameters:
        dated = parameter.at(sheet.ruling.as_of)
        if dated is not None and not dated.brackets:
            shown = value_words(dated.value, parameter.unit or "1")
            found.append((parameter.label, shown, dated.reference.text, dated.assumption))
    return found


def title_of(sheet: Sheet, *, blind: bool) -> str:
    """The project's title: a blind reading takes the one the form asks, never one that says who applies."""
    if not blind:
        return sheet.case.title
    return say(sheet.scheme.title)
