"""Forms of the offline desk."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mandat.apps.desk import sealing
from mandat.apps.desk.services.preparing import MOST, Wanted, offered
from mandat.apps.programme.forms.fields import DayField
from mandat.web.templatetags.formats import say


class EventForm(forms.Form):
    """Which event a carnet is prepared for."""

    mark_optional = True
    meeting = forms.ChoiceField(label=gettext_lazy("Meeting"), required=False)
    process = forms.ChoiceField(label=gettext_lazy("Process"), required=False)

    def __init__(
        self, *args: Any, meetings: list[tuple[str, str]], processes: list[tuple[str, str]], **options: Any
    ) -> None:
        super().__init__(*args, **options)
        for name, choices in (("meeting", meetings), ("process", processes)):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [("", "–"), *choices]


class CarnetForm(forms.Form):
    """What a carnet collects, and how many blanks of each."""

    title = forms.CharField(label=gettext_lazy("Event"), max_length=150)
    place = forms.CharField(label=gettext_lazy("Place"), max_length=150)
    event_on = DayField(label=gettext_lazy("Day"))

    def __init__(self, *args: Any, process: str, meeting: str, **options: Any) -> None:
        super().__init__(*args, **options)
        self.rows: dict[str, tuple[str, str]] = {}
        for kind, label, targets in offered(process, meeting):
            for target in targets:
                name = f"n-{len(self.rows)}"
                self.rows[name] = (kind, target.code)
                self.fields[name] = forms.IntegerField(
                    label=f"{label} – {say(target.title)}",
                    min_value=0,
                    max_value=MOST,
                    required=False,
                    help_text=_("Blanks"),
                )

    def sections(self) -> list[Wanted]:
        return [
            Wanted(kind, target, int(self.cleaned_data[name]))
            for name, (kind, target) in self.rows.items()
            if self.cleaned_data.get(name)
        ]


class BringForm(forms.Form):
    """A file brought back."""

    file = forms.FileField(
        label=gettext_lazy("File of the carnet, or table typed from paper"),
        help_text=gettext_lazy("The file the device made (.json), or the table of blanks filled (.csv). Sent twice, it is taken once."),
        allow_empty_file=True,
    )  # fmt: skip

    def clean_file(self) -> Any:
        upload = self.cleaned_data["file"]
        if not upload.size:
            raise forms.ValidationError(_("This file is empty."))
        if upload.size > sealing.LARGEST:
            raise forms.ValidationError(_("This file is too large for a carnet."))
        return upload


class SwearForm(forms.Form):
    """The declaration without which nothing is taken."""

    sworn = forms.BooleanField(
        label=gettext_lazy("I declare on my honour that these entries were collected at the moments they bear, from people who asked for it")
    )  # fmt: skip


class SettleForm(forms.Form):
    """How a conflict is settled."""

    choice = forms.ChoiceField(label=gettext_lazy("Decision"), widget=forms.RadioSelect)
    reason = forms.CharField(label=gettext_lazy("Why"), min_length=5, max_length=500)

    def __init__(self, *args: Any, may_take: bool, two: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        field = self.fields["choice"]
        assert isinstance(field, forms.ChoiceField)
        choices: list[tuple[str, Any]] = [("refuse", _("refuse it"))]
        if may_take and two:
            choices += [("take", _("take the first content")), ("take-other", _("take the second content"))]
        elif may_take:
            choices.append(("take", _("take it all the same")))
        field.choices = choices
