"""What permissions gives relays to decide by: versions of the policy, and the facts of each session, both signed."""

import zlib
from dataclasses import replace

import pytest

from kapok.permissions.v1 import decider_service_pb2, replica_pb2
from services.chassis import bus, database
from services.decider.decision import Decision
from services.decider.policy import parse
from services.decider.replica import Edition, Replica
from services.permissions import app as permissions
from services.permissions.app import MIGRATIONS
from services.permissions.store.policy_tables import policies
from services.streams.relay.events import facts
from tests.eventually import eventually
from tests.integration.permissions import city
from tests.integration.permissions.stage import Stage
from tests.integration.permissions.test_endings import listening
from tests.integration.permissions.test_proposals import ROWS, URBAN_LIVE, adopted, without
from tests.unit.decider.cast import GENESIS

SESSION = "sessions/00000000-0000-4000-8000-000000000001"


async def kept(stage: Stage, wire: bus.Bus, revision: int) -> replica_pb2.PolicyEdition | None:
    """What the bucket holds of a version, its signature verified."""
    sealed = await wire.value(await wire.bucket("policies"), str(revision))
    if sealed is None:
        return None
    return replica_pb2.PolicyEdition.FromString(stage.verifier.open("kapok.permissions.edition", sealed))


async def test_every_version_is_said_and_kept_and_the_heartbeat_names_it(stage: Stage) -> None:
    pushed: list[bytes] = []

    async def heard(message: bus.Msg) -> None:
        pushed.append(message.data)

    async with listening(stage) as ear:
        await ear.wire.subscribe("kapok.v1.permissions.policies", heard)
        first = await kept(stage, ear.wire, 1)
        assert first is not None
        assert parse(zlib.decompress(first.policy_csv).decode()) == GENESIS
        code = city.STREET.rpartition("/")[2]
        await adopted(
            stage, policy_csv=without(URBAN_LIVE), category_levels={8: 3}, camera_levels=[{"code": code, "level": 4}]
        )
        await eventually(lambda: kept(stage, ear.wire, 2))
        await eventually(lambda: pushed)
        found = replica_pb2.PolicyEdition.FromString(stage.verifier.open("kapok.permissions.edition", pushed[0]))
        assert found == await kept(stage, ear.wire, 2)
        assert zlib.decompress(found.policy_csv).decode() == parse(without(URBAN_LIVE)).text
        assert (dict(found.category_levels), dict(found.camera_levels)) == ({8: 3}, {code: 4})
        await eventually(lambda: [beat for beat in ear.heartbeats if beat.policy_revision == 2])
        assert [(ending.subject, ending.number) for ending in ear.endings] == [("policyVersions/2", found.number)]


async def test_a_version_of_a_replica_that_died_before_it_kept_it_is_kept_by_another(stage: Stage) -> None:
    async with database.connect(stage.permissions.database, MIGRATIONS) as records, records.write() as transaction:
        row = {"revision": 2, "text": ROWS, "digest": "", "document": b"", "proposal": ""}
        first = (await transaction.execute(policies.select())).mappings().one()
        await transaction.execute(policies.insert(), dict(first) | row)
    async with stage.hear() as wire:
        await eventually(lambda: kept(stage, wire, 2))


async def test_versions_that_the_bus_lost_are_kept_again(still: Stage) -> None:
    async with still.running():
        await adopted(still, policy_csv=without(URBAN_LIVE))
        async with still.hear() as wire:
            await eventually(lambda: kept(still, wire, 2))
    async with bus.connect(still.permissions.bus_url, still.keys.bus_seed("permissions"), "permissions") as emptied:
        bucket = await emptied.bucket("policies")
        for revision in (1, 2):
            await bucket.put(str(revision), b"spoilt")
    async with still.running(), still.hear() as wire:

        async def is_whole() -> bool:
            sealed = await wire.value(await wire.bucket("policies"), "2")
            return sealed != b"spoilt" and await kept(still, wire, 1) is not None

        await eventually(is_whole)


async def decided(stage: Stage, name: str, camera: str, **grounds: str) -> tuple[Decision, Decision]:
    """What permissions decides for a session, and what a relay decides by the facts of it."""
    request = decider_service_pb2.DecideRequest(
        principal=city.principal(name), camera=camera, action="ACTION_LIVE", session=SESSION, **grounds
    )
    answer = await stage.serve("streams", "Decide", request)
    said = replica_pb2.SessionFacts.FromString(stage.verifier.open("kapok.permissions.facts", answer.signed_facts))
    assert (said.session, said.number, said.policy_revision) == (SESSION, answer.decision.number, 1)
    replica = Replica()
    replica.adopt(Edition(1, GENESIS))
    ours = replica.decide(facts.case(said), facts.instant(said.decide_time))
    until = facts.instant(answer.decision.valid_until) if answer.decision.HasField("valid_until") else None
    return replace(ours, sentence=""), Decision(
        answer.decision.allowed, answer.decision.rule, answer.decision.article, "", 1,
        tuple(answer.decision.conditions), valid_until=until,
    )  # fmt: skip


async def test_a_relay_decides_by_the_facts_as_permissions_did(stage: Stage) -> None:
    letter = await stage.papers("police-yuexiu", city.TUNNEL)
    fire = await stage.incident("police-guangzhou", "command-guangzhou", "urban-yuexiu")
    for name, camera, grounds in (
        ("police-guangzhou", city.STREET, {}),
        ("police-yuexiu", city.TUNNEL, {"legal_basis": letter}),
        ("command-guangzhou", city.TUNNEL, {}),
        ("urban-yuexiu", city.TUNNEL, {"incident": fire}),
        ("metro", city.TUNNEL, {}),
        ("archive", city.SECRET, {}),
    ):
        ours, theirs = await decided(stage, name, camera, **grounds)
        assert ours == theirs
        assert theirs.allowed, (name, theirs.rule)


@pytest.mark.parametrize("session", ["", SESSION])
async def test_facts_are_given_for_the_session_of_an_allowance_and_for_nothing_else(stage: Stage, session: str) -> None:
    request = decider_service_pb2.DecideRequest(
        principal=city.principal("urban-yuexiu"), camera=city.TUNNEL, action="ACTION_LIVE", session=session
    )
    assert not (await stage.serve("streams", "Decide", request)).signed_facts
    request.camera, request.session = city.STREET, ""
    answer = await stage.serve("streams", "Decide", request)
    assert (answer.decision.allowed, answer.signed_facts) == (True, b"")


async def test_two_replicas_keep_and_decide_by_what_either_adopts(still: Stage) -> None:
    other = replace(still.permissions, listen=still.permissions.listen.replace("permissions", "second"))
    async with still.running(), permissions.app(other), listening(still) as ear:
        await still.register_cameras()
        second = replace(still, permissions=other)
        assert (await second.check("urban-yuexiu", city.STREET, "LIVE")).allowed
        await adopted(still, policy_csv=without(URBAN_LIVE))
        assert not (await second.check("urban-yuexiu", city.STREET, "LIVE")).allowed
        await adopted(second, policy_csv=ROWS)
        assert (await still.check("urban-yuexiu", city.STREET, "LIVE")).allowed
        for revision in (2, 3):
            await eventually(lambda revision=revision: kept(still, ear.wire, revision))
        seen = len(ear.heartbeats)
        await eventually(lambda: len(ear.heartbeats) > seen + 4)
        assert {beat.policy_revision for beat in ear.heartbeats[seen + 1 :]} == {3}
        assert [one.number for one in ear.endings] == sorted({one.number for one in ear.endings})
