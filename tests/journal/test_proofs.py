"""Proofs about the recorded log, and a stranger who recomputes one with the standard library alone."""

from __future__ import annotations

import base64
import hashlib
import json

import pytest

from mandat import journal
from mandat.journal import merkle, proofs
from mandat.journal.note import read_checkpoint
from mandat.journal.state import verifier_key
from mandat.kernel.errors import InputError
from tests.journal.factories import award

pytestmark = pytest.mark.django_db


@pytest.fixture
def leaves():
    entries = journal.append([award(n) for n in range(700)])
    return [entry.leaf for entry in entries]


def test_any_fact_is_proved_at_any_size(leaves):
    for index, size in [(0, 1), (0, 700), (255, 256), (256, 257), (511, 700), (699, 700), (300, 512)]:
        proof = proofs.inclusion(index, size=size)
        assert proof.root == merkle.root_of(leaves[:size])
        assert merkle.verify_inclusion(
            leaf=leaves[index], index=index, size=size, proof=proof.path, root=merkle.root_of(leaves[:size])
        )


def test_growth_is_proved_between_any_two_sizes(leaves):
    for first, second in [(0, 700), (1, 2), (255, 256), (256, 700), (300, 699), (700, 700)]:
        proof = proofs.consistency(first, second)
        assert merkle.verify_consistency(
            first=first,
            second=second,
            first_root=merkle.root_of(leaves[:first]),
            second_root=merkle.root_of(leaves[:second]),
            proof=proof.path,
        )


def test_proofs_of_what_is_not_there_are_refused(leaves):
    with pytest.raises(journal.UnknownFactError):
        proofs.inclusion(700)
    with pytest.raises(InputError, match="que 700 faits"):
        proofs.inclusion(0, size=701)
    with pytest.raises(InputError, match="n'a pas eu"):
        proofs.consistency(-1, 2)


def test_a_stranger_checks_a_fact_with_the_standard_library_alone(leaves):
    document = json.loads(json.dumps(proofs.document(300)))

    # From here on, nothing of ours: SHA-256 and the steps written in docs/journal.md.
    node = hashlib.sha256(b"\x00" + document["fact"].encode()).digest()
    place, last = document["index"], document["size"] - 1
    for step in document["path"]:
        sibling = base64.b64decode(step)
        if place % 2 == 1 or place == last:
            node = hashlib.sha256(b"\x01" + sibling + node).digest()
            while place % 2 == 0 and place:
                place, last = place // 2, last // 2
        else:
            node = hashlib.sha256(b"\x01" + node + sibling).digest()
        place, last = place // 2, last // 2
    assert base64.b64encode(node).decode() == document["root"] == document["checkpoint"].split("\n")[2]
    assert json.loads(document["fact"])["index"] == 300


def test_the_head_is_signed_and_reading_it_writes_nothing(leaves, django_assert_num_queries):
    with django_assert_num_queries(1):
        now = journal.head()
    assert read_checkpoint(now.note, verifier_key()) == now.checkpoint
    assert (now.size, now.root) == (700, merkle.root_of(leaves))


def test_an_empty_log_has_a_signed_head():
    now = journal.head()
    assert (now.size, now.root) == (0, merkle.EMPTY)
    assert read_checkpoint(now.note, verifier_key()) == now.checkpoint
