"""A person's token passes when everything in it is right, and each thing that is wrong is refused by its claim."""

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from services.chassis.errors import Unauthenticated
from services.gateway import token
from services.gateway.service import Shown

NOW = datetime(2026, 3, 1, 8, tzinfo=UTC)
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OTHER = Ed25519PrivateKey.from_private_bytes(bytes(32))
PUBLIC = KEY.public_key().public_bytes_raw()
KID = hashlib.sha256(PUBLIC).hexdigest()
PRINT = "ab" * 32
CELL = token.Expected("kapok://cells/mine", PRINT, NOW)
THUMBPRINT = base64.urlsafe_b64encode(bytes.fromhex(PRINT)).rstrip(b"=").decode()
AT = int(NOW.timestamp())


def claims(**changes: Any) -> dict[str, Any]:
    """Good ones, but for ``changes``; None takes a claim away."""
    good = {
        "sub": "principals/li-wei", "aud": CELL.audience, "iat": AT, "exp": AT + 300,
        "cnf": {"x5t#S256": THUMBPRINT},
    }  # fmt: skip
    return {name: value for name, value in (good | changes).items() if value is not None}


def signed(body: dict[str, Any] | None = None, key: Any = KEY, algorithm: str = "EdDSA", **header: Any) -> str:
    """A token; ``header`` changes its header."""
    return jwt.encode(body or claims(), key, algorithm=algorithm, headers={"kid": KID} | header)


def by_hand(header: dict[str, Any], body: Any, signature: bytes = b"") -> str:
    """A token that no library would make."""
    parts = [json.dumps(header).encode(), json.dumps(body).encode(), signature]
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)


def read(text: str, public_key: bytes = PUBLIC, expected: token.Expected = CELL) -> token.Claimed:
    """As the gateway does it."""
    said = token.claimed(text)
    token.verify(text, public_key, expected)
    return said


def refusal(text: str, expected: token.Expected = CELL, public_key: bytes = PUBLIC) -> str:
    """The claim that it is refused for."""
    with pytest.raises(Unauthenticated) as refused:
        read(text, public_key, expected)
    assert refused.value.reason == "PERSON_TOKEN_INVALID"
    assert not text or text not in refused.value.message
    return str(refused.value.metadata["claim"])


def test_a_good_token_passes_and_says_whose_it_is() -> None:
    text = signed()
    assert read(text) == token.Claimed("principals/li-wei", KID)


@pytest.mark.parametrize(
    ("changes", "claim"),
    [
        ({"aud": "kapok://cells/another"}, "aud"),
        ({"aud": None}, "aud"),
        ({"aud": [CELL.audience, "kapok://cells/another"]}, "aud"),
        ({"aud": ""}, "aud"),
        ({"iat": None}, "iat"),
        ({"exp": None}, "exp"),
        ({"exp": AT + 601}, "exp"),
        ({"iat": AT - 301}, "exp"),  # 601 s in all
        ({"exp": AT, "iat": AT}, "exp"),
        ({"exp": AT - 2, "iat": AT - 100}, "exp"),
        ({"exp": AT - 3600, "iat": AT - 3700}, "exp"),
        ({"iat": AT + 3, "exp": AT + 100}, "iat"),
        ({"nbf": AT + 3}, "nbf"),
        ({"exp": float(AT + 300)}, "exp"),
        ({"exp": str(AT + 300)}, "exp"),
        ({"exp": True}, "exp"),
        ({"iat": 1e400}, "iat"),
        ({"nbf": "soon"}, "nbf"),
        ({"cnf": None}, "cnf"),
        ({"cnf": THUMBPRINT}, "cnf"),
        ({"cnf": {}}, "cnf"),
        ({"cnf": {"x5t#S256": PRINT}}, "cnf"),
        ({"cnf": {"x5t#S256": THUMBPRINT + "="}}, "cnf"),
        ({"cnf": {"x5t": THUMBPRINT}}, "cnf"),
        ({"sub": None}, "sub"),
        ({"sub": "li-wei"}, "sub"),
        ({"sub": "principals/Li"}, "sub"),
        ({"sub": "principals/li\nwei"}, "sub"),
        ({"sub": ["principals/li-wei"]}, "sub"),
    ],
)
def test_a_wrong_claim_is_refused_by_name(changes: dict[str, Any], claim: str) -> None:
    body = claims(**changes)
    unsigned = by_hand({"alg": "EdDSA", "kid": KID, "typ": "JWT"}, body)
    signature = KEY.sign(unsigned.rstrip(".").encode())
    assert refusal(by_hand({"alg": "EdDSA", "kid": KID, "typ": "JWT"}, body, signature)) == claim


@pytest.mark.parametrize(("changes"), [{"exp": AT - 1, "iat": AT - 100}, {"iat": AT + 2}, {"nbf": AT + 2}])
def test_clocks_may_differ_by_two_seconds(changes: dict[str, int]) -> None:
    token.verify(signed(claims(**changes)), PUBLIC, CELL)


def test_another_connections_certificate_is_refused() -> None:
    assert refusal(signed(), token.Expected(CELL.audience, "cd" * 32, NOW)) == "cnf"


