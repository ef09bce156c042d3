"""What is believed of the addresses and the profiles that an ONVIF camera tells."""

from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.chassis.errors import FailedPrecondition, Unavailable
from services.streams.relay.onvif_pointing import _profile
from services.streams.relay.soap import path_of


@pytest.mark.parametrize(
    ("told", "believed"),
    [
        ("http://192.0.2.1:8080/onvif/ptz_service", "/onvif/ptz_service"),
        ("http://admin:geheim@evil/ptz?channel=1#x", "/ptz?channel=1"),
        ("https://[2001:db8::1]", "/"),
        ("/onvif/ptz", "/onvif/ptz"),
        ("http://a//evil/ptz", "//evil/ptz"),
    ],
)
def test_of_an_address_the_path_alone_is_believed(told: str, believed: str) -> None:
    assert path_of(told) == believed


@pytest.mark.parametrize("told", [None, 7, b"/x", "http://[", "http://x/a b", "http://x/\u2603", "/" + "a" * 2000])
def test_what_is_no_address_is_refused(told: Any) -> None:
    with pytest.raises(Unavailable):
        path_of(told)


@given(st.text(max_size=100))
def test_nothing_that_a_camera_tells_leaves_the_path(told: str) -> None:
    try:
        path_qs = path_of(told)
    except Unavailable:
        return
    assert path_qs.startswith("/")
    assert path_qs.isascii()
    assert path_qs.isprintable()
    assert " " not in path_qs


def profile(token: Any, *, moves: bool = True) -> SimpleNamespace:
    return SimpleNamespace(token=token, PTZConfiguration=object() if moves else None)


def test_the_first_profile_that_moves_is_used_or_the_one_that_is_named() -> None:
    told = [profile(None), profile(""), profile("x" * 65), profile("a\n"), profile("fixed", moves=False), profile("b")]
    assert _profile(told, "") == "b"
    assert _profile(told, "fixed") == "fixed"


@pytest.mark.parametrize("told", [None, [], {}, "profiles", [None], [profile("fixed", moves=False)]])
def test_a_camera_without_a_profile_that_moves_is_said_to_be_so(told: Any) -> None:
    with pytest.raises(FailedPrecondition):
        _profile(told, "")
