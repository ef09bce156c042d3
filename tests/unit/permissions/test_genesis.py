"""A genesis is put in force whole, or refused by the name of what is wrong."""

from dataclasses import replace
from importlib import resources
from typing import Any

import pytest

from services.chassis.errors import InvalidArgument
from services.decider.facts import CATEGORIES, AgencyKind, Tier
from services.decider.policy import Policy, parse
from services.permissions.agencies.domain import Account, Agency
from services.permissions.genesis import Genesis, check

POLICY = parse(resources.files("services.permissions.genesis").joinpath("policy.csv").read_text("utf-8"))
METRO = Agency("agencies/metro", "metro", AgencyKind.OPERATOR, Tier.MUNICIPAL, "440100")
ONE = Account("principals/one", "agencies/metro", 3, frozenset({"a" * 64}))
SOUND = Genesis(POLICY, (METRO,), (ONE,), dict.fromkeys(CATEGORIES, 2), {"44010400001320000017": 4})


def test_a_sound_genesis_passes() -> None:
    check(SOUND)


@pytest.mark.parametrize(
    ("field", "part", "value"),
    [
        ("policy_csv", "policy", Policy(())),
        ("agencies", "agencies", (METRO, METRO)),
        ("principals", "accounts", ()),
        ("principals", "accounts", (ONE, replace(ONE, certificates=frozenset()))),
        ("principals.agency", "accounts", (replace(ONE, agency="agencies/ghost"),)),
        ("principals.certificate_sha256", "accounts", (ONE, replace(ONE, name="principals/two"))),
        ("category_levels", "category_levels", {1: 2}),
        ("category_levels", "category_levels", dict.fromkeys(CATEGORIES, 6)),
        ("camera_levels", "camera_levels", {"123": 4}),
        ("camera_levels", "camera_levels", {"44010400001320000017": 0}),
        ("camera_levels", "camera_levels", {"\uff14\uff14010400001320000017": 5}),  # would name no camera
        ("camera_levels", "camera_levels", {"\u0664\u0664010400001320000017": 5}),
        ("principal.clearance", "accounts", (replace(ONE, clearance=6),)),
        ("agency.jurisdiction", "agencies", (replace(METRO, jurisdiction="110000"),)),
    ],
)
def test_what_is_wrong_is_named(field: str, part: str, value: Any) -> None:
    with pytest.raises(InvalidArgument) as refusal:
        check(replace(SOUND, **{part: value}))
    assert field in [violation.field for violation in refusal.value.violations]
