"""Settings: every wrong, missing or unknown variable is named at once."""

from dataclasses import dataclass
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path

import pytest

from services.chassis.process import Manners
from services.chassis.settings import Network, SettingsError, load, load_some


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


def test_what_every_process_knows_is_taken_first_and_the_rest_left_to_the_service() -> None:
    manners, rest = load_some(Manners, {"KAPOK_LOG_FORMAT": "text", "KAPOK_LISTEN": "x", "PATH": "/"})
    assert manners.log_format == "text"
    assert rest == {"KAPOK_LISTEN": "x", "PATH": "/"}
    with pytest.raises(SettingsError, match="KAPOK_LOG_FORMAT: must be json or text"):
        load_some(Manners, {"KAPOK_LOG_FORMAT": "yaml"})
