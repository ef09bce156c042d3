"""What permissions does when the registry says that a camera is closed to everybody: one ending each, at once."""

import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from google.protobuf.message import Message

from kapok.fact.v1 import fact_pb2
from kapok.permissions.v1 import permissions_events_pb2
from kapok.registry.v1 import camera_pb2, system_pb2
from services.chassis import bus
from tests.eventually import eventually
from tests.integration.permissions import city
from tests.integration.permissions.stage import Stage
from tests.integration.permissions.test_endings import Ear, listening

CHANGED = permissions_events_pb2.Ending.CAUSE_CAMERA_CHANGED


@asynccontextmanager
async def following(still: Stage) -> AsyncIterator[tuple[Ear, bus.Bus]]:
    """Permissions without a registry, a relay's ear, and the bus as the registry uses it."""
    seed = still.keys.bus_seed("registry")
    async with (
        still.alone(),
        listening(still) as ear,
        bus.connect(still.permissions.bus_url, seed, "registry") as registry,
    ):
        yield ear, registry


def camera(name: str, state: str) -> camera_pb2.Camera:
    """A camera as a fact shows it."""
    return camera_pb2.Camera(name=name, state=f"LIFE_STATE_{state}")


def fact(snapshot: Message) -> bytes:
    """A fact of the registry."""
    made = fact_pb2.Fact(id=str(uuid.uuid4()))
    made.snapshot.Pack(snapshot)
    return made.SerializeToString()


def batch(*cameras: camera_pb2.Camera) -> bytes:
    """A fact of several cameras."""
    return fact(camera_pb2.CameraBatch(cameras=cameras))


async def test_cameras_that_public_security_suspends_end_what_stands_on_them(still: Stage) -> None:
    suspended = batch(camera(city.STREET, "SUSPENDED_BY_PUBLIC_SECURITY"), camera(city.TUNNEL, "IN_SERVICE"))
    async with following(still) as (ear, registry):
        await registry.publish("kapok.v1.facts.registry.cameras.transitioned", suspended)
        await eventually(lambda: ear.endings)
        [ending] = ear.endings
        assert (ending.number, ending.cause, ending.subject) == (1, CHANGED, city.STREET)
        await eventually(lambda: [beat for beat in ear.heartbeats if beat.committed_number == 1])
        await eventually(lambda: ear.kept(1))
        assert await ear.kept(1) == ending


async def test_one_fact_heard_twice_and_facts_that_close_nothing_leave_one_ending(still: Stage) -> None:
    retired = fact(camera(city.TUNNEL, "RETIRED"))
    said = [
        ("camera.retired", retired),
        ("camera.retired", retired),
        ("system.suspended", fact(system_pb2.CameraSystem(name="operators/metro/systems/1"))),
        ("cameras.transitioned", batch(camera(city.STREET, "SUSPENDED_BY_OPERATOR"))),
        ("cameras.confirmed", batch(camera(city.TUNNEL, "RETIRED"))),
        ("cameras.transitioned", b"\xff\xff not a fact"),
        ("camera.retired", fact(camera(city.SECRET, "RETIRED"))),
    ]
    async with following(still) as (ear, registry):
        for kind, data in said:
            await registry.publish(f"kapok.v1.facts.registry.{kind}", data)
        await eventually(lambda: len(ear.endings) >= 2)
        assert [(e.number, e.subject) for e in ear.endings] == [(1, city.TUNNEL), (2, city.SECRET)]


async def test_what_the_registry_said_while_permissions_was_away_ends_when_it_is_back(still: Stage) -> None:
    async with following(still) as (ear, registry):
        await registry.publish("kapok.v1.facts.registry.camera.retired", fact(camera(city.TUNNEL, "RETIRED")))
        await eventually(lambda: ear.endings)
    async with bus.connect(still.permissions.bus_url, still.keys.bus_seed("registry"), "registry") as registry:
        await registry.publish("kapok.v1.facts.registry.camera.retired", fact(camera(city.STREET, "RETIRED")))
        await registry.client.flush()
    async with following(still) as (ear, _):
        await eventually(lambda: ear.endings)
        assert [(ending.number, ending.subject) for ending in ear.endings] == [(2, city.STREET)]
