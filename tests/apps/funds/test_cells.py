"""The sums of the board: always what adding every case again would give."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from io import StringIO
from itertools import count

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Sum
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mandat.apps.funds import cells, services
from mandat.apps.funds.models import Allocation, Cell, Envelope, Total
from mandat.apps.funds.selectors import verify
from mandat.kernel.errors import InputError

KEYS = count()
COMMUNES = ("", "37261", "18033", "97105", "2A004")
KINDS = ("", "association", "person", "commune")
SCHEMES = ("", "cap-asso", "renaturation")


def reserved(envelope: Envelope, case: str, amount: int = 100, **said: str) -> Allocation:
    return services.reserve(envelope=envelope, case=case, amount=Decimal(amount), key=f"r{next(KEYS)}", **said)


def test_a_case_carries_its_scheme_its_commune_and_its_kind(envelope: Envelope) -> None:
    held = reserved(envelope, "D-1", scheme="cap-asso", commune="37261", beneficiary_kind="association")
    assert (held.scheme, held.place, held.kind) == ("cap-asso", "commune:37261", "association")
    [cell] = Cell.objects.all()
    assert (cell.scheme, cell.place, cell.kind, cell.reserved, cell.cases) == (
        "cap-asso", "commune:37261", "association", 10_000, 1,
    )  # fmt: skip


def test_callers_that_say_nothing_go_on_as_before(envelope: Envelope) -> None:
    held = reserved(envelope, "D-1")
    assert (held.scheme, held.place, held.kind) == ("", "", "")
    assert list(verify("essai")) == []


@pytest.mark.parametrize(
    ("commune", "place"),
    [("37261", "departement:37"), ("97105", "departement:971"), ("2A004", "departement:2A"), ("", "")],
)
def test_of_a_natural_person_only_the_departement_is_kept(envelope: Envelope, commune: str, place: str) -> None:
    held = reserved(envelope, "D-1", commune=commune, beneficiary_kind="person")
    assert held.place == place
    assert not Cell.objects.filter(place__startswith="commune:").exists()


@pytest.mark.parametrize("commune", ["Tours", "3726", "37-61", "372610"])
def test_what_is_no_commune_is_refused(envelope: Envelope, commune: str) -> None:
    with pytest.raises(InputError):
        reserved(envelope, "D-1", commune=commune)
    assert not Allocation.objects.exists()


def test_what_is_said_later_moves_the_sums_with_it(envelope: Envelope) -> None:
    held = reserved(envelope, "D-1", 300)
    held = services.award(allocation=held, amount=Decimal(200), key="a")
    held = services.engage(allocation=held, amount=Decimal(200), key="e")
    services.pay(allocation=held, amount=Decimal(50), year=2026, key="p")
    held = reserved(envelope, "D-1", 10, scheme="cap-asso", commune="18033", beneficiary_kind="commune")
    assert (held.scheme, held.place, held.kind) == ("cap-asso", "commune:18033", "commune")
    assert list(verify("essai")) == []
    kept = cells.stored("essai")
    assert {key.place for key in kept} == {"commune:18033"}
    assert {key.paid_in: values["paid"] for key, values in kept.items()} == {0: 0, 2026: 5_000}
    assert sum(values["cases"] for values in kept.values()) == 1
    reserved(envelope, "D-1", 10)
    assert Allocation.objects.get().kind == "commune"


def test_a_case_that_holds_nothing_any_more_is_not_counted(envelope: Envelope) -> None:
    held = reserved(envelope, "D-1")
    services.release(allocation=held, state="reserved", amount=Decimal(100), key="out")
    assert cells.stored("essai") == {}
    assert list(verify("essai")) == []


def test_a_sum_that_strays_is_told_and_computed_anew(envelope: Envelope) -> None:
    reserved(envelope, "D-1", commune="37261", beneficiary_kind="association")
    before = Total.objects.aggregate(moves=Sum("moves"))["moves"]
    Cell.objects.update(reserved=1)
    Envelope.objects.update(voted=5)
    assert len(list(verify("essai"))) == 3
    cells.rebuild("essai")
    assert [str(fault) for fault in verify("essai")] == [
        str(fault) for fault in verify("essai") if "voted" in str(fault)
    ]
    assert Total.objects.aggregate(moves=Sum("moves"))["moves"] > before


MOVES = st.lists(
    st.tuples(
        st.sampled_from(["reserve", "award", "engage", "pay", "release", "back"]),
        st.integers(1, 400),
        st.sampled_from("abc"),
        st.tuples(st.sampled_from(SCHEMES), st.sampled_from(COMMUNES), st.sampled_from(KINDS)),
        st.sampled_from([2026, 2027]),
    ),
    max_size=25,
)


def tried(envelope: Envelope, act: str, amount: Decimal, case: str, said: tuple[str, str, str], year: int) -> None:
    key = f"{next(KEYS)}-{act}"
    held = Allocation.objects.filter(envelope=envelope, case=case).first()
    try:
        if act == "reserve" or held is None:
            scheme, commune, kind = said
            services.reserve(
                envelope=envelope,
                case=case,
                amount=amount,
                key=key,
                scheme=scheme,
                commune=commune,
                beneficiary_kind=kind,
            )
        elif act == "release":
            services.release(allocation=held, state="engaged", amount=amount, key=key)
        elif act == "pay":
            services.pay(allocation=held, amount=amount, year=year, key=key)
        elif act == "back":
            services.take_back(allocation=held, amount=amount, year=year, key=key)
        else:
            getattr(services, act)(allocation=held, amount=amount, key=key)
    except InputError:
        pass


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moves=MOVES)
def test_after_any_moves_the_sums_are_those_of_the_cases_added_again(envelope: Envelope, moves: list[tuple[str, int, str, tuple[str, str, str], int]]) -> None:  # fmt: skip
    for act, amount, case, said, year in moves:
        tried(envelope, act, Decimal(amount), case, said, year)
    assert cells.stored("essai") == cells.recomputed("essai")
    assert list(verify("essai")) == []
    kept = cells.stored("essai")
    cells.rebuild("essai")
    assert cells.stored("essai") == kept


def test_sums_of_a_refused_move_are_left_alone(envelope: Envelope, person: Callable[..., object]) -> None:
    held = reserved(envelope, "D-1", 100)
    reserved(envelope, "D-2", 100)
    before = cells.stored("essai")
    with pytest.raises(InputError):
        services.award(allocation=held, amount=Decimal(150), key="too-much")
    assert cells.stored("essai") == before


def test_the_command_tells_what_strays_and_mends_the_sums(envelope: Envelope) -> None:
    reserved(envelope, "D-1", commune="37261", beneficiary_kind="association")
    out = StringIO()
    call_command("funds_verify", stdout=out)
    Cell.objects.update(reserved=1)
    with pytest.raises(CommandError, match=r"somme fausse|wrong sum"):
        call_command("funds_verify", stdout=out)
    call_command("funds_verify", "--rebuild", stdout=out)
    assert out.getvalue().split() == ["ok", "sums:", "1", "ok"]
