"""`kapok agencies token`: a token of a person, signed with the key that its agency registered (purpose `tokens`)."""

import base64
import hashlib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import jwt
import typer
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding

from cli import names
from cli.agencies.group import group
from cli.invocation import Context


@group.command("token")
def token(
    context: Context,
    person: Annotated[
        str, typer.Argument(parser=names.resource("principals"), metavar="PERSON", help="principals/ID, or the ID.")
    ],
    key: Annotated[Path, typer.Option(help="The Ed25519 seed whose public half is registered, in hexadecimal digits.")],
    minutes: Annotated[float, typer.Option(min=0.1, max=10, help="How long it is good for.")] = 10,
) -> None:
    """Sign a token for PERSON, to be sent as `authorization: Bearer …` over a connection of this --as."""
    gateway = context.obj.gateway
    certificate = x509.load_pem_x509_certificate((gateway.home / gateway.me["certificate"]).read_bytes())
    private = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(key.read_text().strip()))
    now = datetime.now(UTC)
    claims = {
        "sub": person,
        "aud": gateway.endpoints.audience,
        "iat": int(now.timestamp()),
        "exp": int((now + timedelta(minutes=minutes)).timestamp()),
        "cnf": {"x5t#S256": _base64url(hashlib.sha256(certificate.public_bytes(Encoding.DER)).digest())},
    }
    kid = hashlib.sha256(private.public_key().public_bytes_raw()).hexdigest()
    made = jwt.encode(claims, private, algorithm="EdDSA", headers={"kid": kid})
    context.obj.screen.line(made)
    if context.obj.screen.is_json:
        context.obj.screen.document({"token": made})


def _base64url(digest: bytes) -> str:
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
