"""Forms about one's own data."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from mandat.apps.custody import personal, uploads
from mandat.apps.custody.content import KINDS, safe_name
from mandat.kernel.errors import InputError


class CheckedFileField(forms.FileField):
    """A file that is what it says, scanned before the form is saved. ``purpose``: see ``uploads.purpose``."""

    def __init__(self, *, purpose: str, **options: Any) -> None:
        self.purpose = purpose
        super().__init__(**{"max_length": 255, **options})

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        kinds = uploads.purpose_of(self.purpose).kinds
        taken = [f".{extension}" for kind in kinds for extension in KINDS[kind].extensions]
        return {**super().widget_attrs(widget), "accept": ",".join(taken)}

    def to_python(self, data: Any) -> Any:
        if data is not None and getattr(data, "name", None):
            data.name = safe_name(data.name)
        upload = super().to_python(data)
        if upload is None:
            return None
        try:
            uploads.check(upload, purpose=self.purpose)
        except InputError as error:
            raise forms.ValidationError(str(error), code="refused") from error
        uploads.scan_first(upload)
        return upload


class ErasureForm(forms.Form):
    """What to erase, on purpose."""

    what = forms.MultipleChoiceField(
        label=_("What to erase"), required=False, widget=forms.CheckboxSelectMultiple, choices=()
    )
    close_account = forms.BooleanField(
        label=_("Erase everything and close my account"), required=False,
        help_text=_("You can no longer sign in with it."),
    )  # fmt: skip
    sure = forms.BooleanField(label=_("I understand that what is erased cannot be restored"))

    def __init__(self, *args: Any, holdings: list[personal.Holding], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["what"]
        field.choices = [(holding.code, holding.title) for holding in holdings if not holding.with_account]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if not data.get("what") and not data.get("close_account"):
            self.add_error("what", _("Choose what to erase, or close your account."))
        return data
