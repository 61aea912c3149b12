"""Short forms: an amendment, a statement, moderation, a settlement."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


class AmendmentForm(forms.Form):
    """The words wanted and why. ``base`` is the version that was before the author's eyes."""

    base = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=10_000)
    title = forms.CharField(label=_("Title of the new article"), max_length=200)
    body = forms.CharField(label=_("The text you want"), widget=forms.Textarea(attrs={"rows": 12}))
    reason = forms.CharField(
        label=_("Why"), help_text=_("In a few sentences: what it changes, for whom."), max_length=3000,
        widget=forms.Textarea(attrs={"rows": 5}),
    )  # fmt: skip

    def __init__(self, *args: Any, kind: str, longest: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if kind != "add":
            del self.fields["title"]
        if kind == "delete":
            del self.fields["body"]
        else:
            self.fields["body"].max_length = longest  # type: ignore[attr-defined]
            self.fields["body"].widget.attrs["maxlength"] = longest
            if kind == "change":
                self.fields["body"].help_text = _("Change the words directly: the difference is shown to everyone.")


class StatementForm(forms.Form):
    """A statement to add."""

    text = forms.CharField(
        label=_("Your statement"), help_text=_("One idea, that one may agree with or not."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )  # fmt: skip

    def __init__(self, *args: Any, longest: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].widget.attrs["maxlength"] = longest


class ModerateForm(forms.Form):
    """Show or hide, with a reason."""

    why = forms.CharField(label=_("Why it is not shown"), max_length=300, required=False)


class JudgeForm(forms.Form):
    """What an agent says of a sighting."""

    why = forms.CharField(label=_("Why"), max_length=300, required=False)


class SettleForm(forms.Form):
    """Which amendments that touch the same words are kept."""

    kept = forms.MultipleChoiceField(
        label=_("Amendments kept"), required=False, widget=forms.CheckboxSelectMultiple,
        help_text=_("Those kept may not touch the same words. None is a choice too."),
    )  # fmt: skip
    reason = forms.CharField(label=_("Reason, made public"), max_length=3000, widget=forms.Textarea(attrs={"rows": 4}))

    def __init__(self, *args: Any, references: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kept"].choices = list(references)  # type: ignore[attr-defined]
