"""Texts go out safe and come back the same."""

from hypothesis import given
from hypothesis import strategies as st

from cli.bulk import formula

_TEXTS = st.text(st.sampled_from("'=+-@\t\r＝ax路 "), max_size=6)


@given(_TEXTS)
def test_out_and_in_again_is_the_same_text(text: str) -> None:
    assert formula.unquoted(formula.quoted(text)) == text


@given(_TEXTS)
def test_what_goes_out_is_never_a_formula(text: str) -> None:
    assert not formula.is_formula(formula.quoted(text))


def test_plain_texts_stay_as_they_are() -> None:
    for text in ("", "北京路", "'quoted'", "a=b", "''"):
        assert formula.quoted(text) == text
