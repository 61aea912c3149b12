"""What people and moderators fill in."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from mandat.apps.accounts.models import User
from mandat.apps.community.charter import charter
from mandat.apps.community.models import Badge, Outcome, Pace
from mandat.apps.community.text import cleaned
from mandat.kernel.errors import InputError
from mandat.web.templatetags.formats import say


class WordsField(forms.CharField):
    """People's words, cleaned as they are kept (``community.text``); every form that takes words uses it.

    ``longest`` characters, looked at before any work; ``one_line`` for titles.
    """

    def __init__(self, *, longest: int = 2000, least: int = 0, one_line: bool = False, **kwargs: Any) -> None:
        self.longest, self.least, self.one_line = longest, least, one_line
        kwargs.setdefault("widget", forms.TextInput() if one_line else forms.Textarea(attrs={"rows": 5}))
        # Django's own strip and length checks would touch the text before its length is known to be fair.
        super().__init__(strip=False, **kwargs)
        self.widget.attrs.setdefault("maxlength", str(longest))

    def clean(self, value: Any) -> str:
        try:
            made = cleaned(value or "", longest=self.longest, one_line=self.one_line)
            if made or self.required:
                made = cleaned(made, longest=self.longest, least=self.least, one_line=self.one_line)
        except InputError as error:
            raise ValidationError(str(error)) from error
        result: str = super().clean(made)
        return result


class PaceForm(forms.Form):
    """When to be told."""

    pace = forms.ChoiceField(
        label=_("When do you want to be told?"), choices=Pace.choices, initial=Pace.WEEKLY, widget=forms.RadioSelect
    )


class ReportForm(forms.Form):
    """Why a content breaks the charter."""

    reason = forms.ChoiceField(label=_("Which rule does it break?"), widget=forms.RadioSelect)
    words = WordsField(label=_("In a few words (optional)"), longest=1000, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["reason"]
        field.choices = [(rule.code, say(rule.title)) for rule in charter().rules]  # type: ignore[attr-defined]


class DecisionForm(forms.Form):
    """What becomes of a content."""

    outcome = forms.ChoiceField(label=_("Decision"), choices=Outcome.choices, widget=forms.RadioSelect)
    reason = forms.ChoiceField(label=_("Rule of the charter"))
    words = WordsField(
        label=_("Why, to its author"),
        help_text=_("Its author reads it. The rule alone is public."),
        longest=2000,
        required=False,
    )
    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, shown: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["reason"]
        field.choices = [(rule.code, say(rule.title)) for rule in charter().rules]
        outcome: Any = self.fields["outcome"]
        out = Outcome.RESTORE if shown else Outcome.KEEP
        outcome.choices = [choice for choice in Outcome.choices if choice[0] != out]


class AppealForm(forms.Form):
    """Why the author contests a decision."""

    grounds = WordsField(
        label=_("Why should it be looked at again?"), longest=3000, least=10, help_text=_("Another person answers.")
    )


class AppealAnswerForm(forms.Form):
    """What another agent answers."""

    upheld = forms.ChoiceField(
        label=_("Answer"),
        choices=[("yes", _("The author is right: show the content again")), ("no", _("The decision stands"))],
        widget=forms.RadioSelect,
    )
    words = WordsField(label=_("Why, to its author"), longest=2000, least=10)


class SuspensionForm(forms.Form):
    """How long an account may not publish, and why."""

    days = forms.IntegerField(label=_("For how many days"), min_value=1, max_value=730)
    reason = forms.ChoiceField(label=_("Rule of the charter"))
    words = WordsField(label=_("Why, to the person"), longest=2000, least=10)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["reason"]
        field.choices = [(rule.code, say(rule.title)) for rule in charter().rules]


class BadgeForm(forms.Form):
    """Whom an account speaks for."""

    email = forms.EmailField(label=_("E-mail address of the account"))
    kind = forms.ChoiceField(label=_("Speaks for"), choices=Badge.Kind.choices, widget=forms.RadioSelect)
    label_fr = WordsField(label=_("What is shown, in French"), longest=120, least=3, one_line=True)
    label_en = WordsField(label=_("What is shown, in English"), longest=120, one_line=True, required=False)

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        email = values.get("email", "")
        if email:
            values["user"] = User.objects.filter(email__iexact=email, is_active=True).first()
            if values["user"] is None:
                self.add_error("email", _("No account has this address."))
        return values
