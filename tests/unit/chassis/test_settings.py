"""Settings: every wrong, missing or unknown variable is named at once."""

from dataclasses import dataclass
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path

import pytest

from services.chassis.settings import Network, SettingsError, load


@dataclass(frozen=True)
class Some:
    listen: str
    key_file: Path
    networks: tuple[Network, ...] = ()
    lease: timedelta = timedelta(seconds=10)
    is_open: bool = False
    seed: Path | None = None


def test_values_are_parsed_by_their_kind() -> None:
    environ = {
        "KAPOK_LISTEN": "unix:/a b", "KAPOK_KEY_FILE": "/k", "KAPOK_NETWORKS": "10.0.0.0/8, ::1/128",
        "KAPOK_LEASE": "2.5", "KAPOK_IS_OPEN": "true", "KAPOK_SEED": "/s", "PATH": "/bin",
    }  # fmt: skip
    networks = (ip_network("10.0.0.0/8"), ip_network("::1/128"))
    assert load(Some, environ) == Some("unix:/a b", Path("/k"), networks, timedelta(seconds=2.5), True, Path("/s"))


def test_all_problems_are_named_at_once() -> None:
    environ = {"KAPOK_NETWORKS": "ten", "KAPOK_IS_OPEN": "yes", "KAPOK_KEY_FILE": "/k", "KAPOK_LISTNE": "typo"}
    with pytest.raises(SettingsError) as error:
        load(Some, environ)
    for name in ("KAPOK_LISTEN is missing", "KAPOK_NETWORKS", "KAPOK_IS_OPEN", "KAPOK_LISTNE is not a setting"):
        assert name in str(error.value)
