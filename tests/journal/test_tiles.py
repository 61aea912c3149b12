"""Paths and contents of the log's files."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mandat.journal.tiles import TilePath, bundle, hashes, paths, unbundle
from mandat.kernel.errors import InputError


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (TilePath(0, 0), "tile/0/000"),
        (TilePath(0, 1234067), "tile/0/x001/x234/067"),
        (TilePath(1, 999, 3), "tile/1/999.p/3"),
        (TilePath(0, 1000, 255), "tile/0/x001/000.p/255"),
        (TilePath(-1, 3), "tile/entries/003"),
    ],
)
def test_paths_are_those_of_the_specification(path, text):
    assert str(path) == text
    assert TilePath.parse(text) == path


@pytest.mark.parametrize(
    "text",
    ["", "tile/0/0", "tile/0/x000/001", "tile/0/1234", "tile/0/000.p/0", "tile/0/000.p/256", "tile/64/000", "tile/../000",
     "tile/0/000/", "tile/0/000.p/01", "/tile/0/000", "tile/entries/x001", "tile/0/x001/x234/067.p/", "tile/0/٣٣٣"],
)  # fmt: skip
def test_any_other_path_is_none(text):
    assert TilePath.parse(text) is None


@given(st.integers(-1, 63), st.integers(0, 10**12), st.integers(1, 256))
def test_every_path_reads_back(level, number, width):
    path = TilePath(level, number, width)
    assert TilePath.parse(str(path)) == path


@pytest.mark.parametrize("size", [0, 1, 255, 256, 257, 65536, 65536 * 2 + 700])
def test_a_log_has_the_tiles_its_size_calls_for(size):
    found = list(paths(size))
    for level in (-1, 0, 1, 2):
        of_level = [path for path in found if path.level == level]
        assert sum(path.width for path in of_level) == size >> (8 * max(0, level))
        assert [path.number for path in of_level] == list(range(len(of_level)))
        assert all(path.width == 256 for path in of_level[:-1])


@given(st.lists(st.binary(max_size=300), max_size=20))
def test_facts_come_back_from_their_bundle(facts):
    assert unbundle(bundle(facts), name="x") == facts


@pytest.mark.parametrize("cut", [1, 2, 6, 7, 8])
def test_a_truncated_bundle_is_refused(cut):
    with pytest.raises(InputError, match="tronqué"):
        unbundle(bundle([b"first", b"second one"])[:-cut], name="x")


def test_a_tile_is_a_whole_number_of_hashes():
    assert hashes(b"a" * 64, name="x") == [b"a" * 32] * 2
    with pytest.raises(InputError, match="tronquée"):
        hashes(b"a" * 63, name="x")
