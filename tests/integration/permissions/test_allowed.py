"""The list of what is allowed holds just the cameras that a check allows: of a city of thousands, on both databases."""

import itertools
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from kapok.permissions.v1 import incident_pb2, inspection_pb2, inspections_service_pb2
from kapok.permissions.v1 import permissions_service_pb2 as pb
from kapok.registry.v1 import registry_service_pb2
from services.chassis import database, errors
from services.decider.conditions import PAPER_ACTIONS
from services.decider.facts import CATEGORIES, Action
from services.registry.domain import Camera
from services.registry.store import counters, systems
from services.registry.store.cameras import CameraStore, New
from services.registry.system.record import CameraSystem, LifeState
from tests.eventually import eventually
from tests.integration.permissions import city
from tests.integration.permissions.stage import Stage, after, built, officers
from tests.integration.permissions.test_proposals import adopted
from tests.integration.registry.city import MIGRATIONS
from tests.postgres import Server
from tests.unit.registry.cameras import camera, code

SEED, COUNT, SECRETS = 5, 3_000, 17  # every seventeenth is a state secret of the archive's
DISTRICTS = ("440104", "440106", "440111")
STATES = (LifeState.IN_SERVICE, LifeState.IN_SERVICE, LifeState.SUSPENDED_BY_OPERATOR, LifeState.BUILT,
          LifeState.SUSPENDED_BY_PUBLIC_SECURITY, LifeState.RETIRED)  # fmt: skip
DEFAULTS = {category: 1 + category % 4 for category in CATEGORIES}
EVERYBODY = ("police-guangzhou", "police-yuexiu", "security-guangzhou", "urban-yuexiu", "command-guangzhou",
             "command-guangzhou-duty", "informatics-guangzhou", "metro", "archive")  # fmt: skip
CHECKS = (Action.INSPECT, Action.LIVE_CHECK)
_NOW = datetime(2026, 1, 1, tzinfo=UTC)


def _cameras() -> list[Camera]:
    """A city: three districts, two operators, systems in every state, a grid of places."""
    chance, found = Random(SEED), []
    for serial in range(1, COUNT + 1):
        is_secret, category = serial % SECRETS == 0, chance.choice(CATEGORIES)
        system = f"operators/{'archive' if is_secret else 'metro'}/systems/{chance.randrange(len(STATES))}"
        found.append(
            camera(
                code=code(serial, chance.choice(DISTRICTS)), system=system, category=category,
                level=5 if is_secret else DEFAULTS[category], state=STATES[int(system[-1])],
                latitude=23.10 + 0.002 * chance.randrange(30), longitude=113.23 + 0.002 * chance.randrange(30),
            )
        )  # fmt: skip
    return found


CAMERAS = _cameras()
NAMES = [one.name for one in CAMERAS]


_numbers = itertools.count(1)


@pytest.fixture(params=["sqlite", "postgresql"])
def databases(request: pytest.FixtureRequest) -> dict[str, str]:
    """A registry's and permissions' database of each kind."""
    if request.param == "sqlite":
        return {}
    server: Server = request.getfixturevalue("postgres_server")
    number = next(_numbers)
    return {name: server.new_database(f"allowed_{name}_{number}") for name in ("registry", "permissions")}


@pytest.fixture
async def full(tmp_path: Path, sockets: Path, databases: dict[str, str]) -> AsyncIterator[Stage]:
    """Services up, with the city in the registry."""
    async with built(tmp_path, sockets, databases) as stage, _peopled(stage):
        yield stage


@asynccontextmanager
async def _peopled(stage: Stage) -> AsyncIterator[None]:
    secrets = {one.name: one.level for one in CAMERAS if one.is_sealed}
    stage.permissions.genesis_file.write_bytes(city.signed_genesis(stage.organs, secrets, DEFAULTS))
    async with database.connect(stage.registry.database, MIGRATIONS) as opened:
        async with opened.write() as transaction:
            for operator in ("metro", "archive"):
                for number, state in enumerate(STATES):
                    name = f"operators/{operator}/systems/{number}"
                    await systems.insert(transaction, CameraSystem(name, "one", state, _NOW, _NOW))
        store = CameraStore()
        for start in range(0, COUNT, 500):
            async with opened.write() as transaction:
                await counters.lock(transaction)
                await store.insert(transaction, [New(one) for one in CAMERAS[start : start + 500]])
    async with stage.running():
        await eventually(lambda: _follows(stage))
        yield


async def _follows(stage: Stage) -> bool:
    """Whether the registry's levels are those of the policy in force: until then there is no list."""
    try:
        return bool((await _page(stage, "metro", "DESCRIBE")).cameras)
    except errors.Unavailable:
        return False


