"""RTSP authentication (RFC 2617, RFC 7616): the client's answer to a challenge, the server's check of an answer. Pure.

Passwords come in, header values go out. A password never leaves in clear when the other side offers Digest.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import zip_longest
from urllib.parse import urlsplit

from services.chassis.errors import Unauthenticated

Hash = Callable[[bytes], "hashlib._Hash"]


def _md5(data: bytes) -> "hashlib._Hash":
    return hashlib.md5(data, usedforsecurity=False)  # RFC 2617 asks for it; most cameras know nothing better


ALGORITHMS: dict[str, Hash] = {"SHA-256": hashlib.sha256, "MD5": _md5}  # the better one first
_LONGEST = 2048  # characters of a header looked at: the patterns below are quadratic on hostile quotes
_SCHEME = re.compile(r'(?:^|,)\s*(Digest|Basic)(?=\s|$)(?=(?:[^"]|"(?:[^"\\]|\\.)*")*$)', re.IGNORECASE)
_PARAMETER = re.compile(r'([A-Za-z0-9_-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))')


@dataclass(frozen=True, slots=True)
class Credentials:
    """Who we are to a camera. The password is in no repr."""

    username: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Challenge:
    """One offer of a WWW-Authenticate header; ``qop`` is ``auth`` or empty (RFC 2069 style, old cameras)."""

    scheme: str
    realm: str = ""
    nonce: str = ""
    algorithm: str = "MD5"
    qop: str = ""
    opaque: str | None = None

    def authorization(self, who: Credentials, method: str, uri: str, *, cnonce: str, count: int = 1) -> str:
        """The Authorization header for one request; ``count`` grows with each use of the same nonce."""
        if self.scheme == "basic":
            return "Basic " + base64.b64encode(f"{who.username}:{who.password}".encode()).decode()
        quoted = {"username": who.username, "realm": self.realm, "nonce": self.nonce, "uri": uri}
        plain = {"algorithm": self.algorithm}
        if self.qop:
            quoted["cnonce"] = cnonce
            plain |= {"qop": self.qop, "nc": f"{count:08x}"}
        if self.opaque is not None:
            quoted["opaque"] = self.opaque
        quoted["response"] = _response(who, method, {**quoted, **plain})
        parts = [f'{key}="{_escaped(value)}"' for key, value in quoted.items()]
        return "Digest " + ", ".join(parts + [f"{key}={value}" for key, value in plain.items()])


def choose(offers: Iterable[str]) -> Challenge:
    """The strongest challenge among WWW-Authenticate values: SHA-256, MD5, Basic.

    Raises Unauthenticated (``SOURCE_AUTHENTICATION_REFUSED``) when none can be answered. Basic is never the way out
    of a Digest that we can't do: who offers Digest would not want the password in clear.
    """
    challenges = [challenge for offer in offers for challenge in _challenges(offer)]
    digests = [c for c in challenges if c.scheme == "digest"]
    usable = [c for name in ALGORITHMS for c in digests if c.algorithm == name and c.qop in ("", "auth")]
    if not digests:
        usable = challenges
    if not usable:
        raise Unauthenticated(
            "SOURCE_AUTHENTICATION_REFUSED",
            "the camera offers no authentication that we speak; switch on Digest with MD5 or SHA-256 in its settings",
        )
    return usable[0]


@dataclass(frozen=True, slots=True)
class Guard:
    """The server's side: one challenge for one connection, whose random ``nonce`` is drawn by the caller."""

    realm: str
    who: Credentials
    nonce: str
    algorithm: str = "MD5"

    @property
    def challenge(self) -> str:
        """The WWW-Authenticate header of a 401."""
        return f'Digest realm="{_escaped(self.realm)}", nonce="{self.nonce}", algorithm={self.algorithm}, qop="auth"'

    def accepts(self, authorization: str, method: str, uri: str) -> bool:
        """True when the Authorization header proves the password for this request and this connection's nonce."""
        scheme, _, rest = authorization.partition(" ")
        given = {"algorithm": "MD5", "qop": "", "uri": "", **_parameters(rest)}
        expected = {
            "username": self.who.username,
            "realm": self.realm,
            "nonce": self.nonce,
            "algorithm": self.algorithm,
        }
        if scheme.lower() != "digest" or len(rest) > _LONGEST:
            return False
        if any(given.get(key) != value for key, value in expected.items()):
            return False
        if given["qop"] not in ("", "auth") or _path(given["uri"]) != _path(uri):
            return False
        wanted = _response(self.who, method, given)
        return hmac.compare_digest(wanted.encode(), given.get("response", "").lower().encode())


def _response(who: Credentials, method: str, given: dict[str, str]) -> str:
    """RFC 7616 §3.4.1; without qop RFC 2069's shorter form."""
    digest = ALGORITHMS[given["algorithm"]]

    def h(*parts: str) -> str:
        return digest(":".join(parts).encode(errors="surrogateescape")).hexdigest()

    secret, request = h(who.username, given["realm"], who.password), h(method, given["uri"])
    if not given.get("qop"):
        return h(secret, given["nonce"], request)
    return h(secret, given["nonce"], given.get("nc", ""), given.get("cnonce", ""), given["qop"], request)


def _challenges(offer: str) -> list[Challenge]:
    """One header may list several challenges, separated like their parameters by commas (RFC 7235 §4.1)."""
    offer = offer[:_LONGEST]
    starts = list(_SCHEME.finditer(offer))
    found = []
    for start, following in zip_longest(starts, starts[1:]):
        end = following.start() if following else len(offer)
        given = _parameters(offer[start.end() : end])
        offered = [q.strip().lower() for q in given.get("qop", "").split(",") if q.strip()]
        found.append(
            Challenge(
                scheme=start[1].lower(),
                realm=given.get("realm", ""),
                nonce=given.get("nonce", ""),
                algorithm=given.get("algorithm", "MD5").upper(),
                qop="auth" if "auth" in offered else ",".join(offered),
                opaque=given.get("opaque"),
            )
        )
    return found


def _parameters(text: str) -> dict[str, str]:
    return {name.lower(): re.sub(r"\\(.)", r"\1", quoted) or plain for name, quoted, plain in _PARAMETER.findall(text)}


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"')


def _path(uri: str) -> str:
    """Clients sign the absolute URI or its path only: both name the same thing on one connection."""
    try:
        parts = urlsplit(uri)
    except ValueError:
        return uri
    return f"{parts.path}?{parts.query}".rstrip("/?")
