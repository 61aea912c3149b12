"""The tree against a direct reading of RFC 9162 and its known vectors."""

from __future__ import annotations

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mandat.journal import merkle

# Inputs and roots used by Certificate Transparency implementations to check one another.
INPUTS = [
    bytes.fromhex(text)
    for text in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def by_definition(leaves: list[bytes]) -> bytes:
    """MTH of RFC 9162, word for word."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return sha256(b"\x01" + by_definition(leaves[:split]) + by_definition(leaves[split:])).digest()


def subtrees(leaves: list[bytes]) -> merkle.Subtree:
    def subtree(height: int, number: int) -> bytes:
        start = number << height
        assert start + (1 << height) <= len(leaves), "an incomplete subtree was asked for"
        return by_definition(leaves[start : start + (1 << height)])

    return subtree


def some_leaves(count: int) -> list[bytes]:
    return [merkle.leaf_hash(str(n).encode()) for n in range(count)]


def test_roots_are_those_other_implementations_find():
    leaves = [merkle.leaf_hash(data) for data in INPUTS]
    for size, root in enumerate(ROOTS, start=1):
        assert merkle.root_of(leaves[:size]).hex() == root


@pytest.mark.parametrize("size", [*range(70), 255, 256, 257, 300])
def test_a_frontier_gives_the_root_of_the_definition_at_every_size(size):
    leaves = some_leaves(size)
    assert merkle.root_of(leaves) == by_definition(leaves)


def test_a_frontier_survives_being_stored_between_appends():
    leaves = some_leaves(100)
    frontier = merkle.Frontier()
    for leaf in leaves:
        frontier = merkle.Frontier.from_bytes(frontier.size, frontier.to_bytes())
        frontier.append(leaf)
    assert frontier.root() == by_definition(leaves)


def test_a_frontier_names_each_subtree_it_completes():
    leaves = some_leaves(64)
    found = merkle.Frontier().extend(leaves)
    assert len(found) == 63
    for height, number, root in found:
        assert root == by_definition(leaves[number << height : (number + 1) << height])
    assert {height for height, _, _ in merkle.Frontier().extend(leaves, every=3)} == {3, 6}


@pytest.mark.parametrize(("size", "peaks"), [(3, [b"x" * 32]), (0, [b"x" * 32]), (-1, [])])
def test_a_frontier_that_does_not_fit_its_size_is_refused(size, peaks):
    with pytest.raises(ValueError, match="peak"):
        merkle.Frontier(size, peaks)


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 7, 8, 13, 33])
def test_every_leaf_is_proved_and_nothing_else_is(size):
    leaves = some_leaves(size)
    root = by_definition(leaves)
    for index in range(size):
        proof = merkle.inclusion_proof(index, size, subtrees(leaves))
        assert len(proof) <= (size - 1).bit_length()
        assert merkle.verify_inclusion(leaf=leaves[index], index=index, size=size, proof=proof, root=root)
        other = leaves[(index + 1) % size] if size > 1 else merkle.leaf_hash(b"other")
        assert not merkle.verify_inclusion(leaf=other, index=index, size=size, proof=proof, root=root)
        assert not merkle.verify_inclusion(leaf=leaves[index], index=index, size=size, proof=[*proof, root], root=root)
        assert not merkle.verify_inclusion(leaf=leaves[index], index=size, size=size, proof=proof, root=root)
        if proof:
            assert not merkle.verify_inclusion(leaf=leaves[index], index=index, size=size, proof=proof[:-1], root=root)
        for elsewhere in set(range(size)) - {index}:
            assert not merkle.verify_inclusion(leaf=leaves[index], index=elsewhere, size=size, proof=proof, root=root)


@pytest.mark.parametrize("second", [1, 2, 3, 6, 7, 8, 21])
def test_consistency_is_proved_between_any_two_sizes(second):
    leaves = some_leaves(second)
    for first in range(second + 1):
        proof = merkle.consistency_proof(first, second, subtrees(leaves))
        old, new = by_definition(leaves[:first]), by_definition(leaves)
        assert merkle.verify_consistency(first=first, second=second, first_root=old, second_root=new, proof=proof)
        forged = by_definition([*leaves[: max(0, first - 1)], merkle.leaf_hash(b"forged")])
        assert not merkle.verify_consistency(
            first=first, second=second, first_root=forged, second_root=new, proof=proof
        )
        if 0 < first < second:
            assert not merkle.verify_consistency(
                first=first, second=second, first_root=old, second_root=forged, proof=proof
            )
            assert not merkle.verify_consistency(first=first, second=second, first_root=old, second_root=new, proof=[])


@given(st.lists(st.binary(max_size=8), min_size=1, max_size=80), st.data())
def test_a_changed_proof_never_verifies(data, draw):
    leaves = [merkle.leaf_hash(item) for item in data]
    index = draw.draw(st.integers(0, len(leaves) - 1))
    proof = merkle.inclusion_proof(index, len(leaves), subtrees(leaves))
    if not proof:
        return
    step = draw.draw(st.integers(0, len(proof) - 1))
    bit = draw.draw(st.integers(0, 255))
    raw = bytearray(proof[step])
    raw[bit // 8] ^= 1 << bit % 8
    proof[step] = bytes(raw)
    root = by_definition(leaves)
    assert not merkle.verify_inclusion(leaf=leaves[index], index=index, size=len(leaves), proof=proof, root=root)


def test_questions_without_an_answer_are_refused():
    with pytest.raises(ValueError, match="not in the tree"):
        merkle.inclusion_proof(3, 3, subtrees(some_leaves(3)))
    with pytest.raises(ValueError, match="smaller"):
        merkle.consistency_proof(3, 2, subtrees(some_leaves(3)))
