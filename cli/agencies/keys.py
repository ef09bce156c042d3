"""`kapok agencies keys`: with what an agency signs the tokens of its persons, and its letters (Article 19)."""

import os
import secrets
from pathlib import Path
from typing import Annotated, Any

import typer

from cli import names, screen
from cli.agencies.group import OptionalAgency, agency_of, group
from cli.grounds import ReasonOption
from cli.invocation import Context
from cli.listing import LimitOption, show_list
from kapok.permissions.v1 import agencies_service_pb2 as pb
from kapok.permissions.v1 import agency_key_pb2
from services.chassis.signing import Signer
from services.permissions.agencies.key import PROOF_PURPOSE, KeyPurpose, proof_payload

keys_group = typer.Typer(no_args_is_help=True, help="The Ed25519 keys that an agency signs with.")
group.add_typer(keys_group, name="keys")
_PURPOSE = agency_key_pb2.AgencyKey.Purpose
_SEED_BYTES = 32


@keys_group.command("register")
def register_key(
    context: Context,
    key: Annotated[Path, typer.Argument(help="Ed25519 seed in hexadecimal digits; made when it is not there.")],
    purpose: Annotated[
        int, typer.Option(parser=names.choice(_PURPOSE, "PURPOSE_"), metavar="PURPOSE", help="tokens or letters.")
    ],
    agency: OptionalAgency = "",
) -> None:
    """Register the public half of KEY. The private half stays in the file, for its owner alone."""
    _make_unless_there(key)
    signer, owner = Signer.from_file(key), agency_of(agency, context.obj.gateway.agency)
    said = KeyPurpose[_PURPOSE.Name(purpose).removeprefix("PURPOSE_")]
    proof = signer.sign(PROOF_PURPOSE, proof_payload(owner, said))
    public = agency_key_pb2.AgencyKey(agency=owner, purpose=_PURPOSE.Name(purpose), public_key=signer.public_key)
    _show(context, context.obj.gateway.call(pb.RegisterAgencyKeyRequest(agency_key=public, proof=proof)))


@keys_group.command("list")
def list_keys(context: Context, agency: OptionalAgency = "", limit: LimitOption = 1000) -> None:
    """The keys of an agency, revoked ones too."""
    request = pb.ListAgencyKeysRequest(parent=agency_of(agency, context.obj.gateway.agency), page_size=1000)
    show_list(
        context, request, limit, ("key", "signs", "registered", "by", "revoked", "by", "because"),
        lambda one: (one.name, _purpose(one), screen.moment(one.register_time), one.registered_by,
                     screen.moment(one.revoke_time), one.revoked_by, one.revoke_reason),
    )  # fmt: skip


@keys_group.command("revoke")
def revoke_key(
    context: Context,
    key: Annotated[str, typer.Argument(parser=names.resource("agencyKeys"), metavar="KEY", help="agencyKeys/ID.")],
    reason: ReasonOption,
) -> None:
    """Revoke a key of your agency for good, and end what stands on it."""
    _show(context, context.obj.gateway.call(pb.RevokeAgencyKeyRequest(name=key, reason=reason)))


def _make_unless_there(key: Path) -> None:
    try:
        file = os.open(key, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    with os.fdopen(file, "w") as opened:
        opened.write(secrets.token_bytes(_SEED_BYTES).hex())


def _purpose(one: Any) -> str:
    return names.label("PURPOSE_", _PURPOSE.Name(one.purpose))


def _show(context: Context, one: Any) -> None:
    context.obj.screen.fields(
        one, ("key", one.name), ("of", one.agency), ("signs", _purpose(one)),
        ("registered", screen.moment(one.register_time)), ("by", one.registered_by),
        ("revoked", screen.moment(one.revoke_time)), ("by", one.revoked_by), ("because", one.revoke_reason),
    )  # fmt: skip
