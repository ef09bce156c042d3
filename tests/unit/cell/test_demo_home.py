"""The demo's first policy is one that the three organs signed, for everybody and every camera of the city."""

import json
from pathlib import Path

import pytest

from demo.city import CAMERAS
from demo.home import DemoCity
from kapok.permissions.v1 import genesis_pb2
from services.cell import keys
from services.chassis.signing import Signer, Verifier


@pytest.fixture
def made(tmp_path: Path) -> keys.Keys:
    return keys.make(tmp_path, [], [], [])


@pytest.fixture
def signed(made: keys.Keys) -> genesis_pb2.SignedGenesis:
    city = DemoCity()
    organs = {kind: Signer.from_file(made.signing(f"organ-{kind}")) for kind in keys.ORGANS}
    prints = {one.id: f"{number:064x}" for number, one in enumerate(city.principals)}
    return genesis_pb2.SignedGenesis.FromString(city.genesis(organs, prints))


def test_the_pinned_keys_of_all_three_organs_fit_the_signatures(
    made: keys.Keys, signed: genesis_pb2.SignedGenesis
) -> None:
    pinned = {kind: Verifier(bytes.fromhex(key)) for kind, key in json.loads(made.organs.read_text()).items()}
    assert {one.agency_kind for one in signed.signatures} == set(pinned)
    for one in signed.signatures:
        assert pinned[one.agency_kind].is_signed("kapok.permissions.genesis", signed.genesis, one.signature)


def test_every_principal_has_a_certificate_and_every_camera_and_category_a_level(
    signed: genesis_pb2.SignedGenesis,
) -> None:
    genesis = genesis_pb2.Genesis.FromString(signed.genesis)
    assert all(len(one.certificate_sha256) == 1 for one in genesis.principals)
    assert dict(genesis.camera_levels) == {camera.code: camera.level for camera in CAMERAS}
    assert set(genesis.category_levels) == set(range(1, 14))
