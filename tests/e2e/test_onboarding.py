"""A new agency on a running platform: one command, and it connects; suspended, it and its running look end at once."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import grpc
import pytest

from cli.agencies.folder import Folder
from cli.gateway import Gateway
from demo.chapters import first_camera, name_of, refused
from demo.city import CAMERAS, Camera
from demo.platform import Platform, watching
from kapok.permissions.v1 import agencies_service_pb2 as agencies
from kapok.permissions.v1 import permissions_service_pb2 as permissions
from kapok.registry.v1 import registry_service_pb2 as registry
from kapok.streams.v1 import session_pb2, streams_service_pb2, streams_service_pb2_grpc
from services.cell.authority import Authority
from services.chassis import errors, rpc_status

POLICE = "police-guangzhou"
CAMERA = first_camera("440106", level=1)
KIND = ("--kind", "urban-management", "--tier", "district", "--jurisdiction", "440106")


def onboard(stage: Platform, name: str, folder: Path, *more: str) -> "subprocess.CompletedProcess[str]":
    """Run the command as municipal public security."""
    return stage.kapok("--as", POLICE, "agencies", "onboard", name, *KIND, "--folder", str(folder), *more)


@pytest.fixture
def lake(stage: Platform, tmp_path: Path) -> Iterator[Gateway]:
    """A new agency of Tianhe, connected with its folder from where that was moved to."""
    made, moved = tmp_path / "lake", tmp_path / "on another machine"
    identifier = f"lake-{os.getpid()}-{abs(hash(tmp_path)) % 10**6}"
    told = onboard(stage, identifier, made, "--clearance", "2")
    assert told.returncode == 0, told.stderr
    made.rename(moved)
    gateway = Gateway(moved, identifier)
    yield gateway
    gateway.close()


def live(gateway: Gateway) -> streams_service_pb2.OpenSessionResponse:
    wanted = session_pb2.Session(camera=name_of(CAMERA), kind="KIND_LIVE", purpose="PURPOSE_URBAN_MANAGEMENT")
    opened: streams_service_pb2.OpenSessionResponse = gateway.call(
        streams_service_pb2.OpenSessionRequest(session=wanted)
    )
    return opened


def test_it_connects_with_its_folder_and_sees_what_its_rows_show_it(stage: Platform, lake: Gateway) -> None:
    listed = lake.call(registry.ListCamerasRequest(parent="districts/-", page_size=1000)).cameras
    assert name_of(CAMERA) in {camera.name for camera in listed}
    assert {(camera.name.split("/")[1], camera.security_level <= 2) for camera in listed} == {("440106", True)}
    question = permissions.CheckRequest(camera=name_of(CAMERA), action="ACTION_DESCRIBE")
    assert lake.call(question).decision.rule == "art14-describe-district-urban"
    assert lake.call(agencies.GetAgencyRequest(name=lake.agency)).registered_by == f"principals/{POLICE}"


def test_the_folder_is_its_owners_alone_and_its_example_runs(stage: Platform, lake: Gateway) -> None:
    assert lake.home.stat().st_mode & 0o777 == 0o700
    assert (lake.home / "key.pem").stat().st_mode & 0o777 == 0o600
    ran = subprocess.run(
        [sys.executable, lake.home / "agency.py", lake.home / "endpoints.json"],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert "rtsp://" in ran.stdout, ran.stderr


def test_suspended_it_is_refused_and_its_running_look_ends(stage: Platform, lake: Gateway) -> None:
    viewer = watching(live(lake).rtsp_url)
    assert viewer.await_pictures(25), viewer.why
    told = stage.kapok("--as", POLICE, "agencies", "suspend", lake.agency, "--reason", "its office was broken into")
    assert told.returncode == 0, told.stderr
    assert viewer.ended.wait(5), "a suspended agency still sees pictures"
    with refused("PRINCIPAL_REVOKED", ""):
        live(lake)
    told = stage.kapok("--as", POLICE, "agencies", "reinstate", lake.agency, "--reason", "all is well")
    assert told.returncode == 0, told.stderr
    assert live(lake).rtsp_url


def test_a_certificate_is_replaced_and_what_runs_under_the_former_ends(
    stage: Platform, lake: Gateway, tmp_path: Path
) -> None:
    viewer = watching(live(lake).rtsp_url)
    assert viewer.await_pictures(25), viewer.why
    [former] = lake.call(agencies.ListPrincipalsRequest(parent=lake.agency)).principals[0].certificate_sha256
    renewed = _with_another_certificate(stage, lake, tmp_path / "renewed")
    under_the_new = watching(live(renewed).rtsp_url)
    assert under_the_new.await_pictures(25), under_the_new.why
    renewed.call(agencies.RevokeCertificateRequest(name=f"certificates/{former}", reason="its key lay open"))
    assert viewer.ended.wait(5), "what was opened under a revoked certificate still runs"
    assert not under_the_new.ended.is_set()
    with pytest.raises(errors.Unauthenticated, match="was revoked"):
        live(lake)
    assert live(renewed).rtsp_url
    renewed.close()


def _with_another_certificate(stage: Platform, lake: Gateway, folder: Path) -> Gateway:
    """The same principal with a key and a certificate more."""
    made, own = Folder(folder), Folder(lake.home)
    request = made.make_request(lake.principal_id)
    authority = Authority.at_hand(stage.home / "certs" / "ca.pem", datetime.now(UTC))
    assert authority is not None
    made.keep_certificate(authority.certify(lake.principal_id, request))
    lake.call(
        agencies.RegisterCertificateRequest(
            parent=f"principals/{lake.principal_id}", certificate=made.certificate.read_bytes()
        )
    )
    told = json.loads(own.endpoints.read_text())
    made.connect(
        lake.principal_id, told["grpc"], own.ca.read_bytes(),
        {"agency": lake.agency, "kind": "urban-management", "http": "",
         "ledger_public_key": told["ledger_public_key"], "audience": told["audience"]},
    )  # fmt: skip
    return Gateway(folder, lake.principal_id)


def test_a_person_looks_with_a_token_until_its_key_is_revoked(stage: Platform, lake: Gateway, tmp_path: Path) -> None:
    home, key = ("--home", str(lake.home), "--as", lake.principal_id), tmp_path / "tokens.ed25519"
    registered = _kapok(*home, "--json", "agencies", "keys", "register", str(key), "--purpose", "tokens")
    person = f"li-{lake.principal_id}"
    _kapok(*home, "agencies", "enrol", person, "--person", "--clearance", "1")
    token = _kapok(*home, "agencies", "token", person, "--key", str(key)).strip()
    opened = _live_as(lake, token)
    assert opened.session.principal == f"principals/{person}"
    viewer = watching(opened.rtsp_url)
    assert viewer.await_pictures(25), viewer.why
    _kapok(*home, "agencies", "keys", "revoke", json.loads(registered)["name"], "--reason", "lost")
    assert viewer.ended.wait(5), "what was opened with a token under a revoked key still runs"
    with pytest.raises(errors.Unauthenticated, match="kid"):
        _live_as(lake, token)
    assert live(lake).rtsp_url, "its agency's system is as before"


def _kapok(*words: str) -> str:
    ran = subprocess.run([sys.executable, "-m", "cli", *words], capture_output=True, text=True, check=False, timeout=60)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def _live_as(gateway: Gateway, token: str, camera: Camera = CAMERA) -> streams_service_pb2.OpenSessionResponse:
    """A live session of the person whose token it is; raises errors.Error."""
    wanted = session_pb2.Session(camera=name_of(camera), kind="KIND_LIVE", purpose="PURPOSE_URBAN_MANAGEMENT")
    own = [(gateway.home / gateway.me[name]).read_bytes() for name in ("key", "certificate")]
    credentials = grpc.ssl_channel_credentials(gateway.endpoints.ca.read_bytes(), *own)
    with grpc.secure_channel(gateway.endpoints.grpc, credentials) as line:
        stub = streams_service_pb2_grpc.StreamsServiceStub(line)
        request = streams_service_pb2.OpenSessionRequest(session=wanted)
        try:
            opened: streams_service_pb2.OpenSessionResponse = stub.OpenSession(
                request, metadata=(("authorization", f"Bearer {token}"),), timeout=10
            )
        except grpc.RpcError as failure:
            raise rpc_status.to_error(failure, "the gateway") from failure
    return opened


def test_an_operators_person_looks_while_trained_and_on_duty(stage: Platform, tmp_path: Path) -> None:
    camera = next(one for one in CAMERAS if one.operator == "parks-guangzhou")
    home, key, person = ("--home", str(stage.home)), tmp_path / "tokens.ed25519", f"zhou-{os.getpid()}"
    mine, police = (*home, "--as", "parks-guangzhou"), (*home, "--as", POLICE, "--json")
    _kapok(*mine, "agencies", "keys", "register", str(key), "--purpose", "tokens")
    _kapok(*mine, "agencies", "enrol", person, "--person", "--clearance", "1")
    token = _kapok(*mine, "agencies", "token", person, "--key", str(key)).strip()
    gateway = stage.gateway("parks-guangzhou")
    with refused("NOT_PERMITTED", "Article 23", "Article 20", "municipal public security"):
        _live_as(gateway, token, camera)
    _kapok(*police, "staff", "register-training", person, "--number", "T-1")
    with refused("NOT_PERMITTED", "Article 20"):
        _live_as(gateway, token, camera)
    shift = json.loads(_kapok(*mine, "--json", "staff", "enter-shift", person, "--hours", "1"))["name"]
    viewer = watching(_live_as(gateway, token, camera).rtsp_url)
    assert viewer.await_pictures(25), viewer.why
    _kapok(*mine, "staff", "end-shift", shift, "--reason", "went home")
    assert viewer.ended.wait(5), "its shift is over and it still looks"
    with refused("NOT_PERMITTED", "Article 20"):
        _live_as(gateway, token, camera)
