"""Forms of claims: the answers a rule needs, who claims, what agents write."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mandat.apps.programme.forms.fields import DayField, NumberField
from mandat.apps.rights import identity as identities
from mandat.apps.rights.schema import Right
from mandat.apps.rights.services.instructing import DAYS_TO_ANSWER, FEWEST_DAYS, MOST_DAYS
from mandat.apps.rights.situations import MOST_MEMBERS, used_inputs, value_of
from mandat.apps.rulebook.published import PublishedRule
from mandat.apps.territory import selectors as territory
from mandat.engines.rules import Input
from mandat.kernel.errors import InputError
from mandat.web.templatetags.formats import say

#: Choices up to this number are shown as buttons, more as a list.
FEW = 6
YES_NO = (("true", gettext_lazy("Yes")), ("false", gettext_lazy("No")))


class CommuneField(forms.CharField):
    """A commune by name, postcode or code; gives its code. Names that several bear are told apart by ``Nom (45)``."""

    def prepare_value(self, value: Any) -> Any:
        """A code as the name people know."""
        if isinstance(value, str) and len(value) == 5 and (found := territory.commune(value)):
            return f"{found.name} ({found.departement_id})"
        return value

    def clean(self, value: Any) -> Any:
        text = str(super().clean(value) or "").strip()
        if not text:
            return None
        name, _sep, rest = text.partition("(")
        departement = rest.rstrip(") ").strip()
        if len(text) == 5 and (found := territory.commune(text.upper())):
            return found.code
        candidates = list(territory.search_communes(name, departement=departement, former=False)[:6])
        folded = territory.fold(name)
        exact = [commune for commune in candidates if territory.fold(commune.name) == folded]
        chosen = exact if exact else candidates
        if len(chosen) == 1:
            return chosen[0].code
        if not chosen:
            raise ValidationError(_("No commune of this name is known. Try its postcode."))
        listed = ", ".join(f"{commune.name} ({commune.departement_id})" for commune in chosen[:5])
        raise ValidationError(_("Several communes fit: write one of %(names)s.") % {"names": listed})


def _field(item: Input, *, label: str) -> forms.Field:
    common: dict[str, Any] = {"label": label, "required": False}
    if item.help is not None:
        common["help_text"] = say(item.help)
    if item.type == "boolean":
        return forms.ChoiceField(choices=YES_NO, widget=forms.RadioSelect, **common)
    if item.type == "choice":
        choices = [(choice.code, say(choice.label)) for choice in item.choices]
        if len(choices) <= FEW:
            return forms.ChoiceField(choices=choices, widget=forms.RadioSelect, **common)
        return forms.ChoiceField(choices=[("", ""), *choices], **common)
    if item.type == "date":
        return DayField(**common)
    if item.type == "commune":
        common.setdefault("help_text", _("Its name or its postcode."))
        return CommuneField(max_length=80, widget=forms.TextInput(attrs={"autocomplete": "off"}), **common)
    return NumberField(**common)


class AnswersForm(forms.Form):
    """Questions of one rule about the household and its members. Nothing is required: a draft may be incomplete.

    ``asked`` are (entity, member, input) to show; ``members`` how many members the household has.
    """

    def __init__(
        self,
        held: PublishedRule,
        answers: Mapping[str, Any],
        asked: list[tuple[str, int, str]],
        *,
        data: Any,
        as_of: dt.date,
    ) -> None:
        super().__init__(data)
        self.held, self.answers, self.as_of = held, answers, as_of
        self.places: dict[str, tuple[str, int, Input]] = {}
        for entity, member, name in asked:
            item = held.inputs[name]
            key = f"{entity}-{member}-{name}"
            question = say(item.question)
            self.fields[key] = _field(item, label=question)
            self.places[key] = (entity, member, item)
            self.initial[key] = _shown(item, self._answer(entity, member, name))

    def _answer(self, entity: str, member: int, name: str) -> Any:
        key, many = self.held.keys[entity]
        block = self.answers.get(key)
        if many:
            block = block[member] if isinstance(block, list) and member < len(block) else None
        return block.get(name) if isinstance(block, Mapping) else None

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for key, (_entity, _member, item) in self.places.items():
            value = cleaned.get(key)
            if value in (None, ""):
                continue
            try:
                cleaned[key] = value_of(item, value, as_of=self.as_of)
            except InputError as error:
                self.add_error(key, str(error))
        return cleaned

    def situation(self) -> dict[str, Any]:
        """The answers kept with those of this form in their place."""
        found: dict[str, Any] = {
            key: [dict(member) for member in value]
            if isinstance(value, list)
            else (dict(value) if isinstance(value, Mapping) else value)
            for key, value in self.answers.items()
        }
        for key, (entity, member, item) in self.places.items():
            name, many = self.held.keys[entity]
            if many:
                block = found.setdefault(name, [])
                while len(block) <= member:
                    block.append({})
                target = block[member]
            else:
                target = found.setdefault(name, {})
            value = self.cleaned_data.get(key)
            if value in (None, ""):
                target.pop(item.name, None)
            else:
                target[item.name] = value
        return found

    def groups(self) -> list[tuple[str, list[Any]]]:
        """Fields by whom they are about, with what to call them."""
        found: dict[tuple[str, int], list[Any]] = {}
        for key, (entity, member, _item) in self.places.items():
            found.setdefault((entity, member), []).append(self[key])
        return [(self._title(entity, member), fields) for (entity, member), fields in found.items()]

    def _title(self, entity: str, member: int) -> str:
        _key, many = self.held.keys[entity]
        if not many:
            return _("Your household")
        return _("You") if member == 0 else _("Person %(n)s of the household") % {"n": member + 1}


def _shown(item: Input, value: Any) -> Any:
    if value is None:
        return None
    if item.type == "boolean":
        return "true" if value else "false"
    if item.type in ("number", "integer"):
        text = format(Decimal(str(value)).normalize(), "f")
        return text.replace(".", ",")
    return value


def asked(
    held: PublishedRule, answers: Mapping[str, Any], missing: tuple[Any, ...], *, every: bool = False
) -> list[tuple[str, int, str]]:
    """What to show: what was answered, then what still matters, in the order the documents declare; all of it where ``every``."""
    used, wanted = used_inputs(held), {(one.entity, one.member or 0, one.input) for one in missing if one.input}
    sizes = {
        entity: max(1, min(len(answers.get(key) or []), MOST_MEMBERS)) if many else 1
        for entity, (key, many) in held.keys.items()
    }
    found = []
    for entity, (key, many) in held.keys.items():
        for member in range(max([sizes[entity], *(rank + 1 for name, rank, _i in wanted if name == entity)])):
            block = answers.get(key) or ({} if not many else [])
            given = (block[member] if member < len(block) else {}) if many else block
            for name, item in held.inputs.items():
                if item.entity != entity or name not in used:
                    continue
                if every or name in given or (entity, member, name) in wanted:
                    found.append((entity, member, name))
    return found


class IdentityForm(forms.Form):
    """Who claims, where letters go, where money is paid. Saved as typed; what is wrong is said when the claim is sent."""

    name = forms.CharField(
        label=gettext_lazy("First and last name"),
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    birth_date = DayField(
        label=gettext_lazy("Date of birth"),
        widget=forms.DateInput(attrs={"type": "date", "autocomplete": "bday"}, format="%Y-%m-%d"),
    )
    address = forms.CharField(
        label=gettext_lazy("Address"), max_length=200, widget=forms.TextInput(attrs={"autocomplete": "street-address"})
    )
    postcode = forms.CharField(
        label=gettext_lazy("Postcode"),
        max_length=5,
        widget=forms.TextInput(attrs={"autocomplete": "postal-code", "inputmode": "numeric"}),
    )
    city = forms.CharField(
        label=gettext_lazy("Town"), max_length=100, widget=forms.TextInput(attrs={"autocomplete": "address-level2"})
    )
    gender = forms.ChoiceField(
        label=gettext_lazy("Gender (optional)"),
        required=False,
        choices=[
            ("", gettext_lazy("I would rather not say")),
            ("women", gettext_lazy("a woman")),
            ("men", gettext_lazy("a man")),
            ("other", gettext_lazy("other")),
        ],
        help_text=gettext_lazy(
            "Only counted, among many people, to see who the right reaches. It plays no part in the decision."
        ),
    )
    iban = forms.CharField(
        label=gettext_lazy("IBAN"),
        max_length=50,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text=gettext_lazy("Of an account in your name. It is on your bank's RIB."),
    )
    bic = forms.CharField(
        label=gettext_lazy("BIC (optional)"),
        max_length=15,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def __init__(self, right: Right, data: Any = None, initial: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, initial=dict(initial or {}))
        self.right = right
        if right.benefit.paid_by != "transfer":
            del self.fields["iban"], self.fields["bic"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        day = cleaned.get("birth_date")
        kept = identities.kept({**cleaned, "birth_date": day.isoformat() if isinstance(day, dt.date) else ""})
        for name, text in identities.problems(kept, self.right).items():
            if name in self.fields and name not in self.errors:
                self.add_error(name, str(text))
        self.kept = {name: kept.get(name, "") for name in self.fields}  # a field emptied is emptied in the draft too
        return cleaned


class PieceForm(forms.Form):
    """A file for one piece of evidence."""

    code = forms.CharField(widget=forms.HiddenInput, max_length=60)
    file = forms.FileField(
        label=gettext_lazy("Choose a file"), help_text=gettext_lazy("PDF, JPEG or PNG, 10 MB at most.")
    )


class MessageForm(forms.Form):
    text = forms.CharField(
        label=gettext_lazy("Your message"), max_length=4000, widget=forms.Textarea(attrs={"rows": 4})
    )


class GroundsForm(forms.Form):
    """Why a decision is contested."""

    text = forms.CharField(
        label=gettext_lazy("Why do you contest this decision?"),
        max_length=6000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=gettext_lazy("In your own words. You may add documents afterwards."),
    )


class DecisionForm(forms.Form):
    """What an agent decides."""

    outcome = forms.ChoiceField(
        label=gettext_lazy("Decision"),
        choices=[("granted", gettext_lazy("grant")), ("refused", gettext_lazy("refuse"))],
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label=gettext_lazy("Reasons, in words the person understands"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=gettext_lazy(
            "Needed for a refusal, and wherever you depart from what the rule gives. They go into the letter."
        ),
    )
    amount = NumberField(label=gettext_lazy("Amount, if not that of the rule"), required=False)

    def __init__(self, right: Right, data: Any = None) -> None:
        super().__init__(data, auto_id="decide-%s")
        if right.benefit.paid_by is None:
            del self.fields["amount"]


class AppealForm(forms.Form):
    """The answer to an appeal."""

    outcome = forms.ChoiceField(
        label=gettext_lazy("Answer"),
        choices=[
            ("accepted", gettext_lazy("accept: grant the right")),
            ("rejected", gettext_lazy("reject: the decision stands")),
        ],
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label=gettext_lazy("Reasons, in words the person understands"),
        max_length=6000,
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    amount = NumberField(label=gettext_lazy("Amount, if not that of the rule"), required=False)

    def __init__(self, right: Right, data: Any = None) -> None:
        super().__init__(data, auto_id="answer-%s")
        if right.benefit.paid_by is None:
            del self.fields["amount"]


class AskForm(forms.Form):
    """What an agent still asks for."""

    codes = forms.MultipleChoiceField(
        label=gettext_lazy("Documents"), required=False, widget=forms.CheckboxSelectMultiple
    )
    text = forms.CharField(
        label=gettext_lazy("In plain words"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )
    days = forms.IntegerField(
        label=gettext_lazy("Days to answer"), min_value=FEWEST_DAYS, max_value=MOST_DAYS, initial=DAYS_TO_ANSWER
    )

    def __init__(self, right: Right, data: Any = None) -> None:
        super().__init__(data, auto_id="ask-%s")
        field = self.fields["codes"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = [(evidence.code, say(evidence.label)) for evidence in right.evidence]
        if not right.evidence:
            del self.fields["codes"]


class EndForm(forms.Form):
    """The end of a benefit by an agent."""

    def __init__(self, data: Any = None, *, initial: Any = None) -> None:
        super().__init__(data, auto_id="end-%s", initial=initial)

    on = DayField(label=gettext_lazy("Last day of the right"))
    reason = forms.CharField(
        label=gettext_lazy("Reasons, in words the person understands"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
