"""Incidents through the service: approved by a second hand, extended, widened, listed, ended by time, and told."""

from base64 import b64encode
from datetime import timedelta
from typing import Any

import pytest

from kapok.fact.v1 import fact_pb2
from kapok.permissions.v1 import incident_pb2, permissions_events_pb2
from kapok.permissions.v1 import permissions_service_pb2 as pb
from services.chassis import bus, errors
from tests.eventually import eventually
from tests.integration.permissions import city
from tests.integration.permissions.stage import Stage, after
from tests.integration.permissions.test_endings import listening

INCIDENT = incident_pb2.Incident
ENDED = permissions_events_pb2.Ending.CAUSE_INCIDENT_ENDED
PLACE = {"latitude": city.INSIDE[0], "longitude": city.INSIDE[1]}


def said(**changes: Any) -> incident_pb2.Incident:
    """A fire at the street camera for an hour, to municipal command; ``changes`` replace fields."""
    fields: dict[str, Any] = {
        "display_name": "fire", "kind": "INCIDENT_KIND_ACCIDENT", "order_number": "O-1", "cameras": [city.STREET],
        "end_time": after(timedelta(hours=1)), "agencies": ["agencies/command-guangzhou"], "letter_number": "L-1",
        "officer_certificates": ["P1", "P2"],
    }  # fmt: skip
    return INCIDENT(**fields | changes)


async def declared(stage: Stage, by: str = "police-guangzhou", **changes: Any) -> Any:
    """Declare it."""
    return await stage.ask(by, "DeclareIncident", pb.DeclareIncidentRequest(incident=said(**changes)))


async def read(stage: Stage, by: str, name: str) -> Any:
    """Read it."""
    return await stage.ask(by, "GetIncident", pb.GetIncidentRequest(name=name))


async def test_a_district_opens_with_its_second_approver(stage: Stage) -> None:
    waiting = await declared(stage, cameras=[], districts=["440104"])
    assert (waiting.state, waiting.HasField("start_time")) == (INCIDENT.STATE_PENDING, False)
    assert not (await stage.check("command-guangzhou", city.TUNNEL, "LIVE")).allowed
    ruling = pb.DecideIncidentRequest(name=waiting.name, act=1, approved=True, reason="the flood is real")
    with pytest.raises(errors.Denied, match="another principal"):
        await stage.ask("police-guangzhou", "DecideIncident", ruling)
    approved = await stage.ask("command-guangzhou-duty", "DecideIncident", ruling)
    assert (approved.state, approved.acts[0].decided_by) == (
        INCIDENT.STATE_IN_FORCE,
        "principals/command-guangzhou-duty",
    )
    assert approved.acts[0].verdict == incident_pb2.IncidentAct.VERDICT_APPROVED
    assert (await stage.check("command-guangzhou", city.TUNNEL, "LIVE")).allowed


async def test_a_refused_district_opens_nothing(stage: Stage) -> None:
    waiting = await declared(stage, cameras=[], districts=["440104"])
    ruling = pb.DecideIncidentRequest(name=waiting.name, act=1, approved=False, reason="a block will do")
    refused = await stage.ask("command-guangzhou-duty", "DecideIncident", ruling)
    assert (refused.state, refused.acts[0].decision_reason) == (INCIDENT.STATE_REFUSED, "a block will do")
    assert not (await stage.check("command-guangzhou", city.TUNNEL, "LIVE")).allowed


async def test_a_widening_opens_the_next_camera_and_an_extension_the_next_hour(stage: Stage) -> None:
    incident = await declared(stage)
    before = await stage.check("command-guangzhou", city.STREET, "PLAYBACK")
    assert (before.allowed, (await stage.check("command-guangzhou", city.TUNNEL, "LIVE")).allowed) == (True, False)
    wider = pb.WidenIncidentRequest(name=incident.name, order_number="O-2", reason="smoke", cameras=[city.TUNNEL])
    told = await stage.ask("police-guangzhou", "WidenIncident", wider)
    assert list(told.cameras) == [city.STREET, city.TUNNEL]
    assert told.acts[1].effective_time.ToDatetime() > told.start_time.ToDatetime()
    assert (await stage.check("command-guangzhou", city.TUNNEL, "LIVE")).allowed
    longer = pb.ExtendIncidentRequest(
        name=incident.name, order_number="O-3", reason="it burns", end_time=after(timedelta(hours=3))
    )
    told = await stage.ask("police-guangzhou", "ExtendIncident", longer)
    assert told.end_time == longer.end_time
    later = await stage.check("command-guangzhou", city.STREET, "PLAYBACK")
    assert later.valid_until.ToDatetime() - before.valid_until.ToDatetime() > timedelta(hours=1)
    longer.end_time.CopyFrom(after(timedelta(hours=2)))
    with pytest.raises(errors.InvalidArgument, match="EndIncident") as refused:
        await stage.ask("police-guangzhou", "ExtendIncident", longer)
    assert (refused.value.metadata["rule"], refused.value.metadata["article"]) == (
        "art18-incident-extend",
        "Article 18 ¶2",
    )


