"""Drafts: begun with what is known, filled by several, checked field by field, never overwritten unseen."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from mandat.apps.accounts.models import User
from mandat.apps.grants.models import Case
from mandat.apps.grants.services import drafts
from mandat.apps.organisations.models import Organisation
from mandat.engines.financing import Source
from mandat.kernel.errors import InputError
from tests.apps.grants.intake import world

pytestmark = pytest.mark.usefixtures("clock")


def start(user: User, organisation: Organisation | None = None, scheme: str = "complet", **more: Any) -> Case:
    return drafts.case_start(actor=user, scheme=scheme, organisation=organisation, **more)


def test_a_draft_begins_with_what_the_organisation_is(ada: User, rives: Organisation) -> None:
    case = start(ada, rives)
    assert case.answers == {"siege": "45234", "siret": world.SIRET}
    assert (case.applicant_kind, case.call, case.scheme_version, case.area) == ("association", "automne", 1, "45234")


def test_the_next_draft_takes_up_the_last_answers_marked_reused_and_no_others(ada: User, rives: Organisation) -> None:
    world.draft(ada, rives, site="rives.example.org")
    following = start(ada, rives)
    assert following.answers == {"siege": "45234", "siret": world.SIRET, "site": "https://rives.example.org"}
    assert following.private == {"responsable": "Ada Essai"}


def test_a_draft_not_yet_touched_is_given_back_to_who_clicks_twice(ada: User, rives: Organisation) -> None:
    first, second = start(ada, rives), start(ada, rives)
    assert first.pk == second.pk
    drafts.case_save(actor=ada, case=first, answers={"intitule": "Un verger"}, revision=0)
    assert start(ada, rives).pk != first.pk


def test_what_is_personal_is_sealed_and_kept_apart(ada: User, rives: Organisation) -> None:
    case = world.draft(ada, rives)
    case.refresh_from_db()
    assert "responsable" not in case.answers
    assert case.private["responsable"] == "Ada Essai"
    assert case.answers["equipe"] == [{"role": "Jardinière", "temps": 20}]
    assert case.private["equipe"] == [{"nom": "Rosa Essai"}]
    sealed = Case.objects.filter(pk=case.pk).values_list("private", flat=True).get()
    assert "Rosa" not in str(sealed)


def test_lists_show_what_the_answers_say(ada: User, rives: Organisation) -> None:
    case = world.draft(ada, rives, lieu="37261")
    assert (case.title, case.cost, case.asked, case.computed, case.area) == (
        "Un verger partagé", 1_000_000, 400_000, 400_000, "37261",
    )  # fmt: skip


def test_an_older_page_is_refused_and_overwrites_nothing(ada: User, rives: Organisation) -> None:
    case = start(ada, rives)
    drafts.case_save(actor=ada, case=case, answers={"intitule": "Le premier"}, revision=0)
    with pytest.raises(drafts.StaleError, match="modifié depuis"):
        drafts.case_save(actor=ada, case=case, answers={"intitule": "Le second"}, revision=0)
    case.refresh_from_db()
    assert (case.answers["intitule"], case.revision) == ("Le premier", 1)


def test_what_is_not_given_stays_and_none_takes_an_answer_away(ada: User, rives: Organisation) -> None:
    case = world.draft(ada, rives)
    case = drafts.case_save(actor=ada, case=case, answers={"debut": None}, revision=case.revision)
    assert "debut" not in case.answers
    assert case.answers["intitule"] == "Un verger partagé"


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("cout", "10.123456789012345", "2 chiffres après la virgule"),
        ("cout", "NaN", "nombre"),
        ("cout", "1e999", "nombre"),
        ("cout", Decimal("NaN"), "nombre"),
        ("cout", "-1", "inférieur"),
        ("cout", 12.5, "nombre"),
        ("salaries", "501", "dépasser"),
        ("intitule", "x" * 201, "1 caract"),
        ("courriel", "ada", "courriel"),
        ("telephone", "bonjour", "téléphone"),
        ("siret", "12345678901234", "SIRET"),
        ("siret", "123456789", "SIREN"),
        ("site", "javascript:alert(1)", "https"),
        ("rythme", "jamais", "réponses proposées"),
        ("horaires", ["jour", "jamais"], "réponses proposées"),
        ("debut", "2024-12-31", "partir du"),
        ("debut", "31/12/2026", "n’existe pas"),
        ("lieu", "ABCDE", "commune"),
        ("travaux", "peut-être", "oui ou non"),
        ("inconnu", "1", "champ inconnu"),
        ("role", "1", "champ inconnu"),
        ("equipe", [{"role": "a"}] * 4, "3 au plus"),
        ("equipe", "rien", "une liste"),
        ("equipe", [{"autre": "a"}], "champ inconnu"),
    ],
)
def test_an_answer_that_does_not_fit_is_refused_in_words_and_nothing_is_lost(
    ada: User, rives: Organisation, name: str, value: Any, words: str
) -> None:
    case = world.draft(ada, rives)
    with pytest.raises(InputError) as refused:
        drafts.case_save(actor=ada, case=case, answers={name: value}, revision=case.revision)
    assert words in str(refused.value).replace("'", "’")
    before = case.answers
    case.refresh_from_db()
    assert case.answers == before


def test_texts_lose_control_characters_that_no_database_takes(ada: User, rives: Organisation) -> None:
    given = {"intitule": "Un\x00 verger\u202e \n partagé", "description": "Une ligne\r\nune autre\x00"}
    case = drafts.case_save(actor=ada, case=start(ada, rives), answers=given, revision=0)
    assert case.answers["intitule"] == "Un verger partagé"
    assert case.answers["description"] == "Une ligne\nune autre"


def test_strangers_readers_and_agents_change_nothing(ada: User, rives: Organisation) -> None:
    case = start(ada, rives)
    reader = world.member(rives, "lire", "reader")
    for other in (reader, world.account("autre"), world.account("agent", "agent")):
        with pytest.raises(PermissionDenied):
            drafts.case_save(actor=other, case=case, answers={"intitule": "X"}, revision=0)
        with pytest.raises(PermissionDenied):
            start(other, rives)
        with pytest.raises(PermissionDenied):
            drafts.case_discard(actor=other, case=case)
    editor = world.member(rives, "ecrire", "editor")
    assert drafts.case_save(actor=editor, case=case, answers={"intitule": "X"}, revision=0).revision == 1
    with pytest.raises(PermissionDenied):
        drafts.case_discard(actor=editor, case=case)
    drafts.case_discard(actor=ada, case=case)
    assert not Case.objects.exists()


def test_a_scheme_is_for_those_it_names(programme: Any, ada: User) -> None:
    company = world.organisation("Atelier", category="5710")
    boss = world.member(company, "boss")
    with pytest.raises(InputError, match="s'adresse à"):
        start(boss, company)
    with pytest.raises(InputError, match="s'adresse à"):
        start(boss)  # in their own name
    assert start(boss, scheme="particuliers").applicant_kind == "person"


def test_nothing_begins_outside_a_call(ada: User, rives: Organisation, clock: Any) -> None:
    clock.move_to(world.at("2026-10-26T00:00:00+01:00"))
    with pytest.raises(InputError, match="ouvrent le"):
        start(ada, rives)
    with pytest.raises(InputError, match="clos"):
        start(ada, rives, call="automne")
    with pytest.raises(InputError, match="appel inconnu"):
        start(ada, rives, call="jamais")


@pytest.mark.parametrize(
    "amount", [Decimal("0.001"), Decimal("NaN"), Decimal("Infinity"), Decimal(-1), Decimal("1e30")]
)
def test_a_plan_takes_exact_positive_amounts_alone(ada: User, rives: Organisation, amount: Decimal) -> None:
    case = world.draft(ada, rives)
    wrong = [Source(funder="Ailleurs", amount=amount, public=True)]
    with pytest.raises(InputError, match="au centime près"):
        drafts.case_save(actor=ada, case=case, answers={}, revision=case.revision, plan=wrong)
    assert [line.funder for line in case.plan.all()] == ["Les Rives", "Orléans Métropole"]
