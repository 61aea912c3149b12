"""An archive of another site to try."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from mandat.apps.consultations.services.trials import PURPOSE
from mandat.apps.custody.forms import CheckedFileField


class DecidimForm(forms.Form):
    """Where it goes, and the archive."""

    target = forms.ChoiceField(label=_("Where it goes"))
    file = CheckedFileField(
        purpose=PURPOSE, label=_("Open data archive (ZIP)"),
        help_text=_("As the other site publishes it, 8 MB at most. Larger ones go through the command."),
    )  # fmt: skip

    def __init__(self, *args: Any, targets: Sequence[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        field = self.fields["target"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = list(targets)
