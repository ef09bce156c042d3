"""How rights and processes end, on a platform of the test's own."""

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import psutil
import pytest

from demo.chapters import ahead, first_camera, name_of, opened
from demo.city import CAMERAS
from demo.platform import ANY_PORTS, Platform, watching
from kapok.permissions.v1 import legal_basis_pb2
from kapok.permissions.v1 import permissions_service_pb2 as permissions
from kapok.registry.v1 import changes_service_pb2 as changes
from services.chassis import errors
from tests.e2e.ledger import newest
from tests.e2e.silence import silent
from tests.eventually import wait

CAMERA = first_camera("440104", level=1)
LEASE_S = 10.0
at_home = pytest.mark.at_home


@contextmanager
def up(home: Path) -> "Iterator[subprocess.Popen[bytes]]":
    """`kapok up` on free ports, ready while inside; killed on leaving, when it still runs."""
    command = [sys.executable, "-m", "cli", "--home", str(home), "--json", "up", *ANY_PORTS]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        try:
            assert any(line.startswith(b"}") for line in process.stdout), "the platform did not come up"
            yield process
        finally:
            process.kill()


def everybody_of(process: "subprocess.Popen[bytes]") -> list[psutil.Process]:
    return [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]


@at_home("the command `kapok up` is a cell at home's")
def test_ctrl_c_drains_in_five_seconds_and_leaves_no_child(tmp_path: Path) -> None:
    with up(tmp_path / "home") as process:
        stage = Platform(tmp_path / "home", {})
        viewer = watching(opened(stage, "police-yuexiu", CAMERA).rtsp_url)
        assert viewer.await_pictures(25), viewer.why
        everybody = everybody_of(process)
        assert len(everybody) >= 4, "the cell, its bus, its relay, its lenses"
        process.send_signal(signal.SIGINT)
        assert process.wait(5) == 0
        assert [one for one in everybody if one.is_running() and one.status() != psutil.STATUS_ZOMBIE] == []
        assert viewer.ended.wait(1)


@at_home("a cell apart has no process of all services; tests/apart kills each")
def test_kill_9_loses_nothing_that_was_answered(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with up(home) as process:
        registered, sessions = _acts(Platform(home, {}))
        everybody = everybody_of(process)
        process.kill()
        process.wait()
        psutil.wait_procs(everybody, timeout=5)
        assert [one for one in everybody if one.is_running()] == [], "a child outlived the cell"
    with up(home):
        stage = Platform(home, {})
        check = permissions.CheckRequest(camera=name_of(CAMERA), action="ACTION_COPY", legal_basis=registered)
        assert stage.ask("police-yuexiu", check).decision.allowed, "the papers are gone"
        with pytest.raises(errors.Denied, match="revoked"):
            stage.ask("police-tianhe", check)
        wait(lambda: {fact.session for fact in newest(stage)} >= set(sessions))
        assert stage.kapok("--as", "police-guangzhou", "audit", "verify").returncode == 0


def _acts(stage: Platform) -> tuple[str, list[str]]:
    """Papers registered, sessions opened, a principal revoked: the basis' name and the sessions'."""
    basis = legal_basis_pb2.LegalBasis(
        number="9", issuer="agencies/police-yuexiu", cameras=[name_of(CAMERA)], purpose="theft",
        officers=[
            legal_basis_pb2.Officer(
                display_name=str(n), certificate_number=str(n), certificate_expire_time=ahead(timedelta(days=1))
            )
            for n in range(2)
        ],
        start_time=ahead(timedelta(seconds=-1)), end_time=ahead(timedelta(hours=1)), document_sha256="0" * 64,
    )  # fmt: skip
    registered = stage.ask("police-yuexiu", permissions.RegisterLegalBasisRequest(legal_basis=basis)).name
    sessions = [opened(stage, "police-yuexiu", CAMERA).session.name for _ in range(20)]
    revoke = permissions.RevokePrincipalRequest(name="principals/police-tianhe", reason="test")
    stage.ask("police-guangzhou", revoke)
    return registered, sessions


@pytest.mark.timeout(240)  # apart, the platform of its own takes long to start beside the folder's
def test_a_relay_that_hears_nothing_closes_what_it_can_no_longer_justify(own_stage: Platform) -> None:
    """Permissions paused (SIGSTOP): fail closed when the lease runs out, not before."""
    viewer = watching(opened(own_stage, "police-yuexiu", CAMERA).rtsp_url)
    assert viewer.await_pictures(25), viewer.why
    with silent(own_stage):
        stopped_s = time.monotonic()
        assert viewer.ended.wait(LEASE_S + 5), "pictures still come though nobody justifies them"
        assert viewer.ended_at_s - stopped_s > LEASE_S - 2, "ended long before its lease"


def test_a_camera_of_another_place_category_is_seen_only_by_who_asks_anew(stage: Platform) -> None:
    camera = [one for one in CAMERAS if (one.district, one.level) == ("440104", 1)][-1]
    viewer = watching(opened(stage, "police-yuexiu", camera).rtsp_url)
    assert viewer.await_pictures(25), viewer.why
    change = changes.CameraChange(
        camera=name_of(camera), place_category="PLACE_CATEGORY_MEDIA_AND_UTILITIES", reason="a newspaper moved in"
    )
    asked = stage.ask(camera.operator, changes.RequestCameraChangeRequest(camera_change=change))
    decide = changes.DecideCameraChangeRequest(name=asked.name, approved=True, reason="seen on site")
    stage.ask("police-yuexiu", decide)
    assert viewer.ended.wait(5), "what it was permitted by is not so any more"
    again = watching(opened(stage, "police-yuexiu", camera).rtsp_url)
    assert again.await_pictures(25), again.why


@at_home("the command `kapok up` is a cell at home's")
def test_a_second_cell_on_the_same_home_is_refused_in_words(stage: Platform) -> None:
    refused = stage.kapok("up")
    assert refused.returncode != 0
    assert str(stage.home) in refused.stderr
    assert "Traceback" not in refused.stderr
