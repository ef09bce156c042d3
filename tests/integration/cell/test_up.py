"""A home comes up whole, stays up while its parts live, and leaves nothing behind."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import psutil
import pytest

from services.cell import app
from services.cell.endpoints import Endpoints
from services.chassis import errors
from tests.eventually import eventually


@asynccontextmanager
async def bare(home: Path, relays: int = 1) -> AsyncIterator[tuple[Endpoints, list[str]]]:
    """A home without a demo, at any free ports, and what it said."""
    said: list[str] = []
    settings = app.Settings(home, grpc_port=0, http_port=0, rtsp_port=0, rtsps_port=0, metrics_port=0, relays=relays)
    async with app.up(settings, None, said.append) as endpoints:
        yield endpoints, said


def children(named: str) -> list[psutil.Process]:
    """Our living children whose command has ``named`` in it, without those that were there before the test."""
    living = (child for child in psutil.Process().children() if child.status() != psutil.STATUS_ZOMBIE)
    return [child for child in living if child not in _others and any(named in word for word in child.cmdline())]


_others: set[psutil.Process] = set()


@pytest.fixture(autouse=True)
def _leave_others_alone() -> None:
    """What another file's tests share for a whole session is none of a home's."""
    _others.clear()
    _others.update(psutil.Process().children())


async def scraped(endpoints: Endpoints) -> str:
    async with aiohttp.ClientSession() as session, session.get(endpoints.metrics) as response:
        return await response.text()


async def test_a_home_without_a_policy_says_that_it_denies_everything_and_leaves_nothing(tmp_path: Path) -> None:
    home = tmp_path / "a home"
    async with bare(home) as (endpoints, said):
        assert any("no first policy, so everything is denied" in line for line in said)
        assert (home / "endpoints.json").exists()
        sockets = Path((home / "data" / "sockets").read_text())
        assert len(children("nats-server")) == len(children("services.streams.relay")) == 1
        assert 'kapok_process_up{process="relay-1"} 1.0' in await scraped(endpoints)
    assert children("nats-server") == children("services.streams.relay") == []
    assert not sockets.exists()
    assert not (home / "endpoints.json").exists()
    assert {path.stat().st_mode & 0o077 for path in home.rglob("*")} == {0}


async def test_a_relay_that_dies_is_started_again_at_the_same_ports(tmp_path: Path) -> None:
    async with bare(tmp_path / "home") as (endpoints, _):
        [first] = children("services.streams.relay")
        first.kill()

        async def is_back() -> bool:
            again = children("services.streams.relay")
            return again != [] and again[0].pid != first.pid and 'relay-1"} 1.0' in await scraped(endpoints)

        await eventually(is_back)


async def test_several_relays_have_ports_and_keys_of_their_own_and_stop_together(tmp_path: Path) -> None:
    home = tmp_path / "home"
    async with bare(home, relays=3) as (endpoints, _):
        assert len(children("services.streams.relay")) == 3
        found = await scraped(endpoints)
        assert all(f'kapok_process_up{{process="relay-{number}"}} 1.0' in found for number in (1, 2, 3))

        async def are_all_serving() -> bool:
            return 'kapok_streams_relays{process="services",standing="serving"} 3.0' in await scraped(endpoints)

        await eventually(are_all_serving)
        assert len({(home / "keys" / f"relay-{number}.nkey").read_text() for number in (1, 2, 3)}) == 3
    assert children("services.streams.relay") == []


async def test_the_death_of_the_bus_ends_the_home_with_an_error_that_names_it(tmp_path: Path) -> None:
    async def lose_the_bus() -> None:
        async with bare(tmp_path / "home"):
            [server] = children("nats-server")
            server.kill()
            await asyncio.Event().wait()

    with pytest.raises(errors.Unavailable, match=r"nats-server ended unexpectedly; .*nats-server\.log says more"):
        await asyncio.wait_for(lose_the_bus(), 20)
    assert children("services.streams.relay") == []


async def test_a_second_cell_in_the_same_home_is_refused(tmp_path: Path) -> None:
    async with bare(tmp_path / "home"):
        with pytest.raises(errors.FailedPrecondition, match="is using it; stop it or choose another --home"):
            async with bare(tmp_path / "home"):
                pass
