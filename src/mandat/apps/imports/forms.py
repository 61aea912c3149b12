"""The form that receives a file."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from mandat.apps.imports.services import LARGEST_UPLOAD, mappings
from mandat.apps.programme.published import say
from mandat.engines.opendata import FORMATS


class ImportForm(forms.Form):
    """A file and the mapping that reads it."""

    mapping = forms.ChoiceField(label=_("What the file holds"))
    file = forms.FileField(
        label=_("File"),
        help_text=_("CSV or JSON, up to 100 MB. Names of natural persons are never recorded."),
        allow_empty_file=True,
    )

    def __init__(self, *args: Any, programme: str, **options: Any) -> None:
        super().__init__(*args, **options)
        field = self.fields["mapping"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [
            (code, f"{say(mapping.title)} – {FORMATS[mapping.format]}") for code, mapping in mappings(programme).items()
        ]

    def clean_file(self) -> Any:
        upload = self.cleaned_data["file"]
        if not upload.size:
            raise forms.ValidationError(_("This file is empty."))
        if upload.size > LARGEST_UPLOAD:
            raise forms.ValidationError(_("This file is over 100 MB: use the command “mandat import”."))
        return upload
