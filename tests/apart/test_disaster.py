"""A cell apart, on PostgreSQL: it is backed up while it runs, lost, and put back into other databases."""

import shutil
from pathlib import Path

import asyncpg
import pytest
import sqlalchemy as sa
from nats.errors import Error as NatsError
from nats.js.api import PeerInfo
from nats.js.errors import Error as JetStreamError

from demo.apart import databases
from demo.apart.processes import family
from demo.platform import Platform, apart, platform
from services.cell import rights
from services.cell.backup.stores import Stores
from services.chassis import bus
from tests.apart.caller import calling
from tests.apart.test_apart import _is_another, _watches
from tests.disaster import POLICE, is_back, live_after, live_before, verified
from tests.eventually import eventually
from tests.postgres import Server

pytestmark = [pytest.mark.apart, pytest.mark.timeout(300)]
FEW = ("--single", "--relays", "1")


async def test_a_cell_on_postgresql_is_put_back_from_a_backup_of_its_running_self(
    postgresql: str, postgres_server: Server, tmp_path: Path
) -> None:
    home, folder, another = tmp_path / "a home", tmp_path / "a backup", tmp_path / "another home"
    programs = ("--programs", str(postgres_server.programs))
    with platform(home, apart(home, postgresql, *FEW)) as stage:
        answered = live_before(stage)
        said = stage.kapok("backup", str(folder), "--stores", str(home / "stores.json"), *programs)
        assert said.returncode == 0, said.stderr
        shutil.copy(home / "stores.json", tmp_path)
        again = stage.kapok("restore", str(folder), "--stores", str(home / "stores.json"), "--over", *programs)
        assert "runs: stop every service first" in again.stderr
        epoch = live_after(stage, answered)
    lost = Stores.read(tmp_path / "stores.json")
    await _drop(postgresql, lost)
    place = tmp_path / "new.json"
    Stores(await databases.make(postgresql)).write(place)
    for name in ("keys", "certs"):
        shutil.copytree(home / name, another / name)
    shutil.rmtree(home)
    (another / "lock").touch()
    nobody = Platform(another, {})
    done = nobody.kapok("restore", str(folder), "--stores", str(place), *programs)
    assert done.returncode == 0, done.stderr
    with platform(another, apart(another, postgresql, *FEW, "--stores", str(place))) as stage:
        is_back(stage, answered, epoch)


async def _drop(owner: str, stores: Stores) -> None:
    url = sa.make_url(owner).set(drivername="postgresql").render_as_string(hide_password=False)
    connection = await asyncpg.connect(url)
    try:
        for lost in stores.databases.values():
            await connection.execute(f"DROP DATABASE {sa.make_url(lost).database} WITH (FORCE)")
    finally:
        await connection.close()


async def test_a_server_of_the_bus_that_lost_its_storage_takes_it_from_the_others(stage: Platform) -> None:
    lost, access = stage.home / "nats" / "nats-2", Stores.read(stage.home / "stores.json").bus
    assert access is not None
    records = verified(stage)
    with calling(stage.home, POLICE) as caller:
        before = family(stage.home)["nats-2"]
        lost.rename(lost.with_name("nats-2-lost"))
        before.kill()
        await eventually(lambda: _is_another(stage.home, "nats-2", before), within_s=60)
        async with bus.connect(access.url, Path(access.seed_file), rights.SETUP.name, Path(access.ca_file)) as wire:
            await eventually(lambda: _has_everything(wire), within_s=60)
        leader = family(stage.home)["nats-1"]
        leader.kill()  # so that what it has is what counts
        await eventually(lambda: _watches(stage), within_s=90)
    assert not caller.failures, caller.failures
    assert verified(stage) >= records


async def _has_everything(wire: bus.Bus) -> bool:
    """Whether nats-2 holds all facts, as whoever leads them sees it."""
    try:
        found = (await wire.jetstream.stream_info(bus.FACTS_STREAM)).cluster
    except (NatsError, JetStreamError, TimeoutError):
        return False
    followers = {one.name: one for one in (found.replicas or [] if found else [])}
    return found is not None and (found.leader == "nats-2" or _is_current(followers.get("nats-2")))


def _is_current(peer: PeerInfo | None) -> bool:
    return peer is not None and bool(peer.current) and not peer.offline and not peer.lag
