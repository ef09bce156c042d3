"""The bus of a cluster: nats-server described by settings, prepared by its setup, with the keys of `key_folders`."""

import json
import subprocess
import sys
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from services.cell import bus_server, key_folders, nats, rights
from services.cell.authority import Authority
from services.cell.children import Program, started
from services.cell.ports import pick
from services.chassis import bus
from services.chassis.settings import SettingsError
from tests.eventually import eventually


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The keys of a cell with two relays."""
    key_folders.make(tmp_path / "keys", 2)
    values = json.loads((tmp_path / "keys" / "public-keys.yaml").read_text())
    (tmp_path / "users.json").write_text(json.dumps(values["keys"]["bus"]))
    return tmp_path


@pytest.fixture
def settings(folder: Path) -> bus_server.Settings:
    """A bus of one server with TLS, on a port of its own."""
    authority = Authority.open(folder / "certs", datetime.now(UTC))
    own = authority.server()
    return bus_server.Settings(
        server_name="bus-0", users_file=folder / "users.json", store=str(folder / "store"),
        configuration=str(folder / "nats.json"), listen=f"127.0.0.1:{pick(0, '', print)}",
        certificate_file=own.certificate, private_key_file=own.key, ca_file=authority.own.certificate,
    )  # fmt: skip


def environment(settings: Mapping[str, object]) -> dict[str, str]:
    return {f"KAPOK_{name.upper()}": str(value) for name, value in settings.items() if value}


async def test_setup_prepares_over_tls_what_services_expect_and_again_changes_nothing(
    folder: Path, settings: bus_server.Settings
) -> None:
    module = (sys.executable, "-m", "services.cell.bus_server")
    program = Program("bus", module, environment(vars(settings)), ready="Server is ready")
    setup = environment({
        "bus_url": f"tls://{settings.listen}", "bus_seed": folder / "keys" / "secrets" / "setup" / "bus.nkey",
        "bus_ca_file": settings.ca_file,
    })  # fmt: skip
    async with started(program, folder):
        for number in range(2):
            once = Program(f"setup-{number}", (sys.executable, "-m", "services.cell.bus_setup"), setup)
            async with started(once, folder) as child:
                await child.ended()
                assert "Traceback" not in (folder / f"setup-{number}.log").read_text()
    streams = {path.name for path in (folder / "store" / "jetstream").rglob("streams/*")}
    assert streams == {"KAPOK_FACTS", *(f"KV_{bucket}" for bucket in rights.BUCKETS)}


async def test_who_is_connected_comes_back_when_the_bus_shows_a_certificate_of_another_authority(
    folder: Path, settings: bus_server.Settings
) -> None:
    module = (sys.executable, "-m", "services.cell.bus_server")
    program = Program("bus", module, environment(vars(settings)), ready="Server is ready")
    seed = folder / "keys" / "secrets" / "setup" / "bus.nkey"
    async with AsyncExitStack() as stack:
        async with started(program, folder):
            opened = await stack.enter_async_context(
                bus.connect(f"tls://{settings.listen}", seed, "setup", settings.ca_file)
            )
        await eventually(lambda: not opened.client.is_connected)
        other = Authority.open(folder / "next", datetime.now(UTC))
        issued, files = other.server(), (settings.certificate_file, settings.private_key_file, settings.ca_file)
        for new, old in zip((issued.certificate, issued.key, other.own.certificate), files, strict=True):
            assert old
            new.replace(old)
        async with started(program, folder):
            await eventually(lambda: opened.client.is_connected)


def test_nats_server_takes_the_configuration_of_a_cluster_with_leaves(
    folder: Path, settings: bus_server.Settings
) -> None:
    joined = replace(
        settings, cluster_name="cell", cluster_listen="127.0.0.1:6222", routes=("nats-route://bus-1:6222",),
        leaf_listen="127.0.0.1:7422", leaf_remote="tls://bus.city.example:7422", domain="district",
        leaf_seed=folder / "keys" / "secrets" / "setup" / "bus.nkey", monitor_listen="127.0.0.1:8222",
    )  # fmt: skip
    file = folder / "nats.json"
    file.write_text(json.dumps(bus_server.described(joined)))
    checked = subprocess.run([nats.binary(), "-t", "--config", file], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"listen": "0.0.0.0:4222", "ca_file": None}, "beyond loopback needs all three"),
        ({"leaf_listen": "127.0.0.1:7422", "certificate_file": None}, "know one another by certificate"),
        ({"cluster_listen": "127.0.0.1:6222"}, "all or none"),
        ({"leaf_remote": "tls://bus:7422", "domain": "district"}, "both or none"),
        ({"leaf_listen": "127.0.0.1:7422"}, "JetStream domain of their own"),
    ],
)
def test_settings_that_contradict_each_other_are_refused(
    settings: bus_server.Settings, changed: dict[str, object], sentence: str
) -> None:
    with pytest.raises(SettingsError, match=sentence):
        replace(settings, **changed)  # type: ignore[arg-type] # the values are the dataclass's own types


def test_a_user_that_nobody_is_has_no_rights(folder: Path, settings: bus_server.Settings) -> None:
    settings.users_file.write_text(json.dumps({"mallory": "U"}))
    with pytest.raises(SettingsError, match="'mallory' is none of gateway"):
        bus_server.described(settings)


def test_a_cell_in_another_cluster_holds_its_link_and_says_nothing() -> None:
    allowed = rights.user(rights.leaf("leaf-panyu"), "U")["permissions"]
    assert allowed == {"publish": {"deny": [">"]}, "subscribe": {"allow": ["_INBOX.leaf-panyu.>"]}}


def test_more_relays_get_keys_and_nobody_elses_change(folder: Path) -> None:
    before = {path: path.read_bytes() for path in (folder / "keys" / "secrets").rglob("*.*")}
    key_folders.make(folder / "keys", 3)
    after = {path: path.read_bytes() for path in (folder / "keys" / "secrets").rglob("*.*")}
    assert {path: after[path] for path in before} == before
    assert {path.name for path in after.keys() - before.keys()} == {"relay-2.x25519", "relay-2.nkey"}
    assert b"development" not in (folder / "keys" / "secrets" / "registry" / "credentials.aes").read_bytes()
    assert not list((folder / "keys").rglob("organ*")), "the organs' keys are the organs' own"
