"""Tables of consultations: one row for each component that was opened, then what each type keeps."""

from mandat.apps.consultations.models.common import Consultation, Shown
from mandat.apps.consultations.models.drafting import Amendment, AmendmentVote, ArticleVersion, Settlement
from mandat.apps.consultations.models.imports import Imported, ImportRun
from mandat.apps.consultations.models.observations import Confirmation, Observation
from mandat.apps.consultations.models.opinions import OpinionVote, OpinionVoter, Statement
from mandat.apps.consultations.models.surveys import AnswerSet, FreeText, SurveyDraft, SurveyMark

__all__ = [
    "Amendment",
    "AmendmentVote",
    "AnswerSet",
    "ArticleVersion",
    "Confirmation",
    "Consultation",
    "FreeText",
    "ImportRun",
    "Imported",
    "Observation",
    "OpinionVote",
    "OpinionVoter",
    "Settlement",
    "Shown",
    "Statement",
    "SurveyDraft",
    "SurveyMark",
]
