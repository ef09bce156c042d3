"""Systems that involve state secrets, held apart: for all others they are names that never existed (Article 11)."""

from typing import Any

import pytest

from kapok.registry.v1 import registry_service_pb2, system_pb2
from kapok.registry.v1 import systems_service_pb2 as pb
from tests.eventually import eventually
from tests.integration.registry.systems import moved, renamed, step
from tests.integration.registry.town import (
    ABOVE,
    ARCHIVE,
    METRO,
    POLICE,
    SECRET_PLACE,
    SECURITY,
    URBAN,
    Town,
    creation,
    drawn,
    name_of,
    told,
)

pytestmark = pytest.mark.asyncio(loop_scope="module")
TRANSITION, MOVED = "SystemsService.TransitionCameraSystem", "registry.cameras.transitioned"
NEVER = "operators/archive/systems/never-was"


async def test_a_system_of_state_secrets_does_not_exist_for_the_police(town: Town) -> None:
    name = await town.system(ARCHIVE, "vault")
    camera = (await town.camera(name, place_category=SECRET_PLACE)).name
    assert (await town.get(ARCHIVE, camera)).security_level == 5
    never = name_of(999_999)
    asked: list[tuple[str, Any, Any]] = [
        ("SystemsService.GetCameraSystem", pb.GetCameraSystemRequest(name=name), pb.GetCameraSystemRequest(name=NEVER)),
        (TRANSITION, step(name, "SUSPENDED_BY_PUBLIC_SECURITY"), step(NEVER, "SUSPENDED_BY_PUBLIC_SECURITY")),
        ("SystemsService.UpdateCameraSystem", renamed(name), renamed(NEVER)),
        ("RegistryService.GetCamera", _get(camera), _get(never)),
        ("RegistryService.ListCameraRevisions", _revisions(camera), _revisions(never)),
    ]
    for agency in (POLICE, ABOVE, METRO, URBAN):
        for verb, hidden, absent in asked:
            refusal, other = await town.refused(agency, verb, hidden), await town.refused(agency, verb, absent)
            names = (name, NEVER) if "System" in verb else (camera, never)
            assert told(refusal, *names) == told(other, names[1], names[1]), (agency, verb)
        request = pb.ListCameraSystemsRequest(parent="operators/archive")
        shown = await town.by(agency)("SystemsService.ListCameraSystems", request)
        assert not shown.camera_systems
        every = pb.ListCameraSystemsRequest(parent="operators/-", page_size=1000)
        shown = await town.by(agency)("SystemsService.ListCameraSystems", every)
        assert name not in [one.name for one in shown.camera_systems]
    seen = await town.by(SECURITY)("SystemsService.GetCameraSystem", pb.GetCameraSystemRequest(name=name))
    assert seen.camera_count == 1
    await moved(town.by(SECURITY), name, "LIFE_STATE_SUSPENDED_BY_PUBLIC_SECURITY")
    told_of = await eventually(lambda: [f for f in town.told(MOVED) if camera.encode() in f.snapshot.value])
    assert isinstance(told_of, list)
    assert [fact.is_sealed for fact in told_of] == [True]


async def test_an_operator_of_secrets_alone_is_as_absent_as_one_that_never_was(town: Town) -> None:
    entities = [{"display_name": "the archive", "role": "ROLE_OWNER"}]
    operator = system_pb2.Operator(name="operators/archive", display_name="archive", responsible_entities=entities)
    await town.by(ARCHIVE)("SystemsService.UpdateOperator", pb.UpdateOperatorRequest(operator=operator))
    hidden, absent = "operators/archive", "operators/nobody"
    for agency in (POLICE, ABOVE, METRO):
        refusals = [
            await town.refused(agency, "SystemsService.GetOperator", pb.GetOperatorRequest(name=name))
            for name in (hidden, absent)
        ]
        assert told(refusals[0], hidden, absent) == told(refusals[1], absent, absent)
    assert (await town.by(ARCHIVE)("SystemsService.GetOperator", pb.GetOperatorRequest(name=hidden))).etag == "r1"


def _get(name: str) -> registry_service_pb2.GetCameraRequest:
    return registry_service_pb2.GetCameraRequest(name=name)


def _revisions(name: str) -> registry_service_pb2.ListCameraRevisionsRequest:
    return registry_service_pb2.ListCameraRevisionsRequest(parent=name)


async def test_secrets_and_ordinary_cameras_never_share_a_system(town: Town) -> None:
    secret = await town.system(ARCHIVE, "secrets")
    await town.camera(secret, place_category=SECRET_PLACE)
    plain = await town.system(ARCHIVE, "reading-room")
    await town.camera(plain)
    for request in (drawn(secret, town.serial()), drawn(plain, town.serial(), place_category=SECRET_PLACE)):
        refusal = await town.refused(ARCHIVE, "RegistryService.CreateCamera", creation(request))
        assert (refusal.reason, refusal.metadata["article"]) == ("STATE_WRONG", "Article 11")
