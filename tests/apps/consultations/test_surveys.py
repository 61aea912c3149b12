"""A survey: answered step by step, once, and in an anonymous one by nobody in particular."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import zipfile
from collections.abc import Callable
from typing import Any

import pytest

from mandat import journal
from mandat.apps.accounts.models import User
from mandat.apps.consultations import questionnaire
from mandat.apps.consultations.exports import answers as files
from mandat.apps.consultations.exports.safe import cell, csv_lines
from mandat.apps.consultations.held import Held
from mandat.apps.consultations.models import AnswerSet, Consultation, FreeText, SurveyDraft, SurveyMark
from mandat.apps.consultations.services.day import day_pass
from mandat.apps.consultations.services.surveys import box_shake, step_save, survey_close, survey_send
from mandat.apps.consultations.services.tallying import tally
from mandat.apps.custody import services
from mandat.apps.participation.schema.contributions import Survey
from mandat.apps.participation.services.running import processes_run
from mandat.kernel.errors import InputError
from mandat.kernel.periods import PARIS

pytestmark = pytest.mark.django_db
CLOSING = dt.datetime(2026, 11, 30, 12, 0, tzinfo=PARIS)
HERE = "/consultations/ensemble/enquete/questionnaire"
WHOLE: dict[str, Any] = {
    "mode": "voiture", "pourquoi": "Pas de train.", "raisons": ["temps", "prix"], "ordre": ["c", "a"], "note": "4",
    "avis": {"gare": "bien", "bus": "mal"}, "nombre": "12", "commune": "45234", "jour": "2026-10-03", "revenir": "yes",
    "courriel": "ada@exemple.org",
}  # fmt: skip


def answer(held: Held[Survey], user: User, **answers: Any) -> None:
    step_save(actor=user, held=held, answers=WHOLE | answers)
    survey_send(actor=user, held=held)


def test_answers_are_saved_at_each_step_and_sealed(survey: Held[Survey], joined: Callable[..., User]) -> None:
    user = joined()
    step_save(actor=user, held=survey, answers={"mode": "train"})
    kept = step_save(actor=user, held=survey, answers={"note": 3})
    assert kept == {"mode": "train", "note": 3}
    draft = SurveyDraft.objects.get()
    assert draft.answers == kept
    assert "train" not in str(SurveyDraft.objects.values_list("answers", flat=True).get())


def test_a_set_of_answers_bears_nothing_of_who_gave_it(survey: Held[Survey], joined: Callable[..., User]) -> None:
    user = joined(name="Ada")
    answer(survey, user)
    kept, mark = AnswerSet.objects.get(), SurveyMark.objects.get()
    assert kept.author is None
    assert kept.key != mark.pk
    assert "courriel" not in kept.answers
    assert mark.personal == {"courriel": "ada@exemple.org"}
    moments = {"at", "made_at", "sent_at", "saved_at"}
    assert not {field.name for field in AnswerSet._meta.fields} & (moments | {"user", "mark"})
    assert not {field.name for field in SurveyMark._meta.fields} & (moments | {"answers", "key"})
    assert not SurveyDraft.objects.exists()
    assert FreeText.objects.get().text == "Pas de train."
    assert (kept.age_band, kept.departement) == ("25-39", "45")


def test_one_person_answers_once(survey: Held[Survey], joined: Callable[..., User]) -> None:
    user = joined()
    answer(survey, user)
    with pytest.raises(InputError, match="déjà répondu"):
        step_save(actor=user, held=survey, answers={"mode": "train"})
    with pytest.raises(InputError, match="déjà répondu"):
        survey_send(actor=user, held=survey)
    assert AnswerSet.objects.count() == 1


@pytest.mark.parametrize(
    ("code", "value", "said"),
    [
        ("mode", "avion", "réponses proposées"),
        ("mode", ["train"], "réponses proposées"),
        ("raisons", ["prix", "temps", "confort"], "2 réponses au plus"),
        ("raisons", ["prix", "prix"], "une fois"),
        ("ordre", ["a", "d"], "réponses proposées"),
        ("note", "6", "de 1 à 5"),
        ("note", True, "nombre"),
        ("nombre", "1e9", "nombre entier"),
        ("nombre", "-1", "de 0 à 50"),
        ("avis", {"gare": "bof"}, "réponses proposées"),
        ("avis", "bien", "ligne par ligne"),
        ("commune", "99999", "connue"),
        ("jour", "2026-02-30", "date"),
        ("revenir", "peut-être", "oui ou non"),
        ("pourquoi", "x" * 1001, "trop long"),
        ("pourquoi", "x" * 1_000_000, "trop long"),
        ("inconnue", "x", "inconnue"),
        ("note.other", "x", "inconnue"),
    ],
)
def test_what_a_question_does_not_take_is_refused(
    survey: Held[Survey], joined: Callable[..., User], code: str, value: Any, said: str
) -> None:
    with pytest.raises(InputError, match=said):
        step_save(actor=joined(), held=survey, answers={code: value})


def test_answers_to_what_is_no_longer_asked_are_left_out(survey: Held[Survey], joined: Callable[..., User]) -> None:
    user = joined()
    step_save(actor=user, held=survey, answers=WHOLE)
    step_save(actor=user, held=survey, answers={"mode": "train"})
    survey_send(actor=user, held=survey)
    assert "pourquoi" not in AnswerSet.objects.get().answers
    assert not FreeText.objects.exists()


def test_a_required_answer_is_asked_for(survey: Held[Survey], joined: Callable[..., User]) -> None:
    user = joined()
    step_save(actor=user, held=survey, answers={"note": 3})
    with pytest.raises(InputError, match="Comment allez-vous"):
        survey_send(actor=user, held=survey)
    assert not SurveyMark.objects.exists()


def test_nothing_is_taken_at_the_second_of_closing(
    survey: Held[Survey], joined: Callable[..., User], monday_of_november: Any
) -> None:
    late, early = joined(), joined()
    for user in (late, early):
        step_save(actor=user, held=survey, answers=WHOLE)
    monday_of_november.move_to(CLOSING - dt.timedelta(seconds=1))
    survey_send(actor=early, held=survey)
    monday_of_november.move_to(CLOSING)
    with pytest.raises(InputError, match="clos"):
        survey_send(actor=late, held=survey)
    assert AnswerSet.objects.count() == 1


def test_the_box_is_shaken_so_that_places_tell_no_order(survey: Held[Survey], joined: Callable[..., User]) -> None:
    from django.db import connection

    for _ in range(8):
        answer(survey, joined())
    row = Consultation.objects.get(component="enquete")
    before = {one.key: one.answers for one in AnswerSet.objects.order_by("key")}
    personal = sorted(str(mark.personal) for mark in SurveyMark.objects.order_by("pk"))
    assert box_shake(row=row) == 8
    assert {one.key: one.answers for one in AnswerSet.objects.order_by("key")} == before
    assert sorted(str(mark.personal) for mark in SurveyMark.objects.order_by("pk")) == personal
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            for table, key in (("consultations_answerset", "key"), ("consultations_surveymark", "id")):
                cursor.execute(f"SELECT {key} FROM {table} ORDER BY rowid")
                places = [line[0] for line in cursor.fetchall()]
                assert places == sorted(places)


def test_nobody_reads_results_before_closing_agents_included(
    survey: Held[Survey], joined: Callable[..., User], person: Callable[..., User], client: Any
) -> None:
    for _ in range(6):
        answer(survey, joined())
    day_pass()
    row = Consultation.objects.get(component="enquete")
    assert row.result == {}
    assert row.people == 6
    client.force_login(person("agent"))
    assert "q-mode" not in client.get(f"{HERE}/resultats/").content.decode()
    for form in ("csv", "xlsx", "json"):
        assert client.get(f"{HERE}/reponses.{form}").status_code == 404
    assert client.get(f"{HERE}/resultats.json").status_code == 404


def closed_with(survey: Held[Survey], joined: Callable[..., User], clock: Any, modes: str) -> Consultation:
    for letter in modes:
        answer(survey, joined(), mode={"t": "train", "v": "voiture"}[letter])
    clock.move_to(CLOSING)
    row = survey_close(held=survey)
    assert row is not None
    return row


def test_small_counts_are_withheld_with_what_would_tell_them(
    survey: Held[Survey], joined: Callable[..., User], monday_of_november: Any, client: Any
) -> None:
    row = closed_with(survey, joined, monday_of_november, "ttttttttvv")
    counts = row.result["questions"]["mode"]["counts"]
    assert 2 not in counts.values()
    assert list(counts.values()).count(None) >= 2
    assert row.result["people"] == 10
    [fact] = [entry.fact for entry in journal.iterate() if entry.fact.kind == "consultations.closed.v1"]
    assert fact.quantity == 10
    assert "q-mode" in client.get(f"{HERE}/resultats/").content.decode()
    assert client.get(f"{HERE}/resultats.json").json()["people"] == 10
    assert b"withheld" in client.get(f"{HERE}/resultats.csv").content


def test_results_are_the_same_whatever_the_order_of_answers(survey: Held[Survey]) -> None:
    given = [("train", 3, ["a"]), ("voiture", 5, ["b", "a"]), ("train", 1, [])] * 7
    sets = [("k", {"mode": mode, "note": note, "ordre": order}, "25-39", "45") for mode, note, order in given]
    assert tally(survey.document, iter(sets)) == tally(survey.document, iter(sets[::-1]))


def test_rankings_scales_and_matrices_are_counted(survey: Held[Survey]) -> None:
    sets = [("k", {"ordre": ["b", "a"], "note": 4, "avis": {"gare": "bien"}, "nombre": n}, "", "") for n in range(12)]
    told = tally(survey.document, iter(sets))["questions"]
    assert told["ordre"]["rows"]["b"]["1"] == 12
    assert told["ordre"]["points"] == {"a": 12, "b": 24, "c": 0}
    assert told["note"]["mean"] == "4.00"
    assert told["avis"]["rows"]["gare"] == {"bien": 12, "mal": 0}
    assert told["nombre"] == {"answered": 12, "mean": "5.50", "lower": 2, "median": 5, "upper": 8}


def test_the_files_hold_every_set_and_no_personal_answer(
    survey: Held[Survey], joined: Callable[..., User], monday_of_november: Any
) -> None:
    row = closed_with(survey, joined, monday_of_november, "ttttttv")
    text = b"".join(csv_lines(files.heading(survey), files.rows(survey, row))).decode("utf-8-sig")
    lines = list(csv.DictReader(io.StringIO(text)))
    assert len(lines) == 7
    assert {line["raisons.prix"] for line in lines} == {"1"}
    assert {line["raisons.confort"] for line in lines} == {"0"}
    assert lines[0]["ordre.c"] == "1"
    assert "courriel" not in lines[0]
    told = json.loads(b"".join(files.json_lines(survey, row)))
    assert len(told["answers"]) == 7
    assert "courriel" not in json.dumps(told)
    book = io.BytesIO()
    files.xlsx(survey, row, book)
    with zipfile.ZipFile(book) as packed:
        assert packed.read("xl/worksheets/sheet1.xml").count(b"<row ") == 8


@pytest.mark.parametrize("text", ["=1+1", "+33", "-2", "@SUM(A1)", "\t=1", "  =cmd|' /C calc'!A0", "|x", "%0A", "＝1"])
def test_no_cell_is_taken_for_a_formula(text: str) -> None:
    assert str(cell(text)).startswith("'")
    assert cell(-2) == -2


def test_free_texts_are_shown_once_an_agent_has_read_them(
    survey: Held[Survey], joined: Callable[..., User], person: Callable[..., User], monday_of_november: Any, client: Any
) -> None:
    closed_with(survey, joined, monday_of_november, "vvvvvvv")
    url = f"{HERE}/resultats/pourquoi/"
    assert "Pas de train." not in client.get(url).content.decode()
    client.force_login(person("agent"))
    text = FreeText.objects.order_by("id")[0]
    client.post(f"/bureau/consultations/ensemble/enquete/mots/{text.pk}/", {"act": "show"})
    client.logout()
    assert "Pas de train." in client.get(url).content.decode()


def test_what_is_asked_follows_from_earlier_answers(survey: Held[Survey]) -> None:
    section = survey.document.sections[0]
    assert [one.code for one in questionnaire.asked(section, {})] == ["mode", "raisons", "ordre"]
    assert "pourquoi" in [one.code for one in questionnaire.asked(section, {"mode": "voiture"})]


def test_the_whole_survey_by_its_pages_without_script(
    survey: Held[Survey], joined: Callable[..., User], client: Any
) -> None:
    user = joined()
    client.force_login(user)
    assert f"{HERE}/partie/trajets/" in client.get(f"{HERE}/").content.decode()
    wrong = client.post(f"{HERE}/partie/trajets/", {"raisons": ["prix"], "ordre.a": "1", "ordre.b": "1"})
    assert wrong.status_code == 200
    page = wrong.content.decode()
    assert "une seule fois" in page
    assert SurveyDraft.objects.get().answers == {"raisons": ["prix"]}
    told = client.post(
        f"{HERE}/partie/trajets/", {"mode": "voiture", "raisons": ["prix"], "ordre.a": "2", "ordre.b": "1"}
    )
    assert told.url == f"{HERE}/partie/trajets/"
    assert 'name="pourquoi"' in client.get(told.url).content.decode()
    told = client.post(
        told.url,
        {"mode": "voiture", "pourquoi": "<script>x</script>", "raisons": ["prix"], "ordre.a": "2", "ordre.b": "1"},
    )
    assert told.url == f"{HERE}/partie/vous/"
    told = client.post(
        told.url, {"note": "5", "avis.gare": "bien", "commune": "Orléans", "jour": "2026-10-03", "revenir": "no"}
    )
    assert told.url == f"{HERE}/envoyer/"
    review = client.get(told.url).content.decode()
    assert "&lt;script&gt;" in review
    assert "Orléans" in review
    assert "<script>x" not in review
    client.post(told.url)
    kept = AnswerSet.objects.get().answers
    assert kept["ordre"] == ["b", "a"]
    assert kept["commune"] == "45234"
    assert f"{HERE}/partie/" not in client.get(f"{HERE}/").content.decode()
    assert client.get(f"{HERE}/partie/vous/").url == f"{HERE}/"


def test_who_answered_is_forgotten_when_the_process_said_and_answers_stay(
    survey: Held[Survey], joined: Callable[..., User], monday_of_november: Any
) -> None:
    answer(survey, joined())
    monday_of_november.move_to(dt.datetime(2026, 12, 16, 1, 0, tzinfo=PARIS))
    processes_run()
    day_pass()

    def run() -> Any:
        return services.retention_run(codes=["consultations.surveys"]).lines.get()

    monday_of_november.move_to(dt.datetime(2028, 12, 15, 12, 0, tzinfo=PARIS))
    assert run().due == 0
    monday_of_november.move_to(dt.datetime(2028, 12, 16, 2, 0, tzinfo=PARIS))
    assert run().done == 1
    assert not SurveyMark.objects.exists()
    assert AnswerSet.objects.count() == 1
    assert Consultation.objects.get(component="enquete").people == 1
    assert run().due == 0
