"""Fields that the forms of acts share."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.core.files.base import File
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mandat.apps.programme.published import Published
from mandat.apps.programme.services.checks import check_day, check_document
from mandat.facts.base import CATEGORIES, COMMITMENT
from mandat.kernel.errors import InputError

ACCEPTED = ".pdf,.png,.jpg,.jpeg,.odt,.ods,.docx,.xlsx"
#: Breakdowns asked for: name of the form's field to dimension and category.
BREAKDOWNS: Mapping[str, tuple[str, str]] = {
    f"n-{dimension}-{category.replace('+', 'plus')}": (dimension, category)
    for dimension, categories in CATEGORIES.items()
    for category in categories
}


class DayField(forms.DateField):
    """A day, shown and sent as browsers write it."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
        kwargs.setdefault("input_formats", ["%Y-%m-%d", "%d/%m/%Y"])
        kwargs.setdefault("error_messages", {"invalid": gettext_lazy("Write the day as 2026-10-03 or 03/10/2026.")})
        super().__init__(**kwargs)


class NumberField(forms.CharField):
    """A number as people write it: ``1 234,5`` or ``1234.5``. Gives a Decimal."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}))
        super().__init__(max_length=30, **kwargs)

    def clean(self, value: Any) -> Any:
        text = re.sub(r"[\s\u00a0\u202f_']", "", super().clean(value) or "").replace(",", ".").replace("−", "-")
        if not text:
            return None
        if not re.fullmatch(r"-?[0-9]{1,13}(?:\.[0-9]{1,6})?", text):
            raise forms.ValidationError(_("Write a number, such as 1 234,5."))
        number = Decimal(text)
        if number < 0:
            raise forms.ValidationError(_("A number here is not negative."))
        return number


class MeasuresField(forms.CharField):
    """Numbers of measures, parted by commas or spaces. Gives a tuple of whole numbers."""

    def clean(self, value: Any) -> Any:
        parts = re.split(r"[\s,;]+", (super().clean(value) or "").strip())
        wrong = [part for part in parts if part and not re.fullmatch(r"[1-9][0-9]{0,3}", part)]
        if wrong:
            raise forms.ValidationError(_("“%(part)s” is no number of a measure.") % {"part": wrong[0]})
        return tuple(sorted({int(part) for part in parts if part}))


class CommitmentsField(forms.CharField):
    """Codes of commitments, parted by commas or spaces."""

    def clean(self, value: Any) -> Any:
        parts = [part for part in re.split(r"[\s,;]+", (super().clean(value) or "").strip()) if part]
        wrong = [part for part in parts if not COMMITMENT.match(part)]
        if wrong:
            raise forms.ValidationError(_("“%(part)s” is no commitment: write 12.1, for example.") % {"part": wrong[0]})
        return tuple(dict.fromkeys(parts))


class DocumentField(forms.FileField):
    """A document whose content must be what its name says."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("required", False)
        kwargs.setdefault("widget", forms.FileInput(attrs={"accept": ACCEPTED}))
        kwargs.setdefault("help_text", gettext_lazy("PDF, image or office document, 20 MB at most."))
        super().__init__(**kwargs)

    def clean(self, data: Any, initial: Any = None) -> Any:
        if data is not None and getattr(data, "size", 1) == 0:
            raise forms.ValidationError(_("This document is empty."))
        document: File[bytes] | None = super().clean(data, initial)
        if document:
            try:
                check_document(document)
            except InputError as error:
                raise forms.ValidationError(str(error)) from None
        return document


class ActForm(forms.Form):
    """Base of the forms of acts: refuses days the service would refuse, and files that were dropped for their size."""

    mark_optional = True
    on = DayField(label=gettext_lazy("Date of the act"))

    def __init__(self, *args: Any, current: Published, dropped: set[str] | None = None, **kwargs: Any) -> None:
        self.current = current
        self.dropped = dropped or set()
        super().__init__(*args, **kwargs)

    def clean_on(self) -> dt.date:
        day: dt.date = self.cleaned_data["on"]
        try:
            check_day(self.current, day)
        except InputError as error:
            raise forms.ValidationError(str(error)) from None
        return day

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        for name in self.dropped & set(self.fields):
            self.add_error(name, _("This document is over 20 MB: it was not kept. Lighten it, or give a public link."))
        return values

    def typed(self) -> dict[str, Any]:
        """What was typed, files aside: what a draft keeps."""
        kept: dict[str, Any] = {}
        for name, field in self.fields.items():
            if not isinstance(field, forms.FileField) and name in self.data:
                kept[name] = self.data.get(name, "")
        return kept
