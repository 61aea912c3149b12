"""A picture is kept without what it tells besides itself."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mandat.apps.custody.pictures import without_metadata
from tests.apps.custody.pictures import exif_of, jpeg, png, segment


def test_place_moment_device_and_words_are_gone_and_the_picture_stays() -> None:
    bare = without_metadata(jpeg(exif=b"47.90N 1.90E 2026:11:01 Phone", comment=b"chez moi"))
    assert bare == jpeg()


def test_the_way_up_alone_is_written_again() -> None:
    bare = without_metadata(jpeg(exif=b"Phone", orientation=6))
    assert b"Phone" not in bare
    assert segment(0xE1, exif_of(6)) in bare
    assert bare.replace(segment(0xE1, exif_of(6)), b"") == jpeg()
    assert without_metadata(bare) == bare


def test_what_is_hidden_after_the_picture_is_cut_off() -> None:
    assert without_metadata(jpeg(after=b"a second picture with its place")) == jpeg()


def test_colour_profiles_stay_and_other_application_data_goes() -> None:
    profile = segment(0xE2, b"ICC_PROFILE\0\1\1colours")
    whole = jpeg()
    told = whole[:2] + profile + segment(0xE2, b"MPF\0other") + segment(0xED, b"Photoshop 3.0\0by-line") + whole[2:]
    assert without_metadata(told) == whole[:2] + profile + whole[2:]


def test_chunks_of_a_png_that_draw_nothing_are_gone() -> None:
    told = png((b"tEXt", b"Author\0Ada"), (b"eXIf", b"MM\0*"), (b"gAMA", b"\0\0\xb1\x8f"), (b"iTXt", b"x"))
    assert without_metadata(told) == png((b"gAMA", b"\0\0\xb1\x8f"))


@given(st.binary(max_size=200), st.sampled_from((jpeg(exif=b"x"), png((b"tEXt", b"a\0b")))), st.data())
def test_anything_else_is_refused_and_never_kept_as_it_came(junk: bytes, whole: bytes, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(whole)))
    for given_bytes in (junk, whole[:at], whole[:at] + junk):
        try:
            bare = without_metadata(given_bytes)
        except ValueError:
            continue
        assert b"Exif\0\0MM\0*" not in bare or bare.count(b"Exif") == 1


@pytest.mark.parametrize("bytes_", [b"", b"\xff\xd8", b"\xff\xd8\xff\xe1\xff\xff", b"GIF89a"])
def test_damaged_pictures_are_refused(bytes_: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - any reason
        without_metadata(bytes_)
