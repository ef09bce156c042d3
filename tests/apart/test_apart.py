"""Five services as processes of their own: the story of first light holds, and no kill fails who tries again."""

import json
from pathlib import Path

import grpc
import psutil
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc

from demo.apart.processes import family
from demo.chapters import first_camera, opened
from demo.platform import Platform, watching
from demo.story import CHAPTERS
from kapok.streams.v1 import streams_service_pb2
from services.chassis import errors
from tests.apart.caller import PATIENCE_S, calling
from tests.apart.writer import missing, recorded, writing
from tests.eventually import eventually

CAMERA = first_camera("440104", level=1)
WATCHER = "police-guangzhou"
pytestmark = pytest.mark.timeout(300)  # the platform has nine processes and more
RELAYS = ["relay-1", "relay-2"]
NODES = ["nats-1", "nats-2", "nats-3"]
SERVICES = [
    "registry-1", "registry-2", "permissions-1", "permissions-2", "streams-1", "audit-1", "audit-2", "gateway-1",
    "gateway-2",
]  # fmt: skip
_EACH_KIND = 4  # answers of a writer's round
KILLED_IN_SHORT = ["permissions-1", "streams-1", "nats-1"]


@pytest.mark.parametrize(("title", "step"), CHAPTERS)
def test_the_story_of_first_light_holds_apart(stage: Platform, title: str, step: object) -> None:
    assert callable(step)
    step(stage)


@pytest.mark.parametrize("name", KILLED_IN_SHORT)
async def test_a_kill_fails_no_call_that_is_tried_again(stage: Platform, name: str) -> None:
    await _kill(stage, name)


@pytest.mark.apart
@pytest.mark.parametrize("name", sorted({*SERVICES, *NODES} - {*KILLED_IN_SHORT}))
async def test_a_kill_of_anybody_else_fails_none_either(stage: Platform, name: str) -> None:
    await _kill(stage, name)


@pytest.mark.apart
async def test_a_relay_that_is_killed_hands_its_viewers_over(stage: Platform) -> None:
    """To the same session, by a fresh token; the other relay's kill is no matter of theirs."""
    answer = opened(stage, WATCHER, CAMERA)
    viewer = watching(answer.rtsp_url)
    assert viewer.await_pictures(25), viewer.why
    for name in sorted(RELAYS, key=lambda relay: relay != answer.session.relay):
        await _kill(stage, name)
        if viewer.ended.is_set():
            viewer = watching(str(await eventually(lambda: _renewed(stage, answer.session.name), within_s=60)))
        assert viewer.await_pictures(viewer.pictures + 25), viewer.why


def _renewed(stage: Platform, session: str) -> str:
    """The URL of an open session, with a fresh token; "" while no relay takes it."""
    try:
        return str(stage.ask(WATCHER, streams_service_pb2.RenewSessionRequest(name=session)).rtsp_url)
    except errors.Unavailable:
        return ""


async def _kill(stage: Platform, name: str) -> None:
    """Kill it while somebody calls and writes: both go on, and what was answered is on record, once."""
    with calling(stage.home, WATCHER) as caller, writing(stage.home) as writer:
        await eventually(lambda: len(writer.answers) >= _EACH_KIND or writer.failures)
        before = family(stage.home)[name]
        before.kill()
        await eventually(lambda: _is_another(stage.home, name, before), within_s=60)
        await eventually(lambda: _is_ready(stage.home, name), within_s=90)
        await eventually(lambda: _watches(stage), within_s=90)
        passed, written = caller.passed, len(writer.answers)
        await eventually(lambda: caller.passed > passed or caller.failures, within_s=PATIENCE_S)
        await eventually(lambda: len(writer.answers) >= written + _EACH_KIND or writer.failures, within_s=PATIENCE_S)
    assert not caller.failures, caller.failures
    assert not writer.failures, writer.failures
    assert caller.longest_s < PATIENCE_S
    await eventually(lambda: not missing(recorded(stage), writer.answers), within_s=60)
    verified = stage.kapok("--as", WATCHER, "audit", "verify")
    assert verified.returncode == 0, verified.stdout + verified.stderr


def _is_another(home: Path, name: str, before: psutil.Process) -> bool:
    now = family(home).get(name)
    return now is not None and now.pid != before.pid


def _is_ready(home: Path, name: str) -> bool:
    """By its health, if it is a service."""
    service, _, number = name.rpartition("-")
    places = json.loads((home / "places.json").read_text()).get(service)
    if places is None:
        return True
    with grpc.insecure_channel(f"127.0.0.1:{places[int(number) - 1][2]}") as channel:
        try:
            answer = health_pb2_grpc.HealthStub(channel).Check(health_pb2.HealthCheckRequest(), timeout=5)
        except grpc.RpcError:
            return False
    return bool(answer.status == health_pb2.HealthCheckResponse.SERVING)


def _watches(stage: Platform) -> bool:
    """Whether a new session opens, which takes every service but the gateway's peers, and shows pictures."""
    try:
        viewer = watching(opened(stage, WATCHER, CAMERA).rtsp_url)
    except errors.Unavailable:
        return False
    return viewer.await_pictures(5)
