"""CGCT L1112-16: a twentieth of the electors, one request a quarter each to the same authority."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from mandat.apps.bodies.models import AgendaRequest
from mandat.apps.participation.schema.deciding import Petitions, Threshold
from mandat.apps.petitions import identities, rolls
from mandat.apps.petitions.models import Petition, Quarter, Signature
from mandat.apps.petitions.services import fraud, signing, thresholds
from mandat.apps.petitions.services.signing import AlreadySignedError, QuarterError
from mandat.definitions.folder import read_texts
from mandat.kernel.errors import InputError
from tests.apps.petitions import examples
from tests.apps.petitions.conftest import TOURS, signer_of

pytestmark = pytest.mark.django_db


def test_an_elector_signs_one_request_a_quarter(
    law: Callable[..., Petition], sign: Callable[..., Signature], clock: Any
) -> None:
    first, second = law(), law(title="Consulter sur les cars de nuit", request="deliberation")
    sign(first, "account:1")
    with pytest.raises(QuarterError, match="trimestre"):
        sign(second, "account:1")
    # Nothing is left of what was refused.
    assert Signature.objects.filter(petition=second).count() == thresholds.total_of(second) == 0
    with pytest.raises(AlreadySignedError):
        sign(first, "account:1")
    clock.move_to(dt.datetime(2026, 12, 31, 22, 59, 59, tzinfo=dt.UTC))
    with pytest.raises(QuarterError):
        sign(second, "account:1")
    # The first quarter of 2027 begins at midnight in Paris.
    clock.move_to(dt.datetime(2026, 12, 31, 23, 0, tzinfo=dt.UTC))
    sign(second, "account:1")
    assert sorted(Quarter.objects.values_list("quarter", flat=True)) == ["2026T4", "2027T1"]


def test_taking_a_signature_back_does_not_give_another_request(
    law: Callable[..., Petition], sign: Callable[..., Signature]
) -> None:
    first, second = law(), law(title="Consulter sur les cars de nuit")
    sign(first, "account:1")
    person = signer_of(first, "account:1").person
    assert signing.unsign(petition=first, person=person)
    with pytest.raises(QuarterError):
        sign(second, "account:1")
    # The same request may be signed again.
    sign(first, "account:1")
    assert thresholds.total_of(first) == 1


def test_petitions_of_the_house_are_signed_as_many_as_one_wants(
    opened: Callable[..., Petition], law: Callable[..., Petition], sign: Callable[..., Signature]
) -> None:
    for number, petition in enumerate([opened(), opened(title="Une autre gare à rouvrir"), law()]):
        sign(petition, "account:1")
        assert Signature.objects.count() == number + 1
    assert Quarter.objects.count() == 1


def test_a_mark_tells_neither_who_nor_which_other_petition(
    law: Callable[..., Petition], sign: Callable[..., Signature]
) -> None:
    petition = law()
    signature = sign(petition, "account:1")
    mark = Quarter.objects.get()
    assert mark.nullifier != signature.nullifier
    assert "account" not in mark.nullifier
    assert mark.nullifier == identities.elector("region:24", signer_of(petition, "account:1").elector)


def test_the_same_person_on_paper_and_online_is_one_elector(
    law: Callable[..., Petition], sign: Callable[..., Signature]
) -> None:
    first, second = law(), law(title="Consulter sur les cars de nuit")
    civil = "civil:lovelace|ada|1990-05-04"
    person, elector = rolls.persons_known(
        first, channel="oidc", known_as=[civil, "oidc:fc|7"], commune=TOURS, band="25-39"
    )
    signer = signing.Signer(person=person, elector=elector, commune=TOURS, age=36, band="25-39", channel="oidc")
    signing.sign(petition=first, signer=signer)
    with pytest.raises(AlreadySignedError):
        sign(first, civil, channel="paper")
    with pytest.raises(QuarterError):
        sign(second, civil, channel="paper")


def test_a_twentieth_is_rounded_up(law: Callable[..., Petition], signed: Callable[..., Any]) -> None:
    petition = law()
    # 5 % of 61 electors is 3.05: four people.
    assert signed(petition, 3) == 1
    assert petition.crossings.count() == 0
    signed(petition, 1, begin=3)
    [crossing] = petition.crossings.all()
    assert (crossing.needed, crossing.consequence) == (4, "agenda")
    assert AgendaRequest.objects.get().source == f"petition:{petition.reference}/vingtieme"


def test_a_minor_is_no_elector(law: Callable[..., Petition], sign: Callable[..., Signature]) -> None:
    with pytest.raises(InputError, match="18 ans"):
        sign(law(), "account:1", age=17)


def test_a_borrowed_identity_has_its_request_back(
    law: Callable[..., Petition], sign: Callable[..., Signature], agent: Any, other_agent: Any
) -> None:
    first, second = law(), law(title="Consulter sur les cars de nuit")
    sign(first, "account:1", channel="paper")
    proposed = fraud.invalidation_propose(
        actor=agent,
        petition=first,
        pattern={"channel": "paper"},
        reason="identity",
        explanation="La feuille porte des noms empruntés.",
    )
    fraud.invalidation_confirm(actor=other_agent, invalidation=proposed)
    sign(second, "account:1")
    assert thresholds.total_of(second) == 1


def changed(text: str, line: str, *instead: str) -> str:
    """A definition in which ``instead`` stands in the place of the one line that begins by ``line``."""
    lines = text.splitlines()
    [found] = [rank for rank, one in enumerate(lines) if one.strip().removeprefix("- ").startswith(line)]
    indent = " " * (len(lines[found]) - len(lines[found].lstrip()))
    if lines[found].strip().startswith("- "):
        indent += "- "
    lines[found : found + 1] = [indent + one for one in instead]
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize(
    ("line", "instead", "said"),
    [
        ("electors: 61", (), "electors"),
        ("requests:", (), "requests"),
        ("percent: 5", ("percent: 5", "signatures: 100"), "signatures"),
        ("reference:", (), "reference"),
    ],
)
def test_a_definition_against_the_law_is_refused(line: str, instead: tuple[str, ...], said: str) -> None:
    folder = read_texts(examples.files(law=changed(examples.LAW, line, *instead)))
    assert any(said in problem.message for problem in folder.problems), folder.problems


def test_a_request_of_the_law_is_of_electors_of_age() -> None:
    folder = read_texts(examples.files(law=examples.LAW.replace("least_age: 18", "least_age: 16")))
    assert any("18 ans" in problem.message for problem in folder.problems), folder.problems


@pytest.mark.parametrize(
    ("line", "instead", "said"),
    [
        ("signatures: 5", ("signatures: 2",), "du plus bas"),
        ("scheme:", (), "scheme"),
        ("each: 2", (), "departments"),
        ("code: audition", ("code: reponse",), "double"),
    ],
)
def test_thresholds_are_coherent(line: str, instead: tuple[str, ...], said: str) -> None:
    folder = read_texts(examples.files(house=changed(examples.HOUSE, line, *instead)))
    assert any(said in problem.message for problem in folder.problems), folder.problems


def test_a_referendum_is_voted_by_yes_or_no() -> None:
    text = examples.HOUSE.replace("type: yes-no", "type: approval").replace("rule: plurality", "rule: approval")
    folder = read_texts(examples.files(house=text))
    assert any("oui ou non" in problem.message for problem in folder.problems), folder.problems


def test_a_share_of_the_electors_is_exact() -> None:
    threshold = Threshold.model_validate(
        {"code": "t", "percent": "5", "consequence": "reply", "answer": {"body": "b", "days": 1}, "text": {"fr": "Une réponse est due.", "en": "An answer is due."}}
    )  # fmt: skip
    assert [threshold.needed(n) for n in (1, 20, 21, 1_860_000)] == [1, 1, 2, 93_000]
    assert Petitions.model_fields["most"].default == 3
