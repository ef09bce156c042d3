"""Settings from the environment: KAPOK_<FIELD> for each field of a frozen dataclass.

Wrong, missing or unknown names stop a service at once, all of them named.
"""

import dataclasses
import types
import typing
from collections.abc import Callable, Mapping
from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T")
PREFIX = "KAPOK_"
Network = IPv4Network | IPv6Network


class SettingsError(Exception):
    """The environment does not describe a service that can start; the message names each variable."""


def load_some(kind: type[T], environ: Mapping[str, str]) -> tuple[T, Mapping[str, str]]:
    """Build ``kind`` from its own variables; and the others, which are somebody else's."""
    own = {PREFIX + field.name.upper() for field in dataclasses.fields(kind)}  # type: ignore[arg-type]
    others = {name: value for name, value in environ.items() if name not in own}
    return load(kind, {name: environ[name] for name in environ.keys() & own}), others


def load(kind: type[T], environ: Mapping[str, str]) -> T:
    """Build ``kind`` from ``environ``.

    Durations are seconds, lists are comma separated, networks are CIDR. Raises SettingsError naming every wrong,
    missing or unknown variable at once.
    """
    hints = typing.get_type_hints(kind)
    values: dict[str, Any] = {}
    problems: list[str] = []
    known = {PREFIX + field.name.upper(): field for field in dataclasses.fields(kind)}  # type: ignore[arg-type]
    for variable, field in known.items():
        if variable in environ:
            try:
                values[field.name] = _parse(hints[field.name], environ[variable])
            except (ValueError, TypeError) as error:
                problems.append(f"{variable}: {error}")
        elif field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING:
            problems.append(f"{variable} is missing")
    problems += [
        f"{name} is not a setting of this service; it knows {', '.join(sorted(known))}"
        for name in sorted(environ)
        if name.startswith(PREFIX) and name not in known
    ]
    if problems:
        raise SettingsError("; ".join(problems))
    return kind(**values)


def _boolean(text: str) -> bool:
    if text.lower() not in {"true", "false"}:
        raise ValueError(f"must be true or false, not {text!r}")
    return text.lower() == "true"


_PARSERS: dict[Any, Callable[[str], Any]] = {
    str: str,
    int: int,
    float: float,
    bool: _boolean,
    Path: Path,
    timedelta: lambda text: timedelta(seconds=float(text)),
    Network: ip_network,
}


def _parse(hint: Any, text: str) -> Any:
    if typing.get_origin(hint) is types.UnionType and type(None) in typing.get_args(hint):
        [hint] = [arm for arm in typing.get_args(hint) if arm is not type(None)]
    if typing.get_origin(hint) is tuple:
        item = typing.get_args(hint)[0]
        return tuple(_parse(item, part.strip()) for part in text.split(",") if part.strip())
    return _PARSERS[hint](text)
