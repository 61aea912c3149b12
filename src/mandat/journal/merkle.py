"""A Merkle tree after RFC 9162 (Certificate Transparency 2.0), section 2.1. SHA-256, no framework, no storage.

- leaf: ``SHA-256(0x00 ‖ data)``; inner node: ``SHA-256(0x01 ‖ left ‖ right)``; the empty tree: ``SHA-256("")``;
- a tree of *n* leaves splits at the largest power of two smaller than *n*.

``Frontier`` grows a tree in O(log n) memory. Proofs read whole subtrees through a function
``subtree(height, number)``: the root of the perfect subtree of ``2**height`` leaves
whose first leaf is ``number * 2**height``. Such a subtree never changes once complete.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from hashlib import sha256

HASH = 32
#: Root of the empty tree.
EMPTY = sha256(b"").digest()

Subtree = Callable[[int, int], bytes]


def leaf_hash(data: bytes) -> bytes:
    """The hash of a leaf."""
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of an inner node."""
    return sha256(b"\x01" + left + right).digest()


class Frontier:
    """The right edge of a growing tree: one perfect subtree for each bit of its size.

    ``peaks[h]`` is the root of the subtree of height ``h``, None where the bit is not set. Serialised with
    ``to_bytes`` as the roots from the highest to the lowest.
    """

    __slots__ = ("peaks", "size")

    def __init__(self, size: int = 0, peaks: Sequence[bytes] = ()) -> None:
        """``peaks``: the roots from the highest to the lowest. Raises ValueError where their number is not that of the bits of ``size``."""
        if size < 0 or len(peaks) != size.bit_count():
            raise ValueError("a frontier has one peak for each bit of its size")
        self.size = size
        self.peaks: list[bytes | None] = [None] * size.bit_length()
        heights = [height for height in range(size.bit_length() - 1, -1, -1) if size >> height & 1]
        for height, peak in zip(heights, peaks, strict=True):
            self.peaks[height] = peak

    def append(self, leaf: bytes) -> Iterator[tuple[int, int, bytes]]:
        """Add one leaf hash; yields ``(height, number, root)`` of each subtree it completes, from height 1."""
        return iter(self.extend((leaf,)))

    def extend(self, leaves: Iterable[bytes], *, every: int = 1) -> list[tuple[int, int, bytes]]:
        """Add leaf hashes; returns ``(height, number, root)`` of the completed subtrees whose height ``every`` divides."""
        completed: list[tuple[int, int, bytes]] = []
        peaks, size = self.peaks, self.size
        for leaf in leaves:
            node, height = leaf, 0
            while size >> height & 1:
                left = peaks[height]
                assert left is not None
                node = sha256(b"\x01" + left + node).digest()
                peaks[height] = None
                height += 1
                if height % every == 0:
                    completed.append((height, size >> height, node))
            if height == len(peaks):
                peaks.append(node)
            else:
                peaks[height] = node
            size += 1
        self.size = size
        return completed

    def root(self) -> bytes:
        """The root of the tree as it stands."""
        node: bytes | None = None
        for peak in self.peaks:
            if peak is not None:
                node = peak if node is None else node_hash(peak, node)
        return EMPTY if node is None else node

    def to_bytes(self) -> bytes:
        """The peaks from the highest to the lowest, one after the other."""
        return b"".join(peak for peak in reversed(self.peaks) if peak is not None)

    @classmethod
    def from_bytes(cls, size: int, raw: bytes) -> Frontier:
        """Inverse of ``to_bytes``. Raises ValueError where the length does not fit ``size``."""
        if len(raw) % HASH:
            raise ValueError("a frontier is a whole number of hashes")
        return cls(size, [raw[at : at + HASH] for at in range(0, len(raw), HASH)])


def root_of(leaves: Sequence[bytes]) -> bytes:
    """The root over leaf hashes held in memory."""
    frontier = Frontier()
    frontier.extend(leaves, every=64)
    return frontier.root()


def _split(size: int) -> int:
    """The largest power of two smaller than ``size`` (which is at least 2)."""
    return 1 << ((size - 1).bit_length() - 1)


def range_root(start: int, end: int, subtree: Subtree) -> bytes:
    """The root over leaves ``start`` to ``end`` (excluded); ``start`` is a multiple of a power of two at least as large as the range."""
    size = end - start
    if size & (size - 1) == 0:
        height = size.bit_length() - 1
        return subtree(height, start >> height)
    middle = start + _split(size)
    return node_hash(range_root(start, middle, subtree), range_root(middle, end, subtree))


def inclusion_proof(index: int, size: int, subtree: Subtree) -> list[bytes]:
    """The audit path of leaf ``index`` in the tree of ``size`` leaves, from the leaf up (RFC 9162, 2.1.3.1)."""
    if not 0 <= index < size:
        raise ValueError("the leaf is not in the tree")
    path: list[bytes] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            path.append(range_root(middle, end, subtree))
            end = middle
        else:
            path.append(range_root(start, middle, subtree))
            start = middle
    return path[::-1]


def consistency_proof(first: int, second: int, subtree: Subtree) -> list[bytes]:
    """Nodes that prove the tree of ``first`` leaves is the beginning of that of ``second`` (RFC 9162, 2.1.4.1)."""
    if not 0 <= first <= second:
        raise ValueError("the earlier tree is the smaller one")
    if first in (0, second):
        return []
    path: list[bytes] = []
    start, end, whole = 0, second, True
    while first != end:
        middle = start + _split(end - start)
        if first <= middle:
            path.append(range_root(middle, end, subtree))
            end = middle
        else:
            path.append(range_root(start, middle, subtree))
            start, whole = middle, False
    if not whole:
        path.append(range_root(start, end, subtree))
    return path[::-1]


def verify_inclusion(*, leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Whether ``proof`` shows ``leaf`` at ``index`` of the tree of ``size`` leaves and this ``root`` (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    place, last, node = index, size - 1, leaf
    for step in proof:
        if last == 0:
            return False
        if place & 1 or place == last:
            node = node_hash(step, node)
            while not place & 1 and place:
                place >>= 1
                last >>= 1
        else:
            node = node_hash(node, step)
        place >>= 1
        last >>= 1
    return last == 0 and node == root


def verify_consistency(
    *, first: int, second: int, first_root: bytes, second_root: bytes, proof: Sequence[bytes]
) -> bool:
    """Whether ``proof`` shows that the second tree only adds leaves to the first (RFC 9162, 2.1.4.2)."""
    if not 0 <= first <= second:
        return False
    if first == second:
        return not proof and first_root == second_root
    if first == 0:
        return not proof and first_root == EMPTY
    path = list(proof)
    if first & (first - 1) == 0:
        path.insert(0, first_root)
    if not path:
        return False
    place, last = first - 1, second - 1
    while place & 1:
        place >>= 1
        last >>= 1
    old = new = path[0]
    for step in path[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            old, new = node_hash(step, old), node_hash(step, new)
            while not place & 1 and place:
                place >>= 1
                last >>= 1
        else:
            new = node_hash(new, step)
        place >>= 1
        last >>= 1
    return last == 0 and old == first_root and new == second_root
