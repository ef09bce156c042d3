"""The encoding of a file is found by reading all of it, and what is none is refused with the byte."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from cli.bulk.encoding import GB18030, UTF_8, detect
from services.chassis import errors

_MIB = 2**20
_TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=19)


def _file(folder: Path, content: bytes) -> Path:
    path = folder / "cameras.csv"
    path.write_bytes(content)
    return path


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(_TEXTS)
def test_text_in_gb18030_that_is_no_utf_8_is_found_and_is_the_same_text(tmp_path: Path, text: str) -> None:
    content = text.encode("gb18030")
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        assert detect(_file(tmp_path, content)) == GB18030
        assert content.decode(GB18030.codec) == text
    else:
        assume(False)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(_TEXTS)
def test_text_in_utf_8_is_found_with_a_mark_and_without(tmp_path: Path, text: str) -> None:
    for mark in (b"", b"\xef\xbb\xbf"):
        assert detect(_file(tmp_path, mark + text.encode())) == UTF_8


def test_an_empty_file_is_utf_8(tmp_path: Path) -> None:
    assert detect(_file(tmp_path, b"")) == UTF_8


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-16-le-sig"])
def test_wide_encodings_are_refused_with_advice(tmp_path: Path, encoding: str) -> None:
    mark, _, name = encoding.rpartition("-sig") if encoding.endswith("-sig") else ("", "", encoding)
    content = (("\ufeff" if mark else "") + "code,system").encode(mark or name)
    with pytest.raises(errors.InvalidArgument, match=r"UTF-16.*save it as UTF-8"):
        detect(_file(tmp_path, content))


def test_what_is_neither_is_refused_naming_both_bytes(tmp_path: Path) -> None:
    with pytest.raises(errors.InvalidArgument, match=r"UTF-8 \(ends at byte 3\) nor GB18030 \(ends at byte 3\)"):
        detect(_file(tmp_path, b"abc\xff\xff"))


@pytest.mark.parametrize("before", [_MIB - 1, _MIB, _MIB + 1, 2 * _MIB - 2])
def test_the_byte_is_right_across_pieces(tmp_path: Path, before: int) -> None:
    with pytest.raises(errors.InvalidArgument, match=rf"UTF-8 \(ends at byte {before}\) nor"):
        detect(_file(tmp_path, b"a" * before + b"\xe4\xff\xff"))
    assert detect(_file(tmp_path, b"a" * before + "路".encode())) == UTF_8
    assert detect(_file(tmp_path, b"a" * before + "区".encode("gb18030"))) == GB18030


def test_a_file_that_ends_within_a_character_is_refused(tmp_path: Path) -> None:
    with pytest.raises(errors.InvalidArgument, match=r"UTF-8 \(ends at byte 6\) nor GB18030"):
        detect(_file(tmp_path, "路路".encode() + b"\xf0"))


def test_damaged_utf_8_is_not_taken_for_gb18030(tmp_path: Path) -> None:
    """Two bytes went missing; as GB18030 the rest would be read as other characters without a word."""
    whole = ("北京" * 20).encode()
    damaged = whole[:92] + whole[94:]
    damaged.decode("gb18030")  # so it would
    with pytest.raises(errors.InvalidArgument, match="damaged UTF-8: byte 9"):
        detect(_file(tmp_path, damaged))
