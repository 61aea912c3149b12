"""Give a figure of a rule a new value: from the form to a published version, the golden cases between."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal

import pytest
from django.test import Client

from mandat import journal
from mandat.apps.accounts.models import User
from mandat.apps.programme.published import Published
from mandat.apps.rulebook.forms import ValueForm
from mandat.apps.rulebook.published import published_rules
from mandat.definitions import store
from mandat.engines.rules.document import Parameter

pytestmark = pytest.mark.django_db
HERE = "/bureau/regles/bourse/montant_de_base/"


def typed(**values: str) -> dict[str, str]:
    return {
        "value": "60",
        "since": "2026-01-01",
        "reference": "Délibération du 12 décembre 2025",
        "reason": "Le montant a été voté en assemblée.",
    } | values


@pytest.fixture
def office(client: Client, programme: Published, person: Callable[..., User]) -> Client:
    client.force_login(person("administrator"))
    return client


def test_assumptions_come_first_in_the_list(office: Client) -> None:
    page = office.get("/bureau/regles/").content.decode()
    assert page.index("montant de base") < page.index("plafond de revenu")
    assert "1 chiffre repose sur une hypothèse" in page


def test_the_difference_is_shown_then_published_and_every_other_character_stays(office: Client) -> None:
    before = store.texts("essai")["rules/bourse.yaml"].decode()
    seen = office.post(HERE, typed())
    page = seen.content.decode()
    assert seen.status_code == 200
    assert "+" in page
    assert "2026-01-01" in page
    base = page.split('name="base" value="')[1].split('"')[0]
    answer = office.post(HERE, typed(base=base, publish="1"))
    assert answer["Location"] == "/regles/bourse/"
    after = store.texts("essai")["rules/bourse.yaml"].decode()
    removed = set(before.split("\n")) - set(after.split("\n"))
    assert removed == set()
    assert "# A comment that stays." in after
    values = published_rules().rules["bourse"].document.parameters[1].values
    assert [(str(v.from_), v.value, v.assumption) for v in values] == [
        ("2022-01-01", 50, True),
        ("2026-01-01", 60, False),
    ]
    last = journal.page(size=1).entries[0].fact
    assert last.kind == "programme.definition_published.v1"
    assert last.data["code"] == "bourse"


def test_an_assumption_is_replaced_by_the_value_voted_on_its_own_day(office: Client) -> None:
    changed = typed(since="2022-01-01", value="50")
    page = office.post(HERE, changed).content.decode()
    base = page.split('name="base" value="')[1].split('"')[0]
    office.post(HERE, changed | {"base": base, "publish": "1"})
    (value,) = published_rules().rules["bourse"].document.parameters[1].values
    assert not value.assumption
    assert value.reference.text == "Délibération du 12 décembre 2025"
    assert "1 hypothèse" not in office.get("/regles/").content.decode()


def test_a_value_that_breaks_a_golden_case_is_refused_with_both_answers(office: Client) -> None:
    answer = office.post(HERE, typed(since="2024-01-01", publish="1"))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "120" in page
    assert "100" in page
    assert published_rules().rules["bourse"].ref.version == 1


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("value", "soixante", "Écrivez un nombre"),
        ("since", "", "obligatoire"),
        ("reference", "", "obligatoire"),
        ("reason", "court", "10"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(office: Client, field: str, value: str, said: str) -> None:
    answer = office.post(HERE, typed(**{field: value}))
    assert answer.status_code == 422
    assert said in answer.content.decode()


def test_someone_else_published_meanwhile(office: Client) -> None:
    answer = office.post(HERE, typed(base="0" * 64, publish="1"))
    assert answer.status_code == 422
    assert "entre-temps" in answer.content.decode()


SCALE = "/bureau/regles/famille/aide/"


def brackets(*pairs: tuple[str, str], **values: str) -> dict[str, str]:
    """The form of a scale: thresholds and what each gives."""
    given = {name: text for name, text in typed(**values).items() if name != "value"}
    for rank, (low, worth) in enumerate(pairs):
        given |= {f"from-{rank}": low, f"worth-{rank}": worth}
    return given


def test_a_scale_shows_its_brackets_and_room_for_more(office: Client) -> None:
    page = office.get(SCALE).content.decode()
    assert SCALE in office.get("/bureau/regles/").content.decode()
    assert re.findall(r'name="from-\d" value="([^"]*)"', page) == ["0", "1\u202f500", "3\u202f000"]
    assert 'name="worth-4"' in page
    assert "de 0 € par mois à moins de 1 500 € par mois".replace(" ", "") in re.sub(r"\s", "", page)


def test_a_scale_takes_new_brackets_one_more_and_one_less(office: Client) -> None:
    before = store.texts("essai")["rules/famille.yaml"].decode()
    changed = brackets(("0", "45,50"), ("", ""), ("2 000", "25"), ("2 500", "10"), ("4000", "0"))
    seen = office.post(SCALE, changed)
    page = seen.content.decode()
    assert seen.status_code == 200, page
    base = page.split('name="base" value="')[1].split('"')[0]
    answer = office.post(SCALE, changed | {"base": base, "publish": "1"})
    assert answer["Location"] == "/regles/famille/"
    latest = published_rules().rules["famille"].document.parameters[0].values[-1]
    assert [(bracket.from_, bracket.amount) for bracket in latest.brackets] == [
        (0, Decimal("45.5")), (2000, 25), (2500, 10), (4000, 0)
    ]  # fmt: skip
    assert str(latest.from_) == "2026-01-01"
    after = store.texts("essai")["rules/famille.yaml"].decode()
    assert set(before.split("\n")) <= set(after.split("\n"))


@pytest.mark.parametrize(
    ("pairs", "said"),
    [
        ([("0", "40"), ("1500", "")], "Donnez le seuil et la valeur"),
        ([("0", "40"), ("", "20")], "Donnez le seuil et la valeur"),
        ([("1500", "40"), ("1500", "20")], "vont en montant"),
        ([("1500", "40"), ("0", "20")], "vont en montant"),
        ([("0", "beaucoup")], "Écrivez un nombre"),
        ([("", ""), ("", "")], "au moins une tranche"),
    ],
)
def test_what_is_wrong_with_a_bracket_is_said_beside_it(
    office: Client, pairs: list[tuple[str, str]], said: str
) -> None:
    answer = office.post(SCALE, brackets(*pairs, publish="1"))
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert published_rules().rules["famille"].ref.version == 1


def test_a_rate_is_written_as_a_percentage_and_kept_as_a_rate() -> None:
    scale = Parameter.model_validate(
        {
            "name": "b", "label": {"fr": "le barème", "en": "the scale"}, "kind": "scale", "method": "marginal", "unit": "EUR/month", "of": "EUR/month",
            "values": [{"from": "2022-01-01", "brackets": [{"from": 0, "rate": "0.10"}], "reference": {"text": "Essai"}}],
        }
    )  # fmt: skip
    assert ValueForm(scale)["worth-0"].initial == "10"
    form = ValueForm(scale, brackets(("0", "12,5 %"), ("1000", "20")))
    assert form.is_valid(), form.errors
    assert form.dated()["brackets"] == [{"from": 0, "rate": Decimal("0.125")}, {"from": 1000, "rate": Decimal("0.2")}]


def test_an_unknown_figure_is_not_found(office: Client) -> None:
    assert office.get("/bureau/regles/bourse/inconnu/").status_code == 404


def test_only_those_who_edit_definitions_enter(
    client: Client, programme: Published, person: Callable[..., User]
) -> None:
    assert client.get(HERE).status_code == 302
    client.force_login(person("agent"))
    assert client.get(HERE).status_code == 403
    assert client.get("/bureau/regles/").status_code == 403


def test_the_general_editor_of_definitions_opens_a_rule(office: Client) -> None:
    assert office.get("/bureau/definitions/rule/bourse/").status_code == 200
    assert office.get("/bureau/definitions/rule-vocabulary/commun/").status_code == 200
