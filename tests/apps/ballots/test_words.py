"""Receipts, codes, contents, and the file anyone recounts: without a database."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mandat.apps.ballots import bundle, contents, receipts, tallying
from mandat.apps.ballots.choices import Option
from mandat.apps.ballots.contents import BallotError
from mandat.journal.merkle import inclusion_proof, root_of
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text
from tests.apps.ballots import examples

NUMBERS = st.integers(0, (1 << 63) - 1)


@given(NUMBERS)
def test_a_receipt_reads_back_as_its_number_however_it_is_typed(number: int) -> None:
    text = receipts.receipt(number)
    assert receipts.number_of(text) == number
    assert receipts.number_of(f"  {text.lower().replace('-', ' ')} ") == number
    assert receipts.number_of(text.replace("0", "O").replace("1", "l")) == number


@given(NUMBERS)
def test_receipts_sort_as_their_numbers(number: int) -> None:
    other = number // 2
    assert (receipts.receipt(other) < receipts.receipt(number)) == (other < number)


@given(NUMBERS, st.data())
def test_every_single_wrong_character_of_a_receipt_is_noticed(number: int, data: st.DataObject) -> None:
    text = receipts.plain(receipts.receipt(number))
    for at in range(len(text)):
        wrong = data.draw(st.sampled_from(receipts.ALPHABET.replace(text[at], "")))
        assert receipts.number_of(text[:at] + wrong + text[at + 1 :]) is None


@given(NUMBERS)
def test_two_neighbours_swapped_are_noticed(number: int) -> None:
    text = receipts.plain(receipts.receipt(number))
    for at in range(len(text) - 1):
        if text[at] != text[at + 1]:
            assert receipts.number_of(text[:at] + text[at + 1] + text[at] + text[at + 2 :]) is None


def test_codes_are_checked_before_they_are_looked_up() -> None:
    for _ in range(200):
        code = receipts.new_code()
        assert receipts.code_of(code.lower()) == code.replace("-", "")
        assert receipts.code_of(code[:-1] + ("0" if code[-1] != "0" else "1")) == ""
    assert receipts.code_of("") == receipts.code_of("' OR 1=1 --") == receipts.code_of("é" * 10_000) == ""


@pytest.mark.parametrize("type", examples.TYPES)
def test_a_good_ballot_of_each_type_has_one_canonical_form(type: str) -> None:
    options = {one.code: one for one in examples.options(type)} or {"yes": Option("yes", Text("Oui", "Yes"))}
    given = contents.checked(examples.GOOD[type], rules=examples.rules(type), options=options, budget=Decimal(100))
    assert given == examples.CANONICAL[type]
    again = contents.checked(given, rules=examples.rules(type), options=options, budget=Decimal(100))
    assert contents.canonical(again) == contents.canonical(given)


BAD: list[tuple[str, Any, str]] = [
    ("single", {"choice": "autre"}, "pas de ce vote"),
    ("single", {"choice": ["cour"]}, "pas de ce vote"),
    ("single", {}, "pas de ce vote"),
    ("single", {"choice": "cour", "blank": True}, "pas de ce vote"),
    ("single", {"spoiled": True}, "pas de ce vote"),
    ("approval", {"approved": "cour"}, "pas de ce vote"),
    ("approval", {"approved": ["cour", "cour"]}, "deux fois"),
    ("approval", {"approved": []}, "rien choisi"),
    ("approval", {"approved": ["cour", "forum", "haie", "velo"]}, "3 au plus"),
    ("knapsack", {"approved": ["velo", "forum"]}, "dépassent le budget de 10\u202f€"),
    ("ranking", {"ranked": ["cour", "haie", "cour"]}, "deux fois"),
    ("cumulative", {"points": {"cour": 4, "haie": 3}}, "retirez-en 2"),
    ("cumulative", {"points": {"cour": 1.5}}, "nombre entier"),
    ("cumulative", {"points": {"cour": -1}}, "nombre entier"),
    ("cumulative", {"points": {"cour": True}}, "nombre entier"),
    ("cumulative", {"points": ["cour"]}, "pas de ce vote"),
    ("majority-judgement", {"grades": {"cour": 7}}, "de 0 à 6"),
    ("majority-judgement", {"grades": {}}, "rien choisi"),
]


@pytest.mark.parametrize(("type", "ballot", "words"), BAD)
def test_a_bad_ballot_is_refused_in_words_for_the_voter(type: str, ballot: Any, words: str) -> None:
    options = {one.code: one for one in examples.options(type)}
    with pytest.raises(BallotError, match=words):
        contents.checked(ballot, rules=examples.rules(type), options=options, budget=Decimal(100))


def test_rejecting_everything_is_a_ballot_that_can_be_counted_again() -> None:
    options = {one.code: one for one in examples.options("majority-judgement")}
    rules = examples.rules("majority-judgement")
    given = contents.checked({"grades": {"cour": 0}}, rules=rules, options=options, budget=None)
    assert given == {"grades": dict.fromkeys(examples.CODES, 0)}
    assert contents.checked(given, rules=rules, options=options, budget=None) == given
    assert outcome("majority-judgement", [given, given | {"grades": given["grades"] | {"cour": 3}}])["grades"][
        "cour"
    ] == [1, 0, 0, 1, 0, 0, 0]


def test_blank_is_refused_where_the_rules_have_none() -> None:
    options = {one.code: one for one in examples.options("single")}
    assert contents.checked({"blank": True}, rules=examples.rules("single"), options=options, budget=None) == {
        "blank": True
    }
    with pytest.raises(BallotError, match="bulletin blanc"):
        contents.checked({"blank": True}, rules=examples.rules("single", blank=False), options=options, budget=None)


def definition(type: str, **changes: Any) -> dict[str, Any]:
    options = examples.options(type) or (Option("yes", Text("Oui", "Yes")), Option("no", Text("Non", "No")))
    return {
        "code": "essai",
        "title": {"fr": "Essai", "en": "Trial"},
        "rules": examples.rules(type, **changes).model_dump(mode="json"),
        "options": [one.plain() for one in options],
        "budget": "100" if type == "knapsack" else None,
    }


def outcome(type: str, ballots: list[dict[str, Any]], **changes: Any) -> dict[str, Any]:
    tally = tallying.tallied(contents.canonical(one) for one in ballots)
    return tallying.outcome(definition(type, **changes), tally, voters=len(ballots), on_roll=10)


def test_blank_and_spoiled_ballots_are_counted_apart() -> None:
    found = outcome("yes-no", [{"choice": "yes"}, {"blank": True}, {"blank": True}, {"spoiled": True}])
    assert (found["expressed"], found["blank"], found["spoiled"], found["ballots"]) == (1, 2, 1, 4)
    assert found["winners"] == ["yes"]
    assert found["votes"] == {"yes": 1, "no": 0}


def test_as_many_yes_as_no_is_a_no_and_the_tie_is_told() -> None:
    found = outcome("yes-no", [{"choice": "yes"}, {"choice": "no"}])
    assert found["winners"] == ["no"]
    assert found["ties"] == [{"step": 1, "options": ["no", "yes"], "chosen": "no", "order": "id"}]


def test_a_quorum_is_a_share_of_the_roll_rounded_up() -> None:
    ballots = [{"choice": "yes"}] * 3
    assert outcome("yes-no", ballots, quorum=30)["valid"]
    missed = outcome("yes-no", ballots, quorum=31)
    assert not missed["valid"]
    assert missed["reasons"] == [{"code": "quorum", "needed": 4, "had": 3}]
    assert not outcome("yes-no", ballots, quorum_number=4)["valid"]


def test_a_threshold_is_a_share_of_the_ballots_that_name_something() -> None:
    ballots = [{"choice": "cour"}] * 2 + [{"choice": "haie"}] * 2 + [{"choice": "velo"}] + [{"blank": True}] * 5
    assert outcome("single", ballots, threshold=40)["winners"] == ["cour"]
    missed = outcome("single", ballots, threshold=50)
    assert (missed["valid"], missed["winners"]) == (False, [])


def test_a_vote_without_a_ballot_chooses_nothing() -> None:
    found = outcome("single", [])
    assert (found["valid"], found["winners"], found["reasons"]) == (False, [], [{"code": "no-vote"}])


@given(st.lists(st.sampled_from(examples.CODES), min_size=1, max_size=60))
def test_the_sum_of_the_votes_is_the_number_of_ballots(choices: list[str]) -> None:
    found = outcome("single", [{"choice": one} for one in choices])
    assert sum(found["votes"].values()) == len(choices) == found["ballots"]
    assert found["votes"][found["winners"][0]] == max(choices.count(one) for one in examples.CODES)


# -- the file


def written(count: int, type: str = "approval") -> list[str]:
    rows = sorted((n * 7919 * 10**12 % (1 << 63), contents.canonical(examples.CANONICAL[type])) for n in range(count))
    ballots = [(receipts.receipt(number), content) for number, content in rows]
    leaves = [bundle.leaf(*one) for one in ballots]
    found = tallying.outcome(definition(type), tallying.tallied(c for _, c in ballots), voters=count, on_roll=count)
    return list(
        bundle.written(
            definition=definition(type), outcome=found, more={}, ballots=ballots,
            blocks=[one.hex() for one in bundle.blocks_of(leaves)], root=bundle.root_over(leaves).hex(),
        )
    )  # fmt: skip


@pytest.mark.parametrize("type", examples.TYPES)
def test_a_published_vote_recounts_to_the_same_result(type: str) -> None:
    lines = written(20, type)
    found = bundle.recounted(lines)
    assert found.agrees
    assert found.outcome["ballots"] == 20
    assert bundle.recounted(lines, root=found.root).agrees


@given(st.sampled_from([1, 2, 3, 255, 256, 257, 512, 513, 700, 1025]), st.data())
def test_a_proof_from_blocks_is_the_proof_of_the_whole_tree(size: int, data: st.DataObject) -> None:
    leaves = [bundle.leaf(str(n), "x") for n in range(size)]
    index = data.draw(st.integers(0, size - 1))
    own = leaves[index // bundle.BLOCK * bundle.BLOCK :][: bundle.BLOCK]
    proof = bundle.proof_in(index=index, size=size, blocks=bundle.blocks_of(leaves), own=own)

    def subtree(height: int, number: int) -> bytes:
        return root_of(leaves[number << height : (number + 1) << height])

    assert proof == inclusion_proof(index, size, subtree)
    assert bundle.root_over(leaves) == root_of(leaves)
    assert bundle.holds(receipt=str(index), content="x", index=index, size=size, proof=proof, root=root_of(leaves))
    assert not bundle.holds(receipt=str(index), content="y", index=index, size=size, proof=proof, root=root_of(leaves))


def tampered(lines: list[str], line: int, **change: str) -> list[str]:
    receipt, content, hashed = lines[line - 1].rstrip("\n").split("\t")
    kept = {"receipt": receipt, "content": content, "hashed": hashed} | change
    if change.get("hashed") == "again":
        kept["hashed"] = bundle.leaf(kept["receipt"], kept["content"]).hex()
    changed = f"{kept['receipt']}\t{kept['content']}\t{kept['hashed']}\n"
    return [*lines[: line - 1], changed, *lines[line:]]


def test_a_tampered_list_is_refused_with_the_line_that_differs() -> None:
    lines = written(600)
    other = contents.canonical({"approved": ["haie"]})
    with pytest.raises(InputError, match="ligne 300 : ce bulletin n'est pas celui"):
        bundle.recounted(tampered(lines, 300, content=other))
    with pytest.raises(InputError, match="lignes 259 à 514 a été modifié"):
        bundle.recounted(tampered(lines, 300, content=other, hashed="again"))
    with pytest.raises(InputError, match="ligne 300 : reçu en double"):
        bundle.recounted([*lines[:299], lines[298], *lines[299:]])
    with pytest.raises(InputError, match="lignes 259 à 514 a été modifié"):
        bundle.recounted([*lines[:299], *lines[300:]])
    with pytest.raises(InputError, match=r"modifié|manque"):
        bundle.recounted(lines[:-1])
    with pytest.raises(InputError, match="illisible"):
        bundle.recounted(tampered(lines, 5, receipt="AAAAA-AAAAA-AAAAA"))


def test_a_list_tampered_with_to_the_end_still_has_another_root() -> None:
    lines = written(10)
    root = bundle.recounted(lines).root
    changed = tampered(lines, 7, content=contents.canonical({"approved": ["haie"]}), hashed="again")
    header = json.loads(lines[1])
    leaves = [bytes.fromhex(line.rstrip("\n").split("\t")[2]) for line in changed[2:]]
    header["blocks"] = [one.hex() for one in bundle.blocks_of(leaves)]
    header["root"] = bundle.root_over(leaves).hex()
    changed[1] = json.dumps(header) + "\n"
    # By itself the file is consistent, but for the count: the journal's root tells it from the published one.
    assert bundle.recounted(changed).differences == ("votes",)
    with pytest.raises(InputError, match="n'est pas celle qui fut publiée"):
        bundle.recounted(changed, root=root)


def test_a_changed_definition_is_refused() -> None:
    lines = written(3)
    header = json.loads(lines[1])
    header["definition"]["rules"]["blank"] = False
    with pytest.raises(InputError, match="définition du vote a été modifiée"):
        bundle.recounted([lines[0], json.dumps(header), *lines[2:]])


@given(st.lists(st.text(max_size=60), max_size=8))
def test_noise_is_an_error_with_a_line_never_a_crash(noise: list[str]) -> None:
    with pytest.raises(InputError):
        bundle.recounted([bundle.MAGIC + "\n", *noise])
