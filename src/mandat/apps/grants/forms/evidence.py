"""A file for one piece of evidence."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from mandat.apps.custody.forms import CheckedFileField
from mandat.apps.grants.filing import PURPOSE


class PieceForm(forms.Form):
    """``code`` says which piece; the file is checked and scanned before any transaction is open."""

    code = forms.SlugField(max_length=60)
    file = CheckedFileField(purpose=PURPOSE, error_messages={"required": _("Choose a file.")})