def test_it_is_over_when_its_time_is() -> None:
    later = token.Expected(CELL.audience, PRINT, NOW + timedelta(seconds=302))
    assert refusal(signed(), later) == "exp"


def test_a_token_by_another_key_is_refused_whatever_its_kid_says() -> None:
    assert refusal(signed(key=OTHER)) == "signature"
    assert refusal(signed(), public_key=OTHER.public_key().public_bytes_raw()) == "signature"
    assert refusal(signed(), public_key=b"") == "signature"


@pytest.mark.parametrize("kid", [None, "", "x", KID.upper(), KID + "0", ["a"], 7, f"agencyKeys/{KID}"])
def test_a_kid_that_is_no_fingerprint_is_refused(kid: Any) -> None:
    header = {"alg": "EdDSA", "typ": "JWT"} | ({} if kid is None else {"kid": kid})
    assert refusal(by_hand(header, claims(), bytes(64))) in {"kid", "token"}


def test_no_other_algorithm_passes() -> None:
    strong = rsa.generate_private_key(65537, 2048)
    assert refusal(by_hand({"alg": "none", "kid": KID}, claims())) == "alg"
    assert refusal(by_hand({"alg": "None", "kid": KID}, claims())) == "alg"
    assert refusal(by_hand({"kid": KID}, claims())) in {"alg", "token"}
    assert refusal(signed(key=strong, algorithm="RS256")) == "alg"
    assert refusal(signed(key=ec.generate_private_key(ec.SECP256R1()), algorithm="ES256")) == "alg"
    # The public key as the secret of a MAC: the oldest confusion of all.
    confused = by_hand({"alg": "HS256", "kid": KID}, claims()).rstrip(".")
    mac = base64.urlsafe_b64encode(hmac.digest(PUBLIC, confused.encode(), "sha256")).rstrip(b"=").decode()
    assert refusal(f"{confused}.{mac}") == "alg"


def test_a_signature_over_a_header_that_was_changed_is_none() -> None:
    head, body, signature = signed().split(".")
    other = by_hand({"alg": "EdDSA", "kid": KID, "typ": "JOSE"}, {}).split(".")[0]
    assert refusal(f"{other}.{body}.{signature}") == "signature"
    assert refusal(f"{head}.{body}.") == "signature"
    assert refusal(f"{head}.{body}.{base64.urlsafe_b64encode(bytes(64)).rstrip(b'=').decode()}") == "signature"


def test_an_extension_that_must_be_understood_is_not() -> None:
    assert refusal(signed(crit=["b64"], b64=False)) in {"token", "signature"}


@pytest.mark.parametrize(
    "text",
    [
        "", ".", "..", "a.b.c", "x" * 100, "e30.e30.e30", by_hand({"alg": "EdDSA", "kid": KID}, [1, 2]),
        by_hand({"alg": "EdDSA", "kid": KID}, "principals/li-wei"),
        "." * 4000, "[" * 2000, base64.urlsafe_b64encode(b"[" * 2900).decode() + ".e30.e30",
    ],
)  # fmt: skip
def test_what_is_no_token_at_all_is_refused(text: str) -> None:
    assert refusal(text) in {"token", "alg"}


@given(st.binary(max_size=200), st.binary(max_size=200), st.binary(max_size=80))
def test_no_noise_breaks_it(head: bytes, body: bytes, signature: bytes) -> None:
    text = ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in (head, body, signature))
    refusal(text)


@given(st.data())
def test_no_character_of_a_token_may_change(data: st.DataObject) -> None:
    text = signed()
    place = data.draw(st.integers(0, len(text) - 1))
    other = data.draw(st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=").filter(
        lambda letter: letter != text[place]
    ))  # fmt: skip
    changed = text[:place] + other + text[place + 1 :]
    try:
        read(changed)
    except Unauthenticated:
        return
    # The last character of base64 has bits that count for nothing: the same bytes, so the same token.
    assert place == len(text) - 1


@pytest.mark.parametrize(
    ("headers", "found"),
    [
        ([], ""), (["Bearer abc"], "abc"), (["bearer  abc "], "abc"), (["BEARER abc"], "abc"),
    ],
)  # fmt: skip
def test_the_header_is_read(headers: list[str], found: str) -> None:
    assert token.of_headers(headers) == found


@pytest.mark.parametrize(
    "headers",
    [
        ["Bearer a", "Bearer b"], ["Basic abc"], ["Bearer"], ["Bearer "], ["abc"], [""], ["Bearer ü"],
        ["Bearer " + "x" * (token.MAX_BYTES + 1)],
    ],
)  # fmt: skip
def test_a_header_that_is_not_understood_is_refused_and_not_passed_over(headers: list[str]) -> None:
    with pytest.raises(Unauthenticated) as refused:
        token.of_headers(headers)
    assert refused.value.metadata["claim"] == "authorization"


def test_what_a_call_shows_is_not_printed() -> None:
    assert "secret" not in repr(Shown(None, ("Bearer secret",)))  # type: ignore[arg-type] # no certificate to print
