"""What `--print-config` shows: every variable of every service, and no secret."""

import typing
from dataclasses import fields
from typing import Annotated, Any

import pytest

import services.audit.app
import services.gateway.app
import services.permissions.app
import services.registry.app
import services.streams.app
from services.chassis.settings import SettingsError, load, variables
from services.chassis.settings_shown import masked, shown

KINDS = [app.Settings for app in (services.audit.app, services.gateway.app, services.permissions.app,
                                  services.registry.app, services.streams.app)]  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_every_variable_is_shown_and_says_what_it_is_for(kind: type[Any]) -> None:
    lines = {line.partition("=")[0]: line for line in shown(kind, {})}
    assert lines.keys() == variables(kind).keys()
    hints = typing.get_type_hints(kind, include_extras=True)
    silent = [field.name for field in fields(kind) if typing.get_origin(hints[field.name]) is not Annotated]
    assert not silent, "say what it is for: Annotated[type, sentence]"
    assert "missing" in lines["KAPOK_KEY_FILE"]


def test_a_value_is_shown_with_its_origin_and_unit() -> None:
    lines = list(shown(services.audit.app.Settings, {"KAPOK_DATABASE_POOL": "7"}))
    assert any(line.startswith("KAPOK_DATABASE_POOL=7  # set; whole number; ") for line in lines)
    assert any(line.startswith("KAPOK_DATABASE_CONNECT_TIMEOUT=5  # default; seconds; ") for line in lines)
    assert any(line.startswith("KAPOK_MIGRATE=true  # default; true or false; ") for line in lines)


@pytest.mark.parametrize(
    ("url", "left"),
    [
        ("postgresql+asyncpg://kapok:gehe:i@m/@h:1/audit", "postgresql+asyncpg://kapok:***@h:1/audit"),
        ("nats://token@h:1", "nats://***@h:1"),
        ("postgresql://h/db?user=u&password=geheim&sslmode=verify-full", "postgresql://h/db?user=u&password=***&sslmode=verify-full"),
        ("sqlite+aiosqlite:////data/audit.db", "sqlite+aiosqlite:////data/audit.db"),
    ],
)  # fmt: skip
def test_no_url_shows_a_password(url: str, left: str) -> None:
    assert masked(url) == left


WHOLE = {
    "KAPOK_LISTEN": "unix:/s", "KAPOK_KEY_FILE": "/k", "KAPOK_PEERS_FILE": "/p", "KAPOK_SIGNING_KEY": "/s",
    "KAPOK_DATABASE": "postgresql+asyncpg://h/audit", "KAPOK_BUS_URL": "tls://h:4222",
    "KAPOK_PERMISSIONS_ADDRESS": "unix:/p",
}  # fmt: skip
TLS = {f"KAPOK_TLS_{name}_FILE": "/t" for name in ("CERTIFICATE", "PRIVATE_KEY", "CA")}


def test_what_is_whole_is_taken() -> None:
    apart = WHOLE | TLS | {"KAPOK_LISTEN": "0.0.0.0:7000", "KAPOK_PERMISSIONS_ADDRESS": "dns:///permissions:7000"}
    assert load(services.audit.app.Settings, WHOLE).tls is None
    assert load(services.audit.app.Settings, apart).door.address == "0.0.0.0:7000"


@pytest.mark.parametrize(
    ("variable", "wrong"),
    [
        ("KAPOK_LISTEN", "0.0.0.0:7000"),  # beyond this machine without TLS
        ("KAPOK_LISTEN", "7000"),
        ("KAPOK_PERMISSIONS_ADDRESS", "dns:///permissions:7000"),
        ("KAPOK_TLS_CA_FILE", "/t"),  # the other two are missing
        ("KAPOK_DATABASE", "mysql://h/audit"),
        ("KAPOK_DATABASE", "audit"),
        ("KAPOK_DATABASE_POOL", "1"),
        ("KAPOK_DATABASE_STATEMENT_TIMEOUT", "0"),
        ("KAPOK_PROBE_LISTEN", "0.0.0.0:port"),
        ("KAPOK_MIGRATE", "perhaps"),
    ],
)
def test_a_wrong_setting_is_named(variable: str, wrong: str) -> None:
    with pytest.raises(SettingsError, match=variable):
        load(services.audit.app.Settings, WHOLE | {variable: wrong})
