"""Who asks and who receives: told freely, counted every day, small counts kept back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from hypothesis import given, settings
from hypothesis import strategies as st

from mandat.apps.accounts.models import User
from mandat.apps.organisations.models import Organisation
from mandat.apps.registers.models import Portrait, Tally
from mandat.apps.registers.selectors import _shares, equality
from mandat.apps.registers.services.equality import portrait_save, tallies_rebuild
from mandat.apps.registers.sizes import SIZES, size_of
from mandat.kernel.errors import InputError
from tests.apps.registers.conftest import case, decide


def test_portraits_are_sealed_and_may_be_taken_back(
    tours: Organisation, member: User, person: Callable[..., User]
) -> None:
    found = case(tours)
    with pytest.raises(PermissionDenied):
        portrait_save(actor=person(), case=found, answers={"gender": "women"})
    with pytest.raises(InputError):
        portrait_save(actor=member, case=found, answers={"gender": "<script>"})
    portrait_save(actor=member, case=found, answers={"gender": "women", "age": "", "disability": "no"})
    kept = Portrait.objects.select_related("case__subject").get()
    assert kept.answers == {"gender": "women", "disability": "no"}
    portrait_save(actor=member, case=found, answers={"gender": ""})
    assert not Portrait.objects.exists()


def test_counts_say_who_asked_and_who_received(tours: Organisation, orleans: Organisation, member: User) -> None:
    for rank in range(12):
        found = case(tours if rank < 6 else orleans, "fonds-essai")
        if rank < 6:
            portrait_save(actor=member, case=found, answers={"gender": "women"})
        if rank % 2:
            found.awarded = 100_000
            found.save()
            decide(found)
    case(tours, "fonds-essai", submitted_at=None)  # a draft asks for nothing
    assert tallies_rebuild(programme="essai") == 1
    shown = equality("essai", ["fonds-essai"])
    [large] = shown["territory"]
    assert (large.category, large.asked, large.received, large.amount) == ("50000-more", 12, 6, 600_000)
    [women] = shown["gender"]
    assert women.asked == 6
    # Three received and three did not: each would be told by the other.
    assert women.received is None
    rows = list(Tally.objects.order_by("dimension", "category").values_list("dimension", "category", "asked"))
    tallies_rebuild(programme="essai")
    assert rows == list(Tally.objects.order_by("dimension", "category").values_list("dimension", "category", "asked"))


@given(
    st.dictionaries(
        st.sampled_from(["women", "men", "other", "unknown"]),
        st.tuples(st.integers(0, 30), st.integers(0, 30)),
        min_size=1,
    )
)
@settings(max_examples=200)
def test_no_small_number_of_persons_is_shown_or_told_by_a_difference(pairs: dict[str, tuple[int, int]]) -> None:
    sums = {name: (asked + received, received, 0) for name, (asked, received) in pairs.items()}
    for share in _shares("gender", sums):
        if share.asked is not None:
            assert not 0 < share.asked < 5
        if share.received is not None:
            assert not 0 < share.received < 5
            assert share.asked is not None
            assert not 0 < share.asked - share.received < 5


def test_sizes_of_communes_have_no_gap() -> None:
    assert [size_of(n) for n in (0, 499, 500, 1999, 2000, 10_000, 50_000, 10**6)] == [
        SIZES[0][1], SIZES[0][1], SIZES[1][1], SIZES[1][1], SIZES[2][1], SIZES[3][1], SIZES[4][1], SIZES[4][1],
    ]  # fmt: skip
    assert size_of(None) == "unknown"


def test_erasing_an_account_erases_its_portraits(tours: Organisation, member: User) -> None:
    from mandat.apps.registers import keeping

    mine = case(tours, opened_by=member)
    portrait_save(actor=member, case=mine, answers={"gender": "men"})
    assert [record.title for record in keeping._portraits(member)] == [mine.reference]
    keeping._erase(member)
    assert not Portrait.objects.exists()


def test_the_page_of_a_scheme_shows_them(client: Any, tours: Organisation) -> None:
    case(tours, "fonds-essai")
    tallies_rebuild(programme="essai")
    page = client.get("/aides/fonds-essai/egalite/").content.decode()
    assert "50 000 habitants et plus" in page.replace("\u202f", " ").replace("\xa0", " ")
    assert client.get("/aides/fonds-essai/egalite/?annee=abc").status_code == 200
    assert client.get("/aides/inconnu/egalite/").status_code == 404
