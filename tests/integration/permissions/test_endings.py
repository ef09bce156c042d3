"""How a right ends: signed, numbered, said on the bus at once, kept in the bucket, and followed by the heartbeat."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from kapok.fact.v1 import fact_pb2
from kapok.permissions.v1 import decider_service_pb2, permissions_events_pb2
from kapok.permissions.v1 import permissions_service_pb2 as pb
from services.chassis import bus, database, errors
from services.permissions.app import MIGRATIONS
from services.permissions.store.tables import endings
from tests.eventually import eventually
from tests.integration.permissions import city
from tests.integration.permissions.stage import Stage

ENDING = permissions_events_pb2.Ending


@dataclass
class Ear:
    """What a relay has heard, its signatures verified."""

    stage: Stage
    wire: bus.Bus
    endings: list[permissions_events_pb2.Ending] = field(default_factory=list)
    heartbeats: list[permissions_events_pb2.Heartbeat] = field(default_factory=list)

    async def on_ending(self, message: Any) -> None:
        self.endings.append(self.read(message.data))

    async def on_heartbeat(self, message: Any) -> None:
        payload = self.stage.verifier.open("kapok.permissions.heartbeat", message.data)
        self.heartbeats.append(permissions_events_pb2.Heartbeat.FromString(payload))

    def read(self, sealed: bytes) -> permissions_events_pb2.Ending:
        """A genuine ending."""
        return ENDING.FromString(self.stage.verifier.open("kapok.permissions.ending", sealed))

    async def kept(self, number: int) -> permissions_events_pb2.Ending | None:
        """What the bucket holds under a number."""
        sealed = await self.wire.value(await self.wire.bucket("endings"), str(number))
        return self.read(sealed) if sealed else None


@asynccontextmanager
async def listening(stage: Stage) -> AsyncIterator[Ear]:
    """A relay's ear."""
    async with stage.hear() as wire:
        ear = Ear(stage, wire)
        await wire.subscribe("kapok.v1.permissions.endings", ear.on_ending)
        await wire.subscribe("kapok.v1.permissions.heartbeat", ear.on_heartbeat)
        yield ear


async def revoke(stage: Stage, by: str, name: str) -> Any:
    """Revoke a principal."""
    request = pb.RevokePrincipalRequest(name=city.principal(name), reason="lost its certificate")
    return await stage.ask(by, "RevokePrincipal", request)


async def reinstate(stage: Stage, by: str, name: str) -> Any:
    """Give it its rights back."""
    request = pb.ReinstatePrincipalRequest(name=city.principal(name), reason="new certificate")
    return await stage.ask(by, "ReinstatePrincipal", request)


async def test_a_revocation_is_told_kept_and_followed_by_the_heartbeat(stage: Stage) -> None:
    async with listening(stage) as ear:
        answer = await revoke(stage, "police-guangzhou", "urban-yuexiu")
        await eventually(lambda: ear.endings)
        [ending] = ear.endings
        assert (ending.number, ending.subject) == (answer.number, "principals/urban-yuexiu")
        assert ending.cause == ENDING.CAUSE_PRINCIPAL_REVOKED
        await eventually(lambda: [beat for beat in ear.heartbeats if beat.committed_number == answer.number])
        await eventually(lambda: ear.kept(answer.number))
        assert await ear.kept(answer.number) == ending
        assert ear.heartbeats[-1].policy_revision == 1


async def test_the_revoked_have_nothing_until_reinstated(stage: Stage) -> None:
    shown = decider_service_pb2.IdentifyCertificateRequest(
        principal=city.principal("police-yuexiu"), certificate_sha256=city.fingerprint("police-yuexiu")
    )
    before = await stage.check("police-yuexiu", city.STREET, "LIVE")
    answer = await revoke(stage, "police-guangzhou", "police-yuexiu")
    decision = await stage.check("police-yuexiu", city.STREET, "LIVE")
    assert (before.allowed, decision.allowed, decision.rule) == (True, False, "art14-deny-suspended")
    assert before.number < answer.number == decision.number
    with pytest.raises(errors.Denied) as identified:
        await stage.serve("gateway", "IdentifyCertificate", shown)
    assert identified.value.reason == "PRINCIPAL_REVOKED"
    with pytest.raises(errors.Denied):
        await stage.papers("police-yuexiu", city.STREET)
    with pytest.raises(errors.FailedPrecondition):
        await revoke(stage, "police-guangzhou", "police-yuexiu")
    await reinstate(stage, "police-guangzhou", "police-yuexiu")
    assert (await stage.check("police-yuexiu", city.STREET, "LIVE")).allowed


async def test_a_revoked_principal_loses_its_takeovers(stage: Stage) -> None:
    incident = await stage.incident("police-guangzhou", "command-guangzhou")
    await stage.take_over("command-guangzhou-duty", city.TUNNEL, incident=incident)
    await revoke(stage, "command-guangzhou", "command-guangzhou-duty")
    assert (await stage.grant("metro", city.TUNNEL)).decision.allowed


