"""Settings from the environment: KAPOK_<FIELD> for each field of a frozen dataclass.

Wrong, missing or unknown names stop a service at once, all of them named. A field says what it is for by
``Annotated[type, "sentence"]``, which `--print-config` shows.
"""

import dataclasses
import types
import typing
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T")
PREFIX = "KAPOK_"
Network = IPv4Network | IPv6Network


class SettingsError(Exception):
    """The environment does not describe a service that can start; the message names each variable."""


class Part:
    """Settings that several services share: inherit it, and call its ``__post_init__``, which refuses wrong ones."""

    def __post_init__(self) -> None:
        """The end of the line of super()."""

    @property
    def watched_at(self) -> str:
        """host:port where the process answers Prometheus; empty: nowhere, or the service does so itself."""
        return ""


@dataclasses.dataclass(frozen=True)
class MayBeMissing:
    """Beside a Path in Annotated: the service says by itself what it does without the file."""


def load_some(kind: type[T], environ: Mapping[str, str]) -> tuple[T, Mapping[str, str]]:
    """Build ``kind`` from its own variables; and the others, which are somebody else's."""
    own = variables(kind)
    others = {name: value for name, value in environ.items() if name not in own}
    return load(kind, {name: environ[name] for name in environ.keys() & own}), others


def load(kind: type[T], environ: Mapping[str, str], among: type[Any] | None = None) -> T:
    """Build ``kind`` from ``environ``.

    Durations are seconds, lists are comma separated, networks are CIDR. Raises SettingsError naming every wrong,
    missing or unknown variable at once. ``among``: settings of which ``kind`` are some; the others are not read.
    """
    hints = typing.get_type_hints(kind)
    values: dict[str, Any] = {}
    problems: list[str] = []
    known = variables(kind)
    for variable, field in known.items():
        if variable in environ:
            try:
                values[field.name] = _parse(hints[field.name], environ[variable])
            except (ValueError, TypeError) as error:
                problems.append(f"{variable}: {error}")
        elif field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING:
            problems.append(f"{variable} is missing")
    everything = known if among is None else variables(among)
    problems += [
        f"{name} is not a setting of this service; it knows {', '.join(sorted(everything))}"
        for name in sorted(environ)
        if name.startswith(PREFIX) and name not in everything
    ]
    if problems:
        raise SettingsError("; ".join(problems))
    return kind(**values)


def variables(kind: type[Any]) -> dict[str, dataclasses.Field[Any]]:
    """The fields of ``kind`` by their variables' names."""
    return {PREFIX + field.name.upper(): field for field in dataclasses.fields(kind)}


def unreadable(chosen: Any) -> list[str]:
    """What is wrong with the files that the settings ``chosen`` name, by variable: all of them at once."""
    problems = []
    hints = typing.get_type_hints(type(chosen), include_extras=True)
    for variable, field in variables(type(chosen)).items():
        value = getattr(chosen, field.name)
        if isinstance(value, Path) and MayBeMissing() not in getattr(hints[field.name], "__metadata__", ()):
            try:
                value.open("rb").close()
            except OSError as error:
                problems.append(f"{variable}: {value} can't be read: {error.strerror}")
    return problems


@contextmanager
def naming(*wrong: str) -> Iterator[None]:
    """Inside, files of the settings ``wrong`` (variables) are read: a ValueError becomes a SettingsError with them."""
    try:
        yield
    except ValueError as error:
        raise SettingsError(f"{' or '.join(wrong)}: what is in the file can't be used: {error}") from error


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