async def test_the_list_is_what_checks_of_every_camera_allow(full: Stage) -> None:
    chance, grounds = Random(SEED), await _grounds(full)
    seen = set()
    for who in EVERYBODY:
        for action in Action:
            papers = grounds["legal_basis"].get(who, [])
            chosen = [{}, *({"legal_basis": one} for one in papers[:1])]
            chosen += [{"incident": chance.choice(grounds["incident"][""])}] if chance.random() < 0.4 else []
            for given in chosen:
                listed = await _pages(full, who, action.name, **given)
                bases = (
                    [given["legal_basis"]]
                    if "legal_basis" in given
                    else ["", *(papers if action in PAPER_ACTIONS else [])]
                )
                allowed = set[str]()
                for basis in bases:
                    allowed |= await _checked(full, who, action.name, legal_basis=basis, incident=given.get("incident"))
                assert listed == [name for name in sorted(NAMES) if name in allowed], (who, action, given)
                seen.add((who, action, bool(given), bool(listed)))
    watching = set(EVERYBODY) - {"informatics-guangzhou", "security-guangzhou"}  # these two need a ground
    assert {(who, Action.LIVE, False, True) for who in watching} <= seen
    assert ("command-guangzhou-duty", Action.TAKE_OVER, False, True) in seen
    assert {(who, action, False, True) for who in ("police-guangzhou", "police-yuexiu") for action in CHECKS} <= seen


async def test_filter_order_and_district_narrow_it_and_no_state_secret_is_told(full: Stage) -> None:
    await _grounds(full)
    whole = await _pages(full, "command-guangzhou-duty", "PLAYBACK")
    known = {one.name: one for one in CAMERAS}
    assert whole
    assert not any(known[name].is_sealed for name in whole)
    box = {
        "south_west": {"latitude": 23.11, "longitude": 113.24},
        "north_east": {"latitude": 23.13, "longitude": 113.26},
    }
    narrowed = await _pages(full, "command-guangzhou-duty", "PLAYBACK", filter={"area": {"box": box}})
    inside = [n for n in whole if 23.11 <= known[n].latitude <= 23.13 and 113.24 <= known[n].longitude <= 113.26]
    assert narrowed == inside != whole
    assert await _pages(full, "command-guangzhou-duty", "PLAYBACK", order_by="name desc") == whole[::-1]
    of_one = await _pages(full, "command-guangzhou-duty", "PLAYBACK", parent="districts/440106")
    assert of_one == [name for name in whole if name.startswith("districts/440106/")] != []


async def test_a_token_is_of_one_request_of_one_principal(full: Stage) -> None:
    page = await _page(full, "metro", "LIVE", page_size=5)
    assert page.next_page_token
    assert len(page.cameras) == 5
    for who, action, given in (
        ("police-guangzhou", "LIVE", {}),
        ("metro", "COPY", {}),
        ("metro", "LIVE", {"incident": f"incidents/{'0' * 36}"}),
        ("metro", "LIVE", {"order_by": "name desc"}),
    ):
        with pytest.raises(errors.InvalidArgument, match="page_token"):
            await _page(full, who, action, page_size=5, page_token=page.next_page_token, **given)


async def test_a_new_policy_ends_a_list_and_the_next_one_is_by_it(full: Stage) -> None:
    first = await _page(full, "urban-yuexiu", "LIVE", page_size=5)
    assert first.policy_revision == 1
    before = await _pages(full, "urban-yuexiu", "LIVE")
    raised = next(category for category, level in DEFAULTS.items() if level == 2)
    await adopted(full, category_levels={raised: 3})

    with pytest.raises(errors.Aborted) as refusal:
        await _page(full, "urban-yuexiu", "LIVE", page_size=5, page_token=first.next_page_token)
    assert (refusal.value.reason, refusal.value.metadata) == ("POLICY_CHANGED", {"revision": "2"})
    await eventually(lambda: _follows(full))
    known = {one.name: one for one in CAMERAS}
    assert await _pages(full, "urban-yuexiu", "LIVE") == [n for n in before if known[n].category != raised] != before