async def test_only_its_agency_and_municipal_police_revoke_and_others_learn_no_names(stage: Stage) -> None:
    said = []
    for name in ("urban-yuexiu", "nobody"):
        with pytest.raises(errors.Denied) as refusal:
            await revoke(stage, "police-yuexiu", name)
        said.append(refusal.value.message.replace(name, "NAME"))
    assert said[0] == said[1]
    with pytest.raises(errors.NotFound):
        await revoke(stage, "police-guangzhou", "nobody")
    await revoke(stage, "police-guangzhou", "urban-yuexiu")
    with pytest.raises(errors.Denied):
        await reinstate(stage, "police-yuexiu", "urban-yuexiu")


async def test_an_incident_opens_a_camera_and_its_end_closes_it_with_an_ending(stage: Stage) -> None:
    assert not (await stage.check("command-guangzhou", city.TUNNEL, "LIVE")).allowed
    incident = await stage.incident("police-guangzhou", "command-guangzhou")
    opened = await stage.check("command-guangzhou", city.TUNNEL, "LIVE")
    assert (opened.rule, opened.HasField("valid_until")) == ("art18-live-incident-command", True)
    assert not (await stage.check("urban-yuexiu", city.TUNNEL, "LIVE")).allowed
    async with listening(stage) as ear:
        await stage.ask("police-guangzhou", "EndIncident", pb.EndIncidentRequest(name=incident))
        assert not (await stage.check("command-guangzhou", city.TUNNEL, "LIVE")).allowed
        await eventually(lambda: ear.endings)
        assert (ear.endings[0].cause, ear.endings[0].subject) == (ENDING.CAUSE_INCIDENT_ENDED, incident)


async def test_only_command_and_police_declare_and_only_agencies_on_record_are_named(stage: Stage) -> None:
    with pytest.raises(errors.Denied):
        await stage.incident("metro", "metro")
    with pytest.raises(errors.InvalidArgument, match="agencies/ghost"):
        await stage.incident("police-guangzhou", "ghost")


async def test_numbers_have_no_gaps_when_many_are_revoked_at_once(stage: Stage) -> None:
    organs = {"police-guangzhou", "security-guangzhou", "informatics-guangzhou"}  # the last of an organ stays
    names = [name for name in city.PRINCIPALS if name not in organs]
    answers = await asyncio.gather(*(revoke(stage, "police-guangzhou", name) for name in names))
    assert sorted(answer.number for answer in answers) == list(range(1, len(names) + 1))


async def test_an_ending_that_the_bucket_missed_is_put_there_after_a_restart(still: Stage) -> None:
    async with still.running():
        number = (await revoke(still, "police-guangzhou", "urban-yuexiu")).number
    await _lose(still, number)
    async with still.hear() as wire:
        ear = Ear(still, wire)
        assert await ear.kept(number) is None
        async with still.running():
            await eventually(lambda: ear.kept(number))


async def test_each_change_is_a_fact_for_the_ledger_and_those_of_state_secrets_are_sealed(stage: Stage) -> None:
    await stage.papers("police-yuexiu", city.STREET)
    papers = await stage.papers("security-guangzhou", city.SECRET)
    await stage.take_over("security-guangzhou", city.SECRET, legal_basis=papers)
    await revoke(stage, "police-guangzhou", "urban-yuexiu")
    expected = {
        ("permissions.legal_basis.registered", False),
        ("permissions.legal_basis.registered", True),
        ("permissions.takeover.requested", True),
        ("permissions.legal_basis.used", True),
        ("permissions.principal.revoked", False),
    }
    async with bus.connect(stage.permissions.bus_url, stage.keys.bus_seed("audit"), "audit") as wire:
        consumer = await wire.jetstream.pull_subscribe("kapok.v1.facts.permissions.>", "audit", "KAPOK_FACTS")
        found: list[fact_pb2.Fact] = []
        while len(found) < len(expected):
            found += [fact_pb2.Fact.FromString(message.data) for message in await consumer.fetch(1, timeout=5)]
    assert {(fact.kind, fact.is_sealed) for fact in found} == expected
    assert all(fact.principal and fact.request_id and fact.HasField("snapshot") for fact in found)


async def _lose(stage: Stage, number: int) -> None:
    """As if permissions had died between its commit and the bucket's answer."""
    async with bus.connect(stage.permissions.bus_url, stage.keys.bus_seed("permissions"), "permissions") as wire:
        await (await wire.bucket("endings")).put(str(number), b"")
    async with database.connect(stage.permissions.database, MIGRATIONS) as records, records.write() as transaction:
        await transaction.execute(endings.update().values(is_kept=False))