async def test_an_incident_is_shown_to_whom_it_concerns_and_absent_for_others_in_the_same_words(stage: Stage) -> None:
    incident = await declared(stage)
    for name in ("police-guangzhou", "police-yuexiu", "security-guangzhou", "command-guangzhou", "metro"):
        assert (await read(stage, name, incident.name)).acts[0].order_number == "O-1", name
    nowhere = "incidents/00000000-0000-4000-8000-000000000000"
    for name in ("urban-yuexiu", "archive"):
        words = []
        for one in (incident.name, nowhere):
            for verb, request in (
                ("GetIncident", pb.GetIncidentRequest(name=one)),
                ("EndIncident", pb.EndIncidentRequest(name=one)),
                ("DecideIncident", pb.DecideIncidentRequest(name=one, act=1, reason="x")),
            ):
                with pytest.raises(errors.NotFound) as refused:
                    await stage.ask(name, verb, request)
                words.append(f"{refused.value.message} {dict(refused.value.metadata)}".replace(one, "NAME"))
        assert len(set(words)) == 1
        assert not (await stage.ask(name, "ListIncidents", pb.ListIncidentsRequest())).incidents


async def test_a_list_goes_page_by_page_and_takes_no_token_but_its_own(stage: Stage) -> None:
    names = [(await declared(stage)).name for _ in range(5)]
    request, found = pb.ListIncidentsRequest(page_size=2), list[str]()
    while True:
        page = await stage.ask("metro", "ListIncidents", request)
        found += [incident.name for incident in page.incidents]
        if not page.next_page_token:
            break
        request.page_token = page.next_page_token
    assert found == names[::-1]
    before_time = b64encode(f'["0001-01-01T00:00:00+14:00", "{names[0]}"]'.encode()).decode()
    for token in ("x", "W10", "bnVsbA", "WyJ4IiwgInkiXQ", "é", before_time):
        with pytest.raises(errors.InvalidArgument, match="page_token"):
            await stage.ask("metro", "ListIncidents", pb.ListIncidentsRequest(page_token=token))
    with pytest.raises(errors.InvalidArgument, match="page_size"):
        await stage.ask("metro", "ListIncidents", pb.ListIncidentsRequest(page_size=-1))


async def test_time_ends_an_incident_for_relays_too(stage: Stage) -> None:
    async with listening(stage) as ear:
        incident = await declared(stage, end_time=after(timedelta(milliseconds=800)))
        decision = await stage.check("command-guangzhou", city.STREET, "PLAYBACK", incident=incident.name)
        assert (decision.allowed, decision.valid_until) == (True, incident.end_time)
        await eventually(lambda: ear.endings)
        [ending] = ear.endings
        assert (ending.cause, ending.subject) == (ENDED, incident.name)
    assert (await read(stage, "metro", incident.name)).state == INCIDENT.STATE_EXPIRED
    assert not (await stage.check("command-guangzhou", city.STREET, "PLAYBACK")).allowed


async def test_every_act_is_a_fact_that_names_whom_it_concerns(stage: Stage) -> None:
    incident = await declared(stage)
    wider = pb.WidenIncidentRequest(name=incident.name, order_number="O-2", reason="smoke", districts=["440106"])
    await stage.ask("police-guangzhou", "WidenIncident", wider)
    await stage.ask("command-guangzhou", "DecideIncident", _yes(incident.name, 2))
    await stage.ask("security-guangzhou", "EndIncident", pb.EndIncidentRequest(name=incident.name))
    facts = await _facts(stage, 4)
    assert [fact.kind.rpartition(".")[2] for fact in facts] == ["declared", "submitted", "approved", "ended"]
    assert all(fact.article == "Article 18 ¶2" and fact.principal for fact in facts)
    snapshots = []
    for fact in facts:
        snapshot = INCIDENT()
        assert fact.snapshot.Unpack(snapshot)
        snapshots.append(snapshot)
    assert list(snapshots[0].concerned_districts) == ["440104"]
    assert list(snapshots[0].concerned_operators) == ["agencies/metro"]
    assert list(snapshots[2].concerned_districts) == ["440104", "440106"]
    assert [act.order_number for act in snapshots[3].acts] == ["O-1", "O-2"]


@pytest.mark.parametrize(
    ("verb", "request_", "field"),
    [
        ("GetIncident", pb.GetIncidentRequest(name="incidents/1"), "name"),
        ("DecideIncident", pb.DecideIncidentRequest(name=f"incidents/{'0' * 36}", reason="x"), "act"),
        ("ExtendIncident", pb.ExtendIncidentRequest(name=f"incidents/{'0' * 36}"), "end_time"),
        ("WidenIncident", pb.WidenIncidentRequest(name=f"incidents/{'0' * 36}", cameras=["x"]), "cameras"),
        ("DeclareIncident", pb.DeclareIncidentRequest(incident=said(cameras=["x"])), "incident.cameras"),
        ("DeclareIncident", pb.DeclareIncidentRequest(incident=said(cameras=[])), "incident.area"),
        ("DeclareIncident", pb.DeclareIncidentRequest(incident=said(districts=["440300"])), "incident.districts"),
    ],
)
async def test_a_wrong_field_is_named(stage: Stage, verb: str, request_: Any, field: str) -> None:
    with pytest.raises(errors.InvalidArgument) as refused:
        await stage.ask("police-guangzhou", verb, request_)
    assert [violation.field for violation in refused.value.violations] == [field]


def _yes(name: str, act: int) -> pb.DecideIncidentRequest:
    return pb.DecideIncidentRequest(name=name, act=act, approved=True, reason="seen")


async def _facts(stage: Stage, count: int) -> list[fact_pb2.Fact]:
    """The first ``count`` facts about incidents, as audit hears them."""
    async with bus.connect(stage.permissions.bus_url, stage.keys.bus_seed("audit"), "audit") as wire:
        consumer = await wire.jetstream.pull_subscribe("kapok.v1.facts.permissions.>", "audit", "KAPOK_FACTS")
        found: list[fact_pb2.Fact] = []
        while len(found) < count:
            found += [fact_pb2.Fact.FromString(message.data) for message in await consumer.fetch(1, timeout=5)]
    return found
