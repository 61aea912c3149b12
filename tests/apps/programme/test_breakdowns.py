"""Small counts cannot be read, nor worked out."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mandat.apps.programme.breakdowns import told

counts = st.dictionaries(st.sampled_from(["a", "b", "c", "d", "e"]), st.integers(0, 20), max_size=5)


def hidden_of(found: dict[str, int]) -> set[str]:
    shown = told(found)
    assert list(shown) == list(found)
    assert all(count is None or count == found[name] for name, count in shown.items())
    return {name for name, count in shown.items() if count is None}


@given(counts)
def test_no_small_count_is_shown_and_none_follows_from_the_total(found: dict[str, int]) -> None:
    hidden = hidden_of(found)
    small = {name for name, count in found.items() if 0 < count < 5}
    assert small <= hidden
    if not small:
        assert hidden == set()
        return
    # The total minus what is shown is a sum of at least two counts and at least five persons, or nothing else is left.
    assert (len(hidden) >= 2 and sum(found[name] for name in hidden) >= 5) or hidden == set(found)


def test_no_more_is_hidden_than_needed() -> None:
    assert hidden_of({"women": 12, "men": 8, "unknown": 3}) == {"unknown", "men"}
    assert hidden_of({"women": 12, "men": 8}) == set()
    assert hidden_of({"women": 2, "men": 3, "other": 30}) == {"women", "men"}
    assert hidden_of({"women": 0, "men": 9}) == set()
