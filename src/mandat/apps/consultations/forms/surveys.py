"""One section of a survey as a form: each question one field, or a few for rankings and matrices."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from mandat.apps.consultations import questionnaire
from mandat.apps.participation.schema.contributions import SurveyQuestion
from mandat.apps.programme.views.shared import words
from mandat.apps.territory import selectors as territory
from mandat.kernel.errors import InputError

MOST_FOUND = 12


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with its fields; ``group`` where there are several."""

    question: SurveyQuestion
    fields: tuple[forms.BoundField, ...]

    @property
    def label(self) -> str:
        return words(self.question.label)

    @property
    def help(self) -> str:
        return words(self.question.help) if self.question.help else ""


class SectionForm(forms.Form):
    """Asks ``questions`` with what was ``answered`` before. ``answers()`` gives what was understood, None where a question was left empty."""

    mark_optional = True

    def __init__(
        self, *args: Any, questions: Sequence[SurveyQuestion], answered: Mapping[str, Any], **kwargs: Any
    ) -> None:
        self.questions = questions
        self._values: dict[str, Any] = {}
        super().__init__(*args, **kwargs)
        for question in questions:
            for name, field, start in _fields(question, answered):
                self.fields[name] = field
                self.initial[name] = start

    def asked(self) -> Iterator[Asked]:
        """The questions in order, with their fields."""
        for question in self.questions:
            names = [name for name in self.fields if name == question.code or name.startswith(f"{question.code}.")]
            yield Asked(question, tuple(self[name] for name in names))

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        for question in self.questions:
            if any(name in self.errors for name in self.fields if name.partition(".")[0] == question.code):
                continue
            try:
                value = questionnaire.checked(question, _gathered(question, given))
            except InputError as error:
                self.add_error(_first(self, question), str(error))
                continue
            if value is None and question.required:
                self.add_error(_first(self, question), _("This question needs an answer."))
                continue
            self._values[question.code] = value
            if question.other:
                name = f"{question.code}.{questionnaire.OTHER}"
                chosen = value == questionnaire.OTHER or (isinstance(value, list) and questionnaire.OTHER in value)
                self._values[name] = given.get(name) if chosen else None
        return given

    def answers(self) -> dict[str, Any]:
        """What was understood, also beside errors: it is saved at each step."""
        return self._values


def _first(form: forms.Form, question: SurveyQuestion) -> str:
    return next(name for name in form.fields if name.partition(".")[0] == question.code)


def _choices(question: SurveyQuestion) -> list[tuple[str, str]]:
    found = [(one.code, words(one.label)) for one in question.choices]
    return [*found, (questionnaire.OTHER, _("Other"))] if question.other else found


def _fields(question: SurveyQuestion, answered: Mapping[str, Any]) -> Iterator[tuple[str, forms.Field, Any]]:
    """Name, field and first value of each field of a question."""
    code, value = question.code, answered.get(question.code)
    common: dict[str, Any] = {
        "label": words(question.label),
        "help_text": words(question.help) if question.help else "",
        "required": False,
    }
    if question.type == "ranking":
        ranks = [("", "–"), *((str(rank), str(rank)) for rank in range(1, len(question.choices) + 1))]
        order = list(value or [])
        for one in question.choices:
            start = str(order.index(one.code) + 1) if one.code in order else ""
            field = forms.ChoiceField(label=words(one.label), choices=ranks, required=False)
            yield f"{code}.{one.code}", field, start
        return
    if question.type == "matrix":
        choices = [(one.code, words(one.label)) for one in question.choices]
        for row in question.rows:
            radio = forms.ChoiceField(label=words(row.label), choices=choices, required=False, widget=forms.RadioSelect)
            yield f"{code}.{row.code}", radio, (value or {}).get(row.code, "")
        return
    yield code, _field(question, common), _start(question, value)
    if question.other:
        other = f"{code}.{questionnaire.OTHER}"
        yield (
            other,
            forms.CharField(label=_("If other, which?"), max_length=200, required=False),
            answered.get(other, ""),
        )


def _start(question: SurveyQuestion, value: Any) -> Any:
    if question.type == "commune" and value:
        return territory.area_name(f"commune:{value}")
    return value


def _field(question: SurveyQuestion, common: dict[str, Any]) -> forms.Field:
    type_ = question.type
    if type_ == "paragraph":
        return forms.CharField(
            widget=forms.Textarea(attrs={"rows": 5, "maxlength": question.longest}),
            max_length=question.longest,
            **common,
        )
    if type_ == "integer":
        return forms.CharField(
            widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}), max_length=20, **common
        )
    if type_ == "choice":
        return forms.ChoiceField(choices=_choices(question), widget=forms.RadioSelect, **common)
    if type_ == "choices":
        return forms.MultipleChoiceField(choices=_choices(question), widget=forms.CheckboxSelectMultiple, **common)
    if type_ == "boolean":
        return forms.ChoiceField(choices=[("yes", _("Yes")), ("no", _("No"))], widget=forms.RadioSelect, **common)
    if type_ == "scale":
        return forms.ChoiceField(choices=_steps(question), widget=forms.RadioSelect, **common)
    if type_ == "date":
        return forms.CharField(widget=forms.TextInput(attrs={"type": "date"}), max_length=10, **common)
    if type_ == "commune":
        return CommuneField(**common)
    return forms.CharField(max_length=min(question.longest, questionnaire.SHORT), **common)


def _steps(question: SurveyQuestion) -> list[tuple[str, str]]:
    most = question.most or 2
    found = [(str(rank), str(rank)) for rank in range(1, most + 1)]
    if question.lowest is not None:
        found[0] = ("1", f"1 – {words(question.lowest)}")
    if question.highest is not None:
        found[-1] = (str(most), f"{most} – {words(question.highest)}")
    return found


class CommuneField(forms.CharField):
    """A commune by its name or its code; several of one name are told apart by their département. Gives the code, or nothing."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("help_text", "")
        kwargs["help_text"] = kwargs["help_text"] or _("Its name, or its postal code.")
        super().__init__(max_length=100, **kwargs)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return ""
        if text in territory.reference().places:
            return text
        name, _open, inside = text.partition("(")
        departement = inside.rstrip(") ").strip()
        found = list(territory.search_communes(name.strip(), former=False)[:MOST_FOUND])
        wanted = territory.fold(name.strip())
        exact = [one for one in found if territory.fold(one.name) == wanted] or found
        if departement:
            exact = [one for one in exact if departement in (one.departement_id, one.departement.name)] or exact
        if len(exact) == 1:
            return exact[0].code
        if not exact:
            raise forms.ValidationError(_("No commune of this name is known."))
        told = ", ".join(f"{one.name} ({one.departement_id})" for one in exact[:6])
        raise forms.ValidationError(_("Several communes: write %(names)s.") % {"names": told})


def _gathered(question: SurveyQuestion, given: Mapping[str, Any]) -> Any:
    """The value of a question from its fields. Raises InputError where ranks are given twice."""
    code = question.code
    if question.type == "matrix":
        return {row.code: given.get(f"{code}.{row.code}") for row in question.rows if given.get(f"{code}.{row.code}")}
    if question.type != "ranking":
        return given.get(code)
    ranks = {one.code: given.get(f"{code}.{one.code}") for one in question.choices}
    told = [rank for rank in ranks.values() if rank]
    if len(set(told)) != len(told):
        from mandat.kernel.text import Text

        raise InputError(Text("donnez chaque rang une seule fois", "give each rank once"))
    return sorted((one for one, rank in ranks.items() if rank), key=lambda one: int(ranks[one] or 0))
