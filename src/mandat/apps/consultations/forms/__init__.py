"""Forms of consultations."""

from mandat.apps.consultations.forms.acts import AmendmentForm, JudgeForm, ModerateForm, SettleForm, StatementForm
from mandat.apps.consultations.forms.imports import DecidimForm
from mandat.apps.consultations.forms.observations import FiltersForm, ObservationForm
from mandat.apps.consultations.forms.surveys import SectionForm

__all__ = [
    "AmendmentForm",
    "DecidimForm",
    "FiltersForm",
    "JudgeForm",
    "ModerateForm",
    "ObservationForm",
    "SectionForm",
    "SettleForm",
    "StatementForm",
]
