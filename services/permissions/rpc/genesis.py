"""The organs' signed document → domain. Three signatures by three keys, or nothing is read (Article 14 ¶2)."""

from collections.abc import Mapping

from google.protobuf.message import DecodeError

from kapok.permissions.v1 import genesis_pb2
from services.chassis.errors import InvalidArgument, Violation
from services.chassis.signing import Verifier
from services.decider.facts import AgencyKind, Tier
from services.decider.policy import parse
from services.permissions.agencies.domain import Account, Agency
from services.permissions.genesis import MAX_BYTES, ORGANS, PURPOSE, Genesis


def read(document: bytes, organ_keys: Mapping[str, bytes]) -> Genesis:
    """Verify a serialised SignedGenesis against the keys pinned at installation, then parse it.

    Raises InvalidArgument that says which signature or field is wrong. The rules of the content are genesis.check's.
    """
    if len(document) > MAX_BYTES:
        raise _refused("genesis", f"must be at most {MAX_BYTES} bytes")
    signed = genesis_pb2.SignedGenesis()
    found = genesis_pb2.Genesis()
    try:
        signed.ParseFromString(document)
        _verify(signed, organ_keys)
        found.ParseFromString(signed.genesis)
    except DecodeError as error:
        raise _refused("genesis", "must be a serialised kapok.permissions.v1.SignedGenesis") from error
    return Genesis(
        policy=parse(found.policy_csv, found.roles_csv),
        agencies=tuple(map(_agency, found.agencies)),
        accounts=tuple(
            Account(p.name, p.agency, p.clearance, frozenset(p.certificate_sha256), frozenset(p.roles))
            for p in found.principals
        ),
        category_levels=dict(found.category_levels),
        camera_levels=dict(found.camera_levels),
    )


def _verify(signed: genesis_pb2.SignedGenesis, organ_keys: Mapping[str, bytes]) -> None:
    """Each organ has signed with a key of its own."""
    organs = [kind.value for kind in ORGANS]
    keys = [organ_keys.get(kind, b"") for kind in organs]
    if not all(keys) or len(set(keys)) < len(keys):
        raise _refused("organ_keys", f"must pin three different keys: {', '.join(organs)}")
    signatures = {signature.agency_kind: signature.signature for signature in signed.signatures}
    if len(signed.signatures) != len(organs) or set(signatures) != set(organs):
        raise _refused("signatures", f"must be one of each: {', '.join(organs)}")
    for kind, key in zip(organs, keys, strict=True):
        if not Verifier(key).is_signed(PURPOSE, signed.genesis, signatures[kind]):
            raise _refused("signatures", f"the one of {kind} is not by the key pinned for it")


def _agency(message: genesis_pb2.Agency) -> Agency:
    try:
        kind, tier = AgencyKind(message.kind), Tier(message.tier)
    except ValueError as error:
        raise _refused("agencies", f"{message.name}: {error}") from error
    return Agency(message.name, message.display_name, kind, tier, message.jurisdiction)


def _refused(field: str, description: str) -> InvalidArgument:
    return InvalidArgument(Violation(field, description))
