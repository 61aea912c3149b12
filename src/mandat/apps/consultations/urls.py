from __future__ import annotations

from django.urls import URLPattern, URLResolver, path, register_converter

from mandat.apps.consultations.views import bureau, drafting, imports, observations, opinions, surveys


class _Word:
    regex = ""

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


class AmendmentKindConverter(_Word):
    """What an amendment asks."""

    regex = "change|add|delete"


class TextFormConverter(_Word):
    """A text as a file."""

    regex = "html|pdf|txt"


class AnswersFormConverter(_Word):
    """Answers as a file."""

    regex = "csv|xlsx|json"


class CountsFormConverter(_Word):
    """Counts as a file."""

    regex = "csv|json"


class SightingsFormConverter(_Word):
    """Sightings as a file."""

    regex = "csv|geojson"


class ImportActConverter(_Word):
    """What is done with a trial."""

    regex = "reprendre|jeter"


register_converter(ImportActConverter, "import_act")
register_converter(AmendmentKindConverter, "amendment_kind")
register_converter(TextFormConverter, "text_form")
register_converter(AnswersFormConverter, "answers_form")
register_converter(CountsFormConverter, "counts_form")
register_converter(SightingsFormConverter, "sightings_form")
app_name = "consultations"

_HERE = "consultations/<slug:process>/<slug:component>"

urlpatterns: list[URLPattern | URLResolver] = [
    path(f"{_HERE}/texte/", drafting.text, name="text"),
    path(f"{_HERE}/texte.<text_form:form>", drafting.export, name="text_file"),
    path(f"{_HERE}/texte/amender/<amendment_kind:kind>/", drafting.propose, name="propose"),
    path(f"{_HERE}/texte/amendements/<slug:reference>/", drafting.amendment, name="amendment"),
    path(f"{_HERE}/texte/amendements/<slug:reference>/voter/", drafting.vote, name="amendment_vote"),
    path(f"{_HERE}/texte/amendements/<slug:reference>/commenter/", drafting.comment, name="amendment_comment"),
    path(f"{_HERE}/texte/amendements/<slug:reference>/retirer/", drafting.withdraw, name="amendment_withdraw"),
    path(f"{_HERE}/questionnaire/", surveys.survey, name="survey"),
    path(f"{_HERE}/questionnaire/partie/<slug:code>/", surveys.section, name="survey_section"),
    path(f"{_HERE}/questionnaire/envoyer/", surveys.send, name="survey_send"),
    path(f"{_HERE}/questionnaire/resultats/", surveys.results, name="results"),
    path(f"{_HERE}/questionnaire/resultats/<slug:question>/", surveys.texts, name="survey_texts"),
    path(f"{_HERE}/questionnaire/resultats.<counts_form:form>", surveys.results_file, name="results_file"),
    path(f"{_HERE}/questionnaire/reponses.<answers_form:form>", surveys.answers_file, name="answers_file"),
    path(f"{_HERE}/opinions/", opinions.opinions, name="opinions"),
    path(f"{_HERE}/opinions/voter/", opinions.vote, name="opinion_vote"),
    path(f"{_HERE}/opinions/ajouter/", opinions.add, name="statement_add"),
    path(f"{_HERE}/opinions/carte/", opinions.result, name="opinion_map"),
    path(f"{_HERE}/opinions/votes.zip", opinions.export, name="opinion_export"),
    path(f"{_HERE}/observations/", observations.observations, name="observations"),
    path(f"{_HERE}/observations.<sightings_form:form>", observations.export, name="observations_file"),
    path(f"{_HERE}/observations/envoyer/", observations.send, name="observe"),
    path(f"{_HERE}/observations/<slug:reference>/", observations.observation, name="observation"),
    path(f"{_HERE}/observations/<slug:reference>/photo/", observations.photo, name="photo"),
    path(f"{_HERE}/observations/<slug:reference>/confirmer/", observations.confirm, name="confirm"),
    path(f"{_HERE}/observations/<slug:reference>/retirer/", observations.withdraw, name="observation_withdraw"),
    path("bureau/consultations/", bureau.bureau, name="bureau"),
    path("bureau/consultations/reprises/", imports.imports, name="imports"),
    path("bureau/consultations/reprises/<int:pk>/", imports.one, name="import"),
    path("bureau/consultations/reprises/<int:pk>/<import_act:act>/", imports.settle, name="import_settle"),
    path("bureau/consultations/<slug:process>/<slug:component>/", bureau.one, name="bureau_one"),
    path("bureau/consultations/<slug:process>/<slug:component>/departager/", bureau.settle, name="settle"),
    path(
        "bureau/consultations/<slug:process>/<slug:component>/observations/<slug:reference>/",
        bureau.judge,
        name="judge",
    ),
    path(
        "bureau/consultations/<slug:process>/<slug:component>/<slug:kind>/<slug:reference>/",
        bureau.moderate,
        name="moderate",
    ),
]
