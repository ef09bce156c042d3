"""Digest and Basic authentication against the examples of RFC 2617 and RFC 7616, and against each other."""

import pytest

from services.chassis.errors import Unauthenticated
from services.rtsp.digest import Credentials, Guard, choose

MUFASA = Credentials("Mufasa", "Circle of Life")
RFC_7616_NONCE = "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v"


def rfc_7616_offer(algorithm: str) -> str:
    return (
        f'Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm={algorithm}, '
        f'nonce="{RFC_7616_NONCE}", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"'
    )


@pytest.mark.parametrize(
    ("algorithm", "response"),
    [
        ("MD5", "8ca523f5e9506fed4657c9700eebdbec"),
        ("SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
    ],
)
def test_answers_the_example_of_rfc_7616(algorithm: str, response: str) -> None:
    challenge = choose([rfc_7616_offer(algorithm)])
    cnonce = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ"
    header = challenge.authorization(MUFASA, "GET", "/dir/index.html", cnonce=cnonce)
    assert f'response="{response}"' in header
    assert "nc=00000001" in header


def test_answers_the_example_of_rfc_2617() -> None:
    offer = 'Digest realm="testrealm@host.com", qop="auth,auth-int", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093"'
    header = choose([offer]).authorization(
        Credentials("Mufasa", "Circle Of Life"), "GET", "/dir/index.html", cnonce="0a4f113b"
    )
    assert 'response="6629fae49393a05397450978507c4ef1"' in header


def test_prefers_sha_256_then_md5_then_basic() -> None:
    basic, md5, sha = 'Basic realm="camera"', 'Digest realm="c", nonce="n"', rfc_7616_offer("SHA-256")
    assert choose([basic, md5, sha]).algorithm == "SHA-256"
    assert choose([basic, md5]).scheme == "digest"
    assert choose([f"{basic}, {md5}"]).scheme == "digest"
    assert (
        choose([basic]).authorization(MUFASA, "PLAY", "rtsp://c/", cnonce="x") == "Basic TXVmYXNhOkNpcmNsZSBvZiBMaWZl"
    )


def test_never_sends_basic_when_a_digest_it_cannot_do_is_offered() -> None:
    with pytest.raises(Unauthenticated, match="Digest with MD5 or SHA-256"):
        choose(['Basic realm="c"', 'Digest realm="c", nonce="n", algorithm=SHA-512-256'])


@pytest.mark.parametrize("offers", [[], [""], ["nonsense"], ['Negotiate realm="c"', "Digestive"]])
def test_refuses_a_401_without_any_challenge(offers: list[str]) -> None:
    with pytest.raises(Unauthenticated):
        choose(offers)


@pytest.mark.parametrize("algorithm", ["MD5", "SHA-256"])
def test_a_guard_accepts_its_own_password_and_nothing_else(algorithm: str) -> None:
    guard = Guard('gate "7"', Credentials("admin", "深圳-secret"), "nonce-1", algorithm)
    uri = "rtsp://camera/44010600001310000001"
    challenge = choose([guard.challenge])

    def sign(password: str, method: str = "PLAY", to: str = uri) -> str:
        return challenge.authorization(Credentials("admin", password), method, to, cnonce="c", count=3)

    good = sign("深圳-secret")
    assert guard.accepts(good, "PLAY", uri)
    assert guard.accepts(sign("深圳-secret", to="/44010600001310000001"), "PLAY", uri)
    assert not guard.accepts(good, "DESCRIBE", uri)
    assert not guard.accepts(good, "PLAY", "rtsp://camera/another")
    assert not guard.accepts(sign("wrong"), "PLAY", uri)
    assert not Guard(guard.realm, guard.who, "nonce-2", algorithm).accepts(good, "PLAY", uri)
    for garbage in ("", "Basic eDp5", "Digest", "Digest username=", 'Digest qop="auth', "Digest " + '"' * 100_000):
        assert not guard.accepts(garbage, "PLAY", uri)


def test_a_password_is_in_no_repr() -> None:
    assert "Circle" not in repr(MUFASA)