async def test_wrong_requests_are_refused_by_field(full: Stage) -> None:
    for given, field in (
        ({"action": 0}, "action"),
        ({"action": "ACTION_LIVE", "legal_basis": "letters/1"}, "legal_basis"),
        ({"action": "ACTION_LIVE", "incident": "1"}, "incident"),
        ({"action": "ACTION_LIVE", "parent": "districts/1"}, "parent"),
        ({"action": "ACTION_LIVE", "page_token": "x"}, "page_token"),
        ({"action": "ACTION_LIVE", "page_size": -1}, "page_size"),
    ):
        request = registry_service_pb2.ListAllowedCamerasRequest(**({"parent": "districts/-"} | given))
        with pytest.raises(errors.InvalidArgument) as refusal:
            await full.register("metro", "RegistryService.ListAllowedCameras", request)
        assert [violation.field for violation in refusal.value.violations] == [field]


async def _grounds(stage: Stage) -> dict[str, dict[str, list[str]]]:
    """Papers and inspections of two police, three incidents by polygon, by district and by name, takeovers of both."""
    chance, open_ = Random(SEED + 1), [one for one in CAMERAS if not one.is_sealed]
    papers: dict[str, list[str]] = {}
    for who in ("police-guangzhou", "police-yuexiu"):
        papers[who] = [await stage.papers(who, *(c.name for c in chance.sample(open_, 40))) for _ in range(2)]
    fire = await stage.incident("police-guangzhou", "command-guangzhou", "urban-yuexiu")
    flood = await _declare(stage, districts=["440111"])
    named = await _declare(stage, cameras=[one.name for one in chance.sample(open_, 30)])
    papers_of = {"legal_basis": papers, "incident": {"": [fire, flood, named]}}
    running = [one for one in open_ if one.state == LifeState.IN_SERVICE]
    for who, one in zip(("police-guangzhou", "police-yuexiu"), chance.sample(running, 2), strict=True):
        basis = await stage.papers(who, one.name)
        await stage.take_over(who, one.name, legal_basis=basis)
        papers[who].append(basis)
    inside = [one for one in running if 23.12 < one.latitude < 23.14 and 113.25 < one.longitude < 113.28]
    for one in chance.sample(inside, 5):
        await stage.take_over("command-guangzhou-duty", one.name, incident=fire)
    for who in ("police-guangzhou", "police-yuexiu"):
        await _inspect(
            stage, who, "operators/metro/systems/0", "operators/metro/systems/3", "operators/archive/systems/0"
        )
    return papers_of


async def _inspect(stage: Stage, who: str, *systems: str) -> None:
    """Open an inspection of camera systems, one of which holds nothing but state secrets."""
    inspection = inspection_pb2.Inspection(
        order_number="GA-1", purpose="retention", officers=officers(), systems=systems,
        end_time=after(timedelta(hours=1)),
    )  # fmt: skip
    request = inspections_service_pb2.OpenInspectionRequest(inspection=inspection)
    await stage.call_for(who, "kapok.permissions.v1.InspectionsService.OpenInspection", request)


async def _declare(stage: Stage, **area: Sequence[str]) -> str:
    """An incident for emergency command and urban management, approved when it needs to be."""
    incident = incident_pb2.Incident(
        display_name="flood", kind="INCIDENT_KIND_NATURAL_DISASTER", order_number="O-2",
        end_time=after(timedelta(hours=1)), agencies=["agencies/command-guangzhou", "agencies/urban-yuexiu"],
        letter_number="L-2", officer_certificates=["P1", "P2"], **area,
    )  # fmt: skip
    made = await stage.ask("police-guangzhou", "DeclareIncident", pb.DeclareIncidentRequest(incident=incident))
    if made.state == incident_pb2.Incident.STATE_PENDING:
        request = pb.DecideIncidentRequest(name=made.name, act=1, approved=True, reason="seen")
        await stage.ask("command-guangzhou", "DecideIncident", request)
    return str(made.name)


async def _page(stage: Stage, who: str, action: str, **given: Any) -> Any:
    fields = {"parent": "districts/-", "action": f"ACTION_{action}", **given}
    request = registry_service_pb2.ListAllowedCamerasRequest(**fields)
    return await stage.register(who, "RegistryService.ListAllowedCameras", request)


async def _pages(stage: Stage, who: str, action: str, **given: Any) -> list[str]:
    """The whole list, in pages."""
    found, token = list[str](), ""
    while True:
        page = await _page(stage, who, action, page_size=397, page_token=token, **given)
        found += page.cameras
        token = page.next_page_token
        if not token:
            return found


async def _checked(stage: Stage, who: str, action: str, **given: Any) -> set[str]:
    """The cameras that CheckBatch allows."""
    request = pb.CheckBatchRequest(action=f"ACTION_{action}", cameras=NAMES, **given)
    answer = await stage.ask(who, "CheckBatch", request)
    return {name for n, name in enumerate(NAMES) if answer.allowed[n // 8] >> n % 8 & 1}
