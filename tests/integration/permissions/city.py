"""A small city for these tests: its agencies, its cameras, and the genesis that its three organs sign."""

from collections.abc import Mapping
from importlib import resources

from kapok.permissions.v1 import genesis_pb2
from services.chassis.signing import Signer
from services.decider.facts import CATEGORIES

AGENCIES = {
    "police-guangzhou": ("public-security", "440100"),
    "police-yuexiu": ("public-security", "440104"),
    "security-guangzhou": ("national-security", "440100"),
    "informatics-guangzhou": ("information-technology", "440100"),
    "command-guangzhou": ("emergency-command", "440100"),
    "urban-yuexiu": ("urban-management", "440104"),
    "metro": ("operator", "440100"),
    "archive": ("operator", "440100"),
}
PRINCIPALS = {**{name: name for name in AGENCIES}, "command-guangzhou-duty": "command-guangzhou"}
STREET, TUNNEL, SECRET, NOWHERE = (
    f"districts/440104/cameras/4401040000132000{serial}" for serial in ("0017", "0018", "0019", "0020")
)
# Level and operator of each camera that exists; all of them lie in the same block of Yuexiu.
CAMERAS = {STREET: (2, "metro"), TUNNEL: (4, "metro"), SECRET: (5, "archive")}
BLOCK = ((23.12, 113.25), (23.12, 113.28), (23.14, 113.28), (23.14, 113.25))
INSIDE = (23.13, 113.265)


def principal(name: str) -> str:
    """Its resource name."""
    return f"principals/{name}"


def fingerprint(name: str) -> str:
    """Of the principal's certificate; any 64 digits do."""
    return name.encode().hex().ljust(64, "0")[:64]


def signed_genesis(
    organs: Mapping[str, Signer], levels: Mapping[str, int] | None = None, defaults: Mapping[int, int] | None = None
) -> bytes:
    """The policy that ships with this city's names, signed by ``organs``.

    ``levels`` of more cameras, by name; ``defaults`` of place categories, 2 without one.
    """
    known = {name: level for name, (level, _) in CAMERAS.items()} | dict(levels or {})
    genesis = genesis_pb2.Genesis(
        policy_csv=resources.files("services.permissions.genesis").joinpath("policy.csv").read_text("utf-8"),
        category_levels=dict.fromkeys(CATEGORIES, 2) | dict(defaults or {}),
        camera_levels={name.rpartition("/")[2]: level for name, level in known.items()},
    )
    for name, (kind, jurisdiction) in AGENCIES.items():
        tier = "municipal" if jurisdiction == "440100" else "district"
        genesis.agencies.add(
            name=f"agencies/{name}", display_name=name, kind=kind, tier=tier, jurisdiction=jurisdiction
        )
    for name, agency in PRINCIPALS.items():
        genesis.principals.add(
            name=principal(name), agency=f"agencies/{agency}", clearance=4, certificate_sha256=[fingerprint(name)]
        )
    signed = genesis_pb2.SignedGenesis(genesis=genesis.SerializeToString(deterministic=True))
    for kind, signer in organs.items():
        signed.signatures.add(agency_kind=kind, signature=signer.sign("kapok.permissions.genesis", signed.genesis))
    return signed.SerializeToString()
