"""Readers: every dialect of the two files, clear errors with lines, and no crash on noise."""

from __future__ import annotations

import io
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mandat.engines.sortition import FileProblemsError, read_pool, read_quotas
from mandat.kernel.errors import InputError

QUOTAS = "category,feature,min,max\ngenre,femme,1,2\ngenre,homme,1,2\nâge,16-29,0,1\nâge,30 et plus,1,3\n"
PEOPLE = "id,genre,âge\na,femme,16-29\nb,homme,30 et plus\nc,homme,30 et plus\n"


def quotas_of(text: str | bytes):  # type: ignore[no-untyped-def]
    return read_quotas(io.BytesIO(text) if isinstance(text, bytes) else io.StringIO(text))


@pytest.mark.parametrize(
    "text",
    [
        QUOTAS.encode(),
        QUOTAS.encode("utf-8-sig"),
        QUOTAS.encode("cp1252"),
        QUOTAS.encode("utf-16"),
        QUOTAS.replace(",", ";").encode(),
        QUOTAS.replace(",", "\t").encode(),
        QUOTAS.replace("\n", "\r\n").encode(),
        QUOTAS.replace("\n", "\r").encode(),
        QUOTAS.replace("feature", "name").encode(),
        QUOTAS.replace("category,feature", "Category, Name").encode(),
        QUOTAS.replace("category,feature", "feature,value").encode(),
        QUOTAS.replace("\n", "\n\n").encode(),
        ("\n".join(f'"{c.replace(",", chr(34) + "," + chr(34))}"' for c in QUOTAS.splitlines())).encode(),
    ],
)
def test_every_dialect_of_the_quotas_file_reads_the_same(text: bytes) -> None:
    quotas = quotas_of(text)
    assert [(q.category, q.value, q.low, q.high) for q in quotas.items] == [
        ("genre", "femme", 1, 2), ("genre", "homme", 1, 2), ("âge", "16-29", 0, 1), ("âge", "30 et plus", 1, 3),
    ]  # fmt: skip
    assert not any(q.flexible for q in quotas.items)


def test_flexible_bounds_are_read_and_minus_one_means_unset() -> None:
    quotas = quotas_of("category,name,min,max,min_flex,max_flex\na,x,2,3,1,5\na,y,2,3,0,-1\na,z,2,3,,\n")
    assert [(q.flexible, q.low_flex, q.high_flex) for q in quotas.items] == [
        (True, 1, 5),
        (False, 0, None),
        (False, 0, None),
    ]


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("genre,autre,3,2", "dépasse"),
        ("genre,autre,x,2", "nombre entier"),
        ("genre,autre,1.5,2", "nombre entier"),
        ("genre,autre,-1,2", "nombre entier"),
        ("genre,autre,,2", "nécessaires"),
        ("genre,,1,2", "vide"),
        ("genre,femme,1,2", "ligne 2"),
    ],
)
def test_a_bad_quota_is_named_with_its_line(row: str, words: str) -> None:
    with pytest.raises(FileProblemsError) as error:
        quotas_of(QUOTAS + row + "\n")
    assert error.value.line == 6
    assert words in str(error.value)
    assert "categories.csv:6" in str(error.value)


def test_every_bad_line_of_the_pool_is_reported_at_once() -> None:
    text = PEOPLE + "d,femme,\n,homme,16-29\ne,chat,16-29\na,femme,16-29\n"
    with pytest.raises(FileProblemsError) as error:
        read_pool(io.StringIO(text), quotas_of(QUOTAS))
    assert [problem.line for problem in error.value.problems] == [5, 6, 7, 8]
    assert "chat" in str(error.value)


def test_missing_columns_and_empty_files_say_so() -> None:
    for text in ("", "\n\n", "category,feature,min\n"):
        with pytest.raises(InputError):
            quotas_of(text)
    with pytest.raises(InputError, match="genre"):
        read_pool(io.StringIO("id,âge\na,16-29\n"), quotas_of(QUOTAS))
    with pytest.raises(InputError, match="vide"):
        read_pool(io.StringIO("id,genre,âge\n"), quotas_of(QUOTAS))


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (PEOPLE, ["a", "b", "c"]),
        ("genre,âge\nfemme,16-29\nhomme,16-29\n", ["1", "2"]),
        ("genre,âge,nationbuilder_id\nfemme,16-29,x7\nhomme,16-29,x8\n", ["x7", "x8"]),
        ("ticket,genre,âge\nt1,femme,16-29\nt2,homme,16-29\n", ["t1", "t2"]),
        ("city,genre,âge\nBlois,femme,16-29\nBlois,homme,16-29\n", ["1", "2"]),
        ("id;genre;âge\n1; FEMME ;16-29\n2;Homme;30  ET plus\n", ["1", "2"]),
    ],
)
def test_identifiers_are_found_or_numbered(text: str, names: list[str]) -> None:
    pool = read_pool(io.StringIO(text), quotas_of(QUOTAS))
    assert [person.id for person in pool.people] == names
    assert all(
        value in ("femme", "homme", "16-29", "30 et plus") for person in pool.people for value in person.features
    )


def test_a_household_is_every_column_that_makes_an_address() -> None:
    text = "id,genre,âge,street,zip\na,femme,16-29,1 rue Haute,41000\nb,homme,16-29,1 RUE  haute,41000\nc,homme,16-29,1 rue Haute,45000\nd,homme,16-29,,\n"
    pool = read_pool(io.StringIO(text), quotas_of(QUOTAS), household_columns=("street", "zip"))
    a, b, c, d = (person.household for person in pool.people)
    assert a == b != c
    assert d == ""


@settings(max_examples=150, deadline=None)
@given(st.one_of(st.binary(max_size=200), st.text(max_size=200)))
def test_noise_is_refused_with_an_input_error_and_nothing_else(noise: bytes | str) -> None:
    stream = (lambda: io.BytesIO(noise)) if isinstance(noise, bytes) else (lambda: io.StringIO(noise))
    for read in (lambda: read_quotas(stream()), lambda: read_pool(stream(), quotas_of(QUOTAS))):
        with suppress(InputError):
            read()


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_a_corrupted_file_reads_or_is_refused_with_a_line(data: st.DataObject) -> None:
    text = list(PEOPLE)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(text) - 1))
        text[at] = data.draw(st.sampled_from(['"', ",", ";", "\n", "\r", "\x00", "é", "", "\t"]))
    pool, line = None, 0
    try:
        pool = read_pool(io.StringIO("".join(text)), quotas_of(QUOTAS))
    except InputError as error:
        line = error.line
    assert line >= 1 if pool is None else all(len(person.features) == 2 for person in pool.people)
