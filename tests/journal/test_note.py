"""Signed notes and checkpoints."""

from __future__ import annotations

import base64
import stat

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mandat.journal import state
from mandat.journal.note import Checkpoint, Signer, VerifierKey, open_note, read_checkpoint
from mandat.kernel.errors import InputError

SIGNER = Signer("mandat.example/journal", bytes(range(32)))
CHECKPOINT = Checkpoint("mandat.example/journal", 12, bytes(range(32)))


def test_a_known_verifier_key_of_another_implementation_is_read():
    # Key of the Go checksum database, as published with the Go toolchain.
    text = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8"
    key = VerifierKey.parse(text)
    assert key.name == "sum.golang.org"
    assert str(key) == text


def test_a_signature_of_another_implementation_is_verified():
    # A checkpoint signed with the example key of the Go note package (peterneumann).
    key = VerifierKey.parse("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")
    note = (
        "If you think cryptography is the answer to your problem,\n"
        "then you don't know what your problem is.\n"
        "\n"
        "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
    )
    assert open_note(note, key).startswith("If you think")


def test_a_checkpoint_is_read_back_from_its_note():
    note = SIGNER.sign(CHECKPOINT.text)
    assert read_checkpoint(note, SIGNER.key) == CHECKPOINT
    assert note.splitlines()[:3] == [
        "mandat.example/journal",
        "12",
        "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
    ]


@given(st.data())
def test_any_change_to_the_text_or_the_signature_is_refused(data):
    note = SIGNER.sign(CHECKPOINT.text)
    at = data.draw(st.integers(0, len(note) - 1))
    letter = data.draw(st.characters(codec="utf-8").filter(lambda c: c != note[at]))
    try:
        found = read_checkpoint(note[:at] + letter + note[at + 1 :], SIGNER.key)
    except InputError:
        return
    # Base64 has bits that mean nothing: the same text may still be signed.
    assert found == CHECKPOINT


@given(st.text(max_size=300))
def test_no_text_makes_the_reader_fail_otherwise(text):
    for candidate in (text, CHECKPOINT.text + "\n" + text, f"{text}\n\n— {text}\n"):
        with pytest.raises(InputError):
            read_checkpoint(candidate, SIGNER.key)


def test_a_note_signed_by_someone_else_is_refused():
    other = Signer("mandat.example/journal", bytes(32))
    with pytest.raises(InputError, match="non signé"):
        read_checkpoint(other.sign(CHECKPOINT.text), SIGNER.key)
    raw = base64.b64encode(SIGNER.key.hash + bytes(64)).decode()
    with pytest.raises(InputError, match="fausse"):
        read_checkpoint(f"{CHECKPOINT.text}\n— mandat.example/journal {raw}\n", SIGNER.key)
    with pytest.raises(InputError, match="trop long"):
        read_checkpoint("x" * 200_000, SIGNER.key)


@pytest.mark.parametrize(
    "body", ["only\n", "a\nb\nc\n", "a\n01\nAAAA\n", "a\n1\nAAAA\n", "\n1\n" + CHECKPOINT.text.split("\n")[2] + "\n"]
)
def test_a_signed_text_that_is_no_checkpoint_is_refused(body):
    with pytest.raises(InputError, match="illisible"):
        read_checkpoint(SIGNER.sign(body), SIGNER.key)


@pytest.mark.parametrize("text", ["", "a", "a+b", "a+b+c", "a+00000000+AQ==", str(SIGNER.key)[:-4] + "AAA=", "é"])
def test_a_broken_verifier_key_is_refused(text):
    with pytest.raises(InputError, match="clé publique"):
        VerifierKey.parse(text)


def test_a_broken_seed_or_name_is_refused():
    with pytest.raises(InputError, match="32 octets"):
        Signer("a", b"short")
    with pytest.raises(InputError, match="nom de clé"):
        Signer("a b", bytes(32))
    with pytest.raises(ValueError, match="newline"):
        SIGNER.sign("no newline")


def test_the_key_is_made_once_and_readable_by_its_owner_alone(settings, tmp_path):
    settings.MANDAT_JOURNAL_KEY = ""
    settings.VAR = tmp_path / "var"
    first = state.signer("essai/journal").key
    path = tmp_path / "var" / state.KEY_FILE
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert len(base64.b64decode(path.read_text())) == 32
    assert state.signer("essai/journal").key == first
    assert [file.name for file in path.parent.iterdir()] == [state.KEY_FILE]


def test_a_wrong_key_in_the_settings_is_said(settings):
    settings.MANDAT_JOURNAL_KEY = "not base64!"
    with pytest.raises(InputError, match="base64"):
        state.signer("essai/journal")
